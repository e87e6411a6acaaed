package seats

import (
	"time"

	"github.com/seatkeeper/seatkeeper/users"
)

// An OwnershipOffer is an offer of ownership, see [OfferOwnership].
type OwnershipOffer struct {
	User     users.ID  `json:"user"`              // may accept it
	Owner    users.ID  `json:"owner"`             // offers it
	Ends     time.Time `json:"ends"`              // Accept is refused from this instant on
	Transfer bool      `json:"transfer,omitzero"` // the ownership of the Owner ends with the acceptance
}

// IsOpen reports whether the offer can be accepted at that instant.
func (o OwnershipOffer) IsOpen(at time.Time) bool { return at.Before(o.Ends) }

// lapses reports whether the offer ends with a change of a user: the ownership of its owner has ended,
// or its user has left or is an owner.
func (o OwnershipOffer) lapses(u *users.User) bool {
	return u.ID == o.Owner && u.Role != users.Owner || u.ID == o.User && (u.Status != users.Active || u.Role == users.Owner)
}

// The days of an offer of ownership.
const (
	OfferDays    = 14 // the usual number
	MaxOfferDays = 90
)

// OfferOwnership offers the ownership of the account to an active user, who becomes an owner by
// [AcceptOwnership]. An account has one open offer: that of the same owner to the same user is
// renewed. It lapses, with an event, when that ownership ends and when the user leaves, or becomes an
// owner otherwise. Its end by the clock writes no event and leaves [Account.Offer] as it is, until
// another offer replaces it. It is unchanged for an owner.
//
// Owners may. [ErrWrongStatus] for a user of another status or before the first sign-in;
// [ErrOfferOpen] while another offer is open. With Transfer the actor must be one who may end their own
// ownership: [ErrForbidden] where only support may, see [Policy.OwnershipEnders], and [ErrPayer]
// for the payer.
type OfferOwnership struct {
	User     users.ID `json:"user"`
	Days     int      `json:"days,omitzero"`     // until the offer ends, in the account's zone: 1 to [MaxOfferDays]; 0: [OfferDays]
	Transfer bool     `json:"transfer,omitzero"` // the actor's own ownership ends with the acceptance
}

// Action returns [users.ActionOfferOwnership].
func (OfferOwnership) Action() users.Action { return users.ActionOfferOwnership }

func (c OfferOwnership) target() users.ID { return c.User }

func (c OfferOwnership) evaluate(v *evaluation, u users.User) (effect, *Refusal) {
	u, refusal := v.nextOwner(users.ActionOfferOwnership, u)
	open, account, by := v.account.Offer, v.account, v.request.Actor.User
	switch {
	case refusal != nil:
		return effect{}, refusal
	case u.Role == users.Owner:
		return effect{}, nil
	case c.Days < 0 || c.Days > MaxOfferDays:
		return effect{}, badInput("days", errOfferDays)
	case open.IsOpen(v.request.At) && (open.User != u.ID || open.Owner != by):
		return effect{}, refuse(ErrOfferOpen, open.User)
	case c.Transfer && v.keepsOwner(by) != nil:
		return effect{}, v.keepsOwner(by)
	}
	in, refusal := v.location()
	if refusal != nil {
		in = time.UTC
	}
	days := c.Days
	if days == 0 {
		days = OfferDays
	}
	account.Offer = OwnershipOffer{User: u.ID, Owner: by, Ends: users.AddDays(v.request.At, days, in), Transfer: c.Transfer}
	return effect{kind: EventOwnershipOffered, user: u, account: &account}, nil
}

// AcceptOwnership makes the user of an open offer an owner. With a Transfer the ownership of the
// Owner ends in the same change, who is an admin then. It is unchanged for an owner.
//
// The user may, for themselves. [ErrNoOffer] unless an offer by this owner is open; [ErrWrongStatus] as
// of [GrantOwnership]; for a Transfer the refusals of [OfferOwnership]; [ErrNoSeats] if the new roles
// need a seat more and all are held: one that the former owner frees is enough.
type AcceptOwnership struct {
	User  users.ID `json:"user"`
	Owner users.ID `json:"owner"` // of the offer that the user has seen
}

