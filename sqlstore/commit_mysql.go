package sqlstore

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// mysql writes a commit as one compound statement on MariaDB, otherwise as a short
// transaction.
type mysql struct {
	server     atomic.Pointer[server] // nil until it was asked
	kept       sync.Map               // *kept by its text
	unprepared atomic.Bool            // sessions keep no texts
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
DECLARE stale VARBINARY(500) DEFAULT x'';
DECLARE EXIT HANDLER FOR SQLEXCEPTION BEGIN ROLLBACK; RESIGNAL; END;
START TRANSACTION;
`
	compoundStale = `IF ROW_COUNT() = 0 THEN SET stale = CONCAT(stale, ' %d');
`
	compoundEnd = `COMMIT AND NO CHAIN NO RELEASE;
IF LENGTH(stale) > 0 THEN SET stale = CONCAT('` + staleText + `', stale, '.'); SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = stale; END IF;
END`
	staleText = "sqlstore: stale accounts"
)

const (
	// maxCompound is the longest compound statement. A longer commit goes as a transaction of
	// several statements, since servers and drivers have bounds of their own.
	maxCompound = 1 << 20
	// maxCompoundAccounts are as many as the text of an error can name.
	maxCompoundAccounts = 100
)

func (m *mysql) write(ctx context.Context, s *Store, changes []*seats.Change) (stale []users.AccountID, err error) {
	w, err := s.stepsOf(changes)
	if err != nil {
		return nil, notWritten(err)
	}
	if s.bound != nil {
		return w.inSavepoint(ctx)
	}
	known, err := m.ask(ctx, s)
	if err != nil {
		return nil, notWritten(err)
	}
	if known.compound && len(changes) <= maxCompoundAccounts {
		if text := w.compound(); len(text)+w.filled <= maxCompound {
			stale, err = m.execCompound(ctx, w, text, len(changes) == 1 && w.most <= 1)
			if err == nil || !unpreparable(err) {
				return stale, err
			}
		}
	}
	err = s.transaction(ctx, func(tx *sql.Tx) (err error) {
		stale, err = w.exec(ctx, tx, nil)
		return err
	})
	return stale, err
}

// compound makes one statement of the steps. It returns no rows: on Galera a compound
// statement with a result loses the result's description when another node aborts it. So
// the stale accounts are in the text of an error, after the COMMIT. The handler for other
// errors releases locks before the answer is sent; [Store.onConnection] still sends a ROLLBACK.
func (w *steps) compound() string {
	var text strings.Builder
	text.Grow(1 << 12)
	text.WriteString(compoundBegin)
	guards, open := 0, false
	for i := range w.all {
		st := &w.all[i]
		text.WriteString(st.text)
		text.WriteString(";\n")
		last := i+1 == len(w.all) || w.all[i+1].account != st.account
		if st.guards {
			fmt.Fprintf(&text, compoundStale, guards)
			guards++
		}
		switch {
		case st.guards && !last:
			text.WriteString("ELSE\n")
			open = true
		case last && (st.guards || open):
			text.WriteString("END IF;\n")
			open = false
		}
	}
	text.WriteString(compoundEnd)
	return text.String()
}

// execCompound executes the compound statement of the steps, one of few texts if it is kept.
func (m *mysql) execCompound(ctx context.Context, w *steps, text string, kept bool) (stale []users.AccountID, err error) {
	err = w.onConnection(ctx, func(conn *sql.Conn) (ended bool, err error) {
		if kept && !w.options.Unprepared && !m.unprepared.Load() {
			err = m.execKept(ctx, w, conn, text)
		} else {
			err = w.execText(ctx, conn, text)
		}
		if stale = w.staleIn(err); stale != nil {
			err = nil
		}
		return err == nil, err
	})
	return stale, err
}

// execText executes a text with all values of the steps.
func (w *steps) execText(ctx context.Context, conn *sql.Conn, text string) error {
	text, values := w.filledIn(text, w.values)
	_, err := conn.ExecContext(ctx, text, values...)
	return err
}

// staleIn returns the accounts that the compound statement names in its error, or nil.
func (w *steps) staleIn(err error) (stale []users.AccountID) {
	if err == nil {
		return nil
	}
	_, after, ok := strings.Cut(err.Error(), staleText)
	if !ok {
		return nil
	}
	places, _, _ := strings.Cut(after, ".")
	guards := 0
	for i := range w.all {
		if !w.all[i].guards {
			continue
		}
		if slices.Contains(strings.Fields(places), strconv.Itoa(guards)) {
			stale = append(stale, w.all[i].account)
		}
		guards++
	}
	return stale
}

// A kept is a text that sessions of MariaDB keep under a name, so that it is parsed once.
type kept struct{ prepare, execute string }

// execKept executes a text that the session keeps. The first time on a session it takes two
// more round trips.
func (m *mysql) execKept(ctx context.Context, w *steps, conn *sql.Conn, text string) error {
	k := m.keep(text, len(w.values))
	err := w.execText(ctx, conn, k.execute)
	if !unknownKept(err) {
		return err
	}
	if _, err = conn.ExecContext(ctx, k.prepare); err == nil {
		if err = w.execText(ctx, conn, k.execute); !unknownKept(err) {
			return err
		}
	}
	if ctx.Err() != nil {
		return notWritten(err)
	}
	m.unprepared.Store(true) // the server keeps no more, or a pooler changes sessions
	return w.execText(ctx, conn, text)
}

// keep returns a text with its name. The name is of the text alone, since a pooler may give
// one session to many programs.
func (m *mysql) keep(text string, values int) *kept {
	if k, ok := m.kept.Load(text); ok {
		return k.(*kept)
	}
	name := fmt.Sprintf("seatkeeper_%x", sha256.Sum256([]byte(text)))[:40]
	k, _ := m.kept.LoadOrStore(text, &kept{
		prepare: "PREPARE " + name + " FROM '" + strings.ReplaceAll(text, "'", "''") + "'",
		execute: "EXECUTE " + name + " USING " + strings.Repeat("?, ", values-1) + "?",
	})
	return k.(*kept)
}
