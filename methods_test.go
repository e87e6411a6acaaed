package seatkeeper_test

import (
	"context"
	"iter"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/memstore"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/store/storetest/faults"
	"github.com/seatkeeper/seatkeeper/users"
)

// lastError is the error that ends a list.
func lastError[T any](list iter.Seq2[T, error]) (last error) {
	for _, err := range list {
		last = err
	}
	return last
}

// A method calls one method of a Keeper, by the system where an actor is asked for.
type method func(context.Context, *seatkeeper.Keeper, users.AccountID) error

// methodsOf are the methods with an account as a parameter.
var methodsOf = map[string]method{
	"Do": func(ctx context.Context, k *seatkeeper.Keeper, a users.AccountID) error {
		_, err := k.Do(ctx, a, system, seats.BuySeats{Quantity: 1})
		return err
	},
	"Do, no commands": func(ctx context.Context, k *seatkeeper.Keeper, a users.AccountID) error {
		_, err := k.Do(ctx, a, system)
		return err
	},
	"DoEach": func(ctx context.Context, k *seatkeeper.Keeper, a users.AccountID) error {
		_, err := k.DoEach(ctx, a, system, seats.BuySeats{Quantity: 1})
		return err
	},
	"DoEach, no commands": func(ctx context.Context, k *seatkeeper.Keeper, a users.AccountID) error {
		_, err := k.DoEach(ctx, a, system)
		return err
	},
	"DoAll": func(ctx context.Context, k *seatkeeper.Keeper, a users.AccountID) error {
		_, err := k.DoAll(ctx, a, system, guests(0, 1, nil), nil)
		return err
	},
	"DoAll, no commands": func(ctx context.Context, k *seatkeeper.Keeper, a users.AccountID) error {
		_, err := k.DoAll(ctx, a, system, guests(0, 0, nil), nil)
		return err
	},
	"Apply": func(ctx context.Context, k *seatkeeper.Keeper, a users.AccountID) error {
		_, err := k.Apply(ctx, a, system, seats.Plan{Account: a})
		return err
	},
	"Preview": func(ctx context.Context, k *seatkeeper.Keeper, a users.AccountID) error {
		_, err := k.Preview(ctx, a, system)
		return err
	},
	"PreviewOn": func(ctx context.Context, k *seatkeeper.Keeper, a users.AccountID) error {
		_, err := k.PreviewOn(ctx, a, users.DateOf(time.Now().AddDate(0, 1, 0)), system)
		return err
	},
	"Calendar": func(ctx context.Context, k *seatkeeper.Keeper, a users.AccountID) error {
		_, err := k.Calendar(ctx, a, users.DateOf(time.Now().AddDate(0, 1, 0)))
		return err
	},
	"Undo": func(ctx context.Context, k *seatkeeper.Keeper, a users.AccountID) error {
		_, err := k.Undo(ctx, a, system, seats.Receipt{Account: a})
		return err
	},
	"PreviewUndo": func(ctx context.Context, k *seatkeeper.Keeper, a users.AccountID) error {
		_, err := k.PreviewUndo(ctx, a, system, seats.Receipt{Account: a})
		return err
	},
	"May": func(ctx context.Context, k *seatkeeper.Keeper, a users.AccountID) error {
		return k.May(ctx, a, system, seats.BuySeats{Quantity: 1})
	},
	"Allowed": func(ctx context.Context, k *seatkeeper.Keeper, a users.AccountID) error {
		_, err := k.Allowed(ctx, a, system, "owner")
		return err
	},
	"PreviewAll": func(ctx context.Context, k *seatkeeper.Keeper, a users.AccountID) error {
		_, err := k.PreviewAll(ctx, a, system, func(func(seats.Command, error) bool) {})
		return err
	},
	"Sync": func(ctx context.Context, k *seatkeeper.Keeper, a users.AccountID) error {
		_, err := k.Sync(ctx, a, nightly, workers(0), nil)
		return err
	},
	"PreviewSync": func(ctx context.Context, k *seatkeeper.Keeper, a users.AccountID) error {
		_, err := k.PreviewSync(ctx, a, nightly, workers(0))
		return err
	},
	"Pool": func(ctx context.Context, k *seatkeeper.Keeper, a users.AccountID) error {
		_, err := k.Pool(ctx, a, seats.Site)
		return err
	},
	"Pools": func(ctx context.Context, k *seatkeeper.Keeper, a users.AccountID) error {
		return lastError(k.Pools(ctx, a))
	},
	"Licences": func(ctx context.Context, k *seatkeeper.Keeper, a users.AccountID) error {
		return lastError(k.Licences(ctx, a, users.LicenceFilter{}))
	},
	"Import": func(ctx context.Context, k *seatkeeper.Keeper, a users.AccountID) error {
		_, err := k.Import(ctx, a, table(nil, veteran("ada")))
		return err
	},
	"Import of none": func(ctx context.Context, k *seatkeeper.Keeper, a users.AccountID) error {
		_, err := k.Import(ctx, a, table(nil))
		return err
	},
	"EraseAccount": func(ctx context.Context, k *seatkeeper.Keeper, a users.AccountID) error {
		_, err := k.EraseAccount(ctx, a, system, "")
		return err
	},
	"Usage": func(ctx context.Context, k *seatkeeper.Keeper, a users.AccountID) error {
		_, err := k.Usage(ctx, a)
		return err
	},
	"Account": func(ctx context.Context, k *seatkeeper.Keeper, a users.AccountID) error {
		_, err := k.Account(ctx, a)
		return err
	},
	"UsageOf": func(ctx context.Context, k *seatkeeper.Keeper, a users.AccountID) error {
		_, err := k.UsageOf(ctx, a, users.Filter{NeverSignedIn: true})
		return err
	},
	"UsageOfPool": func(ctx context.Context, k *seatkeeper.Keeper, a users.AccountID) error {
		_, err := k.UsageOfPool(ctx, a, seats.Site)
		return err
	},
	"User": func(ctx context.Context, k *seatkeeper.Keeper, a users.AccountID) error {
		_, err := k.User(ctx, a, "owner")
		return err
	},
	"Find": func(ctx context.Context, k *seatkeeper.Keeper, a users.AccountID) error {
		_, err := k.Find(ctx, a, users.ByEmail("owner@acme.example"))
		return err
	},
	"Seen": func(ctx context.Context, k *seatkeeper.Keeper, a users.AccountID) error {
		return k.Seen(ctx, a, time.Now(), "owner")
	},
	"JoinCodes": func(ctx context.Context, k *seatkeeper.Keeper, a users.AccountID) error {
		return lastError(k.JoinCodes(ctx, a))
	},
	"LastSeen": func(ctx context.Context, k *seatkeeper.Keeper, a users.AccountID) error {
		_, err := k.LastSeen(ctx, a, "owner")
		return err
	},
	"Unseen": func(ctx context.Context, k *seatkeeper.Keeper, a users.AccountID) error {
		_, err := k.Unseen(ctx, a, system, seats.Unseen{UnseenRule: seats.UnseenRule{Days: 90}})
		return err
	},
	"FreeUnseen": func(ctx context.Context, k *seatkeeper.Keeper, a users.AccountID) error {
		_, err := k.FreeUnseen(ctx, a, seats.Unseen{})
		return err
	},
	"Users": func(ctx context.Context, k *seatkeeper.Keeper, a users.AccountID) error {
		return lastError(k.Users(ctx, a, users.Filter{}))
	},
	"Page": func(ctx context.Context, k *seatkeeper.Keeper, a users.AccountID) error {
		_, err := k.Page(ctx, a, users.Filter{}, users.Cursor{}, 9)
		return err
	},
	"Count": func(ctx context.Context, k *seatkeeper.Keeper, a users.AccountID) error {
		_, err := k.Count(ctx, a, users.Filter{})
		return err
	},
	"Events": func(ctx context.Context, k *seatkeeper.Keeper, a users.AccountID) error {
		return lastError(k.Events(ctx, a, seats.EventFilter{}))
	},
	"Replay": func(ctx context.Context, k *seatkeeper.Keeper, a users.AccountID) error {
		_, err := k.Replay(ctx, a)
		return err
	},
	"UsageAt": func(ctx context.Context, k *seatkeeper.Keeper, a users.AccountID) error {
		_, err := k.UsageAt(ctx, a, time.Now())
		return err
	},
	"Period": func(ctx context.Context, k *seatkeeper.Keeper, a users.AccountID) error {
		_, err := k.Period(ctx, a, seats.Site, time.Now().Add(-time.Hour), time.Now())
		return err
	},
	"Explain": func(ctx context.Context, k *seatkeeper.Keeper, a users.AccountID) error {
		_, err := k.Explain(ctx, a, "owner")
		return err
	},
	"Audit": func(ctx context.Context, k *seatkeeper.Keeper, a users.AccountID) error {
		_, err := k.Audit(ctx, a)
		return err
	},
}

