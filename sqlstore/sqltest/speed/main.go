// Command speed measures seatkeeper beside what is written by hand in its place, on the same
// database, in one run and in turns.
//
//	go run ./sqlstore/sqltest/speed                                    # all works on three databases, in about an hour
//	go run ./sqlstore/sqltest/speed -works one -db postgres -rounds 3 -for 2s
//	go run ./sqlstore/sqltest/speed -works 'one|busy' -ways 'floor|peer|seatkeeper' -db sqlite,postgres,mariadb
//	go run ./sqlstore/sqltest/speed -db postgres -latency 1ms -json figures.json -svg charts
//	go run ./sqlstore/sqltest/speed -works 'one|busy|accounts' -ways 'seatkeeper.*' -db sqlite,postgres,mariadb
//	go run ./sqlstore/sqltest/speed -sell -db postgres,mariadb,galera
//	go run ./sqlstore/sqltest/speed -upload -people 1000000 -db postgres
//	go run ./sqlstore/sqltest/speed -sync -db postgres,sqlite
//
// The ways to invite a person are
//
//	floor       one unchecked INSERT into a table with nothing but a primary key
//	same        the rows and indexes that seatkeeper writes, unchecked, in one statement a commit, for all callers that wait
//	naive       count the active users, compare, insert
//	peer        BEGIN; UPDATE accounts SET used = used + 1 WHERE id = ? AND used < total; INSERT; INSERT; COMMIT
//	slots       a row for each seat, found by SKIP LOCKED
//	best        the rows of the peer, in one statement a commit, for all callers that wait
//	seatkeeper  the Keeper
//
// and, if -ways names them, the Keeper with a mechanism turned off:
//
//	seatkeeper-accounts  accounts share no commits
//	seatkeeper-alone     calls share no commits
//	seatkeeper-forgets   no snapshot is remembered
//
// Figures are medians of the rounds, relative to the floor of the same round; ops/s and
// milliseconds stand beside and are this machine's. In rows of times less is better, and floor and
// peer are of the same work:
//
//	imports       the floor writes the same rows by COPY or INSERTs of many rows; the peer is its transaction for each person
//	dated leaves  the floor is an UPDATE by key for each person
//	reads         the floor reads one row by its key; the peer counts by GROUP BY, and pages by OFFSET
//
// Log bytes are relative to the peer's, allocations are a number, and in memory the peer is a map, an
// index and a list of events behind a mutex, and one goroutine for many. What a row must and aims at is set
// for the default sizes, and for reads of 1,000,000 users; in other runs these columns are empty. Reached counts
// the bounds of p99 and of the slowest process too. A row with any error has no figures. After each work users,
// events and counters are compared with the acknowledged calls, and every account is audited.
//
// The servers are private, with their data in TMPDIR: let that be a disk, and the machine
// otherwise idle.
package main

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A runner has the settings of a run.
type runner struct {
	rounds    int
	lasts     time.Duration // a round of one way
	clients   int           // in company
	processes int
	accounts  int // where there are many
	users     int // of a large account
	people    int // of an import
	seats     int // to sell
	pool      int // connections
	latency   time.Duration
	tidb      string
	ways      *regexp.Regexp
	engines   map[string]string // versions by name, of those that were measured
	out       io.Writer
}

