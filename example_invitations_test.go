package seatkeeper_test

import (
	"context"
	"fmt"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// The links of invitations carry the number of the event that they are sent for. The address was
// wrong: another invitation goes out, and the first link is void.
func ExampleKeeper_Do_invitations() {
	ctx := context.Background()
	keeper := newSite(10, seats.Standard(), seatkeeper.Options{})
	olive := users.As("u1")
	ada := person("Ada")
	ada.ID = "u7"
	_, _ = keeper.Do(ctx, "acme", olive, seats.Invite{Profile: ada})
	right := "ada@fjord.example"
	_, _ = keeper.Do(ctx, "acme", olive, seats.Edit{User: "u7", Set: users.Patch{Email: &right}})

	var links []seats.Accept // signed by the host, in its mails
	_, _ = keeper.Drain(ctx, seatkeeper.Consumer{Name: "mails", Handle: func(_ context.Context, d *seatkeeper.Delivery) error {
		for _, e := range d.Events {
			if n := e.Invitation(); n > 0 {
				links = append(links, seats.Accept{User: e.User, Invitation: n})
			}
		}
		return nil
	}})
	for _, link := range links {
		_, err := keeper.Do(ctx, "acme", users.As(link.User), link)
		fmt.Println(link.Invitation, err)
	}
	// Output:
	// 1 seats: this was changed meanwhile: the invitation
	// 2 <nil>
}
