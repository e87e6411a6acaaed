package seatkeeper_test

import (
	"context"
	"fmt"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// The owners and admins are told once when two seats are left, or a tenth of a large account, and once when all
// are taken. The mails come from the events, in the host's consumer.
func ExampleKeeper_Do_thresholds() {
	ctx := context.Background()
	keeper := newSite(4, seats.Policy{Thresholds: seats.Thresholds{
		Low:  seats.LowMarks{{UpTo: 20, Left: seats.Amount{Number: 2}}, {Left: seats.Amount{Percent: 10}}},
		Full: true,
	}}, seatkeeper.Options{})
	olive := users.As("u1")
	for _, name := range []string{"Ada", "Bob", "Eve", "Fay"} {
		_, err := keeper.Do(ctx, "acme", olive, seats.Invite{Profile: person(name)})
		fmt.Println(name, err)
	}
	_, _ = keeper.Do(ctx, "acme", olive, seats.Delete{User: "bob"}, seats.Invite{Profile: person("Gus")}) // told already

	messages := seats.English()
	for e := range keeper.Events(ctx, "acme", seats.EventFilter{Kinds: []seats.EventKind{seats.EventSeatsLow, seats.EventSeatsFull}}) {
		fmt.Println(e.Receivers, messages.Notice(e))
	}
	// Output:
	// Ada <nil>
	// Bob <nil>
	// Eve <nil>
	// Fay seats: no free seat: 4 of 4 are held
	// [u1] 2 seats are left
	// [u1] no seat is left: 4 of 4 are taken
}
