package harness

import (
	"context"
	"errors"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/seatkeeper/seatkeeper/internal/gen"
	"github.com/seatkeeper/seatkeeper/internal/reference"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/store/storetest/faults"
	"github.com/seatkeeper/seatkeeper/users"
)

// Sequences runs random sequences of calls against stores that open makes, or one that it
// returns again and again: every sequence has an account of its own. How many and how long
// is up to the flags rapid.checks and rapid.steps.
func Sequences(t *testing.T, open func(testing.TB) store.Store) {
	rapid.Check(t, Sequence(func() store.Store { return open(t) }))
}

// Sequence is the property of one such sequence, for rapid.Check as well as for
// rapid.MakeFuzz: whatever is asked of an account, in whatever order, the Keeper
// answers and keeps what the model says, though now and then a call to the store
// goes wrong; and the account is what its events tell.
func Sequence(open func() store.Store) func(*rapid.T) {
	return func(t *rapid.T) {
		r := newRun(t, open)
		if !r.begin(gen.Draw(t, "call", func(d gen.Dice) seats.Opening { return d.Opening() })) {
			return
		}
		h := gen.Draw(t, "habit", func(d gen.Dice) habit { return gen.One(d, late, onTime, inPieces) })
		t.Repeat(map[string]func(*rapid.T){"call": func(*rapid.T) { r.step() }})
		if r.call().How != gen.Clock { // else what is due would be settled now
			r.end()
			r.again(h)
		}
	}
}

// A run is a sequence under way: the harness, the model beside it, the calls so
// far, and what was last seen in the store.
type run struct {
	*rapid.T
	open    func() store.Store
	harness *Harness
	model   *reference.Model
	calls   []gen.Call
	holds   map[int]seats.HoldSource  // tried again after these calls
	seen    seats.Snapshot            // with all users, the deleted too
	past    map[time.Time]seats.Usage // after the last event of that instant
	events  []seats.Event
	pools   map[seats.PoolID]int64 // what is held of those that events speak of
	left    map[users.ID]bool      // users who have left, by the events
	ledger  seats.Ledger

	sights, sightsBefore map[users.ID]time.Time // of users by sign-ins: now, and before the last call
}

func newRun(t *rapid.T, open func() store.Store) *run {
	return &run{T: t, open: open, harness: New(open(), Unique("acme")), past: map[time.Time]seats.Usage{}, pools: map[seats.PoolID]int64{}, left: map[users.ID]bool{}, sights: map[users.ID]time.Time{}, holds: map[int]seats.HoldSource{}}
}

// call is the last call.
func (r *run) call() gen.Call { return r.calls[len(r.calls)-1] }

// begin opens the account, and reports whether there is one now.
func (r *run) begin(o seats.Opening) bool {
	c := gen.Call{How: gen.Open, At: gen.Epoch, Opening: o}
	r.calls = append(r.calls, c)
	if o.Account = r.harness.account; o.Owner.ID == "" {
		o.Owner.ID = gen.NthID(1)
	}
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
	want.Outcome.Action = done.Outcomes[0].Action // opening an account is no command
	require.Equal(r, want.Outcome, done.Outcomes[0])
	r.checkInvariants(want.Facts(), users.Filter{})
	return true
}

// A step is a call, and what is looked at and tried after it.
type step struct {
	gen.Call
	filter users.Filter
	last   bool // the users who came last make room by remedies, rather than the first
}

func (r *run) step() {
	s := gen.Draw(r.T, "call", func(d gen.Dice) step {
		s := step{Call: d.Faulty(d.Call(r.model)), last: d.Chance(50)}
		if d.Chance(30) {
			s.filter = d.Filter()
		}
		return s
	})
	r.take(s)
}

// take plays a step.
func (r *run) take(s step) {
	c := s.Call
	r.calls = append(r.calls, c)
	r.model.Clock, r.harness.now, r.model.Rules, r.harness.rules = c.At, c.At, c.Rules, c.Rules
	if c.How == gen.Clock {
		return // without a look: what is due is left for the next call
	}
	at := reference.Later(c.At, r.model.Last)
	before := r.look()
	facts := r.model.Settle(c.At)
	settled := len(facts) > 0 || before.Account.IsDue(c.At)
	switch c.How {
	case gen.Do:
		facts = append(facts, r.do(c, at, s.last)...)
	case gen.DoEach:
		facts = append(facts, r.each(c, at)...)
	case gen.EraseAccount:
		facts = append(facts, r.erase(c, at)...)
	case gen.RunDue:
		_, err := r.harness.play(c)
		require.NoError(r, err)
	}
	facts = append(facts, r.due(c.At)...)
	r.checkInvariants(facts, s.filter)
	if len(facts) == 0 && !settled {
		require.Equal(r, before, r.seen, "nothing was done, so nothing may have changed")
	}
}

// due settles what the call itself has made due: a licence is imported after its end, the zone
// of the account is one in which the day is over. The call has settled it already if it had to
// load again.
func (r *run) due(now time.Time) []seats.Event {
	if r.look().Account.IsDue(now) {
		r.harness.runDue(r)
		require.False(r, r.look().Account.IsDue(now), "the account is still due")
	}
	return r.model.Settle(now)
}

// do plays commands that are all done or none.
func (r *run) do(c gen.Call, at time.Time, last bool) []seats.Event {
	settled := r.model.Clone()
	wants := r.expect(c, at)
	done, err := r.harness.play(c)
	if n := len(wants) - 1; wants[n].Codes != nil {
		r.model = settled
		r.remedies(c, r.refused(wants[n], n, err), last)
		return r.held(c, wants[n:], wants[:n], at)
	}
	require.NoError(r, err)
	facts := r.served(r.outcomes(wants, done.Outcomes), at)
	require.Len(r, done.Events, len(facts))
	return facts
}

