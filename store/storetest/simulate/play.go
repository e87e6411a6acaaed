package simulate

import (
	"crypto/rand"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/internal/gen"
	"github.com/seatkeeper/seatkeeper/internal/reference"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// An outcome is what came of a run.
type outcome struct {
	decisions    [][]int
	steps, calls int
	met          [conditionCount]int
	finding      string // empty: all was right
	script       string
}

// A play is a run under way.
type play struct {
	*dice
	options  seatkeeper.Options
	store    outsideStore
	began    time.Time
	step     int
	shared   atomic.Int64 // the step, for the goroutines of calls
	queue    queue
	keepers  []*keeper
	prefix   users.AccountID // of the names of the accounts
	accounts []*account
	people   []users.ID
	serial   bool // the Keepers have one commit under way
	running  []*call
	calls    []*call
	receipts []*call // finished calls with one
	plans    []*call // likewise
	pending  []*request
	late     []*request // commits whose answer was given, and that may arrive
	met      [conditionCount]int
	telling  bool
	script   strings.Builder
	finding  string
	// difference of the model's last change to the one that was written.
	difference string
	dues       []time.Time // of the rows before that change
}

// A keeper is a Keeper with a clock of its own.
type keeper struct {
	*seatkeeper.Keeper
	play    *play
	number  int
	ids     int
	crashed bool             // guarded by the queue's mutex
	knows   map[*account]int // the versions that the Keeper may remember

	mutex    sync.Mutex // of the following
	offset   time.Duration
	readings []reading // of the clock, where they differ
}

// A reading is a time that a clock told from some step on.
type reading struct {
	step int
	at   time.Time
}

// play carries out a run, in a bubble of its own.
func (s simulation) play(d *dice, telling bool) (o outcome) {
	out := newOutsideStore(s.open(s.t))
	defer out.close()
	prefix := "simulate-" + rand.Text()[:10] + "-"
	synctest.Test(s.t, func(*testing.T) {
		p := &play{dice: d, options: s.options.Keeper, store: out, began: time.Now(), prefix: users.AccountID(prefix), telling: telling}
		p.play()
		p.end()
		o = outcome{p.steps, len(p.steps), len(p.calls), p.met, p.finding, p.script.String()}
	})
	return o
}

// play sets the world up, makes the decisions, and lets all calls come to their end.
func (p *play) play() {
	p.next()
	p.setUp()
	for p.finding == "" && p.next() {
		p.advance()
		p.decide()
		p.settle()
	}
	for idle := 0; p.finding == "" && len(p.running)+len(p.late) > 0; idle++ {
		p.advance()
		switch {
		case len(p.pending) > 0:
			p.serve(p.pending[0], fates[0])
			idle = 0
		case len(p.late) > 0:
			p.arrive(0)
		case idle > 20:
			p.fail("%v waits for nothing", p.running[0])
		default:
			p.pass(time.Millisecond << idle)
		}
		p.settle()
	}
	if p.finding == "" {
		p.checkEnd()
	}
}

// advance begins the next step.
func (p *play) advance() {
	p.step++
	p.shared.Store(int64(p.step))
}

// end ends all goroutines of the bubble.
func (p *play) end() {
	for len(p.keepers) > 0 {
		p.crash(0)
		p.keepers = p.keepers[1:]
	}
	synctest.Wait()
	time.Sleep(time.Hour)
}

// say adds a line to the script.
func (p *play) say(format string, args ...any) {
	if p.telling {
		line := fmt.Sprintf("%4d  "+format+"\n", append([]any{p.step}, args...)...)
		p.script.WriteString(strings.ReplaceAll(line, string(p.prefix), ""))
	}
}

// fail ends the run with a finding; the first one counts.
func (p *play) fail(format string, args ...any) {
	if p.finding == "" {
		p.finding = fmt.Sprintf("step %d: "+format, append([]any{p.step}, args...)...)
		p.finding = strings.ReplaceAll(p.finding, string(p.prefix), "")
	}
}

// generator draws calls and their parts by the decisions.
func (p *play) generator() gen.Dice { return gen.FromFunc(p.below, p.people) }

// everyUser are the few users of all accounts. Those with a 2 have the address of those without
// one, so that a user who was deleted can come again.
var everyUser = []users.ID{"ada", "ben", "cleo", "ada2", "dan", "ben2"}

// mostAttempts are those of a Keeper's default.
const mostAttempts = 100

func (p *play) setUp() {
	p.people = everyUser[:3+p.below(4)]
	o := &p.options
	if o.Attempts == 0 {
		o.Attempts = []int{mostAttempts, 8}[p.below(2)]
	}
	if o.Remember == 0 {
		o.Remember = []int{0, 0, 0, 2, -1}[p.below(5)]
	}
	if o.Sharing == seatkeeper.ShareAll {
		o.Sharing = []seatkeeper.Sharing{seatkeeper.ShareAll, seatkeeper.ShareAll, seatkeeper.ShareAll, seatkeeper.ShareAccount, seatkeeper.ShareNothing}[p.below(5)]
	}
	p.serial = p.chance(50)
	for range 2 + p.below(3) {
		p.keepers = append(p.keepers, p.newKeeper(len(p.keepers)))
	}
	d := p.generator()
	for n := range []int{1, 1, 2, crowd, crowd, crowd}[p.below(6)] {
		opening := d.Opening()
		opening.Account = p.prefix + users.AccountID(fmt.Sprint(n))
		p.accounts = append(p.accounts, &account{id: opening.Account, number: n, opening: opening, versions: make([]version, 1)})
	}
	p.say("%d Keepers, %d accounts; Attempts %d, Remember %d, Sharing %d", len(p.keepers), len(p.accounts), o.Attempts, o.Remember, o.Sharing)
}

// newKeeper returns a Keeper in place of the one before.
func (p *play) newKeeper(number int) *keeper {
	k := &keeper{play: p, number: number, knows: map[*account]int{}}
	o := p.options
	o.Now, o.Zones = k.now, zones
	o.NewID = func() users.ID {
		k.mutex.Lock()
		defer k.mutex.Unlock()
		k.ids++
		return users.ID(fmt.Sprintf("new-%d-%d-%d", number, p.shared.Load(), k.ids))
	}
	var err error
	if k.Keeper, err = seatkeeper.New(storeOf{k}, o); err != nil {
		panic(err)
	}
	return k
}

// now reads the clock.
func (k *keeper) now() time.Time {
	k.mutex.Lock()
	defer k.mutex.Unlock()
	at := gen.Epoch.Add(time.Since(k.play.began)).Add(k.offset)
	if n := len(k.readings); n == 0 || !k.readings[n-1].at.Equal(at) {
		k.readings = append(k.readings, reading{int(k.play.shared.Load()), at})
	}
	return at
}

// since returns the times that the clock told since a step, the latest first, and the one before.
func (k *keeper) since(step int) (times []time.Time) {
	k.mutex.Lock()
	defer k.mutex.Unlock()
	for _, r := range slices.Backward(k.readings) {
		if at := r.at.Truncate(time.Microsecond); !slices.ContainsFunc(times, at.Equal) {
			times = append(times, at)
		}
		if r.step < step {
			break
		}
	}
	return times
}

// zones looks time zones up without reading files again.
func zones(name string) (*time.Location, error) {
	if found, ok := known[name]; ok {
		return found, nil
	}
	return time.LoadLocation(name)
}

var known = func() map[string]*time.Location {
	all := map[string]*time.Location{"": time.UTC}
	for _, name := range reference.Zones {
		all[name], _ = time.LoadLocation(name)
	}
	return all
}()

func (p *play) account(id users.AccountID) *account {
	for _, a := range p.accounts {
		if a.id == id {
			return a
		}
	}
	return nil
}

// settle waits until nothing moves, and takes what came.
func (p *play) settle() {
	synctest.Wait()
	requests, returned := p.queue.take()
	for _, r := range requests {
		p.say("%v asks: %v", r.call, r)
	}
	p.pending = append(p.pending, requests...)
	for _, c := range returned {
		p.running = slices.DeleteFunc(p.running, func(other *call) bool { return other == c })
		if !c.keeper.crashed {
			c.ended = p.step
			p.say("%v returns %v", c, c.answer)
			p.judge(c)
			p.left(c)
		}
	}
}

// An outsideStore carries out calls of the store outside of the bubble, so that any store does.
type outsideStore struct{ jobs chan func(store.Store) }

func newOutsideStore(s store.Store) outsideStore {
	o := outsideStore{make(chan func(store.Store))}
	go func() {
		for job := range o.jobs {
			job(s)
		}
	}()
	return o
}

func (o outsideStore) close() { close(o.jobs) }

// do waits for the job; time in the bubble stands still meanwhile.
func (o outsideStore) do(job func(store.Store)) {
	o.jobs <- job
	o.jobs <- func(store.Store) {} // the first one is over
}
