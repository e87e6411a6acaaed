package seats_test

import (
	"encoding"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
)

// requireNames checks that the values of an enumeration have these text forms,
// in this order from zero, and that there are no others.
func requireNames[T interface {
	~uint8
	fmt.Stringer
	encoding.TextMarshaler
}, P interface {
	*T
	encoding.TextUnmarshaler
}](t *testing.T, names ...string) {
	t.Helper()
	for i, name := range names {
		text, err := T(i).MarshalText()
		require.NoError(t, err)
		require.Equal(t, name, string(text))
		require.Equal(t, name, T(i).String())
		read := T(255)
		require.NoError(t, P(&read).UnmarshalText(text))
		require.Equal(t, T(i), read)
	}
	none := T(len(names))
	_, err := none.MarshalText()
	require.EqualError(t, err, fmt.Sprintf("%T: the number %d has no name", none, len(names)))
	require.Equal(t, fmt.Sprintf("%T(%d)", none, len(names)), none.String())
	for _, wrong := range []string{"Ada", " active", "ACTIVE", "0"} {
		require.ErrorContains(t, P(&none).UnmarshalText([]byte(wrong)), fmt.Sprintf("%T: unknown name; the names are ", none))
	}
	require.Equal(t, T(len(names)), none, "what cannot be read leaves the value as it is")
}

func TestTextForms(t *testing.T) {
	requireNames[seats.Activation](t, "first-sign-in", "invitation", "approval")
	requireNames[seats.WhenFull](t, "refuse", "create-inactive")
	requireNames[seats.OrderChannel](t, "self-service", "vendor-only")
	requireNames[seats.InvitationExpiry](t, "never", "kept", "freed")
	requireNames[seats.OwnershipEnders](t, "owners", "support")
	requireNames[seats.IdentityChange](t, "refused", "allowed")
	requireNames[seats.Figure](t, "", "total", "available", "unclaimed", "active", "inactive", "invited", "archived")
	requireNames[seats.Permission](t, "sign-in", "receive-notifications", "open-courses", "be-assigned", "read-reports", "manage-people")
}
