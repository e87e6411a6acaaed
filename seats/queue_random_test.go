package seats_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// TestQueue_random: after any sequence of commands and days no user who has left holds a place, none waits beside a free seat, none
// is overtaken, and in the end the places are served one by one in their order.
func TestQueue_random(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		policy := waiting
		policy.Exempt = rapid.SampledFrom([]seats.RoleSet{0, users.In(users.Manager), users.In(users.Admin)}).Draw(r, "exempt")
		s := full(t, policy, rapid.IntRange(2, 4).Draw(r, "seats"), "w1", "w2")
		for range rapid.IntRange(5, 25).Draw(r, "steps") {
			before := s.places()
			from := len(s.events)
			if rapid.IntRange(0, 3).Draw(r, "time") == 0 {
				s.pass(time.Duration(rapid.IntRange(1, 60).Draw(r, "hours")) * time.Hour)
				s.settle()
			}
			actor, commands := s.draw(r)
			d, err := s.try(actor, commands...)
			if refusal := (*seats.Refusal)(nil); err != nil {
				require.True(r, errors.As(err, &refusal), "%v", err)
			} else {
				s.write(d.Change)
			}
			s.requireQueue(r, before, s.events[from:])
		}
		for waits := s.served(); len(waits) > 0; waits = s.served() {
			s.do(system, seats.SetTotal{Total: seats.Of(s.rows.Pools[0].Held + 1)})
			require.Equal(r, fmt.Sprint("seated ", waits[0]), s.newest(1)[0], "of %v", waits)
		}
	})
}

// draw draws an actor with commands on the queue of a site.
func (s *site) draw(r *rapid.T) (users.Actor, []seats.Command) {
	var commands []seats.Command
	actor := rapid.SampledFrom([]users.Actor{owner, owner, system, hr}).Draw(r, "actor")
	for range rapid.IntRange(1, 3).Draw(r, "commands") {
		u := users.ID(fmt.Sprint(rapid.SampledFrom([]string{"in", "w", "w"}).Draw(r, "who"), rapid.IntRange(1, 6).Draw(r, "n")))
		role := rapid.SampledFrom([]users.Role{users.Member, users.Member, users.Manager, users.Admin}).Draw(r, "role")
		leave := users.From(users.DateOf(s.now.AddDate(0, 0, rapid.IntRange(1, 4).Draw(r, "days"))))
		until := s.now.Add(time.Duration(rapid.IntRange(1, 50).Draw(r, "until")) * time.Hour)
		if rapid.IntRange(0, 9).Draw(r, "asks") == 0 {
			actor = users.As(u)
		}
		commands = append(commands, rapid.SampledFrom([]seats.Command{
			seats.Invite{Profile: profile(u), Role: role}, seats.Invite{Profile: profile(u), Leave: leave}, seats.Invite{Profile: profile(u), Gone: true},
			seats.Deactivate{User: u}, seats.Deactivate{User: u}, seats.Reactivate{User: u}, seats.Archive{User: u}, seats.Restore{User: u}, seats.Delete{User: u},
			seats.Queue{User: u}, seats.Queue{User: u, Priority: 2}, seats.Queue{User: u, Until: until}, seats.Unqueue{User: u},
			seats.ChangeRole{User: u, Role: role}, seats.Schedule{User: u, Leave: leave},
			seats.SetTotal{Total: seats.Of(rapid.Int64Range(1, 5).Draw(r, "total"))},
		}).Draw(r, "command"))
	}
	return actor, commands
}

// places are the places of the queue by their users.
func (s *site) places() map[users.ID]seats.Waiting {
	places := map[users.ID]seats.Waiting{}
	for w := range s.rows.Pools[0].Waiting.All() {
		places[w.User] = w
	}
	return places
}

// served lists the users who are served, in order.
func (s *site) served() (all []users.ID) {
	for w := range s.rows.Pools[0].Waiting.All() {
		if !w.Asks {
			all = append(all, w.User)
		}
	}
	return all
}

// requireQueue requires the queue to be right after events, with the places before them.
func (s *site) requireQueue(t require.TestingT, before map[users.ID]seats.Waiting, events []seats.Event) {
	now, waits := s.places(), 0
	for _, u := range s.rows.Users {
		w, has := now[u.ID]
		require.Equal(t, u.Waits(), has, "%s", u.ID)
		if !has {
			continue
		}
		waits++
		require.Equal(t, seats.Waiting{User: u.ID, Turn: u.Wait.Turn(), Role: u.Role, Asks: u.Wait.Asks}, w)
		require.Equal(t, users.Inactive, u.Status, "%s waits", u.ID)
		require.False(t, u.Schedule.Date != "" && !u.Schedule.At.After(s.now), "the leave of %s is over", u.ID)
		if u.IsServed() {
			require.Equal(t, users.NotLeft, u.LeftBy, "%s has left", u.ID)
			require.False(t, s.rows.Account.Policy.Exempt.Has(u.Role), "%s needs no seat", u.ID)
			require.Equal(t, seats.Of(0), s.rows.Pools[0].Available(), "a seat is free for %s", u.ID)
		}
	}
	require.Len(t, now, waits)
	for i, e := range events {
		was, had := before[e.User]
		moved := slices.ContainsFunc(events[:i], func(x seats.Event) bool { return x.User == e.User })
		if e.Kind != seats.EventSeated || !had || moved || e.Delta == 0 {
			continue
		}
		for id, w := range now {
			require.False(t, w == before[id] && !w.Asks && slices.Index(s.order(was, w), was) > 0, "%s overtakes %s", e.User, id)
		}
	}
}

// order returns places in order.
func (s *site) order(places ...seats.Waiting) []seats.Waiting {
	return slices.Collect(seats.WaitingOf(places...).All())
}
