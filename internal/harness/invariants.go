package harness

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/internal/gen"
	"github.com/seatkeeper/seatkeeper/internal/reference"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// A view is what a store has of the account, but for the events.
type view struct {
	Account seats.Account
	pools   []seats.Pool
	Users   []users.User
}

// look reads from the store itself, so that nothing is settled by it.
func (r *run) look() view {
	ctx := context.Background()
	snapshots, err := r.harness.store.Load(ctx, seats.Need{Account: r.harness.account, Pools: []seats.PoolID{gen.Course}})
	require.NoError(r, err)
	all, err := r.harness.store.Users(ctx, r.harness.account, users.Filter{Status: gen.EveryStatus}, 10_000)
	require.NoError(r, err)
	return view{snapshots[0].Account, snapshots[0].Pools, all}
}

// world looks at everything there is after a step that made these facts.
func (r *run) checkInvariants(facts []seats.Event, filter users.Filter) {
	r.seen = r.look()
	r.account()
	r.people()
	r.keys()
	r.pools()
	r.record(facts)
	r.replay()
	r.usage(facts, filter)
	r.lists(filter)
}

// account compares the account's row with the model.
func (r *run) account() {
	a, m := r.seen.Account, r.model
	require.Equal(r, m.Name, a.Name)
	require.Equal(r, m.Zone, a.Zone)
	require.Equal(r, m.Policy, a.Policy)
	require.Equal(r, m.Payer, a.Payer)
	require.True(r, m.Closed.Equal(a.Closed), "closed: want %v, got %v", m.Closed, a.Closed)
	require.True(r, m.Erased.Equal(a.Erased), "erased: want %v, got %v", m.Erased, a.Erased)
	if m.Erased.IsZero() {
		require.Positive(r, a.Tally.ActiveOwners(), "active owners")
	}
	listed, err := all(r.harness.Accounts(context.Background(), ""))
	require.NoError(r, err)
	require.Equal(r, Plain(r, []seats.Account{a}), Plain(r, listed))
}

// people compares the rows with the model.
func (r *run) people() {
	want := slices.Clone(r.model.People)
	slices.SortFunc(want, func(a, b *reference.Person) int { return strings.Compare(string(a.ID), string(b.ID)) })
	require.Len(r, r.seen.Users, len(want))
	for i, u := range r.seen.Users {
		p := want[i]
		require.True(r, reference.EqualProfiles(p.Profile, u.Profile), "profile: want %+v, got %+v", p.Profile, u.Profile)
		require.Equal(r, p.Standing(), u.Segment(), p.ID)
		require.True(r, p.FirstSignIn.Equal(u.FirstSignIn), "%s signed in: want %v, got %v", p.ID, p.FirstSignIn, u.FirstSignIn)
		if !u.Due.IsZero() {
			next := r.seen.Account.NextDue
			require.False(r, next.IsZero() || next.After(u.Due), "the account is due later than %s", p.ID)
		}
		if !p.Here() {
			require.Empty(r, u.Licences, "of %s", p.ID)
			continue
		}
		require.True(r, p.Approved.Equal(u.Approved), "%s approved: want %v, got %v", p.ID, p.Approved, u.Approved)
		require.True(r, p.LastNotified.Equal(u.LastNotified), "%s notified: want %v, got %v", p.ID, p.LastNotified, u.LastNotified)
		require.Equal(r, p.NotificationCount, u.NotificationCount, "notices of %s", p.ID)
		require.True(r, slices.Equal(p.Licences, u.Licences), "licences of %s: want %v, got %v", p.ID, p.Licences, u.Licences)
		if p.Status == users.Invited {
			require.True(r, p.Expires.Equal(u.Expires), "%s expires: want %v, got %v", p.ID, p.Expires, u.Expires)
			require.Equal(r, p.Frees, !u.Due.IsZero(), "%s is due: %v", p.ID, u.Due)
		}
	}
}

