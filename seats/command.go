package seats

import (
	"github.com/seatkeeper/seatkeeper/users"
)

// A Command is something to be done in an account, as data: [Invite], [Add],
// [Notify], [Accept], [Approve], [Deactivate], [Reactivate], [Archive],
// [Restore], [Delete], [Erase], [Edit], [ChangeRole], [GrantOwnership],
// [EndOwnership], [BuySeats], [ReturnSeats], [SetTotal] and [SetPolicy], by value.
// Anything else, a pointer or a type that embeds one of them, is refused as
// [ErrBadInput]. [EncodeCommand] writes one as JSON; [Commands] is a list of them.
//
// A command that is so already is a success that writes nothing ("same").
// Whoever acts as a user of the account must be active in it.
type Command interface {
	// Action names the command in tables, events and refusals.
	Action() users.Action

	// target is the person it is about, who has to be there; empty if none.
	target() users.ID
	// fact returns what the command does, having checked all but the seats. The
	// zero fact is "same". Authority, and the person's presence and protection,
	// were checked before.
	fact(*desk, users.User) (fact, *Refusal)
}

// needy is a command that needs more than its target to be decided.
type needy interface{ needs(*Need) }

// MaxCommands is how many commands one all-or-nothing call takes.
const MaxCommands = 1000

// InviteAll returns an [Invite] for every person of a roster, in its order.
func InviteAll(r users.Roster) []Command {
	commands := make([]Command, len(r.People))
	for i, p := range r.People {
		commands[i] = Invite{Profile: p.Profile, Role: p.Role}
	}
	return commands
}

// Identify returns the commands with an ID for every new person who has none,
// so that a call that is tried again makes the same person.
func Identify(commands []Command, id func() users.ID) []Command {
	named := make([]Command, len(commands))
	for i, c := range commands {
		switch c := c.(type) {
		case Invite:
			c.Profile.ID = orMade(c.Profile.ID, id)
			named[i] = c
		case Add:
			c.Profile.ID = orMade(c.Profile.ID, id)
			named[i] = c
		default:
			named[i] = c
		}
	}
	return named
}

func orMade(id users.ID, made func() users.ID) users.ID {
	if id == "" {
		return made()
	}
	return id
}
