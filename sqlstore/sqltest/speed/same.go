package main

import (
	"context"
	"database/sql"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/sqlstore"
	"github.com/seatkeeper/seatkeeper/users"
)

// A table is one of seatkeeper's.
type table struct {
	name string
	key  []string // primary
}

var (
	createTable = regexp.MustCompile(`^CREATE TABLE (?:IF NOT EXISTS )?(\w+) \(`)
	primaryKey  = regexp.MustCompile(`PRIMARY KEY \(([^)]*)\)`)
)

func tablesOf(st *sqlstore.Store) (all []table) {
	for _, m := range st.Migrations() {
		for _, text := range m.Statements {
			name, key := createTable.FindStringSubmatch(text), primaryKey.FindStringSubmatch(text)
			if name != nil && key != nil && !strings.HasSuffix(name[1], "migrations") {
				all = append(all, table{name[1], strings.Split(key[1], ", ")})
			}
		}
	}
	return all
}

// A content is the rows of a table by their primary keys.
type content map[string]map[string]any

func (t table) read(ctx context.Context, db *sql.DB) (content, error) {
	rows, err := db.QueryContext(ctx, "SELECT * FROM "+t.name)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	all := content{}
	for rows.Next() {
		values, at := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			at[i] = &values[i]
		}
		if err := rows.Scan(at...); err != nil {
			return nil, err
		}
		row, key := map[string]any{}, ""
		for i, c := range columns {
			if text, ok := values[i].([]byte); ok {
				values[i] = string(text)
			}
			row[c] = values[i]
		}
		for _, c := range t.key {
			key += fmt.Sprint(row[c], "\x00")
		}
		all[key] = row
	}
	return all, rows.Err()
}

// A value of a row depends on the person and on how many rows there are.
type value func(account string, p person, n int64) any

// A write is a row that an invitation inserts or updates.
type write struct {
	table   string
	columns []string // those that are written, then the key of an update
	key     []string // nil: it inserts
	values  []value
}

// prepareSame makes accounts and users as seatkeeper does. In tables beside them it invites
// two people, and keeps what the second invitation writes.
func prepareSame(ctx context.Context, s *site, prefix string, st stage) error {
	const beside = "look_"
	if err := prepareOurs(ctx, s, beside, stage{Accounts: 1}); err != nil {
		return err
	}
	all, err := observe(ctx, s, beside)
	if err != nil {
		return err
	}
	for i := range all {
		all[i].table = strings.Replace(all[i].table, beside, prefix, 1)
	}
	s.same = all
	return prepareOurs(ctx, s, prefix, st)
}

func observe(ctx context.Context, s *site, prefix string) (all []write, err error) {
	k, st, err := keeperOn(s.engine, s.db, prefix)
	if err != nil {
		return nil, err
	}
	first := account(1)
	state := func() (all []content, err error) {
		for _, t := range tablesOf(st) {
			c, err := t.read(ctx, s.db)
			if err != nil {
				return nil, err
			}
			all = append(all, c)
		}
		return all, nil
	}
	var states [3][]content
	for i := range states {
		if states[i], err = state(); err != nil {
			return nil, err
		}
		if i < 2 {
			if _, err := k.Do(ctx, users.AccountID(first), users.As(owner), seats.Invite{Profile: nth(observed + int64(i)).profile()}); err != nil {
				return nil, err
			}
		}
	}
	for i, t := range tablesOf(st) {
		before, after := states[1][i], states[2][i]
		var example map[string]any // what the first invitation inserted
		for key, row := range states[1][i] {
			if _, old := states[0][i][key]; !old {
				example = row
			}
		}
		for key, row := range after {
			switch old, updated := before[key]; {
			case !updated:
				all = append(all, t.insert(row, example))
			case fmt.Sprint(old) != fmt.Sprint(row):
				all = append(all, t.update(old, row))
			}
		}
	}
	return all, nil
}

// observed is the first of the people whose invitations are looked at.
const observed = 800_000_000_000

func (t table) insert(row, example map[string]any) write {
	w := write{table: t.name, columns: columnsOf(row)}
	for _, c := range w.columns {
		w.values = append(w.values, likeIt(row[c], example[c]))
	}
	return w
}

func (t table) update(old, row map[string]any) write {
	w := write{table: t.name, key: t.key}
	for _, c := range columnsOf(row) {
		if fmt.Sprint(old[c]) != fmt.Sprint(row[c]) {
			w.columns, w.values = append(w.columns, c), append(w.values, likeIt(row[c], old[c]))
		}
	}
	for _, c := range t.key {
		w.columns, w.values = append(w.columns, c), append(w.values, likeIt(row[c], row[c]))
	}
	return w
}

func columnsOf(row map[string]any) (all []string) {
	for c := range row {
		all = append(all, c)
	}
	slices.Sort(all)
	return all
}

// likeIt makes the values for further invitations: numbers go on where they went on, texts
// have the person's number, and what was drawn differs each time.
func likeIt(v, before any) value {
	switch v := v.(type) {
	case int64:
		if b, ok := before.(int64); ok && v == b+1 {
			return func(_ string, _ person, n int64) any { return v + n }
		}
	case string:
		switch mine := token(observed + 1); {
		case v == account(1):
			return func(account string, _ person, _ int64) any { return account }
		case strings.Contains(v, mine):
			return func(_ string, p person, _ int64) any {
				return strings.ReplaceAll(v, mine, p.id[len(p.id)-digits:])
			}
		case before != nil && v != before && len(v) >= digits && !strings.ContainsAny(v, "{[:,"):
			return func(_ string, p person, _ int64) any { return v[:len(v)-digits] + p.id[len(p.id)-digits:] }
		}
	}
	return func(string, person, int64) any { return v }
}

// checkSame counts users and events.
func checkSame(ctx context.Context, s *site, prefix string, st stage, acknowledged int64) error {
	for _, t := range []string{"users", "events"} {
		n, err := s.number(ctx, "SELECT count(*) FROM "+prefix+t)
		if err == nil {
			err = differ(n, int64(st.Accounts)*int64(st.Users+1)+acknowledged)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", t, err)
		}
	}
	return nil
}
