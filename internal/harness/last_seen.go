package harness

import (
	"context"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/internal/gen"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/store/storetest/faults"
	"github.com/seatkeeper/seatkeeper/users"
)

// signedIn writes down the sign-ins of a call: at most once an hour.
func (r *run) signedIn(outcomes []seats.Outcome) {
	for _, o := range outcomes {
		if o.Refusal == nil && users.In(users.ActionSignIn, users.ActionJoin).Has(o.Action) && o.After.Status == users.Active && r.call().At.Sub(r.sights[o.User]) >= seatkeeper.SeenEvery {
			r.sights[o.User] = r.call().At
		}
	}
}

// lastSeen compares what the store keeps of the users. After a fault a sign-in may be missing. Of deleted
// users nothing is kept.
func (r *run) lastSeen() {
	kept, ok := r.harness.store.(store.LastSeen)
	if !ok {
		return
	}
	var ids []users.ID
	for _, p := range r.inOrder() {
		ids = append(ids, p.ID)
		if !p.Here() {
			delete(r.sights, p.ID)
		}
	}
	seen, err := kept.Seen(context.Background(), r.harness.account, ids...)
	require.NoError(r, err)
	for i, id := range ids {
		if r.call().Fault != faults.None && r.call().How != gen.Open && !r.sights[id].Equal(seen[i]) {
			require.Contains(r, []time.Time{{}, r.sightsBefore[id]}, seen[i], "last sight of %s after a fault", id)
			r.sights[id] = seen[i]
		}
		require.Equal(r, r.sights[id], seen[i], "last sight of %s", id)
	}
	r.sightsBefore = map[users.ID]time.Time{}
	for id, at := range r.sights {
		r.sightsBefore[id] = at
	}
}
