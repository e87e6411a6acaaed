package main

import (
	"context"
	"slices"
)

// A work is something that is done in all ways.
type work struct {
	name  string // for -works
	title string
	on    []string // the engines
	run   func(ctx context.Context, r *runner, e engine) (row, error)
}

var (
	everywhere = []string{"sqlite", "postgres", "mariadb", "galera", "tidb"}
	allWays    = []string{floorWay, sameWay, naiveWay, peerWay, slotsWay, bestWay, oursWay}
)

// slotsPerSecond is more than are taken.
const slotsPerSecond = 10_000

// works are the rows of the tables in section 10 of the design, in their order.
var works = []work{
	{"one", "one client", everywhere, race(stage{Accounts: 1, Clients: 1}, allWays)},
	{"busy", "64 clients, one account", everywhere, race(stage{Accounts: 1, Clients: 64}, allWays)},
	{"accounts", "64 clients, 1,000 accounts", everywhere, race(stage{Accounts: 1000, Users: 10, Clients: 64}, allWays)},
}

// race is a work whose result is the part of the floor.
func race(st stage, names []string) func(context.Context, *runner, engine) (row, error) {
	return func(ctx context.Context, r *runner, e engine) (row, error) {
		st := st
		if st.Users == 0 {
			st.Users = r.users
		}
		if st.Clients > 1 {
			st.Clients = r.clients
		}
		st.Latency = r.latency
		st.Slots = 10_000 + int(float64(r.rounds)*r.lasts.Seconds()*slotsPerSecond)
		results, err := r.race(ctx, e, st, names)
		row := row{Clients: st.Clients, Ways: results}
		for i, t := range results {
			switch t.Name {
			case floorWay:
				row.Floor = t.Rate
			case peerWay:
				row.Peer = t.Rate
			case oursWay:
				row.Ours, row.Ratio, row.ours = t.Rate, t.Ratio, &results[i]
			}
		}
		return row, err
	}
}

// A target is what a work must reach on an engine, and aims at.
type target struct {
	work, db  string
	must, aim float64
	p99       float64 // at most, in milliseconds; 0: any
	share     float64 // of the slowest process, at least
	most      bool    // the ratio must be at most this, and not at least
}

var targets = []target{
	{work: "one", db: "postgres", must: .60, aim: .85},
	{work: "one", db: "mariadb", must: .55, aim: .70},
	{work: "one", db: "sqlite", must: .66, aim: .75},
	{work: "busy", db: "postgres", must: 3, aim: 6, p99: 8},
	{work: "busy", db: "mariadb", must: 1.8, aim: 3.2, p99: 12},
	{work: "busy", db: "sqlite", must: 7, aim: 12},
	{work: "accounts", db: "postgres", must: 1.5, aim: 3},
	{work: "accounts", db: "mariadb", must: 1.0, aim: 2},
	{work: "accounts", db: "sqlite", must: 2.0, aim: 3.5},
	{work: "processes", db: "postgres", must: .6, aim: 1.5, p99: 25, share: .9},
	{work: "processes", db: "mariadb", must: .8, aim: 1.7},
	{work: "processes", db: "galera", must: 1.5, aim: 2.0, share: .8},
	{work: "import", db: "postgres", must: 1.8, aim: 1.2, most: true},
	{work: "import", db: "mariadb", must: 1.6, aim: 1.2, most: true},
	{work: "import", db: "sqlite", must: 1.3, aim: 1.0, most: true},
	{work: "usage", db: "postgres", must: 2, aim: 1.2, most: true},
	{work: "usage", db: "mariadb", must: 3, aim: 1.2, most: true},
	{work: "usage", db: "sqlite", must: 8, aim: 1.2, most: true},
	{work: "page", db: "postgres", must: 6, aim: 3, most: true},
	{work: "page", db: "mariadb", must: 10, aim: 3, most: true},
	{work: "page", db: "sqlite", must: 60, aim: 3, most: true},
	{work: "memory", db: "memory", must: 6, aim: 3, most: true},
	{work: "memory bytes", db: "memory", must: 2.5, aim: 1.7, most: true},
	{work: "log bytes", db: "postgres", must: 1.6, aim: 1.2, most: true},
	{work: "allocations", db: "postgres", must: 150, aim: 80, most: true},
}

func targetOf(work, db string) target {
	if i := slices.IndexFunc(targets, func(t target) bool { return t.work == work && t.db == db }); i >= 0 {
		return targets[i]
	}
	return target{}
}
