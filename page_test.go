package seatkeeper_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/memstore"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// paged opens an account of n users beside the owner, from p0 on. Their names are in the order
// of their IDs, after the owner's.
func paged(t *testing.T, s store.Store, n int) *seatkeeper.Keeper {
	t.Helper()
	k := newKeeper(t, s, seatkeeper.Options{}, seats.Unlimited(), seats.Standard())
	var commands []seats.Command
	for i := range n {
		p := profile(users.ID(fmt.Sprint("p", i)))
		p.LastName = fmt.Sprint("Z", i)
		commands = append(commands, seats.Invite{Profile: p})
	}
	_, err := k.DoEach(t.Context(), "acme", owner, commands...)
	require.NoError(t, err)
	return k
}

// turn returns a page by the text of its cursor.
func turn(t *testing.T, k *seatkeeper.Keeper, f users.Filter, to *users.Cursor, size int) (seatkeeper.Page, []users.ID) {
	t.Helper()
	var cursor users.Cursor
	if to != nil {
		text, err := to.MarshalText()
		require.NoError(t, err)
		require.NoError(t, cursor.UnmarshalText(text))
	}
	p, err := k.Page(t.Context(), "acme", f, cursor, size)
	require.NoError(t, err)
	var ids []users.ID
	for _, u := range p.Users {
		ids = append(ids, u.ID)
	}
	return p, ids
}

func TestKeeper_Page(t *testing.T) {
	k := paged(t, memstore.New(), 7)
	do(t, k, owner, seats.Deactivate{User: "p1"}, seats.ChangeRole{User: "p3", Role: users.Admin})
	for _, o := range users.Orders() {
		for _, back := range []bool{false, true} {
			for size := 1; size < 10; size++ {
				f := users.Filter{Order: o, Backward: back, After: users.Place{ID: "p3"}}
				p, ids := turn(t, k, f, nil, size)
				require.Nil(t, p.Previous)
				all := [][]users.ID{ids}
				for p.Next != nil {
					p, ids = turn(t, k, f, p.Next, size)
					all = append(all, ids)
				}
				var want []users.ID
				for u, err := range k.Users(t.Context(), "acme", users.Filter{Order: o, Backward: back}) {
					require.NoError(t, err)
					want = append(want, u.ID)
				}
				require.Len(t, want, 8)
				require.Equal(t, slices.Collect(slices.Chunk(want, size)), all, "%v, back %v", o, back)
				n := len(all) - 1
				for ; p.Previous != nil; n-- {
					require.Equal(t, all[n], ids)
					p, ids = turn(t, k, f, p.Previous, size)
				}
				require.Zero(t, n)
				require.Equal(t, all[0], ids)
				_, last := turn(t, k, f, &users.Cursor{Order: o, Before: true}, size)
				require.Equal(t, want[max(0, len(want)-size):], last)
			}
		}
	}
}

// TestKeeper_Page_changes turns pages while users come and go.
func TestKeeper_Page_changes(t *testing.T) {
	k := paged(t, memstore.New(), 7)
	f := users.Filter{Order: users.OrderName, Role: users.In(users.Member)}
	first, ids := turn(t, k, f, nil, 3)
	require.Equal(t, []users.ID{"p0", "p1", "p2"}, ids)
	require.Equal(t, ids, first.IDs())
	do(t, k, owner, seats.Delete{User: "p2"}, seats.Delete{User: "p0"}, seats.Edit{User: "p4", Set: users.Patch{LastName: new("A")}})
	second, ids := turn(t, k, f, first.Next, 3)
	require.Equal(t, []users.ID{"p3", "p5", "p6"}, ids)
	require.Nil(t, second.Next)
	_, ids = turn(t, k, f, second.Previous, 2)
	require.Equal(t, []users.ID{"p4", "p1"}, ids)
	first, ids = turn(t, k, f, second.Previous, 3)
	require.Equal(t, []users.ID{"p4", "p1", "p3"}, ids, "a short page back is the first one")
	require.Nil(t, first.Previous)
	do(t, k, owner, seats.Delete{User: "p5"}, seats.Delete{User: "p6"})
	beyond, ids := turn(t, k, f, first.Next, 3)
	require.Empty(t, ids)
	require.Nil(t, beyond.Next)
	_, ids = turn(t, k, f, beyond.Previous, 3)
	require.Equal(t, []users.ID{"p4", "p1", "p3"}, ids)
	none, ids := turn(t, k, users.Filter{Text: "nowhere"}, nil, 3)
	require.Empty(t, ids)
	require.Equal(t, seatkeeper.Page{}, none)
}

func TestKeeper_Page_size(t *testing.T) {
	s := &limits{Store: memstore.New()}
	k := paged(t, s, 60)
	for size, want := range map[int]int{0: 51, -1: 51, 1: 2, seatkeeper.MaxPage: seatkeeper.MaxPage + 1, seatkeeper.MaxPage + 1: seatkeeper.MaxPage + 1} {
		p, ids := turn(t, k, users.Filter{}, nil, size)
		require.Equal(t, want, s.last)
		require.Len(t, ids, min(want-1, 61))
		require.Equal(t, want < 61, p.Next != nil)
	}
}

