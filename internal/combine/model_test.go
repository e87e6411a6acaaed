package combine_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/internal/combine"
)

// A member is a caller, and what the model says of it.
type member struct {
	combine.Member[*member]
	number    int
	cancel    context.CancelFunc
	state     string
	returned  atomic.Int64 // Joins that ended
	lead, via bool         // what Join returned, via: sent
	err       error
	held      []*member // of a leader
}

func (m *member) String() string { return fmt.Sprint(m.number, " ", m.state) }

// A world is a queue and its model. Between two steps nothing moves.
type world struct {
	combine.Queue[*member]
	t       require.TestingT
	all     []*member
	waiting []*member // in order
	leaders []*member
	steps   string
}

// A recorder is a test of one run: the first failure ends the run.
type recorder struct{ finding string }

func (r *recorder) Errorf(format string, args ...any) { r.finding = fmt.Sprintf(format, args...) }

func (r *recorder) FailNow() { panic(r) }

// play carries out steps, in a bubble, and returns what is wrong.
func (w *world) play(steps []step) (finding string) {
	r := &recorder{}
	w.t = r
	defer func() {
		if p := recover(); p != nil && p != r {
			panic(p)
		}
		for _, m := range w.all {
			m.cancel()
		}
		finding = r.finding
	}()
	for _, s := range steps {
		w.step(s)
	}
	w.end()
	return ""
}

func (w *world) say(format string, args ...any) { w.steps += fmt.Sprintf(format+"\n", args...) }

// join begins a call, which leads or waits.
func (w *world) join(weight int, alone bool) *member {
	m := &member{number: len(w.all), state: "waits"}
	m.Value, m.Weight, m.Alone = m, weight, alone
	w.all = append(w.all, m)
	ctx, cancel := context.WithCancel(context.Background())
	m.cancel = cancel
	w.say("%d joins with weight %d, alone %v", m.number, weight, alone)
	if len(w.leaders) < max(1, w.Leaders) {
		w.leads(m)
	} else {
		w.waiting = append(w.waiting, m)
	}
	go func() {
		m.lead, m.via, m.err = w.Join(ctx, &m.Member)
		m.returned.Add(1)
	}()
	w.settle()
	return m
}

func (w *world) leads(m *member) {
	m.state = "leads"
	w.leaders = append(w.leaders, m)
}

// settle lets all go on, and compares what ended with the model.
func (w *world) settle() {
	synctest.Wait()
	for _, m := range w.all {
		ended := int64(1)
		if slices.Contains([]string{"waits", "taken", "sent"}, m.state) {
			ended = 0
		}
		require.Equal(w.t, ended, m.returned.Load(), "%v\n%s", m, w.steps)
		if ended == 0 {
			continue
		}
		require.Equal(w.t, m.state == "leads" || m.state == "has led", m.lead, "%v\n%s", m, w.steps)
		require.Equal(w.t, m.state == "gone, sent", m.via, "%v\n%s", m, w.steps)
		require.Equal(w.t, m.state == "gone" || m.state == "gone, sent", m.err != nil, "%v\n%s", m, w.steps)
	}
	require.True(w.t, len(w.waiting) == 0 || len(w.leaders) > 0, "%d wait for no leader\n%s", len(w.waiting), w.steps)
}

// ends ends the context of a call.
func (w *world) ends(m *member) {
	w.say("the context of %v ends", m)
	m.cancel()
	switch m.state {
	case "waits", "taken":
		m.state = "gone"
	case "sent":
		m.state = "gone, sent"
	}
	w.waiting = slices.DeleteFunc(w.waiting, func(o *member) bool { return o == m })
	w.settle()
}

func plain(all []*member) (members []*combine.Member[*member]) {
	for _, m := range all {
		members = append(members, &m.Member)
	}
	return members
}

func (w *world) same(want []*member, got []*combine.Member[*member]) {
	var there []*member
	for _, m := range got {
		there = append(there, m.Value)
	}
	require.Equal(w.t, fmt.Sprint(want), fmt.Sprint(there), w.steps)
}

// take lets a leader take those that wait.
func (w *world) take(l *member, most int) {
	weight := l.Weight
	for len(w.waiting) > 0 && !l.Alone && !w.waiting[0].Alone && weight+w.waiting[0].Weight <= most {
		weight += w.waiting[0].Weight
		w.waiting[0].state = "taken"
		l.held, w.waiting = append(l.held, w.waiting[0]), w.waiting[1:]
	}
	w.say("%v takes up to %d: %v", l, most, l.held)
	w.same(append([]*member{l}, l.held...), w.Take(&l.Member, most))
	w.settle()
}