// each plays commands with an outcome each.
func (r *run) each(c gen.Call, at time.Time) []seats.Event {
	wants := r.expect(c, at)
	done, err := r.harness.play(c)
	require.NoError(r, err)
	return append(r.served(r.outcomes(wants, done.Outcomes), at), r.held(c, wants, nil, at)...)
}

// held lets the model hold the source of a sync after the first of the refusals that tripped its guard; what
// the refused call had taken away before counts, too.
func (r *run) held(c gen.Call, wants, before []reference.Result, at time.Time) []seats.Event {
	i := slices.IndexFunc(wants, func(v reference.Result) bool { return v.Hold != nil })
	if i < 0 {
		return nil
	}
	hold := *wants[i].Hold
	for _, v := range before {
		l, more := &hold.Losses, v.Lost
		l.Leavers, l.Dated, l.Keys, l.Admins = l.Leavers+more.Leavers, l.Dated+more.Dated, l.Keys+more.Keys, l.Admins+more.Admins
	}
	if c.Fault != faults.None { // it may have struck the hold, which the next refusal would try again
		_, err := r.harness.Do(context.Background(), r.harness.account, c.Actor, hold)
		require.NoError(r, err)
		r.holds[len(r.calls)-1] = hold
	}
	facts := r.model.Settle(c.At) // as each call does
	v := r.model.Do(c.Actor, hold, at)
	require.Nil(r, v.Codes)
	return append(facts, v.Facts()...)
}

// served adds what the queue gets at the end of a call, if the call has changed anything.
func (r *run) served(facts []seats.Event, at time.Time) []seats.Event {
	if len(facts) == 0 {
		return nil
	}
	return append(facts, r.model.Serve(at)...)
}

// expect lets the model carry out a call, up to the first refusal if it is all or nothing.
func (r *run) expect(c gen.Call, at time.Time) []reference.Result {
	ids := r.harness.ids
	var wants []reference.Result
	if c.How == gen.DoEach {
		r.model.Before = r.model.Clone()
		defer func() { r.model.Before = nil }()
	}
	for _, command := range seats.Identify(c.Commands, func() users.ID { ids++; return gen.NthID(ids) }) {
		wants = append(wants, r.model.Do(c.Actor, command, at))
		if c.How == gen.Do && wants[len(wants)-1].Codes != nil {
			break
		}
	}
	return wants
}

// outcomes compares outcomes with the expected ones, and returns the events that are expected.
func (r *run) outcomes(wants []reference.Result, got []seats.Outcome) (facts []seats.Event) {
	require.Len(r, got, len(wants))
	r.signedIn(got)
	for i, want := range wants {
		if want.Codes != nil {
			require.NotNil(r, got[i].Refusal, "expected a refusal of command %d: %v, got %+v", i, want.Codes, got[i])
			r.refused(want, i, got[i].Refusal)
			continue
		}
		require.Equal(r, want.Outcome, got[i])
		facts = append(facts, want.Facts()...)
	}
	return facts
}

// refused compares an error with the expected refusal of a command, by its index.
func (r *run) refused(want reference.Result, index int, err error) *seats.Refusal {
	var refusal *seats.Refusal
	require.True(r, errors.As(err, &refusal), "expected a refusal of command %d, %v: %v", index, want.Codes, err)
	require.Contains(r, want.Codes, refusal.Code, "the code of %v", err)
	require.ErrorIs(r, err, refusal.Code)
	require.Equal(r, index, refusal.Index, "the place of the refused command")
	if refusal.Code == seats.ErrNoSeats && r.call().How == gen.Do && index == 0 {
		require.Equal(r, r.model.Pools[refusal.Pool].Total, refusal.Total)
		require.Equal(r, r.model.Held(refusal.Pool), refusal.Held)
	}
	r.secret(refusal.Error() + refusal.Remedies.String())
	return refusal
}

// erase plays the end of the account and of all its users.
func (r *run) erase(c gen.Call, at time.Time) []seats.Event {
	want, before := r.model.Do(c.Actor, c.Commands[0], at), r.harness.gone
	reason := c.Commands[0].(seats.EraseAccount).Reason
	if reference.BadReason(reason) { // which is also that of the call
		want.Codes = append(want.Codes, seats.ErrBadInput)
	}
	_, err := r.harness.play(c)
	if want.Codes != nil {
		r.refused(want, 0, err)
		return nil
	}
	require.NoError(r, err)
	facts := want.Facts()
	for _, p := range r.inOrder() {
		if p.Here() {
			v := r.model.Do(c.Actor, seats.Delete{User: p.ID, Reason: reason}, at)
			require.Nil(r, v.Codes, "in an erased account every user can be deleted")
			facts = append(facts, v.Facts()...)
			before++
		}
	}
	for _, id := range slices.Sorted(maps.Keys(r.model.Pools)) {
		if r.model.Pools[id].Join.Text != "" {
			v := r.model.Do(c.Actor, seats.EndCode{Pool: id, Reason: reason}, at)
			require.Nil(r, v.Codes, "in an erased account every join code can be ended")
			facts = append(facts, v.Facts()...)
		}
	}
	require.LessOrEqual(r, r.harness.gone, before, "users were deleted that were not there")
	if c.Fault != faults.Fail { // after it the caller is not told of those who were deleted before
		require.Equal(r, before, r.harness.gone, "how many users were deleted")
	}
	return facts
}
