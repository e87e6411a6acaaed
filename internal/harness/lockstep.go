package harness

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/internal/gen"
	"github.com/seatkeeper/seatkeeper/internal/reference"
	"github.com/seatkeeper/seatkeeper/internal/ways"
	"github.com/seatkeeper/seatkeeper/memstore"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// Lockstep plays random sequences like those of [Sequences], without faults, on the
// store and on one in memory at once, with one clock and the same IDs, and requires that
// the two cannot be told apart. A model knows the rules; this knows all that is kept, but
// believes the store in memory.
//
// With company there is nothing to compare: a call beside may settle what has just come due, or not.
func Lockstep(t *testing.T, open func(testing.TB) store.Store) {
	if ways.Is(ways.Together) {
		return
	}
	rapid.Check(t, together(func() store.Store { return open(t) }))
}

// together is the property of one sequence on a store in memory and on another.
func together(open func() store.Store) func(*rapid.T) {
	return func(t *rapid.T) {
		account := Unique("acme")
		p := &pair{T: t, memory: newSide(memstore.New(), account), other: newSide(open(), account)}
		p.model.Clock = gen.Epoch
		opened := p.call(gen.Draw(t, "call", func(d gen.Dice) gen.Call {
			return gen.Call{How: gen.Open, At: gen.Epoch, Opening: d.Opening()}
		}))
		if len(opened.Outcomes) > 0 {
			p.look(gen.Look{})
			t.Repeat(map[string]func(*rapid.T){"call": func(*rapid.T) { p.step() }})
		}
		p.end()
	}
}

// A side is one of two harnesses that have to be alike.
type side struct {
	*Harness
	numbers map[string]string // of changes and correlations, which are random
	last    uint64            // number of the event seen last
}

func newSide(s store.Store, account string) *side {
	return &side{New(s, account), map[string]string{"": ""}, 0}
}

// number returns a name that is the same on both sides.
func (w *side) number(random string) string {
	if _, known := w.numbers[random]; !known {
		w.numbers[random] = fmt.Sprint("number ", len(w.numbers))
	}
	return w.numbers[random]
}

// numbered returns the events with names that are the same on both sides.
func (w *side) numbered(events []seats.Event) []seats.Event {
	events = slices.Clone(events)
	for i := range events {
		e := &events[i]
		w.last = e.Sequence
		e.Change, e.Correlation = seats.ChangeID(w.number(string(e.Change))), w.number(e.Correlation)
	}
	return events
}

// receipt is numbered for a receipt.
func (w *side) receipt(r seats.Receipt) seats.Receipt {
	r.Correlation, r.Commits = w.number(r.Correlation), slices.Clone(r.Commits)
	for i, c := range r.Commits {
		r.Commits[i].Change = seats.ChangeID(w.number(string(c.Change)))
	}
	return r
}

// A pair is a sequence under way on two sides.
type pair struct {
	*rapid.T
	memory, other *side
	model         reference.Model // who is there to choose from, as the rows say
	calls, events int             // that there were
	filter        users.Filter    // the last one
	keyed         gen.Call        // the last call with a key
}

// both asks the same thing of both sides and requires the same answer.
func both[T any](p *pair, what string, ask func(*side) (T, error)) T {
	want, expected := ask(p.memory)
	got, err := ask(p.other)
	var refusal, other *seats.Refusal
	if errors.As(expected, &refusal) && errors.As(err, &other) {
		identical(p, what+", refused", *refusal, *other)
	} else if !slices.ContainsFunc([]error{nil, store.ErrNotFound, store.ErrExists}, func(known error) bool { return errors.Is(expected, known) && errors.Is(err, known) }) {
		p.fail("%s: want the error %v, got %v", what, expected, err)
	}
	return identical(p, what, want, got)
}

