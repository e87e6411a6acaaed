package harness

import (
	"slices"
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/internal/gen"
	"github.com/seatkeeper/seatkeeper/internal/reference"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store/storetest/faults"
)

// erase plays the end of the account and of all its users.
func (r *run) erase(c gen.Call, at time.Time) []seats.Event {
	want, before := r.model.Do(c.Actor, c.Commands[0], at), r.harness.gone
	reason := c.Commands[0].(seats.EraseAccount).Reason
	if reference.BadReason(reason) { // which is also that of the call
		want.Codes = append(want.Codes, seats.ErrBadInput)
	}
	_, err := r.harness.play(c)
	if want.Codes != nil {
		r.refused(want, 0, err)
		return nil
	}
	require.NoError(r, err)
	facts, everybody := want.Facts(), slices.Clone(r.model.People)
	slices.SortFunc(everybody, func(a, b *reference.Person) int { return strings.Compare(string(a.ID), string(b.ID)) })
	for _, p := range everybody {
		if p.Here() {
			v := r.model.Do(c.Actor, seats.Delete{User: p.ID, Reason: reason}, at)
			require.Nil(r, v.Codes, "in an erased account everybody can be deleted")
			facts = append(facts, v.Facts()...)
			before++
		}
	}
	require.LessOrEqual(r, r.harness.gone, before, "people were deleted that were not there")
	if c.Fault != faults.Fail { // which the caller hears of, and not of what was done before
		require.Equal(r, before, r.harness.gone, "how many people were deleted")
	}
	return facts
}
