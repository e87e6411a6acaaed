package storetest

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// A harness is an account that is to be, in a store, with a Keeper whose clock and
// IDs the script sets.
type harness struct {
	*seatkeeper.Keeper
	store   store.Store
	account users.AccountID
	now     time.Time
	ids     int
	faulty  *Faulty // between the Keeper and the store
	fault   Fault   // the next one
	at      int     // and the call that it strikes
	gone    int     // how many people were deleted with the account
}

func newHarness(s store.Store, account string) *harness {
	g := &harness{store: s, account: users.AccountID(account), now: epoch}
	g.faulty = NewFaulty(secluded{s, g.account}, func(n int) Fault {
		if n == g.at {
			return g.fault
		}
		return None
	})
	g.faulty.Wait = time.Microsecond
	k, err := seatkeeper.New(g.faulty, seatkeeper.Options{
		Now:   func() time.Time { return g.now },
		NewID: func() users.ID { g.ids++; return made(g.ids) },
	})
	if err != nil {
		panic(err)
	}
	g.Keeper = k
	return g
}

// unique returns a name that nobody has, be it in a store that was used before.
func unique(name string) string {
	var suffix [8]byte
	_, _ = rand.Read(suffix[:]) // never fails
	return name + "-" + hex.EncodeToString(suffix[:])
}

func made(n int) users.ID { return users.ID(fmt.Sprintf("n%d", n)) }

// secluded is a store in which one account is listed, is due or has events for a
// consumer, and no other ever: the clock of a script is not that of the accounts beside
// it. It refuses changes that a store need not be able to write.
type secluded struct {
	store.Store
	account users.AccountID
}

func (s secluded) Commit(ctx context.Context, changes ...seats.Change) ([]store.CommitResult, error) {
	for _, c := range changes {
		if err := keepsItsPromise(ctx, s.Store, c); err != nil {
			return nil, err
		}
	}
	return s.Store.Commit(ctx, changes...)
}

func (s secluded) Accounts(ctx context.Context, after users.AccountID, limit int) ([]seats.Account, error) {
	one := min(limit, 1) // since there may be thousands of others behind it
	return only(s.account, after, one, func(a seats.Account) users.AccountID { return a.ID }, func(after users.AccountID) ([]seats.Account, error) {
		return s.Store.Accounts(ctx, after, one)
	})
}

func (s secluded) Due(ctx context.Context, by time.Time, after users.AccountID, limit int) ([]users.AccountID, error) {
	return only(s.account, after, limit, func(id users.AccountID) users.AccountID { return id }, func(after users.AccountID) ([]users.AccountID, error) {
		return s.Store.Due(ctx, by, after, limit)
	})
}

func (s secluded) Pending(ctx context.Context, consumer string, after users.AccountID, limit int) ([]store.Progress, error) {
	return only(s.account, after, limit, func(p store.Progress) users.AccountID { return p.Account }, func(after users.AccountID) ([]store.Progress, error) {
		return s.Store.Pending(ctx, consumer, after, limit)
	})
}

// only reads pages until the one that has the account's row, of which it returns no
// other.
func only[R any](account, after users.AccountID, limit int, of func(R) users.AccountID, read func(users.AccountID) ([]R, error)) ([]R, error) {
	for after = max(after, account[:len(account)-1]); after < account; {
		page, err := read(after)
		if err != nil || len(page) == 0 {
			return nil, err
		}
		for _, row := range page {
			if of(row) == account {
				return []R{row}, nil
			}
		}
		if len(page) < limit {
			break
		}
		after = of(page[len(page)-1])
	}
	return nil, nil
}

// play carries out a call, and once more if the store failed before anything
// was done. Of all other faults nobody is to notice anything.
func (g *harness) play(c call) (seatkeeper.Result, error) {
	ids := g.ids
	g.now, g.fault, g.at = c.at, c.fault, g.faulty.Calls()+c.strikes
	done, err := g.call(c)
	g.fault = None
	if errors.Is(err, ErrInjected) && !errors.Is(err, store.ErrUnknown) {
		g.ids = ids
		return g.call(c)
	}
	return done, err
}

func (g *harness) call(c call) (seatkeeper.Result, error) {
	var done seatkeeper.Result
	var err error
	k := g.With(seatkeeper.Call{Key: c.key})
	switch c.how {
	case opening:
		c.opening.Account = g.account
		return k.Open(context.Background(), c.opening)
	case do:
		return k.Do(context.Background(), g.account, c.actor, c.commands...)
	case each:
		done.Outcomes, err = k.DoEach(context.Background(), g.account, c.actor, c.commands...)
	case runDue:
		_, err = g.RunDue(context.Background())
	case erasing:
		var people int
		people, err = k.EraseAccount(context.Background(), g.account, c.actor, c.commands[0].(seats.EraseAccount).Reason)
		g.gone += people
	}
	return done, err
}
