package seats_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// TestEventKinds: a host reads the kinds of its version alone, and events those of all versions.
func TestEventKinds(t *testing.T) {
	for _, kind := range seats.EventKinds() {
		read, err := users.Parse[seats.EventKind](string(kind))
		require.NoError(t, err)
		require.Equal(t, kind, read)
	}
	seats.EventKinds()[0] = "changed"
	require.Equal(t, seats.EventOpened, seats.EventKinds()[0])
	for _, wrong := range []string{"", "Invited", "invited "} {
		kind := seats.EventInvited
		require.ErrorContains(t, kind.UnmarshalText([]byte(wrong)), "seats.EventKind: unknown name; the names are opened, invited, ")
		require.Equal(t, seats.EventInvited, kind, "unchanged")
	}
	var e seats.Event
	require.NoError(t, json.Unmarshal([]byte(`{"kind":"of a later version"}`), &e))
	require.Equal(t, seats.EventKind("of a later version"), e.Kind)
}
