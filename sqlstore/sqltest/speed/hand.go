package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/seatkeeper/seatkeeper/sqlstore"
)

// enough is a number of seats that no run uses up.
const enough = 1_000_000_000

// A person is invited.
type person struct{ id, first, last, email string }

// digits are what a person's number takes in their texts.
const digits = 12

func token(n int64) string { return fmt.Sprintf("%0*d", digits, n) }

// nth is a person whose ID sorts by number, as a UUID or ULID by time.
func nth(n int64) person {
	t := token(n)
	return person{"u0000000000000" + t, "Ada", "Person " + t, "p" + t + "@acme.example"}
}

// account is the ID of the nth account.
func account(n int) string { return fmt.Sprintf("account-%06d", n) }

// A statement is a step of a transaction. :account, :id, :first, :last, :email, :at stand for
// values, and :kept for what an earlier step has read.
type statement struct {
	text string
	does deed
}

// A deed is what a statement does, and must do.
type deed uint8

const (
	writes  deed = iota // something
	changes             // one row
	allows              // reads a number that must be positive
	keeps               // reads :kept
)

// A byHand is a way to invite that is written as SQL.
type byHand struct {
	tables []string
	// seeded are statements that make the accounts and their users, and every text {a} and {u}
	// in them are their numbers.
	seeded []string
	steps  []statement
	alone  bool // the one step needs no transaction
	// holds are queries whose answer is 0 if nothing was lost or counted twice.
	holds []string
	// people counts those who were seeded and invited.
	people string
}

const (
	accountTable = "CREATE TABLE {p}accounts (id {id} NOT NULL PRIMARY KEY, total bigint NOT NULL, used bigint NOT NULL)"
	userTable    = "CREATE TABLE {p}users (id {id} NOT NULL PRIMARY KEY, account {id} NOT NULL, email {id} NOT NULL, first_name {id} NOT NULL," +
		" last_name {id} NOT NULL, status {id} NOT NULL, created bigint NOT NULL, UNIQUE (account, email))"
	eventTable = "CREATE TABLE {p}events (id {serial}, account {id} NOT NULL, happened bigint NOT NULL, kind {id} NOT NULL, user_id {id} NOT NULL, actor {id} NOT NULL)"
	eventIndex = "CREATE INDEX {p}events_of ON {p}events (account)"

	someAccounts = "INSERT INTO {p}accounts SELECT CONCAT('account-', {n 6}), 1000000000, {u} FROM {numbers {a}}"
	someUsers    = "INSERT INTO {p}users SELECT CONCAT('u0000000000000', {n 12}), CONCAT('account-', {account}), CONCAT('p', {n 12}, '@acme.example'), 'Ada', CONCAT('Person ', {n 12}), 'active', 1700000000000000 FROM {numbers {all}}"

	insertUser  = "INSERT INTO {p}users (id, account, email, first_name, last_name, status, created) VALUES (:id, :account, :email, :first, :last, 'invited', :at)"
	insertEvent = "INSERT INTO {p}events (account, happened, kind, user_id, actor) VALUES (:account, :at, 'invited', :id, 'owner')"

	counted   = "SELECT count(*) FROM {p}accounts a WHERE used <> (SELECT count(*) FROM {p}users u WHERE u.account = a.id)"
	allPeople = "SELECT count(*) FROM {p}users"
)

var (
	// floor inserts a row, without any check.
	floor = byHand{
		tables: []string{"CREATE TABLE {p}users (id {id} NOT NULL PRIMARY KEY, account {id} NOT NULL, email {id} NOT NULL)"},
		steps:  []statement{{text: "INSERT INTO {p}users (id, account, email) VALUES (:id, :account, :email)"}},
		alone:  true,
		people: allPeople,
	}
	// naive counts the active users, compares and inserts. Two at once may take the last seat.
	naive = byHand{
		tables: []string{accountTable, userTable, "CREATE INDEX {p}users_of ON {p}users (account, status)", eventTable, eventIndex},
		seeded: []string{someAccounts, someUsers},
		steps: []statement{
			{"SELECT (SELECT total FROM {p}accounts WHERE id = :account) - count(*) FROM {p}users WHERE account = :account AND status IN ('invited', 'active')", allows},
			{text: insertUser}, {text: insertEvent},
		},
		people: allPeople,
	}
	// peer is the transaction that a good engineer writes.
	peer = byHand{
		tables: []string{accountTable, userTable, eventTable, eventIndex},
		seeded: []string{someAccounts, someUsers},
		steps: []statement{
			{"UPDATE {p}accounts SET used = used + 1 WHERE id = :account AND used < total", changes},
			{text: insertUser}, {text: insertEvent},
		},
		holds:  []string{counted},
		people: allPeople,
	}
)

