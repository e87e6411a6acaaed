package sqlstore

import (
	"crypto/sha256"
	"database/sql"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/sqlstore/internal/migrations"
)

// everyDialect calls the test with a store of each dialect that has no database.
func everyDialect(t *testing.T, prefix string, test func(*testing.T, *Store)) {
	t.Helper()
	for _, d := range []Dialect{SQLite, Postgres, MySQL} {
		t.Run(d.String(), func(t *testing.T) {
			s, err := New(new(sql.DB), d, Options{Prefix: prefix})
			require.NoError(t, err)
			test(t, s)
		})
	}
}

// TestStore_Migrations: versions count from 1, and each is single statements in the prefix.
func TestStore_Migrations(t *testing.T) {
	repeatable := regexp.MustCompile(`^CREATE \w+ IF NOT EXISTS `)
	everyDialect(t, "licences_", func(t *testing.T, s *Store) {
		for i, m := range s.Migrations() {
			require.Equal(t, i+1, m.Version)
			require.NotEmpty(t, m.Name)
			for _, text := range m.Statements {
				require.NotRegexp(t, "[;{}]|--", text)
				require.Contains(t, text, "licences_")
			}
			// MySQL's statements repeat after a failure, parts by [Store.hasPart]; the others must
			// meet what is in the way.
			for _, text := range m.changes() {
				require.Equal(t, s.name == "mysql" && !indexForm.MatchString(text) && !addForm.MatchString(text), repeatable.MatchString(text), text)
			}
			require.Equal(t, fmt.Sprintf("INSERT INTO licences_migrations (version, name) VALUES (%d, '%s')", m.Version, m.Name), m.record())
		}
	})
}

func TestStatementsIn(t *testing.T) {
	require.Equal(t, []string{"CREATE TABLE a (\n\tid text\n)", "CREATE INDEX b"},
		statementsIn("-- one; of two\nCREATE TABLE a (\n\tid text\n);\n\n-- more\nCREATE INDEX b;\n"))
}

// TestStore_Migrations_length: PostgreSQL cuts names at 63 bytes silently, MySQL takes 64.
func TestStore_Migrations_length(t *testing.T) {
	longest := strings.Repeat("p", 30)
	named := regexp.MustCompile(longest + `\w*`)
	everyDialect(t, longest, func(t *testing.T, s *Store) {
		for _, m := range s.Migrations() {
			for _, name := range named.FindAllString(strings.Join(m.Statements, "\n"), -1) {
				require.LessOrEqual(t, len(name), 63, name)
			}
		}
	})
}

// TestQuery_table_index: every index that a query names exists on every dialect.
func TestQuery_table_index(t *testing.T) {
	read := regexp.MustCompile(`\{(\w+) by (\w+)\}`)
	sources, err := filepath.Glob("*.go")
	require.NoError(t, err)
	indexes := map[string]bool{}
	for _, source := range sources {
		text, err := os.ReadFile(source)
		require.NoError(t, err)
		for _, m := range read.FindAllSubmatch(text, -1) {
			if !strings.HasSuffix(source, "_test.go") && source != "query.go" && string(m[2]) != "id" {
				indexes[fmt.Sprintf("seats_%s_by_%s ", m[1], m[2])] = true
			}
		}
	}
	require.Contains(t, indexes, "seats_users_by_due ")
	everyDialect(t, "", func(t *testing.T, s *Store) {
		var text strings.Builder
		for _, m := range s.Migrations() {
			text.WriteString(strings.Join(m.Statements, "\n"))
		}
		for index := range indexes {
			require.Contains(t, text.String(), index)
		}
	})
}

// TestColumns compares the list for the engines' catalogs with the columns that are read and written.
func TestColumns(t *testing.T) {
	var list strings.Builder
	for _, t := range []struct{ name, columns string }{
		{"migrations", "version, name"},
		{"accounts", names(accountColumns)},
		{"pools", names(poolColumns)},
		{"users", names(userColumns)},
		{"licences", names(licenceColumns)},
		{"events", names(eventColumns)},
		{"progress", "consumer, account, moves, " + strings.Join(stateColumns, ", ")},
		{"seen", "account, user_id, " + seenAt},
		{"misses", strings.Join(slices.Concat(missKey, missValues), ", ")},
	} {
		all := strings.Split(t.columns, ", ")
		slices.Sort(all)
		fmt.Fprintf(&list, "%s: %s\n", t.name, strings.Join(all, ", "))
	}
	golden(t, "columns.txt", list.String())
}

// TestMigrations_unchanged: a migration stays as it is, since databases were made by it;
// -update takes new files alone.
func TestMigrations_unchanged(t *testing.T) {
	var sums strings.Builder
	err := fs.WalkDir(migrations.Files, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := fs.ReadFile(migrations.Files, path)
		fmt.Fprintf(&sums, "%x  %s\n", sha256.Sum256(text), path)
		return err
	})
	require.NoError(t, err)
	before, err := os.ReadFile("testdata/migrations.sha256")
	require.NoError(t, err)
	for line := range strings.Lines(string(before)) {
		require.Contains(t, sums.String(), line, "a migration is never changed: add one")
	}
	golden(t, "migrations.sha256", sums.String())
}

// golden compares a text with a file in testdata, or writes it with -update.
func golden(t *testing.T, name, text string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), text, "go test ./sqlstore -update, if it is meant")
}
