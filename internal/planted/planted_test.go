package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestRead keeps the patches in step with the code that they break and the tests they name.
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
	t.Run("tests exist", func(t *testing.T) {
		function := regexp.MustCompile(`(?m)^func ((?:Test|Example|Fuzz)\w*)\(`)
		faults, err := read(".", regexp.MustCompile(""))
		require.NoError(t, err)
		for _, f := range faults {
			for _, test := range f.tests {
				files, err := filepath.Glob(filepath.Join("../..", test.folder, "*_test.go"))
				require.NoError(t, err)
				name, _, _ := strings.Cut(test.run, "/")
				wanted, found := regexp.MustCompile(name), false
				for _, file := range files {
					text, err := os.ReadFile(file)
					require.NoError(t, err)
					for _, m := range function.FindAllSubmatch(text, -1) {
						found = found || wanted.Match(m[1])
					}
				}
				require.True(t, found, "%s: there is no test %s in %s", f.name, test.run, test.folder)
			}
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
