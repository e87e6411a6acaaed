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

// A file of any size is looked at as a whole, and carried out after an admin has agreed. The file is read
// twice; the key lets the upload go on after a restart.
func ExampleKeeper_PreviewAll() {
	ctx := context.Background()
	keeper, _ := seatkeeper.New(memstore.New(), seatkeeper.Options{})
	_, _ = keeper.Open(ctx, seats.Opening{
		Account: "acme", Total: seats.Of(3), Owner: users.Profile{ID: "olive", Email: "olive@acme.example"},
	})
	file := "Name,Work email,Status\nNora Quist,nora@fjord.example,active\nIvo Lund,ivo@fjord.example,left\n" +
		"Ada Berg,ada@fjord.example,active\nTove Dahl,tove@fjord.example,active\n"
	open := func() *users.RosterScan { return users.ScanRoster(strings.NewReader(file), users.RosterOptions{}) }

	olive := users.As("olive")
	plan, err := keeper.PreviewAll(ctx, "acme", olive, seats.InviteEach(open().People()))
	fmt.Println(plan, err)

	once := keeper.With(seatkeeper.Call{Key: "upload-2026-03"})
	done, err := once.ApplyAll(ctx, "acme", olive, plan, seats.InviteEach(open().People()), nil)
	fmt.Println(plan.Report(done.Totals), err)
	// Output:
	// 4 commands: 2 fit, 1 changes nothing, 1 does not fit: no-seats 1, from command 4 on; then 3 of 3 seats are held <nil>
	// as planned: 4 commands: 2 fit, 1 changes nothing, 1 does not fit: no-seats 1, from command 4 on <nil>
}
