package sqltest_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/internal/ways"
	"github.com/seatkeeper/seatkeeper/memstore"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/sqlstore"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/store/storetest"
	"github.com/seatkeeper/seatkeeper/users"
)

// A host is a program with a table of its own beside ours, and a transaction.
type host struct {
	*testing.T
	db     *sql.DB
	store  *sqlstore.Store
	keeper *seatkeeper.Keeper
	tx     *sql.Tx
	bound  store.Bound
	in     *seatkeeper.Keeper // on bound
}

// hosted runs the test on every engine, in all the ways in which their transactions
// differ.
func hosted(t *testing.T, seats int64, test func(*host)) {
	all := append([]engine{variant(t, "PostgreSQL, lib-pq"), variant(t, "MariaDB, transactions")}, engines...)
	hostedOn(t, all, seats, test)
}

func hostedOn(t *testing.T, engines []engine, seats int64, test func(*host)) {
	each(t, engines, func(t *testing.T, s *site) {
		h := &host{T: t, db: s.dbs[0], store: s.stores[0]}
		_, err := h.db.ExecContext(t.Context(), "CREATE TABLE host (id INTEGER NOT NULL PRIMARY KEY, note INTEGER NOT NULL)")
		require.NoError(t, err)
		h.keeper = open(t, h.store, seats)
		test(h)
	})
}

// begin begins a transaction.
func (h *host) begin(level sql.IsolationLevel) {
	h.Helper()
	tx, err := h.db.BeginTx(h.Context(), &sql.TxOptions{Isolation: level})
	require.NoError(h, err)
	h.tx, h.bound = tx, h.store.Bind(tx)
	h.in = h.keeper.InTx(h.bound)
	h.Cleanup(func() { _ = tx.Rollback() })
}

// exec carries out a statement of the host's in the transaction.
func (h *host) exec(text string, values ...any) {
	h.Helper()
	_, err := h.tx.ExecContext(h.Context(), fmt.Sprintf(text, values...))
	require.NoError(h, err)
}

// row writes a row of the host's own.
func (h *host) row(id int) { h.Helper(); h.exec("INSERT INTO host VALUES (%d, 0)", id) }

func (h *host) commit()   { h.Helper(); require.NoError(h, h.tx.Commit()) }
func (h *host) rollback() { h.Helper(); require.NoError(h, h.tx.Rollback()) }

// rows requires so many rows of the host's, and these people.
func (h *host) rows(count int, ids ...users.ID) {
	h.Helper()
	var got int
	require.NoError(h, h.db.QueryRowContext(h.Context(), "SELECT COUNT(*) FROM host").Scan(&got))
	require.Equal(h, count, got)
	require.Equal(h, ids, people(h, h.keeper))
}

func TestKeeper_InTx_together(t *testing.T) {
	hosted(t, 9, func(h *host) {
		other := seats.Opening{Account: "other", Total: seats.Of(1), Owner: profile("olive")}
		work := func() {
			h.begin(sql.LevelDefault)
			h.row(1)
			_, err := h.in.Do(h.Context(), acme, olive, invite("ada"))
			require.NoError(h, err)
			bulk, err := h.in.DoEach(h.Context(), acme, olive, invite("bob"), invite("ada"), seats.Delete{User: "ada"})
			require.NoError(h, err)
			require.Len(h, bulk.Outcomes, 3)
			_, err = h.in.Open(h.Context(), other)
			require.NoError(h, err)
			require.Equal(h, []users.ID{"bob", "olive"}, people(h, h.in), "the transaction sees its own")
			require.EqualValues(h, 3, revision(h, h.in))
			h.row(2)
		}
		work()
		h.rollback()
		h.rows(0, "olive")
		require.EqualValues(h, 1, revision(h, h.keeper))
		_, err := h.keeper.Usage(h.Context(), "other")
		require.ErrorIs(h, err, store.ErrNotFound)
		events, err := h.store.Events(h.Context(), acme, seats.EventFilter{}, 9)
		require.NoError(h, err)
		require.Len(h, events, 1)

		work()
		h.commit()
		h.rows(2, "bob", "olive")
		require.EqualValues(h, 3, revision(h, h.keeper))
		_, err = h.keeper.Usage(h.Context(), "other")
		require.NoError(h, err)
		events, err = h.store.Events(h.Context(), acme, seats.EventFilter{}, 9)
		require.NoError(h, err)
		require.Len(h, events, 4)
	})
}

