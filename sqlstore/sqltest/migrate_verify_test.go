package sqltest_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/sqlstore"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

func TestVerifySaysWhatIsWrong(t *testing.T) {
	withNextVersion(t, func(t *testing.T) {
		onBlank(t, func(t *testing.T, d blank) {
			s, db := d.store(t, sqlstore.Options{})
			last := len(s.Migrations())

			t.Run("nobody has migrated", func(t *testing.T) {
				err := s.Verify(t.Context())
				require.ErrorContains(t, err, `sqlstore: the table seats_migrations can't be read; is "seats_" the right prefix, and was Migrate called? `)
			})
			t.Run("the prefix is another one", func(t *testing.T) {
				require.NoError(t, s.Migrate(t.Context()))
				other, err := sqlstore.New(db, d.dialect, sqlstore.Options{Prefix: "chairs_"})
				require.NoError(t, err)
				require.ErrorContains(t, other.Verify(t.Context()), `is "chairs_" the right prefix`)
			})
			t.Run("the tables are too old", func(t *testing.T) {
				execAll(t, db, fmt.Sprint("DELETE FROM seats_migrations WHERE version = ", last))
				require.EqualError(t, s.Verify(t.Context()), fmt.Sprintf("sqlstore: the tables are of version %d and this release needs %d: call Migrate", last-1, last))
				execAll(t, db, "DELETE FROM seats_migrations")
				require.EqualError(t, s.Verify(t.Context()), fmt.Sprintf("sqlstore: the tables are of version 0 and this release needs %d: call Migrate", last))
				for _, m := range s.Migrations() {
					execAll(t, db, recordOf(m))
				}
				require.NoError(t, s.Verify(t.Context()))
			})
			all := d.catalog(t, db)
			t.Run("the tables are of a later release", func(t *testing.T) {
				execAll(t, db, fmt.Sprintf("INSERT INTO seats_migrations (version, name) VALUES (%d, 'more'), (%d, 'and_more')", last+1, last+2))
				sentence := fmt.Sprintf("sqlstore: the tables are of version %d, made by a later release; this one knows them up to %d", last+2, last)
				require.EqualError(t, s.Verify(t.Context()), sentence)
				require.EqualError(t, s.Migrate(t.Context()), sentence)
				execAll(t, db, fmt.Sprint("DELETE FROM seats_migrations WHERE version > ", last))
			})
			t.Run("there is a gap", func(t *testing.T) {
				execAll(t, db, "DELETE FROM seats_migrations WHERE version = 1")
				sentence := fmt.Sprintf("sqlstore: the tables are of version %d, but migration 1 is missing in seats_migrations: it was skipped, or its row was deleted", last)
				require.EqualError(t, s.Verify(t.Context()), sentence)
				require.EqualError(t, s.Migrate(t.Context()), sentence)
				execAll(t, db, recordOf(s.Migrations()[0]))
			})
			require.Equal(t, all, d.catalog(t, db), "nothing was changed")
			t.Run("a column is missing", func(t *testing.T) {
				execAll(t, db, "ALTER TABLE seats_progress RENAME COLUMN moves TO removes")
				require.ErrorContains(t, s.Verify(t.Context()), "sqlstore: the table seats_progress is not as this release makes it: it has no column moves")
				execAll(t, db, "ALTER TABLE seats_progress RENAME COLUMN removes TO moves")
				require.NoError(t, s.Verify(t.Context()))
			})
			t.Run("a table is missing", func(t *testing.T) {
				execAll(t, db, "DROP TABLE seats_events")
				require.ErrorContains(t, s.Verify(t.Context()), "sqlstore: there is no table seats_events")
			})
		})
	})
}

// workThrough makes an account and looks for what is in it.
func workThrough(t *testing.T, s *sqlstore.Store) {
	const account = "acme"
	t.Helper()
	keeper, err := seatkeeper.New(s, seatkeeper.Options{})
	require.NoError(t, err)
	_, err = keeper.Open(t.Context(), seats.Opening{
		Account: account, Total: seats.Of(2), Owner: users.Profile{ID: "olive", Email: "olive@acme.example"},
	})
	require.NoError(t, err)
	_, err = keeper.Do(t.Context(), account, users.As("olive"), seats.Invite{Profile: users.Profile{ID: "ada", Email: "ada@acme.example"}})
	require.NoError(t, err)
	drift, err := keeper.Audit(t.Context(), account)
	require.NoError(t, err)
	require.Empty(t, drift)
	events, err := keeper.Drain(t.Context(), "mails", func(context.Context, seats.Event) error { return nil })
	require.NoError(t, err)
	require.Positive(t, events)
}

// longestPrefix is a prefix that is as long as it may be.
const longestPrefix = "thirty_bytes_are_the_most_of__"

// TestTwoPrefixesAreTwoStores: the names of indexes are those of a schema on PostgreSQL
// and of a database on SQLite.
func TestTwoPrefixesAreTwoStores(t *testing.T) {
	onBlank(t, func(t *testing.T, d blank) {
		first, db := d.migrated(t)
		alone := d.catalog(t, db)
		second, err := sqlstore.New(db, d.dialect, sqlstore.Options{Prefix: longestPrefix})
		require.NoError(t, err)
		require.Error(t, second.Verify(t.Context()))
		require.NoError(t, second.Migrate(t.Context()))
		require.NoError(t, second.Verify(t.Context()))
		for _, line := range alone {
			require.Contains(t, d.catalog(t, db), line)
		}
		workThrough(t, first)
		_, _, err = second.Tally(t.Context(), "acme", users.Filter{})
		require.ErrorIs(t, err, store.ErrNotFound)
		workThrough(t, second)
	})
}

func TestThePrefixIsAllThatDiffers(t *testing.T) {
	onBlank(t, func(t *testing.T, d blank) {
		_, db := d.migrated(t)
		other := d.engine.blank(t)
		second, otherDB := other.store(t, sqlstore.Options{Prefix: longestPrefix})
		require.NoError(t, second.Migrate(t.Context()))
		names := other.catalog(t, otherDB)
		for i := range names {
			names[i] = strings.ReplaceAll(names[i], longestPrefix, "seats_")
		}
		slices.Sort(names)
		require.Equal(t, d.catalog(t, db), names)
	})
}
