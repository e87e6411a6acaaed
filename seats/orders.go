package seats

import "github.com/seatkeeper/seatkeeper/users"

// BuySeats adds seats to a pool, for use at once: 1 to [MaxSeats], with a total of at most
// [MaxSeats]. Narrower bounds of the policy ([Orders]) bind the account's users. The event
// has the number and, as Receivers of the host's mail, the buyer and the owners and admins
// shown as active, up to [MaxReceivers].
//
// Support and the system may, and owners and admins unless [Orders.By] is the vendor alone.
// [ErrOrderSize] for another number and for an unlimited pool, with the bounds;
// [ErrBadInput] for an unknown pool.
type BuySeats struct {
	Pool     PoolID `json:"pool,omitzero"` // default: [Site]; any other must exist
	Quantity int64  `json:"quantity"`
}

// Action returns [users.ActionBuySeats].
func (BuySeats) Action() users.Action { return users.ActionBuySeats }

func (BuySeats) target() users.ID { return "" }
func (c BuySeats) needs(n *Need)  { n.order(c.Pool) }

func (c BuySeats) evaluate(v *evaluation, _ users.User) (effect, *Refusal) {
	p, refusal := v.ordered(c.Pool, false)
	if refusal != nil {
		return effect{}, refusal
	}
	least, most := int64(1), int64(MaxSeats)
	if v.byAccountUser() {
		least, most = v.account.Policy.order()
	}
	most = min(most, MaxSeats-p.Total.n)
	if p.Total.IsUnlimited() {
		most = 0
	}
	if c.Quantity < least || c.Quantity > most {
		return effect{}, orderSize(p, c.Quantity, least, most)
	}
	return effect{kind: EventSeatsBought, pool: p.ID, total: Of(p.Total.n + c.Quantity), count: c.Quantity, receivers: v.receivers()}, nil
}

// ReturnSeats returns free seats of a pool to the vendor: billing ends for them. It
// is a step of its own: [Deactivate] frees a seat and keeps the total. The event has the
// Receivers of [BuySeats].
//
// Support and the system may, and owners and admins unless [Policy.Returning] is the vendor
// alone. [ErrOrderSize] for more than the free seats and for an unlimited pool, with the
// bounds; [ErrBadInput] for an unknown pool.
type ReturnSeats struct {
	Pool     PoolID `json:"pool,omitzero"` // default: [Site]; any other must exist
	Quantity int64  `json:"quantity"`
}

// Action returns [users.ActionReturnSeats].
func (ReturnSeats) Action() users.Action { return users.ActionReturnSeats }

func (ReturnSeats) target() users.ID { return "" }
func (c ReturnSeats) needs(n *Need)  { n.order(c.Pool) }

func (c ReturnSeats) evaluate(v *evaluation, _ users.User) (effect, *Refusal) {
	p, refusal := v.ordered(c.Pool, false)
	if refusal != nil {
		return effect{}, refusal
	}
	most, _ := p.Available().Number()
	possible := c.Quantity >= 1 && (c.Quantity <= most ||
		c.Quantity <= MaxSeats && !p.Total.IsUnlimited() && v.runsShort(p.ID, c.Quantity+p.occupied()-p.Total.n, false))
	if !possible {
		return effect{}, orderSize(p, c.Quantity, 1, most)
	}
	return effect{kind: EventSeatsReturned, pool: p.ID, total: Of(p.Total.n - c.Quantity), count: c.Quantity, receivers: v.receivers()}, nil
}

// ordered returns the pool of an order, or a new one if the command creates it.
func (v *evaluation) ordered(id PoolID, creates bool) (Pool, *Refusal) {
	p, ok := v.pools.find(id)
	switch {
	case p.IsCode():
		return Pool{}, badInput("pool", errIsCode)
	case ok:
		return p, nil
	}
	if err := users.CheckID(id); err != nil {
		return Pool{}, badInput("pool", err)
	}
	if creates {
		return Pool{ID: id}, nil
	}
	refusal := badInput("pool", ErrNotThere)
	refusal.Pool = id
	return Pool{}, refusal
}

