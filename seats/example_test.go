package seats_test

import (
	"fmt"
	"time"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// The decision is a pure function: what a Keeper does around it is to load the
// snapshot and to commit the change.
func ExampleDecide() {
	now := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	opened, _ := seats.Open(seats.Snapshot{}, seats.Opening{
		Account: "acme", Total: seats.Of(2), Owner: users.Profile{ID: "u1", Email: "olive@acme.example"},
	}, seats.Request{Actor: users.System(), At: now, Change: "c1"})
	snapshot := seats.Snapshot{}.Apply(opened.Change)

	decision, err := seats.Decide(snapshot, seats.Request{
		Actor: users.As("u1"), At: now, Change: "c2",
		Commands: []seats.Command{seats.Invite{Profile: users.Profile{ID: "u2", Email: "ada@acme.example"}}},
	})
	fmt.Println(decision.Outcomes[0].User, decision.Change.Base, decision.Change.Account.Revision, err)
	fmt.Println(decision.Change.Pools[0].Held, decision.Change.Events[0].Kind)
	// Output:
	// u2 1 2 <nil>
	// 2 invited
}

// A host may start from any preset and change what it likes.
func ExamplePolicy() {
	policy := seats.AccuEdConnect()
	policy.Exempt = users.In(users.Manager)
	policy.Buying = seats.Orders{By: seats.SelfService, Least: 10, Most: 1000}
	fmt.Println(policy.Check())
	policy.Term = 0
	fmt.Println(policy.Check())
	// Output:
	// <nil>
	// needs a term of at most 10 years if invitations run out, and none otherwise
}

func ExamplePolicy_Shows() {
	fmt.Println(seats.Standard().Shows(users.Invited), seats.AccuEdConnect().Shows(users.Invited))
	// Output: invited active
}
