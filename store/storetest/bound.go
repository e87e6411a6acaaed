package storetest

import "github.com/seatkeeper/seatkeeper/store"

// Bound presents a store as one that is bound to a transaction, to try what a Keeper does
// there. What the store writes is written at once.
func Bound(s store.Store) store.Bound {
	return bound{s, store.OutboxOf(s), store.LastSeenOf(s), store.MissesOf(s)}
}

type bound struct {
	store.Store
	store.Outbox
	store.LastSeen
	store.Misses
}

func (bound) InTransaction() {}
