package seatkeeper_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/httpstatus"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// Counters of a host, such as those of expvar or Prometheus.
func ExampleOptions_observe() {
	var calls, failed, retries, waited atomic.Int64
	keeper := newSite(2, seats.Standard(), seatkeeper.Options{
		Observe: func(_ context.Context, e seatkeeper.CallStats) {
			calls.Add(1)
			retries.Add(int64(e.Conflicts + e.Taken + e.Lost))
			waited.Add(e.Waited.Milliseconds())
			if e.Err != nil && httpstatus.Of(e.Err) >= 500 { // a refusal is no failure
				failed.Add(1)
			}
		},
	})
	ctx, olive := context.Background(), users.As("u1")
	_, _ = keeper.Do(ctx, "acme", olive, seats.Invite{Profile: person("Ada")})
	_, _ = keeper.Do(ctx, "acme", olive, seats.Invite{Profile: person("Bob")}) // refused
	fmt.Println(calls.Load(), failed.Load(), retries.Load(), waited.Load() < 1000)
	// Output: 3 0 0 true
}

// An invitation may expire and free its seat. The next call on the account settles it;
// RunDue does so for accounts without calls.
func ExampleKeeper_RunDue() {
	ctx := context.Background()
	now := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	keeper := newSite(10, seats.Policy{InvitationExpiry: seats.ExpiryFreesSeat, Term: 7 * 24 * time.Hour},
		seatkeeper.Options{Now: func() time.Time { return now }})
	_, _ = keeper.Do(ctx, "acme", users.As("u1"), seats.Invite{Profile: person("Ada")})
	now = now.AddDate(0, 1, 0)
	done, err := keeper.RunDue(ctx, seatkeeper.DueRun{})
	fmt.Println(done.Accounts, done.Events, err)
	for e := range keeper.Events(ctx, "acme", seats.EventFilter{After: 2}) {
		fmt.Println(e.Kind, e.User, e.Time.Format(time.DateOnly))
	}
	// Output:
	// 1 1 <nil>
	// lapsed ada 2026-03-08
}

// A host with users of its own imports them once. There are more active users than bought
// seats, and all keep theirs.
func ExampleKeeper_Import() {
	ctx := context.Background()
	now := time.Date(2026, 5, 1, 9, 0, 0, 0, time.UTC)
	keeper := newSite(2, seats.Standard(), seatkeeper.Options{Now: func() time.Time { return now }})
	_, _ = keeper.Do(ctx, "acme", users.System(), seats.SetTotal{Pool: "go-course", Total: seats.Of(5)})

	// The table of the host, as it may come out of a query, row by row.
	hired, left := time.Date(2024, 2, 1, 0, 0, 0, 0, time.UTC), time.Date(2025, 6, 30, 0, 0, 0, 0, time.UTC)
	table := func(yield func(seats.Import, error) bool) {
		for _, row := range []seats.Import{
			{User: users.User{Profile: users.Profile{ID: "u1", Email: "olive@acme.example"}, Role: users.Owner, Status: users.Active, Created: hired, StatusSince: hired, FirstSignIn: hired}},
			{User: users.User{Profile: person("Ada"), Role: users.Admin, Status: users.Active, Created: hired, StatusSince: hired, FirstSignIn: hired},
				Licences: []users.Licence{{Pool: "go-course", Assigned: hired, Started: left}}},
			{User: users.User{Profile: person("Bob"), Status: users.Active, Created: hired, StatusSince: hired, FirstSignIn: hired}},
			{User: users.User{Profile: person("Cy"), Status: users.Inactive, LeftAs: users.Active, Created: hired, StatusSince: left, FirstSignIn: hired}},
			{User: users.User{Profile: person("Dee"), Status: users.Active, StatusSince: hired}},
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
	// row 4, dee: seats: not valid: created is empty
	// 3 of 2 seats are held, 1 over; [{Seats 2} {Available 0} {Invited 0} {Active 3} {Inactive 1}]
	// 1 of 5 licences are used up
	// 0 came in, 4 were here, 1 refused, <nil>
	// row 4, dee: seats: not valid: created is empty
	// 3 of 2 seats are held, 1 over; [{Seats 2} {Available 0} {Invited 0} {Active 3} {Inactive 1}]
	// 1 of 5 licences are used up
	// seats: no free seat: 3 are held, 1 more than the 2 there are
}

// An account is closed, and then erased: tombstones and events stay.
func ExampleKeeper_EraseAccount() {
	ctx, vendor := context.Background(), users.Support("ticket 12")
	keeper := newSite(5, seats.Standard(), seatkeeper.Options{})
	_, _ = keeper.Do(ctx, "acme", users.As("u1"), seats.Invite{Profile: person("Ada")})

	_, err := keeper.EraseAccount(ctx, "acme", vendor, "contract ended")
	fmt.Println(err)
	_, _ = keeper.Do(ctx, "acme", users.As("u1"), seats.Close{})
	deleted, err := keeper.EraseAccount(ctx, "acme", vendor, "contract ended")
	fmt.Println(deleted, err)
	for account, err := range keeper.Accounts(ctx, "") {
		fmt.Println(account.ID, !account.Erased.IsZero(), err)
	}
	// Output:
	// seats: the account has to be closed first
	// 2 <nil>
	// acme true <nil>
}
