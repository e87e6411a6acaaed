package seatkeeper_test

import (
	"context"
	"fmt"
	"time"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// A host that kept its users by itself brings them in once. More of them are active
// than seats were bought, and nobody loses his.
func ExampleKeeper_Import() {
	ctx := context.Background()
	now := time.Date(2026, 5, 1, 9, 0, 0, 0, time.UTC)
	keeper := newSite(2, seats.Standard(), seatkeeper.Options{Now: func() time.Time { return now }})
	_, _ = keeper.Do(ctx, "acme", users.System(), seats.SetTotal{Pool: "go-course", Total: seats.Of(5)})

	// The table of the host, as it may come out of a query, row by row.
	hired, left := time.Date(2024, 2, 1, 0, 0, 0, 0, time.UTC), time.Date(2025, 6, 30, 0, 0, 0, 0, time.UTC)
	table := func(yield func(users.User, error) bool) {
		for _, row := range []users.User{
			{Profile: users.Profile{ID: "u1", Email: "olive@acme.example"}, Role: users.Owner, Status: users.Active, Created: hired, StatusSince: hired, FirstSignIn: hired},
			{Profile: person("Ada"), Role: users.Admin, Status: users.Active, Created: hired, StatusSince: hired, FirstSignIn: hired,
				Licences: []users.Licence{{Pool: "go-course", Assigned: hired, Started: left}}},
			{Profile: person("Bob"), Status: users.Active, Created: hired, StatusSince: hired, FirstSignIn: hired},
			{Profile: person("Cy"), Status: users.Inactive, LeftAs: users.Active, Created: hired, StatusSince: left, FirstSignIn: hired},
			{Profile: person("Dee"), Status: users.Active, StatusSince: hired},
		} {
			if !yield(row, nil) {
				return
			}
		}
	}
	for range 2 {
		report, err := keeper.Import(ctx, "acme", table)
		fmt.Println(report.Created, "came in,", report.Existing, "were here,", report.Refused, "refused,", err)
		for _, o := range report.Refusals {
			fmt.Printf("row %d, %s: %v\n", o.Refusal.Index, o.User, o.Refusal)
		}
		fmt.Println(report.Usage.Held, "of", report.Usage.Total, "seats are held,", report.Usage.Excess, "over;", report.Usage.Cards)
		fmt.Println(report.Pools[0].Spent, "of", report.Pools[0].Total, "licences are used up")
	}

	_, err := keeper.Do(ctx, "acme", users.As("u1"), seats.Invite{Profile: person("Eve")})
	fmt.Println(err)
	// Output:
	// 3 came in, 1 were here, 1 refused, <nil>
	// row 4, dee: seats: the input is not valid: created is empty
	// 3 of 2 seats are held, 1 over; [{Seats 2} {Available 0} {Invited 0} {Active 3} {Inactive 1}]
	// 1 of 5 licences are used up
	// 0 came in, 4 were here, 1 refused, <nil>
	// row 4, dee: seats: the input is not valid: created is empty
	// 3 of 2 seats are held, 1 over; [{Seats 2} {Available 0} {Invited 0} {Active 3} {Inactive 1}]
	// 1 of 5 licences are used up
	// seats: no free seat: 3 of 2 are held
}
