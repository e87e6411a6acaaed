package seatkeeper

import (
	"time"

	"github.com/seatkeeper/seatkeeper/store"
)

// checkClock compares the Keeper's clock, read before a load, with the store's, read
// at some moment of the load.
func (k *Keeper) checkClock(now, stored time.Time, load time.Duration) error {
	ahead, behind := now.Sub(stored), stored.Sub(now.Add(load))
	if stored.IsZero() || ahead <= k.options.MaxSkew && behind <= k.options.MaxSkew {
		return nil
	}
	return &store.ClockSkewError{Now: now, StoreTime: stored, Load: load, MaxSkew: k.options.MaxSkew}
}

// A leaseClock tells the time by which leases begin and end: the store's, which all
// processes share, from its last reading and the time that has passed here since.
type leaseClock struct {
	host            func() time.Time // where the store has no clock of its own
	asked, answered time.Time        // here, before and after the reading
}

// earliest returns what the store's time is at least.
func (c *leaseClock) earliest(at store.Progress) time.Time { return c.since(at.StoreTime, c.answered) }

// latest returns what the store's time is at most.
func (c *leaseClock) latest(at store.Progress) time.Time { return c.since(at.StoreTime, c.asked) }

func (c *leaseClock) since(stored, here time.Time) time.Time {
	if stored.IsZero() {
		return c.host()
	}
	return stored.Add(time.Since(here)).Truncate(time.Microsecond)
}
