package store

import (
	"context"
	"slices"
	"time"

	"github.com/seatkeeper/seatkeeper/users"
)

// An Outbox is a store that keeps the progress of consumers of events, for Keeper.Drain and
// Keeper.Consume. It is optional: a host may forward events by other means, such as the change
// stream of its database. Its methods keep the contract of [Store].
//
// The progress of a consumer in an account is independent of the account: that of an unknown
// account is kept too. Before the first Advance it has Consumer and Account alone.
type Outbox interface {
	// Begin passes all events so far for a consumer without any progress: each account gets a
	// Progress with the account's Sequence, and the empty account ID one with Sequence 1, as the
	// mark that the consumer has begun. A consumer with progress in any account is left as it is.
	// All is written or nothing. The engine's wish to try again is [ErrConflict]; with
	// [ErrUnknown] it is open whether it was written.
	Begin(ctx context.Context, consumer string) error

	// Progress returns the consumer's progress in an account.
	Progress(ctx context.Context, consumer string, account users.AccountID) (Progress, error)

	// Pending returns the consumer's progress in each account with later events or with an event
	// to be retried, in ascending order of account by bytes, after the given account and at most
	// limit.
	Pending(ctx context.Context, consumer string, after users.AccountID, limit int) ([]Progress, error)

	// SetAside returns the consumer's progress in each account with events set aside, in the order
	// of Pending, after the given account and at most limit.
	SetAside(ctx context.Context, consumer string, after users.AccountID, limit int) ([]Progress, error)

	// Advance replaces one progress of a consumer in an account with another of the same two. It
	// is [ErrConflict] unless from is [Progress.Equal] to the stored one. Only [ErrUnknown] leaves
	// open whether it was written.
	Advance(ctx context.Context, from, to Progress) error
}

// A Progress says how far a consumer of events has come in an account.
type Progress struct {
	Consumer string          `json:"consumer"`
	Account  users.AccountID `json:"account"`
	// Sequence is the number of the last event passed: handled, set aside or of another kind. It
	// is 0 before the first.
	Sequence uint64 `json:"sequence"`
	// Attempts counts those begun at the next event; 0 after each event passed.
	Attempts int `json:"attempts,omitzero"`
	// LeaseUntil is the end, by the store's time, of a lease: until then one process has the
	// account, or all wait after a failure. Zero: the account is free.
	LeaseUntil time.Time `json:"lease_until,omitzero"`
	// SetAside are the events set aside, in ascending order of Sequence, at most [MaxSetAside].
	SetAside []SetAside `json:"set_aside,omitempty"`
	// StoreTime is the time by the store's own clock during the read, to the microsecond, in
	// UTC; zero if the store has only the host's clock. Advance leaves it aside.
	StoreTime time.Time `json:"-"`
}

// A SetAside is an event that a consumer passed unhandled after too many failed attempts.
type SetAside struct {
	Sequence uint64    `json:"sequence"`
	Attempts int       `json:"attempts"`
	Since    time.Time `json:"since"` // by the store's time
	Retry    bool      `json:"retry,omitzero"`
}

// MaxSetAside is the largest number of events of an account that a consumer sets aside.
const MaxSetAside = 100

// Equal reports whether both are equal but for StoreTime.
func (p Progress) Equal(q Progress) bool {
	return p.Consumer == q.Consumer && p.Account == q.Account && p.Sequence == q.Sequence &&
		p.Attempts == q.Attempts && p.LeaseUntil.Equal(q.LeaseUntil) &&
		slices.EqualFunc(p.SetAside, q.SetAside, func(x, y SetAside) bool {
			return x.Sequence == y.Sequence && x.Attempts == y.Attempts && x.Since.Equal(y.Since) && x.Retry == y.Retry
		})
}

// Retries returns the number of events that are set aside and to be retried.
func (p Progress) Retries() (n int) {
	for _, s := range p.SetAside {
		if s.Retry {
			n++
		}
	}
	return n
}

// OutboxOf returns the outbox of a store; if the store lacks one, all methods of the result
// return [ErrNoOutbox]. A wrapper of stores implements [Outbox] by that of the store inside.
func OutboxOf(s Store) Outbox {
	if outbox, ok := s.(Outbox); ok {
		return outbox
	}
	return noOutbox
}

var noOutbox Outbox = failing{ErrNoOutbox}
