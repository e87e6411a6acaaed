package seatkeeper_test

import (
	"context"
	"fmt"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// Ownership changes hands by consent: the owner offers it, and the next owner accepts on a screen that
// shows the offer of the account. The host's mails follow the events.
func ExampleKeeper_Do_ownershipOffer() {
	ctx := context.Background()
	keeper := newSite(10, seats.Standard(), seatkeeper.Options{})
	_, _ = keeper.Do(ctx, "acme", users.System(), seats.Add{Profile: users.Profile{ID: "u2", Email: "ada@acme.example"}, Role: users.Admin})

	do := func(actor users.ID, c seats.Command) {
		result, err := keeper.Do(ctx, "acme", users.As(actor), c)
		if err != nil {
			fmt.Println(err)
		}
		for _, e := range result.Events {
			fmt.Println(e.Kind, "-", e.User, "is", e.After.Role)
		}
	}
	do("u2", seats.AcceptOwnership{User: "u2", Owner: "u1"})
	do("u1", seats.OfferOwnership{User: "u2", Days: 7, Transfer: true})
	do("u2", seats.AcceptOwnership{User: "u2", Owner: "u1"})
	// Output:
	// seats: there is no open offer of ownership to the user
	// ownership-offered - u2 is admin
	// ownership-accepted - u2 is owner
	// ownership-ended - u1 is admin
}
