package storetest

import (
	"slices"
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
)

// erase plays the end of the account and of everybody in it.
func (r *run) erase(c call, at time.Time) []fact {
	want, before := r.model.do(c.actor, c.commands[0], at), r.stage.gone
	reason := c.commands[0].(seats.EraseAccount).Reason
	if badReason(reason) { // which is also that of the call, whoever makes it
		want.codes = append(want.codes, seats.ErrBadInput)
	}
	_, err := r.stage.play(c)
	if want.codes != nil {
		r.refused(want, 0, err)
		return nil
	}
	require.NoError(r, err)
	facts, everybody := want.facts(), slices.Clone(r.model.people)
	slices.SortFunc(everybody, func(a, b *person) int { return strings.Compare(string(a.ID), string(b.ID)) })
	for _, p := range everybody {
		if p.here() {
			v := r.model.do(c.actor, seats.Delete{User: p.ID, Reason: reason}, at)
			require.Nil(r, v.codes, "in an erased account everybody can be deleted")
			facts = append(facts, v.facts()...)
			before++
		}
	}
	require.LessOrEqual(r, r.stage.gone, before, "people were deleted that were not there")
	if c.fault != Fail { // which the caller hears of, and not of what was done before
		require.Equal(r, before, r.stage.gone, "how many people were deleted")
	}
	return facts
}
