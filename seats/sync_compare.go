package seats

import (
	"time"

	"github.com/seatkeeper/seatkeeper/users"
)

// A Comparison compares a complete roster with the users of an account: first all of these and the misses, then all rows, each
// once and in any order. It keeps some 120 bytes for a user, and the rows that differ. Nothing is decided in it: each
// of its commands is, against the account of its moment.
//
// A row is about the user with its external ID, else about the one with its address, else with its username. Where these are two users,
// or two rows have keys of one user, the name decides: an address passes from one to another without a leaver. Else a row
// with keys of one user alone comes first, then a user who is invited, active or waits for a seat, and then the one with the address.
//
// Users of the source who are in no row leave, once its [Patience] with them is over; so do, at once, those whose row says that they
// have left, by a status or by the day of a leave that is over. Waiting users lose their places. Inactive
// users of the source come back once they are in the roster, but for waiting ones, those put out by hand, out of
// the queue too, and those put out by a date if the roster has no days of leaves. A row of a user of another source takes them
// over first, where [Account.TakesOver] says so; one with another external ID, if it has the user's name, and then gives them its
// own: sources number their people each for themselves.
//
// A row with another external ID than the user of the source with its address or username is about
//
//   - that user, with a new number, if it has the user's name, see [users.PlainName];
//   - a newcomer with the address of a leaver, if the name is another one. The user leaves. The newcomer joins once the
//     address is free: the refusal is [ErrDuplicate], and its remedy takes the address from the user;
//   - the newcomer, too, if the name is unknown: the user or the roster lacks it, or it was edited by hand. While a
//     [ReleaseSource] allows changed keys, it is the user.
//
// A user of the source whose keys in the columns of the roster were all edited by hand is in no row with the old ones. Such a user
// does not leave, see [ErrKeyByHand]. The row of a newcomer with the plain name of one such user, who is invited or active, is that
// user's; rows and users with one name are left as they are. Without a name the row is a second user: a column of external IDs, or
// [Edit] with Follow, prevents it.
//
// A faulty row, with an invalid field or a key of a row before it, is left as it is. No other row changes the users of its keys,
// and they stay; those of an address that it may share only stay. A row with unreadable keys alone can be about any user: then all missing users stay, and the Unreadable of
// the [Differences] count it.
//
// It is for one use, by one goroutine.
type Comparison struct {
	run     SyncRun
	columns columns
	account Account
	at      time.Time
	in      func() (*time.Location, *Refusal)

	members members
	newKeys map[uint64]bool // of rows, and of no user
	differs []matchedRow    // from its user, who has the keys of no row before
	claims  []claim
	byHand  map[uint64][]*member // users with keys by hand alone, by their names
	named   []users.Entry        // rows of newcomers with these names
	edits   []rowEdit
	missed  missed
	result  Differences

	released   bool // changed keys are
	faults     int
	fault      *Refusal // the first one
	faultyRow  int      // of the last fault, see Comparison.Fault
	unreadable bool     // that row
}

// A matchedRow is a row that waits for the last one, since a faulty row may be about the same user.
type matchedRow struct {
	entry  users.Entry
	member *member
}

// NewComparison begins the comparison of a run with an account. Of the request the time and the zones count.
func NewComparison(a Account, run SyncRun, r Request) (*Comparison, *Refusal) {
	if refusal := run.Check(); refusal != nil {
		return nil, refusal
	}
	columns, _ := run.columns()
	v := newEvaluation(Snapshot{Account: a}, r)
	source, _ := a.Sources.Of(run.Source)
	return &Comparison{
		run: run, columns: columns, account: a, at: r.At, in: v.location, members: *newMembers(), newKeys: map[uint64]bool{}, byHand: map[uint64][]*member{},
		released: source.allowed(v.at).Keys > 0, missed: missedBy(source),
	}, nil
}

// User adds a user of any status but deleted.
func (c *Comparison) User(u users.User) {
	kept := keptFields(u.Kept)
	columns := c.columns.without(kept)
	m := member{
		keys: c.members.hashKeys(&u.Profile), content: c.members.hashContent(&u.Profile, &columns), kept: kept,
		leave: dayNumber(u.Schedule.Leave), status: u.Status, role: u.Role, left: u.LeftBy, is: waitsAs(&u),
	}
	if users.Sync(c.run.Source).Owns(u.Source) {
		m.is |= isOwn
	} else if c.account.takes(c.run.Source, u) {
		m.is |= isTaken
		if !c.columns.has[0] && u.FirstName != "" || !c.columns.has[1] && u.LastName != "" {
			m.is |= isPartNamed
		}
	}
	if m.is&(isOwn|isTaken) != 0 {
		m.name = c.members.hashName(&u.Profile, &c.columns)
	}
	c.members.add(u.ID, m)
	c.noteByHand(c.members.at(c.members.count))
}

