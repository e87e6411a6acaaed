package simulate

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/internal/gen"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// A method is what a call calls.
type method string

const (
	do      method = "Do"
	doEach  method = "DoEach"
	undo    method = "Undo"
	may     method = "May"
	usage   method = "Usage"
	user    method = "User"
	open    method = "Open"
	preview method = "Preview"
	apply   method = "Apply"
	runDue  method = "RunDue"
)

func (m method) writes() bool { return m == do || m == doEach || m == undo || m == open || m == apply }

// tellsEvents reports whether the method returns events and a revision.
func (m method) tellsEvents() bool { return m == do || m == open || m == apply }

// A question is what a call asks.
type question struct {
	method   method
	account  *account
	actor    users.Actor
	commands []seats.Command
	key      string
	user     users.ID
	opening  seats.Opening
	receipt  seats.Receipt
	plan     seats.Plan
	earlier  int // the call that is undone or planned
}

// A call is a call of a Keeper. Its events have its name as correlation.
type call struct {
	question
	number       int
	keeper       *keeper
	ctx          context.Context
	cancel       context.CancelFunc
	began, ended int // steps
	answer       answer
	lost         bool // the Keeper has crashed
	doubt        bool // a commit that the call may share may have been written without an answer
	written      []decided
	knew         int  // the version of the account that the Keeper may have remembered at the beginning; 0: none
	loaded       bool // for this call
	leads        bool // its last commit had a part of another call, and was not written as far as the Keeper knows
	conflicts    int  // in a row
}

// An answer is what a call returned.
type answer struct {
	outcomes []seats.Outcome
	events   []seats.Event
	revision uint64
	repeated bool
	receipt  seats.Receipt
	usage    seats.Usage
	person   seats.Person
	plan     seats.Plan
	refusal  *seats.Refusal
	err      error // besides a refusal
}

func (c *call) numbered() int {
	if c == nil {
		return -1
	}
	return c.number
}

func (c *call) name() string { return fmt.Sprint("call ", c.number) }

func (c *call) String() string {
	if c == nil {
		return "no call"
	}
	return fmt.Sprintf("%s (Keeper %d)", c.name(), c.keeper.number)
}

// crowd is a number of accounts with many calls at once, so that accounts share commits.
const crowd = 4

// begin begins a call, more often than not where the last one began, so that calls meet.
func (p *play) begin() {
	k, a := p.keepers[p.below(len(p.keepers))], p.accounts[p.below(len(p.accounts))]
	near, nearer := p.chance(60), p.chance(20)
	if len(p.accounts) == crowd {
		near = p.chance(65)
	}
	if n := len(p.running); n > 0 && near {
		k = p.running[n-1].keeper
		if len(p.accounts) < crowd || nearer {
			a = p.running[n-1].account
		}
	}
	c := &call{number: len(p.calls), keeper: k, began: p.step, question: p.question(a)}
	c.ctx, c.cancel = context.WithCancel(context.WithValue(context.Background(), callKey{}, c))
	p.calls, p.running = append(p.calls, c), append(p.running, c)
	c.knew = c.keeper.knows[c.account]
	p.say("%v begins: %v", c, c.question)
	go func() {
		defer func() {
			if r := recover(); r != nil {
				c.answer.err = fmt.Errorf("panic: %v", r)
			}
			c.cancel()
			p.queue.mutex.Lock()
			defer p.queue.mutex.Unlock()
			p.queue.returned = append(p.queue.returned, c)
		}()
		c.carryOut()
	}()
}

