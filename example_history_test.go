package seatkeeper_test

import (
	"context"
	"fmt"
	"time"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// A month is billed by its peak or by its seat-days.
func ExampleKeeper_Period() {
	ctx, olive := context.Background(), users.As("u1")
	now := time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC)
	keeper := newSite(10, seats.Standard(), seatkeeper.Options{Now: func() time.Time { return now }})
	_, _ = keeper.Do(ctx, "acme", olive, seats.Invite{Profile: person("Ada")})
	now = now.AddDate(0, 0, 20)
	_, _ = keeper.Do(ctx, "acme", olive, seats.Invite{Profile: person("Bob")}, seats.Deactivate{User: "ada"})
	now = now.AddDate(0, 0, 20)

	april, err := keeper.Period(ctx, "acme", seats.Site, time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC))
	fmt.Println(april.Peak, "at most,", april.SeatDays.FloatString(1), "seat-days", err)
	then, err := keeper.UsageAt(ctx, "acme", time.Date(2026, 4, 10, 0, 0, 0, 0, time.UTC))
	fmt.Println(then.Held, then.Available, err)
	// Output:
	// 2 at most, 60.0 seat-days <nil>
	// 2 8 <nil>
}

// The reason for a seat.
func ExampleKeeper_Explain() {
	ctx := context.Background()
	keeper := newSite(10, seats.Standard(), seatkeeper.Options{})
	call := keeper.With(seatkeeper.Call{Reason: "spring class"})
	_, _ = call.Do(ctx, "acme", users.As("u1"), seats.Invite{Profile: person("Ada")})
	_, _ = keeper.Do(ctx, "acme", users.As("ada"), seats.Accept{User: "ada"})

	why, err := keeper.Explain(ctx, "acme", "ada")
	fmt.Println(why.Holds, why.By.Kind, "by", why.By.Actor.User, "for the", why.By.Reason, err)
	fmt.Println(why.Ways)
	// Output:
	// true invited by u1 for the spring class <nil>
	// [deactivate archive delete]
}

// An account agrees with its events and with its people.
func ExampleKeeper_Audit() {
	ctx := context.Background()
	keeper := newSite(10, seats.Standard(), seatkeeper.Options{})
	_, _ = keeper.Do(ctx, "acme", users.As("u1"), seats.Invite{Profile: person("Ada")})
	drift, err := keeper.Audit(ctx, "acme")
	fmt.Println(len(drift), err)
	ledger, err := keeper.Replay(ctx, "acme")
	fmt.Println(ledger.People["ada"].Status, ledger.Usage().Held, err)
	// Output:
	// 0 <nil>
	// invited 2 <nil>
}
