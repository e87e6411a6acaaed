package seatkeeper

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/seatkeeper/seatkeeper/internal/combine"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
)

// A committer sends the changes of several accounts in one commit, while others are under way.
// A lone change is sent at once.
type committer struct {
	queue combine.Queue[*shipment]
	took  atomic.Int64 // the last commit, in nanoseconds
}

// A shipment is the change of one account on its way.
type shipment struct {
	member combine.Member[*shipment]
	change *seats.Change
	err    error
	again  bool // it was not written, and is to be sent by itself
}

// sharedCommits are the commits of a Keeper under way at the same time, before accounts share them. On a
// [store.Serial] it is one.
const sharedCommits = 2

func newCommitter(s store.Store) *committer {
	leaders := sharedCommits
	if s, ok := s.(store.Serial); ok && s.Serial() {
		leaders = 1
	}
	return &committer{queue: combine.Queue[*shipment]{Leaders: leaders}}
}

// send sends the change of one account, perhaps with those of others. Only one change of an
// account may be on its way.
func (k *Keeper) send(ctx context.Context, change *seats.Change) error {
	if k.committer == nil {
		return k.sendAlone(ctx, change)
	}
	s := &shipment{change: change}
	s.member.Value, s.member.Weight = s, max(1, len(change.Events))
	lead, sent, err := k.committer.queue.Join(ctx, &s.member)
	switch {
	case sent:
		return withCause(store.ErrUnknown, err)
	case err != nil:
		return err
	case lead:
		k.committer.lead(ctx, k.store, s)
	}
	if s.again {
		return k.sendAlone(ctx, change)
	}
	return s.err
}

func (k *Keeper) sendAlone(ctx context.Context, change *seats.Change) error {
	results, err := k.store.Commit(ctx, *change)
	if err != nil {
		return err
	}
	result, err := only(results)
	if err != nil {
		return withCause(store.ErrUnknown, err)
	}
	return result.Err
}

// lead sends the leader's change and those that wait.
func (c *committer) lead(ctx context.Context, s store.Store, leader *shipment) {
	c.queue.Gather(&leader.member, pause(time.Duration(c.took.Load())))
	members := c.queue.Take(&leader.member, chunkSize)
	for all := false; !all; {
		members, all = c.queue.Send(members, func(*shipment) bool { return true })
	}
	for _, m := range members {
		m.Value.err = store.ErrUnknown // in case of a panic
	}
	defer c.queue.Leave()
	defer c.queue.Done(members...)

	changes := make([]seats.Change, len(members))
	for i, m := range members {
		changes[i] = *m.Value.change
	}
	began := time.Now()
	results, err := s.Commit(ctx, changes...)
	c.took.Store(int64(time.Since(began)))
	if err == nil {
		if err = complete(results, len(changes)); err != nil {
			err = withCause(store.ErrUnknown, err)
		}
	}
	for i, m := range members {
		switch s := m.Value; {
		case err == nil:
			s.err = results[i].Err
		case s == leader && (len(members) == 1 || ctx.Err() != nil), errors.Is(err, store.ErrConflict):
			s.err = err
		case !errors.Is(err, store.ErrUnknown): // one of them may be the cause, or the leader's context
			s.again = true
		case s == leader:
			s.err = err
		}
	}
}
