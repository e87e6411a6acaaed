package seats_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// once returns the request of a call with a key, in which its commands begin at
// that place, and with what is known of the key.
func (s *site) once(key string, channel seats.Channel, first int, actor users.Actor, commands ...seats.Command) (seats.Snapshot, seats.Request) {
	r := s.request(actor, commands...)
	r.Key, r.Channel, r.First, r.Digests = key, channel, first, seats.Digests(actor, channel, commands)
	n := r.Needs("acme")
	rows := s.rows
	for _, e := range s.events {
		if e.Key == n.Key && e.Index >= n.First && e.Index < n.Last {
			rows.Past = append(rows.Past, e)
		}
	}
	return rows, r
}

func TestACallWithAKeyHappensOnce(t *testing.T) {
	s := open(t, seats.Of(3), seats.Standard())
	s.invite("ada")
	commands := []seats.Command{
		seats.Invite{Profile: profile("bob")}, seats.Invite{Profile: profile("ada")}, seats.SetTotal{Seats: seats.Of(3)}, seats.BuySeats{Seats: 2},
	}
	first, err := seats.Decide(s.once("k", seats.ByCall, 0, system, commands...))
	require.NoError(t, err)
	require.Empty(t, first.Repeated)
	s.write(first.Change)
	var kinds []seats.EventKind
	for i, e := range first.Change.Events {
		kinds = append(kinds, e.Kind)
		require.Equal(t, i, e.Index)
		require.Equal(t, "k", e.Key)
		require.Len(t, e.Digest, 32)
	}
	require.Equal(t, []seats.EventKind{seats.Invited, seats.Noted, seats.Noted, seats.SeatsBought}, kinds, "also what was so already")

	s.do(owner, seats.Deactivate{User: "bob"}, seats.BuySeats{Seats: 1})
	again, err := seats.Decide(s.once("k", seats.ByCall, 0, system, commands...))
	require.NoError(t, err)
	require.True(t, again.Change.Empty())
	require.Equal(t, first.Outcomes, again.Outcomes, "what came of it then")
	require.Equal(t, first.Change.Events, again.Repeated)

	for name, other := range map[string][]seats.Command{
		"other commands": {seats.BuySeats{Seats: 3}}, "fewer": commands[:1], "more": append(commands[:4:4], commands[0]),
	} {
		_, err := seats.Decide(s.once("k", seats.ByCall, 0, system, other...))
		require.ErrorIs(t, err, seats.ErrKeyReused, name)
	}
	_, err = seats.Decide(s.once("k", seats.ByCall, 0, support, commands...))
	require.ErrorIs(t, err, seats.ErrKeyReused, "another actor")
	_, err = seats.Decide(s.once("k", seats.ByBulk, 0, system, commands[:1]...))
	require.ErrorIs(t, err, seats.ErrKeyReused, "a bulk call is another one")
	_, err = seats.Decide(s.once("k", seats.ByCall, 0, system, nil))
	require.ErrorIs(t, err, seats.ErrBadInput, "no command at all")
	_, err = seats.Decide(s.once("other", seats.ByCall, 0, system, seats.BuySeats{Seats: 1}))
	require.NoError(t, err)
}

// TestABulkCallGoesOnWhereItWasRefused is of a call whose first part is known and
// whose refused command is tried anew.
func TestABulkCallGoesOnWhereItWasRefused(t *testing.T) {
	s := open(t, seats.Of(2), seats.Standard())
	commands := []seats.Command{seats.Invite{Profile: profile("ada")}, seats.Invite{Profile: profile("bob")}}
	first := seats.DecideEach(s.once("k", seats.ByBulk, 500, owner, commands...))
	s.write(first.Change)
	require.Equal(t, 500, first.Change.Events[0].Index)
	require.ErrorIs(t, first.Outcomes[1].Refusal, seats.ErrNoSeats)
	require.Equal(t, 501, first.Outcomes[1].Refusal.Index, "in the whole call")

	s.do(owner, seats.BuySeats{Seats: 1})
	second := seats.DecideEach(s.once("k", seats.ByBulk, 500, owner, commands...))
	s.write(second.Change)
	require.Equal(t, first.Outcomes[0], second.Outcomes[0])
	require.Nil(t, second.Outcomes[1].Refusal)
	require.Equal(t, first.Change.Events, second.Repeated)
	require.Len(t, second.Change.Events, 1)
	require.Equal(t, users.ID("bob"), second.Change.Events[0].User)

	part := seats.DecideEach(s.once("k", seats.ByBulk, 501, owner, commands[1]))
	require.Equal(t, second.Outcomes[1:], part.Outcomes, "also where the call is cut up otherwise")
	third := seats.DecideEach(s.once("k", seats.ByBulk, 500, owner, commands[1], commands[0]))
	for _, o := range third.Outcomes {
		require.ErrorIs(t, o.Refusal, seats.ErrKeyReused)
	}
}

func TestAnAccountIsOpenedOnce(t *testing.T) {
	s := &site{t: t, now: start}
	opening := seats.Opening{Account: "acme", Seats: seats.Of(3), Owner: profile("owner")}
	once := func(o seats.Opening) (seats.Decision, error) {
		rows, r := s.once("k", seats.ByCall, 0, system)
		r.Digests = []string{o.Digest()}
		return seats.Open(rows, o, r)
	}
	first, err := once(opening)
	require.NoError(t, err)
	s.write(first.Change)
	again, err := once(opening)
	require.NoError(t, err)
	require.True(t, again.Change.Empty())
	require.Equal(t, first.Outcomes, again.Outcomes)
	require.Equal(t, s.events, again.Repeated)
	opening.Seats = seats.Of(4)
	_, err = once(opening)
	require.ErrorIs(t, err, seats.ErrKeyReused)
	require.Empty(t, seats.Opening{Seats: seats.Of(-1)}.Digest(), "it is refused before it matters")
}

func TestAKeyIsAnIdentifier(t *testing.T) {
	s := open(t, seats.Of(3), seats.Standard())
	for _, key := range []string{"a\x00", "\xff", string(make([]byte, 256))} {
		rows, r := s.once(key, seats.ByCall, 0, owner, seats.BuySeats{Seats: 1})
		require.Empty(t, r.Needs("acme").Key, "no store is asked for it")
		_, err := seats.Decide(rows, r)
		require.ErrorIs(t, err, seats.ErrBadInput)
		r.Key, r.Correlation = "", key
		_, err = seats.Decide(rows, r)
		require.ErrorIs(t, err, seats.ErrBadInput)
	}
}
