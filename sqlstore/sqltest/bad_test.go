package sqltest_test

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/sqlstore"
	"github.com/seatkeeper/seatkeeper/sqlstore/sqltest/servers"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// refuses requires that every method returns an error of this kind, which says that
// nothing was done.
func refuses(t *testing.T, s store.Store, c seats.Change, check func(error)) {
	t.Helper()
	ctx := t.Context()
	_, err := s.Load(ctx, seats.Need{Account: acme, Admins: true})
	check(err)
	_, err = s.Users(ctx, acme, users.Filter{}, 1)
	check(err)
	_, _, err = s.Tally(ctx, acme, users.Filter{})
	check(err)
	_, err = s.Events(ctx, acme, seats.EventFilter{}, 1)
	check(err)
	_, err = s.Accounts(ctx, "", 1)
	check(err)
	_, err = s.Due(ctx, c.Account.Changed, "", 1)
	check(err)
	_, err = s.Pending(ctx, "mails", "", 1)
	check(err)
	cannotWrite(t, s, c, check)
}

// cannotWrite requires that of what writes.
func cannotWrite(t *testing.T, s store.Store, c seats.Change, check func(error)) {
	t.Helper()
	verdicts, err := s.Commit(t.Context(), c)
	if err == nil {
		err = verdicts[0].Err
	}
	check(err)
	check(s.Advance(t.Context(), store.Progress{Consumer: "mails", Account: acme}, store.Progress{Consumer: "mails", Account: acme, Sequence: 1}))
}

// clear is an error that neither leaves open what was done nor asks for another try.
func clear(t *testing.T, text string) func(error) {
	return func(err error) {
		t.Helper()
		require.ErrorContains(t, err, text)
		require.NotErrorIs(t, err, store.ErrUnknown)
		require.NotErrorIs(t, err, store.ErrConflict)
		require.NotErrorIs(t, err, store.ErrBroken)
		require.True(t, strings.HasPrefix(err.Error(), "sqlstore: "), err)
	}
}

func TestStore_closedDatabase(t *testing.T) {
	each(t, engines, func(t *testing.T, s *site) {
		open(t, s.stores[0], 9)
		c := planned(t, s.stores[0], invite("ada"))
		require.NoError(t, s.dbs[0].Close())
		refuses(t, s.stores[0], c, clear(t, "database is closed"))
		_, err := keeper(t, s.stores[0]).Do(t.Context(), acme, olive, invite("ada"))
		require.ErrorContains(t, err, "database is closed")
		require.NotErrorIs(t, err, store.ErrUnknown)
		fresh, err := sqlstore.New(s.dbs[0], s.dialect, s.options) // knows nothing of the server yet
		require.NoError(t, err)
		refuses(t, fresh, c, clear(t, "database is closed"))
	})
}

// TestStore_readOnly and is told clearly that he may not write.
func TestStore_readOnly(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		engine
		forbid func(t *testing.T, db *sql.DB) (driver, source string)
		text   string
	}{
		{sqlite, func(t *testing.T, db *sql.DB) (string, string) {
			var number, name, file string
			require.NoError(t, db.QueryRow("PRAGMA database_list").Scan(&number, &name, &file))
			return "sqlite", "file:" + file + "?mode=ro"
		}, "readonly"},
		{postgres, func(t *testing.T, db *sql.DB) (string, string) {
			var name string
			require.NoError(t, db.QueryRow("SELECT current_database()").Scan(&name))
			return "pgx", servers.Postgres(t).DSN(name) + "&default_transaction_read_only=on"
		}, "read-only transaction"},
		{variant(t, "PostgreSQL, lib-pq"), func(t *testing.T, db *sql.DB) (string, string) {
			var name string
			require.NoError(t, db.QueryRow("SELECT current_database()").Scan(&name))
			for _, text := range []string{"DROP ROLE IF EXISTS reader", "CREATE ROLE reader LOGIN", "GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader"} {
				_, err := db.Exec(text)
				require.NoError(t, err)
			}
			t.Cleanup(func() { _, _ = db.Exec("DROP OWNED BY reader; DROP ROLE reader") })
			return "postgres", strings.Replace(servers.Postgres(t).DSN(name), "postgres@", "reader@", 1)
		}, "permission denied"},
		{mariadb, func(t *testing.T, db *sql.DB) (string, string) {
			var name string
			require.NoError(t, db.QueryRow("SELECT DATABASE()").Scan(&name))
			for _, text := range []string{"CREATE OR REPLACE USER reader@'%'", "GRANT SELECT ON " + name + ".* TO reader@'%'"} {
				_, err := db.Exec(text)
				require.NoError(t, err)
			}
			return "mysql", strings.Replace(servers.MariaDB(t).DSN(name), "root@", "reader@", 1)
		}, "command denied"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := c.open(t)
			k := open(t, s.stores[0], 9)
			db, err := sql.Open(func() (string, string) { return c.forbid(t, s.dbs[0]) }())
			require.NoError(t, err)
			defer db.Close()
			reader, err := sqlstore.New(db, c.dialect, c.options)
			require.NoError(t, err)
			require.NoError(t, reader.Verify(t.Context()))
			require.Equal(t, []users.ID{"olive"}, people(t, keeper(t, reader)))
			change := planned(t, reader, invite("ada"))
			for range 2 {
				cannotWrite(t, reader, change, clear(t, c.text))
			}
			require.EqualValues(t, 1, revision(t, k))
			works(t, s.stores[0], "bob")
			require.Equal(t, []users.ID{"bob", "olive"}, people(t, keeper(t, reader)))
		})
	}
}