// keys holds the rows themselves against the promise that a key has one user.
func (r *run) keys() {
	for i, a := range r.seen.Users {
		for _, b := range r.seen.Users[:i] {
			both := a.Here() && b.Here()
			require.False(r, a.ID == b.ID || both && reference.SharesKey(a.Profile, b.Profile), "%s and %s share a key", a.ID, b.ID)
		}
	}
}

func (r *run) pools() {
	require.Len(r, r.seen.pools, len(r.model.Pools))
	for _, pool := range r.seen.pools {
		over := r.model.Over(pool.ID)
		want := seats.Pool{ID: pool.ID, Total: r.model.Pools[pool.ID], Held: r.model.Held(pool.ID), Spent: r.model.Spent(pool.ID), OverLimit: over > 0}
		require.Equal(r, want, pool)
		require.Equal(r, over, pool.Excess())
	}
	recount, revision, err := r.harness.store.Tally(context.Background(), r.harness.account, users.Filter{Status: gen.EveryStatus})
	require.NoError(r, err)
	require.Equal(r, r.seen.Account.Revision, revision)
	require.Equal(r, recount, r.seen.Account.Tally, "the tally against a recount")
}

// record follows the new events from number to number.
func (r *run) record(facts []seats.Event) {
	from := uint64(len(r.events))
	added, err := r.harness.store.Events(context.Background(), r.harness.account, seats.EventFilter{After: from}, 10_000)
	require.NoError(r, err)
	require.Len(r, added, len(facts), "events: want %+v, got %+v", facts, added)
	for i, e := range added {
		want := facts[i]
		require.Equal(r, from+uint64(i)+1, e.Sequence)
		got := seats.Event{
			Kind: e.Kind, User: e.User, Before: e.Before, After: e.After, Time: e.Time, Successor: e.Successor,
			Count: e.Count, Pool: e.Pool, Reason: e.Reason, Receivers: append([]users.ID(nil), e.Receivers...),
		}
		if e.Kind == seats.EventAccountEdited {
			got.Fields = e.Fields
		}
		require.Equal(r, want, got)
		r.author(e)
		tally, held, entered := users.Tally{}, int64(0), true
		if n := len(r.events); n > 0 {
			require.False(r, e.Time.Before(r.events[n-1].Time), "event %d goes back in time", e.Sequence)
			tally = r.events[n-1].Tally
			held, entered = r.before(e.Pool)
		}
		reference.Count(&tally, e.Before, -1)
		reference.Count(&tally, e.After, 1)
		require.Equal(r, tally, e.Tally, "the tally after event %d", e.Sequence)
		require.Equal(r, held+e.Delta, e.Held, "held after event %d", e.Sequence)
		total, limited := e.Total.Number()
		if e.Delta > 0 && e.Kind != seats.EventPolicySet && e.Kind != seats.EventImported && entered && limited {
			require.LessOrEqual(r, e.Held+e.Spent, total, "event %d let somebody into a full pool", e.Sequence)
		}
		r.events = append(r.events, e)
		require.NoError(r, r.ledger.Record(e))
		e.Change, e.Correlation = "", "" // random letters
		r.secret(fmt.Sprintf("%+v", e))
	}
	last := r.events[len(r.events)-1]
	require.Equal(r, r.seen.Account.Sequence, last.Sequence)
	require.Equal(r, r.seen.Account.Tally, last.Tally)
	require.True(r, r.seen.Account.Changed.Equal(last.Time))
	for _, pool := range r.seen.pools {
		for i := len(r.events) - 1; i >= 0; i-- {
			if e := r.events[i]; e.Pool == pool.ID {
				require.Equal(r, pool, seats.Pool{ID: e.Pool, Total: e.Total, Held: e.Held, Spent: e.Spent, OverLimit: pool.OverLimit})
				break
			}
		}
	}
}

// replay holds the account as its events tell it against the rows.
func (r *run) replay() {
	live := seats.Snapshot{Account: r.seen.Account, Pools: r.seen.pools}
	require.Empty(r, seats.Audit(live, r.seen.Account.Tally, r.ledger))
	require.Len(r, r.ledger.People, len(r.seen.Users))
	for _, u := range r.seen.Users {
		require.Equal(r, u.Segment(), r.ledger.People[u.ID], "%s, replayed", u.ID)
	}
}

