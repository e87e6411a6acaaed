package sqltest_test

import (
	"context"
	"database/sql"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/sqlstore"
	"github.com/seatkeeper/seatkeeper/store"
)

// TestStore_Commit_endedContext ends the context of a call that waits for a connection of the
// pool, or for its turn to write on SQLite: nothing is written.
func TestStore_Commit_endedContext(t *testing.T) {
	t.Parallel()
	for _, e := range []engine{sqlite, postgres, variant(t, "PostgreSQL, lib-pq"), variant(t, "PostgreSQL, simple protocol"), mariadb, variant(t, "MariaDB, transactions")} {
		t.Run(e.name, func(t *testing.T) {
			t.Parallel()
			e.connections = 1
			s := e.open(t)
			st, db := s.stores[0], s.dbs[0]
			k := open(t, st, 9) // by now everything is known of the server, and statements are prepared
			mails := store.Progress{Consumer: "mails", Account: acme}
			for name, write := range map[string]func(context.Context, seats.Change) error{
				"commit": func(ctx context.Context, c seats.Change) error {
					_, err := st.Commit(ctx, c)
					return err
				},
				"advance": func(ctx context.Context, _ seats.Change) error {
					to := mails
					to.Sequence = 1
					return st.Advance(ctx, mails, to)
				},
				"begin": func(ctx context.Context, _ seats.Change) error { return st.Begin(ctx, "mails") },
				"transaction": func(ctx context.Context, c seats.Change) error {
					return st.InTx(ctx, func(_ *sql.Tx, bound store.Bound) error {
						_, err := bound.Commit(ctx, c)
						return err
					})
				},
			} {
				t.Run(name, func(t *testing.T) {
					c := planned(t, st, invite("ada"))
					before := revision(t, k)
					conn, err := db.Conn(t.Context())
					require.NoError(t, err)
					defer conn.Close() // where the test fails, or what follows it waits for ever
					waiting := func() (wait func()) {
						waited := db.Stats().WaitCount
						return func() {
							require.Eventually(t, func() bool { return db.Stats().WaitCount > waited }, time.Minute, time.Millisecond)
						}
					}
					ended := func(wait func()) {
						t.Helper()
						ctx, cancel := context.WithCancel(t.Context())
						answered := make(chan error, 1)
						go func() { answered <- write(ctx, c) }()
						wait()
						cancel()
						err := <-answered
						require.ErrorIs(t, err, context.Canceled)
						require.NotErrorIs(t, err, store.ErrUnknown)
					}
					ended(waiting())
					first := make(chan error, 1)
					if e.dialect == sqlstore.SQLite {
						wait, stale := waiting(), c
						stale.Base += 9
						go func() { // has its turn, and waits for the connection
							_, err := st.Commit(t.Context(), stale)
							first <- err
						}()
						wait()
						ended(func() { time.Sleep(20 * time.Millisecond) }) // that it waits for its turn can't be seen
					} else {
						first <- nil
					}
					require.NoError(t, conn.Close())
					require.NoError(t, <-first)
					require.Equal(t, before, revision(t, k))
					behind, err := st.Pending(t.Context(), "mails", "", 1)
					require.NoError(t, err)
					require.Zero(t, behind[0].Sequence)
				})
			}
			works(t, st, "bob")
		})
	}
}

// TestStore_Commit_deadline has a deadline that passes while another connection has SQLite's
// lock. The error is the deadline's, and no cancellation.
func TestStore_Commit_deadline(t *testing.T) {
	t.Parallel()
	e := sqlite
	e.dsn = func(t testing.TB, name string) (string, []string) { // as README says, so that BEGIN waits
		driver, sources := sqlite.dsn(t, name)
		return driver, []string{sources[0] + "&_txlock=immediate"}
	}
	s := e.open(t)
	st := s.stores[0]
	open(t, st, 9)
	c := planned(t, st, invite("ada"))
	conn, err := s.dbs[0].Conn(t.Context())
	require.NoError(t, err)
	defer conn.Close()
	_, err = conn.ExecContext(t.Context(), "BEGIN IMMEDIATE")
	require.NoError(t, err)
	defer conn.ExecContext(context.WithoutCancel(t.Context()), "ROLLBACK")
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	_, err = st.Commit(ctx, c)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.NotErrorIs(t, err, context.Canceled)
	require.NotErrorIs(t, err, store.ErrUnknown)
}
