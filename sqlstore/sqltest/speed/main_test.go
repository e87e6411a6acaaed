package main

import (
	"encoding/json"
	"io"
	"log"
	"maps"
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
	require.Contains(t, string(drawn), "4 clients, one account")
	require.Contains(t, string(drawn), "on SQLite")
	file := filepath.Join(t.TempDir(), "figures.json")
	saved := figures{Runs: []run{r.settings()}, Rows: rows}
	require.NoError(t, saved.save(file))
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	loaded, err := load([]string{file, file})
	require.NoError(t, err)
	require.Equal(t, len(rows), len(loaded.Rows))
	require.Equal(t, append(saved.Runs, saved.Runs...), loaded.Runs)
	require.Contains(t, loaded.Runs[0].String(), "SQLite 3.")
	var read struct{ Runs, Rows []map[string]any }
	require.NoError(t, json.Unmarshal(text, &read))
	require.Len(t, read.Rows, len(rows))
	for _, key := range []string{"work", "db", "clients", "floor", "peer", "ours", "ratio", "must", "aim", "reached", "p50", "p99", "trips", "log_bytes", "allocations", "ways"} {
		require.Contains(t, read.Rows[0], key)
	}
	for _, key := range []string{"rounds", "for", "clients", "processes", "accounts", "users", "people", "connections", "latency", "engines", "cores", "system", "go"} {
		require.Contains(t, read.Runs[0], key)
	}
	var printed strings.Builder
	loaded.summary(&printed)
	for _, text := range []string{
		"| 4 clients, 3 accounts | SQLite |", "| time of an import of 100 people,", "of 50 of 60 users", "of 4 goroutines",
		"rounds 2, for 10ms, clients 4, processes 2, accounts 3, users 60,", "other sizes than these are set for: -accounts 1000, -clients 64,",
	} {
		require.Contains(t, printed.String(), text)
	}
	require.NotContains(t, printed.String(), "| must |", "no size is that of a target")
	for _, text := range []string{out.String(), printed.String()} {
		require.NotContains(t, text, "64 clients")
		require.NotContains(t, text, "0.000")
		require.NotContains(t, text, ", ,")
		require.NotContains(t, text, "  \n")
	}
}

// TestRunner_all_failed is a work whose rows are not known yet.
func TestRunner_all_failed(t *testing.T) {
	r := &runner{ways: regexp.MustCompile(""), out: io.Discard}
	rows, err := r.all(t.Context(), regexp.MustCompile("reads"), []string{"tidb"})
	require.NoError(t, err)
	require.Len(t, rows, 1)
	require.Equal(t, "reads", rows[0].Work)
	require.Contains(t, rows[0].Error, "there is no TiDB")
}

// usual are the sizes that targets are set for.
var usual = sizes{"clients": 64, "accounts": 1000, "processes": 3, "users": 1_000_000, "people": 100_000, "pool": 20, "latency": 0}

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
		{"not measured", row{Key: "import", DB: "sqlite"}, false},
	} {
		c.row.judge(usual)
		require.Equal(t, c.reached, c.row.Reached, c.name)
	}
}

// TestRow_judge_sizes names each row with a target by the sizes of its run, and judges it by those alone that it is set for.
func TestRow_judge_sizes(t *testing.T) {
	for _, target := range targets {
		asRun := func(s sizes) row {
			r := row{Key: target.row, DB: target.db, Ratio: 1, P99: 1, Share: 1}
			r.judge(s)
			require.NotContains(t, r.Work, "{", target)
			return r
		}
		r := asRun(usual)
		require.Equal(t, []float64{target.must, target.aim, target.p99, target.share}, []float64{r.Must, r.Aim, r.MustP99, r.MustShare}, target)
		require.False(t, r.otherSizes(), target)
		for flag, n := range titleOf(target.row).at {
			other := maps.Clone(usual)
			other[flag] = n + 1
			larger := asRun(other)
			require.Equal(t, flag == "users", larger.Must > 0, "%v, larger %s", target, flag)
			other[flag] = n - 1
			smaller := asRun(other)
			require.Zero(t, smaller.Must+smaller.Aim+smaller.MustP99+smaller.MustShare, "%v, smaller %s", target, flag)
			require.Empty(t, smaller.verdict())
			require.True(t, smaller.otherSizes())
			if strings.Contains(titleOf(target.row).text, "{"+flag+"}") {
				require.NotEqual(t, r.Work, smaller.Work)
			}
		}
	}
}

