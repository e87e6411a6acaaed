package seatkeeper_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/memstore"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

func ExampleKeeper_Open() {
	keeper, _ := seatkeeper.New(memstore.New(), seatkeeper.Options{})
	done, err := keeper.Open(context.Background(), seats.Opening{
		Account: "acme", Total: seats.Of(10), Policy: seats.AccuEdConnect(), Zone: "Europe/London",
		Owner: users.Profile{ID: "u1", FirstName: "Olive", LastName: "Owen", Email: "olive@acme.example"},
	})
	fmt.Println(done.Outcomes[0].User, done.Outcomes[0].After.Role, err)
	// Output: u1 owner <nil>
}

func ExampleKeeper_Do() {
	ctx, olive := context.Background(), users.As("u1")
	keeper := newSite(2, seats.Standard(), seatkeeper.Options{})

	done, err := keeper.Do(ctx, "acme", olive, seats.Invite{Profile: person("Ada")})
	fmt.Println(done.Outcomes[0].User, done.Outcomes[0].After.Status, err)

	_, err = keeper.Do(ctx, "acme", olive, seats.Invite{Profile: person("Bob")})
	fmt.Println(errors.Is(err, seats.ErrNoSeats), err)

	// All or nothing, in order: the seat that Ada leaves is the one Bob gets.
	_, err = keeper.Do(ctx, "acme", olive,
		seats.Deactivate{User: "ada", Reason: "left"}, seats.Invite{Profile: person("Bob")})
	fmt.Println(err)
	// Output:
	// ada invited <nil>
	// true seats: no free seat: 2 of 2 are held
	// <nil>
}

// Every command of a bulk call has its own outcome.
func ExampleKeeper_DoEach() {
	keeper := newSite(3, seats.Standard(), seatkeeper.Options{})
	outcomes, err := keeper.DoEach(context.Background(), "acme", users.As("u1"),
		seats.Invite{Profile: person("Ada")}, seats.Invite{Profile: person("Bob")},
		seats.Invite{Profile: person("Ada")}, seats.Invite{Profile: person("Cy")})
	for _, o := range outcomes {
		switch {
		case o.Refusal != nil:
			fmt.Println(o.User, o.Refusal.Code)
		case o.Unchanged:
			fmt.Println(o.User, "is already here")
		default:
			fmt.Println(o.User, o.After.Status)
		}
	}
	fmt.Println(err)
	// Output:
	// ada invited
	// bob invited
	// ada is already here
	// cy no-seats
	// <nil>
}

// A refusal carries its numbers and what this actor could do about it.
func ExampleKeeper_Do_refusal() {
	ctx, olive := context.Background(), users.As("u1")
	keeper := newSite(2, seats.Standard(), seatkeeper.Options{})
	_, err := keeper.Do(ctx, "acme", olive, seats.Invite{Profile: person("Ada")}, seats.Invite{Profile: person("Bob")})
	var refusal *seats.Refusal
	if errors.As(err, &refusal) {
		fmt.Println(refusal.Code, refusal.Index, refusal.Held, refusal.Total, refusal.Asked)
		fmt.Println(refusal.Remedies)
	}
	_, err = keeper.Do(ctx, "acme", olive, seats.Delete{User: "u1"})
	fmt.Println(err)
	// Output:
	// no-seats 1 2 2 1
	// buy 1
	// seats: an owner is protected
}

// Somebody who comes back is recognised, and the refusal names the way.
func ExampleKeeper_Do_comingBack() {
	ctx, olive := context.Background(), users.As("u1")
	keeper := newSite(5, seats.Standard(), seatkeeper.Options{})
	_, _ = keeper.Do(ctx, "acme", olive, seats.Invite{Profile: person("Ada"), Role: users.Manager}, seats.Deactivate{User: "ada"})

	_, err := keeper.Do(ctx, "acme", olive, seats.Invite{Profile: users.Profile{Email: "ADA@acme.example"}})
	var refusal *seats.Refusal
	if errors.As(err, &refusal) {
		step := refusal.Remedies[0].Steps[0]
		fmt.Println(refusal.Code, step.Action, step.User)
	}
	done, err := keeper.Do(ctx, "acme", olive, seats.Reactivate{User: "ada"})
	fmt.Println(done.Outcomes[0].After.Status, done.Outcomes[0].After.Role, err)
	// Output:
	// duplicate reactivate ada
	// invited manager <nil>
}

