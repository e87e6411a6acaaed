package users

// An Action names what can be asked for in an account. Each is a command of
// package seats, where its rules are written down.
type Action uint8

// The actions. Invite, Add and Adopt are about somebody new, those from Notify to
// EndOwnership about a person who is there, the others about the account.
const (
	NoAction Action = iota

	Invite     // ask somebody in
	Add        // let somebody in who needs no invitation
	Adopt      // bring in somebody as he is elsewhere
	Notify     // send the invitation or notification again
	Accept     // sign in for the first time
	Approve    // let in somebody who waits for approval
	Deactivate // take the seat, keep the record
	Reactivate // give the seat back
	Archive    // put away
	Restore    // take out of the archive
	Delete     // leave a tombstone
	Erase      // remove the personal data of somebody who left
	HandOver   // give the work of one person to another
	Edit       // change the profile
	ChangeRole // change the role, owners excepted
	GrantOwnership
	EndOwnership

	BuySeats
	ReturnSeats
	SetTotal
	SetPolicy
	SetPayer
	EditAccount
	Close  // nobody holds a seat, until it is reopened
	Reopen // everybody is back
	EraseAccount

	actionCount = int(EraseAccount) + 1
)

var actionNames = Names[Action]{
	"", "invite", "add", "adopt", "notify", "accept", "approve", "deactivate", "reactivate", "archive", "restore",
	"delete", "erase", "hand-over", "edit", "change-role", "grant-ownership", "end-ownership",
	"buy-seats", "return-seats", "set-total", "set-policy", "set-payer", "edit-account", "close", "reopen", "erase-account",
}

// OnPerson reports whether the action is about a person who is there already.
func (a Action) OnPerson() bool { return a >= Notify && a <= EndOwnership }

// String returns the action in lower case, words joined by a hyphen.
func (a Action) String() string { return actionNames.Of(a) }

// MarshalText returns the text form that [Action.UnmarshalText] reads.
func (a Action) MarshalText() ([]byte, error) { return actionNames.Marshal(a) }

// UnmarshalText reads the text form; anything else is an error.
func (a *Action) UnmarshalText(text []byte) error { return actionNames.Unmarshal(text, a) }

// Actions lists every action there is.
func Actions() []Action {
	all := make([]Action, 0, actionCount-1)
	for a := Invite; int(a) < actionCount; a++ {
		all = append(all, a)
	}
	return all
}
