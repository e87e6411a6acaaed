package seats

import (
	"cmp"
	"slices"
	"time"

	"github.com/seatkeeper/seatkeeper/users"
)

// Settle returns the change by what is due at the instant of the request or earlier: of users,
// pools and licences in one order, by instant, then by kind, then by ID. Each takes effect
// at its own instant, with the actor who set it, else the system. Days are resolved again by
// [Request.Zones], and a day to come gets a new Due without an event; without its zone a day
// keeps the instant it has. Without anything due the change has no events and corrects the
// account's next due instant.
//
// The result is the same late, in pieces and repeated: where the snapshot has a NextDue, what
// comes later stays for the next piece. The account is due again then.
//
// The snapshot must have been loaded with DueBy, and with Admins as [SettleNeeds] says.
func Settle(s Snapshot, r Request) Change { return settle(s, r, MaxSettled) }

// settle is Settle with the most rows of a kind that were loaded as due.
func settle(s Snapshot, r Request, most int) Change {
	v := newEvaluation(s, r)
	due := dueRows(s, r.At, most)
	q := queue{snapshot: s, now: r.At, inPart: !slices.ContainsFunc(due, func(d dueRow) bool { return d.due.Before(s.NextDue) })}
	for _, d := range due {
		v.resolveDays(d.id)
		q.add(v.row(d.id))
	}
	v.at, v.request.At = later(earliest(s.Account.NextDue, r.At), v.account.Changed), earliest(s.Account.NextDue, r.At)
	served := v.serve(time.Time{}, q.add)
	for served && len(q.next) > 0 {
		c := q.next[0]
		if r := v.row(c.id); !timers[c.rank].at(r).Equal(c.at) { // the queue has given the user a seat meanwhile
			q.next = q.next[1:]
			q.add(r)
			continue
		}
		v.at, v.request.At = later(c.at, v.account.Changed), c.at
		if held, ok := v.heldBack(&q, c); ok {
			v.holdBack(held)
			for _, id := range held {
				q.add(v.row(users.LicenceID{User: id})) // its invitation can lapse
			}
			continue
		}
		q.next = q.next[1:]
		f := timers[c.rank].evaluate(v, v.row(c.id))
		if _, refusal := v.apply(f); refusal != nil {
			f = *f.instead
			v.apply(f)
		}
		if f.then != nil {
			v.apply(*f.then)
		}
		q.add(v.row(c.id))
		served = v.serve(time.Time{}, q.add)
	}
	v.request.At = r.At
	for _, d := range due {
		v.reschedule(v.row(d.id))
	}
	v.account.NextDue = s.NextDue
	v.comesNext()
	if !served {
		v.account.NextDue = earliest(v.account.NextDue, r.At)
	}
	v.account.Revision = v.base + 1
	return v.change()
}

// comesNext lets the account fall due for the loaded rows, too.
func (v *evaluation) comesNext() {
	for _, u := range v.people.list {
		v.account.NextDue = earliest(v.account.NextDue, u.value.now[0].Due)
	}
	for _, p := range v.pools.list {
		v.account.NextDue = earliest(v.account.NextDue, p.value.now[0].Due)
	}
	for _, all := range v.licences {
		for _, l := range all {
			v.account.NextDue = earliest(v.account.NextDue, l.Due)
		}
	}
}

// SettleNeeds reports whether the snapshot of a due account lacks the admins, who are told of
// leaves that are held back, and by notices, the next users of the queues, or the courses of due places. Then it must be loaded again
// with the need, which is changed here.
func SettleNeeds(n *Need, s Snapshot) bool {
	added := n.queueNeeds(s, n.DueBy)
	if policy := s.Account.Policy; n.Admins || !policy.holdsBack(MaxSettled) && !policy.tells() {
		return added
	}
	n.Admins = true
	return true
}

// A dueRow is the ID of a loaded row that is due.
type dueRow struct {
	id   users.LicenceID
	due  time.Time
	rank int // of users, [users.User.DueRank]
}

// dueRows lists the rows that were loaded as due: at most that many of a kind. The snapshot can
// have further ones for another reason, whose turn comes later.
func dueRows(s Snapshot, now time.Time, most int) (all []dueRow) {
	return slices.Concat(
		firstDue(s.Users, now, most, func(u users.User) dueRow { return dueRow{users.LicenceID{User: u.ID}, u.Due, u.DueRank()} }),
		firstDue(s.Pools, now, most, func(p Pool) dueRow { return dueRow{users.LicenceID{Pool: string(p.ID)}, p.Due, 0} }),
		firstDue(s.Licences, now, most, func(l users.Licence) dueRow { return dueRow{l.ID(), l.Due, 0} }),
	)
}

func firstDue[R any](rows []R, now time.Time, most int, of func(R) dueRow) (first []dueRow) {
	for _, r := range rows {
		if d := of(r); !d.due.IsZero() && !d.due.After(now) {
			first = append(first, d)
		}
	}
	slices.SortFunc(first, func(x, y dueRow) int {
		return cmp.Or(x.due.Compare(y.due), cmp.Compare(x.rank, y.rank), x.id.Compare(y.id))
	})
	return first[:min(most, len(first))]
}

// A queue has what is due of the loaded rows, in order: of each row the next.
type queue struct {
	snapshot Snapshot
	now      time.Time
	// inPart reports whether every loaded row is due at NextDue, as are some left over: more
	// than a change settles are due at one instant.
	inPart bool
	next   []coming
}