// A transfer of ownership is two commands in one call.
func ExampleKeeper_Do_transfer() {
	ctx, olive := context.Background(), users.As("u1")
	keeper := newSite(5, seats.Standard(), seatkeeper.Options{})
	_, err := keeper.Do(ctx, "acme", olive, seats.EndOwnership{User: "u1"})
	fmt.Println(err)
	_, _ = keeper.Do(ctx, "acme", users.System(), seats.Add{Profile: person("Ada")}) // signs in through the host
	_, err = keeper.Do(ctx, "acme", olive, seats.GrantOwnership{User: "ada"}, seats.EndOwnership{User: "u1"})
	fmt.Println(err)
	// Output:
	// seats: the last active owner stays the owner
	// <nil>
}

// Giving seats back is a step of its own, after people were made inactive.
func ExampleKeeper_Do_orders() {
	ctx, olive := context.Background(), users.As("u1")
	keeper := newSite(2, seats.Standard(), seatkeeper.Options{})
	_, _ = keeper.Do(ctx, "acme", olive, seats.Invite{Profile: person("Ada")})

	_, err := keeper.Do(ctx, "acme", olive, seats.ReturnSeats{Quantity: 1})
	fmt.Println(err)
	_, err = keeper.Do(ctx, "acme", olive, seats.Deactivate{User: "ada"}, seats.ReturnSeats{Quantity: 1})
	fmt.Println(err)
	_, err = keeper.Do(ctx, "acme", olive, seats.BuySeats{Quantity: 9}, seats.Reactivate{User: "ada"})
	usage, _ := keeper.Usage(ctx, "acme")
	fmt.Println(usage.Held, usage.Total, err)
	// Output:
	// seats: not a number of seats that can be ordered: 1 asked, none possible
	// <nil>
	// 2 10 <nil>
}

// The billing webhook sets the total. A cut evicts nobody and lets nobody in.
func ExampleKeeper_Do_cut() {
	ctx := context.Background()
	keeper := newSite(3, seats.Standard(), seatkeeper.Options{})
	_, _ = keeper.Do(ctx, "acme", users.As("u1"), seats.Invite{Profile: person("Ada")}, seats.Invite{Profile: person("Bob")})
	hook := keeper.With(seatkeeper.Call{Correlation: "invoice 12", Reason: "downgrade"})
	_, err := hook.Do(ctx, "acme", users.System(), seats.SetTotal{Total: seats.Of(1)})
	usage, _ := keeper.Usage(ctx, "acme")
	fmt.Println(usage.Held, usage.Total, usage.Available, usage.Excess, err)
	// Output: 3 1 0 2 <nil>
}

func ExampleKeeper_Usage() {
	ctx := context.Background()
	keeper := newSite(10, seats.AccuEdConnect(), seatkeeper.Options{})
	_, _ = keeper.Do(ctx, "acme", users.As("u1"), seats.Invite{Profile: person("Ada")})
	usage, _ := keeper.Usage(ctx, "acme")
	for _, card := range usage.Cards {
		fmt.Printf("%s: %v\n", card.Title, card.Count)
	}
	// Output:
	// Total Licenses: 10
	// Available Licenses: 8
	// Active Users: 2
	// Inactive Users: 0
}

func ExampleKeeper_Find() {
	ctx := context.Background()
	keeper := newSite(10, seats.Standard(), seatkeeper.Options{})
	_, _ = keeper.Do(ctx, "acme", users.As("u1"), seats.Invite{Profile: person("Ada")})
	ada, err := keeper.Find(ctx, "acme", users.ByEmail("Ada@ACME.example"))
	fmt.Println(ada.ID, ada.Shown, ada.May.Has(seats.SignIn), ada.May.Has(seats.OpenCourses), err)
	_, err = keeper.Find(ctx, "acme", users.ByUsername("nobody"))
	fmt.Println(errors.Is(err, seats.ErrUnknownUser))
	// Output:
	// ada invited true false <nil>
	// true
}

