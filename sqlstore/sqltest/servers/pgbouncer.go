package servers

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"sync"
	"testing"
)

// PgBouncer returns a pooler in transaction mode before the process's PostgreSQL server. Its DSN
// opens a database made there.
func PgBouncer(t testing.TB) *Server {
	t.Helper()
	Postgres(t)
	return use(t, pgBouncer).nodes[0]
}

var pgBouncer = sync.OnceValues(func() (*cluster, error) { return attempts(newPgBouncer) })

func newPgBouncer() (*cluster, error) {
	program, err := find("pgbouncer", "there is no PgBouncer: apt-get install pgbouncer")
	if err != nil {
		return nil, err
	}
	folder, owner, err := newFolder("postgres", "QUIT", 0)
	if err != nil {
		return nil, err
	}
	behind, err := postgres()
	if err != nil {
		return nil, err
	}
	host, upstream, err := net.SplitHostPort(behind.nodes[0].Address())
	if err != nil {
		return nil, err
	}
	port, settings := ports(1)[0], filepath.Join(folder, "pgbouncer.ini")
	text := fmt.Sprintf(`[databases]
* = host=%s port=%s user=postgres
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = %d
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 10
max_client_conn = 200
ignore_startup_parameters = extra_float_digits
`, host, upstream, port)
	s := *behind.nodes[0]
	s.process = process{program: program, folder: folder, owner: owner, arguments: []string{settings}}
	s.address = fmt.Sprintf("127.0.0.1:%d", port)
	s.dsn = func(database string) string {
		return "postgres://postgres@" + s.address + "/" + database + "?sslmode=disable"
	}
	client := behind.nodes[0].client
	s.client = func(database string, statements []string) []string {
		words := client(database, statements)
		words[1] = s.dsn(database) + "&connect_timeout=5"
		return words
	}
	s.cluster = &cluster{nodes: []*Server{&s}}
	return s.cluster, os.WriteFile(settings, []byte(text), 0o644)
}
