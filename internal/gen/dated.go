package gen

import (
	"slices"

	"github.com/seatkeeper/seatkeeper/internal/reference"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// one draws a user with work for a command about dates or courses, if there is one.
func (d Dice) one(chosen func(*reference.Person) bool, likely ...users.Status) users.ID {
	var ids []users.ID
	if d.account != nil {
		for _, p := range d.account.People {
			if p.Here() && chosen(p) {
				ids = append(ids, p.ID)
			}
		}
	}
	if len(ids) == 0 || d.Chance(15) {
		return d.target(likely...)
	}
	return One(d, ids[:min(5, len(ids))]...)
}

// dated draws a command about the day of a leave or a start.
func (d Dice) dated(action users.Action) seats.Command {
	switch action {
	case users.ActionUnschedule:
		return seats.Unschedule{User: d.one(func(p *reference.Person) bool { return p.Schedule.Date != "" || p.Start.Date != "" })}
	case users.ActionConfirmLeave:
		return seats.ConfirmLeave{User: d.one(func(p *reference.Person) bool { return p.Schedule.Held })}
	}
	switch n := d.Below(20); {
	case n < 2:
		return seats.Schedule{User: d.one(func(p *reference.Person) bool { return p.Start.Date != "" }), Start: d.date()}
	case n == 2 && d.People == nil:
		return seats.Schedule{User: d.target(), Start: Or(d, []users.Date{"", d.date()}), Leave: Or(d, []users.Leave{{}, d.leave()})}
	case n < 5: // the same again
		for _, p := range d.people() {
			if p.Schedule.Date != "" {
				return seats.Schedule{User: p.ID, Leave: p.Schedule.Leave}
			}
		}
	case n < 11: // as another one leaves, so that many leave together
		for _, p := range d.people() {
			if p.Schedule.Date != "" {
				other := d.one(func(p *reference.Person) bool { return p.Seated() && p.Schedule.Date == "" && p.Role != users.Owner })
				return seats.Schedule{User: other, Leave: p.Schedule.Leave}
			}
		}
	}
	return seats.Schedule{User: d.waiting(users.Invited, users.Active), Leave: d.leave()}
}

// invite draws an invitation: now and then with the day of a leave, to come on a day, or as the
// row of a file.
func (d Dice) invite(by users.ActorKind, role users.Role) seats.Invite {
	c := seats.Invite{Profile: d.profile(by), Role: role, Later: d.Chance(20)}
	if d.Chance(20) {
		c.Leave = d.leave()
	}
	if d.Chance(15) {
		c.Start = d.date()
		c.Later = d.Chance(3)
	}
	if d.Chance(10) {
		c.LeftMeansGone = true
		c.Leave = One(d, c.Leave, d.leave(), users.From("2026-02-27"), users.Until("2026-02-27"))
		c.Gone = d.Chance(30)
	}
	return c
}

func (d Dice) people() []*reference.Person {
	if d.account == nil {
		return nil
	}
	return d.account.People
}

// onCourse draws a command about a course of a user.
func (d Dice) onCourse(action users.Action, actor users.Actor) seats.Command {
	course := d.course()
	holds := func(states ...users.LicenceState) users.ID {
		return d.one(func(p *reference.Person) bool {
			return slices.ContainsFunc(p.Licences, func(l users.Licence) bool { return l.Pool == string(course) && users.In(states...).Has(l.State()) })
		}, users.Active)
	}
	switch action {
	case users.ActionAssignCourse:
		c := seats.AssignCourse{User: d.target(users.Active, users.Invited), Pool: course}
		if d.Chance(30) {
			c.DueDate = d.date()
		}
		return c
	case users.ActionUnassignCourse:
		return seats.UnassignCourse{User: holds(users.LicenceAssigned), Pool: course}
	case users.ActionStartCourse:
		if actor.User != "" && d.Chance(80) {
			return seats.StartCourse{User: actor.User, Pool: course}
		}
		return seats.StartCourse{User: holds(users.LicenceAssigned), Pool: course}
	case users.ActionArchiveActivity:
		c := seats.ArchiveActivity{User: holds(users.LicenceAssigned, users.LicenceStarted)}
		if d.Chance(50) {
			c.Pool = course
		}
		return c
	}
	return seats.SetDueDate{User: holds(users.LicenceAssigned, users.LicenceStarted), Pool: course, DueDate: Or(d, []users.Date{d.date(), d.date(), ""})}
}

func (d Dice) bookTotal(pool seats.PoolID) seats.BookTotal {
	c := seats.BookTotal{Pool: pool, Version: d.version()}
	if d.Chance(80) {
		c.Date, c.Total = d.date(), d.total()
	}
	if pool != "nowhere" && ((c.Version != seats.Version{}) && d.Chance(95) || d.Chance(20)) { // which would create it
		c.Now = d.total()
	}
	return c
}

// version draws the version of a total: mostly none or a number.
func (d Dice) version() seats.Version {
	switch n := d.Below(20); {
	case n < 10:
		return seats.Version{}
	case n < 17:
		return seats.Version{Number: Or(d, []int64{1, 2, 3, 4}, -1)}
	case n < 19:
		return seats.Version{At: Epoch.Add(One(d, 0, Term)), ID: Or(d, []string{"", "a", "b"}, bad...)}
	}
	return Or(d, []seats.Version{{}}, seats.Version{ID: "a"}, seats.Version{Number: 1, At: Epoch}, seats.Version{Number: 1, ID: "a"})
}

// setCode draws a join code: mostly one of few uses that more people ask for, and about certain people
// one without a random text.
func (d Dice) setCode() seats.SetCode {
	c := seats.SetCode{Pool: Or(d, Codes, Course, seats.Site, "\x00"), Uses: seats.Of(Or(d, []int64{1, 1, 2, 3}, 0, -1)), Renew: d.People == nil && d.Chance(5)}
	if d.People != nil || !c.Renew && d.Chance(90) {
		c.Text = Or(d, codeTexts, "short", "a\x00bcdefg", long)
	}
	switch {
	case d.Chance(10):
		c.Uses = seats.Unlimited()
	case d.Chance(10):
		c.Uses = seats.Count{}
	}
	if d.Chance(50) {
		c.Hold = new(d.Chance(70))
	}
	if d.Chance(20) {
		c.Name = new(Or(d, companies, bad...))
	}
	if d.Chance(30) {
		c.Role = new(Or(d, []users.Role{users.Member, users.Manager}, users.Admin, users.Owner))
	}
	if d.Chance(30) {
		c.LastDay = new(Or(d, []users.Date{d.date(), d.date(), ""}))
	}
	if d.Chance(20) {
		c.Domains = new(Or(d, domains, "a\x00b"))
	}
	return c
}

func (d Dice) editPool() seats.EditPool {
	c := seats.EditPool{Pool: d.course()}
	if d.Chance(30) {
		c.Name = new(Or(d, companies, bad...))
	}
	if d.Chance(40) {
		c.LastDay = new(Or(d, []users.Date{d.date(), d.date(), d.date(), ""}))
	}
	if d.Chance(50) {
		c.Term = new(d.term())
	}
	return c
}

// onOffer draws a command about an offer of ownership.
func (d Dice) onOffer(action users.Action, actor users.Actor) seats.Command {
	var open seats.OwnershipOffer
	if d.account != nil {
		open = d.account.Offer
	}
	user := open.User
	if user == "" || d.Chance(20) {
		user = d.target(users.Active)
	}
	switch action {
	case users.ActionOfferOwnership:
		c := seats.OfferOwnership{User: user, Days: Or(d, []int{0, 0, 1, 2, 30}, -1, 91), Transfer: d.Chance(50)}
		if d.Chance(60) {
			c.User = d.target(users.Active)
		}
		return c
	case users.ActionAcceptOwnership:
		c := seats.AcceptOwnership{User: user, Owner: open.Owner}
		if actor.User != "" && d.Chance(50) {
			c.User = actor.User
		}
		if open.Owner == "" || d.Chance(5) {
			c.Owner = d.target(users.Active)
		}
		return c
	}
	return seats.EndOffer{User: user}
}
