package main

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/seatkeeper/seatkeeper/sqlstore"
	"github.com/seatkeeper/seatkeeper/users"
)

const (
	existingWay = "existing" // an import of people who are there
	peerPart    = 50         // the peer, row by row, does so small a part of the people
	bulkRows    = 500        // of a multi-row INSERT
)

// A heap is the rows of a table that an import of seatkeeper has written.
type heap struct {
	table
	columns []string
	rows    [][]any
	account []int // the columns that hold the account
}

// heapsOf reads what belongs to the first account.
func heapsOf(ctx context.Context, s *site, st *sqlstore.Store) (all []heap, err error) {
	for _, t := range tablesOf(st) {
		l := heap{table: t}
		if len(t.key) < 2 {
			continue // the account itself
		}
		rows, err := s.db.QueryContext(ctx, "SELECT * FROM "+t.name+" ORDER BY "+strings.Join(t.key, ", "))
		if err != nil {
			return nil, err
		}
		defer rows.Close()
		if l.columns, err = rows.Columns(); err != nil {
			return nil, err
		}
		for rows.Next() {
			values, at := make([]any, len(l.columns)), make([]any, len(l.columns))
			for i := range values {
				at[i] = &values[i]
			}
			if err := rows.Scan(at...); err != nil {
				return nil, err
			}
			l.rows = append(l.rows, values)
		}
		if err := rows.Err(); err != nil {
			return nil, err
		}
		for i, c := range l.columns {
			if c == "account" {
				l.account = append(l.account, i)
			}
		}
		if len(l.rows) > 0 {
			all = append(all, l)
		}
	}
	return all, nil
}

// to returns the rows for another account.
func (l heap) to(account string) [][]any {
	rows := make([][]any, len(l.rows))
	for i, r := range l.rows {
		rows[i] = slices.Clone(r)
		for _, c := range l.account {
			rows[i][c] = account
		}
	}
	return rows
}

// bulk writes rows by the engine's fastest path.
func (l heap) bulk(ctx context.Context, s *site, name string, rows [][]any) error {
	if s.dialect == sqlstore.Postgres {
		conn, err := s.db.Conn(ctx)
		if err != nil {
			return err
		}
		defer conn.Close()
		return conn.Raw(func(c any) error {
			_, err := c.(*stdlib.Conn).Conn().CopyFrom(ctx, pgx.Identifier{name}, l.columns, pgx.CopyFromRows(rows))
			return err
		})
	}
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	var prepared *sql.Stmt
	for part := range slices.Chunk(rows, bulkRows) {
		one := "(" + strings.TrimSuffix(strings.Repeat("?, ", len(l.columns)), ", ") + "), "
		text := "INSERT INTO " + name + " (" + strings.Join(l.columns, ", ") + ") VALUES " + strings.TrimSuffix(strings.Repeat(one, len(part)), ", ")
		values := slices.Concat(part...)
		if s.isFile() && len(part) == bulkRows {
			if prepared == nil {
				if prepared, err = tx.PrepareContext(ctx, text); err != nil {
					return err
				}
			}
			_, err = prepared.ExecContext(ctx, values...)
		} else {
			_, err = tx.ExecContext(ctx, text, values...)
		}
		if err != nil {
			return err
		}
	}
	return tx.Commit()
}

// imports measures an import of new people and one of people who are there, beside the bulk
// path of the engine with the same rows, and the peer's transaction for each person.
func imports(ctx context.Context, r *runner, e engine) ([]row, error) {
	s, err := e.open(ctx, r.tidb, 8)
	if err != nil {
		return nil, err
	}
	defer s.close()
	ours := ways(e)[oursWay]
	first := stage{Accounts: 1, Users: r.people, Clients: 1}
	if err := ours.prepare(ctx, s, ours.prefix(), first); err != nil {
		return nil, err
	}
	k, tables, err := keeperOn(e, s.db, ours.prefix())
	if err != nil {
		return nil, err
	}
	heaps, err := heapsOf(ctx, s, tables)
	if err != nil {
		return nil, err
	}
	_, same, err := keeperOn(e, s.db, "bulk_")
	if err != nil {
		return nil, err
	}
	if err := same.Migrate(ctx); err != nil {
		return nil, err
	}
	peers := stage{Accounts: 1, Users: 1, Clients: 1}
	p := ways(e)[peerWay]
	if err := p.prepare(ctx, s, p.prefix(), peers); err != nil {
		return nil, err
	}
	byPeer, err := p.invite(ctx, s, s.db, peers)
	if err != nil {
		return nil, err
	}
	copies, imports, guests := 1, 1, newGuests(0)
	again := func(name string, people func() int, do func(context.Context) error) *contestant {
		c := &contestant{way: way{name: name}, site: s}
		c.run = func(ctx context.Context, _ time.Duration) (sample, error) {
			began := time.Now()
			err := do(ctx)
			return sample{Calls: int64(people()), Elapsed: time.Since(began)}, err
		}
		return c
	}
	people := func() int { return r.people }
	imported := func(ctx context.Context, n, created int) error {
		report, err := k.Import(ctx, users.AccountID(account(n)), imported(0, r.people))
		if err == nil && (report.Created != created || report.Existing != r.people-created) {
			err = fmt.Errorf("of %d people %d were new, %d there, %d refused", r.people, report.Created, report.Existing, report.Refused)
		}
		return err
	}
	copied := again(floorWay, people, nil)
	copied.run = func(ctx context.Context, _ time.Duration) (sample, error) {
		copies++
		var elapsed time.Duration
		for _, l := range heaps {
			rows := l.to(account(copies))
			began := time.Now()
			if err := l.bulk(ctx, s, strings.Replace(l.name, ours.prefix(), "bulk_", 1), rows); err != nil {
				return sample{}, err
			}
			elapsed += time.Since(began)
		}
		return sample{Calls: int64(r.people), Elapsed: elapsed}, nil
	}
	all := []*contestant{
		copied,
		again(peerWay, func() int { return max(1, r.people/peerPart) }, func(ctx context.Context) error {
			for range max(1, r.people/peerPart) {
				if err := byPeer(ctx, account(1), nth(guests.last.Add(1))); err != nil {
					return err
				}
			}
			return nil
		}),
		again(oursWay, people, func(ctx context.Context) error { imports++; return imported(ctx, imports, r.people) }),
		again(existingWay, people, func(ctx context.Context) error { return imported(ctx, 1, 0) }),
	}
	// Two accounts more than the first are there for each round.
	if err := openAccounts(ctx, k, 2, 1+r.rounds, first.total()); err != nil {
		return nil, err
	}
	if err := compete(ctx, all, r.rounds, r.lasts, 1, false); err != nil {
		return nil, err
	}
	whole := stage{Accounts: 1 + r.rounds, Users: r.people}
	if err := ours.check(ctx, s, ours.prefix(), whole, 0); err != nil {
		return nil, err
	}
	if err := p.check(ctx, s, p.prefix(), peers, all[1].acknowledged); err != nil {
		return nil, err
	}
	result := newRow("import", 1, results(all))
	result.invert()
	return []row{result}, nil
}
