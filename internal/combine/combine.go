// Package combine lets callers share work: one of them, the leader, works for all who wait.
package combine

import (
	"context"
	"slices"
	"sync"
	"time"
)

// A Queue is where callers wait for a leader. A caller that finds too few leaders at work leads
// at once, in its own goroutine. The zero value is ready to use, with one leader at a time.
// It is safe for concurrent use, and starts no goroutine.
type Queue[T any] struct {
	Leaders int // at work at the same time; 0 is 1

	mutex   sync.Mutex
	leading int
	waiting []*Member[T]  // in order of arrival
	taken   int           // by the last leader
	want    int           // members that the next leader waits for
	idle    time.Time     // since then no member has waited
	full    chan struct{} // closed for the leaders that gather, once so many wait
}

// A Member is a caller with its part of the work.
type Member[T any] struct {
	Value  T
	Weight int
	Alone  bool // no other member shares the work

	state state
	wake  chan struct{} // nil for a caller that never waited
}

type state uint8

const (
	waits state = iota
	taken       // by a leader
	sent        // the leader's work can't be called back
	leads
	done
	gone // the caller has left
)

// Join waits until the member is to lead, which it reports, or is done. It ends with the
// context too: then sent reports whether the work may go on without the caller.
func (q *Queue[T]) Join(ctx context.Context, m *Member[T]) (lead, isSent bool, err error) {
	if err := ctx.Err(); err != nil {
		return false, false, err
	}
	q.mutex.Lock()
	if q.leading < max(1, q.Leaders) {
		q.leading++
		m.state = leads
		q.mutex.Unlock()
		return true, false, nil
	}
	m.wake = make(chan struct{}, 1)
	q.waiting = append(q.waiting, m)
	if q.full != nil && len(q.waiting) >= q.want {
		close(q.full)
		q.full = nil
	}
	q.mutex.Unlock()
	return q.wait(ctx, m)
}

func (q *Queue[T]) wait(ctx context.Context, m *Member[T]) (lead, isSent bool, err error) {
	select {
	case <-m.wake:
		return m.state == leads, false, nil // its last state, set before
	case <-ctx.Done():
	}
	q.mutex.Lock()
	defer q.mutex.Unlock()
	switch m.state {
	case leads, done:
		return m.state == leads, false, nil
	case waits:
		q.waiting = slices.DeleteFunc(q.waiting, func(w *Member[T]) bool { return w == m })
	}
	isSent = m.state == sent
	m.state = gone
	return false, isSent, ctx.Err()
}

// Gather waits until about as many members wait as the last leader took and left, but not
// longer than the pause. A leader that never waited has company for a pause after the last one.
func (q *Queue[T]) Gather(leader *Member[T], pause time.Duration) {
	if pause <= 0 {
		return
	}
	q.mutex.Lock()
	if len(q.waiting) >= q.want || leader.wake == nil && time.Since(q.idle) > pause {
		q.mutex.Unlock()
		return
	}
	if q.full == nil { // else another leader gathers, or has
		q.full = make(chan struct{})
	}
	full := q.full
	q.mutex.Unlock()
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-full:
	case <-timer.C:
	}
}

// Take returns the leader and the members that wait, in order of arrival, up to a weight.
func (q *Queue[T]) Take(leader *Member[T], most int) []*Member[T] {
	q.mutex.Lock()
	defer q.mutex.Unlock()
	n, weight := 0, leader.Weight
	for n < len(q.waiting) && !leader.Alone && !q.waiting[n].Alone && weight+q.waiting[n].Weight <= most {
		weight += q.waiting[n].Weight
		n++
	}
	members := append(make([]*Member[T], 0, 1+n), leader)
	for _, m := range q.waiting[:n] {
		m.state = taken
		members = append(members, m)
	}
	q.waiting = slices.Delete(q.waiting, 0, n)
	q.taken = len(members)
	return members
}

// Send marks the work of some members as sent, if all members are here. Else it returns those
// who are.
func (q *Queue[T]) Send(members []*Member[T], some func(T) bool) (here []*Member[T], ok bool) {
	q.mutex.Lock()
	defer q.mutex.Unlock()
	here = q.here(members)
	ok = len(here) == len(members)
	for _, m := range here {
		if ok && m.state == taken && some(m.Value) {
			m.state = sent
		}
	}
	return here, ok
}

// CallBack marks the work of the members as not sent, and returns those who are here.
func (q *Queue[T]) CallBack(members []*Member[T]) (here []*Member[T]) {
	q.mutex.Lock()
	defer q.mutex.Unlock()
	here = q.here(members)
	for _, m := range here {
		if m.state == sent {
			m.state = taken
		}
	}
	return here
}

// here leaves out the members who have left.
func (q *Queue[T]) here(members []*Member[T]) []*Member[T] {
	if !slices.ContainsFunc(members, isGone) {
		return members
	}
	return slices.DeleteFunc(slices.Clone(members), isGone)
}

func isGone[T any](m *Member[T]) bool { return m.state == gone }

// Done lets the members go. Their values must be complete.
func (q *Queue[T]) Done(members ...*Member[T]) {
	q.mutex.Lock()
	defer q.mutex.Unlock()
	for _, m := range members {
		if m.state == taken || m.state == sent {
			m.state = done
			m.wake <- struct{}{}
		}
	}
}

// Return puts members back at the head of the queue, in their order.
func (q *Queue[T]) Return(members ...*Member[T]) {
	q.mutex.Lock()
	defer q.mutex.Unlock()
	var back []*Member[T]
	for _, m := range members {
		if m.state == taken || m.state == sent {
			m.state = waits
			back = append(back, m)
		}
	}
	q.waiting = slices.Concat(back, q.waiting)
}

// Leave ends the lead of the caller. One of the members is to go on with the work, if one is
// here; else the first that waits.
func (q *Queue[T]) Leave(members ...*Member[T]) {
	q.mutex.Lock()
	defer q.mutex.Unlock()
	for _, m := range members {
		if m.state == taken || m.state == sent {
			q.lead(m)
			return
		}
	}
	if len(q.waiting) == 0 {
		q.leading--
		q.want, q.idle = q.taken-1, time.Now()
		return
	}
	next := q.waiting[0]
	q.waiting = slices.Delete(q.waiting, 0, 1)
	q.want = q.taken + len(q.waiting) // besides the next leader
	q.lead(next)
}

func (q *Queue[T]) lead(m *Member[T]) {
	m.state = leads
	m.wake <- struct{}{}
}
