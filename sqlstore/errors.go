package sqlstore

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net"
	"regexp"
	"strings"
	"time"

	"github.com/seatkeeper/seatkeeper/store"
)

// A Class is the meaning of a driver's error for a statement that was sent.
type Class uint8

// The classes. After Lost the statement may have written; all others rule that out.
const (
	Lost      Class = iota // the answer was lost
	Refused                // the engine, or the driver before it, refused it for another reason
	Again                  // the engine asks for another attempt: deadlock, serialization or certification failure, lock timeout
	Duplicate              // a unique key
	Broken                 // a CHECK constraint
)

// The errors of drivers are known by their methods and texts, since importing drivers is the
// host's business.
var (
	// lib/pq and pgx: SQLSTATE, PostgreSQL appendix A.
	states = map[string]Class{
		"40001": Again, "40P01": Again, "55P03": Again, // serialization failure, deadlock, lock timeout
		noStatement: Again, // the session was reset
		"23505":     Duplicate, "23514": Broken,
		"40003": Lost,                // statement completion unknown
		"57P01": Lost, "57P02": Lost, // shutdown (57P03, at the start, precedes any statement)
	}
	// SQLSTATEs of the machine: disk full, out of memory, file errors, internal errors.
	ofTheMachine = regexp.MustCompile(`^(53[12]00|58...|XX...)$`)
	// MariaDB and MySQL: the number that go-sql-driver/mysql writes as "Error 1213
	// (40001): ...".
	mysqlError   = regexp.MustCompile(`\bError (\d+)(?: \(\w+\))?: `)
	mysqlNumbers = map[string]Class{
		"1213": Again, "1205": Again, "1020": Again, "1637": Again, // deadlock, lock wait timeout, record changed, too many transactions
		"1062": Duplicate, "1586": Duplicate,
		"4025": Broken, "3819": Broken, // CHECK, on MariaDB and MySQL
		"1053": Lost, "1317": Lost, "1969": Lost, "1927": Lost, "2006": Lost, "2013": Lost, // shutdown, interrupted, by max_statement_time, killed, gone, lost
		"1180": Lost, // during a commit, which other nodes may have got
		// TiDB: schema changed or conflict at COMMIT, retryable, write conflict. The server asks for a new attempt.
		"8002": Again, "8005": Again, "8022": Again, "8028": Again, "9007": Again,
	}
	// SQLite: the low byte of the result code for busy and locked, extended codes for
	// constraints.
	sqliteCodes = map[int]Class{5: Again, 6: Again, 2067: Duplicate, 1555: Duplicate, 275: Broken}
	// SQLite through drivers with plain errors, and errors before sending.
	texts = map[string]Class{
		"database is locked": Again, "database table is locked": Again,
		"UNIQUE constraint failed": Duplicate, "CHECK constraint failed": Broken,
		"packet for query is too large": Refused, // go-sql-driver
		"failed to connect to `":        Refused, // pgx
		// A COMMIT of pgx and lib/pq after a failed statement: it has rolled back.
		"commit unexpectedly resulted in rollback": Refused, "operation in a failed transaction": Refused,
	}
)

// SQLSTATEs with a meaning of their own.
const (
	noStatement = "26000" // an unknown prepared statement: the session was reset by DISCARD ALL or DEALLOCATE
	noFeature   = "0A000" // as COPY into a table with row-level security
)

// hasState reports whether the error has that SQLSTATE.
func hasState(err error, want string) bool {
	var state interface{ SQLState() string }
	return errors.As(err, &state) && state.SQLState() == want
}

// isInterrupted reports whether an administrator or max_statement_time has ended a statement of MySQL.
func isInterrupted(err error) bool {
	m := mysqlError.FindStringSubmatch(err.Error())
	return m != nil && (m[1] == "1317" || m[1] == "1969")
}

