package harness

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/internal/gen"
	"github.com/seatkeeper/seatkeeper/internal/reference"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// checkInvariants looks at everything there is after a call that made these facts.
func (r *run) checkInvariants(facts []seats.Event, filter users.Filter) {
	r.seen = r.look()
	r.record(facts)
	r.account()
	r.people()
	r.poolRows()
	r.usage(facts, filter)
	r.calendar()
	r.lists(filter)
	r.keys()
	r.lastSeen()
}

// look reads from the store itself, so that nothing is settled by it.
func (r *run) look() seats.Snapshot { return r.harness.snapshot(r) }

// inOrder lists the users of the model by ID.
func (r *run) inOrder() []*reference.Person {
	return slices.SortedFunc(slices.Values(r.model.People), func(a, b *reference.Person) int { return strings.Compare(string(a.ID), string(b.ID)) })
}

// account compares the account's row with the model, where a list has it as well.
func (r *run) account() {
	m, want := r.model, r.seen.Account
	want.Name, want.Zone, want.Policy, want.Payer, want.Offer, want.Closed, want.Erased = m.Name, m.Zone, m.Policy, m.Payer, m.Offer, m.Closed, m.Erased
	want.Sequence, want.Changed = uint64(len(r.events)), m.Last
	want.Sources = r.sources()
	require.Equal(r, Plain(r, want), Plain(r, r.seen.Account))
	if m.Erased.IsZero() {
		require.Positive(r, want.Tally.ActiveOwners(), "active owners")
	}
	listed, err := all(r.harness.Accounts(context.Background(), ""))
	require.NoError(r, err)
	require.Equal(r, Plain(r, []seats.Account{want}), Plain(r, listed))
}

// sources lists the sources of the model, with what was lost as the account has it where the numbers agree.
func (r *run) sources() seats.Sources {
	var list []seats.Source
	for _, name := range slices.Sorted(maps.Keys(r.model.Sources)) {
		s := r.model.Sources[name]
		kept, _ := r.seen.Account.Sources.Of(name)
		hold := s.Hold
		if hold.Cause == "" {
			hold.Cause = kept.Hold.Cause // that of the guard
		}
		list = append(list, seats.Source{
			Name: name, Rank: s.Rank, Adopts: s.Adopts, Guard: s.Guard, Patience: s.Patience, People: r.model.Fed(name), LeavingAdmins: r.model.LeavingAdmins(name), Lost: kept.Lost, Hold: hold, Allowed: s.Allowed, AllowedUntil: s.Until,
		})
		require.LessOrEqual(r, len(kept.Lost), 24+31)
		for _, hours := range []int64{24, 720} {
			require.Equal(r, s.LostSince(r.model.Last, hours), lostSince(kept.Lost, r.model.Last, hours), "lost by %s in %d hours", name, hours)
		}
	}
	return seats.SourcesOf(list...)
}

// lostSince adds the losses of the last hours.
func lostSince(lost []seats.LossesOfHour, now time.Time, hours int64) (sum seats.Losses) {
	var s reference.Source
	for _, l := range lost {
		s.Lost = append(s.Lost, reference.Loss{At: time.Unix(l.Hour*3600, 0), Losses: l.Losses})
	}
	return s.LostSince(now, hours)
}