// question draws what a call asks: something new, or once more what an earlier one with a key did.
func (p *play) question(a *account) (q question) {
	d := p.generator()
	q.account = a
	methods := []method{usage, do, doEach, undo, may, user, runDue, preview, apply}
	q.method = methods[p.weighted(4, 60, 14, 6, 4, 3, 3, 3, 3)]
	if opens := p.chance(60); opens && a.now().Account.Revision == 0 {
		q.method, q.opening = open, q.account.opening
		q.opening.Total = seats.Of(int64(2 + p.below(3)))
		return q
	}
	switch q.method {
	case undo:
		if len(p.receipts) == 0 {
			q.method = usage
			break
		}
		undone := p.receipts[max(0, len(p.receipts)-1-p.below(5))]
		q.account, q.earlier, q.receipt = undone.account, undone.number, undone.answer.receipt
		if q.actor = undone.actor; p.chance(20) {
			q.actor = users.As("olive")
		}
	case do, doEach:
		if earlier := p.keyed(); earlier != nil {
			return earlier.question
		}
		q.actor, q.commands = p.request(d)
		if p.chance(15) {
			q.key = fmt.Sprint("key ", p.below(6))
		}
	case apply:
		if len(p.plans) == 0 {
			q.method = usage
			break
		}
		planned := p.plans[max(0, len(p.plans)-1-p.below(3))]
		q.account, q.earlier, q.plan, q.actor = planned.account, planned.number, planned.answer.plan, planned.actor
	case preview:
		q.actor, q.commands = p.request(d)
	case may:
		q.actor, q.commands = p.request(d)
		q.commands = q.commands[:1]
	case user:
		q.user = gen.One(d, p.people...)
	}
	return q
}

// request draws commands. Half of them are about the seats alone, so that the last one is wanted. In a crowd more
// are, above all those that write.
func (p *play) request(d gen.Dice) (users.Actor, []seats.Command) {
	crowded, varied := len(p.accounts) == crowd, 50
	if crowded {
		varied = 30
	}
	if p.chance(varied) {
		return d.Request()
	}
	id, olive := gen.One(d, p.people...), users.As("olive")
	kind := p.below(10)
	if crowded && p.chance(50) {
		kind = []int{0, 8}[kind%2]
	}
	switch kind {
	case 0, 1, 2, 3:
		return olive, []seats.Command{seats.Invite{Profile: d.ProfileOf(id)}}
	case 4:
		return users.As(id), []seats.Command{seats.Accept{User: id}}
	case 5:
		return olive, []seats.Command{seats.Deactivate{User: id}}
	case 6:
		return olive, []seats.Command{seats.Reactivate{User: id}}
	case 7:
		return olive, []seats.Command{seats.Delete{User: id}}
	case 8:
		return users.System(), []seats.Command{seats.SetTotal{Total: seats.Of(int64(2 + p.below(4)))}}
	}
	return olive, []seats.Command{seats.Schedule{User: id, Leave: users.From(users.DateOf(gen.Epoch.AddDate(0, 0, 1+p.below(4))))}}
}

// keyed draws an earlier call with a key, now and then.
func (p *play) keyed() *call {
	if !p.chance(8) {
		return nil
	}
	for n := range p.calls {
		if c := p.calls[len(p.calls)-1-n]; c.key != "" && p.chance(50) {
			return c
		}
	}
	return nil
}

// carryOut calls the Keeper.
func (c *call) carryOut() {
	k, a := c.keeper.With(seatkeeper.Call{Key: c.key, Correlation: c.name()}), &c.answer
	var err error
	switch c.method {
	case do, open, apply:
		var r seatkeeper.Result
		switch c.method {
		case do:
			r, err = k.Do(c.ctx, c.account.id, c.actor, c.commands...)
		case open:
			r, err = k.Open(c.ctx, c.opening)
		case apply:
			r, err = k.Apply(c.ctx, c.account.id, c.actor, c.plan)
		}
		*a = answer{outcomes: r.Outcomes, events: r.Events, revision: r.Revision, repeated: r.Repeated, receipt: r.Receipt}
	case doEach:
		var r seatkeeper.BulkResult
		r, err = k.DoEach(c.ctx, c.account.id, c.actor, c.commands...)
		*a = answer{outcomes: r.Outcomes, receipt: r.Receipt}
	case undo:
		var r seatkeeper.BulkResult
		r, err = k.Undo(c.ctx, c.account.id, c.actor, c.receipt)
		*a = answer{outcomes: r.Outcomes, receipt: r.Receipt}
	case preview:
		a.plan, err = k.Preview(c.ctx, c.account.id, c.actor, c.commands...)
	case may:
		err = k.May(c.ctx, c.account.id, c.actor, c.commands[0])
	case usage:
		a.usage, err = k.Usage(c.ctx, c.account.id)
	case user:
		a.person, err = k.User(c.ctx, c.account.id, c.user)
	case runDue:
		_, err = k.RunDue(c.ctx, seatkeeper.DueRun{})
	}
	if err != nil {
		*a = answer{}
		if !errors.As(err, &a.refusal) {
			a.err = err
		}
	}
}

