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

// commit returns the error of the call or of the change.
func commit(ctx context.Context, s store.Store, c seats.Change) error {
	results, err := s.Commit(ctx, c)
	if err == nil {
		err = results[0].Err
	}
	return err
}

// advance moves the consumer "mails" to its first event.
func advance(ctx context.Context, s store.Store) error {
	from := store.Progress{Consumer: "mails", Account: acme}
	to := from
	to.Sequence = 1
	return store.OutboxOf(s).Advance(ctx, from, to)
}

// calls are the methods that read, and Advance and Commit.
func calls(ctx context.Context, s store.Store, c seats.Change) (reads, writes map[string]func() error) {
	return map[string]func() error{
			"Load":     func() error { _, err := s.Load(ctx, seats.Need{Account: acme, Admins: true}); return err },
			"Users":    func() error { _, err := s.Users(ctx, acme, users.Filter{}, 1); return err },
			"Tally":    func() error { _, _, err := s.Tally(ctx, acme, users.Filter{}); return err },
			"Events":   func() error { _, err := s.Events(ctx, acme, seats.EventFilter{}, 1); return err },
			"Pools":    func() error { _, err := s.Pools(ctx, acme, "", 1); return err },
			"Licences": func() error { _, err := s.Licences(ctx, acme, users.LicenceFilter{}, 1); return err },
			"Accounts": func() error { _, err := s.Accounts(ctx, "", 1); return err },
			"Due":      func() error { _, err := s.Due(ctx, c.Account.Changed, "", 1); return err },
			"Pending":  func() error { _, err := store.OutboxOf(s).Pending(ctx, "mails", "", 1); return err },
		}, map[string]func() error{
			"Commit":  func() error { return commit(ctx, s, c) },
			"Advance": func() error { return advance(ctx, s) },
		}
}

// clear requires an error of the store with the text, after which it is known that nothing
// was written and that another try is no use.
func clear(t *testing.T, text string, err error) {
	t.Helper()
	require.ErrorContains(t, err, text)
	require.NotErrorIs(t, err, store.ErrUnknown)
	require.NotErrorIs(t, err, store.ErrConflict)
	require.NotErrorIs(t, err, store.ErrBroken)
	require.True(t, strings.HasPrefix(err.Error(), "sqlstore: "), err)
}

func TestStore_closedDatabase(t *testing.T) {
	each(t, engines, func(t *testing.T, s *site) {
		st := s.stores[0]
		open(t, st, 9)
		c := planned(t, st, invite("ada"))
		require.NoError(t, s.dbs[0].Close())
		fresh, err := sqlstore.New(s.dbs[0], s.dialect, s.options) // it has not asked for the server's settings
		require.NoError(t, err)
		for _, st := range []store.Store{st, fresh} {
			reads, writes := calls(t.Context(), st, c)
			for _, some := range []map[string]func() error{reads, writes} {
				for name, call := range some {
					t.Log(name)
					clear(t, "database is closed", call())
				}
			}
		}
		_, err = keeper(t, st).Do(t.Context(), acme, olive, invite("ada"))
		require.ErrorContains(t, err, "database is closed")
		require.NotErrorIs(t, err, store.ErrUnknown)
	})
}

