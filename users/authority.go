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
	Invite:         {Never, Never, Anyone, Anyone, OwnSource, Anyone, Anyone},
	Add:            {Never, Never, Never, Never, Never, Anyone, Anyone},
	Adopt:          {Never, Never, Never, Never, Never, Anyone, Anyone},
	Notify:         {Never, Never, Anyone, Anyone, Never, Anyone, Anyone},
	Accept:         {Self, Self, Self, Self, Never, Anyone, Anyone},
	Approve:        {Never, Never, Anyone, Anyone, Never, Anyone, Anyone},
	Deactivate:     {Never, Never, Anyone, Anyone, OwnSource, Anyone, Anyone},
	Reactivate:     {Never, Never, Anyone, Anyone, OwnSource, Anyone, Anyone},
	Archive:        {Never, Never, Anyone, Anyone, Never, Anyone, Anyone},
	Restore:        {Never, Never, Anyone, Anyone, Never, Anyone, Anyone},
	Delete:         {Never, Never, Anyone, Anyone, Never, Anyone, Anyone},
	Erase:          {Never, Never, Never, Never, Never, Anyone, Anyone},
	HandOver:       {Never, Never, Anyone, Anyone, Never, Anyone, Anyone},
	Edit:           {Never, Never, Anyone, Anyone, OwnSource, Anyone, Anyone},
	ChangeRole:     {Never, Never, Anyone, Anyone, OwnSource, Anyone, Anyone},
	GrantOwnership: {Never, Never, Never, Anyone, Never, Anyone, Anyone},
	EndOwnership:   {Never, Never, Never, ByPolicy, Never, Anyone, Never},
	BuySeats:       {Never, Never, ByPolicy, ByPolicy, Never, Anyone, Anyone},
	ReturnSeats:    {Never, Never, ByPolicy, ByPolicy, Never, Anyone, Anyone},
	SetTotal:       {Never, Never, Never, Never, Never, Anyone, Anyone},
	SetPolicy:      {Never, Never, Never, Never, Never, Anyone, Anyone},
	SetPayer:       {Never, Never, Never, Never, Never, Anyone, Anyone},
	EditAccount:    {Never, Never, Never, Anyone, Never, Anyone, Anyone},
	Close:          {Never, Never, Never, Anyone, Never, Anyone, Anyone},
	Reopen:         {Never, Never, Never, Never, Never, Anyone, Anyone},
	EraseAccount:   {Never, Never, Never, Never, Never, Anyone, Anyone},
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
