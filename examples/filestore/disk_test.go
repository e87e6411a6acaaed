package filestore_test

import (
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/examples/filestore"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

func opening(t *testing.T, account users.AccountID) seats.Change {
	d, err := seats.Open(seats.Snapshot{}, seats.Opening{Account: account, Total: seats.Of(1), Owner: users.Profile{ID: "o", Email: "o@acme.example"}},
		seats.Request{Actor: users.System(), Change: seats.ChangeID("open " + account)})
	require.NoError(t, err)
	return d.Change
}

func reopened(t *testing.T, path string) *filestore.Store {
	s, err := filestore.Open(path)
	require.NoError(t, err)
	return s
}

func known(t *testing.T, s *filestore.Store, id users.AccountID) bool {
	snapshots, err := s.Load(t.Context(), seats.Need{Account: id})
	require.NoError(t, err)
	return snapshots[0].Known()
}

func write(t *testing.T, s *filestore.Store, id users.AccountID) {
	results, err := s.Commit(t.Context(), opening(t, id))
	require.NoError(t, err)
	require.NoError(t, results[0].Err)
}

// line returns how long the line is by which an account is opened.
func line(t *testing.T, id users.AccountID) int64 {
	path := filepath.Join(t.TempDir(), "seats.json")
	s := reopened(t, path)
	write(t, s, id)
	require.NoError(t, s.Close())
	file, err := os.Stat(path)
	require.NoError(t, err)
	return file.Size()
}

const long users.AccountID = "a rather long name, so that what is left of it is longer than the next line"

// TestOpen_torn_last_line cuts the file off at each byte of its last line, as a machine
// that breaks down in the middle does, and goes on from there.
func TestOpen_torn_last_line(t *testing.T) {
	path := filepath.Join(t.TempDir(), "seats.json")
	s := reopened(t, path)
	write(t, s, "whole")
	first, err := os.ReadFile(path)
	require.NoError(t, err)
	write(t, s, long)
	require.NoError(t, s.Close())
	both, err := os.ReadFile(path)
	require.NoError(t, err)
	for end := len(first); end < len(both); end += min(7, max(1, len(both)-1-end)) {
		require.NoError(t, os.WriteFile(path, both[:end], 0o600))
		s := reopened(t, path)
		require.True(t, known(t, s, "whole"))
		require.False(t, known(t, s, long))
		write(t, s, "b")
		require.NoError(t, s.Close())
		s = reopened(t, path)
		require.True(t, known(t, s, "whole") && known(t, s, "b"))
		require.NoError(t, s.Close())
	}
	require.NoError(t, os.WriteFile(path, append([]byte("{\n"), first...), 0o600))
	_, err = filestore.Open(path)
	require.Error(t, err, "a broken line before the last is no accident")
}

// TestStore_Commit_full_disk fails a commit of two changes at some place of the first line and
// of the second. It is unknown whether they were written, and this store goes on
// without them: what is left of them in the file is cut off.
func TestStore_Commit_full_disk(t *testing.T) {
	signal.Ignore(syscall.SIGXFSZ)
	defer signal.Reset(syscall.SIGXFSZ)
	for _, lines := range []int64{0, 1} {
		path := filepath.Join(t.TempDir(), "seats.json")
		s := reopened(t, path)
		write(t, s, "a")
		file, err := os.Stat(path)
		require.NoError(t, err)
		var unlimited syscall.Rlimit
		require.NoError(t, syscall.Getrlimit(syscall.RLIMIT_FSIZE, &unlimited))
		full := unlimited
		full.Cur = uint64(file.Size()) + 50 + uint64(lines*line(t, long))
		require.NoError(t, syscall.Setrlimit(syscall.RLIMIT_FSIZE, &full))
		_, failed := s.Commit(t.Context(), opening(t, long), opening(t, long+"er"))
		require.NoError(t, syscall.Setrlimit(syscall.RLIMIT_FSIZE, &unlimited))
		require.ErrorIs(t, failed, store.ErrUnknown)
		crashed := reopened(t, path)
		require.Equal(t, lines == 1, known(t, crashed, long), "a new start finds the whole lines")
		require.NoError(t, crashed.Close())

		require.False(t, known(t, s, long))
		write(t, s, "b")
		require.NoError(t, s.Close())
		s = reopened(t, path)
		require.True(t, known(t, s, "a") && known(t, s, "b"))
		require.False(t, known(t, s, long))
		require.NoError(t, s.Close())
		_, err = s.Commit(t.Context(), opening(t, "c"))
		require.ErrorIs(t, err, store.ErrUnknown, "a file that is closed")
	}
}
