package seatkeeper_test

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// A plan shows the outcome of a roster, and is carried out as shown or not at all.
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

	// It can be stored, and applied by another actor.
	text, _ := json.Marshal(plan)
	var kept seats.Plan
	_ = json.Unmarshal(text, &kept)
	result, err := keeper.Apply(ctx, "acme", olive, kept)
	fmt.Println(len(result.Events), result.Outcomes[2].Refusal, err)

	_, err = keeper.Apply(ctx, "acme", olive, kept)
	fmt.Println(err)
	// Output:
	// 3 users: 2 fit, 1 does not; 1 is already here as ada@acme.example <nil>
	// 2 seats held before, 3 after
	// 1 seats: no free seat: 3 of 3 are held <nil>
	// seats: the plan is out of date: 1 command comes out differently by now
}

// A page asks before it shows a button.
func ExampleKeeper_May() {
	ctx, olive := context.Background(), users.As("u1")
	keeper := newSite(1, seats.AccuEdConnect(), seatkeeper.Options{})
	fmt.Println(keeper.May(ctx, "acme", olive, seats.Invite{Profile: person("Ada")}))
	fmt.Println(keeper.May(ctx, "acme", olive, seats.Archive{User: "u1"}))
	fmt.Println(keeper.May(ctx, "acme", olive, seats.Notify{User: "u1"}))
	// Output:
	// seats: no free seat: 1 of 1 is held
	// seats: an owner is protected: another user has to become an owner, and then the ownership has to end
	// <nil>
}

// A list of people shows the buttons that would work, and says why the others would not.
func ExampleKeeper_Allowed() {
	ctx, olive := context.Background(), users.As("u1")
	keeper := newSite(9, seats.AccuEdConnect(), seatkeeper.Options{})
	_, err := keeper.Do(ctx, "acme", olive, seats.Invite{Profile: users.Profile{ID: "ada", Email: "ada@acme.example"}})
	if err != nil {
		fmt.Println(err)
	}
	rows, err := keeper.Allowed(ctx, "acme", olive, "u1", "ada")
	if err != nil {
		fmt.Println(err)
	}
	for _, row := range rows {
		fmt.Println(row.User, row.Actions.Has(users.ActionDeactivate), row.Refusal(users.ActionDeactivate))
	}
	// Output:
	// u1 false seats: an owner is protected: another user has to become an owner, and then the ownership has to end
	// ada true <nil>
}
