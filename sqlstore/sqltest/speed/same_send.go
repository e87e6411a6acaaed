package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/seatkeeper/seatkeeper/sqlstore"
)

// openSame returns a call that writes what an invitation by seatkeeper writes, in one round trip for
// all callers that wait, and without any check: what its rows and indexes cost by themselves.
func openSame(ctx context.Context, s *site, db *sql.DB, _ string, st stage) (invite, error) {
	counters := map[string]int64{} // by account; a combiner commits one batch at a time
	for a := range st.Accounts {
		counters[account(a+1)] = int64(st.Users) + s.opened*1_000_000
	}
	s.opened++ // the numbers of the next one follow
	send, err := map[sqlstore.Dialect]func(context.Context, *sql.DB, []write) (func(context.Context, []rows) error, error){
		sqlstore.Postgres: sameOnPostgres, sqlstore.MySQL: sameOnMySQL, sqlstore.SQLite: sameOnSQLite,
	}[s.dialect](ctx, db, s.same)
	return (&combiner{commit: func(ctx context.Context, batch []*ticket) error { return send(ctx, rowsIn(batch, s.same, counters)) }}).invite, err
}

// rows are the values of a write for each of its rows.
type rows [][]any

// rowsIn returns the rows of each write for a batch. A row that is updated by several tickets is written once.
func rowsIn(batch []*ticket, all []write, counters map[string]int64) []rows {
	written := make([]rows, len(all))
	left, accounts := counts(batch)
	places := map[string]int{}
	for i, id := range accounts { // in their order, for all writers
		places[id] = i
	}
	for i, w := range all {
		if w.key != nil {
			written[i] = make(rows, len(accounts))
		}
	}
	for _, t := range batch {
		counters[t.Account]++
		left[t.Account]--
		for i, w := range all {
			if w.key != nil && left[t.Account] > 0 {
				continue
			}
			row := make([]any, len(w.values))
			for c, v := range w.values {
				row[c] = v(t.Account, person{t.ID, t.First, t.Last, t.Email}, counters[t.Account])
			}
			if w.key != nil {
				written[i][places[t.Account]] = row
			} else {
				written[i] = append(written[i], row)
			}
		}
	}
	return written
}

// flat are the values of all rows, one after the other.
func (r rows) flat() (values []any) {
	for _, row := range r {
		values = append(values, row...)
	}
	return values
}

// set are the columns that are written.
func (w write) set() []string { return w.columns[:len(w.columns)-len(w.key)] }

// each repeats a text for each name, in which % stands for it.
func each(names []string, text, between string) string {
	all := make([]string, len(names))
	for i, name := range names {
		all[i] = strings.ReplaceAll(text, "%", name)
	}
	return strings.Join(all, between)
}

// text is the statement for a number of rows, of an update one, with ? for the values.
func (w write) text(count int) string {
	if w.key != nil {
		return "UPDATE " + w.table + " SET " + each(w.set(), "% = ?", ", ") + " WHERE " + each(w.key, "% = ?", " AND ")
	}
	row := "(" + each(w.columns, "?", ", ") + ")"
	return "INSERT INTO " + w.table + " (" + strings.Join(w.columns, ", ") + ") VALUES " + row + strings.Repeat(", "+row, count-1)
}

