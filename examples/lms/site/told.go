package site

import (
	"iter"
	"slices"

	"github.com/seatkeeper/seatkeeper/examples/lms/sentences"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// A toldEvent is an event in a sentence.
type toldEvent struct {
	seats.Event
	Text string
}

// told says events in sentences, with the names of now.
func (v *visit) told(events iter.Seq2[seats.Event, error]) (list []toldEvent, err error) {
	var ids []users.ID
	for e, err := range events {
		if err != nil {
			return nil, err
		}
		list = append(list, toldEvent{Event: e})
		ids = append(ids, e.User, e.Successor, e.Actor.User)
	}
	teller, err := v.teller(ids)
	if err != nil {
		return nil, err
	}
	for i := range list {
		list[i].Text = teller.Of(list[i].Event)
	}
	return list, nil
}

// teller has the names of these users, and of all courses.
func (v *visit) teller(ids []users.ID) (t sentences.Teller, err error) {
	names, err := v.names(slices.Values(ids))
	if err != nil {
		return t, err
	}
	pools := map[seats.PoolID]string{}
	for pool, err := range v.Keeper.Pools(v.r.Context(), v.account.ID) {
		if err != nil {
			return t, err
		}
		pools[pool.ID] = nameOfPool(pool)
	}
	return sentences.Teller{
		Names: func(id users.ID) string { return names[id] }, Day: dateText,
		Pools: func(id seats.PoolID) string {
			if name := pools[id]; name != "" {
				return name
			}
			return string(id)
		},
	}, nil
}
