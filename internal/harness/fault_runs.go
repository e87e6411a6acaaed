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
		for keys, keyed := range map[string]bool{"plain": false, "keyed": true} {
			sound := newScenario(t, open(t), o, keyed)
			sc.play(sound)
			for _, plan := range faultPlans {
				if plan.loses() && !keyed || plan.ends && o.NoContexts {
					continue
				}
				t.Run(strings.Join([]string{"Faults", sc.name, plan.name, keys}, "/"), func(t *testing.T) {
					s := open(t) // one after the other, since it may not be made for more
					t.Parallel() // each in accounts of its own
					plan.run(t, sc, sound, s)
				})
			}
		}
	}
}

// A faultPlan is what goes wrong, from one call to the store on.
type faultPlan struct {
	name   string
	faults []faults.Fault
	ends   bool // the context of the caller ends in that moment
}

var faultPlans = []faultPlan{
	{"fail", []faults.Fault{faults.Fail}, false},
	{"delay", []faults.Fault{faults.Delay}, false},
	{"conflict", []faults.Fault{faults.Conflict}, false},
	{"lost_before", []faults.Fault{faults.LoseBefore}, false},
	{"lost_after", []faults.Fault{faults.LoseAfter}, false},
	{"lost_late", []faults.Fault{faults.LoseLate}, false},
	{"repeat", []faults.Fault{faults.Repeat}, false},
	{"lost_before_then_fail", []faults.Fault{faults.LoseBefore, faults.Fail}, false},
	{"lost_after_then_fail", []faults.Fault{faults.LoseAfter, faults.Fail}, false},
	{"lost_late_then_fail", []faults.Fault{faults.LoseLate, faults.Fail}, false},
	{"context_ends", []faults.Fault{faults.None}, true},
	{"context_ends_after_commit", []faults.Fault{faults.LoseAfter}, true},
}

// loses reports whether it takes a request key to find out what became of a call.
func (p faultPlan) loses() bool { return p.ends || len(p.faults) > 1 }

// hides reports whether no caller notifications.
func (p faultPlan) hides() bool { return !p.loses() && p.faults[0] != faults.Fail }

// run lets the plan begin at each call to the store in turn.
func (p faultPlan) run(t *testing.T, sc namedScenario, sound *scenario, s store.Store) {
	struck, noticed, unknown := 0, 0, 0
	for target := range sound.faulty.Calls() + 3 {
		r := newScenario(t, s, sound.options, sound.keyed)
		r.expected, r.plan = sound, p
		r.fault = func(n int) faults.Fault {
			if n -= target; r.calm || n < 0 || n >= len(p.faults) {
				return faults.None
			}
			if p.ends {
				r.end()
			}
			return p.faults[n]
		}
		sc.play(r)
		struck, noticed, unknown = struck+len(r.faulty.Struck()), noticed+r.noticed, unknown+r.unknown
	}
	require.Equal(t, sound.final, sound.state(t), "the others have written to the scenario without faults")
	injects := p.faults[0] != faults.None
	require.Equal(t, injects, struck > 0, "nothing went wrong")
	require.Equal(t, !p.hides(), noticed > 0, "no caller noticed, so that nothing was tried")
	if p.loses() && injects {
		require.Positive(t, unknown, "no answer was lost for good")
	}
}

// A scenario has every kind of call in it, and is played on a store of which each call can
// go wrong.
type scenario struct {
	*testing.T
	*Harness
	options  FaultOptions
	keyed    bool
	end      func()   // ends the context of the call under way
	results  []result // of the steps so far
	drained  []seats.Event
	calm     bool      // nothing goes wrong any more
	expected *scenario // nil for the one without faults
	final    state     // at its end, of the one without faults
	plan     faultPlan
	noticed  int // errors that a caller got to see
	unknown  int // those of them that leave open what became of the call
}

// A result is what a caller got to see: an answer or a refusal.
type result struct {
	Answer  any
	Refused seats.Code
}

func newScenario(t *testing.T, s store.Store, o FaultOptions, keyed bool) *scenario {
	return &scenario{T: t, Harness: New(s, Unique("faults")), options: o, keyed: keyed}
}

// outbox hands out the events so far, whatever goes wrong with that, and what is left
// of them afterwards. A consumer gets every event, and none before the one before it:
// once, if nothing went wrong.
func (r *scenario) outbox() {
	if r.options.NoOutbox {
		return
	}
	r.mails()
	r.calm = true
	r.mails() // unless the turn before is only now begun
	r.mails()
	sequence := uint64(0)
	for _, e := range r.drained {
		require.LessOrEqual(r, e.Sequence, sequence+1, "%v", r.faulty.Struck())
		sequence = max(sequence, e.Sequence)
	}
	usage, err := r.Usage(context.Background(), r.account)
	require.NoError(r, err)
	require.Equal(r, usage.Sequence, sequence)
	if r.expected == nil {
		require.Len(r, r.drained, int(sequence))
	}
	r.calm = false
}

// mails hands out the events, as far as that goes.
func (r *scenario) mails() {
	ctx, end := context.WithCancel(context.Background())
	defer end()
	r.end = end
	_, err := r.Drain(ctx, seatkeeper.Consumer{Name: string(r.account), Batch: 3, Handle: func(_ context.Context, d *seatkeeper.Delivery) error {
		if d.Account == r.account {
			r.drained = append(r.drained, d.Events...)
		}
		return nil
	}})
	require.True(r, err == nil || r.expected != nil && !r.calm, err)
	r.now = r.now.Add(time.Hour) // a lease that was lost in the middle is over
}

// step makes one call, and makes it again until it is known what became of it.
func (r *scenario) step(name string, call func(context.Context, *seatkeeper.Keeper) (any, error)) {
	k := r.Keeper
	if r.keyed {
		k = k.With(seatkeeper.Call{Key: name})
	}
	ids := r.ids
	for range 3 {
		ctx, end := context.WithCancel(context.Background())
		r.end, r.ids = end, ids
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

func (r *scenario) do(name string, actor users.Actor, commands ...seats.Command) {
	r.step(name, func(ctx context.Context, k *seatkeeper.Keeper) (any, error) {
		done, err := k.Do(ctx, r.account, actor, commands...)
		return done.Outcomes, err
	})
}

// right requires that an error of a call says what is known.
func (r *scenario) right(name string, err error, ended bool) {
	where := fmt.Sprintf("%s: %v: %v", name, r.faulty.Struck(), err)
	r.noticed++
	if errors.Is(err, store.ErrUnknown) {
		r.unknown++
		require.True(r, r.plan.loses(), where)
	}
	require.True(r, r.expected != nil && !r.plan.hides(), where)
	cause := faults.ErrInjected
	if ended {
		cause = context.Canceled
	}
	require.ErrorIs(r, err, cause, where)
}

// finish holds everything that is there against the scenario without faults.
func (r *scenario) finish() {
	r.calm = true
	drift, err := r.Audit(context.Background(), r.account)
	require.NoError(r, err)
	require.Empty(r, drift)
	if r.expected == nil {
		r.final = r.state(r.T)
		return
	}
	require.Equal(r, r.expected.final, r.state(r.T), "%v", r.faulty.Struck())
}
