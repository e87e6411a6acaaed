// Command speed measures seatkeeper beside what is written by hand in its place, on the same
// database, in one run and in turns.
//
//	go run ./sqlstore/sqltest/speed                                    # everything, in about an hour
//	go run ./sqlstore/sqltest/speed -works one -db postgres -rounds 3 -for 2s
//	go run ./sqlstore/sqltest/speed -works 'one|busy' -ways 'floor|peer|seatkeeper' -db sqlite,postgres,mariadb
//	go run ./sqlstore/sqltest/speed -db postgres -latency 1ms -json figures.json
//
// The ways to invite a person are
//
//	floor       one unchecked INSERT into a table with nothing but a primary key
//	same        the rows and indexes that seatkeeper writes, in one round trip, unchecked
//	naive       count the active users, compare, insert
//	peer        BEGIN; UPDATE accounts SET used = used + 1 WHERE id = ? AND used < total; INSERT; INSERT; COMMIT
//	slots       a row for each seat, found by SKIP LOCKED
//	best        the rows of the peer, in one statement a commit, for all callers that wait
//	seatkeeper  the Keeper
//
// Figures are medians of the rounds, relative to the floor of the same round; ops/s stand
// beside and are this machine's. A row with any error has no figures. After each work users,
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
	rounds  int
	lasts   time.Duration // a round of one way
	clients int           // in company
	users   int
	latency time.Duration
	tidb    string
	ways    *regexp.Regexp
}

func main() {
	log.SetFlags(0)
	r := runner{}
	flag.IntVar(&r.rounds, "rounds", 5, "how often each way has its turn")
	flag.DurationVar(&r.lasts, "for", 2*time.Second, "how long a turn lasts")
	flag.IntVar(&r.clients, "clients", 64, "how many clients there are in company")
	flag.IntVar(&r.users, "users", 10_000, "how many users a large account has; with 1000000 it takes minutes to make them")
	flag.DurationVar(&r.latency, "latency", 0, "what the network adds to a round trip")
	flag.StringVar(&r.tidb, "tidb", "", `the source of a TiDB that runs, such as "root@tcp(127.0.0.1:4000)/"`)
	dbs := flag.String("db", "sqlite,postgres,mariadb", "of sqlite, postgres, mariadb, galera, tidb, memory")
	names := flag.String("works", ".", "a regular expression for what is measured: "+strings.Join(namesOf(works), ", "))
	ways := flag.String("ways", ".", "a regular expression for the ways beside the floor")
	file := flag.String("json", "", "a file for the figures")
	flag.Parse()
	chosen, err := regexp.Compile("^(?:" + *names + ")")
	if err != nil {
		log.Fatalf("-works: %v", err)
	}
	if r.ways, err = regexp.Compile("^(?:" + *ways + "|floor)"); err != nil {
		log.Fatalf("-ways: %v", err)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	rows, err := r.all(ctx, chosen, strings.Split(*dbs, ","))
	if err != nil {
		log.Fatal(err)
	}
	summary(os.Stdout, rows)
	if *file != "" {
		if err := save(*file, rows); err != nil {
			log.Fatal(err)
		}
	}
	if slices.ContainsFunc(rows, func(r row) bool { return r.Error != "" }) {
		os.Exit(1)
	}
}

func namesOf(works []work) (names []string) {
	for _, w := range works {
		names = append(names, w.name)
	}
	return names
}

// all does the chosen works on the engines.
func (r *runner) all(ctx context.Context, chosen *regexp.Regexp, dbs []string) (rows []row, err error) {
	for _, db := range dbs {
		i := slices.IndexFunc(engines, func(e engine) bool { return e.name == db })
		if i < 0 {
			return nil, fmt.Errorf("-db %s: there is no such engine", db)
		}
		for _, w := range works {
			if !chosen.MatchString(w.name) || !slices.Contains(w.on, db) || ctx.Err() != nil {
				continue
			}
			row, err := w.run(ctx, r, engines[i])
			row.Work, row.DB = w.title, db
			if err != nil {
				row.Error = cmp.Or(err.Error(), "failed")
			}
			row.judge(targetOf(w.name, db))
			row.print(os.Stdout)
			rows = append(rows, row)
		}
	}
	return rows, ctx.Err()
}
