package reference

import (
	"slices"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// A Result is what the model expects of a command: one of the codes, any of which is right,
// or else the outcome, the event that records it, and those of the licences that go with it.
type Result struct {
	Codes    []seats.Code
	Outcome  seats.Outcome
	Event    seats.Event
	Lost     seats.Losses      // by a sync
	Hold     *seats.HoldSource // what holds the source of the sync, of a refusal
	grown    []seats.Event     // of the pools, before the event
	more     []seats.Event     // after it
	told     []seats.Event     // all events, with those that tell of seats
	licences []users.Licence   // that come or go with their user, or alone
	leave    users.Leave       // of a planned start, which has an event of its own
	filled   bool              // fields by a sign-in, with an event of their own
	lapsed   []seats.Event     // of an offer of ownership, after the event
	lost     []seats.Event     // places in the queues of courses, by leaving
	bare     bool              // the licences alone have events
}

// Facts are the events that are expected, with the fields that the model knows.
func (v Result) Facts() []seats.Event { return v.told }

// step completes the result of a change with the events that tell of seats. The steps of a larger one are
// complete already.
func (m *Model) step(change func() Result) Result {
	before := m.Clone()
	v := change()
	if v.told != nil {
		return v
	}
	v.Outcome.Grown = seatsOf(m.grown)
	v.grown = m.notices(v.Event)
	v.told = m.told(before, v.tried())
	return v
}

// with adds the seats and the events of another step, which came before or comes after.
func (v Result) with(other Result, first bool) Result {
	v.Outcome.SeatsDelta += other.Outcome.SeatsDelta
	v.Outcome.Grown += other.Outcome.Grown
	if first {
		v.told = slices.Concat(other.told, v.told)
	} else {
		v.told = slices.Concat(v.told, other.told)
	}
	if other.Codes != nil {
		return other
	}
	return v
}

// tried are the events but those that tell of seats.
func (v Result) tried() (facts []tried) {
	if v.Outcome.Unchanged || v.Codes != nil {
		return nil
	}
	add := func(e seats.Event, l *users.Licence) { facts = append(facts, tried{e, l}) }
	for _, e := range v.grown {
		add(e, nil)
	}
	if !v.bare && v.Event.Kind != "" {
		add(v.Event, nil)
	}
	for _, e := range v.lapsed {
		add(e, nil)
	}
	for _, e := range v.lost {
		e.Reason = v.Event.Reason
		add(e, nil)
	}
	for _, e := range v.more {
		e.Reason = v.Event.Reason
		add(e, nil)
	}
	if v.leave.Date != "" {
		e := v.Event
		e.Before, e.Date, e.DateAs = e.After, v.leave.Date, v.leave.As
		add(e, nil)
	}
	if v.filled {
		e := v.Event
		e.Kind, e.Before = seats.EventEdited, e.After
		add(e, nil)
	}
	for i, l := range v.licences {
		e := v.Event
		e.Before, e.Pool, e.Successor = e.After, seats.PoolID(l.Pool), ""
		if !v.bare {
			e.Date, e.DateAs = "", users.ByPolicy
		}
		add(e, &v.licences[i])
	}
	return facts
}

func refused(codes ...seats.Code) Result { return Result{Codes: codes} }
