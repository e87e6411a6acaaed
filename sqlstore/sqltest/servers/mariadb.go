package servers

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

func newMariaDB(disk int64) (*cluster, error) {
	s, err := newNode(disk, ports(1)[0], "skip-log-bin")
	if err != nil {
		return nil, err
	}
	s.cluster = &cluster{nodes: []*Server{s}}
	return s.cluster, s.install()
}

const noMariaDB missing = "there is no MariaDB: apt-get install mariadb-server"

// newNode returns a server without data whose configuration has more lines.
func newNode(disk int64, port int, more ...string) (*Server, error) {
	program, err := find("mariadbd", noMariaDB)
	if err != nil {
		return nil, err
	}
	client, err := find("mariadb", noMariaDB)
	if err != nil {
		return nil, err
	}
	folder, owner, err := newFolder("mysql", "KILL", disk)
	if err != nil {
		return nil, err
	}
	in := func(name string) string { return filepath.Join(folder, name) }
	// A server that starts removes all temporary tables from the folder for them, also
	// those that another one is using.
	lines := append([]string{
		"[mariadbd]", "datadir=" + in("data"), "tmpdir=" + folder, "socket=" + in("socket"), "pid-file=" + in("data/pid"),
		fmt.Sprint("port=", port), "bind-address=127.0.0.1", "skip-name-resolve", "max_connections=300",
	}, more...)
	if err := os.WriteFile(in("my.cnf"), []byte(strings.Join(lines, "\n")+"\n"), 0o644); err != nil {
		return nil, err
	}
	s := &Server{
		process: process{program: program, arguments: []string{"--defaults-file=" + in("my.cnf")}, folder: folder, owner: owner},
		address: fmt.Sprintf("127.0.0.1:%d", port),
		ready:   "select 1",
		serving: "1",
	}
	s.dsn = func(database string) string { return "root@tcp(" + s.address + ")/" + database }
	s.client = func(database string, statements []string) []string {
		return []string{client, "--no-defaults", "--socket=" + in("socket"), "--user=root", "--database=" + database, "--batch", "--skip-column-names",
			"--execute", strings.Join(statements, "; ")}
	}
	return s, s.run("mkdir", "data") // as the owner
}

// install makes the server's system tables.
func (s *Server) install(more ...string) error {
	program, err := find("mariadb-install-db", noMariaDB)
	if err != nil {
		return err
	}
	words := append(s.arguments, "--auth-root-authentication-method=normal", "--skip-test-db")
	return s.run(program, append(words, more...)...)
}
