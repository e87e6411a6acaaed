package sqltest_test

import (
	"database/sql"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/sqlstore"
	"github.com/seatkeeper/seatkeeper/sqlstore/internal/migrations"
)

// A blank is an empty database for a test of migrations.
type blank struct {
	engine
	driver, source string
}

// onBlank runs the test with an empty database of each engine, see [on].
func onBlank(t *testing.T, test func(*testing.T, blank)) {
	on(t, engines[:3], func(t *testing.T, e engine) { test(t, e.blank(t)) })
}

// blank makes an empty database.
func (e engine) blank(t *testing.T) blank {
	driver, sources := e.dsn(t, newName())
	return blank{e, driver, sources[0]}
}

var newNames atomic.Int64

// newName is the name of a database, or of a user of the server's.
func newName() string { return fmt.Sprint("migrate", newNames.Add(1)) }

// impatient is a SQLite database without a wait for locks.
func (d blank) impatient() blank {
	d.source, _, _ = strings.Cut(d.source, "?")
	return d
}

// as is the database, opened by another user of the server.
func (d blank) as(user string) blank {
	d.source = strings.NewReplacer("postgres@", user+"@", "root@", user+"@").Replace(d.source)
	return d
}

// database returns the name of the database at its server.
func (d blank) database() string {
	name, _, _ := strings.Cut(d.source[strings.LastIndex(d.source, "/")+1:], "?")
	return name
}

// open opens the database once more.
func (d blank) open(t *testing.T) *sql.DB {
	db, err := sql.Open(d.driver, d.source)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return db
}

// store opens the database and returns a store in it.
func (d blank) store(t *testing.T, o sqlstore.Options) (*sqlstore.Store, *sql.DB) {
	db := d.open(t)
	s, err := sqlstore.New(db, d.dialect, o)
	require.NoError(t, err)
	return s, db
}

// migrated returns a store in the database after Migrate.
func (d blank) migrated(t *testing.T) (*sqlstore.Store, *sql.DB) {
	s, db := d.store(t, sqlstore.Options{})
	require.NoError(t, s.Migrate(t.Context()))
	return s, db
}

// execAll carries out statements.
func execAll(t testing.TB, db *sql.DB, statements ...string) {
	t.Helper()
	for _, text := range statements {
		_, err := db.ExecContext(t.Context(), text)
		require.NoError(t, err, text)
	}
}

// statementsOf returns the statements of all migrations.
func statementsOf(s *sqlstore.Store) (all []string) {
	for _, m := range s.Migrations() {
		all = append(all, m.Statements...)
	}
	return all
}

// recordOf returns the statement that records a migration.
func recordOf(m sqlstore.Migration) string { return m.Statements[len(m.Statements)-1] }

// withNextVersion runs the test with one more version of the migrations, and alone.
func withNextVersion(t *testing.T, test func(*testing.T)) {
	t.Helper()
	released := migrations.Files
	t.Cleanup(func() { migrations.Files = released })
	files := fstest.MapFS{}
	require.NoError(t, fs.WalkDir(released, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := fs.ReadFile(released, path)
		files[path] = &fstest.MapFile{Data: text}
		return err
	}))
	for _, d := range []sqlstore.Dialect{sqlstore.SQLite, sqlstore.Postgres, sqlstore.MySQL} {
		text := strings.ReplaceAll("CREATE TABLE {badges} (\n\tid BIGINT NOT NULL,\n\tlevel BIGINT,\n\tPRIMARY KEY (id)\n);\n", "BIGINT", integers[d])
		if d == sqlstore.MySQL {
			text = strings.NewReplacer("TABLE", "TABLE IF NOT EXISTS", "\n);", ",\n\tINDEX {badges}_by_level (level)\n) ENGINE=InnoDB ROW_FORMAT=DYNAMIC;").Replace(text)
		} else {
			text += "CREATE INDEX {badges}_by_level ON {badges} (level);\n"
		}
		versions, err := fs.ReadDir(released, d.String())
		require.NoError(t, err)
		files[fmt.Sprintf("%s/%04d_badges.sql", d, len(versions)+1)] = &fstest.MapFile{Data: []byte(text)}
	}
	migrations.Files = files
	t.Run("next version", test)
}

// query returns the columns and rows of a query.
func query(t testing.TB, db *sql.DB, text string, values ...any) (columns []string, all [][]sql.NullString) {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), text, values...)
	require.NoError(t, err, text)
	defer rows.Close()
	columns, err = rows.Columns()
	require.NoError(t, err)
	for rows.Next() {
		row, into := make([]sql.NullString, len(columns)), make([]any, len(columns))
		for i := range row {
			into[i] = &row[i]
		}
		require.NoError(t, rows.Scan(into...))
		all = append(all, row)
	}
	require.NoError(t, rows.Err())
	return columns, all
}

// rowsOf returns the rows of a query, each as its columns with a blank in between.
func rowsOf(t testing.TB, db *sql.DB, text string) []string {
	t.Helper()
	_, rows := query(t, db, text)
	all := []string{}
	for _, row := range rows {
		var words []string
		for _, word := range row {
			words = append(words, word.String)
		}
		all = append(all, strings.Join(words, " "))
	}
	return all
}

// catalog returns what the engine knows of everything that is in the database.
func (d blank) catalog(t *testing.T, db *sql.DB) []string {
	t.Helper()
	var all []string
	switch d.dialect {
	case sqlstore.SQLite:
		all = rowsOf(t, db, "SELECT type, name, sql FROM sqlite_master")
	case sqlstore.Postgres:
		all = rowsOf(t, db, `
			SELECT 'column', table_name::text, column_name::text, data_type, collation_name, is_nullable, column_default
			FROM information_schema.columns WHERE table_schema = 'public'
			UNION ALL SELECT 'index', indexdef, '', '', '', '', '' FROM pg_indexes WHERE schemaname = 'public'
			UNION ALL SELECT 'constraint', conname, pg_get_constraintdef(oid), condeferrable::text, condeferred::text, '', ''
			FROM pg_constraint WHERE connamespace = 'public'::regnamespace
			UNION ALL SELECT 'planned', attrelid::regclass::text, attname, attoptions::text, '', '', '' FROM pg_attribute
			WHERE attoptions IS NOT NULL`)
	case sqlstore.MySQL:
		for _, table := range rowsOf(t, db, "SHOW TABLES") {
			all = append(all, rowsOf(t, db, "SHOW CREATE TABLE "+table)...)
		}
	}
	slices.Sort(all)
	return all
}

// recorded returns which migrations are written down.
func recorded(t *testing.T, db *sql.DB) []string {
	t.Helper()
	return rowsOf(t, db, "SELECT version, name FROM seats_migrations ORDER BY version")
}

// allVersions returns what is written down when all is done.
func allVersions(s *sqlstore.Store) []string {
	var all []string
	for _, m := range s.Migrations() {
		all = append(all, fmt.Sprint(m.Version, " ", m.Name))
	}
	return all
}
