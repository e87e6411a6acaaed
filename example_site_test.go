package seatkeeper_test

import (
	"context"
	"strings"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/memstore"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// newSite opens an account; its owner is Olive, "u1".
func newSite(total int64, policy seats.Policy, o seatkeeper.Options) *seatkeeper.Keeper {
	keeper, err := seatkeeper.New(memstore.New(), o)
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

// person is a profile with ID and address made from the name.
func person(name string) users.Profile {
	return users.Profile{ID: users.ID(strings.ToLower(name)), FirstName: name, Email: strings.ToLower(name) + "@acme.example"}
}
