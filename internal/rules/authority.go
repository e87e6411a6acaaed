package rules

import "github.com/seatkeeper/seatkeeper/users"

// A Grant says how far an actor may go with an action.
type Grant uint8

// The grants. The zero value forbids, so that a hole in the table is a refusal.
const (
	Never     Grant = iota
	Self            // on the actor's own record
	OwnSource       // on users of the sync's own source
	ByPolicy        // as far as the account's policy allows
	Anyone          // on every user outside the protection of owners
)

const (
	actionCount = int(users.ActionEraseAccount) + 1
	statusCount = int(users.Deleted) + 1
	roleCount   = int(users.Owner) + 1
)

// authority has a row per action. Its columns are the roles in ascending order, then the
// other actors: member, manager, admin, owner, sync, support, system.
var authority = [actionCount][roleCount + 3]Grant{
	users.ActionInvite:         {Never, Never, Anyone, Anyone, OwnSource, Anyone, Anyone},
	users.ActionAdd:            {Never, Never, Never, Never, Never, Anyone, Anyone},
	users.ActionImport:         {Never, Never, Never, Never, Never, Anyone, Anyone},
	users.ActionNotify:         {Never, Never, Anyone, Anyone, Never, Anyone, Anyone},
	users.ActionAccept:         {Self, Self, Self, Self, Never, Anyone, Anyone},
	users.ActionApprove:        {Never, Never, Anyone, Anyone, Never, Anyone, Anyone},
	users.ActionDeactivate:     {Never, Never, Anyone, Anyone, OwnSource, Anyone, Anyone},
	users.ActionReactivate:     {Never, Never, Anyone, Anyone, OwnSource, Anyone, Anyone},
	users.ActionArchive:        {Never, Never, Anyone, Anyone, Never, Anyone, Anyone},
	users.ActionRestore:        {Never, Never, Anyone, Anyone, Never, Anyone, Anyone},
	users.ActionDelete:         {Never, Never, Anyone, Anyone, Never, Anyone, Anyone},
	users.ActionErase:          {Never, Never, Never, Never, Never, Anyone, Anyone},
	users.ActionHandOver:       {Never, Never, Anyone, Anyone, Never, Anyone, Anyone},
	users.ActionEdit:           {Never, Never, Anyone, Anyone, OwnSource, Anyone, Anyone},
	users.ActionChangeRole:     {Never, Never, Anyone, Anyone, OwnSource, Anyone, Anyone},
	users.ActionGrantOwnership: {Never, Never, Never, Anyone, Never, Anyone, Anyone},
	users.ActionEndOwnership:   {Never, Never, Never, ByPolicy, Never, Anyone, Never},
	users.ActionBuySeats:       {Never, Never, ByPolicy, ByPolicy, Never, Anyone, Anyone},
	users.ActionReturnSeats:    {Never, Never, ByPolicy, ByPolicy, Never, Anyone, Anyone},
	users.ActionSetTotal:       {Never, Never, Never, Never, Never, Anyone, Anyone},
	users.ActionSetPolicy:      {Never, Never, Never, Never, Never, Anyone, Anyone},
	users.ActionSetPayer:       {Never, Never, Never, Never, Never, Anyone, Anyone},
	users.ActionEditAccount:    {Never, Never, Never, Anyone, Never, Anyone, Anyone},
	users.ActionClose:          {Never, Never, Never, Anyone, Never, Anyone, Anyone},
	users.ActionReopen:         {Never, Never, Never, Never, Never, Anyone, Anyone},
	users.ActionEraseAccount:   {Never, Never, Never, Never, Never, Anyone, Anyone},
}

// Authority returns how far an actor may go with an action. The role counts for a user of the
// account alone. Package seats also asks the policy of the account.
func Authority(kind users.ActorKind, role users.Role, a users.Action) Grant {
	if int(a) >= actionCount {
		return Never
	}
	switch kind {
	case users.ActorUser:
		if role.Valid() {
			return authority[a][role]
		}
	case users.ActorSync, users.ActorSupport, users.ActorSystem:
		return authority[a][roleCount+int(kind-users.ActorSync)]
	}
	return Never
}
