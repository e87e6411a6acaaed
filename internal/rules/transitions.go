package rules

import "github.com/seatkeeper/seatkeeper/users"

// A Step says where an action leads from a status.
type Step struct {
	Kind StepKind
	To   users.Status // for [GoTo]
}

// A StepKind is a kind of step.
type StepKind uint8

// The kinds of step. The zero value refuses, so that a hole in the table is a refusal.
const (
	Refused    StepKind = iota // the status forbids the action
	GoTo                       // the user gets the status To, which may be the present one
	Unchanged                  // the action succeeds and writes nothing
	AsBefore                   // the user returns to [users.User.LeftAs] or [users.User.ArchivedAs]
	AsImported                 // the user gets the status given with the import
)

// The cells of the table.
var (
	refused  Step
	same     = Step{Kind: Unchanged}
	before   = Step{Kind: AsBefore}
	imported = Step{Kind: AsImported}
	invited  = Step{GoTo, users.Invited}
	active   = Step{GoTo, users.Active}
	inactive = Step{GoTo, users.Inactive}
	archived = Step{GoTo, users.Archived}
	deleted  = Step{GoTo, users.Deleted}
)

// transitions has a row per action and a column per status. Its first column is for users new
// to the account. Actions on the account itself have no row.
var transitions = [actionCount][statusCount]Step{
	// new, invited, active, inactive, archived, deleted
	users.ActionInvite:         {invited, same, same, refused, refused, refused},
	users.ActionAdd:            {active, same, same, refused, refused, refused},
	users.ActionImport:         {imported, same, same, same, same, same},
	users.ActionNotify:         {refused, invited, active, refused, refused, refused},
	users.ActionAccept:         {refused, active, same, refused, refused, refused},
	users.ActionApprove:        {refused, active, same, refused, refused, refused},
	users.ActionDeactivate:     {refused, inactive, inactive, same, refused, refused},
	users.ActionReactivate:     {refused, same, same, before, refused, refused},
	users.ActionArchive:        {refused, archived, archived, archived, same, refused},
	users.ActionRestore:        {refused, same, same, same, before, refused},
	users.ActionDelete:         {refused, deleted, deleted, deleted, deleted, same},
	users.ActionErase:          {refused, refused, refused, deleted, deleted, same},
	users.ActionHandOver:       {refused, invited, active, inactive, archived, deleted},
	users.ActionEdit:           {refused, invited, active, inactive, archived, refused},
	users.ActionChangeRole:     {refused, invited, active, inactive, archived, refused},
	users.ActionGrantOwnership: {refused, refused, active, refused, refused, refused},
	users.ActionEndOwnership:   {refused, same, active, same, same, refused},
}

// Next returns where the action leads from status s. The table holds all rules on status.
// Policy, ownership and seats are decided in package seats and only narrow it.
func Next(a users.Action, s users.Status) Step {
	if int(a) >= actionCount || int(s) >= statusCount {
		return Step{}
	}
	return transitions[a][s]
}
