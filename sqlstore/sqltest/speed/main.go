// Command speed measures seatkeeper beside what is written by hand in its place, on the same
// database, in one run and in turns.
//
//	go run ./sqlstore/sqltest/speed                                    # everything, in about an hour
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
// Figures are medians of the rounds, relative to the floor of the same round; ops/s stand
// beside and are this machine's. A row with any error has no figures. After each work users,
// events and counters are compared with the acknowledged calls, and every account is audited.
//
// The servers are private, with their data in TMPDIR: let that be a disk, and the machine
// otherwise idle.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"regexp"
	"slices"
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
	flag.IntVar(&r.users, "users", 10_000, "how many users a large account has; with 1000000 it takes minutes to make them")
	flag.IntVar(&r.pool, "pool", 20, "how many connections there are at most, to a server")
	flag.IntVar(&r.people, "people", 100_000, "how many people an import has")
	flag.IntVar(&r.processes, "processes", 3, "in how many processes the clients are, where there are many")
	flag.DurationVar(&r.latency, "latency", 0, "what the network adds to a round trip")
	flag.StringVar(&r.tidb, "tidb", "", `the source of a TiDB that runs, such as "root@tcp(127.0.0.1:4000)/"`)
	dbs := flag.String("db", "sqlite,postgres,mariadb", "of sqlite, postgres, mariadb, galera, tidb, memory")
	sell := flag.Bool("sell", false, "sell the seats of an account to clients in several processes, and look whether each was sold exactly once")
	upload := flag.Bool("upload", false, "read, preview and upload a file of people, beside encoding/csv")
	nightly := flag.Bool("sync", false, "run a roster with 1 per cent of changes, beside SQL over a table and upserts; on postgres and sqlite")
	flag.IntVar(&r.seats, "seats", 100_000, "how many seats -sell sells")
	names := flag.String("works", ".", "a regular expression for what is measured: "+strings.Join(namesOf(works), ", "))
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
	if *sell || *upload || *nightly {
		for _, name := range strings.Split(*dbs, ",") {
			e, err := engineOf(name)
			if err == nil && *sell {
				err = r.sell(ctx, e)
			}
			if err == nil && *upload {
				err = r.upload(ctx, e)
			}
			if err == nil && *nightly {
				err = r.sync(ctx, e)
			}
			if err != nil {
				log.Fatalf("%s: %v", name, err)
			}
		}
		return
	}
	var rows []row
	if *from != "" {
		rows, err = load(strings.Split(*from, ","))
	} else {
		rows, err = r.all(ctx, chosen, strings.Split(*dbs, ","))
	}
	if err != nil {
		log.Fatal(err)
	}
	if len(rows) == 0 {
		log.Fatalf("-works %s, -db %s: nothing is measured", *names, *dbs)
	}
	summary(os.Stdout, rows)
	summaryOfLess(os.Stdout, rows)
	if *file != "" {
		if err := save(*file, rows); err != nil {
			log.Fatal(err)
		}
	}
	if *folder != "" {
		if err := charts(*folder, rows); err != nil {
			log.Fatal(err)
		}
	}
	if slices.ContainsFunc(rows, func(r row) bool { return r.Error != "" }) {
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

func namesOf(works []work) (names []string) {
	for _, w := range works {
		names = append(names, w.name)
	}
	return names
}

func engineOf(name string) (engine, error) {
	if i := slices.IndexFunc(engines, func(e engine) bool { return e.name == name }); i >= 0 {
		return engines[i], nil
	}
	return engine{}, fmt.Errorf("-db %s: there is no such engine", name)
}

// all does the chosen works on the engines.
func (r *runner) all(ctx context.Context, chosen *regexp.Regexp, dbs []string) (rows []row, err error) {
	for _, db := range dbs {
		e, err := engineOf(db)
		if err != nil {
			return nil, err
		}
		for _, w := range works {
			if !chosen.MatchString(w.name) || !slices.Contains(w.on, db) || ctx.Err() != nil {
				continue
			}
			made, err := w.run(ctx, r, e)
			if err != nil && len(made) == 0 {
				made = []row{{Key: w.name}}
			}
			for _, row := range made {
				if row.DB = db; err != nil {
					row.Error = err.Error()
				}
				row.judge()
				row.print(r.out)
				rows = append(rows, row)
			}
		}
	}
	return rows, ctx.Err()
}
