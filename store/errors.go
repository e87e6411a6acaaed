package store

import (
	"errors"
	"fmt"
	"time"

	"github.com/seatkeeper/seatkeeper/seats"
)

// The errors of a store, to be compared by [errors.Is]. Any other error is the engine's own,
// wrapped. With all of them but ErrUnknown the change is unwritten, and stays so.
var (
	// ErrNotFound: the account is unknown.
	ErrNotFound = errors.New("store: no such account")
	// ErrExists: the account to open exists. Only the Keeper returns it; a store has
	// ErrConflict for it.
	ErrExists = errors.New("store: the account is there already")
	// ErrConflict: the account has moved on since the change was decided, or the engine
	// wants the commit tried again.
	ErrConflict = errors.New("store: the account has changed meanwhile")
	// ErrKeyTaken: another user has one of the keys that must be free for the change.
	ErrKeyTaken = errors.New("store: a key is taken")
	// ErrUnknown: the answer to a commit was lost. Each of its changes was written as a
	// whole, or left out as a whole, or may still be written. The Keeper finds out by the
	// ID of the change; if that fails, its callers get this error, with the reason wrapped.
	ErrUnknown = errors.New("store: it is not known whether the change was made")
	// ErrBroken: the change breaks an invariant that the store checks as a second guard. It
	// is a bug, and to try again is useless.
	ErrBroken = errors.New("store: the change breaks an invariant")
	// ErrSequence: the account's last event differs from the one its Sequence names, for
	// instance after a bad restore. All changes of the account are refused until its events
	// are restored. It wraps ErrBroken and [seats.ErrHistory]; the Keeper's Audit lists the
	// missing numbers.
	ErrSequence = fmt.Errorf("%w: %w: the last event is not the one that the account names", ErrBroken, seats.ErrHistory)
	// ErrNoOutbox: the store lacks an [Outbox]. It wraps [errors.ErrUnsupported].
	ErrNoOutbox = fmt.Errorf("store: the store keeps no progress of consumers: %w", errors.ErrUnsupported)
	// ErrNoLastSeen: the store lacks a [LastSeen]. It wraps [errors.ErrUnsupported].
	ErrNoLastSeen = fmt.Errorf("store: the store does not keep when users were last seen: %w", errors.ErrUnsupported)
	// ErrNoMisses: the store lacks [Misses]. It wraps [errors.ErrUnsupported].
	ErrNoMisses = fmt.Errorf("store: the store does not keep in which runs users were missing, so a source must have no patience: %w", errors.ErrUnsupported)
	// ErrClockSkew: the clocks of the Keeper and the store are too far apart for a decision.
	// The error is a [*ClockSkewError].
	ErrClockSkew = errors.New("store: the clock is wrong")
)

// A ClockSkewError is an [ErrClockSkew]. An event is at the earliest at the time of the one
// before it: a single call by a fast clock would give its time to all events of the account
// until then, and hide them from bills and history.
//
// Either clock may be the wrong one. Set it right, and the next call works.
type ClockSkewError struct {
	Now       time.Time     // by the Keeper's clock, before the load
	StoreTime time.Time     // by the store, during the load
	Load      time.Duration // the duration of the load
	MaxSkew   time.Duration // of the Keeper's Options
}

func (e *ClockSkewError) Error() string {
	return fmt.Sprintf("%v: it is %s here and %s in the store, more than %v apart",
		ErrClockSkew, e.Now.Format(time.RFC3339Nano), e.StoreTime.Format(time.RFC3339Nano), e.MaxSkew)
}

// Unwrap returns [ErrClockSkew].
func (e *ClockSkewError) Unwrap() error { return ErrClockSkew }
