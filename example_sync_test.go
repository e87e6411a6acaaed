package seatkeeper_test

import (
	"context"
	"fmt"
	"strings"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/memstore"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// A nightly file has all people of the personnel system. Missing ones leave, and their seats serve the new ones. A faulty row stops
// nothing: its user stays as they are.
func ExampleKeeper_Sync() {
	ctx := context.Background()
	keeper, _ := seatkeeper.New(memstore.New(), seatkeeper.Options{})
	_, _ = keeper.Open(ctx, seats.Opening{
		Account: "acme", Total: seats.Of(3), Owner: users.Profile{ID: "olive", Email: "olive@acme.example"},
	})
	night := func(file string) {
		roster, err := users.ReadRoster(strings.NewReader(file), users.RosterOptions{SkipFaulty: true})
		if err != nil {
			fmt.Println(err)
			return
		}
		run := seats.SyncRun{Source: "personnel", Fields: roster.Fields}
		result, err := keeper.Sync(ctx, "acme", run, roster.Complete(), nil)
		fmt.Println(result.Differences, err)
		for _, u := range result.Differences.Untouched {
			fmt.Printf("row %d: %v\n", u.Row, u.Refusal)
		}
	}
	night("Employee ID,Name,Work email\n1,Ada Berg,ada@acme.example\n2,Nora Quist,nora@acme.example\n")
	night("Employee ID,Name,Work email\n2,Nora Lund,nora@acme.example\n3,Ivo Lund,ivo@acme.example\n4,Tove Dahl,tove@acme.example\n")
	night("Employee ID,Name,Work email\n2,Nora Lund,nora@@acme.example\n3,Ivo Dahl,ivo@acme.example\n")
	night("Employee ID,Name,Work email\n")
	// Output:
	// 2 rows: 0 as before, 2 join <nil>
	// 3 rows: 0 as before, 2 join, 1 leaves, 1 changes, 1 left as it is: no-seats <nil>
	// row 4: seats: no free seat: 3 of 3 are held
	// 2 rows: 0 as before, 1 changes, 1 left as it is: bad-input <nil>
	// row 2: seats: not valid: email is not an email address
	// users: roster: the file is empty
}
