package servers

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// ask runs a statement, and requires that it works.
func ask(t *testing.T, s *Server, statement string) string {
	t.Helper()
	answer, err := s.query("kept", statement)
	require.NoError(t, err)
	return answer
}

func TestServer_Kill(t *testing.T) {
	for name, server := range map[string]func(testing.TB) *Server{"PostgreSQL": Postgres, "MariaDB": MariaDB} {
		t.Run(name, func(t *testing.T) {
			s := server(t)
			dsn := s.Database(t, "kept")
			version := ask(t, s, "select version()")
			t.Log(version)
			require.Contains(t, version, name)
			ask(t, s, "create table seats (id int primary key)")
			ask(t, s, "insert into seats values (1)")
			s.Kill()
			s.Kill()
			_, err := s.query("kept", "select 1")
			require.Error(t, err)
			s.Start(t)
			s.Start(t)
			require.Equal(t, "1", ask(t, s, "select count(*) from seats"))
			require.Equal(t, dsn, s.DSN("kept"))
			require.Contains(t, dsn, s.Address())

			s.Kill()
			require.Same(t, s, server(t), "the next test gets it running")
			require.Equal(t, dsn, s.Database(t, "kept"))
			_, err = s.query("kept", "select count(*) from seats")
			require.Error(t, err, "a fresh database")
		})
	}
}

var kills = flag.Bool("kills", false, "kill a whole cluster over and over; how long Galera takes to be one again is up to it, minutes on a busy machine")

func TestGalera_kills(t *testing.T) {
	if !*kills {
		t.Skip("the flag -kills is not given; sqltest kills a node of a cluster under load")
	}
	nodes := Galera(t)
	require.Len(t, nodes, 3)
	go func() { _, _ = nodes[2].query("", "flush tables with read lock; do sleep(2)") }()
	require.Eventually(t, func() bool {
		asleep, err := nodes[2].query("", "select count(*) from information_schema.processlist where state = 'User sleep'")
		return err == nil && asleep == "1"
	}, patience, 10*time.Millisecond)
	nodes[0].Database(t, "kept")
	ask(t, nodes[2], "select 'the database is here, too'")
	ask(t, nodes[0], "create table seats (id int primary key)")
	for round, killed := range [][]*Server{nil, nodes[1:2], nodes[1:]} {
		nodes[0].Kill()
		ask(t, nodes[1], fmt.Sprintf("insert into seats values (%d)", round))
		for _, s := range killed {
			s.Kill()
		}
		nodes[0].Start(t) // and the others with it
		for _, s := range nodes {
			require.Equal(t, fmt.Sprint(round+1), ask(t, s, "set wsrep_sync_wait = 1; select count(*) from seats"))
		}
	}
}

func TestServer_Kill_busyProcess(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("there is no /proc, and a busy process of PostgreSQL does not notice")
	}
	s := Postgres(t)
	s.Database(t, "kept")
	go func() { _, _ = s.query("kept", "do $$ begin loop end loop; end $$") }()
	require.Eventually(t, func() bool {
		return ask(t, s, "select count(*) from pg_stat_activity where state = 'active' and query like 'do %'") == "1"
	}, patience, 10*time.Millisecond)
	killed := make(chan struct{})
	go func() {
		s.Kill()
		close(killed)
	}()
	select {
	case <-killed:
		s.Start(t) // which also takes away the shared memory of the killed one
	case <-time.After(patience):
		t.Fatal("it is still there")
	}
}

// TestServer_durability looks at the settings that a test must not turn off for speed.
func TestServer_durability(t *testing.T) {
	for _, c := range []struct {
		server     func(testing.TB) *Server
		query, yes string
	}{
		{Postgres, "select current_setting('fsync') || current_setting('synchronous_commit') || current_setting('full_page_writes')", "ononon"},
		{MariaDB, "select @@innodb_flush_log_at_trx_commit = 1 and @@innodb_flush_method = 'O_DIRECT' and @@innodb_doublewrite", "1"},
	} {
		s := c.server(t)
		s.Database(t, "kept")
		require.Equal(t, c.yes, ask(t, s, c.query))
	}
}

func TestPostgres_shared(t *testing.T) {
	var group sync.WaitGroup
	got := make([]*Server, 4)
	for i := range got {
		group.Go(func() {
			got[i] = Postgres(t)
			got[i].Database(t, fmt.Sprint("shared", i))
		})
	}
	group.Wait()
	for _, s := range got {
		require.Same(t, got[0], s)
	}
}

