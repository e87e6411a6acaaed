package gen

import (
	"time"

	"pgregory.net/rapid"

	"github.com/seatkeeper/seatkeeper/internal/reference"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store/storetest/faults"
	"github.com/seatkeeper/seatkeeper/users"
)

// Scripts draws an opening and 1 to 100 steps.
var Scripts = rapid.Custom(func(t *rapid.T) Script {
	d := FromRapid(t)
	s := Script{Opening: d.Opening()}
	for range 1 + d.Below(100) {
		s.Steps = append(s.Steps, d.step())
	}
	return s
})

// LockstepScripts draws scripts without faults, in which some calls have a request key, and
// what to look at after each.
var LockstepScripts = rapid.Custom(func(t *rapid.T) Script {
	d, s := FromRapid(t), Scripts.Draw(t, "script")
	for i := range s.Steps {
		step := &s.Steps[i]
		step.Fault, step.Keyed, step.Again, step.Look = faults.None, d.Chance(20), d.Chance(5), d.look()
	}
	return s
})

func (d Dice) step() Step {
	s := Step{How: Or(d, []Mode{Do, Do, Do, Do, Do, Do, DoEach, Do, Clock, RunDue}, EraseAccount), Actor: d.actor()}
	n := 0
	switch s.How {
	case Do:
		n = max(1, d.Below(9)-4)
	case DoEach:
		n = 1 + d.Below(5)
	case Clock:
		s.By = One(d, time.Hour, time.Microsecond, 12*time.Hour, Term, 2*Term, 14*Term, -time.Hour, -Term)
	case EraseAccount:
		if d.Chance(80) {
			s.Actor = ActorTemplate{Actor: users.Support("ticket")}
		}
		s.Templates = append(s.Templates, CommandTemplate{Command: seats.EraseAccount{Reason: Or(d, reasons, bad...)}})
	}
	for range n {
		s.Templates = append(s.Templates, d.command(s.Actor.Kind))
	}
	if d.Chance(30) {
		s.Filter = d.Filter()
	}
	s.Last = d.Chance(50)
	if d.Chance(15) {
		s.Fault, s.Strikes = One(d, faults.All()...), d.Below(4)
	}
	return s
}

// Request draws an actor and a few commands about the people of the dice.
func (d Dice) Request() (users.Actor, []seats.Command) {
	actor := d.actor().In(nil)
	var commands []seats.Command
	for range 1 + d.Below(2)*d.Below(3) {
		commands = append(commands, d.command(actor.Kind).In(nil, actor))
	}
	return actor, commands
}

// A Look is what is read from two stores after a step.
type Look struct {
	People users.Filter
	Events seats.EventFilter
	Limit  int
	Need   seats.Need
	Ahead  time.Duration // as of when people are due
}

func (d Dice) look() Look {
	everybody := append([]users.ID{NthID(1), NthID(2), NthID(3), NthID(5), NthID(8), "ghost"}, IDs...)
	l := Look{
		People: d.Filter(), Limit: Or(d, []int{1, 2, 3, 1000}, 0),
		Events: seats.EventFilter{After: uint64(d.Below(20))},
		Need: seats.Need{
			Users: Some(d, 3, everybody), Keys: Some(d, 3, Probes),
			Admins: d.Chance(30), IndexFrom: d.Below(3), IndexTo: 1 + d.Below(4),
		},
		Ahead: One(d, 0, time.Microsecond, -time.Hour, Term, 9*Term),
	}
	if d.Chance(30) {
		l.Events.User = One(d, everybody...)
	}
	if d.Chance(30) {
		l.Events.Kinds = []seats.EventKind{One(d, seats.EventInvited, seats.EventEdited, seats.EventLapsed, seats.EventUnchanged), seats.EventDeactivated}
	}
	return l
}

