package seats

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/seatkeeper/seatkeeper/users"
)

// pools returns the drifts between the course pools and the rows of the licences.
func (a *Auditor) pools(s Snapshot) (found []Drift) {
	stored := map[PoolID]LicenceUse{}
	for _, p := range s.Pools {
		if p.ID != Site && !p.IsCode() {
			stored[p.ID] = LicenceUse{p.Held, p.Spent}
		}
	}
	ids := slices.AppendSeq(slices.Collect(maps.Keys(stored)), maps.Keys(a.licences))
	slices.Sort(ids)
	for _, id := range slices.Compact(ids) {
		if stored[id] != a.licences[id] {
			found = append(found, Drift{"licences " + string(id), stored[id].String(), a.licences[id].String()})
		}
	}
	return found
}

// ofSources returns the drifts between the sources and the rows of their users. Numbers that add up are right:
// the users from before an account had sources are counted by the first one.
func (a *Auditor) ofSources(s Snapshot) (found []Drift) {
	left := int64(0)
	for _, n := range a.sources {
		left += n
	}
	for source := range s.Account.Sources.All() {
		left -= source.People
		if counted := a.sources[source.Name]; counted != source.People {
			found = append(found, Drift{"source " + source.Name, fmt.Sprint(source.People), fmt.Sprint(counted)})
		}
	}
	if left == 0 || a.sourcesMoved {
		return nil
	}
	return found
}

// countSource counts the row of a user in their source.
func (a *Auditor) countSource(u users.User) {
	_, known := a.sources[u.Source.Name]
	if u.Source.Kind != users.SourceSync || !holding.Has(u.Status) || !known && len(a.sources) == maxNames {
		return
	}
	if a.sources == nil {
		a.sources = map[string]int64{}
	}
	a.sources[u.Source.Name]++
}

// auditedQueue has the places in the queues by the rows of the users.
type auditedQueue struct {
	places map[LicenceKey]Waiting
	moved  map[LicenceKey]bool // users inactive before or after a change since their row, and changes in courses
	beyond bool                // the rows or the changes are more than maxNames
}

// add adds the places of a user's row.
func (q *auditedQueue) add(u users.User) {
	if u.Status == users.Inactive {
		q.place(u, Site)
	}
	for _, p := range u.CoursePlaces {
		q.place(u, PoolID(p.Pool))
	}
}

// place adds the place of a user's row in the queue of a pool, if there is one.
func (q *auditedQueue) place(u users.User, pool PoolID) {
	if w, waits := placeIn(&u, pool); waits && q.hasRoom(len(q.places)) {
		if q.places == nil {
			q.places = map[LicenceKey]Waiting{}
		}
		q.places[LicenceKey{u.ID, pool}] = w
	}
}

// moves notes the user of an event after their row.
func (q *auditedQueue) moves(e Event) {
	moves := e.Pool != Site || e.Before.Status == users.Inactive || e.After.Status == users.Inactive
	if moves && q.hasRoom(len(q.moved)) {
		if q.moved == nil {
			q.moved = map[LicenceKey]bool{}
		}
		q.moved[LicenceKey{e.User, e.Pool}] = true
	}
}

func (q *auditedQueue) hasRoom(n int) bool {
	q.beyond = q.beyond || n == maxNames
	return !q.beyond
}

// drifts returns the drifts between the queues of the pools and the rows. All rows are compared, or none.
func (q *auditedQueue) drifts(pools []Pool) []Drift {
	if q.beyond {
		return nil
	}
	texts := map[LicenceKey][2]string{}
	note := func(pool PoolID, w Waiting, i int) {
		key := LicenceKey{w.User, pool}
		text := texts[key]
		text[i] += w.terms()
		texts[key] = text
	}
	for _, p := range pools {
		for w := range p.Waiting.All() {
			note(p.ID, w, 0)
		}
	}
	for key, w := range q.places {
		note(key.Pool, w, 1)
	}
	var found drifts
	for _, key := range slices.SortedFunc(maps.Keys(texts), func(x, y LicenceKey) int {
		return cmp.Or(cmp.Compare(x.Pool, y.Pool), cmp.Compare(x.User, y.User))
	}) {
		if text := texts[key]; text[0] != text[1] && !q.moved[key] {
			what := "waiting " + string(key.User)
			if key.Pool != Site {
				what += " for " + string(key.Pool)
			}
			found.add(Drift{what, cmp.Or(text[0], noPlace), cmp.Or(text[1], noPlace)})
		}
	}
	if found.more > 0 {
		found.list = append(found.list, Drift{What: "waiting", Counted: fmt.Sprintf("%d more", found.more)})
	}
	return found.list
}

const noPlace = "no place"

// terms returns the terms of the place, such as "member from 2026-03-01T12:00:00Z".
func (w Waiting) terms() string {
	text := w.Role.String() + " from " + w.Turn.Format(time.RFC3339Nano)
	if w.Asks {
		text += ", asks"
	}
	return text
}
