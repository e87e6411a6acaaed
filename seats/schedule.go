package seats

import "github.com/seatkeeper/seatkeeper/users"

// Schedule sets the day on which an invited or active user becomes inactive by itself, or the
// day on which an invitation planned by [Invite] goes out. A date is a calendar day in the time
// zone of the account, and stays that day through every change of the zone's rules. A leave is
// the first day without access or the last day with it, until 23:59, as the command says, else
// as [Policy.LeaveDay] does; the stored date keeps its meaning. A new date replaces the old
// one. It is unchanged for the same date with the same meaning, and for a sync where the leave was set or cancelled by
// hand, see [users.User].Kept.
//
// Deactivate and whatever else ends the status of the user clear the date, and so does an
// ownership; Reactivate and Restore bring none back. A user created inactive can have both days:
// the leave counts from the invitation or the place in the queue on. A day that is over by then is cleared, and one that comes
// in the queue ends the place.
//
// The actors who may [Deactivate] the user may schedule it, under the same switches of the
// policy: owners, admins, support and the system, and a sync for users of its own source; for
// Start those who may [Invite]. [ErrOwnerProtected] for an owner. [ErrWrongStatus] for a user
// of another status. [ErrBadInput] for a malformed date, for one whose instant is over (today is
// possible as the last day alone), for a leave before the start, and for a command without or with
// both.
type Schedule struct {
	User  users.ID    `json:"user"`
	Leave users.Leave `json:"leave,omitzero"` // the day of the deactivation
	Start users.Date  `json:"start,omitzero"` // the day of the invitation
}

// Action returns [users.ActionSchedule].
func (Schedule) Action() users.Action { return users.ActionSchedule }

func (c Schedule) target() users.ID { return c.User }

func (c Schedule) evaluate(v *evaluation, u users.User) (effect, *Refusal) {
	start := c.Start != ""
	if refusal := v.mayDate(u, !start, start); refusal != nil {
		return effect{}, refusal
	}
	_, _, refusal := v.nextStatus(users.ActionSchedule, u)
	switch {
	case refusal != nil:
		return effect{}, refusal
	case start == (c.Leave != users.Leave{}):
		return effect{}, badInput("leave", errOneDay)
	case !(waits(u) || !start && holding.Has(u.Status)):
		return effect{}, refuse(ErrWrongStatus, u.ID).because(statusReason(u, v.account.Policy.Shows(u.Status)))
	}
	next, refusal := v.withDays(u, c.Leave, c.Start)
	if refusal != nil {
		return effect{}, refusal
	}
	asBefore := next.Schedule.Leave == u.Schedule.Leave && next.Start.Date == u.Start.Date && !u.Schedule.Held
	if asBefore || !start && v.keeps(u, leaveField) {
		return effect{}, nil
	}
	if refusal := v.checkDays(next, !start, start); refusal != nil {
		return effect{}, refusal
	}
	if start {
		return effect{kind: EventScheduled, user: next, date: c.Start}, nil
	}
	return effect{kind: EventScheduled, user: next, date: next.Schedule.Date, dateAs: next.Schedule.As}, nil
}

// waits reports whether the user was created inactive: for want of a seat, or for a start.
func waits(u users.User) bool { return u.Status == users.Inactive && u.LeftAs == users.NoStatus }

// mayDate checks that the actor may do to the user, today, what a leave or a start does on its
// day.
func (v *evaluation) mayDate(u users.User, leave, start bool) *Refusal {
	if leave {
		if refusal := v.checkTarget(users.ActionDeactivate, u); refusal != nil {
			return refusal
		}
	}
	if start {
		return v.checkTarget(users.ActionInvite, u)
	}
	return nil
}

// withDays returns the user with those days to come, set by the actor now; an empty one stays
// as it is.
func (v *evaluation) withDays(u users.User, leave users.Leave, start users.Date) (users.User, *Refusal) {
	if leave == (users.Leave{}) && start == "" {
		return u, nil
	}
	for _, given := range []struct {
		field string
		err   error
	}{{"leave", leave.Check()}, {"start", start.Check()}} {
		if given.err != nil {
			return u, badInput(given.field, given.err)
		}
	}
	in, refusal := v.location()
	if refusal != nil {
		return u, refusal
	}
	if start != "" {
		u.Start, u.Wait = users.Start{Date: start, At: start.Start(in), By: v.request.Actor}, nil
	}
	if leave != (users.Leave{}) {
		leave.As = v.account.Policy.leaveDay(leave.As)
		u.Schedule = users.Schedule{Leave: leave, At: leave.At(in), By: v.request.Actor}
		if days := v.account.Policy.notice(); days > 0 {
			// A notice that comes too late is given at once.
			u.Schedule.NoticeOn = leave.Date.AddDays(-days)
			u.Schedule.Notice = later(u.Schedule.NoticeOn.Start(in), v.request.At)
		}
	}
	return u, nil
}

// checkDays refuses the days of a user that are over, and a leave before the start.
func (v *evaluation) checkDays(u users.User, leave, start bool) *Refusal {
	switch {
	case leave && !u.Schedule.At.After(v.request.At):
		return badInput("leave", errNotToCome)
	case start && !u.Start.At.After(v.request.At):
		return badInput("start", errNotToCome)
	case u.Start.Date != "" && u.Schedule.Date != "" && !u.Schedule.At.After(u.Start.At):
		return badInput("leave", errBeforeStart)
	}
	return nil
}

