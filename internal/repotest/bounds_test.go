package repotest

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"io/fs"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// boundText is a row of a table with a number, a unit and a constant in it.
var boundText = regexp.MustCompile("(?m)^\\| .* \\| ([0-9,]+)([^|]*) \\| `(\\w+\\.\\w+)` \\| .* \\|$")

var units = map[string]int64{"KiB": 1 << 10, "MiB": 1 << 20, "minute": int64(time.Minute), "days": int64(24 * time.Hour)}

// TestBounds_table says what the constants say, and has all that are exported.
func TestBounds_table(t *testing.T) {
	text, err := fs.ReadFile(root, "BOUNDS.md")
	require.NoError(t, err)
	constants := constantsOf(t)
	seen := map[string]bool{}
	for _, row := range boundText.FindAllStringSubmatch(string(text), -1) {
		n, err := strconv.ParseInt(strings.ReplaceAll(row[1], ",", ""), 10, 64)
		require.NoError(t, err)
		if words := strings.Fields(row[2]); len(words) > 0 && units[words[0]] > 0 {
			n *= units[words[0]]
		}
		require.Contains(t, constants, row[3])
		require.Equal(t, constants[row[3]], n, row[3])
		seen[row[3]] = true
	}
	for name := range constants {
		if _, short, _ := strings.Cut(name, "."); strings.HasPrefix(short, "Max") {
			require.True(t, seen[name], "%s is not in BOUNDS.md", name)
		}
	}
}

// constantsOf returns the constants of the library that are whole numbers.
func constantsOf(t *testing.T) map[string]int64 {
	all := map[string]int64{}
	durations := strings.NewReplacer("time.Hour", strconv.Itoa(int(time.Hour)), "time.Minute", strconv.Itoa(int(time.Minute)))
	for _, s := range sources(t) {
		if s.test || s.forTests() {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			d, is := n.(*ast.GenDecl)
			if !is || d.Tok != token.CONST {
				return true
			}
			for _, spec := range d.Specs {
				for i, value := range spec.(*ast.ValueSpec).Values {
					is, err := types.Eval(token.NewFileSet(), nil, token.NoPos, durations.Replace(types.ExprString(value)))
					if err != nil || is.Value == nil {
						continue
					}
					if n, exact := constant.Int64Val(constant.ToInt(is.Value)); exact {
						all[s.file.Name.Name+"."+spec.(*ast.ValueSpec).Names[i].Name] = n
					}
				}
			}
			return true
		})
	}
	return all
}
