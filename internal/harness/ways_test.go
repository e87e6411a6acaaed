package harness

import (
	"flag"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/internal/gen"
	"github.com/seatkeeper/seatkeeper/internal/long"
	"github.com/seatkeeper/seatkeeper/internal/ways"
	"github.com/seatkeeper/seatkeeper/memstore"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// TestSequences_ways: a Keeper decides the same whether calls share commits or not, and whether it
// remembers or not.
func TestSequences_ways(t *testing.T) {
	checks := flag.Lookup("rapid.checks").Value
	usual := checks.String()
	defer func() { require.NoError(t, checks.Set(usual)) }()
	few := "2"
	if long.On() {
		few = "40"
	}
	require.NoError(t, checks.Set(few))
	for _, way := range ways.All() {
		t.Run(way, func(t *testing.T) {
			t.Setenv(ways.Variable, way)
			open := func(testing.TB) store.Store { return memstore.New() }
			Sequences(t, open)
			Lockstep(t, open)
		})
	}
}

// TestHarness_company: the company of a call shares its commit.
func TestHarness_company(t *testing.T) {
	t.Setenv(ways.Variable, ways.Together)
	h := New(memstore.New(), "acme")
	opening := seats.Opening{Total: seats.Of(100), Owner: users.Profile{ID: "owner", Email: "owner@acme.example"}}
	_, err := h.play(gen.Call{How: gen.Open, At: gen.Epoch, Opening: opening})
	require.NoError(t, err)
	for n := range 50 {
		p := users.Profile{Email: fmt.Sprintf("%d@acme.example", n)}
		_, err = h.play(gen.Call{How: gen.Do, At: gen.Epoch, Actor: users.System(), Commands: seats.Commands{seats.Invite{Profile: p}}})
		require.NoError(t, err)
	}
	require.Positive(t, h.shared.Load())
	t.Logf("%d of 50 calls", h.shared.Load())
}