// otherMethods are the methods on all accounts, and Open.
var otherMethods = map[string]method{
	"Open": func(ctx context.Context, k *seatkeeper.Keeper, _ users.AccountID) error {
		_, err := k.Open(ctx, seats.Opening{Account: "other", Total: seats.Of(1), Owner: profile("o")})
		return err
	},
	"AccountsOf": func(ctx context.Context, k *seatkeeper.Keeper, _ users.AccountID) error {
		return lastError(k.AccountsOf(ctx, users.ByID("owner")))
	},
	"Accounts": func(ctx context.Context, k *seatkeeper.Keeper, _ users.AccountID) error {
		return lastError(k.Accounts(ctx, ""))
	},
	"RunDue": func(ctx context.Context, k *seatkeeper.Keeper, _ users.AccountID) error {
		_, err := k.RunDue(ctx, seatkeeper.DueRun{})
		return err
	},
}

// consumers are the methods for consumers of events.
var consumers = map[string]method{
	"Drain": func(ctx context.Context, k *seatkeeper.Keeper, _ users.AccountID) error {
		_, err := k.Drain(ctx, reader)
		return err
	},
	"Consume": func(ctx context.Context, k *seatkeeper.Keeper, _ users.AccountID) error {
		return k.Consume(ctx, seatkeeper.Consumer{Name: "mails"})
	},
	"SetAside": func(ctx context.Context, k *seatkeeper.Keeper, _ users.AccountID) error {
		return lastError(k.SetAside(ctx, "mails"))
	},
	"RetryEvents": func(ctx context.Context, k *seatkeeper.Keeper, a users.AccountID) error {
		_, err := k.RetryEvents(ctx, "mails", a, 1)
		return err
	},
	"DropEvents": func(ctx context.Context, k *seatkeeper.Keeper, a users.AccountID) error {
		_, err := k.DropEvents(ctx, "mails", a, 1)
		return err
	},
}