// here forgets those who have left.
func (l *member) here() (all bool) {
	held := len(l.held)
	l.held = slices.DeleteFunc(l.held, func(m *member) bool { return m.state == "gone" || m.state == "gone, sent" })
	return len(l.held) == held
}

func even(m *member) bool { return m.number%2 == 0 }

func (w *world) send(l *member) {
	members := plain(append([]*member{l}, l.held...))
	all := l.here()
	w.say("%v sends %v", l, l.held)
	here, ok := w.Send(members, even)
	require.Equal(w.t, all, ok, w.steps)
	for _, m := range l.held {
		if ok && even(m) {
			m.state = "sent"
		}
	}
	w.same(append([]*member{l}, l.held...), here)
	w.settle()
}

func (w *world) callBack(l *member) {
	members := plain(append([]*member{l}, l.held...))
	l.here()
	for _, m := range l.held {
		m.state = "taken"
	}
	w.say("%v calls back %v", l, l.held)
	w.same(append([]*member{l}, l.held...), w.CallBack(members))
	w.settle()
}

// done ends the calls of the first members of a leader.
func (w *world) done(l *member, n int) {
	members := plain(append([]*member{l}, l.held[:n]...))
	w.say("%v is done with %v", l, l.held[:n])
	for _, m := range l.held[:n] {
		if m.state == "taken" || m.state == "sent" {
			m.state = "done"
		}
	}
	l.held = l.held[n:]
	w.Done(members...)
	w.settle()
}

// giveBack puts the last members of a leader back.
func (w *world) giveBack(l *member, n int) {
	last := l.held[len(l.held)-n:]
	w.say("%v puts back %v", l, last)
	members := plain(last)
	l.held = l.held[:len(l.held)-n]
	gone := &member{held: slices.Clone(last)}
	gone.here()
	for _, m := range gone.held {
		m.state = "waits"
	}
	w.waiting = slices.Concat(gone.held, w.waiting)
	w.Return(members...)
	w.settle()
}

// leaves ends the lead of a call. Another goes on with those that it holds.
func (w *world) leaves(l *member) {
	members := plain(l.held)
	w.say("%v leaves", l)
	l.state = "has led"
	w.leaders = slices.DeleteFunc(w.leaders, func(o *member) bool { return o == l })
	l.here()
	switch {
	case len(l.held) > 0:
		w.leads(l.held[0])
		l.held[0].held = l.held[1:]
	case len(w.waiting) > 0:
		w.leads(w.waiting[0])
		w.waiting = w.waiting[1:]
	}
	l.held = nil
	w.Leave(members...)
	w.settle()
}

// A step is what happens, and two numbers that choose the member and the way.
type step struct {
	kind string
	a, b int
}

func (w *world) step(s step) {
	a, b := s.a, s.b
	inside := slices.DeleteFunc(slices.Clone(w.all), func(m *member) bool { return m.returned.Load() > 0 })
	if s.kind == "joins" || len(w.leaders) == 0 {
		w.join(1+a%4, b == 11)
		return
	}
	l := w.leaders[a%len(w.leaders)]
	some := b % (1 + len(l.held))
	switch s.kind {
	case "ends":
		if len(inside) > 0 {
			w.ends(inside[a%len(inside)])
		}
	case "gathers":
		pause := time.Duration(b) * time.Millisecond
		w.say("all gather for %v", pause)
		for _, waited := range w.gathers(pause, b%3) {
			require.LessOrEqual(w.t, waited, pause, w.steps)
		}
	case "takes":
		if len(l.held) == 0 {
			w.take(l, 1+b)
		}
	case "sends":
		w.send(l)
	case "calls back":
		w.callBack(l)
	case "is done":
		w.done(l, some)
	case "gives back":
		w.giveBack(l, some)
	case "leaves":
		w.leaves(l)
	}
}

// end lets every leader come to its end.
func (w *world) end() {
	for len(w.leaders) > 0 {
		l := w.leaders[0]
		w.done(l, len(l.held))
		w.leaves(l)
	}
	for _, m := range w.all {
		require.EqualValues(w.t, 1, m.returned.Load(), "%v\n%s", m, w.steps)
	}
}

// gathers lets all leaders wait while others come, and returns how long each did.
func (w *world) gathers(pause time.Duration, come int) []time.Duration {
	waited := make([]time.Duration, len(w.leaders))
	began := time.Now()
	var gathering sync.WaitGroup
	for i, l := range w.leaders {
		gathering.Go(func() {
			w.Gather(&l.Member, pause)
			waited[i] = time.Since(began)
		})
		synctest.Wait()
	}
	for range come {
		w.join(1, false)
	}
	gathering.Wait()
	return waited
}
