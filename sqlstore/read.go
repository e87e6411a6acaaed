package sqlstore

import (
	"context"
	"database/sql"
	"strconv"
	"sync"
	"sync/atomic"
)

// A statement is a text that may be prepared, and the layout of its rows: the number of the part
// if it is parted, the number of the need if it is for each, numbers, and texts.
type statement struct {
	text           string
	parted, each   bool
	numbers, texts int
	rows           sync.Pool   // of *row
	plain          atomic.Bool // it stays unprepared

	mu   sync.Mutex
	plan *plan  // nil: it is not prepared
	now  string // the text of the plan
	uses int
}

// A plan is a prepared statement with the calls that use it.
type plan struct {
	*sql.Stmt
	calls int
	old   bool // another has taken its place, and the last call closes it
}

// A session of PostgreSQL keeps the plan of a prepared statement. To one that is made for nearly empty tables every
// index of an account looks like that of a key: it reads all users of the account, until an ANALYZE ends it. So
// a statement is planned anew each time that its uses have grown fourfold, from some on: by then the tables may have
// grown. A session plans it five times, a millisecond or two each, before it keeps a plan.
const firstReplan = 32

// maxPlans bounds the plans of a statement: where sessions are reset so often, its text is sent unprepared.
const maxPlans = 20

// A stmtCache holds the statements of a store.
type stmtCache struct {
	mu     sync.Mutex
	reads  map[string]*statement // by their shapes
	writes map[string]*statement // by their texts
}

// maxCachedStmts bounds the cached statements of lists, one for each shape of filter and
// page size. The few dozen statements of loads and commits are always cached.
const maxCachedStmts = 200

// statementOf returns the statement of a query.
func (s *Store) statementOf(r *unionQuery) *statement {
	r.shape = append(strconv.AppendBool(r.shape, r.each), r.variant...)
	key := r.shape
	s.cache.mu.Lock()
	st, ok := s.cache.reads[string(key)]
	full := (r.list || r.inline) && len(s.cache.reads) >= maxCachedStmts
	s.cache.mu.Unlock()
	if ok {
		return st
	}
	st = r.compile()
	if st.plain.Store(full); full {
		return st
	}
	s.cache.mu.Lock()
	defer s.cache.mu.Unlock()
	if first, ok := s.cache.reads[string(key)]; ok {
		return first
	}
	s.cache.reads[string(key)] = st
	return st
}

// ofText returns the statement of a text.
func (s *Store) ofText(text string) *statement {
	s.cache.mu.Lock()
	defer s.cache.mu.Unlock()
	st, ok := s.cache.writes[text]
	if !ok {
		st = &statement{text: text}
		if s.keepsPrepared() {
			s.cache.writes[text] = st
		}
	}
	return st
}

// keepsPrepared reports whether statements are prepared.
func (s *Store) keepsPrepared() bool {
	return !s.options.Unprepared && !s.inline && s.bound == nil
}

// prepare returns the prepared statement until release; or nil, and the text goes instead.
func (s *Store) prepare(ctx context.Context, st *statement) (p *plan, text string, err error) {
	p, text, again := st.take(s.replans)
	if p != nil || !s.keepsPrepared() || st.plain.Load() {
		return p, text, nil
	}
	prepared, err := s.db.PrepareContext(ctx, text)
	if err != nil {
		return nil, "", err
	}
	return st.put(&plan{Stmt: prepared}, again), text, nil
}

// take returns the text and the plan for another use; nil if there is none, or if it is to be made again. Then
// the text is another one: a driver that keeps statements by their texts would go on with the plan.
func (st *statement) take(replans bool) (p *plan, text string, again bool) {
	st.mu.Lock()
	defer st.mu.Unlock()
	if st.uses++; st.now == "" {
		st.now = st.text
	}
	times := len(st.now) - len(st.text) // that it was planned anew
	if again = replans && st.uses == firstReplan<<(2*times); again {
		st.now += " "
		return nil, st.now, true
	}
	if st.plan != nil {
		st.plan.calls++
	}
	return st.plan, st.now, false
}

// put makes it the plan, unless another call was first, and returns the plan for a use.
func (st *statement) put(next *plan, again bool) *plan {
	st.mu.Lock()
	old := st.plan
	if old != nil && !again {
		next, old = old, next
	}
	st.plan = next
	next.calls++
	unused := old != nil && old.calls == 0
	if old != nil {
		old.old = true
	}
	st.mu.Unlock()
	if unused {
		_ = old.Close()
	}
	return next
}

// release ends a use of the plan, with its error. A plan that the session has lost is dropped, and another text
// prepared: a driver takes the old one for prepared.
func (st *statement) release(p *plan, err error) {
	st.mu.Lock()
	if hasState(err, noStatement) && st.plan == p {
		st.plan, p.old = nil, true
		st.now += " "
		st.plain.Store(len(st.now)-len(st.text) >= maxPlans)
	}
	p.calls--
	last := p.old && p.calls == 0
	st.mu.Unlock()
	if last {
		_ = p.Close()
	}
}

