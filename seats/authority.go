package seats

import "github.com/seatkeeper/seatkeeper/users"

// A grant says how far an actor may go with an action.
type grant uint8

// The grants. The zero value forbids, so that a hole in the table is a refusal.
const (
	never     grant = iota
	ownRecord       // on the actor's own record
	ownSource       // on users of the sync's own source
	byPolicy        // as far as the account's policy allows
	anyUser         // on every user outside the protection of owners
)

const roleCount = int(users.Owner) + 1

// authority has a row per action. Its columns are the roles in ascending order, then the
// other actors: member, manager, admin, owner, sync, support, system.
var authority = [actionCount][roleCount + 3]grant{
	users.ActionInvite:          {never, never, anyUser, anyUser, ownSource, anyUser, anyUser},
	users.ActionAdd:             {never, never, never, never, ownSource, anyUser, anyUser},
	users.ActionImport:          {never, never, never, never, never, anyUser, anyUser},
	users.ActionSignIn:          {never, never, never, never, never, never, anyUser},
	users.ActionJoin:            {never, never, never, never, never, never, anyUser},
	users.ActionNotify:          {never, never, anyUser, anyUser, never, anyUser, anyUser},
	users.ActionAccept:          {ownRecord, ownRecord, ownRecord, ownRecord, never, anyUser, anyUser},
	users.ActionApprove:         {never, never, anyUser, anyUser, never, anyUser, anyUser},
	users.ActionDeactivate:      {never, never, anyUser, anyUser, ownSource, anyUser, anyUser},
	users.ActionReactivate:      {never, never, anyUser, anyUser, ownSource, anyUser, anyUser},
	users.ActionArchive:         {never, never, anyUser, anyUser, never, anyUser, anyUser},
	users.ActionRestore:         {never, never, anyUser, anyUser, never, anyUser, anyUser},
	users.ActionDelete:          {never, never, anyUser, anyUser, never, anyUser, anyUser},
	users.ActionErase:           {never, never, never, never, never, anyUser, anyUser},
	users.ActionHandOver:        {never, never, anyUser, anyUser, never, anyUser, anyUser},
	users.ActionSchedule:        {never, never, anyUser, anyUser, ownSource, anyUser, anyUser},
	users.ActionUnschedule:      {never, never, anyUser, anyUser, ownSource, anyUser, anyUser},
	users.ActionConfirmLeave:    {never, never, anyUser, anyUser, never, anyUser, anyUser},
	users.ActionQueue:           {ownRecord, ownRecord, anyUser, anyUser, never, anyUser, anyUser},
	users.ActionUnqueue:         {ownRecord, ownRecord, anyUser, anyUser, never, anyUser, anyUser},
	users.ActionAssignCourse:    {never, never, anyUser, anyUser, never, anyUser, anyUser},
	users.ActionUnassignCourse:  {never, never, anyUser, anyUser, never, anyUser, anyUser},
	users.ActionStartCourse:     {ownRecord, ownRecord, ownRecord, ownRecord, never, never, anyUser},
	users.ActionArchiveActivity: {never, never, anyUser, anyUser, never, anyUser, anyUser},
	users.ActionSetDueDate:      {never, never, anyUser, anyUser, never, anyUser, anyUser},
	users.ActionEdit:            {never, never, anyUser, anyUser, ownSource, anyUser, anyUser},
	users.ActionChangeRole:      {never, never, anyUser, anyUser, ownSource, anyUser, anyUser},
	users.ActionGrantOwnership:  {never, never, never, anyUser, never, anyUser, anyUser},
	users.ActionEndOwnership:    {never, never, never, byPolicy, never, anyUser, never},
	users.ActionOfferOwnership:  {never, never, never, anyUser, never, never, never},
	users.ActionAcceptOwnership: {ownRecord, ownRecord, ownRecord, ownRecord, never, never, never},
	users.ActionEndOffer:        {ownRecord, ownRecord, ownRecord, anyUser, never, anyUser, anyUser},
	users.ActionBuySeats:        {never, never, byPolicy, byPolicy, never, anyUser, anyUser},
	users.ActionReturnSeats:     {never, never, byPolicy, byPolicy, never, anyUser, anyUser},
	users.ActionSetTotal:        {never, never, never, never, never, anyUser, anyUser},
	users.ActionBookTotal:       {never, never, never, never, never, anyUser, anyUser},
	users.ActionEditPool:        {never, never, never, never, never, anyUser, anyUser},
	users.ActionSetCode:         {never, never, anyUser, anyUser, never, anyUser, anyUser},
	users.ActionEndCode:         {never, never, anyUser, anyUser, never, anyUser, anyUser},
	users.ActionEditSource:      {never, never, anyUser, anyUser, never, anyUser, anyUser},
	users.ActionHoldSource:      {never, never, anyUser, anyUser, ownSource, anyUser, anyUser},
	users.ActionReleaseSource:   {never, never, anyUser, anyUser, never, anyUser, anyUser},
	users.ActionRejectRun:       {never, never, anyUser, anyUser, never, anyUser, anyUser},
	users.ActionSetPolicy:       {never, never, never, never, never, anyUser, anyUser},
	users.ActionSetPayer:        {never, never, never, never, never, anyUser, anyUser},
	users.ActionEditAccount:     {never, never, never, anyUser, never, anyUser, anyUser},
	users.ActionClose:           {never, never, never, anyUser, never, anyUser, anyUser},
	users.ActionReopen:          {never, never, never, never, never, anyUser, anyUser},
	users.ActionEraseAccount:    {never, never, never, never, never, anyUser, anyUser},
}

// authorityOf returns how far an actor may go with an action. The role counts for a user of
// the account alone. [Policy.authority] decides on byPolicy.
func authorityOf(kind users.ActorKind, role users.Role, a users.Action) grant {
	if int(a) >= actionCount {
		return never
	}
	switch kind {
	case users.ActorUser:
		if role.Valid() {
			return authority[a][role]
		}
	case users.ActorSync, users.ActorSupport, users.ActorSystem:
		return authority[a][roleCount+int(kind-users.ActorSync)]
	}
	return never
}

// unsettling are the actions that take an owner's seat, role or record.
var unsettling = users.In(users.ActionDeactivate, users.ActionArchive, users.ActionDelete, users.ActionErase, users.ActionChangeRole)

// ownerProtected reports whether u is an owner and the action would take the seat, the role or the
// record. The ownership ends first, see [users.ActionEndOwnership]. The protection holds
// against every actor, in bulk, by schedule and by sync, until the account is erased.
func ownerProtected(u users.User, a users.Action) bool {
	return u.Role == users.Owner && unsettling.Has(a)
}

// mayTouchOwner reports whether the actor may act on an owner's record at all: an edit of an
// address or a name can take an account over. Owners, support and the host may.
func mayTouchOwner(kind users.ActorKind, role users.Role) bool {
	return kind == users.ActorSupport || kind == users.ActorSystem || kind == users.ActorUser && role == users.Owner
}
