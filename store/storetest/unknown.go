package storetest

import (
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/internal/gen"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// besideUnknown opens the accounts a and c with rows of all kinds, and returns a and b: an account
// that is there, and an unknown one.
func (t *tester) besideUnknown() (a, b users.AccountID) {
	t.Helper()
	for _, name := range []string{"a", "c"} {
		c := t.opening(t.account(name), seats.Standard())
		c.Account.NextDue = gen.Epoch
		c.Pools = append(c.Pools, seats.Pool{ID: gen.Course, Total: seats.Of(1), Due: gen.Epoch})
		c.Licences = []users.Licence{{User: owner, Pool: string(gen.Course), Number: 1, Assigned: gen.Epoch, Due: gen.Epoch}}
		t.written(c)
	}
	return t.account("a"), t.account("b")
}

// unknown reads a list of the account that is there, and of the unknown one.
func unknown(list string) func(*tester) {
	return func(t *tester) {
		if list == "Pending" {
			t.outbox()
		}
		a, b := t.besideUnknown()
		for _, account := range []users.AccountID{a, b} {
			for name, page := range t.lists(account) {
				if strings.HasPrefix(name, list) {
					page(9)
					page(9) // is empty
				}
			}
		}
	}
}

func tallyUnknown(t *tester) {
	a, b := t.besideUnknown()
	for _, f := range []users.Filter{{}, {Status: gen.EveryStatus}, {Groups: []string{"a"}}} {
		t.tally(a, f)
		t.tally(b, f)
	}
}

func loadUnknown(t *tester) {
	a, b := t.besideUnknown()
	all := seats.Need{
		Users: []users.ID{owner}, Keys: []users.Key{users.ByEmail("owner@acme.example")}, Admins: true,
		Pools: []seats.PoolID{gen.Course}, Licences: []users.ID{owner}, DueBy: gen.Epoch, Sequence: 1, Key: "k", IndexTo: 9,
	}
	t.loads(append(append(of(a, all), of(b, all, seats.Need{})...), of(t.account("c"), all)...)...)
}

// commitUnknown commits changes that were decided on an account, in another one that is unknown.
func commitUnknown(t *tester) {
	a, b := t.besideUnknown()
	c := t.invited(a, "x")
	c.Account.ID = b
	for i := range c.Events {
		c.Events[i].Account = b
	}
	t.refused(store.ErrConflict, c, silent(c))
	results := t.commit(c, t.change(a))
	require.ErrorIs(t, results[0].Err, store.ErrConflict, "only a change with Base 0 opens an account")
	require.NoError(t, results[1].Err, "the account beside it is there")
	t.written(t.opening(b, seats.Standard()))
	t.same()
}

func advanceUnknown(t *tester) {
	t.outbox()
	_, b := t.besideUnknown()
	t.advanced(progress(b, 0, gen.Epoch))
	t.same()
	err := t.advance(progress(b, 0, time.Time{}), progress(b, 0, gen.Epoch))
	require.ErrorIs(t, err, store.ErrConflict, "the progress is kept")
	t.load(seats.Need{Account: b})
	t.opened("b")
	t.same()
}
