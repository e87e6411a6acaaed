package sqltest_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/internal/ways"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/sqlstore"
	"github.com/seatkeeper/seatkeeper/users"
)

// renewed are the engines on which keys are renewed.
var renewed = []engine{sqlite, postgres, mariadb}

// keyed opens accounts whose users have the numbers up to n.
func keyed(t *testing.T, s *site, n int, accounts ...users.AccountID) *seatkeeper.Keeper {
	t.Helper()
	k, err := ways.New(s.stores[0], seatkeeper.Options{})
	require.NoError(t, err)
	for _, a := range accounts {
		_, err := k.Open(t.Context(), seats.Opening{Account: a, Total: seats.Of(10_000), Owner: users.Profile{ID: "olive", Email: "Olive@acme.example"}})
		require.NoError(t, err)
		var all []seats.Command
		for i := range n {
			all = append(all, seats.Invite{Profile: users.Profile{
				ID: numbered(i), LastName: fmt.Sprintf("É%03d", i), Email: fmt.Sprintf("Ada%03d@acme.example", i), Username: fmt.Sprintf("U%03d", i), ExternalID: fmt.Sprintf("E%03d", i),
			}})
		}
		_, err = k.DoEach(t.Context(), a, users.System(), all...)
		require.NoError(t, err)
	}
	return k
}

func numbered(i int) users.ID { return users.ID(fmt.Sprintf("u%03d", i)) }

// byAnotherTable rewrites all keys as if another table had made them.
func byAnotherTable(t *testing.T, s *site) {
	t.Helper()
	for _, column := range []string{"email_key", "username_key", "external_id_key", "sort_name"} {
		execAll(t, s.dbs[0], fmt.Sprintf("UPDATE seats_users SET %s = CONCAT('~', %s) WHERE %s IS NOT NULL", column, column, column))
	}
	execAll(t, s.dbs[0], "INSERT INTO seats_migrations (version, name) VALUES (0, 'keys_of_version_0')")
}

// rows returns the texts of all users and their keys, a row each.
func rows(t *testing.T, s *site) []string {
	t.Helper()
	return rowsOf(t, s.dbs[0], "SELECT account, id, email, COALESCE(email_key, '-'), COALESCE(username_key, '-'), COALESCE(external_id_key, '-'), sort_name FROM seats_users ORDER BY account, id")
}

