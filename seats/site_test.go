package seats_test

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// A site is an account with all its rows, for tests of the pure rules: what a
// store and a Keeper would do around them, without either.
type site struct {
	t       testing.TB
	rows    seats.Snapshot
	now     time.Time
	events  []seats.Event
	ledger  seats.Ledger // of the events
	changes int
	looked  int                                  // the events seen by alerts
	zones   func(string) (*time.Location, error) // nil: those of the machine
}

var (
	start   = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	owner   = users.As("owner")
	support = users.Support("ticket 7")
	system  = users.System()
	hr      = users.Sync("hr")
)

// open opens a site with an owner whose ID is "owner".
func open(t testing.TB, total seats.Count, policy seats.Policy) *site {
	t.Helper()
	s := &site{t: t, now: start}
	decision, err := seats.Open(seats.Snapshot{}, seats.Opening{Account: "acme", Total: total, Policy: policy, Owner: profile("owner")}, s.request(system))
	require.NoError(t, err)
	s.write(decision.Change)
	return s
}

// profile returns a user's profile: the ID and an address of that name.
func profile(id users.ID) users.Profile {
	return users.Profile{ID: id, FirstName: "First " + string(id), LastName: "Last " + string(id), Email: string(id) + "@acme.example"}
}

func (s *site) request(actor users.Actor, commands ...seats.Command) seats.Request {
	s.changes++
	zones := s.zones
	if zones == nil {
		zones = time.LoadLocation
	}
	return seats.Request{
		Actor: actor, Commands: commands, At: s.now, Change: seats.ChangeID(strconv.Itoa(s.changes)),
		Channel: seats.ByCall, Correlation: "c", Reason: "r", Zones: zones,
		Random: strings.Repeat("x", 26),
	}
}

// try decides without writing.
func (s *site) try(actor users.Actor, commands ...seats.Command) (seats.Decision, error) {
	return seats.Decide(s.rows, s.request(actor, commands...))
}

// do carries the commands out; they must pass.
func (s *site) do(actor users.Actor, commands ...seats.Command) []seats.Outcome {
	s.t.Helper()
	decision, err := s.try(actor, commands...)
	require.NoError(s.t, err)
	s.write(decision.Change)
	return decision.Outcomes
}

// same carries out a command that must change nothing.
func (s *site) same(actor users.Actor, command seats.Command) seats.Outcome {
	s.t.Helper()
	decision, err := s.try(actor, command)
	require.NoError(s.t, err)
	require.True(s.t, decision.Change.Empty(), "%#v", decision.Change.Events)
	require.True(s.t, decision.Outcomes[0].Unchanged)
	return decision.Outcomes[0]
}

// refused tries commands that must be refused with that code.
func (s *site) refused(code seats.Code, actor users.Actor, commands ...seats.Command) *seats.Refusal {
	s.t.Helper()
	_, err := s.try(actor, commands...)
	require.ErrorIs(s.t, err, code)
	var refusal *seats.Refusal
	require.True(s.t, errors.As(err, &refusal))
	return refusal
}

// settle lets happen what is due.
func (s *site) settle() []seats.Event {
	s.t.Helper()
	r := s.request(system)
	r.Channel = seats.ByClock
	change := seats.Settle(s.rows, r)
	s.write(change)
	return change.Events
}

// write is what a store does with a change.
func (s *site) write(c seats.Change) {
	s.t.Helper()
	if c.Empty() {
		require.Empty(s.t, c.Events)
		return
	}
	require.Equal(s.t, s.rows.Account.Revision, c.Base)
	requireTrueEvents(s.t, s.rows, c)
	requireNewKeys(s.t, s.rows, c)
	s.rows = s.rows.Apply(c)
	s.rows.Past = nil // which is loaded for a request key, see remembering
	s.events = append(s.events, c.Events...)
	requireSound(s.t, s.rows)
	for _, e := range c.Events {
		require.NoError(s.t, s.ledger.Record(e))
	}
	require.Empty(s.t, seats.Audit(s.rows, s.rows.Account.Tally, s.ledger))
}

// invite brings people in who sign in at once, as members.
func (s *site) invite(ids ...users.ID) {
	s.t.Helper()
	for _, id := range ids {
		s.do(system, seats.Add{Profile: profile(id)})
	}
}

func (s *site) user(id users.ID) users.User { return find(s.t, s.rows, id) }

// licences lists the licences of a user in the state.
func (s *site) licences(id users.ID, state users.LicenceState) []users.Licence {
	return slices.DeleteFunc(slices.Clone(s.rows.Licences), func(l users.Licence) bool { return l.User != id || l.State() != state })
}

func find(t testing.TB, s seats.Snapshot, id users.ID) users.User {
	t.Helper()
	i := slices.IndexFunc(s.Users, func(u users.User) bool { return u.ID == id })
	require.GreaterOrEqual(t, i, 0, "%s is not there", id)
	return s.Users[i]
}

func (s *site) pool() seats.Pool { return s.rows.Pools[0] }

func (s *site) lastEvent() seats.Event { return s.events[len(s.events)-1] }

