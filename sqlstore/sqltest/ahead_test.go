package sqltest_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/internal/ways"
	"github.com/seatkeeper/seatkeeper/memstore"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// TestCalendar_engines compares the calendar, a plan for a day to come and an undo with those in
// memory, for more dated rows than one load has.
func TestCalendar_engines(t *testing.T) {
	const people = seats.MaxSettled + 40
	play := func(t *testing.T, st store.Store) (seen []any) {
		ctx, olive := t.Context(), users.As("olive")
		see := func(what any, err error) {
			require.NoError(t, err)
			seen = append(seen, what)
		}
		k, err := ways.New(st, seatkeeper.Options{Now: func() time.Time { return time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC) }})
		require.NoError(t, err)
		_, err = k.Open(ctx, seats.Opening{
			Account: "ahead", Zone: "Pacific/Auckland", Total: seats.Of(people + 2), Owner: users.Profile{ID: "olive", Email: "olive@acme.example"},
		})
		require.NoError(t, err)
		_, err = k.Do(ctx, "ahead", users.System(), seats.SetTotal{Pool: "first-aid", Total: seats.Of(people)},
			seats.EditPool{Pool: "first-aid", Term: &seats.LicenceTerm{Days: 9}}, seats.BookTotal{Pool: "first-aid", Date: "2026-03-15", Total: seats.Of(5)})
		require.NoError(t, err)
		var commands, leaves []seats.Command
		for i := range people {
			id := users.ID(fmt.Sprintf("p%04d", i))
			commands = append(commands, seats.Invite{Profile: users.Profile{ID: id, Username: string(id), Groups: []string{"all"}}},
				seats.AssignCourse{User: id, Pool: "first-aid"},
				seats.Invite{Profile: users.Profile{ID: "late-" + id, Username: "late-" + string(id)}, Start: users.Date("2026-03-05").AddDays(i % 20)})
			leaves = append(leaves, seats.Schedule{User: id, Leave: users.Until(users.Date("2026-03-05").AddDays(i % 10))},
				seats.Edit{User: id, Set: users.Patch{Title: new("Gone soon"), Groups: &[]string{"leavers"}}})
		}
		_, err = k.DoEach(ctx, "ahead", olive, commands...)
		require.NoError(t, err)
		bulk, err := k.DoEach(ctx, "ahead", olive, leaves...)
		require.NoError(t, err)
		calendar, err := k.Calendar(ctx, "ahead", "2026-04-10")
		see(calendar, err)
		plan, err := k.PreviewOn(ctx, "ahead", "2026-03-09", olive, seats.Invite{Profile: users.Profile{ID: "eve", Username: "eve"}})
		see(plan, err)
		undone, err := k.Undo(ctx, "ahead", olive, bulk.Receipt)
		see(undone.Outcomes, err)
		require.Len(t, undone.Outcomes, 2*people)
		for _, o := range undone.Outcomes {
			require.Nil(t, o.Refusal)
			require.False(t, o.Unchanged)
		}
		u, err := k.User(ctx, "ahead", "p0007")
		see(u.Profile, err)
		require.Equal(t, []string{"all"}, u.Groups)
		drifts, err := k.Audit(ctx, "ahead")
		require.NoError(t, err)
		require.Empty(t, drifts)
		return seen
	}
	want := play(t, memstore.New())
	each(t, inTurn, func(t *testing.T, s *site) {
		require.Equal(t, want, play(t, s.store()))
	})
}
