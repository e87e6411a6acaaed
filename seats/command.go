package seats

import (
	"iter"
	"slices"

	"github.com/seatkeeper/seatkeeper/users"
)

// A Command is an operation on an account, as data: [Invite], [Add],
// [Import], [SignIn], [Join], [Notify], [Accept], [Approve], [Deactivate], [Reactivate], [Archive],
// [Restore], [Delete], [Erase], [HandOver], [Schedule], [Unschedule], [ConfirmLeave],
// [Queue], [Unqueue], [AssignCourse], [UnassignCourse], [StartCourse], [ArchiveActivity], [SetDueDate], [Edit],
// [ChangeRole], [GrantOwnership], [EndOwnership], [OfferOwnership], [AcceptOwnership], [EndOffer], [BuySeats], [ReturnSeats], [SetTotal],
// [BookTotal], [EditPool], [SetCode], [EndCode], [EditSource], [HoldSource],
// [ReleaseSource], [RejectRun], [SetPolicy], [SetPayer],
// [EditAccount], [Close], [Reopen] and [EraseAccount], by value; and [If], one of these with conditions.
// Everything else, a pointer or an embedding type included, is refused with [ErrBadInput].
// [EncodeCommand] writes one as JSON; [Commands] is a list of them.
//
// An unchanged command is a success and writes nothing, but for the event of a request key.
// Besides its own refusals each command can have these: [ErrForbidden] for the authority of
// the actor, with a reason; [ErrUnknownUser]; [ErrNotOffered], [ErrSourceLocked] and
// [ErrClosed] by the policy and the account; [ErrSourceHeld] for a sync; [ErrOwnerProtected]; and [ErrBadInput].
type Command interface {
	// Action names the command in tables, events and refusals.
	Action() users.Action

	// target returns the user of an action on a user; empty: none.
	target() users.ID
	// evaluate returns the effect, before its seats are judged; zero: unchanged. Authority,
	// presence and protection of the user are checked before.
	evaluate(*evaluation, users.User) (effect, *Refusal)
}

// A commandType is a type of command with its action and its JSON form.
type commandType struct {
	action users.Action
	plain  func(Command) bool // reports whether a command is of this type
	read   func([]byte) (Command, error)
	must   []string // keys that a document must have
}

// commandTypes has every command. A key is required if the zero value of its field would
// have an effect.
var commandTypes = []commandType{
	typeOf[Invite](),
	typeOf[Add](),
	typeOf[Import](),
	typeOf[SignIn](),
	typeOf[Join](),
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
	typeOf[Schedule](),
	typeOf[Unschedule](),
	typeOf[ConfirmLeave](),
	typeOf[Queue](),
	typeOf[Unqueue](),
	typeOf[AssignCourse](),
	typeOf[UnassignCourse](),
	typeOf[StartCourse](),
	typeOf[ArchiveActivity](),
	typeOf[SetDueDate]("due_date"),
	typeOf[Edit](),
	typeOf[ChangeRole]("role"),
	typeOf[GrantOwnership](),
	typeOf[EndOwnership](),
	typeOf[OfferOwnership](),
	typeOf[AcceptOwnership](),
	typeOf[EndOffer](),
	typeOf[BuySeats](),
	typeOf[ReturnSeats](),
	typeOf[SetTotal](),
	typeOf[BookTotal]("date"),
	typeOf[EditPool](),
	typeOf[SetCode](),
	typeOf[EndCode](),
	typeOf[EditSource]("source"),
	typeOf[HoldSource]("source"),
	typeOf[ReleaseSource]("source"),
	typeOf[RejectRun]("source"),
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

// isPlain reports whether a command is one of this package, by value, with conditions or without.
func isPlain(c Command) bool {
	c = withoutConditions(c)
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

// needy is a command with needs besides its target.
type needy interface{ needs(*Need) }

// MaxCommands is the largest number of commands in one all-or-nothing call.
const MaxCommands = 1000

// InviteAll returns an [Invite] for every row of a roster, in its order. A row of a person who has
// left makes a known user inactive and creates none: by its status, see [users.Entry.Left] and
// [Invite].Gone, or by a leave that is over, see [Invite].LeftMeansGone. [ImportAll] takes the users
// over as they are instead. A file gives no ownership: an owner is invited as an admin, and
// [GrantOwnership] follows the first sign-in.
func InviteAll(r users.Roster) []Command {
	commands := make([]Command, len(r.People))
	for i, p := range r.People {
		commands[i] = invitation(p)
	}
	return commands
}

// InviteEach is [InviteAll] for the people of a [users.RosterScan], one by one. An error is passed on in
// its place.
func InviteEach(people iter.Seq2[users.Entry, error]) iter.Seq2[Command, error] {
	return func(yield func(Command, error) bool) {
		for p, err := range people {
			if !yield(invitation(p), err) {
				return
			}
		}
	}
}

func invitation(p users.Entry) Invite {
	return Invite{Profile: p.Profile, Role: roleOf(p), Leave: p.Leave, LeftMeansGone: p.Leave != users.Leave{}, Gone: p.Left()}
}

// roleOf returns the role that a row of a file can give.
func roleOf(p users.Entry) users.Role { return min(p.Role, users.Admin) }

// Identify returns the commands with a new ID in every profile without one, so that every
// attempt of a call creates the same user.
func Identify(commands []Command, id func() users.ID) []Command {
	named := make([]Command, len(commands))
	for i, c := range commands {
		named[i] = identify(c, id)
	}
	return named
}

func identify(c Command, id func() users.ID) Command {
	switch c := c.(type) {
	case Invite:
		if c.Profile.ID == "" {
			c.Profile.ID = id()
			return c
		}
	case Add:
		if c.Profile.ID == "" {
			c.Profile.ID = id()
			return c
		}
	case SignIn:
		if c.Profile.ID == "" {
			c.Profile.ID = id()
			return c
		}
	case Join:
		if c.Profile.ID == "" {
			c.Profile.ID = id()
			return c
		}
	case If:
		c.Command = identify(c.Command, id)
		return c
	}
	return c
}
