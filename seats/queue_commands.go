package seats

import (
	"time"

	"github.com/seatkeeper/seatkeeper/users"
)

// Queue gives an inactive user a place in the queue for seats, under [Wait], approves the request of a user,
// and changes the terms of a place. A place is served as soon as a seat is free that no command of the
// same call has taken: the user comes back as by [Reactivate], by the event [EventSeated] of the system. The
// queue is served in order of [users.Wait].Turn; where it stands [Explanation] and [Pool] tell. It is
// unchanged for an invited or active user, and for the same terms. A day of a start is cleared.
//
// Users ask for a seat for themselves, also while they are inactive: such a place waits until an
// owner or admin gives it its terms by this command, or ends it by [Unqueue]; a second request is unchanged.
// Owners, admins, support and the system may for every user. The place ends at Until, by the event
// [EventUnqueued], and with whatever else ends the status of the user.
//
// [ErrNotOffered] for a new place under another [WhenFull] and beyond [MaxWaiting]; places stay served.
// [ErrWrongStatus] for an archived or deleted user. [ErrBadInput] for a deadline that is over, and for a
// priority out of bounds or in a request.
type Queue struct {
	User     users.ID  `json:"user"`
	Priority int       `json:"priority,omitzero"` // a head start in days, see [users.Wait]
	Until    time.Time `json:"until,omitzero"`    // the deadline; zero: none
	Reason   string    `json:"reason,omitzero"`   // at most [users.MaxReason] characters; kept with the place
}

// Action returns [users.ActionQueue].
func (Queue) Action() users.Action { return users.ActionQueue }

func (c Queue) target() users.ID { return c.User }

func (c Queue) evaluate(v *evaluation, u users.User) (effect, *Refusal) {
	next, _, refusal := v.nextStatus(users.ActionQueue, u)
	asks := v.byAccountUser() && v.request.Actor.User == u.ID
	until := c.Until.UTC().Truncate(time.Microsecond)
	switch err := users.CheckText(c.Reason, users.MaxReason); {
	case err != nil:
		return effect{}, badInput("reason", err)
	case refusal != nil:
		return effect{}, refusal
	case c.Priority < 0 || c.Priority > users.MaxPriority || asks && c.Priority != 0:
		return effect{}, badInput("priority", users.ErrPriority)
	case !until.IsZero() && !until.After(v.request.At):
		return effect{}, badInput("until", errNotToCome)
	case u.Status != users.Inactive, asks && u.Waits():
		return effect{}, nil
	case !u.Waits() && !v.account.Policy.queues():
		return effect{}, refuse(ErrNotOffered, u.ID)
	case !u.Waits() && !v.waiting().hasRoom():
		return effect{}, refuse(ErrNotOffered, u.ID).because(ErrQueueFull)
	}
	since := v.at
	if u.Waits() {
		since = u.Wait.Since
	}
	next.Wait, next.Start = &users.Wait{Since: since, Priority: c.Priority, Until: until, Reason: c.Reason, Asks: asks}, users.Start{}
	f := effect{kind: EventQueued, user: next, reason: c.Reason}
	switch {
	case u.Waits() && *next.Wait == *u.Wait:
		return effect{}, nil
	case asks:
		f.kind = EventSeatRequested
	}
	return f, nil
}

// Unqueue ends the place of a user in the queue for seats, and refuses a request. The user stays inactive. It
// is unchanged for a user without a place.
//
// The actors are those of [Queue], and users may for themselves.
type Unqueue struct {
	User   users.ID `json:"user"`
	Reason string   `json:"reason,omitzero"` // at most [users.MaxReason] characters
}

// Action returns [users.ActionUnqueue].
func (Unqueue) Action() users.Action { return users.ActionUnqueue }

func (c Unqueue) target() users.ID { return c.User }

func (c Unqueue) evaluate(v *evaluation, u users.User) (effect, *Refusal) {
	if err := users.CheckText(c.Reason, users.MaxReason); err != nil {
		return effect{}, badInput("reason", err)
	}
	if !u.Waits() {
		return effect{}, nil
	}
	u.Wait = nil
	return effect{kind: EventUnqueued, user: u, reason: c.Reason}, nil
}
