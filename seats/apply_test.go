package seats

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/users"
)

// TestEvaluation_apply asks the gate about a course pool, where a licence is spent for good
// once the course is started. A spent licence counts like a held one.
func TestEvaluation_apply(t *testing.T) {
	now := time.Unix(0, 0).UTC()
	none, assigned := users.Licence{}, users.Licence{User: "ada", Pool: "course", Number: 1, Assigned: now}
	started, archived, returned := assigned, assigned, assigned
	started.Started, archived.Started, archived.Archived, returned.Returned = now, now, now, now
	for name, c := range map[string]struct {
		pool        Pool
		was, is     users.Licence // zero: none
		held, spent int64         // by how much the change of the licence changes them
		asked       int64         // by the refusal; 0: it passes
	}{
		"holding_above_total":  {Pool{Total: Of(2), Held: 1, Spent: 1}, none, assigned, 1, 0, 1},
		"spending_above_total": {Pool{Total: Of(2), Held: 1, Spent: 1}, none, started, 0, 1, 1},
		"last_spent":           {Pool{Total: Of(3), Held: 1, Spent: 1}, none, started, 0, 1, 0},
		"start_at_full":        {Pool{Total: Of(2), Held: 1, Spent: 1}, assigned, started, -1, 1, 0},
		"start_above_total":    {Pool{Total: Of(1), Held: 1, Spent: 1, OverLimit: true}, assigned, started, -1, 1, 0},
		"return_above_total":   {Pool{Total: Of(1), Held: 2, Spent: 1, OverLimit: true}, assigned, returned, -1, 0, 0},
		"archive_above_total":  {Pool{Total: Of(1), Held: 1, Spent: 1, OverLimit: true}, started, archived, 0, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			c.pool.ID = "course"
			rows := Snapshot{Account: Account{ID: "acme", Revision: 1}, Pools: []Pool{c.pool}}
			if c.was != none {
				rows.Licences = []users.Licence{c.was}
			}
			d := newEvaluation(rows, Request{At: now})
			delta, refusal := d.apply(effect{kind: EventUnchanged, licence: c.is})
			if c.asked > 0 {
				require.NotNil(t, refusal)
				require.Equal(t, ErrNoSeats, refusal.Code)
				require.Equal(t, [3]int64{c.pool.Held, c.pool.Spent, c.asked}, [3]int64{refusal.Held, refusal.Spent, refusal.Asked})
				require.Equal(t, c.pool, d.pools.of("course"))
				require.Empty(t, d.change().Licences)
				return
			}
			require.Nil(t, refusal)
			require.Equal(t, c.held, delta)
			after := d.pools.of("course")
			require.Equal(t, [2]int64{c.pool.Held + c.held, c.pool.Spent + c.spent}, [2]int64{after.Held, after.Spent})
			require.True(t, after.Sound())
			require.Equal(t, []users.Licence{c.is}, d.change().Licences)
		})
	}
}