// scheduled returns a new user with the day of a leave, as far as the actor may schedule it.
func (v *evaluation) scheduled(u users.User, leave users.Leave) (users.User, *Refusal) {
	if leave == (users.Leave{}) {
		return u, nil
	}
	if refusal := v.leaves(u, users.ActionDeactivate, users.ActionSchedule); refusal != nil {
		return u, refusal
	}
	u, refusal := v.withDays(u, leave, "")
	if refusal != nil {
		return u, refusal
	}
	return u, v.checkDays(u, true, false)
}

// leaves checks that the actor may do to the user what the day of a leave in another command
// comes to.
func (v *evaluation) leaves(u users.User, actions ...users.Action) *Refusal {
	for _, a := range actions {
		if refusal := v.checkTarget(a, u); refusal != nil {
			if refusal.Code == ErrNotOffered && refusal.Reason == nil {
				refusal.Reason = ErrLeaveWithheld // the command itself is offered
			}
			return refusal
		}
	}
	return nil
}

// plan returns the effect of an invitation to come.
func (v *evaluation) plan(c Invite, u users.User) (effect, *Refusal) {
	if c.Later {
		return effect{}, badInput("later", errLater)
	}
	u.Status = users.Inactive
	u, refusal := v.withDays(u, users.Leave{}, c.Start)
	if refusal == nil {
		refusal = v.checkDays(u, false, true)
	}
	if refusal == nil {
		u, refusal = v.scheduled(u, c.Leave)
	}
	if refusal != nil {
		return effect{}, refusal
	}
	f := effect{kind: EventScheduled, user: u, date: c.Start}
	if leave := u.Schedule.Leave; leave.Date != "" {
		f.then = &effect{kind: EventScheduled, date: leave.Date, dateAs: leave.As}
	}
	return f, nil
}

// gone returns the effect of a row of a file about a user who has left, on that day if it is known.
func (v *evaluation) gone(p users.Profile, leave users.Leave) (effect, *Refusal) {
	p, err := p.Clean()
	if err != nil {
		return effect{}, badProfile(err)
	}
	u, known, refusal := v.match(p)
	switch {
	case refusal != nil:
		return effect{}, refusal
	case known && v.invisible(u.ID): // one that the sync would take over does not leave by it
		return effect{}, v.duplicate(p, u.ID)
	case !known || !holding.Has(u.Status) && !u.Waits():
		return effect{user: u}, nil
	}
	if refusal := v.leaves(u, users.ActionDeactivate); refusal != nil {
		return effect{}, refusal
	}
	f, refusal := v.leave(users.ActionDeactivate, EventDeactivated, u, "", "")
	f.date, f.dateAs = leave.Date, leave.As
	return f, refusal
}

// Unschedule cancels the days of a leave and of a start. A user whose start is cancelled stays
// inactive. It is unchanged for a user without one. A sync leaves a leave set by hand.
//
// The actors are those of [Schedule], and users may cancel their own leave.
type Unschedule struct {
	User users.ID `json:"user"`
}

// Action returns [users.ActionUnschedule].
func (Unschedule) Action() users.Action { return users.ActionUnschedule }

func (c Unschedule) target() users.ID { return c.User }

func (c Unschedule) evaluate(v *evaluation, u users.User) (effect, *Refusal) {
	leave, start := u.Schedule.Date != "" && !v.keeps(u, leaveField), u.Start.Date != ""
	if !leave && !start {
		return effect{}, nil
	}
	if refusal := v.mayDate(u, leave, start); refusal != nil && refusal.Reason != ErrOneself {
		return effect{}, refusal
	}
	f := effect{kind: EventUnscheduled, user: u, date: u.Start.Date}
	if !start {
		f.date, f.dateAs = u.Schedule.Date, u.Schedule.As
	}
	if f.user.Start = (users.Start{}); leave {
		f.user.Schedule = users.Schedule{}
	}
	return f, nil
}

// ConfirmLeave lets a user leave whose scheduled leave is held back, since more than
// [Policy.MostLeavers] users leave on that day. The user becomes inactive now. [Unschedule]
// and a new date by [Schedule] are the other ways. It is unchanged for every other user.
//
// The actors who may [Deactivate] the user may confirm it, but for a sync.
type ConfirmLeave struct {
	User users.ID `json:"user"`
}

// Action returns [users.ActionConfirmLeave].
func (ConfirmLeave) Action() users.Action { return users.ActionConfirmLeave }

func (c ConfirmLeave) target() users.ID { return c.User }

func (c ConfirmLeave) evaluate(v *evaluation, u users.User) (effect, *Refusal) {
	if !u.Schedule.Held {
		return effect{}, nil
	}
	if refusal := v.mayDate(u, true, false); refusal != nil {
		return effect{}, refusal
	}
	next, _, refusal := v.nextStatus(users.ActionConfirmLeave, u)
	return effect{kind: EventLeavingConfirmed, user: next, date: u.Schedule.Date, dateAs: u.Schedule.As}, refusal
}

// start invites a user on the planned day. Without a free seat the user stays inactive, under [Wait] with a
// place in the queue, and so in a closed account.
func (v *evaluation) start(u users.User) effect {
	date, by := u.Start.Date, u.Start.By
	missed := u
	missed.Start = users.Start{}
	instead := effect{kind: EventStartMissed, user: missed, date: date, actor: by}
	if f := v.queued(missed); f != nil && v.account.Closed.IsZero() {
		instead = *f
		instead.date, instead.actor = date, by
	}
	if !v.account.Closed.IsZero() {
		return instead
	}
	u = v.notified(v.withStatus(u, users.Invited))
	return effect{kind: EventInvited, user: u, count: u.NotificationCount, date: date, actor: by, instead: &instead}
}
