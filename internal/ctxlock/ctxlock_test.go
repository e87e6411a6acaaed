package ctxlock_test

import (
	"context"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/internal/ctxlock"
)

func TestMutex_Lock(t *testing.T) {
	t.Run("ended context", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := new(ctxlock.Mutex).Lock(ctx)
		require.ErrorIs(t, err, context.Canceled)
	})
	t.Run("context ends while it waits", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			var m ctxlock.Mutex
			unlock, err := m.Lock(t.Context())
			require.NoError(t, err)
			ctx, cancel := context.WithCancel(t.Context())
			var waited error
			go func() { _, waited = m.Lock(ctx) }()
			synctest.Wait()
			require.NoError(t, waited)
			cancel()
			synctest.Wait()
			require.ErrorIs(t, waited, context.Canceled)
			unlock()
			unlock, err = m.Lock(t.Context())
			require.NoError(t, err)
			unlock()
		})
	})
	t.Run("order of arrival", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			var m ctxlock.Mutex
			unlock, err := m.Lock(t.Context())
			require.NoError(t, err)
			var order []int
			for i := range 3 {
				go func() {
					unlock, err := m.Lock(t.Context())
					require.NoError(t, err)
					order = append(order, i)
					unlock()
				}()
				synctest.Wait()
			}
			unlock()
			synctest.Wait()
			require.Equal(t, []int{0, 1, 2}, order)
		})
	})
}
