package seats

import (
	"cmp"
	"time"

	"github.com/seatkeeper/seatkeeper/users"
)

// The switches of a policy are read in this file alone. Each function answers one question of a
// rule.

// Shows returns the shown status for a stored one. Cards, usage, filters and permissions use it.
func (p Policy) Shows(s users.Status) users.Status {
	if s == users.Invited && p.Activation == Invitation {
		return users.Active
	}
	return s
}

// Stored returns the stored statuses for shown ones, for the filter of a list.
func (p Policy) Stored(shown users.Set[users.Status]) users.Set[users.Status] {
	var stored []users.Status
	for _, s := range users.Statuses() {
		if shown.Has(p.Shows(s)) {
			stored = append(stored, s)
		}
	}
	return users.In(stored...)
}

// activeHasSignedIn reports whether all users active now or before count as signed in: if the first
// sign-in lets in, also with an unknown date (imported, or approved under an earlier policy). Lists and
// ownership agree with the cards. Elsewhere status and sign-in are two facts, and the date alone counts.
func (p Policy) activeHasSignedIn() bool { return p.Activation == FirstSignIn }

// hasSignedIn reports whether the user counts as signed in.
func (p Policy) hasSignedIn(u users.User) bool {
	return !u.FirstSignIn.IsZero() || p.activeHasSignedIn() && u.WasActive()
}

// StoredFilter returns the filter by stored status for one by shown status. If the first sign-in lets
// in, NeverSignedIn excludes all users active now or before.
func (p Policy) StoredFilter(shown users.Filter) users.Filter {
	if shown.Status.Empty() {
		shown.Status = users.Present
	}
	shown.Status = p.Stored(shown.Status)
	shown.NeverActive = shown.NeverActive || shown.NeverSignedIn && p.activeHasSignedIn()
	return shown
}

