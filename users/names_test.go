package users_test

import (
	"encoding"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/users"
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

func TestNames(t *testing.T) {
	requireNames[users.Status](t, "", "invited", "active", "inactive", "archived", "deleted")
	requireNames[users.Role](t, "member", "manager", "admin", "owner")
	requireNames[users.Action](t, "", "invite", "add", "import", "notify", "accept", "approve", "deactivate", "reactivate",
		"archive", "restore", "delete", "erase", "hand-over", "edit", "change-role", "grant-ownership", "end-ownership",
		"buy-seats", "return-seats", "set-total", "set-policy", "set-payer", "edit-account", "close", "reopen", "erase-account")
	requireNames[users.ActorKind](t, "", "user", "sync", "support", "system")
	requireNames[users.SourceKind](t, "manual", "import", "sync")
	requireNames[users.KeyKind](t, "external-id", "email", "username", "id")
	require.True(t, users.Owner.Valid())
	require.False(t, users.Role(4).Valid())
}

func TestSet(t *testing.T) {
	s := users.In(users.Invited, users.Active)
	require.True(t, s.Has(users.Active))
	require.False(t, s.Has(users.Inactive))
	require.False(t, s.Empty())
	require.True(t, users.In[users.Role]().Empty())
	require.Equal(t, []users.Status{users.Invited, users.Active}, s.Members())
	require.Equal(t, "invited, active", s.String())
}
