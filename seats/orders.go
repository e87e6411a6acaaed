package seats

import (
	"maps"
	"slices"

	"github.com/seatkeeper/seatkeeper/users"
)

// BuySeats adds seats to a pool; they can be used at once. An order has 1 to
// [MaxSeats] seats and keeps the total within [MaxSeats]; the policy may set
// narrower bounds for the account's own people. The event says how many were added, and
// names as Receivers the buyer and every other owner and admin whom people see as active,
// up to [MaxReceivers]. Any other number, and any order for an unlimited pool, is refused
// as [ErrOrderSize]; a pool that is not there as [ErrBadInput].
//
// Support and the system may, and owners and admins unless the policy leaves it
// to the vendor.
type BuySeats struct {
	Pool     PoolID `json:"pool,omitzero"` // [Site] by default; another must be there already
	Quantity int64  `json:"quantity"`
}

// Action returns [users.ActionBuySeats].
func (BuySeats) Action() users.Action { return users.ActionBuySeats }

func (BuySeats) target() users.ID { return "" }
func (c BuySeats) needs(n *Need)  { n.order(c.Pool) }

func (c BuySeats) evaluate(d *evaluation, _ users.User) (effect, *Refusal) {
	p, refusal := d.ordered(c.Pool)
	if refusal != nil {
		return effect{}, refusal
	}
	least, most := int64(1), int64(MaxSeats)
	if d.byAccountUser() {
		least, most = d.account.Policy.order()
	}
	most = min(most, MaxSeats-p.Total.n)
	if p.Total.IsUnlimited() {
		most = 0
	}
	if c.Quantity < least || c.Quantity > most {
		return effect{}, orderSize(p, c.Quantity, least, most)
	}
	return effect{kind: EventSeatsBought, pool: p.ID, total: Of(p.Total.n + c.Quantity), count: c.Quantity, receivers: d.receivers()}, nil
}

// ReturnSeats gives bought seats of a pool back, so that they are not billed any
// more: at most those that are neither held nor spent. It is the separate last
// step after making people inactive, which alone never lowers a total. The event names
// the Receivers that [BuySeats] does. Any other number, and any for an unlimited pool, is
// refused as [ErrOrderSize]; a pool that is not there as [ErrBadInput].
//
// Support and the system may, and owners and admins unless the policy leaves it
// to the vendor.
type ReturnSeats struct {
	Pool     PoolID `json:"pool,omitzero"` // [Site] by default; another must be there already
	Quantity int64  `json:"quantity"`
}

// Action returns [users.ActionReturnSeats].
func (ReturnSeats) Action() users.Action { return users.ActionReturnSeats }

func (ReturnSeats) target() users.ID { return "" }
func (c ReturnSeats) needs(n *Need)  { n.order(c.Pool) }

func (c ReturnSeats) evaluate(d *evaluation, _ users.User) (effect, *Refusal) {
	p, refusal := d.ordered(c.Pool)
	if refusal != nil {
		return effect{}, refusal
	}
	most, _ := p.Available().Number()
	found := c.Quantity >= 1 && (c.Quantity <= most ||
		c.Quantity <= MaxSeats && !p.Total.IsUnlimited() && d.runsShort(p.ID, c.Quantity+p.Occupied()-p.Total.n, false))
	if !found {
		return effect{}, orderSize(p, c.Quantity, 1, most)
	}
	return effect{kind: EventSeatsReturned, pool: p.ID, total: Of(p.Total.n - c.Quantity), count: c.Quantity, receivers: d.receivers()}, nil
}

// ordered returns the pool that an order names.
func (v *evaluation) ordered(id PoolID) (Pool, *Refusal) {
	p, ok := v.pools[id]
	if ok {
		return p, nil
	}
	if err := users.CheckID(id); err != nil {
		return Pool{}, badInput("pool", err)
	}
	refusal := badInput("pool", ErrNotThere)
	refusal.Pool = id
	return Pool{}, refusal
}

// order asks for what an order needs: its pool, and whom to tell.
func (n *Need) order(id PoolID) {
	n.pool(id)
	n.Admins = true
}

// receivers lists whom the host tells of an order: the owners and admins whom people see
// as active. A buyer of the account is one of them.
func (v *evaluation) receivers() []users.ID {
	var all []users.ID
	for _, id := range slices.Sorted(maps.Keys(v.people)) {
		told := len(all) < MaxReceivers || id == v.request.Actor.User
		if told && v.active(id) && v.people[id].Administers() {
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

// SetTotal sets the total of a pool, whatever it was: the vendor's word, or a
// billing webhook's. A new pool comes into being by it. A total below what is held
// evicts nobody: the pool is marked as over, and nobody enters until it is below its
// total again.
//
// Support and the system may.
type SetTotal struct {
	Pool  PoolID `json:"pool,omitzero"` // [Site] by default
	Total Count  `json:"total,omitzero"`
}

// Action returns [users.ActionSetTotal].
func (SetTotal) Action() users.Action { return users.ActionSetTotal }

func (SetTotal) target() users.ID { return "" }
func (c SetTotal) needs(n *Need)  { n.pool(c.Pool) }

func (c SetTotal) evaluate(d *evaluation, _ users.User) (effect, *Refusal) {
	if !c.Total.Valid() {
		return effect{}, badInput("total", errCount)
	}
	if c.Pool != Site {
		if err := users.CheckID(c.Pool); err != nil {
			return effect{}, badInput("pool", err)
		}
	}
	if p, there := d.pools[c.Pool]; there && p.Total == c.Total {
		return effect{}, nil
	}
	return effect{kind: EventTotalSet, pool: c.Pool, total: c.Total}, nil
}

// SetPolicy gives the account another policy. No user is rewritten: who holds a
// seat follows from the policy and the tally. Where that puts the account above its
// total nobody is evicted, and nobody enters until it is below again. An invitation
// keeps the terms it was sent with, its end and whether that frees the seat: what the new
// policy withholds, such as [Notify] or [Reactivate], is then up to support. Which people
// would hold a seat, and what they would be shown as, Preview tells in numbers.
//
// Support and the system may. A policy that contradicts itself is refused as
// [ErrBadInput].
type SetPolicy struct {
	Policy Policy `json:"policy"`
}

// Action returns [users.ActionSetPolicy].
func (SetPolicy) Action() users.Action { return users.ActionSetPolicy }

func (SetPolicy) target() users.ID { return "" }

func (c SetPolicy) evaluate(d *evaluation, _ users.User) (effect, *Refusal) {
	if err := c.Policy.Check(); err != nil {
		return effect{}, badInput("policy", err)
	}
	if c.Policy == d.account.Policy {
		return effect{}, nil
	}
	account := d.account
	account.Policy = c.Policy
	return effect{kind: EventPolicySet, account: &account}, nil
}
