package sqlstore

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/seatkeeper/seatkeeper/users"
)

// Users implements [store.Store].
func (s *Store) Users(ctx context.Context, account users.AccountID, f users.Filter, limit int) ([]users.User, error) {
	if err := checkStorable(f.After.Name, string(f.After.ID)); err != nil {
		return nil, fmt.Errorf("sqlstore: list: %w", err)
	}
	index := indexOf(f)
	if index == "name" && narrows(f) {
		index = ""
		for _, rows := range passedOver {
			until, err := s.nameAfter(ctx, account, f, rows)
			if err != nil {
				return nil, err
			}
			if until == "" {
				index = "name"
				break
			}
			page, err := s.users(ctx, account, f, limit, "name", until)
			if err != nil || len(page) == limit {
				return page, err
			}
			if len(page) == 0 {
				break
			}
		}
	}
	return s.users(ctx, account, f, limit, index, "")
}

// passedOver bounds the rows of the index for a page by name, each with a look-up in the table. A page short of full by
// the last, or empty by the first, is read from the whole account in order of ID, at less cost.
var passedOver = []int{500, 2000}

// nameAfter returns the sort name so many rows after the beginning of the page; empty: the list ends before.
func (s *Store) nameAfter(ctx context.Context, account users.AccountID, f users.Filter, rows int) (name string, err error) {
	if unstorable(string(account)) {
		return "", nil // unknown
	}
	err = s.retryRead(ctx, func() error {
		r := s.unionQuery()
		r.list, name = true, ""
		q := addPart(r, []column[string]{text("sort_name", func(n *string) *string { return n })}, func(n string) { name = n })
		q.add(" FROM {users by name} WHERE account = ?", string(account)).ordered(f)
		q.limit(1)
		q.add(" OFFSET " + strconv.Itoa(rows))
		return s.read(ctx, r)
	})
	if err != nil {
		return "", fmt.Errorf("sqlstore: list: %w", err)
	}
	return name, nil
}

// users reads a page by an index; empty: from all users. until is the last sort name to look at; empty: all are.
func (s *Store) users(ctx context.Context, account users.AccountID, f users.Filter, limit int, index, until string) (page []users.User, err error) {
	part := func(r *unionQuery) {
		page = nil
		q := addPart(r, userColumns, func(u userRow) { page = append(page, u.User) })
		if index != "" {
			q.add(" FROM {users by "+index+"} WHERE account = ?", string(account))
		} else {
			q.add(" FROM {users by id} WHERE account = ? AND id {among}SELECT id", string(account)).everyUser(account)
		}
		if until != "" {
			q.add(" AND sort_name "+map[bool]string{false: "<=", true: ">="}[f.Backward]+" ?", until)
		}
		q.conditions(f)
		q.segments(f)
		q.ordered(f)
		q.limit(limit)
	}
	switch {
	case until != "":
		err = s.part(ctx, account, part) // all are read where these are too few
	case index == "", narrows(f):
		_, err = s.list(ctx, account, part)
	default:
		err = s.page(ctx, account, part, func() bool { return len(page) > 0 })
	}
	if err != nil {
		return nil, err
	}
	slices.SortFunc(page, f.Compare)
	return page, nil
}

// narrows reports whether a filter passes users over, beside deleted ones.
func narrows(f users.Filter) bool {
	return !f.Status.Empty() && f.Status&users.Present != users.Present || !f.Role.Empty() || len(f.Words()) > 0 ||
		len(f.Locations)+len(f.Departments)+len(f.Groups)+len(f.Sources) > 0 || !f.LeftBy.Empty() || f.NeverSignedIn || f.NeverActive
}

// indexOf returns the index by which a page is found: one with few rows, or one in the order. Without
// any all users are read, and their IDs alone are put in order.
func indexOf(f users.Filter) string {
	switch {
	case len(f.IDs) > 0:
		return "id"
	case f.Dated || f.HeldBack:
		return "dated"
	case f.Order == users.OrderID:
		return "id"
	case f.Order == users.OrderName:
		return "name"
	}
	return ""
}

// everyUser begins a part that reads all users of an account. The condition is a range: for an
// equality PostgreSQL expects the largest account, and would read the whole table.
func (q *unionQuery) everyUser(account users.AccountID) {
	q.add(" FROM {users by id} WHERE account >= ? AND account <= ?", string(account), string(account))
}

