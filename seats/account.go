package seats

import (
	"slices"
	"time"

	"github.com/seatkeeper/seatkeeper/users"
)

// An Account is the row that every change of an account raises by one revision.
// It carries what the rules need to know of all people together, so that no
// command ever counts them.
type Account struct {
	ID       users.AccountID `json:"id"`
	Name     string          `json:"name,omitzero"` // what people call it; at most [users.MaxText] characters
	Revision uint64          `json:"revision"`      // of the last commit; the first is 1
	Sequence uint64          `json:"sequence"`      // of the last event; the first is 1
	Policy   Policy          `json:"policy"`
	Zone     string          `json:"zone"`  // IANA name of the time zone; calendar days are days there
	Tally    users.Tally     `json:"tally"` // people by standing
	Opened   time.Time       `json:"opened,omitzero"`
	Changed  time.Time       `json:"changed,omitzero"`  // of the last event; no event is ever earlier
	Payer    users.ID        `json:"payer,omitzero"`    // the user whose card is on file, whose ownership does not end; empty: nobody of the account
	Closed   time.Time       `json:"closed,omitzero"`   // since when nobody holds a seat and nobody acts, see [Close]
	Erased   time.Time       `json:"erased,omitzero"`   // since when it is closed for good, see [EraseAccount]
	Salt     string          `json:"salt,omitzero"`     // as that of [users.User], of events about nobody; gone with the name
	NextDue  time.Time       `json:"next_due,omitzero"` // nothing happens by itself before; may be early, never late; zero: nothing is to come
}

// UnmarshalJSON reads an account by [users.ReadJSON].
func (a *Account) UnmarshalJSON(text []byte) error {
	type plain Account
	return users.ReadJSON(text, (*plain)(a))
}

// IsDue reports whether something may have happened by itself by then, so that
// the account has to be settled first, see [Settle].
func (a Account) IsDue(at time.Time) bool { return !a.NextDue.IsZero() && !at.Before(a.NextDue) }

// A Snapshot is one consistent moment of an account, as far as a decision needs
// it: the account, its site pool and the pools asked for, the users asked for, and
// whoever has one of the keys asked for.
type Snapshot struct {
	Account Account
	Pools   []Pool
	Users   []users.User
	Past    []Event // of the change and the request key asked for, in order
	// NextDue is the earliest Due of the users beyond those that were loaded as
	// due; the zero instant if there is none. It counts only where DueBy had reached
	// the account's own NextDue.
	NextDue time.Time
	// StoreTime is the time by the store's own clock while the snapshot was read, to the
	// microsecond, in UTC; also for an account that is not there. The zero instant: the
	// store has no clock besides the host's.
	StoreTime time.Time
}

// Known reports whether the account is there at all. A store answers for an
// unknown account with the zero snapshot, besides its StoreTime.
func (s Snapshot) Known() bool { return s.Account.Revision != 0 }

// Landed reports whether the change of that ID is among what was loaded of past
// ones, so that it is known to be committed.
func (s Snapshot) Committed(id ChangeID) bool {
	return id != "" && slices.ContainsFunc(s.Past, func(e Event) bool { return e.Change == id })
}

// A Need says what to load of an account. Whatever it names and is not there is
// left out of the snapshot, without an error.
type Need struct {
	Account users.AccountID
	Users   []users.ID
	Keys    []users.Key // load whoever has them; an ID is not among them but among Users
	// Admins asks for those who administer the account, see [users.User.Administers], of
	// more than [MaxReceivers] for the first by ID.
	Admins bool
	Pools  []PoolID // besides the site pool, which always comes
	// DueBy asks for the users who are due at that instant or before, the earliest
	// first and of the same instant in ascending order of ID, at most [MaxSettled]. The
	// zero instant asks for none.
	DueBy time.Time
	// Change asks for the events of the change of that ID: they are there if it
	// landed.
	Change ChangeID
	// Key asks for events of calls with that request key: the one of the least Index
	// (and of several the first), and those
	// of the commands from Index First up to, not including, Last. The empty key asks
	// for none.
	Key                string
	IndexFrom, IndexTo int
}

// MaxSettled is how many people one change settles at most.
const MaxSettled = 500

// MaxReceivers is among how many owners and admins, invited or active, an order looks for
// those whom to tell, besides the buyer: the first by ID.
const MaxReceivers = 1000

// Needs returns what has to be loaded to decide the commands for the actor, but for
// what [Request.Widen] adds.
func Needs(account users.AccountID, actor users.Actor, commands ...Command) Need {
	n := Need{Account: account}
	n.user(actor.User)
	for _, c := range commands {
		if !isPlain(c) {
			continue // Decide refuses it
		}
		n.user(c.target())
		if c, ok := c.(needy); ok {
			c.needs(&n)
		}
	}
	slices.Sort(n.Users)
	n.Users = slices.Compact(n.Users)
	slices.Sort(n.Pools)
	n.Pools = slices.Compact(n.Pools)
	return n
}

// NeedsPerson returns what has to be loaded to see one person.
func NeedsPerson(account users.AccountID, key users.Key) Need {
	n := Need{Account: account}
	if key.Kind == users.KeyID {
		n.user(users.ID(key.Value))
	} else {
		n.key(key)
	}
	return n
}

// A store is never asked for what cannot be an identifier: nobody has it, and
// some engines choke on it. The command is refused when it is decided.

func (n *Need) user(id users.ID) {
	if users.CheckID(id) == nil {
		n.Users = append(n.Users, id)
	}
}

func (n *Need) key(k users.Key) {
	if users.CheckID(k.Value) == nil {
		n.Keys = append(n.Keys, k)
	}
}

func (n *Need) pool(id PoolID) {
	if users.CheckID(id) == nil {
		n.Pools = append(n.Pools, id)
	}
}

// person asks for everybody who could be the person that the profile describes.
func (n *Need) person(p users.Profile) {
	n.user(p.ID)
	for _, k := range p.Keys() {
		n.key(k)
	}
}
