package seatkeeper_test

import (
	"github.com/seatkeeper/seatkeeper/memstore"
	"github.com/seatkeeper/seatkeeper/store"
)

// newStore returns a store for an example.
func newStore() store.Store { return memstore.New() }
