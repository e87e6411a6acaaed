package seats

import (
	"cmp"
	"slices"
	"time"

	"github.com/seatkeeper/seatkeeper/users"
)

// A timer is a kind of event that happens to a user by itself.
type timer struct {
	event EventKind
	// at returns the instant that the user's row has for it; zero: none.
	at func(users.User) time.Time
	// set reports whether the policy lets it happen, as of now.
	set func(Policy, users.User, time.Time) bool
	// evaluate returns what it does.
	evaluate func(*evaluation, users.User) effect
}

// timers has a row for everything that can be due. [User.Due] is the earliest instant of the
// rows that are set, [Account.NextDue] follows from it, [Settle] carries the rows out, and
// [Explain] tells which one comes next.
var timers = []timer{
	{
		// An invitation that runs out frees its seat once. After Reactivate it keeps the
		// seat, and takes a Notify to be accepted.
		event: EventLapsed,
		at:    func(u users.User) time.Time { return u.Expires },
		set: func(p Policy, u users.User, now time.Time) bool {
			return p.InvitationExpiry == ExpiryFreesSeat && u.Status == users.Invited && u.Expires.After(now)
		},
		evaluate: func(v *evaluation, u users.User) effect { return effect{user: v.withStatus(u, users.Inactive)} },
	},
}

// due returns the instant of the user's next timer, as of now; zero: none.
func (p Policy) due(u users.User, now time.Time) time.Time {
	var due time.Time
	for _, t := range timers {
		if t.set(p, u, now) {
			due = earliest(due, t.at(u))
		}
	}
	return due
}

// nextTimer returns the timer of the user's due instant, by the row alone: the policy of the
// time when it was set counts. An instant of no timer counts as the first one's.
func nextTimer(u users.User) timer {
	i := slices.IndexFunc(timers, func(t timer) bool { return t.at(u).Equal(u.Due) })
	return timers[max(0, i)]
}

// Settle returns the change by the timers that are due at the instant of the request or
// earlier. Each takes effect at its own instant, in the order of these and of the users'
// IDs. Without any, the change has no events and corrects the account's next due instant.
//
// The snapshot must have been loaded with DueBy. An account with more than [MaxSettled] due
// users is due again afterwards.
func Settle(s Snapshot, r Request) Change {
	v := newEvaluation(s, r)
	due := slices.DeleteFunc(slices.Clone(s.Users), func(u users.User) bool {
		return u.Due.IsZero() || u.Due.After(r.At)
	})
	slices.SortFunc(due, func(a, b users.User) int {
		return cmp.Or(a.Due.Compare(b.Due), cmp.Compare(a.ID, b.ID))
	})
	for _, u := range due {
		t := nextTimer(u)
		v.at = later(u.Due, v.account.Changed)
		f := t.evaluate(v, u)
		f.kind = t.event
		v.apply(f)
	}
	v.account.NextDue = s.NextDue
	for _, u := range v.people {
		v.account.NextDue = earliest(v.account.NextDue, u.Due)
	}
	v.account.Revision = v.base + 1
	return v.change()
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
