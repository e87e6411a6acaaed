package seatkeeper

import (
	"context"
	"time"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// A Call describes the calls of a Keeper, for their events and for repetitions.
type Call struct {
	// Key makes a call happen once: a later call with the same key, method, actor and
	// commands changes nothing and returns the first result. The host chooses it, unique
	// within the account and of at most [users.MaxID] bytes. It is kept for ever and must
	// contain no personal data. With another method, actor or commands it is refused as
	// [seats.ErrKeyReused].
	//
	// Only changes are remembered. After a refusal [Keeper.Do] is carried out by the next
	// call with the key, and [Keeper.DoEach] tries its refused commands again.
	//
	// Personal fields and reasons are compared too, command by command, until the user or
	// the account is erased. From then on they may differ; action, IDs, roles, statuses and
	// numbers of seats must still agree. What is stored for the comparison confirms no guess
	// of an erased value: it is sealed with a random salt, and the salt is erased as well.
	Key         string
	Correlation string // common to events that belong together, at most [users.MaxID] bytes
	// MaxAge lets Usage, UsageOfPool, Account, Pool, User, Find, May and Preview answer from what this
	// Keeper has remembered of the account, without a call to the store, if that was its state
	// at most so long ago. Nothing due since then is left out, nor what this Keeper has itself
	// written or read meanwhile: its answers never go back. 0, the default, or less is exact: the
	// answer counts all changes acknowledged before the call. AsOf of [seats.Usage] tells the
	// moment; zero: it is exact. In a transaction, see [Keeper.InTx], every answer is exact.
	MaxAge time.Duration
	Reason string // at most [users.MaxReason] characters; a command's own Reason has precedence
}

// With returns a Keeper with another [Call]. All else is shared with k.
func (k *Keeper) With(c Call) *Keeper {
	with := *k
	with.call = c
	return &with
}

// read is load for reads that may be of a moment past, see MaxAge of [Call]. asOf is that moment;
// zero: the present.
func (k *Keeper) read(ctx context.Context, need *seats.Need) (s seats.Snapshot, asOf time.Time, err error) {
	if k.call.MaxAge <= 0 || k.bound || !k.accounts.keeps() || need.Ahead > 0 || users.CheckID(need.Account) != nil {
		s, err = k.load(ctx, need)
		return s, asOf, err
	}
	at := k.accounts.enter(need.Account)
	defer k.accounts.leave(need.Account, at)
	now, began := k.now(), time.Now()
	if s, age, ok := at.recall(*need, now, began, k.call.MaxAge); ok {
		need.DueBy = now
		return s, now.Add(-age).Truncate(time.Microsecond), ctx.Err()
	}
	if s, err = k.load(ctx, need); err == nil {
		at.note(*need, s, began)
	}
	return s, asOf, err
}
