package reference

import (
	"reflect"
	"time"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// Do carries out a command if the rules allow it, and says what is to come of it.
func (m *Model) Do(a users.Actor, c seats.Command, at time.Time) Result {
	if codes := m.barred(a, c); codes != nil {
		return refused(codes...)
	}
	v := m.perform(a, c, at)
	v.Outcome.Action = c.Action()
	m.handed(at)
	return v
}

func (m *Model) perform(a users.Actor, c seats.Command, at time.Time) Result {
	switch c := c.(type) {
	case seats.Invite:
		return m.enter(a, c.Action(), c.Profile, c.Role, c.Later, at)
	case seats.Add:
		return m.enter(a, c.Action(), c.Profile, c.Role, false, at)
	case seats.Import:
		return m.adopt(c.User, at)
	case seats.Notify:
		return m.notify(m.ByID(c.User), at)
	case seats.Accept:
		return m.accept(m.ByID(c.User), at)
	case seats.Approve:
		return m.approve(m.ByID(c.User), at)
	case seats.Deactivate:
		return m.leave(a, c.Action(), m.ByID(c.User), c.Successor, c.Reason, at)
	case seats.Archive:
		return m.leave(a, c.Action(), m.ByID(c.User), c.Successor, c.Reason, at)
	case seats.Delete:
		return m.leave(a, c.Action(), m.ByID(c.User), c.Successor, c.Reason, at)
	case seats.Erase:
		return m.erase(m.ByID(c.User), c.Reason, at)
	case seats.HandOver:
		return m.handOver(a, m.ByID(c.User), c.Successor, c.Reason, at)
	case seats.Reactivate:
		return m.reactivate(m.ByID(c.User), at)
	case seats.Restore:
		return m.restore(m.ByID(c.User), at)
	case seats.Edit:
		return m.edit(a, m.ByID(c.User), c.Set, at)
	case seats.ChangeRole:
		return m.changeRole(m.ByID(c.User), c.Role, at)
	case seats.GrantOwnership:
		return m.grant(m.ByID(c.User), at)
	case seats.EndOwnership:
		return m.end(m.ByID(c.User), at)
	case seats.BuySeats:
		return m.buy(a, c, at)
	case seats.ReturnSeats:
		return m.giveBack(c, at)
	case seats.SetTotal:
		return m.setTotal(c, at)
	case seats.SetPolicy:
		return m.setPolicy(c.Policy, at)
	case seats.SetPayer:
		return m.setPayer(c.User, at)
	case seats.EditAccount:
		return m.editAccount(c, at)
	case seats.Close:
		return m.close(c.Reason, at)
	case seats.Reopen:
		return m.reopen(c.Reason, at)
	case seats.EraseAccount:
		return m.eraseAccount(c.Reason, at)
	}
	panic("a command without rules")
}

// barred says why the actor may not even ask, or nil.
func (m *Model) barred(a users.Actor, c seats.Command) []seats.Code {
	action := c.Action()
	id, onPerson := target(c)
	if a.Kind == users.NoActor {
		return []seats.Code{seats.ErrBadInput, seats.ErrForbidden}
	}
	if badActor(a) {
		return []seats.Code{seats.ErrBadInput}
	}
	if a.Kind == users.ActorUser {
		actor := m.ByID(a.User)
		if actor == nil || !actor.Here() {
			return []seats.Code{seats.ErrForbidden}
		}
		if actor.Status != users.Active && action != users.ActionAccept {
			return []seats.Code{seats.ErrForbidden}
		}
	}
	if !m.mayAsk(a, action) {
		return []seats.Code{seats.ErrForbidden}
	}
	if m.shut(a, action) {
		return []seats.Code{seats.ErrClosed}
	}
	if !onPerson {
		if a.Kind == users.ActorUser && m.Policy.Withheld.Has(action) {
			return []seats.Code{seats.ErrNotOffered}
		}
		return nil
	}
	p := m.ByID(id)
	// Who may not act on the person does not learn whether there is one.
	if a.Kind == users.ActorUser && action == users.ActionAccept && id != a.User || !sees(a, p) {
		return []seats.Code{seats.ErrForbidden}
	}
	if p == nil && badID(string(id)) {
		return []seats.Code{seats.ErrUnknownUser, seats.ErrBadInput}
	}
	if p == nil {
		return []seats.Code{seats.ErrUnknownUser}
	}
	if p.Role == users.Owner && m.protected(a, action) {
		return []seats.Code{seats.ErrOwnerProtected}
	}
	if a.Kind == users.ActorUser && m.Policy.SourceLocked && p.synced() {
		switch action {
		case users.ActionEdit, users.ActionDeactivate, users.ActionArchive, users.ActionDelete:
			return []seats.Code{seats.ErrSourceLocked}
		}
	}
	if a.Kind == users.ActorUser && m.Policy.Withheld.Has(action) {
		return []seats.Code{seats.ErrNotOffered}
	}
	if a.Kind == users.ActorUser && m.Policy.DeleteOnly && p.Status == users.Invited &&
		(action == users.ActionDeactivate || action == users.ActionArchive) {
		return []seats.Code{seats.ErrNotOffered}
	}
	if action == users.ActionApprove && m.Policy.Activation != seats.Approval {
		return []seats.Code{seats.ErrNotOffered}
	}
	return nil
}

// sees says whether an actor may learn of a person: a sync of its own alone.
func sees(a users.Actor, p *Person) bool {
	return a.Kind != users.ActorSync || p != nil && p.synced() && p.Source.Name == a.Name
}

// What is asked of actions.
var (
	ownersAlone = users.In(users.ActionGrantOwnership, users.ActionEndOwnership, users.ActionEditAccount, users.ActionClose)
	ofSyncs     = users.In(users.ActionInvite, users.ActionEdit, users.ActionDeactivate, users.ActionReactivate, users.ActionChangeRole)
	whileErased = users.In(users.ActionDelete, users.ActionEraseAccount)
	whileClosed = whileErased | users.In(users.ActionDeactivate, users.ActionArchive, users.ActionErase, users.ActionEdit, users.ActionBuySeats, users.ActionReturnSeats,
		users.ActionSetTotal, users.ActionSetPolicy, users.ActionSetPayer, users.ActionEditAccount, users.ActionClose, users.ActionReopen)
	notOnOwners = users.In(users.ActionDeactivate, users.ActionArchive, users.ActionDelete, users.ActionErase, users.ActionChangeRole)
)

// mayAsk is rule 15, but for the user of the command.
func (m *Model) mayAsk(a users.Actor, action users.Action) bool {
	switch a.Kind {
	case users.ActorSupport:
		return true
	case users.ActorSystem:
		return action != users.ActionEndOwnership
	case users.ActorSync:
		return ofSyncs.Has(action)
	}
	role := m.ByID(a.User).Role
	switch {
	case action == users.ActionAccept:
		return true
	case role != users.Owner && (role != users.Admin || ownersAlone.Has(action)), VendorActions.Has(action):
		return false
	case action == users.ActionEndOwnership:
		return m.Policy.OwnershipEnders == seats.EndedByOwners
	case action == users.ActionBuySeats:
		return m.Policy.Buying.By == seats.SelfService
	case action == users.ActionReturnSeats:
		return m.Policy.Returning == seats.SelfService
	}
	return true
}

// shut reports whether the action has to wait until the account is open.
func (m *Model) shut(a users.Actor, action users.Action) bool {
	switch {
	case m.Closed.IsZero():
		return false
	case a.Kind == users.ActorUser || a.Kind == users.ActorSync:
		return true
	case m.Erased.IsZero():
		return !whileClosed.Has(action)
	}
	return !whileErased.Has(action)
}

// protected reports whether an owner is out of the actor's reach.
func (m *Model) protected(a users.Actor, action users.Action) bool {
	return m.Erased.IsZero() && (notOnOwners.Has(action) ||
		a.Kind == users.ActorSync || a.Kind == users.ActorUser && m.ByID(a.User).Role != users.Owner)
}

// target returns the user that a command is about, if it is about one: the field User of
// every command but SetPayer, which is about the account, and Import, which brings a user.
func target(c seats.Command) (users.ID, bool) {
	f := reflect.ValueOf(c).FieldByName("User")
	if !f.IsValid() || c.Action() == users.ActionSetPayer {
		return "", false
	}
	id, ok := f.Interface().(users.ID)
	return id, ok
}

// unchanged is the result on what is so already.
func unchanged(p *Person) Result {
	v := Result{Outcome: seats.Outcome{Unchanged: true}}
	if p != nil {
		v.Outcome.User, v.Outcome.Before, v.Outcome.After = p.ID, p.Standing(), p.Standing()
	}
	return v
}

// change alters a person, unless that takes a seat which is not there.
func (m *Model) change(p *Person, kind seats.EventKind, at time.Time, alter func()) Result {
	was, before, held := *p, p.Standing(), m.Held(seats.Site)
	alter()
	delta := m.Held(seats.Site) - held
	if delta > 0 && m.Over(seats.Site) > 0 {
		*p = was
		return refused(seats.ErrNoSeats)
	}
	if p.Status != was.Status || p.Notices != was.Notices {
		m.pledged(p)
	}
	m.Last = at
	return Result{
		Outcome: seats.Outcome{User: p.ID, Before: before, After: p.Standing(), SeatsDelta: delta},
		Event:   Event{Kind: kind, User: p.ID, Before: before, After: p.Standing(), At: at},
	}
}
