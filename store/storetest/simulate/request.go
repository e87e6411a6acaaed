package simulate

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// A request is a call of a Keeper to the store. It waits for its reply.
type request struct {
	keeper  *keeper
	call    *call // by its context; nil: unknown
	ctx     context.Context
	method  string
	account users.AccountID
	changes []seats.Change                 // of a Commit
	run     func(store.Store) (any, error) // of no Commit
	reply   chan reply
	held    *reply // carried out, and to be answered later
	version int    // of the account when it was carried out
}

type reply struct {
	value any
	err   error
}

// The errors of the simulated world.
var (
	errFailed  = errors.New("simulate: the store failed")
	errCrashed = errors.New("simulate: the Keeper has crashed")
)

// A queue has what came since it was last taken.
type queue struct {
	mutex    sync.Mutex
	requests []*request
	returned []*call
}

// take returns what came, in an order that does not depend on the scheduling of goroutines.
func (q *queue) take() (requests []*request, returned []*call) {
	q.mutex.Lock()
	defer q.mutex.Unlock()
	requests, returned = q.requests, q.returned
	q.requests, q.returned = nil, nil
	slices.SortStableFunc(requests, func(x, y *request) int {
		return cmp.Or(cmp.Compare(x.call.numbered(), y.call.numbered()), strings.Compare(string(x.account), string(y.account)), strings.Compare(x.method, y.method))
	})
	slices.SortFunc(returned, func(x, y *call) int { return cmp.Compare(x.number, y.number) })
	return requests, returned
}

// storeOf is the store of one Keeper: each of its calls waits for the scheduler.
type storeOf struct{ keeper *keeper }

type callKey struct{}

// ask makes a request and waits for its reply.
func ask[T any](ctx context.Context, k *keeper, r *request, run func(store.Store) (T, error)) (value T, err error) {
	if err := ctx.Err(); err != nil {
		return value, err
	}
	r.keeper, r.ctx, r.reply = k, ctx, make(chan reply, 1)
	r.call, _ = ctx.Value(callKey{}).(*call)
	r.run = func(s store.Store) (any, error) { return run(s) }
	q := &k.play.queue
	q.mutex.Lock()
	if k.crashed {
		q.mutex.Unlock()
		return value, errCrashed
	}
	q.requests = append(q.requests, r)
	q.mutex.Unlock()
	answer := <-r.reply
	value, _ = answer.value.(T)
	return value, answer.err
}

// outside is the context of the store, which knows no bubble.
var outside = context.Background()

// Load implements [store.Store].
func (s storeOf) Load(ctx context.Context, needs ...seats.Need) ([]seats.Snapshot, error) {
	r := &request{method: "Load"}
	if len(needs) > 0 {
		r.account = needs[0].Account
	}
	return ask(ctx, s.keeper, r, func(s store.Store) ([]seats.Snapshot, error) { return s.Load(outside, needs...) })
}

// Commit implements [store.Store].
func (s storeOf) Commit(ctx context.Context, changes ...seats.Change) ([]store.CommitResult, error) {
	r := &request{method: "Commit", changes: slices.Clone(changes)}
	if len(changes) > 0 {
		r.account = changes[0].Account.ID
	}
	return ask[[]store.CommitResult](ctx, s.keeper, r, nil)
}

// Serial implements [store.Serial].
func (s storeOf) Serial() bool { return s.keeper.play.serial }

// Users implements [store.Store].
func (s storeOf) Users(ctx context.Context, id users.AccountID, f users.Filter, limit int) ([]users.User, error) {
	return ask(ctx, s.keeper, &request{method: "Users", account: id}, func(s store.Store) ([]users.User, error) { return s.Users(outside, id, f, limit) })
}

// Tally implements [store.Store].
func (s storeOf) Tally(ctx context.Context, id users.AccountID, f users.Filter) (users.Tally, uint64, error) {
	type counted struct {
		tally    users.Tally
		revision uint64
	}
	c, err := ask(ctx, s.keeper, &request{method: "Tally", account: id}, func(s store.Store) (counted, error) {
		t, revision, err := s.Tally(outside, id, f)
		return counted{t, revision}, err
	})
	return c.tally, c.revision, err
}

// Events implements [store.Store].
func (s storeOf) Events(ctx context.Context, id users.AccountID, f seats.EventFilter, limit int) ([]seats.Event, error) {
	return ask(ctx, s.keeper, &request{method: "Events", account: id}, func(s store.Store) ([]seats.Event, error) { return s.Events(outside, id, f, limit) })
}

// Pools implements [store.Store].
func (s storeOf) Pools(ctx context.Context, id users.AccountID, after seats.PoolID, limit int) ([]seats.Pool, error) {
	return ask(ctx, s.keeper, &request{method: "Pools", account: id}, func(s store.Store) ([]seats.Pool, error) { return s.Pools(outside, id, after, limit) })
}

// Licences implements [store.Store].
func (s storeOf) Licences(ctx context.Context, id users.AccountID, f users.LicenceFilter, limit int) ([]users.Licence, error) {
	return ask(ctx, s.keeper, &request{method: "Licences", account: id}, func(s store.Store) ([]users.Licence, error) { return s.Licences(outside, id, f, limit) })
}

// Accounts implements [store.Store]. It lists none: the store may have others.
func (s storeOf) Accounts(context.Context, users.AccountID, int) ([]seats.Account, error) {
	return nil, nil
}

// Due implements [store.Store]. Of a store with other accounts it lists those of the run.
func (s storeOf) Due(ctx context.Context, by time.Time, after users.AccountID, _ int) ([]users.AccountID, error) {
	p := s.keeper.play
	return ask(ctx, s.keeper, &request{method: "Due"}, func(s store.Store) ([]users.AccountID, error) {
		due, err := s.Due(outside, by, max(after, p.prefix), len(p.accounts))
		return slices.DeleteFunc(due, func(id users.AccountID) bool { return p.account(id) == nil }), err
	})
}
