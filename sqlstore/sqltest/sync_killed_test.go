package sqltest_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"iter"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/internal/ways"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/sqlstore"
	"github.com/seatkeeper/seatkeeper/users"
)

// syncRunner names the variable with the order of a process that runs a roster.
const syncRunner = "SEATKEEPER_SYNC_RUNNER"

// A syncOrder is what such a process is told.
type syncOrder struct {
	Dialect sqlstore.Dialect
	Driver  string
	Source  string
	Account users.AccountID
	KillAt  int  // the command after whose outcome it kills itself
	Beside  bool // while the run goes on
}

var nightly = seats.SyncRun{Source: "hr", Fields: []string{"external-id", "email", "first-name"}}

// night is a roster of so many people from a number on. Those of every second number have this name.
func night(from, to int, name string) iter.Seq2[users.Entry, error] {
	return users.Complete(func(yield func(users.Entry, error) bool) {
		for n := from; n < to; n++ {
			p := users.Profile{ExternalID: fmt.Sprint(n), Email: fmt.Sprintf("p%d@acme.example", n), FirstName: "Ada"}
			if n%2 == 0 {
				p.FirstName = name
			}
			if !yield(users.Entry{Row: n + 2, Profile: p}, nil) {
				return
			}
		}
	})
}

// runSync is a process of its own: it runs a roster until it kills itself.
func runSync(text string) error {
	var o syncOrder
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		return err
	}
	db, err := sql.Open(o.Driver, o.Source)
	if err != nil {
		return err
	}
	st, err := sqlstore.New(db, o.Dialect, sqlstore.Options{})
	if err != nil {
		return err
	}
	k, err := ways.New(st, seatkeeper.Options{})
	if err != nil {
		return err
	}
	n := 0
	kill := func() { _ = syscall.Kill(os.Getpid(), syscall.SIGKILL) }
	_, err = k.Sync(context.Background(), o.Account, nightly, night(150, 2150, "Bea"), func(seats.Command, seats.Outcome) error {
		switch n++; {
		case n == o.KillAt && o.Beside:
			go kill()
		case n == o.KillAt:
			kill()
		}
		return nil
	})
	return err
}

// TestKeeper_Sync_killed: a run killed with signal 9 between or within its commits, and run again, ends as one that was not.
func TestKeeper_Sync_killed(t *testing.T) {
	on(t, []engine{sqlite, postgres, mariadb.inLong(), galera}, func(t *testing.T, e engine) {
		ctx := t.Context()
		driver, sources := e.dsn(t, database(t))
		s := &site{engine: e, dbs: e.connect(t, driver, sources)}
		s.migrate(t)
		k := keeper(t, s.stores[0])
		state := func(account users.AccountID) (all []string) {
			for u, err := range k.Users(ctx, account, users.Filter{}) {
				require.NoError(t, err)
				all = append(all, fmt.Sprint(u.ExternalID, u.Email, u.FirstName, u.Status, u.LeftBy))
			}
			slices.Sort(all)
			drift, err := k.Audit(ctx, account)
			require.NoError(t, err)
			require.Empty(t, drift)
			return all
		}
		var want []string
		for i, order := range []syncOrder{{}, {KillAt: 1}, {KillAt: 500, Beside: true}, {KillAt: 501}} {
			account := users.AccountID(fmt.Sprint("acme", i))
			_, err := k.Open(ctx, seats.Opening{Account: account, Total: seats.Of(2001), Owner: users.Profile{ID: "olive", Email: "olive@acme.example"}})
			require.NoError(t, err)
			first, err := k.Sync(ctx, account, nightly, night(0, 2000, "Ada"), nil)
			require.NoError(t, err)
			require.Equal(t, 2000, first.Totals.Fit)
			if order.KillAt > 0 {
				order.Dialect, order.Driver, order.Source, order.Account = e.dialect, driver, sources[0], account
				var said strings.Builder
				c := child(t, syncRunner, order, &said)
				require.NoError(t, c.Start())
				_ = c.Wait()
				require.Equal(t, "signal: killed", c.ProcessState.String(), said.String())
			}
			again, err := k.Sync(ctx, account, nightly, night(150, 2150, "Bea"), nil)
			require.NoError(t, err)
			require.Positive(t, again.Totals.Fit, "it was in the middle")
			require.Zero(t, again.Totals.Refused)
			if want == nil {
				want = state(account)
				require.Equal(t, 1225, again.Totals.Fit)
			}
			require.Equal(t, want, state(account))
		}
	})
}