// TestStore_readOnly has connections that may only read.
func TestStore_readOnly(t *testing.T) {
	t.Parallel()
	one := func(t *testing.T, db *sql.DB, query string) string { return rowsOf(t, db, query)[0] }
	for _, c := range []struct {
		engine
		restrict func(t *testing.T, db *sql.DB) (driver, source string)
		text     string
	}{
		{sqlite, func(t *testing.T, db *sql.DB) (string, string) {
			return "sqlite", "file:" + one(t, db, "SELECT file FROM pragma_database_list") + "?mode=ro"
		}, "readonly"},
		{postgres, func(t *testing.T, db *sql.DB) (string, string) {
			return "pgx", servers.Postgres(t).DSN(one(t, db, "SELECT current_database()")) + "&default_transaction_read_only=on"
		}, "read-only transaction"},
		{variant(t, "PostgreSQL, lib-pq"), func(t *testing.T, db *sql.DB) (string, string) {
			role := newName()
			execAll(t, db, "CREATE ROLE "+role+" LOGIN", "GRANT SELECT ON ALL TABLES IN SCHEMA public TO "+role)
			return "postgres", strings.Replace(servers.Postgres(t).DSN(one(t, db, "SELECT current_database()")), "postgres@", role+"@", 1)
		}, "permission denied"},
		{mariadb, func(t *testing.T, db *sql.DB) (string, string) {
			name, user := one(t, db, "SELECT DATABASE()"), newName()
			execAll(t, db, "CREATE OR REPLACE USER "+user, "GRANT SELECT ON "+name+".* TO "+user)
			return "mysql", strings.Replace(servers.MariaDB(t).DSN(name), "root@", user+"@", 1)
		}, "command denied"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := c.open(t)
			k := open(t, s.stores[0], 9)
			db, err := sql.Open(c.restrict(t, s.dbs[0]))
			require.NoError(t, err)
			defer db.Close()
			reader, err := sqlstore.New(db, c.dialect, c.options)
			require.NoError(t, err)
			require.NoError(t, reader.Verify(t.Context()))
			require.Equal(t, []users.ID{"olive"}, people(t, keeper(t, reader)))
			_, writes := calls(t.Context(), reader, planned(t, reader, invite("ada")))
			for range 2 {
				for _, write := range writes {
					clear(t, c.text, write())
				}
			}
			require.EqualValues(t, 1, revision(t, k))
			works(t, s.stores[0], "bob")
			require.Equal(t, []users.ID{"bob", "olive"}, people(t, keeper(t, reader)))
		})
	}
}

// TestStore_Commit_fullDisk: the acknowledged commits are on the disk, and no others.
func TestStore_Commit_fullDisk(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"WAL", "DELETE"} {
		t.Run(mode, func(t *testing.T) {
			folder := servers.SmallDisk(t, 1<<20)
			st, _ := blank{sqlite, "sqlite", "file:" + filepath.Join(folder, "seats") + "?_pragma=journal_mode(" + mode + ")"}.migrated(t)
			k := open(t, st, seats.MaxSeats)
			filler := filepath.Join(folder, "filler")
			require.NoError(t, os.WriteFile(filler, make([]byte, 300_000), 0o600))
			acknowledged, err := 1, error(nil)
			for err == nil {
				if _, err = k.Do(t.Context(), acme, olive, invite(users.ID(fmt.Sprintf("ada%05d", acknowledged)))); err == nil {
					acknowledged++
				}
				require.Less(t, acknowledged, 10_000)
			}
			clear(t, "full", err)
			require.NotContains(t, err.Error(), "ada")
			require.EqualValues(t, acknowledged, revision(t, k))
			require.NoError(t, os.Remove(filler))
			works(t, st, "bob")
		})
	}
}

// TestStore_missingTable renames each table under a running store, and back.
func TestStore_missingTable(t *testing.T) {
	each(t, otherPaths(t), func(t *testing.T, s *site) {
		st, ctx := s.stores[0], t.Context()
		open(t, st, 99)
		for i, table := range []string{"seats_accounts", "seats_pools", "seats_users", "seats_licences", "seats_events", "seats_progress"} {
			c := planned(t, st, invite("ada"))
			c.Licences = []users.Licence{{User: "ada", Pool: "course", Number: 1}}
			c.Pools = append(c.Pools, seats.Pool{ID: "course", Total: seats.Of(1)})
			execAll(t, s.dbs[0], "ALTER TABLE "+table+" RENAME TO away")
			if table == "seats_progress" {
				clear(t, table, advance(ctx, st))
			} else {
				clear(t, table, commit(ctx, st, c))
				_, err := st.Load(ctx, seats.Need{Account: acme, Users: []users.ID{"olive"}, Pools: []seats.PoolID{"course"}, Licences: []users.ID{"olive"}, Sequence: 1})
				clear(t, table, err)
			}
			if table == "seats_accounts" {
				_, err := st.Accounts(ctx, "", 1)
				clear(t, table, err)
			}
			execAll(t, s.dbs[0], "ALTER TABLE away RENAME TO "+table)
			works(t, st, users.ID(fmt.Sprint("bob", i)))
		}
		n, err := keeper(t, st).Drain(ctx, eventwise("mails", func(context.Context, seats.Event) error { return nil }))
		require.NoError(t, err)
		require.Equal(t, 7, n)
	})
}
