package seats_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

func number(n int64) seats.Version { return seats.Version{Number: n} }

func book(date users.Date, total int64) seats.BookTotal {
	return seats.BookTotal{Date: date, Total: seats.Of(total)}
}

// The day after start, in UTC, and its first instant.
const tomorrow users.Date = "2026-03-02"

var tomorrowAt = time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)

func TestBookTotal(t *testing.T) {
	t.Run("on the day", func(t *testing.T) {
		s := open(t, seats.Of(4), seats.Standard())
		s.invite("ada", "bob")
		out := s.do(support, book(tomorrow, 1))
		require.EqualValues(t, 2, out[0].Excess, "as it would be today")
		require.Equal(t, seats.Of(4), s.pool().Total)
		require.Equal(t, seats.Booking{Date: tomorrow, At: tomorrowAt, Total: seats.Of(1), By: support}, s.pool().Booked)
		require.Equal(t, s.pool().Booked, s.rows.Usage().Booked)
		e := s.lastEvent()
		require.Equal(t, seats.EventTotalBooked, e.Kind)
		require.Equal(t, tomorrow, e.Date)
		require.EqualValues(t, 1, e.Count)
		require.Equal(t, seats.Of(4), e.Total)
		s.same(system, book(tomorrow, 1))

		s.now = tomorrowAt.Add(-time.Microsecond)
		require.Empty(t, s.settle(), "the day is looked at, and not there")
		s.now = tomorrowAt.Add(9 * time.Hour)
		e = s.settle()[0]
		require.Equal(t, seats.EventTotalSet, e.Kind)
		require.Equal(t, tomorrowAt, e.Time)
		require.Equal(t, support, e.Actor, "who booked it")
		require.Equal(t, seats.Of(1), s.pool().Total)
		require.True(t, s.pool().OverLimit)
		require.EqualValues(t, 2, s.pool().Excess())
		require.Zero(t, s.pool().Booked)
		require.Zero(t, s.pool().Due)
		s.refused(seats.ErrNoSeats, owner, seats.Invite{Profile: profile("cy")})
		require.Len(t, s.rows.Users, 3, "all users stay")
		require.Empty(t, s.settle(), "once")
	})
	t.Run("a later one moves it", func(t *testing.T) {
		s := open(t, seats.Of(4), seats.Standard())
		s.do(system, book(tomorrow, 1))
		s.do(support, book("2026-03-10", 1))
		require.Equal(t, users.Date("2026-03-10"), s.pool().Booked.Date)
		require.Equal(t, support, s.pool().Booked.By)
		s.do(support, book("2026-03-10", 7))
		require.Equal(t, seats.Of(7), s.pool().Booked.Total)
		s.do(support, seats.BookTotal{Date: "2026-03-05", Total: seats.Unlimited()})
		require.EqualValues(t, -1, s.lastEvent().Count)
		require.Zero(t, s.rows.Usage().Excess)
		s.now = tomorrowAt.AddDate(0, 1, 0)
		require.Len(t, s.settle(), 1)
		require.Equal(t, seats.Unlimited(), s.pool().Total)
	})
	t.Run("an empty day cancels it", func(t *testing.T) {
		s := open(t, seats.Of(4), seats.Standard())
		s.same(support, seats.BookTotal{})
		s.do(support, book(tomorrow, 0))
		out := s.do(support, seats.BookTotal{})
		require.Zero(t, out[0].Excess)
		require.Equal(t, seats.EventTotalBooked, s.lastEvent().Kind)
		require.Empty(t, s.lastEvent().Date)
		require.Zero(t, s.pool().Booked)
		require.Zero(t, s.pool().Due)
		s.now = tomorrowAt.AddDate(0, 1, 0)
		require.Empty(t, s.settle())
		require.Equal(t, seats.Of(4), s.pool().Total)
	})
	t.Run("of a course", func(t *testing.T) {
		s := open(t, seats.Of(4), seats.Standard())
		refusal := s.refused(seats.ErrBadInput, support, seats.BookTotal{Pool: "go", Date: tomorrow, Total: seats.Of(1)})
		require.Equal(t, "pool", refusal.Field)
		require.ErrorIs(t, refusal, seats.ErrNotThere)
		require.Equal(t, seats.PoolID("go"), refusal.Pool)
		s.refused(seats.ErrBadInput, support, seats.BookTotal{Pool: "a\x00", Date: tomorrow, Total: seats.Of(1)})
		s.do(system, seats.SetTotal{Pool: "go", Total: seats.Of(3)}, seats.Import{User: users.User{Profile: profile("eve"), Status: users.Active, Created: start, StatusSince: start},
			Licences: []users.Licence{{Pool: "go", Assigned: start}}})
		out := s.do(support, seats.BookTotal{Pool: "go", Date: tomorrow, Total: seats.Of(0)})
		require.EqualValues(t, 1, out[0].Excess)
		s.do(support, book(tomorrow, 9))
		s.now = tomorrowAt
		events := s.settle()
		require.Equal(t, []seats.PoolID{seats.Site, "go"}, []seats.PoolID{events[0].Pool, events[1].Pool}, "of one instant by ID")
		require.Equal(t, seats.Of(9), s.pool().Total)
		require.Equal(t, seats.Of(0), s.rows.Pools[1].Total)
		require.True(t, s.rows.Pools[1].OverLimit)
	})
	t.Run("the same total as now", func(t *testing.T) {
		s := open(t, seats.Of(4), seats.Standard())
		s.do(support, book(tomorrow, 4))
		s.now = tomorrowAt
		require.Len(t, s.settle(), 1, "it was booked, and happens")
	})
	t.Run("refused", func(t *testing.T) {
		s := open(t, seats.Of(4), seats.Standard())
		for field, c := range map[string]seats.BookTotal{
			"total":   {Date: tomorrow},
			"date":    {Total: seats.Of(1)},
			"version": {Date: tomorrow, Total: seats.Of(1), Now: seats.Of(1), Version: number(-1)},
		} {
			require.Equal(t, field, s.refused(seats.ErrBadInput, support, c).Field)
		}
		require.Equal(t, "total", s.refused(seats.ErrBadInput, support, book(tomorrow, -1)).Field)
		for _, date := range []users.Date{"2026-03-01", "2026-02-28", "0001-01-01", "2026-02-30", "tomorrow"} {
			refusal := s.refused(seats.ErrBadInput, support, book(date, 9))
			require.Equal(t, "date", refusal.Field, date)
		}
		require.EqualError(t, s.refused(seats.ErrBadInput, support, book("2026-03-01", 9)), "seats: not valid: date is not a day to come")
		s.refused(seats.ErrForbidden, owner, book(tomorrow, 9))
	})
	t.Run("in a closed account", func(t *testing.T) {
		s := open(t, seats.Of(4), seats.Standard())
		s.do(support, seats.Close{})
		s.do(support, book(tomorrow, 9))
		s.now = tomorrowAt
		require.Len(t, s.settle(), 1)
	})
}

