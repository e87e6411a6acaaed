package seatkeeper_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/internal/ways"
	"github.com/seatkeeper/seatkeeper/memstore"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/store/storetest/faults"
	"github.com/seatkeeper/seatkeeper/users"
)

// veteran is a user active in the host for long, with unstarted
// licences of these pools.
func veteran(id users.ID, pools ...string) seats.Import {
	since := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	i := seats.Import{User: users.User{Profile: profile(id), Status: users.Active, Created: since, StatusSince: since, FirstSignIn: since}}
	for _, pool := range pools {
		i.Licences = append(i.Licences, users.Licence{Pool: pool, Assigned: since})
	}
	return i
}

// table lists people, and then the error, if there is one.
func table(err error, people ...seats.Import) iter.Seq2[seats.Import, error] {
	return func(yield func(seats.Import, error) bool) {
		for _, u := range people {
			if !yield(u, nil) {
				return
			}
		}
		if err != nil {
			yield(seats.Import{}, err)
		}
	}
}

// importSize is how many users share a commit.
const importSize = 2000

// crowd is n people with licences of these pools.
func crowd(n int, pools ...string) []seats.Import {
	people := make([]seats.Import, n)
	for i := range people {
		people[i] = veteran(users.ID(fmt.Sprintf("p%04d", i)), pools...)
	}
	return people
}

func requireNoDrift(t *testing.T, k *seatkeeper.Keeper) {
	t.Helper()
	drift, err := k.Audit(t.Context(), "acme")
	require.NoError(t, err)
	require.Empty(t, drift)
}

// squeamish is a store that chokes on what is no identifier.
type squeamish struct {
	store.Store
	t *testing.T
}

func (s squeamish) Load(ctx context.Context, needs ...seats.Need) ([]seats.Snapshot, error) {
	for _, n := range needs {
		for _, id := range n.Pools {
			require.NoError(s.t, users.CheckID(id))
		}
	}
	return s.Store.Load(ctx, needs...)
}

func TestKeeper_Import(t *testing.T) {
	k := newKeeper(t, memstore.New(), seatkeeper.Options{}, seats.Of(2), seats.Standard())
	do(t, k, system, seats.SetTotal{Pool: "go", Total: seats.Of(1)}, seats.SetTotal{Pool: "sql", Total: seats.Of(9)})
	left := veteran("left")
	left.User.Status, left.User.LeftAs = users.Inactive, users.Active
	imposter := veteran("imposter")
	imposter.User.Email = "ADA@acme.example"
	people := []seats.Import{
		veteran("owner"), veteran("ada", "go"), veteran("bob", "go", "sql"), left, imposter, veteran("eve", "nowhere"), veteran("ada"),
	}
	// The one that has come before is told about in the same way.
	for _, in := range []int{3, 0} {
		report, err := k.Import(t.Context(), "acme", table(nil, people...))
		require.NoError(t, err)
		require.Equal(t, []int{in, 5 - in, 2}, []int{report.Created, report.Existing, report.Refused})
		require.Len(t, report.Refusals, 2)
		require.Equal(t, users.ID("imposter"), report.Refusals[0].User)
		require.Equal(t, []users.ID{"ada"}, report.Refusals[0].Refusal.Others)
		require.Equal(t, 4, report.Refusals[0].Refusal.Index)
		require.Equal(t, seats.PoolID("nowhere"), report.Refusals[1].Refusal.Pool)
		require.Equal(t, 5, report.Refusals[1].Refusal.Index)
		require.EqualValues(t, 1, report.Usage.Excess)
		require.EqualValues(t, 3, report.Usage.People.Count(users.In(users.Active), 0))
		require.EqualValues(t, 1, report.Usage.People.Count(users.In(users.Inactive), 0))
		require.Equal(t, []seats.Pool{{ID: "go", Total: seats.Of(1), Held: 2, OverLimit: true}, {ID: "sql", Total: seats.Of(9), Held: 1}}, report.Pools)
		require.EqualValues(t, 9, report.Usage.Sequence, "three people and three licences")
	}
	requireNoDrift(t, k)
	_, err := k.Do(t.Context(), "acme", owner, seats.Invite{Profile: profile("new")})
	require.ErrorIs(t, err, seats.ErrNoSeats)
	do(t, k, system, seats.SetTotal{Pool: "nowhere", Total: seats.Of(1)})
	report, err := k.Import(t.Context(), "acme", table(nil, people...))
	require.NoError(t, err)
	require.Equal(t, []int{1, 5, 1}, []int{report.Created, report.Existing, report.Refused}, "what was refused is tried anew")
}

