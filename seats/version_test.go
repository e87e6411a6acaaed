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
		s.do(owner, seats.BuySeats{Quantity: 1})
		s.do(system, set(9, number(7))) // the repetition mends the total
		require.Equal(t, seats.Of(9), s.pool().Total)
		s.same(system, set(9, number(7)))
		s.do(system, set(9, number(8)))
	})
	t.Run("orders and a total by hand", func(t *testing.T) {
		v, buy, hand := set(20, number(2)), seats.BuySeats{Quantity: 3}, func(total int64) seats.Command { return set(total, seats.Version{}) }
		for name, test := range map[string]struct {
			since []seats.Command
			want  int64
		}{
			"none":                    {nil, 20},
			"orders":                  {[]seats.Command{buy, v, buy}, 26},
			"by hand, and orders":     {[]seats.Command{hand(7), buy}, 20},
			"orders, and by hand":     {[]seats.Command{buy, hand(7)}, 20},
			"the same again by hand":  {[]seats.Command{hand(7), hand(20), v, buy}, 23},
			"the same again by order": {[]seats.Command{hand(17), buy, v, buy}, 23},
			"restored":                {[]seats.Command{hand(7), v, buy}, 23},
			"the same by hand":        {[]seats.Command{hand(20), buy}, 23},
		} {
			s := open(t, seats.Of(4), seats.Standard())
			s.do(system, v)
			s.do(system, test.since...)
			s.do(system, v)
			require.Equal(t, seats.Of(test.want), s.pool().Total, name)
			s.same(system, v)
		}
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
		c.Now, c.Version = seats.Of(4), number(version)
		return c
	}
	set := func(total, version int64) seats.SetTotal {
		return seats.SetTotal{Total: seats.Of(total), Version: number(version)}
	}
	t.Run("a newer total drops it", func(t *testing.T) {
		s := open(t, seats.Of(4), seats.Standard())
		s.do(system, booked(tomorrow, 7, 5))
		require.True(t, s.same(system, set(6, 4)).Stale)
		s.do(system, set(6, 6))
		require.Zero(t, s.pool().Booked)
		require.Zero(t, s.pool().Due)
		require.True(t, s.same(system, booked(tomorrow, 7, 5)).Stale)
		s.now = tomorrowAt
		require.Empty(t, s.settle())
		require.Equal(t, seats.Of(6), s.pool().Total)
	})
	t.Run("the total until then", func(t *testing.T) {
		s := open(t, seats.Of(9), seats.Standard())
		s.invite("ada", "bob")
		c := booked(tomorrow, 7, 5)
		c.Now = seats.Of(1)
		require.Zero(t, s.do(system, c)[0].Excess, "on the day")
		e := s.lastEvent()
		require.Equal(t, []any{seats.EventTotalBooked, seats.Of(1), int64(7), tomorrow}, []any{e.Kind, e.Total, e.Count, e.Date})
		require.Equal(t, []any{seats.Of(1), true}, []any{s.pool().Total, s.pool().OverLimit})
		require.Equal(t, "now", s.refused(seats.ErrBadInput, system, seats.BookTotal{Date: tomorrow, Total: seats.Of(1), Version: number(9)}).Field)
		require.Equal(t, "now", s.refused(seats.ErrBadInput, system, seats.BookTotal{Version: number(9)}).Field)
		require.Equal(t, "now", s.refused(seats.ErrBadInput, system, seats.BookTotal{Now: seats.Of(-1)}).Field)
	})
	t.Run("without a version", func(t *testing.T) {
		s := open(t, seats.Of(9), seats.Standard())
		s.do(support, seats.BookTotal{Date: tomorrow, Total: seats.Of(7), Now: seats.Of(2)})
		require.Equal(t, []any{seats.Of(2), tomorrow}, []any{s.pool().Total, s.pool().Booked.Date})
		s.same(support, seats.BookTotal{Date: tomorrow, Total: seats.Of(7), Now: seats.Of(2)})
		plan := s.plan(support, seats.BookTotal{Now: seats.Of(3)})
		require.Equal(t, "1 command: 1 fits, 0 do not; then 1 of 3 seats is held; the total becomes 3, and nothing is booked", plan.String())
		s.do(support, seats.BookTotal{Now: seats.Of(3)})
		require.Equal(t, seats.EventTotalSet, s.lastEvent().Kind)
		require.Equal(t, []any{seats.Of(3), seats.Booking{}}, []any{s.pool().Total, s.pool().Booked})
		s.do(support, seats.BookTotal{Pool: "go", Date: tomorrow, Total: seats.Of(7), Now: seats.Of(2)})
		require.Equal(t, seats.Of(2), s.poolOf("go").Total, "it is created")
	})
	t.Run("a total with a version drops one without", func(t *testing.T) {
		s := open(t, seats.Of(4), seats.Standard())
		s.do(system, book(tomorrow, 7), set(6, 6))
		require.Zero(t, s.pool().Booked, "as after the same total and an earlier booking in any order")
		s.do(support, book(tomorrow, 7))
		s.do(system, booked(tomorrow, 7, 7))
		require.Equal(t, system, s.pool().Booked.By)
		require.Equal(t, number(7), s.pool().Version.Version, "the version is kept")
		s.do(system, seats.SetTotal{Total: seats.Of(3)})
		require.Equal(t, tomorrow, s.pool().Booked.Date, "a total without a version drops none")
		s.now = tomorrowAt
		require.Len(t, s.settle(), 1)
		require.Equal(t, seats.Of(7), s.pool().Total)
		s.do(owner, seats.BuySeats{Quantity: 2})
		s.same(system, booked(tomorrow, 7, 7))
		require.Equal(t, seats.Of(9), s.pool().Total, "after the day the total was as the version says")
	})
	t.Run("a repetition mends", func(t *testing.T) {
		for name, slip := range map[string]seats.Command{
			"the total": seats.SetTotal{Total: seats.Of(1)}, "a cancelled booking": seats.BookTotal{},
			"another booking": book("2026-03-05", 1), "both": seats.BookTotal{Date: "2026-03-05", Total: seats.Of(1), Now: seats.Of(2)},
		} {
			for days := range 9 {
				s := open(t, seats.Of(9), seats.Standard())
				s.do(system, booked("2026-03-07", 7, 5))
				s.do(support, slip)
				s.now = s.now.AddDate(0, 0, days)
				s.settle()
				s.do(owner, seats.BuySeats{Quantity: 1})
				s.do(system, booked("2026-03-07", 7, 5))
				s.now = s.now.AddDate(0, 0, 9)
				s.settle()
				if name == "the total" && days >= 6 { // the slip was over when the seat was bought
					require.Equal(t, seats.Of(8), s.pool().Total, days)
					continue
				}
				require.Equal(t, []any{seats.Of(7), seats.Booking{}}, []any{s.pool().Total, s.pool().Booked}, "%s, after %d days", name, days)
			}
		}
		s := open(t, seats.Of(9), seats.Standard())
		s.do(system, set(9, 7), seats.BookTotal{Date: tomorrow, Total: seats.Of(2)})
		s.do(owner, seats.BuySeats{Quantity: 1})
		s.do(system, set(9, 7))
		require.Equal(t, []any{seats.Of(10), seats.Booking{}}, []any{s.pool().Total, s.pool().Booked}, "the bought seat stays")
	})
	t.Run("orders and a booking by hand", func(t *testing.T) {
		b, buy := booked("2026-03-04", 7, 5), seats.BuySeats{Quantity: 3}
		cancel, other, early := seats.BookTotal{}, book("2026-03-09", 1), book("2026-03-02", 1)
		set := seats.SetTotal{Total: seats.Of(1)}
		for name, test := range map[string]struct {
			since, later []seats.Command // before the 4th, and from then on
			before, then int64           // the total after the repetition, before the 4th and at the end
		}{
			"orders":                    {[]seats.Command{buy}, nil, 7, 7},
			"later orders":              {[]seats.Command{buy}, []seats.Command{buy}, 7, 10},
			"cancelled":                 {[]seats.Command{buy, cancel}, nil, 7, 7},
			"cancelled before":          {[]seats.Command{cancel, buy}, []seats.Command{buy}, 7, 10},
			"another":                   {[]seats.Command{buy, other}, nil, 7, 7},
			"another and cancelled":     {[]seats.Command{other, buy, cancel}, nil, 7, 7},
			"cancelled and the total":   {[]seats.Command{cancel, set, buy}, nil, 4, 7},
			"the same again by hand":    {[]seats.Command{cancel, book("2026-03-04", 7), buy}, []seats.Command{buy}, 7, 10},
			"an earlier one, not begun": {[]seats.Command{early, buy}, nil, 7, 7},
		} {
			s := open(t, seats.Of(9), seats.Standard())
			s.do(system, b)
			s.do(system, test.since...)
			s.do(system, b)
			require.Equal(t, []any{seats.Of(test.before), users.Date("2026-03-04")}, []any{s.pool().Total, s.pool().Booked.Date}, name)
			s.same(system, b)
			s.now = s.now.AddDate(0, 0, 9)
			s.settle()
			s.do(system, test.later...)
			s.same(system, b)
			require.Equal(t, seats.Of(test.then), s.pool().Total, name)
		}
		for name, test := range map[string]struct {
			since []seats.Command
			want  int64
		}{
			"cancelled":          {[]seats.Command{cancel}, 7},
			"the same again":     {[]seats.Command{cancel, book("2026-03-04", 7)}, 10},
			"an earlier one":     {[]seats.Command{early}, 7},
			"the total":          {[]seats.Command{set}, 10},
			"the total, another": {[]seats.Command{set, other}, 7},
		} {
			s := open(t, seats.Of(9), seats.Standard())
			s.do(system, b)
			s.do(system, test.since...)
			s.now = s.now.AddDate(0, 0, 4)
			s.settle()
			s.do(system, buy, b)
			require.Equal(t, []any{seats.Of(test.want), seats.Booking{}}, []any{s.pool().Total, s.pool().Booked}, "%s, after the day", name)
			s.do(system, buy)
			s.same(system, b)
		}
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
		s.do(system, seats.BookTotal{Now: seats.Of(5), Version: number(5)})
		require.True(t, s.same(system, booked(tomorrow, 7, 4)).Stale, "what was cancelled before it came")
		s.do(system, booked(tomorrow, 7, 6), seats.BookTotal{Now: seats.Of(5), Version: number(7)})
		require.Equal(t, []any{seats.Of(5), seats.Booking{}}, []any{s.pool().Total, s.pool().Booked})
		s.same(system, seats.BookTotal{Now: seats.Of(5), Version: number(7)})
		s.same(system, set(5, 7)) // which says the same
	})
}

