package gen

import (
	"strings"
	"time"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// Epoch is when every sequence begins.
var Epoch = time.Date(2026, time.March, 1, 9, 0, 0, 0, time.UTC)

// Term is how long invitations last where they run out.
const Term = 24 * time.Hour

// Course is a pool beside the site.
const Course seats.PoolID = "course"

// Courses are the pools beside the site.
var Courses = []seats.PoolID{Course, "drill"}

// Codes are the join codes.
var Codes = []seats.PoolID{"code", "door"}

// Pools are the courses and the join codes.
var Pools = append(Courses[:2:2], Codes...)

// The texts of join codes, each in ways of its own.
var (
	codeTexts = []string{"CODE-23", "Open door 9"}
	codeWords = []string{"c0de 23", "code-23", "CODE23", "0pen-D00R-9", "open door 9", "code 24", ""}
	domains   = []string{"", "", "QZ.example", "@qz.example other.example qz.example", "other.example"}
)

// EveryStatus selects the deleted, too.
var EveryStatus = users.In(users.Statuses()...)

// The values that are drawn from are few, so that people collide and return. Keys that
// are compared without regard to case come in several cases, among them letters that only
// Unicode calls the same. The letters qz are in all texts of profiles, and nowhere else.
var (
	IDs         = []users.ID{"p1", "p2", "P1", "p1 "}
	firsts      = []string{"", "Annqz", "annQZ", "Bobqz", "Cleoqz"}
	lasts       = []string{"", "Appleqz", "APPLEQZ", "Apple qz", "Bakerqz", "Coleqz", "\u00c9coleqz"}
	emails      = []string{"", "ann@qz.example", "ANN@qz.example", " ann@qz.example ", "ann\u200d@qz.example\ufeff", "bob@qz.example", "cleo@qz.example", "dan@qz.example", "eva@qz.example", "fay@qz.example", "ſid@qz.example", "SID@qz.example", "\u00e9ve@qz.example", "e\u0301ve@qz.example"}
	usernames   = []string{"", "annqz", "AnnQZ", "bobqz", "nickqz", "nic\u212aqz", "ann\u200bqz"}
	externals   = []string{"", "qz1", "QZ1", "qz2", " qz2", "\u2060qz2\u00ad"}
	Locations   = []string{"", "Leedsqz", "Yorkqz"}
	Departments = []string{"", "Salesqz"}
	titles      = []string{"", "Chefqz"}
	Groups      = []string{"Redqz", "Blueqz"}
	Sources     = []users.Source{{}, {Kind: users.SourceImport, Name: "list"}, {Kind: users.SourceSync, Name: "hr"}, {Kind: users.SourceSync, Name: "ad"}}
	companies   = []string{"", "Acmeqz", "ACMEqz", " Acmeqz ", "\u00c9cole qz 🚀", strings.Repeat("\u00e9", users.MaxText-2) + "qz"}
	badDates    = []users.Date{"2026-02-30", "tomorrow", "2026-3-1", "0000-01-01"}
	badZones    = []string{"Local", "Nowhere/Land", "Europe/\x00", long}
	reasons     = []string{"", "because"}
	long        = strings.Repeat("x", 600)
	bad         = []string{"a\x00b", "a\nb", "\xff", long}
	badEmails   = []string{"stranger", "Ann <ann@qz.example>", "@qz.example", "a\x00@qz.example", "\xff@qz.example", long + "@qz.example"}
)

// Probes are keys to look for, in cases of their own.
var Probes = []users.Key{
	users.ByEmail("Ann@Qz.Example "), users.ByEmail("BOB@qz.example"), users.ByEmail("sid@qz.example"), users.ByEmail("\u00c9VE@qz.example"),
	users.ByUsername("annQZ"), users.ByUsername("NICKqz"), users.ByExternalID("Qz1"), users.ByExternalID("stranger"),
}

// Email is the address of one of the people of dice.
func Email(id users.ID) string { return string(id[:3]) + "@acme.example" }

// person draws one of the people, now and then the one owner that all accounts of
// certain people have.
func (d Dice) person() users.ID {
	if d.Chance(12) {
		return "olive"
	}
	return One(d, d.People...)
}

func (d Dice) profile(by users.ActorKind) users.Profile {
	p := users.Profile{Email: Or(d, emails, badEmails...)}
	if d.People != nil {
		p = d.ProfileOf(d.person())
	} else if d.Chance(35) {
		p.ID = Or(d, IDs, users.ID(bad[0]), users.ID(long))
	}
	rare := 1 // most of the people are known by their address alone
	if d.People != nil {
		rare = 4
	}
	if d.Chance(40 / rare) {
		p.Username = Or(d, usernames, bad...)
	}
	if d.Chance(30/rare) || by == users.ActorSync && d.Chance(70/rare) {
		p.ExternalID = Or(d, externals, bad...)
	}
	if d.Chance(60 / rare) {
		p.FirstName, p.LastName = Or(d, firsts, bad...), Or(d, lasts, bad...)
	}
	if d.Chance(30 / rare) {
		p.Location, p.Department, p.Title = Or(d, Locations, bad...), Or(d, Departments, bad...), Or(d, titles, bad...)
		p.Groups = Some(d, 3, Groups)
	}
	if by != users.ActorSync && by != users.ActorUser && d.Chance(40/rare) || d.Chance(10/rare) {
		p.Source = Or(d, Sources, users.Source{Kind: users.SourceSync}, users.Source{Kind: 9}, users.Source{Name: bad[0]})
	}
	return p
}

// signIn draws the sign-in of a person by all that is known of them, or by their ID alone.
func (d Dice) signIn(role users.Role) seats.SignIn {
	c := seats.SignIn{Profile: d.profile(users.ActorSystem), Role: role}
	if d.Chance(20) {
		c.Profile.Email, c.Profile.Username, c.Profile.ExternalID = "", "", ""
		c.Profile.ID = d.target(users.Invited, users.Active)
	}
	return c
}

// ProfileOf returns the plain profile of one of the people.
func (d Dice) ProfileOf(id users.ID) users.Profile {
	return users.Profile{ID: id, FirstName: "First", LastName: string(id), Email: Email(id)}
}

func (d Dice) patch(by users.ActorKind) (p users.Patch) {
	text := func(percent int, usual, odd []string) *string {
		if !d.Chance(percent) {
			return nil
		}
		return new(Or(d, usual, odd...))
	}
	p.FirstName, p.LastName = text(50, firsts, bad), text(50, lasts, bad)
	p.Email, p.Username, p.ExternalID = text(50, emails, badEmails), text(15, usernames, bad), text(20, externals, bad)
	if by == users.ActorSync {
		p.Email, p.ExternalID = text(50, emails, nil), text(50, externals, nil)
	}
	if p.Email != nil && d.People != nil {
		p.Email = new(Email(d.person()))
	}
	p.Location, p.Department, p.Title = text(15, Locations, bad), text(5, Departments, bad), text(5, titles, bad)
	if d.Chance(15) {
		p.Groups = new(Some(d, 3, Groups))
	}
	if d.Chance(10) {
		p.AddGroups = new(Some(d, 2, Groups))
	}
	if d.Chance(10) {
		p.RemoveGroups = new(Some(d, 2, Groups))
	}
	return p
}

func (d Dice) total() seats.Count {
	usual := []seats.Count{seats.Of(4), seats.Of(3), seats.Of(2), seats.Of(5), seats.Of(1), seats.Of(6), seats.Of(0), seats.Unlimited()}
	return Or(d, usual, seats.Count{}, seats.Of(-1), seats.Of(seats.MaxSeats+1), seats.Of(seats.MaxSeats))
}

// imported draws a user who was kept elsewhere so far, mostly one who can be.
func (d Dice) imported() seats.Import {
	u := users.User{Profile: d.profile(users.ActorSystem), Role: One(d, users.Roles()...)}
	if u.ID == "" {
		u.ID = Or(d, []users.ID{"a1", "a2", "a3", "a4", "a5", "a6"}, "")
		u.Email = string(u.ID) + "@qz.example"
	}
	type life struct{ status, left, stored users.Status }
	l := Or(d, []life{
		{users.Active, 0, 0}, {users.Active, 0, 0}, {users.Active, 0, 0}, {users.Active, 0, 0}, {users.Active, 0, 0}, {users.Invited, 0, 0}, {users.Invited, 0, 0}, {users.Deleted, 0, 0},
		{users.Inactive, users.Active, 0}, {users.Inactive, users.Invited, 0}, {users.Inactive, 0, 0},
		{users.Archived, 0, users.Active}, {users.Archived, 0, users.Invited}, {users.Archived, users.Active, users.Inactive}, {users.Archived, 0, users.Inactive},
	}, life{}, life{9, 0, 0}, life{users.Active, users.Active, 0}, life{users.Inactive, users.Archived, 0}, life{users.Archived, users.Invited, users.Active})
	u.Status, u.LeftAs, u.ArchivedAs = l.status, l.left, l.stored
	if d.Chance(2) {
		u.Wait = &users.Wait{Since: Epoch}
	}
	if users.In(users.Inactive, users.Archived, users.Deleted).Has(l.status) || d.Chance(2) {
		u.LeftBy = Or(d, []users.Leaving{users.NotLeft, users.LeftByHand, users.LeftBySync, users.LeftByDate}, 9)
	}
	if u.Status != users.Active && u.Role == users.Owner && d.Chance(90) {
		u.Role = users.Admin
	}
	u.Created = Or(d, []time.Time{Epoch.Add(-9 * Term), Epoch.Add(-Term), Epoch.In(time.FixedZone("", -7200))}, time.Time{}, Epoch.Add(99*Term))
	date := func() time.Time {
		return Or(d, []time.Time{u.Created, Epoch, Epoch.Add(999)}, time.Time{}, Epoch.Add(99*Term), Epoch.Add(-99*Term))
	}
	u.StatusSince = date()
	was := users.In(u.Status, l.left, l.stored)
	inside := was.Has(users.Active) || was.Has(users.Deleted)
	if inside || d.Chance(2) {
		if d.Chance(70) || u.Role == users.Owner && d.Chance(70) {
			u.FirstSignIn = date()
		}
		if d.Chance(30) {
			u.Approved = date()
		}
	}
	if d.Chance(50) {
		u.LastNotified, u.NotificationCount = date(), Or(d, []int64{1, 2, 7, users.MaxNotifications}, 0, -1, users.MaxNotifications+1)
	}
	if !inside && was.Has(users.Invited) && d.Chance(60) || d.Chance(2) {
		u.Expires = Or(d, []time.Time{Epoch.Add(time.Hour), Epoch.Add(Term), Epoch.Add(2 * Term), Epoch.Add(20 * Term)}, Epoch)
	}
	u.Due = One(d, time.Time{}, Epoch)
	if users.In(users.Active, users.Invited).Has(u.Status) && u.Role != users.Owner && d.Chance(25) || d.Chance(2) {
		u.Schedule.Leave = d.leave()
	}
	if u.Status == users.Inactive && u.LeftAs == users.NoStatus && d.Chance(50) || d.Chance(2) {
		u.Start.Date = d.date()
	}
	c := seats.Import{User: u}
	for n := range d.Below(8) - 4 {
		l := users.Licence{Pool: string(d.course()), Assigned: u.Created}
		gone := u.Status == users.Archived || u.Status == users.Deleted
		switch {
		case gone && d.Chance(20):
			l.User, l.Returned = Or(d, []users.ID{"", u.ID}, "another"), date()
		case n > 0 || gone || d.Chance(50):
			l.Started = date()
			if n > 0 || d.Chance(50) {
				l.Archived = Or(d, []time.Time{l.Started, l.Started.Add(time.Hour)}, l.Assigned, time.Time{})
			}
		}
		if d.Chance(20) {
			l.DueDate, l.Ends = d.date(), date().Add(3*Term)
		}
		c.Licences = append(c.Licences, l)
	}
	return c
}

// course draws the pool of a course.
func (d Dice) course() seats.PoolID { return Or(d, Courses, "nowhere", seats.Site, "\x00") }

// date draws a day around now: mostly one to come.
func (d Dice) date() users.Date {
	now := Epoch
	if d.account != nil {
		now = d.account.Clock
	}
	day := func(n int) users.Date {
		return users.Date(now.Add(time.Duration(n) * 24 * time.Hour).Format(time.DateOnly))
	}
	if d.Chance(60) {
		return Or(d, []users.Date{day(1), day(2), day(2), day(3)}, badDates...)
	}
	return Or(d, []users.Date{day(0), day(0), day(-1), day(4), day(5), day(14), "2026-03-29", "2026-04-24"}, append(badDates, "9999-12-31")...)
}

func (d Dice) leave() users.Leave {
	return users.Leave{Date: d.date(), As: Or(d, []users.LeaveDay{users.ByPolicy, users.FirstDayWithout, users.LastDay}, 7)}
}

func (d Dice) term() seats.LicenceTerm {
	return seats.LicenceTerm{Days: Or(d, []int{0, 1, 2, 3, 30}, -1, 3661), From: Or(d, []seats.TermStart{seats.FromAssignment, seats.FromFirstAccess}, 9)}
}
