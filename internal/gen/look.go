package gen

import (
	"slices"
	"time"

	"pgregory.net/rapid"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store/storetest/faults"
	"github.com/seatkeeper/seatkeeper/users"
)

// LockstepScripts draws scripts in which some calls have a request key, and says what to
// look at after each.
var LockstepScripts = rapid.Custom(func(t *rapid.T) Script {
	s := Scripts.Draw(t, "script")
	for i := range s.Steps {
		step := &s.Steps[i]
		step.Fault, step.Keyed, step.Again, step.Look = faults.None, Chance(t, 20), Chance(t, 5), drawLook(t)
	}
	return s
})

// A Look is what is read from both stores after a step.
type Look struct {
	People users.Filter
	Events seats.EventFilter
	Limit  int
	Need   seats.Need
	Ahead  time.Duration // as of when people are due
}

func drawLook(t *rapid.T) Look {
	everybody := slices.Concat(ids, []users.ID{NthID(1), NthID(2), NthID(3), NthID(5), NthID(8), "ghost"})
	l := Look{
		People: DrawFilter(t), Limit: Or(t, []int{1, 2, 3, 1000}, 0),
		Events: seats.EventFilter{After: uint64(Below(t, 20))},
		Need: seats.Need{
			Users:  rapid.SliceOfN(rapid.SampledFrom(everybody), 0, 3).Draw(t, "people"),
			Keys:   rapid.SliceOfN(rapid.SampledFrom(Probes), 0, 3).Draw(t, "keys"),
			Admins: Chance(t, 30), IndexFrom: Below(t, 3), IndexTo: 1 + Below(t, 4),
		},
		Ahead: Or(t, []time.Duration{0, time.Microsecond, -time.Hour, Term, 9 * Term}),
	}
	if Chance(t, 30) {
		l.Events.User = Or(t, everybody)
	}
	if Chance(t, 30) {
		l.Events.Kinds = []seats.EventKind{Or(t, []seats.EventKind{seats.EventInvited, seats.EventEdited, seats.EventLapsed, seats.EventUnchanged}), seats.EventDeactivated}
	}
	return l
}

// Probes are keys to look for, in cases of their own.
var Probes = []users.Key{
	users.ByEmail("Ann@Qz.Example "), users.ByEmail("BOB@qz.example"), users.ByEmail("sid@qz.example"), users.ByEmail("\u00c9VE@qz.example"),
	users.ByUsername("annQZ"), users.ByUsername("NICKqz"), users.ByExternalID("Qz1"), users.ByExternalID("nobody"),
}
