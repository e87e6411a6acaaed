// Package proxy stands between clients and a server. It counts round trips, delays them, and
// cuts connections.
package proxy

import (
	"bytes"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// A Proxy is a listener on loopback in front of a server. Its methods may be called at once
// from any number of goroutines.
type Proxy struct {
	listener net.Listener
	server   string
	delay    atomic.Int64 // of each direction

	mu     sync.Mutex
	trips  int    // how often a client spoke after the server did
	marker string // the request at which to cut; empty: none
	when   Moment
	seen   int // requests with the marker
	cuts   int // how often to cut yet
}

// A Moment is when the connection is cut.
type Moment bool

// The moments.
const (
	BeforeTheRequest Moment = false // the server never sees it
	BeforeTheAnswer  Moment = true  // the server has carried the request out
)

// New returns a proxy in front of the server, until Close.
func New(server string) (*Proxy, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p := &Proxy{listener: listener, server: server}
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			go p.serve(client)
		}
	}()
	return p, nil
}

// Close takes no more connections. Those that are open stay.
func (p *Proxy) Close() { _ = p.listener.Close() }

// Address returns host and port.
func (p *Proxy) Address() string { return p.listener.Addr().String() }

// Server returns host and port of the server.
func (p *Proxy) Server() string { return p.server }

// Delay makes a round trip take so much longer from now on.
func (p *Proxy) Delay(trip time.Duration) { p.delay.Store(int64(trip / 2)) }

// During returns how many round trips the call takes.
func (p *Proxy) During(call func()) int {
	count := func() int {
		p.mu.Lock()
		defer p.mu.Unlock()
		return p.trips
	}
	before := count()
	call()
	return count() - before
}

// Cut cuts the connection so many times, at requests that contain the marker.
func (p *Proxy) Cut(marker string, when Moment, times int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.marker, p.when, p.cuts, p.seen = marker, when, times, 0
}

// Requests returns how many with the marker there were since then.
func (p *Proxy) Requests() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.seen
}

// heard notes a request, and reports whether to cut at it, and when.
func (p *Proxy) heard(request []byte, first bool) (bool, Moment) {
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

func (p *Proxy) serve(client net.Conn) {
	defer client.Close()
	server, err := net.Dial("tcp", p.server)
	if err != nil {
		return
	}
	defer server.Close()
	var answered, cut atomic.Bool
	go func() {
		defer client.Close()
		to := p.line(client)
		defer to.end()
		answer := make([]byte, 1<<16)
		for {
			n, err := server.Read(answer)
			answered.Store(true)
			if cut.Load() {
				return
			}
			if failed := to.write(answer[:n]); failed != nil || err != nil {
				return
			}
		}
	}()
	to := p.line(server)
	defer to.end()
	request := make([]byte, 1<<16)
	for {
		n, err := client.Read(request)
		first := answered.Swap(false)
		if cuts, when := p.heard(request[:n], first && n > 0); cuts {
			if when == BeforeTheAnswer {
				cut.Store(true)
				if err := to.write(request[:n]); err == nil {
					_, _ = io.Copy(io.Discard, client) // until the server has answered
				}
			}
			return
		}
		if failed := to.write(request[:n]); failed != nil || err != nil {
			return
		}
	}
}

// A line writes to one side, late where there is a delay. What is on its way meanwhile
// doesn't wait for what went before it.
type line struct {
	*Proxy
	to     net.Conn
	on     chan parcel // what is on its way; nil: nothing was ever late
	gone   chan struct{}
	failed atomic.Bool
}

// A parcel is bytes and when they arrive.
type parcel struct {
	bytes []byte
	at    time.Time
}

func (p *Proxy) line(to net.Conn) *line { return &line{Proxy: p, to: to} }

func (l *line) write(bytes []byte) error {
	delay := time.Duration(l.delay.Load())
	if delay == 0 && l.on == nil {
		_, err := l.to.Write(bytes)
		return err
	}
	if l.on == nil {
		l.on, l.gone = make(chan parcel, 1024), make(chan struct{})
		go l.deliver()
	}
	l.on <- parcel{append([]byte(nil), bytes...), time.Now().Add(delay)}
	if l.failed.Load() {
		return io.ErrClosedPipe
	}
	return nil
}

func (l *line) deliver() {
	defer close(l.gone)
	for p := range l.on {
		time.Sleep(time.Until(p.at))
		if _, err := l.to.Write(p.bytes); err != nil {
			l.failed.Store(true)
		}
	}
}

// end waits for what is on its way.
func (l *line) end() {
	if l.on != nil {
		close(l.on)
		<-l.gone
	}
}
