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

// A Class is what an error of a driver means for a statement that was sent.
type Class uint8

// The classes. Of all but Lost it is certain that nothing was written.
const (
	Lost      Class = iota // the answer did not arrive
	Refused                // the engine, or the driver before it, refused it for some other reason
	Again                  // the engine wants it tried again: a deadlock, a serialization or certification failure, a lock that was waited for too long
	Duplicate              // a unique key
	Broken                 // a CHECK constraint
)

// The errors of drivers are told by what they can be asked and by how they read, so
// that no driver is imported.
var (
	// lib/pq and pgx: SQLSTATE, PostgreSQL appendix A.
	states = map[string]Class{
		"40001": Again, "40P01": Again, "55P03": Again, // serialization, deadlock, lock not available
		"23505": Duplicate, "23514": Broken,
		"40003": Lost,                // statement completion unknown
		"57P01": Lost, "57P02": Lost, // shutdown; while it starts, 57P03, it takes no statements
	}
	// SQLSTATEs of the machine: no room on the disk, no memory, a file, the server's own fault.
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
	}
	// SQLite: the low byte of the result code says busy or locked; the extended codes
	// which constraint.
	sqliteCodes = map[int]Class{5: Again, 6: Again, 2067: Duplicate, 1555: Duplicate, 275: Broken}
	// SQLite through drivers whose errors have no such method, and what says that
	// nothing was sent.
	texts = map[string]Class{
		"database is locked": Again, "database table is locked": Again,
		"UNIQUE constraint failed": Duplicate, "CHECK constraint failed": Broken,
		"packet for query is too large": Refused, // go-sql-driver
		"failed to connect to `":        Refused, // pgx
	}
)

// Classify tells what an error of a known driver means: pgx and lib/pq, by their
// SQLSTATE; go-sql-driver/mysql; modernc.org/sqlite and mattn/go-sqlite3. An error of
// database/sql that says that nothing was sent is Refused, and any other that no engine
// has given is Lost. So is nil, of which there is nothing to tell.
//
// A PostgreSQL server that finds no room for its log ends in the middle of a commit, which
// its restart may find there, and gives the SQLSTATE that an ordinary error has, too. The
// severity tells the two apart. It stands in the text of pgx; lib/pq has none, so that
// there these SQLSTATEs (53100, 53200, 58 and XX) are Lost.
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
		if c, known := sqliteCodes[code.Code()]; known {
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

// class is that of an error that an engine has given: what is not listed it refused.
func class[K comparable](classes map[K]Class, key K) Class {
	if c, listed := classes[key]; listed {
		return c
	}
	return Refused
}

// unsent reports whether the error is one of getting as far as the database.
func unsent(err error) bool {
	var dial *net.OpError
	return errors.As(err, &dial) && dial.Op == "dial" ||
		errors.Is(err, sql.ErrConnDone) || errors.Is(err, sql.ErrTxDone) ||
		sqlError.MatchString(err.Error())
}

// sqlError is an error of database/sql itself: it is closed, can't convert a value, ...
var sqlError = regexp.MustCompile(`(^|: )sql: `)

// errUnsent marks what went wrong before anything was sent that could be committed.
var errUnsent = errors.New("nothing was written")

func notWritten(err error) error { return fmt.Errorf("%w: %w", errUnsent, err) }

func (s *Store) classify(err error) Class {
	if errors.Is(err, store.ErrConflict) {
		return Again // the transaction of the host is over
	}
	classify := Classify
	if s.options.Classify != nil {
		classify = s.options.Classify
	}
	class := classify(err)
	if class == Lost && errors.Is(err, errUnsent) {
		return Refused
	}
	return class
}

// again carries out a reading, and tries it again a few times where the engine asks
// for that. In a transaction of the host that is his to do.
func (s *Store) retryRead(ctx context.Context, read func() error) error {
	for tries := 1; ; tries++ {
		err := read()
		if err != nil && s.bound != nil && s.classify(err) == Again {
			return s.bound.end(err)
		}
		if err == nil || s.bound != nil || tries == 5 || ctx.Err() != nil || s.classify(err) != Again {
			return s.explain(ctx, err)
		}
		pause(ctx, tries)
	}
}

// pause lets others go on, the longer the more often it was tried.
func pause(ctx context.Context, tries int) {
	select {
	case <-ctx.Done():
	case <-time.After(time.Duration(min(tries, 20)) * 10 * time.Millisecond):
	}
}

// explain returns an error that callers can compare where it is that of the context, and
// that quotes no values.
func (s *Store) explain(ctx context.Context, err error) error {
	err = s.withoutValues(err)
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil && !errors.Is(err, ctx.Err()):
		if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
			// It is that of a context which follows this one, and ended for another reason.
			return fmt.Errorf("%w: %v", ctx.Err(), err)
		}
		return fmt.Errorf("%w: %w", ctx.Err(), err)
	case errors.Is(err, driver.ErrBadConn):
		return fmt.Errorf("the connection is lost: %w", err)
	}
	return err
}