// TestKeeper_Page_reads: a page back that is full is read once, whether or not it is the first.
func TestKeeper_Page_reads(t *testing.T) {
	s := &limits{Store: memstore.New()}
	k := paged(t, s, 60)
	first, ids := turn(t, k, users.Filter{}, nil, 20)
	second, _ := turn(t, k, users.Filter{}, first.Next, 20)
	s.reads = 0
	back, again := turn(t, k, users.Filter{}, second.Previous, 20)
	require.Equal(t, ids, again)
	require.Equal(t, first.Next, back.Next)
	require.Nil(t, back.Previous)
	require.Equal(t, 1, s.reads)
}

// limits notes the last limit of a list, and counts the lists.
type limits struct {
	store.Store
	last, reads int
}

func (s *limits) Users(ctx context.Context, account users.AccountID, f users.Filter, limit int) ([]users.User, error) {
	s.last = limit
	s.reads++
	return s.Store.Users(ctx, account, f, limit)
}

func TestKeeper_Page_refused(t *testing.T) {
	ctx := t.Context()
	k := paged(t, memstore.New(), 1)
	for _, c := range []users.Cursor{{Order: users.OrderName, Before: true}, {Place: users.Place{ID: "p0"}}} {
		_, err := k.Page(ctx, "acme", users.Filter{Order: users.OrderRole}, c, 3)
		require.ErrorIs(t, err, seats.ErrBadInput)
	}
	_, err := k.Page(ctx, "stranger", users.Filter{}, users.Cursor{}, 3)
	require.ErrorIs(t, err, store.ErrNotFound)
	_, err = k.Count(ctx, "stranger", users.Filter{})
	require.ErrorIs(t, err, store.ErrNotFound)
	cutOff := newKeeper(t, &unlisted{memstore.New()}, seatkeeper.Options{}, seats.Unlimited(), seats.AccuEdConnect())
	_, err = cutOff.Page(ctx, "acme", users.Filter{}, users.Cursor{}, 3)
	require.ErrorIs(t, err, errUnlisted)
	p, err := cutOff.Page(ctx, "acme", users.Filter{Status: users.In(users.Invited)}, users.Cursor{}, 3)
	require.NoError(t, err, "invited users are shown as active here")
	require.Equal(t, seatkeeper.Page{}, p)
}

// unlisted is a store whose lists and tallies fail.
type unlisted struct{ store.Store }

var errUnlisted = fmt.Errorf("no lists")

func (unlisted) Users(context.Context, users.AccountID, users.Filter, int) ([]users.User, error) {
	return nil, errUnlisted
}

func (unlisted) Tally(context.Context, users.AccountID, users.Filter) (users.Tally, uint64, error) {
	return users.Tally{}, 0, errUnlisted
}

// TestKeeper_Count counts without a list what the account knows.
func TestKeeper_Count(t *testing.T) {
	ctx := t.Context()
	s := memstore.New()
	k := paged(t, s, 7)
	do(t, k, owner, seats.Deactivate{User: "p1"}, seats.Delete{User: "p2"}, seats.ChangeRole{User: "p3", Role: users.Admin})
	cutOff, err := seatkeeper.New(unlisted{s}, seatkeeper.Options{})
	require.NoError(t, err)
	for _, c := range []struct {
		filter users.Filter
		known  bool
		want   int64
	}{
		{users.Filter{}, true, 7},
		{users.Filter{Status: users.In(users.Statuses()...), Order: users.OrderName, After: users.Place{Name: "z1", ID: "p1"}}, true, 8},
		{users.Filter{Status: users.In(users.Invited), Role: users.In(users.Member)}, true, 4},
		{users.Filter{Sources: []users.Source{{Kind: users.SourceSync}}}, true, 0},
		{users.Filter{Text: "z"}, false, 6},
		{users.Filter{LeftBy: users.In(users.LeftByHand)}, false, 1},
		{users.Filter{LeftBy: users.In(users.LeftByHand), Status: users.In(users.Deleted)}, false, 1},
	} {
		n, err := k.Count(ctx, "acme", c.filter)
		require.NoError(t, err)
		require.Equal(t, c.want, n, "%+v", c.filter)
		part, err := k.UsageOf(ctx, "acme", c.filter)
		require.NoError(t, err)
		require.Equal(t, c.want, part.People.Count(users.In(users.Statuses()...), 0))
		n, err = cutOff.Count(ctx, "acme", c.filter)
		if c.known {
			require.NoError(t, err)
			require.Equal(t, c.want, n)
		} else {
			require.ErrorIs(t, err, errUnlisted)
		}
	}
}