// order adds the needs of an order: its pool and the receivers.
func (n *Need) order(id PoolID) {
	n.pool(id)
	n.Admins = true
}

// receivers lists the owners and admins shown as active, for the host's mail about an
// order. A buyer of the account is one of them.
func (v *evaluation) receivers() []users.ID {
	var all []users.ID
	for _, id := range v.people.keys() {
		fits := len(all) < MaxReceivers || id == v.request.Actor.User
		if fits && v.active(id) && v.people.of(id).Administers() {
			all = append(all, id)
		}
	}
	return all
}

func orderSize(p Pool, asked, least, most int64) *Refusal {
	refusal := refuse(ErrOrderSize, "")
	refusal.numbers(p, asked)
	refusal.Least, refusal.Most = least, most
	return refusal
}

// SetTotal sets the total of a pool, for the vendor and for billing webhooks, and creates an
// unknown pool. A total below the held seats keeps all users: the pool is marked OverLimit,
// and new seats are refused until it is below its total. It is unchanged for the same total.
//
// With a Version, totals delivered late, twice or out of order end as the newest one alone. Each says
// the whole, the total of now and the booked one ([BookTotal] with a version): SetTotal with a
// version ends any booked total. A version older than the newest of the pool is unchanged, with Stale in
// the outcome. A repetition of the newest one restores a total set by hand since, without
// the orders before and after, and a booked total replaced or cancelled by hand; from its day on
// this becomes the total, without the orders too. Else it is unchanged: orders ([BuySeats],
// [ReturnSeats], [Growth]) stay.
//
// Support and the system may. [ErrBadInput] for a total out of bounds, a malformed version, and
// one of another kind than the pool's. [ErrVersionReused] for the newest version with another
// content.
type SetTotal struct {
	Pool    PoolID  `json:"pool,omitzero"` // default: [Site]
	Total   Count   `json:"total,omitzero"`
	Version Version `json:"version,omitzero"` // default: none; the pool keeps its version
}

// Action returns [users.ActionSetTotal].
func (SetTotal) Action() users.Action { return users.ActionSetTotal }

func (SetTotal) target() users.ID { return "" }
func (c SetTotal) needs(n *Need)  { n.pool(c.Pool) }

func (c SetTotal) evaluate(v *evaluation, _ users.User) (effect, *Refusal) {
	if !c.Total.Valid() {
		return effect{}, badInput("total", errCount)
	}
	was, refusal := v.ordered(c.Pool, true)
	if refusal != nil {
		return effect{}, refusal
	}
	return v.totals(was, VersionedTotal{Version: c.Version, Total: c.Total}, false)
}

// SetPolicy replaces the policy of the account. The rows of users stay: the held seats
// follow from policy and tally. Seats above the total are as after [SetTotal]. A sent
// invitation keeps its terms, its end and the fate of its seat; actions for it that the new
// policy withholds, such as [Notify], are left to support. Keeper.Preview has the numbers of
// seats and of shown statuses before. It is unchanged for the same policy.
//
// Users who share an address go on: [SharingRefused] after [SharingAllowed] is stored as
// [SharingEnded].
//
// Support and the system may. [ErrBadInput] for a policy that [Policy.Check] refuses.
type SetPolicy struct {
	Policy Policy `json:"policy"`
}

// Action returns [users.ActionSetPolicy].
func (SetPolicy) Action() users.Action { return users.ActionSetPolicy }

func (SetPolicy) target() users.ID { return "" }

func (c SetPolicy) needs(n *Need) {
	n.Admins = n.Admins || c.Policy.tells()
	n.Queues = true // courses can grow under another policy
}

func (c SetPolicy) evaluate(v *evaluation, _ users.User) (effect, *Refusal) {
	if err := c.Policy.Check(); err != nil {
		return effect{}, badInput("policy", err)
	}
	account := v.account
	account.Policy = c.Policy.following(v.account.Policy)
	if account.Policy == v.account.Policy {
		return effect{}, nil
	}
	return effect{kind: EventPolicySet, account: &account}, nil
}