// slots has a row for each seat, and takes a free one that no other transaction has locked.
func slots(e engine) byHand {
	hand := byHand{
		tables: []string{
			"CREATE TABLE {p}slots (account {id} NOT NULL, number bigint NOT NULL, user_id {id}, PRIMARY KEY (account, number))",
			"CREATE INDEX {p}slots_free ON {p}slots (account, user_id)", userTable, eventTable, eventIndex,
		},
		seeded: []string{someUsers, "INSERT INTO {p}slots SELECT CONCAT('account-', {account}), n, NULL FROM {numbers {slots}}"},
		steps: []statement{
			{"SELECT number FROM {p}slots WHERE account = :account AND user_id IS NULL LIMIT 1 FOR UPDATE SKIP LOCKED", keeps},
			{"UPDATE {p}slots SET user_id = :id WHERE account = :account AND number = :kept", changes},
			{text: insertUser}, {text: insertEvent},
		},
		people: allPeople,
	}
	if e.dialect == sqlstore.Postgres {
		hand.tables[1] = "CREATE INDEX {p}slots_free ON {p}slots (account) WHERE user_id IS NULL"
		hand.steps = append([]statement{{"UPDATE {p}slots SET user_id = :id WHERE account = :account AND number =" +
			" (SELECT number FROM {p}slots WHERE account = :account AND user_id IS NULL LIMIT 1 FOR UPDATE SKIP LOCKED)", changes}}, hand.steps[2:]...)
	}
	return hand
}

// prepare makes tables with rows.
func (h byHand) prepare(ctx context.Context, s *site, prefix string, st stage) error {
	for _, t := range append(append([]string{}, h.tables...), h.seeded...) {
		if err := s.exec(ctx, s.text(prefix, s.seed(t, st))); err != nil {
			return err
		}
	}
	for _, t := range h.tables {
		if words := strings.Fields(t); words[1] == "TABLE" {
			if err := s.exec(ctx, s.analyze+s.text(prefix, words[2])); err != nil {
				return err
			}
		}
	}
	return nil
}

var padded = regexp.MustCompile(`\{n (\d+)\}`)

// seed fills in the numbers of accounts and users.
func (e engine) seed(template string, st stage) string {
	pad := func(expression, width string) string {
		if e.dialect == sqlstore.SQLite {
			return "printf('%0" + width + "d', " + expression + ")"
		}
		return "lpad(" + map[bool]string{true: "(" + expression + ")::text", false: expression}[e.dialect == sqlstore.Postgres] + ", " + width + ", '0')"
	}
	template = padded.ReplaceAllStringFunc(template, func(m string) string {
		return pad("n", padded.FindStringSubmatch(m)[1])
	})
	return strings.NewReplacer(
		"{account}", pad(fmt.Sprintf("(n - 1) %% %d + 1", st.Accounts), "6"),
		"{a}", fmt.Sprint(st.Accounts), "{u}", fmt.Sprint(st.Users), "{all}", fmt.Sprint(st.Accounts*st.Users), "{slots}", fmt.Sprint(st.Slots),
	).Replace(template)
}

var named = regexp.MustCompile(`:[a-z]+`)

// A step is a statement that is ready to be carried out.
type step struct {
	statement
	names    []string
	prepared *sql.Stmt // nil: the driver sends text and values as one
}

func (h byHand) ready(ctx context.Context, e engine, db *sql.DB, prefix string) ([]step, error) {
	all := make([]step, len(h.steps))
	for i, st := range h.steps {
		all[i].statement = st
		all[i].text = named.ReplaceAllStringFunc(e.text(prefix, st.text), func(name string) string {
			all[i].names = append(all[i].names, name)
			if e.dialect == sqlstore.Postgres {
				return fmt.Sprint("$", len(all[i].names))
			}
			return "?"
		})
		if e.dialect == sqlstore.MySQL {
			continue
		}
		var err error
		if all[i].prepared, err = db.PrepareContext(ctx, all[i].text); err != nil {
			return nil, fmt.Errorf("%s: %w", all[i].text, err)
		}
	}
	return all, nil
}

