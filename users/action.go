package users

import "github.com/seatkeeper/seatkeeper/internal/enum"

// An Action is the name of a command. Package seats has a type with the rules for each.
type Action uint8

// The actions. The first five bring in a new user, those from [ActionNotify] to
// [ActionEndOffer] are on a user of the account, the others on the account itself.
const (
	NoAction Action = iota

	ActionInvite          // create an invited user
	ActionAdd             // create an active user
	ActionImport          // take a user over from another system, with status and dates
	ActionSignIn          // let in, or create where the policy says so
	ActionJoin            // the same by a join code
	ActionNotify          // send the invitation or notification again
	ActionAccept          // sign in for the first time
	ActionApprove         // approve an invited user
	ActionDeactivate      // free the seat, keep the record
	ActionReactivate      // take a seat again
	ActionArchive         // free the seat, hide the user
	ActionRestore         // take out of the archive
	ActionDelete          // leave a tombstone
	ActionErase           // remove the personal data of an inactive or archived user
	ActionHandOver        // give a user's work to a successor
	ActionSchedule        // set the day of a leave or of a start
	ActionUnschedule      // cancel it
	ActionConfirmLeave    // let a user go who is held back
	ActionQueue           // ask for a seat or a course, approve and move a place in a queue
	ActionUnqueue         // end the place
	ActionAssignCourse    // take a course licence
	ActionUnassignCourse  // return an unstarted one
	ActionStartCourse     // spend it
	ActionArchiveActivity // put started courses away
	ActionSetDueDate      // of a course
	ActionEdit            // change the profile
	ActionChangeRole      // change the role, owners excepted
	ActionGrantOwnership
	ActionEndOwnership
	ActionOfferOwnership  // to a user who may accept it
	ActionAcceptOwnership // by the user of the offer
	ActionEndOffer        // decline or withdraw it

	ActionBuySeats
	ActionReturnSeats
	ActionSetTotal
	ActionBookTotal // set the total on a day to come
	ActionEditPool  // name, end and terms of a pool
	ActionSetCode   // make or change a join code
	ActionEndCode
	ActionEditSource    // guard and rank of a sync
	ActionHoldSource    // stop a sync
	ActionReleaseSource // let it go on with what was held
	ActionRejectRun     // let it go on without that
	ActionSetPolicy
	ActionSetPayer
	ActionEditAccount
	ActionClose  // free all seats until the account is reopened
	ActionReopen // take the seats again
	ActionEraseAccount

	actionCount = int(ActionEraseAccount) + 1
)

var actionNames = enum.Names[Action]{
	"", "invite", "add", "import", "sign-in", "join", "notify", "accept", "approve", "deactivate", "reactivate", "archive", "restore",
	"delete", "erase", "hand-over", "schedule", "unschedule", "confirm-leave", "queue", "unqueue",
	"assign-course", "unassign-course", "start-course", "archive-activity", "set-due-date", "edit", "change-role", "grant-ownership", "end-ownership",
	"offer-ownership", "accept-ownership", "end-offer",
	"buy-seats", "return-seats", "set-total", "book-total", "edit-pool", "set-code", "end-code", "edit-source", "hold-source", "release-source", "reject-run", "set-policy", "set-payer", "edit-account", "close", "reopen", "erase-account",
}

// OnUser reports whether the action is on a user of the account.
func (a Action) OnUser() bool { return a >= ActionNotify && a <= ActionEndOffer }

// String returns the action in lower case, words joined by a hyphen.
func (a Action) String() string { return actionNames.Of(a) }

// MarshalText returns the text form.
func (a Action) MarshalText() ([]byte, error) { return actionNames.Marshal(a) }

// UnmarshalText reads the text form.
func (a *Action) UnmarshalText(text []byte) error { return actionNames.Unmarshal(text, a) }

// Actions lists all actions.
func Actions() []Action {
	all := make([]Action, 0, actionCount-1)
	for a := ActionInvite; int(a) < actionCount; a++ {
		all = append(all, a)
	}
	return all
}
