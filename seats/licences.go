package seats

import (
	"slices"

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
		v.wasLicences[l.ID()] = v.licence(l.ID())
	}
	v.licences[l.User] = merged(v.licences[l.User], []users.Licence{l}, compareLicences)
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

// licensed are the actions that look at the licences of their user.
var licensed = returning | users.In(users.ActionAssignCourse, users.ActionUnassignCourse, users.ActionStartCourse,
	users.ActionArchiveActivity, users.ActionSetDueDate)

// Widen adds the needs that only a first snapshot shows: the pools of licences that the
// request frees, the admins if it is about every owner and one of them could be the next, and the
// users of past events with the request key. It reports whether it has added any; then the snapshot must be loaded
// again.
func (r Request) Widen(n *Need, s Snapshot) bool {
	leavers, unsettled := map[users.ID]bool{}, map[users.ID]bool{}
	for _, c := range r.Commands {
		if isPlain(c) && returning.Has(c.Action()) {
			leavers[c.target()] = true
		}
		if isPlain(c) && unsettling.Has(c.Action()) {
			unsettled[c.target()] = true
		}
	}
	asked, admins := len(n.Pools)+len(n.Users), n.Admins
	for _, l := range s.Licences {
		if leavers[l.User] && l.State() == users.LicenceAssigned && !slices.Contains(n.Pools, PoolID(l.Pool)) {
			n.pool(PoolID(l.Pool))
		}
	}
	owners := int64(0)
	for _, u := range s.Users {
		if unsettled[u.ID] && u.Role == users.Owner {
			owners++
		}
	}
	n.Admins = n.Admins || owners > 0 && owners >= s.Account.Tally.ActiveOwners()
	for _, e := range s.Past {
		own := e.Key == n.Key && e.Index >= n.IndexFrom && e.Index < n.IndexTo
		if _, sealed := e.digests(); own && sealed != "" && !slices.Contains(n.Users, e.User) {
			n.user(e.User)
		}
	}
	return len(n.Pools)+len(n.Users) > asked || n.Admins != admins
}
