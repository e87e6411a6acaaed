package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"sync/atomic"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// mysql writes a commit as one compound statement on MariaDB, otherwise as a short
// transaction.
type mysql struct {
	server atomic.Pointer[server] // nil until it was asked
}

// A server holds the properties of a MySQL server that matter.
type server struct {
	compound  bool // it takes a compound statement: MariaDB
	galera    bool // it is a node of a cluster, and may lag behind the others
	chains    bool // completion_type: a COMMIT begins another transaction, or ends the session
	arguments bool // the driver fills values in, see [Store.statement]
}

var errAutocommit = errors.New("the sessions have autocommit off; take it out of the DSN, or out of init_connect")

// ask returns the properties of the server. It asks once; the first callers may ask at the
// same time.
func (w *mysql) ask(ctx context.Context, s *Store) (server, error) {
	if known := w.server.Load(); known != nil {
		return *known, nil
	}
	var version, mode, width, completion, commits, name, galera string
	if err := s.db.QueryRowContext(ctx, "SELECT VERSION(), @@sql_mode, LENGTH('1'), @@completion_type, @@autocommit").
		Scan(&version, &mode, &width, &completion, &commits); err != nil {
		return server{}, err
	}
	if commits != "1" { // every statement would leave a transaction open
		return server{}, errAutocommit
	}
	err := s.db.QueryRowContext(ctx, "SHOW VARIABLES LIKE 'wsrep_on'").Scan(&name, &galera)
	if err != nil && err != sql.ErrNoRows {
		return server{}, err
	}
	arguments, err := s.fillsIn(ctx)
	if err != nil {
		return server{}, err
	}
	isMariaDB := strings.Contains(version, "MariaDB")
	known := server{
		// ORACLE has another grammar. With texts in UTF-16, SIGNAL refuses its SQLSTATE.
		compound:  isMariaDB && !strings.Contains(mode, "ORACLE") && width == "1",
		galera:    isMariaDB && users.Fold(galera) == "on",
		arguments: arguments,
		chains:    completion != "NO_CHAIN",
	}
	w.server.Store(&known)
	return known, nil
}

// lastAnswer returns the properties of a MySQL server that was asked; the zero value otherwise.
func (s *Store) lastAnswer() server {
	if w, ok := s.writer.(*mysql); ok {
		if known := w.server.Load(); known != nil {
			return *known
		}
	}
	return server{}
}

// lags reports whether this node may lag behind a change that another node has
// acknowledged. A stale revision may then be current after the next read, which waits.
func (s *Store) lags() bool { return s.bound == nil && s.lastAnswer().galera }

// chains reports whether the COMMIT and the ROLLBACK of database/sql leave a transaction.
func (s *Store) chains() bool { return s.lastAnswer().chains }

// The texts around and between the statements of a commit. COMMIT and ROLLBACK override
// completion_type.
const (
	compoundBegin = `BEGIN NOT ATOMIC
DECLARE EXIT HANDLER FOR SQLEXCEPTION BEGIN ROLLBACK; RESIGNAL; END;
START TRANSACTION;
`
	compoundStale = `IF ROW_COUNT() = 0 THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = '` + staleText + `'; END IF;
`
	compoundEnd = `COMMIT AND NO CHAIN NO RELEASE;
END`
)

// maxCompound is the longest compound statement. A longer commit goes as a transaction of
// several statements, since servers and drivers have bounds of their own.
const maxCompound = 1 << 20

func (w *mysql) write(ctx context.Context, s *Store, changes []seats.Change) ([]users.AccountID, error) {
	all, err := s.stepsOf(changes)
	if err != nil {
		return nil, notWritten(err)
	}
	if s.bound != nil {
		return nil, s.savepoint(ctx, func() error { return s.execSteps(ctx, s.bound.tx, all, nil) })
	}
	known, err := w.ask(ctx, s)
	if err != nil {
		return nil, notWritten(err)
	}
	if q := s.compound(all); known.compound && q.text.Len()+q.filled <= maxCompound {
		text, values := s.statement(q)
		err := s.onConnection(ctx, func(conn *sql.Conn) (ended bool, err error) {
			_, err = conn.ExecContext(ctx, text, values...)
			return err == nil, err
		})
		switch {
		case err == nil:
			return nil, nil
		case strings.Contains(err.Error(), staleText):
			return nil, errStale
		case !unpreparable(err):
			return nil, err
		}
	}
	return nil, s.transaction(ctx, func(tx *sql.Tx) error { return s.execSteps(ctx, tx, all, nil) })
}

// compound makes one statement of the steps. It returns no rows: on Galera a compound
// statement with a result loses the result's description when another node aborts it. Its
// handler releases locks before the answer is sent; [Store.onConnection] still sends a
// ROLLBACK after any error.
func (s *Store) compound(all []step) *query {
	q := s.query()
	q.text.WriteString(compoundBegin)
	for _, step := range all {
		q.text.WriteString(step.text.String() + ";\n")
		q.values, q.filled = append(q.values, step.values...), q.filled+step.filled
		if step.guards {
			q.text.WriteString(compoundStale)
		}
	}
	q.text.WriteString(compoundEnd)
	return q
}
