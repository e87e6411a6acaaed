package seats

import (
	"maps"
	"slices"
	"time"

	"github.com/seatkeeper/seatkeeper/users"
)

// An evaluation is the state of an account while commands are decided, and the events so
// far.
type evaluation struct {
	request Request
	at      time.Time // of the events: now, or the account's last event if clocks jumped back
	base    uint64    // the revision that was loaded
	index   int       // of the current command
	// The personal fields of the current command, which are sealed; nil if the call has no key.
	personal map[string]any
	shortage *shortage // of seats, while remedies measure it

	nextDue time.Time // of the rows that are not loaded

	zone     string         // for which in was found
	in       *time.Location // see location
	account  Account
	pools    rows[PoolID, Pool]
	people   rows[users.ID, users.User]
	holders  few[users.Key, users.ID]
	licences map[users.ID][]users.Licence // by user, in order
	// Further users with the key of a holder: they share an address, or a new version of the
	// comparison form has made one key of two addresses.
	sharers map[users.Key][]users.ID

	past     map[int][]Event // of earlier calls with the request key, by the index of the command
	repeated []Event         // of past, those of the commands so far

	settings bool   // those of the account were changed
	misused  bool   // the earlier calls with the request key had another digest
	bulk     bool   // the actor counts as standing
	lost     Losses // by the commands so far, for a refusal of the whole call
	standing users.Segment
	joined   map[users.ID]PoolID // in an undo, the join codes by which the call created users

	events      []Event
	wasLicences map[users.LicenceID]users.Licence // the changed ones, as they were loaded
}

func newEvaluation(s Snapshot, r Request) *evaluation {
	v := &evaluation{
		request: r, at: later(r.At, s.Account.Changed), base: s.Account.Revision, account: s.Account, nextDue: s.NextDue,
		pools:   loadedRows(s.Pools, poolID, 0),
		people:  loadedRows(s.Users, userID, len(r.Commands)),
		holders: newFew[users.Key, users.ID](2*len(s.Users) + 2*len(r.Commands)), // most have an ID and an address
	}
	for _, l := range s.Licences {
		v.setLicences(l.User, append(v.licences[l.User], l))
	}
	if r.Key != "" {
		v.takePast(s.Past)
	}
	for i := range s.Users {
		v.takeKeys(&s.Users[i])
	}
	return v
}

// takePast notes the events of earlier calls with the request key.
func (v *evaluation) takePast(events []Event) {
	v.past = make(map[int][]Event)
	for _, e := range events {
		if e.Key == v.request.Key {
			v.past[e.Index] = append(v.past[e.Index], e)
			call, _ := e.digests()
			v.misused = v.misused || call != v.request.Digest
		}
	}
}

// takeKeys notes the keys of a user. A shared key is noted for all of its users.
func (v *evaluation) takeKeys(u *users.User) {
	for _, k := range u.TakenKeys() {
		if holder, taken := v.holders.get(k); !taken {
			v.holders.set(k, u.ID)
		} else if holder != u.ID {
			if v.sharers == nil {
				v.sharers = make(map[users.Key][]users.ID)
			}
			v.sharers[k] = append(v.sharers[k], u.ID)
		}
	}
}

// freeKeys frees the keys of a user. A shared key stays taken by the others.
func (v *evaluation) freeKeys(u *users.User) {
	for _, k := range u.TakenKeys() {
		sharers := v.sharers[k]
		switch i := slices.Index(sharers, u.ID); {
		case i >= 0:
			v.sharers[k] = slices.Delete(sharers, i, i+1)
		case len(sharers) > 0:
			v.holders.set(k, sharers[0])
			v.sharers[k] = sharers[1:]
		default:
			v.holders.delete(k)
		}
	}
}

// fork returns a copy of the evaluation for trying a call of the commands, see [evaluation.tryInCall]. Its users
// are those of the commands and the next of the queues.
func (v *evaluation) fork(commands []Command) *evaluation {
	named := v.named(commands)
	for _, id := range nextServed(v.account.Policy, v.queues()) {
		named[id] = true
	}
	return v.forkOf(slices.Sorted(maps.Keys(named)))
}

// forkOf returns a copy of the evaluation with these users, in order, and without events, so that its
// cost grows with them alone. Meanwhile v must not change.
func (v *evaluation) forkOf(named []users.ID) *evaluation {
	f := *v
	f.request.Commands, f.events = nil, nil
	f.pools, f.people, f.holders = v.pools.fork(), rows[users.ID, users.User]{}, few[users.Key, users.ID]{}
	f.sharers, f.licences, f.wasLicences = nil, nil, nil
	for _, id := range named {
		if all := v.licences[id]; all != nil {
			f.setLicences(id, all)
		}
		if u, ok := v.people.get(id); ok {
			f.people.set(id, u)
			f.takeKeys(&u.now[0])
		}
	}
	return &f
}

// named returns the users of the commands, and the actor.
func (v *evaluation) named(commands []Command) map[users.ID]bool {
	need := Needs(v.account.ID, v.request.Actor, commands...)
	named := make(map[users.ID]bool, len(need.Users))
	for _, id := range need.Users {
		named[id] = true
	}
	for _, k := range need.Keys {
		holder, _ := v.holders.get(k)
		named[holder] = true
		for _, id := range v.sharers[k] {
			named[id] = true
		}
	}
	return named
}