func TestStore_RenewKeys(t *testing.T) {
	on(t, renewed, func(t *testing.T, e engine) {
		s, recorder := e.recorded(t)
		st := s.stores[0]
		k := keyed(t, s, 600, "a")
		keyed(t, s, 10, "b")
		want := rows(t, s)
		report, err := st.RenewKeys(t.Context())
		require.NoError(t, err)
		require.Equal(t, sqlstore.KeyReport{Version: users.FoldVersion, Accounts: 2}, report, "there is nothing to do")
		revision := revisionOf(t, k, "a")

		byAnotherTable(t, s)
		require.ErrorIs(t, st.Verify(t.Context()), sqlstore.ErrOldKeys)
		require.EqualError(t, st.Migrate(t.Context()), fmt.Sprintf("sqlstore: the keys were made by version 0 of the comparison form, and this release compares by version %d: call RenewKeys", users.FoldVersion))
		_, err = k.Find(t.Context(), "a", users.ByEmail("ada007@acme.example"))
		require.ErrorIs(t, err, seats.ErrUnknownUser)
		drift, err := k.Audit(t.Context(), "a")
		require.NoError(t, err)
		require.Len(t, drift, seats.MaxDrifts+1)
		require.Equal(t, seats.Drift{What: "keys", Counted: fmt.Sprint(3*600+1-seats.MaxDrifts, " more")}, drift[seats.MaxDrifts])

		// Keys that change hands, within a page and over two.
		execAll(t, s.dbs[0],
			"UPDATE seats_users SET email_key = 'ada002@acme.example' WHERE account = 'a' AND id = 'u001'",
			"UPDATE seats_users SET email_key = 'ada001@acme.example' WHERE account = 'a' AND id = 'u002'",
			"UPDATE seats_users SET email_key = 'ada599@acme.example' WHERE account = 'a' AND id = 'u003'",
			"UPDATE seats_users SET email_key = 'ada003@acme.example' WHERE account = 'a' AND id = 'u599'")

		// It is ended amid the second commit.
		ctx, cancel := context.WithCancel(t.Context())
		n := 0
		recorder.before = func(text string) {
			if strings.HasPrefix(text, "UPDATE seats_users") {
				if n++; n == 4*500+20 {
					cancel()
				}
			}
		}
		report, err = st.RenewKeys(ctx)
		recorder.before = nil
		require.ErrorIs(t, err, context.Canceled)
		require.Equal(t, 500, report.Renewed, "those of the first commit")
		require.ErrorIs(t, st.Verify(t.Context()), sqlstore.ErrOldKeys)
		_, err = k.Do(t.Context(), "a", users.System(), seats.Edit{User: "u300", Set: users.Patch{Title: new("works meanwhile")}})
		require.NoError(t, err)

		report, err = st.RenewKeys(t.Context())
		require.NoError(t, err)
		require.Equal(t, sqlstore.KeyReport{Version: users.FoldVersion, Accounts: 2, Renewed: 601 + 11 - 500}, report)
		require.Equal(t, want, rows(t, s))
		require.NoError(t, st.Verify(t.Context()))
		require.NoError(t, st.Migrate(t.Context()))
		require.Equal(t, revision+3, revisionOf(t, k, "a"), "two commits of keys and one of an edit")
		for _, a := range []users.AccountID{"a", "b"} {
			drift, err = k.Audit(t.Context(), a)
			require.NoError(t, err)
			require.Empty(t, drift)
		}

		report, err = st.RenewKeys(t.Context())
		require.NoError(t, err)
		require.Zero(t, report.Renewed)
		require.Equal(t, revision+3, revisionOf(t, k, "a"))
	})
}

func revisionOf(t *testing.T, k *seatkeeper.Keeper, account users.AccountID) uint64 {
	t.Helper()
	u, err := k.Usage(t.Context(), account)
	require.NoError(t, err)
	return u.Revision
}

// TestStore_RenewKeys_collisions has two users that share a key in the new form only.
func TestStore_RenewKeys_collisions(t *testing.T) {
	on(t, renewed, func(t *testing.T, e engine) {
		s := e.open(t)
		st := s.stores[0]
		k := keyed(t, s, 10, "a")
		byAnotherTable(t, s)
		execAll(t, s.dbs[0],
			"UPDATE seats_users SET email = 'ADA001@acme.example' WHERE id IN ('u003', 'u005')",       // none of the three has it stored
			"UPDATE seats_users SET username = 'u007' WHERE id = 'u002'",                              // a later user has it stored
			"UPDATE seats_users SET username_key = 'u007' WHERE id = 'u007'",                          //
			"UPDATE seats_users SET external_id_key = 'E008', external_id = 'E009' WHERE id = 'u009'", // and a user with another key is in the way
			"UPDATE seats_users SET external_id = 'E009', external_id_key = '~x' WHERE id = 'u004'",
		)
		want := []sqlstore.KeyCollision{
			{Account: "a", User: "u002", Holder: "u007", Kind: users.KeyUsername},
			{Account: "a", User: "u003", Holder: "u001", Kind: users.KeyEmail},
			{Account: "a", User: "u005", Holder: "u001", Kind: users.KeyEmail},
			{Account: "a", User: "u009", Holder: "u004", Kind: users.KeyExternalID},
		}
		report, err := st.RenewKeys(t.Context())
		require.NoError(t, err)
		require.Equal(t, want, report.Collisions)
		require.Equal(t, 11, report.Renewed)
		require.NoError(t, st.Verify(t.Context()))
		for _, key := range []users.Key{users.ByEmail("ada001@acme.example"), users.ByUsername("u007"), users.ByExternalID("E008"), users.ByExternalID("E009")} {
			found, err := k.Find(t.Context(), "a", key)
			require.NoError(t, err)
			require.Equal(t, map[string]users.ID{"ada001@acme.example": "u001", "u007": "u007", "E008": "u008", "E009": "u004"}[key.Value], found.ID)
		}
		drift, err := k.Audit(t.Context(), "a")
		require.NoError(t, err)
		var unfound []seats.Drift
		for _, c := range want {
			unfound = append(unfound, seats.Drift{What: "key " + string(c.User), Stored: "not found", Counted: c.Kind.String()})
		}
		require.ElementsMatch(t, unfound, drift)

		before := rows(t, s)
		report, err = st.RenewKeys(t.Context())
		require.NoError(t, err)
		require.Equal(t, want, report.Collisions)
		require.Zero(t, report.Renewed)
		require.Equal(t, before, rows(t, s), "they stay as they are")

		_, err = k.Do(t.Context(), "a", users.System(), seats.Delete{User: "u001"}, seats.Delete{User: "u003"}, seats.Edit{User: "u002", Set: users.Patch{Username: new("U002")}})
		require.NoError(t, err)
		report, err = st.RenewKeys(t.Context())
		require.NoError(t, err)
		require.Equal(t, want[3:], report.Collisions)
		found, err := k.Find(t.Context(), "a", users.ByEmail("ada001@acme.example"))
		require.NoError(t, err)
		require.Equal(t, users.ID("u005"), found.ID)
	})
}

