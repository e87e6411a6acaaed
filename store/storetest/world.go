package storetest

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// A view is what a store has of the account, but for the events.
type view struct {
	account seats.Account
	pools   []seats.Pool
	users   []users.User
}

// course is the one pool of the scripts beside the site.
const course seats.PoolID = "course"

// look reads from the store itself, so that nothing is settled by it.
func (r *run) look() view {
	ctx := context.Background()
	snapshots, err := r.stage.store.Load(ctx, seats.Need{Account: r.stage.account, Pools: []seats.PoolID{course}})
	require.NoError(r, err)
	all, err := r.stage.store.Users(ctx, r.stage.account, users.Filter{Status: everyStatus}, 10_000)
	require.NoError(r, err)
	return view{snapshots[0].Account, snapshots[0].Pools, all}
}

// world looks at everything there is after a step that made these facts.
func (r *run) checkInvariants(facts []fact, filter users.Filter) {
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
	a, m := r.seen.account, r.model
	require.Equal(r, m.name, a.Name)
	require.Equal(r, m.zone, a.Zone)
	require.Equal(r, m.policy, a.Policy)
	require.Equal(r, m.payer, a.Payer)
	require.True(r, m.closed.Equal(a.Closed), "closed: want %v, got %v", m.closed, a.Closed)
	require.True(r, m.erased.Equal(a.Erased), "erased: want %v, got %v", m.erased, a.Erased)
	if m.erased.IsZero() {
		require.Positive(r, a.Tally.ActiveOwners(), "active owners")
	}
	listed, err := all(r.stage.Accounts(context.Background(), ""))
	require.NoError(r, err)
	require.Equal(r, plain(r, []seats.Account{a}), plain(r, listed))
}

// people compares the rows with the model.
func (r *run) people() {
	want := slices.Clone(r.model.people)
	slices.SortFunc(want, func(a, b *person) int { return strings.Compare(string(a.ID), string(b.ID)) })
	require.Len(r, r.seen.users, len(want))
	for i, u := range r.seen.users {
		p := want[i]
		require.True(r, equalProfiles(p.Profile, u.Profile), "profile: want %+v, got %+v", p.Profile, u.Profile)
		require.Equal(r, p.standing(), u.Segment(), p.ID)
		require.True(r, p.signedIn.Equal(u.FirstSignIn), "%s signed in: want %v, got %v", p.ID, p.signedIn, u.FirstSignIn)
		if !u.Due.IsZero() {
			next := r.seen.account.NextDue
			require.False(r, next.IsZero() || next.After(u.Due), "the account is due later than %s", p.ID)
		}
		if !p.here() {
			require.Empty(r, u.Licences, "of %s", p.ID)
			continue
		}
		require.True(r, p.approved.Equal(u.Approved), "%s approved: want %v, got %v", p.ID, p.approved, u.Approved)
		require.True(r, p.notified.Equal(u.LastNotified), "%s notified: want %v, got %v", p.ID, p.notified, u.LastNotified)
		require.Equal(r, p.notices, u.NotificationCount, "notices of %s", p.ID)
		require.True(r, slices.Equal(p.licences, u.Licences), "licences of %s: want %v, got %v", p.ID, p.licences, u.Licences)
		if p.status == users.Invited {
			require.True(r, p.expires.Equal(u.Expires), "%s expires: want %v, got %v", p.ID, p.expires, u.Expires)
			require.Equal(r, p.frees, !u.Due.IsZero(), "%s is due: %v", p.ID, u.Due)
		}
	}
}

// keys holds the rows themselves against the promise that nobody shares a key.
func (r *run) keys() {
	for i, a := range r.seen.users {
		for _, b := range r.seen.users[:i] {
			both := a.Here() && b.Here()
			require.False(r, a.ID == b.ID || both && shares(a.Profile, b.Profile), "%s and %s share a key", a.ID, b.ID)
		}
	}
}

func (r *run) pools() {
	require.Len(r, r.seen.pools, len(r.model.pools))
	for _, pool := range r.seen.pools {
		over := r.model.over(pool.ID)
		want := seats.Pool{ID: pool.ID, Total: r.model.pools[pool.ID], Held: r.model.held(pool.ID), Spent: r.model.spent(pool.ID), OverLimit: over > 0}
		require.Equal(r, want, pool)
		require.Equal(r, over, pool.Excess())
	}
	recount, revision, err := r.stage.store.Tally(context.Background(), r.stage.account, users.Filter{Status: everyStatus})
	require.NoError(r, err)
	require.Equal(r, r.seen.account.Revision, revision)
	require.Equal(r, recount, r.seen.account.Tally, "the tally against a recount")
}

