package main

import (
	"encoding/json"
	"log"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
)

// TestRunner_all does all works in very little time, on SQLite and in memory. It looks at
// the form of the figures alone.
func TestRunner_all(t *testing.T) {
	var out strings.Builder
	r := &runner{
		rounds: 2, lasts: 10 * time.Millisecond, clients: 4, accounts: 3, users: 60, people: 100, processes: 2, pool: 4,
		ways: regexp.MustCompile(""), out: &out,
	}
	rows, err := r.all(t.Context(), regexp.MustCompile(""), []string{"sqlite", "memory"})
	require.NoError(t, err)
	for _, row := range rows {
		require.Empty(t, row.Error, row.Work)
		require.Contains(t, out.String(), row.Work)
		require.Positive(t, row.Ours, row.Work)
		require.Positive(t, row.Ratio, row.Work)
	}
	made := func(key, db string) bool {
		return slices.ContainsFunc(rows, func(r row) bool { return r.Key == key && (db == "" || r.DB == db) })
	}
	for _, t10 := range targets {
		switch {
		case t10.row == "processes": // SQLite is in one process
		case t10.db == "sqlite" || t10.db == "memory":
			require.True(t, made(t10.row, t10.db), t10)
		default:
			require.True(t, made(t10.row, ""), t10)
		}
	}
	folder := t.TempDir()
	require.NoError(t, charts(folder, rows))
	drawn, err := os.ReadFile(filepath.Join(folder, "speed-sqlite.svg"))
	require.NoError(t, err)
	require.Contains(t, string(drawn), titleOf("busy").text)
	file := filepath.Join(t.TempDir(), "figures.json")
	require.NoError(t, save(file, rows))
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	loaded, err := load([]string{file, file})
	require.NoError(t, err)
	require.Equal(t, len(rows), len(loaded))
	var read struct{ Rows []map[string]any }
	require.NoError(t, json.Unmarshal(text, &read))
	require.Len(t, read.Rows, len(rows))
	for _, key := range []string{"work", "db", "clients", "floor", "peer", "ours", "ratio", "must", "aim", "reached", "p50", "p99", "trips", "log_bytes", "allocations", "ways"} {
		require.Contains(t, read.Rows[0], key)
	}
}

// TestRow_judge compares rows with their targets.
func TestRow_judge(t *testing.T) {
	for _, c := range []struct {
		name    string
		row     row
		reached bool
	}{
		{"enough", row{Key: "one", DB: "sqlite", Ratio: .66}, true},
		{"too little", row{Key: "one", DB: "sqlite", Ratio: .65}, false},
		{"with an error", row{Key: "one", DB: "sqlite", Ratio: .9, Error: "a call failed"}, false},
		{"of times less is better", row{Key: "import", DB: "sqlite", Ratio: 1.3}, true},
		{"a time too long", row{Key: "import", DB: "sqlite", Ratio: 1.4}, false},
		{"late calls", row{Key: "busy", DB: "postgres", Ratio: 9, P99: 9}, false},
		{"in time", row{Key: "busy", DB: "postgres", Ratio: 9, P99: 8}, true},
		{"a slow process", row{Key: "processes", DB: "postgres", Ratio: 2, P99: 8, Share: .8}, false},
		{"without a target", row{Key: "one", DB: "tidb", Ratio: 9}, false},
	} {
		c.row.judge()
		require.Equal(t, c.reached, c.row.Reached, c.name)
	}
}

// TestByHand_check finds a call that was lost and one that was counted twice.
func TestByHand_check(t *testing.T) {
	s, err := engines[0].open(t.Context(), "", 1)
	require.NoError(t, err)
	defer s.close()
	st := stage{Accounts: 2, Users: 3}
	w := peer.way(peerWay)
	require.NoError(t, w.prepare(t.Context(), s, w.prefix(), st))
	do, err := w.invite(t.Context(), s, s.db, st)
	require.NoError(t, err)
	require.NoError(t, do(t.Context(), account(1), nth(99)))
	require.NoError(t, w.check(t.Context(), s, w.prefix(), st, 1))
	require.Error(t, w.check(t.Context(), s, w.prefix(), st, 2))
	require.NoError(t, s.exec(t.Context(), "UPDATE peer_accounts SET used = used + 1"))
	require.Error(t, w.check(t.Context(), s, w.prefix(), st, 1))
	require.NoError(t, s.exec(t.Context(), "UPDATE peer_accounts SET used = total"))
	require.ErrorIs(t, do(t.Context(), account(1), nth(100)), errFull)
}

// TestMain is a further process of the program, if it is told so.
func TestMain(m *testing.M) {
	if text := os.Getenv(orderVariable); text != "" {
		if err := serve(text); err != nil {
			log.Fatal(err)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// TestRunner_sell sells the seats of an account to clients in two processes.
func TestRunner_sell(t *testing.T) {
	var out strings.Builder
	r := &runner{clients: 4, processes: 2, seats: 30, pool: 4, out: &out}
	require.NoError(t, r.sell(t.Context(), engines[0]))
	require.Contains(t, out.String(), "sqlite: 30 seats were sold to 4 clients in 2 processes")
}

// TestRunner_soldOnce finds a seat that was sold twice, one that was not sold, and another
// number.
func TestRunner_soldOnce(t *testing.T) {
	s, err := engines[0].open(t.Context(), "", readers)
	require.NoError(t, err)
	defer s.close()
	w := ways(engines[0])[oursWay]
	st := stage{Accounts: 1, Total: 3}
	require.NoError(t, w.prepare(t.Context(), s, w.prefix(), st))
	do, err := w.invite(t.Context(), s, s.db, st)
	require.NoError(t, err)
	var sold []string
	for n := range 2 {
		require.NoError(t, do(t.Context(), account(1), nth(int64(n))))
		sold = append(sold, nth(int64(n)).id)
	}
	require.ErrorIs(t, do(t.Context(), account(1), nth(9)), seats.ErrNoSeats)
	check := func(seats int, sold ...string) error {
		return (&runner{seats: seats}).soldOnce(t.Context(), s, w, sold)
	}
	require.NoError(t, check(2, sold...))
	require.Error(t, check(3, sold...))
	require.Error(t, check(2, sold[0]))
	require.Error(t, check(2, sold[0], sold[0]))
	require.Error(t, check(2, sold[0], nth(9).id))
}