// TestKeeper_Import_memory counts the users read and yet to be written.
func TestKeeper_Import_memory(t *testing.T) {
	for _, c := range []struct{ people, licences, most int }{{7000, 0, 2 * importSize}, {700, 9, 2 * importSize / 10}, {8, users.MaxLicences, 3}} {
		s := memstore.New()
		k := newKeeper(t, s, seatkeeper.Options{}, seats.Unlimited(), seats.Standard())
		var pools []string
		for i := range c.licences {
			pool := fmt.Sprintf("c%d", i)
			pools = append(pools, pool)
			do(t, k, system, seats.SetTotal{Pool: seats.PoolID(pool), Total: seats.Unlimited()})
		}
		read, most := 0, 0
		report, err := k.Import(t.Context(), "acme", func(yield func(seats.Import, error) bool) {
			for _, u := range crowd(c.people, pools...) {
				read++
				if !yield(u, nil) {
					return
				}
				all, err := s.Load(t.Context(), seats.Need{Account: "acme"})
				require.NoError(t, err)
				most = max(most, read-int(all[0].Account.Tally.Count(0, 0)-1)) // the owner was there
			}
		})
		require.NoError(t, err)
		require.Equal(t, c.people, report.Created)
		require.LessOrEqual(t, most, c.most)
	}
}

func TestKeeper_Import_continues(t *testing.T) {
	ways.Usual(t)
	people := crowd(importSize + 1000)
	for _, fault := range []faults.Fault{faults.Fail, faults.LoseBefore, faults.LoseAfter} {
		// A load, and a commit for each of the parts: it is gone at the second commit.
		k, sound, _ := faulty(t, seatkeeper.Options{}, seats.Standard(), faults.None, faults.None, fault, faults.Fail)
		report, err := k.Import(t.Context(), "acme", table(nil, people...))
		require.ErrorIs(t, err, faults.ErrInjected)
		require.Equal(t, fault != faults.Fail, errors.Is(err, store.ErrUnknown), fault)
		require.Equal(t, []int{importSize, 0}, []int{report.Created, report.Existing}, "what is known")
		require.Zero(t, report.Usage)
		there := importSize
		if fault == faults.LoseAfter {
			there = len(people)
		}
		report, err = sound.Import(t.Context(), "acme", table(nil, people...))
		require.NoError(t, err)
		require.Equal(t, []int{len(people) - there, there}, []int{report.Created, report.Existing}, fault)
		require.EqualValues(t, len(people)+1, report.Usage.Held)
		require.EqualValues(t, len(people)+1-9, report.Usage.Excess)
		require.EqualValues(t, len(people)+1, report.Usage.Sequence, "each user once")
		requireNoDrift(t, sound)
	}
}

func TestKeeper_Import_errors(t *testing.T) {
	k := newKeeper(t, memstore.New(), seatkeeper.Options{}, seats.Of(1), seats.Standard())
	torn := errors.New("torn")
	report, err := k.Import(t.Context(), "acme", table(torn, crowd(700)...))
	require.ErrorIs(t, err, torn)
	require.Equal(t, 700, report.Created, "all users read")
	_, err = k.User(t.Context(), "acme", "p0699")
	require.NoError(t, err)

	ctx, cancel := context.WithCancel(t.Context())
	report, err = k.Import(ctx, "acme", func(yield func(seats.Import, error) bool) {
		yield(veteran("late"), nil)
		cancel()
		yield(seats.Import{}, torn)
	})
	require.ErrorIs(t, err, torn)
	require.ErrorIs(t, err, context.Canceled)
	require.Zero(t, report)
}

