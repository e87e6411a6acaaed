package seats

import (
	"errors"
	"fmt"
	"iter"
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
	People   map[users.ID]users.Segment // everybody who ever was there
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
	if e.Sequence != l.Sequence+1 {
		return outOfOrder(l.Sequence, e.Sequence)
	}
	if err := l.follows(e, l.People[e.User], false); err != nil {
		return err
	}
	if l.Sequence == 0 {
		l.Pools, l.People = map[PoolID]Pool{}, map[users.ID]users.Segment{}
	}
	l.take(e)
	if e.User != "" {
		l.People[e.User] = e.After
	}
	return nil
}

// follows returns an error unless the event follows from those before it, where the
// user had that standing. The policy may be unknown.
func (l *Ledger) follows(e Event, before users.Segment, ungoverned bool) error {
	account := l.account().after(e)
	account.Tally.Move(e.Before, e.After)
	was := l.Pools[e.Pool]
	for _, rule := range []struct {
		holds bool
		what  string
	}{
		{(l.Sequence == 0) == (e.Kind == EventOpened) && (e.Policy == nil) == !e.Kind.setsPolicy(), "its kind"},
		{l.Sequence == 0 || e.Account == l.Account, "its account"},
		{!e.Time.Before(l.Changed), "its time"},
		{e.User == "" && e.Before == e.After || e.User != "" && e.Before == before, "the standing before"},
		{account.Tally == e.Tally, "the tally"},
		{was.Held+e.Delta == e.Held, "the seats held"},
		{was.Spent <= e.Spent, "the seats spent"},
		{e.Pool != Site || ungoverned || e.Held == account.held(), "the seats held by status"},
		{e.pool(was).Sound(), "the total"},
	} {
		if !rule.holds {
			return doesNotFollow(e.Sequence, rule.what)
		}
	}
	return nil
}

// doesNotFollow says what of an event does not follow from those before it.
func doesNotFollow(n uint64, what string) error {
	return fmt.Errorf("%w: event %d: %s", ErrHistory, n, what)
}

// outOfOrder says what is wrong with the number of an event that comes after another.
func outOfOrder(last, n uint64) error {
	if n <= last {
		return doesNotFollow(n, "its number")
	}
	return fmt.Errorf("%w: missing: %s", ErrHistory, numbers(last+1, n-1))
}

// numbers names the events from one number to another.
func numbers(from, to uint64) string {
	if from == to {
		return fmt.Sprint("event ", from)
	}
	return fmt.Sprintf("events %d to %d", from, to)
}

// pool returns the pool of an event right after it.
func (e Event) pool(was Pool) Pool {
	p := Pool{ID: e.Pool, Total: e.Total, Held: e.Held, Spent: e.Spent}
	p.OverLimit = p.Excess() > 0 && (was.OverLimit || e.Kind.mayOverfill())
	return p
}

// take goes on to an event, but for people.
func (l *Ledger) take(e Event) {
	account := l.account().after(e)
	l.Account, l.Sequence, l.Changed = e.Account, e.Sequence, e.Time
	l.Policy, l.Tally, l.Closed = account.Policy, e.Tally, account.Closed
	l.Pools[e.Pool] = e.pool(l.Pools[e.Pool])
}

// Numbered lists events of one account that come without a filter: their numbers follow
// one another from after+1 on, at least up to through. Where one is missing the list ends
// with [ErrHistory], which says which.
func Numbered(after, through uint64, events iter.Seq2[Event, error]) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		last := after
		for e, err := range events {
			if err == nil && e.Sequence != last+1 {
				err = outOfOrder(last, e.Sequence)
			}
			if err != nil {
				yield(Event{}, err)
				return
			}
			if last = e.Sequence; !yield(e, nil) {
				return
			}
		}
		if last < through {
			yield(Event{}, outOfOrder(last, through+1))
		}
	}
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
// order; later ones do not count. Numbers that contradict one another are [ErrHistory].
func UsageAt(last, site Event, governing iter.Seq2[Event, error]) (Usage, error) {
	account := Account{ID: last.Account, Sequence: last.Sequence, Tally: last.Tally}
	opened := false
	for e, err := range governing {
		switch opened = opened || e.Sequence == 1; {
		case err != nil:
			return Usage{}, err
		case !opened:
			return Usage{}, outOfOrder(0, e.Sequence)
		case e.Sequence <= last.Sequence:
			account = account.after(e)
		}
	}
	if site.Held != account.held() {
		return Usage{}, doesNotFollow(last.Sequence, "the seats held by status")
	}
	pool := Pool{Total: site.Total, Held: site.Held, Spent: site.Spent}
	return Snapshot{Account: account, Pools: []Pool{pool}}.Usage(), nil
}
