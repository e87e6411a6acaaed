package seatkeeper

import (
	"cmp"
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

var (
	errLeaseLost = errors.New("seatkeeper: another process has taken over the events")
	errDone      = errors.New("seatkeeper: the events are done, by an earlier transaction")
	errNotDone   = errors.New("seatkeeper: the transaction of DoneIn was not committed")
	errPanicked  = errors.New("seatkeeper: Handle has panicked")
	errNoAttempt = errors.New("seatkeeper: no attempt is left, and the last one did not return")

	errCommitted = errors.New("seatkeeper: the transaction of DoneIn was committed after all")
	errPaused    = errors.New("seatkeeper: the account rests after a failure that is stored and reported")
)

// pass hands out the events of all pending accounts.
func (k *Keeper) pass(ctx context.Context, c *Consumer) (events int, err error) {
	var failed []error
	report := func(err error) {
		if c.Report != nil {
			c.Report(ctx, err)
		}
	}
	outbox := store.OutboxOf(k.store)
	err = k.beginConsumer(ctx, outbox, c)
	var last users.AccountID
	for more := err == nil; more; {
		clock := leaseClock{host: k.now, asked: time.Now()}
		var page []store.Progress
		page, err = outbox.Pending(ctx, c.Name, last, accountPage)
		clock.answered = time.Now()
		if more = len(page) == accountPage; more {
			last = page[len(page)-1].Account
		}
		shuffle(page, k.now())
		for _, at := range page {
			if ctx.Err() != nil {
				break
			}
			t := turn{Keeper: k, consumer: c, outbox: outbox, clock: &clock, read: at, at: at, passed: at.Sequence, attempts: at.Attempts, size: c.Batch}
			t.report = func(e *ConsumeError) {
				e.Consumer, e.Account = c.Name, at.Account
				if report(e); len(failed) < MaxDueErrors {
					failed = append(failed, e)
				}
			}
			t.run(ctx)
			events += t.events
		}
		err = cmp.Or(err, ctx.Err())
		more = more && err == nil
	}
	if err != nil {
		report(err)
	}
	err = errors.Join(append(failed, err)...)
	return events, err
}

// beginConsumer passes all events for a new consumer.
func (k *Keeper) beginConsumer(ctx context.Context, outbox store.Outbox, c *Consumer) (err error) {
	if !c.FromNow {
		return nil
	}
	for range progressTries {
		if mark, err := outbox.Progress(ctx, c.Name, ""); err != nil || mark.Sequence > 0 {
			return err
		}
		if err = outbox.Begin(ctx, c.Name); !retryProgress(err) {
			return err
		}
	}
	return err
}

// progressTries is how often a write of progress is sent in the face of conflicts and lost answers.
const progressTries = 4

func retryProgress(err error) bool {
	return errors.Is(err, store.ErrConflict) || errors.Is(err, store.ErrUnknown)
}

// A turn hands out the events of one account.
type turn struct {
	*Keeper
	consumer *Consumer
	outbox   store.Outbox
	clock    *leaseClock
	report   func(*ConsumeError)
	read     store.Progress // as the list had it, with the store's time
	at       store.Progress // as stored now
	leased   bool
	account  seats.Account
	marked   *Delivery // whose transaction may still be committed

	passed   uint64 // the last event passed, to be stored with the next write
	attempts int    // at the one after it
	size     int    // of the next batch
	events   int    // done
}

// run hands out events until there are none, one fails, or the context ends. An account with a lease, or
// in a pause, is left alone.
func (t *turn) run(ctx context.Context) {
	if t.clock.earliest(t.read).Before(t.read.LeaseUntil) {
		return
	}
	err := t.handOut(ctx)
	if err != errPaused && err != errLeaseLost {
		if released := t.release(ctx); err == nil || err == ctx.Err() {
			err = released
		} else {
			err = withCause(err, released)
		}
	}
	if err != nil && err != errPaused && (t.leased || err != errLeaseLost) {
		t.report(&ConsumeError{Err: err})
	}
}

func (t *turn) handOut(ctx context.Context) error {
	s, err := t.loadOne(ctx, seats.Need{Account: t.at.Account})
	if err != nil {
		return cmp.Or(ctx.Err(), err)
	}
	if t.account = s.Account; t.attempts > 0 {
		t.size = 1
	}
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		d, err := t.next(ctx)
		if err != nil {
			return cmp.Or(ctx.Err(), err)
		}
		if len(d.Events) == 0 {
			t.pass(d)
			return nil
		}
		if most := t.consumer.Attempts; !d.retried && most > 0 && t.attempts >= max(most, min(t.consumer.Batch, 2)) && t.maySetAside() { // the last one was at the event alone
			d.Attempt = t.attempts
			err = t.failed(ctx, d, errNoAttempt)
		} else if err = t.begin(ctx, d); err == nil {
			err = t.hand(ctx, d)
		}
		if err != nil {
			return err
		}
	}
}

