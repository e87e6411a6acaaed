package sqltest

import (
	"context"
	"time"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// EachInTx is a store whose every call is a transaction of the host, to run the specification of a
// store on a bound one. The function runs work in a transaction that it commits.
type EachInTx func(ctx context.Context, work func(store.Bound) error) error

var (
	_ store.Store    = EachInTx(nil)
	_ store.Outbox   = EachInTx(nil)
	_ store.LastSeen = EachInTx(nil)
	_ store.Misses   = EachInTx(nil)
)

func inTx[T any](ctx context.Context, in EachInTx, work func(store.Bound) (T, error)) (result T, err error) {
	err = in(ctx, func(b store.Bound) (err error) {
		result, err = work(b)
		return err
	})
	if err != nil {
		return *new(T), err
	}
	return result, nil
}

// Load implements [store.Store].
func (in EachInTx) Load(ctx context.Context, needs ...seats.Need) ([]seats.Snapshot, error) {
	return inTx(ctx, in, func(b store.Bound) ([]seats.Snapshot, error) { return b.Load(ctx, needs...) })
}

// Commit implements [store.Store].
func (in EachInTx) Commit(ctx context.Context, changes ...seats.Change) ([]store.CommitResult, error) {
	return inTx(ctx, in, func(b store.Bound) ([]store.CommitResult, error) { return b.Commit(ctx, changes...) })
}

// Users implements [store.Store].
func (in EachInTx) Users(ctx context.Context, account users.AccountID, filter users.Filter, limit int) ([]users.User, error) {
	return inTx(ctx, in, func(b store.Bound) ([]users.User, error) { return b.Users(ctx, account, filter, limit) })
}

// Tally implements [store.Store].
func (in EachInTx) Tally(ctx context.Context, account users.AccountID, filter users.Filter) (tally users.Tally, revision uint64, err error) {
	tally, err = inTx(ctx, in, func(b store.Bound) (t users.Tally, err error) {
		t, revision, err = b.Tally(ctx, account, filter)
		return t, err
	})
	return tally, revision, err
}

// Events implements [store.Store].
func (in EachInTx) Events(ctx context.Context, account users.AccountID, filter seats.EventFilter, limit int) ([]seats.Event, error) {
	return inTx(ctx, in, func(b store.Bound) ([]seats.Event, error) { return b.Events(ctx, account, filter, limit) })
}

// Pools implements [store.Store].
func (in EachInTx) Pools(ctx context.Context, account users.AccountID, after seats.PoolID, limit int) ([]seats.Pool, error) {
	return inTx(ctx, in, func(b store.Bound) ([]seats.Pool, error) { return b.Pools(ctx, account, after, limit) })
}

// Licences implements [store.Store].
func (in EachInTx) Licences(ctx context.Context, account users.AccountID, filter users.LicenceFilter, limit int) ([]users.Licence, error) {
	return inTx(ctx, in, func(b store.Bound) ([]users.Licence, error) { return b.Licences(ctx, account, filter, limit) })
}

// Accounts implements [store.Store].
func (in EachInTx) Accounts(ctx context.Context, after users.AccountID, limit int) ([]seats.Account, error) {
	return inTx(ctx, in, func(b store.Bound) ([]seats.Account, error) { return b.Accounts(ctx, after, limit) })
}

// Due implements [store.Store].
func (in EachInTx) Due(ctx context.Context, by time.Time, after users.AccountID, limit int) ([]users.AccountID, error) {
	return inTx(ctx, in, func(b store.Bound) ([]users.AccountID, error) { return b.Due(ctx, by, after, limit) })
}

// Pending implements [store.Outbox].
func (in EachInTx) Pending(ctx context.Context, consumer string, after users.AccountID, limit int) ([]store.Progress, error) {
	return inTx(ctx, in, func(b store.Bound) ([]store.Progress, error) {
		return store.OutboxOf(b).Pending(ctx, consumer, after, limit)
	})
}

// SetAside implements [store.Outbox].
func (in EachInTx) SetAside(ctx context.Context, consumer string, after users.AccountID, limit int) ([]store.Progress, error) {
	return inTx(ctx, in, func(b store.Bound) ([]store.Progress, error) {
		return store.OutboxOf(b).SetAside(ctx, consumer, after, limit)
	})
}

// Progress implements [store.Outbox].
func (in EachInTx) Progress(ctx context.Context, consumer string, account users.AccountID) (store.Progress, error) {
	return inTx(ctx, in, func(b store.Bound) (store.Progress, error) {
		return store.OutboxOf(b).Progress(ctx, consumer, account)
	})
}

// Begin implements [store.Outbox].
func (in EachInTx) Begin(ctx context.Context, consumer string) error {
	return in(ctx, func(b store.Bound) error { return store.OutboxOf(b).Begin(ctx, consumer) })
}

// Advance implements [store.Outbox].
func (in EachInTx) Advance(ctx context.Context, from, to store.Progress) error {
	return in(ctx, func(b store.Bound) error { return store.OutboxOf(b).Advance(ctx, from, to) })
}

// Seen implements [store.LastSeen].
func (in EachInTx) Seen(ctx context.Context, account users.AccountID, ids ...users.ID) ([]time.Time, error) {
	return inTx(ctx, in, func(b store.Bound) ([]time.Time, error) { return store.LastSeenOf(b).Seen(ctx, account, ids...) })
}

// SetSeen implements [store.LastSeen].
func (in EachInTx) SetSeen(ctx context.Context, account users.AccountID, at time.Time, ids ...users.ID) error {
	return in(ctx, func(b store.Bound) error { return store.LastSeenOf(b).SetSeen(ctx, account, at, ids...) })
}

// ForgetSeen implements [store.LastSeen].
func (in EachInTx) ForgetSeen(ctx context.Context, account users.AccountID, ids ...users.ID) error {
	return in(ctx, func(b store.Bound) error { return store.LastSeenOf(b).ForgetSeen(ctx, account, ids...) })
}

// Missing implements [store.Misses].
func (in EachInTx) Missing(ctx context.Context, account users.AccountID, source string, after users.ID, limit int) (misses []seats.Miss, runs int64, err error) {
	misses, err = inTx(ctx, in, func(b store.Bound) (m []seats.Miss, err error) {
		m, runs, err = store.MissesOf(b).Missing(ctx, account, source, after, limit)
		return m, err
	})
	return misses, runs, err
}

// SetMissing implements [store.Misses].
func (in EachInTx) SetMissing(ctx context.Context, account users.AccountID, source string, misses ...seats.Miss) error {
	return in(ctx, func(b store.Bound) error { return store.MissesOf(b).SetMissing(ctx, account, source, misses...) })
}

// SetRuns implements [store.Misses].
func (in EachInTx) SetRuns(ctx context.Context, account users.AccountID, source string, runs int64) error {
	return in(ctx, func(b store.Bound) error { return store.MissesOf(b).SetRuns(ctx, account, source, runs) })
}

// ForgetMissing implements [store.Misses].
func (in EachInTx) ForgetMissing(ctx context.Context, account users.AccountID, ids ...users.ID) error {
	return in(ctx, func(b store.Bound) error { return store.MissesOf(b).ForgetMissing(ctx, account, ids...) })
}
