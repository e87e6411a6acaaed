package seats

import (
	"cmp"
	"slices"
	"time"

	"github.com/seatkeeper/seatkeeper/users"
)

// A row is a user, a pool or a licence, to be read only; the other two are zero. Its ID has the
// user, the pool, or both.
type row struct {
	id      users.LicenceID
	user    *users.User
	pool    *Pool
	licence *users.Licence
}

var (
	noUser    users.User
	noPool    Pool
	noLicence users.Licence
)

func userRow(u *users.User) row       { return row{users.LicenceID{User: u.ID}, u, &noPool, &noLicence} }
func poolRow(p *Pool) row             { return row{users.LicenceID{Pool: string(p.ID)}, &noUser, p, &noLicence} }
func licenceRow(l *users.Licence) row { return row{l.ID(), &noUser, &noPool, l} }

// A timer is a kind of event that happens to a row by itself.
type timer struct {
	event EventKind
	// isDay reports whether the instant is that of a day: it follows from the rules of the
	// account's zone, which can change before.
	isDay bool
	// frees reports whether a user's seat comes free.
	frees bool
	// at returns the instant, by the row alone; zero: there is none.
	at func(row) time.Time
	// evaluate returns the effect.
	evaluate func(*evaluation, row) effect
}

// timers has a row for everything that can be due. The Due of a row follows from the instants
// of its timers, and [Account.NextDue] from these; [Settle] carries them out, and [Explain]
// and the calendar tell what comes next. Of one instant, the queue loses its leavers first, and then what frees seats comes
// before what takes them.
var timers = []timer{
	{
		event: EventLeavingSoon, isDay: true,
		at: func(r row) time.Time {
			if !leaves(r.user) {
				return time.Time{}
			}
			return r.user.Schedule.Notice
		},
		evaluate: func(_ *evaluation, r row) effect {
			u, s := *r.user, r.user.Schedule
			u.Schedule.NoticeOn, u.Schedule.Notice = "", time.Time{}
			return effect{kind: EventLeavingSoon, user: u, date: s.Date, dateAs: s.As, actor: s.By}
		},
	},
	{
		event: EventUnqueued, isDay: true,
		at: func(r row) time.Time {
			if !r.user.Waits() {
				return time.Time{}
			}
			return r.user.Schedule.At
		},
		evaluate: func(_ *evaluation, r row) effect { return leavesQueue(*r.user) },
	},
	{
		event: EventDeactivated, isDay: true, frees: true,
		at: func(r row) time.Time {
			if !leaves(r.user) {
				return time.Time{}
			}
			return r.user.Schedule.At
		},
		evaluate: func(v *evaluation, r row) effect {
			s := r.user.Schedule
			return effect{kind: EventDeactivated, user: v.withStatus(*r.user, users.Inactive), date: s.Date, dateAs: s.As, actor: s.By}
		},
	},
	{
		event: EventLapsed, frees: true,
		at: func(r row) time.Time {
			if !r.user.Lapses {
				return time.Time{}
			}
			return r.user.Expires
		},
		evaluate: func(v *evaluation, r row) effect {
			return effect{kind: EventLapsed, user: v.withStatus(*r.user, users.Inactive)}
		},
	},
	{
		event: EventLicenceEnded,
		at: func(r row) time.Time {
			if r.licence.State() != users.LicenceAssigned {
				return time.Time{}
			}
			return r.licence.Ends
		},
		evaluate: func(v *evaluation, r row) effect {
			return effect{kind: EventLicenceEnded, user: v.people.of(r.licence.User), licence: v.giveBack(*r.licence)}
		},
	},
	{
		event: EventCodeEnded, isDay: true,
		at: func(r row) time.Time {
			if r.pool.Join.Text == "" {
				return time.Time{}
			}
			return r.pool.Ends.At
		},
		evaluate: func(v *evaluation, r row) effect { return v.endedCode(*r.pool, r.pool.Ends.LastDay, "") },
	},
	{
		event: EventTotalSet, isDay: true,
		at: func(r row) time.Time { return r.pool.Booked.At },
		evaluate: func(_ *evaluation, r row) effect {
			p, by := *r.pool, r.pool.Booked.By
			p.startBooked()
			return effect{kind: EventTotalSet, pool: p.ID, total: p.Total, terms: &p, actor: by}
		},
	},
	{
		event: EventUnqueued,
		at: func(r row) time.Time {
			if !r.user.Waits() {
				return time.Time{}
			}
			return r.user.Wait.Until
		},
		evaluate: func(_ *evaluation, r row) effect {
			u := *r.user
			u.Wait = nil
			return effect{kind: EventUnqueued, user: u}
		},
	},
	{
		event: EventUnqueued,
		at: func(r row) time.Time {
			place, _ := r.user.NextCoursePlace()
			return place.Until
		},
		evaluate: func(_ *evaluation, r row) effect {
			place, _ := r.user.NextCoursePlace()
			return leavesCourse(*r.user, PoolID(place.Pool))
		},
	},
	{
		event: EventInvited, isDay: true,
		at: func(r row) time.Time { return r.user.Start.At },
		evaluate: func(v *evaluation, r row) effect {
			return v.start(*r.user)
		},
	},
}

// leaveRank is the place of the timer of leaves.
var leaveRank = slices.IndexFunc(timers, func(t timer) bool { return t.event == EventDeactivated })

// lead is the time before a day at which a row is looked at again. Until then the instant of
// the day is provisional, since the rules of the zone can change. It is the widest distance
// between two zones, UTC+14 and UTC-12, and more than a day: no day comes before the look
// at it, even if the account changes to any other zone or a zone to the other side of the
// date line.
const lead = 26 * time.Hour

// leaves reports whether the day of the user's leave will come.
func leaves(u *users.User) bool {
	return holding.Has(u.Status) && u.Schedule.Date != "" && !u.Schedule.Held
}

// A coming is a timer of a row that is set.
type coming struct {
	at   time.Time
	rank int // the place in timers
	id   users.LicenceID
}

// compare orders what is due.
func (c coming) compare(d coming) int {
	return cmp.Or(c.at.Compare(d.at), cmp.Compare(c.rank, d.rank), c.id.Compare(d.id))
}

// comings lists the timers of the row that are set, in order.
func (r row) comings() (all []coming) {
	for rank, t := range timers {
		if at := t.at(r); !at.IsZero() {
			all = append(all, coming{at, rank, r.id})
		}
	}
	slices.SortFunc(all, coming.compare)
	return all
}

// due returns the instant at which the row must be looked at, as of now; zero: never.
func (r row) due(now time.Time) time.Time {
	due := r.pool.Serves
	for i := range timers {
		at := timers[i].at(r)
		if !at.IsZero() && timers[i].isDay && at.Sub(now) > lead {
			at = at.Add(-lead)
		}
		due = earliest(due, at)
	}
	return due
}

// earliest returns the earlier of two instants; the zero one is never.
func earliest(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// later returns the later of two instants.
func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}
