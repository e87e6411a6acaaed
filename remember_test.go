package seatkeeper_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/internal/ways"
	"github.com/seatkeeper/seatkeeper/memstore"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// A tape is a store that notes the calls to it.
type tape struct {
	store.Store
	before func(ctx context.Context, changes []seats.Change) error // each commit

	mutex sync.Mutex
	loads int
	sent  [][]seats.Change
}

func (s *tape) Load(ctx context.Context, needs ...seats.Need) ([]seats.Snapshot, error) {
	s.mutex.Lock()
	s.loads++
	s.mutex.Unlock()
	return s.Store.Load(ctx, needs...)
}

func (s *tape) Commit(ctx context.Context, changes ...seats.Change) ([]store.CommitResult, error) {
	s.mutex.Lock()
	s.sent = append(s.sent, changes)
	s.mutex.Unlock()
	if s.before != nil {
		if err := s.before(ctx, changes); err != nil {
			return nil, err
		}
	}
	return s.Store.Commit(ctx, changes...)
}

// since returns the numbers of loads and commits since the last call.
func (s *tape) since() (calls [2]int) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	calls = [2]int{s.loads, len(s.sent)}
	s.loads, s.sent = 0, nil
	return calls
}

// taped returns a Keeper on a store that notes the calls to it, with the account "acme".
func taped(t *testing.T, o seatkeeper.Options, total int64) (*seatkeeper.Keeper, *tape) {
	t.Helper()
	s := &tape{Store: memstore.New()}
	k := newKeeper(t, s, o, seats.Of(total), seats.Standard())
	s.since()
	return k, s
}

// TestOptions_Remember: a command is decided without a read if all that it names is known, or if
// the commit compares it.
func TestOptions_Remember(t *testing.T) {
	ways.Usual(t)
	synctest.Test(t, rememberSteps)
}

func rememberSteps(t *testing.T) {
	k, s := taped(t, seatkeeper.Options{}, 9)
	rival := on(t, s.Store, seatkeeper.Options{})
	invite := func(id users.ID) seats.Command { return seats.Invite{Profile: profile(id)} }
	course := seats.SetTotal{Pool: "go", Total: seats.Of(3)}
	do(t, k, owner, invite("first"))
	s.since()
	do(t, rival, owner, invite("eve"))
	do(t, rival, owner, seats.Invite{Profile: users.Profile{ID: "zoe", Email: "taken@acme.example"}})
	for _, step := range []struct {
		what     string
		commands []seats.Command
		calls    [2]int
	}{
		{"the rival has moved the account", []seats.Command{invite("ada")}, [2]int{1, 2}},
		{"a stranger", []seats.Command{invite("bob")}, [2]int{0, 1}},
		{"a user who came before", []seats.Command{seats.Accept{User: "ada"}, seats.Accept{User: "bob"}}, [2]int{0, 1}},
		{"a user unknown as yet", []seats.Command{seats.Accept{User: "eve"}}, [2]int{1, 1}},
		{"and now known", []seats.Command{seats.Deactivate{User: "eve"}}, [2]int{0, 1}},
		{"an unknown pool", []seats.Command{course}, [2]int{1, 1}},
		{"and its use", []seats.Command{seats.AssignCourse{User: "ada", Pool: "go"}}, [2]int{0, 1}},
		{"unknown licences", []seats.Command{seats.Reactivate{User: "eve"}, seats.AssignCourse{User: "eve", Pool: "go"}}, [2]int{1, 1}},
		{"the licences of a new user", []seats.Command{invite("cy"), seats.AssignCourse{User: "cy", Pool: "go"}}, [2]int{0, 1}},
		{"an unknown key that is taken", []seats.Command{seats.Invite{Profile: users.Profile{ID: "new", Email: "taken@acme.example"}}}, [2]int{1, 1}},
		{"no effect", []seats.Command{seats.Accept{User: "ada"}}, [2]int{1, 0}},
		{"a key that the commit does not compare", []seats.Command{invite("dan"), seats.Delete{User: "dan"}}, [2]int{1, 1}},
		{"admins", []seats.Command{seats.BuySeats{Quantity: 1}}, [2]int{1, 1}},
		{"a zone", []seats.Command{seats.EditAccount{Zone: new("Europe/Paris")}}, [2]int{1, 1}},
	} {
		_, err := k.Do(t.Context(), "acme", system, step.commands...)
		require.True(t, err == nil || step.what == "an unknown key that is taken", "%s: %v", step.what, err)
		require.Equal(t, step.calls, s.since(), step.what)
	}
	_, err := k.With(seatkeeper.Call{Key: "k"}).Do(t.Context(), "acme", system, invite("fay"))
	require.NoError(t, err)
	require.Equal(t, [2]int{1, 1}, s.since(), "a request key")
}

// TestOptions_Remember_refusal: the remembered snapshot knows nothing of the seat that a rival has
// freed, nor of the user's new status.
func TestOptions_Remember_refusal(t *testing.T) {
	k, s := taped(t, seatkeeper.Options{}, 2)
	rival := on(t, s.Store, seatkeeper.Options{})
	do(t, k, owner, seats.Invite{Profile: profile("ada")})
	do(t, rival, owner, seats.Deactivate{User: "ada"})
	do(t, k, owner, seats.Invite{Profile: profile("bob")})
	do(t, rival, owner, seats.Deactivate{User: "bob"})
	done := do(t, k, owner, seats.Invite{Profile: profile("cy")})
	require.False(t, done.Outcomes[0].Unchanged)
	do(t, k, owner, seats.Deactivate{User: "cy"})
	do(t, rival, owner, seats.Reactivate{User: "cy"})
	done = do(t, k, owner, seats.Deactivate{User: "cy"})
	require.False(t, done.Outcomes[0].Unchanged)
}

