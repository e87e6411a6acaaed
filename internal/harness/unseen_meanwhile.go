package harness

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/internal/gen"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// An interrupted store lets a rival in at one of its calls, once.
type interrupted struct {
	store.Store
	store.LastSeen
	beforeCommit, afterCommit, beforeSight func()
}

func (s *interrupted) Commit(ctx context.Context, changes ...seats.Change) ([]store.CommitResult, error) {
	once(&s.beforeCommit)
	defer once(&s.afterCommit)
	return s.Store.Commit(ctx, changes...)
}

func (s *interrupted) SetSeen(ctx context.Context, account users.AccountID, at time.Time, ids ...users.ID) error {
	once(&s.beforeSight)
	return s.LastSeen.SetSeen(ctx, account, at, ids...)
}

func once(rival *func()) {
	if do := *rival; do != nil {
		*rival = nil
		do()
	}
}

// A night has ada and bob in an account of three seats, who were not seen for long and are to lose theirs.
type night struct {
	*testing.T
	account  users.AccountID
	between  *interrupted
	k, rival *seatkeeper.Keeper // that between the calls of which the other is let in, and the other
	plan     seats.Plan
}

func newNight(t *testing.T, s store.Store) *night {
	now := gen.Epoch
	n := &night{T: t, account: users.AccountID(Unique("night")), between: &interrupted{Store: s, LastSeen: store.LastSeenOf(s)}}
	var err error
	o := seatkeeper.Options{Now: func() time.Time { return now }}
	n.k, err = seatkeeper.New(n.between, o)
	require.NoError(t, err)
	n.rival, err = seatkeeper.New(s, o)
	require.NoError(t, err)
	policy := seats.Standard()
	policy.Unseen.Days = 60
	_, err = n.rival.Open(t.Context(), seats.Opening{Account: n.account, Total: seats.Of(3), Policy: policy, Owner: users.Profile{ID: "owner", Username: "owner"}})
	require.NoError(t, err)
	for _, id := range []users.ID{"ada", "bob"} {
		n.do(seats.Add{Profile: users.Profile{ID: id, Username: string(id)}})
		n.do(seats.SignIn{Profile: users.Profile{ID: id}})
	}
	now = now.AddDate(0, 0, 100)
	n.plan, err = n.rival.Unseen(t.Context(), n.account, users.As("owner"), seats.Unseen{})
	require.NoError(t, err)
	require.Len(t, n.plan.Steps, 2)
	return n
}

// do carries a command out beside the other.
func (n *night) do(c seats.Command) {
	n.Helper()
	_, err := n.rival.Do(n.Context(), n.account, users.System(), c)
	require.NoError(n, err)
}

func (n *night) invite(id users.ID) {
	n.do(seats.Invite{Profile: users.Profile{ID: id, Username: string(id)}})
}
func (n *night) signIn(id users.ID) { n.do(seats.SignIn{Profile: users.Profile{ID: id}}) }

// has compares the status of a user and the kinds of the events since the first sign-in.
func (n *night) has(id users.ID, status users.Status, kinds ...seats.EventKind) {
	n.Helper()
	u, err := n.rival.User(n.Context(), n.account, id)
	require.NoError(n, err)
	require.Equal(n, status, u.Status, "%s", id)
	var all []seats.EventKind
	for e, err := range n.rival.Events(n.Context(), n.account, seats.EventFilter{User: id}) {
		require.NoError(n, err)
		if all = append(all, e.Kind); !e.Time.After(gen.Epoch) {
			all = nil
		}
	}
	require.Equal(n, kinds, all, "%s", id)
}

// unseenCalls are the two ways to free the seats. They return how many came free.
var unseenCalls = map[string]func(*night, *seatkeeper.Keeper) (freed int, err error){
	"FreeUnseen": func(n *night, k *seatkeeper.Keeper) (int, error) {
		run, err := k.FreeUnseen(n.Context(), n.account, seats.Unseen{})
		return run.Freed, err
	},
	"Apply": func(n *night, k *seatkeeper.Keeper) (freed int, err error) {
		result, err := k.Apply(n.Context(), n.account, users.As("owner"), n.plan)
		for _, o := range result.Outcomes {
			if o.Refusal == nil {
				freed++
			}
		}
		return freed, err
	},
}

// UnseenMeanwhile lets users in while their seats come free: a user who was let in keeps the seat.
func UnseenMeanwhile(t *testing.T, s store.Store) {
	for name, free := range unseenCalls {
		t.Run(name+", and another change", func(t *testing.T) {
			n := newNight(t, s)
			n.between.beforeCommit = func() {
				n.signIn("ada")
				n.do(seats.SetTotal{Total: seats.Of(4)})
			}
			freed, err := free(n, n.k)
			n.has("ada", users.Active)
			if name == "Apply" {
				require.ErrorIs(t, err, seats.ErrPlanOutdated)
				n.has("bob", users.Active)
				return
			}
			require.NoError(t, err)
			require.Equal(t, 1, freed)
			n.has("bob", users.Inactive, seats.EventDeactivated)
		})
		t.Run(name+", before the commit", func(t *testing.T) {
			n := newNight(t, s)
			n.between.beforeCommit = func() { n.signIn("ada") }
			freed, err := free(n, n.k)
			require.NoError(t, err)
			require.Equal(t, 1, freed)
			n.has("ada", users.Active, seats.EventDeactivated, seats.EventReactivated)
			n.has("bob", users.Inactive, seats.EventDeactivated)
		})
		t.Run(name+", and another has the seat", func(t *testing.T) {
			n := newNight(t, s)
			n.between.beforeCommit = func() { n.signIn("ada") }
			n.between.afterCommit = func() {
				n.invite("cy")
				n.invite("dee")
			}
			freed, err := free(n, n.k)
			require.NoError(t, err)
			require.Equal(t, 2, freed)
			n.has("ada", users.Inactive, seats.EventDeactivated)
		})
		t.Run(name+", at the door", func(t *testing.T) {
			n := newNight(t, s)
			n.between.beforeSight = func() {
				freed, err := free(n, n.rival)
				require.NoError(t, err)
				require.Equal(t, 2, freed)
			}
			_, err := n.k.Do(t.Context(), n.account, users.System(), seats.SignIn{Profile: users.Profile{ID: "ada"}})
			require.ErrorIs(t, err, seats.ErrWrongStatus)
			n.has("ada", users.Inactive, seats.EventDeactivated)
		})
	}
}