// add adds the next timer of a row, if it is due and no row left over can come before.
func (q *queue) add(r row) {
	all := r.comings()
	if len(all) == 0 || !q.reaches(all[0].at) {
		return
	}
	if i, known := slices.BinarySearchFunc(q.next, all[0], coming.compare); !known { // the row of a user who was seated is there already
		q.next = slices.Insert(q.next, i, all[0])
	}
}

// reaches reports whether this piece goes on to an instant.
func (q *queue) reaches(at time.Time) bool {
	rest := q.snapshot.NextDue
	return !at.After(q.now) && (rest.IsZero() || at.Before(rest) || q.inPart && at.Equal(rest))
}

// row returns the row of an ID. It is loaded.
func (v *evaluation) row(id users.LicenceID) row {
	switch {
	case id.Pool == "" && id.User != "":
		u, _ := v.people.get(id.User)
		return userRow(&u.now[0])
	case id.User == "":
		p, _ := v.pools.get(PoolID(id.Pool))
		return poolRow(&p.now[0])
	}
	l := v.licence(id)
	return licenceRow(&l)
}

// resolveDays computes the instants of the days of a row by the zone's rules of now.
func (v *evaluation) resolveDays(id users.LicenceID) {
	in, refusal := v.location()
	if refusal != nil {
		return
	}
	r := v.row(id)
	switch {
	case r.user.ID != "":
		u := inZone(*r.user, in, v.request.At)
		if u.Schedule != r.user.Schedule || u.Start != r.user.Start {
			v.putUser([]users.User{u})
		}
	case id.User == "":
		p := *r.pool
		if p.Booked.Date != "" {
			p.Booked.At = p.Booked.Date.Start(in)
		}
		p.Ends = v.request.EndOf(p, v.account.Zone)
		v.pools.put(p.ID, []Pool{p})
	}
}

// resolveAll computes the days of the users and pools anew that are due within the lead. All
// others are looked at before their day comes, whether or not they are loaded.
func (v *evaluation) resolveAll() {
	within := func(due time.Time) bool { return !due.IsZero() && !due.After(v.request.At.Add(lead)) }
	resolve := func(id users.LicenceID) {
		v.resolveDays(id)
		v.reschedule(v.row(id))
	}
	for _, u := range v.people.list {
		if within(u.value.now[0].Due) {
			resolve(users.LicenceID{User: u.key})
		}
	}
	for _, id := range v.pools.keys() {
		if within(v.pools.of(id).Due) {
			resolve(users.LicenceID{Pool: string(id)})
		}
	}
	v.comesNext()
}

// inZone returns the user with the instants of the days in a location.
func inZone(u users.User, in *time.Location, now time.Time) users.User {
	if u.Start.Date != "" {
		u.Start.At = u.Start.Date.Start(in)
	}
	if u.Schedule.Date == "" {
		return u
	}
	u.Schedule.At = u.Schedule.Leave.At(in)
	// A notice that was too late when the day was set stays at that instant, by which it is due.
	if notice := u.Schedule.Notice; notice.After(now) || notice.After(u.Due) {
		u.Schedule.Notice = u.Schedule.NoticeOn.Start(in)
	}
	return u
}

// reschedule gives a row its Due as of now.
func (v *evaluation) reschedule(r row) {
	due := r.due(v.request.At)
	switch {
	case r.user.ID != "":
		if u := *r.user; !u.Due.Equal(due) {
			u.Due = due
			v.putUser([]users.User{u})
		}
	case r.licence.User != "":
		if l := *r.licence; !l.Due.Equal(due) {
			l.Due = due
			v.putLicence(l)
		}
	default:
		p := *r.pool
		p.Due = due
		v.pools.put(p.ID, []Pool{p})
	}
}

// heldBack returns the leaves that are held back together with a coming one, which are then
// taken from the queue. It is not ok if they are no more than the policy lets go on a day.
func (v *evaluation) heldBack(q *queue, c coming) (held []users.ID, ok bool) {
	if c.rank != leaveRank {
		return nil, false
	}
	leave := v.people.of(c.id.User).Schedule.Leave
	var rest []coming
	for _, d := range q.next {
		if d.rank == leaveRank && d.at.Equal(c.at) && v.people.of(d.id.User).Schedule.Leave == leave {
			held = append(held, d.id.User)
		} else {
			rest = append(rest, d)
		}
	}
	if !v.account.Policy.holdsBack(len(held)) {
		return nil, false
	}
	q.next = rest
	if q.inPart && c.at.Equal(q.snapshot.NextDue) {
		// As many stay due as the next piece needs to hold them back with its own.
		n := 0
		for !v.account.Policy.holdsBack(n) {
			n++
		}
		held = held[n:]
	}
	return held, true
}

// holdBack holds the leaves of users back, and tells the admins.
func (v *evaluation) holdBack(held []users.ID) {
	var leave users.Leave
	for _, id := range held {
		u := v.people.of(id)
		u.Schedule.Held = true
		leave = u.Schedule.Leave
		v.putUser([]users.User{u})
	}
	if len(held) > 0 {
		v.apply(effect{kind: EventLeavingHeld, count: int64(len(held)), date: leave.Date, dateAs: leave.As, receivers: v.receivers()})
	}
}
