package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/seatkeeper/seatkeeper/sqlstore"
	"github.com/seatkeeper/seatkeeper/sqlstore/sqltest/servers"
)

var allFaults = []string{"clients", "servers", "lines", "disk", "locks", "clocks"}

// A world is an engine with its clients, and all that goes wrong there.
type world struct {
	engine
	name    string
	seed    uint64
	faults  []string
	nodes   []*servers.Server
	disks   []string // one for each node
	db      *sql.DB  // straight to the database
	order   order    // for the clients, without their names
	clients [processes]process
	proxies []*proxy

	hardware sync.Mutex // one fault at a time of servers and disks
	mu       sync.Mutex
	struck   map[string]int // how often what went wrong
}

// has reports whether something of that kind goes wrong.
func (w *world) has(fault string) bool { return slices.Contains(w.faults, fault) }

// torment lets things go wrong for that long.
func (w *world) torment(lasts time.Duration) {
	for i := range w.clients {
		w.start(i)
	}
	ctx, cancel := context.WithTimeout(context.Background(), lasts)
	defer cancel()
	var group sync.WaitGroup
	for i, fault := range []struct {
		name  string
		quiet time.Duration // before it, at most; at least a fifth of that
		occur func(context.Context, *rand.Rand)
	}{
		{"clients", 5 * time.Second, w.killClient},
		{"servers", 20 * time.Second, w.strikeServer},
		{"lines", 4 * time.Second, w.cutLines},
		{"disk", 10 * time.Second, w.fillDisk},
		{"locks", 2 * time.Second, w.holdLocks},
	} {
		if !w.has(fault.name) || len(w.nodes) == 0 && (fault.name == "servers" || fault.name == "lines") {
			continue
		}
		group.Go(func() {
			r := rand.New(rand.NewPCG(w.seed, uint64(i)+1<<60))
			for pause(ctx, between(r, fault.quiet/5, fault.quiet)) {
				fault.occur(ctx, r)
				w.mu.Lock()
				w.struck[fault.name]++
				w.mu.Unlock()
			}
		})
	}
	group.Wait()
	<-ctx.Done()
}

func between(r *rand.Rand, least, most time.Duration) time.Duration {
	return least + time.Duration(r.Int64N(int64(most-least)))
}

// pause waits, and reports whether to go on.
func pause(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}

// heal waits for the servers, and for the last calls of the clients.
func (w *world) heal() {
	for _, s := range w.nodes {
		s.Start(bench{})
	}
	for i := range w.clients {
		p := &w.clients[i]
		_ = p.input.Close()
		late := time.AfterFunc(time.Minute, func() { _ = p.Process.Kill() })
		if err := p.Wait(); err != nil {
			log.Printf("client %d: %v", i, err)
		}
		late.Stop()
	}
}

// end ends what is left.
func (w *world) end() {
	for i := range w.clients {
		w.clients[i].kill()
	}
	for _, p := range w.proxies {
		_ = p.Close()
		p.cut()
	}
	for _, s := range w.nodes {
		s.Kill()
	}
}

// A process is a client.
type process struct {
	*exec.Cmd
	input io.WriteCloser
	lives int
}

// kill kills the process, unless its end has been waited for.
func (p *process) kill() {
	if p.Cmd != nil {
		_ = p.Process.Kill()
		_ = p.Wait()
	}
}