// A certainty says what an error tells of a call.
type certainty int

const (
	answered certainty = iota // carried out or refused
	unknown                   // carried out, or to be, or not
	undone                    // never carried out
	broken                    // nothing accounts for the error
)

func (c *call) certainty() certainty {
	err := c.answer.err
	switch {
	case c.lost:
		return unknown
	case err == nil, errors.Is(err, store.ErrNotFound), errors.Is(err, store.ErrExists):
		return answered
	case c.keeper.play.options.Attempts == mostAttempts && strings.Contains(err.Error(), "gave up"):
		return broken // no run has so many conflicts
	case errors.Is(err, store.ErrUnknown) && c.method.writes():
		return unknown
	}
	for _, e := range []error{context.Canceled, store.ErrConflict, errFailed} {
		if errors.Is(err, e) {
			return undone
		}
	}
	return broken
}

func (q question) String() string {
	text := fmt.Sprintf("%s of account %s", q.method, q.account)
	switch {
	case q.method == undo || q.method == apply:
		return fmt.Sprintf("%s by %v, of call %d", text, q.actor, q.earlier)
	case q.method == open:
		return fmt.Sprintf("%s: %s", text, gen.Text(q.opening))
	case q.user != "":
		text += fmt.Sprintf(": %s", q.user)
	case q.commands != nil:
		text += fmt.Sprintf(" by %v: %s", q.actor, gen.Text(seats.Commands(q.commands)))
	}
	if q.key != "" {
		text += fmt.Sprintf(", with %s", q.key)
	}
	return text
}

func (a answer) String() string {
	var parts []string
	switch {
	case a.err != nil:
		return a.err.Error()
	case a.refusal != nil:
		return strings.TrimSuffix(fmt.Sprintf("%v; %v", a.refusal, a.refusal.Remedies), "; ")
	case a.usage.Sequence > 0:
		return fmt.Sprintf("%d of %v held, revision %d", a.usage.Held, a.usage.Total, a.usage.Revision)
	case a.person.ID != "":
		return fmt.Sprint(a.person.Status)
	case a.plan.Account != "":
		return fmt.Sprint(a.plan)
	}
	if a.repeated {
		parts = append(parts, "repeated")
	}
	for _, e := range a.events {
		parts = append(parts, event(e))
	}
	for _, o := range a.outcomes {
		if o.Refusal != nil {
			parts = append(parts, fmt.Sprint(o.Refusal))
		} else if o.Unchanged {
			parts = append(parts, fmt.Sprintf("%v unchanged", o.Action))
		}
	}
	if a.revision > 0 {
		parts = append(parts, fmt.Sprint("revision ", a.revision))
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

// event is an event in a few words.
func event(e seats.Event) string {
	return strings.TrimSpace(fmt.Sprintf("%d %s %s", e.Sequence, e.Kind, e.User))
}

func (r *request) String() string {
	text := r.method
	for _, c := range r.changes {
		var events []string
		for _, e := range c.Events {
			events = append(events, event(e))
		}
		text += fmt.Sprintf(" on %d [%s]", c.Base, strings.Join(events, ", "))
	}
	return text
}
