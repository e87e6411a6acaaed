package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/sqlstore/sqltest/servers"
)

// An engine is a kind of database: its names, a new database for -db, and a query to count
// tables.
type engine struct {
	name, calls string
	empty       func(t *testing.T) (db string)
	tables      string
}

var engines = []engine{
	{"SQLite", "the SQLite file ", func(t *testing.T) string {
		return filepath.Join(servers.Folder(t), "q.db")
	}, "select count(*) from sqlite_master where type = 'table'"},
	{"PostgreSQL", "PostgreSQL", func(t *testing.T) string {
		return servers.Postgres(t).Database(t, "quickstart")
	}, "select count(*) from information_schema.tables where table_schema = 'public'"},
	{"MariaDB", "MariaDB or MySQL", func(t *testing.T) string {
		return servers.MariaDB(t).Database(t, "quickstart")
	}, "select count(*) from information_schema.tables where table_schema = database()"},
}

func each(t *testing.T, test func(t *testing.T, e engine, db string)) {
	for _, e := range engines {
		t.Run(e.name, func(t *testing.T) { test(t, e, e.empty(t)) })
	}
}

func TestRun_again(t *testing.T) {
	each(t, func(t *testing.T, e engine, db string) {
		first := output(t, "-db", db)
		requireGolden(t, "accuedconnect", first)
		require.True(t, strings.HasPrefix(kept.FindStringSubmatch(first)[1], e.calls))
		for range 2 {
			again := output(t, "-db", db)
			requireGolden(t, "again", again)
			require.Equal(t, end(first), end(again))
		}
		standard := []string{"-db", db, "-product", "standard", "-seats", "12"}
		requireGolden(t, "standard", output(t, standard...)) // beside the other
		requireGolden(t, "again", output(t, "-db", db))
		require.Contains(t, output(t, standard...), "The account is already here")

		requireGolden(t, "accuedconnect", output(t, "-db", db, "-fresh"))
		requireGolden(t, "again", output(t, "-db", db))
		requireGolden(t, "standard", output(t, standard...))
	})
}

// end returns the part of an output about the account.
func end(text string) string {
	_, after, _ := strings.Cut(text, "\nPeople in the account")
	return after
}

// TestRun_interrupted ends a run before makeRoom. The next run makes room.
func TestRun_interrupted(t *testing.T) {
	db := filepath.Join(servers.Folder(t), "q.db")
	header, others, _ := strings.Cut(string(sample), "\n")
	rows := strings.SplitAfter(others, "\n")
	file := filepath.Join(t.TempDir(), "roster.csv")
	upload := func(rows ...string) string {
		require.NoError(t, os.WriteFile(file, []byte(header+"\n"+strings.Join(rows, "")), 0o644))
		return output(t, "-db", db, "-roster", file)
	}
	require.Contains(t, upload(rows[:10]...), "9 came in: with the owner, 10 of 10")
	whole := upload(rows...)
	require.Contains(t, whole, "0 came in, 9 are already here, 0 of them inactive: with the owner, 10 of 10")
	require.Equal(t, end(output(t, inMemory()...)), end(whole))
	other := upload(slices.Concat(rows[:1], rows[5:])...) // other leavers
	require.Contains(t, other, "The call has a key and happens once")
	require.Equal(t, end(whole), end(other))
}

// TestRun_two_users_in_a_row has a row with the address of one user and the username of another.
func TestRun_two_users_in_a_row(t *testing.T) {
	db := filepath.Join(servers.Folder(t), "q.db")
	file := filepath.Join(t.TempDir(), "roster.csv")
	const header = "First name,Last name,Username,Password,Email,Role,Location,Department,Title\nOlive,Owen,,,olive@acme.example,User,,,\n"
	require.NoError(t, os.WriteFile(file, []byte(header+"Ada,Lovelace,ada,,ada@acme.example,User,,,\nBob,Smith,bob,,bob@acme.example,User,,,\n"), 0o644))
	require.Contains(t, output(t, "-db", db, "-roster", file), "2 came in")
	require.NoError(t, os.WriteFile(file, []byte(header+"Ada,Smith,bob,,ada@acme.example,User,,,\n"), 0o644))
	require.Contains(t, output(t, "-db", db, "-roster", file), "1 did not, the first of them row 3, Ada Smith:\n    seats: this profile matches several users")
}

