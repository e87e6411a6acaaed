package seats

import "github.com/seatkeeper/seatkeeper/users"

// A effect is what a command does once all but the seats was found right.
type effect struct {
	kind      EventKind  // empty: nothing, it is so already
	user      users.User // whom it is about, afterwards; without an ID: nobody
	pool      PoolID
	total     Count    // of the pool afterwards, if that changes
	account   *Account // afterwards but for its numbers, if that changes
	held      int64    // by how much that goes up in a course pool; the site pool's follows status
	spent     int64    // likewise
	count     int64
	successor users.ID
	receivers []users.ID
	fields    []string
	reason    string

	instead  *effect  // what happens where there is no free seat, if anything
	licences []effect // what becomes of the user's licences by it, pool by pool; none of it is ever refused
}

// cuts reports whether an event may leave a pool above its total: a total that
// is set, another policy, or somebody who is brought along and has his seat already.
// Nothing else may.
func (k EventKind) cuts() bool { return k.resets() || k == EventImported }

// resets reports whether an event sets anew what the seats are held against.
func (k EventKind) resets() bool { return k == EventTotalSet || k == EventPolicySet }

// apply makes the fact true and records it, or refuses it for want of seats and
// changes nothing. All changes of an account go through here, and so does every
// seat: this is the one place where a pool is judged and moves.
func (v *evaluation) apply(f effect) (delta int64, refusal *Refusal) {
	account, u := v.account, f.user
	row := v.people[u.ID]
	before := row.Segment()
	if f.account != nil {
		account = *f.account
	}
	account.Tally.Move(before, u.Segment())
	was := v.pools[f.pool]
	pool := was
	pool.ID = f.pool
	if f.total != (Count{}) {
		pool.Total = f.total
	}
	if pool.ID == Site {
		pool.Held = account.held()
	} else {
		pool.Held, pool.Spent = pool.Held+f.held, pool.Spent+f.spent
	}
	if !f.kind.cuts() && !was.canBecome(pool) && !v.runsShort(pool.ID, pool.Excess(), f.instead != nil) {
		refusal = refuse(ErrNoSeats, u.ID)
		was.Total = pool.Total // which is new where an account is opened
		refusal.numbers(was, pool.Occupied()-was.Occupied())
		return 0, refusal
	}
	pool.OverLimit = pool.Excess() > 0 && (was.OverLimit || f.kind.cuts())

	if u.ID != "" {
		if u.Status != row.Status || u.NotificationCount != row.NotificationCount { // else the old terms go on
			u.Due = account.Policy.due(u, v.request.At)
		}
		account.NextDue = earliest(account.NextDue, u.Due)
	}
	sealed := v.sealFor(&account, &u)
	if u.ID != "" {
		v.seat(u)
	}
	account.Revision = v.base + 1
	account.Sequence++
	account.Changed = v.at
	v.account = account
	replace(v.pools, v.wasPools, pool.ID, pool)
	v.record(f, sealed, before, pool, pool.Held-was.Held)
	return pool.Held - was.Held, nil
}

// seat puts the user's row in the place of the one before and moves the keys.
func (v *evaluation) seat(u users.User) {
	if was, there := v.people[u.ID]; there {
		v.release(was)
	}
	replace(v.people, v.wasPeople, u.ID, u)
	v.hold(u)
}

// replace puts a row in its place and keeps the one that was loaded.
func replace[K comparable, V any](rows, loaded map[K]V, key K, row V) {
	if _, kept := loaded[key]; !kept {
		loaded[key] = rows[key]
	}
	rows[key] = row
}

// record writes down what happened, with the numbers right after it and what of the
// command is sealed.
func (v *evaluation) record(f effect, sealed string, before users.Segment, p Pool, delta int64) {
	r := v.request
	reason := f.reason
	if reason == "" {
		reason = r.Reason
	}
	var policy *Policy
	if f.kind.setsPolicy() {
		policy = &f.account.Policy
	}
	v.events = append(v.events, Event{
		Account: v.account.ID, Sequence: v.account.Sequence, Time: v.at, Kind: f.kind, Change: r.Change,
		Actor: r.Actor, Channel: r.Channel, Correlation: r.Correlation, Reason: reason,
		Key: r.Key, Index: r.Index + v.index, Digest: r.Digest + sealed,
		User: f.user.ID, Before: before, After: f.user.Segment(), Successor: f.successor,
		Receivers: f.receivers, Fields: f.fields, Count: f.count, Policy: policy,
		Pool: p.ID, Delta: delta, Total: p.Total, Held: p.Held, Spent: p.Spent, Tally: v.account.Tally,
	})
}
