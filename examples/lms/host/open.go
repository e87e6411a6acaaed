// Package host is the product behind the pages: its database with the library's tables and its own, the Keeper, the
// work in the background. It has no HTTP.
package host

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/sqlstore"
	"github.com/seatkeeper/seatkeeper/store"
)

// Options are the settings of a Host. The zero value of all but Folder is the default.
type Options struct {
	Source string // a SQLite file, a postgres:// URL or a DSN of MariaDB; empty: the file lms.db in Folder
	Folder string // of uploads and mails
	Log    *slog.Logger
	Now    func() time.Time
	URL    string // of the pages, for the links of mails
}

// A Host is the product's database with the library in it.
type Host struct {
	DB     *sql.DB
	Store  *sqlstore.Store
	Keeper *seatkeeper.Keeper
	Log    *slog.Logger
	Now    func() time.Time
	Folder string
	URL    string

	dialect sqlstore.Dialect
	jobs    runner
	linkKey []byte // of the links in mails
}

// Open opens the database, and makes the tables that are missing: the library's and the host's own.
func Open(ctx context.Context, o Options) (_ *Host, err error) {
	h := &Host{Log: o.Log, Now: o.Now, Folder: o.Folder, URL: o.URL}
	if h.Log == nil {
		h.Log = slog.New(slog.DiscardHandler)
	}
	if h.Now == nil {
		h.Now = time.Now
	}
	for _, folder := range []string{o.Folder, h.uploads(), h.mailFolder()} {
		if err := os.MkdirAll(folder, 0o700); err != nil {
			return nil, err
		}
	}
	if o.Source == "" {
		o.Source = filepath.Join(o.Folder, "lms.db")
	}
	if h.dialect, h.DB, err = connect(o.Source); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			_ = h.DB.Close()
		}
	}()
	if h.Store, err = sqlstore.New(h.DB, h.dialect, sqlstore.Options{}); err != nil {
		return nil, err
	}
	if h.Keeper, err = seatkeeper.New(h.Store, seatkeeper.Options{Now: o.Now}); err != nil {
		return nil, err
	}
	if err = h.Store.Migrate(ctx); err != nil {
		return nil, err
	}
	if err = h.makeTables(ctx); err != nil {
		return nil, err
	}
	h.linkKey, err = h.secret(ctx, "links")
	return h, err
}

// Close closes the database.
func (h *Host) Close() error { return h.DB.Close() }

func (h *Host) uploads() string    { return filepath.Join(h.Folder, "uploads") }
func (h *Host) mailFolder() string { return filepath.Join(h.Folder, "mails") }

// noFile are sources that look like a mistyped DSN, perhaps with a password.
var (
	address = regexp.MustCompile(`^\w+://`)
	dsn     = regexp.MustCompile(`@(tcp|unix)?[(/]`)
	noFile  = regexp.MustCompile(`^:|^\w{2,}:|\b(host|user|password|dbname)\s*=`)

	errSource = errors.New("-db: give a file, postgres://user:password@host/database, or user:password@tcp(host:port)/database")
)

// connect opens a database of the kind in the form of the source. The errors of drivers are dropped: they can quote a
// password.
func connect(source string) (sqlstore.Dialect, *sql.DB, error) {
	switch {
	case strings.HasPrefix(source, "postgres://") || strings.HasPrefix(source, "postgresql://"):
		config, err := pgx.ParseConfig(source)
		if err != nil {
			return 0, nil, errSource
		}
		return sqlstore.Postgres, bounded(stdlib.OpenDB(*config), 20), nil
	case address.MatchString(source):
		return 0, nil, errSource
	case dsn.MatchString(source):
		config, err := mysql.ParseDSN(source)
		if err != nil || config.DBName == "" {
			return 0, nil, errSource
		}
		config.InterpolateParams = true
		connector, err := mysql.NewConnector(config)
		if err != nil {
			return 0, nil, errSource
		}
		return sqlstore.MySQL, bounded(sql.OpenDB(connector), 20), nil
	case noFile.MatchString(source):
		return 0, nil, errSource
	}
	db, err := openFile(source)
	return sqlstore.SQLite, db, err
}

// openFile opens or creates a SQLite file, readable for its owner alone.
func openFile(path string) (*sql.DB, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := file.Close(); err != nil {
		return nil, err
	}
	settings := url.Values{
		"_pragma": {"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(FULL)", "mmap_size(268435456)"}, // pages of all users are read in place
		"_txlock": {"immediate"},
	}
	source := url.URL{Scheme: "file", Path: "/" + strings.TrimPrefix(filepath.ToSlash(path), "/"), RawQuery: settings.Encode()}
	db, err := sql.Open("sqlite", source.String())
	if err != nil {
		return nil, err
	}
	return bounded(db, 8), nil
}

// bounded keeps connections, since each prepares its statements anew.
func bounded(db *sql.DB, connections int) *sql.DB {
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	return db
}

// A querier is a database or a transaction.
type querier interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// sql returns a statement with the placeholders of the database. It is written with question marks.
func (h *Host) sql(statement string) string {
	if h.dialect != sqlstore.Postgres {
		return statement
	}
	var out strings.Builder
	n := 0
	for part := range strings.SplitSeq(statement, "?") {
		if n > 0 {
			out.WriteString("$" + strconv.Itoa(n))
		}
		out.WriteString(part)
		n++
	}
	return out.String()
}

func (h *Host) exec(ctx context.Context, q querier, statement string, args ...any) (int64, error) {
	result, err := q.ExecContext(ctx, h.sql(statement), args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// write executes one statement in a transaction of its own. On SQLite the writers of the Store take turns: a write beside
// them could wait behind a long import until the database gives up.
func (h *Host) write(ctx context.Context, statement string, args ...any) (n int64, err error) {
	err = h.Store.InTx(ctx, func(tx *sql.Tx, _ store.Bound) (err error) {
		n, err = h.exec(ctx, tx, statement, args...)
		return err
	})
	return n, err
}

// rows calls scan for each row of a query.
func (h *Host) rows(ctx context.Context, q querier, scan func(*sql.Rows) error, statement string, args ...any) error {
	rows, err := q.QueryContext(ctx, h.sql(statement), args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// makeTables makes the host's own tables. Instants are microseconds, so that every database keeps them alike.
func (h *Host) makeTables(ctx context.Context) error {
	types := map[sqlstore.Dialect][]string{
		sqlstore.SQLite:   {"{text}", "TEXT", "{bytes}", "BLOB", "{id}", "TEXT"},
		sqlstore.Postgres: {"{text}", "TEXT", "{bytes}", "BYTEA", "{id}", `TEXT COLLATE "C"`},
		sqlstore.MySQL:    {"{text}", "LONGTEXT", "{bytes}", "LONGBLOB", "{id}", "VARBINARY(255)"},
	}
	names := strings.NewReplacer(types[h.dialect]...)
	for _, table := range tables {
		if _, err := h.DB.ExecContext(ctx, "CREATE TABLE IF NOT EXISTS "+names.Replace(table)); err != nil {
			return fmt.Errorf("the host's tables: %w", err)
		}
	}
	return nil
}

func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func instant(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.UnixMicro(n).UTC()
}