func TestKeeper_Import_refusals(t *testing.T) {
	k := newKeeper(t, memstore.New(), seatkeeper.Options{}, seats.Of(1), seats.Standard())
	people := crowd(1100)
	for i := range people {
		if i%2 == 1 {
			people[i].User.Status = users.NoStatus
		}
	}
	people[0].Licences = []users.Licence{{Pool: "a\x00"}}
	report, err := k.Import(t.Context(), "acme", table(nil, people...))
	require.NoError(t, err)
	require.Equal(t, []int{549, 0, 551}, []int{report.Created, report.Existing, report.Refused})
	require.Len(t, report.Refusals, 100)
	for i, o := range report.Refusals {
		place := max(0, 2*i-1)
		require.Equal(t, people[place].User.ID, o.User)
		require.Equal(t, place, o.Refusal.Index)
		require.ErrorIs(t, o.Refusal, seats.ErrBadInput)
	}
	report, err = k.Import(t.Context(), "acme", table(nil, append(crowd(700), seats.Import{})...))
	require.NoError(t, err)
	require.Equal(t, 700, report.Refusals[len(report.Refusals)-1].Refusal.Index)
}

// TestKeeper_Import_impossible_pools: an existing user names them.
func TestKeeper_Import_impossible_pools(t *testing.T) {
	k := newKeeper(t, squeamish{memstore.New(), t}, seatkeeper.Options{}, seats.Of(1), seats.Standard())
	report, err := k.Import(t.Context(), "acme", table(nil, veteran("owner", "a\x00", "nowhere")))
	require.NoError(t, err)
	require.Equal(t, 1, report.Existing)
	require.Empty(t, report.Pools, "as there are none")
}

// TestKeeper_Import_calls: a load, a commit for each part, and a load at the end.
func TestKeeper_Import_calls(t *testing.T) {
	ways.Usual(t)
	for people, calls := range map[int]int{0: 1, 1: 3, importSize: 3, importSize + 1: 4} {
		k, _, f := faulty(t, seatkeeper.Options{}, seats.Standard())
		_, err := k.Import(t.Context(), "acme", table(nil, crowd(people)...))
		require.NoError(t, err)
		require.Equal(t, calls, f.Calls(), "for %d", people)
	}
}

// TestKeeper_Import_existing: once users are found, the next part loads its users first, and the
// first part without any ends that.
func TestKeeper_Import_existing(t *testing.T) {
	ways.Usual(t)
	var o observed
	k, _, f := faulty(t, seatkeeper.Options{Observe: o.observe}, seats.Standard())
	people := crowd(6 * importSize)
	_, err := k.Import(t.Context(), "acme", table(nil, people[:4*importSize]...))
	require.NoError(t, err)
	require.Equal(t, 1+4+1, f.Calls())
	o.all = nil
	report, err := k.Import(t.Context(), "acme", table(nil, people...))
	require.NoError(t, err)
	require.Equal(t, []int{2 * importSize, 4 * importSize}, []int{report.Created, report.Existing})
	for i, want := range [][]int{{1, 1, 1}, {0, 1, 0}, {0, 1, 0}, {0, 1, 0}, {1, 1, 0}, {1, 0, 0}} {
		require.Equal(t, want, []int{o.all[i].Commits, o.all[i].Loads, o.all[i].Taken}, "part %d", i)
	}
	requireNoDrift(t, k)
}

// TestKeeper_Import_overtaken: what was decided while the part before was written is not what
// another Keeper has made of the account.
func TestKeeper_Import_overtaken(t *testing.T) {
	s := memstore.New()
	m := &meddler{Store: s}
	k := newKeeper(t, m, seatkeeper.Options{}, seats.Unlimited(), seats.Standard())
	other := on(t, s, seatkeeper.Options{})
	meddle := 0
	m.before = func(seats.Change) {
		if meddle++; meddle%2 == 0 {
			do(t, other, owner, seats.Invite{Profile: profile(users.ID(fmt.Sprint("guest", meddle)))})
		}
	}
	report, err := k.Import(t.Context(), "acme", table(nil, crowd(4*importSize)...))
	require.NoError(t, err)
	require.Equal(t, 4*importSize, report.Created)
	requireNoDrift(t, k)
}

