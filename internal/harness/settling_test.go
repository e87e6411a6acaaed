package harness

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/seatkeeper/seatkeeper/internal/gen"
	"github.com/seatkeeper/seatkeeper/internal/reference"
	"github.com/seatkeeper/seatkeeper/memstore"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// TestSettle_zone_after_jump: one who is looked at after the day in a new zone only, since the clock had gone
// back before, leaves together with those whose day was set in that zone.
func TestSettle_zone_after_jump(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := newRun(t, func() store.Store { return memstore.New() })
		require.True(t, r.begin(seats.Opening{Total: seats.Of(6), Owner: users.Profile{Email: "ann@qz.example"}, Policy: seats.Policy{MostLeavers: 1}}))
		owner, now := users.As(gen.NthID(1)), gen.Epoch
		do := func(c ...seats.Command) {
			r.take(step{Call: gen.Call{How: gen.Do, At: now, Actor: owner, Commands: c}})
		}
		today := users.DateOf(now)
		leave := rapid.SampledFrom([]users.Leave{users.Until(today), users.From(today.AddDays(1))}).Draw(t, "leave")
		do(asked("bob"), asked("cleo"), seats.Schedule{User: "bob", Leave: leave})
		now = now.Add(-time.Duration(rapid.IntRange(0, 48).Draw(t, "hours")) * time.Hour)
		r.take(step{Call: gen.Call{How: gen.Clock, At: now}})
		do(seats.EditAccount{Zone: new(rapid.SampledFrom(reference.Zones).Draw(t, "zone"))})
		do(seats.Schedule{User: "cleo", Leave: leave})
		for range 2 {
			now = now.Add(time.Duration(rapid.IntRange(0, 96).Draw(t, "hours")) * time.Hour)
			r.take(step{Call: gen.Call{How: gen.RunDue, At: now}})
		}
	})
}

// TestSequence_place_after_jump: a user who leaves a queue has its course looked at again by a clock that had gone back.
func TestSequence_place_after_jump(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := newRun(t, func() store.Store { return memstore.New() })
		require.True(t, r.begin(seats.Opening{Total: seats.Of(6), Owner: users.Profile{Email: "ann@qz.example"}, Policy: seats.Policy{WhenFull: seats.Wait}}))
		do := func(at time.Time, c ...seats.Command) {
			r.take(step{Call: gen.Call{How: gen.Do, At: at, Actor: users.Support("ticket"), Commands: c}})
		}
		day := users.DateOf(gen.Epoch).AddDays(3)
		do(gen.Epoch, asked("bob"), seats.SetTotal{Pool: "drill", Total: seats.Of(0)}, seats.AssignCourse{User: "bob", Pool: "drill"})
		do(gen.Epoch, seats.BookTotal{Pool: "drill", Date: day, Total: seats.Of(1)})
		r.take(step{Call: gen.Call{How: gen.RunDue, At: day.Start(time.UTC).Add(-time.Hour)}})
		leaves := []seats.Command{seats.Unqueue{User: "bob", Pool: "drill"}, seats.Deactivate{User: "bob"}, seats.Archive{User: "bob"}, seats.Delete{User: "bob"}}
		do(gen.Epoch, rapid.SampledFrom(leaves).Draw(t, "leaves"))
	})
}

// TestSequence_zone_before_lead: an edit of the account plans the site before the instants of a new zone, so that a day that
// is far away by a clock that had gone back has its instant in that zone.
func TestSequence_zone_before_lead(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := newRun(t, func() store.Store { return memstore.New() })
		require.True(t, r.begin(seats.Opening{Total: seats.Of(6), Owner: users.Profile{Email: "ann@qz.example"}}))
		do := func(at time.Time, c ...seats.Command) {
			r.take(step{Call: gen.Call{How: gen.Do, At: at, Actor: users.Support("ticket"), Commands: c}})
		}
		day := users.DateOf(gen.Epoch).AddDays(1)
		do(gen.Epoch, seats.BookTotal{Date: day, Total: seats.Of(9)})
		now := gen.Epoch.Add(-time.Duration(rapid.IntRange(0, 48).Draw(t, "hours")) * time.Hour)
		do(now, seats.EditAccount{Zone: new(rapid.SampledFrom(reference.Zones).Draw(t, "zone"))})
	})
}