// next reads the next delivery, without events if there are none.
func (t *turn) next(ctx context.Context) (d *Delivery, err error) {
	id, c := t.at.Account, t.consumer
	for _, s := range t.at.SetAside {
		if s.Retry {
			d = &Delivery{Account: id, turn: t, Attempt: s.Attempts + 1, retried: true}
			d.Events, err = t.numbered(ctx, id, s.Sequence-1, s.Sequence)
			return d, err
		}
	}
	d = &Delivery{Account: id, turn: t, Attempt: t.attempts + 1, passes: t.passed}
	if len(c.Kinds) == 0 {
		d.passes = max(t.passed, min(t.passed+uint64(t.size), t.account.Sequence))
		d.Events, err = t.numbered(ctx, id, t.passed, d.passes)
		return d, err
	}
	d.Events, err = t.store.Events(ctx, id, seats.EventFilter{After: t.passed, Kinds: c.Kinds}, t.size)
	if n := len(d.Events); n > 0 {
		d.passes = d.Events[n-1].Sequence
	}
	if err == nil && len(d.Events) < t.size && d.passes < t.account.Sequence {
		d.passes = t.account.Sequence
		_, err = t.last(ctx, t.account)
	}
	return d, err
}

// pass notes that all events of a delivery are passed.
func (t *turn) pass(d *Delivery) {
	if !d.retried && d.passes > t.passed {
		t.passed, t.attempts = d.passes, 0
	}
}

// begin counts the attempt, and takes or renews the lease. All before the delivery is stored with it.
func (t *turn) begin(ctx context.Context, d *Delivery) error {
	until := t.lease()
	err := t.write(ctx, func(p *store.Progress) {
		p.Sequence, p.Attempts, p.LeaseUntil = t.passed, t.attempts, until
		if !d.retried {
			p.Attempts++
			return
		}
		for i := range p.SetAside {
			if s := &p.SetAside[i]; s.Sequence == d.Events[0].Sequence {
				s.Retry, s.Attempts = false, d.Attempt
			}
		}
	})
	t.leased = t.leased || err == nil
	return err
}

// hand calls Handle and notes what came of it.
func (t *turn) hand(ctx context.Context, d *Delivery) error {
	returned := false
	defer func() {
		if !returned { // a panic
			_ = t.failed(ctx, d, errPanicked)
		}
	}()
	err := t.handle(ctx, d)
	if returned = true; err != nil {
		return t.failed(ctx, d, err)
	}
	return t.done(ctx, d)
}

// handle calls Handle, and looks what became of the transaction of DoneIn.
func (t *turn) handle(ctx context.Context, d *Delivery) error {
	working, cancel := context.WithTimeout(context.WithoutCancel(ctx), t.consumer.Timeout)
	defer cancel()
	err := t.consumer.Handle(working, d)
	if d.marked == nil {
		return err
	}
	ctx, cancel = t.writing(ctx)
	defer cancel()
	found, failed := t.outbox.Progress(ctx, t.at.Consumer, t.at.Account)
	switch {
	case failed != nil:
		t.marked = d
		return withCause(failed, err)
	case same(found, *d.marked):
		t.at = found
		return nil
	}
	t.marked = d
	return cmp.Or(err, errNotDone)
}

// done notes a delivery that was handled.
func (t *turn) done(ctx context.Context, d *Delivery) error {
	t.events += len(d.Events)
	t.pass(d)
	t.size = min(2*t.size, t.consumer.Batch)
	if !d.retried {
		return nil // stored with the next write
	}
	until := t.at.LeaseUntil
	return t.write(ctx, func(p *store.Progress) { d.pass(p, until) })
}

