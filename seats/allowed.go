package seats

import (
	"maps"
	"slices"
	"time"

	"github.com/seatkeeper/seatkeeper/users"
)

// An Allowed says what an actor may do with a user, for the buttons of a row. An action is in Actions, in
// Unchanged, or that of a refusal.
type Allowed struct {
	User      users.ID   `json:"user"`
	Actions   ActionSet  `json:"actions,omitzero"`   // would pass
	Unchanged ActionSet  `json:"unchanged,omitzero"` // would pass and change nothing: the effect is already there
	Refusals  []*Refusal `json:"refusals,omitzero"`  // of the other actions, each with its Action
}

// Refusal returns the refusal of an action, with its reason; nil: there is none. It has remedies where one user was asked about.
func (a Allowed) Refusal(action users.Action) *Refusal {
	for _, r := range a.Refusals {
		if r.Action == action {
			return r
		}
	}
	return nil
}

// MaxAllowed is the largest number of users in one [Ask].
const MaxAllowed = 500

// onUser returns the commands that name a user and need nothing more.
func onUser(id users.ID) []Command {
	return []Command{
		Notify{User: id}, Accept{User: id}, Approve{User: id}, Deactivate{User: id}, Reactivate{User: id},
		Archive{User: id}, Restore{User: id}, Delete{User: id}, Erase{User: id}, Unschedule{User: id},
		ConfirmLeave{User: id}, Queue{User: id}, Unqueue{User: id}, GrantOwnership{User: id}, EndOwnership{User: id},
		OfferOwnership{User: id}, EndOffer{User: id},
	}
}

// openOn returns the commands on a user whose value the screen behind the button asks for.
func openOn(u users.User, offer OwnershipOffer, at time.Time) []Command {
	someDay := users.From(users.DateOf(at.AddDate(0, 0, 3))) // to come in every zone
	return []Command{HandOver{User: u.ID}, Schedule{User: u.ID, Leave: someDay}, Edit{User: u.ID}, ChangeRole{User: u.ID, Role: u.Role}, AcceptOwnership{User: u.ID, Owner: offer.Owner}}
}

// Questions returns the commands of [Ask], for [Request.Needs] and [Request.Widen].
func Questions(ids ...users.ID) (commands []Command) {
	for _, id := range ids {
		commands = append(commands, onUser(id)...)
		commands = append(commands, openOn(users.User{Profile: users.Profile{ID: id}}, OwnershipOffer{}, time.Time{})...)
	}
	return commands
}

// Ask returns for each user, in the order given, what the actor may do. Every action is decided by itself,
// as [Decide] would on the snapshot. The request has the actor and the time. The refusals of one user have remedies. Those
// of several have none, since finding them takes longer than all else of a list.
func Ask(s Snapshot, r Request, ids ...users.ID) []Allowed {
	v := newEvaluation(s, r)
	list := make([]Allowed, len(ids))
	for i, id := range ids {
		u, a := v.people.of(id), &list[i]
		u.ID, a.User = id, id
		buttons, open := onUser(id), openOn(u, v.account.Offer, r.At)
		named := slices.Sorted(maps.Keys(v.named(slices.Concat(buttons, open))))
		for _, c := range buttons {
			a.note(v.ask(c, named, len(ids) == 1))
		}
		for _, c := range open { // without effect, or refused for its value, it passes
			o := v.ask(c, named, len(ids) == 1)
			o.Unchanged = false
			if o.Refusal != nil && o.Refusal.Code == ErrBadInput {
				o.Refusal = nil
			}
			a.note(o)
		}
	}
	return list
}

// ask decides a command by itself. named are its users, in order.
func (v *evaluation) ask(c Command, named []users.ID, remedies bool) Outcome {
	o, refusal := v.forkOf(named).try(c)
	if refusal != nil && remedies {
		refusal.Remedies = v.remedies([]Command{c}, refusal)
	}
	return o
}

func (a *Allowed) note(o Outcome) {
	switch {
	case o.Refusal != nil:
		a.Refusals = append(a.Refusals, o.Refusal)
	case o.Unchanged:
		a.Unchanged |= users.In(o.Action)
	default:
		a.Actions |= users.In(o.Action)
	}
}
