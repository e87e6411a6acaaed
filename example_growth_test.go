package seatkeeper_test

import (
	"context"
	"fmt"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// A full account grows by ten per cent, up to fifty seats, instead of refusing. The plan shows it before.
// The event names the buyer and the receivers of the host's mail; its consumer tells the billing
// system of the new quantity, too.
func ExampleKeeper_Do_growth() {
	ctx := context.Background()
	keeper := newSite(2, seats.Policy{Growth: seats.Growth{Step: seats.Amount{Percent: 10}, Ceiling: 50}}, seatkeeper.Options{})
	olive := users.As("u1")
	commands := []seats.Command{seats.Invite{Profile: person("Ada")}, seats.Invite{Profile: person("Bob")}}

	plan, _ := keeper.Preview(ctx, "acme", olive, commands...)
	fmt.Println(plan)
	result, err := keeper.Do(ctx, "acme", olive, commands...)
	fmt.Println(result.Outcomes[0].Grown, result.Outcomes[1].Grown, err)

	for e := range keeper.Events(ctx, "acme", seats.EventFilter{Kinds: []seats.EventKind{seats.EventSeatsGrown}}) {
		fmt.Printf("%v bought %d, tell %v: %v seats\n", e.Actor.User, e.Count, e.Receivers, e.Total)
	}
	// Output:
	// 2 users: 2 fit, 0 do not; 1 seat is added by growth
	// 0 1 <nil>
	// u1 bought 1, tell [u1]: 3 seats
}
