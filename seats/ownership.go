package seats

import "github.com/seatkeeper/seatkeeper/users"

// GrantOwnership makes an active user an owner, in addition to the others. A transfer is
// this and [EndOwnership] in one call. [OfferOwnership] is the way by consent. The seat changes only if the policy exempts one of the
// two roles. It is unchanged for an owner.
//
// Owners, support and the system may. [ErrWrongStatus] for a user of another status or
// before the first sign-in; [ErrNoSeats] if the new role needs a seat and none is free.
type GrantOwnership struct {
	User users.ID `json:"user"`
}

// Action returns [users.ActionGrantOwnership].
func (GrantOwnership) Action() users.Action { return users.ActionGrantOwnership }

func (c GrantOwnership) target() users.ID { return c.User }

func (GrantOwnership) evaluate(v *evaluation, u users.User) (effect, *Refusal) {
	if u.Role == users.Owner && u.Status == users.Active {
		return effect{}, nil
	}
	next, refusal := v.nextOwner(users.ActionGrantOwnership, u)
	if refusal != nil {
		return effect{}, refusal
	}
	next.Role = users.Owner
	next.Schedule = users.Schedule{}
	return effect{kind: EventOwnershipGranted, user: next}, nil
}

// EndOwnership makes an owner an admin, who can be deactivated then. It is unchanged for a
// user of another role.
//
// Support may, and owners unless [Policy.OwnershipEnders] is support alone. [ErrLastOwner]
// for the last active owner: [GrantOwnership] of another user comes first. [ErrPayer] for the
// payer: [SetPayer] of another one comes first. [ErrNoSeats] if the new role needs a seat and
// none is free.
type EndOwnership struct {
	User users.ID `json:"user"`
}

// Action returns [users.ActionEndOwnership].
func (EndOwnership) Action() users.Action { return users.ActionEndOwnership }

func (c EndOwnership) target() users.ID { return c.User }
func (EndOwnership) needs(n *Need)      { n.Admins = true } // one of them can become the next owner

func (EndOwnership) evaluate(v *evaluation, u users.User) (effect, *Refusal) {
	next, changed, refusal := v.nextStatus(users.ActionEndOwnership, u)
	switch {
	case refusal != nil || !changed || u.Role != users.Owner:
		return effect{}, refusal
	case v.account.binds(u) != "":
		return effect{}, refuse(v.account.binds(u), u.ID)
	}
	next.Role = users.Admin
	return effect{kind: EventOwnershipEnded, user: next}, nil
}

// binds returns the code that keeps the ownership of an owner; empty: it can end.
func (a Account) binds(u users.User) Code {
	switch {
	case a.Tally.ActiveOwners() <= 1:
		return ErrLastOwner
	case a.Payer == u.ID:
		return ErrPayer
	}
	return ""
}

// SetPayer sets the payer of the account: a user shown as active, or none. The ownership of
// a payer can't end; seats stay. The payer stays after leaving, until the next SetPayer. It
// is unchanged for the same payer.
//
// Support and the system may. [ErrBadInput] for any other user.
type SetPayer struct {
	User users.ID `json:"user"` // empty: none
}

// Action returns [users.ActionSetPayer].
func (SetPayer) Action() users.Action { return users.ActionSetPayer }

func (SetPayer) target() users.ID { return "" }
func (c SetPayer) needs(n *Need)  { n.user(c.User) }

func (c SetPayer) evaluate(v *evaluation, _ users.User) (effect, *Refusal) {
	switch {
	case c.User == v.account.Payer:
		return effect{user: v.people.of(c.User)}, nil
	case c.User != "" && !v.active(c.User):
		return effect{}, badInput("user", errPayer)
	}
	account := v.account
	account.Payer = c.User
	return effect{kind: EventPayerSet, account: &account, user: v.people.of(c.User)}, nil
}
