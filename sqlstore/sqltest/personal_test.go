package sqltest_test

import (
	"context"
	"database/sql"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/sqlstore"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/store/storetest"
	"github.com/seatkeeper/seatkeeper/users"
)

// mark is in everything that is known of a person in these tests, and in nothing else.
const mark = "zanzibar"

// marked is a user whose every text has more than ASCII.
func marked(n int) users.Profile {
	text := func(field string) string { return fmt.Sprintf("Zanzibar é\\' %s %d", field, n) }
	return users.Profile{
		ID: users.ID(fmt.Sprint("m", n)), FirstName: text("first"), LastName: text("last"), Username: text("username"), ExternalID: text("external"),
		Email: fmt.Sprintf("zanzibar%d@acme.example", n), Location: text("location"), Department: text("department"), Title: text("title"), Groups: []string{text("group")},
	}
}

// personal reports whether something about a person is in the text, as it is or in
// hexadecimal.
func personal(text string) bool {
	for _, m := range []string{mark, "Zanzibar", strings.ToUpper(mark)} {
		if strings.Contains(text, m) || strings.Contains(text, hex.EncodeToString([]byte(m))) {
			return true
		}
	}
	return false
}

// TestStore_statements: the texts of statements, which a tracing driver records, have no
// personal data: values are arguments.
func TestStore_statements(t *testing.T) {
	names := []string{
		"PostgreSQL, lib-pq", "PostgreSQL, lib-pq, unprepared", "PostgreSQL, simple protocol",
		"MariaDB, clientFoundRows", "MariaDB, transactions", "MariaDB, literals",
	}
	all := append([]engine{}, engines...)
	for _, name := range names {
		all = append(all, variant(t, name))
	}
	on(t, all, func(t *testing.T, e engine) {
		e.connections = 2 // a transaction has one
		s, r := e.recorded(t)
		s.workWithMarked(t)
		require.Greater(t, len(r.seen), 40)
		found := 0
		for _, text := range r.seen {
			if personal(text) {
				found++
			}
		}
		if e.name == "MariaDB, literals" {
			require.Positive(t, found, "the test would find it")
			return
		}
		require.Zero(t, found)
	})
}

// workWithMarked does all that names a person.
func (s *site) workWithMarked(t *testing.T) {
	ctx, st := t.Context(), s.stores[0]
	k := open(t, st, 2000)
	ada, bob := marked(1), marked(2)
	_, err := k.Do(ctx, acme, olive, seats.Invite{Profile: ada}, seats.Invite{Profile: bob})
	require.NoError(t, err)
	_, err = k.Do(ctx, acme, olive, seats.Edit{User: ada.ID, Set: users.Patch{Title: new("Zanzibar's new title")}})
	require.NoError(t, err)
	for _, key := range ada.Keys() {
		found, err := k.Find(ctx, acme, key)
		require.NoError(t, err)
		require.Equal(t, ada.ID, found.ID)
	}
	for _, f := range []users.Filter{
		{Locations: []string{ada.Location}}, {Departments: []string{ada.Department}}, {Groups: ada.Groups[:1]}, {Sources: []users.Source{{Kind: users.SourceImport, Name: mark}}},
		{Text: ada.Email},
		users.Filter{Order: users.OrderName}.NextPage(users.User{Profile: ada}),
	} {
		_, err := st.Users(ctx, acme, f, 9)
		require.NoError(t, err)
		_, _, err = st.Tally(ctx, acme, f)
		require.NoError(t, err)
	}
	// Too much for one statement.
	var many []seats.Command
	for n := range 200 {
		p := marked(1000 + n)
		p.Title, p.Location, p.Department = strings.Repeat(mark, 30), strings.Repeat(mark, 30), strings.Repeat("é"+mark, 20)
		many = append(many, seats.Invite{Profile: p})
	}
	bulk, err := k.DoEach(ctx, acme, olive, many...)
	require.NoError(t, err)
	require.Nil(t, bulk.Outcomes[len(many)-1].Refusal)
	// A taken key, which the database sees first.
	again := marked(3)
	again.Email = ada.Email
	change := planned(t, &blind{Store: st}, seats.Invite{Profile: again})
	require.ErrorIs(t, commit(ctx, st, change), store.ErrKeyTaken)
	// In a transaction of the host's.
	tx, err := s.dbs[0].BeginTx(ctx, nil)
	require.NoError(t, err)
	in := k.InTx(st.Bind(tx))
	_, err = in.Do(ctx, acme, olive, seats.Invite{Profile: marked(4)}, seats.Deactivate{User: bob.ID})
	require.NoError(t, err)
	_, err = in.Find(ctx, acme, users.ByEmail(marked(4).Email))
	require.NoError(t, err)
	_, err = k.InTx(storetest.Bound(&blind{Store: st.Bind(tx)})).Do(ctx, acme, users.System(), seats.Invite{Profile: again})
	require.Error(t, err)
	require.False(t, personal(err.Error()), err)
	require.NoError(t, tx.Commit())
	_, err = k.Drain(ctx, eventwise(mark, func(context.Context, seats.Event) error { return nil }))
	require.NoError(t, err)
	s.workWithSharers(t, k)
	drift, err := k.Audit(ctx, acme)
	require.NoError(t, err)
	require.Empty(t, drift)
}

