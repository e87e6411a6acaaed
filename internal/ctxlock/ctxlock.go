// Package ctxlock provides a mutual exclusion lock that respects contexts.
package ctxlock

import (
	"context"
	"sync"

	"golang.org/x/sync/semaphore"
)

// A Mutex is a mutual exclusion lock. Waiting for it ends with a context, and calls get
// it in the order of their arrival. The zero value is unlocked.
type Mutex struct {
	once      sync.Once
	semaphore *semaphore.Weighted
}

// Lock waits for the lock. An ended context is an error even if the lock is free. After
// a success the caller must call unlock once.
func (m *Mutex) Lock(ctx context.Context) (unlock func(), err error) {
	m.once.Do(func() { m.semaphore = semaphore.NewWeighted(1) })
	if err := m.semaphore.Acquire(ctx, 1); err != nil {
		return nil, err
	}
	return func() { m.semaphore.Release(1) }, nil
}
