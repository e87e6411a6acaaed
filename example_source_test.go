package seatkeeper_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// A directory sends a request for each leaver, and one night it sends one for nearly all. The account stops
// it at half of its people and tells the admins, who look and release or reject it.
func ExampleKeeper_Do_heldSource() {
	ctx := context.Background()
	keeper := newSite(20, seats.Standard(), seatkeeper.Options{})
	directory := users.Sync("directory")
	for i := range 8 {
		_, _ = keeper.Do(ctx, "acme", directory, seats.Invite{Profile: users.Profile{ID: users.ID(fmt.Sprint("p", i)), Email: fmt.Sprintf("p%d@acme.example", i)}})
	}
	for i := range 6 {
		_, err := keeper.Do(ctx, "acme", directory, seats.Deactivate{User: users.ID(fmt.Sprint("p", i))})
		if errors.Is(err, seats.ErrSourceHeld) {
			fmt.Printf("%d: %v\n", i, err)
		}
	}
	for e, err := range keeper.Events(ctx, "acme", seats.EventFilter{Kinds: []seats.EventKind{seats.EventSourceHeld}}) {
		fmt.Println(e.Kind, e.Source, "- mail to", e.Receivers, err)
	}
	account, _ := keeper.Account(ctx, "acme")
	source, _ := account.Sources.Of("directory")
	fmt.Println(source.People, "users are left; asked for", source.Hold.Sample)

	_, err := keeper.Do(ctx, "acme", users.As("u1"), seats.ReleaseSource{Source: "directory", Losses: seats.Losses{Leavers: 2}, Reason: "the office has moved"})
	fmt.Println(err)
	_, err = keeper.Do(ctx, "acme", directory, seats.Deactivate{User: "p4"})
	fmt.Println(err)
	// Output:
	// 4: seats: the sync is held: more of its users would leave than stay
	// 5: seats: the sync is held: an owner or an admin has to release it first
	// source-held directory - mail to [u1] <nil>
	// 4 users are left; asked for [p4]
	// <nil>
	// <nil>
}

// Users who were invited by hand become those of the personnel system, by a word of an admin: they keep their seats, and
// leave with its file from then on. Those of another sync follow the rank.
func ExampleKeeper_Sync_takesOver() {
	ctx := context.Background()
	keeper := newSite(20, seats.Standard(), seatkeeper.Options{})
	invite := func(actor users.Actor, id users.ID) {
		_, _ = keeper.Do(ctx, "acme", actor, seats.Invite{Profile: users.Profile{ID: id, Email: string(id) + "@acme.example"}})
	}
	for _, id := range []users.ID{"ada", "nora", "ivo"} {
		invite(users.As("u1"), id)
	}
	invite(users.Sync("directory"), "tove")
	night := func(ids ...users.ID) {
		roster := users.Complete(func(yield func(users.Entry, error) bool) {
			for i, id := range ids {
				if !yield(users.Entry{Row: i + 2, Profile: users.Profile{Email: string(id) + "@acme.example", Title: "Dr"}}, nil) {
					return
				}
			}
		})
		result, err := keeper.Sync(ctx, "acme", seats.SyncRun{Source: "personnel", Fields: []string{"email", "title"}}, roster, nil)
		fmt.Println(result.Differences, err)
	}
	night("ada", "nora", "ivo", "tove")
	_, err := keeper.Do(ctx, "acme", users.As("u1"), seats.EditSource{Source: "personnel", Adopts: new(true), Rank: new(1)})
	fmt.Println(err)
	night("ada", "nora", "ivo", "tove")
	night("ada", "nora", "ivo", "tove")
	night("ada", "nora", "ivo")
	// Output:
	// 4 rows: 0 as before, 4 left as they are: forbidden <nil>
	// <nil>
	// 4 rows: 0 as before, 4 are taken over, 4 change <nil>
	// 4 rows: 4 as before <nil>
	// 3 rows: 3 as before, 1 leaves <nil>
}
