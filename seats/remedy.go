package seats

import (
	"maps"
	"slices"
	"time"

	"github.com/seatkeeper/seatkeeper/users"
)

// Remedies are found by trying: the steps are carried out on a copy of the account, then the
// whole call, and all of it must pass. A call is tried less than ten times; under CreateInactive
// once more for each binary digit of the number of missing seats; and twice as often if it
// brings a user back too late.

// A whatIf is a refused call on the state before it.
type whatIf struct {
	before   *evaluation
	call     []Command
	scope    []Command         // the users of a trial are those of the call and of ways to another owner
	place    int               // of the first command in the request
	replaced []int             // places of commands with moves in their place
	named    map[users.ID]bool // users of the call; a step that only counts users excludes them
	policies []Policy          // the account's, and those of the call
	returns  bool              // the refused command returns seats, so that buying is no remedy
	// Under CreateInactive an invitation without a seat makes an inactive user, or takes a seat
	// of a remedy. A call can count on either; here it counts on the inactive user.
	overflows bool
	// early are ways back in the call after it took their seats away. Before the call they need
	// no seat in it.
	early []move
}

// A move is a step with its command; a step that only counts users has none.
type move struct {
	Step
	command Command
}

// A shortage measures how many seats of each pool a call lacks.
type shortage struct {
	seats     map[PoolID]int64 // of the site pool, for a seat for every invited user
	grown     map[PoolID]int64 // by which the pools grew in the call: an order of seats takes their place
	otherWays map[PoolID]bool  // fewer of the pool may do: otherwise a user would be created inactive, or wait for a course
	overflows bool             // such a user is created inactive, and needs no seat
}

// runsShort notes a need of n more seats at this point of a call. While a shortage is measured it
// reports true, and the call goes on as if they were there.
func (v *evaluation) runsShort(id PoolID, n int64, otherWay bool) bool {
	if v.shortage == nil || otherWay && v.shortage.overflows {
		return false
	}
	if otherWay {
		v.shortage.otherWays[id] = true
	}
	v.shortage.seats[id] = max(v.shortage.seats[id], n)
	return true
}

// measure returns a copy of the state before the call that measures its shortage.
func (w whatIf) measure() *evaluation {
	d := w.fork()
	d.shortage = &shortage{seats: map[PoolID]int64{}, grown: map[PoolID]int64{}, otherWays: map[PoolID]bool{}, overflows: w.overflows}
	return d
}

// atDoor are the actions of the host for a person at the door, who can do nothing in the account.
var atDoor = users.In(users.ActionSignIn, users.ActionJoin)

// remedies returns the remedies of a refused call, in the state before it.
func (v *evaluation) remedies(call []Command, refusal *Refusal) Remedies {
	returns := refusal.Action == users.ActionReturnSeats
	if atDoor.Has(refusal.Action) {
		return nil
	}
	if refusal.Code != ErrNoSeats && !(returns && refusal.Code == ErrOrderSize) && !refusal.liftable() {
		return nil
	}
	w := whatIf{before: v, call: call, place: v.request.Index, named: v.named(call), policies: []Policy{v.account.Policy}, returns: returns}
	if len(call) == 1 {
		w.place = refusal.Index
	}
	w.scope = append(slices.Clone(call), w.grants()...)
	for _, c := range call {
		if c, ok := withoutConditions(c).(SetPolicy); ok {
			w.policies = append(w.policies, c.Policy)
		}
	}
	found := w.remedies()
	if len(found) == 0 && v.account.Policy.overflows() {
		w.overflows = true
		found = w.remedies()
	}
	return found
}

// remedies returns the remedies of the call.
func (w whatIf) remedies() Remedies {
	rest, moves, ok := w.lifted()
	if !ok {
		return nil
	}
	lacks, toBuy := rest.shortfall(moves)
	found := rest.withSeats(lacks, toBuy, moves)
	if len(found) > 0 || len(w.early) > 0 {
		return found
	}
	if w.early = rest.tooLate(lacks, moves); len(w.early) == 0 {
		return nil
	}
	return w.remedies()
}

