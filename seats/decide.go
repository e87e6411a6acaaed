package seats

import (
	"cmp"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/seatkeeper/seatkeeper/users"
)

// A Request is who asks for what, and when.
type Request struct {
	Actor    users.Actor
	Commands []Command
	At       time.Time // now: UTC, whole microseconds
	Change   ChangeID  // new with every call
	Channel  Channel
	// What the host wants to find in the events again; each may be empty.
	Key         string
	Correlation string
	Reason      string // for commands that give none of their own
}

// A Change is all that a store writes: whole rows and new events. What it relies
// on is the revision it was decided on, and that nobody else has the keys it
// takes.
type Change struct {
	ID      ChangeID
	Base    uint64       // the revision that Account had; 0: the account is new
	Account Account      // afterwards, one revision later
	Pools   []Pool       // those that are new or changed, by ID
	Users   []users.User // those who are new or changed, by ID
	Fresh   []users.Key  // that must be free, or held by one of Users who gives them up in this change
	Events  []Event
}

// Empty reports whether there is nothing to write.
func (c Change) Empty() bool { return c.Account.Revision == c.Base }

// An Outcome is what became of one command.
type Outcome struct {
	Action  users.Action
	User    users.ID       // whom it was about: of an invitation, whoever is here now
	Before  users.Standing // zero if the person was not there
	After   users.Standing
	Seats   int64    // by how many the held seats of the pool changed
	Same    bool     // it was so already, and nothing was written
	Refusal *Refusal // nil unless the command was refused
}

// A Decision is the change that commands amount to, and the outcome of each.
type Decision struct {
	Change   Change
	Outcomes []Outcome
}

// Decide returns what the commands do to the account, applied in order, each
// judged on the state that those before it left. It is all or nothing: the first
// refusal, a [*Refusal], is the answer to all of them, and its Index says which
// command it was.
//
// The snapshot must hold what [Needs] names and be settled, see [Settle].
func Decide(s Snapshot, r Request) (Decision, error) {
	if len(r.Commands) > MaxCommands {
		return Decision{}, badInput("commands", users.ErrTooLong)
	}
	d := newDesk(s, r)
	var outcomes []Outcome
	for i, c := range r.Commands {
		outcome, no := d.try(c)
		if no != nil {
			no.Index = i
			no.Remedies = d.remedies(ground{newDesk(s, r), r.Commands[:i+1]}, no)
			return Decision{}, no
		}
		outcomes = append(outcomes, outcome)
	}
	return Decision{d.change(), outcomes}, nil
}

// DecideEach is [Decide] with an outcome of its own for every command: a
// refused one leaves no trace, and the others go on.
func DecideEach(s Snapshot, r Request) Decision {
	d := newDesk(s, r)
	outcomes := make([]Outcome, len(r.Commands))
	for i, c := range r.Commands {
		outcome, no := d.try(c)
		if no != nil {
			no.Index = i
			no.Remedies = d.remedies(ground{d, []Command{c}}, no)
		}
		outcomes[i] = outcome
	}
	return Decision{d.change(), outcomes}
}

// Settle returns the change that the passing of time has made, for an account
// that is due at the instant of the request: whatever was due then or before
// takes effect at its own instant, in the order of these. Where it turns out to be
// nothing, the change has no events and corrects the account's next due instant.
//
// The snapshot must have been loaded with DueBy. Where more people are due than
// one snapshot brings, the account is due again afterwards, and settling goes on.
func Settle(s Snapshot, r Request) Change {
	d := newDesk(s, r)
	due := slices.DeleteFunc(slices.Clone(s.Users), func(u users.User) bool {
		return u.Due.IsZero() || u.Due.After(r.At)
	})
	slices.SortFunc(due, func(a, b users.User) int {
		return cmp.Or(a.Due.Compare(b.Due), cmp.Compare(a.ID, b.ID))
	})
	for _, u := range due {
		d.at = later(u.Due, d.account.Changed)
		d.apply(fact{kind: Lapsed, user: d.moved(u, users.Inactive)})
	}
	d.account.NextDue = s.NextDue
	for _, u := range d.people {
		d.account.NextDue = earliest(d.account.NextDue, u.Due)
	}
	d.account.Revision = d.base + 1
	return d.change()
}

// A desk is where commands are decided: the state as it develops, and what has
// come of it so far.
type desk struct {
	request Request
	at      time.Time // of the events: now, or the account's last event if clocks jumped back
	base    uint64    // the revision that was loaded

	account Account
	pools   map[PoolID]Pool
	people  map[users.ID]users.User
	holders map[users.Key]users.ID

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
		wasPools:  make(map[PoolID]Pool),
		wasPeople: make(map[users.ID]users.User, len(r.Commands)),
	}
	for _, p := range s.Pools {
		d.pools[p.ID] = p
	}
	for _, u := range s.Users {
		d.people[u.ID] = u
		for _, k := range u.TakenKeys() {
			d.holders[k] = u.ID
		}
	}
	return d
}

// fork returns a desk in the same state, on which something can be tried.
func (d *desk) fork() *desk {
	f := *d
	f.pools, f.people, f.holders = maps.Clone(d.pools), maps.Clone(d.people), maps.Clone(d.holders)
	f.wasPools, f.wasPeople = maps.Clone(d.wasPools), maps.Clone(d.wasPeople)
	f.events = slices.Clip(d.events)
	return &f
}

// try is the way that every command takes: may this actor ask for it, is the
// person there, what would it do, and is there a seat for it. The state moves on,
// or stays as it is if the command is refused.
func (d *desk) try(c Command) (Outcome, *Refusal) {
	if c == nil {
		no := badInput("command", errNil)
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
	o.Before = d.people[o.User].Standing()
	if f.kind == "" {
		o.After, o.Same = o.Before, true
		return o, nil
	}
	delta, no := d.apply(f)
	if no != nil && f.instead != nil {
		f = *f.instead
		delta, no = d.apply(f)
	}
	if no != nil {
		return o, no
	}
	o.After, o.Seats = f.user.Standing(), delta
	return o, nil
}

// What is wrong with the input of a command.
var (
	errNil    = errors.New("is nil")
	errRole   = errors.New("is not one that can be given")
	errSource = errors.New("belongs to a sync")
	errHeir   = errors.New("is not another active user")
	errPool   = errors.New("is not there")
	errCount  = errors.New("is not a number of seats")
)

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