// identical requires that two answers are the same, and returns one.
func identical[T any](p *pair, what string, want, got T) T {
	want, got = concealed(Plain(p, want)), concealed(Plain(p, got))
	if !reflect.DeepEqual(want, got) {
		p.fail("%s%s", what, difference(reflect.ValueOf(want), reflect.ValueOf(got)))
	}
	return want
}

// fail ends the sequence. To rapid all failures at one place are the same one.
func (p *pair) fail(format string, args ...any) {
	p.Errorf(format, args...)
	p.FailNow()
}

// call makes a call on both.
func (p *pair) call(c gen.Call) seatkeeper.Result {
	p.calls++
	return both(p, fmt.Sprintf("what %v answers", c.How), func(w *side) (seatkeeper.Result, error) {
		done, err := w.play(c)
		done.Events, done.Receipt = w.numbered(done.Events), w.receipt(done.Receipt)
		return done, err
	})
}

func (p *pair) step() {
	type step struct {
		gen.Call
		look gen.Look
	}
	s := gen.Draw(p.T, "call", func(d gen.Dice) step {
		return step{d.Keyed(d.Call(&p.model), fmt.Sprint("key ", p.calls), p.keyed), d.Look()}
	})
	if s.Key != "" {
		p.keyed = s.Call
	}
	p.model.Clock = s.At
	p.call(s.Call)
	both(p, "how many people were deleted", func(w *side) (int, error) { return w.gone, nil })
	p.look(s.look)
}

// look reads from the stores themselves, so that nothing is settled by it.
func (p *pair) look(l gen.Look) {
	ctx := context.Background()
	p.filter, p.model.People = l.People, nil
	for _, u := range both(p, "all people", func(w *side) ([]users.User, error) { return w.snapshot(p).Users, nil }) {
		p.model.People = append(p.model.People, &reference.Person{User: u})
	}
	p.events += len(both(p, "the new events", func(w *side) ([]seats.Event, error) {
		events, err := w.store.Events(ctx, w.account, seats.EventFilter{After: uint64(p.events)}, 10_000)
		return w.numbered(events), err
	}))
	for _, a := range both(p, "the account's row", func(w *side) ([]seats.Account, error) {
		return secluded{w.store, store.OutboxOf(w.store), store.LastSeenOf(w.store), store.MissesOf(w.store), w.account}.Accounts(ctx, "", 1)
	}) {
		p.model.Closed, p.model.Erased = a.Closed, a.Erased
	}
	by := p.model.Clock.Add(l.Ahead)
	both(p, fmt.Sprintf("a snapshot, due in %v, of %s", l.Ahead, gen.Text(l.Need)), func(w *side) (seats.Snapshot, error) {
		need := l.Need
		need.Account, need.Pools, need.DueBy, need.Sequence = w.account, append(gen.Pools[:4:4], "nowhere"), by, w.last
		need.Key = p.keyed.Key
		snapshots, err := w.store.Load(ctx, need)
		if err != nil {
			return seats.Snapshot{}, err
		}
		s := snapshots[0]
		if s.Past = w.numbered(s.Past); !s.Account.IsDue(by) {
			s.NextDue = time.Time{} // which does not count
		}
		return s, nil
	})
	both(p, fmt.Sprintf("whether the account is due in %v", l.Ahead), func(w *side) ([]users.AccountID, error) {
		return secluded{w.store, store.OutboxOf(w.store), store.LastSeenOf(w.store), store.MissesOf(w.store), w.account}.Due(ctx, by, "", 1)
	})
	type tally struct {
		Tally    users.Tally
		Revision uint64
	}
	both(p, "the tally of the people "+gen.Text(l.People), func(w *side) (tally, error) {
		counted, revision, err := w.store.Tally(ctx, w.account, l.People)
		return tally{counted, revision}, err
	})
	for range 3 {
		page := both(p, fmt.Sprintf("at most %d of the people %s", l.Limit, gen.Text(l.People)), func(w *side) ([]users.User, error) {
			return w.store.Users(ctx, w.account, l.People, l.Limit)
		})
		if len(page) == 0 {
			break
		}
		l.People = l.People.NextPage(page[len(page)-1])
	}
	for range 3 {
		page := both(p, fmt.Sprintf("at most %d of the licences %s", l.Limit, gen.Text(l.Licences)), func(w *side) ([]users.Licence, error) {
			return w.store.Licences(ctx, w.account, l.Licences, l.Limit)
		})
		if len(page) == 0 {
			break
		}
		l.Licences = l.Licences.NextPage(page[len(page)-1])
	}
	both(p, fmt.Sprintf("at most %d of the events %s", l.Limit, gen.Text(l.Events)), func(w *side) ([]seats.Event, error) {
		events, err := w.store.Events(ctx, w.account, l.Events, l.Limit)
		return w.numbered(events), err
	})
}

