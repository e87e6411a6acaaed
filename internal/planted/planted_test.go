package main

import (
	"os/exec"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestRead/patches_apply keeps the patches in step with the code that they break.
func TestRead(t *testing.T) {
	t.Run("patches apply", func(t *testing.T) {
		if _, err := exec.LookPath("git"); err != nil {
			t.Skip("needs git")
		}
		faults, err := read(".", regexp.MustCompile(""))
		require.NoError(t, err)
		for _, f := range faults {
			_, err := output("../..", "git", "apply", "--check", f.path)
			require.NoError(t, err, f.name)
		}
	})
	t.Run("no patches", func(t *testing.T) {
		_, err := read(t.TempDir(), regexp.MustCompile(""))
		require.ErrorIs(t, err, errNoPatches)
	})
}

func TestInnermost(t *testing.T) {
	text := "--- FAIL: TestStore (0.1s)\n    --- FAIL: TestStore/commit (0.1s)\n        --- FAIL: TestStore/commit/keys (0.0s)\n--- FAIL: TestOther (0.0s)\n"
	require.Equal(t, []string{"TestStore/commit/keys", "TestOther"}, innermost([]byte(text)))
	require.Equal(t, []string{"a panic or the end of the process"}, innermost([]byte("panic: boom")))
}
