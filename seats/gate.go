package seats

import "github.com/seatkeeper/seatkeeper/users"

// A fact is what a command does once all but the seats was found right.
type fact struct {
	kind      EventKind  // empty: nothing, it is so already
	user      users.User // whom it is about, afterwards; without an ID: nobody
	pool      PoolID
	total     Count    // of the pool afterwards, if that changes
	account   *Account // afterwards but for its numbers, if that changes
	held      int64    // by how much that goes up in a course pool; the site pool's follows status
	spent     int64    // likewise
	count     int64
	heir      users.ID
	receivers []users.ID
	fields    []string
	reason    string

	instead  *fact  // what happens where there is no free seat, if anything
	licences []fact // what becomes of the user's licences by it, pool by pool; none of it is ever refused
}

// cuts reports whether an event may leave a pool above its total: a total that
// is set, another policy, or somebody who is brought along and has his seat already.
// Nothing else may.
func (k EventKind) cuts() bool { return k.resets() || k == Adopted }

// resets reports whether an event sets anew what the seats are held against.
func (k EventKind) resets() bool { return k == TotalSet || k == PolicySet }

// apply makes the fact true and records it, or refuses it for want of seats and
// changes nothing. All changes of an account go through here, and so does every
// seat: this is the one place where a pool is judged and moves.
func (d *desk) apply(f fact) (delta int64, no *Refusal) {
	account, u := d.account, f.user
	row := d.people[u.ID]
	before := row.Standing()
	if f.account != nil {
		account = *f.account
	}
	account.Tally.Move(before, u.Standing())
	was := d.pools[f.pool]
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
	if !f.kind.cuts() && !was.admits(pool) && !d.lacks(pool.ID, pool.Excess(), f.instead != nil) {
		no = refuse(ErrNoSeats, u.ID)
		was.Total = pool.Total // which is new where an account is opened
		no.numbers(was, pool.Occupied()-was.Occupied())
		return 0, no
	}
	pool.Over = pool.Excess() > 0 && (was.Over || f.kind.cuts())

	if u.ID != "" {
		if u.Status != row.Status || u.Notices != row.Notices { // else the old terms go on
			u.Due = account.Policy.due(u, d.request.At)
		}
		account.NextDue = earliest(account.NextDue, u.Due)
	}
	sealed := d.salted(&account, &u)
	if u.ID != "" {
		d.seat(u)
	}
	account.Revision = d.base + 1
	account.Sequence++
	account.Changed = d.at
	d.account = account
	replace(d.pools, d.wasPools, pool.ID, pool)
	d.record(f, sealed, before, pool, pool.Held-was.Held)
	return pool.Held - was.Held, nil
}

// seat puts the user's row in the place of the one before and moves the keys.
func (d *desk) seat(u users.User) {
	if was, there := d.people[u.ID]; there {
		d.release(was)
	}
	replace(d.people, d.wasPeople, u.ID, u)
	d.hold(u)
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
func (d *desk) record(f fact, sealed string, before users.Standing, p Pool, delta int64) {
	r := d.request
	reason := f.reason
	if reason == "" {
		reason = r.Reason
	}
	var policy *Policy
	if f.kind.setsPolicy() {
		policy = &f.account.Policy
	}
	d.events = append(d.events, Event{
		Account: d.account.ID, Sequence: d.account.Sequence, Time: d.at, Kind: f.kind, Change: r.Change,
		Actor: r.Actor, Channel: r.Channel, Correlation: r.Correlation, Reason: reason,
		Key: r.Key, Index: r.First + d.index, Digest: r.Digest + sealed,
		User: f.user.ID, Before: before, After: f.user.Standing(), Heir: f.heir,
		Receivers: f.receivers, Fields: f.fields, Count: f.count, Policy: policy,
		Pool: p.ID, Delta: delta, Total: p.Total, Held: p.Held, Spent: p.Spent, Tally: d.account.Tally,
	})
}