// people compares the rows of users with the model, which does not know all of a row.
func (r *run) people() {
	people, licences := r.inOrder(), []users.Licence(nil)
	require.Len(r, r.seen.Users, len(people))
	for i, u := range r.seen.Users {
		p := people[i]
		want := p.User
		want.Created, want.StatusSince, want.Salt, want.Lapses = u.Created, u.StatusSince, u.Salt, p.Frees
		want.Unsent = p.CountedAs().Unsent
		switch p.Status {
		case users.Invited:
			want.LeftAs, want.ArchivedAs = u.LeftAs, u.ArchivedAs
		case users.Deleted:
			want = u
			want.Profile, want.Role, want.Status, want.FirstSignIn, want.Baseline, want.CoursePlaces = p.Profile, p.Role, p.Status, p.FirstSignIn, p.Baseline, p.CoursePlaces
		default:
			want.Expires, want.LeftAs, want.ArchivedAs = u.Expires, u.LeftAs, u.ArchivedAs
		}
		// The end of a baseline is written with the next change of the row.
		want.Baseline, u.Baseline = want.Baseline.Lasting(r.model.Last), u.Baseline.Lasting(r.model.Last)
		require.Equal(r, Plain(r, want), Plain(r, u))
		licences = append(licences, p.Licences...)
		require.True(r, u.Due.IsZero() || r.seen.Account.IsDue(u.Due), "the account is due later than %s", p.ID)
	}
	require.Equal(r, Plain(r, licences), Plain(r, r.seen.Licences))
	for i, l := range licences {
		if i > 0 && l.User == licences[i-1].User && l.Pool == licences[i-1].Pool {
			require.False(r, licences[i-1].IsOpen(reference.Later(r.model.Clock, r.model.Last)), "an open licence of %s is not the last of its course", l.User)
		}
		require.True(r, l.Due.IsZero() || r.seen.Account.IsDue(l.Due), "the account is due later than a licence of %s", l.User)
	}
}

// poolRows compares the rows of pools with the model, and the tally with a recount.
func (r *run) poolRows() {
	require.Len(r, r.seen.Pools, len(r.model.Pools))
	for _, pool := range r.seen.Pools {
		over := r.model.Over(pool.ID)
		p := r.model.Pools[pool.ID]
		require.NotNil(r, p, "the pool %q", pool.ID)
		want := seats.Pool{
			ID: pool.ID, Name: p.Name, Total: p.Total, Held: r.model.Held(pool.ID), Spent: r.model.Spent(pool.ID), OverLimit: over > 0,
			Version: p.Version, Booked: p.Booked, Ends: p.Ends, Term: p.Term, Join: p.Join, Due: p.Due, Alerts: p.Alerts,
		}
		if pool.ID == seats.Site {
			want.Reserved = r.model.Reserved()
			want.Waiting = r.waiting()
		} else {
			want.Waiting = r.waitingFor(pool.ID)
		}
		if p.Join.Text == reference.RandomText {
			want.Join.Text = pool.Join.Text
		}
		require.Equal(r, Plain(r, want), Plain(r, pool))
		require.True(r, pool.Due.IsZero() || r.seen.Account.IsDue(pool.Due), "the account is due later than the pool %q", pool.ID)
		require.Equal(r, over, pool.Excess())
	}
	recount, revision, err := r.harness.store.Tally(context.Background(), r.harness.account, users.Filter{Status: gen.EveryStatus})
	require.NoError(r, err)
	require.Equal(r, r.seen.Account.Revision, revision)
	require.Equal(r, recount, r.seen.Account.Tally, "the tally against a recount")
}

// record follows the new events from number to number, and holds the rows against the
// account as its events tell it.
func (r *run) record(facts []seats.Event) {
	from := uint64(len(r.events))
	added, err := r.harness.store.Events(context.Background(), r.harness.account, seats.EventFilter{After: from}, 10_000)
	require.NoError(r, err)
	require.Len(r, added, len(facts), "events: want %+v, got %+v", facts, added)
	for i, e := range added {
		got := seats.Event{
			Kind: e.Kind, User: e.User, Before: e.Before, After: e.After, Time: e.Time, Successor: e.Successor,
			Count: e.Count, Pool: e.Pool, Reason: e.Reason, Receivers: append([]users.ID(nil), e.Receivers...),
			Date: e.Date, DateAs: e.DateAs, Source: e.Source,
		}
		if e.Channel == seats.ByClock {
			got.Actor, got.Channel = e.Actor, e.Channel
		}
		if e.Kind == seats.EventAccountEdited || e.Kind == seats.EventPoolEdited || e.Kind == seats.EventCodeSet || e.Kind == seats.EventSourceEdited || slices.Contains(e.Fields, "source") {
			got.Fields = e.Fields
		}
		require.Equal(r, facts[i], got)
		r.author(e)
		_, known := r.pools[e.Pool]
		if total, limited := e.Total.Number(); e.Delta > 0 && e.Kind != seats.EventPolicySet && e.Kind != seats.EventImported && known && limited {
			require.LessOrEqual(r, e.Held+e.Spent, total, "event %d let a user into a full pool", e.Sequence)
		}
		r.pools[e.Pool] = e.Held
		r.leaves(e)
		r.events = append(r.events, e)
		require.NoError(r, r.ledger.Record(e))
		e.Change, e.Correlation = "", "" // random letters
		r.secret(fmt.Sprintf("%+v", e))
	}
	require.Empty(r, seats.Audit(r.seen, r.seen.Account.Tally, r.ledger))
	require.Len(r, r.ledger.People, len(r.seen.Users))
	for _, u := range r.seen.Users {
		require.Equal(r, u.Segment(), r.ledger.People[u.ID], "%s, replayed", u.ID)
	}
}

