package seatkeeper_test

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// A wrong selection is taken back by its receipt. What was changed since stays.
func ExampleKeeper_Undo() {
	ctx, olive := context.Background(), users.As("u1")
	keeper := newSite(10, seats.Standard(), seatkeeper.Options{})
	_, _ = keeper.DoEach(ctx, "acme", olive, seats.Invite{Profile: person("Ada")}, seats.Invite{Profile: person("Bob")}, seats.Invite{Profile: person("Eve")})
	bulk, err := keeper.DoEach(ctx, "acme", olive,
		seats.Deactivate{User: "ada"}, seats.Deactivate{User: "bob"}, seats.Edit{User: "eve", Set: users.Patch{Location: new("Leeds")}})
	fmt.Println(len(bulk.Outcomes), err)
	receipt, _ := json.Marshal(bulk.Receipt) // the host keeps it, for a day or so: it has personal data
	_, _ = keeper.Do(ctx, "acme", olive, seats.Archive{User: "bob"})

	var kept seats.Receipt
	_ = json.Unmarshal(receipt, &kept)
	plan, err := keeper.PreviewUndo(ctx, "acme", olive, kept)
	fmt.Println(plan, err)
	undone, err := keeper.Undo(ctx, "acme", olive, kept)
	for _, o := range undone.Outcomes {
		fmt.Println(o.Action, o.User, o.Refusal)
	}
	fmt.Println(err)
	// Output:
	// 3 <nil>
	// 3 users: 2 fit, 1 does not <nil>
	// edit eve <nil>
	// restore bob seats: this was changed meanwhile: the user is archived
	// reactivate ada <nil>
	// <nil>
}

// The calendar has what will happen by itself, and the seats of any day to come.
func ExampleKeeper_Calendar() {
	ctx, olive := context.Background(), users.As("u1")
	keeper := newSite(3, seats.Standard(), seatkeeper.Options{Now: func() time.Time { return time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC) }})
	_, _ = keeper.Do(ctx, "acme", olive,
		seats.Invite{Profile: person("Ada"), Leave: users.Until("2026-03-31")},
		seats.Invite{Profile: person("Bob"), Start: "2026-03-16"},
		seats.Invite{Profile: person("Eve"), Start: "2026-03-23"})
	_, _ = keeper.Do(ctx, "acme", users.System(), seats.BookTotal{Date: "2026-04-01", Total: seats.Of(2)})

	calendar, err := keeper.Calendar(ctx, "acme", "2026-06-30")
	fmt.Println(err)
	for _, day := range calendar.Days {
		for _, e := range day.Entries {
			fmt.Println(day.Date, e.Kind, e.User, e.Held, "of", e.Total)
		}
	}
	fmt.Println(calendar.Free(seats.Site, "2026-03-15"), "free on the 15th,", calendar.Free(seats.Site, "2026-03-16"), "on the 16th")
	if day, ok := calendar.Unfit(); ok {
		fmt.Println("on", day.Date, "no seat for", day.Entries[0].User)
	}
	// Output:
	// <nil>
	// 2026-03-16 invited bob 3 of 3
	// 2026-03-23 start-missed eve 3 of 3
	// 2026-03-31 deactivated ada 2 of 3
	// 2026-04-01 total-set  2 of 2
	// 1 free on the 15th, 0 on the 16th
	// on 2026-03-23 no seat for eve
}

// Can these two be invited on the 1st? One of them, for Ada leaves on the day before.
func ExampleKeeper_PreviewOn() {
	ctx, olive := context.Background(), users.As("u1")
	keeper := newSite(2, seats.Standard(), seatkeeper.Options{Now: func() time.Time { return time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC) }})
	_, _ = keeper.Do(ctx, "acme", olive, seats.Invite{Profile: person("Ada"), Leave: users.Until("2026-03-31")})
	plan, err := keeper.PreviewOn(ctx, "acme", "2026-04-01", olive, seats.Invite{Profile: person("Bob")}, seats.Invite{Profile: person("Eve")})
	fmt.Println(plan, err)

	// An invitation for that day holds no seat before it, and the plan warns.
	plan, err = keeper.Preview(ctx, "acme", olive,
		seats.Invite{Profile: person("Bob"), Start: "2026-04-01"}, seats.Invite{Profile: person("Eve"), Start: "2026-04-01"})
	fmt.Println(plan, err)
	// Output:
	// on 2026-04-01: 2 users: 1 fits, 1 does not <nil>
	// 2 users: 2 fit, 0 do not; 1 will find no free seat on the day of the start <nil>
}
