package seats

import (
	"slices"
	"time"

	"github.com/seatkeeper/seatkeeper/users"
)

// Forecast returns the account as it will be at the instant of the request, if no command comes
// before, and the events until then, of all that is due. These are the results of [Settle], by
// the zone's rules of now. Revision and numbers of the events are made up.
//
// The snapshot must have all rows that are due until then, their users and pools: it was loaded
// with DueBy, and its NextDue is later.
func Forecast(s Snapshot, r Request) (Snapshot, []Event) {
	r.Actor, r.Channel, r.Change, r.Key, r.Commands = users.System(), ByClock, "", "", nil
	need := Need{Account: s.Account.ID, DueBy: r.At}
	var events []Event
	s = s.withLoadedQueue()
	for {
		need.Users, need.Pools = nil, nil
		need.queueNeeds(s, r.At)
		part := need.Select(s)
		if len(dueRows(part, r.At, 1)) == 0 {
			return s, events
		}
		c := Settle(part, r)
		s = s.Apply(c)
		events, s.Past = append(events, c.Events...), nil
	}
}

// withLoadedQueue leaves the users out of the queues who are not loaded.
func (s Snapshot) withLoadedQueue() Snapshot {
	s.Pools = slices.Clone(s.Pools)
	for i := range s.Pools {
		if p := &s.Pools[i]; p.Waiting.Approved() > 0 {
			p.Waiting = WaitingOf(slices.DeleteFunc(slices.Clone(p.Waiting.all()), func(w Waiting) bool {
				return !slices.ContainsFunc(s.Users, func(u users.User) bool { return u.ID == w.User })
			})...)
		}
	}
	return s
}

// ForecastNeeds reports whether a snapshot for a [Forecast] lacks the next users of the queues, or the courses of due places. Then it must be loaded again with the need, which is changed here.
func ForecastNeeds(n *Need, s Snapshot) bool { return n.queueNeeds(s, n.DueBy) }

// AheadTo lets the need reach the end of a day to come in any time zone, so that a snapshot fits
// [Forecast]. It leaves a day beyond [MaxForecastDays] to the refusal.
func (n *Need) AheadTo(day users.Date, now time.Time) {
	if day.Check() == nil && day != "" && day <= users.DateOf(now).AddDays(MaxForecastDays+1) {
		n.Ahead = max(n.Ahead, day.End(time.UTC).Add(lead).Sub(now))
	}
}

// MaxForecastDays is the furthest day of a calendar and of a preview, from today.
const MaxForecastDays = 3660

// toCome returns the location of the account, and refuses a day that is less than so many days
// from today there, or too far.
func (s Snapshot) toCome(r Request, field string, day users.Date, least int) (*time.Location, *Refusal) {
	if day.Check() != nil || day == "" {
		return nil, badInput(field, users.ErrDate)
	}
	in, refusal := r.location(s.Account.Zone)
	if refusal != nil {
		return nil, refusal
	}
	today := users.DateOf(r.At.In(in))
	switch {
	case day < today.AddDays(least):
		return nil, badInput(field, errNotToCome)
	case day > today.AddDays(MaxForecastDays):
		return nil, badInput(field, errTooFar)
	}
	return in, nil
}

// PreviewOn is [Preview] as of the beginning of a day to come in the account's time zone: after
// all that is due until then, see [Forecast]. The plan names the day and is to look at:
// [Plan.Decide] refuses it, since the account will have changed. An Invite in it is one of that
// day.
func PreviewOn(s Snapshot, r Request, day users.Date) (Plan, error) {
	in, refusal := s.toCome(r, "day", day, 1)
	if refusal != nil {
		return Plan{}, refusal
	}
	now, revision := r.At, s.Account.Revision
	r.At = day.Start(in)
	s, _ = Forecast(s, r)
	p, err := Preview(s, r)
	if err != nil {
		return Plan{}, err
	}
	p.Day, p.At, p.Revision = day, now, revision
	p.Before.Revision, p.Before.Sequence = 0, 0
	return p, nil
}

// Starts returns the last day on which an invitation of the request goes out; empty: all go out
// today. The snapshot of a [Preview] must reach it, see [Need.AheadTo].
func (r Request) Starts() (last users.Date) {
	for _, c := range r.Commands {
		var day users.Date
		switch c := withoutConditions(c).(type) {
		case Invite:
			day = c.Start
		case Schedule:
			day = c.Start
		}
		if day.Check() == nil { // else the command is refused
			last = max(last, day)
		}
	}
	return last
}

// warn marks the steps whose users will find no free seat on their day.
func (p *Plan) warn(s Snapshot, r Request, c Change) {
	r.At = time.Time{}
	for _, u := range slices.Concat(c.Created, c.Updated) {
		r.At = later(r.At, u.Start.At)
	}
	if r.At.IsZero() {
		return
	}
	_, events := Forecast(s.Apply(c), r)
	for _, e := range events {
		if !e.missesStart() {
			continue
		}
		for i := range p.Steps {
			step := &p.Steps[i]
			step.NoRoom = step.NoRoom || step.Outcome.User == e.User && step.plansStart()
		}
	}
}

// plansStart reports whether the step sets the day of a start.
func (p Planned) plansStart() bool {
	start := Request{Commands: []Command{p.Command}}.Starts()
	return start != "" && p.Outcome.Refusal == nil && !p.Outcome.Unchanged
}
