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

// A Keeper is the host application's way to its accounts. It is safe for concurrent use and
// needs no closing. [Keeper.RunDue] and [Keeper.Import] alone start goroutines, and wait for them.
//
// Within one Keeper the commands of an account are decided one after the other, in the order of
// arrival. Those that arrive during a commit share the next one, each with its own result; a call
// commits for the others in its own goroutine. In company it waits for more of them, for a fraction
// of a millisecond; a lone call never waits. See [Options] Sharing and Remember.
//
// Keepers on the same store, in any number of processes, may meet in a conflict. The loser tries
// again at once, and the winner gives way for about two commits.
type Keeper struct {
	store     store.Store
	options   Options
	call      Call
	accounts  *accounts
	committer *committer     // nil: accounts share no commits
	counter   *atomic.Uint32 // of the identifiers made
	bound     bool           // to the host's transaction, see InTx
}

// Options are the settings of a [Keeper]. The zero value is the default. A panic in one of their
// functions is raised in the goroutine of a call that it was asked for, and harms no other call.
type Options struct {
	// Now is the clock; nil is the system's. Each attempt of a call uses one reading of
	// it, in UTC and cut to microseconds. For Observe it is read a few times more.
	Now func() time.Time
	// NewID makes the IDs of users invited or added without one; nil makes random ones in
	// the order of time. It must be safe for concurrent use and never repeat an ID.
	NewID func() users.ID
	// MaxSkew bounds the difference between Now and the store's clock, StoreTime of
	// [seats.Snapshot], less the duration of the load. Beyond it a call changes nothing and
	// its error is a [*store.ClockSkewError]. 0 is five minutes where Now is nil, and
	// unbounded where Now is set; [math.MaxInt64] is unbounded too. New refuses a negative
	// number. In memory and on SQLite the host's clock is the only one.
	MaxSkew time.Duration
	// Zones looks the time zone of an account up by its IANA name; nil is
	// [time.LoadLocation]. It must be safe for concurrent use. A host may give it the newest
	// zone rules: dates to come follow them, see [seats.Schedule].
	Zones func(name string) (*time.Location, error)
	// Attempts bounds the attempts to commit in the face of conflicts; 0 is 100. New refuses
	// a negative number.
	Attempts int
	// Remember bounds the accounts whose last snapshot is remembered, so that a command which names
	// no unknown user, and has an effect, is decided without a read; 0 is 4,096. A remembered snapshot
	// holds a few dozen users at most: some 50 KB, and 200 MB for 4,096 accounts as busy as that.
	// Negative: none. What is remembered is never trusted: a commit is compared with the store, and a
	// refusal is decided on a fresh read.
	Remember int
	// Sharing says which calls share commits; the zero value: all.
	Sharing Sharing
	// Observe is told of each call, failed ones included, see [CallStats]. It must not call
	// a Keeper: in a transaction, see [Keeper.InTx], the two could wait for each other for
	// ever. It runs in the caller's goroutine with the call's context, once the account is
	// free for the next call, and delays this caller alone. It must be safe for concurrent
	// use. In a transaction the host may still roll back.
	Observe func(context.Context, CallStats)
}

// Sharing says which calls share commits.
type Sharing uint8

// The kinds of sharing. Each call keeps its own decision, result and error.
const (
	ShareAll     Sharing = iota // the calls of an account that wait for it, and accounts with each other
	ShareAccount                // the calls of an account that wait for it
	ShareNothing                // each call has a commit of its own
)

