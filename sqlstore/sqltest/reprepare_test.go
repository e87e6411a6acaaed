package sqltest_test

import (
	"path/filepath"
	"strings"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"
	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/seatkeeper/seatkeeper/sqlstore/sqltest/servers"
)

// handle is where SQLite puts one. The memory of a variable of the package stays where it is.
var handle uintptr

// TestStore_statements_kept: SQLite keeps the plan of a prepared read for other values, with
// statistics too. It would plan anew for each if it could see the values that bound a range.
func TestStore_statements_kept(t *testing.T) {
	t.Parallel()
	path := filepath.Join(servers.Folder(t), "kept")
	one := sqlite
	one.dsn = func(testing.TB, string) (string, []string) { return "sqlite", []string{"file:" + path} }
	s, r := one.recorded(t)
	s.crowded(t, large, smaller)
	s.analyze(t)
	tls := libc.NewTLS()
	defer tls.Close()
	text := func(s string) uintptr {
		c, err := libc.CString(s)
		require.NoError(t, err)
		t.Cleanup(func() { libc.Xfree(tls, c) })
		return c
	}
	require.Zero(t, sqlite3.Xsqlite3_open(tls, text(path), uintptr(unsafe.Pointer(&handle))))
	db := handle
	defer sqlite3.Xsqlite3_close(tls, db)
	for _, q := range questions("acme", large) {
		for _, sent := range r.during(func() { q.ask(t, s.stores[0]) }) {
			require.Zero(t, sqlite3.Xsqlite3_prepare_v2(tls, db, text(sent.text), -1, uintptr(unsafe.Pointer(&handle)), 0), sent.text)
			statement := handle
			for _, more := range []string{"", "x", "y"} {
				for i, v := range sent.values {
					switch v := v.(type) {
					case int64:
						sqlite3.Xsqlite3_bind_int64(tls, statement, int32(i+1), v+int64(len(more)))
					case string:
						if !strings.HasPrefix(v, "[") {
							v += more
						}
						sqlite3.Xsqlite3_bind_text(tls, statement, int32(i+1), text(v), int32(len(v)), 0)
					}
				}
				sqlite3.Xsqlite3_step(tls, statement)
				sqlite3.Xsqlite3_reset(tls, statement)
			}
			require.Zero(t, sqlite3.Xsqlite3_stmt_status(tls, statement, sqlite3.SQLITE_STMTSTATUS_REPREPARE, 0), sent.text)
			sqlite3.Xsqlite3_finalize(tls, statement)
		}
	}
}
