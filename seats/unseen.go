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

// Unseen asks for the users who were not seen for long and hold a seat: those who could make room. The zero
// rule is that of the policy. Owners and the exempt roles of the policy are never among them.
type Unseen struct {
	UnseenRule
	// Among selects the users who may lose their seats, by shown status, on all its pages.
	Among users.Filter `json:"among,omitzero"`
	// ExemptUsers keep their seats.
	ExemptUsers []users.ID `json:"exempt_users,omitzero"`
	// ExemptGroups are groups whose users keep their seats: those in one of them at least. Groups are compared
	// as in [users.Filter], so that "Sales" and "sales" are two.
	ExemptGroups []string `json:"exempt_groups,omitzero"`
	After        users.ID `json:"after,omitzero"` // the last user of the plan before this one
	Most         int      `json:"most,omitzero"`  // users of the plan; 0 and more than [MaxCommands]: as many as that
}

// For returns what is asked under a policy: the zero rule becomes that of the policy, and each exempt group its
// stored form, see [users.CleanGroup], and a Most out of bounds [MaxCommands]. Days and roles out of bounds, no days at
// all, and malformed users and groups are refused as [ErrBadInput].
func (q Unseen) For(p Policy) (Unseen, error) {
	if q.UnseenRule == (UnseenRule{}) {
		q.UnseenRule = p.unseen()
	}
	if q.Days == 0 || !q.valid() {
		return Unseen{}, badInput("unseen", ErrUnseenBounds)
	}
	if q.Most <= 0 || q.Most > MaxCommands {
		q.Most = MaxCommands
	}
	for _, id := range q.ExemptUsers {
		if err := users.CheckID(id); err != nil {
			return Unseen{}, badInput("exempt-users", err)
		}
	}
	groups := slices.Clone(q.ExemptGroups)
	for i, name := range groups {
		group, err := users.CleanGroup(name)
		if err != nil {
			return Unseen{}, badInput("exempt-groups", err)
		}
		groups[i] = group
	}
	q.ExemptGroups = groups
	return q, nil
}

// Frees returns the command that frees the seat of a user, if it may come free by what was asked: the
// user holds one, was last seen, see [users.User.LastSeen], or else created before the time of Days, and
// was neither created, invited nor taken back in the time of Grace. Seen is the last sight that is kept of the
// user. The question is one by [Unseen.For].
func (a Account) Frees(q Unseen, u users.User, seen, now time.Time) (c Command, ok bool) {
	grace := q.Grace
	if grace == 0 {
		grace = q.Days
	}
	came := later(u.Created, u.StatusSince)
	if u.Status == users.Invited {
		came = later(came, u.LastNotified)
	}
	last, reason := u.LastSeen(seen), "last seen "
	if last.IsZero() {
		last, reason = u.Created, "never seen since "
	}
	switch {
	case u.Role == users.Owner, !a.Policy.holds(u.Segment()), !a.Closed.IsZero(),
		(q.Exempt | a.Policy.unseen().Exempt).Has(u.Role), slices.Contains(q.ExemptUsers, u.ID),
		slices.ContainsFunc(q.ExemptGroups, func(g string) bool { return slices.Contains(u.Groups, g) }),
		!a.Policy.StoredFilter(q.Among.WithoutPage()).Match(u),
		!last.Before(now.AddDate(0, 0, -q.Days)), came.After(now.AddDate(0, 0, -grace)):
		return nil, false
	}
	return a.Policy.freeing(u, reason+string(users.DateOf(last))), true
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

// Decide decides Keeper.FreeUnseen: [DecideEach] for the commands by [Account.Frees] that are the same by now.
// The others are left out: their users were seen meanwhile, or keep their seats by something new.
//
// seen are the last sights of the users of the commands, in order, and earlier has the events of the last 25 hours
// at least. If with these more users than [Policy] MostLeavers lost their seats on this day of the account's time
// zone, nothing is decided: held are those who would have lost theirs.
func (q Unseen) Decide(s Snapshot, r Request, seen []time.Time, earlier []Event) (d Decision, held int, err error) {
	v := newEvaluation(s, r)
	in, refusal := v.location()
	if refusal != nil {
		return Decision{}, 0, refusal
	}
	r.Commands = nil
	for i, c := range v.request.Commands {
		if now, ok := s.Account.Frees(q, v.people.of(c.target()), seen[i], r.At); ok && now == c {
			r.Commands = append(r.Commands, c)
		}
	}
	d = DecideEach(s, r)
	for _, e := range d.Change.Events {
		if e.Pool == Site && e.Delta < 0 {
			held++
		}
	}
	today := held
	for _, e := range earlier {
		if e.Channel == ByUnseen && e.Pool == Site && e.Delta < 0 && users.DateOf(e.Time.In(in)) == users.DateOf(r.At.In(in)) {
			today++
		}
	}
	if held > 0 && s.Account.Policy.holdsBack(today) {
		return Decision{}, held, nil
	}
	return d, 0, nil
}

// Back returns the commands that give seats back: to the users who have lost theirs by the outcomes and were seen,
// at the instants of the same order, in the time that was asked for. A deleted user is not brought back.
func (q Unseen) Back(outcomes []Outcome, seen []time.Time, now time.Time) (commands []Command) {
	for i, o := range outcomes {
		switch {
		case o.Refusal != nil, o.Unchanged, seen[i].Before(now.AddDate(0, 0, -q.Days)):
		case o.Action == users.ActionDeactivate:
			commands = append(commands, Reactivate{User: o.User})
		case o.Action == users.ActionArchive:
			commands = append(commands, Restore{User: o.User})
		}
	}
	return commands
}
