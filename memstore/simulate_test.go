package memstore_test

import (
	"testing"
	"time"

	"github.com/seatkeeper/seatkeeper/internal/long"
	"github.com/seatkeeper/seatkeeper/store/storetest/simulate"
)

// TestStore_simulated takes a minute in the long form. An hour: -simulate.for=1h -timeout=2h.
func TestStore_simulated(t *testing.T) {
	o := simulate.Options{For: 3 * time.Second}
	if long.On() {
		o.For = time.Minute
	}
	simulate.Run(t, open, o)
}