// end asks the Keepers for all that they tell of an account.
func (p *pair) end() {
	ctx, now := context.Background(), p.memory.now
	both(p, "the account", func(w *side) (seats.Account, error) { return w.Account(ctx, w.account) })
	both(p, "usage", func(w *side) (seats.Usage, error) { return w.Usage(ctx, w.account) })
	both(p, "usage of the people "+gen.Text(p.filter), func(w *side) (seats.Usage, error) { return w.UsageOf(ctx, w.account, p.filter) })
	both(p, "the pools", func(w *side) ([]seats.Pool, error) { return all(w.Pools(ctx, w.account)) })
	both(p, "the licences", func(w *side) ([]users.Licence, error) { return all(w.Licences(ctx, w.account, users.LicenceFilter{})) })
	both(p, "the audit", func(w *side) ([]seats.Drift, error) { return w.Audit(ctx, w.account) })
	both(p, "replay", func(w *side) (seats.Ledger, error) { return w.Replay(ctx, w.account) })
	both(p, "the bill", func(w *side) (seats.Period, error) {
		return w.Period(ctx, w.account, seats.Site, gen.Epoch.Add(-gen.Term), now.Add(-time.Hour))
	})
	both(p, "usage as it was", func(w *side) (seats.Usage, error) { return w.UsageAt(ctx, w.account, now.Add(-time.Hour)) })
	people := both(p, "the list by name", func(w *side) ([]seats.Person, error) {
		return all(w.Users(ctx, w.account, users.Filter{Status: gen.EveryStatus, Order: users.OrderName}))
	})
	for _, u := range people {
		both(p, fmt.Sprintf("why %s holds a seat", u.ID), func(w *side) (seats.Explanation, error) {
			x, err := w.Explain(ctx, w.account, u.ID)
			x.By = w.numbered([]seats.Event{x.By})[0]
			for i, l := range x.Licences {
				x.Licences[i].By = w.numbered([]seats.Event{l.By})[0]
			}
			return x, err
		})
	}
}

// difference says where two values differ first, and how.
func difference(want, got reflect.Value) string {
	differ := func(a, b reflect.Value) bool { return !reflect.DeepEqual(a.Interface(), b.Interface()) }
	switch {
	case want.Kind() == reflect.Pointer && !want.IsNil() && !got.IsNil():
		return difference(want.Elem(), got.Elem())
	case want.Kind() == reflect.Slice:
		for i := range min(want.Len(), got.Len()) {
			if differ(want.Index(i), got.Index(i)) {
				return fmt.Sprintf("[%d]%s", i, difference(want.Index(i), got.Index(i)))
			}
		}
		return fmt.Sprintf(": want %d of them, got %d", want.Len(), got.Len())
	case want.Kind() == reflect.Struct:
		for field := range want.Type().Fields() {
			if !field.IsExported() {
				break // it is all one value
			}
			if a, b := want.FieldByIndex(field.Index), got.FieldByIndex(field.Index); differ(a, b) {
				return "." + field.Name + difference(a, b)
			}
		}
	}
	return fmt.Sprintf(": want %s, got %s", gen.Text(want.Interface()), gen.Text(got.Interface()))
}
