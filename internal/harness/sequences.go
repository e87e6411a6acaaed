package harness

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/seatkeeper/seatkeeper/internal/gen"
	"github.com/seatkeeper/seatkeeper/internal/reference"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// Sequences runs random sequences of up to a hundred steps against stores that
// open makes, or one that it returns again and again: every sequence has an
// account of its own. How many is up to the flag rapid.checks. One that fails is made
// smaller for as long as the flag rapid.shrinktime says, and printed as the calls that
// a host would make.
func Sequences(t *testing.T, open func(testing.TB) store.Store) {
	gen.Check(t, gen.Scripts, alone(func() store.Store { return open(t) }))
}

// Sequence is the property of one such sequence, for rapid.Check as well as for
// rapid.MakeFuzz: whatever is asked of an account, in whatever order, the Keeper
// answers and keeps what the model says, though now and then a call to the store
// goes wrong; and the account is what its events tell.
func Sequence(open func() store.Store) func(*rapid.T) {
	return gen.Property(gen.Scripts, alone(open), 0)
}

// alone plays scripts on one store beside the model.
func alone(open func() store.Store) gen.Player {
	return func(f *gen.Failure, s gen.Script) {
		r := &run{Failure: f, open: open, harness: New(open(), Unique("acme")), past: map[time.Time]seats.Usage{}}
		r.play(s)
	}
}

// A run is a sequence under way: the harness, the model beside it, the calls so
// far, and what was last seen in the store.
type run struct {
	*gen.Failure
	open    func() store.Store
	harness *Harness
	model   *reference.Model
	seen    view
	past    map[time.Time]seats.Usage // after the last event of that instant
	events  []seats.Event
	ledger  seats.Ledger
}

// play opens the account and goes through the steps, if there is one then.
func (r *run) play(s gen.Script) {
	if !r.begin(s.Opening) {
		return
	}
	for _, step := range s.Steps {
		r.step(step)
	}
	r.end()
}

// begin opens the account, and reports whether there is one now.
func (r *run) begin(o seats.Opening) bool {
	c := gen.Call{How: gen.Open, At: gen.Epoch, Opening: o}
	r.Calls = append(r.Calls, c)
	o.Account, o.Owner.ID = r.harness.account, r.named(o.Owner.ID)
	r.model = &reference.Model{Clock: gen.Epoch}
	want := r.model.Open(o, gen.Epoch)
	done, err := r.harness.play(c)
	if want.Codes != nil {
		r.refused(want, 0, err)
		_, err = r.harness.Usage(context.Background(), r.harness.account)
		require.ErrorIs(r, err, store.ErrNotFound)
		return false
	}
	require.NoError(r, err)
	r.outcome(want, done.Outcomes[0])
	r.checkInvariants([]seats.Event{want.Event}, users.Filter{})
	return true
}

func (r *run) named(id users.ID) users.ID {
	if id == "" {
		r.harness.ids++
		id = gen.NthID(r.harness.ids)
		r.harness.ids--
	}
	return id
}

func (r *run) step(s gen.Step) {
	now := r.harness.now.Add(s.By)
	c := gen.Call{How: s.How, At: now, Ids: r.harness.ids, Fault: s.Fault, Strikes: s.Strikes}
	if s.Pinned != nil {
		c.Actor, c.Commands = s.Pinned.Actor, s.Pinned.Commands
	} else {
		c.Actor = s.Actor.In(r.model)
		for _, w := range s.Templates {
			c.Commands = append(c.Commands, w.In(r.model, c.Actor))
		}
	}
	r.Calls = append(r.Calls, c)
	if s.How == gen.Clock {
		r.harness.now = now // without a look: what is due is left for the next call
		return
	}
	r.model.Clock = now
	at := reference.Later(now, r.model.Last)
	before := r.look()
	facts := r.model.Settle(now)
	settled := len(facts) > 0 || !before.Account.NextDue.IsZero() && !before.Account.NextDue.After(now)
	switch s.How {
	case gen.Do:
		facts = append(facts, r.do(c, at, s.Last)...)
	case gen.DoEach:
		facts = append(facts, r.each(c, at)...)
	case gen.EraseAccount:
		facts = append(facts, r.erase(c, at)...)
	case gen.RunDue:
		_, err := r.harness.play(c)
		require.NoError(r, err)
	}
	r.checkInvariants(facts, s.Filter)
	if len(facts) == 0 && !settled {
		require.Equal(r, before, r.seen, "nothing was done, so nothing may have changed")
	}
}

