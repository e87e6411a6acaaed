package seats

import "github.com/seatkeeper/seatkeeper/users"

// GrantOwnership makes an active user who has signed in an owner; anybody else is
// refused as [ErrWrongStatus]. An account can have several. A transfer is this and
// [EndOwnership] in one call. Seats change only where the policy exempts one of the
// two roles.
//
// Owners, support and the system may.
type GrantOwnership struct {
	User users.ID `json:"user"`
}

// Action returns [users.ActionGrantOwnership].
func (GrantOwnership) Action() users.Action { return users.ActionGrantOwnership }

func (c GrantOwnership) target() users.ID { return c.User }

func (GrantOwnership) evaluate(d *evaluation, u users.User) (effect, *Refusal) {
	next, _, refusal := d.nextStatus(users.ActionGrantOwnership, u)
	switch {
	case holding.Has(u.Status) && u.FirstSignIn.IsZero():
		return effect{}, refuse(ErrWrongStatus, u.ID).because(ErrNotSignedIn)
	case refusal != nil:
		return effect{}, refusal
	case u.Role == users.Owner:
		return effect{}, nil
	}
	next.Role = users.Owner
	next.Schedule = users.Schedule{}
	return effect{kind: EventOwnershipGranted, user: next}, nil
}

// EndOwnership makes an admin of an owner, after which he can be deactivated
// like anybody else. The last active owner's never ends: [ErrLastOwner]; nor does that of
// the owner who pays: [ErrPayer], until [SetPayer] says that somebody else does. It is
// "unchanged" for whoever is no owner.
//
// Support may, and owners unless the policy leaves it to support alone.
type EndOwnership struct {
	User users.ID `json:"user"`
}

// Action returns [users.ActionEndOwnership].
func (EndOwnership) Action() users.Action { return users.ActionEndOwnership }

func (c EndOwnership) target() users.ID { return c.User }

func (EndOwnership) evaluate(d *evaluation, u users.User) (effect, *Refusal) {
	next, changed, refusal := d.nextStatus(users.ActionEndOwnership, u)
	switch {
	case refusal != nil || !changed || u.Role != users.Owner:
		return effect{}, refusal
	case d.account.binds(u) != "":
		return effect{}, refuse(d.account.binds(u), u.ID)
	}
	next.Role = users.Admin
	return effect{kind: EventOwnershipEnded, user: next}, nil
}

// binds returns why the ownership of an owner can't end now, or nothing.
func (a Account) binds(u users.User) Code {
	switch {
	case a.Tally.ActiveOwners() <= 1:
		return ErrLastOwner
	case a.Payer == u.ID:
		return ErrPayer
	}
	return ""
}

// SetPayer says who pays for the account: a user of it, whom people see as active, or
// nobody of it. Ownership and seats are not touched, but the ownership of an owner who
// pays can't end. Whoever pays goes on to, whatever becomes of him, until this is said
// anew.
//
// Support and the system may. Somebody else than that is refused as [ErrBadInput].
type SetPayer struct {
	User users.ID `json:"user"` // empty: nobody of the account
}

// Action returns [users.ActionSetPayer].
func (SetPayer) Action() users.Action { return users.ActionSetPayer }

func (SetPayer) target() users.ID { return "" }
func (c SetPayer) needs(n *Need)  { n.user(c.User) }

func (c SetPayer) evaluate(d *evaluation, _ users.User) (effect, *Refusal) {
	switch {
	case c.User == d.account.Payer:
		return effect{user: d.people[c.User]}, nil
	case c.User != "" && !d.active(c.User):
		return effect{}, badInput("user", errPayer)
	}
	account := d.account
	account.Payer = c.User
	return effect{kind: EventPayerSet, account: &account, user: d.people[c.User]}, nil
}
