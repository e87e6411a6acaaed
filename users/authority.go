package users

// A Grant says how far an actor may go with an action.
type Grant uint8

// The grants. The zero value forbids, so that a hole in the table is a refusal.
const (
	Never     Grant = iota
	Self            // on himself alone
	OwnSource       // on people of the sync's own source
	ByPolicy        // where the account's policy says so
	Anyone          // on everybody whom the owner rules do not protect
)

// authority has a row per action. Its columns are the roles in ascending order,
// then the other actors: member, manager, admin, owner, sync, support, system.
var authority = [actionCount][roleCount + 3]Grant{
	ActionInvite:         {Never, Never, Anyone, Anyone, OwnSource, Anyone, Anyone},
	ActionAdd:            {Never, Never, Never, Never, Never, Anyone, Anyone},
	ActionImport:         {Never, Never, Never, Never, Never, Anyone, Anyone},
	ActionNotify:         {Never, Never, Anyone, Anyone, Never, Anyone, Anyone},
	ActionAccept:         {Self, Self, Self, Self, Never, Anyone, Anyone},
	ActionApprove:        {Never, Never, Anyone, Anyone, Never, Anyone, Anyone},
	ActionDeactivate:     {Never, Never, Anyone, Anyone, OwnSource, Anyone, Anyone},
	ActionReactivate:     {Never, Never, Anyone, Anyone, OwnSource, Anyone, Anyone},
	ActionArchive:        {Never, Never, Anyone, Anyone, Never, Anyone, Anyone},
	ActionRestore:        {Never, Never, Anyone, Anyone, Never, Anyone, Anyone},
	ActionDelete:         {Never, Never, Anyone, Anyone, Never, Anyone, Anyone},
	ActionErase:          {Never, Never, Never, Never, Never, Anyone, Anyone},
	ActionHandOver:       {Never, Never, Anyone, Anyone, Never, Anyone, Anyone},
	ActionEdit:           {Never, Never, Anyone, Anyone, OwnSource, Anyone, Anyone},
	ActionChangeRole:     {Never, Never, Anyone, Anyone, OwnSource, Anyone, Anyone},
	ActionGrantOwnership: {Never, Never, Never, Anyone, Never, Anyone, Anyone},
	ActionEndOwnership:   {Never, Never, Never, ByPolicy, Never, Anyone, Never},
	ActionBuySeats:       {Never, Never, ByPolicy, ByPolicy, Never, Anyone, Anyone},
	ActionReturnSeats:    {Never, Never, ByPolicy, ByPolicy, Never, Anyone, Anyone},
	ActionSetTotal:       {Never, Never, Never, Never, Never, Anyone, Anyone},
	ActionSetPolicy:      {Never, Never, Never, Never, Never, Anyone, Anyone},
	ActionSetPayer:       {Never, Never, Never, Never, Never, Anyone, Anyone},
	ActionEditAccount:    {Never, Never, Never, Anyone, Never, Anyone, Anyone},
	ActionClose:          {Never, Never, Never, Anyone, Never, Anyone, Anyone},
	ActionReopen:         {Never, Never, Never, Never, Never, Anyone, Anyone},
	ActionEraseAccount:   {Never, Never, Never, Never, Never, Anyone, Anyone},
}

// Authority returns how far an actor may go with an action. The role counts
// for a user of the account alone. What the policy of an account withholds from
// its own people comes on top.
func Authority(kind ActorKind, role Role, a Action) Grant {
	if int(a) >= actionCount {
		return Never
	}
	switch kind {
	case ActorUser:
		if role.Valid() {
			return authority[a][role]
		}
	case ActorSync, ActorSupport, ActorSystem:
		return authority[a][roleCount+int(kind-ActorSync)]
	}
	return Never
}
