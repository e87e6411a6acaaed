package sqltest_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/internal/ways"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// Most tests need an account, its owner, and a user to invite.
const acme users.AccountID = "acme"

var olive = users.As("olive")

func profile(id users.ID) users.Profile {
	return users.Profile{ID: id, Email: string(id) + "@acme.example"}
}

func invite(id users.ID) seats.Command { return seats.Invite{Profile: profile(id)} }

// keeper returns a Keeper on the store.
func keeper(t testing.TB, s store.Store) *seatkeeper.Keeper {
	t.Helper()
	k, err := ways.New(s, seatkeeper.Options{})
	require.NoError(t, err)
	return k
}

// open opens the account with so many seats, one of which is its owner's.
func open(t testing.TB, s store.Store, total int64) *seatkeeper.Keeper {
	t.Helper()
	k := keeper(t, s)
	_, err := k.Open(t.Context(), seats.Opening{Account: acme, Total: seats.Of(total), Owner: profile("olive")})
	require.NoError(t, err)
	return k
}

// revision returns the account's, and requires that all its numbers agree.
func revision(t testing.TB, k *seatkeeper.Keeper) uint64 {
	t.Helper()
	drift, err := k.Audit(t.Context(), acme)
	require.NoError(t, err)
	require.Empty(t, drift)
	a, err := k.Account(t.Context(), acme)
	require.NoError(t, err)
	return a.Revision
}

// people returns the IDs of the users, in order.
func people(t testing.TB, k *seatkeeper.Keeper) (ids []users.ID) {
	t.Helper()
	for p, err := range k.Users(t.Context(), acme, users.Filter{}) {
		require.NoError(t, err)
		ids = append(ids, p.ID)
	}
	return ids
}

// works requires that the store is usable and sound, by one more invitation.
func works(t testing.TB, s store.Store, id users.ID) {
	t.Helper()
	k := keeper(t, s)
	before := revision(t, k)
	_, err := k.Do(t.Context(), acme, users.System(), invite(id))
	require.NoError(t, err)
	require.Equal(t, before+1, revision(t, k))
	require.Contains(t, people(t, k), id)
}

// before is a store that does something once before it commits: what comes too late
// comes too late for certain.
type before struct {
	store.Store
	do func()
}

func (b *before) Commit(ctx context.Context, changes ...seats.Change) ([]store.CommitResult, error) {
	if do := b.do; do != nil {
		b.do = nil
		do()
	}
	return b.Store.Commit(ctx, changes...)
}

// blind is a store whose first load brings no users.
type blind struct {
	store.Store
	loads int
}

func (b *blind) Load(ctx context.Context, needs ...seats.Need) ([]seats.Snapshot, error) {
	snapshots, err := b.Store.Load(ctx, needs...)
	if b.loads++; b.loads == 1 && err == nil {
		snapshots[0].Users = nil
	}
	return snapshots, err
}

// planned returns the change that commands come to, and writes nothing.
func planned(t testing.TB, s store.Store, commands ...seats.Command) seats.Change {
	t.Helper()
	c := &catch{Store: s}
	_, err := keeper(t, c).Do(t.Context(), acme, users.System(), commands...)
	require.ErrorIs(t, err, errCaught)
	return c.change
}

type catch struct {
	store.Store
	change seats.Change
}

var errCaught = fmt.Errorf("caught")

func (c *catch) Commit(_ context.Context, changes ...seats.Change) ([]store.CommitResult, error) {
	c.change = changes[0]
	return nil, errCaught
}

// variant returns one of the variants.
func variant(t testing.TB, name string) engine {
	t.Helper()
	for _, e := range variants {
		if e.name == name {
			return e
		}
	}
	t.Fatalf("there is no %q", name)
	return engine{}
}