// TestRow_print leaves no holes where something was not measured or has no bound.
func TestRow_print(t *testing.T) {
	ours := []tried{{Name: floorWay, Ratio: 1, Rate: 9}, {Name: oursWay, Ratio: 7, Rate: 63}}
	for _, c := range []struct {
		name    string
		row     row
		want    []string
		without []string
	}{
		{
			"a bound of p99 alone", row{Key: "busy", DB: "postgres", Ratio: 7, P99: 9, Ways: ours},
			[]string{"64 clients, one account, PostgreSQL", "reached counts too: p99 of at most 8 ms\n"},
			[]string{"share", "p50", "trips", "log bytes", "allocations"},
		},
		{
			"both bounds", row{Key: "processes", DB: "postgres", Ratio: 7, P99: 9, Share: .95, Ways: ours},
			[]string{"p99 of at most 25 ms, and at least 0.9 of its share for the slowest process\n"}, nil,
		},
		{"a share alone", row{Key: "processes", DB: "galera", Ratio: 7, Share: .95, Ways: ours}, []string{"too: at least 0.8 of"}, []string{"p99"}},
		{"without a target", row{Key: "log bytes", DB: "mariadb", Peer: 27399, Ours: 34197, Ratio: 1.2}, []string{"\npeer 27399, seatkeeper 34197\n"}, []string{"must", "reached"}},
		{"without a peer", row{Key: "allocations", DB: "postgres", Ours: 100, Ratio: 100}, []string{"\nseatkeeper 100, must 150, aim 80, reached: yes\n"}, []string{"peer"}},
		{"times", row{Key: "import", DB: "sqlite", Ratio: 7, Ways: ours}, []string{"time x floor", "ops/s"}, []string{"p99", "p50"}},
		{"bytes", row{Key: "memory bytes", DB: "memory", Ratio: 7, Ways: []tried{{Name: peerWay, Ratio: 1, Rate: 265}}}, []string{"x peer  bytes"}, []string{"floor", "ops/s"}},
	} {
		c.row.judge(usual)
		var out strings.Builder
		c.row.print(&out)
		for _, text := range c.want {
			require.Contains(t, out.String(), text, c.name)
		}
		for _, text := range c.without {
			require.NotContains(t, out.String(), text, c.name)
		}
	}
}

// TestFigures_summary shows the bounds that reached counts, and no columns that are empty everywhere.
func TestFigures_summary(t *testing.T) {
	rows := []row{
		{Key: "busy", DB: "postgres", Ratio: 7, P99: 9.72, Ways: []tried{{Name: peerWay, Ratio: .5}}},
		{Key: "processes", DB: "galera", Ratio: 7, P99: 5, Share: .95},
		{Key: "one", DB: "tidb", Error: "a call failed", Ratio: 7, P99: 9, Ways: []tried{{Name: peerWay, Ratio: .7}}},
	}
	for i := range rows {
		rows[i].judge(usual)
	}
	var out strings.Builder
	figures{Rows: rows}.summary(&out)
	require.Equal(t, `
| work | database | peer | seatkeeper | p99 | slowest process | must | aim | reached |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |
| 64 clients, one account | PostgreSQL | 0.5 | 7 | 9.72 ms (must 8) |  | 3 | 6 | no |
| 64 clients in 3 processes, one account | Galera |  | 7 | 5 ms | 0.95 (must 0.8) | 1.5 | 2 | yes |
| one client | TiDB |  |  |  |  |  |  | failed |
`, out.String())
}

// TestFigures_readme compares the table of the README with the figures beside this test.
func TestFigures_readme(t *testing.T) {
	f, err := load([]string{"figures.json"})
	require.NoError(t, err)
	var out strings.Builder
	f.summary(&out)
	readme, err := os.ReadFile("../../../README.md")
	require.NoError(t, err)
	require.Contains(t, string(readme), strings.TrimSpace(out.String()))
}

// TestWorksUsage names each work and the engines that it is on.
func TestWorksUsage(t *testing.T) {
	for _, w := range works {
		require.Regexp(t, `(?m)^`+w.name+` .*; on `+strings.Join(w.on, ", ")+`$`, worksUsage())
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

// TestRunner_modes refuses engines that a mode is not on, before it does anything.
func TestRunner_modes(t *testing.T) {
	err := (&runner{}).modes(t.Context(), []mode{{name: "sync", on: []string{"sqlite"}}}, []string{"sqlite", "mariadb"})
	require.EqualError(t, err, "-sync is not on mariadb, but on sqlite: choose by -db")
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
