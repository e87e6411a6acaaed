package seatkeeper_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// A page lists the open invitations. Ada accepts while it is on the screen. The button that takes the
// invitation back deletes no member.
func ExampleKeeper_Do_oldPage() {
	ctx := context.Background()
	keeper := newSite(10, seats.HowNow(), seatkeeper.Options{})
	result, _ := keeper.Do(ctx, "acme", users.As("u1"), seats.Invite{Profile: person("Ada")})
	ada := result.Outcomes[0].User
	_, _ = keeper.Do(ctx, "acme", users.As(ada), seats.Accept{User: ada})

	_, err := keeper.Do(ctx, "acme", users.As("u1"), seats.TakeBack(ada))
	var refusal *seats.Refusal
	if errors.As(err, &refusal) && refusal.Code == seats.ErrChangedMeanwhile {
		fmt.Println(refusal)
		fmt.Println(refusal.Status)
	}

	// A form with the revision that its page was drawn from.
	usage, _ := keeper.Usage(ctx, "acme")
	form := seats.If{Command: seats.Deactivate{User: ada, Reason: "left"}, Status: users.In(users.Active), Revision: usage.Revision}
	_, err = keeper.Do(ctx, "acme", users.As("u1"), form)
	fmt.Println(err)
	// Output:
	// seats: this was changed meanwhile: the user is active
	// active
	// <nil>
}
