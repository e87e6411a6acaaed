package scim_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestPackage_imports holds the arrows of the module: to users and seats, not to a store, the Keeper or HTTP, and no clock.
func TestPackage_imports(t *testing.T) {
	allowed := map[string]bool{
		"github.com/scim2/filter-parser/v2": true, "github.com/seatkeeper/seatkeeper/seats": true, "github.com/seatkeeper/seatkeeper/users": true,
	}
	files, err := filepath.Glob("*.go")
	require.NoError(t, err)
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		require.NoError(t, err)
		for _, i := range file.Imports {
			path := strings.Trim(i.Path.Value, `"`)
			if strings.Contains(path, ".") {
				assert.True(t, allowed[path], "%s: %s", name, path)
			}
			assert.NotContains(t, []string{"context", "database/sql", "io", "log", "log/slog", "net", "net/http", "os", "sync"}, path, name)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok {
				if x, ok := s.X.(*ast.Ident); ok && x.Name == "time" {
					assert.NotEqual(t, "Now", s.Sel.Name, name)
				}
			}
			return true
		})
	}
}