func (d Dice) actor() ActorTemplate {
	user := func(n int, status users.Set[users.Status], roles ...users.Role) ActorTemplate {
		return ActorTemplate{users.As(""), Choose{status: status, role: users.In(roles...), n: d.Below(n)}}
	}
	active := users.In(users.Active)
	switch n := d.Below(25); {
	case n < 14 && d.People != nil:
		return ActorTemplate{users.As(""), Choose{fixed: One(d, "olive", d.person())}}
	case n < 5:
		return user(4, active, users.Owner)
	case n < 9:
		return user(4, active, users.Admin)
	case n < 11:
		return user(4, active, users.Manager, users.Member)
	case n < 13:
		return user(4, users.In(users.Invited))
	case n < 14:
		return user(10, EveryStatus)
	case n < 18:
		return ActorTemplate{Actor: users.Support("ticket")}
	case n < 20:
		return ActorTemplate{Actor: users.Sync("hr")}
	case n < 21:
		return ActorTemplate{Actor: users.Sync("ad")}
	case n < 24 || d.People != nil:
		return ActorTemplate{Actor: users.System()}
	}
	return One(d, ActorTemplate{}, ActorTemplate{Actor: users.Support("")}, ActorTemplate{Actor: users.Support(bad[0])},
		ActorTemplate{Actor: users.Sync("")}, ActorTemplate{Actor: users.Sync(long)},
		ActorTemplate{users.As(""), Choose{none: true}}, ActorTemplate{users.As(""), Choose{fixed: "ghost"}}, ActorTemplate{users.As(""), Choose{fixed: users.ID(bad[2])}})
}

// choose favours users for whom the command is likely to work.
func (d Dice) choose(likely ...users.Status) Choose {
	if d.People != nil {
		return Choose{fixed: d.person()}
	}
	n := d.Below(10)
	switch k := d.Below(20); {
	case k < 13 && len(likely) > 0:
		return Choose{status: users.In(likely...), role: notOwner, n: n}
	case k < 16:
		return Choose{status: users.Present, role: notOwner, n: n}
	case k < 18:
		return Choose{status: users.Present, n: n}
	case k < 19 || d.Chance(50):
		return Choose{status: EveryStatus, n: n}
	}
	return Or(d, []Choose{{fixed: "ghost"}}, Choose{none: true}, Choose{fixed: users.ID(bad[0])}, Choose{fixed: users.ID(long)})
}

var vendorActions = append(users.Actions(), users.ActionInvite, users.ActionAdd, users.ActionImport, users.ActionAccept, users.ActionReactivate, users.ActionGrantOwnership, users.ActionSetTotal, users.ActionSetPolicy)

// likely are the actions that an actor of some kind mostly asks for.
var likely = map[users.ActorKind][]users.Action{
	users.ActorUser: {
		users.ActionInvite, users.ActionInvite, users.ActionInvite, users.ActionInvite, users.ActionNotify, users.ActionAccept, users.ActionAccept, users.ActionApprove, users.ActionDeactivate, users.ActionReactivate,
		users.ActionArchive, users.ActionRestore, users.ActionDelete, users.ActionHandOver, users.ActionEdit, users.ActionChangeRole, users.ActionGrantOwnership, users.ActionGrantOwnership, users.ActionEndOwnership,
		users.ActionBuySeats, users.ActionReturnSeats, users.ActionEditAccount, users.ActionClose,
	},
	users.ActorSync:    {users.ActionInvite, users.ActionInvite, users.ActionEdit, users.ActionDeactivate, users.ActionReactivate, users.ActionChangeRole},
	users.ActorSupport: vendorActions,
	users.ActorSystem:  vendorActions,
}

