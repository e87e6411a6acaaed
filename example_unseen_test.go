package seatkeeper_test

import (
	"context"
	"fmt"
	"time"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// Seats of people who have not been in for 90 days: an admin sees who they are, and frees them.
func ExampleKeeper_Unseen() {
	ctx, olive := context.Background(), users.As("u1")
	now := time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC)
	keeper := newSite(10, seats.Standard(), seatkeeper.Options{Now: func() time.Time { return now }})
	for _, id := range []users.ID{"ada", "bob", "cy"} {
		_, _ = keeper.Do(ctx, "acme", users.System(), seats.Add{Profile: users.Profile{ID: id, Email: string(id) + "@acme.example"}})
	}
	for _, id := range []users.ID{"dee", "eve"} {
		_, _ = keeper.Do(ctx, "acme", olive, seats.Invite{Profile: users.Profile{ID: id, Email: string(id) + "@acme.example"}})
	}
	_, _ = keeper.Do(ctx, "acme", olive, seats.Edit{User: "dee", Set: users.Patch{Groups: &[]string{"On leave"}}})

	// Each sign-in is noted, once an hour. A session that goes on for weeks is noted by the host.
	now = now.AddDate(0, 0, 80)
	_, _ = keeper.Do(ctx, "acme", users.System(), seats.SignIn{Profile: users.Profile{Email: "ada@acme.example"}})
	_ = keeper.Seen(ctx, "acme", now.Add(-time.Hour), "bob")

	// The column of a page.
	now = now.AddDate(0, 0, 20)
	page, _ := keeper.Page(ctx, "acme", users.Filter{}, users.Cursor{}, 50)
	var ids []users.ID
	for _, u := range page.Users {
		ids = append(ids, u.ID)
	}
	seen, _ := keeper.LastSeen(ctx, "acme", ids...)
	for i, id := range ids {
		if seen[i].IsZero() {
			fmt.Println(id, "-")
			continue
		}
		fmt.Println(id, seen[i].Format(time.DateOnly))
	}

	// The plan, without those on leave.
	plan, err := keeper.Unseen(ctx, "acme", olive, seats.Unseen{UnseenRule: seats.UnseenRule{Days: 90, Grace: 30}, ExemptGroups: []string{"On leave"}})
	fmt.Println(plan, err)
	for _, step := range plan.Steps {
		fmt.Printf("%+v\n", step.Command)
	}
	_, err = keeper.Apply(ctx, "acme", olive, plan)
	usage, _ := keeper.Usage(ctx, "acme")
	fmt.Println(usage.Held, "seats are held", err)
	// Output:
	// ada 2026-05-21
	// bob 2026-05-21
	// cy 2026-03-02
	// dee -
	// eve -
	// u1 2026-03-02
	// 2 users: 2 fit, 0 do not <nil>
	// {User:cy Successor: Reason:last seen 2026-03-02}
	// {User:eve Successor: Reason:never seen since 2026-03-02}
	// 4 seats are held <nil>
}

// The nightly job of a host whose product frees such seats by itself.
func ExampleKeeper_FreeUnseen() {
	ctx := context.Background()
	now := time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC)
	policy := seats.Standard()
	policy.Unseen = seats.UnseenRule{Days: 60, Exempt: users.In(users.Admin)}
	policy.MostLeavers = 20 // more of them wait for an admin
	keeper := newSite(10, policy, seatkeeper.Options{Now: func() time.Time { return now }})
	_, _ = keeper.Do(ctx, "acme", users.As("u1"),
		seats.Invite{Profile: users.Profile{ID: "ada", Email: "ada@acme.example"}}, seats.Invite{Profile: users.Profile{ID: "bob", Email: "bob@acme.example"}})
	now = now.AddDate(0, 0, 50)
	_, _ = keeper.Do(ctx, "acme", users.System(), seats.SignIn{Profile: users.Profile{Email: "ada@acme.example"}})

	now = now.AddDate(0, 0, 20)
	for account, err := range keeper.Accounts(ctx, "") {
		if err != nil {
			fmt.Println(err)
			return
		}
		run, err := keeper.FreeUnseen(ctx, account.ID, seats.Unseen{ExemptGroups: []string{"On leave"}})
		fmt.Println(account.ID, run.Freed, "freed,", run.HeldBack, "held back", err)
	}
	for e := range keeper.Events(ctx, "acme", seats.EventFilter{User: "bob", Kinds: []seats.EventKind{seats.EventDeactivated}}) {
		fmt.Println(e.Kind, "by", e.Channel, e.Reason)
	}
	// Output:
	// acme 1 freed, 0 held back <nil>
	// deactivated by unseen never seen since 2026-03-02
}
