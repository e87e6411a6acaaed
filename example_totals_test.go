package seatkeeper_test

import (
	"context"
	"fmt"
	"time"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// The webhooks of a billing system come late, twice and out of order. With the version of the
// subscription the newest total stays.
func ExampleKeeper_Do_webhooks() {
	ctx := context.Background()
	keeper := newSite(10, seats.Standard(), seatkeeper.Options{})
	for _, version := range []int64{7, 9, 8, 9} {
		result, err := keeper.Do(ctx, "acme", users.System(), seats.SetTotal{
			Total: seats.Of(10 * version), Version: seats.Version{Number: version},
		})
		fmt.Println(version, result.Outcomes[0].Unchanged, result.Outcomes[0].Stale, err)
	}
	usage, _ := keeper.Usage(ctx, "acme")
	fmt.Println(usage.Total)
	// Output:
	// 7 false false <nil>
	// 9 false false <nil>
	// 8 true true <nil>
	// 9 true false <nil>
	// 90
}

// A cut at the end of the year is booked in November. A plan says first what it will do.
func ExampleKeeper_Preview_booking() {
	ctx := context.Background()
	now := time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
	keeper := newSite(10, seats.Standard(), seatkeeper.Options{Now: func() time.Time { return now }})
	_, _ = keeper.Do(ctx, "acme", users.As("u1"), seats.Invite{Profile: person("Ada")}, seats.Invite{Profile: person("Bob")})
	support := users.Support("ticket 7")
	plan, _ := keeper.Preview(ctx, "acme", support, seats.BookTotal{Date: "2027-01-01", Total: seats.Of(2)})
	fmt.Println(plan)
	_, _ = keeper.Apply(ctx, "acme", support, plan)
	for _, now = range []time.Time{now, now.AddDate(0, 2, 0)} {
		usage, _ := keeper.Usage(ctx, "acme")
		fmt.Println(usage.Total, usage.Excess, usage.Booked.Date)
	}
	// Output:
	// 1 command: 1 fits, 0 do not; on 2027-01-01 the total becomes 2, 1 fewer than are held today
	// 10 0 2027-01-01
	// 2 1
}