// command draws a command for an actor of some kind.
func (d Dice) command(kind users.ActorKind) CommandTemplate {
	actions := likely[kind]
	if len(actions) == 0 || d.Chance(10) {
		actions = users.Actions()
	}
	action := One(d, actions...)
	t := CommandTemplate{successor: Choose{none: true}, reopens: d.Chance(40)}
	reason := func() string { return Or(d, reasons, bad...) }
	role := func() users.Role {
		return Or(d, []users.Role{users.Member, users.Manager, users.Admin, users.Admin}, users.Owner, 9)
	}
	pool := Or(d, []seats.PoolID{seats.Site, seats.Site, seats.Site, Course}, "nowhere", "\x00")
	quantity := Or(d, []int64{1, 2, 3, 10, 12}, 0, -1, 1001, seats.MaxSeats, 1<<63-1, -1<<63)
	leave := func() {
		t.user = d.choose(users.Invited, users.Active)
		if d.Chance(15) {
			t.successor = d.choose(users.Active)
		}
	}
	switch action {
	case users.ActionInvite:
		t.Command = seats.Invite{Profile: d.profile(kind), Role: role(), Later: d.Chance(20)}
	case users.ActionAdd:
		t.Command = seats.Add{Profile: d.profile(kind), Role: role()}
	case users.ActionImport:
		t.Command = seats.Import{User: d.imported()}
	case users.ActionNotify:
		t.Command, t.user = seats.Notify{}, d.choose(users.Invited)
	case users.ActionAccept:
		t.Command, t.user = seats.Accept{}, d.choose(users.Invited)
		t.user.self = d.Chance(80)
	case users.ActionApprove:
		t.Command, t.user = seats.Approve{}, d.choose(users.Invited)
	case users.ActionDeactivate:
		t.Command = seats.Deactivate{Reason: reason()}
		leave()
	case users.ActionArchive:
		t.Command = seats.Archive{Reason: reason()}
		leave()
	case users.ActionDelete:
		t.Command = seats.Delete{Reason: reason()}
		leave()
	case users.ActionErase:
		t.Command, t.user = seats.Erase{Reason: reason()}, d.choose(users.Inactive, users.Archived)
	case users.ActionHandOver:
		t.Command, t.user, t.successor = seats.HandOver{Reason: reason()}, d.choose(users.Inactive, users.Archived, users.Deleted), d.choose(users.Active)
		if d.Chance(50) {
			t.successor.role = users.In(users.Roles()...)
		}
	case users.ActionReactivate:
		t.Command, t.user = seats.Reactivate{}, d.choose(users.Inactive)
	case users.ActionRestore:
		t.Command, t.user = seats.Restore{}, d.choose(users.Archived)
	case users.ActionEdit:
		t.Command, t.user = seats.Edit{Set: d.patch(kind)}, d.choose()
	case users.ActionChangeRole:
		t.Command, t.user = seats.ChangeRole{Role: role()}, d.choose()
	case users.ActionGrantOwnership:
		t.Command, t.user = seats.GrantOwnership{}, d.choose(users.Active)
	case users.ActionEndOwnership:
		t.Command, t.user = seats.EndOwnership{}, d.choose(users.Active)
		if d.Chance(70) {
			t.user.role = users.In(users.Owner)
		}
	case users.ActionBuySeats:
		t.Command = seats.BuySeats{Pool: pool, Quantity: quantity}
	case users.ActionReturnSeats:
		t.Command = seats.ReturnSeats{Pool: pool, Quantity: quantity}
	case users.ActionSetTotal:
		t.Command = seats.SetTotal{Pool: Or(d, []seats.PoolID{seats.Site, seats.Site, Course}, "\x00", seats.PoolID(long)), Total: d.total()}
	case users.ActionSetPolicy:
		policy := d.policy()
		if d.People == nil && d.Chance(10) {
			policy = d.spoil(policy)
		}
		t.Command = seats.SetPolicy{Policy: policy}
	case users.ActionSetPayer:
		t.Command = seats.SetPayer{}
		t.user = One(d, Choose{none: true}, Choose{status: users.In(users.Active), role: users.In(users.Owner), n: d.Below(4)}, d.choose(users.Active))
	case users.ActionEditAccount:
		t.Command = d.editAccount()
	case users.ActionClose:
		t.Command = seats.Close{Reason: reason()}
	case users.ActionReopen:
		t.Command = seats.Reopen{Reason: reason()}
	case users.ActionEraseAccount:
		t.Command = seats.EraseAccount{Reason: reason()}
	}
	if (action == users.ActionClose || action == users.ActionEraseAccount) && d.People != nil && d.Chance(70) {
		t.Command = seats.Reopen{} // since nothing much happens in a closed account
	}
	return t
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
