package faults

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/memstore"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// A beneath store is what lies beneath a Faulty: it counts the commits that come through to it, and has a change for them.
type beneath struct {
	*memstore.Store
	change seats.Change
	times  int
	after  func() // called after each commit, unless nil
}

func (s *beneath) Commit(ctx context.Context, changes ...seats.Change) ([]store.CommitResult, error) {
	s.times++
	if s.after != nil {
		defer s.after()
	}
	return s.Store.Commit(ctx, changes...)
}

func (s *beneath) written(t *testing.T) bool {
	snapshots, err := s.Load(context.Background(), seats.Need{Account: "a"})
	require.NoError(t, err)
	return snapshots[0].Known()
}

// strike returns a store with that fault at its first call, and what is behind it.
func strike(t *testing.T, fault Fault) (*Store, *beneath) {
	d, err := seats.Open(seats.Snapshot{}, seats.Opening{Account: "a", Total: seats.Of(1), Owner: users.Profile{ID: "o", Email: "o@acme.example"}},
		seats.Request{Actor: users.System(), At: time.Date(2026, time.March, 1, 9, 0, 0, 0, time.UTC), Change: "c"})
	require.NoError(t, err)
	s := &beneath{Store: memstore.New(), change: d.Change}
	return New(s, func(n int) Fault {
		if n == 0 {
			return fault
		}
		return None
	}), s
}

// TestStore_Commit: each fault does just what its comment says.
func TestStore_Commit(t *testing.T) {
	for fault, want := range map[Fault]struct {
		err     error
		verdict error
		times   int
	}{
		None: {times: 1}, Delay: {times: 1}, Fail: {err: ErrInjected}, Conflict: {verdict: store.ErrConflict},
		LoseBefore: {err: store.ErrUnknown}, LoseAfter: {err: store.ErrUnknown, times: 1}, LoseLate: {err: store.ErrUnknown},
		Repeat: {verdict: store.ErrConflict, times: 2},
	} {
		synctest.Test(t, func(t *testing.T) {
			f, s := strike(t, fault)
			began := time.Now()
			results, err := f.Commit(t.Context(), s.change)
			require.ErrorIs(t, err, want.err, fault)
			require.Equal(t, want.times, s.times, fault)
			require.Equal(t, want.times > 0, s.written(t), fault)
			require.Equal(t, 1, f.Calls())
			if err == nil {
				require.Equal(t, []store.CommitResult{{Err: want.verdict}}, results, fault)
			} else {
				require.Empty(t, results, fault)
			}
			if fault == None {
				require.Empty(t, f.Struck())
			} else {
				require.Equal(t, []string{fault.String() + " at call 0, Commit"}, f.Struck())
			}
			require.Equal(t, fault == Delay, time.Since(began) == f.Wait && f.Wait > 0, fault)
		})
	}
}

// TestStore_Commit_late arrives once, after the next load, which does not show it yet, and
// though its context has ended.
func TestStore_Commit_late(t *testing.T) {
	f, s := strike(t, LoseLate)
	ctx, cancel := context.WithCancel(t.Context())
	_, err := f.Commit(ctx, s.change)
	require.ErrorIs(t, err, store.ErrUnknown)
	cancel()
	for i := range 3 {
		snapshots, err := f.Load(t.Context(), seats.Need{Account: "a"})
		require.NoError(t, err)
		require.Equal(t, i > 0, snapshots[0].Known())
		require.Equal(t, 1, s.times)
	}
	require.Equal(t, 4, f.Calls())
}

// TestStore_Commit_repeated is answered though its context ended after the first one was written:
// the context's error alone would say that nothing was.
func TestStore_Commit_repeated(t *testing.T) {
	f, s := strike(t, Repeat)
	ctx, cancel := context.WithCancel(t.Context())
	s.after = cancel
	results, err := f.Commit(ctx, s.change)
	require.NoError(t, err)
	require.Equal(t, []store.CommitResult{{Err: store.ErrConflict}}, results)
	require.True(t, s.written(t))
}

func TestStore_Commit_delayed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, s := strike(t, Delay)
		f.Wait = time.Hour
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		began := time.Now()
		_, err := f.Commit(ctx, s.change)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Equal(t, time.Minute, time.Since(began))
		require.Zero(t, s.times)
	})
}

// TestStore_methods can each fail, and each but Advance and Begin ignores faults of writes.
func TestStore_methods(t *testing.T) {
	ctx := t.Context()
	to := store.Progress{Consumer: "c", Account: "a", Sequence: 1}
	for name, call := range map[string]func(*Store) error{
		"Load":     func(f *Store) error { _, err := f.Load(ctx, seats.Need{Account: "a"}); return err },
		"Users":    func(f *Store) error { _, err := f.Users(ctx, "a", users.Filter{}, 1); return err },
		"Tally":    func(f *Store) error { _, _, err := f.Tally(ctx, "a", users.Filter{}); return err },
		"Events":   func(f *Store) error { _, err := f.Events(ctx, "a", seats.EventFilter{}, 1); return err },
		"Accounts": func(f *Store) error { _, err := f.Accounts(ctx, "", 1); return err },
		"Due":      func(f *Store) error { _, err := f.Due(ctx, time.Time{}, "", 1); return err },
		"Pools":    func(f *Store) error { _, err := f.Pools(ctx, "a", "", 1); return err },
		"Pending":  func(f *Store) error { _, err := f.Pending(ctx, "c", "", 1); return err },
		"Progress": func(f *Store) error { _, err := f.Progress(ctx, "c", "a"); return err },
		"SetAside": func(f *Store) error { _, err := f.SetAside(ctx, "c", "", 1); return err },
		"Begin":    func(f *Store) error { return f.Begin(ctx, "c") },
		"Advance":  func(f *Store) error { return f.Advance(ctx, store.Progress{Consumer: "c", Account: "a"}, to) },
	} {
		for _, fault := range All() {
			f, s := strike(t, fault)
			_, err := s.Commit(ctx, s.change)
			require.NoError(t, err)
			f.Wait = time.Microsecond
			err = call(f)
			writes, want := name == "Advance" || name == "Begin", error(nil)
			switch {
			case fault == Fail:
				want = ErrInjected
			case fault == Delay || !writes:
			case fault == Repeat && name == "Begin": // which does nothing to one that has begun
			case fault == Conflict || fault == Repeat:
				want = store.ErrConflict
			default:
				want = store.ErrUnknown
			}
			require.ErrorIs(t, err, want, "%s: %v", name, fault)
			require.Equal(t, fault < Conflict || writes, len(f.Struck()) == 1, "%s: %v", name, fault)
			behind, err := s.Pending(ctx, "c", "", 1)
			require.NoError(t, err)
			done := writes && (fault == Delay || fault == LoseAfter || fault == Repeat)
			require.Equal(t, done, len(behind) == 0, "%s: %v", name, fault)
		}
	}
}
