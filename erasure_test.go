package seatkeeper_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/internal/erasure"
	"github.com/seatkeeper/seatkeeper/memstore"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// TestErasure_kept attacks all rows and events that memory gives out.
func TestErasure_kept(t *testing.T) {
	s := memstore.New()
	k, err := seatkeeper.New(s, seatkeeper.Options{})
	require.NoError(t, err)
	erasure.Run(t, k, func() string {
		ctx := t.Context()
		snapshots, err := s.Load(ctx, seats.Need{Account: "acme"})
		require.NoError(t, err)
		people, err := s.Users(ctx, "acme", users.Filter{Status: users.In(users.Statuses()...)}, 100)
		require.NoError(t, err)
		events, err := s.Events(ctx, "acme", seats.EventFilter{}, 1000)
		require.NoError(t, err)
		text, err := json.Marshal([]any{snapshots, people, events})
		require.NoError(t, err)
		return string(text)
	})
}

// TestSalt is of what is read: the salt is in no view, and nobody brings one along.
func TestSalt(t *testing.T) {
	ctx, s, day := t.Context(), memstore.New(), time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	k := newKeeper(t, s, seatkeeper.Options{}, seats.Of(9), seats.Standard())
	adopted := users.User{
		Profile: profile("bob"), Role: users.Member, Status: users.Active, Created: day, StatusSince: day, FirstSignIn: day, Salt: "guessed",
	}
	once := k.With(seatkeeper.Call{Key: "k"})
	_, err := once.Do(ctx, "acme", system, seats.Invite{Profile: profile("ada")}, seats.EditAccount{Name: new("Acme")})
	require.NoError(t, err)
	_, err = k.Do(ctx, "acme", system, seats.Import{User: adopted})
	require.NoError(t, err)
	rows, err := s.Load(ctx, seats.Need{Account: "acme", Users: []users.ID{"ada", "bob"}})
	require.NoError(t, err)
	require.Len(t, rows[0].Account.Salt, 32)
	require.Len(t, rows[0].Users[0].Salt, 32)
	require.NotEqual(t, rows[0].Account.Salt, rows[0].Users[0].Salt)
	require.Empty(t, rows[0].Users[1].Salt)

	account, err := k.Account(ctx, "acme")
	require.NoError(t, err)
	require.Empty(t, account.Salt)
	for a, err := range k.Accounts(ctx, "") {
		require.NoError(t, err)
		require.Empty(t, a.Salt)
	}
	ada, err := k.User(ctx, "acme", "ada")
	require.NoError(t, err)
	require.Empty(t, ada.Salt)
	for u, err := range k.Users(ctx, "acme", users.Filter{}) {
		require.NoError(t, err)
		require.Empty(t, u.Salt)
	}
}
