package seats

import (
	"time"

	"github.com/seatkeeper/seatkeeper/users"
)

// Queue gives an inactive user a place in the queue for seats, under [Wait], approves the request of a user,
// and changes the terms of a place. Service brings the user back as by [Reactivate], by the event
// [EventSeated] of the system. [Pool] has the queue, and [Explanation] the position. It is
// unchanged for an invited or active user, and for the same terms. A day of a start is cleared.
//
// A freed seat goes first to the commands of the same call or run of a sync, so that a full account exchanges users
// one for one however many wait. The rest at the end goes to the queue, in order of [users.Wait].Turn, then of the ID;
// later calls find the rest of the queue. But a place whose turn is [LongWait] ago gets a seat that a command of a call frees
// before the next command, except in an undo. So each place is served as seats come free, even if every run brings a joiner
// for each leaver: the priority is bounded, and every place moves up. A user of an exempt role comes back at once, before all
// others. A call of several commits, stopped between two of them, keeps the seats from the queue for a minute, and from no other call.
//
// With a Pool it is a place in the queue for the licences of that course, of an invited or active user. The rules are the same; the
// user needs no seat for it, and loses it by every way of leaving. [AssignCourse] on a full course gives such a place, too, and
// service assigns the course, by [EventSeated] with the Pool. It is unchanged for a user with an open licence. After the end of the
// course its places are kept, and served once it is open again. Growth by a new policy serves all of them.
//
// Users ask for a seat or a licence for themselves, also while they are inactive: such a place waits until an
// owner or admin gives it its terms by this command, or ends it by [Unqueue]; a second request is unchanged.
// Owners, admins, support and the system may for every user.
//
// The place for a seat ends by the event [EventUnqueued] at Until, on the day of a leave, and by [Deactivate], also of a sync
// for users missing in the roster; and with any other end of the status. The user has left then,
// see [users.User].LeftBy, and gets no seat later.
//
// [ErrNotOffered] for a new place under another [WhenFull], and beyond [MaxWaiting] and [users.MaxCoursePlaces]; places stay served.
// [ErrWrongStatus] for an archived or deleted user, and for an inactive one in a course. [ErrPoolEnded] for a new place after the end
// of a course. [ErrBadInput] for an unknown course, for a deadline that is over, and for a priority out of bounds or in a request.
type Queue struct {
	User     users.ID  `json:"user"`
	Pool     PoolID    `json:"pool,omitzero"`     // of a course; empty: the seats of the account
	Priority int       `json:"priority,omitzero"` // a head start in days, see [users.Wait]
	Until    time.Time `json:"until,omitzero"`    // the deadline; zero: none
	Reason   string    `json:"reason,omitzero"`   // at most [users.MaxReason] characters; kept with the place
}

// Action returns [users.ActionQueue].
func (Queue) Action() users.Action { return users.ActionQueue }

func (c Queue) target() users.ID { return c.User }

func (c Queue) needs(n *Need) {
	if c.Pool != Site {
		n.pool(c.Pool)
		n.licencesOf(c.User)
	}
}

func (c Queue) evaluate(v *evaluation, u users.User) (effect, *Refusal) {
	next, _, refusal := v.nextStatus(users.ActionQueue, u)
	asks := v.byAccountUser() && v.request.Actor.User == u.ID
	until := c.Until.UTC().Truncate(time.Microsecond)
	wait := users.Wait{Since: v.at, Priority: c.Priority, Until: until, Reason: c.Reason, Asks: asks}
	switch err := users.CheckText(c.Reason, users.MaxReason); {
	case err != nil:
		return effect{}, badInput("reason", err)
	case c.Pool == Site && refusal != nil:
		return effect{}, refusal
	case c.Priority < 0 || c.Priority > users.MaxPriority || asks && c.Priority != 0:
		return effect{}, badInput("priority", users.ErrPriority)
	case !until.IsZero() && !until.After(v.request.At):
		return effect{}, badInput("until", errNotToCome)
	case c.Pool != Site:
		return c.evaluateCourse(v, u, wait)
	case u.Status != users.Inactive, asks && u.Waits():
		return effect{}, nil
	case !u.Waits() && !v.account.Policy.queues():
		return effect{}, refuse(ErrNotOffered, u.ID)
	case !u.Waits() && !v.waiting(Site).hasRoom():
		return effect{}, refuse(ErrNotOffered, u.ID).because(ErrQueueFull)
	}
	if u.Waits() {
		wait.Since = u.Wait.Since
	} else {
		next = v.leavesFromNow(next)
	}
	next.Wait, next.Start = &wait, users.Start{}
	f := effect{kind: EventQueued, user: next, reason: c.Reason}
	switch {
	case u.Waits() && wait == *u.Wait:
		return effect{}, nil
	case asks:
		f.kind = EventSeatRequested
	}
	return f, nil
}

// Unqueue ends the place of a user in the queue for seats, and refuses a request. The user stays inactive, and has left as by
// [Deactivate]: by hand, so that a sync brings the user back no more. With a Pool it is the place in the queue of that course. It is
// unchanged for a user without a place.
//
// The actors are those of [Queue], and users may for themselves.
type Unqueue struct {
	User   users.ID `json:"user"`
	Pool   PoolID   `json:"pool,omitzero"`   // of a course; empty: the seats of the account
	Reason string   `json:"reason,omitzero"` // at most [users.MaxReason] characters
}

// Action returns [users.ActionUnqueue].
func (Unqueue) Action() users.Action { return users.ActionUnqueue }

func (c Unqueue) target() users.ID { return c.User }
func (c Unqueue) needs(n *Need)    { n.pool(c.Pool) }

func (c Unqueue) evaluate(v *evaluation, u users.User) (effect, *Refusal) {
	if err := users.CheckText(c.Reason, users.MaxReason); err != nil {
		return effect{}, badInput("reason", err)
	}
	if c.Pool != Site {
		f, refusal := v.leaveCourse(u, c.Pool)
		f.reason = c.Reason
		return f, refusal
	}
	if !u.Waits() {
		return effect{}, nil
	}
	u.Wait = nil
	return effect{kind: EventUnqueued, user: u, reason: c.Reason}, nil
}