// TestStore_RenewKeys_meanwhile edits a user between the read and the write of their keys.
// SQLite has one writer.
func TestStore_RenewKeys_meanwhile(t *testing.T) {
	on(t, []engine{postgres, mariadb}, func(t *testing.T, e engine) {
		s, recorder := e.recorded(t)
		k := keyed(t, s, 3, "a")
		byAnotherTable(t, s)
		var edited error
		recorder.before = func(text string) {
			if strings.HasPrefix(text, "UPDATE seats_accounts SET revision") {
				recorder.before = nil
				_, edited = k.Do(t.Context(), "a", users.System(), seats.Edit{User: "u001", Set: users.Patch{Email: new("Other@acme.example")}})
			}
		}
		report, err := s.stores[0].RenewKeys(t.Context())
		require.NoError(t, err)
		require.NoError(t, edited)
		require.Equal(t, 4, report.Renewed, "the edit has made one key of u001, and RenewKeys the others")
		found, err := k.Find(t.Context(), "a", users.ByEmail("other@acme.example"))
		require.NoError(t, err)
		require.Equal(t, users.ID("u001"), found.ID)
	})
}

// TestStore_RenewKeys_collisions_meanwhile changes the users of a collision, and ends it.
func TestStore_RenewKeys_collisions_meanwhile(t *testing.T) {
	edit := func(user users.ID, email string) seats.Command {
		return seats.Edit{User: user, Set: users.Patch{Email: &email}}
	}
	title := func(user users.ID) seats.Command {
		return seats.Edit{User: user, Set: users.Patch{Title: new("Dr. " + string(user))}}
	}
	invite := func(user users.ID, email string) seats.Command {
		return seats.Invite{Profile: users.Profile{ID: user, Email: email}}
	}
	on(t, renewed, func(t *testing.T, e engine) {
		s := e.open(t)
		st := s.stores[0]
		now := time.Now()
		k, err := ways.New(st, seatkeeper.Options{Now: func() time.Time { return now }})
		require.NoError(t, err)
		policy := seats.Standard()
		policy.InvitationExpiry, policy.Term = seats.ExpiryFreesSeat, time.Hour
		ends := []struct {
			account  users.AccountID
			commands []seats.Command
			want     string // the stored keys of the addresses of u2, u3 and u4 afterwards
			renewed  string // and after RenewKeys
		}{
			{"user-moves", []seats.Command{edit("u3", "b@x.example")}, "a2@x.example b@x.example -", "a2@x.example b@x.example -"},
			{"holder-moves", []seats.Command{edit("u2", "b@x.example")}, "b@x.example an-older-form -", "b@x.example a2@x.example -"},
			{"user-is-deleted", []seats.Command{seats.Delete{User: "u3"}}, "a2@x.example - -", "a2@x.example - -"},
			{"holder-is-deleted", []seats.Command{seats.Delete{User: "u2"}}, "- an-older-form -", "- a2@x.example -"},
			{"both-move", []seats.Command{edit("u3", "b@x.example"), edit("u2", "c@x.example"), invite("u4", "a2@x.example")}, "c@x.example b@x.example a2@x.example", "c@x.example b@x.example a2@x.example"},
			{"exchange", []seats.Command{seats.Edit{User: "u3", Set: users.Patch{Department: new("IT")}}, edit("u1", "b@x.example"), invite("u4", "a1@x.example")}, "a2@x.example an-older-form a1@x.example", "a2@x.example an-older-form a1@x.example"},
		}
		for _, end := range ends {
			_, err = k.Open(t.Context(), seats.Opening{Account: end.account, Total: seats.Of(9), Policy: policy, Owner: users.Profile{ID: "u1", Email: "a1@x.example"}})
			require.NoError(t, err)
			_, err = k.Do(t.Context(), end.account, users.System(), invite("u2", "a2@x.example"), invite("u3", "a3@x.example"))
			require.NoError(t, err)
		}
		execAll(t, s.dbs[0], "UPDATE seats_users SET email = 'A2@x.example', email_key = 'an-older-form' WHERE id = 'u3'",
			"INSERT INTO seats_migrations (version, name) VALUES (0, 'keys_of_version_7')")
		report, err := st.RenewKeys(t.Context())
		require.NoError(t, err)
		require.Len(t, report.Collisions, len(ends))

		stored := func(account users.AccountID) string {
			keys := map[string]string{"u2": "-", "u3": "-", "u4": "-"}
			for _, row := range rows(t, s) {
				if fields := strings.Fields(row); fields[0] == string(account) {
					keys[fields[1]] = fields[3]
				}
			}
			return keys["u2"] + " " + keys["u3"] + " " + keys["u4"]
		}
		do := func(account users.AccountID, commands ...seats.Command) error {
			_, err := k.Do(t.Context(), account, users.System(), commands...)
			return err
		}
		for _, end := range ends {
			a := end.account
			require.NoError(t, do(a, title("u3"), title("u2")), a)
			require.NoError(t, do(a, edit("u3", "a2@X.example")), a)
			require.NoError(t, do(a, seats.ChangeRole{User: "u3", Role: users.Admin}), a)
			require.NoError(t, do(a, seats.Notify{User: "u3"}), a)
			require.ErrorIs(t, do(a, edit("u1", "a2@x.example")), seats.ErrDuplicate)
			require.ErrorIs(t, do(a, title("u2"), edit("u3", "b@x.example"), edit("u1", "a2@x.example")), seats.ErrDuplicate, "u2 has it")
			require.ErrorIs(t, do(a, title("u3"), edit("u2", "b@x.example"), edit("u1", "a2@x.example")), seats.ErrDuplicate, "u3 has it")
			require.Equal(t, "a2@x.example an-older-form -", stored(a))
		}
		now = now.Add(2 * time.Hour)
		for _, end := range ends {
			a := end.account
			usage, err := k.Usage(t.Context(), a)
			require.NoError(t, err, a)
			require.EqualValues(t, 1, usage.Held, "both invitations have run out")
			for _, c := range []seats.Command{seats.Reactivate{User: "u3"}, seats.Notify{User: "u3"}, seats.Accept{User: "u3"}, seats.Deactivate{User: "u3"}, seats.Archive{User: "u3"}, seats.Restore{User: "u3"}} {
				require.NoError(t, do(a, c), "%s %T", a, c)
			}
			require.Equal(t, "a2@x.example an-older-form -", stored(a))

			require.NoError(t, do(a, end.commands...), a)
			require.Equal(t, end.want, stored(a), a)
		}
		report, err = st.RenewKeys(t.Context())
		require.NoError(t, err)
		require.Equal(t, []sqlstore.KeyCollision{{Account: "exchange", User: "u3", Holder: "u2", Kind: users.KeyEmail}}, report.Collisions)
		for _, end := range ends {
			require.Equal(t, end.renewed, stored(end.account), end.account)
			drift, err := k.Audit(t.Context(), end.account)
			require.NoError(t, err)
			require.Equal(t, end.account == "exchange", len(drift) > 0, "%s %v", end.account, drift)
		}
	})
}
