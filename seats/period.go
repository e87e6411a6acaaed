package seats

import (
	"iter"
	"math/big"
	"time"
)

// A Period is what was held of a pool from one instant up to, not including,
// another.
type Period struct {
	From   time.Time `json:"from"`
	To     time.Time `json:"to"`
	Peak   int64     `json:"peak"`    // the most that was held for any time; the events of one instant count together
	PeakAt time.Time `json:"peak_at"` // when that was first so
	// SeatDays is how many seats were held for how many days of 24 hours, to the
	// microsecond and never rounded: 3 seats for 12 hours are 3/2. It is zero for an
	// empty period and never nil. FloatString(2) prints it.
	SeatDays *big.Rat `json:"seat_days"`
}

// Metered returns the period in which held seats of the pool were held at the
// beginning and the events changed that. Events of other pools do not count, nor do
// those from the end on, which end the reading. An event of the pool that does not follow
// from the one before it is [ErrHistory].
func Metered(pool PoolID, from, to time.Time, held int64, events iter.Seq2[Event, error]) (Period, error) {
	p := Period{From: from, To: to, Peak: -1}
	sum, since := new(big.Int), from
	until := func(t time.Time) {
		if held > p.Peak && (t.After(since) || from.Equal(to)) {
			p.Peak, p.PeakAt = held, since
		}
		sum.Add(sum, new(big.Int).Mul(big.NewInt(held), big.NewInt(t.UnixMicro()-since.UnixMicro())))
		since = t
	}
	for e, err := range events {
		if err != nil {
			return Period{}, err
		}
		if !e.Time.Before(to) {
			break
		}
		if e.Pool != pool {
			continue
		}
		if held+e.Delta != e.Held {
			return Period{}, doesNotFollow(e.Sequence, "the seats held")
		}
		until(e.Time)
		held = e.Held
	}
	until(to)
	p.SeatDays = new(big.Rat).SetFrac(sum, big.NewInt((24 * time.Hour).Microseconds()))
	return p, nil
}
