package seatkeeper

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// A Consumer is the host's code that handles events: it sends mails, feeds a search index or
// tells another system. Name and Handle are needed; the zero value of the others is the default.
type Consumer struct {
	// Name has at most [users.MaxID] bytes. The store keeps the progress in each account under it.
	Name string
	// Handle handles a delivery. If it returns nil, all its events are done. After an error they come
	// again, but for those marked by [Delivery.Done]. Its context ends after Timeout, and goes on when
	// that of Drain or Consume ends. It may call the Keeper.
	Handle func(context.Context, *Delivery) error
	// Kinds are the kinds of the events to handle, of [seats.EventKinds]; empty: all. Others are passed over unread.
	Kinds []seats.EventKind
	// FromNow has a new consumer begin after all events so far. Otherwise it begins with the first
	// event of every account, as it does in accounts opened later.
	FromNow bool
	// Batch bounds the events of a delivery; 0 is 100, and at most [MaxBatch].
	Batch int
	// Timeout bounds a call of Handle; 0 is 30 seconds, and at most a day. The lease of the account is
	// twice as long. If Handle runs past the lease, another process may handle the same events.
	Timeout time.Duration
	// Attempts is the number of failed attempts after which an event is set aside, and the account goes
	// on; see [Keeper.SetAside]. 0: never, the account waits at the event. An attempt is counted when it
	// begins, so that an event which ends the process is set aside too. The last attempt is at the
	// event alone: after a larger batch failed, which does not tell the event at fault, Attempts 1 makes a second one. With
	// Attempts 1 and Batch 1 each event is handed out at most once, unless by [Keeper.RetryEvents]; with either
	// number changed, the events of before may come once more, or be set aside without another attempt. An account waits all
	// the same once [store.MaxSetAside] events are set aside.
	Attempts int
	// Pause is the time without a delivery in the account after a failed attempt; nil is a second,
	// doubled by each attempt up to an hour, less a random part of up to a half.
	Pause func(attempt int) time.Duration
	// Wait is the time between the passes of Consume, less a random part of up to a quarter; 0 is 5
	// seconds. A pass reads a row of every account.
	Wait time.Duration
	// Report, if there is one, is told each error when it occurs; those of accounts are of
	// [*ConsumeError]. Consume needs it. The next delivery waits for it.
	Report func(context.Context, error)
}

// MaxBatch is the largest [Consumer] Batch.
const MaxBatch = 500

const (
	defaultBatch   = 100
	defaultTimeout = 30 * time.Second
	maxTimeout     = 24 * time.Hour
	defaultWait    = 5 * time.Second
	maxWait        = time.Minute // between passes that fail, unless Wait is longer
	maxPause       = time.Hour
)

// Drain hands all events that the consumer has yet to handle to its Handle, in order within an
// account, a batch at a time, and returns the number of events done. A host calls it from time to
// time, or has [Keeper.Consume] do so. Commands never wait for it.
//
// Delivery is at least once: events come again after an error of Handle, and may come again
// after a failure of process or store. With [Delivery.DoneIn] the host's rows and the progress are
// written together, and so exactly once. The next events of an account come only once those before are
// done or set aside, in any process.
//
// After an error the account rests for the consumer's Pause. The first event comes again alone, and with
// success the batches double up to their size. The other accounts go on. Drain returns the first
// [MaxDueErrors] errors of accounts, as [*ConsumeError], an error of the list of accounts, and that of an
// ended context, which ends Drain after the delivery under way. Missing events are [seats.ErrHistory];
// of a consumer with Kinds only the account's last event is looked for.
//
// Any number of processes and goroutines may drain the same consumer. Each leases an account, renewed
// with every batch and measured by the store's clock if it has one, so that a wrong local clock
// neither blocks nor steals an account. A batch costs one write, and a turn one more.
//
// Mails follow from events. An invitation goes to the User of an event with a number by
// [seats.Event.Invitation], which its link carries; the message about an order goes to its Receivers.
//
// A Name, kind or number out of bounds is an error. In a transaction, see [Keeper.InTx], the error is
// [errors.ErrUnsupported]; on a store without an outbox it is [store.ErrNoOutbox].
func (k *Keeper) Drain(ctx context.Context, c Consumer) (events int, err error) {
	k, end := k.observed(ctx, CallStats{Method: "Drain"})
	defer end(&err)
	if err := k.prepare("Drain", &c); err != nil {
		return 0, err
	}
	return k.pass(ctx, &c)
}

// Consume is [Keeper.Drain] again and again, until the context ends; then the delivery under way
// is finished, its progress is kept, and Consume returns nil. Errors go to the consumer's Report.
// After an error of the store itself the wait doubles, up to a minute.
//
// A host runs it in a goroutine of its own, or in several, which share the accounts.
//
// Before the context ends it returns only with the errors of Drain about the consumer, a
// transaction, and a store without an outbox.
func (k *Keeper) Consume(ctx context.Context, c Consumer) error {
	var listed error // the error of the last pass, but for those of accounts
	report := c.Report
	c.Report = func(ctx context.Context, err error) {
		if _, ok := err.(*ConsumeError); !ok {
			listed = err
		}
		if ctx.Err() == nil {
			report(ctx, err)
		}
	}
	err := k.prepare("Consume", &c)
	if report == nil {
		err = errors.New("seatkeeper: Consume needs Consumer.Report")
	}
	if err != nil {
		_, end := k.observed(ctx, CallStats{Method: "Consume"})
		end(&err)
		return err
	}
	for wait := c.Wait; ; {
		listed = nil
		_, _ = k.Drain(ctx, c)
		switch wait *= 2; {
		case errors.Is(listed, store.ErrNoOutbox):
			return listed
		case listed == nil:
			wait = c.Wait
		}
		wait = min(wait, max(c.Wait, maxWait))
		select {
		case <-time.After(wait - rand.N(wait/4+1)):
		case <-ctx.Done():
			return nil
		}
	}
}

