package seatkeeper_test

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// A leave is a day in the zone of the account. It takes effect at its instant, and RunDue
// writes the events in time.
func ExampleKeeper_Do_schedule() {
	ctx, olive := context.Background(), users.As("u1")
	now := time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC)
	keeper := newSite(5, seats.Standard(), seatkeeper.Options{Now: func() time.Time { return now }})
	_, _ = keeper.Do(ctx, "acme", olive, seats.EditAccount{Zone: new("Europe/Paris")}, seats.Invite{Profile: person("Ada")})

	_, err := keeper.Do(ctx, "acme", olive, seats.Schedule{User: "ada", Leave: users.Until("2026-03-31")})
	ada, _ := keeper.User(ctx, "acme", "ada")
	fmt.Println(ada.Status, ada.Schedule, err)

	now = time.Date(2026, time.March, 31, 21, 59, 0, 0, time.UTC) // 23:59 in Paris
	run, err := keeper.RunDue(ctx, seatkeeper.DueRun{})
	fmt.Println(run.Accounts, run.Events, err)
	ada, _ = keeper.User(ctx, "acme", "ada")
	fmt.Println(ada.Status, ada.StatusSince)
	// Output:
	// invited last day: 2026-03-31 <nil>
	// 1 1 <nil>
	// inactive 2026-03-31 21:59:00 +0000 UTC
}

// A file of users with the day of their leave. A user whose day is over is inactive at once, and
// is not invited.
func ExampleKeeper_DoEach_leaves() {
	ctx, olive := context.Background(), users.As("u1")
	now := time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC)
	keeper := newSite(5, seats.Standard(), seatkeeper.Options{Now: func() time.Time { return now }})
	_, _ = keeper.Do(ctx, "acme", olive, seats.Invite{Profile: person("Bob")})
	roster, err := users.ReadRoster(strings.NewReader(`Email,Last day
ada@acme.example,31/03/2026
bob@acme.example,27/02/2026
cy@acme.example,27/02/2026
dee@acme.example,
`), users.RosterOptions{DateFormat: "DD/MM/YYYY"})
	fmt.Println(err)
	_, err = keeper.DoEach(ctx, "acme", olive, seats.InviteAll(roster)...)
	fmt.Println(err)
	for u := range keeper.Users(ctx, "acme", users.Filter{Order: users.OrderName}) {
		fmt.Printf("%s %v [%v]\n", u.Email, u.Status, u.Schedule)
	}
	// Output:
	// <nil>
	// <nil>
	// ada@acme.example invited [last day: 2026-03-31]
	// bob@acme.example inactive []
	// dee@acme.example invited []
	// olive@acme.example active []
}

// A course has licences of its own. The first access spends one.
func ExampleKeeper_Licences() {
	ctx, olive := context.Background(), users.As("u1")
	keeper := newSite(5, seats.Standard(), seatkeeper.Options{})
	_, _ = keeper.Do(ctx, "acme", users.System(), seats.SetTotal{Pool: "first-aid", Total: seats.Of(2)},
		seats.Add{Profile: person("Ada")}, seats.Add{Profile: person("Bob")}, seats.Add{Profile: person("Cy")})

	_, err := keeper.DoEach(ctx, "acme", olive,
		seats.AssignCourse{User: "ada", Pool: "first-aid"}, seats.AssignCourse{User: "bob", Pool: "first-aid", DueDate: "2026-06-30"})
	fmt.Println(err)
	_, err = keeper.Do(ctx, "acme", olive, seats.AssignCourse{User: "cy", Pool: "first-aid"})
	fmt.Println(err)
	_, err = keeper.Do(ctx, "acme", users.As("ada"), seats.StartCourse{User: "ada", Pool: "first-aid"})
	fmt.Println(err)
	_, err = keeper.Do(ctx, "acme", olive, seats.Archive{User: "bob"}) // the licence is back
	fmt.Println(err)

	for l, err := range keeper.Licences(ctx, "acme", users.LicenceFilter{Pool: "first-aid"}) {
		fmt.Println(l.User, l.State(), err)
	}
	pool, err := keeper.Pool(ctx, "acme", "first-aid")
	fmt.Println(pool.Held, "assigned,", pool.Spent, "used,", pool.Available(), "available", err)
	// Output:
	// <nil>
	// seats: no free licence of this course: 2 are assigned and 0 used, of 2
	// <nil>
	// <nil>
	// ada started <nil>
	// bob returned <nil>
	// 0 assigned, 1 used, 1 available <nil>
}
