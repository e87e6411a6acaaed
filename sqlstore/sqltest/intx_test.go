package sqltest_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/sqlstore"
	"github.com/seatkeeper/seatkeeper/sqlstore/sqltest"
	"github.com/seatkeeper/seatkeeper/sqlstore/sqltest/proxy"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/store/storetest"
	"github.com/seatkeeper/seatkeeper/users"
)

// TestStore_bound: a bound store keeps the contract of a store.
func TestStore_bound(t *testing.T) {
	each(t, []engine{postgres, variant(t, "PostgreSQL, lib-pq").inLong(), sqlite.inLong(), mariadb.inLong()}, func(t *testing.T, s *site) {
		storetest.Specify(t, func(testing.TB) store.Store {
			return sqltest.EachInTx(func(ctx context.Context, work func(store.Bound) error) error {
				if err := ctx.Err(); err != nil {
					return err
				}
				tx, err := s.dbs[0].BeginTx(context.WithoutCancel(ctx), nil)
				if err != nil {
					return err
				}
				defer tx.Rollback()
				if err := work(s.stores[0].Bind(tx)); err != nil {
					return err
				}
				return tx.Commit()
			})
		}, storetest.Options{})
	})
}

var errHost = errors.New("the host's own")

// note writes a row of the host's own.
func note(ctx context.Context, tx sqlstore.Tx, id int) error {
	_, err := tx.ExecContext(ctx, fmt.Sprintf("INSERT INTO host VALUES (%d, 0)", id))
	return err
}

