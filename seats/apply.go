package seats

import (
	"cmp"

	"github.com/seatkeeper/seatkeeper/users"
)

// An effect is the result of a command before its seats are judged. The rows are those
// after it.
type effect struct {
	kind      EventKind  // empty: unchanged
	user      users.User // without an ID: about no user
	pool      PoolID
	total     Count         // of the pool; missing: as before
	account   *Account      // but for its numbers; nil: as before
	terms     *Pool         // the pool but for its total and numbers; nil: as before
	licence   users.Licence // the row afterwards, which the numbers of its course pool follow; zero: none
	reserved  int64         // seats held in advance: by the join code of the pool, or, of the site pool, by all of them
	count     int64
	date      users.Date
	dateAs    users.LeaveDay
	successor users.ID
	receivers []users.ID
	source    string // the sync
	fields    []string
	reason    string
	actor     users.Actor // who set the date; zero: that of the request

	stale    bool            // unchanged: the version is older than the pool's
	instead  *effect         // in the place of this one if there is no free seat
	resolve  bool            // the days are resolved by the new zone of the account
	first    *effect         // before this one: it frees a seat
	then     *effect         // after this one: about its user if that is the same or none, or about another one
	licences []users.Licence // rows of the user afterwards; they need no free seat
}

// mayOverfill reports whether an event may leave a pool above its total: [SetTotal], [BookTotal]
// and [SetPolicy], and [Import] of users with a seat elsewhere.
func (k EventKind) mayOverfill() bool {
	return k.setsTerms() || k == EventTotalBooked || k == EventImported
}

// setsTerms reports whether an event sets the total or the policy.
func (k EventKind) setsTerms() bool { return k == EventTotalSet || k == EventPolicySet }

// apply carries an effect out and records its event, or refuses it with [ErrNoSeats]. It is
// the one gate: every change of an account and of a pool passes here.
func (v *evaluation) apply(f effect) (delta int64, refusal *Refusal) {
	if f.licence.Pool == "" && f.kind != EventUnchanged { // a licence leaves the row of its user alone
		f.user.Unsent = f.user.AwaitsInvitation()
	}
	account, people := v.account, []users.User{f.user}
	u, row := &people[0], v.people.of(f.user.ID)
	if u.Status != users.Inactive {
		u.Wait = nil
	}
	if !holding.Has(u.Status) && holding.Has(row.Status) {
		u.CoursePlaces = row.CoursePlaces // they end one by one
	}
	before := row.Segment()
	if f.account != nil {
		account = *f.account
		account.Sequence, account.NextDue = v.account.Sequence, v.account.NextDue // after a growth
	}
	v.countUser(&account, &row, u, f.kind)
	account.Tally.Move(before, u.Segment())
	if f.licence.Pool != "" {
		f.pool = PoolID(f.licence.Pool)
	}
	was := v.pools.of(f.pool)
	pools := []Pool{was}
	pool := &pools[0]
	if f.terms != nil {
		*pool = *f.terms
		pool.Total, pool.Held, pool.Spent, pool.Reserved, pool.OverLimit, pool.Alerts = was.Total, was.Held, was.Spent, was.Reserved, was.OverLimit, was.Alerts
		pool.Waiting, pool.Serves = was.Waiting, was.Serves
	}
	pool.ID = f.pool
	if f.total != (Count{}) {
		pool.Total = f.total
	}
	left, waited := placeIn(&row, pool.ID)
	if place, waits := placeIn(u, pool.ID); place != left || waits != waited {
		pool.Waiting = pool.Waiting.with(u.ID, place, waits)
	}
	if pool.ID == Site {
		pool.Reserved += f.reserved
		pool.Held = account.held(pool.Reserved)
	} else {
		held, spent := uses(v.licence(f.licence.ID()))
		nowHeld, nowSpent := uses(f.licence)
		pool.Held, pool.Spent = pool.Held+nowHeld-held+f.reserved, pool.Spent+nowSpent-spent
		switch f.kind {
		case EventCodeUsed:
			pool.Spent++
		case EventCodeUseBack:
			pool.Spent--
		}
	}
	if !f.kind.mayOverfill() && !was.canBecome(*pool) {
		if grown, ok := v.growth(f, was, *pool); ok {
			v.apply(grown)
			return v.apply(f)
		}
		if !v.runsShort(pool.ID, pool.Excess(), f.instead != nil) {
			refusal = refuse(ErrNoSeats, u.ID)
			was.Total = pool.Total // which is new where an account is opened
			refusal.numbers(was, pool.occupied()-was.occupied())
			return 0, refusal
		}
	}
	pool.OverLimit = pool.Excess() > 0 && (was.OverLimit || f.kind.mayOverfill())
	pool.Alerts = account.Policy.alerts(*pool, f.kind)
	pool.Due = poolRow(pool).due(v.request.At)

	if u.ID != "" {
		if u.Status != row.Status || u.NotificationCount != row.NotificationCount { // else the terms of the invitation stay
			u.Lapses = account.Policy.lapses(*u, v.request.At)
		}
		u.LeftBy = v.leaving(f, row, *u)
		u.Kept = v.keptByHand(&row, u, f.kind)
		u.Due, u.Baseline = userRow(u).due(v.request.At), u.Baseline.Lasting(v.at)
		account.NextDue = earliest(account.NextDue, u.Due)
	}
	sealed := ""
	if !f.kind.isNotice() {
		sealed = v.sealFor(&account, u)
	}
	if u.ID != "" && (f.licence.Pool == "" || u.Salt != row.Salt || len(u.CoursePlaces) != len(row.CoursePlaces)) { // a licence leaves the row of its user alone
		v.putUser(people)
	}
	account.Revision = v.base + 1
	account.Sequence++
	account.Changed = v.at
	v.settings = v.settings || account.Settings() != v.account.Settings()
	v.account = account
	v.pools.put(pool.ID, pools)
	if f.licence.Pool != "" {
		l := f.licence
		l.Due = licenceRow(&l).due(v.request.At)
		v.putLicence(l)
		v.account.NextDue = earliest(v.account.NextDue, l.Due)
	}
	v.account.NextDue = earliest(v.account.NextDue, pool.Due)
	if f.resolve {
		v.resolveAll()
	}
	v.record(f, sealed, before, *pool, pool.Held-was.Held)
	if raised := pool.Alerts &^ was.Alerts; !raised.Empty() {
		v.apply(v.alert(*pool, raised, f))
	}
	if v.account.Offer != (OwnershipOffer{}) {
		v.lapse(u, f.actor)
	}
	if len(u.CoursePlaces) > 0 && !holding.Has(u.Status) && f.kind != EventOfferLapsed { // the offer has lapsed with the effect that goes on here
		next := leavesCourse(v.people.of(u.ID), PoolID(u.CoursePlaces[0].Pool))
		next.actor, next.reason = f.actor, f.reason
		v.apply(next)
	}
	return pool.Held - was.Held, nil
}

