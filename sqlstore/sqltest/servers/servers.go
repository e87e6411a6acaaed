// Package servers starts private database servers for tests, on loopback and with
// their data in a temporary folder.
//
//	func TestOnPostgres(t *testing.T) {
//		db, err := sql.Open("pgx", servers.Postgres(t).Database(t, "seats"))
//
// A server is started when it is first asked for and shared by all tests of the
// process. It ends with the process, however that ends: there is nothing to stop,
// and nothing is left of it but the log of a test.
//
// Where a program is missing the test is skipped, and the sentence says what to
// install. With the environment variable CI set to true it fails instead.
//
// The servers have the settings of their programs, so that what is acknowledged is
// on disk, but room for more connections. Where we are root they run as the users
// postgres and mysql, since they refuse to run as root.
package servers

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// A Server is a database server, or a node of a cluster. Its methods may be called
// at once from any number of goroutines.
type Server struct {
	process
	cluster *cluster

	address string
	dsn     func(database string) string
	client  func(database string, statements []string) []string // a program that runs the statements
	force   string                                              // ends a statement that drops a database in use
	ready   string                                              // a statement, and its answer if the server serves
	serving string
	catchUp string // a statement that waits for what other nodes did; empty: there are none
}

// A cluster is the servers that have the same data.
type cluster struct {
	sync.Mutex // one start or kill at a time
	nodes      []*Server
	resume     func() ([][]string, error) // more arguments for each node's next start; nil: none
}

// patience is how long a server may take to serve.
const patience = 90 * time.Second

// Postgres returns the process's PostgreSQL server.
func Postgres(t testing.TB) *Server {
	t.Helper()
	return use(t, postgres).nodes[0]
}

// MariaDB returns the process's MariaDB server.
func MariaDB(t testing.TB) *Server {
	t.Helper()
	return use(t, mariaDB).nodes[0]
}

// Galera returns the three nodes of the process's MariaDB cluster.
func Galera(t testing.TB) []*Server {
	t.Helper()
	return use(t, galera).nodes
}

var (
	postgres = sync.OnceValues(KindPostgres.started(0))
	mariaDB  = sync.OnceValues(KindMariaDB.started(0))
	galera   = sync.OnceValues(KindGalera.started(0))
)

// A Kind is a kind of server.
type Kind string

// The kinds. Galera is a cluster of three nodes.
const (
	KindPostgres Kind = "PostgreSQL"
	KindMariaDB  Kind = "MariaDB"
	KindGalera   Kind = "Galera"
)

// Private starts a server, or the nodes of a cluster, that no other test shares: it may be
// given settings, and room may run out on it. The Folder of each node is a disk of its own
// that has room for so many bytes, as [SmallDisk] has; 0: on the disk of all. The servers
// end when the test ends, so close what is open there before.
func Private(t testing.TB, k Kind, disk int64) []*Server {
	t.Helper()
	nodes := use(t, k.started(disk)).nodes
	t.Cleanup(nodes[0].cluster.remove)
	return nodes
}

// started returns a function that starts a new server of the kind.
func (k Kind) started(disk int64) func() (*cluster, error) {
	create := map[Kind]func(int64) (*cluster, error){KindPostgres: newPostgres, KindMariaDB: newMariaDB, KindGalera: newGalera}[k]
	return func() (*cluster, error) {
		return attempts(func() (*cluster, error) { return create(disk) })
	}
}

// use starts what an earlier test left killed, too.
func use(t testing.TB, shared func() (*cluster, error)) *cluster {
	t.Helper()
	c, err := shared()
	if err == nil {
		err = c.start()
	}
	need(t, err)
	return c
}

// attempts starts a new cluster, and another one if a port was taken meanwhile.
func attempts(create func() (*cluster, error)) (*cluster, error) {
	var failed error
	for range 3 {
		c, err := create()
		if err == nil {
			err = c.start()
		}
		if err == nil {
			return c, nil
		}
		if c == nil {
			return nil, err
		}
		c.remove()
		failed = errors.Join(failed, err)
	}
	return nil, failed
}

// Address returns host and port, for a proxy in between.
func (s *Server) Address() string { return s.address }

