package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/seatkeeper/seatkeeper/sqlstore"
)

// best is the best that is written by hand: the rows of the peer, one statement a commit,
// and one commit for all callers that wait.
var best = byHand{tables: peer.tables, seeded: peer.seeded, holds: peer.holds, people: peer.people}

const (
	mostTogether = 500
	longestPause = 150 * time.Microsecond
)

// A ticket is a call that waits.
type ticket struct {
	Account string `json:"account"`
	ID      string `json:"id"`
	Email   string `json:"email"`
	First   string `json:"first"`
	Last    string `json:"last"`
	At      int64  `json:"at"`
	answer  chan answer
}

// An answer is the outcome of a ticket, or that its caller commits for the others now.
type answer struct {
	err   error
	leads bool
}

// A combiner lets the first caller commit for all that wait.
type combiner struct {
	commit func(context.Context, []*ticket) error
	mu     sync.Mutex
	queue  []*ticket
	busy   bool
	wanted int           // in the queue, before the next commit
	full   chan struct{} // closed when they are
}

func (c *combiner) invite(ctx context.Context, account string, p person) error {
	t := &ticket{account, p.id, p.email, p.first, p.last, time.Now().UnixMicro(), make(chan answer, 1)}
	c.mu.Lock()
	c.queue = append(c.queue, t)
	if c.full != nil && len(c.queue) >= c.wanted {
		close(c.full)
		c.full = nil
	}
	leads := !c.busy
	c.busy = true
	c.mu.Unlock()
	if !leads {
		a := <-t.answer
		if !a.leads {
			return a.err
		}
		c.pause()
	}
	return c.lead(ctx)
}

// pause waits a little for those who were served last.
func (c *combiner) pause() {
	c.mu.Lock()
	if len(c.queue) >= c.wanted {
		c.mu.Unlock()
		return
	}
	full := make(chan struct{})
	c.full = full
	c.mu.Unlock()
	timer := time.NewTimer(longestPause)
	defer timer.Stop()
	select {
	case <-full:
	case <-timer.C:
		c.mu.Lock()
		c.full = nil
		c.mu.Unlock()
	}
}

// lead commits for all that wait. The leader is the first of them.
func (c *combiner) lead(ctx context.Context) error {
	c.mu.Lock()
	batch := c.queue[:min(len(c.queue), mostTogether)]
	c.queue = slices.Clone(c.queue[len(batch):])
	c.mu.Unlock()
	err := c.commit(ctx, batch)
	c.mu.Lock()
	c.wanted = len(batch) + len(c.queue)
	if c.busy = len(c.queue) > 0; c.busy {
		c.queue[0].answer <- answer{leads: true}
	}
	c.mu.Unlock()
	for _, t := range batch[1:] {
		t.answer <- answer{err: err}
	}
	return err
}

// counts returns how many there are of each account, and the accounts in order.
func counts(batch []*ticket) (map[string]int, []string) {
	n := map[string]int{}
	for _, t := range batch {
		n[t.Account]++
	}
	return n, slices.Sorted(maps.Keys(n))
}

func openBest(ctx context.Context, s *site, db *sql.DB, prefix string, _ stage) (invite, error) {
	commit, err := map[sqlstore.Dialect]func(context.Context, *site, *sql.DB, string) (func(context.Context, []*ticket) error, error){
		sqlstore.Postgres: bestOnPostgres, sqlstore.MySQL: bestOnMySQL, sqlstore.SQLite: bestOnSQLite,
	}[s.dialect](ctx, s, db, prefix)
	return (&combiner{commit: commit}).invite, err
}

// bestOnPostgres sends one invitation as scalars, and more as JSON.
func bestOnPostgres(ctx context.Context, s *site, db *sql.DB, prefix string) (func(context.Context, []*ticket) error, error) {
	one, err := db.PrepareContext(ctx, s.text(prefix, `WITH a AS (UPDATE {p}accounts SET used = used + 1 WHERE id = $1 AND used < total RETURNING id),
		u AS (INSERT INTO {p}users (id, account, email, first_name, last_name, status, created) SELECT $2::text, id, $3::text, $4::text, $5::text, 'invited', $6::bigint FROM a)
		INSERT INTO {p}events (account, happened, kind, user_id, actor) SELECT id, $6, 'invited', $2, 'owner' FROM a`))
	if err != nil {
		return nil, err
	}
	many, err := db.PrepareContext(ctx, s.text(prefix, `WITH n AS MATERIALIZED (SELECT * FROM json_to_recordset($1::text::json) AS r(account text, id text, email text, first text, last text, at bigint)),
		c AS MATERIALIZED (SELECT account, count(*) AS count FROM n GROUP BY account),
		a AS (UPDATE {p}accounts a SET used = used + c.count FROM c WHERE a.id = c.account AND a.used + c.count <= a.total RETURNING a.id),
		u AS (INSERT INTO {p}users (id, account, email, first_name, last_name, status, created) SELECT id, account, email, first, last, 'invited', at FROM n WHERE account IN (SELECT id FROM a))
		INSERT INTO {p}events (account, happened, kind, user_id, actor) SELECT account, at, 'invited', id, 'owner' FROM n WHERE account IN (SELECT id FROM a)`))
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, batch []*ticket) error {
		if t := batch[0]; len(batch) == 1 {
			return all(1)(one.ExecContext(ctx, t.Account, t.ID, t.Email, t.First, t.Last, t.At))
		}
		text, err := json.Marshal(batch)
		if err != nil {
			return err
		}
		return all(len(batch))(many.ExecContext(ctx, string(text)))
	}, nil
}

