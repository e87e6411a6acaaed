package seats

import (
	"iter"
	"math/big"
	"time"
)

// A Period is the use of a pool from one instant up to another, excluded.
type Period struct {
	From   time.Time `json:"from"`
	To     time.Time `json:"to"`
	Peak   int64     `json:"peak"`    // the most seats held at once; the events of one instant count together
	PeakAt time.Time `json:"peak_at"` // the first instant of the peak
	Spent  int64     `json:"spent"`   // licences used up in the period
	// SeatDays are held seats times days of 24 hours, exact to the microsecond: 3 seats for 12
	// hours are 3/2. An empty period has zero. FloatString(2) prints it.
	SeatDays *big.Rat `json:"seat_days"`
	// BoughtSeatDays are bought seats times days: what a prepaid product bills, held or not. It is nil if
	// the total was unlimited at any time of the period.
	BoughtSeatDays *big.Rat `json:"bought_seat_days,omitempty"`
}

// Metered returns the period of a pool with the numbers after that event at its start, from the
// events up to its end. The event is the pool's last one by then; zero: there is none. Events of
// other pools are skipped. A contradiction between two events of
// the pool is [ErrHistory].
func Metered(pool PoolID, from, to time.Time, before Event, events iter.Seq2[Event, error]) (Period, error) {
	p := Period{From: from, To: to, Peak: -1}
	held, spent, bought := before.Held, before.Spent, before.Total
	heldSum, boughtSum, limited, since := new(big.Int), new(big.Int), true, from
	until := func(t time.Time) {
		if held > p.Peak && (t.After(since) || from.Equal(to)) {
			p.Peak, p.PeakAt = held, since
		}
		took := big.NewInt(t.UnixMicro() - since.UnixMicro())
		heldSum.Add(heldSum, new(big.Int).Mul(big.NewInt(held), took))
		boughtSum.Add(boughtSum, new(big.Int).Mul(big.NewInt(bought.n), took))
		limited = limited && (took.Sign() == 0 || !bought.IsUnlimited())
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
		if e.Spent < spent {
			return Period{}, doesNotFollow(e.Sequence, "the seats spent")
		}
		until(e.Time)
		held, p.Spent, spent, bought = e.Held, p.Spent+e.Spent-spent, e.Spent, e.Total
	}
	until(to)
	day := big.NewInt((24 * time.Hour).Microseconds())
	p.SeatDays = new(big.Rat).SetFrac(heldSum, day)
	if limited {
		p.BoughtSeatDays = new(big.Rat).SetFrac(boughtSum, day)
	}
	return p, nil
}
