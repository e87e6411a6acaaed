// Package gen draws sequences of calls at random, and makes one that fails smaller.
package gen

import (
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/seatkeeper/seatkeeper/internal/reference"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store/storetest/faults"
	"github.com/seatkeeper/seatkeeper/users"
)

// A Step is one line of a script as it is drawn. Whom it is about depends on who
// is there when its turn comes, so that a step keeps its meaning while the lines
// before it are taken away in search of a smaller failure.
type Step struct {
	How       Mode
	Actor     ActorTemplate
	Templates []CommandTemplate
	By        time.Duration
	Filter    users.Filter
	Last      bool // heal by the people who came last rather than first
	// What goes wrong, and with which of the calls to the store.
	Fault   faults.Fault
	Strikes int
	// Where it is settled who does what, instead of the actor and the wishes.
	Pinned *Call
	// What two stores in lockstep are asked besides.
	Keyed bool // the call has a request key
	Again bool // the last call with one is made once more instead
	Look  Look
}

// A Mode is what a step does.
type Mode string

// The modes of a step.
const (
	Do           Mode = "Do"
	DoEach       Mode = "DoEach"
	Clock        Mode = "clock"
	RunDue       Mode = "RunDue"
	Open         Mode = "Open"
	EraseAccount Mode = "EraseAccount" // and everybody with it
)

// A Choose chooses a person by number among those of some standing.
type Choose struct {
	status users.Set[users.Status]
	role   users.Set[users.Role]
	n      int
	fixed  users.ID // instead of all that
	none   bool     // nobody: the empty ID
	self   bool     // the actor, if he is a user
}

func (k Choose) id(m *reference.Model, actor users.Actor) users.ID {
	if k.self && actor.User != "" {
		return actor.User
	}
	if k.none || k.fixed != "" {
		return k.fixed
	}
	var among, others []users.ID
	for _, p := range m.People {
		if k.status.Has(p.Status) && (k.role.Empty() || k.role.Has(p.Role)) {
			among = append(among, p.ID)
		}
		if p.Here() {
			others = append(others, p.ID)
		}
	}
	if len(among) == 0 {
		among = others
	}
	if len(among) == 0 { // the account is erased, and nobody is left
		return m.People[k.n%len(m.People)].ID
	}
	return among[k.n%len(among)]
}

// An ActorTemplate is an actor; a user of the account is picked.
type ActorTemplate struct {
	users.Actor
	user Choose
}

// In returns the actor among the people of the account.
func (w ActorTemplate) In(m *reference.Model) users.Actor {
	if w.Kind == users.ActorUser {
		return users.As(w.user.id(m, users.Actor{}))
	}
	return w.Actor
}

// A CommandTemplate is a command whose people are picked.
type CommandTemplate struct {
	action    users.Action
	who       Choose
	successor Choose
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
func (w CommandTemplate) now(m *reference.Model, actor users.Actor) CommandTemplate {
	vendor := actor.Kind == users.ActorSupport || actor.Kind == users.ActorSystem
	switch {
	case !w.resort || !vendor || m.Closed.IsZero():
		return w
	case !m.Erased.IsZero():
		return CommandTemplate{action: users.ActionDelete, who: Choose{status: users.Present, n: w.who.n}, successor: w.successor}
	}
	return CommandTemplate{action: users.ActionReopen, reason: w.reason}
}

// In returns the command about people of the account.
func (w CommandTemplate) In(m *reference.Model, actor users.Actor) seats.Command {
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
	return On(w.action, id)
}

// On returns the command that does the action to a person and needs no more.
func On(action users.Action, id users.ID) seats.Command {
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

// NthID returns the ID that a Keeper of the scripts makes as its n-th.
func NthID(n int) users.ID { return users.ID(fmt.Sprintf("n%d", n)) }

// A Call is a step as it was carried out; a script of calls can be played again.
type Call struct {
	How      Mode
	At       time.Time
	Actor    users.Actor
	Commands []seats.Command
	Opening  seats.Opening
	Key      string
	Ids      int // that were made before
	Fault    faults.Fault
	Strikes  int
}

func (c Call) String() string {
	at := c.At.Sub(Epoch).String()
	switch c.How {
	case Clock, RunDue:
		return fmt.Sprintf("%s at %s", c.How, at)
	case Open:
		o := c.Opening
		called := ""
		if o.Name+o.Zone != "" {
			called = fmt.Sprintf("name %q, zone %q, ", o.Name, o.Zone)
		}
		return fmt.Sprintf("Open at %s with %v seats, %sowner %s, policy {%s}", at, o.Total, called, Fields(o.Owner), Fields(o.Policy))
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s at %s as %v %q:", c.How, at, c.Actor.Kind, string(c.Actor.User)+c.Actor.Name)
	for _, command := range c.Commands {
		fmt.Fprintf(&b, " %T{%s}", command, Fields(command))
	}
	if c.Key != "" {
		fmt.Fprintf(&b, " (with the request key %q)", c.Key)
	}
	if c.Fault != faults.None {
		fmt.Fprintf(&b, " (%v at call %d to the store)", c.Fault, c.Strikes)
	}
	return strings.ReplaceAll(b.String(), "seats.", "")
}

// Fields writes the fields of a struct that are not zero, in one short line.
func Fields(s any) string {
	v := reflect.ValueOf(s)
	var out []string
	for i := range v.NumField() {
		if f := v.Field(i); !f.IsZero() {
			out = append(out, v.Type().Field(i).Name+": "+Value(f))
		}
	}
	return strings.Join(out, ", ")
}

// Value writes one value in a short line.
func Value(v reflect.Value) string {
	switch {
	case v.Kind() == reflect.Pointer && v.IsNil():
		return "none"
	case v.Kind() == reflect.Pointer:
		return Value(v.Elem())
	case v.Kind() == reflect.String && v.Len() > 40:
		return fmt.Sprintf("%q...(%d bytes)", v.String()[:10], v.Len())
	case v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Struct:
		var all []string
		for i := range v.Len() {
			all = append(all, Value(v.Index(i)))
		}
		return "[" + strings.Join(all, " ") + "]"
	case v.Kind() == reflect.String || v.Kind() == reflect.Slice:
		return fmt.Sprintf("%q", v.Interface())
	}
	if _, ok := v.Interface().(fmt.Stringer); !ok && v.Kind() == reflect.Struct {
		return "{" + Fields(v.Interface()) + "}"
	}
	return fmt.Sprint(v.Interface())
}
