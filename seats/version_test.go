package seats_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

func at(seconds int, id string) seats.Version {
	return seats.Version{At: start.Add(time.Duration(seconds) * time.Second), ID: id}
}

func TestSetTotal_version(t *testing.T) {
	set := func(total int64, v seats.Version) seats.SetTotal {
		return seats.SetTotal{Total: seats.Of(total), Version: v}
	}
	t.Run("out of order", func(t *testing.T) {
		s := open(t, seats.Of(4), seats.Standard())
		s.do(system, set(9, number(7)))
		require.True(t, s.same(system, set(5, number(6))).Stale)
		out := s.same(system, set(9, number(7)))
		require.False(t, out.Stale, "a repetition")
		refusal := s.refused(seats.ErrVersionReused, system, set(8, number(7)))
		require.EqualError(t, refusal, "seats: this version of the total was given before, with another total")
		require.Equal(t, "version", refusal.Field)
		s.do(system, set(8, number(8)))
		require.Equal(t, seats.Of(8), s.pool().Total)
	})
	t.Run("the same total and a newer version", func(t *testing.T) {
		s := open(t, seats.Of(4), seats.Standard())
		s.do(system, set(4, number(7)))
		require.Equal(t, seats.EventTotalSet, s.lastEvent().Kind, "the version is kept")
		require.True(t, s.same(system, set(5, number(6))).Stale)
	})
	t.Run("changed by others meanwhile", func(t *testing.T) {
		s := open(t, seats.Of(4), seats.Standard())
		s.do(system, set(9, number(7)))
		s.do(owner, seats.BuySeats{Quantity: 3})
		s.same(system, set(9, number(7))) // the repetition of a webhook takes no bought seats back
		require.Equal(t, seats.Of(12), s.pool().Total)
		s.do(support, set(5, seats.Version{}))
		require.Equal(t, number(7), s.pool().Version.Version, "it stays without a version")
		s.same(system, set(9, number(7)))
		s.do(system, set(9, number(8)))
	})
	t.Run("ties of an instant", func(t *testing.T) {
		s := open(t, seats.Of(4), seats.Standard())
		s.do(system, set(5, at(10, "b")))
		require.True(t, s.same(system, set(6, at(10, "a"))).Stale)
		require.True(t, s.same(system, set(6, at(10, ""))).Stale)
		require.True(t, s.same(system, set(6, at(9, "c"))).Stale)
		s.refused(seats.ErrVersionReused, system, set(6, at(10, "b")))
		s.do(system, set(6, at(10, "c")))
		s.do(system, set(7, at(11, "a")))
		east := at(11, "a")
		east.At = east.At.In(time.FixedZone("", 7200)).Add(999)
		s.same(system, set(7, east)) // the same instant, to the microsecond
	})
	t.Run("pools have their own", func(t *testing.T) {
		s := open(t, seats.Of(4), seats.Standard())
		s.do(system, set(9, number(7)), seats.SetTotal{Pool: "go", Total: seats.Of(1), Version: at(1, "")})
		require.True(t, s.same(system, seats.SetTotal{Pool: "go", Total: seats.Of(2), Version: at(0, "")}).Stale)
	})
	t.Run("refused", func(t *testing.T) {
		s := open(t, seats.Of(4), seats.Standard())
		year := func(y int) seats.Version {
			return seats.Version{At: time.Date(y, 1, 1, 0, 0, 0, 0, time.UTC)}
		}
		for _, v := range []seats.Version{
			number(-1), {Number: 1, At: start}, {Number: 1, ID: "x"}, {ID: "x"}, year(0), year(-5), year(10000),
			{At: start, ID: "a\x00"}, {At: start, ID: strings.Repeat("x", users.MaxID+1)},
		} {
			require.Equal(t, "version", s.refused(seats.ErrBadInput, system, set(9, v)).Field, "%+v", v)
		}
		s.do(system, set(9, number(1)))
		require.EqualError(t, s.refused(seats.ErrBadInput, system, set(9, at(1, ""))),
			"seats: not valid: version is a number and the earlier ones are instants, or the other way round")
		s.do(system, seats.SetTotal{Pool: "go", Total: seats.Of(1), Version: at(1, "")})
		s.refused(seats.ErrBadInput, system, seats.SetTotal{Pool: "go", Total: seats.Of(1), Version: number(1)})
	})
}