// sameOnPostgres sends one invitation as scalars, and more as JSON.
func sameOnPostgres(ctx context.Context, db *sql.DB, all []write) (func(context.Context, []rows) error, error) {
	one, many, parameters := make([]string, len(all)), make([]string, len(all)), 0
	for i, w := range all {
		one[i] = w.text(1)
		for range w.columns {
			parameters++
			one[i] = strings.Replace(one[i], "?", fmt.Sprint("$", parameters), 1)
		}
		from := fmt.Sprintf(" FROM json_populate_recordset(NULL::%s, $%d::text::json) r", w.table, i+1)
		if many[i] = "INSERT INTO " + w.table + " (" + strings.Join(w.columns, ", ") + ") SELECT " + strings.Join(w.columns, ", ") + from; w.key != nil {
			many[i] = "UPDATE " + w.table + " t SET " + each(w.set(), "% = r.%", ", ") + from + " WHERE " + each(w.key, "t.% = r.%", " AND ")
		}
	}
	joined := func(texts []string) string {
		last := len(texts) - 1
		for i := range last {
			texts[i] = fmt.Sprintf("s%d AS (%s)", i, texts[i])
		}
		return "WITH " + strings.Join(texts[:last], ", ") + " " + texts[last]
	}
	lone, err := db.PrepareContext(ctx, joined(one))
	if err != nil {
		return nil, err
	}
	together, err := db.PrepareContext(ctx, joined(many))
	return func(ctx context.Context, written []rows) error {
		statement, values := lone, []any(nil)
		for i, w := range all {
			values = append(values, written[i].flat()...)
			if w.key == nil && len(written[i]) > 1 {
				statement = together
			}
		}
		if statement == together {
			values = nil
			for i, w := range all {
				text, err := written[i].json(w.columns)
				if err != nil {
					return err
				}
				values = append(values, text)
			}
		}
		_, err := statement.ExecContext(ctx, values...)
		return err
	}, err
}

// json is the rows as a list of objects.
func (r rows) json(columns []string) (string, error) {
	list := make([]map[string]any, len(r))
	for i, row := range r {
		list[i] = map[string]any{}
		for c, name := range columns {
			if row[c] != nil {
				list[i][name] = row[c]
			}
		}
	}
	text, err := json.Marshal(list)
	return string(text), err
}

// sameOnMySQL sends a compound statement.
func sameOnMySQL(_ context.Context, db *sql.DB, all []write) (func(context.Context, []rows) error, error) {
	return func(ctx context.Context, written []rows) error {
		var text strings.Builder
		var values []any
		text.WriteString("BEGIN NOT ATOMIC START TRANSACTION; ")
		for i, w := range all {
			statement := w.text(len(written[i]))
			if n := len(written[i]); w.key != nil && n > 1 {
				statement = "UPDATE (SELECT " + each(w.columns, "? AS %", ", ") + strings.Repeat(" UNION ALL SELECT "+each(w.columns, "?", ", "), n-1) +
					") r STRAIGHT_JOIN " + w.table + " t ON " + each(w.key, "t.% = r.%", " AND ") + " SET " + each(w.set(), "t.% = r.%", ", ")
			}
			text.WriteString(statement + "; ")
			values = append(values, written[i].flat()...)
		}
		text.WriteString("COMMIT; END")
		_, err := db.ExecContext(ctx, text.String(), values...)
		return err
	}, nil
}

// sameOnSQLite has a statement for each number of rows.
func sameOnSQLite(_ context.Context, db *sql.DB, all []write) (func(context.Context, []rows) error, error) {
	prepared := map[string]*sql.Stmt{}
	exec := func(ctx context.Context, tx *sql.Tx, text string, values []any) (err error) {
		_, err = tx.StmtContext(ctx, prepared[text]).ExecContext(ctx, values...)
		return err
	}
	return func(ctx context.Context, written []rows) (err error) {
		texts := make([]string, len(all))
		for i, w := range all {
			texts[i] = w.text(len(written[i]))
			if prepared[texts[i]] == nil {
				if prepared[texts[i]], err = db.PrepareContext(ctx, texts[i]); err != nil {
					return err
				}
			}
		}
		tx, err := db.BeginTx(ctx, nil)
		if err != nil {
			return err
		}
		defer func() { _ = tx.Rollback() }()
		for i, w := range all {
			if w.key == nil {
				if err := exec(ctx, tx, texts[i], written[i].flat()); err != nil {
					return err
				}
				continue
			}
			for _, row := range written[i] {
				if err := exec(ctx, tx, texts[i], row); err != nil {
					return err
				}
			}
		}
		return tx.Commit()
	}, nil
}
