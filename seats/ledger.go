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
	Closed   time.Time // since when the account is closed; zero: it is open
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
	account := l.account().after(e)
	account.Tally.Move(e.Before, e.After)
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
		{account.Tally == e.Tally, "the tally"},
		{was.Held+e.Delta == e.Held, "the seats held"},
		{was.Spent <= e.Spent, "the seats spent"},
		{e.Pool != Site || e.Held == account.held(), "the seats held by status"},
		{pool.Sound(), "the total"},
	} {
		if !rule.holds {
			return fmt.Errorf("%w: event %d: %s", ErrHistory, e.Sequence, rule.what)
		}
	}
	if l.Sequence == 0 {
		l.Pools, l.People = map[PoolID]Pool{}, map[users.ID]users.Standing{}
	}
	l.Account, l.Sequence, l.Changed = e.Account, e.Sequence, e.Time
	l.Policy, l.Tally, l.Closed = account.Policy, account.Tally, account.Closed
	l.Pools[e.Pool] = pool
	if e.User != "" {
		l.People[e.User] = e.After
	}
	return nil
}

// account returns as much of the account row as the events tell.
func (l Ledger) account() Account {
	return Account{ID: l.Account, Sequence: l.Sequence, Policy: l.Policy, Tally: l.Tally, Closed: l.Closed}
}

// Usage returns the account in numbers after its last event. It has no revision.
func (l Ledger) Usage() Usage {
	return Snapshot{Account: l.account(), Pools: []Pool{l.Pools[Site]}}.Usage()
}

// UsageAt returns the account in numbers after an event, of which site is the one of the
// site pool at or before it. The governing events are those of [GoverningEvents], in
// order; later ones do not count.
func UsageAt(last, site Event, governing iter.Seq2[Event, error]) (Usage, error) {
	account := Account{ID: last.Account, Sequence: last.Sequence, Tally: last.Tally}
	for e, err := range governing {
		switch {
		case err != nil:
			return Usage{}, err
		case e.Sequence <= last.Sequence:
			account = account.after(e)
		}
	}
	pool := Pool{Total: site.Total, Held: site.Held, Spent: site.Spent}
	return Snapshot{Account: account, Pools: []Pool{pool}}.Usage(), nil
}

// A Drift is something that is stored otherwise than it was counted.
type Drift struct {
	What    string `json:"what"` // "tally", "policy", "closed", "events", "seats held", or "pool" and its ID
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
	compare("closed", a.Closed, l.Closed)
	a.Tally = rows
	compare("seats held", s.pool(Site).Held, a.held())
	for _, id := range slices.Sorted(maps.Keys(l.Pools)) {
		compare("pool "+string(id), s.pool(id), l.Pools[id])
	}
	return found
}