// Classify returns the class of an error of pgx and lib/pq (by SQLSTATE),
// go-sql-driver/mysql, modernc.org/sqlite and mattn/go-sqlite3. An error of database/sql
// from before the sending is Refused. Any other error of no engine, and nil, is Lost.
//
// A PostgreSQL server that runs out of space for its log crashes during a commit, and its restart may
// complete the commit. The SQLSTATE is that of an ordinary error; the severity differs. It is
// in the text of pgx and missing in lib/pq, where these SQLSTATEs (53100, 53200, 58 and XX)
// are therefore Lost.
func Classify(err error) Class {
	if err == nil {
		return Lost
	}
	var state interface {
		error
		SQLState() string
	}
	var code interface{ Code() int }
	switch {
	case errors.As(err, &state):
		s := state.SQLState()
		severity, _, _ := strings.Cut(state.Error(), ":")
		if strings.HasPrefix(s, "08") || severity == "PANIC" || ofTheMachine.MatchString(s) && severity != "ERROR" { // 08: the connection
			return Lost
		}
		return class(states, s)
	case errors.As(err, &code):
		if c, ok := sqliteCodes[code.Code()]; ok {
			return c
		}
		return class(sqliteCodes, code.Code()&0xff)
	}
	if m := mysqlError.FindStringSubmatch(err.Error()); m != nil {
		return class(mysqlNumbers, m[1])
	}
	for text, c := range texts {
		if strings.Contains(err.Error(), text) {
			return c
		}
	}
	if unsent(err) {
		return Refused
	}
	return Lost
}

// class returns the listed class of an engine's error, otherwise Refused.
func class[K comparable](classes map[K]Class, key K) Class {
	if c, ok := classes[key]; ok {
		return c
	}
	return Refused
}

// unsent reports whether the error came before anything reached the database.
func unsent(err error) bool {
	var dial *net.OpError
	return errors.As(err, &dial) && dial.Op == "dial" ||
		errors.Is(err, sql.ErrConnDone) || errors.Is(err, sql.ErrTxDone) ||
		sqlError.MatchString(err.Error())
}

// sqlError is an error of database/sql itself: a closed database, a failed conversion.
var sqlError = regexp.MustCompile(`(^|: )sql: `)

// errUnsent marks errors from before the sending of anything that could be committed.
var errUnsent = errors.New("nothing was written")

func notWritten(err error) error {
	if errors.Is(err, errUnsent) {
		return err
	}
	return fmt.Errorf("%w: %w", errUnsent, err)
}

func (s *Store) classify(err error) Class {
	if errors.Is(err, store.ErrConflict) {
		return Again // the transaction of the host is over
	}
	class := s.driverClass(err)
	if class == Lost && errors.Is(err, errUnsent) {
		return Refused
	}
	return class
}

// driverClass is the class of an error of the driver.
func (s *Store) driverClass(err error) Class {
	if s.options.Classify != nil {
		return s.options.Classify(err)
	}
	return Classify(err)
}

// retryRead runs a read and repeats it a few times if the engine asks for that or the connection is lost. In
// a host's transaction that is up to the host.
func (s *Store) retryRead(ctx context.Context, read func() error) error {
	for attempt := 1; ; attempt++ {
		err := read()
		if err == nil {
			return nil
		}
		class := s.classify(err)
		if s.bound != nil && class == Again {
			return s.bound.markEnded(err)
		}
		again := class == Again || class == Lost && !isInterrupted(err)
		if s.bound != nil || attempt == maxReads || ctx.Err() != nil || !again {
			return s.explain(ctx, err)
		}
		pause(ctx, attempt)
	}
}

// maxReads is how often a read is attempted.
const maxReads = 5

// pause waits before the next attempt, longer after each.
func pause(ctx context.Context, attempt int) {
	select {
	case <-ctx.Done():
	case <-time.After(time.Duration(min(attempt, 20)) * 10 * time.Millisecond):
	}
}

// ended returns the error of a context. It is over by its deadline, too: drivers give the
// deadline to the line, whose timer can be earlier than the context's.
func ended(ctx context.Context) error {
	if deadline, ok := ctx.Deadline(); ok && ctx.Err() == nil && !time.Now().Before(deadline) {
		return context.DeadlineExceeded
	}
	return ctx.Err()
}

// explain returns an error without values, which is the context's if the context has ended.
func (s *Store) explain(ctx context.Context, err error) error {
	err = s.withoutValues(err)
	over := ended(ctx)
	switch {
	case err == nil:
		return nil
	case over != nil && !errors.Is(err, over):
		if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
			// It is the error of a derived context, which ended for another reason.
			return fmt.Errorf("%w: %v", over, err)
		}
		return fmt.Errorf("%w: %w", over, err)
	case errors.Is(err, driver.ErrBadConn):
		return fmt.Errorf("the connection is lost: %w", err)
	}
	return err
}
