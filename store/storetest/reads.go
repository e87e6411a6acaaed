package storetest

import (
	"cmp"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/internal/gen"
	"github.com/seatkeeper/seatkeeper/internal/harness"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// Every read of the specification is compared with the rows that the store must have, by the
// functions of the contract: [seats.Need.Select], [users.Filter.Match] and Compare,
// [users.LicenceFilter.Match] and [seats.EventFilter.Match].

// everything is a limit beyond all lists of the tests.
const everything = 10_000

// equal requires an answer to be as wanted.
func equal[T any](t *tester, want, got T, call string, args ...any) {
	t.Helper()
	require.Equal(t, harness.Plain(t, want), harness.Plain(t, got), append([]any{call}, args...)...)
	if t.spoils {
		spoil(&got)
	}
}

// loads compares the snapshots of the needs, in one call and each in a call of its own.
func (t *tester) loads(needs ...seats.Need) {
	t.Helper()
	t.load(needs...)
	if len(needs) > 1 {
		for _, n := range needs {
			t.load(n)
		}
	}
}

func (t *tester) load(needs ...seats.Need) {
	t.Helper()
	snapshots, err := t.store.Load(t.Context(), needs...)
	require.NoError(t, err)
	require.Len(t, snapshots, len(needs))
	for i, n := range needs {
		want, got := n.Select(t.rows[n.Account]), snapshots[i]
		if !want.Account.IsDue(n.DueBy) {
			want.NextDue, got.NextDue = time.Time{}, time.Time{} // which does not count
		}
		equal(t, want, got, "Load of %+v", n)
	}
}

// of makes the needs needs of an account.
func of(account users.AccountID, needs ...seats.Need) []seats.Need {
	for i := range needs {
		needs[i].Account = account
	}
	return needs
}

// first requires a page of an account to be the first rows of a list, at most limit, or
// ErrNotFound where the account is unknown.
func first[R any](t *tester, account users.AccountID, list []R, limit int, page []R, err error, call string, args ...any) []R {
	t.Helper()
	if !t.rows[account].Known() {
		require.ErrorIs(t, err, store.ErrNotFound)
		require.Empty(t, page)
		return nil
	}
	require.NoError(t, err)
	equal(t, list[:min(limit, len(list))], page, call, args...)
	return page
}

// matching returns the rows that match.
func matching[R any](rows []R, match func(R) bool) (found []R) {
	for _, r := range rows {
		if match(r) {
			found = append(found, r)
		}
	}
	return found
}

func (t *tester) users(account users.AccountID, f users.Filter, limit int) []users.User {
	t.Helper()
	page, err := t.store.Users(t.Context(), account, f, limit)
	list := matching(t.rows[account].Users, f.Match)
	slices.SortFunc(list, f.Compare)
	return first(t, account, list, limit, page, err, "Users %+v, at most %d", f, limit)
}

func (t *tester) tally(account users.AccountID, f users.Filter) {
	t.Helper()
	rows := t.rows[account]
	tally, revision, err := t.store.Tally(t.Context(), account, f)
	if !rows.Known() {
		require.ErrorIs(t, err, store.ErrNotFound)
	} else {
		require.NoError(t, err)
	}
	require.Equal(t, tallyOf(rows.Users, f.WithoutPage()), tally, "Tally %+v", f)
	require.Equal(t, rows.Account.Revision, revision, "Tally %+v", f)
}

func tallyOf(rows []users.User, f users.Filter) (tally users.Tally) {
	for _, u := range matching(rows, f.Match) {
		tally.Add(u.Segment(), 1)
	}
	return tally
}

func (t *tester) events(account users.AccountID, f seats.EventFilter, limit int) []seats.Event {
	t.Helper()
	page, err := t.store.Events(t.Context(), account, f, limit)
	list := matching(t.rows[account].Past, f.Match)
	if f.Backward {
		slices.Reverse(list)
	}
	return first(t, account, list, limit, page, err, "Events %+v, at most %d", f, limit)
}

func (t *tester) pools(account users.AccountID, after seats.PoolID, limit int) []seats.Pool {
	t.Helper()
	page, err := t.store.Pools(t.Context(), account, after, limit)
	list := matching(t.rows[account].Pools, func(p seats.Pool) bool { return p.ID > after }) // the site pool is the empty ID
	return first(t, account, list, limit, page, err, "Pools after %q, at most %d", after, limit)
}

func (t *tester) licences(account users.AccountID, f users.LicenceFilter, limit int) []users.Licence {
	t.Helper()
	page, err := t.store.Licences(t.Context(), account, f, limit)
	return first(t, account, matching(t.rows[account].Licences, f.Match), limit, page, err, "Licences %+v, at most %d", f, limit)
}

// ours returns what there is of the test's accounts after one, in ascending order of ID.
func ours[R any](t *tester, after users.AccountID, of func(seats.Account) (R, bool)) (rows []R) {
	for _, id := range slices.Sorted(maps.Keys(t.rows)) {
		if row, ok := of(t.rows[id].Account); ok && id > after {
			rows = append(rows, row)
		}
	}
	return rows
}

// firstOurs requires a page of accounts to begin with the test's own, and returns these.
func firstOurs[R any](t *tester, list []R, limit int, page []R, err error, id func(R) users.AccountID, call string, args ...any) []R {
	t.Helper()
	require.NoError(t, err)
	require.LessOrEqual(t, len(page), limit)
	own := slices.IndexFunc(page, func(r R) bool { return !strings.HasPrefix(string(id(r)), t.own) })
	if own >= 0 {
		page = page[:own] // the others are of other tests
	}
	equal(t, list[:min(limit, len(list))], page, call, args...)
	return page
}

func accountID(a seats.Account) users.AccountID   { return a.ID }
func itself(id users.AccountID) users.AccountID   { return id }
func progressOf(p store.Progress) users.AccountID { return p.Account }
func (t *tester) start() users.AccountID          { return users.AccountID(t.own) }

func (t *tester) accounts(after users.AccountID, limit int) []seats.Account {
	t.Helper()
	page, err := t.store.Accounts(t.Context(), after, limit)
	list := ours(t, after, func(a seats.Account) (seats.Account, bool) { return a, true })
	return firstOurs(t, list, limit, page, err, accountID, "Accounts after %q, at most %d", after, limit)
}

func (t *tester) due(by time.Time, after users.AccountID, limit int) []users.AccountID {
	t.Helper()
	page, err := t.store.Due(t.Context(), by, after, limit)
	list := ours(t, after, func(a seats.Account) (users.AccountID, bool) { return a.ID, a.IsDue(by) })
	return firstOurs(t, list, limit, page, err, itself, "Due by %v after %q, at most %d", by, after, limit)
}

// at returns the progress of a consumer in an account.
func (t *tester) at(name string, account users.AccountID) store.Progress {
	if p, ok := t.progress[consumer{name, account}]; ok {
		return p
	}
	return store.Progress{Consumer: name, Account: account}
}

func (t *tester) pending(consumer string, after users.AccountID, limit int) []store.Progress {
	t.Helper()
	if t.options.NoOutbox {
		return nil
	}
	page, err := store.OutboxOf(t.store).Pending(t.Context(), consumer, after, limit)
	list := ours(t, after, func(a seats.Account) (store.Progress, bool) {
		p := t.at(consumer, a.ID)
		return p, p.Sequence < a.Sequence || p.Retries() > 0
	})
	return firstOurs(t, list, limit, page, err, progressOf, "Pending of %q after %q, at most %d", consumer, after, limit)
}

func (t *tester) setAside(name string, after users.AccountID, limit int) []store.Progress {
	t.Helper()
	if t.options.NoOutbox {
		return nil
	}
	page, err := store.OutboxOf(t.store).SetAside(t.Context(), name, after, limit)
	var list []store.Progress
	for c, p := range t.progress {
		if c.name == name && c.account > after && len(p.SetAside) > 0 {
			list = append(list, p)
		}
	}
	slices.SortFunc(list, func(x, y store.Progress) int { return cmp.Compare(x.Account, y.Account) })
	return firstOurs(t, list, limit, page, err, progressOf, "SetAside of %q after %q, at most %d", name, after, limit)
}

// advanced replaces the progress of a consumer in an account.
func (t *tester) advanced(to store.Progress) {
	t.Helper()
	require.NoError(t, t.advance(t.at(to.Consumer, to.Account), to))
	t.progress[consumer{to.Consumer, to.Account}] = to
	t.progressed(to.Consumer, to.Account)
}

// progressed reads the progress of a consumer in an account.
func (t *tester) progressed(name string, account users.AccountID) {
	t.Helper()
	p, err := store.OutboxOf(t.store).Progress(t.Context(), name, account)
	require.NoError(t, err)
	equal(t, t.at(name, account), p, "Progress of %q in %q", name, account)
}

// advance replaces a progress that nothing else competes for, see [send].
func (t *tester) advance(from, to store.Progress) (err error) {
	for again := 0; again == 0 || again < 9 && errors.Is(err, store.ErrConflict); again++ {
		err = store.OutboxOf(t.store).Advance(t.Context(), from, to)
	}
	return err
}

// same requires the store to have all rows of these accounts as they must be, and just the
// test's own accounts. Without any it is about all of the test's.
func (t *tester) same(accounts ...users.AccountID) {
	t.Helper()
	if len(accounts) == 0 {
		accounts = slices.Collect(maps.Keys(t.rows))
	}
	far := time.Date(9999, 12, 31, 23, 59, 59, 999999000, time.UTC)
	for _, a := range accounts {
		rows := t.rows[a]
		var keys []users.Key
		for _, u := range rows.Users {
			keys = append(keys, u.Keys()...)
		}
		var pools []seats.PoolID
		for _, p := range rows.Pools {
			pools = append(pools, p.ID)
		}
		t.loads(of(a, seats.Need{Users: idsOf(rows.Users)}, seats.Need{Keys: keys}, seats.Need{Pools: pools}, seats.Need{Admins: true, DueBy: far}, seats.Need{Licences: idsOf(rows.Users)})...)
		t.users(a, users.Filter{Status: gen.EveryStatus}, everything)
		t.users(a, users.Filter{Order: users.OrderName}, everything)
		t.users(a, users.Filter{Order: users.OrderRole, Status: gen.EveryStatus, Backward: true}, everything)
		t.tally(a, users.Filter{Status: gen.EveryStatus})
		t.events(a, seats.EventFilter{}, everything)
		t.pools(a, "", everything)
		t.licences(a, users.LicenceFilter{}, everything)
	}
	n := len(t.rows) + 1
	t.accounts(t.start(), n)
	t.due(far, t.start(), n)
	t.pending("mailer", t.start(), n)
	t.setAside("mailer", t.start(), n)
}