// TestOptions_Remember_moved: nothing stays of what was remembered before a rival's change.
func TestOptions_Remember_moved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k, s := taped(t, seatkeeper.Options{}, 9)
		rival := on(t, s.Store, seatkeeper.Options{})
		do(t, k, owner, seats.Invite{Profile: profile("ada")})
		do(t, rival, owner, seats.Edit{User: "ada", Set: users.Patch{Title: new("by the rival")}})
		do(t, k, system, seats.SetTotal{Pool: "go", Total: seats.Of(1)}) // loads, for the pool is unknown
		do(t, k, owner, seats.Deactivate{User: "ada"})
		u, err := k.User(t.Context(), "acme", "ada")
		require.NoError(t, err)
		require.Equal(t, "by the rival", u.Title)
	})
}

// TestOptions_Remember_unknown_taken: a rival has invited the stranger.
func TestOptions_Remember_unknown_taken(t *testing.T) {
	k, s := taped(t, seatkeeper.Options{}, 9)
	do(t, k, owner, seats.Invite{Profile: profile("ada")})
	s.before = func(context.Context, []seats.Change) error {
		s.before = nil
		do(t, on(t, s.Store, seatkeeper.Options{}), owner, seats.Invite{Profile: profile("bob")})
		return nil
	}
	done := do(t, k, owner, seats.Invite{Profile: users.Profile{Email: profile("bob").Email}})
	require.Equal(t, users.ID("bob"), done.Outcomes[0].User)
	require.True(t, done.Outcomes[0].Unchanged)
}

// TestOptions_Remember_due: what is due takes effect first.
func TestOptions_Remember_due(t *testing.T) {
	ways.Usual(t)
	now := time.Date(2026, 5, 1, 9, 0, 0, 0, time.UTC)
	s := &tape{Store: memstore.New()}
	k := newKeeper(t, s, seatkeeper.Options{Now: func() time.Time { return now }}, seats.Of(9),
		seats.Policy{InvitationExpiry: seats.ExpiryFreesSeat, Term: time.Hour})
	do(t, k, owner, seats.Invite{Profile: profile("ada")})
	now = now.Add(time.Hour)
	s.since()
	do(t, k, owner, seats.Invite{Profile: profile("bob")})
	require.Equal(t, [2]int{2, 2}, s.since(), "the settlement, and another load")
}

// TestOptions_Remember_clock: the clock jumps ahead after the load.
func TestOptions_Remember_clock(t *testing.T) {
	for _, jump := range []time.Duration{time.Hour, -time.Hour} {
		ahead := time.Duration(0)
		k := newKeeper(t, clocked{Store: memstore.New(), now: time.Now}, seatkeeper.Options{
			MaxSkew: time.Minute, Now: func() time.Time { return time.Now().Add(ahead) },
		}, seats.Of(9), seats.Standard())
		do(t, k, owner, seats.Invite{Profile: profile("ada")})
		ahead = jump
		_, err := k.Do(t.Context(), "acme", owner, seats.Invite{Profile: profile("bob")})
		require.ErrorIs(t, err, store.ErrClockSkew)
	}
}

// TestOptions_Remember_bounds: what is remembered of an account, and of how many.
func TestOptions_Remember_bounds(t *testing.T) {
	ways.Usual(t)
	t.Run("users", func(t *testing.T) {
		k, s := taped(t, seatkeeper.Options{}, 900)
		do(t, k, owner, invitations(10)...)
		do(t, k, owner, seats.Deactivate{User: "p0009"})
		s.since()
		do(t, k, owner, invitations(400)[10:]...)
		require.Equal(t, [2]int{0, 1}, s.since())
		do(t, k, owner, seats.Invite{Profile: profile("ada")})
		require.Equal(t, [2]int{0, 1}, s.since(), "the actor is still known")
		do(t, k, owner, seats.Deactivate{User: "p0008"})
		require.Equal(t, [2]int{1, 1}, s.since(), "no one else")
	})
	for remember, loads := range map[int]int{-1: 10, 1: 10, 4: 10, 100: 0} {
		t.Run(fmt.Sprintf("%d accounts", remember), func(t *testing.T) {
			s := &tape{Store: memstore.New()}
			k := on(t, s, seatkeeper.Options{Remember: remember})
			for round := range 3 {
				s.since()
				for i := range 10 {
					id := users.AccountID(fmt.Sprintf("a%d", i))
					if round == 0 {
						_, err := k.Open(t.Context(), seats.Opening{Account: id, Total: seats.Of(9), Owner: profile("owner")})
						require.NoError(t, err)
						continue
					}
					_, err := k.Do(t.Context(), id, owner, seats.Invite{Profile: profile(users.ID(fmt.Sprint("u", round)))})
					require.NoError(t, err)
				}
			}
			require.Equal(t, [2]int{loads, 10}, s.since())
		})
	}
}
