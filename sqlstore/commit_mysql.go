package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// mysql writes a commit as one compound statement where the server is MariaDB, and
// else as a short transaction.
type mysql struct {
	server atomic.Pointer[server] // once it is known
}

// A server is what a MySQL server is.
type server struct {
	compound bool // it takes a compound statement: MariaDB
	galera   bool // it is one of several, and may lag behind
	chains   bool // completion_type: the end of a transaction begins another one, or ends the session
	// arguments says that the driver fills values in, see [Store.statement].
	arguments bool
}

var errAutocommit = errors.New("the sessions have autocommit off; take it out of the DSN, or out of init_connect")

// known finds out what the server is, once, or by several at the same time.
func (w *mysql) known(ctx context.Context, s *Store) (server, error) {
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
		// ORACLE has another grammar, and where a text is in UTF-16 there is no SQLSTATE.
		compound:  isMariaDB && !strings.Contains(mode, "ORACLE") && width == "1",
		galera:    isMariaDB && users.Fold(galera) == "on",
		arguments: arguments,
		chains:    completion != "NO_CHAIN",
	}
	w.server.Store(&known)
	return known, nil
}

// lags reports whether what another node has acknowledged may not have come here yet,
// so that an account that seems to have moved on may only have to catch up. A reading
// waits until it has.
func (s *Store) lags() bool {
	w, is := s.writer.(*mysql)
	if !is || s.bound != nil {
		return false
	}
	known := w.server.Load()
	return known != nil && known.galera
}

// chains reports whether the COMMIT and the ROLLBACK of database/sql leave more to be
// ended.
func (s *Store) chains() bool {
	w, is := s.writer.(*mysql)
	if !is {
		return false
	}
	known := w.server.Load()
	return known != nil && known.chains
}

// block is the longest compound statement that is sent. What is longer goes as a
// transaction of several statements: servers and drivers have bounds of their own.
const block = 1 << 20

func (w *mysql) write(ctx context.Context, s *Store, changes []seats.Change) ([]users.AccountID, error) {
	all, err := s.stepsOf(changes)
	if err != nil {
		return nil, notWritten(err)
	}
	if s.bound != nil {
		return nil, s.savepoint(ctx, func() error { return s.carryOut(ctx, s.bound.tx, all, nil) })
	}
	known, err := w.known(ctx, s)
	if err != nil {
		return nil, notWritten(err)
	}
	if q := s.compound(all); known.compound && q.text.Len()+q.filled <= block {
		text, values := s.statement(q)
		err := s.onConnection(ctx, func(conn *sql.Conn) (ended bool, err error) {
			_, err = conn.ExecContext(ctx, text, values...)
			return err == nil, err
		})
		switch {
		case err == nil:
			return nil, nil
		case strings.Contains(err.Error(), errMoved.Error()):
			return nil, errMoved
		case !unpreparable(err):
			return nil, err
		}
	}
	return nil, s.transaction(ctx, func(tx *sql.Tx) error { return s.carryOut(ctx, tx, all, nil) })
}

// compound makes one statement of the steps. It returns no rows: on Galera a block that
// does loses their description when another node aborts it. The handler gives locks back
// before the answer is on its way; that nothing is left behind depends on the ROLLBACK
// that follows any error of the block.
func (s *Store) compound(all []step) *query {
	q := s.query()
	q.text.WriteString("BEGIN NOT ATOMIC DECLARE EXIT HANDLER FOR SQLEXCEPTION BEGIN ROLLBACK; RESIGNAL; END; START TRANSACTION; ")
	for _, step := range all {
		q.text.WriteString(step.text.String())
		q.text.WriteString("; ")
		q.values, q.filled = append(q.values, step.values...), q.filled+step.filled
		if step.moves {
			fmt.Fprintf(&q.text, "IF ROW_COUNT() = 0 THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = '%s'; END IF; ", errMoved)
		}
	}
	q.text.WriteString("COMMIT AND NO CHAIN NO RELEASE; END") // whatever completion_type says
	return q
}