func ExampleKeeper_User() {
	keeper := newSite(10, seats.Standard(), seatkeeper.Options{})
	olive, err := keeper.User(context.Background(), "acme", "u1")
	fmt.Println(olive.FirstName, olive.Role, olive.Shown, err)
	// Output: Olive owner active <nil>
}

func ExampleKeeper_Users() {
	ctx := context.Background()
	keeper := newSite(10, seats.Standard(), seatkeeper.Options{})
	ada, bob := person("Ada"), person("Bob")
	ada.Location, bob.Location = "Leeds", "York"
	_, _ = keeper.Do(ctx, "acme", users.As("u1"), seats.Invite{Profile: ada}, seats.Invite{Profile: bob})
	for p, err := range keeper.Users(ctx, "acme", users.Filter{Status: users.In(users.Invited), Location: "Leeds"}) {
		fmt.Println(p.FirstName, p.Shown, err)
	}
	// Output: Ada invited <nil>
}

// A screen of two people, in order of name, and the one behind it.
func ExampleKeeper_Users_byName() {
	ctx := context.Background()
	keeper := newSite(10, seats.Standard(), seatkeeper.Options{})
	for _, p := range []users.Profile{
		{FirstName: "Zoe", LastName: "byron", Email: "zoe@acme.example"}, {FirstName: "Ada", LastName: "Byron", Email: "ada@acme.example"}, {Email: "cy@acme.example"},
	} {
		_, _ = keeper.Do(ctx, "acme", users.As("u1"), seats.Invite{Profile: p})
	}
	filter := users.Filter{ByName: true}
	for screen := range 2 {
		n := 0
		for p, err := range keeper.Users(ctx, "acme", filter) {
			if n == 2 || err != nil {
				break
			}
			n++
			fmt.Println(screen, p.FirstName, p.LastName, p.Email)
			filter = filter.NextPage(p.User)
		}
	}
	// Output:
	// 0 Ada Byron ada@acme.example
	// 0 Zoe byron zoe@acme.example
	// 1   cy@acme.example
	// 1 Olive Owen olive@acme.example
}

// The active people in a file that a spreadsheet opens. Ada is invited, which this
// product shows as active.
func ExampleKeeper_Users_file() {
	ctx := context.Background()
	keeper := newSite(10, seats.AccuEdConnect(), seatkeeper.Options{})
	_, _ = keeper.Do(ctx, "acme", users.As("u1"),
		seats.Invite{Profile: person("Ada")}, seats.Invite{Profile: person("Bob")}, seats.Deactivate{User: "bob"})
	options := users.RosterOptions{Columns: []users.Column{
		{Header: "First name", Field: "first-name"}, {Header: "Email", Field: "email"}, {Header: "Status", Field: "status"},
	}}
	var file strings.Builder
	active := keeper.Users(ctx, "acme", users.Filter{Status: users.In(users.Active)})
	err := users.WriteRoster(&file, seats.AsShown(active), options)
	fmt.Printf("%q %v\n", file.String(), err)
	// Output: "\ufeffFirst name,Email,Status\r\nAda,ada@acme.example,active\r\nOlive,olive@acme.example,active\r\n" <nil>
}

// Who has never signed in, counted in one location.
func ExampleKeeper_UsageOf() {
	ctx := context.Background()
	keeper := newSite(10, seats.Standard(), seatkeeper.Options{})
	ada := person("Ada")
	ada.Location = "Leeds"
	_, _ = keeper.Do(ctx, "acme", users.As("u1"), seats.Invite{Profile: ada}, seats.Invite{Profile: person("Bob")})
	usage, err := keeper.UsageOf(ctx, "acme", users.Filter{NeverSignedIn: true, Location: "Leeds"})
	fmt.Println(usage.Cards, err)
	// Output: [{Seats 10} {Available 7} {Invited 1} {Active 0} {Inactive 0}] <nil>
}

func ExampleKeeper_Events() {
	ctx := context.Background()
	keeper := newSite(10, seats.Standard(), seatkeeper.Options{})
	_, _ = keeper.Do(ctx, "acme", users.As("u1"),
		seats.Invite{Profile: person("Ada")}, seats.Deactivate{User: "ada", Successor: "u1", Reason: "left"})
	for e, err := range keeper.Events(ctx, "acme", seats.EventFilter{After: 1}) {
		fmt.Println(e.Sequence, e.Kind, e.User, e.Delta, e.Held, e.Successor, e.Reason, err)
	}
	// Output:
	// 2 invited ada 1 2   <nil>
	// 3 deactivated ada -1 1 u1 left <nil>
}

