package sqltest_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/internal/long"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/sqlstore"
	"github.com/seatkeeper/seatkeeper/sqlstore/pgxstore"
	"github.com/seatkeeper/seatkeeper/sqlstore/sqltest"
	"github.com/seatkeeper/seatkeeper/sqlstore/sqltest/proxy"
	"github.com/seatkeeper/seatkeeper/sqlstore/sqltest/servers"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/store/storetest"
	"github.com/seatkeeper/seatkeeper/users"
)

// A pgxHost is a program on pgx with a table of its own beside ours.
type pgxHost struct {
	*testing.T
	pool   *pgxpool.Pool
	store  *pgxstore.Store
	keeper *seatkeeper.Keeper
}

// onPGX opens a store through the proxy, or directly with nil.
func onPGX(t *testing.T, p *proxy.Proxy, more string) *pgxHost {
	t.Helper()
	_, sources := onPostgres("pgx", more)(t, database(t))
	if p != nil {
		sources[0] = strings.Replace(sources[0], p.Server(), p.Address(), 1)
	}
	pool, err := pgxpool.New(t.Context(), sources[0]+"&pool_max_conns=20")
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	h := &pgxHost{T: t, pool: pool, store: newPGX(t, pool)}
	require.NoError(t, h.store.Migrate(t.Context()))
	_, err = pool.Exec(t.Context(), "CREATE TABLE host (id INTEGER NOT NULL PRIMARY KEY, note INTEGER NOT NULL)")
	require.NoError(t, err)
	return h
}

func newPGX(t testing.TB, pool *pgxpool.Pool) *pgxstore.Store {
	t.Helper()
	s, err := pgxstore.New(pool, pgxstore.Options{})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

func (h *pgxHost) open(seats int64) *pgxHost {
	h.keeper = open(h, h.store, seats)
	return h
}

// note writes a row of the host's own.
func (h *pgxHost) note(tx pgx.Tx, id int) error {
	_, err := tx.Exec(h.Context(), "INSERT INTO host VALUES ($1, 0)", id)
	return err
}

// rows requires so many rows of the host's, and these people.
func (h *pgxHost) rows(count int, ids ...users.ID) {
	h.Helper()
	var got int
	require.NoError(h, h.pool.QueryRow(h.Context(), "SELECT COUNT(*) FROM host").Scan(&got))
	require.Equal(h, count, got)
	require.Equal(h, ids, people(h, h.keeper))
}

// idle requires that all connections are back in the pool.
func (h *pgxHost) idle() {
	h.Helper()
	require.Zero(h, h.pool.Stat().AcquiredConns())
}

func TestPGX(t *testing.T) {
	t.Parallel()
	run := storetest.Run
	if !long.On() {
		run = storetest.Specify
	}
	for name, more := range map[string]string{"default": "", "simple protocol": "&default_query_exec_mode=simple_protocol"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if more != "" && !long.On() {
				t.Skip("it runs in the long form")
			}
			h := onPGX(t, nil, more)
			run(t, func(testing.TB) store.Store { return h.store }, storetest.Options{Reopen: func(t testing.TB, _ store.Store) store.Store {
				s := newPGX(t, h.pool)
				require.NoError(t, s.Verify(t.Context()))
				return s
			}})
			h.idle()
		})
	}
}

func TestPGX_bound(t *testing.T) {
	long.Only(t)
	t.Parallel()
	h := onPGX(t, nil, "")
	storetest.Specify(t, func(testing.TB) store.Store {
		return sqltest.EachInTx(func(ctx context.Context, work func(store.Bound) error) error {
			if err := ctx.Err(); err != nil {
				return err
			}
			return pgx.BeginFunc(context.WithoutCancel(ctx), h.pool, func(tx pgx.Tx) error { return work(h.store.Bind(tx)) })
		})
	}, storetest.Options{})
	h.idle()
}

