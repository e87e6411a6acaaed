package sqlstore

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// Load implements [store.Store]. It takes one statement for 1,000 needs on PostgreSQL, for 40 on
// MySQL, and for each on SQLite, where there are no round trips.
func (s *Store) Load(ctx context.Context, needs ...seats.Need) ([]seats.Snapshot, error) {
	found := make([]seats.Snapshot, len(needs))
	for from := 0; from < len(needs); from += s.needsPerQuery {
		to := min(len(needs), from+s.needsPerQuery)
		if err := s.retryRead(ctx, func() error { return s.loadSome(ctx, needs[from:to], found[from:to]) }); err != nil {
			return nil, fmt.Errorf("sqlstore: load: %w", err)
		}
	}
	if s.bound != nil {
		for _, l := range found {
			s.bound.changed[l.Account.ID] = l.Account.Changed
		}
	}
	return found, nil
}

// loadSome loads by one statement. If all accounts are unknown, the time of the store takes another.
func (s *Store) loadSome(ctx context.Context, needs []seats.Need, found []seats.Snapshot) error {
	clear(found)
	l := loading{unionQuery: s.unionQuery(), needs: needs, found: found}
	l.each = l.eachTuple != "" && (len(needs) > 1 || len(needs[0].Users)+len(needs[0].Keys) > 0)
	for i, n := range needs {
		if !unstorable(string(n.Account)) {
			l.unionQuery.need = i
			l.add(n)
		}
	}
	if len(l.parts) == 0 {
		return nil
	}
	if err := s.read(ctx, l.unionQuery); err != nil {
		return err
	}
	var now time.Time
	for i, n := range needs {
		l.sort(&found[i], n)
		if found[i].Known() {
			now = found[i].StoreTime
		}
	}
	if now.IsZero() && !s.inProcess {
		r := s.unionQuery()
		addPart(r, clockColumns, func(t time.Time) { now = t })
		if err := s.read(ctx, r); err != nil {
			return err
		}
	}
	for i := range found {
		if !found[i].Known() {
			found[i] = seats.Snapshot{StoreTime: now}
		}
	}
	return nil
}

// A loading is a statement for needs.
type loading struct {
	*unionQuery
	needs []seats.Need
	found []seats.Snapshot // for each need
}

// at returns the snapshot for the need of the row.
func (l *loading) at() *seats.Snapshot { return &l.found[l.need] }

func (l *loading) account(row loadedAccount) {
	s := l.at()
	s.Account, s.StoreTime, s.Pools = row.Account, row.now, append(s.Pools, row.site)
}

func (l *loading) user(row userRow) { l.at().Users = append(l.at().Users, row.User) }
func (l *loading) pool(row poolRow) { l.at().Pools = append(l.at().Pools, row.Pool) }

// queue takes a pool if there are places in its queue.
func (l *loading) queue(row poolRow) {
	if row.Waiting != (seats.WaitingList{}) {
		l.pool(row)
	}
}

func (l *loading) licence(row licenceRow) { l.at().Licences = append(l.at().Licences, row.Licence) }

func (l *loading) event(row seats.Event) {
	row.Account = l.needs[l.need].Account
	l.at().Past = append(l.at().Past, row)
}

// A loadedAccount is an account with the time of its load by the clock of the store.
type loadedAccount struct {
	accountRow
	now time.Time
}

var (
	loadedColumns = append(
		within(accountColumns, func(a *loadedAccount) *accountRow { return &a.accountRow }),
		instant("{clock}", func(a *loadedAccount) *time.Time { return &a.now }))
	clockColumns = []column[time.Time]{instant("{clock}", func(t *time.Time) *time.Time { return t })}
)

// keyColumns are the columns of the kinds of key.
var keyColumns = map[users.KeyKind]string{
	users.KeyID: "id", users.KeyEmail: "email_key", users.KeyUsername: "username_key", users.KeyExternalID: "external_id_key",
}

// byKey selects users of an account by a key column, up to its condition. NOT NULL lets SQLite
// see that the index has the rows.
func byKey(column string) string {
	return "{users by " + strings.TrimSuffix(column, "_key") + "} WHERE account = ? AND " + column + " IS NOT NULL AND " + column
}

// The texts of parts.
var (
	usersByKey = func() (texts [users.KeyID + 1]string) {
		for kind, column := range keyColumns {
			texts[kind] = " FROM " + byKey(column) + " {in}"
		}
		return texts
	}()
	sharers        = " FROM " + byKey("shared_email_key") + " {in}"
	poolsByCode    = " FROM {pools by code} WHERE account = ? AND code_key IS NOT NULL AND code_key {in}"
	allPools       = " FROM {pools by id} WHERE account = ?"
	administrators = " FROM {users by administers} WHERE account = ? AND administers = 1 ORDER BY id LIMIT " + strconv.Itoa(seats.MaxReceivers)

	dueUsers, nextUser       = dueTexts("{users by due}", "due_rank, id")
	duePools, nextPool       = dueTexts("{pools by due}", "id")
	dueLicences, nextLicence = dueTexts("{licences by due}", "user_id, pool, number")
	// Those of the due licences.
	usersOfDue = " FROM {users by id} WHERE account = ? AND id {among}SELECT user_id" + dueLicences
	poolsOfDue = " FROM {pools by id} WHERE account = ? AND id {among}SELECT pool" + dueLicences
)