func TestStore_InTx(t *testing.T) {
	hosted(t, 9, func(h *host) {
		work := func(id users.ID, row int, then func() error) error {
			return h.store.InTx(h.Context(), func(tx *sql.Tx, bound store.Bound) error {
				if err := note(h.Context(), tx, row); err != nil {
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
		h.rows(1, "ada", "olive")

		err := work("cleo", 1, func() error { return nil })
		require.Equal(h, sqlstore.Duplicate, sqlstore.Classify(err), "of the host's own row")
		require.NoError(h, work("cleo", 2, func() error { return nil }))
		h.rows(2, "ada", "cleo", "olive")
		require.EqualValues(h, 3, revision(h, h.keeper))

		require.NoError(h, h.store.InTx(h.Context(), func(tx *sql.Tx, bound store.Bound) error {
			_, err := h.keeper.InTx(bound).Do(h.Context(), acme, olive, seats.Deactivate{User: "olive"})
			require.ErrorIs(h, err, seats.ErrOwnerProtected)
			return note(h.Context(), tx, 3) // a refusal leaves the transaction as it was
		}))
		h.rows(3, "ada", "cleo", "olive")
	})
}

// TestStore_InTx_conflict has a rival invite the same address before the commit, once. The second
// of the two transactions of the host returns no conflict.
func TestStore_InTx_conflict(t *testing.T) {
	t.Parallel()
	for level, all := range map[sql.IsolationLevel][]engine{
		sql.LevelDefault:        {postgres, variant(t, "PostgreSQL, lib-pq"), mariadb, variant(t, "MariaDB, transactions"), galera},
		sql.LevelRepeatableRead: {postgres},
		sql.LevelReadCommitted:  {mariadb},
		sql.LevelSerializable:   {postgres},
	} {
		t.Run(level.String(), func(t *testing.T) {
			hostedOn(t, all, 9, func(h *host) {
				for i, names := range [][]users.ID{{"ada", "bob"}, {"cleo", "dan"}} {
					runs := 0
					err := h.store.InTxWith(h.Context(), &sql.TxOptions{Isolation: level}, func(tx *sql.Tx, bound store.Bound) error {
						runs++
						s := &before{Store: bound}
						if runs == 1 {
							s.do = func() {
								_, err := h.keeper.Do(h.Context(), acme, olive, invite(names[0]))
								require.NoError(h, err)
							}
						}
						done, err := h.keeper.InTx(storetest.Bound(s)).Do(h.Context(), acme, olive, invite(names[1]), invite(names[0]))
						if runs == 1 {
							require.ErrorIs(h, err, store.ErrConflict)
							if i == 1 {
								return nil
							}
							return err
						}
						require.NoError(h, err)
						require.True(h, done.Outcomes[1].Unchanged)
						return note(h.Context(), tx, i)
					})
					require.NoError(h, err)
					require.Equal(h, 2, runs)
				}
				h.rows(2, "ada", "bob", "cleo", "dan", "olive")
				require.EqualValues(h, 5, revision(h, h.keeper))
			})
		})
	}
}

// TestStore_InTx_turns: on SQLite a transaction that begins with a read keeps other writers
// waiting, of this store and of another one.
func TestStore_InTx_turns(t *testing.T) {
	hostedOn(t, []engine{sqlite}, 9, func(h *host) {
		other, err := sqlstore.New(h.db, sqlstore.SQLite, sqlstore.Options{})
		require.NoError(h, err)
		impatient, err := h.db.Conn(h.Context())
		require.NoError(h, err)
		defer impatient.Close()
		_, err = impatient.ExecContext(h.Context(), "PRAGMA busy_timeout = 0")
		require.NoError(h, err)
		invited := make(chan error, 2)
		runs := 0
		require.NoError(h, h.store.InTx(h.Context(), func(tx *sql.Tx, bound store.Bound) error {
			runs++
			in := h.keeper.InTx(storetest.Bound(&before{Store: bound, do: func() {
				require.Equal(h, sqlstore.Again, sqlstore.Classify(note(h.Context(), impatient, 2)), "it is locked")
				for id, s := range map[users.ID]store.Store{"ada": h.store, "cleo": other} {
					go func() {
						_, err := keeper(h, s).Do(h.Context(), acme, olive, invite(id))
						invited <- err
					}()
				}
			}}))
			if _, err := in.Do(h.Context(), acme, olive, invite("bob")); err != nil {
				return err
			}
			return note(h.Context(), tx, 1)
		}))
		require.Equal(h, 1, runs)
		require.NoError(h, <-invited)
		require.NoError(h, <-invited)
		h.rows(1, "ada", "bob", "cleo", "olive")
	})
}

// TestStore_InTx_crowd: many transactions at once, on one account with too few seats.
func TestStore_InTx_crowd(t *testing.T) {
	hosted(t, 6, func(h *host) {
		const clients = 8
		var admitted, refused atomic.Int64
		done := make(chan error, clients)
		for i := range clients {
			go func() {
				done <- h.store.InTx(h.Context(), func(tx *sql.Tx, bound store.Bound) error {
					_, err := h.keeper.InTx(bound).Do(h.Context(), acme, olive, invite(users.ID(fmt.Sprint("p", i))))
					if err != nil {
						return err
					}
					return note(h.Context(), tx, i)
				})
			}()
		}
		for range clients {
			switch err := <-done; {
			case err == nil:
				admitted.Add(1)
			case errors.Is(err, seats.ErrNoSeats):
				refused.Add(1)
			default:
				require.NoError(h, err)
			}
		}
		require.EqualValues(h, 5, admitted.Load())
		require.EqualValues(h, 3, refused.Load())
		require.Len(h, people(h, h.keeper), 6)
		h.rows(5, people(h, h.keeper)...)
		require.EqualValues(h, 6, revision(h, h.keeper))
	})
}

// TestStore_InTx_deadlock has two transactions lock the host's row and the account in opposite
// orders. The server ends one of them; on MySQL it is over, and what it had written is gone, even
// for a host that goes on.
func TestStore_InTx_deadlock(t *testing.T) {
	hostedOn(t, []engine{postgres, mariadb, variant(t, "MariaDB, transactions")}, 9, func(h *host) {
		require.NoError(h, h.store.InTx(h.Context(), func(tx *sql.Tx, _ store.Bound) error { return note(h.Context(), tx, 1) }))
		var runs [2]int
		ready := [2]chan struct{}{make(chan struct{}), make(chan struct{})}
		done := make(chan error, 2)
		for i, id := range []users.ID{"ada", "bob"} {
			go func() {
				done <- h.store.InTx(h.Context(), func(tx *sql.Tx, bound store.Bound) error {
					runs[i]++
					steps := []func() error{
						func() error {
							_, err := h.keeper.InTx(bound).Do(h.Context(), acme, olive, invite(id))
							return err
						},
						func() error {
							_, err := tx.ExecContext(h.Context(), "UPDATE host SET note = note + 1 WHERE id = 1")
							return err
						},
					}
					if err := steps[i](); err != nil {
						return err
					}
					if runs[i] == 1 {
						close(ready[i])
						<-ready[1-i]
					}
					err := steps[1-i]()
					if errors.Is(err, store.ErrConflict) {
						return nil // which is not to be done
					}
					return err
				})
			}()
		}
		require.NoError(h, <-done)
		require.NoError(h, <-done)
		require.Greater(h, runs[0]+runs[1], 2)
		h.rows(1, "ada", "bob", "olive")
		var notes int
		require.NoError(h, h.db.QueryRowContext(h.Context(), "SELECT note FROM host WHERE id = 1").Scan(&notes))
		require.Equal(h, 2, notes)
	})
}

// TestStore_InTx_otherNode has another node be the first to commit: the cluster ends the transaction in the
// middle or at its COMMIT, and it runs again.
func TestStore_InTx_otherNode(t *testing.T) {
	each(t, []engine{galera}, func(t *testing.T, s *site) {
		ctx := t.Context()
		k, elsewhere := open(t, s.stores[0], 99), keeper(t, s.stores[1])
		execAll(t, s.dbs[0], "CREATE TABLE host (id INTEGER NOT NULL PRIMARY KEY, note INTEGER NOT NULL)")
		want := []users.ID{"olive"}
		for i, inTheMiddle := range []bool{true, false} {
			rival, own := users.ID(fmt.Sprint("elsewhere", i)), users.ID(fmt.Sprint("here", i))
			runs := 0
			require.NoError(t, s.stores[0].InTx(ctx, func(tx *sql.Tx, bound store.Bound) error {
				runs++
				if _, err := k.InTx(bound).Do(ctx, acme, olive, invite(own)); err != nil {
					return err
				}
				if runs == 1 {
					_, err := elsewhere.Do(ctx, acme, olive, invite(rival))
					require.NoError(t, err)
					if inTheMiddle {
						_, err = k.Usage(ctx, acme) // waits until this node knows of it
						require.NoError(t, err)
					}
				}
				return note(ctx, tx, i)
			}))
			require.Equal(t, 2, runs)
			want = append(want, own, rival)
			slices.Sort(want)
			require.Equal(t, want, people(t, k))
			require.Equal(t, i+1, ask(t, s.dbs[0], "SELECT COUNT(*) FROM host"))
		}
		drift, err := k.Audit(ctx, acme)
		require.NoError(t, err)
		require.Empty(t, drift)
	})
}

// TestStore_InTx_lostCommit cuts the line at the COMMIT. The host finds out with a key.
func TestStore_InTx_lostCommit(t *testing.T) {
	t.Parallel()
	for _, c := range distant(t) {
		marker := map[sqlstore.Dialect]string{sqlstore.Postgres: "commit", sqlstore.MySQL: "COMMIT"}[c.dialect]
		if c.name == "PostgreSQL, lib-pq" {
			marker = "COMMIT"
		}
		for when, name := range map[proxy.Moment]string{proxy.BeforeTheAnswer: "after", proxy.BeforeTheRequest: "before"} {
			t.Run(c.name+"/"+name, func(t *testing.T) {
				p := newProxy(t, c.server(t).Address())
				hostedOn(t, []engine{through(p, c.engine)}, 9, func(h *host) {
					k := h.keeper.With(seatkeeper.Call{Key: "order 7"})
					runs, repeated := 0, false
					call := func() error {
						return h.store.InTx(h.Context(), func(tx *sql.Tx, bound store.Bound) error {
							runs++
							done, err := k.InTx(bound).Do(h.Context(), acme, olive, invite("ada"))
							if repeated = done.Repeated; repeated || err != nil {
								return err
							}
							return note(h.Context(), tx, 1)
						})
					}
					p.Cut(marker, when, 1)
					require.ErrorIs(h, call(), store.ErrUnknown)
					require.Equal(h, 1, runs)
					require.NoError(h, call())
					require.Equal(h, when == proxy.BeforeTheAnswer, repeated)
					require.Equal(h, 2, runs)
					h.rows(1, "ada", "olive")
					require.EqualValues(h, 2, revision(h, h.keeper))
				})
			})
		}
	}
}

// TestStore_InTx_lostLine cuts the line before the COMMIT. Nothing is written, so the transaction
// runs again.
func TestStore_InTx_lostLine(t *testing.T) {
	t.Parallel()
	for _, c := range distant(t) {
		for when, name := range map[proxy.Moment]string{proxy.BeforeTheAnswer: "after", proxy.BeforeTheRequest: "before"} {
			t.Run(c.name+"/"+name, func(t *testing.T) {
				p := newProxy(t, c.server(t).Address())
				hostedOn(t, []engine{through(p, c.engine)}, 9, func(h *host) {
					p.Cut("invited", when, 1)
					runs := 0
					require.NoError(h, h.store.InTx(h.Context(), func(tx *sql.Tx, bound store.Bound) error {
						runs++
						if err := note(h.Context(), tx, 1); err != nil {
							return err
						}
						_, err := h.keeper.InTx(bound).Do(h.Context(), acme, olive, invite("ada"))
						return err
					}))
					require.Equal(h, 2, runs)
					h.rows(1, "ada", "olive")
				})
			})
		}
	}
}

// TestStore_InTx_context ends a context in the middle: nothing is written.
func TestStore_InTx_context(t *testing.T) {
	hosted(t, 9, func(h *host) {
		ctx, cancel := context.WithCancel(h.Context())
		err := h.store.InTx(ctx, func(tx *sql.Tx, bound store.Bound) error {
			if err := note(ctx, tx, 1); err != nil {
				return err
			}
			_, err := h.keeper.InTx(storetest.Bound(&before{Store: bound, do: cancel})).Do(ctx, acme, olive, invite("ada"))
			return err
		})
		require.ErrorIs(h, err, context.Canceled)
		require.NotErrorIs(h, err, store.ErrUnknown)
		h.rows(0, "olive")
		works(h, h.store, "bob")
	})
}