// TestAttempts_takenPort has another server of the kind listen at the port.
func TestAttempts_takenPort(t *testing.T) {
	for _, kind := range []struct {
		taken  *Server
		create func(int64) (*cluster, error)
	}{{Postgres(t), newPostgres}, {MariaDB(t), newMariaDB}} {
		tries := 0
		c, err := attempts(func() (*cluster, error) {
			c, err := kind.create(0)
			if tries++; err != nil || tries > 1 {
				return c, err
			}
			s := c.nodes[0]
			_, port, _ := strings.Cut(kind.taken.address, ":")
			s.address = kind.taken.address
			s.arguments = append(s.arguments, "--port="+port)
			return c, nil
		})
		require.NoError(t, err)
		require.Equal(t, 2, tries)
		require.NotEqual(t, kind.taken.address, c.nodes[0].address)
	}
}

func TestSmallDisk(t *testing.T) {
	var folder string
	t.Run("as long as its test runs", func(t *testing.T) {
		folder = SmallDisk(t, 64<<10)
		file := filepath.Join(folder, "file")
		require.NoError(t, os.WriteFile(file, make([]byte, 60<<10), 0o600))
		require.ErrorIs(t, os.WriteFile(file, make([]byte, 80<<10), 0o600), syscall.ENOSPC)
		require.NoError(t, os.Remove(file))
		require.NoError(t, Fill(folder))
		require.ErrorIs(t, os.WriteFile(file, make([]byte, 1), 0o600), syscall.ENOSPC)
		require.NoError(t, os.Remove(file))
		require.NoError(t, Fill(folder))
		require.NoError(t, Empty(folder))
		require.NoError(t, os.WriteFile(file, make([]byte, 60<<10), 0o600))
	})
	if folder != "" {
		require.NoDirExists(t, folder)
	}
}

// A verdict is what became of a test.
type verdict struct {
	testing.TB
	skipped, failed string
}

func (v *verdict) Helper() {}

func (v *verdict) Skip(why ...any) {
	v.skipped = fmt.Sprint(why...)
	runtime.Goexit()
}

func (v *verdict) Fatal(why ...any) {
	v.failed = fmt.Sprint(why...)
	runtime.Goexit()
}

func judge(test func(testing.TB)) *verdict {
	v := &verdict{}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		test(v)
	}()
	<-ended
	return v
}

func TestPrivate_missingProgram(t *testing.T) {
	defer func(were []string) { places = were }(places)
	places = nil
	t.Setenv("PATH", t.TempDir())
	for packages, kind := range map[string]Kind{
		"postgresql":                    KindPostgres,
		"mariadb-server":                KindMariaDB,
		"mariadb-server galera-4 rsync": KindGalera,
	} {
		test := func(t testing.TB) { Private(t, kind, 0) }
		for ci, fails := range map[string]bool{"": false, "false": false, "0": false, "true": true, "1": true, "yes": true} {
			t.Setenv("CI", ci)
			v := judge(test)
			why := v.skipped
			if fails {
				why = v.failed
			}
			require.True(t, strings.HasSuffix(why, ": apt-get install "+packages), "CI=%s: %q %q", ci, v.skipped, v.failed)
			require.Empty(t, strings.Replace(v.skipped+v.failed, why, "", 1))
		}
	}
}

func TestFind_newestVersion(t *testing.T) {
	defer func(were []string) { places = were }(places)
	folder := t.TempDir()
	places = []string{filepath.Join(folder, "*", "bin")}
	for _, version := range []string{"9.6", "16", "15"} {
		require.NoError(t, os.MkdirAll(filepath.Join(folder, version, "bin"), 0o700))
		require.NoError(t, os.WriteFile(filepath.Join(folder, version, "bin", "no-such-program"), nil, 0o700))
	}
	path, err := find("no-such-program", "")
	require.NoError(t, err)
	require.Equal(t, filepath.Join(folder, "16", "bin", "no-such-program"), path)
}

func TestMariaDB_tmpdir(t *testing.T) {
	s := MariaDB(t)
	s.Database(t, "kept")
	require.Equal(t, s.folder, strings.TrimSuffix(ask(t, s, "select @@tmpdir"), "/"))
}

func TestPrivate(t *testing.T) {
	const size = 256 << 20
	var s *Server
	t.Run("as long as its test runs", func(t *testing.T) {
		s = Private(t, KindMariaDB, size)[0]
		require.NotSame(t, s, MariaDB(t))
		s.Database(t, "kept")
		ask(t, s, "create table seats (id int primary key)")
		var disk syscall.Statfs_t
		require.NoError(t, syscall.Statfs(s.Folder(), &disk))
		require.EqualValues(t, size, int64(disk.Blocks)*disk.Bsize)
		require.NoError(t, Fill(s.Folder()))
		_, err := s.query("kept", "create table more (id int primary key)")
		require.Error(t, err)
		require.NoError(t, Empty(s.Folder()))
		s.Start(t)
		ask(t, s, "insert into seats values (1)")
	})
	if s != nil {
		require.False(t, s.running())
		require.NoDirExists(t, s.Folder())
	}
}
