package simulate

import (
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/memstore"
	"github.com/seatkeeper/seatkeeper/store"
)

func memory(testing.TB) store.Store { return memstore.New() }

// TestRun_seed: the same seed is the same run, and its decisions alone are, too.
func TestRun_seed(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1)) // as Run does
	s := simulation{t: t, open: memory}
	for seed := range uint64(8) {
		first := s.play(drawn(seed, 400), true)
		require.Empty(t, first.finding)
		require.Equal(t, first.script, s.play(drawn(seed, 400), true).script)
		again := s.play(given(first.decisions), true)
		require.Equal(t, first.script, again.script)
		require.Equal(t, first.decisions, again.decisions)
	}
}
