package seatkeeper

import (
	"context"
	"iter"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// A Membership is a user of an account, for a person who chooses between accounts.
type Membership struct {
	Account seats.Account
	Person  seats.Person // as the account's policy shows them
}

// AccountsOf lists the users with that key in all accounts: those of an address after a sign-in whose
// account is unknown. The order is that of the accounts by ID. Closed accounts are listed, and nothing
// is permitted in them; inactive and archived users are, and deleted ones are not. An address that users
// of one account share is listed for each.
//
// All are as stored: what is due takes effect later. The cost grows with the number of accounts: two
// reads of the store for 200 of them, one of which finds users by their keys. A host with many
// accounts asks at the sign-in alone, or keeps a table of its own made from the events. An error ends
// the list.
func (k *Keeper) AccountsOf(ctx context.Context, key users.Key) iter.Seq2[Membership, error] {
	return observedList(ctx, k, CallStats{Method: "AccountsOf"}, func(k *Keeper, yield func(Membership, error) bool) {
		accounts := pages(true, accountPage, func(last seats.Account) ([]seats.Account, error) {
			return k.store.Accounts(ctx, last.ID, accountPage)
		})
		var page []seats.Need
		for a, err := range accounts {
			if err != nil {
				yield(Membership{}, err)
				return
			}
			if page = append(page, seats.NeedsPerson(a.ID, key)); len(page) == accountPage {
				if !k.members(ctx, key, page, yield) {
					return
				}
				page = page[:0]
			}
		}
		if len(page) > 0 {
			k.members(ctx, key, page, yield)
		}
	})
}

// members lists the users with a key in some accounts. It reports whether the list goes on.
func (k *Keeper) members(ctx context.Context, key users.Key, needs []seats.Need, yield func(Membership, error) bool) bool {
	found, err := k.loadOnce(ctx, needs...)
	if err != nil {
		yield(Membership{}, err)
		return false
	}
	now := k.now()
	for _, s := range found {
		for _, u := range s.Users {
			if !u.Here() || !u.Has(key) {
				continue
			}
			account := s.Account
			account.Salt = "" // internal to the library
			if !yield(Membership{account, account.View(u, now)}, nil) {
				return false
			}
		}
	}
	return true
}
