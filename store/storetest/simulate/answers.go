package simulate

import (
	"errors"
	"reflect"
	"slices"
	"time"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// judge holds the answer of a call against what was written and how the account was meanwhile.
func (p *play) judge(c *call) {
	switch certain := c.certainty(); {
	case certain == broken:
		p.fail("%v ended in an error that nothing accounts for: %v", c, c.answer.err)
	case certain == undone && len(c.written) > 0:
		p.fail("%v is written, though it ended in %q", c, c.answer.err)
	case certain != answered || c.method == runDue:
	case len(c.written) > 0:
		if !c.tells(c.written[0]) {
			p.fail("%v is written as %v, and returned %v", c, c.written[0].events, c.answer)
		}
	case !c.explained():
		p.fail("%v returned %v, and account %v was never so during the call", c, c.answer, c.account)
	}
	if c.certainty() == answered && len(c.answer.receipt.Commits) > 0 {
		p.receipts = append(p.receipts, c)
	}
}

// tells reports whether the answer is what was written.
func (c *call) tells(w decided) bool {
	a, d := c.answer, w.decision
	if a.refusal != nil || !slices.EqualFunc(a.outcomes, d.Outcomes, sameOutcome) {
		return false
	}
	if c.method == do && (!slices.EqualFunc(a.events, slices.Concat(d.Repeated, w.events), sameEvent) || a.repeated != (len(d.Repeated) > 0) || w.alone && a.revision != w.revision) {
		return false
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
	all := c.account.versions
	for i, v := range slices.Backward(all) {
		if i+1 < len(all) && all[i+1].step < c.began {
			break
		}
		for _, at := range times {
			if !v.Account.IsDue(at) && c.explains(v.Snapshot, at) {
				return true
			}
		}
	}
	return false
}

// explains reports whether the model gives the answer at a moment.
func (c *call) explains(s seats.Snapshot, at time.Time) bool {
	a := c.answer
	switch c.method {
	case usage:
		return reflect.DeepEqual(s.Usage(), a.usage)
	case user:
		i := slices.IndexFunc(s.Users, func(u users.User) bool { return u.ID == c.user })
		if i < 0 {
			return a.refusal != nil && a.refusal.Code == seats.ErrUnknownUser
		}
		x, y := s.Account.View(s.Users[i], at), a.person
		same := sameUser(x.User, y.User)
		x.User, y.User = users.User{}, users.User{}
		return a.refusal == nil && same && reflect.DeepEqual(x, y)
	}
	d, refusal := c.decide(s, at)
	if c.method == may {
		return sameRefusal(refusal, a.refusal)
	}
	if !sameRefusal(refusal, a.refusal) || !slices.EqualFunc(d.Outcomes, a.outcomes, sameOutcome) {
		return false
	}
	if refusal != nil || c.method != do {
		return len(d.Change.Events) == 0
	}
	return len(d.Change.Events) == 0 && slices.EqualFunc(a.events, d.Repeated, sameEvent) && a.revision == s.Account.Revision
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
