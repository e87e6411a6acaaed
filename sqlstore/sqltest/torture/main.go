// Command torture asks for whatever can be asked, of 51 accounts on real databases, while
// everything that can go wrong does, and judges afterwards whether each answer was true.
//
//	go run ./sqlstore/sqltest/torture -for 10m -db postgres,galera
//	go run ./sqlstore/sqltest/torture -for 1m -db mariadb -with disk,locks
//
// Three client processes per engine draw commands of all kinds and write each answer to a
// journal. Meanwhile
//
//	clients  are killed and start again
//	servers  are killed and start again; nodes of Galera are also halted for a while
//	lines    between them are cut, all at once
//	disk     of a server, or of the file of SQLite, has no room for a while (root only)
//	locks    are held by transactions of a host
//	clocks   of the clients jump
//
// Then everything is healed, and a line is printed for each engine:
//
//	mariadb acknowledged=N unknown=N lost=0 doubled=0 oversold=0 drift=0
//
// Unknown are calls whose client was killed, and those whose answer was lost for good.
// Lost are acknowledged calls whose events are not there as they were told; doubled, calls
// that happened twice, or though their answer says that nothing was written; oversold,
// pools and events with more seats held than there are, where nothing allows that; drift,
// what Audit finds. The status is 1 where one of these four is not 0, or nothing was
// acknowledged, and else 2 where an engine has damaged its own files and can't be judged.
//
// The seed decides what is asked and what goes wrong; real processes decide what meets what.
package main

import (
	"context"
	"database/sql"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	_ "github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/internal/gen"
	"github.com/seatkeeper/seatkeeper/sqlstore"
	"github.com/seatkeeper/seatkeeper/sqlstore/sqltest/servers"
	"github.com/seatkeeper/seatkeeper/users"
)

const (
	processes = 3
	accounts  = 51
	diskSize  = 1536 << 20 // of a server; PostgreSQL's log alone may take 1 GiB
	fileDisk  = 256 << 20  // of SQLite
)

// An engine is a database and how the clients open it. They wait for no lock longer than a
// second.
type engine struct {
	dialect sqlstore.Dialect
	driver  string
	kind    servers.Kind // empty: it is a file
	more    string       // at the end of a source
}

const (
	onMySQL    = "?innodb_lock_wait_timeout=1&timeout=3s&readTimeout=10s&writeTimeout=10s"
	onPostgres = "&lock_timeout=1000&statement_timeout=10000&connect_timeout=3"
	inFile     = "?_pragma=journal_mode(WAL)&_pragma=busy_timeout(1000)"
)

var engines = map[string]engine{
	"sqlite":   {sqlstore.SQLite, "sqlite", "", inFile},
	"postgres": {sqlstore.Postgres, "pgx", servers.KindPostgres, onPostgres},
	"mariadb":  {sqlstore.MySQL, "mysql", servers.KindMariaDB, onMySQL},
	"galera":   {sqlstore.MySQL, "mysql", servers.KindGalera, onMySQL},
	// Where MariaDB takes no compound statement a commit is what it is on MySQL.
	"mysql": {sqlstore.MySQL, "mysql", servers.KindMariaDB, onMySQL + "&sql_mode=ORACLE"},
}

func main() {
	log.SetFlags(log.Ltime)
	lasts := flag.Duration("for", time.Minute, "how long each engine is tortured")
	seed := flag.Uint64("seed", rand.Uint64(), "what the draws begin with")
	db := flag.String("db", "sqlite,postgres,mariadb", "of sqlite, postgres, mariadb, mysql (its way to commit, on MariaDB) and galera")
	with := flag.String("with", strings.Join(allFaults, ","), "what goes wrong")
	order := flag.String("client", "", "be a client: for the program itself")
	flag.Parse()
	_ = mysql.SetLogger(log.New(io.Discard, "", 0)) // it tells of each line that was cut
	if *order != "" {
		client(*order)
		return
	}
	names, faults := strings.Split(*db, ","), strings.Split(*with, ",")
	for _, name := range names {
		if _, known := engines[name]; !known {
			log.Fatalf("-db %s: there is no such engine", name)
		}
	}
	for _, f := range faults {
		if !slices.Contains(allFaults, f) {
			log.Fatalf("-with %s: there is %s", f, strings.Join(allFaults, ", "))
		}
	}
	log.Printf("-seed %d", *seed)
	failed, damaged := false, false
	for _, name := range names {
		w := &world{engine: engines[name], name: name, seed: *seed, faults: faults, struck: map[string]int{}}
		v, err := w.torture(*lasts)
		if err != nil {
			log.Printf("%s: %v", name, err)
		}
		log.Printf("%s: what went wrong: %v", name, w.struck)
		fmt.Println(name, v)
		if errors.Is(err, errDamaged) {
			damaged = true
			continue
		}
		failed = failed || err != nil || !v.passes()
	}
	switch {
	case failed:
		os.Exit(1)
	case damaged:
		os.Exit(2)
	}
}

