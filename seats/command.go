package seats

import (
	"slices"

	"github.com/seatkeeper/seatkeeper/users"
)

// A Command is something to be done in an account, as data: [Invite], [Add],
// [Import], [Notify], [Accept], [Approve], [Deactivate], [Reactivate], [Archive],
// [Restore], [Delete], [Erase], [HandOver], [Edit], [ChangeRole], [GrantOwnership],
// [EndOwnership], [BuySeats], [ReturnSeats], [SetTotal], [SetPolicy], [SetPayer],
// [EditAccount], [Close], [Reopen] and [EraseAccount], by value.
// Anything else, a pointer or a type that embeds one of them, is refused as
// [ErrBadInput]. [EncodeCommand] writes one as JSON; [Commands] is a list of them.
//
// A command that is so already is a success that writes nothing ("unchanged").
// Whoever acts as a user of the account must be active in it.
type Command interface {
	// Action names the command in tables, events and refusals.
	Action() users.Action

	// target is the person it is about, who has to be there if the action is one
	// on a person; empty if none.
	target() users.ID
	// effect returns what the command does, having checked all but the seats. The
	// zero fact is "unchanged". Authority, and the person's presence and protection,
	// were checked before.
	evaluate(*evaluation, users.User) (effect, *Refusal)
}

// A commandType is a type of command: what it is asked for by, how one is told
// from everything else that passes for a command, and how one is read.
type commandType struct {
	action users.Action
	plain  func(Command) bool
	read   func([]byte) (Command, error)
	must   []string // keys that have to be there
}

// commandTypes has every command there is. Where a field that was forgotten would
// do something all the same, by its zero value, its key must be there.
var commandTypes = []commandType{
	typeOf[Invite](),
	typeOf[Add](),
	typeOf[Import](),
	typeOf[Notify](),
	typeOf[Accept](),
	typeOf[Approve](),
	typeOf[Deactivate](),
	typeOf[Reactivate](),
	typeOf[Archive](),
	typeOf[Restore](),
	typeOf[Delete](),
	typeOf[Erase](),
	typeOf[HandOver](),
	typeOf[Edit](),
	typeOf[ChangeRole]("role"),
	typeOf[GrantOwnership](),
	typeOf[EndOwnership](),
	typeOf[BuySeats](),
	typeOf[ReturnSeats](),
	typeOf[SetTotal](),
	typeOf[SetPolicy]("policy"),
	typeOf[SetPayer]("user"),
	typeOf[EditAccount](),
	typeOf[Close](),
	typeOf[Reopen](),
	typeOf[EraseAccount](),
}

func typeOf[C Command](must ...string) commandType {
	var zero C
	return commandType{
		action: zero.Action(),
		plain:  func(c Command) bool { _, ok := c.(C); return ok },
		read: func(text []byte) (Command, error) {
			var c C
			err := users.ReadJSON(text, &c)
			return c, err
		},
		must: must,
	}
}

// isPlain reports whether c is a command of this package, by value.
func isPlain(c Command) bool {
	return slices.ContainsFunc(commandTypes, func(t commandType) bool { return t.plain(c) })
}

// Actions returns the actions of the commands. A value of another type than those of this
// package, which every decision refuses, has none.
func Actions(commands []Command) (set ActionSet) {
	for _, c := range commands {
		if isPlain(c) {
			set |= users.In(c.Action())
		}
	}
	return set
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
