package seats_test

import (
	"errors"
	"iter"
	"math/big"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

func listed(events ...seats.Event) iter.Seq2[seats.Event, error] {
	return func(yield func(seats.Event, error) bool) {
		for _, e := range events {
			if !yield(e, nil) {
				return
			}
		}
	}
}

var errRead = errors.New("cannot be read")

func failing(yield func(seats.Event, error) bool) { yield(seats.Event{}, errRead) }

func TestReplay(t *testing.T) {
	s := open(t, seats.Of(3), seats.Standard())
	s.invite("ada", "bob")
	s.do(system, seats.SetTotal{Total: seats.Of(2)}, seats.SetTotal{Pool: "course", Total: seats.Unlimited()})
	s.do(owner, seats.Deactivate{User: "bob"}, seats.Edit{User: "ada", Set: users.Patch{Title: new("t")}})
	s.do(system, seats.SetPolicy{Policy: seats.AccuEdConnect()})
	l, err := seats.Replay(listed(s.events...))
	require.NoError(t, err)
	require.Equal(t, s.ledger, l)
	require.Equal(t, s.rows.Account.Tally, l.Tally)
	require.Equal(t, s.rows.Account.Policy, l.Policy)
	require.Equal(t, s.pool(), l.Pools[seats.Site])
	require.Equal(t, users.Segment{Status: users.Inactive}, l.People["bob"])
	want := s.rows.Usage()
	want.Revision = 0
	require.Equal(t, want, l.Usage())
	_, err = seats.Replay(failing)
	require.ErrorIs(t, err, errRead)
}

func TestReplay_over_limit(t *testing.T) {
	s := open(t, seats.Of(3), seats.Standard())
	s.invite("ada", "bob")
	s.do(system, seats.SetTotal{Total: seats.Of(1)})
	require.True(t, s.ledger.Pools[seats.Site].OverLimit)
	s.do(owner, seats.Notify{User: "ada"}, seats.Deactivate{User: "ada"})
	require.True(t, s.ledger.Pools[seats.Site].OverLimit, "the mark stays until it is at its total")
	s.do(owner, seats.Deactivate{User: "bob"})
	require.False(t, s.ledger.Pools[seats.Site].OverLimit)
}

func TestLedger_Record(t *testing.T) {
	s := open(t, seats.Of(3), seats.Standard())
	s.invite("ada")
	for name, spoil := range map[string]func(*seats.Event){
		"a gap":                func(e *seats.Event) { e.Sequence++ },
		"no opening":           func(e *seats.Event) { e.Kind = seats.EventOpened },
		"a stray policy":       func(e *seats.Event) { e.Policy = new(seats.Standard()) },
		"another account":      func(e *seats.Event) { e.Account = "other" },
		"back in time":         func(e *seats.Event) { e.Time = e.Time.Add(-1) },
		"another segment":      func(e *seats.Event) { e.Before = users.Segment{Status: users.Active} },
		"a segment of no user": func(e *seats.Event) { e.User = "" },
		"a wrong tally":        func(e *seats.Event) { e.Tally[users.Active][users.Member][0]++ },
		"a wrong delta":        func(e *seats.Event) { e.Delta++ },
		"wrongly held":         func(e *seats.Event) { e.Delta++; e.Held++ },
		"above the total":      func(e *seats.Event) { e.Total = seats.Of(1) },
	} {
		e := s.lastEvent()
		spoil(&e)
		l, err := seats.Replay(listed(s.events[0], e))
		require.ErrorIs(t, err, seats.ErrHistory, name)
		require.EqualValues(t, 1, l.Sequence, "it stays as it is")
		require.Len(t, l.People, 1)
	}
	_, err := seats.Replay(listed(s.events[1]))
	require.ErrorIs(t, err, seats.ErrHistory, "the beginning is missing")
	bare := s.events[0]
	bare.Policy = nil
	_, err = seats.Replay(listed(bare))
	require.ErrorIs(t, err, seats.ErrHistory, "an opening without a policy")
}

func TestAudit(t *testing.T) {
	s := open(t, seats.Of(3), seats.Standard())
	s.invite("ada")
	audit := func(spoil func(*seats.Snapshot, *users.Tally, *seats.Ledger)) []string {
		rows, tally, ledger := s.rows, s.rows.Account.Tally, s.ledger
		rows.Pools = slices.Clone(rows.Pools)
		spoil(&rows, &tally, &ledger)
		var what []string
		for _, d := range seats.Audit(rows, tally, ledger) {
			what = append(what, d.What)
			require.NotEqual(t, d.Stored, d.Counted)
		}
		return what
	}
	require.Empty(t, audit(func(*seats.Snapshot, *users.Tally, *seats.Ledger) {}))
	require.Equal(t, []string{"tally", "seats held"}, audit(func(_ *seats.Snapshot, rows *users.Tally, _ *seats.Ledger) {
		rows[users.Active][users.Member][0]++
	}))
	require.Equal(t, []string{"tally"}, audit(func(_ *seats.Snapshot, _ *users.Tally, l *seats.Ledger) { l.Tally = users.Tally{} }))
	require.Equal(t, []string{"policy"}, audit(func(s *seats.Snapshot, _ *users.Tally, _ *seats.Ledger) { s.Account.Policy.DeleteOnly = true }))
	require.Equal(t, []string{"events"}, audit(func(s *seats.Snapshot, _ *users.Tally, _ *seats.Ledger) { s.Account.Sequence++ }))
	require.Equal(t, []string{"seats held", "pool "}, audit(func(s *seats.Snapshot, _ *users.Tally, _ *seats.Ledger) { s.Pools[0].Held++ }))
	require.Equal(t, []string{"pool "}, audit(func(s *seats.Snapshot, _ *users.Tally, _ *seats.Ledger) { s.Pools[0].Total = seats.Of(4) }))
}

func TestMetered(t *testing.T) {
	hour := func(n int) time.Time { return start.Add(time.Duration(n) * time.Hour) }
	at := func(n int, pool seats.PoolID, delta, held int64) seats.Event {
		return seats.Event{Time: hour(n), Pool: pool, Delta: delta, Held: held}
	}
	p, err := seats.Metered(seats.Site, hour(0), hour(24), seats.Event{Held: 2}, listed(
		at(0, seats.Site, 1, 3), at(6, "course", 99, 99), at(6, seats.Site, 2, 5), at(12, seats.Site, -4, 1), at(18, seats.Site, 4, 5), at(24, seats.Site, 4, 9)))
	require.NoError(t, err)
	require.EqualValues(t, 5, p.Peak)
	require.Equal(t, hour(6), p.PeakAt, "when it was first so")
	require.Equal(t, big.NewRat(3*6+5*6+1*6+5*6, 24), p.SeatDays)
	require.Equal(t, []time.Time{hour(0), hour(24)}, []time.Time{p.From, p.To})

	// What is held for no time at all counts for no user.
	p, err = seats.Metered(seats.Site, hour(0), hour(24), seats.Event{Held: 2}, listed(at(6, seats.Site, 7, 9), at(6, seats.Site, -6, 3), at(7, seats.Site, -2, 1)))
	require.NoError(t, err)
	require.EqualValues(t, 3, p.Peak)
	require.Equal(t, hour(6), p.PeakAt)

	p, err = seats.Metered(seats.Site, hour(0), hour(0), seats.Event{Held: 7}, listed(at(0, seats.Site, 1, 8)))
	require.NoError(t, err)
	require.EqualValues(t, 7, p.Peak)
	require.Equal(t, "0.00", p.SeatDays.FloatString(2))

	// A billion seats for four centuries have more microseconds than fit in 64 bits.
	p, err = seats.Metered(seats.Site, start, start.AddDate(400, 0, 0), seats.Event{Held: seats.MaxSeats}, listed())
	require.NoError(t, err)
	require.Equal(t, big.NewRat(seats.MaxSeats*146097, 1), p.SeatDays)

	// A microsecond counts.
	p, err = seats.Metered(seats.Site, start, start.Add(time.Microsecond), seats.Event{Held: 1}, listed())
	require.NoError(t, err)
	require.Equal(t, big.NewRat(1, 86_400_000_000), p.SeatDays)

	_, err = seats.Metered(seats.Site, hour(0), hour(24), seats.Event{Held: 2}, listed(at(6, seats.Site, 1, 3), at(7, seats.Site, 1, 5)))
	require.ErrorIs(t, err, seats.ErrHistory, "one is missing in between")
	_, err = seats.Metered(seats.Site, start, hour(1), seats.Event{Held: 1}, failing)
	require.ErrorIs(t, err, errRead)
}

// TestMetered_bought has the seats that a prepaid product bills.
func TestMetered_bought(t *testing.T) {
	hour := func(n int) time.Time { return start.Add(time.Duration(n) * time.Hour) }
	total := func(n int, total seats.Count) seats.Event {
		return seats.Event{Time: hour(n), Pool: seats.Site, Total: total}
	}
	p, err := seats.Metered(seats.Site, hour(0), hour(24), seats.Event{}, listed(total(12, seats.Of(10)), total(18, seats.Of(4))))
	require.NoError(t, err)
	require.Equal(t, big.NewRat(6*10+6*4, 24), p.BoughtSeatDays, "none before the first event")
	require.Zero(t, p.SeatDays.Sign(), "held or not")
	p, err = seats.Metered(seats.Site, hour(0), hour(24), total(0, seats.Of(seats.MaxSeats)), listed(total(6, seats.Unlimited()), total(6, seats.Of(2))))
	require.NoError(t, err)
	require.Equal(t, big.NewRat(6*seats.MaxSeats+18*2, 24), p.BoughtSeatDays, "unlimited for no time at all")
	p, err = seats.Metered(seats.Site, hour(0), hour(24), total(0, seats.Of(2)), listed(total(6, seats.Unlimited()), total(7, seats.Of(2))))
	require.NoError(t, err)
	require.Nil(t, p.BoughtSeatDays)
}

// TestUsageAt_history has events that do not lead to the numbers.
func TestUsageAt_history(t *testing.T) {
	s := open(t, seats.Of(5), seats.Standard())
	s.invite("ada")
	_, err := seats.UsageAt(s.events[1], s.events[1], listed(s.events[1]))
	require.ErrorIs(t, err, seats.ErrHistory)
	require.ErrorContains(t, err, "missing: event 1")
	_, err = seats.UsageAt(s.events[1], s.events[0], listed(s.events[0]))
	require.ErrorIs(t, err, seats.ErrHistory)
	require.ErrorContains(t, err, "event 2: the seats held by status")
}

// TestNumbered lists events up to the first that is missing.
func TestNumbered(t *testing.T) {
	s := open(t, seats.Of(5), seats.Standard())
	s.invite("ada", "bob", "cy", "dee") // events 2 to 5
	e := s.events
	for name, c := range map[string]struct {
		after, through uint64
		events         iter.Seq2[seats.Event, error]
		list           []seats.Event
		want           string
	}{
		"whole":      {0, 5, listed(e...), e, ""},
		"a part":     {2, 4, listed(e[2:]...), e[2:], ""},
		"none":       {5, 5, listed(), nil, ""},
		"first_name": {2, 5, listed(e[3:]...), nil, "missing: event 3"},
		"two":        {0, 5, listed(append(e[:1:1], e[3:]...)...), e[:1], "missing: events 2 to 3"},
		"twice":      {0, 5, listed(e[0], e[1], e[1]), e[:2], "event 2: its number"},
		"last_name":  {0, 5, listed(e[:4]...), e[:4], "missing: event 5"},
		"all":        {1, 5, listed(), nil, "missing: events 2 to 5"},
		"not read":   {0, 5, failing, nil, errRead.Error()},
		"no bounds":  {0, 0, listed(e...), e, ""},
	} {
		requireList(t, name, seats.Numbered(c.after, c.through, c.events), c.list, c.want)
	}
	for event := range seats.Numbered(0, 5, listed(e...)) {
		require.Equal(t, e[0], event)
		break // and no more is asked of it
	}
}

// requireList requires a list of events that ends with an error; empty: none.
func requireList(t *testing.T, name string, events iter.Seq2[seats.Event, error], want []seats.Event, ends string) {
	t.Helper()
	var list []seats.Event
	var err error
	for event, no := range events {
		require.NoError(t, err, "it ends with an error: %s", name)
		if err = no; err == nil {
			list = append(list, event)
		}
	}
	require.Equal(t, want, list, name)
	if ends == "" {
		require.NoError(t, err, name)
	} else {
		require.ErrorContains(t, err, ends, name)
	}
}

// TestNumberedBack lists events down to the first that is missing.
func TestNumberedBack(t *testing.T) {
	s := open(t, seats.Of(5), seats.Standard())
	s.invite("ada", "bob", "cy", "dee") // events 2 to 5
	e := slices.Clone(s.events)
	slices.Reverse(e) // 5 to 1
	for name, c := range map[string]struct {
		after, through uint64
		events         iter.Seq2[seats.Event, error]
		list           []seats.Event
		want           string
	}{
		"whole":      {0, 5, listed(e...), e, ""},
		"a part":     {2, 4, listed(e[1:3]...), e[1:3], ""},
		"later ones": {2, 4, listed(e[:3]...), e[:3], ""},
		"none":       {5, 5, listed(), nil, ""},
		"no part":    {5, 4, listed(), nil, ""},
		"last":       {2, 5, listed(e[1:3]...), nil, "missing: event 5"},
		"two":        {0, 5, listed(e[0], e[1], e[4]), e[:2], "missing: events 2 to 3"},
		"twice":      {0, 5, listed(e[0], e[1], e[1]), e[:2], "event 4: its number"},
		"first":      {0, 5, listed(e[:4]...), e[:4], "missing: event 1"},
		"all":        {1, 5, listed(), nil, "missing: events 2 to 5"},
		"not read":   {0, 5, failing, nil, errRead.Error()},
	} {
		requireList(t, name, seats.NumberedBack(c.after, c.through, c.events), c.list, c.want)
	}
	for event := range seats.NumberedBack(0, 5, listed(e...)) {
		require.Equal(t, e[0], event)
		break // and no more is asked of it
	}
}

func TestEventFilter_Match(t *testing.T) {
	e := seats.Event{Sequence: 5, User: "ada", Kind: seats.EventInvited, Actor: users.Support("REQ-1")}
	for _, f := range []seats.EventFilter{
		{}, {After: 4}, {Before: 6}, {User: "ada"}, {Kinds: []seats.EventKind{seats.EventOpened, seats.EventInvited}}, {By: users.In(users.ActorSync, users.ActorSupport)}, {Backward: true},
	} {
		require.True(t, f.Match(e), "%+v", f)
	}
	for _, f := range []seats.EventFilter{{After: 5}, {Before: 5}, {User: "Ada"}, {Kinds: []seats.EventKind{seats.EventOpened}}, {By: users.In(users.ActorSystem)}} {
		require.False(t, f.Match(e), "%+v", f)
	}
}

func TestEventFilter_NextPage(t *testing.T) {
	f := seats.EventFilter{After: 2, Before: 9, User: "ada"}
	e := seats.Event{Sequence: 5}
	require.Equal(t, seats.EventFilter{After: 5, Before: 9, User: "ada"}, f.NextPage(e))
	f.Backward = true
	require.Equal(t, seats.EventFilter{After: 2, Before: 5, User: "ada", Backward: true}, f.NextPage(e))
	require.False(t, f.IsWhole())
	require.True(t, seats.EventFilter{After: 2, Before: 9, Backward: true}.IsWhole())
}

func TestSnapshot_Committed(t *testing.T) {
	s := seats.Snapshot{Past: []seats.Event{{Sequence: 1, Change: "a"}, {Sequence: 2, Change: "b", Key: "k"}, {Sequence: 3}}}
	of := func(id seats.ChangeID, first uint64) seats.Change {
		return seats.Change{ID: id, Events: []seats.Event{{Sequence: first, Change: id}, {Sequence: first + 1, Change: "b"}}}
	}
	require.True(t, s.Committed(of("b", 2)))
	require.True(t, s.Committed(of("a", 1)))
	require.False(t, s.Committed(of("b", 1)), "another change has that number")
	require.False(t, s.Committed(of("c", 2)))
	require.False(t, s.Committed(of("", 3)), "without an ID")
	require.False(t, s.Committed(seats.Change{ID: "b"}), "without an event")
}

func TestEvent_Clone(t *testing.T) {
	e := seats.Event{Fields: []string{"title"}, Policy: new(seats.AccuEdConnect())}
	c := e.Clone()
	require.Equal(t, e, c)
	c.Fields[0], c.Policy.DeleteOnly = "spoilt", true
	require.Equal(t, "title", e.Fields[0])
	require.False(t, e.Policy.DeleteOnly)
}

// TestAudit_pools and not just at the site's.
func TestAudit_pools(t *testing.T) {
	s := open(t, seats.Of(3), seats.Standard())
	s.do(system, seats.SetTotal{Pool: "course", Total: seats.Of(2)})
	rows := s.rows.Apply(seats.Change{Account: s.rows.Account})
	for i := range rows.Pools {
		if rows.Pools[i].ID == "course" {
			rows.Pools[i].Total = seats.Of(3)
		}
	}
	drift := seats.Audit(rows, rows.Account.Tally, s.ledger)
	require.Len(t, drift, 1)
	require.Equal(t, "pool course", drift[0].What)
}

// TestLedger_Record_one_fault has the numbers of a true one.
func TestLedger_Record_one_fault(t *testing.T) {
	s := open(t, seats.Of(3), seats.Standard())
	s.do(owner, seats.Invite{Profile: profile("ada")})
	s.do(system, seats.Accept{User: "ada"})
	before := s.events[:2]
	wrong := s.events[2]
	wrong.User = "owner" // who was never invited
	_, err := seats.Replay(listed(append(before[:2:2], wrong)...))
	require.ErrorIs(t, err, seats.ErrHistory)
	require.ErrorContains(t, err, "the status before")
	s.do(system, seats.SetPolicy{Policy: seats.Standard()})
	twice := s.lastEvent()
	twice.Kind = seats.EventOpened
	_, err = seats.Replay(listed(append(s.events[:3:3], twice)...))
	require.ErrorIs(t, err, seats.ErrHistory, "it is opened once")
	first := s.events[0]
	first.Kind = seats.EventPolicySet
	_, err = seats.Replay(listed(first))
	require.ErrorIs(t, err, seats.ErrHistory, "and first")
}
