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
	texts      atomic.Int32           // that are kept
	guards     sync.Map               // *guard by commitForm
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
DECLARE EXIT HANDLER FOR SQLEXCEPTION BEGIN ROLLBACK AND NO CHAIN NO RELEASE; RESIGNAL; END;
START TRANSACTION;
`
	compoundStale = `IF ROW_COUNT() <> %d THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = %s; END IF;
`
	compoundEnd = `COMMIT AND NO CHAIN NO RELEASE;
END`
	staleText = "sqlstore: stale accounts, all but"
)

const (
	// maxCompound is the longest compound statement. A longer commit goes as a transaction of
	// several statements, since servers and drivers have bounds of their own.
	maxCompound = 1 << 20
	// maxCompoundAccounts are as many as the text of an error can name.
	maxCompoundAccounts = 100
)

func (m *mysql) write(ctx context.Context, s *Store, changes []*seats.Change) (stale []users.AccountID, err error) {
	if s.bound != nil {
		w, err := s.stepsOf(changes)
		if err != nil {
			return nil, notWritten(err)
		}
		return w.inSavepoint(ctx)
	}
	known, err := m.ask(ctx, s)
	if err != nil {
		return nil, notWritten(err)
	}
	for known.compound && len(changes) <= maxCompoundAccounts {
		w, err := m.jointSteps(s, changes)
		if err != nil {
			return nil, notWritten(err)
		}
		text := w.compound()
		if len(text)+w.filled > maxCompound {
			break
		}
		err = m.execCompound(ctx, w, text, len(changes) == 1 && w.most <= 1)
		if unpreparable(err) {
			break
		}
		current, ok := currentIn(err)
		if !ok {
			return stale, err
		}
		var rest []*seats.Change
		for i, c := range changes {
			if slices.Contains(current, strconv.Itoa(i)) {
				rest = append(rest, c)
			} else {
				stale = append(stale, c.Account.ID)
			}
		}
		switch len(rest) {
		case 0:
			return stale, nil
		case len(changes):
			return nil, errStale
		}
		changes = rest
	}
	w, err := s.stepsOf(changes)
	if err != nil {
		return nil, notWritten(err)
	}
	err = s.transaction(ctx, func(tx *sql.Tx) error {
		more, err := w.exec(ctx, tx, nil)
		stale = append(stale, more...)
		return err
	})
	return stale, err
}

// jointSteps returns the statements for changes that are written together or not at all.
func (m *mysql) jointSteps(s *Store, changes []*seats.Change) (*steps, error) {
	if len(changes) == 1 {
		return s.stepsOf(changes)
	}
	w := s.newSteps(changes)
	var opened []accountRow
	current, moved, places := staleText, make([]accountChange, 0, len(changes)), make([]string, 0, len(changes))
	for i, c := range changes {
		var a accountChange
		a.of(c)
		if place := strconv.Itoa(i); a.base == 0 {
			opened, current = append(opened, a.accountRow), current+" "+place
		} else {
			moved, places = append(moved, a), append(places, place)
		}
	}
	insert(w, accountTable, accountTable.all(), inserting, entriesOf(opened))
	if len(moved) > 0 {
		m.updateAccounts(w, current, moved, places)
	}
	w.rows(changes)
	return w, w.err
}

// A guard is an UPDATE of the accounts that are at the base of their change.
type guard struct {
	columns         *table[accountChange]
	begin, set, end string // before the rows, after them, and after the IDs
}

// updateAccounts adds the step that compares accounts with the bases of their changes. It adds the
// places of those that it writes to the text of current places, in a variable of the session.
//
// The accounts are read first, in the order of their IDs, by their primary key alone: MariaDB then
// updates each row as it finds it.
func (m *mysql) updateAccounts(w *steps, current string, moved []accountChange, places []string) {
	g := m.guard(w.Store, (&commitRows{accounts: moved}).form())
	row := ", (" + strings.Repeat("?, ", len(g.columns.columns))
	var text strings.Builder
	text.Grow(len(current) + len(g.begin) + len(moved)*(len(row)+10) + len(g.end))
	text.WriteString("SET @seatkeeper = '" + current + "';\n" + g.begin)
	for i := range moved {
		switch i {
		case 0:
			text.WriteString(places[i] + " AS place")
		case 1:
			text.WriteString(" UNION ALL VALUES " + row[2:] + places[i] + ")")
		default:
			text.WriteString(row + places[i] + ")")
		}
		addRow(w, g.columns, g.columns.all(), &moved[i], new(blanks))
	}
	text.WriteString(g.set + "?" + strings.Repeat(", ?", len(moved)-1))
	for i := range moved {
		w.value(string(moved[i].ID))
	}
	text.WriteString(g.end)
	w.end(text.String()).joint = len(moved)
}

func (m *mysql) guard(s *Store, f commitForm) *guard {
	f = commitForm{settings: f.settings, pooled: f.pooled}
	if g, ok := m.guards.Load(f); ok {
		return g.(*guard)
	}
	g := &guard{columns: newTable("accounts", f.accountColumns())}
	var assigned string
	assign := func(columns []column[accountRow], value string) {
		for _, c := range columns {
			assigned += ", a." + c.name + " = " + strings.ReplaceAll(value, "{name}", c.name)
		}
	}
	assign(headColumns, "c.{name}")
	if f.settings {
		assign(settingsColumns, "IF(c.settings = 1, c.{name}, a.{name})")
	}
	if f.pooled {
		assign(siteColumns, "IF(c.pooled = 1, c.{name}, a.{name})")
	}
	g.begin = s.named("UPDATE {accounts} a FORCE INDEX (PRIMARY) STRAIGHT_JOIN (SELECT ? AS " +
		strings.Join(g.columns.names(g.columns.all()), ", ? AS ") + ", ")
	g.set = ") c ON c.id = a.id SET " + assigned[2:] + " WHERE a.id IN ("
	g.end = s.named(") AND IF(a.revision = c.base AND a.sequence = COALESCE(c.first - 1, a.sequence)" +
		" AND a.sequence = COALESCE((SELECT e.sequence FROM {events} e WHERE e.account = a.id AND e.sequence = a.sequence), 0)," +
		" (@seatkeeper := CONCAT(@seatkeeper, ' ', c.place)) IS NOT NULL, FALSE)")
	known, _ := m.guards.LoadOrStore(f, g)
	return known.(*guard)
}

// compound makes one statement of the steps. It returns no rows: on Galera a compound
// statement with a result loses the result's description when another node aborts it. So
// it ends with an error if an account is stale, and names the others. The handler for
// errors releases locks before the answer is sent; [Store.onConnection] still sends a ROLLBACK.
func (w *steps) compound() string {
	var text strings.Builder
	text.Grow(1 << 12)
	text.WriteString(compoundBegin)
	for i := range w.all {
		st := &w.all[i]
		text.WriteString(st.text)
		text.WriteString(";\n")
		switch {
		case st.joint > 0:
			fmt.Fprintf(&text, compoundStale, st.joint, "@seatkeeper")
		case st.guards:
			fmt.Fprintf(&text, compoundStale, 1, "'"+staleText+"'")
		}
	}
	text.WriteString(compoundEnd)
	return text.String()
}

// execCompound executes the compound statement of the steps, one of few texts if it is kept.
func (m *mysql) execCompound(ctx context.Context, w *steps, text string, kept bool) error {
	return w.onConnection(ctx, func(conn *sql.Conn) (ended bool, err error) {
		if kept && !w.options.Unprepared && !m.unprepared.Load() {
			err = m.execKept(ctx, w, conn, text)
		} else {
			err = w.execText(ctx, conn, text)
		}
		_, stale := currentIn(err)
		return err == nil || stale, err
	})
}

// execText executes a text with all values of the steps.
func (w *steps) execText(ctx context.Context, conn *sql.Conn, text string) error {
	text, values := w.filledIn(text, w.values)
	_, err := conn.ExecContext(ctx, text, values...)
	return err
}

// currentIn returns the places of the accounts that are not stale, if the error of a compound
// statement says that others are. Then nothing is written.
func currentIn(err error) (places []string, ok bool) {
	if err == nil {
		return nil, false
	}
	_, after, ok := strings.Cut(err.Error(), staleText)
	return strings.Fields(after), ok
}

// maxKept bounds the texts that sessions keep: a server keeps some thousands for all its sessions.
const maxKept = 64

// A kept is a text that sessions of MariaDB keep under a name, so that it is parsed once.
type kept struct{ prepare, execute string }

// execKept executes a text that the session keeps. The first time on a session it takes two
// more round trips.
func (m *mysql) execKept(ctx context.Context, w *steps, conn *sql.Conn, text string) error {
	k := m.keep(text, len(w.values))
	if k == nil {
		return w.execText(ctx, conn, text)
	}
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

// keep returns a text with its name, or nil if there are too many. The name is of the text alone, since a pooler may give
// one session to many programs.
func (m *mysql) keep(text string, values int) *kept {
	if k, ok := m.kept.Load(text); ok {
		return k.(*kept)
	}
	if m.texts.Load() >= maxKept {
		return nil
	}
	name := fmt.Sprintf("seatkeeper_%x", sha256.Sum256([]byte(text)))[:40]
	k, known := m.kept.LoadOrStore(text, &kept{
		prepare: "PREPARE " + name + " FROM '" + strings.ReplaceAll(text, "'", "''") + "'",
		execute: "EXECUTE " + name + " USING " + strings.Repeat("?, ", values-1) + "?",
	})
	if !known {
		m.texts.Add(1)
	}
	return k.(*kept)
}
