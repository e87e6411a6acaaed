package sqlstore

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
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
	// at most one more of a kind than a change settles
	dueUsers    []users.User
	duePools    []seats.Pool
	dueLicences []users.Licence
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
	addPart(r, accountColumns, func(a accountRow) { l.account(a, n) }).
		add(" FROM {accounts} WHERE id = ?", string(n.Account))
	if len(n.Pools) > 0 {
		addPart(r, poolColumns, func(p poolRow) { l.Pools = append(l.Pools, p.Pool) }).
			add(" FROM {pools by id} WHERE account = ? AND id {in}", string(n.Account), listOf(n.Pools))
	}
	r.namedUsers(l, n)
	r.admins(l, n)
	if len(n.Licences) > 0 {
		addPart(r, licenceColumns, func(row licenceRow) { l.Licences = append(l.Licences, row.Licence) }).
			add(" FROM {licences by id} WHERE account = ? AND user_id {in}", string(n.Account), listOf(n.Licences))
	}
	if !n.DueBy.IsZero() {
		r.due(l, n)
	}
	r.past(l, n)
}

// account takes the row of the account, with its site pool.
func (l *loaded) account(a accountRow, n seats.Need) {
	l.Account = a.Account
	l.Pools = append(l.Pools, a.site)
	switch due := a.site.Due; {
	case n.DueBy.IsZero(), due.IsZero():
	case due.After(n.DueBy):
		l.isNext(due)
	default:
		l.duePools = append(l.duePools, a.site)
	}
}

// keyColumns are the columns of the kinds of key.
var keyColumns = map[users.KeyKind]string{
	users.KeyID: "id", users.KeyEmail: "email_key", users.KeyUsername: "username_key", users.KeyExternalID: "external_id_key",
}

// byKey selects users of an account by a key column, up to its condition. NOT NULL lets SQLite
// see that the index has the rows.
func byKey(column string) string {
	return "{users by " + strings.TrimSuffix(column, "_key") + "} WHERE account = ? AND " + column + " IS NOT NULL AND " + column
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
				add(" FROM "+byKey(keyColumns[kind])+" {in}", string(n.Account), wanted[kind])
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

// due adds the due rows, one more of a kind than a change settles, the users and the pools of the due
// licences, and the next due instants.
func (r *unionQuery) due(l *loaded, n seats.Need) {
	account, by := string(n.Account), n.DueBy.UnixMicro()
	dueRows(r, l, n, userColumns, "{users by due}", "due_rank, id", func(u userRow) { l.dueUsers = append(l.dueUsers, u.User) })
	dueRows(r, l, n, poolColumns, "{pools by due}", "id", func(p poolRow) { l.duePools = append(l.duePools, p.Pool) })
	dueRows(r, l, n, licenceColumns, "{licences by due}", "user_id, pool, number", func(row licenceRow) { l.dueLicences = append(l.dueLicences, row.Licence) })
	of := func(column, table string) (text string, values []any) {
		due := fmt.Sprintf("SELECT %s FROM {licences by due} WHERE account = ? AND due <= ? ORDER BY due, user_id, pool, number LIMIT %d", column, seats.MaxSettled)
		return " FROM " + table + " WHERE account = ? AND id " + strings.ReplaceAll(r.inSelect, "{select}", due), []any{account, account, by}
	}
	text, values := of("user_id", "{users by id}")
	addPart(r, userColumns, func(u userRow) { l.Users = append(l.Users, u.User) }).add(text, values...)
	text, values = of("pool", "{pools by id}")
	addPart(r, poolColumns, func(p poolRow) { l.Pools = append(l.Pools, p.Pool) }).add(text, values...)
}

// dueRows adds the due rows of a table, in order of their instants and then of their keys, and the
// instant of the next one.
func dueRows[R any](r *unionQuery, l *loaded, n seats.Need, columns []column[R], table, key string, take func(R)) {
	account, by := string(n.Account), n.DueBy.UnixMicro()
	addPart(r, columns, take).
		add(" FROM "+table+" WHERE account = ? AND due <= ? ORDER BY due, "+key, account, by).
		limit(seats.MaxSettled + 1)
	addPart(r, []column[time.Time]{instant("due", func(t *time.Time) *time.Time { return t })}, func(t time.Time) { l.isNext(t) }).
		add(" FROM "+table+" WHERE account = ? AND due > ? ORDER BY due", account, by).
		limit(1)
}

// isNext notes the due instant of a row that was left over.
func (l *loaded) isNext(t time.Time) {
	if l.NextDue.IsZero() || t.Before(l.NextDue) {
		l.NextDue = t
	}
}

// past adds the event of a number and those of a request key.
func (r *unionQuery) past(l *loaded, n seats.Need) {
	take := func(e seats.Event) { l.Past = append(l.Past, e) }
	if n.Sequence > 0 && n.Sequence <= math.MaxInt64 {
		addPart(r, eventColumns, take).
			add(" FROM {events} WHERE account = ? AND sequence = ?", string(n.Account), int64(n.Sequence))
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
	duePools := earliest(l, l.duePools, func(p seats.Pool) time.Time { return p.Due }, byPool)
	dueUsers := earliest(l, l.dueUsers, func(u users.User) time.Time { return u.Due }, users.User.CompareDue)
	dueLicences := earliest(l, l.dueLicences, func(row users.Licence) time.Time { return row.Due }, byLicence)
	l.Pools = unique(append(l.Pools, duePools...), byPool)
	l.Users = unique(append(l.Users, dueUsers...), byUser)
	l.Licences = unique(append(l.Licences, dueLicences...), byLicence)
	l.Past = unique(l.Past, func(x, y seats.Event) int { return cmp.Compare(x.Sequence, y.Sequence) })
	return l.Snapshot
}

func byPool(x, y seats.Pool) int       { return cmp.Compare(x.ID, y.ID) }
func byUser(x, y users.User) int       { return cmp.Compare(x.ID, y.ID) }
func byLicence(x, y users.Licence) int { return x.ID().Compare(y.ID()) }

// earliest returns the due rows that a change settles, and notes the instant of the next one.
func earliest[R any](l *loaded, rows []R, due func(R) time.Time, order func(x, y R) int) []R {
	if len(rows) <= seats.MaxSettled {
		return rows
	}
	slices.SortFunc(rows, func(x, y R) int { return cmp.Or(due(x).Compare(due(y)), order(x, y)) })
	l.isNext(due(rows[seats.MaxSettled]))
	return rows[:seats.MaxSettled]
}

// unique sorts rows and keeps one of each.
func unique[R any](rows []R, order func(x, y R) int) []R {
	slices.SortFunc(rows, order)
	return slices.CompactFunc(rows, func(x, y R) bool { return order(x, y) == 0 })
}
