package sqltest_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/sqlstore/sqltest/servers"
)

// An action is statements, in which %d is the number of the store's connection and {n} that
// of the try.
type action struct {
	name   string
	do     []string
	behind string // a statement of a third session, which waits for the host as the commit waits for it
	fills  bool   // then no room is left on the disk of the database
	queues bool   // it waits itself for statements under way
	undo   string
}

// endedContext is no action of the database.
var endedContext = action{name: "ended context"}

// A session is what statements are sent on.
type session interface {
	ExecContext(context.Context, string, ...any) (sql.Result, error)
}

// act carries out statements of the host's or the administrator's.
func (y *tried) act(t *testing.T, on session, id int, statements ...string) {
	t.Helper()
	require.NoError(t, y.send(t, on, id, statements...))
}

func (y *tried) send(t *testing.T, on session, id int, statements ...string) error {
	for _, text := range statements {
		text = strings.ReplaceAll(text, "{n}", fmt.Sprint(y.tries))
		if strings.Contains(text, "%d") {
			text = fmt.Sprintf(text, id)
		}
		if _, err := on.ExecContext(context.WithoutCancel(t.Context()), text); err != nil {
			return fmt.Errorf("%s: %w", text, err)
		}
	}
	return nil
}

// undo takes an action back. A server that has died of it is started again.
func (y *tried) undo(t *testing.T, id int, a action) {
	t.Helper()
	if a.fills {
		require.NoError(t, servers.Empty(y.disk))
		y.heal(t)
		y.plain.SetMaxIdleConns(0) // they may be to a server that is no more
		y.plain.SetMaxIdleConns(y.connections)
	}
	if a.undo != "" {
		y.act(t, y.plain, id, a.undo)
	}
}

// hold carries out an action in a transaction of the host's, which release ends. The server
// may have died meanwhile where it is said so.
func (y *tried) hold(t *testing.T, id int, a action) (release func(died bool)) {
	t.Helper()
	if a.name == "" {
		return func(bool) {}
	}
	host, err := y.plain.Conn(t.Context())
	require.NoError(t, err)
	y.act(t, host, id, append([]string{y.begin}, a.do...)...)
	behind := make(chan error, 1)
	if a.behind == "" {
		behind <- nil
	} else {
		third, err := y.plain.Conn(t.Context())
		require.NoError(t, err)
		waits := 0
		require.NoError(t, third.QueryRowContext(t.Context(), y.id).Scan(&waits))
		go func() {
			err := y.send(t, third, id, a.behind)
			behind <- errors.Join(err, third.Close())
		}()
		require.Eventually(t, func() bool { return y.waits(t, y.plain, waits) }, time.Minute, time.Millisecond, a.behind)
	}
	return func(died bool) {
		ends := []string{"ROLLBACK"}
		if a.undo != "" {
			ends = append(ends, a.undo)
		}
		err := errors.Join(y.send(t, host, id, ends...), <-behind, host.Close())
		if !died {
			require.NoError(t, err)
		}
	}
}
