package seats

import (
	"slices"

	"github.com/seatkeeper/seatkeeper/internal/rules"
	"github.com/seatkeeper/seatkeeper/users"
)

// Remedies are found by trying. What could be done first is carried out on a copy of the
// account, then the whole call; a remedy is given only if all of that passes. A call is
// tried less than ten times, and where users are created inactive about as often again as
// the number of missing seats has binary digits; and all of that twice where the call brings
// somebody back too late.

// A whatIf is a refused call on the state before it.
type whatIf struct {
	desk *evaluation // before the call
	call []Command
	// Those whom the call names are not for a step that says only how many: the call may
	// count on them.
	named    map[users.ID]bool
	policies []Policy // the account's, and those that the call sets
	// Whether an invitation without a seat leads to an inactive user while the lack is
	// measured, or takes the seat that is to be had. A call can count on either.
	overflows bool
	// The ways back in the call that it comes to only after it took the seats for them away.
	// Done before the call they need no seat in it.
	ahead []Step
}

// A lack is how many seats of the site pool a call needs beyond those that are there.
type lack struct {
	needed    int64 // so that it passes with all seated whom it invites
	otherWays bool  // it may do with fewer: somebody seated would otherwise be created inactive
	overflows bool  // who would be created inactive is
}

// lacks notes that n more seats are needed at this point of a call, and reports whether to
// go on as if they were there: so it is while a lack is measured, and only then. What has
// another way without a seat is not in need of one.
func (v *evaluation) runsShort(id PoolID, n int64, otherWay bool) bool {
	if v.lack == nil || id != Site || otherWay && v.lack.overflows {
		return false
	}
	if otherWay {
		v.lack.otherWays = true
	}
	v.lack.needed = max(v.lack.needed, n)
	return true
}

// remedies returns what the actor of a refused call, or the vendor for him, could do so
// that all of it passes: within his rights, the policy's bounds and what is there. The
// evaluation is in the state before the call.
func (v *evaluation) remedies(call []Command, refusal *Refusal) Remedies {
	order := refusal.Code == ErrOrderSize && refusal.Action == users.ActionReturnSeats
	if refusal.Code != ErrNoSeats && !order && remedyActions[refusal.Code] == 0 {
		return nil
	}
	t := whatIf{desk: v, call: call, named: v.named(call), policies: []Policy{v.account.Policy}}
	for _, c := range call {
		if c, ok := c.(SetPolicy); ok {
			t.policies = append(t.policies, c.Policy)
		}
	}
	found := t.remedies(order)
	if len(found) == 0 && v.account.Policy.overflows() {
		t.overflows = true
		found = t.remedies(order)
	}
	return found
}

// remedies returns what makes the call pass; of an order to give seats back, without buying
// them.
func (w whatIf) remedies(order bool) Remedies {
	steps, passes := w.stepsBack()
	if !passes {
		return nil
	}
	n := w.shortfall(steps)
	found := w.room(n, steps, order)
	if len(found) > 0 || len(w.ahead) > 0 {
		return found
	}
	if w.ahead = w.late(n, steps); len(w.ahead) == 0 {
		return nil
	}
	return w.remedies(order)
}

// room returns the ways to n more seats, each followed by the steps, by which the call
// passes.
func (w whatIf) room(n int64, steps []Step, order bool) Remedies {
	if n == 0 {
		return w.try(nil, steps)
	}
	var found Remedies
	for _, a := range leaving.Members() {
		found = append(found, w.try([]Step{{Action: a, Count: n}}, steps)...)
	}
	if order {
		return found
	}
	if own := w.try(w.desk.orders(n), steps); len(own) > 0 {
		return append(found, own...)
	}
	return append(found, w.try([]Step{{Action: users.ActionBuySeats, Count: n, Vendor: true}}, steps)...)
}

// late returns the ways back in the call that are refused for want of a seat even though n
// more were there before the call; none if anything else of it is refused.
func (w whatIf) late(n int64, steps []Step) (late []Step) {
	d := w.fork()
	d.grow(n)
	for _, s := range steps {
		w.carryOut(d, s)
	}
	for _, c := range w.call {
		_, refusal := d.try(c)
		if refusal == nil {
			continue
		}
		s := Step{Action: c.Action(), Count: 1, User: refusal.User}
		if refusal.Code != ErrNoSeats || !remedyActions[ErrWrongStatus].Has(s.Action) {
			return nil
		}
		if !slices.Contains(late, s) {
			late = append(late, s)
		}
	}
	return late
}

// try returns the remedy of these steps, if it is one.
func (w whatIf) try(first, then []Step) Remedies {
	steps := append(first, then...)
	if len(steps) == 0 || !w.passes(w.fork(), steps) {
		return nil
	}
	return Remedies{{steps}}
}

// fork returns a copy of the state before the call.
func (w whatIf) fork() *evaluation { return w.desk.fork(w.call) }

// passes reports whether the steps can be carried out and the whole call passes then.
func (w whatIf) passes(d *evaluation, steps []Step) bool {
	for _, s := range steps {
		if !w.carryOut(d, s) {
			return false
		}
	}
	for _, c := range w.call {
		if _, refusal := d.try(c); refusal != nil {
			return false
		}
	}
	return true
}

// carryOut does a step, and reports whether that could be done and was anything new.
func (w whatIf) carryOut(d *evaluation, s Step) bool {
	if leaving.Has(s.Action) {
		return w.freeUp(d, s.Action, s.Count)
	}
	actor := d.request.Actor
	if s.Vendor {
		d.request.Actor = users.Support("vendor")
	}
	o, refusal := d.try(s.command())
	d.request.Actor = actor
	return refusal == nil && !o.Unchanged
}

