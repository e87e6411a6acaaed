package sqltest

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/internal/gen"
	"github.com/seatkeeper/seatkeeper/internal/ways"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/store/storetest/faults"
	"github.com/seatkeeper/seatkeeper/users"
)

// A history is what concurrent clients asked of one small account and what they
// were answered, each with its time.
type history struct {
	Opening    seats.Opening `json:"opening,omitzero"`
	From       time.Time     `json:"from,omitzero"`   // the clock of all Keepers at first
	At         time.Time     `json:"at,omitzero"`     // and when the clients ask, all the while
	Faults     []string      `json:"faults,omitzero"` // that the Keepers met with, in the order of each
	Operations []operation   `json:"operations,omitzero"`
}

// An operation is one call of a client. The times are nanoseconds since the
// history began.
type operation struct {
	Client   int      `json:"client,omitzero"`
	Asked    int64    `json:"asked,omitzero"`
	Answered int64    `json:"answered,omitzero"`
	Question question `json:"question,omitzero"`
	Answer   answer   `json:"answer,omitzero"`
}

// A mode is what an operation calls.
type mode string

const (
	do    mode = "Do"
	each  mode = "DoEach"
	usage mode = "Usage"
	user  mode = "User"
	look  mode = "Load" // of the store itself, and of everything
)

func (m mode) writes() bool { return m == do || m == each }

// A question is what a client asks for.
type question struct {
	Mode     mode           `json:"mode,omitzero"`
	Keeper   int            `json:"keeper,omitzero"`
	Actor    users.Actor    `json:"actor,omitzero"`
	Commands seats.Commands `json:"commands,omitzero"`
	Key      string         `json:"key,omitzero"` // of the request, so that it happens once; empty: none
	User     users.ID       `json:"user,omitzero"`
	First    bool           `json:"first,omitzero"` // asked before the clock went on
	Hurry    time.Duration  `json:"hurry,omitzero"` // when the context ends; zero: never
}

// A fate says how much is known of what became of an operation.
type fate string

const (
	answered fate = "answered" // done or refused
	open     fate = "unknown"  // the answer was lost: it was done, or will be, or not
	failed   fate = "failed"   // certainly not done
	broken   fate = "broken"   // an error that nothing accounts for
)

// An answer is what a client learned.
type answer struct {
	Fate     fate            `json:"fate,omitzero"`
	Error    string          `json:"error,omitzero"`
	Refusal  *seats.Refusal  `json:"refusal,omitzero"`
	Outcomes []seats.Outcome `json:"outcomes,omitzero"`
	Revision uint64          `json:"revision,omitzero"` // of the account, after Do
	First    uint64          `json:"first,omitzero"`    // the number of Do's first event; zero: it had none
	Repeated bool            `json:"repeated,omitzero"` // and these events are of an earlier call with the same key
	Told     []users.ID      `json:"told,omitzero"`     // the receivers of Do's events, one after the other
	Usage    *seats.Usage    `json:"usage,omitzero"`
	Person   *seats.Person   `json:"person,omitzero"`
	Seen     *seats.Snapshot `json:"seen,omitzero"`
}

// String is the operation as the picture shows it.
func (op operation) String() string { return gen.Text(op.Question) + " -> " + gen.Text(op.Answer) }

// A play is a script as it is carried out.
type play struct {
	script
	began   time.Time
	stores  []store.Store // each Keeper's way to the store
	keepers []*seatkeeper.Keeper
	clients atomic.Int64 // numbers given away
	now     time.Time    // of all Keepers
}

