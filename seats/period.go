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
}

// Metered returns the period of a pool with the numbers after that event at its start, from the
// events up to its end. The event is the pool's last one by then; zero: there is none. Events of
// other pools are skipped. A contradiction between two events of
// the pool is [ErrHistory].
func Metered(pool PoolID, from, to time.Time, before Event, events iter.Seq2[Event, error]) (Period, error) {
	p := Period{From: from, To: to, Peak: -1}
	held, spent := before.Held, before.Spent
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
		if e.Spent < spent {
			return Period{}, doesNotFollow(e.Sequence, "the seats spent")
		}
		until(e.Time)
		held, p.Spent, spent = e.Held, p.Spent+e.Spent-spent, e.Spent
	}
	until(to)
	p.SeatDays = new(big.Rat).SetFrac(sum, big.NewInt((24 * time.Hour).Microseconds()))
	return p, nil
}
