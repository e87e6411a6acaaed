package main

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	_ "github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite"

	"github.com/seatkeeper/seatkeeper/sqlstore"
	"github.com/seatkeeper/seatkeeper/sqlstore/sqltest/proxy"
	"github.com/seatkeeper/seatkeeper/sqlstore/sqltest/servers"
)

// An engine is a database and how it is opened. Everything is measured on the same one.
type engine struct {
	name    string
	title   string // in tables
	release string // a query for the version
	dialect sqlstore.Dialect
	driver  string
	kind    servers.Kind // empty: a file
	more    string       // at the end of a source
	// log is a query for the position in the log, in bytes; empty: a file beside the database, or unknown.
	log   string
	lacks []string // ways that need what the engine has not
	// What hand-written SQL needs: the types of an ID and of a number that the database
	// counts, and the numbers from 1 to :n as n.
	id, serial, numbers string
	analyze             string // before the name of a table
}

var engines = []engine{
	{
		name: "sqlite", title: "SQLite", release: "SELECT sqlite_version()", dialect: sqlstore.SQLite, driver: "sqlite",
		more: "?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=busy_timeout(10000)&_txlock=immediate",
		id:   "text", serial: "integer PRIMARY KEY",
		numbers: counting,
		analyze: "ANALYZE ", lacks: []string{slotsWay}, // SKIP LOCKED
	},
	{
		name: "postgres", title: "PostgreSQL", release: "SHOW server_version", dialect: sqlstore.Postgres, driver: "pgx", kind: servers.KindPostgres,
		log: "SELECT (pg_current_wal_insert_lsn() - '0/0')::bigint",
		id:  "text", serial: "bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
		numbers: "generate_series(1, %d) AS g(n)", analyze: "ANALYZE ",
	},
	onMySQL("mariadb", "MariaDB", servers.KindMariaDB),
	onMySQL("galera", "Galera", servers.KindGalera),
	onTiDB(),
	{name: "memory", title: "memory"},
}

// counting makes the numbers up to one.
const counting = "(WITH RECURSIVE g(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM g WHERE n < %d) SELECT n FROM g) AS g"

// onTiDB is MySQL without MariaDB's compound statements and sequences, and without SKIP LOCKED.
func onTiDB() engine {
	e := onMySQL("tidb", "TiDB", "")
	e.more += "&cte_max_recursion_depth=4294967295"
	e.log, e.numbers, e.lacks = "", counting, []string{sameWay, slotsWay, bestWay}
	return e
}

func onMySQL(name, title string, kind servers.Kind) engine {
	return engine{
		name: name, title: title, release: "SELECT version()", dialect: sqlstore.MySQL, driver: "mysql", kind: kind, more: "?interpolateParams=true",
		log: "SELECT variable_value FROM information_schema.global_status WHERE variable_name = 'Innodb_lsn_current'",
		id:  "varchar(64)", serial: "bigint AUTO_INCREMENT PRIMARY KEY",
		numbers: "(SELECT seq AS n FROM seq_1_to_%d) AS g", analyze: "ANALYZE TABLE ",
	}
}

// A bench is what the servers need of a test. Servers and folders end with this process,
// however it ends.
type bench struct{ testing.TB }

func (bench) Helper()          {}
func (bench) Cleanup(func())   {}
func (bench) Skip(why ...any)  { log.Fatal(why...) }
func (bench) Fatal(why ...any) { log.Fatal(why...) }

func init() {
	servers.OnDisk()
	_ = mysql.SetLogger(log.New(io.Discard, "", 0)) // it tells of each connection that was closed
}

// A site is a database of a work's own.
type site struct {
	engine
	sources   []string // of a node each
	addresses []string // of the same
	file      string
	db        *sql.DB // what the clients of this process share
	same      []write // by an invitation of seatkeeper
	opened    int64   // how often those who write it were opened
}

// nodes returns the servers that run the engine. A process has one server of a kind.
func (e engine) nodes() []*servers.Server {
	switch e.kind {
	case servers.KindPostgres:
		return []*servers.Server{servers.Postgres(bench{})}
	case servers.KindMariaDB:
		return []*servers.Server{servers.MariaDB(bench{})}
	case servers.KindGalera:
		return servers.Galera(bench{})
	}
	return nil
}

