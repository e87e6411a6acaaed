package memstore_test

import (
	"testing"

	"github.com/seatkeeper/seatkeeper/internal/harness"
	"github.com/seatkeeper/seatkeeper/memstore"
	"github.com/seatkeeper/seatkeeper/store"
)

// TestKeeper_Sync_misses plays runs of a source with patience.
func TestKeeper_Sync_misses(t *testing.T) {
	harness.Misses(t, func(testing.TB) store.Store { return memstore.New() })
}
