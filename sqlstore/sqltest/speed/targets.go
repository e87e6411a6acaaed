package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// sizes are numbers by the names of their flags.
type sizes map[string]int

// fill replaces {clients} in the text by their number, and so on.
func (s sizes) fill(text string) string {
	for flag, n := range s {
		text = strings.ReplaceAll(text, "{"+flag+"}", thousands(n))
	}
	return text
}

// fit reports whether the sizes are those that a target is set for. Larger accounts are harder, and may be.
func (s sizes) fit(target sizes) bool {
	for flag, n := range target {
		if s[flag] != n && !(flag == "users" && s[flag] > n) {
			return false
		}
	}
	return true
}

// flags lists the sizes of a target.
func (s sizes) flags() (all []string) {
	for _, flag := range slices.Sorted(maps.Keys(s)) {
		text := fmt.Sprintf("-%s %d", flag, s[flag])
		if flag == "users" {
			text += " or more"
		}
		all = append(all, text)
	}
	return all
}

func thousands(n int) string {
	text := fmt.Sprint(n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

// A title is how a row stands in a table.
type title struct {
	row, text string // with sizes of the run
	at        sizes  // what its targets are set for
	most      bool   // the ratio must be at most the target, and not at least
	unit      string // of the ways' rates; empty: ops/s
}

// titles are the rows.
var titles = []title{
	{row: "one", text: "one client", at: sizes{"users": 10_000, "latency": 0}},
	{row: "log bytes", text: "log bytes of one invite, to the peer's", at: sizes{"users": 10_000}, most: true},
	{row: "allocations", text: "allocations of one invite", at: sizes{"users": 10_000}, most: true},
	{row: "busy", text: "{clients} clients, one account", at: sizes{"clients": 64, "users": 10_000, "pool": 20, "latency": 0}},
	{row: "accounts", text: "{clients} clients, {accounts} accounts", at: sizes{"clients": 64, "accounts": 1000, "pool": 20, "latency": 0}},
	{
		row: "processes", text: "{clients} clients in {processes} processes, one account",
		at: sizes{"clients": 64, "processes": 3, "users": 10_000, "pool": 20, "latency": 0},
	},
	{row: "import", text: "time of an import of {people} people, to the engine's bulk path", at: sizes{"people": 100_000}, most: true},
	{row: "due", text: "time of dated leaves in {accounts} accounts, to an UPDATE for each", at: sizes{"accounts": 1000}, most: true},
	{row: "usage", text: "time of an exact usage of {users} users, to a one-row read by key", at: sizes{"users": 1_000_000}, most: true},
	{row: "page", text: "time of 50 of {users} users at any depth, to a one-row read by key", at: sizes{"users": 1_000_000}, most: true},
	{row: "memory", text: "time of an invite in memory, to map, index and event", at: sizes{"people": 100_000}, most: true},
	{
		row: "memory company", text: "time of {clients} goroutines on one account, to one goroutine",
		at: sizes{"clients": 64, "people": 100_000}, most: true,
	},
	{
		row: "memory bytes", text: "bytes of a person and their first event, to map, index and event",
		at: sizes{"people": 100_000}, most: true, unit: "bytes",
	},
}

// titleOf returns the title of a row. A work that failed before it had rows is its own row.
func titleOf(row string) title {
	if i := slices.IndexFunc(titles, func(t title) bool { return t.row == row }); i >= 0 {
		return titles[i]
	}
	return title{row: row, text: row}
}

// A target is what a row must reach on an engine, and aims at.
type target struct {
	row, db   string
	must, aim float64
	p99       float64 // at most, in milliseconds; 0: any
	share     float64 // of the slowest process, at least
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
