package seatkeeper

import ()

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
	Reason      string // at most [users.MaxReason] characters; a command's own Reason has precedence
}

// With returns a Keeper with another [Call]. All else is shared with k.
func (k *Keeper) With(c Call) *Keeper {
	with := *k
	with.call = c
	return &with
}