// DSN returns what opens the database: for PostgreSQL a URL that has a query
// already, for pgx and lib/pq; for MariaDB what go-sql-driver takes, without a
// query. It stays the same when the server is started again.
func (s *Server) DSN(database string) string { return s.dsn(database) }

// Database makes an empty database and returns its DSN. A database of that name is
// dropped before; PostgreSQL ends the connections to it. In a cluster the database is
// at all nodes that run. The name consists of small letters, digits and underscores.
func (s *Server) Database(t testing.TB, name string) string {
	t.Helper()
	if _, err := s.query("", "drop database if exists "+name+s.force, "create database "+name); err != nil {
		t.Fatal(err)
	}
	s.cluster.Lock()
	defer s.cluster.Unlock()
	for _, node := range s.cluster.nodes {
		if node.catchUp == "" || !node.running() {
			continue
		}
		if _, err := node.query("", node.catchUp); err != nil {
			t.Fatal(err)
		}
	}
	return s.DSN(name)
}

// Kill ends the server and all its processes with SIGKILL, and returns when they
// have ended. It does nothing to a server that does not run. Tests that kill do not
// run in parallel to others.
func (s *Server) Kill() {
	s.cluster.Lock()
	defer s.cluster.Unlock()
	s.kill()
}

// Start starts every node of the server's cluster that was killed or has ended, on the same
// data and port, and returns when all nodes serve as one. It does nothing to nodes that serve.
func (s *Server) Start(t testing.TB) {
	t.Helper()
	var err error
	for range 3 { // a server may take its time to die of what befell it
		if err = s.cluster.start(); err == nil {
			return
		}
	}
	t.Fatal(err)
}

// Folder is where the server has its files, all of them.
func (s *Server) Folder() string { return s.folder }

// Pause halts the server's process, which holds on to all it has, until Resume. It is for
// MariaDB and the nodes of Galera, each of which is one process.
func (s *Server) Pause() error { return s.signal(syscall.SIGSTOP) }

// Resume lets a server go on that was halted by Pause.
func (s *Server) Resume() error { return s.signal(syscall.SIGCONT) }

func (s *Server) signal(number syscall.Signal) error {
	s.cluster.Lock()
	defer s.cluster.Unlock()
	if !s.running() {
		return nil
	}
	return syscall.Kill(-s.pid, number)
}

// start starts the nodes that do not run, and returns when all serve.
func (c *cluster) start() error {
	c.Lock()
	defer c.Unlock()
	more := make([][]string, len(c.nodes))
	if c.resume != nil && slices.ContainsFunc(c.nodes, func(s *Server) bool { return !s.running() }) {
		var err error
		if more, err = c.resume(); err != nil {
			return err
		}
	}
	for i, s := range c.nodes {
		if !s.running() {
			if err := s.start(more[i]...); err != nil {
				return err
			}
		}
	}
	for _, s := range c.nodes {
		if err := s.await(); err != nil {
			return err
		}
	}
	return nil
}

// remove ends the nodes and removes their folders.
func (c *cluster) remove() {
	c.Lock()
	defer c.Unlock()
	for _, s := range c.nodes {
		s.kill()
		_ = exec.Command("umount", "-l", s.folder).Run() // where it is a disk of its own
		_ = os.RemoveAll(s.folder)
	}
}

// await returns when the server serves.
func (s *Server) await() error {
	for deadline := time.Now().Add(patience); ; time.Sleep(50 * time.Millisecond) {
		answer, err := s.query("", s.ready)
		switch {
		case !s.running():
			return fmt.Errorf("%s has ended:\n%s", s.program, s.log())
		case err == nil && answer == s.serving:
			return nil
		case time.Now().After(deadline):
			return fmt.Errorf("%s does not serve: it answers %q, %v\n%s", s.program, answer, err, s.log())
		}
	}
}

// query runs statements by the server's own client, which needs no driver.
func (s *Server) query(database string, statements ...string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	words := s.client(database, statements)
	answer, err := exec.CommandContext(ctx, words[0], words[1:]...).CombinedOutput()
	if err != nil {
		err = fmt.Errorf("%s: %w: %s", strings.Join(statements, "; "), err, answer)
	}
	return strings.TrimSpace(string(answer)), err
}
