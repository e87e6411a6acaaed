package sqlstore

import (
	"context"
	"fmt"
	"slices"

	"github.com/seatkeeper/seatkeeper/users"
)

// Users implements [store.Store].
func (s *Store) Users(ctx context.Context, account users.AccountID, f users.Filter, limit int) ([]users.User, error) {
	if err := checkStorable(f.After.Name, string(f.After.ID)); err != nil {
		return nil, fmt.Errorf("sqlstore: list: %w", err)
	}
	var page []users.User
	index, runs := runsOf(f)
	parts := func(r *unionQuery) {
		page = nil
		for _, one := range runs {
			q := addPart(r, userColumns, func(u userRow) { page = append(page, u.User) })
			q.add(" FROM {users by "+index+"} WHERE account = ?", string(account))
			q.conditions(f)
			q.run(f, one)
			q.limit(limit)
		}
	}
	var err error
	if len(runs) > 0 {
		err = s.page(ctx, account, parts, func() bool { return len(page) > 0 })
	} else {
		_, err = s.list(ctx, account, parts)
	}
	if err != nil {
		return nil, err
	}
	slices.SortFunc(page, f.Compare)
	return page[:min(max(0, limit), len(page))], nil
}

// A run is a part of a list that an index has in order. In the orders by status and role, and by
// name of some statuses or roles, it is a segment: users of one status and one role. A page then
// is the first rows of the first rows of each, at most twenty.
type run struct {
	status users.Status // of a segment; otherwise none
	role   users.Role
	after  bool // it has the place after which the page begins
}

// runsOf returns the runs of a page and the index that has them in order. Those before the page
// are left out.
func runsOf(f users.Filter) (index string, runs []run) {
	statuses, roles := f.Status, f.Role
	if statuses.Empty() {
		statuses = users.Present
	}
	segments := f.Order == users.OrderStatus || f.Order == users.OrderRole
	switch {
	case len(f.IDs) > 0:
		index = "id"
	case f.Dated || f.HeldBack: // few, in any order
		index = "dated"
	case f.Order == users.OrderChange:
		index = "change"
	case f.Order == users.OrderName && roles.Empty() && statuses&users.Present == users.Present:
		index = "name"
	case f.Order.Named():
		index, segments = "segment", true
	default:
		index = "id"
	}
	after := f.After.ID != ""
	if !segments {
		return index, []run{{after: after}}
	}
	if roles.Empty() {
		roles = users.In(users.Roles()...)
	}
	begin := users.Place{Status: f.After.Status, Role: f.After.Role}
	for _, status := range statuses.Members() {
		for _, role := range roles.Members() {
			first := f.Order.Compare(users.Place{Status: status, Role: role}, begin)
			if f.Backward {
				first = -first
			}
			if !after || first >= 0 {
				runs = append(runs, run{status, role, after && first == 0})
			}
		}
	}
	return index, runs
}

// run adds the conditions of a run, and its order.
func (q *unionQuery) run(f users.Filter, one run) {
	if one.status == users.NoStatus {
		q.segments(f)
	} else {
		q.equals("status", one.status.String())
		q.equals("role", one.role.String())
	}
	key, value, sign, down := "", any(nil), ">", ""
	switch {
	case f.Order.Named():
		key, value = "sort_name", f.After.Name
	case f.Order == users.OrderChange:
		key, value = "status_since", f.After.Since.UnixMicro()
	}
	if f.Backward {
		sign, down = "<", " DESC"
	}
	switch {
	case one.after && key == "":
		q.add(" AND id "+sign+" ?", string(f.After.ID))
	case one.after:
		values := []any{value, string(f.After.ID)}
		if q.inline {
			values = []any{value, value, string(f.After.ID)}
		}
		q.add(" AND "+q.afterPair(key, sign), values...)
	}
	q.add(" ORDER BY ")
	if key != "" {
		q.add(key + down + ", ")
	}
	q.add("id" + down)
}

