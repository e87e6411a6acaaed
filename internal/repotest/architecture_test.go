package repotest

import (
	"bytes"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
)

const module = "github.com/seatkeeper/seatkeeper"

// The libraries of the tests that stores and documents run.
const (
	libRapid   = "pgregory.net/rapid"
	libRequire = "github.com/stretchr/testify/require"
	libAssert  = "github.com/stretchr/testify/assert"
)

// arrows say what the non-test files of a package may import besides the
// standard library. A package that is not listed may import nothing.
var arrows = map[string][]string{
	"internal/enum":          {},
	"internal/enum/enumtest": {libRequire},
	"users":                  {module + "/internal/enum"},
	"seats":                  {module + "/internal/enum", module + "/users"},
	"store":                  {module + "/users", module + "/seats"},
	"memstore":               {module + "/internal/ctxlock", module + "/users", module + "/seats", module + "/store"},
	"sqlstore":               {module + "/internal/ctxlock", module + "/sqlstore/internal/migrations", module + "/users", module + "/seats", module + "/store"},
	".":                      {module + "/users", module + "/seats", module + "/store", module + "/internal/combine", "golang.org/x/sync/errgroup"},
	"internal/combine":       {},
	"internal/ctxlock":       {"golang.org/x/sync/semaphore"},
	"httpstatus":             {module + "/users", module + "/seats", module + "/store"},
	"store/storetest": {module, module + "/users", module + "/seats", module + "/store", module + "/memstore", module + "/store/storetest/faults",
		module + "/internal/harness", module + "/internal/ways", module + "/internal/gen", module + "/internal/reference", libRapid, libRequire, libAssert},
	"store/storetest/faults":   {module + "/users", module + "/seats", module + "/store"},
	"store/storetest/simulate": {module, module + "/users", module + "/seats", module + "/store", module + "/internal/gen", module + "/internal/reference"},
	"internal/reference":       {module + "/users", module + "/seats"},
	"internal/gen":             {module + "/users", module + "/seats", module + "/store/storetest/faults", module + "/internal/reference", libRapid, libRequire},
	"internal/harness": {module, module + "/users", module + "/seats", module + "/store", module + "/memstore", module + "/store/storetest/faults",
		module + "/internal/ways", module + "/internal/gen", module + "/internal/reference", libRapid, libRequire},
	"internal/ways":    {module, module + "/users", module + "/seats", module + "/store"},
	"internal/erasure": {module, module + "/users", module + "/seats", libRequire},
}

// impure is what the pure packages do without, besides time.Now and its like.
var impure = []string{"context", "os", "net", "database/sql", "sync", "sync/atomic", "math/rand", "math/rand/v2", "crypto/rand", "log", "log/slog", "net/http", "os/exec", "io/fs", "runtime", "unsafe", "reflect"}

// source is a parsed file of the root module.
type source struct {
	path, folder string
	test         bool
	lines        int
	file         *ast.File
}

func sources(t *testing.T) []source {
	t.Helper()
	var all []source
	err := fs.WalkDir(root, ".", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && path != "." && (strings.HasPrefix(d.Name(), ".") || isModule(path)):
			return filepath.SkipDir
		case !strings.HasSuffix(path, ".go"):
			return nil
		}
		text, err := fs.ReadFile(root, path)
		if err != nil {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, text, parser.ParseComments)
		all = append(all, source{
			path: path, folder: filepath.ToSlash(filepath.Dir(path)), file: file,
			test: strings.HasSuffix(path, "_test.go"), lines: bytes.Count(text, []byte("\n")),
		})
		return err
	})
	require.NoError(t, err)
	require.NotEmpty(t, all)
	return all
}

// isModule reports whether the folder is a module of its own, with arrows of its
// own.
func isModule(folder string) bool {
	_, err := fs.Stat(root, filepath.Join(folder, "go.mod"))
	return err == nil
}

// forTests reports whether tests alone import the package.
func (s source) forTests() bool {
	internal, ok := strings.CutPrefix(s.folder, "internal/")
	return strings.HasPrefix(s.folder, "store/storetest") || ok && !slices.Contains([]string{"combine", "ctxlock", "enum"}, internal)
}

func (s source) imports() []string {
	var paths []string
	for _, i := range s.file.Imports {
		paths = append(paths, strings.Trim(i.Path.Value, `"`))
	}
	return paths
}

func TestPackages_imports(t *testing.T) {
	for _, s := range sources(t) {
		for _, path := range s.imports() {
			standard := !strings.Contains(strings.Split(path, "/")[0], ".")
			if !s.test && !standard {
				assert.Contains(t, arrows[s.folder], path, s.path)
			}
		}
	}
}

func TestPackages_purity(t *testing.T) {
	for _, s := range sources(t) {
		if s.test || !slices.Contains([]string{"internal/enum", "users", "seats"}, s.folder) {
			continue
		}
		for _, path := range s.imports() {
			assert.NotContains(t, impure, path, s.path)
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.GoStmt:
				assert.Fail(t, "a goroutine", s.path)
			case *ast.SelectorExpr:
				if x, ok := n.X.(*ast.Ident); ok && x.Name == "time" {
					assert.NotContains(t, []string{"Now", "Since", "Until", "Sleep", "After", "NewTimer", "LoadLocation", "Local"}, n.Sel.Name, s.path)
				}
			}
			return true
		})
	}
}