// author requires that an event names who did it, and by which way.
func (r *run) author(e seats.Event) {
	actor, channel := r.call().Actor, seats.ByCall
	switch how := r.call().How; {
	case e.Channel == seats.ByClock: // and the model says who has set the date
		return
	case how == gen.Open || how == gen.RunDue:
		return
	case e.Kind == seats.EventSourceHeld: // by the Keeper, too
		channel = e.Channel
	case how == gen.DoEach || how == gen.EraseAccount && e.Kind != seats.EventAccountErased:
		channel = seats.ByBulk
	}
	require.Equal(r, []any{actor, channel}, []any{e.Actor, e.Channel})
}

// secret requires that a text contains nothing out of a profile: all values that
// are drawn have these letters, and no others do.
func (r *run) secret(text string) { require.NotContains(r, strings.ToLower(text), "qz") }

// lists holds the reading methods against linear scans of the model.
func (r *run) lists(filter users.Filter) {
	ctx, m := context.Background(), r.model
	list := func(f users.Filter) (ids []users.ID) {
		for u, err := range r.harness.Users(ctx, r.harness.account, f) {
			require.NoError(r, err)
			p := m.ByID(u.ID)
			require.Equal(r, m.Shown(p), u.Shown)
			require.Equal(r, m.May(p), u.May, "what %s may", p.ID)
			ids = append(ids, u.ID)
		}
		return ids
	}
	want := m.List(filter)
	require.Equal(r, want, list(filter), "list of %+v", filter)
	if len(want) > 0 { // and from the first on, as from the end of a page
		first, err := r.harness.User(ctx, r.harness.account, want[0])
		require.NoError(r, err)
		require.Equal(r, want[1:], append([]users.ID{}, list(filter.NextPage(first.User))...), "list of %+v behind %s", filter, want[0])
	}
}

// keys finds every user by each of their keys, in another case, and by some that no user
// need have.
func (r *run) keys() {
	ctx, keys := context.Background(), slices.Clone(gen.Probes)
	for _, p := range r.model.People {
		u, err := r.harness.User(ctx, r.harness.account, p.ID)
		require.NoError(r, err)
		require.Equal(r, p.CountedAs(), u.Segment())
		keys = append(keys, users.ByEmail(strings.ToUpper(p.Email)), users.ByUsername(strings.ToUpper(p.Username)), users.ByExternalID(p.ExternalID+" "))
	}
	for _, key := range keys {
		value := strings.TrimSpace(key.Value)
		if value == "" {
			continue
		}
		has := map[users.KeyKind]users.Profile{users.KeyEmail: {Email: value}, users.KeyUsername: {Username: value}, users.KeyExternalID: {ExternalID: value}}[key.Kind]
		u, err := r.harness.Find(ctx, r.harness.account, key)
		var found []users.ID
		for _, p := range r.model.People {
			if p.Here() && reference.SharesKey(has, p.Profile) {
				found = append(found, p.ID)
			}
		}
		switch len(found) {
		case 0:
			require.ErrorIs(r, err, seats.ErrUnknownUser, "%v", key)
		case 1:
			require.NoError(r, err, "%v", key)
			require.Equal(r, found[0], u.ID, "%v", key)
		default:
			require.ErrorIs(r, err, seats.ErrAmbiguous, "%v", key)
			refusal, _ := errors.AsType[*seats.Refusal](err)
			require.ElementsMatch(r, found, refusal.Others, "%v", key)
		}
	}
}

