package main

import (
	"context"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"
	"time"
)

// figures are what a file of figures holds: rows, and the runs that made them.
type figures struct {
	Runs []run `json:"runs,omitempty"` // in files of earlier programs there are none
	Rows []row `json:"rows"`
}

// A run is the settings and the machine of a run.
type run struct {
	Rounds      int               `json:"rounds"`
	For         string            `json:"for"`
	Clients     int               `json:"clients"`
	Processes   int               `json:"processes"`
	Accounts    int               `json:"accounts"`
	Users       int               `json:"users"`
	People      int               `json:"people"`
	Connections int               `json:"connections"`
	Latency     string            `json:"latency"`
	Engines     map[string]string `json:"engines"` // versions by name
	Cores       int               `json:"cores"`
	System      string            `json:"system"`
	Go          string            `json:"go"`
}

// settings describes the run, with the engines so far.
func (r *runner) settings() run {
	return run{
		r.rounds, r.lasts.String(), r.clients, r.processes, r.accounts, r.users, r.people, r.pool, r.latency.String(),
		r.engines, runtime.GOMAXPROCS(0), runtime.GOOS + "/" + runtime.GOARCH, runtime.Version(),
	}
}

// String is the run on a line.
func (r run) String() string {
	text := fmt.Sprintf("rounds %d, for %s, clients %s, processes %d, accounts %s, users %s, people %s, connections %d, latency %s; ",
		r.Rounds, r.For, thousands(r.Clients), r.Processes, thousands(r.Accounts), thousands(r.Users), thousands(r.People), r.Connections, r.Latency)
	for _, name := range slices.Sorted(maps.Keys(r.Engines)) {
		text += strings.TrimSpace(name+" "+r.Engines[name]) + "; "
	}
	return text + fmt.Sprintf("cores %d, %s, %s", r.Cores, r.System, r.Go)
}

// sizes are the settings that a target may be set for.
func (r *runner) sizes() sizes {
	return sizes{
		"clients": r.clients, "accounts": r.accounts, "users": r.users, "pool": r.pool, "people": r.people,
		"processes": r.processes, "latency": int(r.latency / time.Microsecond),
	}
}

// version asks an engine for its version; empty where it has none. Why an engine does not open is said by its works.
func (r *runner) version(ctx context.Context, e engine) (version string) {
	if e.release == "" {
		return ""
	}
	s, err := e.open(ctx, r.tidb, 1)
	if err != nil {
		return ""
	}
	defer s.close()
	_ = s.db.QueryRowContext(ctx, e.release).Scan(&version)
	return version
}
