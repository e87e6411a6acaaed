package seatkeeper_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/memstore"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

func ExampleKeeper_Open() {
	keeper, _ := seatkeeper.New(memstore.New(), seatkeeper.Options{})
	result, err := keeper.Open(context.Background(), seats.Opening{
		Account: "acme", Total: seats.Of(10), Policy: seats.AccuEdConnect(), Zone: "Europe/London",
		Owner: users.Profile{ID: "u1", FirstName: "Olive", LastName: "Owen", Email: "olive@acme.example"},
	})
	fmt.Println(result.Outcomes[0].User, result.Outcomes[0].After.Role, err)
	// Output: u1 owner <nil>
}

func ExampleKeeper_Do() {
	ctx, olive := context.Background(), users.As("u1")
	keeper := newSite(2, seats.Standard(), seatkeeper.Options{})

	result, err := keeper.Do(ctx, "acme", olive, seats.Invite{Profile: person("Ada")})
	fmt.Println(result.Outcomes[0].User, result.Outcomes[0].After.Status, err)

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
	bulk, err := keeper.DoEach(context.Background(), "acme", users.As("u1"),
		seats.Invite{Profile: person("Ada")}, seats.Invite{Profile: person("Bob")},
		seats.Invite{Profile: person("Ada")}, seats.Invite{Profile: person("Cy")})
	for _, o := range bulk.Outcomes {
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

// A refusal has its numbers, and remedies open to this actor.
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
	// buy 1 seat
	// seats: an owner is protected: another user has to become an owner, and then the ownership has to end
}

// A returning user is recognized, and the refusal names the remedy.
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
	result, err := keeper.Do(ctx, "acme", olive, seats.Reactivate{User: "ada"})
	fmt.Println(result.Outcomes[0].After.Status, result.Outcomes[0].After.Role, err)
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
	// seats: this is the last active owner: another user has to become one first
	// <nil>
}

// Seats are returned once users are inactive.
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
	// seats: 1 can't be given back: none is free
	// <nil>
	// 2 10 <nil>
}

// The billing webhook lowers the total. All users keep their seats, and new ones are refused.
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

// The life of a user: invited, reminded, signed in, archived, restored and erased.
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
		result, err := keeper.Do(ctx, "acme", step.actor, step.command)
		if err != nil {
			fmt.Println(err)
			return
		}
		o := result.Outcomes[0]
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

// Some products let users in by approval.
func ExampleKeeper_Do_approval() {
	ctx, olive := context.Background(), users.As("u1")
	keeper := newSite(5, seats.Policy{Activation: seats.Approval}, seatkeeper.Options{})
	_, _ = keeper.Do(ctx, "acme", olive, seats.Invite{Profile: person("Ada")})
	_, err := keeper.Do(ctx, "acme", users.As("ada"), seats.Accept{User: "ada"})
	fmt.Println(err)
	result, err := keeper.Do(ctx, "acme", olive, seats.Approve{User: "ada"})
	fmt.Println(result.Outcomes[0].After.Status, err)
	// Output:
	// seats: the user is not approved yet
	// active <nil>
}

// Another policy takes effect at once: managers hold no seat by this one.
func ExampleKeeper_Do_policy() {
	ctx := context.Background()
	keeper := newSite(5, seats.Standard(), seatkeeper.Options{})
	_, _ = keeper.Do(ctx, "acme", users.As("u1"), seats.Invite{Profile: person("Ada"), Role: users.Manager})
	policy := seats.Standard()
	policy.Exempt = users.In(users.Manager)
	result, err := keeper.Do(ctx, "acme", users.System(), seats.SetPolicy{Policy: policy})
	fmt.Println(result.Outcomes[0].SeatsDelta, err)
	account, _ := keeper.Account(ctx, "acme")
	fmt.Println(account.Policy == policy)
	// Output:
	// -1 <nil>
	// true
}

// A webhook that arrives twice buys seats once.
func ExampleCall_key() {
	ctx := context.Background()
	keeper := newSite(10, seats.Standard(), seatkeeper.Options{})
	for range 2 {
		hook := keeper.With(seatkeeper.Call{Key: "invoice 4711", Reason: "renewal"})
		result, err := hook.Do(ctx, "acme", users.System(), seats.BuySeats{Quantity: 5})
		fmt.Println(result.Repeated, result.Events[0].Count, result.Events[0].Reason, err)
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
	// seats: the request key was used for another call
}
