package seats

import (
	"fmt"
	"maps"
	"slices"

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