// withSeats returns the remedies by the seats lacking in each pool, to be freed or bought, and then
// the moves. Seats of several pools are bought together.
func (w whatIf) withSeats(lacks, toBuy map[PoolID]int64, moves []move) Remedies {
	if len(lacks) == 0 {
		return w.try(moves)
	}
	var found Remedies
	var orders, asked []move
	grants := slices.ContainsFunc(moves, func(m move) bool { return m.Action == users.ActionGrantOwnership })
	for _, pool := range slices.Sorted(maps.Keys(lacks)) {
		n := lacks[pool]
		for _, a := range freeing(pool) {
			if len(lacks) == 1 && !grants { // else the leavers might be the next owners
				found = append(found, w.try(moves, move{Step: Step{Action: a, Count: n, Pool: pool}})...)
			}
		}
		orders = append(orders, w.before.orders(pool, toBuy[pool])...)
		asked = append(asked, buying(pool, toBuy[pool]).byVendor())
	}
	if w.returns {
		return found
	}
	for _, own := range []Remedies{w.try(moves, orders...), w.try(orders, moves...)} {
		if len(own) > 0 {
			return append(found, own...)
		}
	}
	return append(found, w.try(moves, asked...)...)
}

// tooLate returns the ways back in the call that are refused in spite of the lacking seats before
// it; none if the call is refused for anything else.
func (w whatIf) tooLate(lacks map[PoolID]int64, moves []move) (late []move) {
	d := w.fork()
	d.grow(lacks)
	for _, m := range moves {
		w.carryOut(d, m)
	}
	for _, c := range w.call {
		_, refusal := d.tryInCall(c)
		if refusal == nil {
			continue
		}
		if refusal.Code != ErrNoSeats || !waysBack.Has(c.Action()) {
			return nil
		}
		if m := moveOf(c); !slices.Contains(late, m) {
			late = append(late, m)
		}
	}
	return late
}

// try returns the remedy of bringing seats first and then making the moves, if it is one.
func (w whatIf) try(moves []move, first ...move) Remedies {
	moves = slices.Concat(first, moves)
	if len(moves) == 0 || !w.passes(w.fork(), moves) {
		return nil
	}
	r := Remedy{Replaces: w.replaced}
	for _, m := range moves {
		r.Steps = append(r.Steps, m.Step)
	}
	return Remedies{r}
}

// fork returns a copy of the state before the call.
func (w whatIf) fork() *evaluation { return w.before.fork(w.scope) }

// passes reports whether the moves can be carried out and the whole call passes then.
func (w whatIf) passes(d *evaluation, moves []move) bool {
	for _, m := range moves {
		if !w.carryOut(d, m) {
			return false
		}
	}
	for _, c := range w.call {
		if _, refusal := d.tryInCall(c); refusal != nil {
			return false
		}
	}
	return true
}

// carryOut does a move, after which the queue gets the free seats, and reports whether it could be done and
// changed anything.
func (w whatIf) carryOut(d *evaluation, m move) bool {
	if m.command == nil {
		return w.freeUp(d, m.Step) && d.serveAside(time.Time{})
	}
	actor := d.request.Actor
	if m.Vendor {
		d.request.Actor = users.Support("vendor")
	}
	was := d.people.of(actor.User).Segment()
	o, refusal := d.try(m.command)
	d.request.Actor = actor
	d.moved(was)
	return refusal == nil && !o.Unchanged && d.serveAside(time.Time{})
}

// shortfall returns how many more seats of each pool the call needs to pass after the moves, and how
// many must be bought: those come in the place of a growth up to its ceiling.
func (w whatIf) shortfall(moves []move) (lacks, toBuy map[PoolID]int64) {
	measured := w.measure()
	w.passes(measured, moves)
	lacks = measured.shortage.seats
	least, most := lacks[Site], lacks[Site]
	if measured.shortage.otherWays[Site] {
		least = 0
	}
	w.leaveOut(lacks, measured.shortage.otherWays, moves)
	// Each further seat is one more user's, so that the call passes from some number on.
	for least < most {
		lacks[Site] = least + (most-least)/2
		d := w.fork()
		d.grow(lacks)
		if w.passes(d, moves) {
			most = lacks[Site]
		} else {
			least = lacks[Site] + 1
		}
	}
	if lacks[Site] = least; least == 0 {
		delete(lacks, Site)
	}
	for id := range lacks {
		lacks[id] += int64(measured.waiting(id).Approved()) // who are served first
	}
	toBuy = maps.Clone(lacks)
	for id := range toBuy {
		toBuy[id] += measured.shortage.grown[id]
	}
	return lacks, toBuy
}

// leaveOut leaves out the courses for which the users of the call may as well wait.
func (w whatIf) leaveOut(lacks map[PoolID]int64, otherWays map[PoolID]bool, moves []move) {
	for id := range otherWays {
		if id == Site {
			continue
		}
		n, d := lacks[id], w.fork()
		delete(lacks, id)
		if d.grow(lacks); !w.passes(d, moves) {
			lacks[id] = n
		}
	}
}

