package sqltest_test

import (
	"flag"
	"fmt"
	"os"
	"testing"
)

// TestMain has eight tests at once: they wait for disks and locks more than for the processor.
// With an order the program is a runner, see runDue.
func TestMain(m *testing.M) {
	if order := os.Getenv(dueRunner); order != "" {
		if err := runDue(order); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
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
