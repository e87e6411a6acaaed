// Package long selects the form of the tests: short by default, long in .ci/run.
package long

import (
	"os"
	"runtime/debug"
	"testing"
)

// On reports whether the environment asks for the long form: SEATKEEPER_LONG=1.
func On() bool { return os.Getenv("SEATKEEPER_LONG") == "1" }

// CollectLess is for programs of tests that make much garbage and keep little: collected less often, up to a
// bound, they take a third less time.
func CollectLess() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(300)
		debug.SetMemoryLimit(2 << 30)
	}
}

// Only skips a test in the short form.
func Only(t testing.TB) {
	t.Helper()
	if !On() {
		t.Skip("it runs in the long form")
	}
}