// try decides one command: the authority of the actor, the presence of the user, the
// effect, and then the seats. A refusal leaves the state as it was.
func (v *evaluation) try(c Command) (Outcome, *Refusal) {
	if !isPlain(c) {
		refusal := badInput("command", errCommand)
		return Outcome{Refusal: refusal}, refusal
	}
	outcome := Outcome{Action: c.Action(), User: c.target()}
	u, refusal := v.authorize(c)
	var f effect
	if refusal == nil {
		f, refusal = c.evaluate(v, u)
	}
	if refusal == nil {
		refusal = v.guard(f)
	}
	if refusal == nil {
		outcome, refusal = v.commitEffect(outcome, f)
	}
	if refusal != nil {
		refusal.Action = c.Action()
		if refusal.User == "" {
			refusal.User = c.target()
		}
		outcome.Refusal = refusal
	}
	return outcome, refusal
}

// commitEffect applies the effect of a command and completes its outcome.
func (v *evaluation) commitEffect(o Outcome, f effect) (Outcome, *Refusal) {
	if f.user.ID != "" {
		o.User = f.user.ID
	}
	before := v.people.of(o.User).Segment()
	if f.kind == "" {
		o.Before, o.After, o.Unchanged, o.Stale = before, before, true, f.stale
		if v.request.Key == "" {
			return o, nil
		}
		f = effect{kind: EventUnchanged, user: v.people.of(o.User)}
		if o.Stale {
			f.count = staleCount
		}
	}
	first := len(v.events)
	var beside int64
	if f.first != nil {
		beside, _ = v.apply(*f.first)
	}
	delta, refusal := v.apply(f)
	if refusal != nil && f.instead != nil {
		f = *f.instead
		delta, refusal = v.apply(f)
	}
	if refusal != nil {
		return o, refusal
	}
	if f.then != nil {
		if id := f.then.user.ID; id == "" || id == f.user.ID {
			f.then.user = v.people.of(f.user.ID)
		}
		if more, _ := v.apply(*f.then); f.then.pool == f.pool {
			beside += more
		}
	}
	for _, l := range f.licences {
		more, _ := v.apply(effect{kind: f.kind, user: v.people.of(f.user.ID), reason: f.reason, licence: l})
		if f.licence.Pool != "" {
			delta += more
		}
	}
	o.Before, o.After, o.SeatsDelta = before, v.people.of(f.user.ID).Segment(), delta+beside
	for i := range v.events[first:] {
		e := &v.events[first+i]
		o.Excess, o.Grown = o.Excess+e.excess(), o.Grown+e.grown()
	}
	return o, nil
}

// nextStatus returns the user with the status after the action, and whether that is a
// change.
func (v *evaluation) nextStatus(a users.Action, u users.User) (next users.User, changed bool, refusal *Refusal) {
	switch step := transitionOf(a, u.Status); step.kind {
	case toStatus:
		return v.withStatus(u, step.to), true, nil
	case asBefore:
		back := u.LeftAs
		if u.Status == users.Archived {
			back = u.ArchivedAs
		}
		if back == users.NoStatus {
			back = users.Invited // created inactive for want of a seat
		}
		return v.withStatus(u, back), true, nil
	case unchanged:
		return u, false, nil
	}
	return u, false, refuse(ErrWrongStatus, u.ID).because(statusReason(u, v.account.Policy.Shows(u.Status)))
}

// withStatus returns the user with another status, and with the earlier one as far as
// [Reactivate] and [Restore] need it.
func (v *evaluation) withStatus(u users.User, to users.Status) users.User {
	from := u.Status
	if from == to {
		return u
	}
	switch to {
	case users.Inactive:
		if from != users.Archived {
			u.LeftAs = from
		}
		u.ArchivedAs = users.NoStatus
	case users.Archived:
		u.ArchivedAs = from
	case users.Deleted:
		u = u.Tombstone()
	default:
		u.LeftAs, u.ArchivedAs = users.NoStatus, users.NoStatus
	}
	u.Start = users.Start{}
	if !holding.Has(to) {
		u.Schedule = users.Schedule{}
	} else if waits(u) {
		u = v.leavesFromNow(u)
	}
	u.Status, u.StatusSince = to, v.at
	return u
}

// leavesFromNow lets the leave of a user count from now on, by the zone of now, and clears one in the past.
func (v *evaluation) leavesFromNow(u users.User) users.User {
	if u.Schedule.Date == "" {
		return u
	}
	if in, refusal := v.location(); refusal == nil {
		u.Schedule.At = u.Schedule.Leave.At(in)
	}
	if !u.Schedule.At.After(v.request.At) {
		u.Schedule = users.Schedule{}
	}
	return u
}

// change returns the rows and the events to be written.
func (v *evaluation) change() Change {
	c := Change{ID: v.request.Change, Base: v.base, Account: v.account, Events: v.events}
	c.Settings = c.Base == 0 || v.settings
	pools, _ := v.pools.changed()
	for _, id := range pools {
		if p, _ := v.pools.get(id); p.isNew() || p.now[0] != p.loaded[0] {
			c.Pools = p.addTo(c.Pools)
		}
	}
	for _, id := range slices.SortedFunc(maps.Keys(v.wasLicences), users.LicenceID.Compare) {
		c.Licences = append(c.Licences, v.licence(id))
	}
	people, created := v.people.changed()
	if len(people) > 1 {
		c.Created = slices.Grow(c.Created, created)
		c.Updated = slices.Grow(c.Updated, len(people)-created)
	}
	for _, id := range people {
		u, _ := v.people.get(id)
		if u.isNew() {
			c.Created = u.addTo(c.Created)
			continue
		}
		c.Updated = u.addTo(c.Updated)
		had := u.loaded[0].UniqueKeys()
		for _, k := range u.now[0].UniqueKeys() {
			if !slices.Contains(had, k) {
				c.NewKeys = append(c.NewKeys, k)
			}
		}
	}
	return c
}