// TestBookTotal_zone: a day is one of the account's zone, by the zone's rules of the day.
func TestBookTotal_zone(t *testing.T) {
	for zone, want := range map[string]time.Time{
		"Pacific/Kiritimati": time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC), // UTC+14
		"Etc/GMT+12":         time.Date(2026, 3, 3, 12, 0, 0, 0, time.UTC),
		"Europe/Berlin":      time.Date(2026, 3, 2, 23, 0, 0, 0, time.UTC),
	} {
		s := open(t, seats.Of(4), seats.Standard())
		s.do(support, seats.EditAccount{Zone: &zone})
		if s.now = want.AddDate(0, 0, -1); s.now.After(start) {
			s.refused(seats.ErrBadInput, support, book("2026-03-02", 9)) // it has just begun
		}
		s.now = s.now.Add(-time.Microsecond)
		s.do(support, book("2026-03-03", 9))
		require.Equal(t, want, s.pool().Booked.At, zone)
		s.now = want
		require.Equal(t, want, s.settle()[0].Time)
	}
	t.Run("new rules", func(t *testing.T) {
		s := open(t, seats.Of(4), seats.Standard())
		s.do(support, seats.EditAccount{Zone: new("Europe/Berlin")}, book("2026-08-01", 9))
		berlin := s.pool().Booked.At
		require.Equal(t, time.Date(2026, 7, 31, 22, 0, 0, 0, time.UTC), berlin)
		require.True(t, s.pool().Due.Before(berlin.Add(-24*time.Hour)), "it is looked at before")
		settle := func(at time.Time) []seats.Event {
			s.now = at
			r := s.request(system)
			r.Channel = seats.ByClock
			r.Zones = func(string) (*time.Location, error) { return time.FixedZone("no summer time", 3600), nil }
			change := seats.Settle(s.rows, r)
			s.write(change)
			return change.Events
		}
		require.Empty(t, settle(s.pool().Due))
		require.Equal(t, berlin.Add(time.Hour), s.pool().Booked.At)
		require.Empty(t, settle(berlin))
		require.Equal(t, berlin.Add(time.Hour), settle(berlin.Add(9 * time.Hour))[0].Time)
	})
	t.Run("unknown", func(t *testing.T) {
		s := open(t, seats.Of(4), seats.Standard())
		s.do(support, seats.EditAccount{Zone: new("Europe/Berlin")})
		r := s.request(support, book(tomorrow, 9))
		r.Zones = func(string) (*time.Location, error) { return nil, errors.New("no zones on this machine") }
		_, err := seats.Decide(s.rows, r)
		var refusal *seats.Refusal
		require.ErrorAs(t, err, &refusal)
		require.Equal(t, "zone", refusal.Field)
	})
}

