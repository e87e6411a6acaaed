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

func TestAPrefixThatCanNotBeIsRefused(t *testing.T) {
	for _, prefix := range []string{"a", "seats_", "x9__", "a" + strings.Repeat("b", 29), "pg_", "sqlite"} {
		_, err := New(new(sql.DB), SQLite, Options{Prefix: prefix})
		require.NoError(t, err, prefix)
	}
	for _, prefix := range []string{"_a", "9a", "A", "Seats_", "a-", "a b", "é", "a;", `a"`, "a\n", "public.", "a" + strings.Repeat("b", 30), "sqlite_", "sqlite_seats_"} {
		_, err := New(new(sql.DB), Postgres, Options{Prefix: prefix})
		require.ErrorContains(t, err, "sqlstore: the prefix", prefix)
	}
}

func TestMigrationsAreNumberedFromOneWithoutGaps(t *testing.T) {
	everyDialect(t, "", func(t *testing.T, s *Store) {
		for i, m := range s.Migrations() {
			require.Equal(t, i+1, m.Version)
			require.NotEmpty(t, m.Name)
			require.Len(t, m.Statements, 2)
		}
	})
}

func TestAMigrationIsOneStatementInThePrefix(t *testing.T) {
	repeatable := regexp.MustCompile(`^CREATE \w+ IF NOT EXISTS `)
	everyDialect(t, "licences_", func(t *testing.T, s *Store) {
		for _, m := range s.Migrations() {
			for _, text := range m.Statements {
				require.NotRegexp(t, "[;{}]", text)
				require.Contains(t, text, "licences_")
			}
			// Where a migration and its record are not one transaction it has to do nothing
			// the second time, and where they are it has to find out what is in the way.
			require.Equal(t, s.name == "mysql", repeatable.MatchString(m.Statements[0]), m.Name)
		}
	})
}

// TestNoNameIsTooLong is there because PostgreSQL cuts names at 63 bytes and says
// nothing. MySQL takes 64.
func TestNoNameIsTooLong(t *testing.T) {
	longest := strings.Repeat("p", 30)
	named := regexp.MustCompile(longest + `\w*`)
	everyDialect(t, longest, func(t *testing.T, s *Store) {
		for _, m := range s.Migrations() {
			for _, name := range named.FindAllString(m.Statements[0], -1) {
				require.LessOrEqual(t, len(name), 63, name)
			}
		}
	})
}

func TestEveryIndexThatIsReadByIsMadeOnEveryDialect(t *testing.T) {
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
			text.WriteString(m.Statements[0])
		}
		for index := range indexes {
			require.Contains(t, text.String(), index)
		}
	})
}

// TestTheListOfColumnsIsTheOneInTheCode holds the list that the engines' catalogs are
// compared with against the columns that are read and written.
func TestTheListOfColumnsIsTheOneInTheCode(t *testing.T) {
	var list strings.Builder
	for _, t := range []struct{ name, columns string }{
		{"migrations", "version, name"},
		{"accounts", names(accountColumns)},
		{"pools", names(poolColumns)},
		{"users", names(userColumns)},
		{"events", names(eventColumns)},
		{"progress", "consumer, account, sequence, lease_until, moves"},
	} {
		all := strings.Split(t.columns, ", ")
		slices.Sort(all)
		fmt.Fprintf(&list, "%s: %s\n", t.name, strings.Join(all, ", "))
	}
	golden(t, "columns.txt", list.String())
}

// TestAMigrationThatWasReleasedNeverChanges: somebody has carried it out. What is to be
// otherwise is a new migration. Until the first release -update takes any change, and
// then only new ones.
func TestAMigrationThatWasReleasedNeverChanges(t *testing.T) {
	var sums strings.Builder
	err := fs.WalkDir(files, "migrations", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := files.ReadFile(path)
		fmt.Fprintf(&sums, "%x  %s\n", sha256.Sum256(text), strings.TrimPrefix(path, "migrations/"))
		return err
	})
	require.NoError(t, err)
	changelog, err := os.ReadFile("../CHANGELOG.md")
	require.NoError(t, err)
	if regexp.MustCompile(`(?m)^## \[?v?\d`).Match(changelog) {
		before, err := os.ReadFile("testdata/migrations.sha256")
		require.NoError(t, err)
		for line := range strings.Lines(string(before)) {
			require.Contains(t, sums.String(), line, "a migration that was released is never changed: add one")
		}
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