// A bench is what the servers need of a test. Servers, folders and disks end with this
// process, however it ends.
type bench struct{ testing.TB }

func (bench) Helper()          {}
func (bench) Cleanup(func())   {}
func (bench) Skip(why ...any)  { log.Fatal(why...) }
func (bench) Fatal(why ...any) { log.Fatal(why...) }

// torture tortures the engine and judges it.
func (w *world) torture(lasts time.Duration) (v verdict, err error) {
	defer w.end()
	w.order = order{Dialect: w.dialect, Driver: w.driver, Seed: w.seed, Clocks: w.has("clocks"), Folder: servers.Folder(bench{})}
	source := ""
	if w.kind == "" {
		w.disks = []string{w.order.Folder}
		if w.has("disk") {
			w.disks[0] = servers.SmallDisk(bench{}, fileDisk)
		}
		source = "file:" + filepath.Join(w.disks[0], "seats.db") + w.more
		w.order.Sources = []string{source}
	} else {
		disk := int64(0)
		if w.has("disk") {
			disk = diskSize
		}
		w.nodes = servers.Private(bench{}, w.kind, disk)
		source = w.nodes[0].Database(bench{}, "torture_"+w.name) + w.more
		for _, s := range w.nodes {
			w.disks = append(w.disks, s.Folder())
			w.order.Sources = append(w.order.Sources, w.through(s.Address(), s.DSN("torture_"+w.name)+w.more))
		}
	}
	var st *sqlstore.Store
	if w.db, st, err = openStore(w.dialect, w.driver, source); err != nil {
		return v, err
	}
	defer w.db.Close()
	if err := w.open(st); err != nil {
		return v, err
	}
	w.torment(lasts)
	w.heal()
	if err := w.sound(); err != nil {
		return v, err
	}
	told, err := readJournals(w.order.Folder)
	if err != nil {
		return v, err
	}
	return judge(st, told)
}

// errDamaged says that an engine has damaged its own files, so that there is nothing to judge.
var errDamaged = errors.New("the engine's own files are damaged")

// sound has MariaDB check its tables. Version 10.11.19, killed while its disk was full, has
// lost a row of a primary key that a secondary index still had.
func (w *world) sound() error {
	if w.dialect != sqlstore.MySQL {
		return nil
	}
	rows, err := w.db.Query("CHECK TABLE seats_accounts, seats_pools, seats_users, seats_events, seats_progress EXTENDED")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var table, op, kind, text string
		if err := rows.Scan(&table, &op, &kind, &text); err != nil {
			return err
		}
		if kind == "error" || strings.EqualFold(kind, "warning") {
			return fmt.Errorf("%w: %s: %s", errDamaged, table, text)
		}
	}
	return rows.Err()
}

func openStore(d sqlstore.Dialect, driver, source string) (*sql.DB, *sqlstore.Store, error) {
	db, err := sql.Open(driver, source)
	if err != nil {
		return nil, nil, err
	}
	db.SetMaxOpenConns(8)
	db.SetMaxIdleConns(8)
	st, err := sqlstore.New(db, d, sqlstore.Options{})
	return db, st, err
}

// open makes the tables and opens the accounts.
func (w *world) open(st *sqlstore.Store) error {
	if err := st.Migrate(context.Background()); err != nil {
		return err
	}
	k, err := seatkeeper.New(st, seatkeeper.Options{})
	r := rand.New(rand.NewPCG(w.seed, 0))
	for i := 0; err == nil && i < accounts; i++ {
		o := gen.FromRand(r, people(0)).Opening()
		o.Account = accountID(i)
		_, err = k.Open(context.Background(), o)
	}
	return err
}

func accountID(i int) users.AccountID { return users.AccountID(fmt.Sprintf("a%02d", i)) }
