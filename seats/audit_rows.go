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

// auditedQueue has the places in the queue by the rows of the users.
type auditedQueue struct {
	places map[users.ID]Waiting
	moved  map[users.ID]bool // users inactive before or after a change since their row
	beyond bool              // the rows or the changes are more than maxNames
}

// add adds the place of a user's row.
func (q *auditedQueue) add(u users.User) {
	if u.Waits() && u.Status == users.Inactive && q.hasRoom(len(q.places)) {
		if q.places == nil {
			q.places = map[users.ID]Waiting{}
		}
		q.places[u.ID] = waitingOf(u)
	}
}

// moves notes the user of an event after their row.
func (q *auditedQueue) moves(e Event) {
	if (e.Before.Status == users.Inactive || e.After.Status == users.Inactive) && q.hasRoom(len(q.moved)) {
		if q.moved == nil {
			q.moved = map[users.ID]bool{}
		}
		q.moved[e.User] = true
	}
}

func (q *auditedQueue) hasRoom(n int) bool {
	q.beyond = q.beyond || n == maxNames
	return !q.beyond
}

// drifts returns the drifts between the queue of the site pool and the rows. All rows are compared, or none.
func (q *auditedQueue) drifts(stored WaitingList) []Drift {
	if q.beyond {
		return nil
	}
	texts := map[users.ID][2]string{}
	note := func(w Waiting, i int) {
		text := texts[w.User]
		text[i] += w.terms()
		texts[w.User] = text
	}
	for w := range stored.All() {
		note(w, 0)
	}
	for _, w := range q.places {
		note(w, 1)
	}
	var found drifts
	for _, id := range slices.Sorted(maps.Keys(texts)) {
		if text := texts[id]; text[0] != text[1] && !q.moved[id] {
			found.add(Drift{"waiting " + string(id), cmp.Or(text[0], noPlace), cmp.Or(text[1], noPlace)})
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