func TestOpen_fresh(t *testing.T) {
	each(t, func(t *testing.T, e engine, where string) {
		_, _, db, err := connect(where)
		require.NoError(t, err)
		defer db.Close()
		_, err = db.Exec("create table people (id int)")
		require.NoError(t, err)
		count := func() (n int) {
			require.NoError(t, db.QueryRow(e.tables).Scan(&n))
			return n
		}
		for range 2 {
			p, err := open(t.Context(), where, true)
			require.NoError(t, err)
			require.Equal(t, 1+len(tables), count())
			require.NoError(t, p.close())
		}
		require.NoError(t, drop(t.Context(), db))
		require.Equal(t, 1, count())
	})
}

// process returns the program in a process of its own, and its standard error.
func process(t *testing.T, args ...string) (program *exec.Cmd, errs *strings.Builder) {
	program = exec.CommandContext(t.Context(), os.Args[0], args...)
	program.Env = append(os.Environ(), "QUICKSTART=1")
	errs = new(strings.Builder)
	program.Stderr = errs
	return program, errs
}

func TestRun_concurrent(t *testing.T) {
	each(t, func(t *testing.T, _ engine, db string) {
		one, oneErrs := process(t, "-db", db)
		two, twoErrs := process(t, "-db", db)
		require.NoError(t, one.Start())
		require.NoError(t, two.Start())
		require.NoError(t, errors.Join(one.Wait(), two.Wait()), "%s%s", oneErrs, twoErrs)
		third := output(t, "-db", db)
		require.Contains(t, third, "0 came in, 13 are already here, 4 of them inactive")
		// Users are in order of ID, here another order than the roster's.
		require.ElementsMatch(t, strings.Split(end(output(t, inMemory()...)), "\n"), strings.Split(end(third), "\n"))
	})
}

func TestRun_default_file(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has other variables and permissions")
	}
	folder := servers.Folder(t)
	t.Setenv("TMPDIR", folder)
	text := output(t)
	requireGolden(t, "accuedconnect", text)
	file := defaultFile()
	require.Equal(t, folder, filepath.Dir(file))
	require.Equal(t, "the SQLite file "+file, kept.FindStringSubmatch(text)[1])
	info, err := os.Stat(file)
	require.NoError(t, err)
	require.EqualValues(t, 0o600, info.Mode())
	requireGolden(t, "again", output(t))
	requireGolden(t, "accuedconnect", output(t, "-fresh"))
	requireGolden(t, "again", output(t))

	_, _, db, err := connect(file)
	require.NoError(t, err)
	defer db.Close()
	for setting, want := range map[string]string{"journal_mode": "wal", "synchronous": "2", "busy_timeout": "10000"} {
		var got string
		require.NoError(t, db.QueryRow("pragma "+setting).Scan(&got))
		require.Equal(t, want, got, setting)
	}

	program, errs := process(t, "-db", filepath.Join(folder, "none", "q.db"))
	require.Error(t, program.Run())
	require.Equal(t, "quickstart: -db: open "+folder+"/none/q.db: no such file or directory\n", errs.String())
}

func TestOpen_file_name(t *testing.T) {
	folder := servers.Folder(t)
	const name = "100% of 'all' %41#1?.db"
	output(t, "-db", filepath.Join(folder, name))
	t.Chdir(folder)
	require.Contains(t, output(t, "-db", name), "The account is already here")
	files, err := os.ReadDir(".")
	require.NoError(t, err)
	require.Len(t, files, 1)
	require.Equal(t, name, files[0].Name())
}

func TestRun_memory(t *testing.T) {
	for range 2 {
		requireGolden(t, "accuedconnect", output(t, inMemory()...))
	}
	requireGolden(t, "accuedconnect", output(t, inMemory("-fresh")...))
}

