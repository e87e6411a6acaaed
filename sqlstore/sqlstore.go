package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync"

	"github.com/seatkeeper/seatkeeper/internal/ctxlock"
	"github.com/seatkeeper/seatkeeper/store"
)

// A Store keeps accounts in a database of the host. It is safe for concurrent use,
// starts no goroutine and needs no closing; the statements it has prepared go with
// the host's *sql.DB. Build one with [New].
type Store struct {
	schema
	options Options
	db      *sql.DB
	kept    *stmtCache
	writer  writer
	lock    *ctxlock.Mutex // of writers; nil: they run at once
	bound   *bound         // to a transaction of the host; nil: to none
}

var _ store.Store = (*Store)(nil)

// Options are the settings of a [Store]. The zero value is the default.
type Options struct {
	// Prefix begins the name of every table and index: a lower-case letter, then at
	// maxCachedStmts 29 of lower-case letters, digits and underscores, but not "sqlite_", which
	// SQLite keeps for itself. Empty is "seats_". Two prefixes are two stores that know
	// nothing of each other.
	Prefix string
	// Unprepared sends the text of a statement every time, for connection poolers
	// that can't do with prepared statements (PgBouncer in transaction mode). The driver
	// has to be told as well: see the README. It costs about a millisecond a call on
	// PostgreSQL, and with lib/pq another round trip. With MySQL nothing is ever prepared but
	// what is longer than its driver sends at once.
	Unprepared bool
	// Classify says what an error of the driver means, in the place of [Classify]. It
	// is needed only for a driver whose errors that one does not know.
	Classify func(error) Class
}

// DefaultPrefix is the prefix where [Options] give none.
const DefaultPrefix = "seats_"

var prefixes = regexp.MustCompile(`^[a-z][a-z0-9_]{0,29}$`)

// New returns a store in the database. It does no I/O: the tables are made by
// [Store.Migrate], and [Store.Verify] says whether they are there. The errors are
// those of a missing database, an unknown dialect and a prefix that can't be.
func New(db *sql.DB, d Dialect, o Options) (*Store, error) {
	if o.Prefix == "" {
		o.Prefix = DefaultPrefix
	}
	switch {
	case db == nil:
		return nil, errors.New("sqlstore: New needs a database")
	case !d.known():
		return nil, errors.New("sqlstore: there is no such dialect")
	case !prefixes.MatchString(o.Prefix):
		return nil, fmt.Errorf("sqlstore: the prefix %q is not a lower-case letter, then at most 29 of lower-case letters, digits and underscores", o.Prefix)
	case strings.HasPrefix(o.Prefix, "sqlite_"):
		return nil, errors.New(`sqlstore: the prefix "sqlite_" is SQLite's own`)
	}
	s := &Store{
		schema: schema{dialects[d], o.Prefix}, options: o, db: db,
		kept: &stmtCache{statements: map[string]*sql.Stmt{}},
	}
	switch d {
	case SQLite:
		s.writer, s.lock = sqlite{}, new(ctxlock.Mutex)
	case Postgres:
		s.writer = newPostgres(s.schema)
	case MySQL:
		s.writer = &mysql{}
	}
	return s, nil
}

func (s schema) query() *query           { return &query{schema: s} }
func (s *Store) unionQuery() *unionQuery { return &unionQuery{query: query{schema: s.schema}} }

// stmtCache are the statements that were prepared, by their text.
type stmtCache struct {
	mu         sync.Mutex
	statements map[string]*sql.Stmt
}

// maxCachedStmts is how many statements of lists are kept. There is one for each shape of filter
// and size of page. Loads and commits, of which there are a few dozen, always are.
const maxCachedStmts = 200

// prepared returns the statement of a query, or nil where it is not to be prepared.
func (s *Store) prepared(ctx context.Context, q *query) (*sql.Stmt, error) {
	text := q.text.String()
	if s.options.Unprepared || s.inline || s.bound != nil {
		return nil, nil
	}
	s.kept.mu.Lock()
	p, known := s.kept.statements[text]
	full := q.list && len(s.kept.statements) >= maxCachedStmts
	s.kept.mu.Unlock()
	if known || full {
		return p, nil
	}
	p, err := s.db.PrepareContext(ctx, text)
	if err != nil {
		return nil, err
	}
	s.kept.mu.Lock()
	defer s.kept.mu.Unlock()
	if first, known := s.kept.statements[text]; known {
		return first, p.Close()
	}
	s.kept.statements[text] = p
	return p, nil
}

// rows carries out a query.
func (s *Store) rows(ctx context.Context, q *query) (*sql.Rows, error) {
	if s.bound != nil {
		if err := s.bound.over(); err != nil {
			return nil, err
		}
		text, values := s.statement(q)
		return s.bound.tx.QueryContext(ctx, text, values...)
	}
	if w, is := s.writer.(*mysql); is {
		known, err := w.known(ctx, s)
		if err != nil {
			return nil, err
		}
		text, values := s.statement(q)
		if known.galera { // else a node may not know yet what another one has acknowledged
			text = "SET STATEMENT wsrep_sync_wait=1 FOR " + text
		}
		return s.db.QueryContext(ctx, text, values...)
	}
	p, err := s.prepared(ctx, q)
	switch {
	case err != nil:
		return nil, err
	case p != nil:
		return p.QueryContext(ctx, q.values...)
	}
	return s.db.QueryContext(ctx, q.text.String(), q.values...)
}

// exec carries out a statement that writes by itself.
func (s *Store) exec(ctx context.Context, q *query) (rows int64, err error) {
	if w, is := s.writer.(*mysql); is && s.bound == nil {
		if _, err := w.known(ctx, s); err != nil {
			return 0, notWritten(err)
		}
	}
	text, values := s.statement(q)
	var result sql.Result
	send := func(on interface {
		ExecContext(context.Context, string, ...any) (sql.Result, error)
	}) (err error) {
		result, err = on.ExecContext(ctx, text, values...)
		return err
	}
	switch {
	case s.bound != nil:
		err = send(s.bound.tx)
	case s.inProcess: // of a statement alone the driver may say that the context has ended although it was carried out
		var unlock func()
		if unlock, err = s.lockWriters(ctx); err != nil {
			return 0, err
		}
		defer unlock()
		err = s.transaction(ctx, func(tx *sql.Tx) error { return send(tx) })
	default:
		err = s.onConnection(ctx, func(conn *sql.Conn) (ended bool, err error) {
			err = send(conn)
			return err == nil, err
		})
	}
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// lockWriters waits until this store alone may write, where the dialect asks for it: in
// one process that is faster than connections to a SQLite database waiting for each
// other's locks.
func (s *Store) lockWriters(ctx context.Context) (unlock func(), err error) {
	if s.lock == nil {
		return func() {}, nil
	}
	if unlock, err = s.lock.Lock(ctx); err != nil {
		return nil, notWritten(err)
	}
	return unlock, nil
}
