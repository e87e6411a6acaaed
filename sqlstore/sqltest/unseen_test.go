package sqltest_test

import (
	"testing"

	"github.com/seatkeeper/seatkeeper/internal/harness"
	"github.com/seatkeeper/seatkeeper/store"
)

// TestKeeper_FreeUnseen plays sights and departures, those of rivals and at random.
func TestKeeper_FreeUnseen(t *testing.T) {
	each(t, engines, func(t *testing.T, s *site) {
		harness.UnseenMeanwhile(t, s.store())
		harness.Unseen(t, func(testing.TB) store.Store { return s.store() })
	})
}