// end compares the whole history with what was seen of it on the way.
func (r *run) end() {
	ctx, m := context.Background(), r.model
	told, err := all(r.harness.Events(ctx, r.harness.account, seats.EventFilter{}))
	require.NoError(r, err)
	require.Equal(r, r.events, told)
	for at, want := range r.past {
		got, err := r.harness.UsageAt(ctx, r.harness.account, at)
		require.NoError(r, err)
		require.Equal(r, Plain(r, want), Plain(r, got), "as it was at %v", at.Sub(gen.Epoch))
	}
	for _, p := range m.People {
		x, err := r.harness.Explain(ctx, r.harness.account, p.ID)
		require.NoError(r, err)
		require.Equal(r, m.Holds(p), x.Holds, "whether %s holds a seat", p.ID)
		require.True(r, p.Since.Equal(x.Since), "since when %s holds a seat or none: want %v, got %v", p.ID, p.Since, x.Since)
	}
}

// leaves notes who has left by an event, and not come back or been given a place in the queue since.
func (r *run) leaves(e seats.Event) {
	switch {
	case users.In(users.Invited, users.Active).Has(e.After.Status) || e.Kind == seats.EventQueued:
		delete(r.left, e.User)
	case slices.Contains([]seats.EventKind{
		seats.EventDeactivated, seats.EventLapsed, seats.EventLeavingConfirmed, seats.EventUnqueued, seats.EventArchived, seats.EventDeleted, seats.EventErased,
	}, e.Kind):
		r.left[e.User] = true
	}
}

// waiting is the queue as it must be, in order. An approved place and a free seat never stand together; nor is there a place of
// a user who has left, or who needs no seat.
func (r *run) waiting() seats.WaitingList {
	var places []seats.Waiting
	for _, p := range r.model.Waiting() {
		places = append(places, seats.Waiting{User: p.ID, Turn: p.Wait.Turn(), Role: p.Role, Asks: p.Wait.Asks})
		require.Equal(r, users.Inactive, p.Status, "%s waits", p.ID)
		if !p.Wait.Asks {
			require.False(r, r.left[p.ID], "%s has left, and waits", p.ID)
			require.False(r, r.model.Closed.IsZero() && r.model.Policy.Exempt.Has(p.Role), "%s needs no seat, and waits", p.ID)
		}
		require.False(r, p.Schedule.Date != "" && !p.Schedule.At.After(r.model.Clock), "the leave of %s is over, and they wait", p.ID)
	}
	if len(places) > 0 && !places[0].Asks {
		require.Equal(r, seats.Of(0), r.model.Available(seats.Site), "a free seat beside %s, who waits for one", places[0].User)
	}
	return seats.WaitingOf(places...)
}

// waitingFor is the queue of a course as it must be, in order. An approved place and a free licence of an open course never stand
// together; nor is there a place of a user who has left, or who has the licence.
func (r *run) waitingFor(pool seats.PoolID) seats.WaitingList {
	places, m := r.model.ForCourse(pool), r.model
	for _, w := range places {
		p := m.ByID(w.User)
		require.True(r, p.Seated(), "%s is %v, and waits for a course", p.ID, p.Status)
		require.False(r, slices.ContainsFunc(p.Licences, func(l users.Licence) bool {
			return l.Pool == string(pool) && l.IsOpen(reference.Later(m.Clock, m.Last))
		}), "%s waits for a course, and has it", p.ID)
	}
	if len(places) > 0 && !places[0].Asks && m.Pools[pool].Ends == (seats.PoolEnd{}) {
		require.Equal(r, seats.Of(0), m.Available(pool), "a free licence beside %s, who waits for it", places[0].User)
	}
	return seats.WaitingOf(places...)
}
