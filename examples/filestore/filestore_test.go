package filestore_test

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/examples/filestore"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/store/storetest"
	"github.com/seatkeeper/seatkeeper/users"
)

// TestMain runs thirty random sequences instead of a hundred: this store is slow.
func TestMain(m *testing.M) {
	if err := flag.Set("rapid.checks", "30"); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

// TestStore is all that the author of a store has to write.
func TestStore(t *testing.T) {
	paths := map[store.Store]string{}
	open := func(t testing.TB, path string) store.Store {
		s, err := filestore.Open(path)
		require.NoError(t, err)
		paths[s] = path
		return s
	}
	storetest.Run(t, func(t testing.TB) store.Store {
		return open(t, filepath.Join(t.TempDir(), "seats.json"))
	}, storetest.Options{
		Reopen: func(t testing.TB, s store.Store) store.Store {
			require.NoError(t, s.(*filestore.Store).Close())
			return open(t, paths[s])
		},
	})
}

// TestALineThatIsNotWhole is what a crash in the middle of a commit leaves.
func TestALineThatIsNotWhole(t *testing.T) {
	path := filepath.Join(t.TempDir(), "seats.json")
	open := func() (*filestore.Store, *seatkeeper.Keeper) {
		s, err := filestore.Open(path)
		require.NoError(t, err)
		k, err := seatkeeper.New(s, seatkeeper.Options{})
		require.NoError(t, err)
		return s, k
	}
	s, k := open()
	_, err := k.Open(t.Context(), seats.Opening{Account: "acme", Seats: seats.Of(5), Owner: users.Profile{ID: "u1", Email: "olive@acme.example"}})
	require.NoError(t, err)
	before, err := os.ReadFile(path)
	require.NoError(t, err)
	_, err = k.Do(t.Context(), "acme", users.As("u1"), seats.BuySeats{Seats: 1})
	require.NoError(t, err)
	require.NoError(t, s.Close())
	after, err := os.ReadFile(path)
	require.NoError(t, err)

	for _, end := range []int{len(before) + 1, len(after) - 1} {
		require.NoError(t, os.WriteFile(path, after[:end], 0o600))
		s, k = open()
		_, err = k.Do(t.Context(), "acme", users.As("u1"), seats.ReturnSeats{Seats: 1})
		require.NoError(t, err)
		require.NoError(t, s.Close())
		s, k = open()
		usage, err := k.Usage(t.Context(), "acme")
		require.NoError(t, err)
		require.Equal(t, seats.Of(4), usage.Total)
		require.EqualValues(t, 2, usage.Sequence)
		require.NoError(t, s.Close())
	}

	_, err = k.Do(t.Context(), "acme", users.As("u1"), seats.BuySeats{Seats: 1})
	require.ErrorIs(t, err, store.ErrUnknown, "the file is closed")
	require.NoError(t, os.WriteFile(path, []byte("{}\nnothing\n"), 0o600))
	_, err = filestore.Open(path)
	require.Error(t, err)
}
