package sqltest_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
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
			people := make([]seats.Command, 600)
			for i := range people {
				people[i] = invite(users.ID(fmt.Sprintf("p%03d", i)))
			}
			c := planned(t, st, append(people, seats.Edit{User: olive.User, Set: users.Patch{Title: new(string)}})...)
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
