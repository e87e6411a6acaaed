package sqlstore_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/sqlstore"
	"github.com/seatkeeper/seatkeeper/users"
)

// TestDialect_UnmarshalText reads what String writes, as a flag of a program does.
func TestDialect_UnmarshalText(t *testing.T) {
	for d, name := range map[sqlstore.Dialect]string{sqlstore.SQLite: "sqlite", sqlstore.Postgres: "postgres", sqlstore.MySQL: "mysql"} {
		text, err := d.MarshalText()
		require.NoError(t, err)
		require.Equal(t, name, string(text))
		read, err := users.Parse[sqlstore.Dialect](name)
		require.NoError(t, err)
		require.Equal(t, d, read)
	}
	for _, wrong := range []string{"", "none", "SQLite", "oracle"} {
		d := sqlstore.MySQL
		require.EqualError(t, d.UnmarshalText([]byte(wrong)), "sqlstore: the text is no dialect: it is sqlite, postgres or mysql")
		require.Equal(t, sqlstore.MySQL, d, "unchanged")
	}
	_, err := sqlstore.Dialect(0).MarshalText()
	require.Error(t, err)
}