// leaving returns how a user has left after an effect: a seat, or a place in the queue. A request is neither: its end
// changes an earlier leaving by hand alone.
func (v *evaluation) leaving(f effect, was, u users.User) users.Leaving {
	by := v.leftBy(f)
	switch {
	case holding.Has(u.Status) || u.IsServed():
		return users.NotLeft
	case u.Waits() || u.Start.Date != "" || !holding.Has(was.Status) && !was.Waits():
	case u.LeftBy == users.NotLeft || by == users.LeftByHand:
		return by
	}
	return u.LeftBy
}

// leftBy returns the way of a leaving by an effect.
func (v *evaluation) leftBy(f effect) users.Leaving {
	switch {
	case f.date != "" || v.request.Channel == ByClock || v.request.Channel == ByUnseen:
		return users.LeftByDate
	case v.request.Actor.Kind == users.ActorSync:
		return users.LeftBySync
	}
	return users.LeftByHand
}

// putUser replaces the row of a user by a list of one, and moves the keys.
func (v *evaluation) putUser(row []users.User) {
	u := &row[0]
	if was, ok := v.people.get(u.ID); ok {
		v.freeKeys(&was.now[0])
	}
	v.people.put(u.ID, row)
	v.takeKeys(u)
}

// record adds the event of an effect, with the numbers after it and the seal of the
// command.
func (v *evaluation) record(f effect, sealed string, before users.Segment, p Pool, delta int64) {
	r := v.request
	actor, reason := cmp.Or(f.actor, r.Actor), f.reason
	if reason == "" {
		reason = r.Reason
	}
	var policy *Policy
	if f.kind.setsPolicy() {
		policy = &f.account.Policy
	}
	if v.events == nil {
		v.events = make([]Event, 0, len(r.Commands)) // most have one
	}
	v.events = append(v.events, Event{
		Account: v.account.ID, Sequence: v.account.Sequence, Time: v.at, Kind: f.kind, Change: r.Change,
		Actor: actor, Channel: r.Channel, Correlation: r.Correlation, Reason: reason,
		Key: r.Key, Index: r.Index + v.index, Digest: r.Digest + sealed,
		User: f.user.ID, Before: before, After: f.user.Segment(), Successor: f.successor,
		Receivers: f.receivers, Source: f.source, Fields: f.fields, Count: f.count, Date: f.date, DateAs: f.dateAs, Policy: policy,
		Pool: p.ID, Delta: delta, Total: p.Total, Held: p.Held, Spent: p.Spent, Reserved: p.reserved(), Tally: v.account.Tally,
	})
}
