package sqltest_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"io"
	"regexp"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/sqlstore/pgxstore"
)

// A recorder opens connections and notes the statements that reach their driver.
type recorder struct {
	driver.Connector
	// prepare, where it is set, may refuse to prepare a statement.
	prepare func(text string) error
	// refuse, where it is set, may refuse to execute one.
	refuse func(text string) error
	mu     sync.Mutex
	sent   []sent
	seen   []string          // every text that reached the driver, and so whatever wraps one
	before func(text string) // each statement
}

// sent is a statement as it was sent.
type sent struct {
	text   string
	values []any
}

// recorded opens the site with a recorder between database/sql and the driver.
func (e engine) recorded(t testing.TB) (*site, *recorder) {
	t.Helper()
	name, sources := e.dsn(t, database(t))
	r := newRecorder(t, name, sources[0])
	s := &site{engine: e, dbs: []*sql.DB{e.use(t, sql.OpenDB(r))}}
	s.migrate(t)
	return s, r
}

func newRecorder(t testing.TB, name, dsn string) *recorder {
	t.Helper()
	plain, err := sql.Open(name, dsn)
	require.NoError(t, err)
	defer plain.Close()
	r := &recorder{}
	if opener, can := plain.Driver().(driver.DriverContext); can {
		r.Connector, err = opener.OpenConnector(dsn)
		require.NoError(t, err)
	} else {
		r.Connector = source{plain.Driver(), dsn}
	}
	return r
}

// source opens connections of a driver that has no connector of its own.
type source struct {
	driver driver.Driver
	name   string
}

func (s source) Connect(context.Context) (driver.Conn, error) { return s.driver.Open(s.name) }
func (s source) Driver() driver.Driver                        { return s.driver }

func (r *recorder) Connect(ctx context.Context) (driver.Conn, error) {
	c, err := r.Connector.Connect(ctx)
	return recordedConn{c, r}, err
}

func (r *recorder) about(text string) {
	if r.before != nil {
		r.before(text)
	}
}

func (r *recorder) note(text string, values []driver.NamedValue) {
	s := sent{text: text}
	for _, v := range values {
		s.values = append(s.values, v.Value)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sent = append(r.sent, s)
}

// see notes a text, of whatever becomes of it.
func (r *recorder) see(text string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.seen = append(r.seen, text)
}

// during returns what is sent during the call.
func (r *recorder) during(call func()) []sent {
	r.mu.Lock()
	r.sent = nil
	r.mu.Unlock()
	call()
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.sent)
}

// texts are the statements without the values that were written into them.
func texts(all []sent) []string {
	var t []string
	for _, s := range all {
		t = append(t, shape(s.text))
	}
	return t
}

var literals = regexp.MustCompile(`x?'(?:[^']|'')*'|\b\d+\b`)

func shape(text string) string { return literals.ReplaceAllString(text, "…") }

// recordedConn passes on what the drivers here can do: all of them do the same.
type recordedConn struct {
	driver.Conn
	r *recorder
}

func (c recordedConn) QueryContext(ctx context.Context, text string, values []driver.NamedValue) (driver.Rows, error) {
	c.r.see(text)
	c.r.about(text)
	rows, err := c.Conn.(driver.QueryerContext).QueryContext(ctx, text, values)
	if err != driver.ErrSkip {
		c.r.note(text, values)
	}
	return rows, err
}

func (c recordedConn) ExecContext(ctx context.Context, text string, values []driver.NamedValue) (driver.Result, error) {
	c.r.see(text)
	c.r.about(text)
	if c.r.refuse != nil {
		if err := c.r.refuse(text); err != nil {
			c.r.note(text, values)
			return nil, err
		}
	}
	result, err := c.Conn.(driver.ExecerContext).ExecContext(ctx, text, values)
	if err != driver.ErrSkip {
		c.r.note(text, values)
	}
	return result, err
}

func (c recordedConn) PrepareContext(ctx context.Context, text string) (driver.Stmt, error) {
	c.r.see(text)
	if c.r.prepare != nil {
		if err := c.r.prepare(text); err != nil {
			return nil, err
		}
	}
	s, err := c.Conn.(driver.ConnPrepareContext).PrepareContext(ctx, text)
	return recordedStmt{s, text, c.r}, err
}

// copyRecorded is Copy of pgxstore, for recorded connections and others.
func copyRecorded(ctx context.Context, connection any, statement string, rows io.Reader) error {
	if c, ok := connection.(recordedConn); ok {
		c.r.see(statement)
		c.r.about(statement)
		defer c.r.note(statement, nil)
		connection = c.Conn
	}
	return pgxstore.Copy(ctx, connection, statement, rows)
}

func (c recordedConn) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	c.r.about("BEGIN")
	tx, err := c.Conn.(driver.ConnBeginTx).BeginTx(ctx, o)
	c.r.note("BEGIN", nil)
	return recordedTx{tx, c.r}, err
}

func (c recordedConn) CheckNamedValue(v *driver.NamedValue) error {
	if checker, can := c.Conn.(driver.NamedValueChecker); can {
		return checker.CheckNamedValue(v)
	}
	return driver.ErrSkip
}

type recordedTx struct {
	driver.Tx
	r *recorder
}

func (tx recordedTx) Commit() error {
	tx.r.about("COMMIT")
	tx.r.note("COMMIT", nil)
	return tx.Tx.Commit()
}

type recordedStmt struct {
	driver.Stmt
	text string
	r    *recorder
}

func (s recordedStmt) QueryContext(ctx context.Context, values []driver.NamedValue) (driver.Rows, error) {
	s.r.about(s.text)
	s.r.note(s.text, values)
	return s.Stmt.(driver.StmtQueryContext).QueryContext(ctx, values)
}

func (s recordedStmt) ExecContext(ctx context.Context, values []driver.NamedValue) (driver.Result, error) {
	s.r.about(s.text)
	s.r.note(s.text, values)
	return s.Stmt.(driver.StmtExecContext).ExecContext(ctx, values)
}
