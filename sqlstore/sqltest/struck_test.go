package sqltest_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/internal/long"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/sqlstore"
	"github.com/seatkeeper/seatkeeper/sqlstore/sqltest/servers"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// TestStore_Commit_struck strikes commits with what goes wrong on an engine. An acknowledged
// change is there and a refused one is not, the numbers agree, the connection of the pool is
// in no transaction, and the next commit works.
func TestStore_Commit_struck(t *testing.T) {
	t.Parallel()
	for _, g := range targets {
		t.Run(g.name, func(t *testing.T) {
			t.Parallel()
			if g.long && !long.On() {
				t.Skip("it is tried in the long form: minutes")
			}
			y := g.try(t)
			t.Run("a lock that is not given up", func(t *testing.T) {
				for _, hold := range g.holds {
					y.strike(t, mishap{settings: g.impatient, hold: hold, large: g.large})
				}
			})
			for i, s := range g.strikes {
				t.Run(s.name, func(t *testing.T) {
					felt := y.felt
					// In the short form each statement, and each wait, meets one of the strikes.
					at, next := 1+i, len(g.strikes)
					if long.On() {
						at, next = 1, 1
					}
					for ; y.strike(t, mishap{strike: s, at: at, large: s.fills || g.large}); at += next {
					}
					for j, hold := range g.holds {
						if !s.queues && (long.On() || j%len(g.strikes) == i) {
							y.strike(t, mishap{hold: hold, strike: s, large: s.fills || g.large})
						}
					}
					require.Greater(t, y.felt, felt, "it befalls a commit")
				})
			}
			for _, l := range g.limits {
				t.Run(l.name, func(t *testing.T) {
					for step := 0; ; step++ {
						base := 0
						if l.base != "" {
							require.NoError(t, y.plain.QueryRowContext(t.Context(), l.base).Scan(&base))
						}
						m := mishap{limit: l.name, large: !l.harmless} // a large commit is a transaction on MariaDB, whose COMMIT is the driver's
						if l.settings != nil {
							m.settings = l.settings(base, step)
						}
						if l.server != nil {
							m.server = l.server(step)
						}
						met := y.strike(t, m)
						require.False(t, met && l.harmless, l.name)
						require.True(t, met || l.harmless || l.timed || step > 0, l.name)
						if !met || l.never {
							return
						}
					}
				})
			}
			t.Run("constraint", func(t *testing.T) {
				for name, spoil := range spoiled {
					require.True(t, y.strike(t, mishap{limit: name, spoil: spoil, large: g.large}), name)
				}
			})
		})
	}
}

// spoiled are changes that break a constraint, in one statement or another.
var spoiled = map[string]func(*seats.Change){
	"a pool that is not sound": func(c *seats.Change) { c.Pools[0].Held = seats.MaxSeats + 1 },
	"a key that is taken": func(c *seats.Change) {
		for i := range c.Created {
			if strings.HasPrefix(string(c.Created[i].ID), "new") {
				c.Created[i].Email = "olive@acme.example"
			}
		}
	},
}

// A mishap is one way in which a commit goes wrong.
type mishap struct {
	settings []string // of the store's connection
	server   action   // what the server is told before that is opened
	limit    string   // what they are about
	hold     action   // of the host's, in a transaction: the commit waits for it
	strike   action   // of an administrator
	at       int      // before which statement of the commit it strikes; 0: while it waits
	large    bool     // the commit is of hundreds of people
	spoil    func(*seats.Change)
}

// tried is a database on which commits go wrong.
type tried struct {
	target
	place
	plain       *sql.DB // the host's, and the administrator's
	store       *sqlstore.Store
	keeper      *seatkeeper.Keeper
	tries, felt int // how many there were, and how many ended with an error or their session
}

func (g target) try(t *testing.T) *tried {
	y := &tried{target: g}
	if g.small != nil {
		y.place = g.small(t, database(t))
	} else {
		driver, sources := g.dsn(t, database(t))
		y.place = place{driver: driver, source: sources[0]}
	}
	db, err := sql.Open(y.driver, y.source)
	require.NoError(t, err)
	y.plain = g.use(t, db)
	execAll(t, y.plain, g.prepare...)
	y.store, err = sqlstore.New(y.plain, g.dialect, g.options)
	require.NoError(t, err)
	require.NoError(t, y.store.Migrate(t.Context()))
	y.keeper = open(t, y.store, seats.MaxSeats)
	_, err = y.keeper.Do(t.Context(), acme, users.System(), invite("ada"), invite("bob"))
	require.NoError(t, err)
	return y
}

// connect opens the store on one connection, and returns the number of that.
func (y *tried) connect(t *testing.T, settings []string) (*sqlstore.Store, *sql.DB, *recorder) {
	t.Helper()
	dsn := y.source
	if y.account != "" {
		dsn = strings.Replace(dsn, "root@", y.account+"@", 1)
	}
	for _, s := range append(slices.Clone(y.settings), settings...) {
		if strings.HasPrefix(s, "_pragma=busy_timeout") { // the first one counts
			dsn = strings.Replace(dsn, "_pragma=busy_timeout(10000)", s, 1)
			continue
		}
		join := "&"
		if !strings.Contains(dsn, "?") {
			join = "?"
		}
		dsn += join + s
	}
	r := newRecorder(t, y.driver, dsn)
	db := sql.OpenDB(r)
	db.SetMaxOpenConns(1)
	st, err := sqlstore.New(db, y.dialect, y.options)
	require.NoError(t, err)
	return st, db, r
}

