package main

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// A night is a roster of so many people. 1 per cent differ from the night before: 4 in 1,000 are renamed, 3 are
// gone and 3 are new.
type night struct{ number, people int }

// moved is the number of people who leave and join in a night.
func (n night) moved() int { return n.people * 3 / 1000 }

func (n night) rows(yield func(person) bool) {
	for i := range n.people {
		p := nth(int64(i+n.number*n.moved()) + 1)
		if i%250 == 0 {
			p.first = fmt.Sprint("Night ", n.number)
		}
		if !yield(p) {
			return
		}
	}
}

func (n night) roster() iter.Seq2[users.Entry, error] {
	return users.Complete(func(yield func(users.Entry, error) bool) {
		row := 1
		for p := range n.rows {
			row++
			if !yield(users.Entry{Row: row, Profile: users.Profile{ExternalID: p.id, FirstName: p.first, LastName: p.last, Email: p.email}}, nil) {
				return
			}
		}
	})
}

// syncByHand are the statements by which people become as a roster that stands in a table.
var syncByHand = map[bool][]string{
	true: { // SQLite
		"UPDATE hand_people SET status = 'inactive' WHERE status = 'active' AND NOT EXISTS (SELECT 1 FROM hand_roster r WHERE r.id = hand_people.id)",
		"INSERT INTO hand_people (id, first, last, email, status) SELECT id, first, last, email, 'active' FROM hand_roster WHERE true " +
			"ON CONFLICT (id) DO UPDATE SET first = excluded.first, last = excluded.last, email = excluded.email, status = 'active' " +
			"WHERE (hand_people.first, hand_people.last, hand_people.email, hand_people.status) IS NOT (excluded.first, excluded.last, excluded.email, 'active')",
	},
	false: {
		"WITH gone AS (UPDATE hand_people p SET status = 'inactive' WHERE status = 'active' AND NOT EXISTS (SELECT 1 FROM hand_roster r WHERE r.id = p.id)) " +
			"INSERT INTO hand_people AS p (id, first, last, email, status) SELECT id, first, last, email, 'active' FROM hand_roster " +
			"ON CONFLICT (id) DO UPDATE SET first = excluded.first, last = excluded.last, email = excluded.email, status = 'active' " +
			"WHERE (p.first, p.last, p.email, p.status) IS DISTINCT FROM (excluded.first, excluded.last, excluded.email, 'active')",
	},
}

// upsert is the statement for one person.
const upsert = "INSERT INTO hand_people (id, first, last, email, status) VALUES ($1, $2, $3, $4, 'active') " +
	"ON CONFLICT (id) DO UPDATE SET first = excluded.first, last = excluded.last, email = excluded.email, status = 'active'"

// sync runs a roster each night in turns: by the Keeper, by hand-written SQL over a table with the roster, and by an upsert for
// each person, and it does a part of them. The database is PostgreSQL or SQLite.
func (r *runner) sync(ctx context.Context, e engine) error {
	s, err := e.open(ctx, r.tidb, 8)
	if err != nil {
		return err
	}
	defer s.close()
	k, st, err := keeperOn(e, s.db, "sync_")
	if err != nil {
		return err
	}
	if err := st.Migrate(ctx); err != nil {
		return err
	}
	acme, run := users.AccountID(account(1)), seats.SyncRun{Source: "hr", Fields: []string{"external-id", "first-name", "last-name", "email"}}
	if err := openAccounts(ctx, k, 1, 1, seats.Of(int64(r.people)+1)); err != nil {
		return err
	}
	if err := s.exec(ctx, e.text("", "CREATE TABLE hand_people (id {id} PRIMARY KEY, first {id}, last {id}, email {id} UNIQUE, status {id})"),
		e.text("", "CREATE TABLE hand_roster (id {id} PRIMARY KEY, first {id}, last {id}, email {id})")); err != nil {
		return err
	}
	byKeeper := func(n night) error {
		result, err := k.Sync(ctx, acme, run, n.roster(), nil)
		if err == nil && result.Totals.Refused > 0 {
			err = fmt.Errorf("%v", result.Differences)
		}
		return err
	}
	var inTable time.Duration
	byHand := func(n night) error {
		roster := heap{columns: []string{"id", "first", "last", "email"}}
		for p := range n.rows {
			roster.rows = append(roster.rows, []any{p.id, p.first, p.last, p.email})
		}
		began := time.Now()
		if err := s.exec(ctx, "DELETE FROM hand_roster"); err != nil {
			return err
		}
		if err := roster.bulk(ctx, s, "hand_roster", roster.rows); err != nil {
			return err
		}
		tx, err := s.db.BeginTx(ctx, nil)
		if err != nil {
			return err
		}
		defer func() { _ = tx.Rollback() }()
		for _, text := range syncByHand[s.isFile()] {
			if _, err := tx.ExecContext(ctx, text); err != nil {
				return err
			}
		}
		err = tx.Commit()
		inTable = time.Since(began)
		return err
	}
	byRow := func(n night) error {
		done := 0
		for p := range n.rows {
			if done++; done > r.people/peerPart {
				break
			}
			if _, err := s.db.ExecContext(ctx, upsert, p.id, p.first, p.last, p.email); err != nil {
				return err
			}
		}
		return nil
	}
	first := night{0, r.people}
	for _, do := range []func(night) error{byKeeper, byHand} {
		if err := do(first); err != nil {
			return err
		}
	}
	for _, t := range append(tablesOf(st), table{name: "hand_people"}) {
		if err := s.exec(ctx, s.analyze+t.name); err != nil {
			return err
		}
	}
	var times [4][]float64
	for n := range r.rounds {
		tonight := night{n + 1, r.people}
		for i, do := range []func(night) error{byKeeper, byKeeper, byHand, byRow} {
			most := peak()
			began := time.Now()
			err := do(tonight)
			elapsed := time.Since(began)
			switch i {
			case 2:
				elapsed = inTable
			case 3:
				elapsed *= peerPart
			}
			times[i] = append(times[i], elapsed.Seconds())
			_, _ = fmt.Fprintf(r.out, "%s, night %d, %-14s %8.3f s, at most %d MiB in use\n", e.name, n+1, syncWays[i], elapsed.Seconds(), most()>>20)
			if err != nil {
				return fmt.Errorf("%s: %w", syncWays[i], err)
			}
		}
	}
	for i := range times {
		slices.Sort(times[i])
	}
	middle := r.rounds / 2
	_, _ = fmt.Fprintf(r.out, "%s: %d people, 1 per cent changed: %.2f times the statement over a table, upserts %.1f times the run\n",
		e.name, r.people, times[0][middle]/times[2][middle], times[3][middle]/times[0][middle])
	drift, err := k.Audit(ctx, acme)
	if err == nil && len(drift) > 0 {
		err = fmt.Errorf("the audit finds %v", drift)
	}
	return err
}

var syncWays = [...]string{"seatkeeper", "once more", "over a table", "upserts"}
