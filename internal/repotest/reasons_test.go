package repotest

import (
	"bytes"
	"go/ast"
	"go/token"
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
)

// rulesOf returns the files whose errors a host shows to people.
func rulesOf(t *testing.T) []source {
	return slices.DeleteFunc(sources(t), func(s source) bool {
		return s.test || !slices.Contains([]string{".", "users", "seats"}, s.folder)
	})
}

// TestReasons_messages looks for reasons in the source: one that is not listed
// would be read back as another error, and could not be translated.
func TestReasons_messages(t *testing.T) {
	english, found := seats.English(), map[string]bool{"reason/unlisted": true}
	for _, s := range rulesOf(t) {
		ast.Inspect(s.file, func(n ast.Node) bool {
			l, is := n.(*ast.CompositeLit)
			if !is || !isReason(l.Type) || len(l.Elts) == 0 {
				return true
			}
			code := l.Elts[0]
			if named, is := code.(*ast.KeyValueExpr); is {
				require.Equal(t, "Code", named.Key.(*ast.Ident).Name, s.path)
				code = named.Value
			}
			key := "reason/" + textOf(t, code)
			require.False(t, found[key], "%s is the code of two reasons", key)
			require.NotEmpty(t, english[key], "%s: list it among the reasons of package users or seats", key)
			found[key] = true
			return true
		})
	}
	for key := range english {
		require.Equal(t, strings.HasPrefix(key, "reason/"), found[key], key)
	}
}

func isReason(e ast.Expr) bool {
	if s, is := e.(*ast.SelectorExpr); is {
		return s.Sel.Name == "Reason"
	}
	name, is := e.(*ast.Ident)
	return is && name.Name == "Reason"
}

// TestErrors_prefix since a text that goes on from the name of a field is
// a reason, and needs a code.
func TestErrors_prefix(t *testing.T) {
	for _, s := range rulesOf(t) {
		ast.Inspect(s.file, func(n ast.Node) bool {
			call, is := n.(*ast.CallExpr)
			if !is || len(call.Args) == 0 {
				return true
			}
			if f, is := call.Fun.(*ast.SelectorExpr); !is || f.Sel.Name != "New" {
				return true
			}
			text := call.Args[0]
			if sum, is := text.(*ast.BinaryExpr); is {
				text = sum.X
			}
			if l, is := text.(*ast.BasicLit); is && l.Kind == token.STRING {
				require.True(t, strings.HasPrefix(textOf(t, l), s.file.Name.Name+": "), "%s: %s", s.path, l.Value)
			}
			return true
		})
	}
}

// TestCodes_complete and in the order of the source.
func TestCodes_complete(t *testing.T) {
	var found []seats.Code
	for _, s := range rulesOf(t) {
		ast.Inspect(s.file, func(n ast.Node) bool {
			v, is := n.(*ast.ValueSpec)
			if !is {
				return true
			}
			if of, is := v.Type.(*ast.Ident); is && of.Name == "Code" && len(v.Values) == 1 {
				found = append(found, seats.Code(textOf(t, v.Values[0])))
			}
			return true
		})
	}
	require.NotEmpty(t, found)
	require.Equal(t, found, seats.Codes())
}

// TestEventKinds_complete and in the order of the source. A kind elsewhere is of no event.
func TestEventKinds_complete(t *testing.T) {
	var found []seats.EventKind
	for _, s := range rulesOf(t) {
		if s.path != "seats/event.go" {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			if v, is := n.(*ast.ValueSpec); is && len(v.Values) == 1 {
				if of, is := v.Type.(*ast.Ident); is && of.Name == "EventKind" {
					found = append(found, seats.EventKind(textOf(t, v.Values[0])))
				}
			}
			return true
		})
	}
	require.NotEmpty(t, found)
	require.Equal(t, found, seats.EventKinds())
}

func textOf(t *testing.T, e ast.Expr) string {
	text, err := strconv.Unquote(e.(*ast.BasicLit).Value)
	require.NoError(t, err)
	return text
}

// TestStatus_store_errors by name: an error that is added there needs one.
func TestStatus_store_errors(t *testing.T) {
	rows, err := fs.ReadFile(root, "httpstatus/httpstatus.go")
	require.NoError(t, err)
	for _, s := range sources(t) {
		if s.path != "store/store.go" {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			if v, is := n.(*ast.ValueSpec); is {
				require.True(t, bytes.Contains(rows, []byte("store."+v.Names[0].Name)), v.Names[0].Name)
			}
			return true
		})
	}
}
