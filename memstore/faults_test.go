package memstore_test

import (
	"testing"

	"github.com/seatkeeper/seatkeeper/memstore"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/store/storetest"
)

func TestFaultRuns(t *testing.T) {
	storetest.FaultRuns(t, func(testing.TB) store.Store { return memstore.New() })
}
