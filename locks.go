package seatkeeper

import (
	"context"
	"sync"

	"github.com/seatkeeper/seatkeeper/internal/ctxlock"
	"github.com/seatkeeper/seatkeeper/users"
)

// accountLocks serialize the commands of each account. Within one process a lock is
// cheaper, and fairer, than conflicts at the store.
type accountLocks struct {
	mutex sync.Mutex
	locks map[users.AccountID]*accountLock
}

type accountLock struct {
	ctxlock.Mutex
	calls int // that wait for it or hold it
}

func newAccountLocks() *accountLocks { return &accountLocks{locks: map[users.AccountID]*accountLock{}} }

// Lock waits for the account's lock or for the end of the context.
func (l *accountLocks) Lock(ctx context.Context, id users.AccountID) (unlock func(), err error) {
	l.mutex.Lock()
	lock := l.locks[id]
	if lock == nil {
		lock = new(accountLock)
		l.locks[id] = lock
	}
	lock.calls++
	l.mutex.Unlock()

	forget := func() {
		l.mutex.Lock()
		defer l.mutex.Unlock()
		if lock.calls--; lock.calls == 0 {
			delete(l.locks, id)
		}
	}
	release, err := lock.Mutex.Lock(ctx)
	if err != nil {
		forget()
		return nil, err
	}
	return func() { release(); forget() }, nil
}