// all is an error unless so many rows were written.
func all(count int) func(sql.Result, error) error {
	return func(r sql.Result, err error) error {
		if err != nil {
			return err
		}
		if n, err := r.RowsAffected(); err != nil || n != int64(count) {
			return fmt.Errorf("%w: %d of %d, %w", errFull, n, count, err)
		}
		return nil
	}
}

const (
	userValues  = "(?, ?, ?, ?, ?, 'invited', ?)"
	eventValues = "(?, ?, 'invited', ?, 'owner')"
)

// rowsOf returns two statements that insert the users and the events, and their values.
func rowsOf(batch []*ticket) (users, events string, ofUsers, ofEvents []any) {
	list := func(values string) string {
		return strings.TrimSuffix(strings.Repeat(values+", ", len(batch)), ", ")
	}
	users = "INSERT INTO {p}users (id, account, email, first_name, last_name, status, created) VALUES " + list(userValues)
	events = "INSERT INTO {p}events (account, happened, kind, user_id, actor) VALUES " + list(eventValues)
	for _, t := range batch {
		ofUsers = append(ofUsers, t.ID, t.Account, t.Email, t.First, t.Last, t.At)
		ofEvents = append(ofEvents, t.Account, t.At, t.ID)
	}
	return users, events, ofUsers, ofEvents
}

// bestOnMySQL sends a compound statement.
func bestOnMySQL(_ context.Context, s *site, db *sql.DB, prefix string) (func(context.Context, []*ticket) error, error) {
	return func(ctx context.Context, batch []*ticket) error {
		n, accounts := counts(batch)
		users, events, ofUsers, ofEvents := rowsOf(batch)
		var values []any
		update := "UPDATE {p}accounts SET used = used + ? WHERE id = ? AND used + ? <= total"
		if len(accounts) > 1 {
			rows := strings.Repeat(" UNION ALL SELECT ?, ?", len(accounts)-1)
			update = "UPDATE (SELECT ? AS id, ? AS n" + rows + ") c STRAIGHT_JOIN {p}accounts a ON a.id = c.id SET a.used = a.used + c.n WHERE a.used + c.n <= a.total"
			for _, id := range accounts {
				values = append(values, id, n[id])
			}
		} else {
			values = append(values, n[accounts[0]], accounts[0], n[accounts[0]])
		}
		text := fmt.Sprintf("BEGIN NOT ATOMIC DECLARE EXIT HANDLER FOR SQLEXCEPTION BEGIN ROLLBACK; RESIGNAL; END; START TRANSACTION; %s;"+
			" IF ROW_COUNT() <> %d THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'no free seat'; END IF; %s; %s; COMMIT; END", update, len(accounts), users, events)
		_, err := db.ExecContext(ctx, s.text(prefix, text), slices.Concat(values, ofUsers, ofEvents)...)
		return err
	}, nil
}

// bestOnSQLite has a statement for each number of rows.
func bestOnSQLite(ctx context.Context, s *site, db *sql.DB, prefix string) (func(context.Context, []*ticket) error, error) {
	prepared := map[string]*sql.Stmt{}
	prepare := func(text string) (p *sql.Stmt, err error) {
		if p = prepared[text]; p == nil {
			p, err = db.PrepareContext(ctx, s.text(prefix, text))
			prepared[text] = p
		}
		return p, err
	}
	return func(ctx context.Context, batch []*ticket) error {
		n, accounts := counts(batch)
		users, events, ofUsers, ofEvents := rowsOf(batch)
		update, err := prepare("UPDATE {p}accounts SET used = used + ? WHERE id = ? AND used + ? <= total")
		if err != nil {
			return err
		}
		insertUsers, err := prepare(users)
		if err != nil {
			return err
		}
		insertEvents, err := prepare(events)
		if err != nil {
			return err
		}
		tx, err := db.BeginTx(ctx, nil)
		if err != nil {
			return err
		}
		defer func() { _ = tx.Rollback() }()
		for _, id := range accounts {
			if err := all(1)(tx.StmtContext(ctx, update).ExecContext(ctx, n[id], id, n[id])); err != nil {
				return err
			}
		}
		if err := all(len(batch))(tx.StmtContext(ctx, insertUsers).ExecContext(ctx, ofUsers...)); err != nil {
			return err
		}
		if err := all(len(batch))(tx.StmtContext(ctx, insertEvents).ExecContext(ctx, ofEvents...)); err != nil {
			return err
		}
		return tx.Commit()
	}, nil
}
