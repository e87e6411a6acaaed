package sqltest_test

import (
	"database/sql"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/sqlstore"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// deadlock has the transaction meet a deadlock at the statement of ours, or of the
// host's, that wants the account's row. Of the two transactions the server ends the one
// that has written less, and that is it.
func (h *host) deadlock(statement func()) {
	h.Helper()
	h.exec("UPDATE host SET note = 1 WHERE id = 1")
	rival, err := h.db.BeginTx(h.Context(), nil)
	require.NoError(h, err)
	for id := 100; id < 200; id++ {
		_, err := rival.ExecContext(h.Context(), "INSERT INTO host VALUES (?, 0)", id)
		require.NoError(h, err)
	}
	var n int
	require.NoError(h, rival.QueryRowContext(h.Context(), "SELECT revision FROM seats_accounts WHERE id = 'acme' FOR UPDATE").Scan(&n))
	done := make(chan error)
	go func() {
		_, err := rival.ExecContext(h.Context(), "UPDATE host SET note = 2 WHERE id = 1")
		done <- err
	}()
	statement()
	require.NoError(h, <-done)
	require.NoError(h, rival.Rollback())
}

// over requires that nothing goes through the bound store any more, and nothing past it.
func (h *host) over() {
	h.Helper()
	_, err := h.in.Do(h.Context(), acme, users.System(), invite("bob"))
	require.ErrorIs(h, err, store.ErrConflict)
	_, err = h.in.User(h.Context(), acme, "olive")
	require.ErrorIs(h, err, store.ErrConflict)
	_, err = h.in.UsageOf(h.Context(), acme, users.Filter{})
	require.ErrorIs(h, err, store.ErrConflict)
	_, err = h.bound.Accounts(h.Context(), "", 9)
	require.ErrorIs(h, err, store.ErrConflict)
	h.nothingIsWritten()
	_ = h.tx.Commit()
	h.nothingIsWritten()
	works(h, h.store, "cleo")
}

// nothingIsWritten by the transaction, whatever becomes of it.
func (h *host) nothingIsWritten() {
	h.Helper()
	// What was planned before is sent straight to the store.
	require.Equal(h, []users.ID{"olive"}, people(h, h.keeper))
	var note int
	require.NoError(h, h.db.QueryRowContext(h.Context(), "SELECT note FROM host WHERE id = 1").Scan(&note))
	require.Zero(h, note)
	behind, err := h.store.Pending(h.Context(), "mails", "", 9)
	require.NoError(h, err)
	require.Zero(h, behind[0].Sequence)
}

// writes sends what writes to the bound store, without looking before.
func (h *host) writes(planned seats.Change) {
	h.Helper()
	require.ErrorIs(h, commit(h.Context(), h.bound, planned), store.ErrConflict)
	require.ErrorIs(h, advance(h.Context(), h.bound), store.ErrConflict)
}

// TestStore_Bind_deadlock has a transaction that MySQL has ended. Later statements on its
// connection are outside of any transaction.
func TestStore_Bind_deadlock(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		level sql.IsolationLevel
		meet  func(*host)
	}{
		"in a commit": {sql.LevelDefault, func(h *host) {
			_, err := h.in.Do(h.Context(), acme, users.System(), invite("ada"))
			require.ErrorIs(h, err, store.ErrConflict)
		}},
		"in a load": {sql.LevelSerializable, func(h *host) {
			_, err := h.in.Do(h.Context(), acme, users.System(), invite("ada"))
			require.ErrorIs(h, err, store.ErrConflict)
		}},
		"in a statement of the host, which ignores it": {sql.LevelDefault, func(h *host) {
			_, err := h.tx.ExecContext(h.Context(), "UPDATE seats_accounts SET revision = revision WHERE id = 'acme'")
			require.Equal(h, sqlstore.Again, sqlstore.Classify(err))
		}},
	} {
		t.Run(name, func(t *testing.T) {
			hostedOn(t, []engine{mariadb, galera, variant(t, "MariaDB, transactions")}, 9, func(h *host) {
				_, err := h.db.ExecContext(h.Context(), "INSERT INTO host VALUES (1, 0)")
				require.NoError(h, err)
				change := planned(h, h.store, invite("bob"))
				h.begin(c.level)
				h.deadlock(func() { c.meet(h) })
				if !strings.Contains(name, "of the host") {
					_, err = h.bound.Load(t.Context(), seats.Need{Account: acme})
					require.ErrorIs(t, err, store.ErrConflict)
				}
				h.writes(change)
				h.over()
			})
		})
	}
}

// TestStore_Bind_endedBySQLite has a transaction that an error of the host has ended.
func TestStore_Bind_endedBySQLite(t *testing.T) {
	hostedOn(t, []engine{sqlite, variant(t, "SQLite, one connection")}, 9, func(h *host) {
		_, err := h.db.ExecContext(h.Context(), "INSERT INTO host VALUES (1, 0)")
		require.NoError(h, err)
		c := planned(h, h.store, invite("bob"))
		h.begin(sql.LevelDefault)
		h.exec("UPDATE host SET note = 1")
		_, err = h.tx.ExecContext(h.Context(), "INSERT OR ROLLBACK INTO host VALUES (1, 0)")
		require.Equal(h, sqlstore.Duplicate, sqlstore.Classify(err))
		h.writes(c)
		_ = h.tx.Commit()
		h.nothingIsWritten()
		works(h, h.store, "cleo")
	})
}

// TestStore_Bind_certificationFailure has a transaction that the cluster has ended: another
// node was the first to commit. On MariaDB later statements of the host are outside of any
// transaction.
func TestStore_Bind_certificationFailure(t *testing.T) {
	each(t, []engine{galera}, func(t *testing.T, s *site) {
		k, elsewhere := open(t, s.stores[0], 9), keeper(t, s.stores[1])
		tx, err := s.dbs[0].BeginTx(t.Context(), nil)
		require.NoError(t, err)
		in := k.InTx(s.stores[0].Bind(tx))
		_, err = in.Do(t.Context(), acme, olive, invite("ada"))
		require.NoError(t, err)
		_, err = elsewhere.Do(t.Context(), acme, olive, invite("bob"))
		require.NoError(t, err)
		_, err = k.Usage(t.Context(), acme) // waits until this node knows of it
		require.NoError(t, err)
		for range 2 {
			_, err = in.Do(t.Context(), acme, olive, invite("eve"))
			require.ErrorIs(t, err, store.ErrConflict)
		}
		_ = tx.Rollback()
		require.Equal(t, []users.ID{"bob", "olive"}, people(t, k))
	})
}
