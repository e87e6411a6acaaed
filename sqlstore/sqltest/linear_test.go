package sqltest

import (
	"flag"
	"testing"
	"time"

	"github.com/seatkeeper/seatkeeper/memstore"
	"github.com/seatkeeper/seatkeeper/store"
)

var linear = flag.Duration("linear", 10*time.Second, "how long to look for histories that are not linearizable; a second with -short")

func openMemstore(testing.TB) store.Store { return memstore.New() }

func TestLinearizableMemstore(t *testing.T) {
	d := *linear
	if testing.Short() {
		d = min(d, time.Second)
	}
	Linearizable(t, openMemstore, d)
}

var replay = flag.String("replay", "", "a history that was found not to be linearizable, for TestReplay")

func TestReplay(t *testing.T) {
	if *replay == "" {
		t.Skip("the flag -replay names no file")
	}
	Replay(t, *replay)
}
