package seats

import (
	"cmp"
	"encoding/json"
	"iter"
	"slices"
	"time"

	"github.com/seatkeeper/seatkeeper/users"
)

// A WaitingList is the order of a queue, see [Queue]. The value is immutable, so that copies share it.
// The users have the places, as [users.User].Wait and as [users.User].CoursePlaces.
type WaitingList struct{ list *[]Waiting }

// Waiting is a user with a place in a queue.
type Waiting struct {
	User users.ID   `json:"user"`
	Turn time.Time  `json:"turn"`          // see [users.Wait]
	Role users.Role `json:"role,omitzero"` // of the site pool; an exempt one is served at once
	Asks bool       `json:"asks,omitzero"` // waits for an approval
}

// MaxWaiting is the most places in a queue, requests included. Beyond, a full pool is answered as under
// [Refuse]. Each course has a queue of its own.
const MaxWaiting = 1000

// LongWait is the age of a turn from which a place goes before the commands of a call, see [Queue]. A priority counts, as in
// [users.Wait].
const LongWait = 30 * 24 * time.Hour

// MaxServed is the most places that one commit serves in the queue for seats, and in those of all courses, each at least one. The
// others follow at once in further ones.
const MaxServed = 100

// compare orders the places: requests come last, in their own order.
func (w Waiting) compare(x Waiting) int {
	if w.Asks != x.Asks {
		if w.Asks {
			return 1
		}
		return -1
	}
	return cmp.Or(w.Turn.Compare(x.Turn), cmp.Compare(w.User, x.User))
}

// WaitingOf returns the list of these places, each user once.
func WaitingOf(places ...Waiting) WaitingList {
	if len(places) == 0 {
		return WaitingList{}
	}
	list := slices.SortedFunc(slices.Values(places), Waiting.compare)
	return WaitingList{&list}
}

func (w WaitingList) all() []Waiting {
	if w.list == nil {
		return nil
	}
	return *w.list
}

// All lists the places in order: approved ones, then the requests. Users of exempt roles are served before all others.
func (w WaitingList) All() iter.Seq[Waiting] { return slices.Values(w.all()) }

// Position returns the place of the user, from 1 on, among those that are served or among the requests; 0:
// none.
func (w WaitingList) Position(id users.ID) int {
	n, asks := 0, false
	for _, p := range w.all() {
		if p.Asks && !asks {
			n, asks = 0, true
		}
		if n++; p.User == id {
			return n
		}
	}
	return 0
}

// Approved returns the number of places that are served.
func (w WaitingList) Approved() int {
	n, _ := slices.BinarySearchFunc(w.all(), true, func(p Waiting, _ bool) int {
		if p.Asks {
			return 0
		}
		return -1
	})
	return n
}

// served lists the approved places whose turn is not after an instant, zero: all, in the order of service: exempt roles come
// before the others.
func (w WaitingList) served(exempt RoleSet, turn time.Time) iter.Seq2[users.ID, bool] {
	return func(yield func(id users.ID, needsSeat bool) bool) {
		for _, needsSeat := range []bool{false, true} {
			for _, place := range w.all()[:w.Approved()] {
				if !turn.IsZero() && place.Turn.After(turn) {
					break
				}
				if exempt.Has(place.Role) != needsSeat && !yield(place.User, needsSeat) {
					return
				}
			}
		}
	}
}

// first returns the IDs of the first places that are served, at most so many.
func (w WaitingList) first(exempt RoleSet, most int) (ids []users.ID) {
	for id := range w.served(exempt, time.Time{}) {
		if len(ids) == most {
			break
		}
		ids = append(ids, id)
	}
	return ids
}

// hasRoom reports whether there is room for one more place.
func (w WaitingList) hasRoom() bool { return len(w.all()) < MaxWaiting }

// with returns the list with the place of a user as it is now, if there is one.
func (w WaitingList) with(id users.ID, place Waiting, waits bool) WaitingList {
	list := slices.DeleteFunc(slices.Clone(w.all()), func(p Waiting) bool { return p.User == id })
	if waits {
		i, _ := slices.BinarySearchFunc(list, place, Waiting.compare)
		list = slices.Insert(list, i, place)
	}
	if len(list) == 0 {
		return WaitingList{}
	}
	return WaitingList{&list}
}

// MarshalJSON returns the places as a list.
func (w WaitingList) MarshalJSON() ([]byte, error) { return json.Marshal(w.all()) }

// UnmarshalJSON reads a list of places.
func (w *WaitingList) UnmarshalJSON(text []byte) error {
	var list []Waiting
	if err := users.ReadJSON(text, &list); err != nil {
		return err
	}
	*w = WaitingOf(list...)
	return nil
}

// waiting returns the queue for the seats of a pool.
func (v *evaluation) waiting(id PoolID) WaitingList { return v.pools.of(id).Waiting }