// dueTexts are the due rows of a table, one more than a change settles, in order of their instants
// and then of their keys; and the next one.
func dueTexts(table, key string) (due, next string) {
	return fmt.Sprintf(" FROM %s WHERE account = ? AND due <= ? ORDER BY due, %s LIMIT %d", table, key, seats.MaxSettled+1),
		fmt.Sprintf(" FROM %s WHERE account = ? AND due > ? ORDER BY due LIMIT 1", table)
}

// add adds the parts of a need.
func (l *loading) add(n seats.Need) {
	account := string(n.Account)
	addEach(l.unionQuery, loadedColumns, l.account, " FROM {accounts} WHERE id = ?", account)
	if len(n.Pools) > 0 {
		addEach(l.unionQuery, poolColumns, l.pool, " FROM {pools by id} WHERE account = ? AND id {in}", account, listOf(n.Pools))
	}
	if n.Queues {
		addEach(l.unionQuery, poolColumns, l.queue, allPools, account)
	}
	if len(n.Codes) > 0 {
		addEach(l.unionQuery, poolColumns, l.pool, poolsByCode, account, listOf(n.Codes))
	}
	if len(n.Users) > 0 {
		addEach(l.unionQuery, userColumns, l.user, usersByKey[users.KeyID], account, listOf(n.Users))
	}
	for kind := users.KeyExternalID; kind < users.KeyID; kind++ {
		var keys list
		for _, k := range n.Keys {
			if k.Kind == kind {
				keys = append(keys, k.Value)
			}
		}
		if len(keys) > 0 {
			addEach(l.unionQuery, userColumns, l.user, usersByKey[kind], account, keys)
			if kind == users.KeyEmail {
				addEach(l.unionQuery, userColumns, l.user, sharers, account, keys)
			}
		}
	}
	if n.Admins {
		addEach(l.unionQuery, userColumns, l.user, administrators, account)
	}
	if len(n.Licences) > 0 {
		addEach(l.unionQuery, licenceColumns, l.licence, " FROM {licences by id} WHERE account = ? AND user_id {in}", account, listOf(n.Licences))
	}
	if !n.DueBy.IsZero() {
		l.due(account, n.DueBy.UnixMicro())
	}
	l.past(account, n)
}

// due adds the due rows with the next ones, and the users and the pools of the due licences.
func (l *loading) due(account string, by int64) {
	for _, text := range []string{dueUsers, nextUser} {
		addEach(l.unionQuery, userColumns, l.user, text, account, by)
	}
	for _, text := range []string{duePools, nextPool} {
		addEach(l.unionQuery, poolColumns, l.pool, text, account, by)
	}
	for _, text := range []string{dueLicences, nextLicence} {
		addEach(l.unionQuery, licenceColumns, l.licence, text, account, by)
	}
	addEach(l.unionQuery, userColumns, l.user, usersOfDue, account, account, by)
	addEach(l.unionQuery, poolColumns, l.pool, poolsOfDue, account, account, by)
}

// past adds the event of a number and those of a request key.
func (l *loading) past(account string, n seats.Need) {
	if n.Sequence > 0 && n.Sequence <= math.MaxInt64 {
		addEach(l.unionQuery, eventColumns, l.event, " FROM {events} WHERE account = ? AND sequence = ?", account, int64(n.Sequence))
	}
	if n.Key != "" && !unstorable(n.Key) {
		addEach(l.unionQuery, eventColumns, l.event, " FROM {events by key} WHERE account = ? AND request_key = ? ORDER BY place, sequence LIMIT 1", account, n.Key)
		addEach(l.unionQuery, eventColumns, l.event, " FROM {events by key} WHERE account = ? AND request_key = ? AND place >= ? AND place < ?",
			account, n.Key, int64(n.IndexFrom), int64(n.IndexTo))
	}
}

// sort puts the rows of a snapshot in order, each once. Of those that are due it leaves what a
// change settles.
func (l *loading) sort(s *seats.Snapshot, n seats.Need) {
	if !n.DueBy.IsZero() {
		*s = n.Select(*s)
		return
	}
	s.Pools = unique(s.Pools, byPool)
	s.Users = unique(s.Users, byUser)
	s.Licences = unique(s.Licences, byLicence)
	s.Past = unique(s.Past, func(x, y seats.Event) int { return cmp.Compare(x.Sequence, y.Sequence) })
}

func byPool(x, y seats.Pool) int       { return cmp.Compare(x.ID, y.ID) }
func byUser(x, y users.User) int       { return cmp.Compare(x.ID, y.ID) }
func byLicence(x, y users.Licence) int { return x.ID().Compare(y.ID()) }

// unique sorts rows and keeps one of each.
func unique[R any](rows []R, order func(x, y R) int) []R {
	slices.SortFunc(rows, order)
	return slices.CompactFunc(rows, func(x, y R) bool { return order(x, y) == 0 })
}