// TestBookTotal_plan: a plan says what will come of it.
func TestBookTotal_plan(t *testing.T) {
	s := open(t, seats.Of(4), seats.Standard())
	s.invite("ada", "bob")
	s.do(system, seats.SetTotal{Pool: "go", Total: seats.Of(3)})
	p := s.plan(support, book(tomorrow, 1))
	require.EqualValues(t, 2, p.Steps[0].Outcome.Excess)
	require.Equal(t, tomorrow, p.After.Booked.Date)
	require.Equal(t, "1 command: 1 fits, 0 do not; on 2026-03-02 the total becomes 1, 2 fewer than are held today", p.String())
	require.Equal(t, "1 command: 1 fits, 0 do not; on 2026-03-02 the total of go becomes unlimited",
		s.plan(support, seats.BookTotal{Pool: "go", Date: tomorrow, Total: seats.Unlimited()}).String())
	require.Equal(t, "3 commands: 2 fit, 1 does not; on 2026-03-02 the total becomes 9; 1 more total is booked or cancelled",
		s.plan(support, book("2026-03-01", 8), book(tomorrow, 9), seats.BookTotal{Pool: "go", Date: tomorrow, Total: seats.Of(1)}).String())
	s.do(support, book(tomorrow, 9))
	require.Equal(t, "1 command: 1 fits, 0 do not; the total stays, and nothing is booked", s.plan(support, seats.BookTotal{}).String())
	require.Equal(t, "1 command: 1 fits, 0 do not", s.plan(support, book(tomorrow, 9)).String(), "it is booked already")
}

// TestBookTotal_repeated: a repeated call has the outcomes of the first.
func TestBookTotal_repeated(t *testing.T) {
	s := open(t, seats.Of(4), seats.Standard())
	s.invite("ada", "bob")
	for i, c := range []seats.Command{
		seats.BookTotal{Date: tomorrow, Total: seats.Of(1), Now: seats.Of(4), Version: number(5)},
		seats.SetTotal{Total: seats.Of(2), Version: number(4)}, // stale
		seats.BookTotal{Date: tomorrow, Total: seats.Unlimited(), Now: seats.Of(1), Version: number(6)},
		seats.BookTotal{Now: seats.Of(9), Version: number(7)},
		seats.BookTotal{Date: tomorrow, Total: seats.Of(3)},
		seats.BookTotal{}, // cancelled
		seats.SetTotal{Total: seats.Of(2), Version: number(8)},
		seats.SetTotal{Total: seats.Of(2)}, // unchanged
	} {
		key := string(rune('a' + i))
		first, err := seats.Decide(s.once(key, seats.ByCall, 0, support, c))
		require.NoError(t, err)
		s.write(first.Change)
		again, err := seats.Decide(s.once(key, seats.ByCall, 0, support, c))
		require.NoError(t, err)
		require.Equal(t, first.Outcomes, again.Outcomes)
		require.Equal(t, first.Change.Events, again.Repeated)
		_, err = seats.Decide(s.once(key, seats.ByCall, 0, support, seats.SetTotal{Total: seats.Of(2), Version: number(99)}))
		require.ErrorIs(t, err, seats.ErrKeyReused, "a version is a part of the call")
	}
}
