package storetest

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

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
	check(t, drawScript, alone(func() store.Store { return open(t) }))
}

// Sequence is the property of one such sequence, for rapid.Check as well as for
// rapid.MakeFuzz: whatever is asked of an account, in whatever order, the Keeper
// answers and keeps what the model says, though now and then a call to the store
// goes wrong; and the account is what its events tell.
func Sequence(open func() store.Store) func(*rapid.T) { return failing(drawScript, alone(open), 0) }

// alone plays scripts on one store beside the model.
func alone(open func() store.Store) player {
	return func(f *failure, s script) {
		r := &run{failure: f, open: open, stage: newHarness(open(), unique("acme")), past: map[time.Time]seats.Usage{}}
		r.play(s)
	}
}

// A run is a sequence under way: the stage, the model beside it, the calls so
// far, and what was last seen in the store.
type run struct {
	*failure
	open   func() store.Store
	stage  *harness
	model  *model
	seen   view
	past   map[time.Time]seats.Usage // after the last event of that instant
	events []seats.Event
	ledger seats.Ledger
}

// play opens the account and goes through the steps, if there is one then.
func (r *run) play(s script) {
	if !r.begin(s.opening) {
		return
	}
	for _, step := range s.steps {
		r.step(step)
	}
	r.end()
}

// begin opens the account, and reports whether there is one now.
func (r *run) begin(o seats.Opening) bool {
	c := call{how: opening, at: epoch, opening: o}
	r.calls = append(r.calls, c)
	o.Account, o.Owner.ID = r.stage.account, r.named(o.Owner.ID)
	r.model = &model{clock: epoch}
	want := r.model.open(o, epoch)
	done, err := r.stage.play(c)
	if want.codes != nil {
		r.refused(want, 0, err)
		_, err = r.stage.Usage(context.Background(), r.stage.account)
		require.ErrorIs(r, err, store.ErrNotFound)
		return false
	}
	require.NoError(r, err)
	r.outcome(want, done.Outcomes[0])
	r.checkInvariants([]fact{want.fact}, users.Filter{})
	return true
}

func (r *run) named(id users.ID) users.ID {
	if id == "" {
		r.stage.ids++
		id = made(r.stage.ids)
		r.stage.ids--
	}
	return id
}

func (r *run) step(s step) {
	now := r.stage.now.Add(s.by)
	c := call{how: s.how, at: now, ids: r.stage.ids, fault: s.fault, strikes: s.strikes}
	if s.pinned != nil {
		c.actor, c.commands = s.pinned.actor, s.pinned.commands
	} else {
		c.actor = s.actor.in(r.model)
		for _, w := range s.wishes {
			c.commands = append(c.commands, w.in(r.model, c.actor))
		}
	}
	r.calls = append(r.calls, c)
	if s.how == clock {
		r.stage.now = now // and nobody looks: what is due is left for the next call
		return
	}
	r.model.clock = now
	at := later(now, r.model.last)
	before := r.look()
	facts := r.model.settle(now)
	settled := len(facts) > 0 || !before.account.NextDue.IsZero() && !before.account.NextDue.After(now)
	switch s.how {
	case do:
		facts = append(facts, r.do(c, at, s.last)...)
	case each:
		facts = append(facts, r.each(c, at)...)
	case erasing:
		facts = append(facts, r.erase(c, at)...)
	case runDue:
		_, err := r.stage.play(c)
		require.NoError(r, err)
	}
	r.checkInvariants(facts, s.filter)
	if len(facts) == 0 && !settled {
		require.Equal(r, before, r.seen, "nothing was done, so nothing may have changed")
	}
}

// do plays commands that are all done or none.
func (r *run) do(c call, at time.Time, last bool) []fact {
	settled := r.model.clone()
	wants := r.expect(c, at, true)
	done, err := r.stage.play(c)
	if n := len(wants) - 1; wants[n].codes != nil {
		r.model = settled
		r.remedies(c, r.refused(wants[n], n, err), last)
		return nil
	}
	require.NoError(r, err)
	require.Len(r, done.Outcomes, len(wants))
	var facts []fact
	for i, want := range wants {
		r.outcome(want, done.Outcomes[i])
		facts = append(facts, want.facts()...)
	}
	require.Len(r, done.Events, len(facts))
	return facts
}

// each plays commands with an outcome each.
func (r *run) each(c call, at time.Time) []fact {
	wants := r.expect(c, at, false)
	done, err := r.stage.play(c)
	require.NoError(r, err)
	require.Len(r, done.Outcomes, len(wants))
	var facts []fact
	for i, want := range wants {
		got := done.Outcomes[i]
		if want.codes != nil {
			require.NotNil(r, got.Refusal, "expected a refusal of command %d: %v, got %+v", i, want.codes, got)
			r.refused(want, i, got.Refusal)
			continue
		}
		r.outcome(want, got)
		facts = append(facts, want.facts()...)
	}
	return facts
}

// expect lets the model carry out a call. All or nothing, it ends with the first
// refusal.
func (r *run) expect(c call, at time.Time, all bool) []verdict {
	var wants []verdict
	n := r.stage.ids
	for _, command := range c.commands {
		switch x := command.(type) {
		case seats.Invite:
			if x.Profile.ID == "" {
				n++
				x.Profile.ID = made(n)
			}
			command = x
		case seats.Add:
			if x.Profile.ID == "" {
				n++
				x.Profile.ID = made(n)
			}
			command = x
		}
		wants = append(wants, r.model.do(c.actor, command, at))
		if all && wants[len(wants)-1].codes != nil {
			break
		}
	}
	return wants
}

// refused compares an error with the expected refusal of a command, by its index.
func (r *run) refused(want verdict, index int, err error) *seats.Refusal {
	var refusal *seats.Refusal
	require.Error(r, err, "expected a refusal of command %d: %v", index, want.codes)
	require.True(r, errors.As(err, &refusal), "expected a refusal: %v", err)
	require.Contains(r, want.codes, refusal.Code, "the code of %v", err)
	require.ErrorIs(r, err, refusal.Code)
	require.Equal(r, index, refusal.Index, "the place of the refused command")
	if refusal.Code == seats.ErrNoSeats && r.model != nil && len(r.calls) > 1 && r.calls[len(r.calls)-1].how == do && index == 0 {
		require.Equal(r, r.model.pools[refusal.Pool], refusal.Total)
		require.Equal(r, r.model.held(refusal.Pool), refusal.Held)
	}
	r.secret(refusal.Error() + refusal.Remedies.String())
	return refusal
}

func (r *run) outcome(want verdict, got seats.Outcome) {
	require.Nil(r, got.Refusal, "expected %+v", want.outcome)
	if len(r.calls) == 1 {
		want.outcome.Action = got.Action // opening an account is no command
	}
	require.Equal(r, want.outcome, got)
}