// record follows the new events from number to number.
func (r *run) record(facts []fact) {
	from := uint64(len(r.events))
	added, err := r.stage.store.Events(context.Background(), r.stage.account, seats.EventFilter{After: from}, 10_000)
	require.NoError(r, err)
	require.Len(r, added, len(facts), "events: want %+v, got %+v", facts, added)
	for i, e := range added {
		want := facts[i]
		require.Equal(r, from+uint64(i)+1, e.Sequence)
		got := fact{e.Kind, e.User, e.Before, e.After, e.Time, e.Successor, e.Count, e.Pool, e.Reason, append([]users.ID(nil), e.Receivers...), nil}
		if e.Kind == seats.EventAccountEdited {
			got.fields = e.Fields
		}
		require.Equal(r, want, got)
		r.author(e)
		tally, held, entered := users.Tally{}, int64(0), true
		if n := len(r.events); n > 0 {
			require.False(r, e.Time.Before(r.events[n-1].Time), "event %d goes back in time", e.Sequence)
			tally = r.events[n-1].Tally
			held, entered = r.before(e.Pool)
		}
		count(&tally, e.Before, -1)
		count(&tally, e.After, 1)
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
	require.Equal(r, r.seen.account.Sequence, last.Sequence)
	require.Equal(r, r.seen.account.Tally, last.Tally)
	require.True(r, r.seen.account.Changed.Equal(last.Time))
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
	live := seats.Snapshot{Account: r.seen.account, Pools: r.seen.pools}
	require.Empty(r, seats.Audit(live, r.seen.account.Tally, r.ledger))
	require.Len(r, r.ledger.People, len(r.seen.users))
	for _, u := range r.seen.users {
		require.Equal(r, u.Segment(), r.ledger.People[u.ID], "%s, replayed", u.ID)
	}
}

// author requires that an event names who did it, and by which way.
func (r *run) author(e seats.Event) {
	c := r.calls[len(r.calls)-1]
	switch {
	case e.Kind == seats.EventLapsed:
		require.Equal(r, []any{users.System(), seats.ByClock}, []any{e.Actor, e.Channel})
	case c.how == each || c.how == erasing && e.Kind == seats.EventDeleted:
		require.Equal(r, []any{c.actor, seats.ByBulk}, []any{e.Actor, e.Channel})
	case c.how == do || c.how == erasing:
		require.Equal(r, []any{c.actor, seats.ByCall}, []any{e.Actor, e.Channel})
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
	want := m.list(filter)
	var got []users.ID
	for u, err := range r.stage.Users(ctx, r.stage.account, filter) {
		require.NoError(r, err)
		p := m.byID(u.ID)
		require.Equal(r, m.shown(p), u.Shown)
		require.Equal(r, m.may(p), u.May, "what %s may", p.ID)
		got = append(got, u.ID)
		if filter.ByName && len(got) == 1 { // and from there on, as from the end of a page
			require.NotEmpty(r, want, "list of %+v", filter)
			var others []users.ID
			for u, err := range r.stage.Users(ctx, r.stage.account, filter.NextPage(u.User)) {
				require.NoError(r, err)
				others = append(others, u.ID)
			}
			require.Equal(r, want[1:], append([]users.ID{}, others...), "list of %+v behind %s", filter, u.ID)
		}
	}
	require.Equal(r, want, got, "list of %+v", filter)
	for _, p := range m.people {
		u, err := r.stage.User(ctx, r.stage.account, p.ID)
		require.NoError(r, err)
		require.Equal(r, p.standing(), u.Segment())
		for _, key := range []users.Key{
			users.ByEmail(strings.ToUpper(p.Email)), users.ByUsername(strings.ToUpper(p.Username)), users.ByExternalID(p.ExternalID + " "),
		} {
			if key.Value != "" {
				u, err := r.stage.Find(ctx, r.stage.account, key)
				require.NoError(r, err)
				require.Equal(r, p.ID, u.ID, "%v", key)
			}
		}
	}
	for _, key := range probes {
		var has *person
		for _, p := range m.people {
			if p.here() && (key.Kind == users.KeyEmail && same(key.Value, p.Email) && p.Email != "" ||
				key.Kind == users.KeyUsername && same(key.Value, p.Username) && p.Username != "" ||
				key.Kind == users.KeyExternalID && key.Value == p.ExternalID && p.ExternalID != "") {
				has = p
			}
		}
		u, err := r.stage.Find(ctx, r.stage.account, key)
		if has == nil {
			require.ErrorIs(r, err, seats.ErrUnknownUser, "%v", key)
			continue
		}
		require.NoError(r, err)
		require.Equal(r, has.ID, u.ID, "%v", key)
	}
}

// probes are keys to look for, in cases of their own.
var probes = []users.Key{
	users.ByEmail("Ann@Qz.Example "), users.ByEmail("BOB@qz.example"), users.ByEmail("sid@qz.example"), users.ByEmail("\u00c9VE@qz.example"),
	users.ByUsername("annQZ"), users.ByUsername("NICKqz"), users.ByExternalID("Qz1"), users.ByExternalID("nobody"),
}

// end compares the whole history with what was seen of it on the way.
func (r *run) end() {
	var all []seats.Event
	for e, err := range r.stage.Events(context.Background(), r.stage.account, seats.EventFilter{}) {
		require.NoError(r, err)
		all = append(all, e)
	}
	if r.calls[len(r.calls)-1].how != clock {
		require.Equal(r, r.events, all)
		r.history()
	}
}