// start starts a client that does not run.
func (w *world) start(i int) {
	p := &w.clients[i]
	o := w.order
	o.Number, o.Life = i, p.lives
	p.lives++
	text, _ := json.Marshal(o)
	program, err := os.Executable()
	p.Cmd = exec.Command(program, "-client", string(text))
	p.Stderr = os.Stderr
	if err == nil {
		p.input, err = p.StdinPipe()
	}
	if err == nil {
		err = p.Start()
	}
	must(err)
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func (w *world) killClient(_ context.Context, r *rand.Rand) {
	i := r.IntN(processes)
	w.clients[i].kill()
	w.start(i)
}

// strikeServer kills a server, or halts a node of several for a while.
func (w *world) strikeServer(ctx context.Context, r *rand.Rand) {
	w.hardware.Lock()
	defer w.hardware.Unlock()
	s := w.nodes[r.IntN(len(w.nodes))]
	if len(w.nodes) > 1 && r.IntN(2) == 0 {
		must(s.Pause())
		pause(ctx, between(r, time.Second, 10*time.Second)) // after five the others go on without it
		must(s.Resume())
	} else {
		s.Kill()
		pause(ctx, between(r, 0, 2*time.Second))
	}
	s.Start(bench{})
}

// fillDisk leaves no room on one of the disks for a while.
func (w *world) fillDisk(ctx context.Context, r *rand.Rand) {
	w.hardware.Lock()
	defer w.hardware.Unlock()
	i := r.IntN(len(w.disks))
	ctx, cancel := context.WithTimeout(ctx, between(r, time.Second/2, 4*time.Second))
	defer cancel()
	must(servers.Fill(w.disks[i]))
	for pause(ctx, 50*time.Millisecond) {
		must(servers.Fill(w.disks[i]))
	}
	must(servers.Empty(w.disks[i]))
	if len(w.nodes) > 1 {
		w.nodes[i].Kill() // it has left the others, or will
	}
	if len(w.nodes) > 0 {
		w.nodes[i].Start(bench{})
	}
}

// busy is how many accounts a third of all calls, and all locks of a host, are about.
const busy = 3

// held are statements by which a transaction of a host locks something of an account.
var held = map[sqlstore.Dialect][]string{
	sqlstore.SQLite: {"UPDATE seats_accounts SET name = name WHERE id = '%s'"},
	sqlstore.Postgres: {
		"SELECT revision FROM seats_accounts WHERE id = '%s' FOR UPDATE",
		"SELECT id FROM seats_users WHERE account = '%s' FOR SHARE",
		"SELECT held FROM seats_accounts WHERE id = '%s' FOR UPDATE",
		"LOCK TABLE seats_users IN SHARE MODE /* %s */",
	},
	sqlstore.MySQL: {
		"SELECT revision FROM seats_accounts WHERE id = '%s' FOR UPDATE",
		"SELECT COUNT(*) FROM seats_users FORCE INDEX (seats_users_by_email) WHERE account = '%s' LOCK IN SHARE MODE",
		"SELECT id FROM seats_users FORCE INDEX (seats_users_by_name) WHERE account = '%s' FOR UPDATE",
		"SELECT id FROM seats_users FORCE INDEX (seats_users_by_administers) WHERE account >= '%s' FOR UPDATE",
		"SELECT sequence FROM seats_events WHERE account = '%s' ORDER BY sequence DESC LIMIT 1 FOR UPDATE",
	},
}

// holdLocks locks something for a while, often longer than a client waits.
func (w *world) holdLocks(ctx context.Context, r *rand.Rand) {
	statements := held[w.dialect]
	statement := fmt.Sprintf(statements[r.IntN(len(statements))], accountID(r.IntN(busy)))
	lasts := between(r, time.Second/2, 5*time.Second/2)
	tx, err := w.db.BeginTx(ctx, nil)
	if err != nil {
		return // something else is in the way
	}
	defer tx.Rollback()
	if _, err := tx.ExecContext(ctx, statement); err == nil {
		pause(ctx, lasts)
	}
}

func (w *world) cutLines(context.Context, *rand.Rand) {
	for _, p := range w.proxies {
		p.cut()
	}
}

// A proxy stands between the clients and a server.
type proxy struct {
	net.Listener
	server string
	mu     sync.Mutex
	open   []net.Conn
}

// through returns the source by which a client gets to the server through a proxy.
func (w *world) through(server, source string) string {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(err)
	p := &proxy{Listener: listener, server: server}
	w.proxies = append(w.proxies, p)
	go p.serve()
	return strings.Replace(source, server, listener.Addr().String(), 1)
}

func (p *proxy) serve() {
	for {
		near, err := p.Accept()
		if err != nil {
			return
		}
		far, err := net.Dial("tcp", p.server)
		if err != nil {
			_ = near.Close()
			continue
		}
		p.mu.Lock()
		p.open = append(p.open, near, far)
		p.mu.Unlock()
		for from, to := range map[net.Conn]net.Conn{near: far, far: near} {
			go func() {
				_, _ = io.Copy(to, from)
				_, _ = from.Close(), to.Close()
			}()
		}
	}
}

// cut cuts all lines in the middle of whatever they carry.
func (p *proxy) cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.open {
		_ = c.Close()
	}
	p.open = nil
}
