package seatkeeper_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// A seat goes to another person by deactivating and inviting, not by edits. The name first and the
// address a minute later are judged together; a marriage passes.
func ExampleKeeper_Do_anotherPerson() {
	ctx := context.Background()
	now := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	keeper := newSite(10, seats.BigContacts(), seatkeeper.Options{Now: func() time.Time { return now }})
	owner := users.As("u1")
	_, _ = keeper.Do(ctx, "acme", owner, seats.Invite{Profile: users.Profile{ID: "u2", FirstName: "Ada", LastName: "Ash", Email: "ada@acme.example"}})

	edit := func(set users.Patch) {
		_, err := keeper.Do(ctx, "acme", owner, seats.Edit{User: "u2", Set: set})
		var refusal *seats.Refusal
		if errors.As(err, &refusal) {
			fmt.Println(refusal)
			fmt.Println(refusal.Remedies)
			return
		}
		ada, _ := keeper.User(ctx, "acme", "u2")
		fmt.Println(ada.FirstName, ada.LastName, ada.Email)
	}
	edit(users.Patch{LastName: new("Berg"), Email: new("ada.berg@acme.example")})
	edit(users.Patch{LastName: new("Ash"), Email: new("ada@acme.example")})
	edit(users.Patch{FirstName: new("Bob"), LastName: new("Birch")})
	edit(users.Patch{Email: new("bob@acme.example")})
	// Output:
	// Ada Berg ada.berg@acme.example
	// Ada Ash ada@acme.example
	// Bob Birch ada@acme.example
	// seats: this would turn one user into another, together with earlier edits of the name or the address: they count until 2026-03-31 09:00 UTC, or until support confirms the person
	// deactivate the user, then invite the new user, then hand over the work
}