// Action returns [users.ActionAcceptOwnership].
func (AcceptOwnership) Action() users.Action { return users.ActionAcceptOwnership }

func (c AcceptOwnership) target() users.ID { return c.User }
func (c AcceptOwnership) needs(n *Need)    { n.user(c.Owner) }

func (c AcceptOwnership) evaluate(v *evaluation, u users.User) (effect, *Refusal) {
	u, refusal := v.nextOwner(users.ActionAcceptOwnership, u)
	offer, account := v.account.Offer, v.account
	switch {
	case refusal != nil:
		return effect{}, refusal
	case u.Role == users.Owner:
		return effect{}, nil
	case offer.User != u.ID || offer.Owner != c.Owner:
		return effect{}, refuse(ErrNoOffer, u.ID)
	case !offer.IsOpen(v.request.At):
		return effect{}, refuse(ErrNoOffer, u.ID).because(ErrOfferEnded)
	case offer.Transfer && v.keepsOwner(offer.Owner) != nil:
		return effect{}, v.keepsOwner(offer.Owner)
	}
	account.Offer = OwnershipOffer{}
	u.Role, u.Schedule = users.Owner, users.Schedule{}
	f := effect{kind: EventOwnershipAccepted, user: u, account: &account}
	if !offer.Transfer {
		return f, nil
	}
	owner := v.people.of(offer.Owner)
	ended := effect{kind: EventOwnershipEnded, user: owner}
	ended.user.Role = users.Admin
	order := []effect{f, ended}
	if account.holds(owner.Segment()) && !account.holds(ended.user.Segment()) { // the seat is there for the next owner
		ended.account, f.account = f.account, nil
		order = []effect{ended, f}
		f.first = &ended
	} else {
		f.then = &ended
	}
	trial := v.fork([]Command{c})
	for _, step := range order {
		if _, refusal := trial.apply(step); refusal != nil {
			return effect{}, refusal
		}
	}
	return f, nil
}

// EndOffer ends the offer of ownership to a user: they decline it, or it is withdrawn. It is
// unchanged unless one is open.
//
// The user may, and owners, support and the system.
type EndOffer struct {
	User users.ID `json:"user"`
}

// Action returns [users.ActionEndOffer].
func (EndOffer) Action() users.Action { return users.ActionEndOffer }

func (c EndOffer) target() users.ID { return c.User }

func (EndOffer) evaluate(v *evaluation, u users.User) (effect, *Refusal) {
	account := v.account
	if !account.Offer.IsOpen(v.request.At) || account.Offer.User != u.ID {
		return effect{}, nil
	}
	account.Offer = OwnershipOffer{}
	kind := EventOfferWithdrawn
	if v.request.Actor.User == u.ID {
		kind = EventOfferDeclined
	}
	return effect{kind: kind, user: u, account: &account}, nil
}

// nextOwner returns the user of an action by which they can become an owner.
func (v *evaluation) nextOwner(a users.Action, u users.User) (users.User, *Refusal) {
	if holding.Has(u.Status) && !v.account.Policy.hasSignedIn(u) {
		return u, refuse(ErrWrongStatus, u.ID).because(ErrNotSignedIn)
	}
	u, _, refusal := v.nextStatus(a, u)
	return u, refusal
}

// keepsOwner refuses the end of an ownership by consent of its owner alone.
func (v *evaluation) keepsOwner(id users.ID) *Refusal {
	switch {
	case v.account.Policy.authority(users.ActorUser, users.Owner, users.ActionEndOwnership) == never:
		return refuse(ErrForbidden, id).because(v.account.Policy.needed(users.ActionEndOwnership))
	case v.account.Payer == id:
		return refuse(ErrPayer, id)
	}
	return nil
}

// lapse ends the offer of ownership that lapses with the change of a user by an actor, with an event.
func (v *evaluation) lapse(changed *users.User, by users.Actor) {
	offer, account := v.account.Offer, v.account
	if !offer.lapses(changed) {
		return
	}
	account.Offer = OwnershipOffer{}
	v.apply(effect{kind: EventOfferLapsed, user: v.people.of(offer.User), account: &account, actor: by})
}
