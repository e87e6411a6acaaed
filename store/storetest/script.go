package storetest

import (
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// A step is one line of a script as it is drawn. Whom it is about depends on who
// is there when its turn comes, so that a step keeps its meaning while the lines
// before it are taken away in search of a smaller failure.
type step struct {
	how    mode
	actor  who
	wishes []opTemplate
	by     time.Duration
	filter users.Filter
	last   bool // heal by the people who came last rather than first
	// What goes wrong, and with which of the calls to the store.
	fault   Fault
	strikes int
	// Where it is settled who does what, instead of the actor and the wishes.
	pinned *call
	// What two stores in lockstep are asked besides.
	keyed bool // the call has a request key
	again bool // the last call with one is made once more instead
	look  look
}

// A mode is what a step does.
type mode string

const (
	do      mode = "Do"
	each    mode = "DoEach"
	clock   mode = "clock"
	runDue  mode = "RunDue"
	opening mode = "Open"
	erasing mode = "EraseAccount" // and everybody with it
)

// A choose chooses a person by number among those of some standing.
type choose struct {
	status users.Set[users.Status]
	role   users.Set[users.Role]
	n      int
	fixed  users.ID // instead of all that
	none   bool     // nobody: the empty ID
	self   bool     // the actor, if he is a user
}

func (k choose) id(m *model, actor users.Actor) users.ID {
	if k.self && actor.User != "" {
		return actor.User
	}
	if k.none || k.fixed != "" {
		return k.fixed
	}
	var among, others []users.ID
	for _, p := range m.people {
		if k.status.Has(p.status) && (k.role.Empty() || k.role.Has(p.role)) {
			among = append(among, p.ID)
		}
		if p.here() {
			others = append(others, p.ID)
		}
	}
	if len(among) == 0 {
		among = others
	}
	if len(among) == 0 { // the account is erased, and nobody is left
		return m.people[k.n%len(m.people)].ID
	}
	return among[k.n%len(among)]
}

// A who is an actor; a user of the account is picked.
type who struct {
	users.Actor
	user choose
}

func (w who) in(m *model) users.Actor {
	if w.Kind == users.ActorUser {
		return users.As(w.user.id(m, users.Actor{}))
	}
	return w.Actor
}

// A opTemplate is a command whose people are picked.
type opTemplate struct {
	action    users.Action
	who       choose
	successor choose
	profile   users.Profile
	adoptee   users.User
	set       users.Patch
	role      users.Role
	later     bool
	seats     int64
	total     seats.Count
	pool      seats.PoolID
	policy    seats.Policy
	reason    string
	name      *string
	zone      *string
	resort    bool // a closed account is seen to first
}

// now is what is wished for in the account as it is: without those who see to a closed
// one, nothing would happen in the rest of a script.
func (w opTemplate) now(m *model, actor users.Actor) opTemplate {
	vendor := actor.Kind == users.ActorSupport || actor.Kind == users.ActorSystem
	switch {
	case !w.resort || !vendor || m.closed.IsZero():
		return w
	case !m.erased.IsZero():
		return opTemplate{action: users.ActionDelete, who: choose{status: users.Present, n: w.who.n}, successor: w.successor}
	}
	return opTemplate{action: users.ActionReopen, reason: w.reason}
}

func (w opTemplate) in(m *model, actor users.Actor) seats.Command {
	w = w.now(m, actor)
	id, successor := w.who.id(m, actor), w.successor.id(m, actor)
	switch w.action {
	case users.ActionInvite:
		return seats.Invite{Profile: w.profile, Role: w.role, Later: w.later}
	case users.ActionAdd:
		return seats.Add{Profile: w.profile, Role: w.role}
	case users.ActionImport:
		return seats.Import{User: w.adoptee}
	case users.ActionDeactivate:
		return seats.Deactivate{User: id, Successor: successor, Reason: w.reason}
	case users.ActionArchive:
		return seats.Archive{User: id, Successor: successor, Reason: w.reason}
	case users.ActionDelete:
		return seats.Delete{User: id, Successor: successor, Reason: w.reason}
	case users.ActionErase:
		return seats.Erase{User: id, Reason: w.reason}
	case users.ActionHandOver:
		return seats.HandOver{User: id, Successor: successor, Reason: w.reason}
	case users.ActionEdit:
		return seats.Edit{User: id, Set: w.set}
	case users.ActionChangeRole:
		return seats.ChangeRole{User: id, Role: w.role}
	case users.ActionBuySeats:
		return seats.BuySeats{Pool: w.pool, Quantity: w.seats}
	case users.ActionReturnSeats:
		return seats.ReturnSeats{Pool: w.pool, Quantity: w.seats}
	case users.ActionSetTotal:
		return seats.SetTotal{Pool: w.pool, Total: w.total}
	case users.ActionSetPolicy:
		return seats.SetPolicy{Policy: w.policy}
	case users.ActionSetPayer:
		return seats.SetPayer{User: id}
	case users.ActionEditAccount:
		return seats.EditAccount{Name: w.name, Zone: w.zone}
	case users.ActionClose:
		return seats.Close{Reason: w.reason}
	case users.ActionReopen:
		return seats.Reopen{Reason: w.reason}
	case users.ActionEraseAccount:
		return seats.EraseAccount{Reason: w.reason}
	}
	return on(w.action, id)
}

// on returns the command that does the action to a person and needs no more.
func on(action users.Action, id users.ID) seats.Command {
	switch action {
	case users.ActionNotify:
		return seats.Notify{User: id}
	case users.ActionAccept:
		return seats.Accept{User: id}
	case users.ActionApprove:
		return seats.Approve{User: id}
	case users.ActionDeactivate:
		return seats.Deactivate{User: id}
	case users.ActionReactivate:
		return seats.Reactivate{User: id}
	case users.ActionArchive:
		return seats.Archive{User: id}
	case users.ActionRestore:
		return seats.Restore{User: id}
	case users.ActionDelete:
		return seats.Delete{User: id}
	case users.ActionErase:
		return seats.Erase{User: id}
	case users.ActionGrantOwnership:
		return seats.GrantOwnership{User: id}
	case users.ActionEndOwnership:
		return seats.EndOwnership{User: id}
	}
	return nil
}

// A call is a step as it was carried out; a script of calls can be played again.
type call struct {
	how      mode
	at       time.Time
	actor    users.Actor
	commands []seats.Command
	opening  seats.Opening
	key      string
	ids      int // that were made before
	fault    Fault
	strikes  int
}

func (c call) String() string {
	at := c.at.Sub(epoch).String()
	switch c.how {
	case clock, runDue:
		return fmt.Sprintf("%s at %s", c.how, at)
	case opening:
		o := c.opening
		called := ""
		if o.Name+o.Zone != "" {
			called = fmt.Sprintf("name %q, zone %q, ", o.Name, o.Zone)
		}
		return fmt.Sprintf("Open at %s with %v seats, %sowner %s, policy {%s}", at, o.Total, called, fields(o.Owner), fields(o.Policy))
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s at %s as %v %q:", c.how, at, c.actor.Kind, string(c.actor.User)+c.actor.Name)
	for _, command := range c.commands {
		fmt.Fprintf(&b, " %T{%s}", command, fields(command))
	}
	if c.key != "" {
		fmt.Fprintf(&b, " (with the request key %q)", c.key)
	}
	if c.fault != None {
		fmt.Fprintf(&b, " (%v at call %d to the store)", c.fault, c.strikes)
	}
	return strings.ReplaceAll(b.String(), "seats.", "")
}

// fields writes the fields of a struct that are not zero, in one short line.
func fields(s any) string {
	v := reflect.ValueOf(s)
	var out []string
	for i := range v.NumField() {
		if f := v.Field(i); !f.IsZero() {
			out = append(out, v.Type().Field(i).Name+": "+value(f))
		}
	}
	return strings.Join(out, ", ")
}

func value(v reflect.Value) string {
	switch {
	case v.Kind() == reflect.Pointer && v.IsNil():
		return "none"
	case v.Kind() == reflect.Pointer:
		return value(v.Elem())
	case v.Kind() == reflect.String && v.Len() > 40:
		return fmt.Sprintf("%q...(%d bytes)", v.String()[:10], v.Len())
	case v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Struct:
		var all []string
		for i := range v.Len() {
			all = append(all, value(v.Index(i)))
		}
		return "[" + strings.Join(all, " ") + "]"
	case v.Kind() == reflect.String || v.Kind() == reflect.Slice:
		return fmt.Sprintf("%q", v.Interface())
	}
	if _, ok := v.Interface().(fmt.Stringer); !ok && v.Kind() == reflect.Struct {
		return "{" + fields(v.Interface()) + "}"
	}
	return fmt.Sprint(v.Interface())
}
