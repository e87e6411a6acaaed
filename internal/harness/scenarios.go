package harness

import (
	"context"
	"time"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/internal/gen"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// A namedScenario is one that is played. Since faults strike each of its calls in turn, two
// short ones take less than half of the time of a long one.
type namedScenario struct {
	name string
	play func(*scenario)
}

var scenarios = []namedScenario{{"life", (*scenario).life}, {"end", (*scenario).ends}, {"days", (*scenario).days}, {"growth", (*scenario).grows}, {"sync", (*scenario).syncs}}

const day = 24 * time.Hour

func asked(id users.ID) seats.Invite {
	return seats.Invite{Profile: users.Profile{ID: id, Email: string(id) + "@qz.example"}}
}

func (r *scenario) open() { r.opened(seats.Policy{InvitationExpiry: seats.ExpiryFreesSeat, Term: day}) }

func (r *scenario) opened(p seats.Policy) {
	r.step("open", func(ctx context.Context, k *seatkeeper.Keeper) (any, error) {
		done, err := k.Open(ctx, seats.Opening{
			Account: r.account, Total: seats.Of(4), Owner: users.Profile{ID: "owner", Email: "owner@qz.example"},
			Policy: p,
		})
		return done.Outcomes, err
	})
}

// life is the scenario of an account and its people.
func (r *scenario) life() {
	owner, ada := users.As("owner"), users.As("ada")
	r.open()
	r.do("invite two", owner, asked("ada"), asked("bob"))
	r.do("one comes in", ada, seats.Accept{User: "ada"})
	r.outbox()
	r.step("invite three, one too many", func(ctx context.Context, k *seatkeeper.Keeper) (any, error) {
		bulk, err := k.DoEach(ctx, r.account, owner, seats.Invite{Profile: users.Profile{Email: "nameless@qz.example"}}, asked("eve"), asked("ada"))
		return bulk.Outcomes, err
	})
	r.do("no seat is left", owner, asked("eve"))
	r.do("nothing new", owner, asked("ada"))
	r.now = r.now.Add(2 * day)
	r.step("look, while invitations run out", func(ctx context.Context, k *seatkeeper.Keeper) (any, error) {
		u, err := k.Usage(ctx, r.account)
		return []any{u.Held, u.Available, u.People}, err
	})
	r.do("take them back in and buy", owner, seats.Reactivate{User: "bob"}, seats.BuySeats{Quantity: 2}, seats.Notify{User: "bob"})
	r.do("a transfer", users.Support("ticket"), seats.GrantOwnership{User: "ada"}, seats.EndOwnership{User: "owner"})
	var plan seats.Plan
	r.step("make a plan", func(ctx context.Context, k *seatkeeper.Keeper) (_ any, err error) {
		plan, err = k.Preview(ctx, r.account, ada, asked("eve"), asked("fay"), seats.Deactivate{User: "ada"})
		return nil, err
	})
	r.step("carry it out", func(ctx context.Context, k *seatkeeper.Keeper) (any, error) {
		done, err := k.Apply(ctx, r.account, ada, plan)
		return done.Outcomes, err
	})
	r.now = r.now.Add(2 * day)
	r.step("what is due", func(ctx context.Context, k *seatkeeper.Keeper) (any, error) {
		_, err := k.RunDue(ctx, seatkeeper.DueRun{})
		return nil, err
	})
	r.do("delete one with a successor", ada, seats.Delete{User: "owner", Successor: "ada", Reason: "left"})
	r.do("open a course", users.System(), seats.SetTotal{Pool: gen.Course, Total: seats.Of(1)})
	r.step("import people", func(ctx context.Context, k *seatkeeper.Keeper) (any, error) {
		report, err := k.Import(ctx, r.account, imported)
		settled := report.Created + report.Existing + report.Refused // a lost commit may have created them
		return []any{settled, report.Refusals, report.Usage.Excess, report.Usage.People, report.Pools}, err
	})
	r.do("delete one of them", ada, seats.Delete{User: "gil"})
	r.step("a list", func(ctx context.Context, k *seatkeeper.Keeper) (any, error) {
		people, err := all(k.Users(ctx, r.account, users.Filter{}))
		return concealed(Plain(r.T, people)), err
	})
	r.finish()
}

// ends is the scenario of an account that is closed, reopened and erased.
func (r *scenario) ends() {
	owner, vendor := users.As("owner"), users.Support("ticket")
	r.open()
	r.do("invite three", owner, asked("ada"), asked("bob"), asked("eve"))
	r.do("close it", owner, seats.Close{Reason: "not paid"})
	r.do("no one comes in", owner, asked("jo"))
	r.do("too many to reopen it", vendor, seats.SetTotal{Total: seats.Of(1)}, seats.Reopen{})
	r.now = r.now.Add(2 * day)
	r.do("reopen it, as invitations have run out", vendor, seats.SetTotal{Total: seats.Of(1)}, seats.Reopen{})
	r.do("close it again", owner, seats.Close{})
	r.step("erase it", func(ctx context.Context, k *seatkeeper.Keeper) (any, error) {
		_, err := k.EraseAccount(ctx, r.account, vendor, "asked for") // some may be deleted by now
		return nil, err
	})
	r.finish()
}

// days is the scenario of leaves, starts, booked totals and course licences with a term.
func (r *scenario) days() {
	owner, ada, vendor := users.As("owner"), users.As("ada"), users.System()
	r.opened(seats.Policy{LeaveNotice: 1, MostLeavers: 1})
	leave := func(id users.ID, date users.Date) seats.Schedule {
		return seats.Schedule{User: id, Leave: users.Until(date)}
	}
	r.do("invite three, one of them for a day to come", owner, asked("ada"), asked("bob"), seats.Invite{Profile: users.Profile{ID: "eve", Email: "eve@qz.example"}, Start: "2026-03-05"})
	r.do("one comes in", ada, seats.Accept{User: "ada"})
	r.do("a course with a term", vendor, seats.SetTotal{Pool: gen.Course, Total: seats.Of(2), Version: seats.Version{Number: 1}}, seats.EditPool{Pool: gen.Course, Term: &seats.LicenceTerm{Days: 3}})
	r.do("assign it", owner, seats.AssignCourse{User: "ada", Pool: gen.Course}, seats.AssignCourse{User: "bob", Pool: gen.Course})
	r.do("start it", ada, seats.StartCourse{User: "ada", Pool: gen.Course})
	r.do("no licence is left", owner, seats.AssignCourse{User: "owner", Pool: gen.Course})
	r.do("two are to leave on one day", owner, leave("ada", "2026-03-03"), leave("bob", "2026-03-03"))
	r.do("a total to come", vendor, seats.BookTotal{Date: "2026-03-04", Total: seats.Of(3)})
	r.do("move", owner, seats.EditAccount{Zone: new("Europe/Berlin")})
	r.now = r.now.Add(3*day + time.Hour)
	r.step("look, while they are held back", func(ctx context.Context, k *seatkeeper.Keeper) (any, error) {
		u, err := k.Usage(ctx, r.account)
		return []any{u.Held, u.Available, u.People}, err
	})
	r.do("one may stay, one leaves", owner, seats.Unschedule{User: "ada"}, seats.ConfirmLeave{User: "bob"})
	r.do("put the course away", owner, seats.ArchiveActivity{User: "ada"})
	r.now = r.now.Add(day)
	r.step("what is due", func(ctx context.Context, k *seatkeeper.Keeper) (any, error) {
		_, err := k.RunDue(ctx, seatkeeper.DueRun{})
		return nil, err
	})
	r.step("the licences", func(ctx context.Context, k *seatkeeper.Keeper) (any, error) {
		licences, err := all(k.Licences(ctx, r.account, users.LicenceFilter{}))
		return Plain(r.T, licences), err
	})
	r.finish()
}

// grows is the scenario of an account that grows by itself, and tells when its seats run out.
func (r *scenario) grows() {
	owner := users.As("owner")
	grow := seats.Growth{Step: seats.Amount{Number: 2}, Ceiling: 5}
	tell := seats.Thresholds{Low: seats.LowMarks{{Left: seats.Amount{Number: 1}}}, Full: true, Over: true}
	r.opened(seats.Policy{Growth: grow, CourseGrowth: grow, Thresholds: tell, CourseThresholds: tell})
	r.do("a course without a licence", users.System(), seats.SetTotal{Pool: gen.Course, Total: seats.Of(0)})
	r.do("invite three", owner, asked("ada"), asked("bob"), asked("eve"))
	r.do("grow with another one", owner, asked("jo"), seats.AssignCourse{User: "ada", Pool: gen.Course})
	r.do("grow no more", owner, asked("kim"))
	r.do("one for another", owner, seats.Deactivate{User: "jo"}, asked("kim"))
	r.finish()
}

// syncs is the scenario of rosters that come again and again.
func (r *scenario) syncs() {
	r.opened(seats.Policy{})
	r.sync("a roster with one too many", "ada", "bob", "eve", "gil")
	r.do("one is put out by hand", users.As("owner"), seats.Deactivate{User: "bob"})
	r.sync("one leaves for another, and one is renamed", "bob", "eve", "gil", "jo")
	r.sync("the same", "bob", "eve", "gil", "jo")
	r.finish()
}

// sync runs a roster of these users, and tells who does not fit.
func (r *scenario) sync(name string, ids ...users.ID) {
	r.step(name, func(ctx context.Context, k *seatkeeper.Keeper) (any, error) {
		run := seats.SyncRun{Source: "hr", Fields: []string{"email", "title"}}
		result, err := k.Sync(ctx, r.account, run, users.Complete(func(yield func(users.Entry, error) bool) {
			for i, id := range ids {
				p := asked(id).Profile
				if id == "eve" {
					p.Title = name
				}
				if !yield(users.Entry{Row: i + 2, Profile: p}, nil) {
					return
				}
			}
		}), nil)
		var left []any
		for _, u := range result.Differences.Untouched {
			left = append(left, u.Row, u.Refusal.Code)
		}
		return left, err
	})
}

// imported are users with seats and licences of their own, more than there are.
func imported(yield func(seats.Import, error) bool) {
	for i, id := range []users.ID{"ada", "gil", "hal", "ida", "gil"} {
		u := users.User{Profile: users.Profile{ID: id, Email: string(id) + "@qz.example"}, Status: users.Active, Created: gen.Epoch, StatusSince: gen.Epoch}
		if i == 3 {
			u.Email = "eve@qz.example" // of another user
		}
		if !yield(seats.Import{User: u, Licences: []users.Licence{{Pool: string(gen.Course), Assigned: gen.Epoch}}}, nil) {
			return
		}
	}
}
