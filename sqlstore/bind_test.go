package sqlstore_test

import (
	"database/sql"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/sqlstore"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// TestStore_Bind: what it returns is bound, and a store is not; without a transaction
// nothing is done.
func TestStore_Bind(t *testing.T) {
	for _, d := range []sqlstore.Dialect{sqlstore.SQLite, sqlstore.Postgres, sqlstore.MySQL} {
		t.Run(d.String(), func(t *testing.T) {
			db := sql.OpenDB(nowhere{})
			defer db.Close()
			s, err := sqlstore.New(db, d, sqlstore.Options{})
			require.NoError(t, err)
			require.NotImplements(t, (*store.Bound)(nil), s)
			embedded := struct{ *sql.DB }{db} // as in sqlx and bun
			for _, pool := range []sqlstore.Tx{db, embedded} {
				_, err := s.Bind(pool).Load(t.Context())
				require.EqualError(t, err, "sqlstore: Bind needs a transaction, and not a database")
			}
			bound := s.Bind((*sql.Tx)(nil))
			for _, none := range []store.Bound{s.Bind(nil), s.BindNative(nil)} {
				_, err := none.Load(t.Context())
				require.EqualError(t, err, "sqlstore: Bind needs a transaction")
			}
			k, err := seatkeeper.New(s, seatkeeper.Options{})
			require.NoError(t, err)
			_, do := k.InTx(bound).Do(t.Context(), "acme", users.System(), seats.BuySeats{Quantity: 1})
			_, load := bound.Load(t.Context())
			_, commit := bound.Commit(t.Context())
			_, list := bound.Users(t.Context(), "acme", users.Filter{}, 1)
			for _, err := range []error{do, load, commit, list, store.OutboxOf(bound).Advance(t.Context(), store.Progress{}, store.Progress{})} {
				require.EqualError(t, err, "sqlstore: Bind needs a transaction")
			}
		})
	}
}
