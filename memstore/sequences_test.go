package memstore_test

import (
	"flag"
	"os"
	"testing"

	"pgregory.net/rapid"

	"github.com/seatkeeper/seatkeeper/internal/harness"
	"github.com/seatkeeper/seatkeeper/internal/long"
	"github.com/seatkeeper/seatkeeper/memstore"
	"github.com/seatkeeper/seatkeeper/store"
)

// TestMain runs 200 sequences of fifty calls, 1,000 in the long form, where the command line
// asks for no other numbers.
func TestMain(m *testing.M) {
	long.CollectLess()
	flag.Parse()
	given := map[string]bool{}
	flag.Visit(func(f *flag.Flag) { given[f.Name] = true })
	checks := "200"
	if long.On() {
		checks = "1000"
	}
	for name, value := range map[string]string{"rapid.checks": checks, "rapid.steps": "50"} {
		if !given[name] {
			if err := flag.Set(name, value); err != nil {
				panic(err)
			}
		}
	}
	os.Exit(m.Run())
}

func FuzzStore(f *testing.F) {
	f.Fuzz(rapid.MakeFuzz(harness.Sequence(func() store.Store { return memstore.New() })))
}
