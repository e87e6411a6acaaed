package seatkeeper_test

import (
	"context"
	"slices"
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

// requireSeen requires when a user was last seen.
func requireSeen(t *testing.T, k *seatkeeper.Keeper, user users.ID, want time.Time) {
	t.Helper()
	seen, err := k.LastSeen(t.Context(), "acme", user)
	require.NoError(t, err)
	require.Equal(t, []time.Time{want}, seen)
}

func signIn(t *testing.T, k *seatkeeper.Keeper, user users.ID) {
	t.Helper()
	do(t, k, system, seats.SignIn{Profile: users.Profile{ID: user}})
}

// TestKeeper_Do_SignIn_last_seen: it is kept once an hour, without an event and a revision.
func TestKeeper_Do_SignIn_last_seen(t *testing.T) {
	start := time.Date(2026, 5, 1, 9, 0, 0, 0, time.UTC)
	now := start
	k := newKeeper(t, memstore.New(), seatkeeper.Options{Now: func() time.Time { return now }}, seats.Of(9), seats.Standard())
	do(t, k, system, seats.Invite{Profile: profile("ada")}, seats.Invite{Profile: profile("bob")})
	requireSeen(t, k, "ada", time.Time{})
	signIn(t, k, "ada")
	requireSeen(t, k, "ada", start)
	usage, err := k.Usage(t.Context(), "acme")
	require.NoError(t, err)
	for _, c := range []struct{ after, seen time.Duration }{
		{time.Minute, 0}, {time.Hour - time.Microsecond, 0}, {time.Hour, time.Hour}, {2*time.Hour - time.Microsecond, time.Hour}, {9 * time.Hour, 9 * time.Hour},
	} {
		now = start.Add(c.after)
		signIn(t, k, "ada")
		requireSeen(t, k, "ada", start.Add(c.seen))
	}
	requireSeen(t, k, "bob", time.Time{})
	after, err := k.Usage(t.Context(), "acme")
	require.NoError(t, err)
	require.Equal(t, usage, after)

	require.Error(t, second(k.Do(t.Context(), "acme", system, seats.SignIn{Profile: users.Profile{ID: "unknown"}})))
	do(t, k, system, seats.Deactivate{User: "bob"})
	require.Error(t, second(k.Do(t.Context(), "acme", system, seats.SignIn{Profile: users.Profile{ID: "bob"}})))
	requireSeen(t, k, "bob", time.Time{})
}

func second[T any](_ T, err error) error { return err }

// TestKeeper_Do_SignIn_repeated: a call that arrives again is no second sign-in.
func TestKeeper_Do_SignIn_repeated(t *testing.T) {
	now := time.Date(2026, 5, 1, 9, 0, 0, 0, time.UTC)
	k := newKeeper(t, memstore.New(), seatkeeper.Options{Now: func() time.Time { return now }}, seats.Of(9), seats.Standard())
	do(t, k, system, seats.Invite{Profile: profile("ada")})
	k = k.With(seatkeeper.Call{Key: "k"})
	signIn(t, k, "ada")
	first := now
	now = now.AddDate(0, 0, 1)
	signIn(t, k, "ada")
	requireSeen(t, k, "ada", first)
}

// TestKeeper_Do_SignIn_approval: an invited user who waits for the approval stands outside.
func TestKeeper_Do_SignIn_approval(t *testing.T) {
	policy := seats.UsersPage()
	policy.AddsAtSignIn = true
	k := newKeeper(t, memstore.New(), seatkeeper.Options{}, seats.Of(9), policy)
	do(t, k, system, seats.SignIn{Profile: profile("ada")})
	requireSeen(t, k, "ada", time.Time{})
}

func TestKeeper_Seen(t *testing.T) {
	now := time.Date(2026, 5, 1, 9, 0, 0, 0, time.UTC)
	s := memstore.New()
	k := newKeeper(t, s, seatkeeper.Options{Now: func() time.Time { return now }}, seats.Of(9), seats.Standard())
	do(t, k, system, seats.Invite{Profile: profile("ada")}, seats.Invite{Profile: profile("bob")}, seats.Delete{User: "bob"})
	earlier := now.AddDate(0, 0, -90)
	require.NoError(t, k.Seen(t.Context(), "acme", earlier.In(time.FixedZone("", 3600)).Add(7), "ada", "bob", "unknown", "", "\xff"))
	seen, err := k.LastSeen(t.Context(), "acme", "bob", "ada", "unknown", "owner", "\xff", "")
	require.NoError(t, err)
	require.Equal(t, []time.Time{{}, earlier, {}, now, {}, {}}, seen, "an owner has signed in to open the account")
	require.NoError(t, k.Seen(t.Context(), "acme", now.Add(time.Minute), "ada"))
	requireSeen(t, k, "ada", now)
	require.NoError(t, k.Seen(t.Context(), "acme", earlier, "ada"))
	requireSeen(t, k, "ada", now)
	require.NoError(t, k.Seen(t.Context(), "acme", now))
	_, err = k.Audit(t.Context(), "acme")
	require.NoError(t, err)
}

// TestKeeper_LastSeen_first_sign_in: every first sign-in is a sight, for a page, a plan and a departure alike, and
// with it the reason that they give; a later sight has precedence.
func TestKeeper_LastSeen_first_sign_in(t *testing.T) {
	start := time.Date(2026, 5, 1, 9, 0, 0, 0, time.UTC)
	now := start
	s := memstore.New()
	k := newKeeper(t, s, seatkeeper.Options{Now: func() time.Time { return now }}, seats.Of(999), seats.Standard())
	signedIn := now.AddDate(0, 0, -200)
	imported := users.User{Profile: profile("imported"), Role: users.Member, Status: users.Active, Created: signedIn, StatusSince: signedIn, FirstSignIn: signedIn}
	do(t, k, system, seats.Import{User: imported}, seats.Invite{Profile: profile("accepted")}, seats.Add{Profile: profile("added")},
		seats.Invite{Profile: profile("later")}, seats.Invite{Profile: profile("never")}, seats.Add{Profile: profile("deleted")})
	now = start.AddDate(0, 0, 10)
	for _, id := range []users.ID{"accepted", "later"} {
		do(t, k, users.As(id), seats.Accept{User: id})
	}
	require.NoError(t, k.Seen(t.Context(), "acme", start.AddDate(0, 0, 5), "accepted"))
	require.NoError(t, k.Seen(t.Context(), "acme", start.AddDate(0, 0, 15), "later"))
	now = start.AddDate(0, 0, 20)
	require.NoError(t, k.Seen(t.Context(), "acme", now, "later"))
	do(t, k, system, seats.Delete{User: "deleted"})

	want := map[users.ID]time.Time{"imported": signedIn, "accepted": start.AddDate(0, 0, 10), "added": start, "later": now, "never": {}, "deleted": {}}
	for id, at := range want {
		requireSeen(t, k, id, at)
	}
	page, err := k.LastSeen(t.Context(), "acme", slices.Repeat([]users.ID{"never", "accepted", "later"}, 200)...)
	require.NoError(t, err)
	require.Equal(t, slices.Repeat([]time.Time{{}, want["accepted"], want["later"]}, 200), page)

	now = now.AddDate(0, 0, 100)
	plan, err := k.Unseen(t.Context(), "acme", system, unseen90)
	require.NoError(t, err)
	reasons := map[users.ID]string{"imported": "last seen 2025-10-13", "accepted": "last seen 2026-05-11", "added": "last seen 2026-05-01", "later": "last seen 2026-05-21", "never": "never seen since 2026-05-01"}
	for _, c := range plan.Commands() {
		left := c.(seats.Deactivate)
		require.Equal(t, reasons[left.User], left.Reason, left.User)
		delete(reasons, left.User)
	}
	require.Empty(t, reasons)
	_, err = on(t, brokenSeen{s, s}, seatkeeper.Options{}).LastSeen(t.Context(), "acme", "never")
	require.ErrorIs(t, err, errDown)
}

// TestKeeper_Seen_deleted_meanwhile: a deletion between the look and the write leaves nothing behind.
func TestKeeper_Seen_deleted_meanwhile(t *testing.T) {
	s := memstore.New()
	k := newKeeper(t, s, seatkeeper.Options{}, seats.Of(9), seats.Standard())
	do(t, k, system, seats.Invite{Profile: profile("ada")}, seats.Invite{Profile: profile("bob")})
	late := on(t, beforeSeen{s, s, func() { do(t, k, system, seats.Delete{User: "ada"}) }}, seatkeeper.Options{})
	require.NoError(t, late.Seen(t.Context(), "acme", time.Now(), "ada", "bob"))
	requireSeen(t, k, "ada", time.Time{})
	seen, err := k.LastSeen(t.Context(), "acme", "bob")
	require.NoError(t, err)
	require.False(t, seen[0].IsZero())
}

// A beforeSeen does something before a last seen is written.
type beforeSeen struct {
	store.Store
	store.LastSeen
	do func()
}

func (s beforeSeen) SetSeen(ctx context.Context, account users.AccountID, at time.Time, ids ...users.ID) error {
	s.do()
	return s.LastSeen.SetSeen(ctx, account, at, ids...)
}

// TestKeeper_Seen_faults: an error is returned, and the next call mends it. A sign-in goes on, and a
// deletion is asked for again until nothing is left.
func TestKeeper_Seen_faults(t *testing.T) {
	for _, fault := range []faults.Fault{faults.Fail, faults.Conflict, faults.LoseBefore, faults.LoseAfter, faults.Repeat} {
		for n := range 7 {
			s := memstore.New()
			k := newKeeper(t, s, seatkeeper.Options{}, seats.Of(9), seats.Standard())
			do(t, k, system, seats.Invite{Profile: profile("ada")})
			faulty := on(t, faults.New(s, at(n, fault)), seatkeeper.Options{})
			err := faulty.Seen(t.Context(), "acme", time.Now(), "ada")
			require.Equal(t, fault == faults.Fail && n < 4, err != nil, "%v at %d: %v", fault, n, err)
			require.NoError(t, k.Seen(t.Context(), "acme", time.Now(), "ada"))
			seen, err := k.LastSeen(t.Context(), "acme", "ada")
			require.NoError(t, err)
			require.False(t, seen[0].IsZero(), "%v at %d", fault, n)

			faulty = on(t, faults.New(s, at(n, fault)), seatkeeper.Options{})
			for err = store.ErrUnknown; err != nil; {
				_, err = faulty.Do(t.Context(), "acme", system, seats.Delete{User: "ada"})
			}
			requireSeen(t, k, "ada", time.Time{})
		}
	}
}

// TestKeeper_Do_SignIn_seen_fails: a sign-in is none the less one.
func TestKeeper_Do_SignIn_seen_fails(t *testing.T) {
	s := memstore.New()
	k := newKeeper(t, s, seatkeeper.Options{}, seats.Of(9), seats.Standard())
	do(t, k, system, seats.Invite{Profile: profile("ada")})
	for n := range 6 {
		f := faults.New(s, func(call int) faults.Fault {
			if call > n {
				return faults.Fail
			}
			return faults.None
		})
		_, err := on(t, f, seatkeeper.Options{}).Do(t.Context(), "acme", system, seats.SignIn{Profile: users.Profile{ID: "ada"}})
		require.Equal(t, n > 0, err == nil, "%d: %v", n, err)
	}
}

// TestKeeper_EraseAccount_last_seen: nothing is left, also of users deleted before whose last seen a
// crash has left.
func TestKeeper_EraseAccount_last_seen(t *testing.T) {
	s := memstore.New()
	k := newKeeper(t, s, seatkeeper.Options{}, seats.Of(9), seats.Standard())
	do(t, k, system, seats.Invite{Profile: profile("ada")}, seats.Invite{Profile: profile("bob")})
	do(t, k, system, seats.Delete{User: "ada"}, seats.Close{})
	require.NoError(t, s.SetSeen(t.Context(), "acme", time.Now(), "ada"))
	require.NoError(t, k.Seen(t.Context(), "acme", time.Now(), "bob", "owner"))
	broken := on(t, beforeForget{s, s}, seatkeeper.Options{})
	_, err := broken.EraseAccount(t.Context(), "acme", system, "")
	require.ErrorIs(t, err, faults.ErrInjected)
	require.ErrorIs(t, err, store.ErrUnknown)
	_, err = k.EraseAccount(t.Context(), "acme", system, "")
	require.NoError(t, err)
	seen, err := k.LastSeen(t.Context(), "acme", "ada", "bob", "owner")
	require.NoError(t, err)
	require.Equal(t, make([]time.Time, 3), seen)
}

// A beforeForget forgets nothing.
type beforeForget struct {
	store.Store
	store.LastSeen
}

func (beforeForget) ForgetSeen(context.Context, users.AccountID, ...users.ID) error {
	return faults.ErrInjected
}

// TestKeeper_Seen_unkept: a store without it refuses, and all else goes on.
func TestKeeper_Seen_unkept(t *testing.T) {
	k := newKeeper(t, struct{ store.Store }{memstore.New()}, seatkeeper.Options{}, seats.Of(9), seats.Standard())
	do(t, k, system, seats.Invite{Profile: profile("ada")})
	require.ErrorIs(t, k.Seen(t.Context(), "acme", time.Now(), "ada"), store.ErrNoLastSeen)
	_, err := k.LastSeen(t.Context(), "acme", "ada")
	require.ErrorIs(t, err, store.ErrNoLastSeen)
	signIn(t, k, "ada")
	do(t, k, system, seats.Delete{User: "ada"}, seats.Close{})
	_, err = k.EraseAccount(t.Context(), "acme", system, "")
	require.NoError(t, err)
}

// TestKeeper_Seen_many: a long list is cut up.
func TestKeeper_Seen_many(t *testing.T) {
	s := memstore.New()
	k := newKeeper(t, s, seatkeeper.Options{}, seats.Of(999), seats.Standard())
	var ids []users.ID
	var invites []seats.Command
	for i := range 450 {
		id := users.ID("u" + string(rune('0'+i/100)) + string(rune('0'+i/10%10)) + string(rune('0'+i%10)))
		ids, invites = append(ids, id), append(invites, seats.Invite{Profile: profile(id)})
	}
	do(t, k, system, invites...)
	require.NoError(t, k.Seen(t.Context(), "acme", time.Now(), ids...))
	seen, err := k.LastSeen(t.Context(), "acme", ids...)
	require.NoError(t, err)
	require.False(t, slices.ContainsFunc(seen, time.Time.IsZero))
}
