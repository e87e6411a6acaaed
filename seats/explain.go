package seats

import (
	"fmt"
	"iter"
	"time"

	"github.com/seatkeeper/seatkeeper/users"
)

// An Explanation tells whether a user holds a seat, and why.
type Explanation struct {
	Person Person    `json:"person"`
	Holds  bool      `json:"holds"` // a seat of the site pool
	Since  time.Time `json:"since"` // the beginning of this state
	By     Event     `json:"by"`    // the event that led to it
	// Freer can free a held seat now. Ways are the commands for it by owners of the account; for
	// an owner it is the end of the ownership, which comes first.
	Freer Freer          `json:"freer,omitzero"`
	Ways  []users.Action `json:"ways,omitzero"`
	// At Ends a held seat comes free by itself, by the event EndsBy; zero: at no time. Leave is the
	// day of a scheduled leave, with its meaning. Person has the days to come in full.
	Ends   time.Time   `json:"ends,omitzero"`
	EndsBy EventKind   `json:"ends_by,omitzero"`
	Leave  users.Leave `json:"leave,omitzero"`
}

// A Freer is the party with the power to free a user's seat.
type Freer string

// The freers.
const (
	FreedByOwners Freer = "owners" // the owners of the account, by the Ways of the [Explanation]
	FreedBySync   Freer = "sync"   // the sync of the user alone, besides the vendor
	FreedByVendor Freer = "vendor" // the vendor alone
	FreedByNone   Freer = "none"   // the last active owner keeps the seat; another user becomes an owner first
)

// Explain returns the explanation for a user at an instant. The events are those about the user
// and those of [GoverningEvents], in order; events after the account's Sequence are ignored. A
// contradiction between two events, or between an event and a row, is [ErrHistory].
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
			return Explanation{}, doesNotFollow(e.Sequence, "the status before")
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
		for _, c := range userRow(u).comings() {
			if t := timers[c.rank]; t.frees && x.Ends.IsZero() {
				x.Ends, x.EndsBy = c.at, t.event
				if c.rank == leaveRank {
					x.Leave = u.Schedule.Leave
				}
			}
		}
	}
	return x, nil
}

// waysOut returns the freer of the user's seat, and the commands of owners.
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
