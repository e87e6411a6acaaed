package store

import (
	"context"
	"time"

	"github.com/seatkeeper/seatkeeper/users"
)

// An Outbox is a store that keeps the progress of consumers of events, for Keeper.Drain. It
// is optional: a host may forward events by other means, such as the change stream of its
// database. Its methods keep the contract of [Store].
type Outbox interface {
	// Pending returns the consumer's progress in each account with later events, in ascending
	// order of account by bytes, after the given account and at most limit. Progress begins
	// with Consumer and Account, everything else zero. A store with a clock of its own sets
	// StoreTime: leases begin and end by it.
	Pending(ctx context.Context, consumer string, after users.AccountID, limit int) ([]Progress, error)

	// Advance replaces one progress of a consumer in an account with another of the same
	// two. It is [ErrConflict] if from differs from the stored one, StoreTime left aside.
	// Only [ErrUnknown] leaves open whether it was written. The progress of an account is
	// independent of the account: that of an unknown one is kept too.
	Advance(ctx context.Context, from, to Progress) error
}

// A Progress says how far a consumer of events has come in an account.
type Progress struct {
	Consumer   string          `json:"consumer"`
	Account    users.AccountID `json:"account"`
	Sequence   uint64          `json:"sequence"`             // of the last event done; 0 before the first
	LeaseUntil time.Time       `json:"lease_until,omitzero"` // until then, by the store's time, one process has the account; zero: it is free
	// StoreTime is the time by the store's own clock during the read, to the microsecond, in
	// UTC; zero if the store has only the host's clock. Advance leaves it aside.
	StoreTime time.Time `json:"-"`
}

// OutboxOf returns the outbox of a store; if the store lacks one, all methods of the result
// return [ErrNoOutbox]. A wrapper of stores implements [Outbox] by that of the store inside.
func OutboxOf(s Store) Outbox {
	if outbox, ok := s.(Outbox); ok {
		return outbox
	}
	return noOutbox{}
}

type noOutbox struct{}

func (noOutbox) Pending(context.Context, string, users.AccountID, int) ([]Progress, error) {
	return nil, ErrNoOutbox
}

func (noOutbox) Advance(context.Context, Progress, Progress) error { return ErrNoOutbox }
