package seatkeeper_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// A sign-in guard. The host has checked who the person is, by its directory or its own password page,
// and opens a session if the guard lets them in.
func ExampleKeeper_AccountsOf() {
	ctx := context.Background()
	keeper := newSite(10, seats.Standard(), seatkeeper.Options{})
	_, _ = keeper.Do(ctx, "acme", users.As("u1"), seats.Invite{Profile: users.Profile{ID: "u2", Email: "ada@acme.example"}, Role: users.Manager})

	guard := func(known users.Profile) {
		for m, err := range keeper.AccountsOf(ctx, users.ByEmail(known.Email)) {
			if err != nil {
				fmt.Println(err)
				return
			}
			result, err := keeper.Do(ctx, m.Account.ID, users.System(), seats.SignIn{Profile: known})
			var refusal *seats.Refusal
			switch {
			case errors.As(err, &refusal):
				fmt.Println("to", m.Account.ID, "-", refusal) // the words for their screen
			case err == nil && result.Outcomes[0].After.Status == users.Active:
				fmt.Println("to", m.Account.ID, "as", result.Outcomes[0].User, "-", result.Outcomes[0].After.Role)
			}
			return // a host with several accounts asks which
		}
		fmt.Println("no account has invited this address")
	}
	guard(users.Profile{Email: "Ada@acme.example", FirstName: "Ada", ExternalID: "4711"})
	ada, _ := keeper.User(ctx, "acme", "u2")
	fmt.Println(ada.FirstName, ada.ExternalID, ada.Status)

	_, _ = keeper.Do(ctx, "acme", users.As("u1"), seats.Deactivate{User: "u2"})
	guard(users.Profile{Email: "ada@acme.example"})
	guard(users.Profile{Email: "bob@acme.example"})
	// Output:
	// to acme as u2 - manager
	// Ada 4711 active
	// to acme - seats: not possible: the user is inactive
	// no account has invited this address
}
