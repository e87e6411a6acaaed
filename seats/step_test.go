package seats_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// TestStep_Command has the steps that name all of their command, and those that do not.
func TestStep_Command(t *testing.T) {
	for _, command := range []seats.Command{
		seats.Notify{User: "u7"}, seats.Accept{User: "u7"}, seats.Approve{User: "u7"}, seats.Deactivate{User: "u7"}, seats.Reactivate{User: "u7"},
		seats.Archive{User: "u7"}, seats.Restore{User: "u7"}, seats.Delete{User: "u7"}, seats.GrantOwnership{User: "u7"}, seats.EndOwnership{User: "u7"},
		seats.SetPayer{}, seats.Close{}, seats.Reopen{},
	} {
		step := seats.Step{Action: command.Action(), Count: 1}
		if step.Action.OnUser() {
			step.User = "u7"
		}
		got, ok := step.Command()
		require.True(t, ok, step)
		require.Equal(t, command, got)
	}
	for _, command := range []seats.Command{seats.BuySeats{Pool: "p", Quantity: 2}, seats.ReturnSeats{Pool: "p", Quantity: 2}} {
		got, ok := seats.Step{Action: command.Action(), Pool: "p", Count: 2}.Command()
		require.True(t, ok)
		require.Equal(t, command, got)
	}
	for _, step := range []seats.Step{{Action: users.ActionDeactivate, Count: 2}, {Action: users.ActionInvite, Count: 1}, {Action: users.ActionHandOver, Count: 1, User: "u7"}} {
		_, ok := step.Command()
		require.False(t, ok, step)
	}
}
