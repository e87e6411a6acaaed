package seatkeeper

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync/atomic"
	"time"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// A Keeper is what a host application talks to. It is safe for concurrent use,
// starts no goroutine and needs no closing. Within one Keeper the commands of one
// account take turns, first come first served; other Keepers on the same store, in
// this process or another, are dealt with by trying again.
type Keeper struct {
	store   store.Store
	options Options
	call    Call
	locks   *accountLocks
	made    *atomic.Uint32 // identifiers
	bound   bool           // to a transaction of the host's, see InTx
}

// Options are the settings of a [Keeper]. The zero value is the default.
type Options struct {
	// Now is the clock; nil is the system's. Each attempt is decided on one reading
	// of it, cut to microseconds in UTC.
	Now func() time.Time
	// NewID makes the IDs of users whom the host gives none; nil makes random ones
	// that ascend with time. They must never repeat.
	NewID func() users.ID
	// MaxSkew is how far Now may be from the store's own time, [seats.Snapshot] StoreTime,
	// the time that a load takes not counted. Beyond that every call that goes by the
	// present is a [*store.ClockSkewError] and changes nothing. 0 is five minutes where Now is nil,
	// and no check where it is set; [math.MaxInt64] is no check either. A negative number is
	// refused. In memory and on SQLite there is no time but the host's, and no check.
	MaxSkew time.Duration
	// Attempts is how often a commit is tried while others get in between; 0 is
	// 100. A negative number is refused.
	Attempts int
	// Observe, if there is one, is told what each call that decides has cost, whether it
	// went well or not: Open, Do, Apply, and each commit of DoEach, Import or EraseAccount. It is
	// called once, with the context of the call, in its goroutine and after the account's
	// turn has passed on: it holds up this caller alone, and should be quick. Several
	// goroutines may be in it at once. It must not call a Keeper: in a transaction, see
	// [Keeper.InTx], the two could wait for each other for ever. What is done there may
	// still be rolled back.
	Observe func(context.Context, CallStats)
}

