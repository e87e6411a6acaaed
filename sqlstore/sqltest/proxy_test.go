package sqltest_test

import (
	"bytes"
	"io"
	"net"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// A proxy stands between a program and its database, and cuts the line when it is told
// to.
type proxy struct {
	listener net.Listener
	server   string

	mu     sync.Mutex
	marker []byte // the request at which to cut; empty: none
	when   moment
	seen   int // requests with the marker
	cuts   int // how often to cut yet
}

// A moment is when the line is cut.
type moment bool

const (
	beforeTheRequest moment = false // the server never sees it
	beforeTheAnswer  moment = true  // it has carried the request out
)

func newProxy(t testing.TB, server string) *proxy {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	p := &proxy{listener: listener, server: server}
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
	far := e
	far.dsn = func(t testing.TB, database string) (string, []string) {
		driver, sources := e.dsn(t, database)
		require.Contains(t, sources[0], p.server)
		return driver, []string{strings.Replace(sources[0], p.server, p.listener.Addr().String(), 1)}
	}
	return far
}

// cut has the line be cut so many times, at requests that contain the marker.
func (p *proxy) cut(marker string, when moment, times int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.marker, p.when, p.cuts, p.seen = []byte(marker), when, times, 0
}

// requests returns how many with the marker there were since then.
func (p *proxy) requests() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.seen
}

// strikes reports whether the line is to be cut at this request, and when.
func (p *proxy) strikes(request []byte) (bool, moment) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.marker) == 0 || !bytes.Contains(request, p.marker) {
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
	cut := make(chan struct{})
	go func() {
		defer client.Close()
		answer := make([]byte, 1<<16)
		for {
			n, err := server.Read(answer)
			select {
			case <-cut:
				return
			default:
			}
			if _, failed := client.Write(answer[:n]); failed != nil || err != nil {
				return
			}
		}
	}()
	request := make([]byte, 1<<16)
	for {
		n, err := client.Read(request)
		if strikes, when := p.strikes(request[:n]); strikes {
			if when == beforeTheRequest {
				return
			}
			close(cut)
			if _, err := server.Write(request[:n]); err == nil {
				_, _ = io.Copy(io.Discard, client) // until the other side has had its answer
			}
			return
		}
		if _, failed := server.Write(request[:n]); failed != nil || err != nil {
			return
		}
	}
}
