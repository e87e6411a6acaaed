package main

import "context"

// A work is something that is done in all ways.
type work struct {
	name string // for -works
	what string
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

// works make the rows of the tables, in their order.
var works = []work{
	{"one", "one client invites, with the log bytes and allocations of an invitation", everywhere, one},
	{"busy", "many clients invite to one account", everywhere, race("busy", stage{Accounts: 1, Clients: 64}, allWays)},
	{"accounts", "many clients invite to many accounts", everywhere, race("accounts", stage{Accounts: 1000, Users: 10, Clients: 64}, allWays)},
	{"processes", "many clients in several processes invite to one account", servers3, race("processes", stage{Accounts: 1, Clients: 64, Processes: 3}, mainWays)},
	{"import", "imports of new people, and of people who are there", everywhere, imports},
	{"due", "dated leaves, ten in each of many accounts", everywhere, dues},
	{"reads", "an exact usage and a page of users, of a large account", everywhere, reads},
	{"memory", "invitations without a database, by one goroutine and by many, and the bytes of a person", []string{"memory"}, memory},
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
		if derived.Ratio > 0 {
			rows = append(rows, derived)
		}
	}
	return rows, nil
}
