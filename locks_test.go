package seatkeeper

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestAccountLocks_Lock: a call whose context ends leaves no lock behind.
func TestAccountLocks_Lock(t *testing.T) {
	l := newAccountLocks()
	leave, err := l.Lock(t.Context(), "acme")
	require.NoError(t, err)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = l.Lock(ended, "acme")
	require.ErrorIs(t, err, context.Canceled)
	require.Len(t, l.locks, 1)
	leave()
	require.Empty(t, l.locks)
}
