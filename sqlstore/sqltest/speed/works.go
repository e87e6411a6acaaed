package main

import (
	"context"
	"slices"
)

// A work is something that is done in all ways.
type work struct {
	name string // for -works
	on   []string
	run  func(ctx context.Context, r *runner, e engine) ([]row, error)
}

var (
	servers3   = []string{"postgres", "mariadb", "galera", "tidb"}
	everywhere = append([]string{"sqlite"}, servers3...)
	allWays    = append([]string{floorWay, sameWay, naiveWay, peerWay, slotsWay, bestWay}, keeperWays()...)
	mainWays   = append([]string{floorWay, peerWay, bestWay}, keeperWays()...)
)

// keeperWays are the names of the Keeper's ways.
func keeperWays() []string {
	names := []string{oursWay}
	for _, less := range lessWays {
		names = append(names, less.name)
	}
	return names
}

// works make the rows of the tables in section 10 of the design, in their order.
var works = []work{
	{"one", everywhere, one},
	{"busy", everywhere, race("busy", stage{Accounts: 1, Clients: 64}, allWays)},
	{"accounts", everywhere, race("accounts", stage{Accounts: 1000, Users: 10, Clients: 64}, allWays)},
	{"processes", servers3, race("processes", stage{Accounts: 1, Clients: 64, Processes: 3}, mainWays)},
	{"import", everywhere, imports},
	{"due", everywhere, dues},
	{"reads", everywhere, reads},
	{"memory", []string{"memory"}, memory},
}

// race is a work whose result is the part of the floor.
func race(name string, st stage, names []string) func(context.Context, *runner, engine) ([]row, error) {
	return func(ctx context.Context, r *runner, e engine) ([]row, error) {
		st := st
		if st.Users == 0 {
			st.Users = r.users
		}
		if st.Clients > 1 {
			st.Clients = r.clients
		}
		if st.Accounts > 1 {
			st.Accounts = r.accounts
		}
		if st.Processes > 1 {
			st.Processes = r.processes
		}
		st.Pool, st.Latency = r.pool, r.latency
		st.Slots = 10_000 + int(float64(r.rounds)*r.lasts.Seconds()*slotsPerSecond)
		results, err := r.race(ctx, e, st, names)
		return []row{newRow(name, st.Clients, results)}, err
	}
}

// slotsPerSecond is more than are taken.
const slotsPerSecond = 10_000

// one is one client, whose single calls are looked at too.
func one(ctx context.Context, r *runner, e engine) ([]row, error) {
	rows, err := race("one", stage{Accounts: 1, Clients: 1}, allWays)(ctx, r, e)
	if err != nil || r.latency > 0 {
		return rows, err
	}
	for _, d := range []struct {
		name string
		of   func(tried) float64
		base func(peer float64) float64
	}{
		{"log bytes", func(t tried) float64 { return t.LogBytes }, func(peer float64) float64 { return peer }},
		{"allocations", func(t tried) float64 { return t.Allocations }, func(float64) float64 { return 1 }},
	} {
		derived := row{Key: d.name, Clients: 1}
		for _, t := range rows[0].Ways {
			switch t.Name {
			case peerWay:
				derived.Peer = d.of(t)
			case oursWay:
				derived.Ours = d.of(t)
			}
		}
		if base := d.base(derived.Peer); base > 0 {
			derived.Ratio = derived.Ours / base
		}
		rows = append(rows, derived)
	}
	return rows, nil
}

// A target is what a row must reach on an engine, and aims at.
type target struct {
	row, db   string
	must, aim float64
	p99       float64 // at most, in milliseconds; 0: any
	share     float64 // of the slowest process, at least
}

// A title is how a row stands in a table.
type title struct {
	row, text string
	most      bool // the ratio must be at most the target, and not at least
}

// titles are the rows.
var titles = []title{
	{"one", "one client", false},
	{"log bytes", "log bytes of one invite, to the peer's", true},
	{"allocations", "allocations of one invite", true},
	{"busy", "64 clients, one account", false},
	{"accounts", "64 clients, 1,000 accounts", false},
	{"processes", "64 clients in 3 processes, one account", false},
	{"import", "time of an import, to the engine's bulk path", true},
	{"due", "time of dated leaves in many accounts, to an UPDATE for each", true},
	{"usage", "time of an exact usage, to a one-row read by key", true},
	{"page", "time of 50 users at any depth, to a one-row read by key", true},
	{"memory", "time of an invite in memory, to map, index and event", true},
	{"memory company", "time of 64 goroutines on one account, to one goroutine", true},
	{"memory bytes", "bytes of a person and their first event, to map, index and event", true},
}

var targets = []target{
	{row: "one", db: "postgres", must: .60, aim: .85},
	{row: "one", db: "mariadb", must: .55, aim: .70},
	{row: "one", db: "sqlite", must: .66, aim: .75},
	{row: "busy", db: "postgres", must: 3, aim: 6, p99: 8},
	{row: "busy", db: "mariadb", must: 1.8, aim: 3.2, p99: 12},
	{row: "busy", db: "sqlite", must: 7, aim: 12},
	{row: "accounts", db: "postgres", must: 1.5, aim: 3},
	{row: "accounts", db: "mariadb", must: 1.0, aim: 2},
	{row: "accounts", db: "sqlite", must: 2.0, aim: 3.5},
	{row: "processes", db: "postgres", must: .6, aim: 1.5, p99: 25, share: .9},
	{row: "processes", db: "mariadb", must: .8, aim: 1.7},
	{row: "processes", db: "galera", must: 1.5, aim: 2.0, share: .8},
	{row: "import", db: "postgres", must: 1.8, aim: 1.2},
	{row: "import", db: "mariadb", must: 1.6, aim: 1.2},
	{row: "import", db: "sqlite", must: 1.3, aim: 1.0},
	{row: "due", db: "postgres", must: 1.5, aim: 1.0},
	{row: "due", db: "mariadb", must: 1.5, aim: 1.0},
	{row: "due", db: "sqlite", must: 1.5, aim: 1.0},
	{row: "usage", db: "postgres", must: 2, aim: 1.2},
	{row: "usage", db: "mariadb", must: 3, aim: 1.2},
	{row: "usage", db: "sqlite", must: 8, aim: 1.2},
	{row: "page", db: "postgres", must: 6, aim: 3},
	{row: "page", db: "mariadb", must: 10, aim: 3},
	{row: "page", db: "sqlite", must: 60, aim: 3},
	{row: "memory", db: "memory", must: 6, aim: 3},
	{row: "memory company", db: "memory", must: 1.5, aim: 1},
	{row: "memory bytes", db: "memory", must: 2.5, aim: 1.7},
	{row: "log bytes", db: "postgres", must: 1.6, aim: 1.2},
	{row: "allocations", db: "postgres", must: 150, aim: 80},
}

func targetOf(row, db string) target {
	if i := slices.IndexFunc(targets, func(t target) bool { return t.row == row && t.db == db }); i >= 0 {
		return targets[i]
	}
	return target{}
}

func titleOf(row string) title {
	return titles[slices.IndexFunc(titles, func(t title) bool { return t.row == row })]
}