func TestBookTotal_version(t *testing.T) {
	booked := func(date users.Date, total, version int64) seats.BookTotal {
		c := book(date, total)
		c.Version = number(version)
		return c
	}
	set := func(total, version int64) seats.SetTotal {
		return seats.SetTotal{Total: seats.Of(total), Version: number(version)}
	}
	t.Run("a newer total drops it", func(t *testing.T) {
		s := open(t, seats.Of(4), seats.Standard())
		s.do(system, booked(tomorrow, 7, 5))
		require.Equal(t, number(5), s.pool().Booked.Version)
		require.True(t, s.same(system, set(6, 4)).Stale)
		s.do(system, set(6, 6))
		require.Zero(t, s.pool().Booked)
		require.Zero(t, s.pool().Due)
		require.True(t, s.same(system, booked(tomorrow, 7, 5)).Stale)
		s.now = tomorrowAt
		require.Empty(t, s.settle())
		require.Equal(t, seats.Of(6), s.pool().Total)
	})
	t.Run("one without a version stays", func(t *testing.T) {
		s := open(t, seats.Of(4), seats.Standard())
		s.do(system, book(tomorrow, 7), set(6, 6))
		require.Equal(t, tomorrow, s.pool().Booked.Date)
		s.do(system, booked(tomorrow, 7, 7))
		require.Equal(t, system, s.pool().Booked.By)
		require.Equal(t, number(7), s.pool().Version.Version, "the version is kept")
		s.do(system, seats.SetTotal{Total: seats.Of(3)})
		require.Equal(t, tomorrow, s.pool().Booked.Date, "a total without a version drops none")
		s.now = tomorrowAt
		require.Len(t, s.settle(), 1)
		require.Equal(t, seats.Of(7), s.pool().Total)
		require.Equal(t, number(7), s.pool().Version.Version)
	})
	t.Run("a repetition after the day", func(t *testing.T) {
		s := open(t, seats.Of(4), seats.Standard())
		s.do(system, booked(tomorrow, 7, 5))
		s.now = tomorrowAt.AddDate(0, 0, 9)
		s.settle()
		require.False(t, s.same(system, booked(tomorrow, 7, 5)).Stale)
		require.True(t, s.same(system, booked(tomorrow, 9, 4)).Stale)
		s.refused(seats.ErrVersionReused, system, booked(tomorrow, 8, 5))
		s.refused(seats.ErrVersionReused, system, booked("2026-03-03", 7, 5))
		s.refused(seats.ErrVersionReused, system, set(7, 5))
	})
	t.Run("delivered after the day", func(t *testing.T) {
		s := open(t, seats.Of(4), seats.Standard())
		s.do(system, set(4, 5), book("2026-03-09", 3))
		s.now = tomorrowAt
		s.settle()
		require.Equal(t, "date", s.refused(seats.ErrBadInput, system, book(tomorrow, 8)).Field)
		s.do(system, booked(tomorrow, 8, 6)) // it sets the total at once, as if it had come in time
		require.Equal(t, seats.EventTotalSet, s.lastEvent().Kind)
		require.Equal(t, seats.Of(8), s.pool().Total)
		require.Zero(t, s.pool().Booked, "the earlier booking is replaced")
		require.False(t, s.same(system, booked(tomorrow, 8, 6)).Stale)
		require.True(t, s.same(system, set(4, 5)).Stale)
		require.Equal(t, int64(1), s.do(system, booked("2026-02-01", 0, 7))[0].Excess)
	})
	t.Run("cancelled by a version", func(t *testing.T) {
		s := open(t, seats.Of(4), seats.Standard())
		s.do(system, seats.BookTotal{Version: number(5)})
		require.True(t, s.same(system, booked(tomorrow, 7, 4)).Stale, "what was cancelled before it came")
		s.do(system, booked(tomorrow, 7, 6), seats.BookTotal{Version: number(7)})
		require.Zero(t, s.pool().Booked)
		s.same(system, seats.BookTotal{Version: number(7)})
	})
}

// TestSetTotal_any_order delivers totals and booked totals with versions in any order, some of
// them more than once and late: all end in the total of the newest one.
func TestSetTotal_any_order(t *testing.T) {
	rapid.Check(t, func(d *rapid.T) {
		n := rapid.IntRange(1, 6).Draw(d, "n")
		instants := rapid.Bool().Draw(d, "instants")
		var deliveries []seats.Command
		var want seats.Count
		for i := range n {
			v := number(int64(i + 1))
			if instants {
				v = at(i/3, fmt.Sprint(i))
			}
			want = seats.Of(rapid.Int64Range(0, 9).Draw(d, "total"))
			deliveries = append(deliveries, seats.SetTotal{Total: want, Version: v})
			if rapid.IntRange(0, 2).Draw(d, "booked") == 0 { // for a day after all deliveries, or amid them
				month := rapid.IntRange(3, 4).Draw(d, "month")
				deliveries[i] = seats.BookTotal{Date: users.Date(fmt.Sprintf("2026-%02d-0%d", month, 1+i)), Total: want, Version: v}
			}
		}
		again := rapid.SliceOfN(rapid.SampledFrom(deliveries), 0, 6).Draw(d, "again")
		late := rapid.SliceOfN(rapid.SampledFrom(deliveries), 0, 3).Draw(d, "late")

		s := open(t, seats.Of(4), seats.Standard())
		for _, c := range rapid.Permutation(slices.Concat(deliveries, again)).Draw(d, "order") {
			s.now = s.now.Add(time.Duration(rapid.IntRange(0, 24).Draw(d, "hours")) * time.Hour)
			s.settle()
			s.do(system, c)
		}
		s.now = start.AddDate(0, 2, 0)
		s.settle()
		if s.pool().Total != want {
			d.Fatalf("the total is %v and should be %v", s.pool().Total, want)
		}
		for _, c := range append(late, deliveries[n-1]) {
			s.same(system, c)
		}
		require.Zero(t, s.pool().Booked)
	})
}
