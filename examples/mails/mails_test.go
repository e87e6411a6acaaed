package mails_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	_ "modernc.org/sqlite"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/examples/mails"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/sqlstore"
	"github.com/seatkeeper/seatkeeper/users"
)

// invitation is the mail of an invitation. Its link is void once a newer one has gone out: the page
// behind it passes the number to seats.Accept.
func invitation(e seats.Event) []mails.Mail {
	n := e.Invitation()
	if n == 0 {
		return nil
	}
	return []mails.Mail{{To: users.Filter{IDs: []users.ID{e.User}}, Subject: "You are invited", Body: fmt.Sprintf("https://lms.example/join/%s/%d", e.User, n)}}
}

// TestConsumer has one row for each invitation that goes out, though the table fails in between and every
// event is delivered again.
func TestConsumer(t *testing.T) {
	ctx := t.Context()
	file := "file:" + filepath.Join(t.TempDir(), "seats.db") + "?_pragma=journal_mode(WAL)&_pragma=busy_timeout(5000)&_txlock=immediate"
	db, err := sql.Open("sqlite", file)
	require.NoError(t, err)
	defer db.Close()
	st, err := sqlstore.New(db, sqlstore.SQLite, sqlstore.Options{})
	require.NoError(t, err)
	require.NoError(t, st.Migrate(ctx))
	keeper, err := seatkeeper.New(st, seatkeeper.Options{})
	require.NoError(t, err)
	olive := users.As("u1")
	_, err = keeper.Open(ctx, seats.Opening{Account: "acme", Total: seats.Of(9), Owner: users.Profile{ID: "u1", Email: "olive@acme.example"}})
	require.NoError(t, err)
	do := func(commands ...seats.Command) {
		_, err := keeper.Do(ctx, "acme", olive, commands...)
		require.NoError(t, err)
	}
	invite := func(id users.ID) seats.Command {
		return seats.Invite{Profile: users.Profile{ID: id, Email: string(id) + "@acme.example"}}
	}

	do(invite("old"))
	consumer := mails.Consumer(st, keeper, invitation, func(context.Context, error) {})
	consumer.FromNow = true
	consumer.Pause = func(int) time.Duration { return 0 }
	_, err = keeper.Drain(ctx, consumer)
	require.NoError(t, err)

	do(invite("ada"), invite("bob"), invite("cy"), seats.Delete{User: "cy"}, seats.Deactivate{User: "old"}, invite("dee"), seats.Deactivate{User: "dee"})
	_, err = keeper.Drain(ctx, consumer)
	var failed *seatkeeper.ConsumeError
	require.True(t, errors.As(err, &failed), "the table is not there yet")
	_, err = db.Exec(mails.Table)
	require.NoError(t, err)
	for range 3 {
		_, err = keeper.Drain(ctx, consumer)
		require.NoError(t, err)
	}
	do(seats.Notify{User: "ada"}, seats.Edit{User: "bob", Set: users.Patch{Email: new("bob@new.example")}})
	for range 3 {
		_, err = keeper.Drain(ctx, consumer)
		require.NoError(t, err)
	}
	rows, err := db.Query("SELECT address || ' ' || body FROM mails ORDER BY event")
	require.NoError(t, err)
	defer rows.Close()
	var got []string
	for rows.Next() {
		var row string
		require.NoError(t, rows.Scan(&row))
		got = append(got, row)
	}
	require.NoError(t, rows.Err())
	require.Equal(t, []string{
		"ada@acme.example https://lms.example/join/ada/1", "bob@acme.example https://lms.example/join/bob/1",
		"ada@acme.example https://lms.example/join/ada/2", "bob@new.example https://lms.example/join/bob/2",
	}, got)
}
