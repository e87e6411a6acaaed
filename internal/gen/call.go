// Package gen draws calls at random, as an account comes to be.
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

// A Mode is what a call does.
type Mode string

// The modes of a call.
const (
	Do           Mode = "Do"
	DoEach       Mode = "DoEach"
	Clock        Mode = "clock" // time goes by, and nothing is called
	RunDue       Mode = "RunDue"
	Open         Mode = "Open"
	EraseAccount Mode = "EraseAccount" // and all of its users
)

// A Call is a call of a Keeper.
type Call struct {
	How      Mode
	At       time.Time
	Opening  seats.Opening
	Actor    users.Actor
	Commands seats.Commands
	Key      string
	Rules    reference.Rules // of the time zones, from this call on
	Fault    faults.Fault    // what goes wrong
	Strikes  int             // with which of the calls to the store
}

// GoString is the call as rapid logs it.
func (c Call) GoString() string { return Text(c) }

// Opening draws an account to be, but for its ID. Where there are people, its owner is olive.
func (d Dice) Opening() seats.Opening {
	o := seats.Opening{Name: Or(d, companies, bad...), Total: d.total(), Policy: d.policy(), Owner: d.profile(users.ActorSystem)}
	if d.Chance(50) {
		o.Zone = Or(d, reference.Zones, badZones...)
	}
	switch {
	case d.People != nil:
		o.Total, o.Owner = seats.Of(int64(2+d.Below(5))), d.ProfileOf("olive")
	case d.Chance(2):
		o.Policy = d.spoil(o.Policy)
	}
	return o
}

// Call draws a call about the users of the account, at its time or at another.
func (d Dice) Call(m *reference.Model) Call {
	d.account = m
	c := Call{How: Or(d, []Mode{Do, Do, Do, Do, Do, Do, DoEach, Do, Clock, Clock, RunDue}, EraseAccount), At: m.Clock, Rules: m.Rules}
	if c.Rules == reference.RulesMissing && d.Chance(30) {
		c.Rules = reference.RulesToday
	}
	n := 0
	switch c.How {
	case Do:
		n = max(1, d.Below(9)-4)
	case DoEach:
		n = 1 + d.Below(5)
	case Clock:
		c.At = c.At.Add(One(d, time.Hour, time.Microsecond, 12*time.Hour, Term, 2*Term, 14*Term, -time.Hour, -Term))
		if d.Chance(15) {
			c.Rules = One(d, reference.RulesToday, reference.RulesChanged, reference.RulesChanged, reference.RulesMissing)
		}
	case EraseAccount:
		c.Actor, c.Commands = d.actor(), seats.Commands{seats.EraseAccount{Reason: Or(d, reasons, bad...)}}
		if d.Chance(80) {
			c.Actor = users.Support("ticket")
		}
	}
	if n > 0 {
		c.Actor = d.actor()
	}
	for range n {
		c.Commands = append(c.Commands, d.conditional(d.command(c.Actor)))
	}
	return c
}

// conditional puts a command on conditions, now and then.
func (d Dice) conditional(c seats.Command) seats.Command {
	if !d.Chance(10) {
		return c
	}
	given := seats.If{Command: c}
	if d.Chance(60) {
		given.Status = users.In(Some(d, 3, users.Statuses())...)
	}
	if d.Chance(40) {
		given.Invitation = int64(d.Below(3))
	}
	if d.Chance(10) {
		given.Revision = 1 << 40
	}
	return given
}

// Faulty draws what goes wrong with a call, if anything.
func (d Dice) Faulty(c Call) Call {
	if d.Chance(15) {
		c.Fault, c.Strikes = One(d, faults.All()...), d.Below(4)
	}
	return c
}

// Keyed gives some calls the request key, and repeats the last call with a key now and then.
func (d Dice) Keyed(c Call, key string, last Call) Call {
	switch {
	case last.Key != "" && d.Chance(5):
		last.At = c.At
		return last
	case (c.How == Do || c.How == DoEach) && d.Chance(20):
		c.Key = key
	}
	return c
}

// Request draws an actor and a few commands about the people of the dice.
func (d Dice) Request() (users.Actor, []seats.Command) {
	actor := d.actor()
	var commands []seats.Command
	for range 1 + d.Below(2)*d.Below(3) {
		commands = append(commands, d.command(actor))
	}
	return actor, commands
}

// Text writes a value in one short line: the fields of a struct that are not zero.
func Text(v any) string { return text(reflect.ValueOf(v)) }

func text(v reflect.Value) string {
	var parts []string
	named, ok := v.Interface().(fmt.Stringer)
	switch {
	case v.Kind() == reflect.Pointer && v.IsNil():
		return "none"
	case v.Kind() == reflect.Pointer:
		return text(v.Elem())
	case v.Kind() == reflect.Interface:
		return v.Elem().Type().Name() + text(v.Elem())
	case ok:
		return named.String()
	case v.Kind() == reflect.String && v.Len() > 40:
		return fmt.Sprintf("%q...(%d bytes)", v.String()[:10], v.Len())
	case v.Kind() == reflect.String:
		return fmt.Sprintf("%q", v.String())
	case v.Kind() == reflect.Slice:
		for i := range v.Len() {
			parts = append(parts, text(v.Index(i)))
		}
		return "[" + strings.Join(parts, " ") + "]"
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			if f := v.Field(i); f.CanInterface() && !f.IsZero() {
				parts = append(parts, v.Type().Field(i).Name+": "+text(f))
			}
		}
		return "{" + strings.Join(parts, ", ") + "}"
	}
	return fmt.Sprint(v.Interface())
}