// workWithSharers does what names people by shared addresses, at the door, in an import, in
// renewed keys and in an erasure.
func (s *site) workWithSharers(t *testing.T, k *seatkeeper.Keeper) {
	ctx, st := t.Context(), s.stores[0]
	_, err := k.Do(ctx, acme, users.System(), seats.SetPolicy{Policy: seats.Policy{SharedAddresses: seats.SharingAllowed}})
	require.NoError(t, err)
	day := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	family := func(n int) users.Profile {
		p := marked(n)
		p.Email = "zanzibar@family.example"
		return p
	}
	gone := users.User{Profile: family(7), Status: users.Inactive, LeftAs: users.Active, Created: day, StatusSince: day, FirstSignIn: day}
	_, err = k.Do(ctx, acme, users.System(), seats.Add{Profile: family(5)}, seats.Add{Profile: family(6)}, seats.SignIn{Profile: family(5)}, seats.Import{User: gone})
	require.NoError(t, err)
	_, err = k.Find(ctx, acme, users.ByEmail(family(5).Email))
	require.ErrorIs(t, err, seats.ErrAmbiguous)
	accounts := 0
	for _, err := range k.AccountsOf(ctx, users.ByUsername(family(5).Username)) {
		require.NoError(t, err)
		accounts++
	}
	require.Equal(t, 1, accounts)
	prefix := "seats_"
	if s.options.Prefix != "" {
		prefix = s.options.Prefix
	}
	execAll(t, s.dbs[0], "UPDATE "+prefix+"users SET sort_name = 'old', username_key = id, shared_email_key = 'old' WHERE id = 'm5'")
	report, err := st.RenewKeys(ctx)
	require.NoError(t, err)
	require.Equal(t, 1, report.Renewed)
	require.NoError(t, st.InTx(ctx, func(_ *sql.Tx, bound store.Bound) error {
		_, err := k.InTx(bound).Do(ctx, acme, users.System(), seats.Delete{User: "m6"}, seats.Deactivate{User: "m5"}, seats.Erase{User: "m5"})
		return err
	}))
}

// TestStore_errors_without_values: engines and drivers quote the values they refuse. The
// errors of the store do not.
func TestStore_errors_without_values(t *testing.T) {
	t.Parallel()
	invite := func(st *sqlstore.Store) error {
		return commit(t.Context(), st, planned(t, st, seats.Invite{Profile: marked(1)}))
	}
	look := func(st *sqlstore.Store) error {
		_, err := st.Users(t.Context(), acme, users.Filter{}, 9)
		return err
	}
	for _, c := range []struct {
		engine
		name, breaks string
		call         func(*sqlstore.Store) error
	}{
		{mariadb, "write", "UPDATE seats_users SET title = '0'; ALTER TABLE seats_users MODIFY title BIGINT", invite},
		{variant(t, "MariaDB, literals"), "write", "UPDATE seats_users SET title = '0'; ALTER TABLE seats_users MODIFY title BIGINT", invite},
		{mariadb, "read", "ALTER TABLE seats_users MODIFY notification_count VARBINARY(64); UPDATE seats_users SET notification_count = 'zanzibar'", look},
		{postgres, "write", "CREATE INDEX ON seats_users ((title::bigint)) WHERE title <> ''", invite},
		{variant(t, "PostgreSQL, lib-pq"), "write", "CREATE INDEX ON seats_users ((title::bigint)) WHERE title <> ''", invite},
		{sqlite, "read", "UPDATE seats_users SET notification_count = 'zanzibar'", look},
	} {
		t.Run(c.engine.name+"/"+c.name, func(t *testing.T) {
			t.Parallel()
			s := c.open(t)
			open(t, s.stores[0], 9)
			execAll(t, s.dbs[0], strings.Split(c.breaks, "; ")...)
			err := c.call(s.stores[0])
			require.Error(t, err)
			require.False(t, personal(err.Error()), err)
			require.True(t, quotes(err), "the cause is there to be asked, and says it: %v", err)
		})
	}
}

// quotes reports whether one of the causes of an error has personal data in its text.
func quotes(err error) bool {
	switch wraps := err.(type) {
	case interface{ Unwrap() error }:
		return personal(err.Error()) || quotes(wraps.Unwrap())
	case interface{ Unwrap() []error }:
		for _, one := range wraps.Unwrap() {
			if quotes(one) {
				return true
			}
		}
	}
	return err != nil && personal(err.Error())
}

// TestStore_Commit_unpreparable: a driver prepares a statement that is too long to send at
// once. MariaDB before 10.6.2 can't prepare a compound statement.
func TestStore_Commit_unpreparable(t *testing.T) {
	t.Parallel()
	e := mariadb
	e.dsn = onMariaDB("?interpolateParams=true&maxAllowedPacket=20000")
	s, r := e.recorded(t)
	refused := 0
	r.prepare = func(text string) error {
		if !strings.HasPrefix(text, "BEGIN NOT ATOMIC") {
			return nil
		}
		refused++
		return &mysql.MySQLError{Number: 1295, SQLState: [5]byte([]byte("HY000")), Message: "This command is not supported in the prepared statement protocol yet"}
	}
	k := open(t, s.stores[0], 99)
	var all []seats.Command
	for n := range 30 {
		p := marked(n)
		p.Title, p.Location, p.Department = strings.Repeat("t", 250), strings.Repeat("l", 250), strings.Repeat("d", 250)
		all = append(all, seats.Invite{Profile: p})
	}
	_, err := k.Do(t.Context(), acme, olive, all...)
	require.NoError(t, err)
	require.Positive(t, refused)
	require.Len(t, people(t, k), 31)
}