func TestOpen_errors(t *testing.T) {
	folder := servers.Folder(t)
	text := filepath.Join(folder, "notes.txt")
	notes := strings.Repeat("No database, but more than a hundred bytes.\n", 30)
	require.NoError(t, os.WriteFile(text, []byte(notes), 0o644))
	for _, c := range []struct{ db, sentence string }{
		{folder + "/none/q.db", "open " + folder + "/none/q.db: no such file or directory"},
		{folder, "open " + folder + ": is a directory"},
		{text, "the SQLite file " + text + " can't be used: file is not a database (26)"},
		{"", errForm.Error()},
		{":memory:", errForm.Error()},
		{"oracle://scott:secret@db/x", errForm.Error()},
		{"mysql://root:secret@db:3306/x", errForm.Error()},
		{"mysql://root:secret@tcp(127.0.0.1:1)/x", errForm.Error()},
		{"sqlite:secret", errForm.Error()},
		{"root:secret@db/x", errForm.Error()},
		{"host=db user=root password=secret", errForm.Error()},
		{"postgres://root:secret@127.0.0.1:1/x", "PostgreSQL can't be used: connection refused"},
		{"postgresql://root:secret@127.0.0.1:1/x?sslmode=disable", "PostgreSQL can't be used: connection refused"},
		{"postgres://root:a/secret@127.0.0.1/x", "this postgres:// URL can't be read; in a password / is written %2F, ? is %3F and # is %23"},
		{"postgres://root:12#secret@127.0.0.1/x", "this postgres:// URL can't be read; in a password / is written %2F, ? is %3F and # is %23"},
		{"root:secret@tcp(127.0.0.1:1)/x", "MariaDB or MySQL can't be used: connection refused"},
		{"root:secret@unix(" + folder + "/socket)/x", "MariaDB or MySQL can't be used: no such file or directory"},
		{"root:secret@tcp(127.0.0.1/x", "this DSN of MariaDB or MySQL can't be read; it has the form user:password@tcp(host:port)/database"},
		{"root:secret@tcp(127.0.0.1)/", "this DSN of MariaDB or MySQL can't be read; it has the form user:password@tcp(host:port)/database"},
	} {
		for _, args := range [][]string{{"-db", c.db}, {"-db", c.db, "-fresh"}} {
			var out strings.Builder
			require.EqualError(t, run(t.Context(), args, &out), "-db: "+c.sentence, c.db)
			require.NotContains(t, out.String(), "secret")
		}
	}
	left, err := os.ReadFile(text)
	require.NoError(t, err)
	require.Equal(t, notes, string(left))
}

func TestOpen_missing_database(t *testing.T) {
	for name, c := range map[string]struct{ db, sentence string }{
		"PostgreSQL": {servers.Postgres(t).DSN("nowhere"), `PostgreSQL can't be used: FATAL: database "nowhere" does not exist (SQLSTATE 3D000)`},
		"MariaDB":    {servers.MariaDB(t).DSN("nowhere"), "MariaDB or MySQL can't be used: Error 1049 (42000): Unknown database 'nowhere'"},
	} {
		t.Run(name, func(t *testing.T) {
			require.EqualError(t, run(t.Context(), []string{"-db", c.db}, &strings.Builder{}), "-db: "+c.sentence)
		})
	}
}

func TestOpen_read_only(t *testing.T) {
	var file, sentence string
	if os.Geteuid() == 0 { // root ignores permissions
		folder := servers.SmallDisk(t, 4<<20)
		file, sentence = filepath.Join(folder, "q.db"), "read-only file system"
		output(t, "-db", file)
		text, err := exec.Command("mount", "-o", "remount,ro", folder).CombinedOutput()
		require.NoError(t, err, string(text))
	} else {
		file, sentence = filepath.Join(t.TempDir(), "q.db"), "permission denied"
		output(t, "-db", file)
		require.NoError(t, os.Chmod(file, 0o400))
	}
	for _, args := range [][]string{{"-db", file}, {"-db", file, "-fresh"}} {
		require.EqualError(t, run(t.Context(), args, &strings.Builder{}), "-db: open "+file+": "+sentence)
	}
}
