package simulate

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
)

// The kinds of decision.
const (
	serves = iota
	begins
	arrives
	passes
	jumps
	cancels
	crashes
)

// decide makes one decision: something is served, begins, or happens to the world. The same
// numbers are the same kind of decision in another run, so far as there is something to decide.
func (p *play) decide() {
	most, begin := 8, 25
	if len(p.accounts) == crowd {
		most, begin = 16, 60
	}
	kind := p.weighted(60, begin, 4, 4, 2, 4, 1)
	if kind == arrives && len(p.late) == 0 || kind == cancels && len(p.running) == 0 {
		kind = serves
	}
	if kind == serves && len(p.pending) == 0 {
		kind = begins
	}
	if kind == begins && len(p.running) >= most {
		if kind = serves; len(p.pending) == 0 {
			kind = passes
		}
	}
	switch kind {
	case serves:
		r := p.pending[p.below(len(p.pending))]
		for n := 0; n < 2 && r.method == "Commit" && len(p.accounts) == crowd; n++ { // others may come to wait with it
			r = p.pending[p.below(len(p.pending))]
		}
		p.serve(r, p.fate(r))
	case begins:
		p.begin()
	case arrives:
		p.arrive(p.below(len(p.late)))
	case passes:
		p.pass([]time.Duration{100 * time.Microsecond, 100 * time.Microsecond, time.Millisecond, time.Second, time.Hour, 12 * time.Hour, 24 * time.Hour}[p.below(7)])
	case jumps:
		p.jump()
	case cancels:
		p.cancel()
	case crashes:
		p.crashed(p.below(len(p.keepers)))
	}
}

// cancel ends the context of a call, gladly of one that shares a commit in flight.
func (p *play) cancel() {
	c := p.running[p.below(len(p.running))]
	if p.chance(60) {
		for _, r := range p.pending {
			var sharing []*call
			for _, change := range r.changes {
				sharing = append(sharing, p.members(change)...)
			}
			if r.call != nil && len(sharing) > 1 {
				if c = r.call; p.chance(40) {
					c = sharing[p.below(len(sharing))]
				}
			}
		}
	}
	p.say("the context of %v ends", c)
	c.cancel()
}

// pass lets time go by.
func (p *play) pass(d time.Duration) {
	p.say("%v pass", d)
	time.Sleep(d)
}

// jump sets the clock of a Keeper: by some time, or around the instant at which something is due.
func (p *play) jump() {
	k, a := p.keepers[p.below(len(p.keepers))], p.accounts[p.below(len(p.accounts))]
	was := k.now()
	by := []time.Duration{time.Hour, -time.Hour, 24 * time.Hour, -24 * time.Hour, 10 * 24 * time.Hour, -10 * 24 * time.Hour, 0, -time.Microsecond, time.Hour}[p.below(9)]
	due := a.now().Account.NextDue
	if p.chance(40) && !due.IsZero() {
		by += due.Sub(was)
	}
	k.mutex.Lock()
	k.offset += by
	k.mutex.Unlock()
	p.meets(clockOverDue, was.Before(due) && !k.now().Before(due))
	p.say("the clock of Keeper %d jumps by %v", k.number, by)
}

// crashed replaces a Keeper. Its commits may still arrive.
func (p *play) crashed(n int) {
	p.say("Keeper %d crashes", n)
	offset := p.keepers[n].offset
	p.crash(n)
	p.keepers[n] = p.newKeeper(n)
	p.keepers[n].offset = offset
}

func (p *play) crash(n int) {
	k := p.keepers[n]
	p.queue.mutex.Lock()
	k.crashed = true
	p.queue.mutex.Unlock()
	of := func(r *request) bool { return r.keeper == k }
	for _, r := range p.pending {
		if of(r) {
			if r.method == "Commit" && r.held == nil {
				p.met[crashInFlight]++
				p.late = append(p.late, r)
			}
			r.reply <- reply{err: errCrashed}
		}
	}
	p.pending = slices.DeleteFunc(p.pending, of)
	for _, c := range p.running {
		if c.keeper == k {
			c.lost = true
			c.cancel()
		}
	}
}

// A fate is what becomes of a request.
type fate struct {
	name   string
	weight int
	commit bool // of commits alone
	parts  bool // with a fate of its own for each change
	strike func(*play, *request) *reply
}