// open makes an empty database. Without a server of ours, tidb is a source that ends with "/".
func (e engine) open(ctx context.Context, tidb string, connections int) (*site, error) {
	s := &site{engine: e}
	switch nodes := e.nodes(); {
	case nodes != nil:
		nodes[0].Database(bench{}, "speed")
		for _, n := range nodes {
			s.addresses = append(s.addresses, n.Address())
			s.sources = append(s.sources, n.DSN("speed")+e.more)
			if err := e.widen(ctx, s.sources[len(s.sources)-1]); err != nil {
				return nil, err
			}
		}
	case e.dialect == sqlstore.MySQL:
		if tidb == "" {
			return nil, fmt.Errorf("there is no TiDB: give its source with -tidb")
		}
		config, err := mysql.ParseDSN(tidb)
		if err != nil {
			return nil, err
		}
		s.addresses, s.sources = []string{config.Addr}, []string{tidb + "speed" + e.more}
		if err := again(ctx, tidb, "speed"); err != nil {
			return nil, err
		}
	default:
		s.file = filepath.Join(servers.Folder(bench{}), "speed")
		s.sources = []string{"file:" + s.file + e.more}
	}
	var err error
	s.db, err = s.connect(s.sources[0], connections)
	return s, err
}

// widen gives MariaDB memory for the tables of all ways. Beyond the 128 MB of its default it would wait for
// pages: it reads them past the cache of the machine, which serves PostgreSQL and SQLite.
func (e engine) widen(ctx context.Context, source string) error {
	if e.dialect != sqlstore.MySQL {
		return nil
	}
	db, err := e.connect(source, 1)
	if err != nil {
		return err
	}
	defer db.Close()
	_, err = db.ExecContext(ctx, "SET GLOBAL innodb_buffer_pool_size = 1 << 30")
	return err
}

// again makes a database anew on a server that is not ours.
func again(ctx context.Context, source, name string) error {
	db, err := sql.Open("mysql", source)
	if err != nil {
		return err
	}
	defer db.Close()
	for _, text := range []string{"DROP DATABASE IF EXISTS " + name, "CREATE DATABASE " + name} {
		if _, err := db.ExecContext(ctx, text); err != nil {
			return err
		}
	}
	return nil
}

func (e engine) connect(source string, connections int) (*sql.DB, error) {
	db, err := sql.Open(e.driver, source)
	if err == nil {
		db.SetMaxOpenConns(connections)
		db.SetMaxIdleConns(connections)
	}
	return db, err
}

// close removes what the site leaves.
func (s *site) close() error {
	err := s.db.Close()
	if s.file != "" {
		_ = os.RemoveAll(filepath.Dir(s.file))
	}
	return err
}

func (e engine) isFile() bool { return e.dialect == sqlstore.SQLite }

// slow puts a proxy between the clients and each server, so that round trips take longer.
func (s *site) slow(latency time.Duration) error {
	if latency == 0 || s.isFile() {
		return nil
	}
	for i, address := range s.addresses {
		p, err := proxy.New(address)
		if err != nil {
			return err
		}
		p.Delay(latency)
		s.sources[i] = strings.Replace(s.sources[i], address, p.Address(), 1)
		s.addresses[i] = p.Address()
	}
	db, err := s.connect(s.sources[0], s.db.Stats().MaxOpenConnections)
	if err == nil {
		_ = s.db.Close()
		s.db = db
	}
	return err
}

// text makes the statement of a template: {p} is a prefix, {id} and {serial} are types, and
// {numbers N} is N rows.
func (e engine) text(prefix, template string) string {
	text := strings.NewReplacer("{p}", prefix, "{id}", e.id, "{serial}", e.serial).Replace(template)
	if before, rest, ok := strings.Cut(text, "{numbers "); ok {
		number, after, _ := strings.Cut(rest, "}")
		var n int
		_, _ = fmt.Sscan(number, &n)
		text = before + fmt.Sprintf(e.numbers, n) + after
	}
	return text
}

func (s *site) exec(ctx context.Context, texts ...string) error {
	for _, text := range texts {
		if _, err := s.db.ExecContext(ctx, text); err != nil {
			return fmt.Errorf("%s: %w", text, err)
		}
	}
	return nil
}

// number is the answer of a query for one number.
func (s *site) number(ctx context.Context, text string) (n int64, err error) {
	if err = s.db.QueryRowContext(ctx, text).Scan(&n); err != nil {
		err = fmt.Errorf("%s: %w", text, err)
	}
	return n, err
}

// logged is how many bytes of log the calls write.
func (s *site) logged(ctx context.Context, calls func() error) (int64, error) {
	if s.file != "" {
		if err := s.exec(ctx, "PRAGMA wal_checkpoint(TRUNCATE)"); err != nil {
			return 0, err
		}
		if err := calls(); err != nil {
			return 0, err
		}
		stat, err := os.Stat(s.file + "-wal")
		if err != nil {
			return 0, err
		}
		return stat.Size(), nil
	}
	if s.log == "" {
		return 0, calls()
	}
	before, err := s.number(ctx, s.log)
	if err != nil {
		return 0, err
	}
	if err := calls(); err != nil {
		return 0, err
	}
	after, err := s.number(ctx, s.log)
	return after - before, err
}
