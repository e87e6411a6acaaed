package gen

import (
	"slices"

	"github.com/seatkeeper/seatkeeper/internal/reference"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// user draws one of the users of such a status and role; of those who are not deleted where
// there is none, and of the deleted where all are. It is one of those who came first, so that
// much happens to them.
func (d Dice) user(status users.Set[users.Status], roles ...users.Role) users.ID {
	var likely, present, all []users.ID
	for _, p := range d.account.People {
		if status.Has(p.Status) && (roles == nil || slices.Contains(roles, p.Role)) {
			likely = append(likely, p.ID)
		}
		if p.Here() {
			present = append(present, p.ID)
		}
		all = append(all, p.ID)
	}
	for _, ids := range [][]users.ID{likely, present} {
		if len(ids) > 0 {
			return One(d, ids[:min(5, len(ids))]...)
		}
	}
	return One(d, all...)
}

func (d Dice) actor() users.Actor {
	active := users.In(users.Active)
	switch n := d.Below(25); {
	case n < 14 && d.People != nil:
		return users.As(One(d, "olive", d.person()))
	case n < 5:
		return users.As(d.user(active, users.Owner))
	case n < 9:
		return users.As(d.user(active, users.Admin))
	case n < 11:
		return users.As(d.user(active, users.Manager, users.Member))
	case n < 13:
		return users.As(d.user(users.In(users.Invited)))
	case n < 14:
		return users.As(d.user(One(d, EveryStatus, users.In(users.Inactive))))
	case n < 18:
		return users.Support("ticket")
	case n < 20:
		return users.Sync("hr")
	case n < 21:
		return users.Sync("ad")
	case n < 24 || d.People != nil:
		return users.System()
	}
	return One(d, users.Actor{}, users.Support(""), users.Support(bad[0]), users.Sync(""), users.Sync(long),
		users.As(""), users.As("ghost"), users.As(users.ID(bad[2])))
}

// target favours users that the command is likely to work on.
func (d Dice) target(likely ...users.Status) users.ID {
	if d.People != nil {
		return d.person()
	}
	switch n := d.Below(40); {
	case n < 26 && len(likely) > 0:
		return d.user(users.In(likely...), users.Member, users.Manager, users.Admin)
	case n < 32:
		return d.user(users.Present, users.Member, users.Manager, users.Admin)
	case n < 36:
		return d.user(users.Present)
	case n < 39:
		return d.user(EveryStatus)
	}
	return Or(d, []users.ID{"ghost"}, "", users.ID(bad[0]), users.ID(long))
}

var vendorActions = append(users.Actions(), users.ActionEditSource, users.ActionEditSource, users.ActionJoin, users.ActionJoin, users.ActionJoin, users.ActionSetCode, users.ActionInvite, users.ActionAdd, users.ActionImport, users.ActionAccept, users.ActionReactivate, users.ActionGrantOwnership, users.ActionSetTotal, users.ActionSetTotal, users.ActionEditPool, users.ActionBookTotal, users.ActionSetPolicy, users.ActionSchedule, users.ActionSchedule, users.ActionAssignCourse, users.ActionAssignCourse, users.ActionStartCourse)

// likely are the actions that an actor of some kind mostly asks for.
var likely = map[users.ActorKind][]users.Action{
	users.ActorUser: {
		users.ActionInvite, users.ActionInvite, users.ActionInvite, users.ActionInvite, users.ActionNotify, users.ActionAccept, users.ActionAccept, users.ActionApprove, users.ActionDeactivate, users.ActionReactivate,
		users.ActionSchedule, users.ActionSchedule, users.ActionSchedule, users.ActionSchedule, users.ActionUnschedule, users.ActionConfirmLeave, users.ActionQueue, users.ActionQueue, users.ActionUnqueue,
		users.ActionAssignCourse, users.ActionAssignCourse, users.ActionAssignCourse, users.ActionUnassignCourse, users.ActionStartCourse, users.ActionStartCourse, users.ActionArchiveActivity, users.ActionSetDueDate,
		users.ActionArchive, users.ActionRestore, users.ActionDelete, users.ActionHandOver, users.ActionEdit, users.ActionChangeRole, users.ActionGrantOwnership, users.ActionGrantOwnership, users.ActionEndOwnership,
		users.ActionOfferOwnership, users.ActionOfferOwnership, users.ActionAcceptOwnership, users.ActionAcceptOwnership, users.ActionEndOffer,
		users.ActionBuySeats, users.ActionReturnSeats, users.ActionEditAccount, users.ActionClose, users.ActionReleaseSource, users.ActionReleaseSource, users.ActionRejectRun, users.ActionEditSource, users.ActionEditSource, users.ActionSetCode, users.ActionSetCode, users.ActionEndCode,
	},
	users.ActorSync:    {users.ActionInvite, users.ActionInvite, users.ActionAdd, users.ActionEdit, users.ActionDeactivate, users.ActionReactivate, users.ActionChangeRole, users.ActionSchedule, users.ActionSchedule, users.ActionUnschedule, users.ActionDeactivate, users.ActionDeactivate},
	users.ActorSupport: vendorActions,
	users.ActorSystem:  vendorActions,
}

// command draws a command of the actor. In a closed account a vendor's command is now and
// then the one that reopens it, or deletes users of an erased one: else nothing would happen
// any more.
func (d Dice) command(actor users.Actor) seats.Command {
	kind := actor.Kind
	actions := likely[kind]
	if len(actions) == 0 || d.Chance(10) {
		actions = users.Actions()
	}
	action := One(d, actions...)
	reason := func() string { return Or(d, reasons, bad...) }
	role := func() users.Role {
		return Or(d, []users.Role{users.Member, users.Manager, users.Admin, users.Admin}, users.Owner, 9)
	}
	pool := func() seats.PoolID {
		return Or(d, append([]seats.PoolID{seats.Site, seats.Site}, Courses...), Codes[0], "nowhere", "\x00")
	}
	quantity := func() int64 {
		return Or(d, []int64{1, 2, 3, 10, 12}, 0, -1, 1001, seats.MaxSeats, 1<<63-1, -1<<63)
	}
	// now and then draws a successor.
	successor := func() users.ID {
		if d.Chance(15) {
			return d.target(users.Active)
		}
		return ""
	}
	vendor := kind == users.ActorSupport || kind == users.ActorSystem
	switch {
	case d.account != nil && vendor && !d.account.Closed.IsZero() && d.Chance(40):
		if d.account.Erased.IsZero() {
			return seats.Reopen{}
		}
		return seats.Delete{User: d.user(users.Present)}
	case (action == users.ActionClose || action == users.ActionEraseAccount) && d.People != nil && d.Chance(70):
		return seats.Reopen{}
	}
	switch action {
	case users.ActionInvite:
		return d.invite(kind, role())
	case users.ActionAdd:
		c := seats.Add{Profile: d.profile(kind), Role: role()}
		if d.Chance(20) {
			c.Leave = d.leave()
		}
		return c
	case users.ActionSignIn:
		return d.signIn(role())
	case users.ActionJoin:
		return seats.Join{Code: Or(d, codeWords, bad...), Profile: d.signIn(users.Member).Profile}
	case users.ActionSetCode:
		return d.setCode()
	case users.ActionEndCode:
		return seats.EndCode{Pool: Or(d, Codes, Course, "nowhere", seats.Site, "\x00"), Reason: reason()}
	case users.ActionImport:
		return d.imported()
	case users.ActionNotify:
		return seats.Notify{User: d.target(users.Invited)}
	case users.ActionAccept:
		c := seats.Accept{User: actor.User}
		if actor.User == "" || !d.Chance(80) {
			c.User = d.target(users.Invited)
		}
		if d.Chance(25) {
			c.Invitation = int64(d.Below(3))
		}
		return c
	case users.ActionApprove:
		return seats.Approve{User: d.target(users.Invited)}
	case users.ActionDeactivate:
		return seats.Deactivate{User: d.waiting(users.Invited, users.Active), Successor: successor(), Reason: reason()}
	case users.ActionArchive:
		return seats.Archive{User: d.waiting(users.Invited, users.Active), Successor: successor(), Reason: reason()}
	case users.ActionDelete:
		return seats.Delete{User: d.waiting(users.Invited, users.Active), Successor: successor(), Reason: reason()}
	case users.ActionErase:
		return seats.Erase{User: d.target(users.Inactive, users.Archived), Reason: reason()}
	case users.ActionHandOver:
		c := seats.HandOver{User: d.target(users.Inactive, users.Archived, users.Deleted), Successor: d.target(users.Active), Reason: reason()}
		if d.People == nil && d.Chance(40) {
			c.Successor = d.user(users.In(users.Active))
		}
		return c
	case users.ActionSchedule, users.ActionUnschedule, users.ActionConfirmLeave:
		return d.dated(action)
	case users.ActionQueue, users.ActionUnqueue:
		return d.queued(action, actor, reason())
	case users.ActionAssignCourse, users.ActionUnassignCourse, users.ActionStartCourse, users.ActionArchiveActivity, users.ActionSetDueDate:
		return d.onCourse(action, actor)
	case users.ActionReactivate:
		return seats.Reactivate{User: d.target(users.Inactive)}
	case users.ActionRestore:
		return seats.Restore{User: d.target(users.Archived)}
	case users.ActionEdit:
		c := seats.Edit{User: d.target(), Set: d.patch(kind)}
		if d.Chance(15) {
			c.Follow = Or(d, [][]string{{"first-name", "email"}, users.Fields(), {"leave", "role"}}, []string{"kept"})
		}
		return c
	case users.ActionChangeRole:
		return seats.ChangeRole{User: d.waiting(), Role: role()}
	case users.ActionGrantOwnership:
		return seats.GrantOwnership{User: d.target(users.Active)}
	case users.ActionEndOwnership:
		if d.People == nil && d.Chance(50) {
			return seats.EndOwnership{User: d.user(users.In(users.Active), users.Owner)}
		}
		return seats.EndOwnership{User: d.target(users.Active)}
	case users.ActionOfferOwnership, users.ActionAcceptOwnership, users.ActionEndOffer:
		return d.onOffer(action, actor)
	case users.ActionBuySeats:
		return seats.BuySeats{Pool: pool(), Quantity: quantity()}
	case users.ActionReturnSeats:
		return seats.ReturnSeats{Pool: pool(), Quantity: quantity()}
	case users.ActionSetTotal:
		return seats.SetTotal{Pool: Or(d, append([]seats.PoolID{seats.Site, seats.Site}, Courses...), "\x00", seats.PoolID(long)), Total: d.total(), Version: d.version()}
	case users.ActionBookTotal:
		return d.bookTotal(pool())
	case users.ActionEditPool:
		return d.editPool()
	case users.ActionEditSource, users.ActionHoldSource, users.ActionReleaseSource, users.ActionRejectRun:
		return d.onSource(action, reason())
	case users.ActionSetPolicy:
		if d.People == nil && d.Chance(10) {
			return seats.SetPolicy{Policy: d.spoil(d.policy())}
		}
		return seats.SetPolicy{Policy: d.policy()}
	case users.ActionSetPayer:
		switch n := d.Below(3); {
		case n == 0:
			return seats.SetPayer{}
		case n == 1 && d.People == nil:
			return seats.SetPayer{User: d.user(users.In(users.Active), users.Owner)}
		}
		return seats.SetPayer{User: d.target(users.Active)}
	case users.ActionEditAccount:
		return d.editAccount()
	case users.ActionClose:
		return seats.Close{Reason: reason()}
	case users.ActionReopen:
		return seats.Reopen{Reason: reason()}
	case users.ActionEraseAccount:
		return seats.EraseAccount{Reason: reason()}
	}
	panic("gen: no command for the action " + action.String())
}

func (d Dice) editAccount() (c seats.EditAccount) {
	if d.Chance(70) {
		c.Name = new(Or(d, companies, bad...))
	}
	if d.Chance(50) {
		c.Zone = new(Or(d, reference.Zones, append(badZones, "")...))
	}
	return c
}
