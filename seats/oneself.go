package seats

import "github.com/seatkeeper/seatkeeper/users"

// shuttingOut are the actions by which users of the account would shut themselves out. An owner who ends
// their own ownership stays an admin beside another owner.
var shuttingOut = users.In(users.ActionDeactivate, users.ActionArchive, users.ActionDelete, users.ActionChangeRole)

// permits reports whether the actor may do the action to the user, who may be the actor.
func (v *evaluation) permits(a users.Action, u users.User) bool {
	return !v.byAccountUser() || u.ID != v.request.Actor.User || v.account.Policy.onOneself(a)
}

// acted is what a bulk call has done to its own actor. The zero value is nothing.
type acted struct{ before, after users.Segment }

// then adds an event about the actor. What others did in between counts from then on.
func (a acted) then(e Event) acted { return acted{a.without(e.Before), e.After} }

// without returns the segment of the actor of now without what the call has done.
func (a acted) without(now users.Segment) users.Segment {
	if now.Status == a.after.Status {
		now.Status = a.before.Status
	}
	if now.Role == a.after.Role {
		now.Role = a.before.Role
	}
	return now
}

// Following returns the request for the next part of a bulk call, after the decision of this part was
// committed. The actor counts as if the call had not touched them; what others do to the actor counts from
// the next part on.
func (r Request) Following(d Decision) Request {
	for _, events := range [][]Event{d.Repeated, d.Change.Events} {
		r.acted = r.acted.by(r.Actor, events)
	}
	return r
}

// by adds the events about the actor among those of the call.
func (a acted) by(actor users.Actor, events []Event) acted {
	for _, e := range events {
		if e.User == actor.User && e.User != "" && e.Before != e.After {
			a = a.then(e)
		}
	}
	return a
}

// inBulk lets the actor count as before the call, so that no result depends on the place of another
// command in it.
func (v *evaluation) inBulk(past []Event) *evaluation {
	r := v.request
	done := r.acted
	for _, e := range past {
		if r.Key != "" && e.Key == r.Key && e.Index >= r.Index { // of this part
			done = done.by(r.Actor, []Event{e})
		}
	}
	v.bulk, v.standing = true, done.without(v.people.of(r.Actor.User).Segment())
	return v
}

// moved lets the actor, who was in that segment before a step of a remedy, count as after it: remedies come before the call.
func (v *evaluation) moved(was users.Segment) {
	v.standing = acted{before: v.people.of(v.request.Actor.User).Segment(), after: was}.without(v.standing)
}

// acting returns the row of the actor; zero for support, the system and a sync.
func (v *evaluation) acting() users.User {
	u := v.people.of(v.request.Actor.User)
	if v.bulk {
		u.Status, u.Role = v.standing.Status, v.standing.Role
	}
	return u
}
