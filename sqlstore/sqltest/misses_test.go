package sqltest_test

import (
	"testing"

	"github.com/seatkeeper/seatkeeper/internal/harness"
	"github.com/seatkeeper/seatkeeper/store"
)

// TestKeeper_Sync_misses plays runs of a source with patience.
func TestKeeper_Sync_misses(t *testing.T) {
	each(t, engines, func(t *testing.T, s *site) {
		harness.Misses(t, func(testing.TB) store.Store { return s.store() })
	})
}
