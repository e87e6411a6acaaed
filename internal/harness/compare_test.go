package harness

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// TestPlain requires equal rows to be alike, down to what is within lists and behind pointers, and the given ones to stay.
func TestPlain(t *testing.T) {
	now := time.Now().UTC()
	policy := seats.Standard()
	rows := func(at time.Time, groups []string, pools []seats.Pool) seats.Snapshot {
		return seats.Snapshot{StoreTime: at, Pools: pools,
			Users: []users.User{{Profile: users.Profile{Groups: groups}, Created: at, Schedule: users.Schedule{At: at}}}, Past: []seats.Event{{Time: at, Policy: &policy}}}
	}
	given := rows(now, []string{}, []seats.Pool{})
	want := rows(now.Round(0), nil, nil) // without the reading of the monotonic clock
	want.StoreTime = time.Time{}
	require.NotEqual(t, want, given)
	got := Plain(t, given)
	require.Equal(t, want, got)
	require.Equal(t, rows(now, []string{}, []seats.Pool{}), given)
	require.NotSame(t, given.Past[0].Policy, got.Past[0].Policy)

	elsewhere := now.In(time.FixedZone("", 3600))
	for _, rows := range []seats.Snapshot{{StoreTime: elsewhere}, {Users: []users.User{{Created: elsewhere}}}} {
		var r refuted
		Plain(&r, rows)
		require.True(t, bool(r), "an instant elsewhere")
	}
}

// refuted is whether an assertion has failed.
type refuted bool

func (r *refuted) Errorf(string, ...any) { *r = true }
func (r *refuted) FailNow()              {}
func (r *refuted) Helper()               {}
