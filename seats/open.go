package seats

import (
	"slices"
	"strings"
	"time"

	"github.com/seatkeeper/seatkeeper/users"
)

// An Opening is a new account: its first seats, its policy and its first owner, who is
// active and signed in at once. The system opens accounts. From a sign-up form the host
// should take the owner's profile and the name alone, and decide the rest.
type Opening struct {
	Account users.AccountID `json:"account"`
	Name    string          `json:"name,omitzero"` // for display; at most [users.MaxText] characters
	Total   Count           `json:"total,omitzero"`
	Policy  Policy          `json:"policy"`
	Zone    string          `json:"zone,omitzero"` // IANA name; empty: UTC
	Owner   users.Profile   `json:"owner"`
}

// UnmarshalJSON reads an opening by [users.ReadJSON]. The default policy is [Standard].
func (o *Opening) UnmarshalJSON(text []byte) error {
	type plain Opening
	return users.ReadJSON(text, (*plain)(o))
}

// Digest returns the digest of an opening with a request key, as [Digest] does for commands.
func (o Opening) Digest() string {
	shape, _ := divideOpening(o)
	return digest(shape)
}

// Open returns the change that opens an account. The snapshot is the zero one, or that of a
// known account with the past events of the request key: if these are of the same opening,
// the decision repeats it. [ErrBadInput] for fields out of bounds; [ErrNoSeats] for a total of
// zero, unless the policy exempts owners.
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
	v := newEvaluation(Snapshot{Account: account, Users: s.Users, Past: s.Past}, r)
	if r.Key != "" {
		_, v.personal = divideOpening(given)
	}
	outcome, done, refusal := v.recorded(users.NoAction)
	switch {
	case refusal != nil:
		return Decision{}, refusal
	case done:
		return Decision{Change: Change{Base: s.Account.Revision, Account: s.Account}, Outcomes: []Outcome{outcome}, Repeated: v.repeated}, nil
	}
	outcome, refusal = v.commitEffect(Outcome{}, effect{kind: EventOpened, total: o.Total, account: &account, user: users.User{
		Profile: owner, Role: users.Owner, Status: users.Active, Created: r.At, StatusSince: r.At, FirstSignIn: r.At,
	}})
	if refusal != nil {
		return Decision{}, refusal
	}
	return Decision{Change: v.change(), Outcomes: []Outcome{outcome}}, nil
}

// EditAccount changes the name or the time zone of the account, or both; a nil field stays.
// The ID never changes. Days to come stay the days they are and get their instants by the new
// zone; a day that is over there takes effect at once. It is unchanged if both are as before.
//
// Owners, support and the system may. [ErrBadInput] for an unknown zone; the machine, or
// package time/tzdata, has the list. It is also for a zone while more than [MaxSettled] users,
// or pools, have a day within the next 26 hours: the change is possible when the days are over.
type EditAccount struct {
	Name *string `json:"name,omitzero"` // at most [users.MaxText] characters; empty: none
	Zone *string `json:"zone,omitzero"` // IANA name
}

// Action returns [users.ActionEditAccount].
func (EditAccount) Action() users.Action { return users.ActionEditAccount }

func (EditAccount) target() users.ID { return "" }

func (c EditAccount) needs(n *Need) {
	if c.Zone != nil {
		n.Queues = true // the last day of a course can end later
		n.Ahead = lead
	}
}

func (c EditAccount) evaluate(v *evaluation, _ users.User) (effect, *Refusal) {
	account := v.account
	var changed []string
	if c.Name != nil {
		account.Name = *c.Name
		if err := checkName(&account.Name); err != nil {
			return effect{}, badInput("name", err)
		}
	}
	if c.Zone != nil && *c.Zone != account.Zone {
		if refusal := v.request.checkZone(*c.Zone); refusal != nil {
			return effect{}, refusal
		}
		if !v.nextDue.IsZero() && v.nextDue.Sub(v.request.At) <= lead {
			return effect{}, badInput("zone", errManyDays)
		}
		account.Zone = *c.Zone
	}
	if account.Name != v.account.Name {
		changed = append(changed, "name")
	}
	if account.Zone != v.account.Zone {
		changed = append(changed, "zone")
	}
	if len(changed) == 0 {
		return effect{}, nil
	}
	return effect{kind: EventAccountEdited, account: &account, fields: changed, resolve: slices.Contains(changed, "zone")}, nil
}

// checkName trims the name of an account and returns its error, if any.
func checkName(name *string) error {
	*name = strings.TrimSpace(*name)
	return users.CheckText(*name, users.MaxText)
}

// checkZone refuses an unknown time zone.
func (r Request) checkZone(name string) *Refusal {
	_, refusal := r.location(name)
	return refusal
}

// location returns the location of a time zone by its name.
func (r Request) location(name string) (*time.Location, *Refusal) {
	if name == time.UTC.String() {
		return time.UTC, nil
	}
	if r.Zones == nil || !isZone(name) {
		return nil, badInput("zone", errZone)
	}
	in, err := r.Zones(name)
	if err != nil {
		return nil, badInput("zone", errZone)
	}
	return in, nil
}

// location returns the location of the account: the days of all dates are days there.
func (v *evaluation) location() (*time.Location, *Refusal) {
	if v.in != nil && v.zone == v.account.Zone {
		return v.in, nil
	}
	in, refusal := v.request.location(v.account.Zone)
	v.in, v.zone = in, v.account.Zone
	return in, refusal
}
