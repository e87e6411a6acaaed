// Package harness carries out sequences of calls on a Keeper and a store, and holds what
// comes of them against the model of package reference, or against another store.
package harness

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"iter"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/internal/gen"
	"github.com/seatkeeper/seatkeeper/internal/reference"
	"github.com/seatkeeper/seatkeeper/internal/ways"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/store/storetest/faults"
	"github.com/seatkeeper/seatkeeper/users"
)

// A Harness is an account in a store, with a Keeper that has a clock and IDs of its own.
// The account is not open at first.
type Harness struct {
	*seatkeeper.Keeper
	store   store.Store
	account users.AccountID
	now     time.Time
	rules   reference.Rules // of the time zones, now
	ids     int
	faulty  *faults.Store            // between the Keeper and the store
	fault   func(n int) faults.Fault // what goes wrong with the nth call to the store; nil: nothing
	gone    int                      // how many people were deleted with the account
	shared  atomic.Int64             // commits that calls shared with their company
}

// New returns a harness of an account that is not open yet.
func New(s store.Store, account string) *Harness {
	h := &Harness{store: s, account: users.AccountID(account), now: gen.Epoch}
	h.faulty = faults.New(secluded{s, store.OutboxOf(s), store.LastSeenOf(s), store.MissesOf(s), h.account}, func(n int) faults.Fault {
		if h.fault == nil {
			return faults.None
		}
		return h.fault(n)
	})
	h.faulty.Wait = time.Microsecond
	k, err := ways.New(h.faulty, seatkeeper.Options{
		Now:   func() time.Time { return h.now },
		Zones: func(name string) (*time.Location, error) { return h.rules.Location(name) },
		NewID: func() users.ID { h.ids++; return gen.NthID(h.ids) },
		Observe: func(_ context.Context, s seatkeeper.CallStats) {
			if s.Together > 1 && s.Commits > 0 && s.Err == nil {
				h.shared.Add(1)
			}
		},
	})
	if err != nil {
		panic(err)
	}
	h.Keeper = k
	return h
}

// Unique returns a new name, also in a store that was used before.
func Unique(name string) string {
	var suffix [8]byte
	_, _ = rand.Read(suffix[:]) // never fails
	return name + "-" + hex.EncodeToString(suffix[:])
}

// play carries out a call, and once more if the store failed before anything
// was done. No other fault may be noticed.
func (h *Harness) play(c gen.Call) (seatkeeper.Result, error) {
	ids, first := h.ids, h.faulty.Calls()
	h.now, h.rules = c.At, c.Rules
	h.fault = func(n int) faults.Fault {
		if n == first+c.Strikes {
			return c.Fault
		}
		return faults.None
	}
	done, err := h.call(c)
	h.fault = nil
	if errors.Is(err, faults.ErrInjected) && !errors.Is(err, store.ErrUnknown) {
		h.ids = ids
		return h.call(c)
	}
	return done, err
}

func (h *Harness) call(c gen.Call) (done seatkeeper.Result, err error) {
	if ways.Is(ways.Together) && (c.How == gen.Do || c.How == gen.DoEach) {
		defer h.company()()
	}
	k, ctx := h.With(seatkeeper.Call{Key: c.Key}), context.Background()
	switch c.How {
	case gen.Open:
		c.Opening.Account = h.account
		return k.Open(ctx, c.Opening)
	case gen.Do:
		return k.Do(ctx, h.account, c.Actor, c.Commands...)
	case gen.DoEach:
		var bulk seatkeeper.BulkResult
		bulk, err = k.DoEach(ctx, h.account, c.Actor, c.Commands...)
		done.Outcomes = bulk.Outcomes
	case gen.RunDue:
		_, err = h.RunDue(ctx, seatkeeper.DueRun{})
	case gen.EraseAccount:
		var people int
		people, err = k.EraseAccount(ctx, h.account, c.Actor, c.Commands[0].(seats.EraseAccount).Reason)
		h.gone += people
	}
	return done, err
}

// company begins calls that change nothing, and returns what waits for them. A call in between
// shares its decisions with some of them.
func (h *Harness) company() (ends func()) {
	var calls sync.WaitGroup
	for range 3 {
		calls.Go(func() {
			_, _ = h.Do(context.Background(), h.account, users.System(), seats.Deactivate{User: "stranger"})
		})
	}
	runtime.Gosched()
	return calls.Wait
}

// snapshot reads the account, its pools and all users from the store itself, so that
// nothing is settled by it. The time of the read is left out.
func (h *Harness) snapshot(t reporter) seats.Snapshot {
	ctx := context.Background()
	snapshots, err := h.store.Load(ctx, seats.Need{Account: h.account, Pools: gen.Pools})
	require.NoError(t, err)
	s := snapshots[0]
	s.StoreTime = time.Time{}
	s.Users, err = h.store.Users(ctx, h.account, users.Filter{Status: gen.EveryStatus}, 10_000)
	require.NoError(t, err)
	s.Licences, err = h.store.Licences(ctx, h.account, users.LicenceFilter{}, 10_000)
	require.NoError(t, err)
	return s
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
