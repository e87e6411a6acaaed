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

// Action returns [users.GrantOwnership].
func (GrantOwnership) Action() users.Action { return users.GrantOwnership }

func (c GrantOwnership) target() users.ID { return c.User }

func (GrantOwnership) fact(d *desk, u users.User) (fact, *Refusal) {
	next, _, no := d.turn(users.GrantOwnership, u)
	switch {
	case no != nil:
		return fact{}, no
	case u.Role == users.Owner:
		return fact{}, nil
	case u.SignedIn.IsZero():
		return fact{}, refuse(ErrWrongStatus, u.ID)
	}
	next.Role = users.Owner
	next.Schedule = users.Schedule{}
	return fact{kind: OwnershipGranted, user: next}, nil
}

// EndOwnership makes an admin of an owner, after which he can be deactivated
// like anybody else. The last active owner's never ends: [ErrLastOwner]. It is
// "same" for whoever is no owner.
//
// Support may, and owners unless the policy leaves it to support alone.
type EndOwnership struct {
	User users.ID `json:"user"`
}

// Action returns [users.EndOwnership].
func (EndOwnership) Action() users.Action { return users.EndOwnership }

func (c EndOwnership) target() users.ID { return c.User }

func (EndOwnership) fact(d *desk, u users.User) (fact, *Refusal) {
	next, changed, no := d.turn(users.EndOwnership, u)
	switch {
	case no != nil || !changed || u.Role != users.Owner:
		return fact{}, no
	case d.account.Tally.ActiveOwners() <= 1:
		return fact{}, refuse(ErrLastOwner, u.ID)
	}
	next.Role = users.Admin
	return fact{kind: OwnershipEnded, user: next}, nil
}
