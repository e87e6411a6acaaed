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
	// The call itself, once it is settled, instead of the actor and the templates.
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
	EraseAccount Mode = "EraseAccount" // and all of its users
)

// A Choose chooses a person by number among those of some standing.
type Choose struct {
	status users.Set[users.Status]
	role   users.Set[users.Role]
	n      int
	fixed  users.ID // instead of all that
	none   bool     // the empty ID
	self   bool     // the actor, if a user
}

func (k Choose) id(m *reference.Model, actor users.Actor) users.ID {
	if k.self && actor.User != "" {
		return actor.User
	}
	if k.none || k.fixed != "" || m == nil {
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
	if len(among) == 0 { // the account is erased, and all users are deleted
		return m.People[k.n%len(m.People)].ID
	}
	return among[k.n%len(among)]
}

// An ActorTemplate is an actor; if a user of the account, one who is chosen then.
type ActorTemplate struct {
	users.Actor
	user Choose
}

// In returns the actor among the people of the account.
func (t ActorTemplate) In(m *reference.Model) users.Actor {
	if t.Kind == users.ActorUser {
		return users.As(t.user.id(m, users.Actor{}))
	}
	return t.Actor
}

// A CommandTemplate is a command whose users are chosen when its turn comes.
type CommandTemplate struct {
	seats.Command
	user, successor Choose
	reopens         bool // a closed account comes first
}

// In returns the command about people of the account as it is. In a closed account a vendor's
// command is now and then the one that reopens it, or deletes people of an erased one: else
// nothing would happen in the rest of a script.
func (t CommandTemplate) In(m *reference.Model, actor users.Actor) seats.Command {
	vendor := actor.Kind == users.ActorSupport || actor.Kind == users.ActorSystem
	if m != nil && t.reopens && vendor && !m.Closed.IsZero() {
		if m.Erased.IsZero() {
			return seats.Reopen{}
		}
		t.Command, t.user = seats.Delete{}, Choose{status: users.Present, n: t.user.n}
	}
	return about(t.Command, t.user.id(m, actor), t.successor.id(m, actor))
}

// about returns the command with these users, as far as it has fields for them.
func about(command seats.Command, user, successor users.ID) seats.Command {
	v := reflect.New(reflect.TypeOf(command)).Elem()
	v.Set(reflect.ValueOf(command))
	for name, id := range map[string]users.ID{"User": user, "Successor": successor} {
		if f := v.FieldByName(name); f.IsValid() && f.Type() == reflect.TypeFor[users.ID]() {
			f.Set(reflect.ValueOf(id))
		}
	}
	return v.Interface().(seats.Command)
}

// On returns the command that does the action to a user and needs no more.
func On(action users.Action, id users.ID) seats.Command {
	for _, c := range []seats.Command{
		seats.Notify{}, seats.Accept{}, seats.Approve{}, seats.Deactivate{}, seats.Reactivate{}, seats.Archive{}, seats.Restore{},
		seats.Delete{}, seats.Erase{}, seats.GrantOwnership{}, seats.EndOwnership{},
	} {
		if c.Action() == action {
			return about(c, id, "")
		}
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
		fmt.Fprintf(&b, " %T%s", command, Text(command))
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
			out = append(out, v.Type().Field(i).Name+": "+value(f))
		}
	}
	return strings.Join(out, ", ")
}

// Text writes a value in one short line.
func Text(v any) string { return value(reflect.ValueOf(v)) }

func value(v reflect.Value) string {
	named, isNamed := v.Interface().(fmt.Stringer)
	switch {
	case v.Kind() == reflect.Pointer && v.IsNil():
		return "none"
	case v.Kind() == reflect.Pointer:
		return value(v.Elem())
	case v.Kind() == reflect.Interface:
		return v.Elem().Type().Name() + value(v.Elem())
	case v.Kind() == reflect.String && v.Len() > 40:
		return fmt.Sprintf("%q...(%d bytes)", v.String()[:10], v.Len())
	case v.Kind() == reflect.Slice && v.Type().Elem().Kind() != reflect.String:
		var all []string
		for i := range v.Len() {
			all = append(all, value(v.Index(i)))
		}
		return "[" + strings.Join(all, " ") + "]"
	case v.Kind() == reflect.String || v.Kind() == reflect.Slice:
		return fmt.Sprintf("%q", v.Interface())
	case isNamed:
		return named.String()
	case v.Kind() == reflect.Struct:
		return "{" + Fields(v.Interface()) + "}"
	}
	return fmt.Sprint(v.Interface())
}
