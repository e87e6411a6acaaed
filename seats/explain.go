package seats

import (
	"fmt"
	"iter"
	"time"

	"github.com/seatkeeper/seatkeeper/users"
)

// An Explanation says whether a person holds a seat, and why.
type Explanation struct {
	Person Person    `json:"person"`
	Holds  bool      `json:"holds"` // a seat of the site pool
	Since  time.Time `json:"since"` // since when it is so
	By     Event     `json:"by"`    // by what it came to be so: its Change, its Actor, its Kind
	// Freer says who can free a held seat now, and Ways lists the commands by which the owners
	// of the account can: for an owner the end of the ownership, which comes first.
	Freer Freer          `json:"freer,omitzero"`
	Ways  []users.Action `json:"ways,omitzero"`
	// Ends is when a held seat comes free by itself, by the event EndsBy; the zero instant is
	// never.
	Ends   time.Time `json:"ends,omitzero"`
	EndsBy EventKind `json:"ends_by,omitzero"`
}

// A Freer says who can free a user's seat.
type Freer string

// The freers.
const (
	FreedByOwners Freer = "owners" // the owners of the account, by the Ways of the [Explanation]
	FreedBySync   Freer = "sync"   // the sync of the user alone, besides the vendor
	FreedByVendor Freer = "vendor" // the vendor alone
	FreedByNone   Freer = "none"   // the last active owner keeps the seat; another user becomes an owner first
)

// Explain returns the explanation for a user at that instant. The events are
// those about the person and those of [GoverningEvents], in order; those beyond the
// account's Sequence do not count. Where one does not follow from those before it, or a row
// not from its last one, the error is [ErrHistory].
func Explain(a Account, u users.User, at time.Time, events iter.Seq2[Event, error]) (Explanation, error) {
	x := Explanation{Person: a.View(u, at)}
	var then Account
	var s users.Segment
	for e, err := range events {
		if err != nil {
			return Explanation{}, err
		}
		if e.Sequence > a.Sequence {
			break // the account has moved on since
		}
		if e.User == u.ID && e.Before != s {
			return Explanation{}, doesNotFollow(e.Sequence, "the standing before")
		}
		if then.Sequence == 0 && e.Sequence != 1 {
			return Explanation{}, outOfOrder(0, e.Sequence) // it is a governing one
		}
		then = then.after(e)
		then.Sequence = e.Sequence
		first := e.User == u.ID && s == users.Segment{}
		if e.User == u.ID {
			s = e.After
		}
		if holds := then.holds(s); first || holds != x.Holds {
			x.Holds, x.Since, x.By = holds, e.Time, e
		}
	}
	switch {
	case s != u.Segment():
		return Explanation{}, fmt.Errorf("%w: the user's row does not follow from the user's events", ErrHistory)
	case then.Policy != a.Policy || then.Closed != a.Closed:
		return Explanation{}, fmt.Errorf("%w: the account's row does not follow from the account's events", ErrHistory)
	}
	if x.Holds {
		x.Freer, x.Ways = a.waysOut(u)
		if !u.Due.IsZero() {
			x.Ends, x.EndsBy = u.Due, nextTimer(u).event
		}
	}
	return x, nil
}

// waysOut returns who can free the user's seat, and the commands by which owners can.
func (a Account) waysOut(u users.User) (Freer, []users.Action) {
	ways := leaving
	if u.Role == users.Owner {
		ways = users.In(users.ActionEndOwnership)
	}
	synced := true
	var offered []users.Action
	for _, way := range ways.Members() {
		locked := a.Policy.locks(way, u.Segment())
		if !locked && a.Policy.offers(way, u.Segment()) && (way != users.ActionEndOwnership || a.Policy.grants(way)) {
			offered = append(offered, way)
		}
		synced = synced && locked
	}
	switch {
	case u.Role == users.Owner && a.binds(u) == ErrLastOwner:
		return FreedByNone, nil
	case u.Role == users.Owner && a.binds(u) != "":
		return FreedByVendor, nil // who sets another payer
	case synced:
		return FreedBySync, nil
	case len(offered) == 0:
		return FreedByVendor, nil
	}
	return FreedByOwners, offered
}
