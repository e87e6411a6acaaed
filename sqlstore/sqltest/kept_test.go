package sqltest_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/sqlstore"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// TestStore_Commit_kept: sessions of MariaDB keep the text of a commit. One that lost it, or
// keeps none, takes the commit all the same.
func TestStore_Commit_kept(t *testing.T) {
	t.Parallel()
	for _, e := range []engine{mariadb, variant(t, "MariaDB, literals")} {
		e.connections = 1
		s, r := e.recorded(t)
		k := open(t, s.stores[0], 99)
		n := 0
		// sent returns the first words of what an invitation sends besides its load.
		sent := func() (words []string) {
			t.Helper()
			n++
			for _, one := range r.during(func() {
				_, err := k.Do(t.Context(), acme, olive, invite(users.ID(fmt.Sprint("kept", n))))
				require.NoError(t, err)
			}) {
				if word, _, _ := strings.Cut(one.text, " "); !strings.HasPrefix(word, "(") && word != "SELECT" {
					words = append(words, word)
				}
			}
			return words
		}
		require.Equal(t, []string{"EXECUTE", "PREPARE", "EXECUTE"}, sent(), e.name)
		require.Equal(t, []string{"EXECUTE"}, sent(), e.name)

		_, err := s.dbs[0].ExecContext(t.Context(), "ALTER TABLE seats_users ADD COLUMN badge int FIRST")
		require.NoError(t, err)
		require.Equal(t, []string{"EXECUTE"}, sent(), "%s: a column of the host", e.name)

		s.dbs[0].SetMaxIdleConns(0)
		s.dbs[0].SetMaxIdleConns(1)
		require.Equal(t, []string{"EXECUTE", "PREPARE", "EXECUTE"}, sent(), "%s: another session", e.name)

		r.refuse = func(text string) error {
			if strings.HasPrefix(text, "EXECUTE ") {
				return errors.New("Error 1243 (HY000): Unknown prepared statement handler (it) given to EXECUTE")
			}
			return nil
		}
		require.Equal(t, []string{"EXECUTE", "PREPARE", "EXECUTE", "BEGIN"}, sent(), "%s: a pooler that changes sessions", e.name)
		require.Equal(t, []string{"BEGIN"}, sent(), e.name)
		r.refuse = nil
		works(t, s.stores[0], "next")
	}
}

// TestStore_Commit_stale_among_others: all accounts are written but the stale ones. On MariaDB that
// is one statement; if some are stale its answer names the others, which go again. On SQLite it is one
// for each table.
func TestStore_Commit_stale_among_others(t *testing.T) {
	t.Parallel()
	chained := mariadb
	chained.name, chained.dsn, chained.connections = "MariaDB, completion_type", onMariaDB("?completion_type=1"), 1
	for _, e := range []engine{sqlite, mariadb, variant(t, "MariaDB, literals"), variant(t, "MariaDB, transactions"), chained} {
		s, r := e.recorded(t)
		st := s.stores[0]
		var accounts []users.AccountID
		for n := range 12 {
			accounts = append(accounts, users.AccountID(fmt.Sprint("a", n)))
			s.crowd(t, accounts[n], 1)
		}
		first := invitations(t, st, []users.AccountID{"a1", "a11", "a3"}, 8000)
		changes := invitations(t, st, accounts, 9000)
		changes[3].Events = nil // of which no number would clash
		results, err := st.Commit(t.Context(), first...)
		require.NoError(t, err)
		require.Equal(t, make([]store.CommitResult, 3), results)
		all := r.during(func() { results, err = st.Commit(t.Context(), changes...) })
		require.NoError(t, err)
		switch e.name {
		case sqlite.name:
			require.Equal(t, 12+2+2+3, len(all), "BEGIN and COMMIT, a comparison each, users and events in eights and ones, and a look whether the stale accounts are torn")
		case mariadb.name:
			require.Len(t, all, 3, "the commit, that of the others, and a look whether the stale accounts are torn")
		}
		if e.dialect == sqlstore.MySQL {
			opened, err := seats.Open(seats.Snapshot{}, seats.Opening{
				Account: "other", Total: seats.Of(1), Owner: users.Profile{ID: owner, Email: "owner@acme.example"},
			}, seats.Request{Actor: users.System(), At: first[0].Account.Changed, Change: "opened"})
			require.NoError(t, err)
			results, err := st.Commit(t.Context(), first[0], opened.Change)
			require.NoError(t, err)
			require.Equal(t, []store.CommitResult{{Err: store.ErrConflict}, {}}, results, e.name)
			_, err = st.Commit(t.Context(), first...) // all are stale
			require.NoError(t, err)
			var open bool
			require.NoError(t, s.dbs[0].QueryRowContext(t.Context(), "SELECT @@in_transaction").Scan(&open))
			require.False(t, open, "%s: a transaction is left open", e.name)
		}
		for i, result := range results {
			var want error
			if i == 1 || i == 3 || i == 11 {
				want = store.ErrConflict
			}
			require.Equal(t, want, result.Err, "%s, %s", e.name, accounts[i])
			found, err := st.Users(t.Context(), accounts[i], users.Filter{}, 100)
			require.NoError(t, err)
			require.Len(t, found, 3, "the owner, the first one and one more")
		}
	}
}
