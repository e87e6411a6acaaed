package seatkeeper_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/memstore"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// leeds is a Keeper with 1,200 users of Leeds and York in turn, who hold all seats of the account.
func leeds(t *testing.T) *seatkeeper.Keeper {
	k := newKeeper(t, memstore.New(), seatkeeper.Options{}, seats.Of(1201), seats.Standard())
	_, err := k.DoAll(t.Context(), "acme", owner, staff(0, 1200), nil)
	require.NoError(t, err)
	return k
}

// staff invites the users of these numbers.
func staff(from, to int) iter.Seq2[seats.Command, error] {
	return func(yield func(seats.Command, error) bool) {
		for i := range to - from {
			id := fmt.Sprintf("p%04d", from+i)
			p := users.Profile{ID: users.ID(id), Email: id + "@acme.example", Location: []string{"Leeds", "York"}[i%2]}
			if !yield(seats.Invite{Profile: p}, nil) {
				return
			}
		}
	}
}

// inLeeds makes a command for each invited user of Leeds.
func inLeeds(ctx context.Context, k *seatkeeper.Keeper, command func(seats.Person) seats.Command) iter.Seq2[seats.Command, error] {
	return seats.ForEach(k.Users(ctx, "acme", users.Filter{Status: users.In(users.Invited), Locations: []string{"Leeds"}}), command)
}

func leave(p seats.Person) seats.Command {
	return seats.If{Command: seats.Deactivate{User: p.ID}, Status: users.In(p.Status)}
}

// TestKeeper_DoAll: the users change while the list of them is read, and seats freed serve later in the call.
func TestKeeper_DoAll(t *testing.T) {
	k := leeds(t)
	do(t, k, owner, seats.Delete{User: "p0002"})
	commands := func(yield func(seats.Command, error) bool) {
		n := 0
		for c, err := range inLeeds(t.Context(), k, leave) {
			if n++; n == 40 {
				do(t, k, owner, seats.Deactivate{User: "p0010"}) // after it was read
				do(t, k, owner, seats.Delete{User: "p1000"})     // before
			}
			if !yield(c, err) {
				return
			}
		}
		for c, err := range staff(2000, 2601) {
			if !yield(c, err) {
				return
			}
		}
	}
	var refused []users.ID
	n := 0
	done, err := k.DoAll(t.Context(), "acme", owner, commands, func(c seats.Command, o seats.Outcome) error {
		n++
		if o.Refusal != nil {
			refused = append(refused, o.User, users.ID(o.Refusal.Code))
		}
		return nil
	})
	require.NoError(t, err)
	require.Equal(t, []users.ID{"p0010", users.ID(seats.ErrChangedMeanwhile), "p2600", users.ID(seats.ErrNoSeats)}, refused)
	require.Equal(t, []int{n, 1199, 1197}, []int{done.Totals.Commands, done.Totals.Commands, done.Totals.Fit})
	u, err := k.Usage(t.Context(), "acme")
	require.NoError(t, err)
	require.Equal(t, seats.Of(0), u.Available)
	requireNoDrift(t, k)

	back, err := k.Undo(t.Context(), "acme", owner, done.Receipt)
	require.NoError(t, err)
	for _, o := range back.Outcomes {
		require.Nil(t, o.Refusal)
	}
	count, err := k.Count(t.Context(), "acme", users.Filter{Status: users.In(users.Invited)})
	require.NoError(t, err)
	require.EqualValues(t, 1197, count)
}

// TestKeeper_DoAll_canceled: the report is true, and the same filter goes on.
func TestKeeper_DoAll_canceled(t *testing.T) {
	k := leeds(t)
	ctx, cancel := context.WithCancel(t.Context())
	seen := 0
	done, err := k.DoAll(ctx, "acme", owner, inLeeds(t.Context(), k, leave), func(seats.Command, seats.Outcome) error {
		if seen++; seen == 7 {
			cancel()
		}
		return nil
	})
	require.ErrorIs(t, err, context.Canceled)
	left := func() int64 {
		n, err := k.Count(t.Context(), "acme", users.Filter{Status: users.In(users.Invited), Locations: []string{"Leeds"}})
		require.NoError(t, err)
		return n
	}
	require.Equal(t, []int{500, 500}, []int{done.Totals.Fit, seen})
	require.EqualValues(t, 100, left())

	full := errors.New("no more")
	done, err = k.DoAll(t.Context(), "acme", owner, inLeeds(t.Context(), k, leave), func(seats.Command, seats.Outcome) error { return full })
	require.ErrorIs(t, err, full)
	require.Equal(t, 100, done.Totals.Fit)
	require.Zero(t, left())

	done, err = k.DoAll(t.Context(), "acme", owner, guests(0, 600, full), nil)
	require.ErrorIs(t, err, full)
	require.Equal(t, 500, done.Totals.Commands)
}

// TestKeeper_DoAll_key: a key would give the results of another list.
func TestKeeper_DoAll_key(t *testing.T) {
	k := leeds(t)
	once := k.With(seatkeeper.Call{Key: "bulk", Correlation: "run", Reason: "closed"})
	for _, left := range []int{600, 0} {
		done, err := once.DoAll(t.Context(), "acme", owner, inLeeds(t.Context(), k, leave), nil)
		require.NoError(t, err)
		require.Equal(t, []any{left, "run"}, []any{done.Totals.Fit, done.Receipt.Correlation})
	}
	for e, err := range k.Events(t.Context(), "acme", seats.EventFilter{Kinds: []seats.EventKind{seats.EventDeactivated}}) {
		require.NoError(t, err)
		require.Equal(t, []any{seats.ByBulk, "closed", ""}, []any{e.Channel, e.Reason, e.Key})
	}
}

// All inactive users in Leeds are archived, each on its own. A few are archived all or nothing.
func ExampleKeeper_DoAll() {
	ctx, olive := context.Background(), users.As("olive")
	keeper, _ := seatkeeper.New(memstore.New(), seatkeeper.Options{})
	_, _ = keeper.Open(ctx, seats.Opening{
		Account: "acme", Total: seats.Of(9), Owner: users.Profile{ID: "olive", Email: "olive@acme.example"},
	})
	for _, name := range []string{"ada", "bob", "cas"} {
		p := users.Profile{ID: users.ID(name), Email: name + "@acme.example", Location: "Leeds"}
		_, _ = keeper.Do(ctx, "acme", olive, seats.Invite{Profile: p}, seats.Deactivate{User: p.ID})
	}
	_, _ = keeper.Do(ctx, "acme", olive, seats.Reactivate{User: "cas"})

	gone := users.Filter{Status: users.In(users.Inactive), Locations: []string{"Leeds"}}
	commands := seats.ForEach(keeper.Users(ctx, "acme", gone), func(p seats.Person) seats.Command {
		return seats.If{Status: users.In(users.Inactive), Command: seats.Archive{User: p.ID}}
	})

	few, err := seats.Collect(commands) // all or nothing, up to 1,000
	plan, _ := keeper.Preview(ctx, "acme", olive, few...)
	fmt.Println(strings.TrimSpace(plan.String()), err)

	done, err := keeper.DoAll(ctx, "acme", olive, commands, func(c seats.Command, o seats.Outcome) error {
		fmt.Println(o.User, o.After.Status)
		return nil
	})
	fmt.Println(done.Totals, err)
	// Output:
	// 2 users: 2 fit, 0 do not <nil>
	// ada archived
	// bob archived
	// 2 commands: 2 fit <nil>
}
