package reference

import (
	"slices"
	"strings"
	"time"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

func (m *Model) adopt(u users.User, at time.Time) Result {
	if p := m.ByID(u.ID); p != nil {
		return unchanged(p)
	}
	p, ok := newcomer(u, at)
	if !ok {
		return refused(seats.ErrBadInput)
	}
	var codes []seats.Code
	for _, q := range m.People {
		if q.Here() && SharesKey(q.Profile, p.Profile) {
			codes = []seats.Code{seats.ErrDuplicate}
		}
	}
	for _, l := range p.Licences {
		if _, there := m.Pools[seats.PoolID(l.Pool)]; !there {
			codes = append(codes, seats.ErrBadInput)
		}
	}
	if codes != nil {
		return refused(codes...)
	}
	held := m.Held(seats.Site)
	m.People = append(m.People, p)
	m.pledged(p)
	m.Last = at
	v := Result{
		Outcome: seats.Outcome{User: p.ID, After: p.Standing(), SeatsDelta: m.Held(seats.Site) - held},
		Event:   Event{Kind: seats.EventImported, User: p.ID, After: p.Standing(), At: at},
	}
	return v.alongWith(p.Licences)
}

// alongWith adds an event for each licence that comes or goes with its person.
func (v Result) alongWith(licences []users.Licence) Result {
	for _, l := range licences {
		of := v.Event
		of.Before, of.Pool, of.Successor = of.After, seats.PoolID(l.Pool), ""
		v.more = append(v.more, of)
	}
	return v
}

// unused takes the unstarted licences away from a person and returns them.
func (p *Person) unused() (taken []users.Licence) {
	var kept []users.Licence
	for _, l := range p.Licences {
		if l.Started.IsZero() {
			taken = append(taken, l)
		} else {
			kept = append(kept, l)
		}
	}
	p.Licences = kept
	return taken
}

// newcomer returns the user of an import, and whether they can be imported.
func newcomer(u users.User, now time.Time) (*Person, bool) {
	gone := u.Status == users.Deleted
	if gone {
		u.LeftAs, u.ArchivedAs, u.Expires, u.Schedule = users.NoStatus, users.NoStatus, time.Time{}, users.Schedule{}
		u.Profile = users.Profile{ID: u.ID, Source: u.Source, Username: "nobody"}
	}
	profile, ok := Clean(u.Profile)
	if gone {
		profile.Username = ""
	}
	p := &Person{
		Profile: profile, Role: u.Role, Status: u.Status, left: u.LeftAs, stored: u.ArchivedAs, Notices: u.NotificationCount,
		SignedIn: cut(u.FirstSignIn), Approved: cut(u.Approved), Notified: cut(u.LastNotified), Expires: cut(u.Expires),
	}
	ok = ok && u.ID != "" && u.Role <= users.Owner && u.Schedule == users.Schedule{}
	ok = ok && p.cameAbout() && p.dated(cut(u.Created), cut(u.StatusSince), now)
	if u.Role == users.Owner {
		ok = ok && u.Status == users.Active && !p.SignedIn.IsZero()
	}
	for _, l := range u.Licences {
		l.Assigned, l.Started, l.Archived = cut(l.Assigned), cut(l.Started), cut(l.Archived)
		p.Licences = append(p.Licences, l)
	}
	slices.SortStableFunc(p.Licences, func(a, b users.Licence) int {
		if a.Pool != b.Pool {
			return strings.Compare(a.Pool, b.Pool)
		}
		return a.Assigned.Compare(b.Assigned)
	})
	return p, ok && p.licensed(cut(u.Created), now)
}

func cut(t time.Time) time.Time { return time.UnixMicro(t.UnixMicro()).UTC() }

// cameAbout reports whether a user can have come into the status.
func (p *Person) cameAbout() bool {
	type life struct{ status, left, stored users.Status }
	invited, active, inactive, archived := users.Invited, users.Active, users.Inactive, users.Archived
	waiting := []life{{invited, 0, 0}, {inactive, invited, 0}, {archived, 0, invited}, {archived, invited, inactive}}
	never := []life{{inactive, 0, 0}, {archived, 0, inactive}}
	inside := []life{{active, 0, 0}, {inactive, active, 0}, {archived, 0, active}, {archived, active, inactive}, {users.Deleted, 0, 0}}
	this := life{p.Status, p.left, p.stored}
	letIn := !p.SignedIn.IsZero() || !p.Approved.IsZero()
	switch {
	case slices.Contains(waiting, this):
		return !letIn
	case slices.Contains(never, this):
		return !letIn && p.Expires.IsZero()
	}
	return slices.Contains(inside, this) && p.Expires.IsZero()
}

// dated says whether the dates can be.
func (p *Person) dated(created, since, now time.Time) bool {
	if created.IsZero() || since.IsZero() || created.Before(time.Time{}) {
		return false
	}
	for _, date := range []time.Time{created, since, p.SignedIn, p.Approved, p.Notified} {
		if !date.IsZero() && (date.Before(created) || date.After(now)) {
			return false
		}
	}
	if !p.Expires.IsZero() && (p.Expires.Before(created) || p.Expires.Year() > 9999) {
		return false
	}
	if p.Notices == 0 {
		return p.Notified.IsZero()
	}
	return p.Notices > 0 && p.Notices <= users.MaxNotifications && !p.Notified.IsZero()
}

// licensed says whether the licences can be.
func (p *Person) licensed(created, now time.Time) bool {
	running := map[string]int{}
	for _, l := range p.Licences {
		archived := !l.Archived.IsZero()
		begun := !l.Started.IsZero()
		order := []time.Time{created, l.Assigned}
		if begun {
			order = append(order, l.Started)
		}
		if archived {
			order = append(order, l.Archived)
		}
		order = append(order, now)
		if badID(l.Pool) || l.Assigned.IsZero() || archived && !begun || !slices.IsSortedFunc(order, time.Time.Compare) {
			return false
		}
		if !begun && (p.Status == users.Archived || p.Status == users.Deleted) {
			return false
		}
		if !archived {
			running[l.Pool]++
		}
		if running[l.Pool] > 1 {
			return false
		}
	}
	return len(p.Licences) <= users.MaxLicences
}
