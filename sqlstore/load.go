package sqlstore

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// needsPerQuery bounds the needs of one statement.
const needsPerQuery = 40

// Load implements [store.Store]. It takes one statement for every 40 needs.
func (s *Store) Load(ctx context.Context, needs ...seats.Need) ([]seats.Snapshot, error) {
	snapshots := make([]seats.Snapshot, 0, len(needs))
	for some := range slices.Chunk(needs, needsPerQuery) {
		var all []*loaded
		err := s.retryRead(ctx, func() error {
			r := s.unionQuery()
			if all = r.needs(some); len(r.parts) == 0 {
				return nil
			}
			return s.read(ctx, r)
		})
		if err != nil {
			return nil, fmt.Errorf("sqlstore: load: %w", err)
		}
		for _, l := range all {
			snapshot := l.sorted()
			if s.bound != nil {
				s.bound.changed[snapshot.Account.ID] = snapshot.Account.Changed
			}
			snapshots = append(snapshots, snapshot)
		}
	}
	return snapshots, nil
}

// A loaded collects the rows for a need, in any order and perhaps twice.
type loaded struct {
	seats.Snapshot
	due []users.User // at most one more than a change settles
}

func (r *unionQuery) needs(needs []seats.Need) []*loaded {
	all := make([]*loaded, len(needs))
	for i, n := range needs {
		all[i] = &loaded{}
		r.need(all[i], n)
	}
	if len(r.parts) > 0 && r.clock != r.nullNumber {
		addPart(r, []column[time.Time]{instant(r.clock, func(t *time.Time) *time.Time { return t })}, func(t time.Time) {
			for _, l := range all {
				l.StoreTime = t
			}
		})
	}
	return all
}

// need adds the parts of a need.
func (r *unionQuery) need(l *loaded, n seats.Need) {
	if unstorable(string(n.Account)) {
		return
	}
	addPart(r, accountColumns, func(a seats.Account) { l.Account = a }).
		add(" FROM {accounts} WHERE id = ?", string(n.Account))
	addPart(r, poolColumns, func(p poolRow) { l.Pools = append(l.Pools, p.Pool) }).
		add(" FROM {pools} WHERE account = ? AND id {in}", string(n.Account), append(listOf(n.Pools), string(seats.Site)))
	r.namedUsers(l, n)
	r.admins(l, n)
	r.due(l, n)
	r.past(l, n)
}

// keyColumns are the columns of the kinds of key.
var keyColumns = map[users.KeyKind]string{
	users.KeyID: "id", users.KeyEmail: "email_key", users.KeyUsername: "username_key", users.KeyExternalID: "external_id_key",
}

// namedUsers adds the users by ID and the holders of the keys.
func (r *unionQuery) namedUsers(l *loaded, n seats.Need) {
	wanted := map[users.KeyKind]list{users.KeyID: listOf(n.Users)}
	for _, k := range n.Keys {
		wanted[k.Kind] = append(wanted[k.Kind], k.Value)
	}
	for kind := users.KeyExternalID; kind <= users.KeyID; kind++ {
		if len(wanted[kind]) > 0 {
			addPart(r, userColumns, func(u userRow) { l.Users = append(l.Users, u.User) }).
				add(" FROM {users} WHERE account = ? AND "+keyColumns[kind]+" {in}", string(n.Account), wanted[kind])
		}
	}
}

// admins adds the first owners and admins of the account.
func (r *unionQuery) admins(l *loaded, n seats.Need) {
	if n.Admins {
		addPart(r, userColumns, func(u userRow) { l.Users = append(l.Users, u.User) }).
			add(" FROM {users by administers} WHERE account = ? AND administers = 1 ORDER BY id", string(n.Account)).
			limit(seats.MaxReceivers)
	}
}

// due adds the due users, one more than a change settles, and the next due instant.
func (r *unionQuery) due(l *loaded, n seats.Need) {
	if n.DueBy.IsZero() {
		return
	}
	by := n.DueBy.UnixMicro()
	addPart(r, userColumns, func(u userRow) { l.due = append(l.due, u.User) }).
		add(" FROM {users by due} WHERE account = ? AND due <= ? ORDER BY due, id", string(n.Account), by).
		limit(seats.MaxSettled + 1)
	addPart(r, []column[time.Time]{instant("due", func(t *time.Time) *time.Time { return t })}, func(t time.Time) { l.NextDue = t }).
		add(" FROM {users by due} WHERE account = ? AND due > ? ORDER BY due", string(n.Account), by).
		limit(1)
}

// past adds the events of a change and of a request key.
func (r *unionQuery) past(l *loaded, n seats.Need) {
	take := func(e seats.Event) { l.Past = append(l.Past, e) }
	if n.Change != "" && !unstorable(string(n.Change)) {
		addPart(r, eventColumns, take).
			add(" FROM {events by change} WHERE account = ? AND change_id = ?", string(n.Account), string(n.Change))
	}
	if n.Key != "" && !unstorable(n.Key) {
		addPart(r, eventColumns, take).
			add(" FROM {events by key} WHERE account = ? AND request_key = ? ORDER BY place, sequence", string(n.Account), n.Key).
			limit(1)
		addPart(r, eventColumns, take).
			add(" FROM {events by key} WHERE account = ? AND request_key = ? AND place >= ? AND place < ?",
				string(n.Account), n.Key, int64(n.IndexFrom), int64(n.IndexTo))
	}
}

// sorted returns the snapshot: its rows in order, each once.
func (l *loaded) sorted() seats.Snapshot {
	if !l.Known() {
		return seats.Snapshot{StoreTime: l.StoreTime}
	}
	slices.SortFunc(l.due, func(x, y users.User) int { return cmp.Or(x.Due.Compare(y.Due), cmp.Compare(x.ID, y.ID)) })
	if len(l.due) > seats.MaxSettled {
		l.NextDue = l.due[seats.MaxSettled].Due
		l.due = l.due[:seats.MaxSettled]
	}
	l.Pools = uniqueBy(l.Pools, func(p seats.Pool) seats.PoolID { return p.ID })
	l.Users = uniqueBy(append(l.Users, l.due...), func(u users.User) users.ID { return u.ID })
	l.Past = uniqueBy(l.Past, func(e seats.Event) uint64 { return e.Sequence })
	return l.Snapshot
}

// uniqueBy sorts rows by a key and keeps one of each.
func uniqueBy[R any, K cmp.Ordered](rows []R, key func(R) K) []R {
	slices.SortFunc(rows, func(x, y R) int { return cmp.Compare(key(x), key(y)) })
	return slices.CompactFunc(rows, func(x, y R) bool { return key(x) == key(y) })
}
