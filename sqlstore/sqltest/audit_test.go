package sqltest_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/internal/ways"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// TestKeeper_Audit changes rows past the library, as a bad restore does.
func TestKeeper_Audit(t *testing.T) {
	each(t, engines, func(t *testing.T, s *site) {
		ctx := t.Context()
		k, err := ways.New(s.store(), seatkeeper.Options{})
		require.NoError(t, err)
		for _, account := range []users.AccountID{"acme", "bolt"} {
			_, err := k.Open(ctx, seats.Opening{Account: account, Total: seats.Of(9), Owner: users.Profile{ID: owner, Email: "owner@acme.example"}})
			require.NoError(t, err)
			_, err = k.Do(ctx, account, users.System(), seats.Invite{Profile: invitee(0)}, seats.Invite{Profile: invitee(1), Role: users.Admin},
				seats.Invite{Profile: invitee(2)}, seats.Accept{User: person(1)}, seats.BuySeats{Quantity: 1}, seats.BuySeats{Quantity: 2})
			require.NoError(t, err)
		}
		write := func(statement string) {
			_, err := s.stores[0].Load(ctx, seats.Need{Account: "acme"}) // on Galera it waits for the other nodes
			require.NoError(t, err)
			_, err = s.dbs[0].ExecContext(ctx, statement)
			require.NoError(t, err)
		}
		audited := func(want ...seats.Drift) {
			t.Helper()
			for account, want := range map[users.AccountID][]seats.Drift{"acme": want, "bolt": nil} {
				drift, err := k.Audit(ctx, account)
				require.NoError(t, err)
				require.Equal(t, want, drift)
			}
		}
		audited()
		become := func(n, role, status string) {
			write("UPDATE seats_users SET role = '" + role + "', status = '" + status + "' WHERE account = 'acme' AND id = '" + n + "'")
		}
		first, second := string(person(0)), string(person(1))
		become(first, "admin", "active")
		become(second, "member", "invited")
		audited(seats.Drift{What: "user " + first, Stored: "active admin", Counted: "invited member"},
			seats.Drift{What: "user " + second, Stored: "invited member", Counted: "active admin"})
		_, err = k.Explain(ctx, "acme", person(0))
		require.ErrorIs(t, err, seats.ErrHistory)
		become(first, "member", "invited")
		become(second, "admin", "active")
		audited()

		write("DELETE FROM seats_events WHERE account = 'acme' AND sequence IN (6, 7)")
		audited(seats.Drift{What: "events", Stored: "6 to 7", Counted: "missing"})
		_, err = k.Replay(ctx, "acme")
		require.ErrorIs(t, err, seats.ErrHistory)
		_, err = k.UsageAt(ctx, "acme", time.Now().Add(-time.Hour))
		require.ErrorIs(t, err, seats.ErrHistory)
		for range 2 {
			_, err = k.Do(ctx, "acme", users.As(owner), seats.Invite{Profile: invitee(3)})
			require.ErrorIs(t, err, store.ErrSequence)
			require.NotErrorIs(t, err, store.ErrUnknown)
		}
		_, err = k.User(ctx, "acme", person(3))
		require.ErrorIs(t, err, seats.ErrUnknownUser, "nothing was written")
		audited(seats.Drift{What: "events", Stored: "6 to 7", Counted: "missing"})
		_, err = k.Do(ctx, "bolt", users.As(owner), seats.Invite{Profile: invitee(3)})
		require.NoError(t, err)
		audited(seats.Drift{What: "events", Stored: "6 to 7", Counted: "missing"})
	})
}

// TestKeeper_InTx/lost_events leaves the transaction of the host as it was.
func TestKeeper_InTx(t *testing.T) {
	each(t, engines[:3], func(t *testing.T, s *site) {
		ctx, st := t.Context(), s.stores[0]
		k, err := ways.New(st, seatkeeper.Options{})
		require.NoError(t, err)
		_, err = k.Open(ctx, seats.Opening{Account: "acme", Total: seats.Of(9), Owner: users.Profile{ID: owner, Email: "owner@acme.example"}})
		require.NoError(t, err)
		_, err = s.dbs[0].ExecContext(ctx, "DELETE FROM seats_events")
		require.NoError(t, err)
		t.Run("lost events", func(t *testing.T) {
			tx, err := s.dbs[0].BeginTx(ctx, nil)
			require.NoError(t, err)
			_, err = k.InTx(st.Bind(tx)).Do(ctx, "acme", users.As(owner), seats.Invite{Profile: invitee(3)})
			require.ErrorIs(t, err, store.ErrSequence)
			require.NoError(t, tx.Commit())
			_, err = k.User(ctx, "acme", person(3))
			require.ErrorIs(t, err, seats.ErrUnknownUser)
		})
	})
}
