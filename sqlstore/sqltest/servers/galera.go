package servers

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

const noGalera missing = "there is no Galera: apt-get install mariadb-server galera-4 rsync"

// newGalera makes a cluster of three nodes. The first has data when it starts, the
// others copy it.
func newGalera(disk int64) (*cluster, error) {
	provider, err := find("libgalera_smm.so", noGalera)
	if err != nil {
		return nil, err
	}
	if _, err := find("rsync", noGalera); err != nil {
		return nil, err
	}
	const count = 3
	free := ports(4 * count)
	var members []string
	for i := range count {
		members = append(members, fmt.Sprint("127.0.0.1:", free[4*i+1]))
	}
	c := &cluster{}
	c.resume = c.resumeGalera
	for i := range count {
		own := free[4*i:]
		s, err := newNode(disk, own[0],
			"binlog_format=ROW", "default_storage_engine=InnoDB", "innodb_autoinc_lock_mode=2",
			"wsrep_on=ON", "wsrep_provider="+provider,
			fmt.Sprint("wsrep_cluster_name=seats", free[0]), fmt.Sprint("wsrep_node_name=node", i),
			"wsrep_cluster_address=gcomm://"+strings.Join(members, ","), "wsrep_node_address=127.0.0.1",
			fmt.Sprintf(`wsrep_provider_options="gmcast.listen_addr=tcp://%s;ist.recv_addr=127.0.0.1:%d;gcache.size=64M"`, members[i], own[2]),
			"wsrep_sst_method=rsync", fmt.Sprint("wsrep_sst_receive_address=127.0.0.1:", own[3]),
		)
		if err != nil {
			return nil, err
		}
		s.ready = "select group_concat(variable_value order by variable_name) from information_schema.global_status" +
			" where variable_name in ('wsrep_cluster_size', 'wsrep_local_state_comment', 'wsrep_ready')"
		s.serving = fmt.Sprint(count, ",Synced,ON")
		s.catchUp = "set wsrep_sync_wait = 1; select 1"
		s.cluster = c
		c.nodes = append(c.nodes, s)
	}
	return c, c.nodes[0].install("--wsrep-on=OFF")
}

// resumeGalera does what an operator does after a breakdown. Nodes join those that
// still run, and find the majority by themselves. Where none runs, the node
// that has most begins the cluster anew, or else what only some have would be lost. At
// the very first that is the one node that has anything.
func (c *cluster) resumeGalera() ([][]string, error) {
	more := make([][]string, len(c.nodes))
	first, most, none := 0, -1, true
	for i, s := range c.nodes {
		if s.running() {
			none = false
			continue
		}
		history, number, err := s.position()
		if err != nil {
			return nil, err
		}
		if history != "" {
			more[i] = []string{fmt.Sprintf("--wsrep-start-position=%s:%d", history, number)}
		}
		if number > most {
			first, most = i, number
		}
	}
	if !none {
		return more, nil
	}
	more[first] = append(more[first], "--wsrep-new-cluster")
	return more, c.nodes[first].mayBegin()
}

// position returns the number of the last change in the data of a node that does
// not run, and the history that it is part of; no history if the node never ran.
func (s *Server) position() (history string, number int, err error) {
	if _, err := os.Stat(s.state()); errors.Is(err, os.ErrNotExist) {
		return "", -1, nil
	}
	if err := s.run(s.program, append(s.arguments, "--wsrep-recover")...); err != nil {
		return "", 0, err
	}
	_, position, _ := strings.Cut(s.log(), "Recovered position: ")
	if _, err := fmt.Sscanf(strings.Replace(position, ":", " ", 1), "%s %d", &history, &number); err != nil {
		return "", 0, fmt.Errorf("no position: %w:\n%s", err, s.log())
	}
	return history, number, nil
}

// mayBegin marks the node as one that may begin a new cluster.
func (s *Server) mayBegin() error {
	text, err := os.ReadFile(s.state())
	if errors.Is(err, os.ErrNotExist) {
		return nil // it never ran, and may
	}
	if err != nil {
		return err
	}
	text = bytes.Replace(text, []byte("safe_to_bootstrap: 0"), []byte("safe_to_bootstrap: 1"), 1)
	return os.WriteFile(s.state(), text, 0o600)
}

// state returns the file in which a node keeps its part in the cluster.
func (s *Server) state() string { return filepath.Join(s.folder, "data", "grastate.dat") }