// author requires that an event names who did it, and by which way.
func (r *run) author(e seats.Event) {
	c := r.Calls[len(r.Calls)-1]
	switch {
	case e.Kind == seats.EventLapsed:
		require.Equal(r, []any{users.System(), seats.ByClock}, []any{e.Actor, e.Channel})
	case c.How == gen.DoEach || c.How == gen.EraseAccount && e.Kind == seats.EventDeleted:
		require.Equal(r, []any{c.Actor, seats.ByBulk}, []any{e.Actor, e.Channel})
	case c.How == gen.Do || c.How == gen.EraseAccount:
		require.Equal(r, []any{c.Actor, seats.ByCall}, []any{e.Actor, e.Channel})
	}
}

// before is what was held of a pool after its last event.
func (r *run) before(pool seats.PoolID) (int64, bool) {
	for i := len(r.events) - 1; i >= 0; i-- {
		if r.events[i].Pool == pool {
			return r.events[i].Held, true
		}
	}
	return 0, false
}

// secret requires that a text contains nothing out of a profile: all values that
// scripts draw have these letters, and no others do.
func (r *run) secret(text string) { require.NotContains(r, strings.ToLower(text), "qz") }

// lists holds the reading methods against linear scans of the model.
func (r *run) lists(filter users.Filter) {
	ctx, m := context.Background(), r.model
	want := m.List(filter)
	var got []users.ID
	for u, err := range r.harness.Users(ctx, r.harness.account, filter) {
		require.NoError(r, err)
		p := m.ByID(u.ID)
		require.Equal(r, m.Shown(p), u.Shown)
		require.Equal(r, m.May(p), u.May, "what %s may", p.ID)
		got = append(got, u.ID)
		if filter.ByName && len(got) == 1 { // and from there on, as from the end of a page
			require.NotEmpty(r, want, "list of %+v", filter)
			var others []users.ID
			for u, err := range r.harness.Users(ctx, r.harness.account, filter.NextPage(u.User)) {
				require.NoError(r, err)
				others = append(others, u.ID)
			}
			require.Equal(r, want[1:], append([]users.ID{}, others...), "list of %+v behind %s", filter, u.ID)
		}
	}
	require.Equal(r, want, got, "list of %+v", filter)
	for _, p := range m.People {
		u, err := r.harness.User(ctx, r.harness.account, p.ID)
		require.NoError(r, err)
		require.Equal(r, p.Standing(), u.Segment())
		for _, key := range []users.Key{
			users.ByEmail(strings.ToUpper(p.Email)), users.ByUsername(strings.ToUpper(p.Username)), users.ByExternalID(p.ExternalID + " "),
		} {
			if key.Value != "" {
				u, err := r.harness.Find(ctx, r.harness.account, key)
				require.NoError(r, err)
				require.Equal(r, p.ID, u.ID, "%v", key)
			}
		}
	}
	for _, key := range gen.Probes {
		var has *reference.Person
		for _, p := range m.People {
			if p.Here() && (key.Kind == users.KeyEmail && reference.SameText(key.Value, p.Email) && p.Email != "" ||
				key.Kind == users.KeyUsername && reference.SameText(key.Value, p.Username) && p.Username != "" ||
				key.Kind == users.KeyExternalID && key.Value == p.ExternalID && p.ExternalID != "") {
				has = p
			}
		}
		u, err := r.harness.Find(ctx, r.harness.account, key)
		if has == nil {
			require.ErrorIs(r, err, seats.ErrUnknownUser, "%v", key)
			continue
		}
		require.NoError(r, err)
		require.Equal(r, has.ID, u.ID, "%v", key)
	}
}

// end compares the whole history with what was seen of it on the way.
func (r *run) end() {
	var all []seats.Event
	for e, err := range r.harness.Events(context.Background(), r.harness.account, seats.EventFilter{}) {
		require.NoError(r, err)
		all = append(all, e)
	}
	if r.Calls[len(r.Calls)-1].How != gen.Clock {
		require.Equal(r, r.events, all)
		r.history()
	}
}
