package sqltest_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/internal/ways"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/sqlstore"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// consumerRunner names the variable with the order of a process that consumes events.
const consumerRunner = "SEATKEEPER_CONSUMER_RUNNER"

// A consumerOrder is what such a process is told.
type consumerOrder struct {
	Dialect sqlstore.Dialect
	Driver  string
	Source  string
	KillAt  string // the moment at which it kills itself, after a commit
}

// The moments of a delivery at which a process may be killed.
const (
	beforeTheRows   = "before the rows"
	afterTheRows    = "after the rows"
	beforeTheCommit = "before the commit"
	inTheCommit     = "in the commit"
	afterTheCommit  = "after the commit"
)

// mailer is a consumer that writes a row for each event in a transaction of the host's, and tells the
// moments of each delivery.
func mailer(db *sql.DB, st *sqlstore.Store, at func(moment string)) seatkeeper.Consumer {
	return seatkeeper.Consumer{
		Name: "mails", Batch: 7, Timeout: time.Second, Wait: time.Millisecond, Pause: func(int) time.Duration { return 0 },
		Report: func(context.Context, error) {},
		Handle: func(ctx context.Context, d *seatkeeper.Delivery) error {
			tx, err := db.BeginTx(ctx, nil)
			if err != nil {
				return err
			}
			defer func() { _ = tx.Rollback() }()
			at(beforeTheRows)
			for _, e := range d.Events {
				if _, err := tx.ExecContext(ctx, fmt.Sprintf("INSERT INTO mails (account, number) VALUES ('%s', %d)", e.Account, e.Sequence)); err != nil {
					return err
				}
			}
			at(afterTheRows)
			if err := d.DoneIn(ctx, st.Bind(tx)); err != nil {
				return err
			}
			at(beforeTheCommit)
			go at(inTheCommit)
			if err := tx.Commit(); err != nil {
				return err
			}
			at(afterTheCommit)
			return nil
		},
	}
}

// runConsumer is a process of its own: it consumes events until it kills itself.
func runConsumer(text string) error {
	var o consumerOrder
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
	var commits atomic.Int64
	return k.Consume(context.Background(), mailer(db, st, func(moment string) {
		if moment == afterTheCommit {
			commits.Add(1)
		}
		if moment == o.KillAt && commits.Load() > 0 {
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		}
	}))
}

// TestDelivery_DoneIn_killed has one process after the other consume events, each killed with signal 9 in
// the middle of a delivery. The host's table has each event once.
func TestDelivery_DoneIn_killed(t *testing.T) {
	on(t, []engine{sqlite, postgres, mariadb.inLong(), galera}, func(t *testing.T, e engine) {
		ctx := t.Context()
		driver, sources := e.dsn(t, database(t))
		s := &site{engine: e, dbs: e.connect(t, driver, sources)}
		s.migrate(t)
		db, st := s.dbs[0], s.stores[0]
		execAll(t, db, "CREATE TABLE mails (account VARCHAR(9) NOT NULL, number INTEGER NOT NULL)")
		k := keeper(t, st)
		accounts, events := []users.AccountID{"a", "b", "c"}, uint64(0)
		for _, a := range accounts {
			_, err := k.Open(ctx, seats.Opening{Account: a, Total: seats.Of(99), Owner: users.Profile{ID: "olive", Email: "olive@acme.example"}})
			require.NoError(t, err)
			var commands []seats.Command
			for i := range 39 {
				commands = append(commands, invite(users.ID(fmt.Sprint("m", i))))
			}
			done, err := k.Do(ctx, a, users.System(), commands...)
			require.NoError(t, err)
			events += 1 + uint64(len(done.Events))
		}
		written := func() uint64 { return uint64(ask(t, db, "SELECT COUNT(*) FROM mails")) }
		for _, moment := range []string{beforeTheRows, afterTheRows, beforeTheCommit, inTheCommit, afterTheCommit} {
			before := written()
			var said strings.Builder
			c := child(t, consumerRunner, consumerOrder{e.dialect, driver, sources[0], moment}, &said)
			require.NoError(t, c.Start())
			_ = c.Wait()
			require.Equal(t, "signal: killed", c.ProcessState.String(), "%s %s", moment, said.String())
			require.Greater(t, written(), before, moment)
			require.Less(t, written(), events, "it was in the middle")
		}
		last := mailer(db, st, func(string) {})
		require.Eventually(t, func() bool { // the lease of the last one ends
			_, _ = k.Drain(ctx, last)
			for _, a := range accounts {
				at, err := store.OutboxOf(st).Progress(ctx, last.Name, a)
				if err != nil || at.Sequence < events/uint64(len(accounts)) {
					return false
				}
			}
			return true
		}, 2*time.Minute, 10*time.Millisecond)
		require.Equal(t, events, written())
		require.EqualValues(t, events, ask(t, db, "SELECT COUNT(*) FROM (SELECT DISTINCT account, number FROM mails) once"))
	})
}
