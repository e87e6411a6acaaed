package products_test

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// newSite opens an account with its owner Olive, "u1".
func newSite(total int64, policy seats.Policy, o seatkeeper.Options) *seatkeeper.Keeper {
	keeper, err := seatkeeper.New(newStore(), o)
	if err != nil {
		panic(err)
	}
	_, err = keeper.Open(context.Background(), seats.Opening{
		Account: "acme", Total: seats.Of(total), Policy: policy,
		Owner: users.Profile{ID: "u1", FirstName: "Olive", LastName: "Owen", Email: "olive@acme.example"},
	})
	if err != nil {
		panic(err)
	}
	return keeper
}

// person returns a profile with an ID and an address from the name.
func person(name string) users.Profile {
	return users.Profile{ID: users.ID(strings.ToLower(name)), FirstName: name, Email: strings.ToLower(name) + "@acme.example"}
}

// show prints the summary cards.
func show(keeper *seatkeeper.Keeper) {
	usage, err := keeper.Usage(context.Background(), "acme")
	fmt.Println(usage.Cards, err)
}

// list prints the IDs of the selected users.
func list(keeper *seatkeeper.Keeper, filter users.Filter) {
	var ids []users.ID
	for u, err := range keeper.Users(context.Background(), "acme", filter) {
		if err != nil {
			fmt.Println(err)
		}
		ids = append(ids, u.ID)
	}
	fmt.Println(len(ids), ids)
}

// refused prints a refusal and its remedies.
func refused(err error) {
	var refusal *seats.Refusal
	switch {
	case !errors.As(err, &refusal):
		fmt.Println("not refused:", err)
	case len(refusal.Remedies) > 0:
		fmt.Printf("%v; %v\n", refusal, refusal.Remedies)
	default:
		fmt.Println(refusal)
	}
}
