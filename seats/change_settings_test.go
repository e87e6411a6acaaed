package seats_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
)

// TestChange_Settings: a change says whether the slow part of the account's row is another one.
func TestChange_Settings(t *testing.T) {
	s := open(t, seats.Of(3), seats.Standard())
	decide := func(c seats.Command) seats.Change {
		d, err := seats.Decide(s.rows, seats.Request{Actor: system, Commands: []seats.Command{c}, At: s.now, Change: "c"})
		require.NoError(t, err)
		require.Equal(t, s.rows.Account.Settings() != d.Change.Account.Settings(), d.Change.Settings)
		return d.Change
	}
	require.False(t, decide(seats.Invite{Profile: profile("ada")}).Settings)
	require.False(t, decide(seats.SetTotal{Total: seats.Of(4)}).Settings)
	require.True(t, decide(seats.SetPolicy{Policy: seats.AccuEdConnect()}).Settings)
	require.True(t, decide(seats.EditAccount{Name: new("Acme")}).Settings)
	require.True(t, decide(seats.Close{}).Settings)
	d, err := seats.Open(seats.Snapshot{}, seats.Opening{Account: "new", Total: seats.Of(1), Owner: profile("olive")}, seats.Request{Actor: system, At: s.now, Change: "c"})
	require.NoError(t, err)
	require.True(t, d.Change.Settings)
}
