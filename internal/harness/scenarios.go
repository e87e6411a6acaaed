package harness

import (
	"context"
	"time"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/internal/gen"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// A namedScenario is told by a scenario. What goes wrong strikes each of its calls in turn, so
// that two short ones take less than half of the time of a long one.
type namedScenario struct {
	name string
	play func(*scenario)
}

var scenarios = []namedScenario{{"life", (*scenario).life}, {"end", (*scenario).ends}}

const day = 24 * time.Hour

func asked(id users.ID) seats.Invite {
	return seats.Invite{Profile: users.Profile{ID: id, Email: string(id) + "@qz.example"}}
}

func (r *scenario) open() {
	r.step("open", func(ctx context.Context, k *seatkeeper.Keeper) (seatkeeper.Result, error) {
		return k.Open(ctx, seats.Opening{
			Account: r.account, Total: seats.Of(4), Owner: users.Profile{ID: "owner", Email: "owner@qz.example"},
			Policy: seats.Policy{InvitationExpiry: seats.ExpiryFreesSeat, Term: day},
		})
	})
}

// life is the scenario of an account and its people.
func (r *scenario) life() {
	owner := users.As("owner")
	r.open()
	r.do("invite two", owner, asked("ada"), asked("bob"))
	r.do("one comes in", users.As("ada"), seats.Accept{User: "ada"})
	r.outbox()
	r.step("invite three, one too many", func(ctx context.Context, k *seatkeeper.Keeper) (done seatkeeper.Result, err error) {
		nameless := seats.Invite{Profile: users.Profile{Email: "nameless@qz.example"}}
		done.Outcomes, err = k.DoEach(ctx, r.account, owner, nameless, asked("eve"), asked("ada"))
		return done, err
	})
	r.do("no seat is left", owner, asked("eve"))
	r.do("nothing new", owner, asked("ada"))
	r.now = r.now.Add(2 * day)
	r.step("look, while invitations run out", func(ctx context.Context, k *seatkeeper.Keeper) (done seatkeeper.Result, err error) {
		u, err := k.Usage(ctx, r.account)
		r.note("%v %v %v", u.Held, u.Available, u.People)
		return done, err
	})
	r.do("take them back in and buy", owner, seats.Reactivate{User: "bob"}, seats.BuySeats{Quantity: 2}, seats.Notify{User: "bob"})
	r.do("a transfer", users.Support("ticket"), seats.GrantOwnership{User: "ada"}, seats.EndOwnership{User: "owner"})
	var plan seats.Plan
	r.step("make a plan", func(ctx context.Context, k *seatkeeper.Keeper) (done seatkeeper.Result, err error) {
		plan, err = k.Preview(ctx, r.account, users.As("ada"), asked("eve"), asked("fay"), seats.Deactivate{User: "ada"})
		return done, err
	})
	r.step("carry it out", func(ctx context.Context, k *seatkeeper.Keeper) (seatkeeper.Result, error) {
		return k.Apply(ctx, r.account, users.As("ada"), plan)
	})
	r.now = r.now.Add(2 * day)
	r.step("what is due", func(ctx context.Context, k *seatkeeper.Keeper) (done seatkeeper.Result, err error) {
		_, err = k.RunDue(ctx)
		return done, err
	})
	r.do("put somebody out", users.As("ada"), seats.Delete{User: "owner", Successor: "ada", Reason: "left"})
	r.do("open a course", users.System(), seats.SetTotal{Pool: gen.Course, Total: seats.Of(1)})
	r.step("bring people along", func(ctx context.Context, k *seatkeeper.Keeper) (done seatkeeper.Result, err error) {
		report, err := k.Import(ctx, r.account, adoptees)
		settled := report.Created + report.Existing + report.Refused // a lost commit may have created them
		r.note("%d, %v, %d over, %v, %v", settled, report.Refusals, report.Usage.Excess, report.Usage.People, report.Pools)
		return done, err
	})
	r.do("put one of them out", users.As("ada"), seats.Delete{User: "gil"})
	r.step("a list", func(ctx context.Context, k *seatkeeper.Keeper) (done seatkeeper.Result, err error) {
		var list []any
		for u, err := range k.Users(ctx, r.account, users.Filter{}) {
			if err != nil {
				return done, err
			}
			list = append(list, u.ID, u.Status)
		}
		r.note("%v", list)
		return done, nil
	})
	r.finish()
}

// ends is the scenario of an account that is closed, reopened and erased.
func (r *scenario) ends() {
	owner, vendor := users.As("owner"), users.Support("ticket")
	r.open()
	r.do("invite three", owner, asked("ada"), asked("bob"), asked("eve"))
	r.do("close it", owner, seats.Close{Reason: "not paid"})
	r.do("nobody comes in", owner, asked("jo"))
	r.do("too many to reopen it", vendor, seats.SetTotal{Total: seats.Of(1)}, seats.Reopen{})
	r.now = r.now.Add(2 * day)
	r.do("reopen it, as invitations have run out", vendor, seats.SetTotal{Total: seats.Of(1)}, seats.Reopen{})
	r.do("close it again", owner, seats.Close{})
	r.step("erase it", func(ctx context.Context, k *seatkeeper.Keeper) (done seatkeeper.Result, err error) {
		_, err = k.EraseAccount(ctx, r.account, vendor, "asked for") // some may be deleted by now
		return done, err
	})
	r.finish()
}

// adoptees are people with seats and licences of their own, more than there are.
func adoptees(yield func(users.User, error) bool) {
	for i, id := range []users.ID{"ada", "gil", "hal", "ida", "gil"} {
		u := users.User{Profile: users.Profile{ID: id, Email: string(id) + "@qz.example"}, Status: users.Active, Created: gen.Epoch, StatusSince: gen.Epoch}
		u.Licences = []users.Licence{{Pool: string(gen.Course), Assigned: gen.Epoch}}
		if i == 3 {
			u.Email = "eve@qz.example" // of another user
		}
		if !yield(u, nil) {
			return
		}
	}
}
