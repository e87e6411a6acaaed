package main

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/memstore"
	"github.com/seatkeeper/seatkeeper/seats"
)

// A guestbook is what is written by hand in memory: a mutex, a map, an index and events.
type guestbook struct {
	mu      sync.Mutex
	total   int
	people  map[string]*guest
	byEmail map[string]*guest
	events  []happening
}

type guest struct {
	id, first, last, email string
	created                int64
	status                 uint8
}

type happening struct {
	at   int64
	user *guest
	kind uint8
}

func newGuestbook() *guestbook {
	return &guestbook{total: enough, people: map[string]*guest{}, byEmail: map[string]*guest{}}
}

func (g *guestbook) invite(_ context.Context, _ string, p person) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.people) == g.total || g.byEmail[p.email] != nil {
		return errFull
	}
	now := time.Now().UnixMicro()
	one := &guest{p.id, p.first, p.last, p.email, now, 1}
	g.people[p.id], g.byEmail[p.email] = one, one
	g.events = append(g.events, happening{now, one, 1})
	return nil
}

// inMemory returns a Keeper with an account, and its way to invite.
func inMemory(ctx context.Context) (*seatkeeper.Keeper, invite, error) {
	k, err := seatkeeper.New(memstore.New(), seatkeeper.Options{})
	if err != nil {
		return nil, nil, err
	}
	return k, inviteWith(k), openAccounts(ctx, k, 1, 1, seats.Of(enough))
}

// memory measures memstore: one goroutine, many on one account, and the bytes of a person.
func memory(ctx context.Context, r *runner, _ engine) ([]row, error) {
	guests := newGuests(0)
	// batch invites so many people to a new account.
	batch := func(goroutines int, open func() (invite, func(int64) error, error)) func(context.Context, time.Duration) (sample, error) {
		return func(ctx context.Context, _ time.Duration) (sample, error) {
			do, check, err := open()
			if err != nil {
				return sample{}, err
			}
			var left, failed = atomic.Int64{}, make(chan error, goroutines)
			left.Store(int64(r.people / 5))
			var running sync.WaitGroup
			runtime.GC()
			began := time.Now()
			for range goroutines {
				running.Go(func() {
					for left.Add(-1) >= 0 {
						if err := do(ctx, account(1), nth(guests.last.Add(1))); err != nil {
							failed <- err
							return
						}
					}
				})
			}
			running.Wait()
			s := sample{Calls: int64(r.people / 5), Elapsed: time.Since(began)}
			close(failed)
			for e := range failed {
				err = errors.Join(err, e)
			}
			return s, errors.Join(err, check(s.Calls))
		}
	}
	byHand := func() (invite, func(int64) error, error) {
		g := newGuestbook()
		return g.invite, func(n int64) error { return differ(int64(len(g.people)), n) }, nil
	}
	ours := func() (invite, func(int64) error, error) {
		k, do, err := inMemory(ctx)
		return do, func(n int64) error { return audited(ctx, k, 1, 1+n) }, err
	}
	run := func(work string, clients int, all ...*contestant) (row, error) {
		err := compete(ctx, all, r.rounds, r.lasts, 1, true)
		row := newRow(work, clients, results(all))
		row.invert()
		return row, err
	}
	contestant := func(name string, goroutines int, open func() (invite, func(int64) error, error)) *contestant {
		return &contestant{way: way{name: name}, run: batch(goroutines, open)}
	}
	one, err := run("memory", 1, contestant(peerWay, 1, byHand), contestant(oursWay, 1, ours))
	if err != nil {
		return nil, err
	}
	company, err := run("memory company", r.clients, contestant("one goroutine", 1, ours), contestant(oursWay, r.clients, ours))
	if err != nil {
		return nil, err
	}
	bytes, err := kept(ctx, r.people)
	return []row{one, company, bytes}, err
}

// kept compares the bytes in use after so many invitations.
func kept(ctx context.Context, people int) (row, error) {
	weigh := func(open func() (any, invite, error)) (float64, error) {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		holder, do, err := open()
		if err != nil {
			return 0, err
		}
		for n := range people {
			if err := do(ctx, account(1), nth(int64(n+1))); err != nil {
				return 0, err
			}
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		runtime.KeepAlive(holder)
		return float64(after.HeapAlloc-before.HeapAlloc) / float64(people), nil
	}
	peer, err := weigh(func() (any, invite, error) { g := newGuestbook(); return g, g.invite, nil })
	if err != nil {
		return row{}, err
	}
	ours, err := weigh(func() (any, invite, error) { k, do, err := inMemory(ctx); return k, do, err })
	return newRow("memory bytes", 1, []tried{{Name: peerWay, Rate: peer, Ratio: 1}, {Name: oursWay, Rate: ours, Ratio: ours / peer}}), err
}
