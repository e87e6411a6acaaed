package seats

import (
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"time"

	"github.com/seatkeeper/seatkeeper/users"
)

// A Ledger is an account as its events tell it. The zero value is that of an
// account without any.
type Ledger struct {
	Account  users.AccountID
	Sequence uint64    // of the last event
	Changed  time.Time // when that was
	Policy   Policy
	Tally    users.Tally
	Pools    map[PoolID]Pool
	People   map[users.ID]users.Standing // everybody who ever was there
}

// ErrHistory says that an event does not follow from those before it: one is
// missing, or a number is wrong.
var ErrHistory = errors.New("seats: the events do not follow from one another")

// Replay rebuilds an account from its events, from the first on. Each is held
// against those before it; the first that does not follow is [ErrHistory]. The ledger
// that comes with an error is that of the events before it.
func Replay(events iter.Seq2[Event, error]) (Ledger, error) {
	var l Ledger
	for e, err := range events {
		if err == nil {
			err = l.Record(e)
		}
		if err != nil {
			return l, err
		}
	}
	return l, nil
}

// Record adds the next event, or refuses it as [ErrHistory] and stays as it is.
func (l *Ledger) Record(e Event) error {
	policy, tally := l.Policy, l.Tally
	if e.Policy != nil {
		policy = *e.Policy
	}
	tally.Move(e.Before, e.After)
	was := l.Pools[e.Pool]
	pool := Pool{ID: e.Pool, Total: e.Total, Held: e.Held, Spent: e.Spent}
	pool.Over = pool.Excess() > 0 && (was.Over || e.Kind.cuts())
	for _, rule := range []struct {
		holds bool
		what  string
	}{
		{e.Sequence == l.Sequence+1, "its number"},
		{(l.Sequence == 0) == (e.Kind == Opened) && (e.Policy == nil) == !e.Kind.setsPolicy(), "its kind"},
		{l.Sequence == 0 || e.Account == l.Account, "its account"},
		{!e.Time.Before(l.Changed), "its time"},
		{e.User == "" && e.Before == e.After || e.User != "" && e.Before == l.People[e.User], "the standing before"},
		{tally == e.Tally, "the tally"},
		{was.Held+e.Delta == e.Held, "the seats held"},
		{was.Spent <= e.Spent, "the seats spent"},
		{e.Pool != Site || e.Held == policy.held(tally), "the seats held by status"},
		{pool.Sound(), "the total"},
	} {
		if !rule.holds {
			return fmt.Errorf("%w: event %d: %s", ErrHistory, e.Sequence, rule.what)
		}
	}
	if l.Sequence == 0 {
		l.Pools, l.People = map[PoolID]Pool{}, map[users.ID]users.Standing{}
	}
	l.Account, l.Sequence, l.Changed, l.Policy, l.Tally = e.Account, e.Sequence, e.Time, policy, tally
	l.Pools[e.Pool] = pool
	if e.User != "" {
		l.People[e.User] = e.After
	}
	return nil
}

// Usage returns the account in numbers after its last event. It has no revision.
func (l Ledger) Usage() Usage {
	return Snapshot{
		Account: Account{ID: l.Account, Sequence: l.Sequence, Policy: l.Policy, Tally: l.Tally},
		Pools:   []Pool{l.Pools[Site]},
	}.Usage()
}

// A Drift is something that is stored otherwise than it was counted.
type Drift struct {
	What    string `json:"what"` // "tally", "policy", "events", "seats held", or "pool" and its ID
	Stored  string `json:"stored"`
	Counted string `json:"counted"`
}

// Audit compares the account row and its pools with the people counted from
// their rows and with the ledger of its events, all of one moment. Where nothing
// drifted apart it returns none.
func Audit(s Snapshot, rows users.Tally, l Ledger) []Drift {
	var found []Drift
	compare := func(what string, stored, counted any) {
		if stored != counted {
			found = append(found, Drift{what, fmt.Sprintf("%+v", stored), fmt.Sprintf("%+v", counted)})
		}
	}
	a := s.Account
	compare("tally", a.Tally, rows)
	compare("tally", a.Tally, l.Tally)
	compare("policy", a.Policy, l.Policy)
	compare("events", a.Sequence, l.Sequence)
	compare("seats held", s.pool(Site).Held, a.Policy.held(rows))
	for _, id := range slices.Sorted(maps.Keys(l.Pools)) {
		compare("pool "+string(id), s.pool(id), l.Pools[id])
	}
	return found
}