func TestKeeper_InTx_refusal(t *testing.T) {
	hosted(t, 1, func(h *host) {
		h.begin(sql.LevelDefault)
		h.row(1)
		_, err := h.in.Do(h.Context(), acme, olive, invite("ada"))
		require.ErrorIs(h, err, seats.ErrNoSeats)
		h.row(2)
		_, err = h.in.Do(h.Context(), acme, users.System(), seats.BuySeats{Quantity: 1}, invite("ada"))
		require.NoError(h, err)
		h.commit()
		h.rows(2, "ada", "olive")
		require.EqualValues(h, 2, revision(h, h.keeper))
	})
}

// TestKeeper_InTx_takenKey hides the holder of a key from the Keeper, so that the database
// refuses the second statement of the change.
func TestKeeper_InTx_takenKey(t *testing.T) {
	hosted(t, 9, func(h *host) {
		_, err := h.keeper.Do(h.Context(), acme, olive, invite("ada"), invite("bob"), seats.Deactivate{User: "bob"})
		require.NoError(h, err)
		h.begin(sql.LevelDefault)
		h.row(1)
		in := h.keeper.InTx(storetest.Bound(&blind{Store: h.bound}))
		done, err := in.Do(h.Context(), acme, users.System(), seats.Invite{Profile: users.Profile{ID: "new", Email: "ADA@acme.example"}})
		require.NoError(h, err)
		require.True(h, done.Outcomes[0].Unchanged)
		require.Equal(h, users.ID("ada"), done.Outcomes[0].User)
		in = h.keeper.InTx(storetest.Bound(&blind{Store: h.bound}))
		_, err = in.Do(h.Context(), acme, users.System(), seats.Invite{Profile: users.Profile{ID: "new", Email: "bob@acme.example"}})
		require.ErrorIs(h, err, seats.ErrDuplicate)
		_, err = h.in.Do(h.Context(), acme, users.System(), invite("cleo"))
		require.NoError(h, err)
		h.row(2)
		h.commit()
		h.rows(2, "ada", "bob", "cleo", "olive")
		require.EqualValues(h, 3, revision(h, h.keeper))
	})
}

func TestStore_Bind_brokenChange(t *testing.T) {
	hosted(t, 9, func(h *host) {
		h.begin(sql.LevelDefault)
		h.row(1)
		c := planned(h, h.bound, invite("ada"))
		c.Pools[0].Held = 10
		require.ErrorIs(h, commit(h.Context(), h.bound, c), store.ErrBroken)
		require.Equal(h, []users.ID{"olive"}, people(h, h.in))
		h.row(2)
		_, err := h.in.Do(h.Context(), acme, users.System(), invite("bob"))
		require.NoError(h, err)
		h.commit()
		h.rows(2, "bob", "olive")
		require.EqualValues(h, 2, revision(h, h.keeper))
	})
}

// TestKeeper_InTx_conflict has a rival invite the same address before the commit.
func TestKeeper_InTx_conflict(t *testing.T) {
	t.Parallel()
	for level, all := range map[sql.IsolationLevel][]engine{
		sql.LevelDefault: append([]engine{variant(t, "PostgreSQL, lib-pq"), variant(t, "MariaDB, transactions")}, engines...),
		// SQLite has one level, and on the others the default is the other one of the two.
		sql.LevelRepeatableRead: {postgres, variant(t, "PostgreSQL, lib-pq")},
		sql.LevelReadCommitted:  {mariadb, galera},
		sql.LevelSerializable:   {postgres},
	} {
		t.Run(level.String(), func(t *testing.T) {
			hostedOn(t, all, 9, func(h *host) {
				rival := func() {
					_, err := h.keeper.Do(h.Context(), acme, olive, invite("ada"))
					require.NoError(h, err)
				}
				for run := 1; ; run++ {
					h.begin(level)
					in := h.keeper.InTx(storetest.Bound(&before{h.bound, rival}))
					done, err := in.Do(h.Context(), acme, olive, invite("bob"), invite("ada"))
					if errors.Is(err, store.ErrConflict) {
						require.Equal(h, 1, run)
						h.rollback()
						rival = nil
						continue
					}
					require.NoError(h, err)
					require.True(h, done.Outcomes[1].Unchanged)
					h.row(run)
					h.commit()
					require.Equal(h, 2, run)
					break
				}
				h.rows(1, "ada", "bob", "olive")
				require.EqualValues(h, 3, revision(h, h.keeper))
			})
		})
	}
}

