package seatkeeper

import (
	"context"
	"errors"
	"iter"
	"maps"
	"slices"
	"time"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// ImportReport is the outcome of a call of [Keeper.Import].
type ImportReport struct {
	Created  int // users new by this call
	Existing int // users present before, with the same ID
	Refused  int
	// Refusals are the outcomes of the first hundred refused users. Index of the Refusal is
	// the user's place in the list, from 0.
	Refusals []seats.Outcome
	// Usage is the account afterwards, with Excess if it is above its total. Pools are the
	// course pools of the users' licences, in order of ID. After an error both are empty.
	Usage seats.Usage
	Pools []seats.Pool
}

const maxRefusals = 100

// Import takes over the users of a host as they are, each as by [seats.Import]: with
// status, dates and licences, and even above the account's total. The host first opens the
// account with [Keeper.Open], and creates its course pools with [seats.SetTotal]:
//
//	_, err := keeper.Open(ctx, seats.Opening{Account: "acme", Total: seats.Of(50), Owner: olive})
//	report, err := keeper.Import(ctx, "acme", rows) // func(yield func(seats.Import, error) bool)
//
// A user needs an ID, a status, and the instants Created and StatusSince; [users.User.Clean]
// and [users.User.CleanLicences] have all requirements. A user with a fault is counted as Refused, and the call goes on:
// look at the report. The owner may be in the list and is Existing: active since the
// opening.
//
// Users are read from the list one by one, in the caller's goroutine. Up to 2,000 share a commit;
// it is written in another goroutine while the next users are read, and waited for. So at most
// 4,000 are in memory; a course licence counts like a user. In a transaction, see [Keeper.InTx],
// the list waits for each commit.
//
// An unknown account is [store.ErrNotFound]. An error of the list, the store or the context
// ends the call. The users before an error of the list are imported. The report counts the
// users already settled; the commit under way was written as a whole or not at all.
//
// Import may be repeated at any time and then continues: imported users are Existing, and
// refused ones are tried again. It ignores the Key of a [Call].
func (k *Keeper) Import(ctx context.Context, account users.AccountID, people iter.Seq2[seats.Import, error]) (ImportReport, error) {
	k = k.correlated(Call{Correlation: k.call.Correlation, Reason: k.call.Reason})
	i := importing{Keeper: k, account: account, pools: map[seats.PoolID]bool{}}
	reading, end := k.observed(ctx, CallStats{Method: "Import", Account: account, Actor: users.ActorSystem})
	if err := i.all(ctx, people); err != nil {
		return i.report, err // which is told
	}
	s, err := reading.load(ctx, &seats.Need{Account: account, Pools: slices.Sorted(maps.Keys(i.pools))})
	end(&err)
	if err != nil {
		return i.report, err
	}
	i.report.Usage = s.Usage()
	i.report.Pools = slices.DeleteFunc(s.Pools, func(p seats.Pool) bool { return p.ID == seats.Site })
	return i.report, nil
}

// importSize bounds the users and licences of a commit of Import.
const importSize = 2000

// importing is the state of a call of Import.
type importing struct {
	*Keeper
	account users.AccountID
	report  ImportReport
	pools   map[seats.PoolID]bool // of the licences of imported users

	commands []seats.Command // read, for the next part
	size     int             // their weight
	index    int             // of the first of them
	writing  *importPart     // nil: none
	known    bool            // users of the last part were there
}

// An importPart is the users of one commit.
type importPart struct {
	call    *call
	request seats.Request
	ahead   *seats.Decision     // decided while the part before was written; nil: none
	on      seats.Snapshot      // what ahead was decided on
	after   chan seats.Snapshot // the account after the part; zero: the next part shall not be decided ahead
	known   bool                // users of the part are there
	done    chan struct{}       // closed once there is a result
	result  callResult
}

// all imports the users of a list.
func (i *importing) all(ctx context.Context, people iter.Seq2[seats.Import, error]) error {
	defer func() {
		if i.writing != nil { // after an error or a panic
			<-i.writing.done
		}
	}()
	for p, err := range people {
		if err != nil {
			return errors.Join(i.failed(ctx, "Import", i.account, users.ActorSystem, err), i.end(ctx))
		}
		if err := i.add(ctx, seats.Import{User: p.User.Clone(), Licences: slices.Clone(p.Licences)}); err != nil {
			return err
		}
	}
	return i.end(ctx)
}

// add adds a user to the next part, and begins to write it once it is full.
func (i *importing) add(ctx context.Context, c seats.Import) error {
	if i.commands == nil {
		i.commands = make([]seats.Command, 0, chunkSize)
	}
	i.commands = append(i.commands, c)
	if i.size += weight(c); i.size >= importSize {
		return i.write(ctx)
	}
	if i.writing != nil {
		select {
		case <-i.writing.done:
			return i.wait(ctx)
		default:
		}
	}
	return nil
}

// end writes what is left.
func (i *importing) end(ctx context.Context) error {
	if len(i.commands) > 0 {
		if err := i.write(ctx); err != nil {
			return err
		}
	}
	return i.wait(ctx)
}

// write decides the next part on what the one under way will leave, waits for that, and
// begins to write.
func (i *importing) write(ctx context.Context) error {
	p := &importPart{after: make(chan seats.Snapshot, 1), done: make(chan struct{})}
	p.request = i.request(users.System(), seats.ByBulk)
	p.request.Commands, p.request.Index = i.commands, i.index
	i.index += len(i.commands)
	i.commands, i.size = nil, 0
	if i.writing != nil {
		select {
		case s := <-i.writing.after:
			p.decideAhead(s, i.now())
		case <-i.writing.done:
		}
	}
	if err := i.wait(ctx); err != nil {
		return err
	}
	p.call = i.begin(i.account, p.request, requireAccount(p.decide))
	p.call.loads = i.known
	p.result.err = store.ErrUnknown // in case its goroutine is ended
	i.writing = p
	if i.bound { // the list may be read in the same transaction
		i.ridePart(ctx, p)
		return i.wait(ctx)
	}
	go i.ridePart(ctx, p)
	return nil
}

// ridePart takes a part to its result.
func (i *importing) ridePart(ctx context.Context, p *importPart) {
	defer close(p.done)
	defer func() {
		if v := recover(); v != nil {
			p.result.panicked = v
		}
	}()
	p.result = i.ride(ctx, i.accounts.enter(i.account), p.call)
}

// decideAhead decides the part on a snapshot that is expected.
func (p *importPart) decideAhead(s seats.Snapshot, now time.Time) {
	if !s.Known() {
		return
	}
	p.request.At = now
	d := seats.DecideEach(s, p.request)
	p.on, p.ahead = s, &d
}

// decide returns what was decided ahead if the snapshot is the expected one.
func (p *importPart) decide(s seats.Snapshot, r seats.Request) (seats.Decision, error) {
	var d seats.Decision
	if p.ahead != nil && !r.At.Before(p.request.At) && s.Account == p.on.Account && slices.Equal(s.Pools, p.on.Pools) && len(s.Users) == 0 {
		d = *p.ahead
	} else {
		d = seats.DecideEach(s, r)
	}
	p.known = len(s.Users) > 0
	var after seats.Snapshot
	if !p.known {
		after = seats.Snapshot{Account: s.Account, Pools: s.Pools}.Apply(seats.Change{Account: d.Change.Account, Pools: d.Change.Pools})
	}
	select {
	case p.after <- after:
	default:
	}
	return d, nil
}

// wait waits for the part under way, and counts its users.
func (i *importing) wait(ctx context.Context) error {
	p := i.writing
	if p == nil {
		return nil
	}
	<-p.done
	i.writing, i.known = nil, p.known
	i.observe(ctx, "Import", p.call, p.result)
	switch {
	case p.result.panicked != nil:
		panic(p.result.panicked)
	case p.result.err != nil:
		return p.result.err
	}
	for n, o := range p.call.decision.Outcomes {
		i.settled(p.request.Commands[n].(seats.Import), o)
	}
	return nil
}

// settled counts one user.
func (i *importing) settled(c seats.Import, o seats.Outcome) {
	r := &i.report
	switch {
	case o.Refusal != nil:
		r.Refused++
		if len(r.Refusals) < maxRefusals {
			r.Refusals = append(r.Refusals, o)
		}
		return
	case o.Unchanged:
		r.Existing++
	default:
		r.Created++
	}
	for _, l := range c.Licences {
		if users.CheckID(l.Pool) == nil {
			i.pools[seats.PoolID(l.Pool)] = true
		}
	}
}
