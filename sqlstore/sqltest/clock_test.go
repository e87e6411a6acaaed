package sqltest_test

import (
	"context"
	"database/sql"
	"os"
	"regexp"
	"strconv"
	"strings"
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

// TestStore_Load_store_time has sessions of another time zone and of another time.
func TestStore_Load_store_time(t *testing.T) {
	tokyo, bent := postgres, mariadb
	tokyo.dsn = onPostgres("pgx", "&timezone=Asia/Tokyo")
	bent.dsn = onMariaDB("?time_zone=%27%2B09:00%27&timestamp=1000000000")
	on(t, []engine{sqlite, tokyo, bent}, func(t *testing.T, e engine) {
		s := e.open(t).store()
		before := time.Now()
		snapshots, err := s.Load(t.Context(), seats.Need{Account: acme})
		require.NoError(t, err)
		at := snapshots[0].StoreTime
		if e.dialect == sqlstore.SQLite {
			require.Zero(t, at)
			return
		}
		require.WithinRange(t, at, before.Add(-time.Second), time.Now().Add(time.Second))
	})
}

// TestKeeper_clock_skew has clocks a day ahead and a day behind.
func TestKeeper_clock_skew(t *testing.T) {
	each(t, []engine{postgres, mariadb, galera}, func(t *testing.T, s *site) {
		for _, off := range []time.Duration{24 * time.Hour, -24 * time.Hour} {
			off := func() time.Time { return time.Now().Add(off) }
			k, err := ways.New(s.store(), seatkeeper.Options{Now: off, MaxSkew: time.Minute})
			require.NoError(t, err)
			_, err = k.Open(t.Context(), seats.Opening{Account: acme, Total: seats.Of(9), Owner: users.Profile{ID: "olive", Email: "olive@acme.example"}})
			require.ErrorIs(t, err, store.ErrClockSkew)
			accounts, err := s.store().Accounts(t.Context(), "", 9)
			require.NoError(t, err)
			require.Empty(t, accounts)
		}
	})
}

// TestKeeper_Drain_lease_by_the_server has clocks a day off. The lease is a minute by the
// server's clock.
func TestKeeper_Drain_lease_by_the_server(t *testing.T) {
	each(t, []engine{postgres, mariadb, galera}, func(t *testing.T, s *site) {
		for consumer, off := range map[string]time.Duration{"ahead": 24 * time.Hour, "behind": -24 * time.Hour} {
			k, err := ways.New(s.store(), seatkeeper.Options{Now: func() time.Time { return time.Now().Add(off) }})
			require.NoError(t, err)
			_, err = k.Open(t.Context(), seats.Opening{Account: users.AccountID(consumer), Total: seats.Of(9), Owner: users.Profile{ID: "olive", Email: "olive@acme.example"}})
			require.NoError(t, err)
			_, err = k.Drain(t.Context(), eventwise(consumer, func(ctx context.Context, e seats.Event) error {
				at, err := store.OutboxOf(s.store()).Progress(ctx, consumer, e.Account)
				require.NoError(t, err)
				require.WithinDuration(t, at.StoreTime.Add(time.Minute), at.LeaseUntil, 30*time.Second)
				return nil
			}))
			require.NoError(t, err)
		}
	})
}

// eventwise is a consumer that handles one event at a time, and again at once after a failure.
func eventwise(name string, fn func(context.Context, seats.Event) error) seatkeeper.Consumer {
	return seatkeeper.Consumer{
		Name: name, Batch: 1, Pause: func(int) time.Duration { return 0 },
		Handle: func(ctx context.Context, d *seatkeeper.Delivery) error { return fn(ctx, d.Events[0]) },
	}
}

// wayBack returns what the README says to run, and the instant in it.
func wayBack(t *testing.T) (find, statements []string, instant time.Time) {
	text, err := os.ReadFile("../README.md")
	require.NoError(t, err)
	_, section, found := strings.Cut(string(text), "## After a wrong clock\n")
	require.True(t, found)
	blocks := regexp.MustCompile("(?s)```sql\n(.*?)```").FindAllStringSubmatch(section, -1)
	require.Len(t, blocks, 2)
	number := regexp.MustCompile(`\d{16}`).FindString(section)
	micros, err := strconv.ParseInt(number, 10, 64)
	require.NoError(t, err)
	all := func(block string) []string {
		return strings.Split(strings.TrimSuffix(strings.TrimSpace(block), ";"), ";")
	}
	return all(blocks[0][1]), all(blocks[1][1]), time.UnixMicro(micros).UTC()
}

// everyInstant are commands that set each column which has the present.
func everyInstant() []seats.Command {
	return []seats.Command{
		seats.SetTotal{Pool: "go", Total: seats.Of(3)},
		seats.AssignCourse{User: "olive", Pool: "go"}, seats.UnassignCourse{User: "olive", Pool: "go"},
		seats.AssignCourse{User: "olive", Pool: "go"}, seats.StartCourse{User: "olive", Pool: "go"}, seats.ArchiveActivity{User: "olive", Pool: "go"},
		seats.AssignCourse{User: "olive", Pool: "go"},
		seats.Add{Profile: users.Profile{ID: "ann", Email: "ann@acme.example"}}, seats.Deactivate{User: "u0"},
	}
}

// requirePast requires that no column but those of what is to come has an instant after the bound.
func requirePast(t *testing.T, s *site, bound time.Time) {
	t.Helper()
	text, err := os.ReadFile("../testdata/columns.txt")
	require.NoError(t, err)
	for line := range strings.Lines(string(text)) {
		table, columns, _ := strings.Cut(strings.TrimSpace(line), ": ")
		names, rows := query(t, s.dbs[0], "SELECT "+columns+" FROM seats_"+table)
		for _, row := range rows {
			for i, cell := range row {
				if n, err := strconv.ParseInt(cell.String, 10, 64); err == nil && n > bound.UnixMicro() {
					require.Contains(t, []string{"expires", "due", "next_due", "pool_due", "ends"}, strings.ToLower(names[i]), "%s", table)
				}
			}
		}
	}
}

// TestReadme_wrongClock has a call of 2034 in the middle of a month, and mends the account by
// the statements of the README.
func TestReadme_wrongClock(t *testing.T) {
	find, statements, wrong := wayBack(t)
	each(t, engines, func(t *testing.T, s *site) {
		ctx := t.Context()
		now := wrong.AddDate(0, 0, -10)
		k, err := ways.New(s.store(), seatkeeper.Options{Now: func() time.Time { return now }})
		require.NoError(t, err)
		_, err = k.Open(ctx, seats.Opening{Account: acme, Total: seats.Of(9), Owner: users.Profile{ID: "olive", Email: "olive@acme.example"}})
		require.NoError(t, err)
		for i, day := range []time.Time{wrong.AddDate(0, 0, -1), wrong.AddDate(10, 0, 0), wrong.AddDate(0, 0, 1), wrong.AddDate(0, 0, 2)} {
			now = day
			commands := []seats.Command{invite(users.ID("u" + strconv.Itoa(i)))}
			if day.Year() > wrong.Year() {
				commands = append(commands, everyInstant()...)
			}
			_, err = k.Do(ctx, acme, users.System(), commands...)
			require.NoError(t, err)
			require.NoError(t, k.Seen(ctx, acme, now, "olive"))
		}
		none := store.Progress{Consumer: "mails", Account: acme}
		leased := none
		leased.LeaseUntil = wrong.AddDate(10, 0, 0)
		require.NoError(t, store.OutboxOf(s.store()).Advance(ctx, none, leased))
		month := func() seats.Period {
			p, err := k.Period(ctx, acme, seats.Site, wrong.AddDate(0, 0, -10), wrong.AddDate(0, 0, 2))
			require.NoError(t, err)
			return p
		}
		require.EqualValues(t, 2, month().Peak, "the rest is in 2034")

		bringBack := func() {
			t.Helper()
			_, err := s.stores[0].Load(ctx, seats.Need{Account: acme}) // on Galera it waits for the other nodes
			require.NoError(t, err)
			var id users.AccountID
			var changed int64
			require.NoError(t, s.dbs[0].QueryRow(find[0]).Scan(&id, &changed))
			require.Equal(t, acme, id)
			tx, err := s.dbs[0].BeginTx(ctx, nil)
			require.NoError(t, err)
			for _, statement := range statements {
				_, err := tx.ExecContext(ctx, statement)
				require.NoError(t, err)
			}
			require.NoError(t, tx.Commit())
			require.ErrorIs(t, s.dbs[0].QueryRow(find[0]).Scan(&id, &changed), sql.ErrNoRows)
			drift, err := k.Audit(ctx, acme)
			require.NoError(t, err)
			require.Empty(t, drift)
			requirePast(t, s, wrong.AddDate(9, 0, 0))
		}
		bringBack()
		require.EqualValues(t, 5, month().Peak)
		before, err := k.UsageAt(ctx, acme, wrong.Add(-time.Microsecond))
		require.NoError(t, err)
		require.EqualValues(t, 2, before.Held)
		after, err := k.UsageAt(ctx, acme, wrong)
		require.NoError(t, err)
		require.EqualValues(t, 5, after.Held)
		person, err := k.User(ctx, acme, "u2")
		require.NoError(t, err)
		require.Equal(t, wrong, person.Created)
		require.Equal(t, wrong, person.StatusSince)

		right := now
		now = wrong.AddDate(10, 0, 0)
		_, err = k.Do(ctx, acme, users.System(), seats.Close{})
		require.NoError(t, err)
		now = right
		bringBack()
		row, err := k.Account(ctx, acme)
		require.NoError(t, err)
		require.Equal(t, wrong, row.Changed)
		require.Equal(t, wrong, row.Closed)
		done, err := k.Do(ctx, acme, users.System(), seats.Reopen{})
		require.NoError(t, err)
		require.Equal(t, now, done.Events[0].Time, "new events carry the present")
		n, err := k.Drain(ctx, eventwise("mails", func(context.Context, seats.Event) error { return nil }))
		require.NoError(t, err)
		require.Equal(t, 16, n)
	})
}
