package seatkeeper

import (
	"context"
	"errors"
	"slices"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// missing tells a comparison the kept misses of a source. The zero patience can do with a store that has none; otherwise
// the misses of an earlier patience end by the run.
func (k *Keeper) missing(ctx context.Context, account users.AccountID, source string, a seats.Account, c *seats.Comparison) error {
	for after, more := users.ID(""), true; more; {
		page, runs, err := store.MissesOf(k.store).Missing(ctx, account, source, after, syncPage)
		if s, _ := a.Sources.Of(source); errors.Is(err, store.ErrNoMisses) && s.Patience == (seats.Patience{}) {
			return nil
		}
		if err != nil {
			return err
		}
		c.Missed(runs, page...)
		if more = len(page) == syncPage; more {
			after = page[len(page)-1].User
		}
	}
	return nil
}

// setMissing keeps who was missing in a run that has ended. The run is counted last: the next one counts for a part of it.
func (k *Keeper) setMissing(ctx context.Context, account users.AccountID, source string, d *seats.Differences) (err error) {
	misses, runs := d.Misses()
	if len(misses) == 0 && runs == 0 {
		return nil
	}
	k, end := k.observed(ctx, CallStats{Method: "Sync", Account: account, Actor: users.ActorSync})
	defer end(&err)
	kept := store.MissesOf(k.store)
	for some := range slices.Chunk(misses, syncPage) {
		if err := k.written(func() error { return kept.SetMissing(ctx, account, source, some...) }); err != nil {
			return err
		}
	}
	if runs == 0 {
		return nil
	}
	return k.written(func() error { return kept.SetRuns(ctx, account, source, runs) })
}
