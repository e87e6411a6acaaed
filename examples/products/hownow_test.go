package products_test

import (
	"context"
	"fmt"
	"strings"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// HowNow sells seats of a learning space. Invitations take seats, the first sign-in claims one.
func Example_howNow() {
	ctx, olive := context.Background(), users.As("u1")
	people := 0
	keeper := newSite(10, seats.HowNow(), seatkeeper.Options{NewID: func() users.ID { people++; return users.ID(fmt.Sprint("hr-", people)) }})

	// The cards are right from the launch, with the owner alone.
	show(keeper)

	// Invitations take seats. The first sign-in claims the seat, and the user is active from
	// then on, online or not.
	_, _ = keeper.DoEach(ctx, "acme", olive,
		seats.Invite{Profile: person("Ada"), Role: users.Admin}, seats.Invite{Profile: person("Bob")}, seats.Invite{Profile: person("Cy")},
		seats.Invite{Profile: person("Dee")}, seats.Invite{Profile: person("Eve")})
	for _, id := range []users.ID{"ada", "bob"} {
		_, _ = keeper.Do(ctx, "acme", users.As(id), seats.Accept{User: id})
	}
	show(keeper)

	// Unclaimed invitations are the invited less the active, or the users never logged in, none
	// of them active.
	usage, _ := keeper.Usage(ctx, "acme")
	invited, _ := usage.Cards[4].Count.Number()
	active, _ := usage.Cards[3].Count.Number()
	fmt.Println("unclaimed:", invited-active)
	neverLoggedIn, _ := keeper.UsageOf(ctx, "acme", users.Filter{NeverSignedIn: true})
	fmt.Println(neverLoggedIn.Cards)
	list(keeper, users.Filter{NeverSignedIn: true})

	// An invitation can't be cancelled. Deleting the user frees its seat.
	_, err := keeper.Do(ctx, "acme", olive, seats.Deactivate{User: "eve"})
	refused(err)
	_, err = keeper.Do(ctx, "acme", olive, seats.Delete{User: "eve"})
	fmt.Println(err)

	// Admins alone add seats, 10 to 1000 at a time.
	_, err = keeper.Do(ctx, "acme", users.As("bob"), seats.BuySeats{Quantity: 10})
	refused(err)
	for _, seatsToAdd := range []int64{9, 1001} {
		_, err = keeper.Do(ctx, "acme", users.As("ada"), seats.BuySeats{Quantity: seatsToAdd})
		refused(err)
	}
	done, err := keeper.Do(ctx, "acme", users.As("ada"), seats.BuySeats{Quantity: 25})
	bought := done.Events[0]
	fmt.Println(bought.Kind, bought.Count, "by", bought.Actor.User, "now", bought.Total, err)

	// The buyer and every other admin get a mail.
	fmt.Println("mail to", bought.Receivers)

	// The seats can be used at once, and can't be returned.
	done, err = keeper.Do(ctx, "acme", olive, seats.Invite{Profile: person("Fay")})
	fmt.Println(done.Outcomes[0].After.Status, err)
	_, err = keeper.Do(ctx, "acme", olive, seats.ReturnSeats{Quantity: 10})
	refused(err)
	show(keeper)

	// A user is deactivated by an admin, or because they have stopped appearing in the employee data, a file of the
	// night. The sync alone acts on its users. The filter finds both, and the events tell them apart.
	night := func(file string) {
		roster, _ := users.ReadRoster(strings.NewReader("Employee ID,Name,Work email\n"+file), users.RosterOptions{SkipFaulty: true})
		done, err := keeper.Sync(ctx, "acme", seats.SyncRun{Source: "hr", Fields: roster.Fields}, roster.Complete(), nil)
		fmt.Println(done.Differences, err)
	}
	night("7,Gus Orr,gus@acme.example\n8,Hal Orr,hal@acme.example\n")
	list(keeper, users.Filter{Sources: []users.Source{{Kind: users.SourceSync, Name: "hr"}}})
	_, err = keeper.Do(ctx, "acme", olive, seats.Deactivate{User: "hr-1"})
	refused(err)
	_, _ = keeper.Do(ctx, "acme", users.As("hr-1"), seats.Accept{User: "hr-1"})
	night("8,Hal Orr,hal@acme.example\n")
	_, _ = keeper.Do(ctx, "acme", olive, seats.Deactivate{User: "bob"})
	deactivated := users.Filter{Status: users.In(users.Inactive)}
	list(keeper, deactivated)
	for u := range keeper.Users(ctx, "acme", deactivated) {
		why, _ := keeper.Explain(ctx, "acme", u.ID)
		fmt.Println(u.ID, why.By.Kind, "by", why.By.Actor.Kind)
	}

	// A deleted user invited again is a new user.
	again := person("Eve")
	again.ID = "eve-2"
	done, err = keeper.Do(ctx, "acme", olive, seats.Invite{Profile: again})
	fmt.Println(done.Outcomes[0].User, done.Outcomes[0].After.Status, err)

	// New people of the data take seats, and the run says who did not fit. The next one tries them again.
	var all strings.Builder
	for n := range 40 {
		fmt.Fprintf(&all, "%d,P%02d Orr,p%02d@acme.example\n", 100+n, n, n)
	}
	night("8,Hal Orr,hal@acme.example\n" + all.String())
	show(keeper)
	// Output:
	// [{Total Seats 10} {Available Seats 9} {Unclaimed Invites 0} {Active Users 1} {Invited Users 1}] <nil>
	// [{Total Seats 10} {Available Seats 4} {Unclaimed Invites 3} {Active Users 3} {Invited Users 6}] <nil>
	// unclaimed: 3
	// [{Total Seats 10} {Available Seats 4} {Unclaimed Invites 3} {Active Users 0} {Invited Users 3}]
	// 3 [cy dee eve]
	// seats: an invited user is deleted instead of deactivated or archived; delete the user
	// <nil>
	// seats: only an owner or an admin may do this
	// seats: 9 can't be bought: at least 10
	// seats: 1001 can't be bought: at most 1000
	// seats-bought 25 by ada now 35 <nil>
	// mail to [ada u1]
	// invited <nil>
	// seats: only the host or the vendor may do this; ask the vendor to take back 10 seats
	// [{Total Seats 35} {Available Seats 29} {Unclaimed Invites 3} {Active Users 3} {Invited Users 6}] <nil>
	// 2 rows: 0 as before, 2 join <nil>
	// 2 [hr-1 hr-2]
	// seats: this user came by a sync, which alone can edit, deactivate, archive or delete them
	// 1 row: 1 as before, 1 leaves <nil>
	// 2 [bob hr-1]
	// bob deactivated by user
	// hr-1 deactivated by sync
	// eve-2 invited <nil>
	// 41 rows: 1 as before, 40 join, 12 left as they are: no-seats <nil>
	// [{Total Seats 35} {Available Seats 0} {Unclaimed Invites 33} {Active Users 2} {Invited Users 35}] <nil>
}