func TestStore_Commit_fullDisk(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"WAL", "DELETE"} {
		t.Run(mode, func(t *testing.T) {
			folder := servers.SmallDisk(t, 1<<20)
			db, err := sql.Open("sqlite", "file:"+filepath.Join(folder, "seats")+"?_pragma=journal_mode("+mode+")")
			require.NoError(t, err)
			defer db.Close()
			st, err := sqlstore.New(db, sqlstore.SQLite, sqlstore.Options{})
			require.NoError(t, err)
			require.NoError(t, st.Migrate(t.Context()))
			k := open(t, st, seats.MaxSeats)
			filler := filepath.Join(folder, "filler")
			require.NoError(t, os.WriteFile(filler, make([]byte, 300_000), 0o600))
			ids := []users.ID{"olive"}
			for n := 0; ; n++ {
				require.Less(t, n, 10_000)
				id := users.ID(fmt.Sprintf("ada%05d", n))
				if _, err = k.Do(t.Context(), acme, olive, invite(id)); err != nil {
					break
				}
				ids = append(ids, id)
			}
			clear(t, "full")(err)
			require.NotContains(t, err.Error(), "ada")
			refused := len(ids)
			require.EqualValues(t, refused, revision(t, k), "what was acknowledged is there, and no more")
			require.NoError(t, os.Remove(filler))
			works(t, st, "bob")
			require.EqualValues(t, refused+1, revision(t, k))
		})
	}
}

// TestStore_missingTable is renamed under a running store, and comes back.
func TestStore_missingTable(t *testing.T) {
	each(t, append([]engine{variant(t, "PostgreSQL, lib-pq"), variant(t, "MariaDB, transactions")}, engines...), func(t *testing.T, s *site) {
		st := s.stores[0]
		open(t, st, 99)
		prefix := s.options.Prefix
		if prefix == "" {
			prefix = sqlstore.DefaultPrefix
		}
		handed := store.Progress{Consumer: "mails", Account: acme}
		for i, table := range []string{"accounts", "pools", "users", "events", "progress"} {
			c := planned(t, st, invite("ada"))
			exec := func(text string) {
				t.Helper()
				_, err := s.dbs[0].ExecContext(t.Context(), fmt.Sprintf(text, prefix+table))
				require.NoError(t, err)
			}
			exec("ALTER TABLE %[1]s RENAME TO %[1]s_away")
			if table == "progress" {
				clear(t, prefix+table)(st.Advance(t.Context(), handed, handed))
			} else {
				verdicts, err := st.Commit(t.Context(), c)
				if err == nil {
					err = verdicts[0].Err
				}
				clear(t, prefix+table)(err)
				if table == "accounts" {
					_, err = st.Accounts(t.Context(), "", 1)
					clear(t, prefix+table)(err)
				}
				_, err = st.Load(t.Context(), seats.Need{Account: acme, Users: []users.ID{"olive"}, Change: "x"})
				clear(t, prefix+table)(err)
			}
			exec("ALTER TABLE %[1]s_away RENAME TO %[1]s")
			works(t, st, users.ID(fmt.Sprint("bob", i)))
		}
		n, err := keeper(t, st).Drain(t.Context(), "mails", func(context.Context, seats.Event) error { return nil })
		require.NoError(t, err)
		require.Equal(t, 6, n)
	})
}
