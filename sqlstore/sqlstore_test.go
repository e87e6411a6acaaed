package sqlstore_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/sqlstore"
)

// nowhere is a database that is never reached.
type nowhere struct{}

var errNowhere = errors.New("nowhere")

func (nowhere) Connect(context.Context) (driver.Conn, error) { return nil, errNowhere }
func (nowhere) Driver() driver.Driver                        { return nil }

func TestNew_prefix(t *testing.T) {
	db := sql.OpenDB(nowhere{})
	defer db.Close()
	for _, good := range []string{"", "s", "seats_", "a1_", "x9__", "pg_", "sqlite", strings.Repeat("a", 30)} {
		_, err := sqlstore.New(db, sqlstore.SQLite, sqlstore.Options{Prefix: good})
		require.NoError(t, err, good)
	}
	for _, bad := range []string{
		"'", `"`, "`", "a'b", `a"b`, "a;b", "a b", "a-b", "a.b", "a$b", "a%b", "a?b", "a{b", "a\\b", "a\n", "a\x00", "é", "_a", "1a", "A", "aB", "Seats_", " a", "a ", "sqlite_", "sqlite_seats_",
		strings.Repeat("a", 31),
	} {
		_, err := sqlstore.New(db, sqlstore.SQLite, sqlstore.Options{Prefix: bad})
		require.ErrorContains(t, err, "the prefix", bad)
	}
}

func TestNew_missing_arguments(t *testing.T) {
	_, err := sqlstore.New(nil, sqlstore.SQLite, sqlstore.Options{})
	require.EqualError(t, err, "sqlstore: New needs a database")
	db := sql.OpenDB(nowhere{})
	defer db.Close()
	for _, d := range []sqlstore.Dialect{0, 4, 255} {
		_, err = sqlstore.New(db, d, sqlstore.Options{})
		require.EqualError(t, err, "sqlstore: there is no such dialect")
		require.Equal(t, "none", d.String())
	}
}
