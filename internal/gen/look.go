package gen

import (
	"fmt"
	"time"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// NthID returns the ID that a Keeper of the tests makes as its n-th.
func NthID(n int) users.ID { return users.ID(fmt.Sprintf("n%d", n)) }

// A Look is what is read from two stores after a call.
type Look struct {
	People users.Filter
	Events seats.EventFilter
	// Licences selects course licences.
	Licences users.LicenceFilter
	Limit    int
	Need     seats.Need
	Ahead    time.Duration // as of when people are due
}

// Look draws a look.
func (d Dice) Look() Look {
	everyUser := append([]users.ID{NthID(1), NthID(2), NthID(3), NthID(5), NthID(8), "ghost"}, IDs...)
	l := Look{
		People: d.Filter(), Limit: Or(d, []int{1, 2, 3, 1000}, 0),
		Events: seats.EventFilter{After: uint64(d.Below(20))},
		Need: seats.Need{
			Users: Some(d, 3, everyUser), Keys: Some(d, 3, Probes), Licences: Some(d, 3, everyUser), Codes: Some(d, 2, []string{"C0DE23", "0PEND00R9", "ghost"}),
			Admins: d.Chance(30), IndexFrom: d.Below(3), IndexTo: 1 + d.Below(4),
		},
		Ahead: One(d, 0, time.Microsecond, -time.Hour, Term, 9*Term),
	}
	if d.Chance(20) {
		l.People.Order = users.OrderChange // which the model of the rules does not follow
	}
	if d.Chance(30) {
		l.Licences.User = One(d, everyUser...)
	}
	if d.Chance(50) {
		l.Licences.Pool, l.Licences.State = string(Course), users.Set[users.LicenceState](d.Below(16))
	}
	if d.Chance(30) {
		l.Events.User = One(d, everyUser...)
	}
	if d.Chance(30) {
		l.Events.Kinds = []seats.EventKind{One(d, seats.EventInvited, seats.EventEdited, seats.EventLapsed, seats.EventUnchanged), seats.EventDeactivated}
	}
	return l
}
