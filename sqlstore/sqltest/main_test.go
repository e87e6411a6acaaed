package sqltest_test

import (
	"flag"
	"os"
	"testing"
)

// TestMain has eight tests at once: they wait for disks and locks more than for the processor.
func TestMain(m *testing.M) {
	flag.Parse()
	given := map[string]bool{}
	flag.Visit(func(f *flag.Flag) { given[f.Name] = true })
	for name, value := range map[string]string{"test.parallel": "8", "rapid.checks": "6", "rapid.steps": "50"} {
		if !given[name] {
			if err := flag.Set(name, value); err != nil {
				panic(err)
			}
		}
	}
	os.Exit(m.Run())
}
