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
	Refused     StepKind = iota // the status does not allow it
	GoTo                        // the person gets the status To, perhaps the one held already
	Same                        // a success that writes nothing: it is so already
	AsBefore                    // back to the status that was left, see [User.LeftAs] and [User.ArchivedAs]
	AsElsewhere                 // the person gets the status held where he comes from
)

var (
	same     = Step{Kind: Same}
	asBefore = Step{Kind: AsBefore}
)

func to(s Status) Step { return Step{Kind: GoTo, To: s} }

// transitions has a row per action and a column per status.
var transitions = [actionCount][statusCount]Step{
	Invite:     {NoStatus: to(Invited), Invited: same, Active: same},
	Add:        {NoStatus: to(Active), Invited: same, Active: same},
	Adopt:      {NoStatus: {Kind: AsElsewhere}, Invited: same, Active: same, Inactive: same, Archived: same, Deleted: same},
	Accept:     {Invited: to(Active), Active: same},
	Approve:    {Invited: to(Active), Active: same},
	Deactivate: {Invited: to(Inactive), Active: to(Inactive), Inactive: same},
	Reactivate: {Invited: same, Active: same, Inactive: asBefore},
	Archive:    {Invited: to(Archived), Active: to(Archived), Inactive: to(Archived), Archived: same},
	Restore:    {Invited: same, Active: same, Inactive: same, Archived: asBefore},
	Delete:     {Invited: to(Deleted), Active: to(Deleted), Inactive: to(Deleted), Archived: to(Deleted), Deleted: same},
	Erase:      {Inactive: to(Deleted), Archived: to(Deleted), Deleted: same},

	// These leave the status as it is; the row says where they are allowed.
	Notify:         {Invited: to(Invited), Active: to(Active)},
	HandOver:       {Invited: to(Invited), Active: to(Active), Inactive: to(Inactive), Archived: to(Archived), Deleted: to(Deleted)},
	Edit:           {Invited: to(Invited), Active: to(Active), Inactive: to(Inactive), Archived: to(Archived)},
	ChangeRole:     {Invited: to(Invited), Active: to(Active), Inactive: to(Inactive), Archived: to(Archived)},
	GrantOwnership: {Active: to(Active)},
	EndOwnership:   {Invited: same, Active: to(Active), Inactive: same, Archived: same},
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
