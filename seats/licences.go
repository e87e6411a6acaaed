package seats

import (
	"slices"
	"time"

	"github.com/seatkeeper/seatkeeper/users"
)

// A course licence is held in its pool until the course is started, and spent from then
// on. It changes with its user by an effect of its own.

// uses returns the seats of its course pool that a licence holds and has spent; the zero licence
// none.
func uses(l users.Licence) (held, spent int64) {
	switch {
	case l.Pool == "" || l.State() == users.LicenceReturned:
		return 0, 0
	case l.State() == users.LicenceAssigned:
		return 1, 0
	}
	return 0, 1
}

// licence returns the row of a licence; zero: there is none.
func (v *evaluation) licence(id users.LicenceID) users.Licence {
	all := v.licences[id.User]
	if i, ok := slices.BinarySearchFunc(all, id, func(l users.Licence, id users.LicenceID) int { return l.ID().Compare(id) }); ok {
		return all[i]
	}
	return users.Licence{}
}

// putLicence replaces the row of a licence. The list is a new one, since forks share it.
func (v *evaluation) putLicence(l users.Licence) {
	if _, ok := v.wasLicences[l.ID()]; !ok {
		if v.wasLicences == nil {
			v.wasLicences = make(map[users.LicenceID]users.Licence)
		}
		v.wasLicences[l.ID()] = v.licence(l.ID())
	}
	v.setLicences(l.User, merged(v.licences[l.User], []users.Licence{l}, compareLicences, same))
}

// setLicences replaces the licences of a user.
func (v *evaluation) setLicences(id users.ID, all []users.Licence) {
	if v.licences == nil {
		v.licences = make(map[users.ID][]users.Licence)
	}
	v.licences[id] = all
}

// latest returns the user's last licence of a course; zero: there was none.
func (v *evaluation) latest(user users.ID, course PoolID) (last users.Licence) {
	for _, l := range v.licences[user] {
		if PoolID(l.Pool) == course {
			last = l
		}
	}
	return last
}

// giveBack returns an unstarted licence to its pool.
func (v *evaluation) giveBack(l users.Licence) users.Licence {
	l.Returned = v.at
	return l
}

// returned returns the unstarted licences of a user as rows that are back in their pools.
func (v *evaluation) returned(id users.ID) (all []users.Licence) {
	for _, l := range v.licences[id] {
		if l.State() == users.LicenceAssigned {
			all = append(all, v.giveBack(l))
		}
	}
	return all
}

// returning are the actions that free the unstarted licences of a user.
var returning = users.In(users.ActionArchive, users.ActionDelete, users.ActionErase)

// archiving are the actions that put licences of a user away, started ones among them.
var archiving = users.In(users.ActionArchiveActivity)

// licensed are the actions that look at the licences of their user.
var licensed = returning | archiving | users.In(users.ActionAssignCourse, users.ActionUnassignCourse, users.ActionStartCourse,
	users.ActionSetDueDate)

