package filestore_test

import (
	"flag"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
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

// TestWhatAFailedCommitLeftBehindIsCutOff before the next, shorter line is written.
func TestWhatAFailedCommitLeftBehindIsCutOff(t *testing.T) {
	signal.Ignore(syscall.SIGXFSZ)
	defer signal.Reset(syscall.SIGXFSZ)
	path := filepath.Join(t.TempDir(), "seats.json")
	s, err := filestore.Open(path)
	require.NoError(t, err)
	_, err = s.Commit(t.Context(), opening(t, "the name of this one is rather long"))
	require.NoError(t, err)
	file, err := os.Stat(path)
	require.NoError(t, err)
	var unlimited syscall.Rlimit
	require.NoError(t, syscall.Getrlimit(syscall.RLIMIT_FSIZE, &unlimited))
	full := unlimited
	full.Cur = uint64(2*file.Size()) + 50
	require.NoError(t, syscall.Setrlimit(syscall.RLIMIT_FSIZE, &full))
	_, failed := s.Commit(t.Context(), opening(t, "the name of that one is rather long"), opening(t, "c"))
	require.NoError(t, syscall.Setrlimit(syscall.RLIMIT_FSIZE, &unlimited))
	require.Error(t, failed)
	_, err = s.Commit(t.Context(), opening(t, "b"))
	require.NoError(t, err)
	require.NoError(t, s.Close())
	s, err = filestore.Open(path)
	require.NoError(t, err)
	require.NoError(t, s.Close())
}

// TestHalfACommitOnAFullDisk is of a commit of two changes, the first of which got to
// the disk. Either nobody finds it later, or the answer was that nobody knows.
func TestHalfACommitOnAFullDisk(t *testing.T) {
	signal.Ignore(syscall.SIGXFSZ)
	defer signal.Reset(syscall.SIGXFSZ)
	path := filepath.Join(t.TempDir(), "seats.json")
	s, err := filestore.Open(path)
	require.NoError(t, err)
	_, err = s.Commit(t.Context(), opening(t, "the name of this one is rather long"))
	require.NoError(t, err)
	file, err := os.Stat(path)
	require.NoError(t, err)
	var unlimited syscall.Rlimit
	require.NoError(t, syscall.Getrlimit(syscall.RLIMIT_FSIZE, &unlimited))
	full := unlimited
	full.Cur = uint64(2*file.Size()) + 50
	require.NoError(t, syscall.Setrlimit(syscall.RLIMIT_FSIZE, &full))
	_, failed := s.Commit(t.Context(), opening(t, "the name of that one is rather long"), opening(t, "c"))
	require.NoError(t, syscall.Setrlimit(syscall.RLIMIT_FSIZE, &unlimited))
	require.Error(t, failed)
	again, err := filestore.Open(path) // after a crash right now
	require.NoError(t, err)
	snapshots, err := again.Load(t.Context(), seats.Need{Account: "the name of that one is rather long"})
	require.NoError(t, err)
	require.NoError(t, again.Close())
	if snapshots[0].Known() {
		require.ErrorIs(t, failed, store.ErrUnknown)
	}
}

func opening(t *testing.T, account users.AccountID) seats.Change {
	d, err := seats.Open(seats.Snapshot{}, seats.Opening{Account: account, Seats: seats.Of(1), Owner: users.Profile{ID: "o", Email: "o@acme.example"}},
		seats.Request{Actor: users.System(), Change: seats.ChangeID("open " + account)})
	require.NoError(t, err)
	return d.Change
}

// TestATornLastLine cuts the file off at each byte of its last line, as a machine
// that breaks down in the middle does, and goes on from there.
func TestATornLastLine(t *testing.T) {
	path := filepath.Join(t.TempDir(), "seats.json")
	known := func(s *filestore.Store, id users.AccountID) bool {
		snapshots, err := s.Load(t.Context(), seats.Need{Account: id})
		require.NoError(t, err)
		return snapshots[0].Known()
	}
	reopen := func() *filestore.Store {
		s, err := filestore.Open(path)
		require.NoError(t, err)
		return s
	}
	write := func(s *filestore.Store, id users.AccountID) {
		verdicts, err := s.Commit(t.Context(), opening(t, id))
		require.NoError(t, err)
		require.NoError(t, verdicts[0].Err)
	}
	s := reopen()
	write(s, "whole")
	first, err := os.ReadFile(path)
	require.NoError(t, err)
	write(s, "a rather long name, so that what is torn is longer than the next line")
	require.NoError(t, s.Close())
	both, err := os.ReadFile(path)
	require.NoError(t, err)
	for end := len(first); end < len(both); end += 7 {
		require.NoError(t, os.WriteFile(path, both[:end], 0o600))
		s := reopen()
		require.True(t, known(s, "whole"))
		require.False(t, known(s, "a rather long name, so that what is torn is longer than the next line"))
		write(s, "b")
		require.NoError(t, s.Close())
		s = reopen()
		require.True(t, known(s, "whole") && known(s, "b"))
		require.NoError(t, s.Close())
	}
	require.NoError(t, os.WriteFile(path, append([]byte("{\n"), first...), 0o600))
	_, err = filestore.Open(path)
	require.Error(t, err, "a broken line before the last is no accident")
}

// TestADiskThatIsFull refuses a write in the middle: nothing has happened, and the next
// one finds its place.
func TestADiskThatIsFull(t *testing.T) {
	signal.Ignore(syscall.SIGXFSZ)
	defer signal.Reset(syscall.SIGXFSZ)
	path := filepath.Join(t.TempDir(), "seats.json")
	s, err := filestore.Open(path)
	require.NoError(t, err)
	_, err = s.Commit(t.Context(), opening(t, "a"))
	require.NoError(t, err)
	file, err := os.Stat(path)
	require.NoError(t, err)
	var unlimited syscall.Rlimit
	require.NoError(t, syscall.Getrlimit(syscall.RLIMIT_FSIZE, &unlimited))
	full := unlimited
	full.Cur = uint64(file.Size()) + 50
	require.NoError(t, syscall.Setrlimit(syscall.RLIMIT_FSIZE, &full))
	_, err = s.Commit(t.Context(), opening(t, "the name of this one is rather long"))
	require.NoError(t, syscall.Setrlimit(syscall.RLIMIT_FSIZE, &unlimited))
	require.Error(t, err)
	for range 2 {
		snapshots, err := s.Load(t.Context(), seats.Need{Account: "the name of this one is rather long"}, seats.Need{Account: "a"})
		require.NoError(t, err)
		require.False(t, snapshots[0].Known())
		require.True(t, snapshots[1].Known())
		verdicts, err := s.Commit(t.Context(), opening(t, "b"))
		require.NoError(t, err)
		require.NotEqual(t, store.ErrBroken, verdicts[0].Err)
		require.NoError(t, s.Close())
		s, err = filestore.Open(path)
		require.NoError(t, err)
	}
	require.NoError(t, s.Close())
}
