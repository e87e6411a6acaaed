package seatkeeper

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/seatkeeper/seatkeeper/internal/combine"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
)

// A batch is the calls of an account that share a commit. Its leader works with it, in the
// goroutine of one of the calls; if that one leaves, another goes on.
type batch struct {
	loader
	at      *account
	members []*combine.Member[*call] // in order of arrival

	memory    *memory // of the account now
	base      *memory // that the calls were decided on
	top       *memory // the base with the changes of the calls so far, but for the pending one
	pending   *seats.Change
	loaded    *seats.Snapshot // for the calls
	now       time.Time       // of the decisions
	changes   []*seats.Change // of the calls, in order
	change    *seats.Change   // all of them, as last sent to the store; nil: none was
	uncertain error           // why change may have been written
	inFlight  bool            // change may still reach the store
	tries     int
}

// errGaveUp ends a batch after the last attempt.
var errGaveUp = errors.New("seatkeeper: no attempt is left")

func (k *Keeper) newBatch(at *account, members []*combine.Member[*call]) *batch {
	return &batch{loader: loader{Keeper: k}, at: at, members: members}
}

func (b *batch) has(c *call) bool { return slices.Contains(b.members, &c.member) }

// run decides and commits until every call has its decision. A refusal is decided on a snapshot
// loaded for it. Before anything is sent again, the Keeper finds out what became of the last
// commit. So a change is written once, though its answer is lost or the network repeats it.
//
// In the host's transaction only a taken key is looked up again. Any other error may have
// ended the transaction: a further statement would hide the first error or, worse, be
// carried out beside it.
func (b *batch) run(ctx context.Context) error {
	for fresh := !b.remembers() || b.members[0].Value.loads; ; {
		if fresh {
			written, err := b.load(ctx)
			switch {
			case err != nil:
				return err
			case written:
				return nil
			case b.tries == b.options.Attempts:
				return errGaveUp
			}
		}
		// A commit in flight is sent again unchanged, since the store writes it at most
		// once. Decided anew it could become a refusal, and then arrive.
		if !b.inFlight {
			if !b.decide(fresh) {
				fresh = true
				continue
			}
			if len(b.changes) == 0 {
				return nil
			}
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		here, all := b.at.queue.Send(b.members, (*call).decides)
		if b.members = here; !all && !b.inFlight {
			continue // decided without those who have left
		}
		b.tries++
		fresh = true
		began := time.Now()
		err := b.commit(ctx, b.change, true)
		if err == nil {
			b.at.took = time.Since(began)
			b.advance(began)
			b.at.won(b.change.Account.Revision)
			return nil
		}
		b.at.remember(nil)
		if errors.Is(err, store.ErrKeyTaken) {
			b.uncertain, b.inFlight = nil, false // on this revision every sending of it would be refused
		}
		if b.uncertain == nil && !errors.Is(err, store.ErrUnknown) && !errors.Is(err, store.ErrConflict) {
			b.members = b.at.queue.CallBack(b.members) // nothing was written
		}
		switch {
		case !b.retryable(err):
			return err
		case errors.Is(err, store.ErrUnknown):
			b.uncertain, b.inFlight = err, true
		case errors.Is(err, store.ErrConflict):
			b.at.saw()
		}
		if b.uncertain == nil && errors.Is(err, store.ErrConflict) {
			b.uncertain = withCause(store.ErrUnknown, err) // it may have met its own repetition
		}
	}
}

// remembers reports whether the calls can be decided without a load: nothing is due, and the
// clock is right.
func (b *batch) remembers() bool {
	b.now, b.memory = b.Keeper.now(), b.at.memory
	m := b.memory
	b.due = m != nil && m.account.IsDue(b.now)
	if m == nil || b.uncertain != nil || b.due {
		return false
	}
	stored := m.stored
	if !stored.IsZero() {
		stored = stored.Add(time.Since(m.loaded))
	}
	return b.checkClock(b.now, stored, m.took) == nil
}

// load loads what the calls need, and finds out whether the last change was written.
func (b *batch) load(ctx context.Context) (written bool, err error) {
	need, keyed := b.needs()
	snapshots, err := b.loadSettled(ctx, &need, keyed...)
	if err != nil {
		return false, err
	}
	b.loaded, b.now = &snapshots[0], present(need)
	for _, m := range b.members {
		switch c := m.Value; {
		case len(b.members) == 1:
			c.past = b.loaded.Past
		case c.need.Key != "":
			c.past, keyed = snapshots[len(snapshots)-len(keyed)].Past, keyed[1:]
		}
	}
	b.learn(need)
	if b.tries > 0 && b.loaded.Committed(*b.change) {
		return true, nil
	}
	if !b.inFlight || b.loaded.Account.Revision > b.change.Base { // the store would refuse it now
		b.uncertain, b.inFlight = nil, false
		b.members = b.at.queue.CallBack(b.members)
	}
	return false, nil
}

// needs returns the need of all calls. Several calls with a request key have a need each for the
// events of theirs.
func (b *batch) needs() (all seats.Need, keyed []seats.Need) {
	all = b.members[0].Value.need
	if len(b.members) > 1 {
		all.Key, all.IndexFrom, all.IndexTo = "", 0, 0
		for i, m := range b.members {
			n := m.Value.need
			if n.Key != "" {
				keyed = append(keyed, seats.Need{Account: n.Account, Key: n.Key, IndexFrom: n.IndexFrom, IndexTo: n.IndexTo})
			}
			if i > 0 {
				all = all.Join(n)
			}
		}
	}
	if b.tries > 0 && len(b.change.Events) > 0 {
		all.Sequence = b.change.Events[0].Sequence
	}
	return all, keyed
}

// learn remembers what was loaded. A memory that is full by now begins anew: calls that change nothing would
// fill it without end.
func (b *batch) learn(need seats.Need) {
	if revision := b.loaded.Account.Revision; revision != b.at.revision {
		if b.at.revision > 0 {
			b.at.saw()
		}
		b.at.revision = revision
	}
	b.at.mutex.Lock()
	defer b.at.mutex.Unlock()
	b.at.latest = max(b.at.latest, b.loaded.Account.Revision)
	if m := b.at.memory; m == nil || m.account.Revision != b.loaded.Account.Revision || m.size() > memoryBound {
		b.at.memory = nil
		b.memory = new(memory)
	}
	b.memory.learn(need, *b.loaded)
	b.memory.loaded, b.memory.took, b.memory.stored = b.began, b.took, b.loaded.StoreTime
	b.memory.current = b.began
	if b.accounts.keeps() && b.loaded.Known() {
		b.at.memory = b.memory
	}
}

// advance remembers what was written by a commit that began then.
func (b *batch) advance(began time.Time) {
	b.at.mutex.Lock()
	defer b.at.mutex.Unlock()
	b.at.latest = max(b.at.latest, b.change.Account.Revision)
	m := b.at.memory
	if b.at.memory = nil; m == nil || m != b.base {
		return
	}
	if b.pending != nil {
		b.top.apply(b.pending)
	}
	m.current = began
	m = m.bounded(b.top, b.members)
	m.account.Revision = b.change.Account.Revision
	b.at.memory = m
}

// finish gives every call its result: before the first change of the batch, the call of which may
// have left, with the revision before it, on which it was decided.
func (b *batch) finish() {
	for _, m := range b.members {
		c, revision := m.Value, b.memory.account.Revision
		switch {
		case c.follows || c.decides():
			revision = b.change.Account.Revision
		case len(b.changes) > 0:
			revision = b.change.Base
		}
		if account := &c.decision.Change.Account; account.Revision != revision {
			account.Revision = revision // never of a change that was sent
		}
		b.end(c, callResult{err: c.refused, panicked: c.panicked})
	}
	b.close()
}

// fail gives every call the error.
func (b *batch) fail(err error) {
	for _, m := range b.members {
		b.end(m.Value, callResult{err: b.errorOf(m.Value, err, nil)})
	}
	b.close()
}

// errorOf returns the error of a call. A call with a part in the change is told if that may have
// been written; any other gets the plain error, or that of its ended context.
func (b *batch) errorOf(c *call, err, ended error) error {
	switch {
	case c.decides() && err == errGaveUp:
		return b.exhausted(b.uncertain)
	case c.decides():
		return withCause(b.uncertain, err)
	case err == errGaveUp:
		return b.exhausted(nil)
	case ended != nil && errors.Is(err, store.ErrUnknown):
		return ended
	}
	return err
}

// split lets each of the calls go on alone: one of them may be the cause of an error.
func (b *batch) split() {
	for _, m := range b.members {
		m.Alone = true
		m.Value.result.stats.add(b.stats)
	}
	b.at.batch = nil
	b.at.queue.Return(b.members...)
}

// end gives a call its result.
func (b *batch) end(c *call, r callResult) {
	b.stats.Together = len(b.members)
	r.done, r.stats = true, c.result.stats
	r.stats.add(b.stats)
	c.result = r
}

func (b *batch) close() {
	b.at.batch = nil
	b.at.queue.Done(b.members...)
}

// pass ends the lead of a call. If its batch has no result, another of the batch goes on with it.
func (at *account) pass(c *call) {
	b := at.batch
	if b == nil {
		at.queue.Leave()
		return
	}
	at.remember(nil)
	b.members = slices.DeleteFunc(slices.Clone(b.members), func(m *combine.Member[*call]) bool { return m == &c.member })
	if len(b.members) == 0 {
		at.batch = nil
	}
	at.queue.Leave(b.members...)
}
