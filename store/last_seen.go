package store

import (
	"context"
	"time"

	"github.com/seatkeeper/seatkeeper/users"
)

// A LastSeen is a store that keeps when users were last seen, for Keeper.Seen and Keeper.Unseen. It is
// optional. Its methods keep the contract of [Store] on contexts and values.
//
// These instants stand beside the account: outside of its revision, its snapshots, its events and its
// audit. A write of them meets no change of the account, and a change leaves them alone. The Keeper
// sees to it that the users are there, and forgets the deleted ones.
type LastSeen interface {
	// Seen returns the instants of the users, in the order given; zero: none is kept, also of an
	// unknown user and account.
	Seen(ctx context.Context, account users.AccountID, ids ...users.ID) ([]time.Time, error)

	// SetSeen keeps the instant for each of the users, unless a later one is kept. An ID may be there
	// twice. The engine's wish to try again is [ErrConflict], with nothing written; with [ErrUnknown] it
	// is open whether it was written.
	SetSeen(ctx context.Context, account users.AccountID, at time.Time, ids ...users.ID) error

	// ForgetSeen keeps no instant of the users any more. Its errors are those of SetSeen.
	ForgetSeen(ctx context.Context, account users.AccountID, ids ...users.ID) error
}

// LastSeenOf returns the instants that a store keeps; if the store keeps none, all methods of the result
// return [ErrNoLastSeen]. A wrapper of stores implements [LastSeen] by that of the store inside.
func LastSeenOf(s Store) LastSeen {
	if kept, ok := s.(LastSeen); ok {
		return kept
	}
	return noLastSeen
}

var noLastSeen LastSeen = failing{ErrNoLastSeen}
