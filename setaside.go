package seatkeeper

import (
	"context"
	"iter"
	"slices"
	"time"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// A SetAsideEvent is an event that a consumer passed unhandled.
type SetAsideEvent struct {
	Event    seats.Event // its Account and Sequence name it
	Attempts int         // that failed
	Since    time.Time   // by the store's clock, or by Options.Now if it has none
	Retry    bool        // it is to be delivered again
}

// SetAside lists the events that a consumer has set aside after its Attempts failed, in order of account
// and number. The errors are those given to the consumer's Report: the store keeps none of their
// texts, since mail servers name addresses in them.
//
// Rows are read as by [Keeper.Users]; it reads the progress of every account. An error ends the list: a
// missing event is [seats.ErrHistory], and those of [Keeper.Drain] about the name, a transaction and
// a store without an outbox.
func (k *Keeper) SetAside(ctx context.Context, consumer string) iter.Seq2[SetAsideEvent, error] {
	return observedList(ctx, k, CallStats{Method: "SetAside"}, func(k *Keeper, yield func(SetAsideEvent, error) bool) {
		if err := k.checkConsumer("SetAside", consumer); err != nil {
			yield(SetAsideEvent{}, err)
			return
		}
		rows := pages(true, accountPage, func(last store.Progress) ([]store.Progress, error) {
			return store.OutboxOf(k.store).SetAside(ctx, consumer, last.Account, accountPage)
		})
		for p, err := range rows {
			if err != nil {
				yield(SetAsideEvent{}, err)
				return
			}
			for _, s := range p.SetAside {
				events, err := k.numbered(ctx, p.Account, s.Sequence-1, s.Sequence)
				if err != nil {
					yield(SetAsideEvent{}, err)
					return
				}
				if !yield(SetAsideEvent{events[0], s.Attempts, s.Since, s.Retry}, nil) {
					return
				}
			}
		}
	})
}

// RetryEvents has events of these numbers that a consumer has set aside delivered again, one by one, before
// later ones of the account, at the next Drain or pass of Consume. Each gets one attempt, and after
// another failure it stays set aside. It returns how many events of these numbers are set aside; others
// are left as they are. The errors are those of [Keeper.Drain] about the name, a transaction and a
// store without an outbox, and those of the store.
func (k *Keeper) RetryEvents(ctx context.Context, consumer string, account users.AccountID, numbers ...uint64) (int, error) {
	return k.changeSetAside(ctx, "RetryEvents", consumer, account, numbers, func(s store.SetAside) (store.SetAside, bool) {
		s.Retry = true
		return s, true
	})
}

// DropEvents forgets events of these numbers that a consumer has set aside: they stay unhandled. It
// returns how many there were; others are left as they are. The errors are as those of
// [Keeper.RetryEvents].
func (k *Keeper) DropEvents(ctx context.Context, consumer string, account users.AccountID, numbers ...uint64) (int, error) {
	return k.changeSetAside(ctx, "DropEvents", consumer, account, numbers, func(s store.SetAside) (store.SetAside, bool) { return s, false })
}

// changeSetAside changes events that are set aside, or removes them. A process with the lease goes on.
func (k *Keeper) changeSetAside(
	ctx context.Context, method, consumer string, account users.AccountID, numbers []uint64,
	change func(store.SetAside) (changed store.SetAside, keep bool),
) (found int, err error) {
	k, end := k.observed(ctx, CallStats{Method: method, Account: account})
	defer end(&err)
	if err := k.checkConsumer(method, consumer); err != nil {
		return 0, err
	}
	outbox := store.OutboxOf(k.store)
	for range k.options.Attempts {
		from, err := outbox.Progress(ctx, consumer, account)
		if err != nil {
			return 0, err
		}
		to, n := from, 0
		to.SetAside = nil
		for _, s := range from.SetAside {
			keep := true
			if slices.Contains(numbers, s.Sequence) {
				n++
				s, keep = change(s)
			}
			if keep {
				to.SetAside = append(to.SetAside, s)
			}
		}
		found = max(found, n) // those dropped by a write with a lost answer are gone
		if to.Equal(from) {
			return found, nil
		}
		if err = outbox.Advance(ctx, from, to); err == nil || !retryProgress(err) {
			return found, err
		}
	}
	return 0, k.exhausted(nil)
}

// without returns the events set aside but for the one of this number.
func without(all []store.SetAside, sequence uint64) []store.SetAside {
	return slices.DeleteFunc(all, func(s store.SetAside) bool { return s.Sequence == sequence })
}
