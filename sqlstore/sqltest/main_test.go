package sqltest_test

import (
	"flag"
	"os"
	"testing"
)

// TestMain lets the engines be tried side by side: they wait for one another's disks
// more than for the processor.
func TestMain(m *testing.M) {
	flag.Parse()
	given := map[string]bool{}
	flag.Visit(func(f *flag.Flag) { given[f.Name] = true })
	for name, value := range map[string]string{"test.parallel": "8", "rapid.checks": "6"} {
		if !given[name] {
			if err := flag.Set(name, value); err != nil {
				panic(err)
			}
		}
	}
	os.Exit(m.Run())
}
