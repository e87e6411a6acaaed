package seats

import (
	"time"

	"github.com/seatkeeper/seatkeeper/users"
)

// The switches of a policy are read here and nowhere else. Each function answers
// one question that a rule asks.

// Shows returns the status that people see for a stored one. Cards, usage,
// filters and permissions all go through it.
func (p Policy) Shows(s users.Status) users.Status {
	if s == users.Invited && p.Activation == Invitation {
		return users.Active
	}
	return s
}

// Stored returns the statuses that are shown as one of the given ones, for a
// store's filter.
func (p Policy) Stored(shown users.Set[users.Status]) users.Set[users.Status] {
	var stored []users.Status
	for _, s := range users.Statuses() {
		if shown.Has(p.Shows(s)) {
			stored = append(stored, s)
		}
	}
	return users.In(stored...)
}

// may returns what the user may do at that instant. Inactive, archived and
// deleted people may do nothing. Active people may do everything that their role
// allows. Invited ones have to come in first before they read reports or manage
// people; they may open courses where the policy shows them as active, and sign in
// unless it lets nobody in before approval. While an invitation has run out, nobody
// signs in by it.
func (p Policy) may(u users.User, at time.Time) Permissions {
	inside := users.In(SignIn, OpenCourses)
	all := inside | users.In(ReceiveNotifications, BeAssigned)
	switch {
	case u.Status == users.Active:
		return all | ofRole[u.Role]
	case u.Status != users.Invited:
		return 0
	case u.HasExpired(at), p.Activation == Approval:
		return all &^ inside
	case p.Activation == FirstSignIn:
		return all &^ users.In(OpenCourses)
	}
	return all
}

// ofRole is what a role allows besides what everybody may.
var ofRole = map[users.Role]Permissions{
	users.Manager: users.In(ReadReports),
	users.Admin:   users.In(ReadReports, ManagePeople),
	users.Owner:   users.In(ReadReports, ManagePeople),
}

// holding are the statuses that hold a seat of the site pool.
var holding = users.In(users.Invited, users.Active)

// counted returns the roles that hold a seat.
func (p Policy) counted() RoleSet { return users.In(users.Roles()...) &^ p.Exempt }

// holds reports whether a person of that standing holds a seat of the site pool.
func (p Policy) holds(s users.Segment) bool { return holding.Has(s.Status) && p.counted().Has(s.Role) }

// held returns how many seats of the site pool the people hold.
func (p Policy) held(t users.Tally) int64 {
	if p.counted().Empty() {
		return 0 // an empty set of roles would count them all
	}
	return t.Count(holding, p.counted())
}

// ViewTally returns the tally by the status that people see.
func (p Policy) ViewTally(t users.Tally) users.Tally {
	var shown users.Tally
	for _, s := range users.Statuses() {
		for r, by := range t[s] {
			for synced, n := range by {
				shown[p.Shows(s)][r][synced] += n
			}
		}
	}
	return shown
}

// needsApproval reports whether people are let in by approval.
func (p Policy) needsApproval() bool { return p.Activation == Approval }

// overflows reports whether a person who finds no seat is created inactive.
func (p Policy) overflows() bool { return p.WhenFull == CreateInactive }

// end returns when an invitation sent at that instant runs out; the zero
// instant is never.
func (p Policy) end(sent time.Time) time.Time {
	if p.InvitationExpiry == ExpiryNever {
		return time.Time{}
	}
	return sent.Add(p.Term)
}

// refusesExchange reports whether an edit may not turn one person into another.
func (p Policy) refusesExchange() bool { return p.IdentityChange == IdentityChangeRefused }

// offers reports whether the account's own people are offered the action for a
// person of that standing.
func (p Policy) offers(a users.Action, s users.Segment) bool {
	kept := p.deletesOnly(s) && (a == users.ActionDeactivate || a == users.ActionArchive)
	return !p.Withheld.Has(a) && !kept
}

// deletesOnly reports whether the account's own users can put out a user of that segment by
// deletion alone.
func (p Policy) deletesOnly(s users.Segment) bool { return p.DeleteOnly && s.Status == users.Invited }

// locked are the actions that source-locked people are spared.
var locked = users.In(users.ActionEdit, users.ActionDeactivate, users.ActionArchive, users.ActionDelete)

// locks reports whether a person of that standing is out of reach of the
// account's own people for that action.
func (p Policy) locks(a users.Action, s users.Segment) bool {
	return p.SourceLocked && s.Synced && locked.Has(a)
}

// grants settles what the table of authority leaves to the policy, for an owner
// or admin.
func (p Policy) grants(a users.Action) bool {
	switch a {
	case users.ActionBuySeats:
		return p.Buying.By == SelfService
	case users.ActionReturnSeats:
		return p.Returning == SelfService
	default: // EndOwnership
		return p.OwnershipEnders == EndedByOwners
	}
}

// order returns the least and the most seats that the account's own people buy
// in one order.
func (p Policy) order() (least, most int64) {
	least, most = max(1, p.Buying.Least), int64(MaxSeats)
	if p.Buying.Most != 0 {
		most = min(most, p.Buying.Most)
	}
	return least, most
}

// cards returns what the summary cards say.
func (p Policy) cards() Cards {
	if p.Cards == (Cards{}) {
		return standardCards
	}
	return p.Cards
}
