package main

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"strings"
	"time"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/seats"
)

// A stage is what is there when the clients begin.
type stage struct {
	Accounts, Users    int // users of each account
	Clients, Processes int // clients in all
	Slots              int // free ones, where each has a row
	Total              int // seats of an account; 0: enough
	Pool               int // connections to a server, of all processes together
	Latency            time.Duration
}

func (st stage) total() seats.Count { return seats.Of(int64(cmp.Or(st.Total, enough))) }

// An invite invites a person to an account.
type invite func(ctx context.Context, account string, p person) error

// A way is one of the ways to invite a person. Each has tables of its own, by their prefix.
type way struct {
	name string
	// prepare makes tables, accounts and users.
	prepare func(ctx context.Context, s *site, prefix string, st stage) error
	// open returns what the clients of a process call at once.
	open func(ctx context.Context, s *site, db *sql.DB, prefix string, st stage) (invite, error)
	// check compares what is there with so many acknowledged calls.
	check func(ctx context.Context, s *site, prefix string, st stage, acknowledged int64) error
	// pooled: on SQLite it has more than one connection.
	pooled bool
}

// prefix begins the names of the way's tables.
func (w way) prefix() string { return strings.ReplaceAll(w.name, "-", "_") + "_" }

// connections is how many the way has for the clients of a process.
func (w way) connections(e engine, st stage) int {
	if e.isFile() {
		if w.pooled {
			return readers
		}
		return 1 // many that wait for each other are slower
	}
	return max(1, min(st.Clients, st.Pool/max(1, st.Processes)))
}

// The names of the ways.
const (
	floorWay = "floor"
	sameWay  = "same"
	naiveWay = "naive"
	peerWay  = "peer"
	slotsWay = "slots"
	bestWay  = "best"
	oursWay  = "seatkeeper"
)

// A lessWay is the Keeper with a mechanism turned off.
type lessWay struct {
	name    string
	head    string // of its column
	options seatkeeper.Options
}

// lessWays are in the order of their columns, see summaryOfLess.
var lessWays = []lessWay{
	{oursWay + "-accounts", "accounts apart", seatkeeper.Options{Sharing: seatkeeper.ShareAccount}},
	{oursWay + "-alone", "calls apart", seatkeeper.Options{Sharing: seatkeeper.ShareNothing}},
	{oursWay + "-forgets", "forgetful", seatkeeper.Options{Remember: -1}},
}

func keeperWay(name string, o seatkeeper.Options) way {
	return way{name: name, prepare: prepareOurs, open: openOurs(o), check: checkOurs, pooled: true}
}

func (h byHand) way(name string) way {
	return way{name: name, prepare: h.prepare, open: h.open, check: h.check}
}

// waysOn returns the ways to invite on the engine.
func waysOn(e engine) []way {
	combined := best.way(bestWay)
	combined.open = openBest
	all := []way{
		floor.way(floorWay),
		{name: sameWay, prepare: prepareSame, open: openSame, check: checkSame},
		naive.way(naiveWay),
		peer.way(peerWay),
		slots(e).way(slotsWay),
		combined,
		keeperWay(oursWay, seatkeeper.Options{}),
	}
	for _, less := range lessWays {
		all = append(all, keeperWay(less.name, less.options))
	}
	return slices.DeleteFunc(all, func(w way) bool { return slices.Contains(e.lacks, w.name) })
}

// ways returns the ways on the engine by name.
func ways(e engine) map[string]way {
	all := map[string]way{}
	for _, w := range waysOn(e) {
		all[w.name] = w
	}
	return all
}