// do plays commands that are all done or none.
func (r *run) do(c gen.Call, at time.Time, last bool) []seats.Event {
	settled := r.model.Clone()
	wants := r.expect(c, at, true)
	done, err := r.harness.play(c)
	if n := len(wants) - 1; wants[n].Codes != nil {
		r.model = settled
		r.remedies(c, r.refused(wants[n], n, err), last)
		return nil
	}
	require.NoError(r, err)
	require.Len(r, done.Outcomes, len(wants))
	var facts []seats.Event
	for i, want := range wants {
		r.outcome(want, done.Outcomes[i])
		facts = append(facts, want.Facts()...)
	}
	require.Len(r, done.Events, len(facts))
	return facts
}

// each plays commands with an outcome each.
func (r *run) each(c gen.Call, at time.Time) []seats.Event {
	wants := r.expect(c, at, false)
	done, err := r.harness.play(c)
	require.NoError(r, err)
	require.Len(r, done.Outcomes, len(wants))
	var facts []seats.Event
	for i, want := range wants {
		got := done.Outcomes[i]
		if want.Codes != nil {
			require.NotNil(r, got.Refusal, "expected a refusal of command %d: %v, got %+v", i, want.Codes, got)
			r.refused(want, i, got.Refusal)
			continue
		}
		r.outcome(want, got)
		facts = append(facts, want.Facts()...)
	}
	return facts
}

// expect lets the model carry out a call. All or nothing, it ends with the first
// refusal.
func (r *run) expect(c gen.Call, at time.Time, all bool) []reference.Result {
	var wants []reference.Result
	n := r.harness.ids
	for _, command := range c.Commands {
		switch x := command.(type) {
		case seats.Invite:
			if x.Profile.ID == "" {
				n++
				x.Profile.ID = gen.NthID(n)
			}
			command = x
		case seats.Add:
			if x.Profile.ID == "" {
				n++
				x.Profile.ID = gen.NthID(n)
			}
			command = x
		}
		wants = append(wants, r.model.Do(c.Actor, command, at))
		if all && wants[len(wants)-1].Codes != nil {
			break
		}
	}
	return wants
}

// refused compares an error with the expected refusal of a command, by its index.
func (r *run) refused(want reference.Result, index int, err error) *seats.Refusal {
	var refusal *seats.Refusal
	require.Error(r, err, "expected a refusal of command %d: %v", index, want.Codes)
	require.True(r, errors.As(err, &refusal), "expected a refusal: %v", err)
	require.Contains(r, want.Codes, refusal.Code, "the code of %v", err)
	require.ErrorIs(r, err, refusal.Code)
	require.Equal(r, index, refusal.Index, "the place of the refused command")
	if refusal.Code == seats.ErrNoSeats && r.model != nil && len(r.Calls) > 1 && r.Calls[len(r.Calls)-1].How == gen.Do && index == 0 {
		require.Equal(r, r.model.Pools[refusal.Pool], refusal.Total)
		require.Equal(r, r.model.Held(refusal.Pool), refusal.Held)
	}
	r.secret(refusal.Error() + refusal.Remedies.String())
	return refusal
}

func (r *run) outcome(want reference.Result, got seats.Outcome) {
	require.Nil(r, got.Refusal, "expected %+v", want.Outcome)
	if len(r.Calls) == 1 {
		want.Outcome.Action = got.Action // opening an account is no command
	}
	require.Equal(r, want.Outcome, got)
}
