package sqltest_test

import (
	"database/sql"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/internal/ways"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/sqlstore"
	"github.com/seatkeeper/seatkeeper/users"
)

const owner users.ID = "owner"

// first is the number of the first invited person of a crowd. It stands in each of
// the person's texts that differ from the next one's.
const first = 10_000_001

// person is the ID of the nth invited person of a crowd, from 0.
func person(n int) users.ID { return users.ID(fmt.Sprint("p", first+n)) }

func address(n int) string { return fmt.Sprintf("p%d@acme.example", first+n) }

func invitee(n int) users.Profile {
	return users.Profile{
		ID: person(n), FirstName: "Ada", LastName: fmt.Sprint("Person", first+n), Email: address(n),
		Username: fmt.Sprint("name", first+n), ExternalID: fmt.Sprint("x", first+n),
	}
}

// crowd opens an account with an owner and so many invited people. The first of them
// was invited; the rows of the others are made by the database, in no time, as if every
// one had been invited too.
func (s *site) crowd(t testing.TB, account users.AccountID, people int) {
	t.Helper()
	ctx := t.Context()
	k, err := ways.New(s.store(), seatkeeper.Options{})
	require.NoError(t, err)
	_, err = k.Open(ctx, seats.Opening{
		Account: account, Total: seats.Of(10_000_000), Owner: users.Profile{ID: owner, Email: "owner@acme.example"},
	})
	require.NoError(t, err)
	_, err = k.With(seatkeeper.Call{Key: fmt.Sprint("key", first)}).Do(ctx, account, users.As(owner), seats.Invite{Profile: invitee(0)})
	require.NoError(t, err)
	a, err := k.Account(ctx, account)
	require.NoError(t, err)
	db, more := s.dbs[0], people-1
	last := fmt.Sprintf("account = '%s' AND sequence = %d", account, a.Sequence)
	facts := rowsOf(t, db, "SELECT facts FROM seats_events WHERE "+last)[0]

	const chunk = 50_000
	for from := 1; from <= more; from += chunk {
		to := min(more, from+chunk-1)
		s.clones(t, db, "seats_users", fmt.Sprintf("account = '%s' AND id = '%s'", account, person(0)), from, to, nil)
		s.clones(t, db, "seats_events", last, from, to, map[string]string{
			"sequence":  fmt.Sprintf("%d + n", a.Sequence),
			"change_id": "CONCAT('clone', n)",
			"facts":     counted(t, facts, `"h":`, 2, `"c":"im`, 1),
		})
	}
	execAll(t, db, fmt.Sprintf("UPDATE seats_accounts SET revision = revision + %d, sequence = sequence + %d, held = held + %d, tally = 'im%d ao1' WHERE id = '%s'",
		more, more, more, people, account))
}

// counted returns an expression for a text in which each number after a text is n greater.
func counted(t testing.TB, text string, pairs ...any) string {
	t.Helper()
	all := ""
	for i := 0; i < len(pairs); i += 2 {
		name, number := pairs[i].(string), fmt.Sprint(pairs[i+1])
		before, after, found := strings.Cut(text, name+number)
		require.True(t, found, text)
		all += fmt.Sprintf("'%s%s', %s + n, ", before, name, number)
		text = after
	}
	return "CONCAT(" + all + "'" + text + "')"
}

// clones puts in a copy of the row for each n. Where a text of the row has the number
// of the first person, the copy has that of the nth, and some columns are given.
func (s *site) clones(t testing.TB, db *sql.DB, table, row string, from, to int, given map[string]string) {
	t.Helper()
	columns, rows := query(t, db, fmt.Sprintf("SELECT * FROM %s WHERE %s", table, row))
	require.Len(t, rows, 1)
	values := rows[0]
	made := make([]string, len(columns))
	for i, c := range columns {
		made[i] = "r." + c
		if before, after, numbered := strings.Cut(values[i].String, fmt.Sprint(first)); numbered {
			made[i] = fmt.Sprintf("CONCAT('%s', %d + n, '%s')", before, first, after)
		}
		if text, is := given[c]; is {
			made[i] = text
		}
	}
	numbers := map[sqlstore.Dialect]string{
		sqlstore.SQLite:   "(WITH RECURSIVE g(n) AS (SELECT %d UNION ALL SELECT n + 1 FROM g WHERE n < %d) SELECT n FROM g) g",
		sqlstore.Postgres: "generate_series(%d, %d) AS g(n)",
		sqlstore.MySQL:    "(SELECT seq AS n FROM seq_%d_to_%d) g",
	}[s.dialect]
	execAll(t, db, fmt.Sprintf("INSERT INTO %s (%s) SELECT %s FROM "+numbers+", %s r WHERE %s",
		table, strings.Join(columns, ", "), strings.Join(made, ", "), from, to, table, "r."+strings.ReplaceAll(row, " AND ", " AND r.")))
}