// fates are all of them, the plainest first.
var fates = []fate{
	{"answered", 100, false, false, func(p *play, r *request) *reply { return p.run(r) }},
	{"delayed", 10, false, false, func(p *play, r *request) *reply { r.held = p.run(r); return nil }},
	{"failed", 2, false, false, func(*play, *request) *reply { return &reply{err: errFailed} }},
	{"to be tried again", 8, true, true, (*play).runPart},
	{"lost", 4, true, false, func(*play, *request) *reply { return &reply{err: store.ErrUnknown} }},
	{"written, its answer lost", 10, true, false, func(p *play, r *request) *reply {
		p.lostAnswer(r, p.run(r))
		return &reply{err: store.ErrUnknown}
	}},
	{"written in part, its answer lost", 2, true, true, func(p *play, r *request) *reply {
		p.lostAnswer(r, p.runPart(r))
		return &reply{err: store.ErrUnknown}
	}},
	{"lost, to arrive late", 4, true, false, func(p *play, r *request) *reply {
		p.late = append(p.late, r)
		return &reply{err: store.ErrUnknown}
	}},
	{"sent twice", 4, true, false, func(p *play, r *request) *reply {
		p.run(r)
		p.meets(repeatedCommit, true)
		return p.run(r)
	}},
	{"answered, to arrive again", 2, true, false, func(p *play, r *request) *reply {
		p.late = append(p.late, r)
		p.meets(repeatedCommit, true)
		return p.run(r)
	}},
}

// fate draws what becomes of a request. Last seats and commits of several accounts are in
// greater danger than others.
func (p *play) fate(r *request) fate {
	if r.held != nil {
		return fates[0]
	}
	endangered := slices.ContainsFunc(r.changes, takesLastSeat)
	var weights []int
	for _, f := range fates {
		switch {
		case f.commit && r.method != "Commit":
			f.weight = 0
		case f.parts && len(r.changes) > 1:
			f.weight *= 6
		case f.commit && endangered:
			f.weight *= 3
		}
		weights = append(weights, f.weight)
	}
	return fates[p.weighted(weights...)]
}

// serve lets a request meet its fate. After the end of its context it is answered with that, and
// a commit has met the fate or not.
func (p *play) serve(r *request, f fate) {
	ended := r.ctx.Err()
	var answer *reply
	switch {
	case r.held != nil:
		answer = r.held
		p.say("%v gets its answer: %v", r.call, p.shown(r, answer))
	case ended != nil && (r.method != "Commit" || p.chance(30)):
		answer = &reply{err: ended}
		p.say("%v: %v ends with its context", r.call, r.method)
	case ended != nil && p.chance(50):
		f.strike(p, r)
		r.held, answer = nil, &reply{err: fmt.Errorf("%w: %w", store.ErrUnknown, ended)}
		p.say("%v: %v is %s, and its answer lost as its context ends", r.call, r.method, f.name)
	default:
		answer = f.strike(p, r)
		p.say("%v: %v is %s: %v", r.call, r.method, f.name, p.shown(r, answer))
	}
	if answer == nil {
		return
	}
	if p.loses(r, *answer) {
		p.say("%v: the answer to its %v is lost", r.call, r.method)
		p.lostAnswer(r, answer)
		answer = &reply{err: store.ErrUnknown}
	}
	p.pending = slices.DeleteFunc(p.pending, func(other *request) bool { return other == r })
	p.answered(r, *answer)
	r.reply <- *answer
}

// loses draws whether an answer to a commit is lost at last: one that waited, or tells of a taken key.
func (p *play) loses(r *request, answer reply) bool {
	results, _ := answer.value.([]store.CommitResult)
	switch {
	case answer.err != nil || results == nil:
		return false
	case slices.ContainsFunc(results, func(r store.CommitResult) bool { return errors.Is(r.Err, store.ErrKeyTaken) }):
		return p.chance(60)
	}
	return r.held != nil && p.chance(15)
}

// shown describes an answer.
func (p *play) shown(r *request, answer *reply) string {
	switch {
	case !p.telling:
		return ""
	case answer == nil:
		return "the answer comes later"
	case answer.err != nil:
		return answer.err.Error()
	}
	switch value := answer.value.(type) {
	case []store.CommitResult:
		var all []string
		for _, result := range value {
			text := "written"
			if result.Err != nil {
				text = result.Err.Error()
			}
			all = append(all, text)
		}
		return fmt.Sprint(all)
	case []seats.Snapshot:
		var all []string
		for _, s := range value {
			all = append(all, fmt.Sprintf("revision %d", s.Account.Revision))
		}
		return fmt.Sprint(all)
	}
	return "done"
}
