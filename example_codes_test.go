package seatkeeper_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// A join code for a class of two, with seats that are held for it. The host has checked the address of
// the visitor, and bounds how often one may guess.
func ExampleKeeper_JoinCodes() {
	ctx := context.Background()
	keeper := newSite(4, seats.Standard(), seatkeeper.Options{})
	olive := users.As("u1")
	_, err := keeper.Do(ctx, "acme", olive, seats.SetCode{
		Pool: "class-7b", Text: "FROG-POND-7", Uses: seats.Of(2), Hold: new(true), Domains: new("acme.example"),
	})
	fmt.Println(err) // without a Text the library makes one, such as CDF-GHJ-KMN

	door := func(code string, visitor users.Profile) {
		result, err := keeper.Do(ctx, "acme", users.System(), seats.Join{Code: code, Profile: visitor})
		var refusal *seats.Refusal
		switch {
		case errors.As(err, &refusal):
			fmt.Println(visitor.FirstName, "-", refusal)
		case err == nil && result.Outcomes[0].After.Status == users.Active:
			fmt.Println(visitor.FirstName, "is in")
		}
	}
	door("frog pond 7", person("Ada"))
	door("frog pond 7", person("Ada")) // a second click
	door("FROG-POND-8", person("Bob"))
	door("frogpond7", users.Profile{FirstName: "Eve", Email: "eve@elsewhere.example"})

	usage, _ := keeper.Usage(ctx, "acme")
	fmt.Println(usage.Held, "seats held, of which in advance:", usage.Reserved)
	for code, err := range keeper.JoinCodes(ctx, "acme") { // for the page of an admin
		fmt.Println(code.ID, code.Join.Text, "uses:", code.Spent, "left:", code.UsesLeft(), err)
	}
	_, err = keeper.Do(ctx, "acme", olive, seats.EndCode{Pool: "class-7b"})
	usage, _ = keeper.Usage(ctx, "acme")
	fmt.Println(usage.Held, "seats held", err)
	door("frog pond 7", person("Bob"))
	// Output:
	// <nil>
	// Ada is in
	// Ada is in
	// Bob - seats: this join code is not valid
	// Eve - seats: not possible with this join code: the person has no address of its domains
	// 3 seats held, of which in advance: 1
	// class-7b FROG-POND-7 uses: 1 left: 1 <nil>
	// 2 seats held <nil>
	// Bob - seats: this join code is not valid
}
