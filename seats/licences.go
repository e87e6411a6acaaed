package seats

import (
	"slices"

	"github.com/seatkeeper/seatkeeper/users"
)

// A course licence is held in its pool until the course is started, and spent from then
// on. It changes with its user by an effect of its own.

func unstarted(l users.Licence) bool { return l.Started.IsZero() }

// importedLicences returns the effects of imported licences on their pools.
func (v *evaluation) importedLicences(licences []users.Licence) ([]effect, *Refusal) {
	var effects []effect
	for _, l := range licences {
		p, refusal := v.ordered(PoolID(l.Pool))
		if refusal != nil {
			return nil, refusal
		}
		if unstarted(l) {
			effects = append(effects, effect{pool: p.ID, held: 1})
		} else {
			effects = append(effects, effect{pool: p.ID, spent: 1})
		}
	}
	return effects, nil
}

// returned returns the effects of unstarted licences on their pools when their user is
// archived or deleted.
func returned(licences []users.Licence) []effect {
	var effects []effect
	for _, l := range licences {
		if unstarted(l) {
			effects = append(effects, effect{pool: PoolID(l.Pool), held: -1})
		}
	}
	return effects
}

// started returns the licences without the unstarted ones.
func started(licences []users.Licence) []users.Licence {
	return slices.DeleteFunc(slices.Clone(licences), unstarted)
}

// returning are the actions that free the unstarted licences of a user.
var returning = users.In(users.ActionArchive, users.ActionDelete, users.ActionErase)

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
	owners := int64(0)
	for _, u := range s.Users {
		if unsettled[u.ID] && u.Role == users.Owner {
			owners++
		}
		if !leavers[u.ID] {
			continue
		}
		for _, f := range returned(u.Licences) {
			if !slices.Contains(n.Pools, f.pool) {
				n.pool(f.pool)
			}
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
