package seatkeeper_test

import (
	"context"
	"fmt"
	"sync/atomic"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/httpstatus"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// Counters of a host, such as those of expvar or Prometheus.
func ExampleOptions_observe() {
	var calls, failed, retries, waited atomic.Int64
	keeper := newSite(2, seats.Standard(), seatkeeper.Options{
		Observe: func(_ context.Context, e seatkeeper.CallStats) {
			calls.Add(1)
			retries.Add(int64(e.Conflicts + e.Taken + e.Lost))
			waited.Add(e.Waited.Milliseconds())
			if e.Err != nil && httpstatus.Of(e.Err) >= 500 { // a refusal is no failure
				failed.Add(1)
			}
		},
	})
	ctx, olive := context.Background(), users.As("u1")
	_, _ = keeper.Do(ctx, "acme", olive, seats.Invite{Profile: person("Ada")})
	_, _ = keeper.Do(ctx, "acme", olive, seats.Invite{Profile: person("Bob")}) // refused
	fmt.Println(calls.Load(), failed.Load(), retries.Load(), waited.Load() < 1000)
	// Output: 3 0 0 true
}
