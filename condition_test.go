package seatkeeper_test

import (
	"errors"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/internal/ways"
	"github.com/seatkeeper/seatkeeper/memstore"
	"github.com/seatkeeper/seatkeeper/seats"
)

// TestKeeper_Do_if has two Keepers with memories of their own: a condition is never judged by a memory
// alone.
func TestKeeper_Do_if(t *testing.T) {
	ctx := t.Context()
	s := memstore.New()
	one := newKeeper(t, s, seatkeeper.Options{}, seats.Of(10), seats.Standard())
	other := on(t, s, seatkeeper.Options{})
	renamed := func(k *seatkeeper.Keeper, name string, revision uint64) error {
		_, err := k.Do(ctx, "acme", owner, seats.If{Command: seats.EditAccount{Name: &name}, Revision: revision})
		return err
	}
	require.NoError(t, renamed(one, "One", 1))
	require.NoError(t, renamed(other, "Other", 2))
	require.ErrorIs(t, renamed(one, "Old", 2), seats.ErrChangedMeanwhile, "its memory says 2")
	require.NoError(t, renamed(other, "New", 3))
	require.NoError(t, renamed(one, "Newer", 4), "its memory says 3")
}

// TestKeeper_share_revision: the calls of a commit have its revision, however many were before.
func TestKeeper_share_revision(t *testing.T) {
	ways.Usual(t)
	synctest.Test(t, func(t *testing.T) {
		c := company(t, seatkeeper.Options{}, 9)
		c.invite(t.Context(), "a", "b", "c")
		c.call(t.Context(), "old page", seats.If{Command: seats.Notify{User: "first"}, Revision: 1})
		c.goOn(nil)
		c.end()
		require.Equal(t, []string{"first ", "a b c "}, c.wrote())
		refusal, _ := errors.AsType[*seats.Refusal](c.errs["old page"])
		require.Equal(t, seats.ErrChangedMeanwhile, refusal.Code)
		a, err := c.Account(t.Context(), "acme")
		require.NoError(t, err)
		require.Equal(t, a.Revision, refusal.Revision)
	})
}
