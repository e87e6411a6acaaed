package seatkeeper

import (
	"errors"

	"github.com/seatkeeper/seatkeeper/store"
)

// InTx returns a Keeper for one transaction of the host, so that the host's rows and the
// account's are written together or not at all. Package sqlstore has the bound store: InTx runs
// the whole transaction, and Bind(tx) is for one that the host begins. With nil every call returns an error. Clock, IDs and [Call] are those of k.
//
// Inside the transaction the host must call this Keeper alone: a call of k may wait for the
// transaction, which then waits for the call. The Keeper ends with the transaction.
//
// Each call makes one attempt. After [store.ErrConflict] the host rolls back and runs the
// whole transaction again, which InTx of the store does. After a [*seats.Refusal], decided on what the transaction sees,
// the transaction is as before, apart from what was due, and may go on. After any other error
// the host must roll back; then nothing was done, even if the error is [store.ErrUnknown] or
// outcomes came with it.
//
// Results count once the host has committed. If the answer to that commit is lost, the same
// call with the same [Call] Key finds out. [Keeper.Drain] is [errors.ErrUnsupported], since
// the events may be rolled back.
func (k *Keeper) InTx(s store.Bound) *Keeper {
	if s == nil {
		s = store.Failing(errors.New("seatkeeper: InTx needs a store that is bound to a transaction"))
	}
	in := *k
	in.store, in.bound = s, true
	in.options.Attempts = 2 // the second is for taken keys alone
	// Accounts of its own: a call of k may lead an account and wait for the transaction's row
	// locks or connection.
	in.accounts, in.committer = newAccounts(0), nil
	return &in
}