// New returns a Keeper on the store. It does no I/O. The errors are those of a
// missing store, of one that is bound to a transaction, which [Keeper.InTx] takes, and of
// options that cannot be.
func New(s store.Store, o Options) (*Keeper, error) {
	_, bound := s.(store.Bound)
	switch {
	case s == nil:
		return nil, errors.New("seatkeeper: New needs a store")
	case bound:
		return nil, errors.New("seatkeeper: New needs a store that is not bound to a transaction; InTx takes one that is")
	case o.Attempts < 0:
		return nil, errors.New("seatkeeper: Options.Attempts is negative")
	case o.MaxSkew < 0:
		return nil, errors.New("seatkeeper: Options.MaxSkew is negative")
	case o.MaxSkew == 0 && o.Now == nil:
		o.MaxSkew = 5 * time.Minute
	case o.MaxSkew == 0:
		o.MaxSkew = math.MaxInt64
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Attempts == 0 {
		o.Attempts = 100
	}
	k := &Keeper{store: s, options: o, locks: newAccountLocks(), made: new(atomic.Uint32)}
	if o.NewID == nil {
		k.options.NewID = func() users.ID { return users.ID(k.newID()) }
	}
	return k, nil
}

// newID returns an identifier that nobody else makes. It begins with the time
// and a running number, so that rows which come to be together lie together.
func (k *Keeper) newID() string {
	return fmt.Sprintf("%012x%04x-%s", k.options.Now().UnixMilli(), k.made.Add(1)&0xffff, rand.Text()[:16])
}

// A Call is what the events say about the call they come from.
type Call struct {
	// Key makes the call happen once, however often it arrives: a second call with
	// the same key, actor and commands gets the result of the first and changes
	// nothing. It is chosen by the host, at most [users.MaxID] bytes, unique within the
	// account and remembered for ever; with another actor, another method or other
	// commands it is refused as [seats.ErrKeyReused]. A refusal is not remembered:
	// [Keeper.Do] is then carried out by the next call, and of a [Keeper.DoEach] the
	// commands that were refused are tried again. Nor is a call without commands.
	//
	// Texts that are no identifiers, such as names, addresses and reasons, are compared
	// command by command and only for as long as the user, or the account, is not erased.
	// Then the key counts as used whatever they are. The key itself is kept for ever: it
	// should contain nothing personal.
	Key         string
	Correlation string // what belongs together, at most [users.MaxID] bytes
	Reason      string // at most [users.MaxReason] characters
}

// With returns a Keeper whose changes carry the call's facts, in the place of
// those of k. It shares all else with k.
func (k *Keeper) With(c Call) *Keeper {
	with := *k
	with.call = c
	return &with
}

// InTx returns a Keeper for one transaction of the host's, so that the host's own rows
// and the account's are written together or not at all. The store is bound to that
// transaction, as Bind of package sqlstore returns it; where it is nil every call returns
// an error. Clock, IDs and [Call] are those of k.
//
// It tries once. Where somebody else was quicker the error is [store.ErrConflict]: the
// host rolls back, and runs its whole transaction again. A [*seats.Refusal], decided on
// what the transaction sees, leaves it as it was, but for what was due: it may go on and
// be committed. After any other error it has to be rolled back, and then nothing was
// result, even if the error is [store.ErrUnknown] or outcomes came beside it.
//
// What is done is done, and seen by others, once the host has committed; should the
// answer to that be lost, a [Call] Key finds out. [Keeper.Drain] is not for transactions
// and returns [errors.ErrUnsupported]: it would hand out events that may never have
// happened.
//
// The Keeper ends with the transaction. Until then call nothing else from inside it: a
// call of k may have to wait for the transaction, and then both wait for ever.
func (k *Keeper) InTx(s store.Bound) *Keeper {
	if s == nil {
		s = store.Failing(errors.New("seatkeeper: InTx needs a store that is bound to a transaction"))
	}
	in := *k
	in.store, in.bound = s, true
	in.options.Attempts = 2 // the second is for taken keys alone
	// To wait for the account's turn would be to wait for a call of k, which may itself
	// wait for what the transaction holds: a lock, or the only connection.
	in.locks = newAccountLocks()
	return &in
}

// Result is what a call has done. It is committed, or will be with the host's transaction.
type Result struct {
	Revision uint64          // of the account, after this call; of a repeated one, now
	Outcomes []seats.Outcome // one for each command, in order
	Events   []seats.Event   // none if all of it was so already
	Repeated bool            // a call with the same key did it before, and this is what came of it then
}

// Open opens an account. An account of that ID is [store.ErrExists]. The
// owner's ID, if empty, is made; the outcome carries it.
func (k *Keeper) Open(ctx context.Context, o seats.Opening) (Result, error) {
	request := k.request(users.System(), seats.ByCall)
	if request.Key != "" {
		request.Digest = o.Digest()
	}
	if o.Owner.ID == "" {
		o.Owner.ID = k.options.NewID()
	}
	decision, err := k.decide(ctx, "Open", o.Account, request, func(s seats.Snapshot, r seats.Request) (seats.Decision, error) {
		d, err := seats.Open(s, o, r)
		if err == nil && s.Known() && d.Repeated == nil {
			err = store.ErrExists
		}
		return d, err
	})
	if err != nil {
		return Result{}, err
	}
	return result(decision), nil
}

// Do carries out the commands, in order and all or nothing: the first that is
// refused is the answer, as a [*seats.Refusal], and nothing is changed. There may be
// [seats.MaxCommands] of them.
//
// A command whose state is so already is a success that writes nothing. New
// users without an ID get one, which the outcome carries. An unknown account is
// [store.ErrNotFound].
//
// If the context ends and the error is the context's, nothing was changed. If it ends
// while the store writes, or the store is lost in the middle of that for good, the error
// is [store.ErrUnknown], which wraps the reason: the change was made as a whole or not
// at all, and the same call with a [Call] Key finds out.
func (k *Keeper) Do(ctx context.Context, account users.AccountID, actor users.Actor, commands ...seats.Command) (Result, error) {
	request := k.request(actor, seats.ByCall, commands...)
	decision, err := k.decide(ctx, "Do", account, request, requireAccount(seats.Decide))
	if err != nil {
		return Result{}, err
	}
	return result(decision), nil
}

// request returns the request that stays the same however often it is decided.
func (k *Keeper) request(actor users.Actor, channel seats.Channel, commands ...seats.Command) seats.Request {
	r := seats.Request{
		Actor: actor, Channel: channel, Commands: seats.Identify(commands, k.options.NewID), Zones: time.LoadLocation,
		Change: seats.ChangeID(k.newID()),
		Key:    k.call.Key, Correlation: k.call.Correlation, Reason: k.call.Reason,
	}
	if r.Key != "" {
		r.Digest, r.Random = seats.Digest(actor, channel, commands), rand.Text()
	}
	return r
}

// now reads the clock, in the form that every store gives back unchanged.
func (k *Keeper) now() time.Time { return k.options.Now().UTC().Truncate(time.Microsecond) }

func result(d seats.Decision) Result {
	return Result{
		Revision: d.Change.Account.Revision, Outcomes: d.Outcomes,
		Events: slices.Concat(d.Repeated, d.Change.Events), Repeated: len(d.Repeated) > 0,
	}
}
