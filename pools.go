package seatkeeper

import (
	"context"
	"iter"
	"time"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// Pool returns the usage of one pool: total, held and spent seats, and by its methods the
// available and the excess ones. [Keeper.Usage] has the same of the site pool, [seats.Site],
// with the people and the summary cards. An unknown pool is a refusal, [seats.ErrBadInput]
// with [seats.ErrNotThere].
func (k *Keeper) Pool(ctx context.Context, account users.AccountID, id seats.PoolID) (_ seats.Pool, err error) {
	k, end := k.observed(ctx, CallStats{Method: "Pool", Account: account})
	defer end(&err)
	s, _, err := k.loadPools(ctx, &seats.Need{Account: account, Pools: pools(id)})
	if err != nil {
		return seats.Pool{}, err
	}
	for _, p := range s.Pools {
		if p.ID == id {
			return p, nil
		}
	}
	return seats.Pool{}, &seats.Refusal{Code: seats.ErrBadInput, Field: "pool", Pool: id, Reason: seats.ErrNotThere}
}

// UsageOfPool returns one pool in numbers, with summary cards: of a course its bought, available,
// assigned and used licences. Of the site pool it is [Keeper.Usage]. The cost is that of one row.
// An unknown pool is refused as by [Keeper.Pool]; an unknown account is [store.ErrNotFound].
func (k *Keeper) UsageOfPool(ctx context.Context, account users.AccountID, id seats.PoolID) (_ seats.Usage, err error) {
	k, end := k.observed(ctx, CallStats{Method: "UsageOfPool", Account: account})
	defer end(&err)
	need := seats.Need{Account: account, Pools: pools(id)}
	s, asOf, err := k.loadPools(ctx, &need)
	if err != nil {
		return seats.Usage{}, err
	}
	if u, ok := s.UsageOfPool(id, need.DueBy); ok {
		u.AsOf = asOf
		return u, nil
	}
	return seats.Usage{}, &seats.Refusal{Code: seats.ErrBadInput, Field: "pool", Pool: id, Reason: seats.ErrNotThere}
}

// loadPools loads a snapshot whose pools end by the rules that the time zone of the account has
// now.
func (k *Keeper) loadPools(ctx context.Context, need *seats.Need) (seats.Snapshot, time.Time, error) {
	s, asOf, err := k.read(ctx, need)
	for i := range s.Pools {
		s.Pools[i].Ends = k.endOf(s.Pools[i], s.Account.Zone)
	}
	return s, asOf, err
}

func (k *Keeper) endOf(p seats.Pool, zone string) seats.PoolEnd {
	return seats.Request{Zones: k.options.Zones}.EndOf(p, zone)
}

// pools leaves out the site pool, which is always loaded, and malformed IDs.
func pools(id seats.PoolID) []seats.PoolID {
	if users.CheckID(id) != nil {
		return nil
	}
	return []seats.PoolID{id}
}

// Pools lists the account's pools: the site pool and then the course pools in ascending
// order of ID. Rows are read as by [Keeper.Users]: an account may have a pool for each of
// its courses, and thousands of these.
func (k *Keeper) Pools(ctx context.Context, account users.AccountID) iter.Seq2[seats.Pool, error] {
	return observedList(ctx, k, CallStats{Method: "Pools", Account: account}, func(k *Keeper, yield func(seats.Pool, error) bool) {
		s, err := k.load(ctx, &seats.Need{Account: account})
		if err != nil {
			yield(seats.Pool{}, err)
			return
		}
		for _, site := range s.Pools {
			if !yield(site, nil) {
				return
			}
		}
		for p, err := range k.otherPools(ctx, account) {
			if p.IsCode() {
				continue
			}
			p.Ends = k.endOf(p, s.Account.Zone)
			if !yield(p, err) {
				return
			}
		}
	})
}

// JoinCodes lists the account's join codes in ascending order of ID, for the page of an admin: the
// Text in [seats.Pool.Join], the uses and the uses left, the seats held in advance, and why a code has
// stopped working: Ended, at its Ends, or 0 uses left. Ended codes stay in the list. Rows are
// read as by [Keeper.Pools].
func (k *Keeper) JoinCodes(ctx context.Context, account users.AccountID) iter.Seq2[seats.Pool, error] {
	return observedList(ctx, k, CallStats{Method: "JoinCodes", Account: account}, func(k *Keeper, yield func(seats.Pool, error) bool) {
		if _, err := k.load(ctx, &seats.Need{Account: account}); err != nil { // codes end by the clock
			yield(seats.Pool{}, err)
			return
		}
		for p, err := range k.otherPools(ctx, account) {
			if (err != nil || p.IsCode()) && !yield(p, err) {
				return
			}
		}
	})
}

// otherPools lists the pools besides the site pool.
func (k *Keeper) otherPools(ctx context.Context, account users.AccountID) iter.Seq2[seats.Pool, error] {
	return pages(true, accountPage, func(last seats.Pool) ([]seats.Pool, error) {
		return k.store.Pools(ctx, account, last.ID, accountPage)
	})
}
