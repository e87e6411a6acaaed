package seats

import "github.com/seatkeeper/seatkeeper/users"

// A transition says where an action leads from a status.
type transition struct {
	kind transitionKind
	to   users.Status // for toStatus
}

type transitionKind uint8

// The kinds of transition. The zero value refuses, so that a hole in the table is a refusal.
const (
	noTransition transitionKind = iota // the status forbids the action
	toStatus                           // the user gets a status, possibly the present one
	unchanged                          // the action succeeds and writes nothing
	asBefore                           // the user returns to [users.User.LeftAs] or [users.User.ArchivedAs]
	asImported                         // the user gets the status given with the import
)

const (
	actionCount = int(users.ActionEraseAccount) + 1
	statusCount = int(users.Deleted) + 1
)

// transitions has a row per action and a column per status. Its first column is for users new
// to the account. Actions on the account itself have no row.
var transitions = func() [actionCount][statusCount]transition {
	to := func(s users.Status) transition { return transition{toStatus, s} }
	invited, active, inactive, archived, deleted := to(users.Invited), to(users.Active), to(users.Inactive), to(users.Archived), to(users.Deleted)
	refused, same, before, imported := transition{}, transition{kind: unchanged}, transition{kind: asBefore}, transition{kind: asImported}
	return [actionCount][statusCount]transition{
		// new, invited, active, inactive, archived, deleted
		users.ActionInvite:          {invited, same, same, refused, refused, refused},
		users.ActionAdd:             {active, same, same, refused, refused, refused},
		users.ActionImport:          {imported, same, same, same, same, same},
		users.ActionSignIn:          {active, active, same, refused, refused, refused},
		users.ActionJoin:            {active, active, same, refused, refused, refused},
		users.ActionNotify:          {refused, invited, active, refused, refused, refused},
		users.ActionAccept:          {refused, active, same, refused, refused, refused},
		users.ActionApprove:         {refused, active, same, refused, refused, refused},
		users.ActionDeactivate:      {refused, inactive, inactive, same, refused, refused},
		users.ActionReactivate:      {refused, same, same, before, refused, refused},
		users.ActionArchive:         {refused, archived, archived, archived, same, refused},
		users.ActionRestore:         {refused, same, same, same, before, refused},
		users.ActionDelete:          {refused, deleted, deleted, deleted, deleted, same},
		users.ActionErase:           {refused, refused, refused, deleted, deleted, same},
		users.ActionHandOver:        {refused, invited, active, inactive, archived, deleted},
		users.ActionSchedule:        {refused, invited, active, inactive, refused, refused},
		users.ActionUnschedule:      {refused, invited, active, inactive, same, same},
		users.ActionConfirmLeave:    {refused, inactive, inactive, same, same, same},
		users.ActionQueue:           {refused, same, same, inactive, refused, refused},
		users.ActionUnqueue:         {refused, same, same, inactive, same, same},
		users.ActionAssignCourse:    {refused, invited, active, refused, refused, refused},
		users.ActionUnassignCourse:  {refused, invited, active, inactive, same, same},
		users.ActionStartCourse:     {refused, invited, active, refused, refused, refused},
		users.ActionArchiveActivity: {refused, invited, active, inactive, archived, same},
		users.ActionSetDueDate:      {refused, invited, active, inactive, refused, refused},
		users.ActionEdit:            {refused, invited, active, inactive, archived, refused},
		users.ActionChangeRole:      {refused, invited, active, inactive, archived, refused},
		users.ActionGrantOwnership:  {refused, refused, active, refused, refused, refused},
		users.ActionEndOwnership:    {refused, same, active, same, same, refused},
		users.ActionOfferOwnership:  {refused, refused, active, refused, refused, refused},
		users.ActionAcceptOwnership: {refused, refused, active, refused, refused, refused},
		users.ActionEndOffer:        {refused, same, active, same, same, same},
	}
}()

// transitionOf returns where the action leads from status s. The table holds all rules on
// status. Policy, ownership and seats only narrow it.
func transitionOf(a users.Action, s users.Status) transition {
	if int(a) >= actionCount || int(s) >= statusCount {
		return transition{}
	}
	return transitions[a][s]
}
