package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"log"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/internal/gen"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/sqlstore"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// An order is what a client process is told.
type order struct {
	Dialect sqlstore.Dialect
	Driver  string
	Sources []string // one for each node
	Seed    uint64
	Clocks  bool   // its clock jumps
	Folder  string // of its journal
	Number  int    // of the process
	Life    int    // of it: how often it was started before
}

// What a journal says of a call: that it begins, and what was answered.
const (
	begun        = "begun"
	acknowledged = "acknowledged"
	refused      = "refused" // or an error that says that nothing was written
	unknown      = "unknown"
)

// An entry is a line of a journal.
type entry struct {
	Key     string          `json:"key"`
	Account users.AccountID `json:"account"`
	Said    string          `json:"said"`
	// Of an acknowledged call its events by [digest], or of DoEach the places of the
	// commands that were carried out.
	Events string `json:"events,omitzero"`
	Places []int  `json:"places,omitzero"`
}

// digest returns what tells events from others, in any order.
func digest(events []seats.Event) string {
	n, sum := 0, uint64(0)
	for _, e := range events {
		if e.Key == "" { // the queue got what the call left free
			continue
		}
		n++
		text, _ := json.Marshal(e)
		h := fnv.New64a()
		_, _ = h.Write(text)
		sum += h.Sum64()
	}
	return fmt.Sprintf("%d-%x", n, sum)
}

// A caller makes the calls of a client.
type caller struct {
	order
	keepers []*seatkeeper.Keeper // one for each node
	off     atomic.Int64         // by how much the clock is wrong, in nanoseconds
	ends    atomic.Bool

	mu      sync.Mutex
	journal *os.File
}

// workers is how many calls a client makes at a time.
const workers = 4

// client makes calls until its input ends.
func client(text string) {
	c := &caller{}
	err := json.Unmarshal([]byte(text), &c.order)
	if err == nil {
		name := filepath.Join(c.Folder, fmt.Sprintf("journal-%d-%d", c.Number, c.Life))
		c.journal, err = os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL|os.O_APPEND, 0o600)
	}
	for _, source := range c.Sources {
		_, st, failed := openStore(c.Dialect, c.Driver, source)
		k, also := seatkeeper.New(st, seatkeeper.Options{
			Now: func() time.Time { return time.Now().Add(time.Duration(c.off.Load())) }, MaxSkew: 5 * time.Minute,
		})
		c.keepers, err = append(c.keepers, k), errors.Join(err, failed, also)
	}
	if err != nil {
		log.Fatal(err)
	}
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		c.ends.Store(true)
	}()
	var group sync.WaitGroup
	for i := range workers {
		group.Go(func() {
			r := rand.New(rand.NewPCG(c.Seed, uint64(c.Number)<<40|uint64(c.Life)<<8|uint64(i)+1))
			for n := 0; !c.ends.Load(); n++ {
				c.call(r, fmt.Sprintf("%d-%d-%d-%d", c.Number, c.Life, i, n), n)
			}
		})
	}
	group.Wait()
}

// write writes a line to the journal, and waits for the disk.
func (c *caller) write(e entry) {
	text, _ := json.Marshal(e)
	c.mu.Lock()
	defer c.mu.Unlock()
	_, err := c.journal.Write(append(text, '\n'))
	if err = errors.Join(err, c.journal.Sync()); err != nil {
		log.Fatal(err)
	}
}

// The clock is mostly right. SQLite has no clock to compare with, so that an account
// goes on from the latest instant.
var jumps = []time.Duration{0, 0, 0, 0, time.Minute, -time.Minute, time.Hour, -time.Hour, 72 * time.Hour, -72 * time.Hour}

// people are the subjects of the nth call of a worker: ten, and after some hundred calls
// ten others, since a deleted user does not come back.
func people(n int) []users.ID {
	all := []users.ID{"ada", "ben", "cleo", "dan", "eva", "fay", "gus", "hal", "ida", "jon"}
	for i := range all {
		all[i] += users.ID(fmt.Sprint(n / 200))
	}
	return all
}

// call makes one call, and asks again where the answer was lost.
func (c *caller) call(r *rand.Rand, key string, n int) {
	at := r.IntN(accounts)
	if r.IntN(3) == 0 {
		at = r.IntN(busy)
	}
	id := accountID(at)
	actor, commands := gen.FromRand(r, people(n)).Request()
	for i, command := range commands {
		if _, ends := command.(seats.EraseAccount); ends && at < accounts-3 {
			commands[i] = seats.Reopen{} // else all accounts would have ended soon
		}
	}
	k := c.keepers[r.IntN(len(c.keepers))].With(seatkeeper.Call{Key: key})
	if r.IntN(100) == 0 && c.Clocks {
		c.off.Store(int64(jumps[r.IntN(len(jumps))]))
	}
	patience := 10 * time.Second
	if r.IntN(10) == 0 {
		patience = time.Duration(r.IntN(int(20 * time.Millisecond)))
	}
	kind, retries := r.IntN(20), r.IntN(3)
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	var plan seats.Plan
	var err error
	switch kind { // what has no key
	case 0:
		_, _ = k.RunDue(ctx, seatkeeper.DueRun{})
		return
	case 1:
		_, _ = k.Drain(ctx, seatkeeper.Consumer{Name: "mails", Handle: func(context.Context, *seatkeeper.Delivery) error { return nil }})
		return
	case 2:
		_, _ = k.UsageOf(ctx, id, users.Filter{})
		return
	case 3, 4:
		if plan, err = k.Preview(ctx, id, actor, commands...); err != nil {
			return
		}
	}
	c.write(entry{Key: key, Account: id, Said: begun})
	for try := 0; ; try++ {
		e := entry{Key: key, Account: id, Said: acknowledged}
		var done seatkeeper.Result
		switch {
		case kind < 5:
			done, err = k.Apply(ctx, id, actor, plan)
		case kind < 9:
			var bulk seatkeeper.BulkResult
			bulk, err = k.DoEach(ctx, id, actor, commands...)
			for i, o := range bulk.Outcomes {
				if o.Refusal == nil {
					e.Places = append(e.Places, i)
				}
			}
		default:
			done, err = k.Do(ctx, id, actor, commands...)
		}
		switch {
		case errors.Is(err, store.ErrUnknown):
			e = entry{Key: key, Account: id, Said: unknown}
		case err != nil, len(e.Places)+len(done.Events) == 0:
			e = entry{Key: key, Account: id, Said: refused}
		case e.Places == nil:
			e.Events = digest(done.Events)
		}
		c.write(e)
		if _, is := errors.AsType[*seats.Refusal](err); err != nil && !is {
			time.Sleep(20 * time.Millisecond) // the server is away
		}
		if e.Said != unknown || try == retries || c.ends.Load() {
			return
		}
		ctx, cancel = context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
	}
}