func TestPGX_InTx(t *testing.T) {
	t.Parallel()
	h := onPGX(t, nil, "").open(9)
	work := func(id users.ID, row int, then func() error) error {
		return h.store.InTx(h.Context(), func(tx pgx.Tx, bound store.Bound) error {
			if err := h.note(tx, row); err != nil {
				return err
			}
			if _, err := h.keeper.InTx(bound).Do(h.Context(), acme, olive, invite(id)); err != nil {
				return err
			}
			return then()
		})
	}
	require.NoError(h, work("ada", 1, func() error { return nil }))
	h.rows(1, "ada", "olive")
	require.Equal(h, errHost, work("bob", 2, func() error { return errHost }))
	require.PanicsWithValue(h, "boo", func() { _ = work("bob", 2, func() error { panic("boo") }) })
	require.Equal(h, sqlstore.Duplicate, sqlstore.Classify(work("bob", 1, func() error { return nil })))
	h.rows(1, "ada", "olive")

	// The host hides that its transaction has failed.
	err := h.store.InTx(h.Context(), func(tx pgx.Tx, _ store.Bound) error { _ = h.note(tx, 1); return nil })
	require.ErrorIs(h, err, pgx.ErrTxCommitRollback)
	require.NotErrorIs(h, err, store.ErrUnknown)

	require.NoError(h, h.store.InTx(h.Context(), func(tx pgx.Tx, bound store.Bound) error {
		_, err := h.keeper.InTx(bound).Do(h.Context(), acme, olive, seats.Deactivate{User: "olive"})
		require.ErrorIs(h, err, seats.ErrOwnerProtected)
		return h.note(tx, 3)
	}))
	h.rows(2, "ada", "olive")

	ctx, cancel := context.WithCancel(h.Context())
	err = h.store.InTx(ctx, func(tx pgx.Tx, bound store.Bound) error {
		in := h.keeper.InTx(storetest.Bound(&before{Store: bound, do: cancel}))
		_, err := in.Do(ctx, acme, olive, invite("cleo"))
		return errors.Join(h.note(tx, 4), err)
	})
	require.ErrorIs(h, err, context.Canceled)
	require.NotErrorIs(h, err, store.ErrUnknown)
	ctx, cancel = context.WithCancel(h.Context())
	require.ErrorIs(h, h.store.InTx(ctx, func(tx pgx.Tx, _ store.Bound) error { cancel(); return h.note(tx, 4) }), context.Canceled)
	h.rows(2, "ada", "olive")
	h.idle()
}

func TestPGX_InTx_conflict(t *testing.T) {
	t.Parallel()
	for _, level := range []pgx.TxIsoLevel{"", pgx.RepeatableRead, pgx.Serializable} {
		t.Run(string(level), func(t *testing.T) {
			t.Parallel()
			h := onPGX(t, nil, "").open(9)
			for i, names := range [][]users.ID{{"ada", "bob"}, {"cleo", "dan"}} {
				runs := 0
				err := h.store.InTxWith(h.Context(), pgx.TxOptions{IsoLevel: level}, func(tx pgx.Tx, bound store.Bound) error {
					runs++
					s := &before{Store: bound}
					if runs == 1 {
						s.do = func() {
							_, err := h.keeper.Do(h.Context(), acme, olive, invite(names[0]))
							require.NoError(h, err)
						}
					}
					_, err := h.keeper.InTx(storetest.Bound(s)).Do(h.Context(), acme, olive, invite(names[1]), invite(names[0]))
					if runs == 1 {
						require.ErrorIs(h, err, store.ErrConflict)
						if i == 1 {
							return nil // which is not to be done
						}
						return err
					}
					require.NoError(h, err)
					return h.note(tx, i)
				})
				require.NoError(h, err)
				require.Equal(h, 2, runs)
			}
			h.rows(2, "ada", "bob", "cleo", "dan", "olive")
			require.EqualValues(h, 5, revision(h, h.keeper))
			h.idle()
		})
	}
}

// TestPGX_InTx_lost cuts the line at the COMMIT, and at the commit of the change.
func TestPGX_InTx_lost(t *testing.T) {
	t.Parallel()
	for when, name := range map[proxy.Moment]string{proxy.BeforeTheAnswer: "after", proxy.BeforeTheRequest: "before"} {
		for _, marker := range []string{"commit", "invited"} {
			t.Run(marker+"/"+name, func(t *testing.T) {
				t.Parallel()
				p := newProxy(t, servers.Postgres(t).Address())
				h := onPGX(t, p, "").open(9)
				k := h.keeper.With(seatkeeper.Call{Key: "order 7"})
				runs, repeated := 0, false
				call := func() error {
					return h.store.InTx(h.Context(), func(tx pgx.Tx, bound store.Bound) error {
						runs++
						done, err := k.InTx(bound).Do(h.Context(), acme, olive, invite("ada"))
						if repeated = done.Repeated; repeated || err != nil {
							return err
						}
						return h.note(tx, 1)
					})
				}
				p.Cut(marker, when, 1)
				if err := call(); marker == "commit" {
					require.ErrorIs(h, err, store.ErrUnknown)
					require.Equal(h, 1, runs)
					require.NoError(h, call())
					require.Equal(h, when == proxy.BeforeTheAnswer, repeated)
				} else {
					require.NoError(h, err, "nothing was written, and it ran again")
				}
				require.Equal(h, 2, runs)
				h.rows(1, "ada", "olive")
				require.EqualValues(h, 2, revision(h, h.keeper))
			})
		}
	}
}

