package simulate

import (
	"errors"
	"reflect"
	"slices"
	"time"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// judge holds the answer of a call against what was written and how the account was meanwhile.
func (p *play) judge(c *call) {
	switch certain := c.certainty(); {
	case certain == broken:
		p.fail("%v ended in an error that nothing accounts for: %v", c, c.answer.err)
	case certain == undone && len(c.written) > 0:
		p.fail("%v is written, though it ended in %q", c, c.answer.err)
	case certain == unknown && !c.doubt && !c.lost && !p.inFlight(c) && len(p.accounts) == 1: // of several, it may be on its way with others
		p.fail("%v returned %v, and all of its commits were answered", c, c.answer)
	case certain != answered || c.method == runDue:
	case len(c.written) > 0:
		if !c.tells(c.written[0]) {
			p.fail("%v is written as %v, and returned %v", c, answer{events: c.written[0].events, revision: c.written[0].revision}, c.answer)
		}
	case !c.explained():
		p.fail("%v returned %v, and account %v was never so during the call", c, c.answer, c.account)
	}
	if c.certainty() == answered && len(c.answer.receipt.Commits) > 0 {
		p.receipts = append(p.receipts, c)
	}
	if c.answer.plan.Account != "" {
		p.plans = append(p.plans, c)
	}
}

// tells reports whether the answer is what was written. The same change can come with another
// refusal of a command beside it at another time.
func (c *call) tells(w decided) bool {
	if c.tellsOf(w) {
		return true
	}
	for _, at := range c.keeper.since(c.began) {
		w.decision, _ = c.decide(w.from, at)
		if sameEvents(w.decision.Change.Events, w.events) && c.tellsOf(w) {
			return true
		}
	}
	return false
}

func (c *call) tellsOf(w decided) bool {
	a, d := c.answer, w.decision
	if a.refusal != nil || a.err != nil || !slices.EqualFunc(a.outcomes, d.Outcomes, sameOutcome) {
		return false
	}
	if c.method.tellsEvents() && (!slices.EqualFunc(a.events, slices.Concat(d.Repeated, w.events), sameEvent) || a.repeated != (len(d.Repeated) > 0) || a.revision != w.revision) {
		return false
	}
	if c.method == open {
		return true
	}
	commits := a.receipt.Commits
	if len(commits) == 0 {
		return false
	}
	last := commits[len(commits)-1]
	return last.First == w.events[0].Sequence && last.Last == w.events[len(w.events)-1].Sequence && last.Change == w.events[0].Change
}

// explained reports whether the model gives the answer at some moment of the call, without a
// write.
func (c *call) explained() bool {
	times := c.keeper.since(c.began)
	return c.during(func(s seats.Snapshot) bool {
		return slices.ContainsFunc(times, func(at time.Time) bool { return !s.Account.IsDue(at) && c.explains(s, at) })
	})
}

// during reports whether the account was so at some moment of the call, the last ones first.
func (c *call) during(so func(seats.Snapshot) bool) bool {
	all := c.account.versions
	for i, v := range slices.Backward(all) {
		if i+1 < len(all) && all[i+1].step < c.began {
			break
		}
		if so(v.Snapshot) {
			return true
		}
	}
	return false
}

// inFlight reports whether a commit that the call may share waits for the store, or for one that
// does.
func (p *play) inFlight(c *call) bool {
	return slices.ContainsFunc(p.pending, func(r *request) bool { return r.keeper == c.keeper && r.method == "Commit" })
}

// explains reports whether the model gives the answer at a moment.
func (c *call) explains(s seats.Snapshot, at time.Time) bool {
	a := c.answer
	var d seats.Decision
	var err error
	switch {
	case !s.Known() && c.method != open:
		err = store.ErrNotFound
	case c.method == usage:
		return reflect.DeepEqual(s.Usage(), a.usage)
	case c.method == user:
		i := slices.IndexFunc(s.Users, func(u users.User) bool { return u.ID == c.user })
		if i < 0 {
			return a.refusal != nil && a.refusal.Code == seats.ErrUnknownUser
		}
		x, y := s.Account.View(s.Users[i], at), a.person
		same := sameUser(x.User, y.User)
		x.User, y.User = users.User{}, users.User{}
		return a.refusal == nil && same && reflect.DeepEqual(x, y)
	case c.method == preview:
		var plan seats.Plan
		if plan, err = seats.Preview(s, c.request(at)); err == nil {
			return samePlan(plan, a.plan)
		}
	default:
		d, err = c.decide(s, at)
	}
	switch {
	case !sameError(err, a):
		return false
	case err != nil || c.method == may:
		return true
	}
	return len(d.Change.Events) == 0 && slices.EqualFunc(d.Outcomes, a.outcomes, sameOutcome) &&
		(!c.method.tellsEvents() || sameEvents(d.Repeated, a.events) && c.account.has(a.events) && a.revision == s.Account.Revision)
}

func sameError(err error, a answer) bool {
	var refusal *seats.Refusal
	if errors.As(err, &refusal) || err == nil {
		return a.err == nil && sameRefusal(refusal, a.refusal)
	}
	return errors.Is(a.err, err)
}

func samePlan(x, y seats.Plan) bool {
	steps := slices.EqualFunc(x.Steps, y.Steps, func(x, y seats.Planned) bool {
		outcomes := sameOutcome(x.Outcome, y.Outcome)
		x.Outcome, y.Outcome = seats.Outcome{}, seats.Outcome{}
		return outcomes && reflect.DeepEqual(x, y)
	})
	x.Steps, y.Steps = nil, nil
	return steps && reflect.DeepEqual(x, y)
}

func sameOutcome(x, y seats.Outcome) bool {
	refused := sameRefusal(x.Refusal, y.Refusal)
	x.Refusal, y.Refusal = nil, nil
	return refused && x == y
}

func sameRefusal(x, y *seats.Refusal) bool {
	if x == nil || y == nil {
		return x == y
	}
	if !errors.Is(x.Reason, y.Reason) && (x.Reason == nil || y.Reason == nil || x.Reason.Error() != y.Reason.Error()) {
		return false
	}
	a, b := *x, *y
	a.Reason, b.Reason = nil, nil
	return reflect.DeepEqual(a, b)
}