// open returns a call that invites a person.
func (h byHand) open(ctx context.Context, s *site, db *sql.DB, prefix string, _ stage) (invite, error) {
	steps, err := h.ready(ctx, s.engine, db, prefix)
	if err != nil {
		return nil, err
	}
	if h.alone {
		return func(ctx context.Context, account string, p person) error {
			_, err := steps[0].carryOut(ctx, db, nil, valuesOf(account, p))
			return err
		}, nil
	}
	return func(ctx context.Context, account string, p person) error {
		tx, err := db.BeginTx(ctx, nil)
		if err != nil {
			return err
		}
		defer func() { _ = tx.Rollback() }()
		values := valuesOf(account, p)
		for _, st := range steps {
			kept, err := st.carryOut(ctx, tx, tx, values)
			if err != nil {
				return fmt.Errorf("%s: %w", st.text, err)
			}
			values[":kept"] = kept
		}
		return tx.Commit()
	}, nil
}

func valuesOf(account string, p person) map[string]any {
	return map[string]any{
		":account": account, ":id": p.id, ":first": p.first, ":last": p.last, ":email": p.email, ":at": time.Now().UnixMicro(),
	}
}

// executor is a database or a transaction.
type executor interface {
	ExecContext(context.Context, string, ...any) (sql.Result, error)
	QueryRowContext(context.Context, string, ...any) *sql.Row
}

func (s step) carryOut(ctx context.Context, on executor, tx *sql.Tx, values map[string]any) (kept int64, err error) {
	arguments := make([]any, len(s.names))
	for i, n := range s.names {
		arguments[i] = values[n]
	}
	exec := func() (sql.Result, error) { return on.ExecContext(ctx, s.text, arguments...) }
	query := func() *sql.Row { return on.QueryRowContext(ctx, s.text, arguments...) }
	if p := s.prepared; p != nil {
		if tx != nil {
			p = tx.StmtContext(ctx, p)
		}
		exec = func() (sql.Result, error) { return p.ExecContext(ctx, arguments...) }
		query = func() *sql.Row { return p.QueryRowContext(ctx, arguments...) }
	}
	switch s.does {
	case allows, keeps:
		if err = query().Scan(&kept); err == nil && s.does == allows && kept <= 0 {
			err = errFull
		}
		return kept, err
	}
	result, err := exec()
	if err != nil || s.does == writes {
		return 0, err
	}
	rows, err := result.RowsAffected()
	if err == nil && rows != 1 {
		err = errFull
	}
	return 0, err
}

var errFull = errors.New("no free seat")

// check compares what is there with the acknowledged calls.
func (h byHand) check(ctx context.Context, s *site, prefix string, st stage, acknowledged int64) error {
	for _, text := range h.holds {
		if n, err := s.number(ctx, s.text(prefix, text)); err != nil || n != 0 {
			return fmt.Errorf("%s: %d, %w", text, n, err)
		}
	}
	want := acknowledged
	if len(h.seeded) > 0 {
		want += int64(st.Accounts) * int64(st.Users)
	}
	n, err := s.number(ctx, s.text(prefix, h.people))
	if err != nil {
		return err
	}
	return differ(n, want)
}

// count carries out a query that reads nothing but rows, and returns how many.
func (s step) count(ctx context.Context, db *sql.DB, values map[string]any) (n int, err error) {
	arguments := make([]any, len(s.names))
	for i, n := range s.names {
		arguments[i] = values[n]
	}
	var rows *sql.Rows
	if s.prepared != nil {
		rows, err = s.prepared.QueryContext(ctx, arguments...)
	} else {
		rows, err = db.QueryContext(ctx, s.text, arguments...)
	}
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return 0, err
	}
	at := make([]any, len(columns))
	for i := range at {
		at[i] = new(sql.RawBytes)
	}
	for ; rows.Next(); n++ {
		if err := rows.Scan(at...); err != nil {
			return 0, err
		}
	}
	return n, rows.Err()
}
