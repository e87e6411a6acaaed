package seatkeeper_test

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// A webhook that arrives twice buys seats once.
func ExampleCall_key() {
	ctx := context.Background()
	keeper := newSite(10, seats.Standard(), seatkeeper.Options{})
	for range 2 {
		hook := keeper.With(seatkeeper.Call{Key: "invoice 4711", Reason: "renewal"})
		done, err := hook.Do(ctx, "acme", users.System(), seats.BuySeats{Quantity: 5})
		fmt.Println(done.Repeated, done.Events[0].Count, done.Events[0].Reason, err)
	}
	usage, _ := keeper.Usage(ctx, "acme")
	fmt.Println(usage.Total)

	other := keeper.With(seatkeeper.Call{Key: "invoice 4711"})
	_, err := other.Do(ctx, "acme", users.System(), seats.BuySeats{Quantity: 6})
	fmt.Println(err)
	// Output:
	// false 5 renewal <nil>
	// true 5 renewal <nil>
	// 15
	// seats: the request key was used for something else
}

// A roster is looked at first, and carried out as it was seen or not at all.
func ExampleKeeper_Preview() {
	ctx, olive := context.Background(), users.As("u1")
	keeper := newSite(3, seats.Standard(), seatkeeper.Options{})
	_, _ = keeper.Do(ctx, "acme", olive, seats.Invite{Profile: person("Ada")})

	plan, err := keeper.Preview(ctx, "acme", olive,
		seats.Invite{Profile: users.Profile{Email: "ADA@acme.example"}},
		seats.Invite{Profile: person("Bob")},
		seats.Invite{Profile: person("Eve")})
	fmt.Println(plan, err)
	fmt.Println(plan.Before.Held, "seats held before,", plan.After.Held, "after")

	// It can be kept, and applied by somebody else who may.
	text, _ := json.Marshal(plan)
	var kept seats.Plan
	_ = json.Unmarshal(text, &kept)
	done, err := keeper.Apply(ctx, "acme", olive, kept)
	fmt.Println(len(done.Events), done.Outcomes[2].Refusal, err)

	_, err = keeper.Apply(ctx, "acme", olive, kept)
	fmt.Println(err)
	// Output:
	// 3 people: 2 fit, 1 does not; 1 is already here as ada@acme.example <nil>
	// 2 seats held before, 3 after
	// 1 seats: no free seat: 3 of 3 are held <nil>
	// seats: not as planned any more
}

// What a page needs to know of its buttons.
func ExampleKeeper_May() {
	ctx, olive := context.Background(), users.As("u1")
	keeper := newSite(1, seats.AccuEdConnect(), seatkeeper.Options{})
	fmt.Println(keeper.May(ctx, "acme", olive, seats.Invite{Profile: person("Ada")}))
	fmt.Println(keeper.May(ctx, "acme", olive, seats.Archive{User: "u1"}))
	fmt.Println(keeper.May(ctx, "acme", olive, seats.Notify{User: "u1"}))
	// Output:
	// seats: no free seat: 1 of 1 are held
	// seats: an owner is protected
	// <nil>
}

// A month is billed by its peak or by the days that seats were held.
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

// Why somebody holds a seat.
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

// The one that sends the mails gets every event, though it fails now and then.
func ExampleKeeper_Drain() {
	ctx := context.Background()
	keeper := newSite(10, seats.Standard(), seatkeeper.Options{})
	_, _ = keeper.Do(ctx, "acme", users.As("u1"), seats.Invite{Profile: person("Ada")}, seats.Invite{Profile: person("Bob")})

	broken := true
	mail := func(_ context.Context, e seats.Event) error {
		if broken && e.User == "bob" {
			return fmt.Errorf("the mail server is down")
		}
		fmt.Println(e.Sequence, e.Kind, e.User)
		return nil
	}
	_, err := keeper.Drain(ctx, "mails", mail)
	fmt.Println(err)
	broken = false
	n, err := keeper.Drain(ctx, "mails", mail)
	fmt.Println(n, err)
	// Output:
	// 1 opened u1
	// 2 invited ada
	// seatkeeper: account "acme": the mail server is down
	// 3 invited bob
	// 1 <nil>
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
