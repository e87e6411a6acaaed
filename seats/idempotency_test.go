package seats_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// once returns the request of a call with a key, of which the first commands are left
// out, and with what is known of the key.
func (s *site) once(key string, channel seats.Channel, first int, actor users.Actor, commands ...seats.Command) (seats.Snapshot, seats.Request) {
	r := s.request(actor, commands...)
	r.Key, r.Channel, r.Digest = key, channel, seats.Digest(actor, channel, commands)
	r.Commands, r.Index = r.Commands[first:], first
	return s.remembering(r), r
}

// remembering returns the rows with what is known of the key of a request.
func (s *site) remembering(r seats.Request) seats.Snapshot {
	n := r.Needs("acme")
	rows, found := s.rows, false
	for _, e := range s.events {
		if e.Key == n.Key && n.Key != "" && (!found || e.Index >= n.IndexFrom && e.Index < n.IndexTo) {
			rows.Past, found = append(rows.Past, e), true
		}
	}
	return rows
}

func TestDecide_key(t *testing.T) {
	s := open(t, seats.Of(3), seats.Standard())
	s.invite("ada")
	commands := []seats.Command{
		seats.Invite{Profile: profile("bob")}, seats.Invite{Profile: profile("ada")}, seats.SetTotal{Total: seats.Of(3)}, seats.BuySeats{Quantity: 2},
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
		require.Equal(t, first.Change.Events[0].Digest[:32], e.Digest[:32])
		require.Len(t, e.Digest, 64, "sealed, with personal fields and without")
	}
	require.Equal(t, []seats.EventKind{seats.EventInvited, seats.EventUnchanged, seats.EventUnchanged, seats.EventSeatsBought}, kinds, "also what was so already")

	s.do(owner, seats.Deactivate{User: "bob"}, seats.BuySeats{Quantity: 1})
	again, err := seats.Decide(s.once("k", seats.ByCall, 0, system, commands...))
	require.NoError(t, err)
	require.True(t, again.Change.Empty())
	require.Equal(t, first.Outcomes, again.Outcomes, "what came of it then")
	require.Equal(t, first.Change.Events, again.Repeated)

	for name, other := range map[string][]seats.Command{
		"other commands": {seats.BuySeats{Quantity: 3}}, "fewer": commands[:1], "more": append(commands[:4:4], commands[0]),
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
	_, err = seats.Decide(s.once("k", seats.ByCall, 0, system))
	require.ErrorIs(t, err, seats.ErrKeyReused, "no command")
	_, err = seats.Decide(s.once("a\nb", seats.ByCall, 0, system))
	require.ErrorIs(t, err, seats.ErrBadInput)
	_, err = seats.Decide(s.once("other", seats.ByCall, 0, system, seats.BuySeats{Quantity: 1}))
	require.NoError(t, err)
}

// TestDecideEach_key is of a call whose first part is known and
// whose refused command is tried anew.
func TestDecideEach_key(t *testing.T) {
	s := open(t, seats.Of(2), seats.Standard())
	commands := []seats.Command{seats.Invite{Profile: profile("ada")}, seats.Invite{Profile: profile("bob")}, seats.Notify{User: "owner"}}
	first := seats.DecideEach(s.once("k", seats.ByBulk, 0, owner, commands...))
	s.write(first.Change)
	require.ErrorIs(t, first.Outcomes[1].Refusal, seats.ErrNoSeats)

	s.do(owner, seats.BuySeats{Quantity: 1})
	second := seats.DecideEach(s.once("k", seats.ByBulk, 1, owner, commands...)) // cut up otherwise
	s.write(second.Change)
	require.Nil(t, second.Outcomes[0].Refusal)
	require.Equal(t, first.Outcomes[2], second.Outcomes[1])
	require.Equal(t, first.Change.Events[1:], second.Repeated)
	require.Len(t, second.Change.Events, 1)
	require.Equal(t, users.ID("bob"), second.Change.Events[0].User)
	require.Equal(t, 1, second.Change.Events[0].Index, "in the whole call")
	third := seats.DecideEach(s.once("k", seats.ByBulk, 0, owner, commands...))
	require.True(t, third.Change.Empty())
	require.Equal(t, []seats.Outcome{first.Outcomes[0], second.Outcomes[0], first.Outcomes[2]}, third.Outcomes)

	_, err := seats.Decide(s.once("k", seats.ByCall, 0, owner, commands...))
	require.ErrorIs(t, err, seats.ErrKeyReused, "not one by one but all at once")
	for name, other := range map[string][]seats.Command{
		"in another order": {commands[1], commands[0], commands[2]}, "one more": append(commands[:3:3], commands[0]),
		"another one where one was refused": {commands[0], seats.Invite{Profile: profile("eve")}, commands[2]},
	} {
		for _, o := range seats.DecideEach(s.once("k", seats.ByBulk, 0, owner, other...)).Outcomes {
			require.ErrorIs(t, o.Refusal, seats.ErrKeyReused, name)
		}
	}
	last := append(commands[:3:3], nil, seats.SetTotal{Total: seats.Of(-1)}, seats.BuySeats{Quantity: 1})
	mixed := seats.DecideEach(s.once("mixed", seats.ByBulk, 3, system, last...))
	require.Equal(t, 3, mixed.Outcomes[0].Refusal.Index)
	require.Len(t, mixed.Change.Events, 1, "what has no JSON form is refused and no more")
	s.write(mixed.Change)
	require.Empty(t, seats.DecideEach(s.once("mixed", seats.ByBulk, 5, system, last...)).Change.Events)
}

func TestOpen_key(t *testing.T) {
	s := &site{t: t, now: start}
	opening := seats.Opening{Account: "acme", Total: seats.Of(3), Owner: profile("owner")}
	once := func(o seats.Opening) (seats.Decision, error) {
		rows, r := s.once("k", seats.ByCall, 0, system)
		r.Digest = o.Digest()
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
	opening.Total = seats.Of(4)
	_, err = once(opening)
	require.ErrorIs(t, err, seats.ErrKeyReused)
}

func TestRequest_key(t *testing.T) {
	s := open(t, seats.Of(3), seats.Standard())
	for _, key := range []string{"a\x00", "\xff", string(make([]byte, 256))} {
		rows, r := s.once(key, seats.ByCall, 0, owner, seats.BuySeats{Quantity: 1})
		require.Empty(t, r.Needs("acme").Key, "no store is asked for it")
		_, err := seats.Decide(rows, r)
		require.ErrorIs(t, err, seats.ErrBadInput)
		r.Key, r.Correlation = "", key
		_, err = seats.Decide(rows, r)
		require.ErrorIs(t, err, seats.ErrBadInput)
	}
}

// TestDigest has pairs of calls that nothing but one thing tells apart.
func TestDigest(t *testing.T) {
	buy, two := seats.BuySeats{Quantity: 1}, []seats.Command{seats.BuySeats{Quantity: 1}, seats.BuySeats{Quantity: 1}}
	user := func(id users.ID, name string) users.Actor {
		return users.Actor{Kind: users.ActorUser, User: id, Name: name}
	}
	of := func(a users.Actor, ch seats.Channel, commands ...seats.Command) string {
		return seats.Digest(a, ch, commands)
	}
	seen := map[string]int{}
	for i, digest := range []string{
		of(user("a", ""), seats.ByCall, buy), of(user("b", ""), seats.ByCall, buy), of(user("a", "b"), seats.ByCall, buy),
		of(user("a b", ""), seats.ByCall, buy), of(user("", "a b"), seats.ByCall, buy), of(user("a", `b" "`), seats.ByCall, buy),
		of(user(`a" "b`, ""), seats.ByCall, buy), of(user("a ", "b"), seats.ByCall, buy), of(user("a", " b"), seats.ByCall, buy),
		of(users.Support("a"), seats.ByCall, buy), of(users.Support("b"), seats.ByCall, buy), of(users.Sync("a"), seats.ByCall, buy),
		of(users.System(), seats.ByCall, buy), of(users.System(), seats.ByCall, two...), of(users.System(), seats.ByBulk, buy),
		of(users.System(), seats.ByPlan, buy), of(users.System(), seats.ByCall), of(users.System(), seats.ByCall, nil),
		of(users.System(), seats.ByCall, seats.BuySeats{Quantity: 2}), of(users.System(), seats.ByCall, seats.ReturnSeats{Quantity: 1}),
	} {
		require.Len(t, digest, 32)
		other, twice := seen[digest]
		require.False(t, twice, "%d and %d", other, i)
		seen[digest] = i
	}
}

func TestRequest_Needs(t *testing.T) {
	s := open(t, seats.Of(3), seats.Standard())
	r := s.request(system, seats.BuySeats{Quantity: 1}, seats.BuySeats{Quantity: 2})
	r.Key, r.Index = "k", 500
	n := r.Needs("acme")
	require.Equal(t, []any{"k", 500, 502}, []any{n.Key, n.IndexFrom, n.IndexTo})
}

// TestDecide_key_reused says which command it was.
func TestDecide_key_reused(t *testing.T) {
	s := open(t, seats.Of(3), seats.Standard())
	d, err := seats.Decide(s.once("k", seats.ByCall, 0, system, seats.BuySeats{Quantity: 1}))
	require.NoError(t, err)
	s.write(d.Change)
	_, err = seats.Decide(s.once("k", seats.ByCall, 0, system, seats.SetTotal{Total: seats.Of(9)}))
	var refusal *seats.Refusal
	require.ErrorAs(t, err, &refusal)
	require.Equal(t, seats.ErrKeyReused, refusal.Code)
	require.Equal(t, users.ActionSetTotal, refusal.Action)
	require.Zero(t, refusal.Index)
}

// TestDecide_key_past though a snapshot may bring more.
func TestDecide_key_past(t *testing.T) {
	s := open(t, seats.Of(3), seats.Standard())
	d, err := seats.Decide(s.once("k", seats.ByCall, 0, system, seats.BuySeats{Quantity: 1}))
	require.NoError(t, err)
	s.write(d.Change)
	for _, key := range []string{"other", ""} {
		s.do(system, seats.BuySeats{Quantity: 1}) // which has none
		rows, r := s.once(key, seats.ByCall, 0, system, seats.BuySeats{Quantity: 2})
		rows.Past = s.events
		d, err := seats.Decide(rows, r)
		require.NoError(t, err, "%q", key)
		require.Empty(t, d.Repeated)
		require.Len(t, d.Change.Events, 1)
	}
}

// TestDecide_key_excess though the account is no longer over by then.
func TestDecide_key_excess(t *testing.T) {
	s := open(t, seats.Of(3), seats.Standard())
	s.invite("ada")
	cut := seats.SetTotal{Total: seats.Of(1)}
	first, err := seats.Decide(s.once("k", seats.ByCall, 0, system, cut))
	require.NoError(t, err)
	require.EqualValues(t, 1, first.Outcomes[0].Excess)
	s.write(first.Change)
	s.do(owner, seats.Deactivate{User: "ada"})
	again, err := seats.Decide(s.once("k", seats.ByCall, 0, system, cut))
	require.NoError(t, err)
	require.Equal(t, first.Outcomes, again.Outcomes)
}

// TestRequest_Widen asks for those whose salts the seals of the call's own events need.
func TestRequest_Widen(t *testing.T) {
	s := open(t, seats.Of(3), seats.Standard())
	_, r := s.once("k", seats.ByCall, 0, system, seats.BuySeats{Quantity: 1}, seats.Add{Profile: profile("ada")})
	call, sealed := r.Digest, r.Digest+r.Digest
	for name, c := range map[string]struct {
		past seats.Event
		want []users.ID
	}{
		"own":         {seats.Event{Key: "k", Index: 1, Digest: sealed, User: "bob"}, []users.ID{"bob"}},
		"not sealed":  {seats.Event{Key: "k", Index: 1, Digest: call, User: "bob"}, nil},
		"another key": {seats.Event{Key: "l", Index: 1, Digest: sealed, User: "bob"}, nil},
		"another one": {seats.Event{Key: "k", Index: 2, Digest: sealed, User: "bob"}, nil},
		"asked for":   {seats.Event{Key: "k", Index: 1, Digest: sealed, User: "ada"}, nil},
	} {
		n := r.Needs("acme")
		before := slices.Clone(n.Users)
		past := seats.Snapshot{Past: []seats.Event{c.past}}
		require.Equal(t, c.want != nil, r.Widen(&n, past), name)
		require.Equal(t, c.want, append([]users.ID(nil), n.Users[len(before):]...), name)
		require.False(t, r.Widen(&n, past), name)
	}
}

// TestRequest_Random is refused where a seal would be no better than a hash.
func TestRequest_Random(t *testing.T) {
	s := open(t, seats.Of(3), seats.Standard())
	rows, r := s.once("k", seats.ByCall, 0, system, seats.BuySeats{Quantity: 1})
	r.Random = r.Random[1:]
	_, err := seats.Decide(rows, r)
	require.ErrorIs(t, err, seats.ErrBadInput)
}
