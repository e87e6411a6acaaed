package harness

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/internal/gen"
	"github.com/seatkeeper/seatkeeper/internal/reference"
	"github.com/seatkeeper/seatkeeper/memstore"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// Lockstep plays random sequences like those of [Sequences], without faults, on the
// store and on one in memory at once, with one clock and the same IDs, and requires that
// the two cannot be told apart. A model knows the rules; this knows all that is kept, but
// believes the store in memory.
func Lockstep(t *testing.T, open func(testing.TB) store.Store) {
	gen.Check(t, gen.LockstepScripts, together(func() store.Store { return open(t) }))
}

// together plays scripts on a store in memory and on another.
func together(open func() store.Store) gen.Player {
	return func(f *gen.Failure, s gen.Script) {
		account := Unique("acme")
		p := &pair{Failure: f, memory: newDifferential(memstore.New(), account), other: newDifferential(open(), account)}
		p.play(s)
	}
}

// A differential is one of two stages that have to be alike.
type differential struct {
	*Harness
	numbers map[string]string // of changes and correlations, which are random
	last    seats.ChangeID
}

func newDifferential(s store.Store, account string) *differential {
	return &differential{New(s, account), map[string]string{"": ""}, ""}
}

// number returns a name that is the same on both sides.
func (w *differential) number(random string) string {
	if _, known := w.numbers[random]; !known {
		w.numbers[random] = fmt.Sprint("number ", len(w.numbers))
	}
	return w.numbers[random]
}

// numbered returns the events with names that are the same on both sides.
func (w *differential) numbered(events []seats.Event) []seats.Event {
	events = slices.Clone(events)
	for i := range events {
		e := &events[i]
		w.last = e.Change
		e.Change, e.Correlation = seats.ChangeID(w.number(string(e.Change))), w.number(e.Correlation)
	}
	return events
}

// A pair is a sequence under way on two stages.
type pair struct {
	*gen.Failure
	memory, other *differential
	account       seats.Account
	people        []users.User
	events        int          // that were seen
	filter        users.Filter // the last one
	keyed         *gen.Call    // the last one
}