func main() {
	log.SetFlags(0)
	if text := os.Getenv(orderVariable); text != "" {
		if err := serve(text); err != nil {
			log.Fatal(err)
		}
		return
	}
	r := runner{out: os.Stdout}
	flag.IntVar(&r.rounds, "rounds", 5, "how often each way has its turn")
	flag.DurationVar(&r.lasts, "for", 2*time.Second, "how long a turn lasts")
	flag.IntVar(&r.clients, "clients", 64, "how many clients there are in company")
	flag.IntVar(&r.accounts, "accounts", 1000, "how many accounts there are, where there are many")
	flag.IntVar(&r.users, "users", 10_000, "how many users a large account has; what reads must is set for 1000000, which take minutes to make")
	flag.IntVar(&r.pool, "pool", 20, "how many connections there are at most, to a server")
	flag.IntVar(&r.people, "people", 100_000, "how many people an import, -upload and -sync have")
	flag.IntVar(&r.processes, "processes", 3, "in how many processes the clients are, where there are many")
	flag.DurationVar(&r.latency, "latency", 0, "what the network adds to a round trip")
	flag.StringVar(&r.tidb, "tidb", "", `the source of a TiDB that runs, such as "root@tcp(127.0.0.1:4000)/"`)
	dbs := flag.String("db", "sqlite,postgres,mariadb", "of "+strings.Join(everywhere, ", ")+", memory; with commas")
	var modes []mode
	for _, m := range []mode{
		{"sell", everywhere, (*runner).sell, "sell -seats seats of an account to -clients clients in -processes processes at once, and look whether each was sold exactly once"},
		{"upload", everywhere, (*runner).upload, "write a file of -people people, read it by encoding/csv alone and with all checks, preview and upload it; print time and memory of each"},
		{"sync", []string{"sqlite", "postgres"}, (*runner).sync, "in each of -rounds nights, carry out a file of -people people with 1 per cent of changes, beside SQL over a table and upserts; print time and memory of each"},
	} {
		flag.BoolFunc(m.name, "instead of the works: "+m.what+"; "+onEngines(m.on), func(text string) error {
			on, err := strconv.ParseBool(text)
			if on {
				modes = append(modes, m)
			}
			return err
		})
	}
	flag.IntVar(&r.seats, "seats", 100_000, "how many seats -sell sells")
	names := flag.String("works", ".", worksUsage())
	ways := flag.String("ways", `[a-z]+`, "a regular expression for the whole names of the ways beside the floor")
	file := flag.String("json", "", "a file for the figures")
	from := flag.String("from", "", "files of earlier figures, with commas, instead of measuring")
	folder := flag.String("svg", "", "a folder for charts")
	flag.Parse()
	if err := r.check(); err != nil {
		log.Fatal(err)
	}
	chosen, err := regexp.Compile("^(?:" + *names + ")")
	if err != nil {
		log.Fatalf("-works: %v", err)
	}
	if r.ways, err = regexp.Compile("^(?:" + *ways + "|floor)$"); err != nil {
		log.Fatalf("-ways: %v", err)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	chosenDBs := strings.Split(*dbs, ",")
	if *from == "" {
		fmt.Fprintln(r.out, r.settings())
	}
	if len(modes) > 0 {
		if err := r.modes(ctx, modes, chosenDBs); err != nil {
			log.Fatal(err)
		}
		return
	}
	var f figures
	if *from != "" {
		f, err = load(strings.Split(*from, ","))
	} else {
		f.Rows, err = r.all(ctx, chosen, chosenDBs)
		f.Runs = []run{r.settings()}
	}
	if err != nil {
		log.Fatal(err)
	}
	if len(f.Rows) == 0 {
		log.Fatalf("-works %s, -db %s: nothing is measured; -h says which works there are, and on which databases", *names, *dbs)
	}
	f.summary(r.out)
	f.summaryOfLess(r.out)
	if *file != "" {
		if err := f.save(*file); err != nil {
			log.Fatal(err)
		}
	}
	if *folder != "" {
		if err := charts(*folder, f.Rows); err != nil {
			log.Fatal(err)
		}
	}
	if slices.ContainsFunc(f.Rows, func(r row) bool { return r.Error != "" }) {
		os.Exit(1)
	}
}

// check refuses settings without a meaning.
func (r *runner) check() error {
	if flag.NArg() > 0 {
		return fmt.Errorf("%q is no flag", flag.Arg(0))
	}
	for name, n := range map[string]int{
		"rounds": r.rounds, "for": int(r.lasts), "clients": r.clients, "accounts": r.accounts, "users": r.users, "pool": r.pool,
		"people": r.people, "processes": r.processes, "seats": r.seats,
	} {
		if n < 1 {
			return fmt.Errorf("-%s must be at least 1", name)
		}
	}
	return nil
}

// A mode is what the program does instead of the works.
type mode struct {
	name string
	on   []string
	do   func(r *runner, ctx context.Context, e engine) error
	what string
}

// modes does them on the engines.
func (r *runner) modes(ctx context.Context, modes []mode, dbs []string) error {
	for _, m := range modes {
		if i := slices.IndexFunc(dbs, func(db string) bool { return !slices.Contains(m.on, db) }); i >= 0 {
			return fmt.Errorf("-%s is not on %s, but %s: choose by -db", m.name, dbs[i], onEngines(m.on))
		}
		for _, db := range dbs {
			e, err := engineOf(db)
			if err == nil {
				err = m.do(r, ctx, e)
			}
			if err != nil {
				return fmt.Errorf("%s: %w", db, err)
			}
		}
	}
	return nil
}

func onEngines(names []string) string { return "on " + strings.Join(names, ", ") }

// worksUsage lists the works.
func worksUsage() string {
	text := "a regular expression for works, from the beginning of their names:"
	for _, w := range works {
		text += fmt.Sprintf("\n%-10s %s; %s", w.name, w.what, onEngines(w.on))
	}
	return text + "\n"
}

func engineOf(name string) (engine, error) {
	if i := slices.IndexFunc(engines, func(e engine) bool { return e.name == name }); i >= 0 {
		return engines[i], nil
	}
	return engine{}, fmt.Errorf("-db %s: there is no such engine", name)
}

// titleOfDB is the name of an engine in tables.
func titleOfDB(name string) string {
	e, _ := engineOf(name)
	return cmp.Or(e.title, name)
}

// all does the chosen works on the engines.
func (r *runner) all(ctx context.Context, chosen *regexp.Regexp, dbs []string) (rows []row, err error) {
	r.engines = map[string]string{}
	for _, db := range dbs {
		e, err := engineOf(db)
		if err != nil {
			return nil, err
		}
		for _, w := range works {
			if !chosen.MatchString(w.name) || !slices.Contains(w.on, db) || ctx.Err() != nil {
				continue
			}
			if _, known := r.engines[e.title]; !known {
				r.engines[e.title] = r.version(ctx, e)
			}
			made, err := w.run(ctx, r, e)
			if err != nil && len(made) == 0 {
				made = []row{{Key: w.name}}
			}
			for _, row := range made {
				if row.DB = db; err != nil {
					row.Error = err.Error()
				}
				row.judge(r.sizes())
				row.print(r.out)
				rows = append(rows, row)
			}
		}
	}
	return rows, ctx.Err()
}
