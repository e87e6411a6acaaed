package repotest

import (
	"go/ast"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// shown are the types with a String for people alone.
var shown = []string{
	"seats.Differences", "seats.LargePlan", "seats.LicenceUse", "seats.Plan", "seats.Remedies", "seats.Remedy", "seats.Totals",
	"sqlstore.Durability", "users.Leave",
}

// texts are the types that are texts themselves: IDs, which [users.CheckID] checks, and names of an open list, to which
// later versions and systems add.
var texts = []string{
	"seats.ChangeID", "seats.Channel", "seats.Code", "seats.Freer", "seats.PoolID", "users.AccountID", "users.ID",
}

// TestParse_complete: users.Parse reads the text form of every type that has one.
func TestParse_complete(t *testing.T) {
	methods, strung := map[string][]string{}, map[string]bool{}
	for _, s := range sources(t) {
		if s.test || s.forTests() || strings.HasPrefix(s.folder, "internal/") {
			continue
		}
		for _, d := range s.file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv != nil {
				of := f.Recv.List[0].Type
				if star, ok := of.(*ast.StarExpr); ok {
					of = star.X
				}
				if index, ok := of.(*ast.IndexExpr); ok {
					of = index.X
				}
				if name, ok := of.(*ast.Ident); ok && name.IsExported() {
					name := s.file.Name.Name + "." + name.Name
					methods[name] = append(methods[name], f.Name.Name)
				}
			}
			if g, ok := d.(*ast.GenDecl); ok {
				for _, spec := range g.Specs {
					if of, ok := spec.(*ast.TypeSpec); ok && of.Name.IsExported() {
						kind, ok := of.Type.(*ast.Ident)
						strung[s.file.Name.Name+"."+of.Name.Name] = ok && kind.Name == "string"
					}
				}
			}
		}
	}
	var unread, unreadTexts []string
	for _, name := range slices.Sorted(maps.Keys(strung)) {
		has := func(method string) bool { return slices.Contains(methods[name], method) }
		switch {
		case has("UnmarshalText"):
			require.True(t, strung[name] || has("String"), "%s has a text form without a String", name)
			require.True(t, strung[name] || has("MarshalText") || has("MarshalJSON"), "%s has a text form that nothing writes", name)
		case strung[name]:
			unreadTexts = append(unreadTexts, name)
		case has("String"), has("MarshalText"):
			unread = append(unread, name)
		}
	}
	require.Equal(t, shown, unread, "a type with a String that is for people alone")
	require.Equal(t, texts, unreadTexts, "a type that is a text itself")
}
