package seats

import (
	"maps"
	"slices"
	"time"

	"github.com/seatkeeper/seatkeeper/users"
)

// A desk is where commands are decided: the state as it develops, and what has
// come of it so far.
type desk struct {
	request Request
	at      time.Time // of the events: now, or the account's last event if clocks jumped back
	base    uint64    // the revision that was loaded
	index   int       // the command whose turn it is
	// The personal fields of that command, which are sealed; nil if the call has no key.
	personal map[string]any
	lack     *lack // of seats, while that is measured

	account Account
	pools   map[PoolID]Pool
	people  map[users.ID]users.User
	holders map[users.Key]users.ID
	// further users with the key of a holder: a new version of the comparison form has made
	// one key of two addresses, and no administrator has decided yet
	sharers map[users.Key][]users.ID

	past     map[int][]Event // what calls with this key did before, by the place of the command
	misused  bool            // they were other calls
	repeated []Event         // those that are told again

	events    []Event
	wasPools  map[PoolID]Pool         // the changed ones, as they were loaded
	wasPeople map[users.ID]users.User // likewise; the zero user for somebody new
}

func newDesk(s Snapshot, r Request) *desk {
	d := &desk{
		request: r, at: later(r.At, s.Account.Changed), base: s.Account.Revision, account: s.Account,
		pools:     make(map[PoolID]Pool, len(s.Pools)),
		people:    make(map[users.ID]users.User, len(s.Users)+len(r.Commands)),
		holders:   make(map[users.Key]users.ID, 3*len(s.Users)+3*len(r.Commands)),
		past:      make(map[int][]Event),
		wasPools:  make(map[PoolID]Pool),
		wasPeople: make(map[users.ID]users.User, len(r.Commands)),
	}
	for _, p := range s.Pools {
		d.pools[p.ID] = p
	}
	for _, e := range s.Past {
		if e.Key == r.Key && r.Key != "" {
			d.past[e.Index] = append(d.past[e.Index], e)
			call, _ := e.digests()
			d.misused = d.misused || call != r.Digest
		}
	}
	for _, u := range s.Users {
		d.people[u.ID] = u
		d.hold(u)
	}
	return d
}

// hold notes the keys of a user. A key that another user has too stays with both.
func (d *desk) hold(u users.User) {
	for _, k := range u.TakenKeys() {
		if holder, taken := d.holders[k]; !taken {
			d.holders[k] = u.ID
		} else if holder != u.ID {
			if d.sharers == nil {
				d.sharers = make(map[users.Key][]users.ID)
			}
			d.sharers[k] = append(d.sharers[k], u.ID)
		}
	}
}

// release takes the keys of a user back. A shared key stays taken.
func (d *desk) release(u users.User) {
	for _, k := range u.TakenKeys() {
		sharers := d.sharers[k]
		switch i := slices.Index(sharers, u.ID); {
		case i >= 0:
			d.sharers[k] = slices.Delete(sharers, i, i+1)
		case len(sharers) > 0:
			d.holders[k], d.sharers[k] = sharers[0], sharers[1:]
		default:
			delete(d.holders, k)
		}
	}
}

// fork returns a desk in the same state, on which the commands can be tried. It
// has the people whom they name and no others, so that it costs no more than they.
func (d *desk) fork(commands []Command) *desk {
	f := *d
	f.pools, f.people, f.holders = maps.Clone(d.pools), map[users.ID]users.User{}, map[users.Key]users.ID{}
	f.wasPools, f.wasPeople, f.sharers = map[PoolID]Pool{}, map[users.ID]users.User{}, nil
	for _, id := range slices.Sorted(maps.Keys(d.named(commands))) {
		if u, there := d.people[id]; there {
			f.people[id] = u
			f.hold(u)
		}
	}
	return &f
}

