package seats

import (
	"time"

	"github.com/seatkeeper/seatkeeper/users"
)

// An Opening is an account to be: its first seats, its policy and its first
// owner, who is active from that moment and counts as signed in.
type Opening struct {
	Account users.AccountID `json:"account"`
	Seats   Count           `json:"seats,omitzero"`
	Policy  Policy          `json:"policy"`
	Zone    string          `json:"zone,omitzero"` // IANA name; empty: UTC
	Owner   users.Profile   `json:"owner"`
}

// UnmarshalJSON reads an opening by [users.ReadJSON]. One without a policy has
// the standard one.
func (o *Opening) UnmarshalJSON(text []byte) error {
	type plain Opening
	return users.ReadJSON(text, (*plain)(o))
}

// Digest returns what tells an opening with a request key from another call with
// the same key, as [Digest] does for commands.
func (o Opening) Digest() string { return digest(o) }

// Open returns the change that opens the account, of which the snapshot is the
// zero one; that of an account which is there serves to tell whether a call with the
// same key opened it. It is refused as [ErrBadInput], or as [ErrNoSeats] where the
// owner holds a seat and there is none.
func Open(s Snapshot, o Opening, r Request) (Decision, error) {
	owner, err := o.Owner.Clean()
	no := r.check()
	switch {
	case no != nil:
		return Decision{}, no
	case users.CheckID(o.Account) != nil:
		return Decision{}, badInput("account", users.CheckID(o.Account))
	case !o.Seats.Valid():
		return Decision{}, badInput("seats", errCount)
	case o.Policy.Check() != nil:
		return Decision{}, badInput("policy", o.Policy.Check())
	case err != nil:
		return Decision{}, badProfile(err)
	case owner.ID == "":
		return Decision{}, badInput("id", users.ErrEmpty)
	}
	if o.Zone == "" {
		o.Zone = time.UTC.String()
	}
	d := newDesk(Snapshot{Account: Account{ID: o.Account, Zone: o.Zone, Opened: r.At}, Past: s.Past}, r)
	if no := d.reused(); no != nil {
		return Decision{}, no
	}
	if outcome, done := d.again(users.NoAction); done {
		return Decision{Change{Base: s.Account.Revision, Account: s.Account}, []Outcome{outcome}, d.repeated}, nil
	}
	outcome, no := d.land(Outcome{}, fact{kind: Opened, total: o.Seats, policy: &o.Policy, user: users.User{
		Profile: owner, Role: users.Owner, Status: users.Active, Created: r.At, Since: r.At, SignedIn: r.At,
	}})
	if no != nil {
		return Decision{}, no
	}
	return Decision{d.change(), []Outcome{outcome}, nil}, nil
}
