package reference

import (
	"reflect"
	"slices"
	"time"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// Do carries out a command if the rules allow it, and says what is to come of it.
func (m *Model) Do(a users.Actor, c seats.Command, at time.Time) Result {
	given, onPage := c.(seats.If)
	if onPage {
		c = given.Command
	}
	codes := m.barred(a, c)
	if onPage && (codes == nil || judgedLater.Has(c.Action())) {
		codes = append(codes, m.onOldPage(given)...)
	}
	if codes != nil {
		return refused(codes...)
	}
	before := m.Clone()
	v := m.step(func() Result {
		v := m.perform(a, c, at)
		v.Event.Reason, _ = field[string](c, "Reason")
		return v
	})
	if v = m.guarded(a, c, v, before, at); v.Codes != nil {
		return v
	}
	v.Outcome.Action = c.Action()
	m.keepByHand(a, c.Action(), before)
	m.handed(at)
	if len(v.told) > 0 {
		v.told = slices.Concat(v.told, m.serve(at, 30*24*time.Hour)) // before the next command
	}
	return v
}

// judgedLater are the actions with rules among the barring ones that come after the conditions.
var judgedLater = users.In(users.ActionApprove, users.ActionSchedule, users.ActionUnschedule, users.ActionConfirmLeave)

// onOldPage says why the conditions of a command refuse it, or nil. The model has no revision: it is
// asked for one that no account reaches.
func (m *Model) onOldPage(c seats.If) []seats.Code {
	id, onPerson := target(c.Command)
	p := m.ByID(id)
	switch {
	case !onPerson && (c.Status != 0 || c.Invitation != 0):
		return []seats.Code{seats.ErrBadInput}
	case c.Revision != 0,
		p != nil && c.Status != 0 && !c.Status.Has(p.Status),
		p != nil && c.Invitation != 0 && c.Invitation != p.NotificationCount:
		return []seats.Code{seats.ErrChangedMeanwhile}
	}
	return nil
}

func (m *Model) perform(a users.Actor, c seats.Command, at time.Time) Result {
	if reason, _ := field[string](c, "Reason"); BadReason(reason) {
		if c.Action() == users.ActionEraseAccount && m.Closed.IsZero() {
			return refused(seats.ErrBadInput, seats.ErrOpen)
		}
		return refused(seats.ErrBadInput)
	}
	switch c := c.(type) {
	case seats.Invite:
		return m.enter(a, c, at, false, "")
	case seats.Add:
		return m.enter(a, seats.Invite{Profile: c.Profile, Role: c.Role, Leave: c.Leave, Later: true}, at, true, "")
	case seats.SignIn:
		return m.signIn(a, c, at)
	case seats.Join:
		return m.join(a, c, at)
	case seats.SetCode:
		return m.setCode(c, at)
	case seats.EndCode:
		return m.endCode(c, at)
	case seats.Import:
		return m.importUser(a, c, at)
	case seats.BuySeats:
		return m.order(a, seats.EventSeatsBought, c.Pool, c.Quantity, at)
	case seats.ReturnSeats:
		return m.order(a, seats.EventSeatsReturned, c.Pool, c.Quantity, at)
	case seats.SetTotal:
		return m.setTotal(c, at)
	case seats.BookTotal:
		return m.book(a, c, at)
	case seats.EditPool:
		return m.editPool(c, at)
	case seats.EditSource:
		return m.editSource(c, at)
	case seats.HoldSource:
		return m.holdSource(a, c, at)
	case seats.ReleaseSource:
		return m.release(seats.EventSourceReleased, c.Source, &c.Losses, at)
	case seats.RejectRun:
		return m.release(seats.EventRunRejected, c.Source, nil, at)
	case seats.SetPolicy:
		return m.setPolicy(c.Policy, at)
	case seats.SetPayer:
		return m.setPayer(c.User, at)
	case seats.EditAccount:
		return m.editAccount(c, at)
	case seats.Close:
		return m.close(at)
	case seats.Reopen:
		return m.reopen(at)
	case seats.EraseAccount:
		return m.eraseAccount(at)
	}
	id, _ := target(c)
	p := m.ByID(id)
	switch c := c.(type) {
	case seats.Schedule:
		return m.schedule(a, c, p, at)
	case seats.Unschedule:
		return m.unschedule(a, p, at)
	case seats.ConfirmLeave:
		return m.confirm(p, at)
	case seats.Queue:
		return m.queue(a, c, p, at)
	case seats.Unqueue:
		if c.Pool != seats.Site {
			return m.unqueueCourse(c.Pool, p, at)
		}
		return m.unqueue(a, p, at)
	case seats.AssignCourse:
		return m.assign(c, p, at)
	case seats.UnassignCourse:
		return m.unassign(c, p, at)
	case seats.StartCourse:
		return m.start(c, p, at)
	case seats.ArchiveActivity:
		return m.archiveActivity(c, p, at)
	case seats.SetDueDate:
		return m.setDueDate(c, p, at)
	case seats.OfferOwnership:
		return m.offer(a, c, p, at)
	case seats.AcceptOwnership:
		return m.acceptOffer(c, p, at)
	case seats.EndOffer:
		return m.endOffer(a, p, at)
	}
	return m.onPerson(a, c, p, at)
}

// barred says why the actor may not even ask, or nil.
func (m *Model) barred(a users.Actor, c seats.Command) []seats.Code {
	action, byUser, actor := c.Action(), a.Kind == users.ActorUser, m.actor(a)
	switch {
	case a.Kind == users.NoActor:
		return []seats.Code{seats.ErrBadInput, seats.ErrForbidden}
	case badActor(a):
		return []seats.Code{seats.ErrBadInput}
	case byUser && (actor == nil || !actor.Here() || actor.Status != users.Active && !fromOutside.Has(action)), !m.mayAsk(a, action):
		return []seats.Code{seats.ErrForbidden}
	case m.shut(a, action):
		return []seats.Code{seats.ErrClosed}
	}
	id, onPerson := target(c)
	p := m.ByID(id)
	switch {
	case !onPerson && byUser && m.Policy.Withheld.Has(action):
		return []seats.Code{seats.ErrNotOffered}
	case !onPerson:
		return nil
	// Who may not act on the person does not learn whether there is one.
	case byUser && (forThemselves.Has(action) || action == users.ActionEndOffer && actor.Role != users.Owner) && id != a.User, !sees(a, p),
		byUser && ofQueue.Has(action) && (actor.Status != users.Active || actor.Role < users.Admin) && id != a.User:
		return []seats.Code{seats.ErrForbidden}
	case p == nil && badID(string(id)):
		return []seats.Code{seats.ErrUnknownUser, seats.ErrBadInput}
	case p == nil:
		return []seats.Code{seats.ErrUnknownUser}
	}
	for _, action := range append([]users.Action{action}, alike(a, c, p)...) {
		codes := m.hindered(a, action, p)
		if cancelled := c.Action() == users.ActionUnschedule; codes != nil && !(cancelled && codes[0] == seats.ErrForbidden) {
			return codes
		}
	}
	return nil
}

// hindered says why the actor may not do this to the person, or nil.
func (m *Model) hindered(a users.Actor, action users.Action, p *Person) []seats.Code {
	byUser := a.Kind == users.ActorUser
	switch {
	case p.Role == users.Owner && m.protected(a, p, action):
		return []seats.Code{seats.ErrOwnerProtected}
	case byUser && m.Policy.SourceLocked && p.synced() && lockedBySync.Has(action) && !(action == users.ActionDelete && p.Status == invited):
		return []seats.Code{seats.ErrSourceLocked}
	case byUser && m.Policy.Withheld.Has(action),
		byUser && m.Policy.DeleteOnly && p.Status == users.Invited && (action == users.ActionDeactivate || action == users.ActionArchive),
		action == users.ActionApprove && m.Policy.Activation != seats.Approval:
		return []seats.Code{seats.ErrNotOffered}
	case byUser && p.ID == a.User && !m.Policy.SelfRemoval && forOthers.Has(action):
		return []seats.Code{seats.ErrForbidden}
	}
	return nil
}

// alike are the actions that a command about days comes to on its day: where these are refused,
// so is the command.
func alike(a users.Actor, c seats.Command, p *Person) (actions []users.Action) {
	leave, start := false, false
	switch c := c.(type) {
	case seats.Schedule:
		leave, start = c.Start == "", c.Start != ""
	case seats.Unschedule:
		leave, start = p.Schedule.Date != "" && !keepsFrom(a, p, "leave"), p.Start.Date != ""
	case seats.ConfirmLeave:
		leave = p.Schedule.Held
	}
	if leave {
		actions = append(actions, users.ActionDeactivate)
	}
	if start {
		actions = append(actions, users.ActionInvite)
	}
	return actions
}

// sees says whether an actor may learn of a person: a sync of its own alone.
func sees(a users.Actor, p *Person) bool {
	return a.Kind != users.ActorSync || p != nil && p.synced() && p.Source.Name == a.Name
}

// What is asked of actions.
var (
	ownersAlone   = users.In(users.ActionGrantOwnership, users.ActionOfferOwnership, users.ActionEndOwnership, users.ActionEditAccount, users.ActionClose)
	ofSyncs       = users.In(users.ActionInvite, users.ActionAdd, users.ActionEdit, users.ActionDeactivate, users.ActionReactivate, users.ActionChangeRole, users.ActionSchedule, users.ActionUnschedule, users.ActionHoldSource)
	forThemselves = users.In(users.ActionAccept, users.ActionStartCourse, users.ActionAcceptOwnership)
	ofQueue       = users.In(users.ActionQueue, users.ActionUnqueue)
	fromOutside   = ofQueue | users.In(users.ActionAccept)
	forOthers     = users.In(users.ActionDeactivate, users.ActionArchive, users.ActionDelete, users.ActionChangeRole)
	whileErased   = users.In(users.ActionDelete, users.ActionEndCode, users.ActionEraseAccount)
	whileClosed   = whileErased | users.In(users.ActionDeactivate, users.ActionArchive, users.ActionErase, users.ActionEdit, users.ActionBuySeats, users.ActionReturnSeats,
		users.ActionSetTotal, users.ActionBookTotal, users.ActionEditPool, users.ActionSetPolicy, users.ActionSetPayer, users.ActionEditAccount, users.ActionClose, users.ActionReopen)
	lockedBySync = users.In(users.ActionEdit, users.ActionDeactivate, users.ActionArchive, users.ActionDelete)
	notOnOwners  = users.In(users.ActionDeactivate, users.ActionArchive, users.ActionDelete, users.ActionErase, users.ActionChangeRole)
)

// mayAsk is rule 15, but for the user of the command.
func (m *Model) mayAsk(a users.Actor, action users.Action) bool {
	switch a.Kind {
	case users.ActorSupport:
		return action != users.ActionStartCourse && action != users.ActionSignIn && action != users.ActionJoin && action != users.ActionOfferOwnership && action != users.ActionAcceptOwnership
	case users.ActorSystem:
		return action != users.ActionEndOwnership && action != users.ActionOfferOwnership && action != users.ActionAcceptOwnership
	case users.ActorSync:
		return ofSyncs.Has(action)
	}
	role := m.actor(a).Role
	switch {
	case forThemselves.Has(action), ofQueue.Has(action), action == users.ActionEndOffer:
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
func (m *Model) protected(a users.Actor, p *Person, action users.Action) bool {
	return m.Erased.IsZero() && (notOnOwners.Has(action) ||
		a.Kind == users.ActorSync || a.Kind == users.ActorUser && a.User != p.ID && m.actor(a).Role != users.Owner)
}

// actor returns the user who acts, nil if there is none: in a bulk call as before it.
func (m *Model) actor(a users.Actor) *Person {
	if m.Before != nil {
		return m.Before.ByID(a.User)
	}
	return m.ByID(a.User)
}

// target returns the user that a command is about, if it is about one: the field User of
// every command but SetPayer, which is about the account, and Import, which brings a user.
func target(c seats.Command) (users.ID, bool) {
	id, ok := field[users.ID](c, "User")
	return id, ok && c.Action() != users.ActionSetPayer
}

// field returns the field of a command, if the command has one of that name and type.
func field[T any](c seats.Command, name string) (value T, ok bool) {
	if f := reflect.ValueOf(c).FieldByName(name); f.IsValid() {
		value, ok = f.Interface().(T)
	}
	return value, ok
}

// unchanged is the result on what is so already.
func unchanged(p *Person) Result {
	v := Result{Outcome: seats.Outcome{Unchanged: true}}
	if p != nil {
		v.Outcome.User, v.Outcome.Before, v.Outcome.After = p.ID, p.CountedAs(), p.CountedAs()
	}
	return v
}

// change alters a person, unless that takes a seat which is not there.
func (m *Model) change(p *Person, kind seats.EventKind, at time.Time, alter func()) Result {
	was, before, held := *p, p.CountedAs(), m.Held(seats.Site)
	alter()
	next, delta := *p, m.Held(seats.Site)-held
	*p = was
	if !m.fits(seats.Site, delta) {
		return refused(seats.ErrNoSeats)
	}
	*p = next
	m.met(p)
	if p.Status != was.Status {
		m.undated(p, was.waits())
	}
	if p.Status != inactive {
		p.Wait = nil
	}
	if p.Role == users.Owner {
		p.Schedule = users.Schedule{}
	}
	if p.Seated() || p.Wait != nil && !p.Wait.Asks {
		p.LeftBy = users.NotLeft
	}
	if p.Status != was.Status || p.NotificationCount != was.NotificationCount {
		m.pledged(p)
	}
	lost := m.leavesCourses(p, at)
	m.plan(m.personRow(p))
	m.Last = at
	return Result{
		Outcome: seats.Outcome{User: p.ID, Before: before, After: p.CountedAs(), SeatsDelta: delta},
		Event:   seats.Event{Kind: kind, User: p.ID, Before: before, After: p.CountedAs(), Time: at},
		lapsed:  m.lapsed(p, at),
		lost:    lost,
	}
}