// prepare checks the consumer and sets its defaults.
func (k *Keeper) prepare(method string, c *Consumer) error {
	if err := k.checkConsumer(method, c.Name); err != nil {
		return err
	}
	known := seats.EventKinds()
	switch {
	case slices.ContainsFunc(c.Kinds, func(kind seats.EventKind) bool { return !slices.Contains(known, kind) }):
		return &seats.Refusal{Code: seats.ErrBadInput, Field: "kinds", Reason: seats.ErrNotThere}
	case c.Handle == nil:
		return errors.New("seatkeeper: Consumer.Handle is missing")
	case c.Batch < 0 || c.Batch > MaxBatch:
		return fmt.Errorf("seatkeeper: Consumer.Batch is not from 0 to %d", MaxBatch)
	case c.Timeout < 0 || c.Timeout > maxTimeout:
		return fmt.Errorf("seatkeeper: Consumer.Timeout is not from 0 to %v", maxTimeout)
	case c.Attempts < 0:
		return errors.New("seatkeeper: Consumer.Attempts is negative")
	case c.Wait < 0:
		return errors.New("seatkeeper: Consumer.Wait is negative")
	}
	if c.Batch == 0 {
		c.Batch = defaultBatch
	}
	if c.Timeout == 0 {
		c.Timeout = defaultTimeout
	}
	if c.Wait == 0 {
		c.Wait = defaultWait
	}
	if c.Pause == nil {
		c.Pause = pauseAfter
	}
	return nil
}

// checkConsumer checks what all methods for consumers need.
func (k *Keeper) checkConsumer(method, name string) error {
	if k.bound {
		return fmt.Errorf("seatkeeper: %s in a transaction: %w", method, errors.ErrUnsupported)
	}
	if err := users.CheckID(name); err != nil {
		return &seats.Refusal{Code: seats.ErrBadInput, Field: "consumer", Reason: err}
	}
	return nil
}

// pauseAfter is the default of [Consumer] Pause.
func pauseAfter(attempt int) time.Duration {
	pause := min(time.Second<<min(attempt-1, 12), maxPause)
	return pause - rand.N(pause/2)
}

// A ConsumeError is an error of a consumer in one account.
type ConsumeError struct {
	Consumer string
	Account  users.AccountID
	Sequence uint64 // of the event that Handle failed at; 0: Handle was not called
	Attempt  int    // at this event
	SetAside bool   // the event is set aside
	Err      error
}

func (e *ConsumeError) Error() string {
	text := fmt.Sprintf("seatkeeper: account %q", e.Account)
	if e.Sequence > 0 {
		text += fmt.Sprintf(", event %d, attempt %d", e.Sequence, e.Attempt)
	}
	if e.SetAside {
		text += ", set aside"
	}
	return text + ": " + e.Err.Error()
}

// Unwrap returns Err.
func (e *ConsumeError) Unwrap() error { return e.Err }

// A Delivery is a call of a consumer's Handle: the next events of one account. It is for one
// goroutine, until Handle returns.
type Delivery struct {
	Account users.AccountID
	Events  []seats.Event // in order, at least one
	Attempt int           // 1 at first: how often the first of the events has been delivered by now

	turn    *turn
	done    int
	passes  uint64          // the progress once all are done
	retried bool            // the event was set aside
	marked  *store.Progress // by DoneIn, in a transaction that may be rolled back
}

// Done marks an event of the delivery as done, and those before it. After an error of Handle
// the events after it come again.
func (d *Delivery) Done(e seats.Event) {
	for d.done < len(d.Events) && d.Events[d.done].Sequence <= e.Sequence {
		d.done++
	}
}

// DoneIn marks all events as done within the host's transaction, so that what Handle has written
// there and the progress are committed together. The bound store is that of Bind of the
// Keeper's store; the transaction must be committed before Handle returns.
//
//	tx, err := db.BeginTx(ctx, nil)
//	for _, e := range d.Events {
//		_, err = tx.ExecContext(ctx, "INSERT INTO mails ...")
//	}
//	err = d.DoneIn(ctx, st.Bind(tx))
//	err = tx.Commit()
//
// After an error the host must roll back. It is [store.ErrConflict] if another process has taken over
// the account; that process handles the events. Handle may try again in another
// transaction. The Keeper looks whether the transaction was committed, whatever Handle returns: also where
// the answer to the commit was lost.
func (d *Delivery) DoneIn(ctx context.Context, s store.Bound) error {
	t, outbox := d.turn, store.OutboxOf(s)
	until := t.lease()
	if d.marked != nil {
		until = d.marked.LeaseUntil
	}
	for {
		to := t.changed(func(p *store.Progress) { d.pass(p, until) })
		d.marked = &to
		err := outbox.Advance(ctx, t.at, to)
		if !errors.Is(err, store.ErrConflict) {
			return err
		}
		found, failed := outbox.Progress(ctx, t.at.Consumer, t.at.Account)
		switch {
		case failed != nil || found.Equal(t.at):
			return err
		case same(found, to):
			return errDone
		case !same(found, t.at):
			return err
		}
		t.at = found // other events were dropped or are to be retried
	}
}

// pass notes in a progress that all events of the delivery are done.
func (d *Delivery) pass(p *store.Progress, until time.Time) {
	if d.retried {
		p.SetAside = without(p.SetAside, d.Events[0].Sequence)
	} else {
		p.Sequence, p.Attempts = d.passes, 0
	}
	p.LeaseUntil = until
}
