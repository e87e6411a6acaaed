package seats

import (
	"strings"
	"time"

	"github.com/seatkeeper/seatkeeper/users"
)

// An Opening is an account to be: its first seats, its policy and its first
// owner, who is active from that moment and counts as signed in. The system opens accounts:
// of what a sign-up form sends the host takes over the owner's profile and the name, and
// decides the rest.
type Opening struct {
	Account users.AccountID `json:"account"`
	Name    string          `json:"name,omitzero"` // what people call it; at most [users.MaxText] characters
	Total   Count           `json:"total,omitzero"`
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
func (o Opening) Digest() string {
	shape, _ := divideOpening(o)
	return digest(shape)
}

// Open returns the change that opens the account, of which the snapshot is the
// zero one; that of an account which is there serves to tell whether a call with the
// same key opened it. It is refused as [ErrBadInput], or as [ErrNoSeats] where the
// owner holds a seat and there is none.
func Open(s Snapshot, o Opening, r Request) (Decision, error) {
	given := o
	owner, err := o.Owner.Clean()
	switch bad := r.check(); {
	case bad != nil:
		return Decision{}, bad
	case users.CheckID(o.Account) != nil:
		return Decision{}, badInput("account", users.CheckID(o.Account))
	case checkName(&o.Name) != nil:
		return Decision{}, badInput("name", checkName(&o.Name))
	case !o.Total.Valid():
		return Decision{}, badInput("total", errCount)
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
	if refusal := r.checkZone(o.Zone); refusal != nil {
		return Decision{}, refusal
	}
	account := Account{ID: o.Account, Name: o.Name, Policy: o.Policy, Zone: o.Zone, Opened: r.At}
	d := newEvaluation(Snapshot{Account: account, Users: s.Users, Past: s.Past}, r)
	if r.Key != "" {
		_, d.personal = divideOpening(given)
	}
	outcome, done, refusal := d.recorded(users.NoAction)
	switch {
	case refusal != nil:
		return Decision{}, refusal
	case done:
		return Decision{Change{Base: s.Account.Revision, Account: s.Account}, []Outcome{outcome}, d.repeated}, nil
	}
	outcome, refusal = d.commitEffect(Outcome{}, effect{kind: EventOpened, total: o.Total, account: &account, user: users.User{
		Profile: owner, Role: users.Owner, Status: users.Active, Created: r.At, StatusSince: r.At, FirstSignIn: r.At,
	}})
	if refusal != nil {
		return Decision{}, refusal
	}
	return Decision{d.change(), []Outcome{outcome}, nil}, nil
}

// EditAccount changes what the account is called, or its time zone, or both: a nil field
// stays as it is. The ID never changes. Days that were scheduled before keep their
// instants when the zone changes.
//
// Owners, support and the system may. A zone that is not known is refused as
// [ErrBadInput]; which are depends on the time zones of the machine, or of time/tzdata.
type EditAccount struct {
	Name *string `json:"name,omitzero"` // at most [users.MaxText] characters; empty: none
	Zone *string `json:"zone,omitzero"` // IANA name
}

// Action returns [users.ActionEditAccount].
func (EditAccount) Action() users.Action { return users.ActionEditAccount }

func (EditAccount) target() users.ID { return "" }

func (c EditAccount) evaluate(d *evaluation, _ users.User) (effect, *Refusal) {
	account := d.account
	var changed []string
	if c.Name != nil {
		account.Name = *c.Name
		if err := checkName(&account.Name); err != nil {
			return effect{}, badInput("name", err)
		}
	}
	if c.Zone != nil && *c.Zone != account.Zone {
		if refusal := d.request.checkZone(*c.Zone); refusal != nil {
			return effect{}, refusal
		}
		account.Zone = *c.Zone
	}
	if account.Name != d.account.Name {
		changed = append(changed, "name")
	}
	if account.Zone != d.account.Zone {
		changed = append(changed, "zone")
	}
	if len(changed) == 0 {
		return effect{}, nil
	}
	return effect{kind: EventAccountEdited, account: &account, fields: changed}, nil
}

// checkName trims the name of an account and reports what is wrong with it, or nil.
func checkName(name *string) error {
	*name = strings.TrimSpace(*name)
	return users.CheckText(*name, users.MaxText)
}

// checkZone refuses what is not the name of a time zone that is known.
func (r Request) checkZone(name string) *Refusal {
	if name == time.UTC.String() {
		return nil
	}
	if r.Zones == nil || !isZone(name) {
		return badInput("zone", errZone)
	}
	if _, err := r.Zones(name); err != nil {
		return badInput("zone", errZone)
	}
	return nil
}