// An invitation can free its seat by itself. Whatever call comes first finds it
// result; RunDue does it for accounts that nobody calls.
func ExampleKeeper_RunDue() {
	ctx := context.Background()
	now := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	keeper := newSite(10, seats.Policy{InvitationExpiry: seats.ExpiryFreesSeat, Term: 7 * 24 * time.Hour},
		seatkeeper.Options{Now: func() time.Time { return now }})
	_, _ = keeper.Do(ctx, "acme", users.As("u1"), seats.Invite{Profile: person("Ada")})
	now = now.AddDate(0, 1, 0)
	accounts, err := keeper.RunDue(ctx)
	fmt.Println(accounts, err)
	for e := range keeper.Events(ctx, "acme", seats.EventFilter{After: 2}) {
		fmt.Println(e.Kind, e.User, e.Time.Format(time.DateOnly))
	}
	// Output:
	// 1 <nil>
	// lapsed ada 2026-03-08
}

// A life in an account: asked in, reminded, in at the first sign-in, put away and
// brought back.
func ExampleKeeper_Do_life() {
	ctx, olive := context.Background(), users.As("u1")
	keeper := newSite(5, seats.Standard(), seatkeeper.Options{})
	for _, step := range []struct {
		actor   users.Actor
		command seats.Command
	}{
		{olive, seats.Invite{Profile: person("Ada"), Later: true}}, // the seat is taken, no mail yet
		{olive, seats.Notify{User: "ada"}},
		{users.As("ada"), seats.Accept{User: "ada"}},
		{olive, seats.ChangeRole{User: "ada", Role: users.Manager}},
		{olive, seats.Edit{User: "ada", Set: users.Patch{LastName: new("Lovelace")}}},
		{olive, seats.Archive{User: "ada", Successor: "u1"}},
		{olive, seats.Restore{User: "ada"}},
		{olive, seats.Deactivate{User: "ada"}},
		{users.Support("ticket 7"), seats.Erase{User: "ada"}},
	} {
		done, err := keeper.Do(ctx, "acme", step.actor, step.command)
		if err != nil {
			fmt.Println(err)
			return
		}
		o := done.Outcomes[0]
		fmt.Println(o.Action, o.After.Status, o.After.Role, o.SeatsDelta)
	}
	// Output:
	// invite invited member 1
	// notify invited member 0
	// accept active member 0
	// change-role active manager 0
	// edit active manager 0
	// archive archived manager -1
	// restore active manager 1
	// deactivate inactive manager -1
	// erase deleted manager 0
}

// Some products let people in by approval.
func ExampleKeeper_Do_approval() {
	ctx, olive := context.Background(), users.As("u1")
	keeper := newSite(5, seats.Policy{Activation: seats.Approval}, seatkeeper.Options{})
	_, _ = keeper.Do(ctx, "acme", olive, seats.Invite{Profile: person("Ada")})
	_, err := keeper.Do(ctx, "acme", users.As("ada"), seats.Accept{User: "ada"})
	fmt.Println(err)
	done, err := keeper.Do(ctx, "acme", olive, seats.Approve{User: "ada"})
	fmt.Println(done.Outcomes[0].After.Status, err)
	// Output:
	// seats: not approved yet
	// active <nil>
}

// Another policy rewrites nobody: who holds a seat follows from it.
func ExampleKeeper_Do_policy() {
	ctx := context.Background()
	keeper := newSite(5, seats.Standard(), seatkeeper.Options{})
	_, _ = keeper.Do(ctx, "acme", users.As("u1"), seats.Invite{Profile: person("Ada"), Role: users.Manager})
	policy := seats.Standard()
	policy.Exempt = users.In(users.Manager)
	done, err := keeper.Do(ctx, "acme", users.System(), seats.SetPolicy{Policy: policy})
	fmt.Println(done.Outcomes[0].SeatsDelta, err)
	account, _ := keeper.Account(ctx, "acme")
	fmt.Println(account.Policy == policy)
	// Output:
	// -1 <nil>
	// true
}
