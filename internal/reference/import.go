package reference

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

func (m *Model) importUser(a users.Actor, c seats.Import, at time.Time) Result {
	u := c.User
	if p := m.ByID(u.ID); p != nil {
		return unchanged(p)
	}
	p, ok := newcomer(c, at)
	leave, gone := p.Schedule.Leave, false
	if ok && p.Status != deleted {
		var bad bool
		gone, bad = m.gone(leave)
		ok = !bad && (m.days(a, p, leave, p.Start.Date) || gone && p.Start.Date == "")
	}
	if !ok || p.Role == users.Owner && !m.cameIn(p) {
		return refused(seats.ErrBadInput)
	}
	if gone && p.Seated() {
		p.leaves()
	}
	var codes []seats.Code
	if m.sharesKey(p.Profile, new(Person)) {
		codes = append(codes, seats.ErrDuplicate)
	}
	if !p.licensed(at) {
		codes = append(codes, seats.ErrBadInput)
	}
	for _, l := range p.Licences {
		if m.bought(seats.PoolID(l.Pool)) == nil {
			codes = append(codes, seats.ErrBadInput)
		}
	}
	if codes != nil {
		return refused(codes...)
	}
	v := m.arrive(p, seats.EventImported, at)
	v.licences = p.Licences
	if leave.Date != "" {
		leave = m.leaveOf(leave)
	}
	v.Event.Date, v.Event.DateAs = leave.Date, leave.As
	return v
}

// returns gives the unstarted licences of a person back and returns them.
func (p *Person) returns(at time.Time) (returned []users.Licence) {
	for i := range p.Licences {
		if l := &p.Licences[i]; state(*l) == users.LicenceAssigned {
			l.Returned, l.Due = at, time.Time{}
			returned = append(returned, *l)
		}
	}
	return returned
}

// newcomer returns the user of an import, and whether they can be imported.
func newcomer(c seats.Import, now time.Time) (*Person, bool) {
	u := c.User
	gone := u.Status == deleted
	if gone {
		u.LeftAs, u.ArchivedAs, u.Expires, u.Schedule, u.Start = users.NoStatus, users.NoStatus, time.Time{}, users.Schedule{}, users.Start{}
		u.Profile = users.Profile{ID: u.ID, Source: u.Source, Username: "stranger"}
	}
	profile, ok := Clean(u.Profile)
	if gone {
		profile.Username = ""
	}
	u.Profile = profile
	for _, date := range []*time.Time{&u.Created, &u.StatusSince, &u.FirstSignIn, &u.Approved, &u.LastNotified, &u.Expires} {
		*date = cut(*date)
	}
	p := &Person{User: u}
	p.Wait, p.CoursePlaces = nil, nil
	p.Schedule, p.Start = users.Schedule{Leave: u.Schedule.Leave}, users.Start{Date: u.Start.Date}
	ok = ok && u.ID != "" && u.Role <= users.Owner && !badLeave(u.Schedule.Leave) && !badDate(u.Start.Date)
	ok = ok && (u.Schedule.Leave == users.Leave{} || p.waits() || p.Seated() && u.Role != users.Owner) && (u.Start.Date == "" || p.waits())
	ok = ok && p.cameAbout() && p.dated(now)
	if u.Role == users.Owner {
		ok = ok && u.Status == active
	}
	for _, l := range c.Licences {
		for _, date := range []*time.Time{&l.Assigned, &l.Started, &l.Archived, &l.Returned, &l.Ends} {
			*date = cut(*date)
		}
		if l.Due = (time.Time{}); l.User == "" {
			l.User = p.ID
		}
		p.Licences = append(p.Licences, l)
	}
	slices.SortStableFunc(p.Licences, func(a, b users.Licence) int {
		return cmp.Or(strings.Compare(a.Pool, b.Pool), cmp.Compare(inUse(a, now), inUse(b, now)), a.Assigned.Compare(b.Assigned))
	})
	count := map[string]int64{}
	for i := range p.Licences {
		l := &p.Licences[i]
		count[l.Pool]++
		l.Number = count[l.Pool]
	}
	return p, ok
}

func cut(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return time.UnixMicro(t.UnixMicro()).UTC()
}

// cameAbout reports whether a user can have come into the status.
func (p *Person) cameAbout() bool {
	type life struct{ status, left, stored users.Status }
	waiting := []life{{invited, 0, 0}, {inactive, invited, 0}, {archived, 0, invited}, {archived, invited, inactive}}
	never := []life{{inactive, 0, 0}, {archived, 0, inactive}}
	inside := []life{{active, 0, 0}, {inactive, active, 0}, {archived, 0, active}, {archived, active, inactive}, {deleted, 0, 0}}
	this := life{p.Status, p.LeftAs, p.ArchivedAs}
	admitted := !p.FirstSignIn.IsZero() || !p.Approved.IsZero()
	if p.LeftBy > users.LeftByDate || p.LeftBy != users.NotLeft && p.Seated() {
		return false
	}
	switch {
	case slices.Contains(waiting, this):
		return !admitted
	case slices.Contains(never, this):
		return !admitted && p.Expires.IsZero()
	}
	return slices.Contains(inside, this) && p.Expires.IsZero()
}

// dated says whether the dates can be.
func (p *Person) dated(now time.Time) bool {
	created := p.Created
	if created.IsZero() || p.StatusSince.IsZero() || created.Before(time.Time{}) {
		return false
	}
	for _, date := range []time.Time{created, p.StatusSince, p.FirstSignIn, p.Approved, p.LastNotified} {
		if !date.IsZero() && (date.Before(created) || date.After(now)) {
			return false
		}
	}
	if !p.Expires.IsZero() && (p.Expires.Before(created) || p.Expires.Year() > 9999) {
		return false
	}
	count := p.NotificationCount
	return count >= 0 && count <= users.MaxNotifications && (count == 0) == p.LastNotified.IsZero()
}

// inUse is 1 for a licence of a course that goes on, and 0 for one of the past.
func inUse(l users.Licence, now time.Time) int {
	s := state(l)
	if s == users.LicenceAssigned || s == users.LicenceStarted && (l.Ends.IsZero() || l.Ends.After(now)) {
		return 1
	}
	return 0
}

// licensed says whether the licences can be.
func (p *Person) licensed(now time.Time) bool {
	running := map[string]bool{}
	for _, l := range p.Licences {
		started, archived, returned := !l.Started.IsZero(), !l.Archived.IsZero(), !l.Returned.IsZero()
		open := inUse(l, now) == 1
		dates := slices.DeleteFunc([]time.Time{p.Created, l.Assigned, l.Started, l.Archived, l.Returned, now}, time.Time.IsZero)
		if l.User != p.ID || badID(l.Pool) || badDate(l.DueDate) || l.Assigned.IsZero() || archived && !started || returned && started || !slices.IsSortedFunc(dates, time.Time.Compare) ||
			state(l) == users.LicenceAssigned && (p.Status == users.Archived || p.Status == deleted) || open && running[l.Pool] {
			return false
		}
		running[l.Pool] = running[l.Pool] || open
	}
	return len(p.Licences) <= users.MaxLicences
}