// reader handles each event and does nothing.
var reader = seatkeeper.Consumer{Name: "mails", Handle: func(context.Context, *seatkeeper.Delivery) error { return nil }}

// TestKeeper_methods: the tables have each method that may call the store.
func TestKeeper_methods(t *testing.T) {
	listed := map[string]bool{"InTx": true, "With": true, "ApplyAll": true} // the last is DoAll of a plan
	for _, methods := range []map[string]method{methodsOf, otherMethods, consumers} {
		for name := range methods {
			listed[name] = true
		}
	}
	for m := range reflect.TypeFor[*seatkeeper.Keeper]().Methods() {
		require.True(t, listed[m.Name], m.Name)
	}
}

// TestOptions_Observe_consumers: a call for a consumer is told, also one that is refused, with what it costs.
func TestOptions_Observe_consumers(t *testing.T) {
	s := memstore.New()
	newKeeper(t, s, seatkeeper.Options{}, seats.Of(9), seats.Standard())
	for name, call := range consumers {
		var o observed
		k := on(t, s, seatkeeper.Options{Observe: o.observe})
		_ = call(t.Context(), k, "acme")
		require.Error(t, call(t.Context(), k.InTx(nil), "acme"), name)
		require.Len(t, o.all, 2, name)
		require.Equal(t, []string{name, name, "failed"}, []string{o.all[0].Method, o.all[1].Method, o.all[1].Code()})
	}
	var o observed
	_, err := on(t, s, seatkeeper.Options{Observe: o.observe}).ApplyAll(t.Context(), "acme", system, seats.LargePlan{Account: "other"}, guests(0, 1, nil), nil)
	require.Error(t, err)
	require.Len(t, o.all, 1, "a plan of another account")
	f := faults.New(s, func(int) faults.Fault { return faults.None })
	for range 2 {
		var o observed
		before := f.Calls()
		c := reader
		c.Name, c.FromNow = "search", true
		_, err := on(t, f, seatkeeper.Options{Observe: o.observe}).Drain(t.Context(), c)
		require.NoError(t, err)
		require.Equal(t, f.Calls()-before, o.all[0].Loads+o.all[0].Reads+o.all[0].Writes)
	}
}

