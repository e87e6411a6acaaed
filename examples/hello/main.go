// Command hello is the program of the README.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/memstore"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

func main() {
	ctx := context.Background()
	keeper, err := seatkeeper.New(memstore.New(), seatkeeper.Options{})
	if err != nil {
		log.Fatal(err)
	}
	_, err = keeper.Open(ctx, seats.Opening{
		Account: "acme", Total: seats.Of(2), Policy: seats.AccuEdConnect(),
		Owner: users.Profile{ID: "u1", FirstName: "Olive", LastName: "Owen", Email: "olive@acme.example"},
	})
	if err != nil {
		log.Fatal(err)
	}
	for _, email := range []string{"ada@acme.example", "bob@acme.example"} {
		_, err := keeper.Do(ctx, "acme", users.As("u1"), seats.Invite{Profile: users.Profile{Email: email}})
		var refusal *seats.Refusal
		if errors.As(err, &refusal) {
			fmt.Println(refusal)          // seats: no free seat: 2 of 2 are held
			fmt.Println(refusal.Remedies) // deactivate 1 user, delete 1 user or ask the vendor for 1 more seat
		}
	}
}
