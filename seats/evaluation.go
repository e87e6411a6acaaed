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
	loaded  Account   // as it was

	zone     string         // for which in was found
	in       *time.Location // see location
	account  Account
	pools    map[PoolID]Pool
	people   map[users.ID]users.User
	holders  map[users.Key]users.ID
	licences map[users.ID][]users.Licence // by user, in order
	// Further users with the key of a holder: a new version of the comparison form has made
	// one key of two addresses.
	sharers map[users.Key][]users.ID

	past     map[int][]Event // of earlier calls with the request key, by the index of the command
	misused  bool            // the earlier calls had another digest
	repeated []Event         // of past, those of the commands so far

	events      []Event
	wasPools    map[PoolID]Pool         // the changed ones, as they were loaded
	wasPeople   map[users.ID]users.User // likewise; the zero user for a new one
	wasLicences map[users.LicenceID]users.Licence
}

func newEvaluation(s Snapshot, r Request) *evaluation {
	v := &evaluation{
		request: r, at: later(r.At, s.Account.Changed), base: s.Account.Revision, account: s.Account, loaded: s.Account, nextDue: s.NextDue,
		pools:       make(map[PoolID]Pool, len(s.Pools)),
		people:      make(map[users.ID]users.User, len(s.Users)+len(r.Commands)),
		holders:     make(map[users.Key]users.ID, 3*len(s.Users)+3*len(r.Commands)),
		licences:    make(map[users.ID][]users.Licence),
		past:        make(map[int][]Event),
		wasLicences: make(map[users.LicenceID]users.Licence),
		wasPools:    make(map[PoolID]Pool),
		wasPeople:   make(map[users.ID]users.User, len(r.Commands)),
	}
	for _, p := range s.Pools {
		v.pools[p.ID] = p
	}
	for _, l := range s.Licences {
		v.licences[l.User] = append(v.licences[l.User], l)
	}
	for _, e := range s.Past {
		if e.Key == r.Key && r.Key != "" {
			v.past[e.Index] = append(v.past[e.Index], e)
			call, _ := e.digests()
			v.misused = v.misused || call != r.Digest
		}
	}
	for _, u := range s.Users {
		v.people[u.ID] = u
		v.takeKeys(u)
	}
	return v
}

// takeKeys notes the keys of a user. A shared key is noted for all of its users.
func (v *evaluation) takeKeys(u users.User) {
	for _, k := range u.TakenKeys() {
		if holder, taken := v.holders[k]; !taken {
			v.holders[k] = u.ID
		} else if holder != u.ID {
			if v.sharers == nil {
				v.sharers = make(map[users.Key][]users.ID)
			}
			v.sharers[k] = append(v.sharers[k], u.ID)
		}
	}
}

// freeKeys frees the keys of a user. A shared key stays taken by the others.
func (v *evaluation) freeKeys(u users.User) {
	for _, k := range u.TakenKeys() {
		sharers := v.sharers[k]
		switch i := slices.Index(sharers, u.ID); {
		case i >= 0:
			v.sharers[k] = slices.Delete(sharers, i, i+1)
		case len(sharers) > 0:
			v.holders[k], v.sharers[k] = sharers[0], sharers[1:]
		default:
			delete(v.holders, k)
		}
	}
}

// fork returns a copy of the evaluation for trying the commands. Its users are those of the
// commands alone, so that the cost grows with the commands.
func (v *evaluation) fork(commands []Command) *evaluation {
	f := *v
	f.pools, f.people, f.holders = maps.Clone(v.pools), map[users.ID]users.User{}, map[users.Key]users.ID{}
	f.wasPools, f.wasPeople, f.sharers = map[PoolID]Pool{}, map[users.ID]users.User{}, nil
	f.licences, f.wasLicences = maps.Clone(v.licences), map[users.LicenceID]users.Licence{}
	for _, id := range slices.Sorted(maps.Keys(v.named(commands))) {
		if u, ok := v.people[id]; ok {
			f.people[id] = u
			f.takeKeys(u)
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
		named[v.holders[k]] = true
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
	before := v.people[o.User].Segment()
	if f.kind == "" {
		o.Before, o.After, o.Unchanged, o.Stale = before, before, true, f.stale
		if v.request.Key == "" {
			return o, nil
		}
		f = effect{kind: EventUnchanged, user: v.people[o.User]}
		if o.Stale {
			f.count = staleCount
		}
	}
	first := len(v.events)
	delta, refusal := v.apply(f)
	if refusal != nil && f.instead != nil {
		f = *f.instead
		delta, refusal = v.apply(f)
	}
	if refusal != nil {
		return o, refusal
	}
	if f.then != nil {
		f.then.user = v.people[f.user.ID]
		v.apply(*f.then)
	}
	for _, l := range f.licences {
		more, _ := v.apply(effect{kind: f.kind, user: v.people[f.user.ID], reason: f.reason, licence: l})
		if f.licence.Pool != "" {
			delta += more
		}
	}
	o.Before, o.After, o.SeatsDelta = before, f.user.Segment(), delta
	o.Excess = v.events[first].excess()
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
	return u, false, refuse(ErrWrongStatus, u.ID).because(statusReasons[v.account.Policy.Shows(u.Status)])
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
	if waits(u) && u.Schedule.Date != "" { // the leave counts from now on, by the zone of now
		if in, refusal := v.location(); refusal == nil {
			u.Schedule.At = u.Schedule.Leave.At(in)
		}
	}
	if !holding.Has(to) || waits(u) && !u.Schedule.At.After(v.request.At) {
		u.Schedule = users.Schedule{}
	}
	u.Status, u.StatusSince = to, v.at
	return u
}

// change returns the rows and the events to be written.
func (v *evaluation) change() Change {
	c := Change{ID: v.request.Change, Base: v.base, Account: v.account, Events: v.events}
	c.Settings = c.Base == 0 || c.Account.Settings() != v.loaded.Settings()
	for _, id := range slices.Sorted(maps.Keys(v.wasPools)) {
		if p := v.pools[id]; p != v.wasPools[id] {
			c.Pools = append(c.Pools, p)
		}
	}
	for _, id := range slices.SortedFunc(maps.Keys(v.wasLicences), users.LicenceID.Compare) {
		c.Licences = append(c.Licences, v.licence(id))
	}
	for _, id := range slices.Sorted(maps.Keys(v.wasPeople)) {
		was, is := v.wasPeople[id], v.people[id]
		if was.ID == "" {
			c.Created = append(c.Created, is)
			continue
		}
		c.Updated = append(c.Updated, is)
		had := was.TakenKeys()
		for _, k := range is.TakenKeys() {
			if !slices.Contains(had, k) {
				c.NewKeys = append(c.NewKeys, k)
			}
		}
	}
	return c
}
