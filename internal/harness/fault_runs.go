package harness

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/internal/gen"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/store/storetest/faults"
	"github.com/seatkeeper/seatkeeper/users"
)

// FaultOptions are what the store of a fault run does not do.
type FaultOptions struct{ NoOutbox, NoContexts bool }

// FaultRuns plays each scenario over and over, with something going wrong at each of
// its calls to the store in turn. Whatever it is, and wherever: the error, if there is
// one, says what is known; the same call made again is done once; and in the end
// everything is as if nothing had gone wrong.
func FaultRuns(t *testing.T, open func(testing.TB) store.Store, o FaultOptions) {
	for _, sc := range scenarios {
		for _, keyed := range []bool{false, true} {
			faultRunsOf(t, sc, open, o, keyed)
		}
	}
}

func faultRunsOf(t *testing.T, sc namedScenario, open func(testing.TB) store.Store, o FaultOptions, keyed bool) {
	plain := newScenario(t, open(t), o, keyed, nil)
	sc.play(plain)
	for _, plan := range faultPlans {
		if plan.keyed && !keyed || plan.ends && o.NoContexts {
			continue
		}
		name := strings.Join([]string{"Faults", sc.name, plan.name, map[bool]string{false: "plain", true: "keyed"}[keyed]}, "/")
		t.Run(name, func(t *testing.T) {
			s := open(t) // one after the other, since it may not be made for more
			t.Parallel() // each in accounts of its own
			struck, noticed, unknown := 0, 0, 0
			for target := range plain.faulty.Calls() + 3 {
				r := newScenario(t, s, o, keyed, func(n int, end func()) faults.Fault { return plan.at(n-target, end) })
				r.expected, r.plan = plain, plan
				sc.play(r)
				struck, noticed, unknown = struck+len(r.faulty.Struck()), noticed+r.noticed, unknown+r.unknown
			}
			require.Equal(t, plan.name != "context_ends", struck > 0, "nothing went wrong")
			require.Equal(t, !plan.hides, noticed > 0, "no caller noticed, so that nothing was tried")
			if plan.keyed && plan.name != "context_ends" {
				require.Positive(t, unknown, "no answer was lost for good")
			}
		})
	}
}

// A faultPlan is what goes wrong, as seen from the call that it begins with.
type faultPlan struct {
	name  string
	at    func(n int, end func()) faults.Fault
	hides bool // no caller notices
	keyed bool // it takes a request key to find out what became of a call
	ends  bool // the context ends
}

// single is one fault and no more.
func single(f faults.Fault) func(int, func()) faults.Fault {
	return func(n int, _ func()) faults.Fault {
		if n == 0 {
			return f
		}
		return faults.None
	}
}

// then is one that begins with a fault and goes on with a failure, so that it
// can't be found out what has become of the first.
func then(f faults.Fault) func(int, func()) faults.Fault {
	return func(n int, _ func()) faults.Fault {
		switch n {
		case 0:
			return f
		case 1:
			return faults.Fail
		}
		return faults.None
	}
}

// ending is a fault in the moment in which the context ends.
func ending(f faults.Fault) func(int, func()) faults.Fault {
	return func(n int, end func()) faults.Fault {
		if n != 0 {
			return faults.None
		}
		end()
		return f
	}
}

var faultPlans = []faultPlan{
	{name: "fail", at: single(faults.Fail)},
	{name: "delay", at: single(faults.Delay), hides: true},
	{name: "conflict", at: single(faults.Conflict), hides: true},
	{name: "lost_before", at: single(faults.LoseBefore), hides: true},
	{name: "lost_after", at: single(faults.LoseAfter), hides: true},
	{name: "lost_late", at: single(faults.LoseLate), hides: true},
	{name: "repeat", at: single(faults.Repeat), hides: true},
	{name: "lost_before_then_fail", at: then(faults.LoseBefore), keyed: true},
	{name: "lost_after_then_fail", at: then(faults.LoseAfter), keyed: true},
	{name: "lost_late_then_fail", at: then(faults.LoseLate), keyed: true},
	{name: "context_ends", at: ending(faults.None), keyed: true, ends: true},
	{name: "context_ends_after_commit", at: ending(faults.LoseAfter), keyed: true, ends: true},
}

// A scenario has every kind of call in it, and is played on a store of which each call can
// go wrong.
type scenario struct {
	*testing.T
	account  users.AccountID
	keyed    bool
	now      time.Time
	made     int
	faulty   *faults.Store
	keeper   *seatkeeper.Keeper
	end      func()   // ends the context of the call under way
	results  []result // of the steps so far
	drained  []seats.Event
	calm     bool      // nothing goes wrong any more
	expected *scenario // nil for the one without faults
	plan     faultPlan
	options  FaultOptions
	noticed  int // errors that a caller got to see
	unknown  int // those of them that leave open what became of the call
}

// A result is what a caller got to see: an answer or a refusal.
type result struct {
	Answer  any
	Refused seats.Code
}

