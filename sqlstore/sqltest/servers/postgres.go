package servers

import (
	"fmt"
	"path/filepath"
)

func newPostgres(disk int64) (*cluster, error) {
	program, err := find("postgres", "there is no PostgreSQL: apt-get install postgresql")
	if err != nil {
		return nil, err
	}
	// The psql that Debian has on PATH is a slow wrapper.
	beside := func(name string) string { return filepath.Join(filepath.Dir(program), name) }
	folder, owner, err := newFolder("postgres", "QUIT", disk)
	if err != nil {
		return nil, err
	}
	data, port := filepath.Join(folder, "data"), ports(1)[0]
	s := &Server{
		process: process{program: program, folder: folder, owner: owner, arguments: []string{
			"-D", data, "-p", fmt.Sprint(port), "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "max_connections=200",
		}},
		address: fmt.Sprintf("127.0.0.1:%d", port),
		force:   " with (force)",
		ready:   "show data_directory", // and not another server that was faster at the port
		serving: data,
	}
	s.dsn = func(database string) string {
		return "postgres://postgres@" + s.address + "/" + database + "?sslmode=disable"
	}
	s.client = func(database string, statements []string) []string {
		words := []string{beside("psql"), s.dsn(database) + "&connect_timeout=5", "-XAtq", "-v", "ON_ERROR_STOP=1"}
		for _, statement := range statements { // a transaction each
			words = append(words, "-c", statement)
		}
		return words
	}
	s.cluster = &cluster{nodes: []*Server{s}}
	return s.cluster, s.run(beside("initdb"), "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
}
