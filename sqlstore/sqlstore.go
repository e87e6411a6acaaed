package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"

	"github.com/seatkeeper/seatkeeper/internal/ctxlock"
	"github.com/seatkeeper/seatkeeper/store"
)

// A Store keeps accounts in the host's database. It may be used concurrently, starts no
// goroutine and needs no Close: its prepared statements are closed with the host's
// *sql.DB. [New] makes one.
type Store struct {
	schema
	options Options
	db      *sql.DB
	cache   *stmtCache
	writer  writer
	lock    *ctxlock.Mutex // of writers; nil: they run at once
	bound   *bound         // the host's transaction, or nil
	texts   *textCache
}

var (
	_ store.Store    = (*Store)(nil)
	_ store.Outbox   = (*Store)(nil)
	_ store.LastSeen = (*Store)(nil)
	_ store.Misses   = (*Store)(nil)
	_ store.Serial   = (*Store)(nil)
)

// Options are the settings of a [Store]. The zero value is the default.
type Options struct {
	// Prefix begins the name of every table and index: a lower-case letter, then up to 29
	// lower-case letters, digits and underscores, except SQLite's own "sqlite_". Empty is
	// [DefaultPrefix]. Two prefixes in one database are two independent stores.
	Prefix string
	// Unprepared sends the text of every statement, for connection poolers that break
	// prepared statements (PgBouncer in transaction mode). The driver needs a setting as
	// well, see the README. It costs about a millisecond a call on PostgreSQL, and one more
	// round trip with lib/pq. On MariaDB sessions no longer keep the text of a commit; MySQL
	// has nothing prepared but texts beyond the driver's packet size.
	Unprepared bool
	// Attempts bounds the attempts of [Store.InTx] and [Store.Repeat]; 0 is [DefaultAttempts].
	Attempts int
	// Classify replaces [Classify] for a driver that it does not know.
	Classify func(error) Class
	// Copy sends rows by a statement COPY ... FROM STDIN of PostgreSQL; database/sql has no call for
	// it. With the driver pgx it is Copy of package pgxstore. The connection is the driver's own, as
	// [sql.Conn.Raw] gives it, with a transaction open. Commits of hundreds of new users and events use it.
	// Default: their rows travel in the statement.
	Copy func(ctx context.Context, connection any, statement string, rows io.Reader) error
}

// The defaults of [Options].
const (
	DefaultPrefix   = "seats_"
	DefaultAttempts = 50
)

var prefixes = regexp.MustCompile(`^[a-z][a-z0-9_]{0,29}$`)

// New returns a store in the database. It does no I/O: [Store.Migrate] makes the tables
// and [Store.Verify] checks them. A missing database, an unknown dialect, an invalid
// prefix and negative Attempts are errors.
func New(db *sql.DB, d Dialect, o Options) (*Store, error) {
	if o.Prefix == "" {
		o.Prefix = DefaultPrefix
	}
	if o.Attempts == 0 {
		o.Attempts = DefaultAttempts
	}
	switch {
	case db == nil:
		return nil, errors.New("sqlstore: New needs a database")
	case !d.known():
		return nil, errors.New("sqlstore: there is no such dialect")
	case o.Attempts < 0:
		return nil, errors.New("sqlstore: Options.Attempts is negative")
	case !prefixes.MatchString(o.Prefix):
		return nil, fmt.Errorf("sqlstore: the prefix %q is not a lower-case letter, then at most 29 of lower-case letters, digits and underscores", o.Prefix)
	case strings.HasPrefix(o.Prefix, "sqlite_"):
		return nil, errors.New(`sqlstore: the prefix "sqlite_" is SQLite's own`)
	}
	s := &Store{
		schema: schema{dialects[d], o.Prefix}, options: o, db: db,
		cache: &stmtCache{reads: map[string]*statement{}, writes: map[string]*statement{}}, texts: &textCache{byKey: map[textKey]string{}},
	}
	switch d {
	case SQLite:
		s.writer, s.lock = sqlite{}, new(ctxlock.Mutex)
	case Postgres:
		s.writer = &postgres{forms: map[commitForm]*statement{}}
	case MySQL:
		s.writer = &mysql{}
	}
	return s, nil
}

// Serial implements [store.Serial]: on SQLite the writers of the store take turns.
func (s *Store) Serial() bool { return s.lock != nil }

func (s schema) query() *query { return &query{schema: s} }

// unionQuery returns an empty query, for one [Store.read].
func (s *Store) unionQuery() *unionQuery {
	r := unionQueries.Get().(*unionQuery)
	r.schema = s.schema
	return r
}

// exec executes a single statement that writes.
func (s *Store) exec(ctx context.Context, q *query) (rows int64, err error) {
	if w, ok := s.writer.(*mysql); ok && s.bound == nil {
		if _, err := w.ask(ctx, s); err != nil {
			return 0, notWritten(err)
		}
	}
	text, values := s.statement(q)
	var result sql.Result
	send := func(on execer) (err error) {
		result, err = on.ExecContext(ctx, text, values...)
		return err
	}
	switch {
	case s.bound != nil:
		err = send(s.bound.tx)
	case s.inProcess: // in a transaction: of a lone statement a driver may report an ended context after its effect
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
