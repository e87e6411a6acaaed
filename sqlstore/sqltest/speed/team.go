package main

import (
	"context"
	"encoding/gob"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"time"
)

// The program runs itself for each further process, with its order in this variable.
const orderVariable = "SEATKEEPER_SPEED_ORDER"

// An order is what a process of a team is told when it starts.
type order struct {
	Engine string
	Source string
	Number int
	Stage  stage // with its own clients
	Ways   []string
	Sells  bool // see sell
}

// A turn is what it is told then, again and again.
type turn struct {
	Way   int // of the order
	Lasts time.Duration
}

// A report is its answer; the first one says that it is ready.
type report struct {
	Sample sample
	Sold   []string // the IDs of those who have a seat
	Error  string
}

// A member is a process of a team.
type member struct {
	clients int
	cmd     *exec.Cmd
	to      io.WriteCloser
	turns   *gob.Encoder
	reports *gob.Decoder
}

// A team is processes that work at once.
type team struct{ members []*member }

// startTeam starts the processes, each on another node, and lets them run the contestants.
func (r *runner) startTeam(s *site, st stage, all []*contestant) (*team, error) {
	var names []string
	for _, c := range all {
		names = append(names, c.name)
	}
	t, err := newTeam(s, st, order{Engine: s.name, Ways: names})
	if err != nil {
		return nil, err
	}
	for i, c := range all {
		c.run = func(_ context.Context, lasts time.Duration) (sample, error) {
			reports, err := t.take(turn{i, lasts})
			return t.sum(reports, st), err
		}
	}
	return t, nil
}

func newTeam(s *site, st stage, o order) (*team, error) {
	t := &team{}
	for i := range st.Processes {
		o := o
		o.Number, o.Source, o.Stage = i, s.sources[i%len(s.sources)], st
		o.Stage.Clients = (st.Clients + i) / st.Processes
		m, err := startMember(o)
		if err != nil {
			t.end()
			return nil, err
		}
		t.members = append(t.members, m)
	}
	for _, m := range t.members {
		if r, err := m.report(); err != nil || r.Error != "" {
			t.end()
			return nil, errors.Join(err, errors.New(r.Error))
		}
	}
	return t, nil
}

func startMember(o order) (*member, error) {
	text, err := json.Marshal(o)
	if err != nil {
		return nil, err
	}
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	m := &member{clients: o.Stage.Clients, cmd: exec.Command(program)}
	m.cmd.Env, m.cmd.Stderr = append(os.Environ(), orderVariable+"="+string(text)), os.Stderr
	if m.to, err = m.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	from, err := m.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	m.turns, m.reports = gob.NewEncoder(m.to), gob.NewDecoder(from)
	return m, m.cmd.Start()
}

func (m *member) report() (r report, err error) {
	err = m.reports.Decode(&r)
	return r, err
}

// take lets all members take a turn at once.
func (t *team) take(next turn) (reports []report, err error) {
	for _, m := range t.members {
		if err := m.turns.Encode(next); err != nil {
			return nil, err
		}
	}
	for i, m := range t.members {
		r, failed := m.report()
		if r.Error != "" {
			failed = errors.New(r.Error)
		}
		if failed != nil {
			err = errors.Join(err, fmt.Errorf("process %d: %w", i, failed))
		}
		reports = append(reports, r)
	}
	return reports, err
}

// sum joins what the members did, and compares each with its share by its clients.
func (t *team) sum(reports []report, st stage) (all sample) {
	for _, r := range reports {
		all.Calls += r.Sample.Calls
		all.Elapsed = max(all.Elapsed, r.Sample.Elapsed)
		all.Took = append(all.Took, r.Sample.Took...)
	}
	for i, r := range reports {
		share := float64(all.Calls) * float64(t.members[i].clients) / float64(st.Clients)
		all.Parts = append(all.Parts, float64(r.Sample.Calls)/share)
	}
	return all
}

// end ends the processes: they have nothing more to read.
func (t *team) end() {
	for _, m := range t.members {
		_ = m.to.Close()
		_ = m.cmd.Wait()
	}
}

// serve is the process of a member.
func serve(text string) error {
	var o order
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		return err
	}
	ctx := context.Background()
	e := engines[slices.IndexFunc(engines, func(e engine) bool { return e.name == o.Engine })]
	db, err := e.connect(o.Source, way{}.connections(e, o.Stage))
	if err != nil {
		return err
	}
	defer db.Close()
	s := &site{engine: e, db: db}
	var invites []invite
	var calls []func(context.Context, int) error
	guests := newGuests(1 + o.Number)
	for _, name := range o.Ways {
		do, err := ways(e)[name].invite(ctx, s, db, o.Stage)
		if err != nil {
			return err
		}
		invites = append(invites, do)
		calls = append(calls, guests.inviting(do, o.Stage))
	}
	turns, reports := gob.NewDecoder(os.Stdin), gob.NewEncoder(os.Stdout)
	if err := reports.Encode(report{}); err != nil {
		return err
	}
	for {
		var next turn
		if err := turns.Decode(&next); err != nil {
			return nil // the program has no more turns
		}
		var r report
		var err error
		if o.Sells {
			r.Sold, err = sellOut(ctx, o.Stage, guests, invites[0])
		} else {
			r.Sample, err = clock(ctx, o.Stage.Clients, next.Lasts, calls[next.Way])
		}
		if err != nil {
			r.Error = err.Error()
		}
		if err := reports.Encode(r); err != nil {
			return err
		}
	}
}
