// Package repotest holds the repository to its own rules: which package may import what,
// and that the documents say what the code does.
package repotest

import (
	"os"
	"testing"
)

// TestMain runs the tests from the root of the repository, since their paths begin there.
func TestMain(m *testing.M) {
	if err := os.Chdir("../.."); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}
