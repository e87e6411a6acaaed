package sqltest

import (
	"cmp"
	"errors"
	"reflect"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/anishathalye/porcupine"

	"github.com/seatkeeper/seatkeeper/internal/gen"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// A world is a whole account at a moment of a sequential history, and is never
// changed. What leads from one to the next is the decision of package seats on
// everything there is, so that a decision which the Keeper's load was too narrow
// for shows too. Its Past are the events of all calls with a key.
type world struct {
	seats.Snapshot
	// Least is the lowest revision that the account may have, and its Revision the highest.
	// They differ while it is unseen: a commit may carry several calls.
	Least uint64
}

// model is the sequential account that a history is held against. An operation
// whose answer was lost lasts until the end of the history, where it does no
// harm if it was not done. It counts its steps, and beyond maxSteps takes none.
func (h history) model(steps *atomic.Int64) porcupine.Model {
	return porcupine.Model{
		Init: func() any { return h.opened() },
		Step: func(state, input, _ any) (bool, any) {
			if steps.Add(1) > maxSteps {
				return false, state
			}
			next := state.(*world).step(h, input.(*operation))
			return next != nil, next
		},
		Equal:             func(a, b any) bool { return a.(*world).equal(b.(*world)) },
		DescribeOperation: func(input, _ any) string { return input.(*operation).String() },
		DescribeState:     func(state any) string { return gen.Text(*state.(*world)) },
	}
}

// judged are the operations that say something.
func (h history) judged() []porcupine.Operation {
	var all []porcupine.Operation
	for i := range h.Operations {
		if op := &h.Operations[i]; op.Answer.Fate == answered || op.Answer.Fate == open {
			all = append(all, porcupine.Operation{ClientId: op.Client, Input: op, Call: op.Asked, Return: op.Answered})
		}
	}
	return all
}

func (h history) opened() *world {
	decision, _ := seats.Open(seats.Snapshot{}, h.Opening, seats.Request{Actor: users.System(), At: h.From, Zones: time.LoadLocation}) // as a Keeper did
	return (&world{}).after(decision.Change, decision.Change.Account.Revision)
}

// step returns the world after an operation, or nil if the answer is none that
// this world gives.
func (w *world) step(h history, op *operation) *world {
	q, a, at := op.Question, op.Answer, h.clock(op.Question)
	if q.Mode == look {
		// By a call that failed it may be settled, also without an event.
		return cmp.Or(w.seen(a.Seen), w.settled(at).seen(a.Seen))
	}
	w = w.settled(at)
	switch {
	case q.Mode.writes():
		return w.decide(at, q, a)
	case q.Mode == user:
		return w.meet(at, q, a)
	case q.Mode == usage && a.Usage.Sequence == w.Account.Sequence:
		want := w.Usage()
		want.Revision = a.Usage.Revision
		if reflect.DeepEqual(want, *a.Usage) {
			return w.at(a.Usage.Revision)
		}
	}
	return nil
}

// seen returns the world at the revision of a snapshot, or nil if it differs.
func (w *world) seen(s *seats.Snapshot) *world {
	want := w.Account
	want.Revision, want.Salt = s.Account.Revision, ""
	if equalAccounts(want, s.Account) && slices.EqualFunc(w.Pools, s.Pools, equalPools) && slices.Equal(w.Licences, s.Licences) && equalPeople(w.Users, s.Users) {
		return w.at(s.Account.Revision)
	}
	return nil
}

// clock returns the time of the Keepers when a question is asked.
func (h history) clock(q question) time.Time {
	if q.First {
		return h.From
	}
	return h.At
}

// settled returns the world with nothing due.
func (w *world) settled(at time.Time) *world {
	for w.Account.IsDue(at) {
		w = w.after(seats.Settle(w.Snapshot, seats.Request{Actor: users.System(), Channel: seats.ByClock, At: at, Zones: time.LoadLocation}), 0)
	}
	return w
}

func (w *world) decide(at time.Time, q question, a answer) *world {
	if a.First > 0 && !a.Repeated && a.First != w.Account.Sequence+1 {
		return nil // which is all of the answer in most worlds
	}
	request := seats.Request{Actor: q.Actor, Commands: q.Commands, At: at, Channel: seats.ByCall, Key: q.Key, Zones: time.LoadLocation}
	if q.Mode == each {
		request.Channel = seats.ByBulk
	}
	snapshot := w.Snapshot
	snapshot.Past = nil
	if q.Key != "" {
		request.Digest = seats.Digest(q.Actor, request.Channel, q.Commands)
		request.Random = strings.Repeat("x", 26) // salts are no part of what is seen
		snapshot.Past = w.Past
	}
	var decision seats.Decision
	var no *seats.Refusal
	if q.Mode == each {
		decision = seats.DecideEach(snapshot, request)
	} else if d, err := seats.Decide(snapshot, request); !errors.As(err, &no) {
		decision = d
	}
	switch {
	case a.Fate == answered && !a.agrees(q.Mode, decision, no):
		return nil
	case no != nil:
		return w
	}
	return w.after(decision.Change, a.Revision)
}

// agrees reports whether an answer is what a decision gives.
func (a answer) agrees(m mode, d seats.Decision, no *seats.Refusal) bool {
	events := slices.Concat(d.Repeated, d.Change.Events)
	if m == do && (a.Repeated != (len(d.Repeated) > 0) || a.First > 0 != (len(events) > 0) || a.First > 0 && a.First != events[0].Sequence) {
		return false
	}
	if m == do && !slices.Equal(told(events), a.Told) {
		return false
	}
	return sameRefusal(no, a.Refusal) && slices.EqualFunc(d.Outcomes, a.Outcomes, sameOutcome)
}

// told are the receivers of the orders among events.
func told(events []seats.Event) (all []users.ID) {
	for _, e := range events {
		all = append(all, e.Receivers...)
	}
	return all
}

func (w *world) meet(at time.Time, q question, a answer) *world {
	for _, u := range w.Users {
		if u.ID == q.User {
			if a.Refusal == nil && reflect.DeepEqual(w.Account.View(u, at), *a.Person) {
				return w
			}
			return nil
		}
	}
	if sameRefusal(a.Refusal, &seats.Refusal{Code: seats.ErrUnknownUser}) {
		return w
	}
	return nil
}

// after returns the world after a change, at a revision if that is known.
func (w *world) after(c seats.Change, revision uint64) *world {
	next := w
	if !c.Empty() {
		next = &world{w.Apply(c), w.Least}
		if len(c.Events) == 0 || c.Events[0].Key == "" {
			next.Past = w.Past
		}
	}
	if revision == 0 {
		return next
	}
	return next.at(revision)
}

// at returns the world at a revision that a call saw, or nil if it cannot have
// that.
func (w *world) at(revision uint64) *world {
	switch {
	case revision < w.Least || revision > w.Account.Revision:
		return nil
	case w.Least == w.Account.Revision:
		return w
	}
	seen := *w
	seen.Account.Revision, seen.Least = revision, revision
	return &seen
}

func (w *world) equal(v *world) bool {
	return w == v || equalAccounts(w.Account, v.Account) && w.Least == v.Least && slices.EqualFunc(w.Pools, v.Pools, equalPools) && slices.Equal(w.Licences, v.Licences) &&
		equalPeople(w.Users, v.Users) && reflect.DeepEqual(w.Past, v.Past)
}

// equalAccounts compares what the sources are, which == does not.
func equalAccounts(a, b seats.Account) bool {
	same := reflect.DeepEqual(a.Sources, b.Sources)
	a.Sources, b.Sources = seats.Sources{}, seats.Sources{}
	return same && a == b
}

// equalPools compares who waits, which == does not.
func equalPools(a, b seats.Pool) bool {
	same := reflect.DeepEqual(a.Waiting, b.Waiting)
	a.Waiting, b.Waiting = seats.WaitingList{}, seats.WaitingList{}
	return same && a == b
}

func equalPeople(a, b []users.User) bool {
	return slices.EqualFunc(a, b, func(x, y users.User) bool { return reflect.DeepEqual(tidy(x), tidy(y)) })
}

func sameOutcome(a, b seats.Outcome) bool {
	refused := sameRefusal(a.Refusal, b.Refusal)
	a.Refusal, b.Refusal = nil, nil
	return refused && a == b
}

// sameRefusal compares all that a refusal says; reasons by their text, since those
// that were read back from a file are errors of their own.
func sameRefusal(a, b *seats.Refusal) bool {
	if a == nil || b == nil {
		return a == b
	}
	if (a.Reason == nil) != (b.Reason == nil) || a.Reason != nil && a.Reason.Error() != b.Reason.Error() {
		return false
	}
	x, y := *a, *b
	x.Reason, y.Reason = nil, nil
	x.Revision, y.Revision = 0, 0 // the world may have several while it is unseen
	return reflect.DeepEqual(x, y)
}