// TestPGX_endedContext has calls whose time is up before the pool has a connection for them.
func TestPGX_endedContext(t *testing.T) {
	t.Parallel()
	h := onPGX(t, nil, "").open(9)
	c := planned(h, h.store, invite("ada"))
	for range h.pool.Config().MaxConns {
		conn, err := h.pool.Acquire(h.Context())
		require.NoError(h, err)
		defer conn.Release()
	}
	for name, write := range map[string]func(context.Context) error{
		"commit": func(ctx context.Context) error {
			_, err := h.store.Commit(ctx, c)
			return err
		},
		"advance": func(ctx context.Context) error {
			return h.store.Advance(ctx, store.Progress{Consumer: "mails", Account: acme}, store.Progress{Consumer: "mails", Account: acme, Sequence: 1})
		},
		"begin": func(ctx context.Context) error { return h.store.Begin(ctx, "mails") },
		"transaction": func(ctx context.Context) error {
			return h.store.InTx(ctx, func(pgx.Tx, store.Bound) error { return nil })
		},
	} {
		ctx, cancel := context.WithTimeout(h.Context(), 50*time.Millisecond)
		defer cancel()
		err := write(ctx)
		require.ErrorIs(h, err, context.DeadlineExceeded, name)
		require.NotErrorIs(h, err, store.ErrUnknown, name)
	}
}

// TestPGX_Bind has a transaction of the host's own, a nested one in it, and one that has ended.
func TestPGX_Bind(t *testing.T) {
	t.Parallel()
	h := onPGX(t, nil, "").open(9)
	tx, err := h.pool.Begin(h.Context())
	require.NoError(h, err)
	defer func() { _ = tx.Rollback(h.Context()) }()
	bound := h.store.Bind(tx)
	in := h.keeper.InTx(bound)
	_, err = in.Do(h.Context(), acme, olive, invite("ada"))
	require.NoError(h, err)
	nested, err := tx.Begin(h.Context())
	require.NoError(h, err)
	_, err = h.keeper.InTx(h.store.Bind(nested)).Do(h.Context(), acme, olive, invite("bob"))
	require.NoError(h, err)
	require.NoError(h, h.note(nested, 1))
	require.NoError(h, nested.Rollback(h.Context()))
	require.Equal(h, []users.ID{"ada", "olive"}, people(h, in))
	require.Equal(h, []users.ID{"olive"}, people(h, h.keeper))
	require.NoError(h, h.note(tx, 2))
	require.NoError(h, tx.Commit(h.Context()))
	h.rows(1, "ada", "olive")

	_, err = in.Do(h.Context(), acme, olive, invite("cleo"))
	require.ErrorIs(h, err, pgx.ErrTxClosed)
	_, err = bound.Commit(h.Context(), planned(h, h.store, invite("cleo")))
	require.ErrorIs(h, err, pgx.ErrTxClosed)
	require.NotErrorIs(h, err, store.ErrUnknown)
	h.idle()
}

// TestPGX_same_tables: a program on database/sql and one on pgx have the same accounts.
func TestPGX_same_tables(t *testing.T) {
	t.Parallel()
	s := postgres.open(t)
	k := open(t, s.stores[0], 9)
	pool, err := pgxpool.New(t.Context(), servers.Postgres(t).DSN(database(t)))
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	native := keeper(t, newPGX(t, pool))
	_, err = native.Do(t.Context(), acme, olive, invite("ada"))
	require.NoError(t, err)
	_, err = k.Do(t.Context(), acme, olive, invite("bob"))
	require.NoError(t, err)
	require.Equal(t, []users.ID{"ada", "bob", "olive"}, people(t, native))
	require.EqualValues(t, 3, revision(t, native))
}
