package storetest

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/memstore"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// Lockstep plays random sequences like those of [Sequences], without faults, on the
// store and on one in memory at once, with one clock and the same IDs, and requires that
// nobody can tell the two apart: by outcomes, refusals and their remedies, by rows,
// events and numbers down to the last field, by pages of any list. A model knows the
// rules; this knows all that is kept, but believes the store in memory.
func Lockstep(t *testing.T, open func(testing.TB) store.Store) {
	check(t, drawLockstep, together(func() store.Store { return open(t) }))
}

// together plays scripts on a store in memory and on another.
func together(open func() store.Store) player {
	return func(f *failure, s script) {
		account := unique("acme")
		p := &pair{failure: f, memory: newTwin(memstore.New(), account), other: newTwin(open(), account)}
		p.play(s)
	}
}

// drawLockstep draws scripts in which some calls have a request key, and says what to
// look at after each.
var drawLockstep = rapid.Custom(func(t *rapid.T) script {
	s := drawScript.Draw(t, "script")
	for i := range s.steps {
		step := &s.steps[i]
		step.fault, step.keyed, step.again, step.look = None, chance(t, 20), chance(t, 5), drawLook(t)
	}
	return s
})

// A look is what is read from both stores after a step.
type look struct {
	people users.Filter
	events seats.EventFilter
	limit  int
	need   seats.Need
	ahead  time.Duration // as of when people are due
}

func drawLook(t *rapid.T) look {
	everybody := slices.Concat(ids, []users.ID{made(1), made(2), made(3), made(5), made(8), "ghost"})
	l := look{
		people: drawFilter(t), limit: or(t, []int{1, 2, 3, 1000}, 0),
		events: seats.EventFilter{After: uint64(below(t, 20))},
		need: seats.Need{
			Users:  rapid.SliceOfN(rapid.SampledFrom(everybody), 0, 3).Draw(t, "people"),
			Keys:   rapid.SliceOfN(rapid.SampledFrom(probes), 0, 3).Draw(t, "keys"),
			Admins: chance(t, 30), IndexFrom: below(t, 3), IndexTo: 1 + below(t, 4),
		},
		ahead: or(t, []time.Duration{0, time.Microsecond, -time.Hour, term, 9 * term}),
	}
	if chance(t, 30) {
		l.events.User = or(t, everybody)
	}
	if chance(t, 30) {
		l.events.Kinds = []seats.EventKind{or(t, []seats.EventKind{seats.EventInvited, seats.EventEdited, seats.EventLapsed, seats.EventUnchanged}), seats.EventDeactivated}
	}
	return l
}

// A differential is one of two stages that have to be alike.
type differential struct {
	*harness
	numbers map[string]string // of changes and correlations, which are random
	last    seats.ChangeID
}

func newTwin(s store.Store, account string) *differential {
	return &differential{newHarness(s, account), map[string]string{"": ""}, ""}
}

// number returns a name that is the same in both twins.
func (w *differential) number(random string) string {
	if _, known := w.numbers[random]; !known {
		w.numbers[random] = fmt.Sprint("number ", len(w.numbers))
	}
	return w.numbers[random]
}

// numbered returns the events with names that are the same in both twins.
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
	*failure
	memory, other *differential
	account       seats.Account
	people        []users.User
	events        int          // that were seen
	filter        users.Filter // the last one
	keyed         *call        // the last one
}

// both asks the same thing of both twins and requires the same answer.
func both[T any](p *pair, what string, ask func(*differential) (T, error)) T {
	want, expected := ask(p.memory)
	got, err := ask(p.other)
	p.alike(what, expected, err)
	return identical(p, what, want, got)
}