// TestPackages_no_tables_of_the_toolchain looks for what compares or changes texts by the
// Unicode of the toolchain: another build of the library would do it otherwise, and what
// is stored would no longer be found. Package users has a table of its own.
func TestPackages_no_tables_of_the_toolchain(t *testing.T) {
	tables := map[string][]string{
		"unicode": {"SimpleFold", "In", "Is", "IsControl", "IsDigit", "IsGraphic", "IsLetter", "IsLower", "IsMark", "IsNumber", "IsOneOf", "IsPrint", "IsPunct", "IsSpace", "IsSymbol", "IsTitle", "IsUpper", "To", "ToLower", "ToTitle", "ToUpper"},
		"strings": {"EqualFold", "Title", "ToLower", "ToLowerSpecial", "ToTitle", "ToTitleSpecial", "ToUpper", "ToUpperSpecial"},
	}
	for _, s := range sources(t) {
		if s.test || arrows[s.folder] == nil || s.forTests() {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			if call, ok := n.(*ast.SelectorExpr); ok {
				if x, ok := call.X.(*ast.Ident); ok {
					assert.NotContains(t, tables[x.Name], call.Sel.Name, s.path)
				}
			}
			return true
		})
	}
}

// TestPolicy_switches_read_once looks for fields of a policy outside the file
// that reads them, the one that defines and checks them, and the presets.
func TestPolicy_switches_read_once(t *testing.T) {
	switches := map[string]bool{}
	for f := range reflect.TypeFor[seats.Policy]().Fields() {
		switches[f.Name] = true
	}
	for _, s := range sources(t) {
		if s.test || s.forTests() || slices.Contains([]string{"switches.go", "policy.go", "presets.go"}, filepath.Base(s.path)) {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			if field, ok := n.(*ast.SelectorExpr); ok && switches[field.Sel.Name] {
				if of, ok := field.X.(*ast.SelectorExpr); ok && of.Sel.Name == "Policy" {
					assert.Fail(t, "reads the switch "+field.Sel.Name, s.path)
				}
			}
			return true
		})
	}
}

func TestComments_exported_names(t *testing.T) {
	for _, s := range sources(t) {
		if s.test {
			continue
		}
		for _, d := range s.file.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Name.IsExported() && exportedReceiver(d) {
					assert.NotEmpty(t, d.Doc.Text(), "%s: %s", s.path, d.Name)
				}
			case *ast.GenDecl:
				for _, spec := range d.Specs {
					switch spec := spec.(type) {
					case *ast.TypeSpec:
						if spec.Name.IsExported() {
							assert.NotEmpty(t, d.Doc.Text()+spec.Doc.Text()+spec.Comment.Text(), "%s: %s", s.path, spec.Name)
						}
					case *ast.ValueSpec:
						if spec.Names[0].IsExported() {
							assert.NotEmpty(t, d.Doc.Text()+spec.Doc.Text()+spec.Comment.Text(), "%s: %s", s.path, spec.Names[0])
						}
					}
				}
			}
		}
	}
}

func exportedReceiver(d *ast.FuncDecl) bool {
	if d.Recv == nil {
		return true
	}
	of := d.Recv.List[0].Type
	if star, ok := of.(*ast.StarExpr); ok {
		of = star.X
	}
	if index, ok := of.(*ast.IndexExpr); ok {
		of = index.X
	}
	name, ok := of.(*ast.Ident)
	return ok && name.IsExported() && !slices.Contains([]string{"String", "Error"}, d.Name.Name)
}

func TestFiles_length(t *testing.T) {
	for _, s := range sources(t) {
		assert.LessOrEqual(t, s.lines, 400, s.path)
	}
}

func TestModule_requirements(t *testing.T) {
	text, err := fs.ReadFile(root, "go.mod")
	require.NoError(t, err)
	var direct []string
	for _, line := range strings.Split(string(text), "\n") {
		words := strings.Fields(strings.TrimPrefix(line, "require "))
		if len(words) == 2 && strings.Contains(words[0], "/") && words[0] != module {
			direct = append(direct, words[0])
		}
	}
	require.Equal(t, []string{"github.com/stretchr/testify", "golang.org/x/sync", "pgregory.net/rapid"}, direct)
}

// TestModules_version: the modules require each other by the version at the head of the changelog.
func TestModules_version(t *testing.T) {
	newest := regexp.MustCompile(`(?m)^## (\S+)`).FindStringSubmatch(document(t, "CHANGELOG.md"))
	required := regexp.MustCompile(`(?m)^\t?(?:require )?` + module + `\S* (v\S+)`)
	require.NoError(t, fs.WalkDir(root, ".", func(path string, _ fs.DirEntry, err error) error {
		if filepath.Base(path) != "go.mod" {
			return err
		}
		for _, version := range required.FindAllStringSubmatch(document(t, path), -1) {
			assert.Equal(t, "v"+newest[1], version[1], path)
		}
		return err
	}))
}

// TestReadme_program compares it with the one that can be run.
func TestReadme_program(t *testing.T) {
	program, err := fs.ReadFile(root, "examples/hello/main.go")
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("the examples are a module of their own and did not come along")
	}
	require.NoError(t, err)
	readme, err := fs.ReadFile(root, "README.md")
	require.NoError(t, err)
	_, body, found := strings.Cut(string(program), "func main()")
	require.True(t, found)
	require.Contains(t, string(readme), "```go\nfunc main()"+body+"```")
}
