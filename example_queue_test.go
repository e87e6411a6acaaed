package seatkeeper_test

import (
	"context"
	"fmt"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// A full account lets people wait. Ada is moved ahead by a week, and gets the seat that comes free; Cy, who left
// last month, asks for a seat, and an owner approves.
func ExampleKeeper_Do_queue() {
	ctx := context.Background()
	keeper := newSite(2, seats.Policy{WhenFull: seats.Wait}, seatkeeper.Options{})
	olive := users.As("u1")
	show := func(result seatkeeper.Result, err error) {
		for _, e := range result.Events {
			fmt.Print(e.Kind, " ", e.User, "; ")
		}
		site, _ := keeper.Pool(ctx, "acme", seats.Site)
		fmt.Print("waiting:")
		for w := range site.Waiting.All() {
			fmt.Print(" ", w.User)
		}
		fmt.Println()
	}
	do := func(actor users.Actor, commands ...seats.Command) { show(keeper.Do(ctx, "acme", actor, commands...)) }

	do(olive, seats.Invite{Profile: person("Cy")}, seats.Deactivate{User: "cy"})
	do(olive, seats.Invite{Profile: person("Dee")})
	do(olive, seats.Invite{Profile: person("Bob")})
	do(olive, seats.Invite{Profile: person("Ada")}, seats.Queue{User: "ada", Priority: 7, Reason: "starts on Monday"})
	do(users.As("cy"), seats.Queue{User: "cy", Reason: "back from leave"})

	plan, _ := keeper.Preview(ctx, "acme", olive, seats.Deactivate{User: "dee"})
	fmt.Println("the seat of Dee would go to", plan.Seated)
	do(olive, seats.Deactivate{User: "dee"})
	do(olive, seats.Queue{User: "cy"})
	why, _ := keeper.Explain(ctx, "acme", "cy")
	fmt.Println("Cy is number", why.Position)
	do(users.System(), seats.BuySeats{Quantity: 5})
	// Output:
	// invited cy; deactivated cy; waiting:
	// invited dee; waiting:
	// added bob; waiting: bob
	// added ada; queued ada; waiting: ada bob
	// seat-requested cy; waiting: ada bob cy
	// the seat of Dee would go to [ada]
	// deactivated dee; seated ada; waiting: bob cy
	// queued cy; waiting: bob cy
	// Cy is number 2
	// seats-bought ; seated bob; seated cy; waiting:
}