// identical requires that two answers are the same, and returns one.
func identical[T any](p *pair, what string, want, got T) T {
	want, got = concealed(plain(p, want)), concealed(plain(p, got))
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

func (p *pair) play(s script) {
	opened := p.call(call{how: opening, at: epoch, opening: s.opening})
	if len(opened.Outcomes) > 0 {
		p.look(look{})
		for _, step := range s.steps {
			p.step(step)
		}
	}
	p.end()
}

// call makes a call on both.
func (p *pair) call(c call) seatkeeper.Result {
	p.calls = append(p.calls, c)
	return both(p, fmt.Sprintf("what %v answers", c.how), func(w *differential) (seatkeeper.Result, error) {
		done, err := w.play(c)
		done.Events = w.numbered(done.Events)
		return done, err
	})
}

func (p *pair) step(s step) {
	c := call{how: s.how, at: p.memory.now.Add(s.by), ids: p.memory.ids}
	switch {
	case s.again && p.keyed != nil:
		c.how, c.actor, c.commands, c.key = p.keyed.how, p.keyed.actor, p.keyed.commands, p.keyed.key
	case s.pinned != nil:
		c.how, c.actor, c.commands, c.key = s.pinned.how, s.pinned.actor, s.pinned.commands, s.pinned.key
	default:
		here := &model{closed: p.account.Closed, erased: p.account.Erased} // who is there to choose from
		for _, u := range p.people {
			here.people = append(here.people, &person{Profile: u.Profile, role: u.Role, status: u.Status})
		}
		c.actor = s.actor.in(here)
		for _, w := range s.wishes {
			c.commands = append(c.commands, w.in(here, c.actor))
		}
		if s.keyed && len(c.commands) > 0 && s.how != erasing {
			c.key = fmt.Sprint("key ", len(p.calls))
		}
	}
	if c.key != "" {
		p.keyed = &c
	}
	p.call(c)
	both(p, "how many people were deleted", func(w *differential) (int, error) { return w.gone, nil })
	p.look(s.look)
}

// look reads from the stores themselves, so that nothing is settled by it.
func (p *pair) look(l look) {
	ctx := context.Background()
	p.filter = l.people
	p.people = both(p, "all people", func(w *differential) ([]users.User, error) {
		return w.store.Users(ctx, w.account, users.Filter{Status: everyStatus}, 10_000)
	})
	news := both(p, "the new events", func(w *differential) ([]seats.Event, error) {
		events, err := w.store.Events(ctx, w.account, seats.EventFilter{After: uint64(p.events)}, 10_000)
		return w.numbered(events), err
	})
	p.events += len(news)
	by := p.memory.now.Add(l.ahead)
	p.account = both(p, "the account's row", func(w *differential) (seats.Account, error) {
		rows, err := secluded{w.store, w.harness.account}.Accounts(ctx, "", 1)
		if len(rows) == 0 {
			return seats.Account{}, err
		}
		return rows[0], err
	})
	both(p, fmt.Sprintf("a snapshot, due in %v, of {%s}", l.ahead, fields(l.need)), func(w *differential) (seats.Snapshot, error) {
		need := l.need
		need.Account, need.Pools, need.DueBy, need.Change = w.account, []seats.PoolID{course, "nowhere"}, by, w.last
		if p.keyed != nil {
			need.Key = p.keyed.key
		}
		snapshots, err := w.store.Load(ctx, need)
		if err != nil {
			return seats.Snapshot{}, err
		}
		s := snapshots[0]
		if s.Past = w.numbered(s.Past); !s.Account.IsDue(by) {
			s.NextDue = time.Time{} // nobody counts on it
		}
		return s, nil
	})
	both(p, fmt.Sprintf("whether the account is due in %v", l.ahead), func(w *differential) ([]users.AccountID, error) {
		return secluded{w.store, w.account}.Due(ctx, by, "", 1)
	})
	type tally struct {
		Tally    users.Tally
		Revision uint64
	}
	both(p, fmt.Sprintf("the tally of the people {%s}", fields(l.people)), func(w *differential) (tally, error) {
		counted, revision, err := w.store.Tally(ctx, w.account, l.people)
		return tally{counted, revision}, err
	})
	for range 3 {
		page := both(p, fmt.Sprintf("at most %d of the people {%s}", l.limit, fields(l.people)), func(w *differential) ([]users.User, error) {
			return w.store.Users(ctx, w.account, l.people, l.limit)
		})
		if len(page) == 0 {
			break
		}
		l.people = l.people.NextPage(page[len(page)-1])
	}
	both(p, fmt.Sprintf("at most %d of the events {%s}", l.limit, fields(l.events)), func(w *differential) ([]seats.Event, error) {
		events, err := w.store.Events(ctx, w.account, l.events, l.limit)
		return w.numbered(events), err
	})
}

// end asks the Keepers for all that they tell of an account.
func (p *pair) end() {
	ctx, now := context.Background(), p.memory.now
	both(p, "the account", func(w *differential) (seats.Account, error) { return w.Account(ctx, w.account) })
	both(p, "usage", func(w *differential) (seats.Usage, error) { return w.Usage(ctx, w.account) })
	both(p, fmt.Sprintf("usage of the people {%s}", fields(p.filter)), func(w *differential) (seats.Usage, error) { return w.UsageOf(ctx, w.account, p.filter) })
	both(p, "the audit", func(w *differential) ([]seats.Drift, error) { return w.Audit(ctx, w.account) })
	both(p, "replay", func(w *differential) (seats.Ledger, error) { return w.Replay(ctx, w.account) })
	both(p, "the bill", func(w *differential) (seats.Period, error) {
		return w.Period(ctx, w.account, seats.Site, epoch.Add(-term), now.Add(-time.Hour))
	})
	both(p, "usage as it was", func(w *differential) (seats.Usage, error) { return w.UsageAt(ctx, w.account, now.Add(-time.Hour)) })
	people := both(p, "the list by name", func(w *differential) ([]seats.Person, error) {
		return all(w.Users(ctx, w.account, users.Filter{Status: everyStatus, ByName: true}))
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
	return fmt.Sprintf(": want %s, got %s", value(want), value(got))
}