// requireSound asserts what holds in every state of an account.
func requireSound(t testing.TB, s seats.Snapshot) {
	t.Helper()
	var tally users.Tally
	var held, owners int64
	keys := map[users.Key]users.ID{}
	people := map[string]int64{}
	for _, u := range s.Users {
		if u.Source.Kind == users.SourceSync && (u.Status == users.Invited || u.Status == users.Active) {
			people[u.Source.Name]++
		}
		tally.Move(users.Segment{}, u.Segment())
		if (u.Status == users.Invited || u.Status == users.Active) && !s.Account.Policy.Exempt.Has(u.Role) {
			held++
		}
		if u.Status == users.Active && u.Role == users.Owner {
			owners++
		}
		if !s.Account.Erased.IsZero() {
			owners = 1 // no owner is protected any more
		}
		for _, k := range u.UniqueKeys() {
			_, taken := keys[k]
			require.False(t, taken, "%v is taken twice", k.Kind)
			keys[k] = u.ID
		}
	}
	if !s.Account.Closed.IsZero() {
		held = 0
	}
	for _, p := range s.Pools {
		if p.IsCode() && s.Account.Closed.IsZero() {
			held += p.Held
		}
	}
	for source := range s.Account.Sources.All() {
		require.Equal(t, people[source.Name], source.People, "users of %s", source.Name)
	}
	if tally != s.Account.Tally || held != s.Pools[0].Held || owners < 1 {
		t.Fatalf("tally %v of %v, held %d of %d, %d owners", s.Account.Tally, tally, s.Pools[0].Held, held, owners)
	}
	licences := map[seats.PoolID][2]int64{} // held, spent
	for _, l := range s.Licences {
		n := licences[seats.PoolID(l.Pool)]
		switch l.State() {
		case users.LicenceAssigned:
			n[0]++
		case users.LicenceStarted, users.LicenceArchived:
			n[1]++
		}
		licences[seats.PoolID(l.Pool)] = n
	}
	for _, p := range s.Pools {
		if n := licences[p.ID]; p.ID != seats.Site && !p.IsCode() && n != [2]int64{p.Held, p.Spent} {
			t.Fatalf("%d licences are unstarted and %d started of %+v", n[0], n[1], p)
		}
		if !p.Sound() || p.OverLimit != (p.Excess() > 0) {
			t.Fatalf("an unsound pool: %+v", p)
		}
	}
}

// requireNewKeys asserts that a change creates the users that the snapshot lacks,
// and that it names the keys that its users take.
func requireNewKeys(t testing.TB, s seats.Snapshot, c seats.Change) {
	t.Helper()
	var taken []users.Key
	for _, u := range slices.Concat(c.Created, c.Updated) {
		i := slices.IndexFunc(s.Users, func(was users.User) bool { return was.ID == u.ID })
		if created := slices.ContainsFunc(c.Created, func(other users.User) bool { return other.ID == u.ID }); created != (i < 0) {
			t.Fatalf("created is %t, and there before is %t: %s", created, i >= 0, u.ID)
		}
		for _, k := range u.UniqueKeys() {
			if i < 0 || !slices.Contains(s.Users[i].UniqueKeys(), k) {
				taken = append(taken, k)
			}
		}
	}
	require.ElementsMatch(t, taken, c.Keys())
}

// requireTrueEvents asserts that a change says what it does, and that no user
// enters a pool that is above its total.
func requireTrueEvents(t testing.TB, s seats.Snapshot, c seats.Change) {
	t.Helper()
	held, last := map[seats.PoolID]int64{}, map[seats.PoolID]seats.Pool{}
	for _, p := range s.Pools {
		held[p.ID] = p.Held
	}
	at, sequence := s.Account.Changed, s.Account.Sequence
	for _, e := range c.Events {
		sequence++
		held[e.Pool] += e.Delta
		last[e.Pool] = seats.Pool{ID: e.Pool, Total: e.Total, Held: e.Held, Spent: e.Spent}
		if e.Sequence != sequence || e.Account != c.Account.ID || e.Change != c.ID || e.Time.Before(at) || e.Held != held[e.Pool] {
			t.Fatalf("an untrue event: %+v", e)
		}
		if e.Delta > 0 && e.Kind != seats.EventPolicySet && e.Kind != seats.EventImported && last[e.Pool].Excess() > 0 {
			t.Fatalf("a user entered a full pool: %+v", e)
		}
		at = e.Time
	}
	next := s.Apply(c)
	for _, p := range next.Pools {
		if e, moved := last[p.ID]; moved && (e.Total != p.Total || e.Held != p.Held || e.Spent != p.Spent) {
			t.Fatalf("the last event says %+v, the pool %+v", e, p)
		}
	}
	if n := len(c.Events); n > 0 && (c.Events[n-1].Tally != c.Account.Tally || c.Account.Sequence != sequence || !c.Account.Changed.Equal(at)) {
		t.Fatalf("the last event says %+v, the account %+v", c.Events[n-1], c.Account)
	}
}
