package seatkeeper

import (
	"context"
	"iter"
	"sync/atomic"
	"time"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// observed begins a call that makes no decision of its own: a read, a preview or a run. It returns the
// Keeper for the call, which counts the calls to the store and tells the observer nothing of its parts,
// and the function that tells of the whole.
func (k *Keeper) observed(ctx context.Context, s CallStats) (*Keeper, func(*error)) {
	if k.options.Observe == nil {
		return k, func(*error) {}
	}
	began, counts := k.options.Now(), &countedStore{Store: k.store, Outbox: store.OutboxOf(k.store), LastSeen: store.LastSeenOf(k.store), Misses: store.MissesOf(k.store)}
	part := k.unobserved()
	part.store = counts
	return part, func(err *error) {
		s.Loads, s.Settlements = int(counts.loads.Load()), int(counts.commits.Load())
		s.Reads, s.Writes = int(counts.reads.Load()), int(counts.writes.Load())
		s.Took, s.Err = k.since(began), *err
		k.options.Observe(ctx, s)
	}
}

// failed tells the observer of an error of the caller's list or function, in a call whose decisions are told each. It returns the error.
func (k *Keeper) failed(ctx context.Context, method string, account users.AccountID, actor users.ActorKind, err error) error {
	_, end := k.observed(ctx, CallStats{Method: method, Account: account, Actor: actor})
	end(&err)
	return err
}

// unobserved returns a Keeper that tells the observer nothing.
func (k *Keeper) unobserved() *Keeper {
	part := *k
	part.options.Observe = nil
	return &part
}

// observedList is observed for a list. Its time includes that of the loop over it.
func observedList[T any](ctx context.Context, k *Keeper, s CallStats, list func(k *Keeper, yield func(T, error) bool)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		k, end := k.observed(ctx, s)
		var last error
		defer end(&last)
		list(k, func(row T, err error) bool {
			last = err
			return yield(row, err)
		})
	}
}

// A countedStore counts the calls to a store.
type countedStore struct {
	store.Store
	store.Outbox
	store.LastSeen
	store.Misses
	loads, commits, reads, writes atomic.Int64
}

func (s *countedStore) Load(ctx context.Context, needs ...seats.Need) ([]seats.Snapshot, error) {
	s.loads.Add(1)
	return s.Store.Load(ctx, needs...)
}

func (s *countedStore) Commit(ctx context.Context, changes ...seats.Change) ([]store.CommitResult, error) {
	s.commits.Add(1)
	return s.Store.Commit(ctx, changes...)
}

func (s *countedStore) Users(ctx context.Context, account users.AccountID, f users.Filter, limit int) ([]users.User, error) {
	s.reads.Add(1)
	return s.Store.Users(ctx, account, f, limit)
}

func (s *countedStore) Tally(ctx context.Context, account users.AccountID, f users.Filter) (users.Tally, uint64, error) {
	s.reads.Add(1)
	return s.Store.Tally(ctx, account, f)
}

func (s *countedStore) Events(ctx context.Context, account users.AccountID, f seats.EventFilter, limit int) ([]seats.Event, error) {
	s.reads.Add(1)
	return s.Store.Events(ctx, account, f, limit)
}

func (s *countedStore) Pools(ctx context.Context, account users.AccountID, after seats.PoolID, limit int) ([]seats.Pool, error) {
	s.reads.Add(1)
	return s.Store.Pools(ctx, account, after, limit)
}

func (s *countedStore) Licences(ctx context.Context, account users.AccountID, f users.LicenceFilter, limit int) ([]users.Licence, error) {
	s.reads.Add(1)
	return s.Store.Licences(ctx, account, f, limit)
}

func (s *countedStore) Accounts(ctx context.Context, after users.AccountID, limit int) ([]seats.Account, error) {
	s.reads.Add(1)
	return s.Store.Accounts(ctx, after, limit)
}

func (s *countedStore) Due(ctx context.Context, by time.Time, after users.AccountID, limit int) ([]users.AccountID, error) {
	s.reads.Add(1)
	return s.Store.Due(ctx, by, after, limit)
}

func (s *countedStore) Seen(ctx context.Context, account users.AccountID, ids ...users.ID) ([]time.Time, error) {
	s.reads.Add(1)
	return s.LastSeen.Seen(ctx, account, ids...)
}

func (s *countedStore) SetSeen(ctx context.Context, account users.AccountID, at time.Time, ids ...users.ID) error {
	s.writes.Add(1)
	return s.LastSeen.SetSeen(ctx, account, at, ids...)
}

func (s *countedStore) ForgetSeen(ctx context.Context, account users.AccountID, ids ...users.ID) error {
	s.writes.Add(1)
	return s.LastSeen.ForgetSeen(ctx, account, ids...)
}

func (s *countedStore) Missing(ctx context.Context, account users.AccountID, source string, after users.ID, limit int) ([]seats.Miss, int64, error) {
	s.reads.Add(1)
	return s.Misses.Missing(ctx, account, source, after, limit)
}

func (s *countedStore) SetMissing(ctx context.Context, account users.AccountID, source string, misses ...seats.Miss) error {
	s.writes.Add(1)
	return s.Misses.SetMissing(ctx, account, source, misses...)
}

func (s *countedStore) SetRuns(ctx context.Context, account users.AccountID, source string, runs int64) error {
	s.writes.Add(1)
	return s.Misses.SetRuns(ctx, account, source, runs)
}

func (s *countedStore) ForgetMissing(ctx context.Context, account users.AccountID, ids ...users.ID) error {
	s.writes.Add(1)
	return s.Misses.ForgetMissing(ctx, account, ids...)
}

func (s *countedStore) Begin(ctx context.Context, consumer string) error {
	s.writes.Add(1)
	return s.Outbox.Begin(ctx, consumer)
}

func (s *countedStore) Progress(ctx context.Context, consumer string, account users.AccountID) (store.Progress, error) {
	s.reads.Add(1)
	return s.Outbox.Progress(ctx, consumer, account)
}

func (s *countedStore) Pending(ctx context.Context, consumer string, after users.AccountID, limit int) ([]store.Progress, error) {
	s.reads.Add(1)
	return s.Outbox.Pending(ctx, consumer, after, limit)
}

func (s *countedStore) SetAside(ctx context.Context, consumer string, after users.AccountID, limit int) ([]store.Progress, error) {
	s.reads.Add(1)
	return s.Outbox.SetAside(ctx, consumer, after, limit)
}

func (s *countedStore) Advance(ctx context.Context, from, to store.Progress) error {
	s.writes.Add(1)
	return s.Outbox.Advance(ctx, from, to)
}
