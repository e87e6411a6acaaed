package seatkeeper

import (
	"time"

	"github.com/seatkeeper/seatkeeper/store"
)

// checkClock compares the Keeper's clock, read before a load, with the store's, read at some
// moment during the load.
func (k *Keeper) checkClock(now, stored time.Time, load time.Duration) error {
	ahead, behind := now.Sub(stored), stored.Sub(now.Add(load))
	if stored.IsZero() || ahead <= k.options.MaxSkew && behind <= k.options.MaxSkew {
		return nil
	}
	return &store.ClockSkewError{Now: now, StoreTime: stored, Load: load, MaxSkew: k.options.MaxSkew}
}

// A leaseClock tells the time for leases: the store's, common to all processes, as its last
// reading plus the time passed here since.
type leaseClock struct {
	host            func() time.Time // used if the store lacks a clock
	asked, answered time.Time        // local time before and after the reading
}

// earliest is a lower bound of the store's time.
func (c *leaseClock) earliest(at store.Progress) time.Time { return c.since(at.StoreTime, c.answered) }

// latest is an upper bound of the store's time.
func (c *leaseClock) latest(at store.Progress) time.Time { return c.since(at.StoreTime, c.asked) }

func (c *leaseClock) since(stored, here time.Time) time.Time {
	if stored.IsZero() {
		return c.host()
	}
	return stored.Add(time.Since(here)).Truncate(time.Microsecond)
}