func (y *tried) number(t *testing.T, db *sql.DB) int {
	t.Helper()
	return ask(t, db, y.id)
}

// ask returns the answer to a query, also where time is up for it now and then.
func ask(t *testing.T, db *sql.DB, query string) (n int) {
	t.Helper()
	require.Eventually(t, func() bool { return db.QueryRowContext(t.Context(), query).Scan(&n) == nil }, time.Minute, time.Millisecond, query)
	return n
}

// change is one that writes rows of every kind.
func (y *tried) change(t *testing.T, large bool) seats.Change {
	t.Helper()
	y.tries++
	title, email := fmt.Sprint("title ", y.tries), fmt.Sprintf("zed%d@acme.example", y.tries)
	commands := []seats.Command{
		seats.Edit{User: "bob", Set: users.Patch{Title: &title}}, seats.Edit{User: "ada", Set: users.Patch{Email: &email}},
	}
	for i := range map[bool]int{false: 1, true: 990}[large] {
		commands = append(commands, invite(users.ID(fmt.Sprintf("new%d-%d", y.tries, i))))
	}
	return planned(t, y.store, commands...)
}

// strike tries a commit, and reports whether it met the mishap.
func (y *tried) strike(t *testing.T, m mishap) (met bool) {
	t.Helper()
	what := fmt.Sprintf("%s %s, %s, at %d, %v", m.limit, m.hold.name, m.strike.name, m.at, m.settings)
	c := y.change(t, m.large)
	if m.spoil != nil {
		m.spoil(&c)
	}
	y.act(t, y.plain, 0, m.server.do...)
	st, db, r := y.connect(t, m.settings)
	defer db.Close()
	id := y.number(t, db)
	y.undo(t, id, m.server)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	strike := func() {
		met = true
		if m.strike.name == endedContext.name {
			cancel()
		}
		y.act(t, y.plain, id, m.strike.do...)
		if m.strike.fills {
			require.NoError(t, servers.Fill(y.disk))
		}
	}
	n, reached := 0, make(chan struct{})
	r.before = func(text string) {
		if n++; n == m.at {
			strike()
		}
		if reached != nil && strings.HasPrefix(text, y.waitsAt) {
			close(reached)
			reached = nil
		}
	}
	waiting := reached
	release := y.hold(t, id, m.hold)
	answered := make(chan error, 1)
	go func() {
		err := commit(ctx, st, c)
		r.before = nil
		answered <- err
	}()
	if m.hold.name != "" && m.strike.name != "" {
		if y.waitsAt != "" {
			<-waiting
		}
		require.Eventually(t, func() bool { return y.waits(t, y.plain, id) }, time.Minute, time.Millisecond, what)
		strike()
		release(m.strike.fills)
		release = func(bool) {}
	}
	err := <-answered
	release(false)
	if met {
		y.undo(t, id, m.strike)
	}
	if y.inProcess {
		require.NotErrorIs(t, err, store.ErrUnknown, what)
	}
	if met && err != nil && m.strike.name == endedContext.name {
		require.ErrorIs(t, err, context.Canceled, what)
	}
	y.settled(t, db, id, c, err, what)
	if err != nil || y.number(t, db) != id {
		y.felt++
	}
	if err == nil && y.keeps && m.strike.name == "" {
		require.Equal(t, id, y.number(t, db), "the session goes on")
	}
	if m.limit != "" {
		return err != nil
	}
	require.True(t, met || m.at > 0 || err != nil, what)
	return met
}

// settled requires that the connection is in no transaction, and that a change is there as
// a whole or not at all, as its error says. What the client has given up may arrive until
// the server has ended its session.
func (y *tried) settled(t *testing.T, db *sql.DB, id int, c seats.Change, err error, what string) {
	t.Helper()
	what = fmt.Sprintf("%s: %v", what, err)
	t.Log(what)
	y.idle(t, db, what)
	if y.number(t, db) != id {
		query := fmt.Sprintf(y.sessions, id)
		require.Eventually(t, func() bool { return ask(t, y.plain, query) == 0 }, time.Minute, time.Millisecond, what)
	}
	there := func() bool {
		found, err := y.store.Load(t.Context(), seats.Need{Account: acme, Sequence: c.Events[0].Sequence})
		require.NoError(t, err)
		return found[0].Committed(c)
	}
	before := there()
	works(t, y.store, users.ID(fmt.Sprint("next", y.tries)))
	require.Equal(t, before, there(), what)
	if !errors.Is(err, store.ErrUnknown) {
		require.Equal(t, err == nil, before, what)
	}
}

// TestStore_autocommitIsOff: sessions in which every statement opens a transaction are
// refused.
func TestStore_autocommitIsOff(t *testing.T) {
	t.Parallel()
	y := onMaria.try(t)
	st, db, _ := y.connect(t, []string{"autocommit=0"})
	defer db.Close()
	_, err := st.Load(t.Context(), seats.Need{Account: acme})
	require.ErrorContains(t, err, "autocommit")
	_, err = st.Commit(t.Context(), y.change(t, false))
	require.ErrorContains(t, err, "autocommit")
	require.NotErrorIs(t, err, store.ErrUnknown)
	require.ErrorContains(t, st.Verify(t.Context()), "autocommit")
	require.ErrorContains(t, st.Migrate(t.Context()), "autocommit")
	revision(t, y.keeper)
}
