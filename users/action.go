package users

import "github.com/seatkeeper/seatkeeper/internal/enum"

// An Action names what can be asked for in an account. Each is a command of
// package seats, where its rules are written down.
type Action uint8

// The actions. Invite, Add and Import are about somebody new, those from Notify to
// ActionEndOwnership about a person who is there, the others about the account.
const (
	NoAction Action = iota

	ActionInvite     // ask somebody in
	ActionAdd        // let somebody in who needs no invitation
	ActionImport     // bring in somebody as he is elsewhere
	ActionNotify     // send the invitation or notification again
	ActionAccept     // sign in for the first time
	ActionApprove    // let in somebody who waits for approval
	ActionDeactivate // take the seat, keep the record
	ActionReactivate // give the seat back
	ActionArchive    // put away
	ActionRestore    // take out of the archive
	ActionDelete     // leave a tombstone
	ActionErase      // remove the personal data of somebody who left
	ActionHandOver   // give the work of one person to another
	ActionEdit       // change the profile
	ActionChangeRole // change the role, owners excepted
	ActionGrantOwnership
	ActionEndOwnership

	ActionBuySeats
	ActionReturnSeats
	ActionSetTotal
	ActionSetPolicy
	ActionSetPayer
	ActionEditAccount
	ActionClose  // nobody holds a seat, until it is reopened
	ActionReopen // everybody is back
	ActionEraseAccount

	actionCount = int(ActionEraseAccount) + 1
)

var actionNames = enum.Names[Action]{
	"", "invite", "add", "import", "notify", "accept", "approve", "deactivate", "reactivate", "archive", "restore",
	"delete", "erase", "hand-over", "edit", "change-role", "grant-ownership", "end-ownership",
	"buy-seats", "return-seats", "set-total", "set-policy", "set-payer", "edit-account", "close", "reopen", "erase-account",
}

// OnPerson reports whether the action is about a person who is there already.
func (a Action) OnPerson() bool { return a >= ActionNotify && a <= ActionEndOwnership }

// String returns the action in lower case, words joined by a hyphen.
func (a Action) String() string { return actionNames.Of(a) }

// MarshalText returns the text form that [Action.UnmarshalText] reads.
func (a Action) MarshalText() ([]byte, error) { return actionNames.Marshal(a) }

// UnmarshalText reads the text form; anything else is an error.
func (a *Action) UnmarshalText(text []byte) error { return actionNames.Unmarshal(text, a) }

// Actions lists every action there is.
func Actions() []Action {
	all := make([]Action, 0, actionCount-1)
	for a := ActionInvite; int(a) < actionCount; a++ {
		all = append(all, a)
	}
	return all
}
