package sqltest_test

import (
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/sqlstore"
	"github.com/seatkeeper/seatkeeper/sqlstore/sqltest/servers"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// TestStore_Commit_copied: many new users travel by COPY, with texts that mean something there. Nothing is left
// of a commit that is refused. A connection of another driver gets the statement.
func TestStore_Commit_copied(t *testing.T) {
	other := variant(t, "PostgreSQL, lib-pq")
	other.options = postgres.options
	for _, e := range []engine{postgres, other} {
		t.Run(e.name, func(t *testing.T) {
			t.Parallel()
			s, r := e.recorded(t)
			st := s.stores[0]
			open(t, st, seats.MaxSeats)
			c := planned(t, st, append(newcomers(600), seats.Edit{User: olive.User, Set: users.Patch{Title: new(string)}})...)
			odd := []string{"\t", "\n", "\r\n", `\`, `\N`, `\.`, "\n\\.\n", `\\t`, "a\tb\\", "é\u2028", "", `"`, "{,}", "NULL", "'"}
			for i := range c.Created {
				c.Created[i].FirstName = odd[i%len(odd)]
			}

			for name, spoil := range map[string]func(*seats.Change){
				"a taken key": func(c *seats.Change) { c.Created[599].Email = "olive@acme.example" },
				"a later base": func(c *seats.Change) {
					c.Base++
					for i := range c.Events {
						c.Events[i].Sequence++
					}
				},
				"no such text": func(c *seats.Change) { c.Created[599].Title = "a\x00b" },
			} {
				spoilt := c
				spoilt.Created, spoilt.Events = append([]users.User(nil), c.Created...), append([]seats.Event(nil), c.Events...)
				spoil(&spoilt)
				err := commit(t.Context(), st, spoilt)
				require.Error(t, err, name)
				require.NotErrorIs(t, err, store.ErrUnknown, name)
				found, err := st.Load(t.Context(), seats.Need{Account: acme, Users: []users.ID{"p000"}})
				require.NoError(t, err)
				require.Equal(t, c.Base, found[0].Account.Revision, name)
				require.Empty(t, found[0].Users, name)
			}

			sent := texts(r.during(func() { require.NoError(t, commit(t.Context(), st, c)) }))
			copies := strings.Count(strings.Join(sent, "\n"), "COPY seats_")
			require.Equal(t, map[bool]int{true: 2, false: 1}[e.name == postgres.name], copies, sent)
			page, err := st.Users(t.Context(), acme, users.Filter{After: users.Place{ID: "p"}}, 1000)
			require.NoError(t, err)
			require.Equal(t, c.Created, page)
			events, err := st.Events(t.Context(), acme, seats.EventFilter{After: c.Events[0].Sequence - 1}, 1000)
			require.NoError(t, err)
			require.Equal(t, c.Events, events)
		})
	}
}

// TestStore_Commit_copied_bound: in a transaction of the host many new users are of that transaction.
func TestStore_Commit_copied_bound(t *testing.T) {
	t.Parallel()
	s := postgres.open(t)
	st := s.stores[0]
	open(t, st, seats.MaxSeats)
	c := planned(t, st, newcomers(600)...)
	rollBack := errors.New("the host rolls back")
	require.ErrorIs(t, st.InTx(t.Context(), func(_ *sql.Tx, bound store.Bound) error {
		require.NoError(t, commit(t.Context(), bound, c))
		return rollBack
	}), rollBack)
	found, err := st.Load(t.Context(), seats.Need{Account: acme, Users: []users.ID{"p000"}})
	require.NoError(t, err)
	require.Empty(t, found[0].Users)
	require.NoError(t, commit(t.Context(), st, c))
}

// TestStore_Commit_copied_secured: a table with row-level security takes no COPY, and gets the statement.
func TestStore_Commit_copied_secured(t *testing.T) {
	t.Parallel()
	s := postgres.open(t)
	open(t, s.stores[0], seats.MaxSeats)
	role := newName()
	execAll(t, s.dbs[0], "CREATE ROLE "+role+" LOGIN", "GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA public TO "+role,
		"ALTER TABLE seats_users ENABLE ROW LEVEL SECURITY", "CREATE POLICY theirs ON seats_users TO "+role+" USING (account = 'acme')")
	name := ""
	require.NoError(t, s.dbs[0].QueryRowContext(t.Context(), "SELECT current_database()").Scan(&name))
	source := strings.Replace(servers.Postgres(t).DSN(name), "postgres@", role+"@", 1)
	st, err := sqlstore.New(postgres.connect(t, "pgx", []string{source})[0], sqlstore.Postgres, postgres.options)
	require.NoError(t, err)
	require.NoError(t, commit(t.Context(), st, planned(t, st, newcomers(600)...)))
}

// newcomers invites people.
func newcomers(n int) (all []seats.Command) {
	for i := range n {
		all = append(all, invite(users.ID(fmt.Sprintf("p%03d", i))))
	}
	return all
}
