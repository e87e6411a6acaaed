// Package long selects the form of the tests: short by default, long in .ci/run.
package long

import (
	"os"
	"testing"
)

// On reports whether the environment asks for the long form: SEATKEEPER_LONG=1.
func On() bool { return os.Getenv("SEATKEEPER_LONG") == "1" }

// Only skips a test in the short form.
func Only(t testing.TB) {
	t.Helper()
	if !On() {
		t.Skip("it runs in the long form")
	}
}
