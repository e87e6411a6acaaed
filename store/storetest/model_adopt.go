package storetest

import (
	"slices"
	"strings"
	"time"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

func (m *model) adopt(u users.User, at time.Time) verdict {
	if p := m.byID(u.ID); p != nil {
		return unchanged(p)
	}
	p, ok := newcomer(u, at)
	if !ok {
		return refused(seats.ErrBadInput)
	}
	var codes []seats.Code
	for _, q := range m.people {
		if q.here() && shares(q.Profile, p.Profile) {
			codes = []seats.Code{seats.ErrDuplicate}
		}
	}
	for _, l := range p.licences {
		if _, there := m.pools[seats.PoolID(l.Pool)]; !there {
			codes = append(codes, seats.ErrBadInput)
		}
	}
	if codes != nil {
		return refused(codes...)
	}
	held := m.held(seats.Site)
	m.people = append(m.people, p)
	m.pledged(p)
	m.last = at
	v := verdict{
		outcome: seats.Outcome{User: p.ID, After: p.standing(), SeatsDelta: m.held(seats.Site) - held},
		fact:    fact{kind: seats.EventImported, user: p.ID, after: p.standing(), at: at},
	}
	return v.alongWith(p.licences)
}

// alongWith adds an event for each licence that comes or goes with its person.
func (v verdict) alongWith(licences []users.Licence) verdict {
	for _, l := range licences {
		of := v.fact
		of.before, of.pool, of.successor = of.after, seats.PoolID(l.Pool), ""
		v.more = append(v.more, of)
	}
	return v
}

// unused takes the unstarted licences away from a person and returns them.
func (p *person) unused() (taken []users.Licence) {
	var kept []users.Licence
	for _, l := range p.licences {
		if l.Started.IsZero() {
			taken = append(taken, l)
		} else {
			kept = append(kept, l)
		}
	}
	p.licences = kept
	return taken
}

// newcomer returns somebody who is brought along, and whether he can be.
func newcomer(u users.User, now time.Time) (*person, bool) {
	gone := u.Status == users.Deleted
	if gone {
		u.LeftAs, u.ArchivedAs, u.Expires, u.Schedule = users.NoStatus, users.NoStatus, time.Time{}, users.Schedule{}
		u.Profile = users.Profile{ID: u.ID, Source: u.Source, Username: "nobody"}
	}
	profile, ok := clean(u.Profile)
	if gone {
		profile.Username = ""
	}
	p := &person{
		Profile: profile, role: u.Role, status: u.Status, left: u.LeftAs, stored: u.ArchivedAs, notices: u.NotificationCount,
		signedIn: cut(u.FirstSignIn), approved: cut(u.Approved), notified: cut(u.LastNotified), expires: cut(u.Expires),
	}
	ok = ok && u.ID != "" && u.Role <= users.Owner && u.Schedule == users.Schedule{}
	ok = ok && p.cameAbout() && p.dated(cut(u.Created), cut(u.StatusSince), now)
	if u.Role == users.Owner {
		ok = ok && u.Status == users.Active && !p.signedIn.IsZero()
	}
	for _, l := range u.Licences {
		l.Assigned, l.Started, l.Archived = cut(l.Assigned), cut(l.Started), cut(l.Archived)
		p.licences = append(p.licences, l)
	}
	slices.SortStableFunc(p.licences, func(a, b users.Licence) int {
		if a.Pool != b.Pool {
			return strings.Compare(a.Pool, b.Pool)
		}
		return a.Assigned.Compare(b.Assigned)
	})
	return p, ok && p.licensed(cut(u.Created), now)
}

func cut(t time.Time) time.Time { return time.UnixMicro(t.UnixMicro()).UTC() }

// cameAbout says whether somebody can have got into the status.
func (p *person) cameAbout() bool {
	type life struct{ status, left, stored users.Status }
	invited, active, inactive, archived := users.Invited, users.Active, users.Inactive, users.Archived
	waiting := []life{{invited, 0, 0}, {inactive, invited, 0}, {archived, 0, invited}, {archived, invited, inactive}}
	never := []life{{inactive, 0, 0}, {archived, 0, inactive}}
	inside := []life{{active, 0, 0}, {inactive, active, 0}, {archived, 0, active}, {archived, active, inactive}, {users.Deleted, 0, 0}}
	this := life{p.status, p.left, p.stored}
	letIn := !p.signedIn.IsZero() || !p.approved.IsZero()
	switch {
	case slices.Contains(waiting, this):
		return !letIn
	case slices.Contains(never, this):
		return !letIn && p.expires.IsZero()
	}
	return slices.Contains(inside, this) && p.expires.IsZero()
}

// dated says whether the dates can be.
func (p *person) dated(created, since, now time.Time) bool {
	if created.IsZero() || since.IsZero() || created.Before(time.Time{}) {
		return false
	}
	for _, date := range []time.Time{created, since, p.signedIn, p.approved, p.notified} {
		if !date.IsZero() && (date.Before(created) || date.After(now)) {
			return false
		}
	}
	if !p.expires.IsZero() && (p.expires.Before(created) || p.expires.Year() > 9999) {
		return false
	}
	if p.notices == 0 {
		return p.notified.IsZero()
	}
	return p.notices > 0 && p.notices <= users.MaxNotifications && !p.notified.IsZero()
}

// licensed says whether the licences can be.
func (p *person) licensed(created, now time.Time) bool {
	running := map[string]int{}
	for _, l := range p.licences {
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
		if !begun && (p.status == users.Archived || p.status == users.Deleted) {
			return false
		}
		if !archived {
			running[l.Pool]++
		}
		if running[l.Pool] > 1 {
			return false
		}
	}
	return len(p.licences) <= users.MaxLicences
}