// both asks the same thing of both sides and requires the same answer.
func both[T any](p *pair, what string, ask func(*differential) (T, error)) T {
	want, expected := ask(p.memory)
	got, err := ask(p.other)
	p.alike(what, expected, err)
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

// alike requires that two errors say the same.
func (p *pair) alike(what string, want, got error) {
	var refusal, other *seats.Refusal
	if errors.As(want, &refusal) && errors.As(got, &other) {
		identical(p, what+", refused", *refusal, *other)
		return
	}
	for _, known := range []error{nil, store.ErrNotFound, store.ErrExists} {
		if errors.Is(want, known) && errors.Is(got, known) {
			return
		}
	}
	p.fail("%s: want the error %v, got %v", what, want, got)
}

func (p *pair) fail(format string, args ...any) {
	p.Errorf(format, args...)
	p.FailNow()
}

func (p *pair) play(s gen.Script) {
	opened := p.call(gen.Call{How: gen.Open, At: gen.Epoch, Opening: s.Opening})
	if len(opened.Outcomes) > 0 {
		p.look(gen.Look{})
		for _, step := range s.Steps {
			p.step(step)
		}
	}
	p.end()
}

// call makes a call on both.
func (p *pair) call(c gen.Call) seatkeeper.Result {
	p.Calls = append(p.Calls, c)
	return both(p, fmt.Sprintf("what %v answers", c.How), func(w *differential) (seatkeeper.Result, error) {
		done, err := w.play(c)
		done.Events = w.numbered(done.Events)
		return done, err
	})
}

func (p *pair) step(s gen.Step) {
	c := gen.Call{How: s.How, At: p.memory.now.Add(s.By), Ids: p.memory.ids}
	switch {
	case s.Again && p.keyed != nil:
		c.How, c.Actor, c.Commands, c.Key = p.keyed.How, p.keyed.Actor, p.keyed.Commands, p.keyed.Key
	case s.Pinned != nil:
		c.How, c.Actor, c.Commands, c.Key = s.Pinned.How, s.Pinned.Actor, s.Pinned.Commands, s.Pinned.Key
	default:
		here := &reference.Model{Closed: p.account.Closed, Erased: p.account.Erased} // who is there to choose from
		for _, u := range p.people {
			here.People = append(here.People, &reference.Person{User: u})
		}
		c.Actor = s.Actor.In(here)
		for _, w := range s.Templates {
			c.Commands = append(c.Commands, w.In(here, c.Actor))
		}
		if s.Keyed && len(c.Commands) > 0 && s.How != gen.EraseAccount {
			c.Key = fmt.Sprint("key ", len(p.Calls))
		}
	}
	if c.Key != "" {
		p.keyed = &c
	}
	p.call(c)
	both(p, "how many people were deleted", func(w *differential) (int, error) { return w.gone, nil })
	p.look(s.Look)
}

// look reads from the stores themselves, so that nothing is settled by it.
func (p *pair) look(l gen.Look) {
	ctx := context.Background()
	p.filter = l.People
	p.people = both(p, "all people", func(w *differential) ([]users.User, error) {
		return w.store.Users(ctx, w.account, users.Filter{Status: gen.EveryStatus}, 10_000)
	})
	news := both(p, "the new events", func(w *differential) ([]seats.Event, error) {
		events, err := w.store.Events(ctx, w.account, seats.EventFilter{After: uint64(p.events)}, 10_000)
		return w.numbered(events), err
	})
	p.events += len(news)
	by := p.memory.now.Add(l.Ahead)
	p.account = both(p, "the account's row", func(w *differential) (seats.Account, error) {
		rows, err := Secluded{w.store, w.Harness.account}.Accounts(ctx, "", 1)
		if len(rows) == 0 {
			return seats.Account{}, err
		}
		return rows[0], err
	})
	both(p, fmt.Sprintf("a snapshot, due in %v, of {%s}", l.Ahead, gen.Fields(l.Need)), func(w *differential) (seats.Snapshot, error) {
		need := l.Need
		need.Account, need.Pools, need.DueBy, need.Change = w.account, []seats.PoolID{gen.Course, "nowhere"}, by, w.last
		if p.keyed != nil {
			need.Key = p.keyed.Key
		}
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
	both(p, fmt.Sprintf("whether the account is due in %v", l.Ahead), func(w *differential) ([]users.AccountID, error) {
		return Secluded{w.store, w.account}.Due(ctx, by, "", 1)
	})
	type tally struct {
		Tally    users.Tally
		Revision uint64
	}
	both(p, fmt.Sprintf("the tally of the people {%s}", gen.Fields(l.People)), func(w *differential) (tally, error) {
		counted, revision, err := w.store.Tally(ctx, w.account, l.People)
		return tally{counted, revision}, err
	})
	for range 3 {
		page := both(p, fmt.Sprintf("at most %d of the people {%s}", l.Limit, gen.Fields(l.People)), func(w *differential) ([]users.User, error) {
			return w.store.Users(ctx, w.account, l.People, l.Limit)
		})
		if len(page) == 0 {
			break
		}
		l.People = l.People.NextPage(page[len(page)-1])
	}
	both(p, fmt.Sprintf("at most %d of the events {%s}", l.Limit, gen.Fields(l.Events)), func(w *differential) ([]seats.Event, error) {
		events, err := w.store.Events(ctx, w.account, l.Events, l.Limit)
		return w.numbered(events), err
	})
}

// end asks the Keepers for all that they tell of an account.
func (p *pair) end() {
	ctx, now := context.Background(), p.memory.now
	both(p, "the account", func(w *differential) (seats.Account, error) { return w.Account(ctx, w.account) })
	both(p, "usage", func(w *differential) (seats.Usage, error) { return w.Usage(ctx, w.account) })
	both(p, fmt.Sprintf("usage of the people {%s}", gen.Fields(p.filter)), func(w *differential) (seats.Usage, error) { return w.UsageOf(ctx, w.account, p.filter) })
	both(p, "the pools", func(w *differential) ([]seats.Pool, error) { return all(w.Pools(ctx, w.account)) })
	both(p, "the audit", func(w *differential) ([]seats.Drift, error) { return w.Audit(ctx, w.account) })
	both(p, "replay", func(w *differential) (seats.Ledger, error) { return w.Replay(ctx, w.account) })
	both(p, "the bill", func(w *differential) (seats.Period, error) {
		return w.Period(ctx, w.account, seats.Site, gen.Epoch.Add(-gen.Term), now.Add(-time.Hour))
	})
	both(p, "usage as it was", func(w *differential) (seats.Usage, error) { return w.UsageAt(ctx, w.account, now.Add(-time.Hour)) })
	people := both(p, "the list by name", func(w *differential) ([]seats.Person, error) {
		return all(w.Users(ctx, w.account, users.Filter{Status: gen.EveryStatus, ByName: true}))
	})
	for _, u := range people {
		both(p, fmt.Sprintf("why %s holds a seat", u.ID), func(w *differential) (seats.Explanation, error) {
			x, err := w.Explain(ctx, w.account, u.ID)
			x.By = w.numbered([]seats.Event{x.By})[0]
			return x, err
		})
	}
}

// all reads a list to its end.
func all[T any](list iter.Seq2[T, error]) (rows []T, err error) {
	for row, err := range list {
		if err != nil {
			return rows, err
		}
		rows = append(rows, row)
	}
	return rows, nil
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