// TestBookTotal_any_order delivers totals, booked totals and cancellations with versions in every
// order, some of them more than once, late or with changes by hand in between: each ends in the
// same pool, before the booked days, amid them and after.
func TestBookTotal_any_order(t *testing.T) {
	rapid.Check(t, func(d *rapid.T) {
		below := func(n int, what string) int { return rapid.IntRange(0, n-1).Draw(d, what) }
		total := func() seats.Count { return seats.Of(int64(below(10, "total"))) }
		hand := func(s *site) seats.Command {
			return []seats.Command{seats.SetTotal{Total: total()}, seats.BookTotal{Date: users.Date(s.now.AddDate(0, 0, 1+below(3, "ahead")).Format(time.DateOnly)), Total: total()}, seats.BookTotal{}}[below(3, "hand")]
		}
		instants, pool := rapid.Bool().Draw(d, "instants"), rapid.SampledFrom([]seats.PoolID{seats.Site, "go"}).Draw(d, "pool")
		var deliveries []seats.Command // the newest comes last
		for i := range 1 + below(4, "n") {
			v := number(int64(i + 1))
			if instants {
				v = at(i/3, fmt.Sprint(i))
			}
			deliveries = append(deliveries, []seats.Command{
				seats.SetTotal{Pool: pool, Total: total(), Version: v},
				seats.BookTotal{Pool: pool, Now: total(), Version: v}, // a cancellation
				seats.BookTotal{Pool: pool, Now: total(), Date: users.Date(fmt.Sprintf("2026-03-0%d", 2+below(6, "day"))), Total: total(), Version: v},
			}[below(3, "kind")])
		}
		newest := deliveries[len(deliveries)-1]
		ends := start.Add(time.Duration(below(12, "days"))*24*time.Hour + time.Hour)

		alone := open(t, seats.Of(4), seats.Standard())
		alone.do(system, newest)
		alone.now = ends
		alone.settle()
		want := alone.poolOf(pool)
		for _, order := range permutations(deliveries) {
			order = slices.Concat(order, rapid.SliceOfN(rapid.SampledFrom(deliveries), 0, 2).Draw(d, "again"))
			slips := below(2, "slips") == 1
			s := open(t, seats.Of(4), seats.Standard())
			for i, c := range order {
				s.now = start.Add(ends.Sub(start) * time.Duration(i) / time.Duration(len(order)))
				s.settle()
				if s.do(system, c); slips && pool == seats.Site && below(2, "slip") == 1 {
					s.do(support, hand(s))
				}
			}
			if slips && below(2, "mended before") == 1 {
				s.do(system, newest)
			}
			s.now = ends
			if s.settle(); slips {
				s.do(system, newest)
			}
			got := s.poolOf(pool)
			got.Booked.By = want.Booked.By // support, where a booking by hand says the same
			require.Equal(d, want, got, "%v", order)
			s.same(system, newest)
			s.do(system, seats.BuySeats{Pool: pool, Quantity: 3})
			s.same(system, newest)
		}
	})
}

// permutations returns every order of the values.
func permutations[T any](values []T) (all [][]T) {
	if len(values) == 0 {
		return [][]T{nil}
	}
	for i, v := range values {
		for _, rest := range permutations(slices.Delete(slices.Clone(values), i, i+1)) {
			all = append(all, append([]T{v}, rest...))
		}
	}
	return all
}