// Widen adds the needs that only a first snapshot shows: the pools of licences that the
// request gives back or puts away, the licences of a user whose deactivation is not offered, since
// the remedy is another way out, the other user of an offer of ownership, the admins if it is about every owner and one of them could be the
// next, or if a pool may grow, the next users of the queues, the courses for which a leaver waits, and the users of past events with the request key. It reports whether it has added any; then the snapshot must be loaded
// again.
func (r Request) Widen(n *Need, s Snapshot) bool {
	actions := map[users.ID]ActionSet{} // by user
	for _, c := range r.Commands {
		if isPlain(c) {
			actions[c.target()] |= users.In(c.Action())
		}
	}
	asked, admins := len(n.Pools)+len(n.Users)+len(n.Licences), n.Admins
	owners := int64(0)
	for _, u := range s.Users {
		if actions[u.ID]&unsettling != 0 && u.Role == users.Owner {
			owners++
		}
		otherWay := actions[u.ID].Has(users.ActionDeactivate) && !s.Account.Policy.offers(users.ActionDeactivate, u.Segment())
		if r.Actor.Kind == users.ActorUser && otherWay {
			actions[u.ID] |= returning
			if !slices.Contains(n.Licences, u.ID) {
				n.Licences = append(n.Licences, u.ID)
			}
		}
	}
	for _, u := range s.Users {
		if len(u.CoursePlaces) > 0 && r.endsPlaces(u, actions[u.ID]) {
			n.coursesOf(u)
		}
	}
	if offer := s.Account.Offer; offer != (OwnershipOffer{}) {
		if actions[offer.Owner].Has(users.ActionEndOwnership) && !slices.Contains(n.Users, offer.User) {
			n.user(offer.User) // of an offer that lapses
		}
		if actions[offer.User].Has(users.ActionAcceptOwnership) && !slices.Contains(n.Users, offer.Owner) {
			n.user(offer.Owner)
		}
	}
	for _, l := range s.Licences {
		state, of := l.State(), actions[l.User]
		goes := state == users.LicenceAssigned && of&(returning|archiving) != 0 || state == users.LicenceStarted && of&archiving != 0
		if goes && !slices.Contains(n.Pools, PoolID(l.Pool)) {
			n.pool(PoolID(l.Pool))
		}
	}
	if Actions(r.Commands)&^quiet != 0 {
		n.serveNeeds(s)
	}
	n.Admins = n.Admins || owners > 0 && owners >= s.Account.Tally.ActiveOwners() || r.mayTell(s)
	for _, e := range s.Past {
		own := e.Key == n.Key && e.Index >= n.IndexFrom && e.Index < n.IndexTo
		if _, sealed := e.digests(); own && sealed != "" && !slices.Contains(n.Users, e.User) {
			n.user(e.User)
		}
	}
	return len(n.Pools)+len(n.Users)+len(n.Licences) > asked || n.Admins != admins
}

// course returns the course pool of a command about a user, and the user's latest licence of it.
// The command changes nothing if the user's status says so.
func (v *evaluation) course(a users.Action, u users.User, id PoolID) (p Pool, last users.Licence, changes bool, refusal *Refusal) {
	if p, refusal = v.coursePool(id); refusal == nil {
		_, changes, refusal = v.nextStatus(a, u)
	}
	needed, needs := permissionOf[a]
	if needs && refusal == nil && !v.account.Policy.may(u, v.request.At).Has(needed) {
		refusal = refuse(ErrWrongStatus, u.ID).because(ErrNotSignedIn) // the permissions of an invited user
	}
	return p, v.latest(u.ID, id), changes, refusal
}

// coursePool returns the course pool of a command.
func (v *evaluation) coursePool(id PoolID) (Pool, *Refusal) {
	if id == Site {
		return Pool{}, badInput("pool", users.ErrEmpty)
	}
	return v.ordered(id, false)
}

// permissionOf has the permission of the user that a command about a course needs.
var permissionOf = map[users.Action]Permission{
	users.ActionAssignCourse: BeAssigned,
	users.ActionStartCourse:  OpenCourses,
}

// givenOut returns the end of a licence whose term begins now; zero: none begins. A pool that has
// ended is refused.
func (v *evaluation) givenOut(p Pool, begins TermStart) (ends time.Time, refusal *Refusal) {
	hasTerm := p.Term.Days > 0 && p.Term.From == begins
	if !hasTerm && p.Ends.LastDay == "" {
		return ends, nil
	}
	loc, refusal := v.location()
	switch {
	case refusal != nil:
		return ends, refusal
	case p.Ends.LastDay != "" && !v.request.At.Before(p.Ends.LastDay.End(loc)):
		return ends, ofPool(ErrPoolEnded, p)
	case hasTerm:
		ends = users.AddDays(v.at, p.Term.Days, loc)
	}
	return ends, nil
}

// ofPool returns a refusal about a pool.
func ofPool(code Code, p Pool) *Refusal { return &Refusal{Code: code, Pool: p.ID} }