// TestKeeper_InTx_rivalOpens: the transaction may not see the new account, and can't
// insert it.
func TestKeeper_InTx_rivalOpens(t *testing.T) {
	hosted(t, 9, func(h *host) {
		other := seats.Opening{Account: "other", Total: seats.Of(1), Owner: profile("olive")}
		h.begin(sql.LevelDefault)
		_, err := h.keeper.InTx(storetest.Bound(&before{h.bound, func() {
			_, err := h.keeper.Open(h.Context(), other)
			require.NoError(h, err)
		}})).Open(h.Context(), other)
		require.ErrorIs(h, err, store.ErrConflict)
		h.rollback()
		h.begin(sql.LevelDefault)
		_, err = h.in.Open(h.Context(), other)
		require.ErrorIs(h, err, store.ErrExists)
		h.row(1)
		h.commit()
		h.rows(1, "olive")
	})
}

// TestKeeper_InTx_immediate: on SQLite a rival waits for the end of the transaction.
func TestKeeper_InTx_immediate(t *testing.T) {
	immediate := sqlite
	immediate.dsn = func(t testing.TB, database string) (string, []string) {
		driver, sources := inFile(t, database)
		return driver, []string{sources[0] + "&_txlock=immediate"}
	}
	hostedOn(t, []engine{immediate}, 9, func(h *host) {
		rival := make(chan error, 1)
		h.begin(sql.LevelDefault)
		in := h.keeper.InTx(storetest.Bound(&before{h.bound, func() {
			go func() {
				_, err := h.keeper.Do(h.Context(), acme, olive, invite("ada"))
				rival <- err
			}()
		}}))
		_, err := in.Do(h.Context(), acme, olive, invite("bob"))
		require.NoError(h, err)
		h.row(1)
		h.commit()
		require.NoError(h, <-rival)
		h.rows(1, "ada", "bob", "olive")
	})
}

func TestKeeper_InTx_oneConnection(t *testing.T) {
	hostedOn(t, []engine{variant(t, "SQLite, one connection"), variant(t, "SQLite in memory, one connection")}, 9, func(h *host) {
		change := planned(h, h.store, invite("eve"))
		h.begin(sql.LevelDefault)
		h.row(1)
		soon := func() context.Context {
			ctx, cancel := context.WithTimeout(h.Context(), 10*time.Millisecond)
			h.Cleanup(cancel)
			return ctx
		}
		_, err := h.keeper.Do(soon(), acme, olive, invite("eve"))
		require.ErrorIs(h, err, context.DeadlineExceeded)
		require.NotErrorIs(h, err, store.ErrUnknown, "it did not even begin")

		_, err = h.store.Commit(soon(), change)
		require.ErrorIs(h, err, context.DeadlineExceeded)
		require.NotErrorIs(h, err, store.ErrUnknown)

		waiting := make(chan error, 1)
		go func() {
			_, err := h.keeper.Do(h.Context(), acme, olive, invite("ada"))
			waiting <- err
		}()
		_, err = h.in.Do(h.Context(), acme, olive, invite("bob"))
		require.NoError(h, err)
		h.commit()
		require.NoError(h, <-waiting)
		h.rows(1, "ada", "bob", "olive")
	})
}

