package reference

import (
	"slices"
	"strings"
	"time"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// A Source is a sync. How many people it has is counted anew.
type Source struct {
	Rank     int
	Adopts   bool
	Guard    seats.Guard
	Patience seats.Patience
	Lost     []Loss // what its guard counts, also when it is over
	Hold     seats.Hold
	Allowed  seats.Losses // by a release
	Until    time.Time    // the end of it
}

// A Loss is something that a sync took away at some time.
type Loss struct {
	At time.Time
	seats.Losses
}

// met makes the source of a person, when they take their first seat.
func (m *Model) met(p *Person) {
	if p.synced() && p.Seated() {
		m.source(p.Source.Name)
	}
}

// source returns the source of that name, a new one if there is none.
func (m *Model) source(name string) *Source {
	if m.Sources == nil {
		m.Sources = map[string]*Source{}
	}
	if m.Sources[name] == nil {
		m.Sources[name] = &Source{}
	}
	return m.Sources[name]
}

// Fed counts the people of a source who are invited or active.
func (m *Model) Fed(source string) (n int64) {
	for _, p := range m.People {
		if p.synced() && p.Source.Name == source && p.Seated() {
			n++
		}
	}
	return n
}

// LeavingAdmins counts the active admins of a source who leave on a day.
func (m *Model) LeavingAdmins(source string) (n int64) {
	for _, p := range m.People {
		if p.synced() && p.Source.Name == source && p.Role == users.Admin && p.Status == active && p.Schedule.Date != "" {
			n++
		}
	}
	return n
}

// LostSince counts what a source lost in so many hours, the present one included. What is older than a day
// counts as of the begin of its day.
func (s *Source) LostSince(now time.Time, hours int64) (sum seats.Losses) {
	this := now.Unix() / 3600
	for _, l := range s.Lost {
		hour := l.At.Unix() / 3600
		if hour <= this-24 {
			hour = hour / 24 * 24
		}
		if hour > this-hours {
			sum.Leavers, sum.Dated, sum.Keys, sum.Admins = sum.Leavers+l.Leavers, sum.Dated+l.Dated, sum.Keys+l.Keys, sum.Admins+l.Admins
		}
	}
	return sum
}

// free is what a release still allows.
func (s *Source) free(now time.Time) seats.Losses {
	if now.Before(s.Until) {
		return s.Allowed
	}
	return seats.Losses{}
}

// less takes numbers off, none below 0, but not those of the people who stay until a day.
func less(l, m seats.Losses) seats.Losses {
	return seats.Losses{Leavers: max(0, l.Leavers-m.Leavers), Dated: l.Dated, Keys: max(0, l.Keys-m.Keys), Admins: max(0, l.Admins-m.Admins)}
}

// trips reports whether a guard stops so much, rule 41.
func (m *Model) trips(name string, l seats.Losses, now time.Time) bool {
	s := m.Sources[name]
	if s == nil {
		s = &Source{}
	}
	fed := m.Fed(name) - min(l.Leavers, s.free(now).Leavers) // those of a release go first
	goes := l.Admins
	l = less(l, s.free(now))
	admins := int64(0)
	for _, p := range m.People {
		if p.Role == users.Admin && p.Status == active && (!p.synced() || p.Schedule.Date == "") {
			admins++
		}
	}
	if l.Admins > 0 && goes >= admins {
		return true
	}
	few, byDay, byMonth, ever := int64(5), int64(10), int64(25), int64(50)
	for _, n := range []struct{ of, set *int64 }{{&few, &s.Guard.Few}, {&byDay, &s.Guard.Day}, {&byMonth, &s.Guard.Month}, {&ever, &s.Guard.Ever}} {
		if *n.set != 0 {
			*n.of = *n.set
		}
	}
	day, month := s.LostSince(now, 24), s.LostSince(now, 720)
	stops := func(more, ofDay, ofMonth int64) bool {
		d, t := more+ofDay, more+ofMonth
		over := func(n int64, gone seats.Losses, percent int64) bool {
			return percent != 100 && 100*n > percent*(fed+gone.Leavers-gone.Dated)
		}
		return more > 0 && (d > few && over(d, day, byDay) || t > few && over(t, month, byMonth) || t > 1 && over(t, month, ever))
	}
	return stops(l.Leavers, day.Leavers, month.Leavers) || stops(l.Keys, day.Keys, month.Keys)
}

// takes reports whether a sync may have a person of another source, rule 41.
func (m *Model) takes(a users.Actor, p *Person) bool {
	s, stays := m.Sources[a.Name], p.Role == users.Owner || p.Status == archived || p.Status == deleted
	switch {
	case a.Kind != users.ActorSync, s == nil, stays, sees(a, p):
		return false
	case p.Status == inactive && (p.LeftBy == users.LeftByHand || p.Start.Date != ""):
		return false
	case !p.synced():
		return s.Adopts
	}
	before := m.Sources[p.Source.Name]
	return s.Rank > 0 && (before == nil || before.Rank == 0 || before.Rank > s.Rank)
}

// sameUnderOther reports whether a profile with a number has the known name and a key of a person.
func sameUnderOther(is, profile users.Profile) bool {
	return is.FirstName+is.LastName != "" && profile.ExternalID != "" && keptName(is, profile) && keptReach(is, profile)
}

// lose notes what a source took away.
func (m *Model) lose(name string, l seats.Losses, now time.Time) {
	s := m.source(name)
	free := s.free(now)
	if s.Allowed = less(free, l); s.Allowed == (seats.Losses{}) {
		s.Until = time.Time{}
	}
	if l = less(l, free); l != (seats.Losses{}) {
		s.Lost = append(s.Lost, Loss{now, l})
	}
}

// guarded judges what a command of a sync has done, and takes it back if the source is held.
func (m *Model) guarded(a users.Actor, c seats.Command, v Result, before *Model, at time.Time) Result {
	if a.Kind != users.ActorSync || c.Action() == users.ActionHoldSource || v.Outcome.Unchanged {
		return v
	}
	held := m.Sources[a.Name] != nil && !m.Sources[a.Name].Hold.Since.IsZero()
	was, now := before.ByID(v.Outcome.User), m.ByID(v.Outcome.User)
	if v.Codes != nil && v.Codes[0] == seats.ErrNoSeats { // the guard comes before the seats
		if change, ok := c.(seats.ChangeRole); ok && !held {
			was, now = m.ByID(change.User), new(*m.ByID(change.User))
			now.Role = change.Role
		} else if held {
			return refused(seats.ErrSourceHeld)
		} else {
			return v
		}
	} else if v.Codes != nil {
		return v
	}
	l := lost(was, now)
	switch {
	case held:
	case before.trips(a.Name, l, at):
		v.Hold = &seats.HoldSource{Source: a.Name, Losses: l, Sample: []users.ID{now.ID}}
	case v.Codes != nil:
		return v
	default:
		if l != (seats.Losses{}) {
			m.lose(a.Name, l, at)
			v.Lost = l
		}
		return v
	}
	*m = *before
	return Result{Codes: []seats.Code{seats.ErrSourceHeld}, Hold: v.Hold}
}

// lost is what the change of a person takes away.
func lost(was, now *Person) (l seats.Losses) {
	if was == nil {
		return l
	}
	if was.Seated() && !now.Seated() {
		l.Leavers = 1
	}
	gone := func(old, key string) bool { return old != "" && old != key }
	if now.Here() && was.Source == now.Source && (gone(was.ExternalID, now.ExternalID) || was.Email != "" && !SameText(was.Email, now.Email) || was.Username != "" && !SameText(was.Username, now.Username)) {
		l.Keys = 1
	}
	if day := now.Schedule.Leave; was.Seated() && now.Seated() && day.Date != "" && (was.Schedule.Date == "" || sooner(day, was.Schedule.Leave)) {
		l.Leavers, l.Dated = 1, 1
	}
	remains := func(p *Person) bool { return p.Role == users.Admin && p.Status == active && p.Schedule.Date == "" }
	if remains(was) && !remains(now) {
		l.Admins = 1
	}
	return l
}

// sooner reports whether a leave comes before another one.
func sooner(l, m users.Leave) bool {
	return l.Date < m.Date || l.Date == m.Date && l.As == users.FirstDayWithout && m.As == users.LastDay
}

// editSource is EditSource.
func (m *Model) editSource(c seats.EditSource, at time.Time) Result {
	if badID(c.Source) {
		return refused(seats.ErrBadInput)
	}
	s := Source{}
	if known := m.Sources[c.Source]; known != nil {
		s = *known
	}
	was, fields := s, []string(nil)
	if c.Rank != nil {
		s.Rank = *c.Rank
	}
	if c.Adopts != nil {
		s.Adopts = *c.Adopts
	}
	if c.Guard != nil {
		s.Guard = *c.Guard
	}
	if c.Patience != nil {
		s.Patience = *c.Patience
	}
	percent := func(n int64) bool { return n < 0 || n > 100 }
	g := s.Guard
	if s.Rank < 0 || g.Few < 0 || g.Few > seats.MaxSeats || percent(g.Day) || percent(g.Month) || percent(g.Ever) ||
		s.Patience.Runs < 0 || s.Patience.Runs > 100 || s.Patience.Hours < 0 || s.Patience.Hours > 24*366 {
		return refused(seats.ErrBadInput)
	}
	for _, f := range []struct {
		name    string
		changed bool
	}{{"rank", s.Rank != was.Rank}, {"adopts", s.Adopts != was.Adopts}, {"guard", s.Guard != was.Guard}, {"patience", s.Patience != was.Patience}} {
		if f.changed {
			fields = append(fields, f.name)
		}
	}
	if fields == nil {
		return unchanged(nil)
	}
	v := m.account(seats.EventSourceEdited, seats.Site, at, func() { *m.source(c.Source) = s })
	v.Event.Fields, v.Event.Source = fields, c.Source
	return v
}

// holdSource is HoldSource.
func (m *Model) holdSource(a users.Actor, c seats.HoldSource, at time.Time) Result {
	s := Source{}
	if known := m.Sources[c.Source]; known != nil {
		s = *known
	}
	codes := []seats.Code(nil)
	if a.Kind == users.ActorSync && a.Name != c.Source {
		codes = append(codes, seats.ErrForbidden)
	}
	causes := []string{"", "held-by-hand", "changed-keys"}
	if badID(c.Source) || m.Sources[c.Source] == nil && len(m.Sources) >= 16 || !slices.Contains(causes, c.Cause) || len(c.Sample) > 10 || slices.ContainsFunc(c.Sample, func(id users.ID) bool { return badID(string(id)) }) ||
		c.Plan != "" && badID(c.Plan) || negative(c.Losses) {
		codes = append(codes, seats.ErrBadInput)
	}
	switch {
	case codes != nil:
		return refused(codes...)
	case !s.Hold.Since.IsZero(), c.Cause == "" && !m.trips(c.Source, c.Losses, at):
		return unchanged(nil)
	}
	v := m.account(seats.EventSourceHeld, seats.Site, at, func() {
		m.source(c.Source).Hold = seats.Hold{Since: at, Cause: c.Cause, Losses: c.Losses, Sample: slices.Clone(c.Sample), Plan: c.Plan}
	})
	v.Event.Count, v.Event.Receivers, v.Event.Source = c.Losses.Leavers, m.receivers(), c.Source
	return v
}

func negative(l seats.Losses) bool { return l.Leavers < 0 || l.Keys < 0 || l.Admins < 0 }

// release is ReleaseSource, and RejectRun without losses.
func (m *Model) release(kind seats.EventKind, name string, l *seats.Losses, at time.Time) Result {
	s := m.Sources[name]
	switch {
	case badID(name), s == nil:
		return refused(seats.ErrBadInput)
	case s.Hold.Since.IsZero() && (l == nil || *l == (seats.Losses{})):
		return unchanged(nil)
	case l != nil && negative(*l):
		return refused(seats.ErrBadInput)
	}
	held, holds := s.Hold.Losses, !s.Hold.Since.IsZero()
	if !holds {
		held = *l
	}
	v := m.account(kind, seats.Site, at, func() {
		s.Hold = seats.Hold{}
		if l != nil {
			s.Allowed, s.Until = *l, at.Add(48*time.Hour)
			if holds {
				s.Lost = nil
			}
			if *l == (seats.Losses{}) {
				s.Allowed = held
			}
			s.Allowed.Dated = 0
		}
	})
	v.Event.Count, v.Event.Source = held.Leavers, name
	return v
}

// leftBy is the way in which a person leaves by a command.
func leftBy(a users.Actor) users.Leaving {
	if a.Kind == users.ActorSync {
		return users.LeftBySync
	}
	return users.LeftByHand
}

// keptOut reports whether a person stays out for a sync, since they were put out by hand.
func keptOut(a users.Actor, p *Person) bool {
	return a.Kind == users.ActorSync && p.Here() && p.LeftBy == users.LeftByHand
}

// fieldNames are the fields that stay when they were edited by hand.
var fieldNames = []string{"department", "email", "external-id", "first-name", "groups", "last-name", "location", "title", "username"}

// keeps are the fields of a person that stay after an edit, rule 41.
func keeps(a users.Actor, p *Person, now users.Profile, follow []string) (kept []string) {
	is := func(q users.Profile) []string {
		return []string{q.Department, q.Email, q.ExternalID, q.FirstName, strings.Join(q.Groups, "\n"), q.LastName, q.Location, q.Title, q.Username}
	}
	was, next := is(p.Profile), is(now)
	for i, name := range fieldNames {
		edited := p.synced() && a.Kind != users.ActorSync && was[i] != next[i]
		if edited || slices.Contains(p.Kept, name) && !slices.Contains(follow, name) {
			kept = append(kept, name)
		}
	}
	for _, name := range []string{"leave", "role"} {
		if slices.Contains(p.Kept, name) && !slices.Contains(follow, name) {
			kept = append(kept, name)
		}
	}
	slices.Sort(kept)
	return kept
}

// keepsFrom reports whether what was set by hand stays for a sync.
func keepsFrom(a users.Actor, p *Person, name string) bool {
	return a.Kind == users.ActorSync && slices.Contains(p.Kept, name)
}

// keepByHand notes roles and days of leaves that were set by hand.
func (m *Model) keepByHand(a users.Actor, action users.Action, before *Model) {
	keep := func(p *Person, name string, changed bool) {
		if changed && !slices.Contains(p.Kept, name) {
			p.Kept = append(slices.Clone(p.Kept), name)
			slices.Sort(p.Kept)
		}
	}
	for _, p := range m.People {
		was := before.ByID(p.ID)
		if !p.synced() || a.Kind == users.ActorSync || was == nil {
			continue
		}
		keep(p, "role", was.Role != p.Role)
		dates := action == users.ActionSchedule || action == users.ActionUnschedule
		keep(p, "leave", dates && was.Schedule.Leave != p.Schedule.Leave && (a.Kind != users.ActorUser || a.User != p.ID))
	}
}
