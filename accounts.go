package seatkeeper

import (
	"cmp"
	"context"
	"iter"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// Accounts lists the accounts after the given ID in ascending order, closed and erased
// ones included. They are as stored: what is due in them takes effect later. Rows are read
// as by [Keeper.Users]. For one page of a screen, break out of the loop when the page is
// full, and continue after its last account. An error ends the list.
func (k *Keeper) Accounts(ctx context.Context, after users.AccountID) iter.Seq2[seats.Account, error] {
	return observedList(ctx, k, CallStats{Method: "Accounts"}, func(k *Keeper, yield func(seats.Account, error) bool) {
		pages(true, accountPage, func(last seats.Account) ([]seats.Account, error) {
			rows, err := k.store.Accounts(ctx, cmp.Or(last.ID, after), accountPage)
			for i := range rows {
				rows[i].Salt = "" // internal to the library
			}
			return rows, err
		})(yield)
	})
}

// EraseAccount erases a closed account for good: [seats.EraseAccount] first, so that it
// can't be opened again, and then [seats.Delete] of every user, owners included, and
// [seats.EndCode] of every join code, a few hundred to a commit. The tombstones and the events stay; they contain no personal data.
// It returns the number of users deleted by this call.
//
// Only support and the system may erase an account. An open account is refused as
// [seats.ErrOpen]; an unknown one is [store.ErrNotFound]. After any other error the host
// calls EraseAccount again, and it continues. It ignores the Key of a [Call].
func (k *Keeper) EraseAccount(ctx context.Context, account users.AccountID, actor users.Actor, reason string) (deleted int, err error) {
	const method = "EraseAccount"
	k = k.correlated(Call{Correlation: k.call.Correlation, Reason: cmp.Or(reason, k.call.Reason)})
	erase := k.request(actor, seats.ByCall, seats.EraseAccount{})
	if _, err := k.decide(ctx, method, account, erase, decideKnown); err != nil {
		return 0, err
	}
	deletes := func(yield func(seats.Command, error) bool) {
		for u, err := range k.unobserved().Users(ctx, account, users.Filter{}) {
			if !yield(seats.Delete{User: u.ID}, err) {
				return
			}
		}
		for p, err := range k.unobserved().JoinCodes(ctx, account) {
			if (err != nil || p.Join.Text != "") && !yield(seats.EndCode{Pool: p.ID}, err) {
				return
			}
		}
	}
	request, index := k.request(actor, seats.ByBulk), 0
	for part, err := range chunks(deletes) {
		if err != nil {
			return deleted, err
		}
		decision, err := k.doChunk(ctx, method, account, request, part, index)
		if err != nil {
			return deleted, err
		}
		index += len(part.Commands)
		for _, o := range decision.Outcomes {
			switch {
			case o.Refusal != nil:
				return deleted, o.Refusal
			case o.Action == users.ActionDelete && !o.Unchanged: // it may be that another call deletes too
				deleted++
			}
		}
	}
	return deleted, k.forgetDeleted(ctx, account)
}
