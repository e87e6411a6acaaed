package seats

import (
	"slices"
	"time"

	"github.com/seatkeeper/seatkeeper/users"
)

// UnseenRule is the switch of a policy that frees the seats of users who were not seen for long, by
// Keeper.FreeUnseen. The zero value frees none.
type UnseenRule struct {
	// Days are the days of 24 hours without a sight of the user, at most [MaxUnseenDays]; 0: none is freed.
	Days int `json:"days"`
	// Grace are the days after the creation, the last invitation and the return of a user without a free
	// seat for others, at most [MaxUnseenDays]; 0: as many as Days.
	Grace int `json:"grace,omitzero"`
	// Exempt are the roles that keep their seats. Owners do in any case.
	Exempt RoleSet `json:"exempt,omitzero"`
}

// MaxUnseenDays is the largest number of days of an [UnseenRule] and of an [Unseen].
const MaxUnseenDays = 3660

// valid reports whether the numbers and roles are ones.
func (r UnseenRule) valid() bool {
	return r.Days >= 0 && r.Days <= MaxUnseenDays && r.Grace >= 0 && r.Grace <= MaxUnseenDays && r.Exempt&^users.In(users.Roles()...) == 0
}

// Unseen asks for the users who were not seen for long and hold a seat: those who could make room. The
// rule's Days must be positive. Owners and the exempt roles of the policy are never among them.
type Unseen struct {
	UnseenRule
	Among  users.Filter // the users who come into question, by shown status; its order and page do not count
	Users  []users.ID   // these keep their seats
	Groups []string     // so do the users in one of these
	After  users.ID     // the last user of the plan before this one
}

// Check returns a refusal of numbers or roles out of bounds, or nil.
func (q Unseen) Check() error {
	if q.Days == 0 || !q.valid() {
		return badInput("unseen", ErrUnseenBounds)
	}
	return nil
}

// Since returns the instant from which on nothing may have been seen of a user, at a present.
func (q Unseen) Since(now time.Time) time.Time { return now.AddDate(0, 0, -q.Days) }

// Frees returns the command that frees the seat of a user, if it may come free by what was asked: the
// user holds one and was last seen, or has signed in for the first time, or was created before the time
// of Days, and was neither created, invited nor taken back in the time of Grace.
func (a Account) Frees(q Unseen, u users.User, seen, now time.Time) (c Command, ok bool) {
	grace := q.Grace
	if grace == 0 {
		grace = q.Days
	}
	came := later(u.Created, u.StatusSince)
	if u.Status == users.Invited {
		came = later(came, u.LastNotified)
	}
	last := later(seen, u.FirstSignIn)
	if last.IsZero() {
		last = u.Created
	}
	switch {
	case u.Role == users.Owner, !a.Policy.holds(u.Segment()), !a.Closed.IsZero(),
		(q.Exempt | a.Policy.unseen().Exempt).Has(u.Role), slices.Contains(q.Users, u.ID),
		slices.ContainsFunc(q.Groups, func(g string) bool { return slices.Contains(u.Groups, g) }),
		!last.Before(q.Since(now)), came.After(now.AddDate(0, 0, -grace)):
		return nil, false
	}
	reason := "last seen " + string(users.DateOf(last))
	if seen.IsZero() {
		reason = "never seen since " + string(users.DateOf(last))
	}
	return a.Policy.freeing(u, reason), true
}

// freeing returns the command by which the account's own users free the seat of a user.
func (p Policy) freeing(u users.User, reason string) Command {
	for _, c := range []Command{Deactivate{User: u.ID, Reason: reason}, Archive{User: u.ID, Reason: reason}} {
		if p.offers(c.Action(), u.Segment()) {
			return c
		}
	}
	return Delete{User: u.ID, Reason: reason}
}

// DecideUnseen is [Plan.Decide] for a plan of users who were not seen: with one who was seen since, it is
// [ErrPlanOutdated]. seen are the instants of the users of the plan, in order.
func (p Plan) DecideUnseen(s Snapshot, r Request, seen []time.Time) (Decision, error) {
	d, err := p.Decide(s, r)
	if err != nil || len(d.Repeated) > 0 || p.UnseenSince.IsZero() {
		return d, err
	}
	var differ []Difference
	for i, step := range p.Steps {
		if step.Outcome.Refusal == nil && i < len(seen) && !seen[i].Before(p.UnseenSince) {
			now := Outcome{Action: step.Outcome.Action, User: step.Outcome.User, Refusal: refuse(ErrChangedMeanwhile, step.Outcome.User)}
			differ = append(differ, Difference{i, step.Outcome, now})
		}
	}
	if len(differ) == 0 {
		return d, nil
	}
	first := differ[0]
	return Decision{}, &Refusal{
		Code: ErrPlanOutdated, Index: first.Index, Action: first.Now.Action, User: first.Now.User, Differences: differ,
	}
}