// Row adds a row of the roster; number 0 is that of its place. A refusal is about the account, and ends the comparison.
func (c *Comparison) Row(e users.Entry) *Refusal {
	c.result.Rows++
	if e.Row == 0 {
		e.Row = c.result.Rows
	}
	c.faultyRow, c.unreadable = 0, false
	p, err := e.Profile.Clean()
	if err != nil {
		c.leaveFaulty(e.Row, e.Profile, badProfile(err))
		return nil
	}
	e.Profile = p
	keys := c.members.hashKeys(&p)
	if err := e.Leave.Check(); err != nil {
		c.leaveFaulty(e.Row, p, badInput("leave", err))
		return nil
	}
	if kind, taken := c.take(keys); taken {
		c.leaveFaulty(e.Row, p, badInput(textFields[firstKey+kind], users.ErrDuplicateRow))
		return nil
	}
	return c.find(e, keys)
}

// shares reports whether a key of a row leads to no user, since several may have it.
func (c *Comparison) shares(kind int, p users.Profile) bool {
	return textFields[firstKey+kind] == "email" && c.account.Policy.sharesAddress(p)
}

// hasLeft reports whether a row says that its person has left, and the reason for the events.
func (c *Comparison) hasLeft(e users.Entry) (left bool, reason string, refusal *Refusal) {
	switch {
	case e.Left():
		return true, "left by the roster of " + c.run.Source, nil
	case e.Leave.Date == "":
		return false, "", nil
	}
	in, refusal := c.in()
	if refusal != nil {
		return false, "", refusal
	}
	leave := e.Leave
	leave.As = c.account.Policy.leaveDay(leave.As)
	return !leave.At(in).After(c.at), "left by the roster of " + c.run.Source + ", " + leave.String(), nil
}

// isAsBefore reports whether a user with the keys of a row is as the row says.
func (c *Comparison) isAsBefore(m *member, e users.Entry, keys [keyFields]uint64) bool {
	if m.is&(isOwn|isMatched|isPlanned) != isOwn || !m.isIn() {
		return false
	}
	left, _, refusal := c.hasLeft(c.columns.without(m.kept).row(e))
	return refusal == nil && !left && len(c.changes(m, e, keys)) == 0
}

// match compares a row with its user.
func (c *Comparison) match(m *member, e users.Entry, keys [keyFields]uint64) *Refusal {
	id := c.members.idOf(m)
	columns := c.columns.without(m.kept)
	left, reason, refusal := c.hasLeft(columns.row(e))
	leave := func(action users.Action, code Code, reason users.Reason) *Refusal {
		refusal := refuse(code, id)
		if refusal.Action = action; reason != (users.Reason{}) {
			refusal.Reason = reason
		}
		if code == ErrDuplicate {
			refusal.Field = commonKey(m, keys)
		}
		c.result.Leave(e.Row, refusal)
		return nil
	}
	switch {
	case refusal != nil:
		return refusal
	case m.is&isFaulty != 0:
		m.is |= isMatched
		return leave(users.ActionInvite, ErrDuplicate, users.ErrDuplicateRow)
	case m.is&isMatched != 0 && m.is&isMoved != 0:
		return c.join(e) // to a key that comes free
	case m.is&isMatched != 0:
		return leave(users.ActionInvite, ErrDuplicate, users.ErrDuplicateRow)
	case !c.isSame(m, &e.Profile, keys):
		m.is |= isReplaced
		return c.join(e)
	}
	m.is |= isMatched
	in := m.isIn()
	taken := m.is&isTaken != 0 && (m.keys[0] == 0 || keys[0] == 0 || m.keys[0] == keys[0] || m.is&isPartNamed == 0 && c.hasName(m, &e.Profile))
	switch {
	case m.is&isOwn == 0 && left, m.is&isPlanned != 0, left && !in && m.is&isWaiting == 0 && m.role != users.Owner:
		c.result.Same++
		return nil
	case m.is&isOwn == 0 && m.role == users.Owner:
		return leave(users.ActionInvite, ErrOwnerProtected, users.Reason{})
	case m.is&isTaken != 0 && !taken:
		return leave(users.ActionInvite, ErrForbidden, ErrOtherNumber)
	case m.is&isOwn == 0 && !taken:
		return leave(users.ActionInvite, ErrForbidden, ErrOtherSource)
	case left && m.role == users.Owner:
		return leave(users.ActionDeactivate, ErrOwnerProtected, users.Reason{})
	case left:
		c.leave(m, e.Row, reason)
		return nil
	case m.status == users.Archived:
		return leave(users.ActionReactivate, ErrWrongStatus, ErrArchived)
	case !in && m.left == users.LeftByHand:
		return leave(users.ActionReactivate, ErrForbidden, ErrPutOutByHand)
	case !in && m.left == users.LeftByDate && !columns.leave:
		return leave(users.ActionReactivate, ErrWrongStatus, ErrInactive)
	}
	took := Invite{}
	if taken {
		took.Profile = c.takenBy(m, e, keys)
	}
	commands := c.changes(m, e, keys)
	switch {
	case m.role == users.Owner && len(commands) > 0:
		return leave(users.ActionEdit, ErrOwnerProtected, users.Reason{})
	case len(commands) > 0:
		c.result.Changed++
	case in && !taken:
		c.result.Same++
	}
	if taken {
		c.result.TakenOver++
		c.result.add(stepTake, e.Row, took)
	}
	if !in {
		c.result.Returning++
		c.result.add(stepReturn, e.Row, Reactivate{User: id})
	}
	wanted, givenUp := c.otherKeys(m, keys)
	if givenUp {
		c.result.NewKeys++
		c.result.name(&c.result.keyed, id)
		m.is |= isMoved
		if c.hasKeyOfAnother(m, &e.Profile, wanted) || wanted[0] != 0 && m.keys[0] != 0 {
			c.result.Renumbered++
			c.result.name(&c.result.renumbered, id)
		}
	}
	dated := c.result.Dated
	for _, s := range commands {
		if edit, ok := s.Command.(Edit); ok {
			c.edits = append(c.edits, rowEdit{edit, e.Row, m, wanted})
			continue
		}
		c.result.add(s.kind, e.Row, s.Command)
	}
	if m.stays() && (c.result.Dated > dated || columns.role && roleOf(e) != m.role) {
		c.result.Admins++
		c.result.name(&c.result.admins, id)
	}
	return nil
}

