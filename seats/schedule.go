package seats

import (
	"time"

	"github.com/seatkeeper/seatkeeper/users"
)

// Schedule sets the day on which an invited or active user becomes inactive by itself, or the
// day on which an invitation planned by [Invite] goes out. A date is a calendar day in the time
// zone of the account, and stays that day through every change of the zone's rules. A leave is
// the first day without access or the last day with it, until 23:59, as the command says, else
// as [Policy.LeaveDay] does; the stored date keeps its meaning. A new date replaces the old
// one. It is unchanged for the same date with the same meaning.
//
// Deactivate and whatever else ends the status of the user clear the date; Reactivate and
// Restore bring none back.
//
// The actors who may [Deactivate] the user may schedule it, under the same switches of the
// policy: owners, admins, support and the system, and a sync for users of its own source; for
// Start those who may [Invite]. [ErrOwnerProtected] for an owner. [ErrWrongStatus] for a user
// of another status. [ErrBadInput] for a malformed date, for one that is over, and for a
// command without or with both.
type Schedule struct {
	User  users.ID    `json:"user"`
	Leave users.Leave `json:"leave,omitzero"` // the day of the deactivation
	Start users.Date  `json:"start,omitzero"` // the day of the invitation
}

// Action returns [users.ActionSchedule].
func (Schedule) Action() users.Action { return users.ActionSchedule }

func (c Schedule) target() users.ID { return c.User }

func (c Schedule) evaluate(v *evaluation, u users.User) (effect, *Refusal) {
	return effect{}, badInput("command", errCommand)
}

// Unschedule cancels the day of a leave or of a start. A user whose start is cancelled stays
// inactive. It is unchanged for a user without one.
//
// The actors are those of [Schedule].
type Unschedule struct {
	User users.ID `json:"user"`
}

// Action returns [users.ActionUnschedule].
func (Unschedule) Action() users.Action { return users.ActionUnschedule }

func (c Unschedule) target() users.ID { return c.User }

func (c Unschedule) evaluate(v *evaluation, u users.User) (effect, *Refusal) {
	return effect{}, badInput("command", errCommand)
}

// ConfirmLeave lets a user leave whose scheduled leave is held back, since more than
// [Policy.MostLeavers] users leave on that day. The user becomes inactive now. [Unschedule]
// and a new date by [Schedule] are the other ways. It is unchanged for every other user.
//
// Owners, admins, support and the system may.
type ConfirmLeave struct {
	User users.ID `json:"user"`
}

// Action returns [users.ActionConfirmLeave].
func (ConfirmLeave) Action() users.Action { return users.ActionConfirmLeave }

func (c ConfirmLeave) target() users.ID { return c.User }

func (c ConfirmLeave) evaluate(v *evaluation, u users.User) (effect, *Refusal) {
	return effect{}, badInput("command", errCommand)
}

// notice returns the instant of the notice before a leave on a date; zero: the policy has none.
func (v *evaluation) notice(date users.Date, in *time.Location) time.Time {
	days := v.account.Policy.LeaveNotice
	if days == 0 {
		return time.Time{}
	}
	return date.AddDays(-days).Start(in)
}

// start invites a user on the planned day. Without a free seat the user stays inactive, and
// so in a closed account.
func (v *evaluation) start(u users.User) effect {
	date, by := u.Start.Date, u.Start.By
	missed := u
	missed.Start, missed.Schedule = users.Start{}, users.Schedule{}
	instead := effect{kind: EventStartMissed, user: missed, date: date, actor: by}
	if !v.account.Closed.IsZero() {
		return instead
	}
	u = v.notified(v.withStatus(u, users.Invited))
	return effect{kind: EventInvited, user: u, count: 1, date: date, actor: by, instead: &instead}
}
