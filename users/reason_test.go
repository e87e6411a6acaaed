package users_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/users"
)

// TestReasons compares codes and texts.
func TestReasons(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range users.Reasons() {
		require.NotEmpty(t, r.Code)
		require.Empty(t, strings.Trim(r.Code, "abcdefghijklmnopqrstuvwxyz0123456789-"), r.Code)
		require.NotEmpty(t, r.Text)
		require.False(t, seen[r.Code] || seen[r.Text], r.Code)
		seen[r.Code], seen[r.Text] = true, true
		wrapped := fmt.Errorf("a host: %w", &users.FieldError{Field: "x", Reason: r})
		require.ErrorIs(t, wrapped, r)
		found, ok := errors.AsType[users.Reason](wrapped)
		require.True(t, ok)
		require.Equal(t, r, found)
	}
	require.Equal(t, "is too large: at most 512 MiB, 1048576 rows and 64 MiB of people can be read", users.ErrTooLarge.Text)
}

func TestFieldError_Error(t *testing.T) {
	for field, bound := range map[string]string{
		"id": "255 bytes", "username": "255 bytes", "external-id": "255 bytes", "email": "254 bytes", "title": "255 characters",
		"groups": "100 groups of 255 characters", "licences": "1000",
	} {
		require.EqualError(t, &users.FieldError{Field: field, Reason: users.ErrTooLong}, "users: "+field+" is too long: at most "+bound)
	}
	require.EqualError(t, &users.FieldError{Field: "email", Reason: users.ErrEmpty}, "users: email is empty")
}
