package harness

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/internal/gen"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/store/storetest/faults"
	"github.com/seatkeeper/seatkeeper/users"
)

// A worker is a person of an HR system in the words of the model.
type worker struct {
	id     users.ID // empty: not in the account
	seated bool
	byHand bool        // out by hand
	missed []time.Time // the runs that have ended without them since they were last in one
}

// A payroll is an account with a sync, and what is known of its people.
type payroll struct {
	*rapid.T
	k        *seatkeeper.Keeper // with faults
	account  users.AccountID
	now      time.Time
	patience seats.Patience
	workers  []worker
	fault    faults.Fault
	at       int // the call to the store that it strikes
}

// Misses plays the nightly runs of a source with patience over many days, with departures by hand and faults of the store: who
// leaves, and in which run, is counted here anew.
func Misses(t *testing.T, open func(testing.TB) store.Store) {
	stored := open(t)
	rapid.Check(t, func(t *rapid.T) {
		p := &payroll{T: t, account: users.AccountID(Unique("misses")), now: gen.Epoch, workers: make([]worker, 6)}
		f := faults.New(stored, func(n int) faults.Fault {
			if n == p.at {
				return p.fault
			}
			return faults.None
		})
		f.Wait = time.Microsecond
		var err error
		p.k, err = seatkeeper.New(f, seatkeeper.Options{Now: func() time.Time { return p.now }})
		require.NoError(t, err)
		_, err = p.k.Open(context.Background(), seats.Opening{
			Account: p.account, Total: seats.Of(99), Owner: users.Profile{ID: "owner", Email: "owner@acme.example"},
		})
		require.NoError(t, err)
		p.do(seats.EditSource{Source: "hr", Guard: &seats.Guard{Day: 100, Month: 100, Ever: 100}})
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			n := rapid.IntRange(0, len(p.workers)-1).Draw(t, "worker")
			w := &p.workers[n]
			switch what := rapid.SampledFrom([]string{"run", "run", "run", "hours", "patience", "leave", "return", "delete"}).Draw(t, "what"); {
			case what == "run":
				present := rapid.SliceOfN(rapid.Bool(), len(p.workers), len(p.workers)).Draw(t, "present")
				p.fault = rapid.SampledFrom(append([]faults.Fault{faults.None, faults.None}, faults.All()...)).Draw(t, "fault")
				p.at = f.Calls() + rapid.IntRange(0, 9).Draw(t, "call")
				if err := p.run(present); err != nil {
					require.True(t, errors.Is(err, faults.ErrInjected) || errors.Is(err, store.ErrUnknown), "%v", err)
					require.NoError(t, p.run(present), "made good by the next one")
				}
			case what == "hours":
				p.now = p.now.Add(rapid.SampledFrom([]time.Duration{time.Minute, time.Hour, 12 * time.Hour, 24 * time.Hour}).Draw(t, "hours"))
			case what == "patience":
				p.patience = seats.Patience{Runs: rapid.Int64Range(0, 4).Draw(t, "runs"), Hours: rapid.SampledFrom([]int64{0, 0, 1, 24, 36}).Draw(t, "of hours")}
				p.do(seats.EditSource{Source: "hr", Patience: &p.patience})
			case w.id == "":
			case what == "leave" && w.seated:
				p.do(seats.Deactivate{User: w.id})
				w.seated, w.byHand = false, true
			case what == "return" && !w.seated:
				p.do(seats.Reactivate{User: w.id})
				w.seated, w.byHand = true, false
			case what == "delete":
				p.do(seats.Delete{User: w.id})
				misses, _, err := store.MissesOf(stored).Missing(context.Background(), p.account, "hr", "", 99)
				require.NoError(t, err)
				require.False(t, slices.ContainsFunc(misses, func(m seats.Miss) bool { return m.User == w.id }), "%+v", misses)
				p.workers[n] = worker{}
			}
		}
	})
}

func (p *payroll) do(c seats.Command) {
	p.Helper()
	_, err := p.k.Do(context.Background(), p.account, users.System(), c)
	require.NoError(p, err, "%+v", c)
}

// run runs a roster of the workers who are present, and one more. After an error it is not counted.
func (p *payroll) run(present []bool) error {
	before := slices.Clone(p.workers)
	var left, waiting int
	for i := range p.workers {
		w := &p.workers[i]
		switch {
		case present[i]:
			w.missed, w.seated = nil, !w.byHand
		case !w.seated:
			w.missed = nil
		default:
			w.missed = append(slices.Clone(w.missed), p.now)
			if len(w.missed) >= int(p.patience.Runs) && p.now.Sub(w.missed[0]) >= time.Duration(p.patience.Hours)*time.Hour {
				w.missed, w.seated = nil, false
				left++
			} else {
				waiting++
			}
		}
	}
	result, err := p.k.Sync(context.Background(), p.account, seats.SyncRun{Source: "hr", Fields: []string{"external-id"}}, func(yield func(users.Entry, error) bool) {
		for i := range len(p.workers) + 1 {
			if i < len(present) && !present[i] {
				continue
			}
			if !yield(users.Entry{Row: i + 1, Profile: users.Profile{ExternalID: fmt.Sprint("worker ", i)}}, nil) {
				return
			}
		}
		yield(users.Entry{}, io.EOF)
	}, nil)
	p.at = -1
	if err != nil {
		p.workers = before
		p.reread()
		return err
	}
	require.Equal(p, []int{left, waiting}, []int{result.Differences.Leaving, result.Differences.Missing}, "%+v", before)
	was := slices.Clone(p.workers)
	p.reread()
	for i := range was {
		require.Equal(p, was[i].seated, p.workers[i].seated, "worker %d", i)
	}
	return nil
}

// reread reads who is in the account and has a seat. After an error it may have been part of a run.
func (p *payroll) reread() {
	for u, err := range p.k.Users(context.Background(), p.account, users.Filter{}) {
		require.NoError(p, err)
		var i int
		if _, err := fmt.Sscanf(u.ExternalID, "worker %d", &i); err != nil || i == len(p.workers) {
			continue
		}
		p.workers[i].id, p.workers[i].seated = u.ID, u.Status == users.Invited || u.Status == users.Active
	}
}