// named returns the actor and everybody whom the commands name.
func (d *desk) named(commands []Command) map[users.ID]bool {
	need := Needs(d.account.ID, d.request.Actor, commands...)
	named := make(map[users.ID]bool, len(need.Users))
	for _, id := range need.Users {
		named[id] = true
	}
	for _, k := range need.Keys {
		named[d.holders[k]] = true
		for _, id := range d.sharers[k] {
			named[id] = true
		}
	}
	return named
}

// try is the way that every command takes: may this actor ask for it, is the
// person there, what would it do, and is there a seat for it. The state moves on,
// or stays as it is if the command is refused.
func (d *desk) try(c Command) (Outcome, *Refusal) {
	if !isPlain(c) {
		no := badInput("command", errCommand)
		return Outcome{Refusal: no}, no
	}
	outcome := Outcome{Action: c.Action(), User: c.target()}
	u, no := d.admit(c)
	var f fact
	if no == nil {
		f, no = c.fact(d, u)
	}
	if no == nil {
		outcome, no = d.land(outcome, f)
	}
	if no != nil {
		no.Action = c.Action()
		if no.User == "" {
			no.User = c.target()
		}
		outcome.Refusal = no
	}
	return outcome, no
}

// land applies what a command does and completes its outcome.
func (d *desk) land(o Outcome, f fact) (Outcome, *Refusal) {
	if f.user.ID != "" {
		o.User = f.user.ID
	}
	before := d.people[o.User].Standing()
	if f.kind == "" {
		o.Before, o.After, o.Same = before, before, true
		if d.request.Key == "" {
			return o, nil
		}
		f = fact{kind: Noted, user: d.people[o.User]}
	}
	delta, no := d.apply(f)
	if no != nil && f.instead != nil {
		f = *f.instead
		delta, no = d.apply(f)
	}
	if no != nil {
		return o, no
	}
	for _, l := range f.licences {
		l.kind, l.user, l.reason = f.kind, d.people[f.user.ID], f.reason
		d.apply(l)
	}
	o.Before, o.After, o.Seats = before, f.user.Standing(), delta
	if f.kind.resets() {
		o.Over = d.pools[f.pool].Excess()
	}
	return o, nil
}

// turn returns the user with the status that the action leads to, and whether
// that is anything new.
func (d *desk) turn(a users.Action, u users.User) (next users.User, changed bool, no *Refusal) {
	switch step := users.Next(a, u.Status); step.Kind {
	case users.GoTo:
		return d.moved(u, step.To), true, nil
	case users.AsBefore:
		back := u.LeftAs
		if u.Status == users.Archived {
			back = u.ArchivedAs
		}
		if back == users.NoStatus {
			back = users.Invited // what an invitation gives
		}
		return d.moved(u, back), true, nil
	case users.Same:
		return u, false, nil
	}
	return u, false, refuse(ErrWrongStatus, u.ID)
}

// moved returns the user with another status, remembering what a way back needs
// and no more.
func (d *desk) moved(u users.User, to users.Status) users.User {
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
		u.Licences = started(u.Licences)
	case users.Deleted:
		u = u.Tombstone()
	default:
		u.LeftAs, u.ArchivedAs = users.NoStatus, users.NoStatus
	}
	if !holding.Has(to) {
		u.Schedule = users.Schedule{}
	}
	u.Status, u.Since = to, d.at
	return u
}

// change returns what is to be written, if anything.
func (d *desk) change() Change {
	c := Change{ID: d.request.Change, Base: d.base, Account: d.account, Events: d.events}
	for _, id := range slices.Sorted(maps.Keys(d.wasPools)) {
		if p := d.pools[id]; p != d.wasPools[id] {
			c.Pools = append(c.Pools, p)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(d.wasPeople)) {
		c.Users = append(c.Users, d.people[id])
		had := d.wasPeople[id].TakenKeys()
		for _, k := range d.people[id].TakenKeys() {
			if !slices.Contains(had, k) {
				c.Fresh = append(c.Fresh, k)
			}
		}
	}
	return c
}

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

// earliest returns the earlier of two instants, of which the zero one is never.
func earliest(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}
