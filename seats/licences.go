package seats

import (
	"slices"

	"github.com/seatkeeper/seatkeeper/users"
)

// A course licence is held in its pool until the course is started, and spent from
// then on. What becomes of it along with its person is a fact of its own.

func unstarted(l users.Licence) bool { return l.Started.IsZero() }

// brought returns what licences take up in their pools when they are brought along.
func (v *evaluation) importedLicences(licences []users.Licence) ([]effect, *Refusal) {
	var facts []effect
	for _, l := range licences {
		p, refusal := v.ordered(PoolID(l.Pool))
		if refusal != nil {
			return nil, refusal
		}
		if unstarted(l) {
			facts = append(facts, effect{pool: p.ID, held: 1})
		} else {
			facts = append(facts, effect{pool: p.ID, spent: 1})
		}
	}
	return facts, nil
}

// returned returns what licences give back to their pools when their person is put
// away or deleted: those that are not used up.
func returned(licences []users.Licence) []effect {
	var facts []effect
	for _, l := range licences {
		if unstarted(l) {
			facts = append(facts, effect{pool: PoolID(l.Pool), held: -1})
		}
	}
	return facts
}

// started returns the licences without those that are given back.
func started(licences []users.Licence) []users.Licence {
	return slices.DeleteFunc(slices.Clone(licences), unstarted)
}

// returning are the actions that give back a person's unstarted licences.
var returning = users.In(users.ActionArchive, users.ActionDelete, users.ActionErase)

// Widen adds to what has to be loaded what shows in the snapshot: the pools to which the
// request gives licences back, and those whom events of the request key are about. It
// reports whether it has to be loaded again for them.
func (r Request) Widen(n *Need, s Snapshot) bool {
	leavers := map[users.ID]bool{}
	for _, c := range r.Commands {
		if isPlain(c) && returning.Has(c.Action()) {
			leavers[c.target()] = true
		}
	}
	asked := len(n.Pools) + len(n.Users)
	for _, u := range s.Users {
		if !leavers[u.ID] {
			continue
		}
		for _, f := range returned(u.Licences) {
			if !slices.Contains(n.Pools, f.pool) {
				n.pool(f.pool)
			}
		}
	}
	for _, e := range s.Past {
		own := e.Key == n.Key && e.Index >= n.IndexFrom && e.Index < n.IndexTo
		if _, sealed := e.digests(); own && sealed != "" && !slices.Contains(n.Users, e.User) {
			n.user(e.User)
		}
	}
	return len(n.Pools)+len(n.Users) > asked
}
