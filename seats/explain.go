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
	// Where a seat is held, what frees it: Ways are the commands by which the owners
	// of the account can put the person out now, for an owner the end of the ownership, which has
	// to come first; none where it is left to a sync or the vendor. Ends is when it
	// comes free by itself, by the event EndsBy; the zero instant is never.
	Ways   []users.Action `json:"ways,omitzero"`
	Ends   time.Time      `json:"ends,omitzero"`
	EndsBy EventKind      `json:"ends_by,omitzero"`
}

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
		x.Ways = a.waysOut(u)
		if !u.Due.IsZero() {
			x.Ends, x.EndsBy = u.Due, nextTimer(u).event
		}
	}
	return x, nil
}

// waysOut returns what the owners of the account can do to free the person's seat.
func (a Account) waysOut(u users.User) []users.Action {
	var ways []users.Action
	if u.Role == users.Owner {
		if a.Policy.grants(users.ActionEndOwnership) && a.Policy.offers(users.ActionEndOwnership, u.Segment()) && a.binds(u) == "" {
			ways = append(ways, users.ActionEndOwnership)
		}
		return ways
	}
	for _, way := range leaving.Members() {
		if a.Policy.offers(way, u.Segment()) && !a.Policy.locks(way, u.Segment()) {
			ways = append(ways, way)
		}
	}
	return ways
}