func newScenario(t *testing.T, s store.Store, o FaultOptions, keyed bool, at func(int, func()) faults.Fault) *scenario {
	r := &scenario{T: t, options: o, keyed: keyed, now: gen.Epoch, account: users.AccountID(Unique("faults"))}
	r.faulty = faults.New(Secluded{s, r.account}, func(n int) faults.Fault {
		if at == nil || r.calm {
			return faults.None
		}
		return at(n, r.end)
	})
	r.faulty.Wait = time.Microsecond
	var err error
	r.keeper, err = seatkeeper.New(r.faulty, seatkeeper.Options{
		Now:   func() time.Time { return r.now },
		NewID: func() users.ID { r.made++; return gen.NthID(r.made) },
	})
	require.NoError(t, err)
	return r
}

// outbox hands out the events so far, whatever goes wrong with that, and what is left
// of them afterwards.
func (r *scenario) outbox() {
	if r.options.NoOutbox {
		return
	}
	r.mails()
	r.calm = true
	r.mails() // unless the turn before is only now begun
	r.mails()
	r.handedOut()
	r.calm = false
}

// mails hands out the events, as far as that goes.
func (r *scenario) mails() {
	ctx, end := context.WithCancel(context.Background())
	defer end()
	r.end = end
	_, err := r.keeper.Drain(ctx, string(r.account), func(_ context.Context, e seats.Event) error {
		if e.Account == r.account {
			r.drained = append(r.drained, e)
		}
		return nil
	})
	if err != nil {
		require.True(r, r.expected != nil && !r.calm, err)
	}
	r.now = r.now.Add(time.Hour) // a lease that was lost in the middle is over
}

func (r *scenario) do(name string, actor users.Actor, commands ...seats.Command) {
	r.step(name, func(ctx context.Context, k *seatkeeper.Keeper) (any, error) {
		done, err := k.Do(ctx, r.account, actor, commands...)
		return done.Outcomes, err
	})
}

// step makes one call, and makes it again until it is known what became of it.
func (r *scenario) step(name string, call func(context.Context, *seatkeeper.Keeper) (any, error)) {
	k := r.keeper
	if r.keyed {
		k = k.With(seatkeeper.Call{Key: name})
	}
	ids := r.made
	for range 3 {
		ctx, end := context.WithCancel(context.Background())
		r.end, r.made = end, ids
		answer, err := call(ctx, k)
		ended := ctx.Err() != nil
		end()
		got := result{Answer: answer}
		var refusal *seats.Refusal
		if errors.As(err, &refusal) {
			got = result{Refused: refusal.Code}
		} else if err != nil {
			r.right(name, err, ended)
			continue
		}
		if r.results = append(r.results, got); r.expected != nil {
			require.Equal(r, r.expected.results[len(r.results)-1], got, "%s: %v", name, r.faulty.Struck())
		}
		return
	}
	require.Fail(r, "the call does not get through", "%s: %v", name, r.faulty.Struck())
}

// right requires that an error of a call says what is known.
func (r *scenario) right(name string, err error, ended bool) {
	where := fmt.Sprintf("%s: %v: %v", name, r.faulty.Struck(), err)
	r.noticed++
	if errors.Is(err, store.ErrUnknown) {
		r.unknown++
	}
	require.NotNil(r, r.expected, where)
	require.False(r, r.plan.hides, where)
	if ended {
		require.ErrorIs(r, err, context.Canceled, where)
	} else {
		require.ErrorIs(r, err, faults.ErrInjected, where)
	}
	if !r.plan.keyed {
		require.NotErrorIs(r, err, store.ErrUnknown, where)
	}
}

// finish holds everything that is there against the scenario without faults.
func (r *scenario) finish() {
	r.calm = true
	ctx := context.Background()
	drift, err := r.keeper.Audit(ctx, r.account)
	require.NoError(r, err)
	require.Empty(r, drift)
	if r.expected == nil {
		return
	}
	require.Equal(r, r.expected.state(), r.state(), "%v", r.faulty.Struck())
}

// handedOut requires that a consumer got every event, and none before the one before
// it: once, if nothing went wrong.
func (r *scenario) handedOut() {
	sequence := uint64(0)
	for _, e := range r.drained {
		require.LessOrEqual(r, e.Sequence, sequence+1, "%v", r.faulty.Struck())
		sequence = max(sequence, e.Sequence)
	}
	usage, err := r.keeper.Usage(context.Background(), r.account)
	require.NoError(r, err)
	require.Equal(r, usage.Sequence, sequence)
	if r.expected == nil {
		require.Len(r, r.drained, int(sequence))
	}
}

// A state is all rows and events of an account.
type state struct {
	seats.Snapshot
	Events []seats.Event
}

// state returns the account's state, but for what differs from run to run.
func (r *scenario) state() state {
	ctx := context.Background()
	snapshots, err := r.faulty.Store.Load(ctx, seats.Need{Account: r.account, Pools: []seats.PoolID{gen.Course}})
	require.NoError(r, err)
	s := state{Snapshot: snapshots[0]}
	s.Users, err = r.faulty.Store.Users(ctx, r.account, users.Filter{Status: gen.EveryStatus}, 100)
	require.NoError(r, err)
	s.Events, err = r.faulty.Store.Events(ctx, r.account, seats.EventFilter{}, 1000)
	require.NoError(r, err)
	s.Account.ID = ""
	for i := range s.Events {
		e := &s.Events[i]
		e.Account, e.Change, e.Correlation = "", "", ""
		if e.Kind == seats.EventOpened {
			e.Digest = "" // of an opening with another account
		}
	}
	return concealed(Plain(r.T, s))
}
