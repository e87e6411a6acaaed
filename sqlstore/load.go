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

// needsPerQuery is how many needs are read by one statement.
const needsPerQuery = 40

// Load implements [store.Store]. Up to forty needs take one statement.
func (s *Store) Load(ctx context.Context, needs ...seats.Need) ([]seats.Snapshot, error) {
	snapshots := make([]seats.Snapshot, 0, len(needs))
	for some := range slices.Chunk(needs, needsPerQuery) {
		var found []*found
		err := s.retryRead(ctx, func() error {
			r := s.unionQuery()
			if found = r.needs(some); len(r.parts) == 0 {
				return nil
			}
			return s.read(ctx, r)
		})
		if err != nil {
			return nil, fmt.Errorf("sqlstore: load: %w", err)
		}
		for _, f := range found {
			snapshot := f.tidied()
			if s.bound != nil {
				s.bound.changed[snapshot.Account.ID] = snapshot.Account.Changed
			}
			snapshots = append(snapshots, snapshot)
		}
	}
	return snapshots, nil
}

// found is what was found for a need, in any order and perhaps twice.
type found struct {
	seats.Snapshot
	due []users.User // one more than a change settles, if there are so many
}

func (r *unionQuery) needs(needs []seats.Need) []*found {
	all := make([]*found, len(needs))
	for i, n := range needs {
		all[i] = &found{}
		r.need(all[i], n)
	}
	if len(r.parts) > 0 && r.clock != r.nullNumber {
		addPart(r, []column[time.Time]{instant(r.clock, func(t *time.Time) *time.Time { return t })}, func(t time.Time) {
			for _, f := range all {
				f.StoreTime = t
			}
		})
	}
	return all
}

// need adds the parts that a need is made of.
func (r *unionQuery) need(f *found, n seats.Need) {
	if unstorable(string(n.Account)) {
		return
	}
	addPart(r, accountColumns, func(a seats.Account) { f.Account = a }).
		add(" FROM {accounts} WHERE id = ?", string(n.Account))
	addPart(r, poolColumns, func(p poolRow) { f.Pools = append(f.Pools, p.Pool) }).
		add(" FROM {pools} WHERE account = ? AND id ?", string(n.Account), append(listOf(n.Pools), string(seats.Site)))
	r.people(f, n)
	r.admins(f, n)
	r.due(f, n)
	r.past(f, n)
}

// keyColumns are where the kinds of key are.
var keyColumns = map[users.KeyKind]string{
	users.KeyID: "id", users.KeyEmail: "email_key", users.KeyUsername: "username_key", users.KeyExternalID: "external_id_key",
}

// people adds the users who are named, and those who have a key that is.
func (r *unionQuery) people(f *found, n seats.Need) {
	wanted := map[users.KeyKind]list{users.KeyID: listOf(n.Users)}
	for _, k := range n.Keys {
		wanted[k.Kind] = append(wanted[k.Kind], k.Value)
	}
	for kind := users.KeyExternalID; kind <= users.KeyID; kind++ {
		if len(wanted[kind]) > 0 {
			addPart(r, userColumns, func(u userRow) { f.Users = append(f.Users, u.User) }).
				add(" FROM {users} WHERE account = ? AND "+keyColumns[kind]+" ?", string(n.Account), wanted[kind])
		}
	}
}

// admins adds the first of those who administer the account.
func (r *unionQuery) admins(f *found, n seats.Need) {
	if n.Admins {
		addPart(r, userColumns, func(u userRow) { f.Users = append(f.Users, u.User) }).
			add(" FROM {users by administers} WHERE account = ? AND administers = 1 ORDER BY id", string(n.Account)).
			limit(seats.MaxReceivers)
	}
}

// due adds the users who are due, one more than a change settles, and when the
// first one beyond them is due.
func (r *unionQuery) due(f *found, n seats.Need) {
	if n.DueBy.IsZero() {
		return
	}
	by := n.DueBy.UnixMicro()
	addPart(r, userColumns, func(u userRow) { f.due = append(f.due, u.User) }).
		add(" FROM {users by due} WHERE account = ? AND due <= ? ORDER BY due, id", string(n.Account), by).
		limit(seats.MaxSettled + 1)
	addPart(r, []column[time.Time]{instant("due", func(t *time.Time) *time.Time { return t })}, func(t time.Time) { f.NextDue = t }).
		add(" FROM {users by due} WHERE account = ? AND due > ? ORDER BY due", string(n.Account), by).
		limit(1)
}

// past adds the events of a change and of a request key.
func (r *unionQuery) past(f *found, n seats.Need) {
	take := func(e seats.Event) { f.Past = append(f.Past, e) }
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

// tidied returns what was found in order, each row once.
func (f *found) tidied() seats.Snapshot {
	if !f.Known() {
		return seats.Snapshot{StoreTime: f.StoreTime}
	}
	slices.SortFunc(f.due, func(x, y users.User) int { return cmp.Or(x.Due.Compare(y.Due), cmp.Compare(x.ID, y.ID)) })
	if len(f.due) > seats.MaxSettled {
		f.NextDue = f.due[seats.MaxSettled].Due
		f.due = f.due[:seats.MaxSettled]
	}
	f.Pools = once(f.Pools, func(p seats.Pool) seats.PoolID { return p.ID })
	f.Users = once(append(f.Users, f.due...), func(u users.User) users.ID { return u.ID })
	f.Past = once(f.Past, func(e seats.Event) uint64 { return e.Sequence })
	return f.Snapshot
}

// once sorts rows by a key and leaves one of each.
func once[R any, K cmp.Ordered](rows []R, key func(R) K) []R {
	slices.SortFunc(rows, func(x, y R) int { return cmp.Compare(key(x), key(y)) })
	return slices.CompactFunc(rows, func(x, y R) bool { return key(x) == key(y) })
}
