package seats

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestEvaluation_apply asks the gate about a course pool, where a licence is spent for good
// once the course is started. A spent licence counts like a held one.
func TestEvaluation_apply(t *testing.T) {
	for name, c := range map[string]struct {
		pool        Pool
		held, spent int64 // by how much the fact changes them
		asked       int64 // by the refusal; 0: it passes
	}{
		"holding_above_total":           {Pool{Total: Of(2), Held: 1, Spent: 1}, 1, 0, 1},
		"spending_above_total":          {Pool{Total: Of(2), Held: 1, Spent: 1}, 0, 1, 1},
		"spending_more_than_was_held":   {Pool{Total: Of(2), Held: 1, Spent: 1}, -1, 2, 1},
		"last_spent":                    {Pool{Total: Of(3), Held: 1, Spent: 1}, 0, 1, 0},
		"start_at_full":                 {Pool{Total: Of(2), Held: 1, Spent: 1}, -1, 1, 0},
		"start_above_total":             {Pool{Total: Of(1), Held: 1, Spent: 1, OverLimit: true}, -1, 1, 0},
		"return_above_total":            {Pool{Total: Of(1), Held: 2, Spent: 1, OverLimit: true}, -1, 0, 0},
		"spending_two_above_for_a_hold": {Pool{Total: Of(1), Held: 2, Spent: 1, OverLimit: true}, -2, 3, 1},
	} {
		t.Run(name, func(t *testing.T) {
			c.pool.ID = "course"
			d := newEvaluation(Snapshot{Account: Account{ID: "acme", Revision: 1}, Pools: []Pool{c.pool}}, Request{At: time.Unix(0, 0).UTC()})
			delta, refusal := d.apply(effect{kind: EventUnchanged, pool: "course", held: c.held, spent: c.spent})
			if c.asked > 0 {
				require.NotNil(t, refusal)
				require.Equal(t, ErrNoSeats, refusal.Code)
				require.Equal(t, [3]int64{c.pool.Held, c.pool.Spent, c.asked}, [3]int64{refusal.Held, refusal.Spent, refusal.Asked})
				require.Equal(t, c.pool, d.pools["course"])
				return
			}
			require.Nil(t, refusal)
			require.Equal(t, c.held, delta)
			after := d.pools["course"]
			require.Equal(t, [2]int64{c.pool.Held + c.held, c.pool.Spent + c.spent}, [2]int64{after.Held, after.Spent})
			require.True(t, after.Sound())
		})
	}
}
