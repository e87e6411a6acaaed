package users_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/users"
)

func TestWait_Turn(t *testing.T) {
	at := time.Date(2026, 3, 29, 12, 0, 0, 0, time.UTC)
	require.Equal(t, at, users.Wait{Since: at}.Turn())
	require.Equal(t, at.AddDate(0, 0, -30), users.Wait{Since: at, Priority: 30}.Turn())
}

func TestUser_Waits(t *testing.T) {
	u := users.User{Wait: &users.Wait{Priority: 1}}
	require.True(t, u.Waits())
	require.False(t, users.User{}.Waits())
	c := u.Clone()
	c.Wait.Priority = 2
	require.Equal(t, 1, u.Wait.Priority, "a deep copy")
}
