package pgxstore_test

import (
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/sqlstore/pgxstore"
	"github.com/seatkeeper/seatkeeper/users"
)

// The tests on a server are in package sqltest, so that this module requires pgx alone.

func unconnected(t *testing.T) *pgxpool.Pool {
	t.Helper()
	pool, err := pgxpool.New(t.Context(), "postgres://127.0.0.1:1/none")
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	return pool
}

func TestNew(t *testing.T) {
	_, err := pgxstore.New(nil, pgxstore.Options{})
	require.EqualError(t, err, "pgxstore: New needs a pool")
	_, err = pgxstore.New(unconnected(t), pgxstore.Options{Prefix: "Seats"})
	require.ErrorContains(t, err, "the prefix")
	_, err = pgxstore.New(unconnected(t), pgxstore.Options{Attempts: -1})
	require.ErrorContains(t, err, "Attempts")
}

func TestStore_Bind_nil(t *testing.T) {
	st, err := pgxstore.New(unconnected(t), pgxstore.Options{})
	require.NoError(t, err)
	k, err := seatkeeper.New(st, seatkeeper.Options{})
	require.NoError(t, err)
	_, err = k.InTx(st.Bind(nil)).Do(t.Context(), "acme", users.System(), seats.BuySeats{Quantity: 1})
	require.EqualError(t, err, "sqlstore: Bind needs a transaction")
	require.NoError(t, st.Close())
}