// command returns the command that a step stands for, unless that says only how many.
func (s Step) command() Command {
	switch s.Action {
	case users.ActionBuySeats:
		return BuySeats{Quantity: s.Count}
	case users.ActionReactivate:
		return Reactivate{s.User}
	case users.ActionRestore:
		return Restore{s.User}
	case users.ActionApprove:
		return Approve{s.User}
	case users.ActionEndOwnership:
		return EndOwnership{s.User}
	}
	return Notify{s.User}
}

// remedyActions are the commands about the user in the way that could lift a refusal.
var remedyActions = map[Code]users.Set[users.Action]{
	ErrDuplicate:         users.In(users.ActionReactivate, users.ActionRestore),
	ErrWrongStatus:       users.In(users.ActionReactivate, users.ActionRestore),
	ErrNotApproved:       users.In(users.ActionApprove),
	ErrInvitationExpired: users.In(users.ActionNotify),
	ErrOwnerProtected:    users.In(users.ActionEndOwnership),
}

// remedyActions returns what lifts the refusals of the call that are not for want of seats, in
// the order in which they come up, and whether all of them are lifted. It does not yet
// say that these steps can be carried out before the call: trying them does.
func (w whatIf) stepsBack() (steps []Step, passes bool) {
	d := w.fork()
	d.lack = &lack{overflows: w.overflows}
	for _, s := range w.ahead {
		if !w.carryOut(d, s) {
			return nil, false
		}
		steps = append(steps, s)
	}
	for _, c := range w.call {
		// Every cure brings its user one status further in or ends an ownership, so that this
		// ends. One user can be in the way more than once: who comes out of the archive may be
		// inactive, and who is asked in again not be approved.
		for _, refusal := d.try(c); refusal != nil; _, refusal = d.try(c) {
			cure, found := w.remedyFor(d, refusal)
			if !found {
				return nil, false
			}
			steps = append(steps, cure)
		}
	}
	return steps, true
}

// cure carries out what may lift a refusal, and reports whether there is anything.
func (w whatIf) remedyFor(d *evaluation, refusal *Refusal) (Step, bool) {
	out := leaving.Has(refusal.Action) || refusal.Action == users.ActionErase
	if out != (refusal.Code == ErrOwnerProtected) {
		return Step{}, false // nobody is brought back to be put out, and an ownership ends for nothing else
	}
	for _, a := range remedyActions[refusal.Code].Members() {
		s := Step{Action: a, Count: 1, User: refusal.User}
		if w.carryOut(d, s) {
			return s, true
		}
		if s.Vendor = a == users.ActionEndOwnership; s.Vendor && w.carryOut(d, s) {
			return s, true
		}
	}
	return Step{}, false
}

// lack returns how many more seats it takes for the call to pass after the steps.
func (w whatIf) shortfall(steps []Step) int64 {
	measured := w.fork()
	measured.lack = &lack{overflows: w.overflows}
	w.passes(measured, steps)
	least, most := measured.lack.needed, measured.lack.needed
	if measured.lack.otherWays {
		least = 0
	}
	// With one seat more one user more is seated, so that the numbers which do are those from
	// one on.
	for least < most {
		n := least + (most-least)/2
		d := w.fork()
		d.grow(n)
		if w.passes(d, steps) {
			most = n
		} else {
			least = n + 1
		}
	}
	return least
}

// grow adds seats to the site pool.
func (v *evaluation) grow(n int64) {
	p := v.pools[Site]
	p.Total.n += n
	v.pools[Site] = p
}

// maxOrders is how many orders a remedy has at most, where the policy bounds one.
const maxOrders = 10

// orders returns the orders by which the actor would get n more seats.
func (v *evaluation) orders(n int64) (steps []Step) {
	least, most := int64(1), int64(MaxSeats)
	if v.byAccountUser() {
		least, most = v.account.Policy.order()
	}
	for ; n > 0 && len(steps) < maxOrders; n -= most {
		steps = append(steps, Step{Action: users.ActionBuySeats, Count: min(max(n, least), most)})
	}
	return steps
}

// free lets n people leave by that action, any whom the actor may put out, and reports
// whether there are so many. Nobody of them need be loaded: they follow from the tally. A
// sync can't tell from that how many of them are its own.
func (w whatIf) freeUp(d *evaluation, a users.Action, n int64) bool {
	if grant, _ := d.authority(a); grant != rules.Anyone {
		return false
	}
	named := users.Tally{}
	for id := range w.named {
		named.Add(w.desk.people[id].Segment(), 1)
	}
	for _, s := range users.Segments() {
		if !w.frees(a, s) {
			continue
		}
		leave := min(n, d.account.Tally.Of(s)-named.Of(s))
		after := s
		after.Status = rules.Next(a, s.Status).To
		d.account.Tally.Add(s, -leave)
		d.account.Tally.Add(after, leave)
		n -= leave
	}
	p := d.pools[Site]
	p.Held = d.account.held()
	d.pools[Site] = p
	return n == 0
}

// frees reports whether somebody of that standing can be put out by the actor and makes
// room by that, under every policy that the call meets.
func (w whatIf) frees(a users.Action, s users.Segment) bool {
	policy := w.policies[0]
	possible := s.Role != users.Owner && !(w.desk.byAccountUser() && (policy.locks(a, s) || !policy.offers(a, s)))
	for _, p := range w.policies {
		possible = possible && p.holds(s)
	}
	return possible
}
