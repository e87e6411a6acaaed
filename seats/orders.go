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
	Pool  PoolID `json:"pool,omitzero"` // [Site] by default; another must be there already
	Seats int64  `json:"seats"`
}

// Action returns [users.BuySeats].
func (BuySeats) Action() users.Action { return users.BuySeats }

func (BuySeats) target() users.ID { return "" }
func (c BuySeats) needs(n *Need)  { n.order(c.Pool) }

func (c BuySeats) fact(d *desk, _ users.User) (fact, *Refusal) {
	p, no := d.ordered(c.Pool)
	if no != nil {
		return fact{}, no
	}
	least, most := int64(1), int64(MaxSeats)
	if d.own() {
		least, most = d.account.Policy.order()
	}
	most = min(most, MaxSeats-p.Total.n)
	if p.Total.IsUnlimited() {
		most = 0
	}
	if c.Seats < least || c.Seats > most {
		return fact{}, orderSize(p, c.Seats, least, most)
	}
	return fact{kind: SeatsBought, pool: p.ID, total: Of(p.Total.n + c.Seats), count: c.Seats, receivers: d.receivers()}, nil
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
	Pool  PoolID `json:"pool,omitzero"` // [Site] by default; another must be there already
	Seats int64  `json:"seats"`
}

// Action returns [users.ReturnSeats].
func (ReturnSeats) Action() users.Action { return users.ReturnSeats }

func (ReturnSeats) target() users.ID { return "" }
func (c ReturnSeats) needs(n *Need)  { n.order(c.Pool) }

func (c ReturnSeats) fact(d *desk, _ users.User) (fact, *Refusal) {
	p, no := d.ordered(c.Pool)
	if no != nil {
		return fact{}, no
	}
	most, _ := p.Available().Number()
	found := c.Seats >= 1 && (c.Seats <= most ||
		c.Seats <= MaxSeats && !p.Total.IsUnlimited() && d.lacks(p.ID, c.Seats+p.Occupied()-p.Total.n, false))
	if !found {
		return fact{}, orderSize(p, c.Seats, 1, most)
	}
	return fact{kind: SeatsReturned, pool: p.ID, total: Of(p.Total.n - c.Seats), count: c.Seats, receivers: d.receivers()}, nil
}

// ordered returns the pool that an order names.
func (d *desk) ordered(id PoolID) (Pool, *Refusal) {
	p, there := d.pools[id]
	if !there {
		return Pool{}, badInput("pool", ErrNotThere)
	}
	return p, nil
}

// order asks for what an order needs: its pool, and whom to tell.
func (n *Need) order(id PoolID) {
	n.pool(id)
	n.Admins = true
}

// receivers lists whom the host tells of an order: the owners and admins whom people see
// as active. A buyer of the account is one of them.
func (d *desk) receivers() []users.ID {
	var all []users.ID
	for _, id := range slices.Sorted(maps.Keys(d.people)) {
		told := len(all) < MaxReceivers || id == d.request.Actor.User
		if told && d.active(id) && d.people[id].Administers() {
			all = append(all, id)
		}
	}
	return all
}

func orderSize(p Pool, asked, least, most int64) *Refusal {
	no := refuse(ErrOrderSize, "")
	no.numbers(p, asked)
	no.Least, no.Most = least, most
	return no
}

// SetTotal sets the total of a pool, whatever it was: the vendor's word, or a
// billing webhook's. A new pool comes into being by it. A total below what is held
// evicts nobody: the pool is marked as over, and nobody enters until it is below its
// total again.
//
// Support and the system may.
type SetTotal struct {
	Pool  PoolID `json:"pool,omitzero"` // [Site] by default
	Seats Count  `json:"seats,omitzero"`
}

// Action returns [users.SetTotal].
func (SetTotal) Action() users.Action { return users.SetTotal }

func (SetTotal) target() users.ID { return "" }
func (c SetTotal) needs(n *Need)  { n.pool(c.Pool) }

func (c SetTotal) fact(d *desk, _ users.User) (fact, *Refusal) {
	if !c.Seats.Valid() {
		return fact{}, badInput("seats", errCount)
	}
	if c.Pool != Site {
		if err := users.CheckID(c.Pool); err != nil {
			return fact{}, badInput("pool", err)
		}
	}
	if p, there := d.pools[c.Pool]; there && p.Total == c.Seats {
		return fact{}, nil
	}
	return fact{kind: TotalSet, pool: c.Pool, total: c.Seats}, nil
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

// Action returns [users.SetPolicy].
func (SetPolicy) Action() users.Action { return users.SetPolicy }

func (SetPolicy) target() users.ID { return "" }

func (c SetPolicy) fact(d *desk, _ users.User) (fact, *Refusal) {
	if err := c.Policy.Check(); err != nil {
		return fact{}, badInput("policy", err)
	}
	if c.Policy == d.account.Policy {
		return fact{}, nil
	}
	account := d.account
	account.Policy = c.Policy
	return fact{kind: PolicySet, account: &account}, nil
}
