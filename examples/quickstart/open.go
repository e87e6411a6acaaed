package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite"

	"github.com/seatkeeper/seatkeeper/memstore"
	"github.com/seatkeeper/seatkeeper/sqlstore"
	"github.com/seatkeeper/seatkeeper/store"
)

// prefix begins the names of the quickstart's tables.
const prefix = "seatkeeper_quickstart_"

// tables are the library's tables.
var tables = []string{"migrations", "accounts", "pools", "users", "licences", "events", "progress", "seen", "misses"}

// defaultFile returns a file per operating system user, since users share the folder.
func defaultFile() string {
	name := "seatkeeper-quickstart.db"
	if id := os.Getuid(); id >= 0 {
		name = fmt.Sprintf("seatkeeper-quickstart-%d.db", id)
	}
	return filepath.Join(os.TempDir(), name)
}

// A place is an open store.
type place struct {
	name  string
	store store.Store
	close func() error
}

// open opens the place of -db, emptied with fresh. Errors leave passwords out.
func open(ctx context.Context, where string, fresh bool) (place, error) {
	if where == "memory" {
		return place{"memory, until the program ends", memstore.New(), func() error { return nil }}, nil
	}
	name, dialect, db, err := connect(where)
	if err != nil {
		return place{}, fmt.Errorf("-db: %w", err)
	}
	s, err := prepare(ctx, db, dialect, fresh)
	if err != nil {
		_ = db.Close()
		return place{}, fmt.Errorf("-db: %s can't be used: %w", name, innermost(err))
	}
	return place{name, s, db.Close}, nil
}

var (
	address = regexp.MustCompile(`^\w+://`)
	dsn     = regexp.MustCompile(`@(tcp|unix)?[(/]`)
	noFile  = regexp.MustCompile(`^$|^:|^\w{2,}:|\b(host|user|password|dbname)\s*=`) // a mistyped DSN, perhaps with a password

	errForm = errors.New("give memory, a file, postgres://user:password@host/database, or user:password@tcp(host:port)/database")
)

// connect opens a database of the kind in the form of where.
func connect(where string) (name string, d sqlstore.Dialect, db *sql.DB, err error) {
	switch {
	case strings.HasPrefix(where, "postgres://") || strings.HasPrefix(where, "postgresql://"):
		db, err = openPostgres(where)
		return "PostgreSQL", sqlstore.Postgres, db, err
	case address.MatchString(where):
		return "", 0, nil, errForm
	case dsn.MatchString(where):
		db, err = openMySQL(where)
		return "MariaDB or MySQL", sqlstore.MySQL, db, err
	case noFile.MatchString(where):
		return "", 0, nil, errForm
	}
	db, err = openFile(where)
	return "the SQLite file " + where, sqlstore.SQLite, db, err
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
	settings := url.Values{"_pragma": {"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(FULL)"}}
	source := url.URL{Scheme: "file", Path: "/" + strings.TrimPrefix(filepath.ToSlash(path), "/"), RawQuery: settings.Encode()}
	return sql.Open("sqlite", source.String())
}

// openPostgres and openMySQL drop the errors of the drivers, since these can quote a password.

func openPostgres(where string) (*sql.DB, error) {
	config, err := pgx.ParseConfig(where)
	_, rest, _ := strings.Cut(where, "://")
	if at := strings.LastIndex(rest, "@"); err != nil || strings.ContainsAny(rest[:max(at, 0)], "/?#") {
		return nil, errors.New("this postgres:// URL can't be read; in a password / is written %2F, ? is %3F and # is %23")
	}
	return stdlib.OpenDB(*config), nil
}

func openMySQL(where string) (*sql.DB, error) {
	config, err := mysql.ParseDSN(where)
	if err != nil || config.DBName == "" {
		return nil, errors.New("this DSN of MariaDB or MySQL can't be read; it has the form user:password@tcp(host:port)/database")
	}
	connector, err := mysql.NewConnector(config)
	if err != nil {
		return nil, err
	}
	return sql.OpenDB(connector), nil
}

// prepare creates the tables, with fresh after dropping existing ones.
func prepare(ctx context.Context, db *sql.DB, d sqlstore.Dialect, fresh bool) (*sqlstore.Store, error) {
	s, err := sqlstore.New(db, d, sqlstore.Options{Prefix: prefix})
	if err != nil {
		return nil, err
	}
	pingCtx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	// Of processes that open a new SQLite file at the same time, one turns to WAL; the busy timeout
	// does not count for the others.
	for err = db.PingContext(pingCtx); err != nil && sqlstore.Classify(err) == sqlstore.Again; err = db.PingContext(pingCtx) {
		time.Sleep(10 * time.Millisecond)
	}
	if err != nil {
		return nil, err
	}
	if fresh {
		if err := drop(ctx, db); err != nil {
			return nil, err
		}
	}
	return s, s.Migrate(ctx)
}

// drop drops the quickstart's tables.
func drop(ctx context.Context, db *sql.DB) error {
	for _, table := range tables {
		if _, err := db.ExecContext(ctx, "DROP TABLE IF EXISTS "+prefix+table); err != nil {
			return err
		}
	}
	return nil
}

// innermost returns the error of the engine or the system, of several attempts the last.
func innermost(err error) error {
	for {
		var next error
		switch wraps := err.(type) {
		case interface{ Unwrap() error }:
			next = wraps.Unwrap()
		case interface{ Unwrap() []error }:
			all := wraps.Unwrap()
			next = all[len(all)-1]
		}
		if next == nil {
			return err
		}
		err = next
	}
}
