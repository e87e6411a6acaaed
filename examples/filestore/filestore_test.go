package filestore_test

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/examples/filestore"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/store/storetest"
)

// TestMain runs ten random sequences instead of a hundred: this store is slow. Its files lie in memory, if there is any:
// to sync them takes no time there.
func TestMain(m *testing.M) {
	if shared, err := os.Stat("/dev/shm"); err == nil && shared.IsDir() && os.Getenv("TMPDIR") == "" {
		_ = os.Setenv("TMPDIR", "/dev/shm")
	}
	for name, value := range map[string]string{"rapid.checks": "10", "rapid.steps": "50"} {
		if err := flag.Set(name, value); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}

// TestStore and the next one are all that the author of a store has to write.
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
		NoLastSeen: true, NoMisses: true,
		Reopen: func(t testing.TB, s store.Store) store.Store {
			require.NoError(t, s.(*filestore.Store).Close())
			return open(t, paths[s])
		},
	})
}

// TestStore_lockstep looks at every field.
func TestStore_lockstep(t *testing.T) {
	storetest.Lockstep(t, func(t testing.TB) store.Store {
		s, err := filestore.Open(filepath.Join(t.TempDir(), "seats.json"))
		require.NoError(t, err)
		return s
	})
}
