package store

import (
	"context"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// Misses is a store that keeps in how many runs of a source users were missing, for Keeper.Sync of sources with a
// [seats.Patience]. It is optional. Its methods keep the contract of [Store] on contexts and values.
//
// Misses stand beside the account: outside of its revision, its snapshots, its events and its audit. A write of them
// meets no change of the account, and a change leaves them alone. The Keeper sees to it that the users are there,
// and forgets the deleted ones.
type Misses interface {
	// Missing returns the first misses of users by a source, at most limit, in ascending order of the users' IDs by bytes and
	// after the given one, and the number of its counted runs: 0 at first, and of an unknown source and account.
	Missing(ctx context.Context, account users.AccountID, source string, after users.ID, limit int) (misses []seats.Miss, runs int64, err error)

	// SetMissing keeps misses, each in the place of the one of the same user; one with the zero instant is forgotten. Each
	// user is there once. The engine's wish to try again is [ErrConflict]. After an error part of it may be written, with
	// [ErrUnknown] later too.
	SetMissing(ctx context.Context, account users.AccountID, source string, misses ...seats.Miss) error

	// SetRuns keeps the number of counted runs, unless a larger one is kept. Its errors are those of SetMissing.
	SetRuns(ctx context.Context, account users.AccountID, source string, runs int64) error

	// ForgetMissing forgets the misses of the users, by all sources. Its errors are those of SetMissing.
	ForgetMissing(ctx context.Context, account users.AccountID, ids ...users.ID) error
}

// MissesOf returns the misses that a store keeps; the methods of any other store return [ErrNoMisses]. A wrapper of stores implements [Misses] by that of the store inside.
func MissesOf(s Store) Misses {
	if kept, ok := s.(Misses); ok {
		return kept
	}
	return noMisses
}

var noMisses Misses = failing{ErrNoMisses}