// grow adds seats to the pools.
func (v *evaluation) grow(seats map[PoolID]int64) {
	for id, n := range seats {
		p := v.pools.of(id)
		p.Total.n += n
		v.pools.put(id, []Pool{p})
	}
}

// maxOrders is how many orders a remedy has at most if the policy bounds one.
const maxOrders = 10

// orders returns the orders by which the actor gets n more seats of a pool.
func (v *evaluation) orders(pool PoolID, n int64) (orders []move) {
	least, most := int64(1), int64(MaxSeats)
	if v.byAccountUser() {
		least, most = v.account.Policy.order()
	}
	for ; n > 0 && len(orders) < maxOrders; n -= most {
		orders = append(orders, buying(pool, min(max(n, least), most)))
	}
	return orders
}

func buying(pool PoolID, n int64) move {
	return move{Step{Action: users.ActionBuySeats, Count: n, Pool: pool}, BuySeats{pool, n}}
}

// freeing returns the actions by which users chosen by the actor free a seat of a pool each.
func freeing(pool PoolID) []users.Action {
	if pool == Site {
		return leaving.Members()
	}
	return []users.Action{users.ActionUnassignCourse, users.ActionArchive}
}

// freeUp carries a step out that only counts users, and reports whether the actor can do it to so
// many. It reads the tally, without loading users. The tally can't tell a sync the number of its
// users.
func (w whatIf) freeUp(d *evaluation, s Step) bool {
	if grant, _ := d.authority(s.Action); grant != anyUser || !d.account.allows(d.request.Actor.Kind, s.Action) {
		return false
	}
	others := d.account.Tally
	for id := range w.named {
		others.Add(w.before.people.of(id).Segment(), -1)
	}
	p := d.pools.of(s.Pool)
	if s.Pool == Site {
		left := w.putOut(d, others, s.Action, s.Count)
		p.Held = d.account.held(p.Reserved)
		d.pools.put(Site, []Pool{p})
		return left == 0
	}
	p.Held -= s.Count
	d.pools.put(s.Pool, []Pool{p})
	return s.Count <= w.mayReturn(others, s.Action, s.Pool)
}

// putOut lets n other users leave by an action, and returns how many of these are lacking.
func (w whatIf) putOut(d *evaluation, others users.Tally, a users.Action, n int64) int64 {
	for _, s := range users.Segments() {
		if !w.frees(a, s) {
			continue
		}
		leave := min(n, others.Of(s))
		after := s
		after.Status, after.Unsent = transitionOf(a, s.Status).to, false
		d.account.Tally.Add(s, -leave)
		d.account.Tally.Add(after, leave)
		n -= leave
	}
	return n
}

// mayReturn returns how many other users are certain to return a licence of the course by an
// action of the actor. Neither tally nor pool tells the holders: all users beyond the actor's reach
// count as holders, and so do users of the call with licences unknown.
func (w whatIf) mayReturn(others users.Tally, a users.Action, course PoolID) int64 {
	n := w.before.pools.of(course).Held
	for _, s := range users.Segments() {
		if holdsLicences.Has(s.Status) && !w.reaches(a, s) {
			n -= others.Of(s)
		}
	}
	known := Needs(w.before.account.ID, w.before.request.Actor, w.call...).Licences
	for id := range w.named {
		held, _ := uses(w.before.latest(id, course))
		if !slices.Contains(known, id) && holdsLicences.Has(w.before.people.of(id).Status) {
			held = 1
		}
		n -= held
	}
	return n
}

// holdsLicences are the statuses of users with unstarted licences.
var holdsLicences = users.In(users.Invited, users.Active, users.Inactive)

// frees reports whether the actor can put out a user of that segment and free a seat by it, under
// every policy of the call.
func (w whatIf) frees(a users.Action, s users.Segment) bool {
	possible := w.reaches(a, s)
	for _, p := range w.policies {
		possible = possible && p.holds(s)
	}
	return possible
}

// reaches reports whether the actor can do an action to every user of that segment.
func (w whatIf) reaches(a users.Action, s users.Segment) bool {
	actor, policy := w.before.request.Actor, w.policies[0]
	ofOwner := s.Role == users.Owner && (unsettling.Has(a) || !mayTouchOwner(actor.Kind, w.before.acting().Role))
	return !ofOwner && !(w.before.byAccountUser() && (policy.locks(a, s) || !policy.offers(a, s)))
}