// leave adds a leaver.
func (c *Comparison) leave(m *member, row int, reason string) {
	id, kind := c.members.idOf(m), stepLeave
	if m.is&isWaiting != 0 {
		kind = stepWithdraw
	}
	if m.stays() {
		c.result.Admins++
		c.result.name(&c.result.admins, id)
	}
	if m.is&isReplaced != 0 {
		c.result.replace(m, id)
	}
	c.result.add(kind, row, Deactivate{User: id, Reason: reason})
}

// A step is a command with its kind.
type step struct {
	kind int
	Command
}

// changes returns the commands that give a user the fields, the role and the leave of a row. What the user has
// already is in an Edit too: it stays.
func (c *Comparison) changes(m *member, e users.Entry, keys [keyFields]uint64) (steps []step) {
	id, columns := c.members.idOf(m), c.columns.without(m.kept)
	if columns.role && e.Role != m.role && roleOf(e) != m.role {
		kind := stepRole
		if !c.account.Policy.holds(users.Segment{Status: m.status, Role: roleOf(e)}) {
			kind = stepFree
		}
		steps = append(steps, step{kind, ChangeRole{User: id, Role: roleOf(e)}})
	}
	if wanted, _ := c.otherKeys(m, keys); wanted != ([keyFields]uint64{}) || m.content != c.members.hashContent(&e.Profile, &columns) {
		steps = append(steps, step{stepEdit, Edit{User: id, Set: columns.patch(e.Profile)}})
	}
	leave := e.Leave
	if leave.Date != "" {
		leave.As = c.account.Policy.leaveDay(leave.As)
	}
	switch {
	case !columns.leave || dayNumber(leave) == m.leave || m.is&isReturning != 0:
	case leave.Date == "":
		steps = append(steps, step{stepDate, Unschedule{User: id}})
	case leavesSooner(m.leave, dayNumber(leave)) && m.is&isServed == 0: // a waiting user has no seat to lose
		steps = append(steps, step{stepSooner, Schedule{User: id, Leave: leave}})
	default:
		steps = append(steps, step{stepDate, Schedule{User: id, Leave: leave}})
	}
	return steps
}

// Differences ends the comparison. A roster that is not known to be complete is refused as [ErrBadInput], and so is an
// empty one: both are failures of their source. One with faulty rows alone is refused with the fault of the first; the
// differences beside it list them.
func (c *Comparison) Differences(complete bool) (Differences, *Refusal) {
	switch {
	case !complete:
		return Differences{}, badInput("roster", ErrIncomplete)
	case c.result.Rows == 0:
		return Differences{}, badInput("roster", users.ErrEmpty)
	case c.result.Rows == c.faults:
		return c.result, c.fault
	}
	for _, r := range c.differs {
		if refusal := c.match(r.member, r.entry, c.members.hashKeys(&r.entry.Profile)); refusal != nil {
			return Differences{}, refusal
		}
	}
	if refusal := c.settleClaims(); refusal != nil {
		return Differences{}, refusal
	}
	if refusal := c.matchNamed(); refusal != nil {
		return Differences{}, refusal
	}
	for n := range c.members.count {
		m := c.members.at(n + 1)
		switch {
		case m.is&isOwn == 0 || m.is&(isMatched|isNamed) != 0 || !holding.Has(m.status) && m.is&isWaiting == 0:
		case m.role == users.Owner:
			refusal := refuse(ErrOwnerProtected, c.members.idOf(m))
			refusal.Action = users.ActionDeactivate
			c.result.Leave(0, refusal)
		case c.isByHand(m):
			refusal := refuse(ErrForbidden, c.members.idOf(m)).because(ErrKeyByHand)
			refusal.Action = users.ActionDeactivate
			c.result.Leave(0, refusal)
		default:
			c.miss(m)
		}
	}
	c.endMisses()
	c.orderEdits()
	c.result.Digest = c.result.digest()
	return c.result, nil
}
