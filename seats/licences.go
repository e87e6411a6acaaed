package seats

import (
	"maps"
	"slices"
	"time"

	"github.com/seatkeeper/seatkeeper/users"
)

// A course licence is held in its pool until the course is started, and spent from then
// on. It changes with its user by an effect of its own.

// uses returns the seats of its course pool that a licence holds and has spent.
func uses(l users.Licence, known bool) (held, spent int64) {
	switch {
	case !known || l.State() == users.LicenceReturned:
		return 0, 0
	case l.State() == users.LicenceAssigned:
		return 1, 0
	}
	return 0, 1
}

// licencesOf lists the licences of a user, in order.
func (v *evaluation) licencesOf(id users.ID) (all []users.Licence) {
	for _, key := range slices.SortedFunc(maps.Keys(v.licences), users.LicenceID.Compare) {
		if key.User == id {
			all = append(all, v.licences[key])
		}
	}
	return all
}

// returned returns the unstarted licences of a user as rows that are back in their pools.
func (v *evaluation) returned(id users.ID) (all []users.Licence) {
	for _, l := range v.licencesOf(id) {
		if l.State() == users.LicenceAssigned {
			l.Returned, l.Due = v.at, time.Time{}
			all = append(all, l)
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