// A term is what an order compares before the ID.
type term struct {
	text  string
	names []any // the values of the text
	value func(users.Place) any
}

// sortName is the only term that is in an index.
var sortName = term{text: "sort_name", value: func(p users.Place) any { return p.Name }}

var termsOf = map[users.Order][]term{
	users.OrderName:   {sortName},
	users.OrderStatus: {numbered("CASE status", users.Statuses(), func(p users.Place) any { return int64(p.Status) }), sortName},
	users.OrderRole:   {numbered("-CASE role", users.Roles(), func(p users.Place) any { return -int64(p.Role) }), sortName},
	users.OrderChange: {{text: "COALESCE(status_since, created)", value: func(p users.Place) any { return p.Since.UnixMicro() }}},
}

// numbered returns the term of a value that is stored by its name. The names are values of the statement: on
// MariaDB a literal has the character set of the connection.
func numbered[T interface {
	~uint8
	fmt.Stringer
}](text string, all []T, value func(users.Place) any) term {
	t := term{text: text, value: value}
	for _, v := range all {
		t.text += fmt.Sprintf(" WHEN ? THEN %d", v)
		t.names = append(t.names, v.String())
	}
	t.text += " END"
	return t
}

// ordered adds the beginning of the page, and the order.
func (q *unionQuery) ordered(f users.Filter) {
	sign, down := ">", ""
	if f.Backward {
		sign, down = "<", " DESC"
	}
	var texts []string
	var names, values []any
	for _, t := range termsOf[f.Order] {
		texts, names, values = append(texts, t.text), append(names, t.names...), append(values, t.value(f.After))
	}
	texts, values = append(texts, "id"), append(values, string(f.After.ID))
	switch {
	case f.After.ID == "":
	case f.Order == users.OrderName:
		if q.inline {
			values = append(values[:1], values...)
		}
		q.add(" AND "+q.afterPair(texts[0], sign), values...)
	default:
		places := strings.Repeat(", ?", len(texts))[2:]
		q.add(" AND ("+strings.Join(texts, ", ")+") "+sign+" ("+places+")", slices.Concat(names, values)...)
	}
	q.add(" ORDER BY "+strings.Join(texts, down+", ")+down, names...)
}

// segments adds the conditions of a filter on role and status. They are the last ones, and status, which
// most users pass, the very last: SQLite asks them in this order.
func (q *unionQuery) segments(f users.Filter) {
	if !f.Role.Empty() {
		q.add(" AND role {in}", namesOf(f.Role))
	}
	if f.Status.Empty() {
		f.Status = users.Present
	}
	q.add(" AND status {in}", namesOf(f.Status))
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
	if f.NeverActive {
		q.add(" AND status <> ? AND (facts IS NULL OR NOT ("+q.contains("facts")+" OR "+q.contains("facts")+"))",
			users.Active.String(), `"left_as":"`+users.Active.String()+`"`, `"archived_as":"`+users.Active.String()+`"`)
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
		source         users.SourceKind
		people, unsent int64
	}
	columns := []column[group]{
		named("status", func(g *group) *users.Status { return &g.Status }),
		named("role", func(g *group) *users.Role { return &g.Role }),
		named("source_kind", func(g *group) *users.SourceKind { return &g.source }),
		number("COUNT(CASE WHEN status = ? AND "+s.contains("facts")+" THEN 1 END)", func(g *group) *int64 { return &g.unsent }),
		number("COUNT(*)", func(g *group) *int64 { return &g.people }),
	}
	var t users.Tally
	revision, err := s.list(ctx, account, func(r *unionQuery) {
		t = users.Tally{}
		q := addPart(r, columns, func(g group) {
			g.Synced = g.source == users.SourceSync
			t.Add(g.Segment, g.people-g.unsent)
			if g.unsent > 0 {
				g.Unsent = true
				t.Add(g.Segment, g.unsent)
			}
		})
		q.add("", users.Invited.String(), `"unsent":1`) // the values of the column
		q.everyUser(account)
		q.conditions(f)
		q.segments(f)
		q.add(" GROUP BY status, role, source_kind")
	})
	return t, revision, err
}