// rows executes a query.
func (s *Store) rows(ctx context.Context, q *query) (Rows, error) {
	return s.ask(ctx, s.ofText(q.text.String()), q.values)
}

// ask executes a statement that returns rows.
func (s *Store) ask(ctx context.Context, st *statement, values []any) (Rows, error) {
	if s.bound != nil {
		if err := s.bound.checkOpen(); err != nil {
			return nil, err
		}
		text, values := s.filledIn(st.text, values)
		return s.bound.tx.QueryContext(ctx, text, values...)
	}
	rows, err := s.askDB(ctx, st, values)
	if err != nil {
		return nil, err
	}
	return rows, nil
}

// askDB executes it on a connection of the pool.
func (s *Store) askDB(ctx context.Context, st *statement, values []any) (*sql.Rows, error) {
	if w, ok := s.writer.(*mysql); ok {
		server, err := w.ask(ctx, s)
		if err != nil {
			return nil, err
		}
		text, values := s.filledIn(st.text, values)
		if server.galera { // waits for changes that another node has acknowledged
			text = "SET STATEMENT wsrep_sync_wait=1 FOR " + text
		}
		return s.db.QueryContext(ctx, text, values...)
	}
	p, text, err := s.prepare(ctx, st)
	if err != nil {
		return nil, err
	}
	if p == nil {
		return s.db.QueryContext(ctx, text, values...)
	}
	rows, err := p.QueryContext(ctx, values...)
	st.release(p, err)
	return rows, err
}

// tell executes a statement of PostgreSQL whose rows are only counted.
func (s *Store) tell(ctx context.Context, st *statement, values []any) (sql.Result, error) {
	if s.bound != nil {
		if err := s.bound.checkOpen(); err != nil {
			return nil, err
		}
		return s.bound.tx.ExecContext(ctx, st.text, values...)
	}
	p, text, err := s.prepare(ctx, st)
	if err != nil {
		return nil, err
	}
	if p == nil {
		return s.db.ExecContext(ctx, text, values...)
	}
	result, err := p.ExecContext(ctx, values...)
	st.release(p, err)
	return result, err
}

// read executes a unionQuery.
func (s *Store) read(ctx context.Context, r *unionQuery) error {
	defer r.release()
	st := s.statementOf(r)
	rows, err := s.ask(ctx, st, r.arguments())
	if err != nil {
		return err
	}
	defer rows.Close()
	into, ok := st.rows.Get().(*row)
	if !ok {
		into = newRow(st)
	}
	defer st.rows.Put(into)
	for rows.Next() {
		if err := rows.Scan(into.targets...); err != nil {
			return err
		}
		p := &r.parts[into.part.number.Int64]
		if r.need = p.need; r.each {
			r.need = int(into.need.number.Int64)
		}
		if err := p.take(into.cells, st.numbers); err != nil {
			return err
		}
	}
	return rows.Err()
}

// unionQueries are those that were read.
var unionQueries = sync.Pool{New: func() any { return &unionQuery{shape: make([]byte, 0, 2048)} }}

// release gives the memory of a query to the next one.
func (r *unionQuery) release() {
	clear(r.parts)
	*r = unionQuery{parts: r.parts[:0], shape: r.shape[:0], variant: r.variant[:0]}
	unionQueries.Put(r)
}

// A row is the place into which rows of a statement are read, one after another.
type row struct {
	part, need cell
	cells      []cell
	targets    []any
}

func newRow(st *statement) *row {
	r := &row{cells: make([]cell, st.numbers+st.texts)}
	r.targets = make([]any, 0, 2+len(r.cells))
	if st.parted {
		r.targets = append(r.targets, (*numberCell)(&r.part))
	}
	if st.each {
		r.targets = append(r.targets, (*numberCell)(&r.need))
	}
	for i := range r.cells {
		if i < st.numbers {
			r.targets = append(r.targets, (*numberCell)(&r.cells[i]))
		} else {
			r.targets = append(r.targets, (*textCell)(&r.cells[i]))
		}
	}
	return r
}

// numberCell and textCell are cells that [sql.Rows.Scan] fills.
type (
	numberCell cell
	textCell   cell
)

// Scan implements [sql.Scanner].
func (c *numberCell) Scan(v any) error {
	if n, ok := v.(int64); ok {
		c.number = sql.NullInt64{Int64: n, Valid: true}
		return nil
	}
	return c.number.Scan(v)
}

// Scan implements [sql.Scanner].
func (c *textCell) Scan(v any) error {
	switch v := v.(type) {
	case string:
		c.text = sql.NullString{String: v, Valid: true}
		return nil
	case []byte:
		c.text = sql.NullString{String: string(v), Valid: true}
		return nil
	}
	return c.text.Scan(v)
}
