package seatkeeper

import (
	"cmp"
	"context"
	"iter"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// Accounts lists all accounts in ascending order of ID, after the given one, as they are
// stored: closed and erased ones too, and without waiting for what is due in them. Rows
// are read as by [Keeper.Users]; for a page of a screen, leave the loop and go on after
// the last one.
func (k *Keeper) Accounts(ctx context.Context, after users.AccountID) iter.Seq2[seats.Account, error] {
	return pages(true, accountPage, func(last seats.Account) ([]seats.Account, error) {
		rows, err := k.store.Accounts(ctx, cmp.Or(last.ID, after), accountPage)
		for i := range rows {
			rows[i].Salt = "" // the library's own
		}
		return rows, err
	})
}

// EraseAccount erases a closed account: [seats.EraseAccount], after which it can't be
// opened again, and then [seats.Delete] of everybody, owners too, a few hundred to a
// commit. What is left are the tombstones and the events, which contain no value of a
// profile. It returns how many people were deleted by this call.
//
// Where it ends with an error, call it again: it goes on. That is why it needs no request
// key and leaves that of a [Call] out. Support and the system may. An account that is not
// closed is refused as [seats.ErrOpen].
func (k *Keeper) EraseAccount(ctx context.Context, account users.AccountID, actor users.Actor, reason string) (people int, err error) {
	k = k.With(Call{Correlation: cmp.Or(k.call.Correlation, k.newID()), Reason: cmp.Or(reason, k.call.Reason)})
	if _, err := k.Do(ctx, account, actor, seats.EraseAccount{}); err != nil {
		return 0, err
	}
	var some []seats.Command
	leave := func() error {
		outcomes, err := k.DoEach(ctx, account, actor, some...)
		for _, o := range outcomes {
			if o.Refusal != nil {
				return o.Refusal
			}
			if !o.Unchanged { // or somebody else erases it as well
				people++
			}
		}
		some = nil
		return err
	}
	for u, err := range k.Users(ctx, account, users.Filter{}) {
		if err != nil {
			return people, err
		}
		if some = append(some, seats.Delete{User: u.ID}); len(some) == chunkSize {
			if err := leave(); err != nil {
				return people, err
			}
		}
	}
	return people, leave()
}