// perform opens the account and lets the clients ask, all at once. What they
// leave behind is looked at last, past what disturbs the Keepers.
func (s script) perform(ctx context.Context, bare store.Store, stores []store.Store) (history, error) {
	p := &play{script: s, began: time.Now(), stores: append(stores, bare), now: s.from}
	clock := func() time.Time { return p.now }
	for _, st := range p.stores {
		k, err := ways.New(st, seatkeeper.Options{Now: clock})
		if err != nil {
			return history{}, err
		}
		p.keepers = append(p.keepers, k)
	}
	if _, err := p.keepers[len(stores)].Open(ctx, s.opening); err != nil {
		return history{}, err
	}
	h := history{Opening: s.opening, From: s.from, At: s.at}
	outside := func(q question) {
		q.Keeper = len(stores)
		h.Operations = append(h.Operations, p.ask(ctx, 0, q))
	}
	outside(s.first)
	p.now = s.at
	logs := make([][]operation, len(s.clients))
	p.clients.Store(int64(len(logs)))
	var ready, gone sync.WaitGroup
	ready.Add(len(logs))
	for c, questions := range s.clients {
		gone.Go(func() {
			ready.Done()
			ready.Wait()
			number := c + 1
			for _, q := range questions {
				op := p.ask(ctx, number, q)
				logs[c] = append(logs[c], op)
				if op.Answer.Fate == open {
					number = int(p.clients.Add(1)) // its old self is still waiting
				}
			}
		})
	}
	gone.Wait()
	for _, log := range logs {
		h.Operations = append(h.Operations, log...)
	}
	outside(question{Mode: look})
	end := int64(time.Since(p.began)) + 1
	for i, op := range h.Operations {
		if op.Answer.Fate == open {
			h.Operations[i].Answered = end
		}
	}
	return h, nil
}

// ask carries out one operation.
func (p *play) ask(ctx context.Context, client int, q question) operation {
	if q.Hurry > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, q.Hurry)
		defer cancel()
	}
	op := operation{Client: client, Question: q, Asked: int64(time.Since(p.began))}
	err := p.call(ctx, q, &op.Answer)
	op.Answered = int64(time.Since(p.began))
	op.Answer.judge(q.Mode, err)
	return op
}

func (p *play) call(ctx context.Context, q question, a *answer) error {
	k, id := p.keepers[q.Keeper].With(seatkeeper.Call{Key: q.Key}), p.opening.Account
	switch q.Mode {
	case do:
		done, err := k.Do(ctx, id, q.Actor, q.Commands...)
		a.Outcomes, a.Revision, a.Repeated = done.Outcomes, done.Revision, done.Repeated
		if len(done.Events) > 0 {
			a.First = done.Events[0].Sequence
		}
		a.Told = told(done.Events)
		return err
	case each:
		bulk, err := k.DoEach(ctx, id, q.Actor, q.Commands...)
		a.Outcomes = bulk.Outcomes
		return err
	case usage:
		u, err := k.Usage(ctx, id)
		a.Usage = &u
		return err
	case user:
		u, err := k.User(ctx, id, q.User)
		u.User = tidy(u.User)
		a.Person = &u
		return err
	}
	snapshots, err := p.stores[q.Keeper].Load(ctx, seats.Need{Account: id, Users: everyUser, Pools: gen.Pools, Licences: everyUser})
	if err != nil {
		return err
	}
	a.Seen = &seats.Snapshot{Account: snapshots[0].Account, Pools: snapshots[0].Pools, Licences: snapshots[0].Licences}
	a.Seen.Account.Salt = "" // which is random
	for _, u := range snapshots[0].Users {
		a.Seen.Users = append(a.Seen.Users, tidy(u))
	}
	return nil
}

// judge sets what an error says about the fate of an operation, and leaves no
// half answer behind.
func (a *answer) judge(m mode, err error) {
	a.Fate = answered
	if err == nil {
		return
	}
	*a = answer{Fate: answered}
	if errors.As(err, &a.Refusal) {
		return
	}
	a.Error = err.Error()
	a.Fate = broken
	for _, e := range []error{context.Canceled, context.DeadlineExceeded, store.ErrConflict, faults.ErrInjected} {
		if errors.Is(err, e) {
			a.Fate = failed
		}
	}
	if m.writes() && errors.Is(err, store.ErrUnknown) {
		a.Fate = open
	}
}

// tidy returns the user with one form of what is empty.
func tidy(u users.User) users.User {
	u.Salt = "" // which is random
	if len(u.Groups) == 0 {
		u.Groups = nil
	}
	return u
}