// TestKeeper_InTx_script plays commands at random in a transaction and in memory.
func TestKeeper_InTx_script(t *testing.T) {
	hostedOn(t, engines, 1, func(h *host) {
		look := func(s store.Store) []any {
			snapshots, err := s.Load(h.Context(), seats.Need{Account: "other", Pools: []seats.PoolID{"course"}})
			require.NoError(h, err)
			snapshots[0].StoreTime = time.Time{} // memory has none
			page, err := s.Users(h.Context(), "other", users.Filter{Status: users.In(users.Statuses()...), Order: users.OrderName}, 1000)
			require.NoError(h, err)
			events, err := s.Events(h.Context(), "other", seats.EventFilter{}, 1000)
			require.NoError(h, err)
			for i := range events {
				events[i].Change, events[i].Correlation = "", "" // are random
			}
			return []any{snapshots, page, events}
		}
		play := func(s, within store.Store) (all []any) {
			random := rand.New(rand.NewPCG(1, 2))
			now := time.Date(2026, 5, 1, 9, 0, 0, 0, time.UTC)
			k, err := ways.New(s, seatkeeper.Options{Now: func() time.Time { return now }})
			require.NoError(h, err)
			if bound, is := within.(store.Bound); is {
				k = k.InTx(bound)
			}
			_, err = k.Open(h.Context(), seats.Opening{Account: "other", Total: seats.Of(5), Owner: profile("olive")})
			require.NoError(h, err)
			for range 25 {
				now = now.Add(time.Minute)
				some := func() users.ID { return users.ID(fmt.Sprint("p", random.IntN(40))) }
				bulk, err := k.DoEach(h.Context(), "other", users.System(), []seats.Command{
					invite(some()), seats.Add{Profile: profile(some())}, seats.Archive{User: some()}, seats.Restore{User: some()},
					seats.Delete{User: some()}, seats.SetTotal{Pool: "course", Total: seats.Of(int64(random.IntN(3)))},
					seats.ChangeRole{User: some(), Role: users.Manager}, seats.Deactivate{User: some()}, seats.Reactivate{User: some()},
					invite(some()), seats.ChangeRole{User: some(), Role: users.Admin}, seats.BuySeats{Quantity: 1}, seats.SetPayer{User: some()},
					seats.HandOver{User: some(), Successor: some()}, seats.Close{}, seats.EditAccount{Name: new(string(some()))}, seats.Reopen{},
				}[random.IntN(5):]...)
				require.NoError(h, err)
				all = append(all, bulk.Outcomes)
			}
			return append(all, look(within)...)
		}
		memory := memstore.New()
		want := play(memory, memory)
		h.begin(sql.LevelDefault)
		h.row(1)
		got := play(h.store, h.bound)
		require.Equal(h, asJSON(h, want), asJSON(h, got))
		h.row(2)
		h.commit()
		require.Equal(h, asJSON(h, look(memory)), asJSON(h, look(h.store)))
	})
}

func asJSON(t testing.TB, v any) string {
	t.Helper()
	text, err := json.MarshalIndent(v, "", " ")
	require.NoError(t, err)
	return string(text)
}

// TestKeeper_InTx_readUncommitted decides on rows that are rolled back. Then another commit
// has their revision.
func TestKeeper_InTx_readUncommitted(t *testing.T) {
	each(t, []engine{mariadb}, func(t *testing.T, s *site) {
		ctx, st := t.Context(), s.stores[0]
		k := open(t, st, 2)
		_, err := k.Do(ctx, acme, olive, invite("ada"))
		require.NoError(t, err)

		leaving, err := s.dbs[0].BeginTx(ctx, nil)
		require.NoError(t, err)
		_, err = k.InTx(st.Bind(leaving)).Do(ctx, acme, olive, seats.Delete{User: "ada"})
		require.NoError(t, err)

		coming, err := s.dbs[0].BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelReadUncommitted})
		require.NoError(t, err)
		in := k.InTx(storetest.Bound(&before{Store: st.Bind(coming), do: func() {
			require.NoError(t, leaving.Rollback())
			_, err := k.Do(ctx, acme, olive, seats.ChangeRole{User: "ada", Role: users.Manager})
			require.NoError(t, err)
		}}))
		_, err = in.Do(ctx, acme, olive, invite("bob"))
		require.ErrorIs(t, err, store.ErrConflict)
		require.NoError(t, coming.Rollback())
		require.Equal(t, []users.ID{"ada", "olive"}, people(t, k))
		revision(t, k)
	})
}