// TestKeeper_Import_panics: a panic of an option is one of the call, as is one of the list.
func TestKeeper_Import_panics(t *testing.T) {
	zones, broken := time.LoadLocation, false
	k := newKeeper(t, memstore.New(), seatkeeper.Options{Zones: func(name string) (*time.Location, error) {
		if broken {
			panic("no zones")
		}
		return zones(name)
	}}, seats.Unlimited(), seats.Standard())
	do(t, k, system, seats.EditAccount{Zone: new("Europe/Paris")})
	leaver := veteran("leaver")
	leaver.User.Schedule.Date = "2031-01-01"
	broken = true
	require.PanicsWithValue(t, "no zones", func() { _, _ = k.Import(t.Context(), "acme", table(nil, leaver)) })
	broken = false
	require.PanicsWithValue(t, "no list", func() {
		_, _ = k.Import(t.Context(), "acme", func(yield func(seats.Import, error) bool) {
			for _, p := range crowd(importSize) {
				yield(p, nil)
			}
			panic("no list")
		})
	})
	u, err := k.Usage(t.Context(), "acme")
	require.NoError(t, err)
	require.EqualValues(t, importSize+1, u.Held, "the part under way was waited for")
}

func TestKeeper_Import_correlation(t *testing.T) {
	k := newKeeper(t, memstore.New(), seatkeeper.Options{}, seats.Of(1), seats.Standard())
	call := k.With(seatkeeper.Call{Key: "k", Reason: "moved"})
	_, err := call.Import(t.Context(), "acme", table(nil, crowd(700)...))
	require.NoError(t, err)
	_, err = call.Import(t.Context(), "acme", table(nil, veteran("other")))
	require.NoError(t, err, "there is no key to be used for something else")
	_, err = k.With(seatkeeper.Call{Correlation: "c"}).Import(t.Context(), "acme", table(nil, veteran("last")))
	require.NoError(t, err)
	correlations := map[string]int{}
	for e, err := range k.Events(t.Context(), "acme", seats.EventFilter{After: 1}) {
		require.NoError(t, err)
		correlations[e.Correlation]++
		require.Equal(t, []any{seats.EventImported, system, seats.ByBulk, ""}, []any{e.Kind, e.Actor, e.Channel, e.Key})
		require.Equal(t, e.Correlation != "c", e.Reason == "moved")
	}
	require.Len(t, correlations, 3)
	require.Equal(t, 1, correlations["c"])
}

// TestKeeper_Import_reused_memory: the list uses its memory for the next user.
func TestKeeper_Import_reused_memory(t *testing.T) {
	k := newKeeper(t, memstore.New(), seatkeeper.Options{}, seats.Of(1), seats.Standard())
	_, err := k.Import(t.Context(), "acme", func(yield func(seats.Import, error) bool) {
		groups := make([]string, 1)
		for _, id := range []users.ID{"ada", "bob"} {
			u := veteran(id)
			groups[0] = string(id)
			u.User.Groups = groups
			yield(u, nil)
		}
	})
	require.NoError(t, err)
	ada, err := k.User(t.Context(), "acme", "ada")
	require.NoError(t, err)
	require.Equal(t, []string{"ada"}, ada.Groups)
}

// TestKeeper_Do_returned_licences: commands name no pool, and the licences go back to theirs.
func TestKeeper_Do_returned_licences(t *testing.T) {
	ctx := t.Context()
	k := newKeeper(t, memstore.New(), seatkeeper.Options{}, seats.Of(9), seats.Standard())
	do(t, k, system, seats.SetTotal{Pool: "go", Total: seats.Of(9)}, seats.SetTotal{Pool: "sql", Total: seats.Of(9)})
	_, err := k.Import(ctx, "acme", table(nil, veteran("ada", "go", "sql"), veteran("bob", "go"), veteran("eve", "sql")))
	require.NoError(t, err)

	require.NoError(t, k.May(ctx, "acme", owner, seats.Archive{User: "ada"}))
	do(t, k, owner, seats.Archive{User: "ada"})
	plan, err := k.Preview(ctx, "acme", owner, seats.Delete{User: "bob"})
	require.NoError(t, err)
	_, err = k.Apply(ctx, "acme", owner, plan)
	require.NoError(t, err)
	bulk, err := k.DoEach(ctx, "acme", system, seats.Deactivate{User: "eve"}, seats.Erase{User: "eve"})
	require.NoError(t, err)
	require.Nil(t, bulk.Outcomes[1].Refusal)
	ledger, err := k.Replay(ctx, "acme")
	require.NoError(t, err)
	for _, pool := range []seats.PoolID{"go", "sql"} {
		require.Zero(t, ledger.Pools[pool].Held, pool)
	}
	requireNoDrift(t, k)
	require.ErrorIs(t, k.May(ctx, "other", owner, seats.Archive{User: "ada"}), store.ErrNotFound)
}
