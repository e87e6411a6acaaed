package seats

import (
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/seatkeeper/seatkeeper/users"
)

// A Ledger is an account rebuilt from its events. The zero value is the ledger before the first
// event.
type Ledger struct {
	Account  users.AccountID
	Sequence uint64    // of the last event
	Changed  time.Time // its time
	Closed   time.Time // the time of the closing; zero: the account is open
	Policy   Policy
	Tally    users.Tally
	Pools    map[PoolID]Pool
	People   map[users.ID]users.Segment // all users of the account, deleted ones included
	// Licences has those of each user and course that are held and spent, for all users with any.
	Licences map[LicenceKey]LicenceUse
}

// A LicenceKey is a user and a course pool.
type LicenceKey struct {
	User users.ID
	Pool PoolID
}

// LicenceUse are the held and the spent licences of a user or of a pool.
type LicenceUse struct{ Held, Spent int64 }

// String returns the numbers in words.
func (u LicenceUse) String() string { return fmt.Sprintf("%d held, %d spent", u.Held, u.Spent) }

// add counts further licences.
func (u LicenceUse) add(more LicenceUse) LicenceUse {
	return LicenceUse{u.Held + more.Held, u.Spent + more.Spent}
}

// uses returns how the event changes the licences of a course pool.
func (e Event) uses(was Pool) LicenceUse {
	if e.Pool == Site || e.Kind.ofCode() {
		return LicenceUse{}
	}
	return LicenceUse{e.Delta, e.Spent - was.Spent}
}

// ErrHistory is a gap or a contradiction in the events: one is missing, or a number is wrong.
var ErrHistory = errors.New("seats: the events do not follow from one another")

// Replay rebuilds an account from its events, from the first on. Each event must follow from
// the ones before it; the first failure is [ErrHistory], and the ledger is then the one before
// that event.
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

// Record adds the next event. After an error, [ErrHistory], the ledger is unchanged.
func (l *Ledger) Record(e Event) error {
	if e.Sequence != l.Sequence+1 {
		return outOfOrder(l.Sequence, e.Sequence)
	}
	if err := l.follows(e, l.People[e.User], false); err != nil {
		return err
	}
	if l.Sequence == 0 {
		l.Pools, l.People = map[PoolID]Pool{}, map[users.ID]users.Segment{}
		l.Licences = map[LicenceKey]LicenceUse{}
	}
	if change := e.uses(l.Pools[e.Pool]); change != (LicenceUse{}) {
		key := LicenceKey{e.User, e.Pool}
		next := l.Licences[key].add(change)
		if e.User == "" || next.Held < 0 || next.Held > 1 {
			return doesNotFollow(e.Sequence, "the licences of the user")
		}
		if l.Licences[key] = next; next == (LicenceUse{}) {
			delete(l.Licences, key)
		}
	}
	l.take(e)
	if e.User != "" {
		l.People[e.User] = e.After
	}
	return nil
}

// follows returns an error unless the event follows from the ledger, with that segment of the
// user before it. An ungoverned ledger has an unknown policy.
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
		{e.User == "" && e.Before == e.After || e.User != "" && e.Before == before, "the status before"},
		{account.Tally == e.Tally, "the tally"},
		{was.Held+e.Delta == e.Held, "the seats held"},
		{was.Spent <= e.Spent || e.Kind == EventCodeUseBack, "the seats spent"},
		{e.Pool != Site || ungoverned || e.Held == account.held(e.Reserved), "the seats held by status"},
		{e.pool(was).Sound(), "the total"},
	} {
		if !rule.holds {
			return doesNotFollow(e.Sequence, rule.what)
		}
	}
	return nil
}

// doesNotFollow names the part of an event that contradicts the events before it.
func doesNotFollow(n uint64, what string) error {
	return fmt.Errorf("%w: event %d: %s", ErrHistory, n, what)
}

// outOfOrder describes a wrong number of an event after another one.
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
	p := Pool{ID: e.Pool, Total: e.Total, Held: e.Held, Spent: e.Spent, Reserved: e.Reserved}
	p.OverLimit = p.Excess() > 0 && (was.OverLimit || e.Kind.mayOverfill())
	return p
}

// take adds an event to all of the ledger but its users.
func (l *Ledger) take(e Event) {
	account := l.account().after(e)
	l.Account, l.Sequence, l.Changed = e.Account, e.Sequence, e.Time
	l.Policy, l.Tally, l.Closed = account.Policy, e.Tally, account.Closed
	l.Pools[e.Pool] = e.pool(l.Pools[e.Pool])
}

// Numbered lists all events of one account from after+1 on, at least up to through, and checks
// their numbers. At a missing number the list ends with an [ErrHistory] that names it.
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

// NumberedBack is [Numbered] for events from the last to the first: those of the numbers from
// through, or a later one, down to after+1.
func NumberedBack(after, through uint64, events iter.Seq2[Event, error]) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		next, first := through, true
		for e, err := range events {
			if first { // later ones may have come meanwhile
				next, first = max(next, e.Sequence), false
			}
			if err == nil && e.Sequence != next {
				err = outOfOrder(e.Sequence, next+1)
			}
			if err != nil {
				yield(Event{}, err)
				return
			}
			if next = e.Sequence - 1; !yield(e, nil) {
				return
			}
		}
		if next > after {
			yield(Event{}, outOfOrder(after, next+1))
		}
	}
}

// account returns the account row as far as it follows from the events.
func (l Ledger) account() Account {
	return Account{ID: l.Account, Sequence: l.Sequence, Policy: l.Policy, Tally: l.Tally, Closed: l.Closed}
}

// Usage returns the account in numbers after its last event, at revision 0.
func (l Ledger) Usage() Usage {
	return Snapshot{Account: l.account(), Pools: []Pool{l.Pools[Site]}}.Usage()
}

// UsageAt returns the account in numbers after the last event. The site event is the latest of
// the site pool up to then. The governing events are those of [GoverningEvents], in order; later
// ones are ignored. Contradictory numbers are [ErrHistory].
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
	if site.Held != account.held(site.Reserved) {
		return Usage{}, doesNotFollow(last.Sequence, "the seats held by status")
	}
	pool := Pool{Total: site.Total, Held: site.Held, Spent: site.Spent, Reserved: site.Reserved}
	return Snapshot{Account: account, Pools: []Pool{pool}}.Usage(), nil
}
