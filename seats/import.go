package seats

import (
	"github.com/seatkeeper/seatkeeper/internal/rules"
	"github.com/seatkeeper/seatkeeper/users"
)

// Import brings in somebody whom the host, or another system, has kept so far, as he
// is there: the status and what it was before, the role, the dates, the notifications
// and the course licences come along, and nobody is told. It is no use for newcomers:
// they are for [Invite] and [Add].
//
// Whoever is imported has a seat already, as far as the status holds one. So there need
// not be one: the pool is then above its total, and nobody enters until it is below
// again, as after [SetTotal]. A licence is held while the course is unstarted and spent
// from then on; of somebody deleted those that are spent are counted in their pools,
// and a tombstone stays.
//
// Support and the system may. It is "unchanged" for an ID that somebody has or had, however
// he differs, so that to import the same people again changes nothing. An address, a
// username or an external ID that another person has is refused as [ErrDuplicate], which
// names the other. What does not go together is refused as [ErrBadInput] with its field,
// see [users.User.Clean]. So is a licence of a pool that is not there, with the Pool in
// the refusal: how many licences were bought nobody can tell from those that are in use,
// and [SetTotal] comes first. So is a Schedule, since there is nothing yet that would
// carry it out.
type Import struct {
	User users.User `json:"user"` // with the ID by which he is known from now on; Due follows from the policy
}

// Action returns [users.ActionImport].
func (Import) Action() users.Action { return users.ActionImport }

func (c Import) target() users.ID { return c.User.ID }

func (c Import) needs(n *Need) {
	n.person(c.User.Profile)
	if len(c.User.Licences) <= users.MaxLicences {
		for _, l := range c.User.Licences {
			n.pool(PoolID(l.Pool))
		}
	}
}

func (c Import) evaluate(d *evaluation, _ users.User) (effect, *Refusal) {
	if rules.Next(users.ActionImport, d.people[c.User.ID].Status).Kind == rules.Unchanged {
		return effect{}, nil
	}
	u, err := c.User.Clean(d.at)
	switch {
	case err != nil:
		return effect{}, badProfile(err)
	case u.Schedule.Date != "" || !u.Schedule.At.IsZero():
		return effect{}, badInput("schedule", errSchedule)
	}
	if found := d.keyHolders(u.Profile); len(found) > 0 {
		return effect{}, d.duplicate(u.Profile, found...)
	}
	licences, refusal := d.importedLicences(u.Licences)
	if u.Status == users.Deleted {
		u = u.Tombstone()
	}
	return effect{kind: EventImported, user: u, licences: licences}, refusal
}
