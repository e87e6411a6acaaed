package seatkeeper

import (
	"slices"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// decide decides the calls one after the other, each on the state after those before it. It
// reports false if they must be decided again on a snapshot loaded for them: on a remembered one
// counts no refusal and no lack of an effect, and nothing unknown that the commit does not check.
func (b *batch) decide(fresh bool) (ok bool) {
	b.base, b.top, b.changes, b.pending = b.memory, b.memory, nil, nil
	unknown := make([]users.Key, 0, 2*len(b.members)) // most name a person by an ID and an address
	for i := 0; i < len(b.members); i++ {
		c := b.members[i].Value
		s, all, whole := b.snapshot(c, i == 0, fresh, unknown)
		switch {
		case c.needsMore() && i > 0:
			b.cut(i)
			continue
		case !whole || fresh && len(all) > len(unknown):
			return false
		}
		unknown = all
		c.follows = len(b.changes) > 0
		b.try(c, s)
		change, decides := &c.decision.Change, c.decides()
		switch {
		case !decides && !fresh:
			return false
		case decides && b.renames(change):
			b.cut(i)
			continue
		case decides:
			b.changes, b.pending = append(b.changes, change), change
		}
		if c.needsMore() || decides && change.Account.IsDue(b.now) {
			b.cut(i + 1)
		}
	}
	if len(b.changes) == 0 {
		return true
	}
	b.change = seats.JoinChanges(b.changes...)
	return b.memory.checked(b.change, unknown)
}

// snapshot returns what a call is decided on, and adds the keys of users that it lacks to the unknown
// ones. It is not whole if it lacks more.
func (b *batch) snapshot(c *call, first, fresh bool, unknown []users.Key) (s seats.Snapshot, all []users.Key, whole bool) {
	if first && fresh {
		s = *b.loaded
		s.Past = c.past
		return s, unknown, !c.request.Widen(&c.need, s)
	}
	if b.pending != nil {
		if b.top == b.memory {
			b.top = b.memory.over(len(b.members))
		}
		b.top.apply(b.pending)
		b.top.account.Revision = b.memory.account.Revision + 1 // one commit
		b.pending = nil
	}
	for widened := true; widened; widened = c.request.Widen(&c.need, s) {
		s, all, whole = b.top.snapshot(c.need, unknown)
		s.Past = c.past
		if c.need.Key != "" {
			s.Past = b.withPast(s.Past, c.need.Key)
		}
		whole = whole && (fresh || c.need.Key == "")
	}
	return s, all, whole
}

// withPast adds the events of a request key in the changes of the batch.
func (b *batch) withPast(past []seats.Event, key string) []seats.Event {
	for _, change := range b.changes {
		for _, e := range change.Events {
			if e.Key == key {
				past = append(slices.Clip(past), e)
			}
		}
	}
	return past
}

// needsMore reports whether the call needs rows that no memory has: it is the last of its batch
// and decided on the rows loaded.
func (c *call) needsMore() bool {
	return c.loads || c.need.Admins || c.need.Ahead > 0 || len(c.need.Codes) > 0 || c.need.Queues
}

// try decides one call. A panic in an option of the host is raised in the goroutine of its call.
func (b *batch) try(c *call, s seats.Snapshot) {
	decision := new(seats.Decision)
	c.decision, c.refused, c.panicked = decision, nil, nil
	if len(b.members) > 1 {
		defer func() { c.panicked = recover() }()
	}
	c.request.At = b.now
	*decision, c.refused = c.decide(s, c.request)
}

// decides reports whether the decision of the call has a change to write.
func (c *call) decides() bool {
	return c.decision != nil && c.refused == nil && c.panicked == nil && !c.decision.Change.Empty()
}

// renames reports whether a change gives new keys to a user that a change before it in the batch
// has touched: of the two no one change can be made, since the first row is not known to it.
func (b *batch) renames(c *seats.Change) bool {
	return len(c.NewKeys) > 0 && b.top != b.memory && slices.ContainsFunc(c.Updated, func(u users.User) bool {
		_, ok := b.top.people[u.ID]
		return ok
	})
}

// cut leaves the calls from the given one on to the next batch.
func (b *batch) cut(i int) {
	b.at.queue.Return(b.members[i:]...)
	b.members = b.members[:i]
}
