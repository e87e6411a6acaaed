package seats

import (
	"slices"
	"time"

	"github.com/seatkeeper/seatkeeper/users"
)

// A Guard bounds what a sync may take away by itself, whether it comes as runs or as single commands, in
// whatever slices. The zero value is the usual guard. Percentages are of the source's users who are
// invited or active, with those of the window who have left. Zero is the usual number, 100 is never.
//
// A leave day that the source sets, or moves to an earlier day, is a leaver on the day of the command, and none when it
// falls due; an [Invite] with such a day is none. A user who leaves before that day is counted once more.
//
//   - More than Few leavers in 24 hours who are more than Day per cent, or in 30 days more than Month per
//     cent, trip the guard. More than Ever per cent do in any number from 2 on.
//   - Users whose address, username or external ID is changed count likewise.
//   - The last active admin trips it, but for admins with the day of a leave.
//
// Windows begin on the hour: of the last 24 hours the present one counts so far. A window counts what
// the source did; a user who comes back has left all the same.
type Guard struct {
	Few   int64 `json:"few,omitzero"`   // so many pass, but for Ever: 1 to [MaxSeats]; usually 5
	Day   int64 `json:"day,omitzero"`   // 1 to 100; usually 10
	Month int64 `json:"month,omitzero"` // 1 to 100; usually 25
	Ever  int64 `json:"ever,omitzero"`  // 1 to 100; usually 50
}

// usualGuard has the numbers in the place of zeros.
var usualGuard = Guard{Few: 5, Day: 10, Month: 25, Ever: 50}

// valid reports whether the numbers are within their bounds.
func (g Guard) valid() bool {
	within := func(n, most int64) bool { return n >= 0 && n <= most }
	return within(g.Few, MaxSeats) && within(g.Day, 100) && within(g.Month, 100) && within(g.Ever, 100)
}

// numbers returns the guard with the usual numbers for zeros.
func (g Guard) numbers() Guard {
	for _, n := range []struct {
		of    *int64
		usual int64
	}{{&g.Few, usualGuard.Few}, {&g.Day, usualGuard.Day}, {&g.Month, usualGuard.Month}, {&g.Ever, usualGuard.Ever}} {
		if *n.of == 0 {
			*n.of = n.usual
		}
	}
	return g
}

// Losses are what a source takes away.
type Losses struct {
	Leavers int64 `json:"leavers,omitzero"` // invited or active users who leave, or get the day of a leave or an earlier one
	Dated   int64 `json:"dated,omitzero"`   // of the leavers, those who are here until a day
	Keys    int64 `json:"keys,omitzero"`    // users whose address, username or external ID is changed
	Admins  int64 `json:"admins,omitzero"`  // active admins who leave or become members or managers; owners count nowhere
}

// valid reports whether no number is below 0.
func (l Losses) valid() bool { return l == l.beyond(Losses{}) }

// add returns the sum.
func (l Losses) add(m Losses) Losses {
	return Losses{l.Leavers + m.Leavers, l.Dated + m.Dated, l.Keys + m.Keys, l.Admins + m.Admins}
}

// beyond returns what is more than the others. All who are here until a day are: they are no users that stay.
func (l Losses) beyond(m Losses) Losses {
	return Losses{max(0, l.Leavers-m.Leavers), max(0, l.Dated), max(0, l.Keys-m.Keys), max(0, l.Admins-m.Admins)}
}

// LossesOfHour are the losses of an hour.
type LossesOfHour struct {
	Hour int64 `json:"hour"` // since 1970, in UTC; the first one of its day once it is 24 hours ago
	Losses
}

const (
	dayHours   = 24
	monthHours = 30 * dayHours
)

func hourOf(at time.Time) int64 { return at.Unix() / 3600 }

// at returns the losses as they count at a later hour.
func (l LossesOfHour) at(now int64) LossesOfHour {
	if l.Hour <= now-dayHours {
		l.Hour -= l.Hour % dayHours
	}
	return l
}

// lost returns the losses of the last hours, the present one included.
func (s Source) lost(at time.Time, hours int64) (sum Losses) {
	now := hourOf(at)
	for _, l := range s.Lost {
		if l.at(now).Hour > now-hours {
			sum = sum.add(l.Losses)
		}
	}
	return sum
}

// allowed returns what is left of a release.
func (s Source) allowed(at time.Time) Losses {
	if !at.Before(s.AllowedUntil) {
		return Losses{}
	}
	return s.Allowed
}

// allow returns the source with a release.
func (s Source) allow(l Losses, at time.Time) Source {
	l.Dated = 0 // all leavers may be
	s.Allowed, s.AllowedUntil = l, at.Add(ReleaseTerm)
	return s
}

// loses returns the source after losses. Those of a release are used up first, and are not counted.
func (s Source) loses(l Losses, at time.Time) Source {
	allowed := s.allowed(at)
	if s.Allowed = allowed.beyond(l); s.Allowed == (Losses{}) {
		s.AllowedUntil = time.Time{}
	}
	if l = l.beyond(allowed); l == (Losses{}) {
		return s
	}
	now, lost := hourOf(at), []LossesOfHour(nil)
	for _, was := range append(slices.Clip(s.Lost), LossesOfHour{hourOf(at), l}) {
		was = was.at(now)
		switch last := len(lost) - 1; {
		case was.Hour <= now-monthHours: // it counts no more
		case last >= 0 && lost[last].Hour == was.Hour:
			lost[last].Losses = lost[last].add(was.Losses)
		default:
			lost = append(lost, was)
		}
	}
	s.Lost = lost
	return s
}