// New returns a Keeper on the store. It does no I/O. A nil store, options out of bounds,
// and a store bound to a transaction are errors; [Keeper.InTx] takes a bound store.
func New(s store.Store, o Options) (*Keeper, error) {
	_, bound := s.(store.Bound)
	switch {
	case s == nil:
		return nil, errors.New("seatkeeper: New needs a store")
	case bound:
		return nil, errors.New("seatkeeper: New needs a store that is not bound to a transaction; InTx takes one that is")
	case o.Sharing > ShareNothing:
		return nil, errors.New("seatkeeper: Options.Sharing is unknown")
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
	if o.Zones == nil {
		o.Zones = time.LoadLocation
	}
	if o.Attempts == 0 {
		o.Attempts = 100
	}
	if o.Remember == 0 {
		o.Remember = 4096
	}
	k := &Keeper{store: s, options: o, accounts: newAccounts(max(0, o.Remember)), counter: new(atomic.Uint32)}
	if o.Sharing == ShareAll {
		k.committer = newCommitter(s)
	}
	if o.NewID == nil {
		k.options.NewID = func() users.ID { return users.ID(k.newID()) }
	}
	return k, nil
}

// newID returns a new identifier. Time and a counter come first, so that rows made
// together lie together in an index.
func (k *Keeper) newID() string {
	return fmt.Sprintf("%012x%04x-%s", k.options.Now().UnixMilli(), k.counter.Add(1)&0xffff, rand.Text()[:16])
}

// changeID returns the identifier of a change, of 50 random bits. It must differ from those of other
// changes with the same numbers of events alone.
func changeID() seats.ChangeID { return seats.ChangeID(rand.Text()[:10]) }

// Result is the outcome of a call. In a transaction it holds once the host has committed.
type Result struct {
	Revision uint64          // of the account after this call; of a repeated call, the present one
	Outcomes []seats.Outcome // one for each command, in order
	Events   []seats.Event   // of the commands, with the Key of the call, and of queues that get the seats left free; empty if nothing changed
	Repeated bool            // an earlier call with the same key made the change; outcomes, and events with the key, are that call's
	Receipt  seats.Receipt   // of Do and Apply, for [Keeper.Undo]; with personal data
}

// Open opens an account. The owner is active from then on; their ID, if empty, is made and is
// in the outcome. Input out of bounds is refused as [seats.ErrBadInput]. An existing account,
// closed and erased ones included, is [store.ErrExists].
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

// Do carries out the commands in order, all or nothing: the first refused command is the
// error, as a [*seats.Refusal], and nothing is changed. The actor needs authority for each.
// There may be up to [seats.MaxCommands] commands. A command whose effect is already there
// succeeds and writes nothing. New users without an ID get one, found in the outcome. An
// unknown account is [store.ErrNotFound].
//
// If the error is the context's own, nothing was changed. If the context ends or the store
// fails in the middle of a commit, the error is [store.ErrUnknown] and wraps the reason: the
// change was made as a whole or not at all. The same call with a [Call] Key finds out.
func (k *Keeper) Do(ctx context.Context, account users.AccountID, actor users.Actor, commands ...seats.Command) (Result, error) {
	request := k.request(actor, seats.ByCall, commands...)
	decision, err := k.decide(ctx, "Do", account, request, decideKnown)
	if err != nil {
		return Result{}, err
	}
	return result(decision).with(account, request, decision), nil
}

// request returns the request of a call, the same for all of its attempts.
func (k *Keeper) request(actor users.Actor, channel seats.Channel, commands ...seats.Command) seats.Request {
	r := seats.Request{
		Actor: actor, Channel: channel, Commands: seats.Identify(commands, k.options.NewID), Zones: k.options.Zones,
		Change: changeID(),
		Key:    k.call.Key, Correlation: k.call.Correlation, Reason: k.call.Reason,
	}
	if r.Key != "" {
		r.Digest, r.Random = seats.Digest(actor, channel, commands), rand.Text()
	}
	return k.withRandom(r)
}

// withRandom adds the random text to a request that needs one.
func (k *Keeper) withRandom(r seats.Request) seats.Request {
	if r.Random == "" && seats.NeedsRandom(r.Commands) {
		r.Random = rand.Text()
	}
	return r
}

// now reads the clock in the precision that every store keeps.
func (k *Keeper) now() time.Time { return k.options.Now().UTC().Truncate(time.Microsecond) }

func result(d *seats.Decision) Result {
	events := d.Change.Events
	if len(d.Repeated) > 0 {
		events = slices.Concat(d.Repeated, events)
	}
	return Result{Revision: d.Change.Account.Revision, Outcomes: d.Outcomes, Events: events, Repeated: len(d.Repeated) > 0}
}

// with returns the result with the receipt of the call.
func (r Result) with(account users.AccountID, request seats.Request, d *seats.Decision) Result {
	r.Receipt = seats.NewReceipt(account, request)
	r.Receipt.Add(*d)
	return r
}
