package memstore_test

import (
	"flag"
	"os"
	"testing"

	"pgregory.net/rapid"

	"github.com/seatkeeper/seatkeeper/internal/harness"
	"github.com/seatkeeper/seatkeeper/memstore"
	"github.com/seatkeeper/seatkeeper/store"
)

// TestMain runs a thousand sequences where the command line asks for no other
// number.
func TestMain(m *testing.M) {
	flag.Parse()
	given := false
	flag.Visit(func(f *flag.Flag) { given = given || f.Name == "rapid.checks" })
	if !given {
		if err := flag.Set("rapid.checks", "1000"); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}

func FuzzStore(f *testing.F) {
	f.Fuzz(rapid.MakeFuzz(harness.Sequence(func() store.Store { return memstore.New() })))
}