// TestKeeper_unknown_account: an ID that no account can have is kept from the store.
func TestKeeper_unknown_account(t *testing.T) {
	sound := newKeeper(t, memstore.New(), seatkeeper.Options{}, seats.Of(9), seats.Standard())
	for name, call := range methodsOf {
		require.ErrorIs(t, call(t.Context(), sound, "unknown"), store.ErrNotFound, name)
		for _, id := range []users.AccountID{"", "a\x00", "\xff"} {
			require.ErrorIs(t, call(t.Context(), on(t, down, seatkeeper.Options{}), id), store.ErrNotFound, name)
		}
	}
}

func TestKeeper_broken_store(t *testing.T) {
	k := on(t, down, seatkeeper.Options{})
	for _, methods := range []map[string]method{methodsOf, otherMethods} {
		for name, call := range methods {
			require.ErrorIs(t, call(t.Context(), k, "acme"), errDown, name)
		}
	}
}

// TestKeeper_reads_store_fails at each call in turn.
func TestKeeper_reads_store_fails(t *testing.T) {
	s := memstore.New()
	newKeeper(t, s, seatkeeper.Options{}, seats.Of(9), seats.Standard())
	for name, calls := range map[string]int{
		"Usage": 1, "Account": 1, "UsageOf": 2, "User": 1, "Find": 1, "Users": 2, "Page": 2, "Count": 1,
		"Events": 3, "Replay": 3, "UsageAt": 4, "Period": 3, "Explain": 4, "Audit": 6, "Preview": 1, "May": 1,
		"Allowed": 1, "PreviewAll": 1, "Pool": 1, "Pools": 2, "Licences": 2, "PreviewOn": 1, "Calendar": 3, "Undo": 1, "PreviewUndo": 2, "LastSeen": 2, "Unseen": 4, "FreeUnseen": 1, "PreviewSync": 5,
	} {
		for n := range calls {
			err := methodsOf[name](t.Context(), on(t, faults.New(s, at(n, faults.Fail)), seatkeeper.Options{}), "acme")
			require.ErrorIs(t, err, faults.ErrInjected, "%s, call %d", name, n)
		}
		f := faults.New(s, at(calls, faults.Fail))
		var o observed
		require.NoError(t, methodsOf[name](t.Context(), on(t, f, seatkeeper.Options{Observe: o.observe}), "acme"), name)
		require.Equal(t, calls, f.Calls(), name)
		require.Len(t, o.all, 1, name)
		require.Equal(t, []any{name, users.AccountID("acme"), calls, "ok"}, []any{o.all[0].Method, o.all[0].Account, o.all[0].Loads + o.all[0].Reads, o.all[0].Code()})
	}
}

// TestOptions_Observe_methods: a call is told by its name, and so is its failure.
func TestOptions_Observe_methods(t *testing.T) {
	for _, methods := range []map[string]method{methodsOf, otherMethods} {
		for name, call := range methods {
			var o observed
			require.Error(t, call(t.Context(), on(t, down, seatkeeper.Options{Observe: o.observe}), "acme"), name)
			name, _, _ = strings.Cut(name, ",")
			name = strings.TrimSuffix(name, " of none")
			require.Len(t, o.all, 1, name)
			require.Equal(t, []string{name, "failed"}, []string{o.all[0].Method, o.all[0].Code()})
			require.ErrorIs(t, o.all[0].Err, errDown, name)
		}
	}
}

// TestKeeper_InTx_unbound: without a transaction nothing is done.
func TestKeeper_InTx_unbound(t *testing.T) {
	k := newKeeper(t, memstore.New(), seatkeeper.Options{}, seats.Of(9), seats.Standard()).InTx(nil)
	for _, methods := range []map[string]method{methodsOf, otherMethods} {
		for name, call := range methods {
			require.EqualError(t, call(t.Context(), k, "acme"), "seatkeeper: InTx needs a store that is bound to a transaction", name)
		}
	}
}