// failed notes a failed attempt at an event: it is set aside, or the account rests.
func (t *turn) failed(ctx context.Context, d *Delivery, cause error) error {
	n := min(d.done, len(d.Events)-1)
	e := &ConsumeError{Sequence: d.Events[n].Sequence, Attempt: d.Attempt, SetAside: d.retried, Err: cause}
	if d.retried {
		t.report(e)
		return nil
	}
	passed, most, until := t.passed, t.consumer.Attempts, t.lease()
	if n > 0 {
		passed, e.Attempt = d.Events[n-1].Sequence, 1
	}
	e.SetAside = most > 0 && e.Attempt >= most && len(d.Events) == 1 && t.maySetAside()
	if !e.SetAside {
		until = time.Time{}
		if pause := t.consumer.Pause(e.Attempt); pause > 0 {
			until = t.now().Add(pause).Truncate(time.Microsecond)
		}
	}
	now := t.now() // once: each try writes the same
	err := t.write(ctx, func(p *store.Progress) {
		p.Sequence, p.Attempts, p.LeaseUntil = passed, e.Attempt, until
		if e.SetAside {
			p.Sequence, p.Attempts = e.Sequence, 0
			p.SetAside = append(p.SetAside, store.SetAside{Sequence: e.Sequence, Attempts: e.Attempt, Since: now})
		}
	})
	if err == errCommitted {
		return t.done(ctx, d)
	}
	t.report(e)
	if err != nil {
		return err
	}
	t.events += n
	t.passed, t.attempts, t.leased = t.at.Sequence, t.at.Attempts, true
	if e.SetAside {
		return nil
	}
	return errPaused
}

// release stores the progress and ends the lease.
func (t *turn) release(ctx context.Context) error {
	free := func(p *store.Progress) { p.Sequence, p.Attempts, p.LeaseUntil = t.passed, t.attempts, time.Time{} }
	if t.at.Equal(t.changed(free)) {
		return nil
	}
	return t.write(ctx, free)
}

// changed returns the stored progress with a change.
func (t *turn) changed(change func(*store.Progress)) store.Progress {
	to := t.at
	to.SetAside = slices.Clone(to.SetAside)
	change(&to)
	return to
}

// write changes the stored progress. A conflict may be the engine's wish for another attempt, come
// from an own write with a lost answer, or from a change of what is set aside. So it looks at what is
// stored before it concludes that the lease is lost.
func (t *turn) write(ctx context.Context, change func(*store.Progress)) (err error) {
	ctx, cancel := t.writing(ctx)
	defer cancel()
	to := t.changed(change) // the same for each try: a write whose answer was lost is known by it
	for range progressTries {
		if err = t.outbox.Advance(ctx, t.at, to); err == nil {
			t.at = to
			return nil
		}
		if !retryProgress(err) {
			return err
		}
		found, failed := t.outbox.Progress(ctx, t.at.Consumer, t.at.Account)
		switch {
		case failed != nil:
			err = withCause(err, failed)
			continue
		case found.Equal(to):
			t.at = to
			return nil
		case t.marked != nil && same(found, *t.marked.marked):
			t.at = found
			if retried := t.marked.retried; !retried {
				t.marked = nil
				return errCommitted
			}
		case found.Equal(t.at):
		case t.leased && same(found, t.at):
			t.at = found
		default:
			return errLeaseLost
		}
		to = t.changed(change)
	}
	return err
}

// writing returns a context for the progress, which is stored also when that of Drain has ended.
func (t *turn) writing(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), t.consumer.Timeout)
}

// same reports whether both are of one lease, and between the same events.
func same(x, y store.Progress) bool {
	return x.Sequence == y.Sequence && x.LeaseUntil.Equal(y.LeaseUntil)
}

func (t *turn) maySetAside() bool { return len(t.at.SetAside) < store.MaxSetAside }

// now is an upper bound of the store's time.
func (t *turn) now() time.Time { return t.clock.latest(t.read) }

// lease returns the end of a lease that begins or is renewed now. A random part makes it
// differ from every other process's, so that the process recognizes its own.
func (t *turn) lease() time.Time {
	long := 2 * t.consumer.Timeout
	return t.now().Add(long - rand.N(long/100+1)).Truncate(time.Microsecond)
}
