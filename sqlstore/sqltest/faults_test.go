package sqltest

import (
	"context"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/internal/gen"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// What the checker is for, it has to find: each of these stores breaks one promise
// of the contract now and then, on a Keeper that is right.

// lastOneWins writes every change, whatever it was decided on: the revision is not
// compared.
type lastOneWins struct {
	store.Store
	mu *sync.Mutex
}

func (s lastOneWins) Commit(ctx context.Context, changes ...seats.Change) ([]store.CommitResult, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, c := range changes {
		now, err := s.Load(ctx, seats.Need{Account: c.Account.ID})
		if err != nil {
			return nil, err
		}
		changes[i] = moved(c, now[0].Account)
	}
	return s.Store.Commit(ctx, changes...)
}

// moved returns the change as if it had been decided on what is there now.
func moved(c seats.Change, now seats.Account) seats.Change {
	c.Account.Revision += now.Revision - c.Base
	c.Base = now.Revision
	events := make([]seats.Event, len(c.Events))
	for i, e := range c.Events {
		e.Sequence = now.Sequence + uint64(i) + 1
		c.Account.Sequence = e.Sequence
		events[i] = e
	}
	c.Events = events
	return c
}

// stale answers every third load with what the account was at the one before.
type stale struct {
	store.Store
	mu    *sync.Mutex
	old   map[users.AccountID]seats.Snapshot
	loads *int
}

func (s stale) Load(ctx context.Context, needs ...seats.Need) ([]seats.Snapshot, error) {
	everything := seats.Need{Account: needs[0].Account, Users: everyUser, Pools: gen.Pools, Licences: everyUser}
	snapshots, err := s.Store.Load(ctx, everything)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	old, there := s.old[everything.Account]
	s.old[everything.Account] = snapshots[0]
	if *s.loads++; there && *s.loads%3 == 0 {
		snapshots[0] = old
	}
	return snapshots, nil
}

// forgetful acknowledges every fiftieth commit and writes nothing.
type forgetful struct {
	store.Store
	mu      *sync.Mutex
	commits *int
}

func (s forgetful) Commit(ctx context.Context, changes ...seats.Change) ([]store.CommitResult, error) {
	s.mu.Lock()
	*s.commits++
	forget := *s.commits%50 == 0
	s.mu.Unlock()
	if forget && changes[0].Base > 0 {
		return make([]store.CommitResult, len(changes)), nil
	}
	return s.Store.Commit(ctx, changes...)
}

// narrow leaves out owners and admins.
type narrow struct{ store.Store }

func (s narrow) Load(ctx context.Context, needs ...seats.Need) ([]seats.Snapshot, error) {
	needs = slices.Clone(needs)
	for i := range needs {
		needs[i].Admins = false
	}
	return s.Store.Load(ctx, needs...)
}

// unsound refuses every tenth commit as one that breaks an invariant.
type unsound struct {
	store.Store
	mu      *sync.Mutex
	commits *int
}

func (s unsound) Commit(ctx context.Context, changes ...seats.Change) ([]store.CommitResult, error) {
	s.mu.Lock()
	*s.commits++
	refuse := *s.commits%10 == 0
	s.mu.Unlock()
	if refuse {
		return []store.CommitResult{{Err: store.ErrBroken}}, nil
	}
	return s.Store.Commit(ctx, changes...)
}

func TestPlantedFaultsAreFound(t *testing.T) {
	var mu sync.Mutex
	count := 0
	for name, disturb := range map[string]func(keeper int, s store.Store) store.Store{
		"the revision is not compared": func(_ int, s store.Store) store.Store { return lastOneWins{s, &mu} },
		"one Keeper sees the past": func(keeper int, s store.Store) store.Store {
			if keeper > 0 {
				return s
			}
			return stale{s, &mu, map[users.AccountID]seats.Snapshot{}, new(int)}
		},
		"an acknowledged commit is lost": func(_ int, s store.Store) store.Store { return forgetful{s, &mu, &count} },
		"an order tells no user":         func(_ int, s store.Store) store.Store { return narrow{s} },
	} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			// A store that compares nothing can come to a negative number of people, and by it to
			// a total that has no JSON form. Such a history is not saved: look for another one.
			for saved := false; !saved; {
				h := newHunt(rand.Uint64())
				h.disturb = disturb
				found := h.search(t, openMemstore, 10*time.Second)
				t.Logf("seed %d, %v", h.seed, h)
				require.NotNil(t, found)
				require.Equal(t, illegal, found.reason)
				text := found.save(t, folder)
				t.Log(text)
				saved = !strings.Contains(text, "nothing to judge again")
			}
			picture, err := os.ReadFile(filepath.Join(folder, "history.html"))
			require.NoError(t, err)
			require.Contains(t, string(picture), "@acme.example")
			text, err := os.ReadFile(filepath.Join(folder, "history.json"))
			require.NoError(t, err)
			again, err := decode(text)
			require.NoError(t, err)
			require.Equal(t, illegal, again.judge())
		})
	}
	t.Run("an error that nothing accounts for", func(t *testing.T) {
		h := newHunt(rand.Uint64())
		h.disturb = func(_ int, s store.Store) store.Store { return unsound{s, &mu, &count} }
		found := h.search(t, openMemstore, 10*time.Second)
		require.NotNil(t, found)
		require.Contains(t, found.reason, store.ErrBroken.Error())
	})
}