// queued returns the effect by which a user gets a place in the queue in the place of a seat, if
// the policy has one.
func (v *evaluation) queued(u users.User) *effect {
	if !v.account.Policy.queues() || !u.Waits() && !v.waiting(Site).hasRoom() {
		return nil
	}
	next := v.withStatus(u, users.Inactive)
	if u.Status == users.Archived {
		next.LeftAs = u.ArchivedAs
	}
	next.Start = users.Start{}
	wait := users.Wait{Since: v.at, Reason: v.request.Reason}
	if u.Waits() { // and asks
		wait = *u.Wait
		wait.Asks = false
	} else {
		next = v.leavesFromNow(next)
	}
	next.Wait = &wait
	return &effect{kind: EventQueued, user: next}
}

// servesNext returns the user of the queue of a pool to be served now, of those whose turn is not after an instant: one without
// need of a seat, else the next if a seat is free or the pool can grow.
func (v *evaluation) servesNext(pool PoolID, turn time.Time) (next users.ID, ok bool) {
	p := v.pools.of(pool)
	if p.Waiting == (WaitingList{}) || !v.account.Closed.IsZero() {
		return "", false
	}
	if _, ended := v.givenOut(p, FromAssignment); ended != nil {
		return "", false
	}
	for id, needsSeat := range p.Waiting.served(v.account.Policy.exemptOf(pool), turn) {
		if !needsSeat || p.Available() != Of(0) {
			return id, true
		}
		least, most := v.account.Policy.order()
		return id, v.account.Policy.growthOf(pool).seats(p, 1, least, most) > 0
	}
	return "", false
}

// serve gives the free seats of the loaded pools to their queues, up to a turn; zero: all. It tells of each row, and reports
// whether it is done: if the next user is still to be loaded the pool falls due at once, so that [Settle] goes on.
func (v *evaluation) serve(turn time.Time, seated func(row)) (done bool) {
	done = true
	for _, p := range v.queues() {
		done = v.serveQueue(p.ID, turn, seated) && done
	}
	return done
}

// serveQueue serves the queue of a pool in its order.
func (v *evaluation) serveQueue(pool PoolID, turn time.Time, seated func(row)) (done bool) {
	for {
		id, ok := v.servesNext(pool, turn)
		if !ok {
			if turn.IsZero() {
				v.servesAt(pool, time.Time{})
			}
			return true
		}
		u, ok := v.people.find(id)
		switch s := u.Schedule; {
		case !ok:
			v.servesAt(pool, v.request.At)
			return false
		case pool != Site:
			place, _ := u.CoursePlace(string(pool))
			f, _ := v.assigned(EventSeated, u, v.pools.of(pool), place.Number, place.DueDate)
			v.apply(f)
			seated(v.row(f.licence.ID()))
		case s.Date != "" && !s.At.After(v.request.At): // of many leavers at this instant
			v.apply(leavesQueue(u))
		default:
			next, _, _ := v.nextStatus(users.ActionReactivate, u)
			f := v.back(EventSeated, u, next, u.LeftAs == users.NoStatus)
			f.instead = nil
			v.apply(f)
			seated(v.row(users.LicenceID{User: u.ID}))
		}
	}
}

// leavesQueue returns the effect of the day of a leave on a waiting user.
func leavesQueue(u users.User) effect {
	s := u.Schedule
	u.Wait, u.Schedule = nil, users.Schedule{}
	return effect{kind: EventUnqueued, user: u, date: s.Date, dateAs: s.As, actor: s.By}
}

// serveNeeds adds the next users of the queues to a need, and reports whether that is a change.
func (n *Need) serveNeeds(s Snapshot) (added bool) {
	for _, id := range nextServed(s.Account.Policy, s.Pools) {
		if !slices.Contains(n.Users, id) {
			n.Users, added = append(n.Users, id), true
		}
	}
	return added
}

// quiet are the actions that free no seat and whose refusals have no remedies, which could bring one.
var quiet = users.In(users.ActionSignIn)

// serveCall gives the seats that a call left free to the queues.
func (v *evaluation) serveCall() {
	switch {
	case len(v.events) == 0:
	case !v.request.Unfinished:
		v.serveAside(time.Time{})
	default:
		for _, p := range v.queues() {
			if _, serves := v.servesNext(p.ID, time.Time{}); serves {
				v.servesAt(p.ID, v.request.At.Add(unfinishedTerm))
			}
		}
	}
}

// tryInCall is try, after which the places that have waited for [LongWait] get the free seats before the next command of the
// call.
func (v *evaluation) tryInCall(c Command) (Outcome, *Refusal) {
	o, refusal := v.try(c)
	if refusal == nil && len(v.events) > 0 {
		v.serveAside(v.request.At.Add(-LongWait))
	}
	return o, refusal
}

// serveAside is serve by the system, beside the commands of a call.
func (v *evaluation) serveAside(turn time.Time) bool {
	r, index, personal := v.request, v.index, v.personal
	v.request = Request{Actor: users.System(), Channel: ByClock, At: r.At, Zones: r.Zones, Change: r.Change, Correlation: r.Correlation}
	v.index, v.personal = 0, nil
	done := v.serve(turn, func(row) {})
	v.request, v.index, v.personal = r, index, personal
	return done
}

// unfinishedTerm is the time that a call of several commits has between two of them, before the queue
// takes the seats that it has freed.
const unfinishedTerm = time.Minute
