package sqltest_test

import (
	"testing"

	"github.com/seatkeeper/seatkeeper/internal/long"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/store/storetest/simulate"
)

// TestStore_simulated plays a few runs on each engine; memstore has the many.
func TestStore_simulated(t *testing.T) {
	seeds := uint64(3)
	if long.On() {
		seeds = 20
	}
	each(t, inTurn, func(t *testing.T, s *site) {
		for seed := range seeds {
			simulate.Run(t, func(testing.TB) store.Store { return s.store() }, simulate.Options{Seed: 1 + seed})
		}
	})
}
