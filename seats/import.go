package seats

import (
	"iter"
	"time"

	"github.com/seatkeeper/seatkeeper/users"
)

// Import takes over a user from the host or another system as they are there: status, the
// status before, role, dates, notifications and course licences. No notification is sent.
// New users come by [Invite] and [Add] instead.
//
// The seat of an imported user exists elsewhere: Import passes without a free seat, and
// the pool is above its total then, as after [SetTotal]. An unstarted course licence is held
// and a started one spent. A deleted user leaves a tombstone, and their spent licences count.
// It is unchanged for a known ID, deleted ones included: a second import of the same
// users changes nothing.
//
// Support and the system may. [ErrDuplicate] for a key of another user, but
// for an address under [SharingAllowed]. [ErrBadInput] for
// fields of a user by [users.User.Clean]; for an owner before the first sign-in by
// [Policy.StoredFilter]; for a licence of an unknown pool, since the number
// of bought licences must be set by [SetTotal] first; and for a Start that is over.
type Import struct {
	// User has their ID here. Of Schedule and Start the days count, see [Schedule]; a user whose
	// leave is over is imported as inactive, by date. The library sets the rest of them, Lapses and Due.
	User     users.User      `json:"user"`
	Licences []users.Licence `json:"licences,omitzero"` // of the user's courses, see [users.User.CleanLicences]
}

// Action returns [users.ActionImport].
func (Import) Action() users.Action { return users.ActionImport }

func (c Import) target() users.ID { return c.User.ID }

func (c Import) needs(n *Need) {
	n.person(c.User.Profile)
	if len(c.Licences) <= users.MaxLicences {
		for _, l := range c.Licences {
			n.pool(PoolID(l.Pool))
		}
	}
}

func (c Import) evaluate(v *evaluation, _ users.User) (effect, *Refusal) {
	if transitionOf(users.ActionImport, v.people.of(c.User.ID).Status).kind == unchanged {
		return effect{}, nil
	}
	u, err := c.User.Clean(v.at)
	if err != nil {
		return effect{}, badProfile(err)
	}
	if u.Role == users.Owner && !v.account.Policy.hasSignedIn(u) {
		return effect{}, badInput("first-sign-in", users.ErrEmpty)
	}
	u, refusal := v.withDays(u, u.Schedule.Leave, u.Start.Date)
	if refusal == nil {
		refusal = v.checkDays(u, false, u.Start.Date != "")
	}
	if refusal != nil {
		return effect{}, refusal
	}
	leave := u.Schedule
	if holding.Has(u.Status) && leave.Date != "" && !leave.At.After(v.request.At) {
		since := later(leave.At, u.StatusSince)
		u = v.withStatus(u, users.Inactive)
		u.StatusSince, u.LeftBy = since, users.LeftByDate
	}
	if found := v.keyHolders(u.Profile); len(found) > 0 {
		return effect{}, v.duplicate(u.Profile, found...)
	}
	u.SharesEmail = v.isTaken(u.Profile)
	licences, err := u.CleanLicences(c.Licences, v.at)
	if err != nil {
		return effect{}, badProfile(err)
	}
	for _, l := range licences {
		if _, refusal := v.ordered(PoolID(l.Pool), false); refusal != nil {
			return effect{}, refusal
		}
	}
	if u.Status == users.Deleted {
		u = u.Tombstone()
	}
	return effect{kind: EventImported, user: u, date: leave.Date, dateAs: leave.As, licences: licences}, nil
}

// ImportAll lists the users of a roster as they are in another system, for the Import of a Keeper. A
// roster lacks what an [Import] must have, so that these are assumed:
//
//   - The ID is that of the function id, such as the external ID. A second import is unchanged only
//     with the same IDs.
//   - Created and StatusSince are at, the instant of the import. The first sign-in stays unknown.
//   - A user is active, or invited if the file says so; the invitation has no end.
//   - An owner is an admin: a file gives no ownership.
//   - A user who has left, see [users.Entry.Left], is inactive without a leave. Status and dates of
//     before are unknown: [Reactivate] sends an invitation.
func ImportAll(r users.Roster, at time.Time, id func(users.Entry) users.ID) iter.Seq2[Import, error] {
	return func(yield func(Import, error) bool) {
		for _, e := range r.People {
			u := users.User{Profile: e.Profile, Role: roleOf(e), Status: users.Active, Created: at, StatusSince: at, Schedule: users.Schedule{Leave: e.Leave}}
			u.ID = id(e)
			switch {
			case e.Left():
				u.Status, u.Schedule = users.Inactive, users.Schedule{}
			case e.Status == users.Invited:
				u.Status = users.Invited
			}
			if !yield(Import{User: u}, nil) {
				return
			}
		}
	}
}