// may returns the permissions of the user at an instant. Active users have all that their role
// allows; inactive, archived and deleted users have none. Invited users can be assigned and
// notified. They may sign in, unless the policy asks for approval or the invitation has run out,
// and then open courses if the policy shows them as active. Reports and the management of users
// come with the status active.
func (p Policy) may(u users.User, at time.Time) Permissions {
	inside := users.In(EnterAccount, OpenCourses)
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

// ofRole are the further permissions of a role.
var ofRole = map[users.Role]Permissions{
	users.Manager: users.In(ReadReports),
	users.Admin:   users.In(ReadReports, ManagePeople),
	users.Owner:   users.In(ReadReports, ManagePeople),
}

// holding are the statuses that hold a seat of the site pool.
var holding = users.In(users.Invited, users.Active)

// counted returns the roles that hold a seat.
func (p Policy) counted() RoleSet { return users.In(users.Roles()...) &^ p.Exempt }

// holds reports whether a user of that segment holds a seat of the site pool.
func (p Policy) holds(s users.Segment) bool { return holding.Has(s.Status) && p.counted().Has(s.Role) }

// held returns the number of seats of the site pool that the users hold.
func (p Policy) held(t users.Tally) int64 {
	if p.counted().Empty() {
		return 0 // an empty set of roles counts all
	}
	return t.Count(holding, p.counted())
}

// viewTally returns the tally by shown status.
func (p Policy) viewTally(t users.Tally) users.Tally {
	var shown users.Tally
	for _, s := range segments {
		n := t.Of(s)
		s.Status = p.Shows(s.Status)
		s.Unsent = s.Unsent && s.Status == users.Invited
		shown.Add(s, n)
	}
	return shown
}

var segments = users.Segments()

// passesUsedUp reports whether a used-up join code has more to say to a user: to an active one, who comes in, and
// to one who waits for approval.
func (p Policy) passesUsedUp(s users.Status) bool {
	return s == users.Active || s == users.Invited && p.needsApproval()
}

// needsApproval reports whether users become active by approval.
func (p Policy) needsApproval() bool { return p.Activation == Approval }

// overflows reports whether a new user without a seat is created inactive.
func (p Policy) overflows() bool { return p.WhenFull != Refuse }

// queues reports whether a user without a seat gets a place in the queue.
func (p Policy) queues() bool { return p.WhenFull == Wait }

// exemptOf returns the roles that need no seat of a pool.
func (p Policy) exemptOf(pool PoolID) RoleSet {
	if pool != Site {
		return 0
	}
	return p.Exempt
}

// growthOf returns how a pool grows.
func (p Policy) growthOf(pool PoolID) Growth {
	if pool == Site {
		return p.Growth
	}
	return p.CourseGrowth
}

// thresholdsOf returns the thresholds of a pool.
func (p Policy) thresholdsOf(pool PoolID) Thresholds {
	if pool == Site {
		return p.Thresholds
	}
	return p.CourseThresholds
}

// tells reports whether a change of seats can lead to a notice to the admins.
func (p Policy) tells() bool {
	return p.Growth != Growth{} || p.CourseGrowth != Growth{} || p.Thresholds != Thresholds{} || p.CourseThresholds != Thresholds{}
}

// mayTell reports whether up to n changes of one seat each can lead to a notice about a limited pool.
func (p Policy) mayTell(pool Pool, n int64) bool {
	g := p.growthOf(pool.ID)
	grows := pool.Total.n < g.Ceiling && pool.Total.n-pool.occupied() < n
	return grows || p.thresholdsOf(pool.ID).mayTell(pool, g, n)
}

// addsAtSignIn reports whether an unknown person becomes a user by signing in.
func (p Policy) addsAtSignIn() bool { return p.AddsAtSignIn }

// lapses reports whether the seat of an invited user comes free at the end of the invitation.
func (p Policy) lapses(u users.User, now time.Time) bool {
	return p.InvitationExpiry == ExpiryFreesSeat && u.Status == users.Invited && u.Expires.After(now)
}

// holdsBack reports whether that many leaves of one day are unusually many.
func (p Policy) holdsBack(leavers int) bool {
	return p.MostLeavers > 0 && int64(leavers) > p.MostLeavers
}

// unseen returns the rule by which users who were not seen for long lose their seats.
func (p Policy) unseen() UnseenRule { return p.Unseen }

// leaveDay returns the meaning of the date of a leave that was given with that one.
func (p Policy) leaveDay(given users.LeaveDay) users.LeaveDay {
	return cmp.Or(given, p.LeaveDay, users.FirstDayWithout)
}

// notice returns the number of days from the notice to the leave; zero: there is none.
func (p Policy) notice() int { return p.LeaveNotice }

// end returns the end of an invitation sent at an instant; zero: it has none. A term of whole
// days counts calendar days of the account's zone, which is looked up for it alone.
func (p Policy) end(sent time.Time, in func() *time.Location) time.Time {
	const day = 24 * time.Hour
	switch {
	case p.InvitationExpiry == ExpiryNever:
		return time.Time{}
	case p.Term%day == 0:
		return users.AddDays(sent, int(p.Term/day), in())
	}
	return sent.Add(p.Term)
}

// refusesExchange reports whether an edit that turns one person into another is refused.
func (p Policy) refusesExchange() bool { return p.IdentityChange == IdentityChangeRefused }

// sharesAddress reports whether a profile may have the address of another user.
func (p Policy) sharesAddress(profile users.Profile) bool {
	return p.SharedAddresses == SharingAllowed && hasOwnKey(profile)
}

// MayShareAddresses reports whether users of the account may have one address. If not, an address
// that is free in [Change.Keys] is no user's.
func (p Policy) MayShareAddresses() bool { return p.SharedAddresses != SharingRefused }

// following returns the policy of an account that had another one: users who share an address go on.
func (p Policy) following(was Policy) Policy {
	if was.MayShareAddresses() && !p.MayShareAddresses() {
		p.SharedAddresses = SharingEnded
	}
	return p
}

// offers reports whether the account's own users are offered the action for a user of that
// segment.
func (p Policy) offers(a users.Action, s users.Segment) bool {
	kept := p.deletesOnly(s) && (a == users.ActionDeactivate || a == users.ActionArchive)
	return !p.withholds(a) && !kept
}

// withholds reports whether the account's own users are refused the action.
func (p Policy) withholds(a users.Action) bool { return p.Withheld.Has(a) }

// deletesOnly reports whether the account's own users put out a user of that segment by deletion
// alone.
func (p Policy) deletesOnly(s users.Segment) bool { return p.DeleteOnly && s.Status == users.Invited }

// locked are the actions of a sync alone on its users.
var locked = users.In(users.ActionEdit, users.ActionDeactivate, users.ActionArchive, users.ActionDelete)

// locks reports whether the action on a user of that segment is left to the sync. An invitation can be taken
// back by Delete all the same.
func (p Policy) locks(a users.Action, s users.Segment) bool {
	revokes := a == users.ActionDelete && s.Status == users.Invited
	return p.SourceLocked && s.Synced && locked.Has(a) && !revokes
}

// onOneself reports whether users of the account may do the action to themselves.
func (p Policy) onOneself(a users.Action) bool { return p.SelfRemoval || !shuttingOut.Has(a) }

// grants reports whether owners and admins may do an action that the table of authority leaves to
// the policy.
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

// order returns the bounds of one order by the account's own users.
func (p Policy) order() (least, most int64) {
	least, most = max(1, p.Buying.Least), int64(MaxSeats)
	if p.Buying.Most != 0 {
		most = min(most, p.Buying.Most)
	}
	return least, most
}

// cards returns the summary cards.
func (p Policy) cards() Cards {
	if p.Cards == (Cards{}) {
		return standardCards
	}
	return p.Cards
}