// segments adds the conditions of a filter on status and role.
func (q *unionQuery) segments(f users.Filter) {
	if f.Status.Empty() {
		f.Status = users.Present
	}
	q.add(" AND status {in}", namesOf(f.Status))
	if !f.Role.Empty() {
		q.add(" AND role {in}", namesOf(f.Role))
	}
}

// conditions adds the other conditions of a filter, but for its page.
func (q *unionQuery) conditions(f users.Filter) {
	if len(f.IDs) > 0 {
		q.add(" AND id {in}", listOf(f.IDs))
	}
	if len(f.Locations) > 0 {
		q.add(" AND location {in}", listOf(f.Locations))
	}
	if len(f.Departments) > 0 {
		q.add(" AND department {in}", listOf(f.Departments))
	}
	q.any(len(f.Groups), func(i int) { q.inGroup(f.Groups[i]) })
	q.any(len(f.Sources), func(i int) {
		q.equals("source_kind", f.Sources[i].Kind.String())
		if name := f.Sources[i].Name; name != "" {
			q.equals("source_name", name)
		}
	})
	if ways := f.LeftBy.Members(); len(ways) > 0 {
		q.any(len(ways), func(i int) { q.leftBy(ways[i]) })
	}
	if f.NeverSignedIn {
		q.add(" AND first_sign_in IS NULL")
	}
	if f.Dated || f.HeldBack {
		q.add(" AND dated = 1")
	}
	if f.HeldBack {
		q.add(" AND held_back = 1")
	}
	for _, word := range f.Words() {
		q.word(word)
	}
}

// any adds the condition that one of some conditions holds, each of which begins with AND.
func (q *unionQuery) any(n int, one func(int)) {
	for i := range n {
		if i == 0 {
			q.add(" AND (1 = 0")
		}
		q.add(" OR (1 = 1")
		one(i)
		q.add(")")
	}
	if n > 0 {
		q.add(")")
	}
}

// leftBy adds the condition that facts has a way of leaving, as [packed] writes it. No text in the
// document has these bytes, since quotes in it are escaped.
func (q *unionQuery) leftBy(l users.Leaving) {
	if l == users.NotLeft {
		q.add(" AND (facts IS NULL OR NOT "+q.contains("facts")+")", `"left_by":`)
		return
	}
	q.add(" AND "+q.contains("facts"), `"left_by":"`+l.String()+`"`)
}

// word adds the condition that a user has a word, see [users.Filter.Words].
func (q *unionQuery) word(forms []string) {
	q.add(" AND (1 = 0")
	in := func(column, form string) {
		if !unstorable(form) {
			q.add(" OR "+q.contains(column), form)
		}
	}
	for _, column := range []string{"sort_name", "email_key", "shared_email_key", "username_key"} {
		in(column, forms[0])
	}
	for _, form := range forms {
		in("external_id", form)
	}
	q.add(")")
}

func namesOf[T interface {
	~uint8
	fmt.Stringer
}](set users.Set[T]) list {
	var l list
	for _, m := range set.Members() {
		l = append(l, m.String())
	}
	return l
}

// Tally implements [store.Store].
func (s *Store) Tally(ctx context.Context, account users.AccountID, f users.Filter) (users.Tally, uint64, error) {
	type group struct {
		users.Segment
		source users.SourceKind
		people int64
	}
	columns := []column[group]{
		named("status", func(g *group) *users.Status { return &g.Status }),
		named("role", func(g *group) *users.Role { return &g.Role }),
		named("source_kind", func(g *group) *users.SourceKind { return &g.source }),
		number("COUNT(*)", func(g *group) *int64 { return &g.people }),
	}
	var t users.Tally
	revision, err := s.list(ctx, account, func(r *unionQuery) {
		t = users.Tally{}
		q := addPart(r, columns, func(g group) {
			g.Synced = g.source == users.SourceSync
			t.Add(g.Segment, g.people)
		})
		// As a range: for an equality PostgreSQL expects the largest account, and would read
		// the whole table.
		q.add(" FROM {users by id} WHERE account >= ? AND account <= ?", string(account), string(account))
		q.conditions(f)
		q.segments(f)
		q.add(" GROUP BY status, role, source_kind")
	})
	return t, revision, err
}
