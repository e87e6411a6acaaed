package sqltest_test

import (
	"bytes"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

// A proxy stands between a client and its server. It counts round trips, and cuts the
// connection when it is told to.
type proxy struct {
	net.Listener
	server string

	mu     sync.Mutex
	trips  int    // how often a client spoke after the server did
	marker string // the request at which to cut; empty: none
	when   moment
	seen   int // requests with the marker
	cuts   int // how often to cut yet
}

// A moment is when the connection is cut.
type moment bool

const (
	beforeTheRequest moment = false // the server never sees it
	beforeTheAnswer  moment = true  // the server has carried the request out
)

func newProxy(t testing.TB, server string) *proxy {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	p := &proxy{Listener: listener, server: server}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			go p.serve(client)
		}
	}()
	return p
}

// before returns the engine as it is opened through the proxy.
func (p *proxy) before(e engine) engine {
	dsn := e.dsn
	e.dsn = func(t testing.TB, database string) (string, []string) {
		driver, sources := dsn(t, database)
		require.Contains(t, sources[0], p.server)
		return driver, []string{strings.Replace(sources[0], p.server, p.Addr().String(), 1)}
	}
	return e
}

// during returns how many round trips the call takes.
func (p *proxy) during(call func()) int {
	count := func() int {
		p.mu.Lock()
		defer p.mu.Unlock()
		return p.trips
	}
	before := count()
	call()
	return count() - before
}

// cut cuts the connection so many times, at requests that contain the marker.
func (p *proxy) cut(marker string, when moment, times int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.marker, p.when, p.cuts, p.seen = marker, when, times, 0
}

// requests returns how many with the marker there were since then.
func (p *proxy) requests() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.seen
}

// heard notes a request, and reports whether to cut at it, and when.
func (p *proxy) heard(request []byte, first bool) (bool, moment) {
	p.mu.Lock()
	defer p.mu.Unlock()
	// pgx asks so whether a connection that lay idle for a second is still there.
	if first && !bytes.Contains(request, []byte("-- ping")) {
		p.trips++
	}
	if p.marker == "" || !bytes.Contains(request, []byte(p.marker)) {
		return false, p.when
	}
	p.seen++
	p.cuts--
	return p.cuts >= 0, p.when
}

func (p *proxy) serve(client net.Conn) {
	defer client.Close()
	server, err := net.Dial("tcp", p.server)
	if err != nil {
		return
	}
	defer server.Close()
	var answered, cut atomic.Bool
	go func() {
		defer client.Close()
		answer := make([]byte, 1<<16)
		for {
			n, err := server.Read(answer)
			answered.Store(true)
			if cut.Load() {
				return
			}
			if _, failed := client.Write(answer[:n]); failed != nil || err != nil {
				return
			}
		}
	}()
	request := make([]byte, 1<<16)
	for {
		n, err := client.Read(request)
		first := answered.Swap(false)
		if cuts, when := p.heard(request[:n], first && n > 0); cuts {
			if when == beforeTheAnswer {
				cut.Store(true)
				if _, err := server.Write(request[:n]); err == nil {
					_, _ = io.Copy(io.Discard, client) // until the server has answered
				}
			}
			return
		}
		if _, failed := server.Write(request[:n]); failed != nil || err != nil {
			return
		}
	}
}
