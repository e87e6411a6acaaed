package sqltest_test

import (
	"bytes"
	"net"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

// A meter stands before a server and counts round trips: how often a client speaks
// again after the server did.
type meter struct {
	net.Listener
	server string
	trips  atomic.Int64
}

// newMeter returns a meter before the server of that address.
func newMeter(t testing.TB, server string) *meter {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	p := &meter{Listener: l, server: server}
	t.Cleanup(func() { require.NoError(t, l.Close()) })
	go p.serve()
	return p
}

func (p *meter) serve() {
	for {
		client, err := p.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial("tcp", p.server)
		if err != nil {
			_ = client.Close()
			continue
		}
		var answered atomic.Bool
		go pass(server, client, func(said []byte) {
			if answered.Swap(false) && !isPing(said) {
				p.trips.Add(1)
			}
		})
		go pass(client, server, func([]byte) { answered.Store(true) })
	}
}

// isPing reports whether this is how pgx looks whether a connection that lay idle for a
// second is still there.
func isPing(said []byte) bool { return bytes.Contains(said, []byte("-- ping")) }

// pass hands on what is said, until one of the two goes.
func pass(to, from net.Conn, heard func([]byte)) {
	defer to.Close()
	defer from.Close()
	said := make([]byte, 1<<16)
	for {
		n, err := from.Read(said)
		if n > 0 {
			heard(said[:n])
			if _, err := to.Write(said[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// during returns how many round trips the call takes.
func (p *meter) during(call func()) int {
	before := p.trips.Load()
	call()
	return int(p.trips.Load() - before)
}
