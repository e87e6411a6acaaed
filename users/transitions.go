package users

// A Step says what comes of an action for a person of some status.
type Step struct {
	Kind StepKind
	To   Status // for [GoTo]
}

// A StepKind is one of the five things that can come of an action.
type StepKind uint8

// The kinds of step. The zero value refuses, so that a hole in the table is a
// refusal.
const (
	Refused    StepKind = iota // the status does not allow it
	GoTo                       // the person gets the status To, perhaps the one held already
	Unchanged                  // a success that writes nothing: it is so already
	AsBefore                   // back to the status that was left, see [User.LeftAs] and [User.ArchivedAs]
	AsImported                 // the person gets the status held where he comes from
)

var (
	unchanged = Step{Kind: Unchanged}
	asBefore  = Step{Kind: AsBefore}
)

func to(s Status) Step { return Step{Kind: GoTo, To: s} }

// transitions has a row per action and a column per status.
var transitions = [actionCount][statusCount]Step{
	ActionInvite:     {NoStatus: to(Invited), Invited: unchanged, Active: unchanged},
	ActionAdd:        {NoStatus: to(Active), Invited: unchanged, Active: unchanged},
	ActionImport:     {NoStatus: {Kind: AsImported}, Invited: unchanged, Active: unchanged, Inactive: unchanged, Archived: unchanged, Deleted: unchanged},
	ActionAccept:     {Invited: to(Active), Active: unchanged},
	ActionApprove:    {Invited: to(Active), Active: unchanged},
	ActionDeactivate: {Invited: to(Inactive), Active: to(Inactive), Inactive: unchanged},
	ActionReactivate: {Invited: unchanged, Active: unchanged, Inactive: asBefore},
	ActionArchive:    {Invited: to(Archived), Active: to(Archived), Inactive: to(Archived), Archived: unchanged},
	ActionRestore:    {Invited: unchanged, Active: unchanged, Inactive: unchanged, Archived: asBefore},
	ActionDelete:     {Invited: to(Deleted), Active: to(Deleted), Inactive: to(Deleted), Archived: to(Deleted), Deleted: unchanged},
	ActionErase:      {Inactive: to(Deleted), Archived: to(Deleted), Deleted: unchanged},

	// These leave the status as it is; the row says where they are allowed.
	ActionNotify:         {Invited: to(Invited), Active: to(Active)},
	ActionHandOver:       {Invited: to(Invited), Active: to(Active), Inactive: to(Inactive), Archived: to(Archived), Deleted: to(Deleted)},
	ActionEdit:           {Invited: to(Invited), Active: to(Active), Inactive: to(Inactive), Archived: to(Archived)},
	ActionChangeRole:     {Invited: to(Invited), Active: to(Active), Inactive: to(Inactive), Archived: to(Archived)},
	ActionGrantOwnership: {Active: to(Active)},
	ActionEndOwnership:   {Invited: unchanged, Active: to(Active), Inactive: unchanged, Archived: unchanged},
}

// Next returns what comes of an action for a person of status s. It is the
// whole of the rules on status: what the policy, the owner and the seats allow
// is decided elsewhere, and only ever narrows it.
func Next(a Action, s Status) Step {
	if int(a) >= actionCount || int(s) >= statusCount {
		return Step{}
	}
	return transitions[a][s]
}