// Trips returns the reason for which losses by the source of that name trip its guard at an instant, such
// as [ErrLeaversOfDay]; nil: they do not. A run asks with all that it would take away, and a single
// command is judged with its own: both trip at the same number.
func (a Account) Trips(source string, l Losses, at time.Time) error {
	s, at := a.sourceOf(source), later(at, a.Changed)
	all := l
	l = l.beyond(s.allowed(at))
	s.People -= all.Leavers - l.Leavers // as after the released ones
	if l.Admins > 0 && all.Admins >= a.Tally.Count(users.In(users.Active), users.In(users.Admin))-a.leavingAdmins() {
		return ErrLastAdminLeaves
	}
	if cause := s.exceeds(l.Leavers, at, func(l Losses) int64 { return l.Leavers }); cause != nil {
		return cause
	}
	if s.exceeds(l.Keys, at, func(l Losses) int64 { return l.Keys }) != nil {
		return ErrManyKeys
	}
	return nil
}

// leavingAdmins counts the active admins of syncs who have the day of a leave.
func (a Account) leavingAdmins() (n int64) {
	for _, s := range a.Sources.all() {
		n += s.LeavingAdmins
	}
	return n
}

// exceeds returns the bound that n more losses of a kind would exceed, or nil.
func (s Source) exceeds(n int64, at time.Time, kind func(Losses) int64) error {
	exceed := func(hours, few, percent int64) bool {
		lost := s.lost(at, hours)
		all := n + kind(lost)
		return n > 0 && percent < 100 && all > few && all*100 > percent*(s.People+lost.Leavers-lost.Dated)
	}
	switch g := s.Guard.numbers(); {
	case exceed(monthHours, 1, g.Ever):
		return ErrMostLeave
	case exceed(dayHours, g.Few, g.Day):
		return ErrLeaversOfDay
	case exceed(monthHours, g.Few, g.Month):
		return ErrLeaversOfMonth
	}
	return nil
}

// losses returns what the actor takes away by a change of a user, if it is a sync.
func (v *evaluation) losses(was, next *users.User, kind EventKind) (l Losses) {
	if v.request.Actor.Kind != users.ActorSync {
		return l
	}
	switch {
	case !holding.Has(was.Status):
	case !holding.Has(next.Status):
		l.Leavers = 1
	case leavesSooner(dayNumber(was.Schedule.Leave), dayNumber(next.Schedule.Leave)):
		l.Leavers, l.Dated = 1, 1
	}
	if kind == EventEdited && was.Source == next.Source && givesUpKeys(was.Profile, next.Profile) {
		l.Keys = 1
	}
	if stays(was) && !stays(next) {
		l.Admins = 1
	}
	return l
}

// stays reports whether a user is an active admin without the day of a leave.
func stays(u *users.User) bool { return isActiveAdmin(u) && u.Schedule.Date == "" }

func isActiveAdmin(u *users.User) bool { return u.Status == users.Active && u.Role == users.Admin }

// leavesSooner reports whether the day of a leave, by its number, comes where there was none or a later one.
func leavesSooner(was, next uint32) bool { return next != 0 && (was == 0 || next < was) }

// givesUpKeys reports whether a profile lacks a key of an earlier one.
func givesUpKeys(was, next users.Profile) bool {
	keys := next.Keys()
	return slices.ContainsFunc(was.Keys(), func(k users.Key) bool { return !slices.Contains(keys, k) })
}

// guard refuses the effect of a command by a sync that is held, or whose guard it trips; and a user of
// more sources than an account can have.
func (v *evaluation) guard(f effect) *Refusal {
	actor, u, was := v.request.Actor, &f.user, v.people.of(f.user.ID)
	if f.kind == "" {
		return nil
	}
	if _, known := v.account.Sources.Of(u.Source.Name); u.Source.Kind == users.SourceSync && !known && was.Source != u.Source && v.account.Sources.full() {
		return badInput("source", errManySources)
	}
	if actor.Kind != users.ActorSync {
		return nil
	}
	if s, _ := v.account.Sources.Of(actor.Name); s.IsHeld() {
		return refuse(ErrSourceHeld, u.ID).because(ErrHeld)
	}
	l := v.losses(&was, u, f.kind)
	if cause := v.account.Trips(actor.Name, l, v.at); cause != nil {
		refusal := refuse(ErrSourceHeld, u.ID)
		refusal.Reason, refusal.Losses = cause, l
		if !v.bulk {
			refusal.Losses = v.lost.add(l)
		}
		return refusal
	}
	return nil
}

// Released returns the account as it is, for a look ahead, once the source of that name was released for losses.
func (a Account) Released(source string, l Losses, at time.Time) Account {
	s := a.sourceOf(source)
	s.Hold = Hold{}
	s = s.allow(l, later(at, a.Changed))
	a.Sources = a.Sources.with(s)
	return a
}
