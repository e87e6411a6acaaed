package products_test

import (
	"context"
	"fmt"
	"time"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// iSpring Learn limits the active users of a plan. Users beyond it are created inactive.
func Example_iSpringLearn() {
	ctx, olive := context.Background(), users.As("u1")
	now := time.Date(2026, time.March, 2, 15, 0, 0, 0, time.UTC)
	keeper := newSite(3, seats.ISpringLearn(), seatkeeper.Options{Now: func() time.Time { return now }})
	student := person("Ada")
	student.Groups = []string{"Nurses"}
	_, _ = keeper.Do(ctx, "acme", olive, seats.Invite{Profile: student, Role: users.Manager}, seats.Invite{Profile: person("Bob")})
	show(keeper)

	// The limit is reached: new users become inactive.
	for _, name := range []string{"Cy", "Dee"} {
		done, err := keeper.Do(ctx, "acme", olive, seats.Invite{Profile: person(name)})
		fmt.Println(done.Outcomes[0].User, done.Outcomes[0].After.Status, err)
	}
	show(keeper)

	// The Active switch off: the position is free for a new user, and the record stays. Off
	// again, nothing changes.
	_, _ = keeper.Do(ctx, "acme", olive, seats.Deactivate{User: "ada"})
	done, err := keeper.Do(ctx, "acme", olive, seats.Deactivate{User: "ada"})
	fmt.Println(done.Outcomes[0].Unchanged, err)

	// The admin sees Ada with the status. Ada has no permissions.
	ada, _ := keeper.User(ctx, "acme", "ada")
	fmt.Println(ada.Shown, ada.FirstName, ada.Groups)
	for _, can := range []seats.Permission{seats.EnterAccount, seats.ReceiveNotifications, seats.OpenCourses, seats.BeAssigned} {
		fmt.Println(can, ada.May.Has(can))
	}
	_, err = keeper.Do(ctx, "acme", olive, seats.Edit{User: "ada", Set: users.Patch{Title: new("Ward sister")}})
	fmt.Println(err)

	// Cy takes the position. Switching Ada on again needs a free one, and restores all
	// permissions.
	_, err = keeper.Do(ctx, "acme", olive, seats.Reactivate{User: "cy"})
	fmt.Println(err)
	_, err = keeper.Do(ctx, "acme", olive, seats.Reactivate{User: "ada"})
	refused(err)
	_, _ = keeper.Do(ctx, "acme", olive, seats.Deactivate{User: "bob"})
	_, err = keeper.Do(ctx, "acme", olive, seats.Reactivate{User: "ada"})
	ada, _ = keeper.User(ctx, "acme", "ada")
	fmt.Println(ada.Shown, ada.Role, ada.Groups, ada.Title, ada.May.Has(seats.OpenCourses), err)

	// Many users are deactivated at once, the owner excepted, and many activated within the
	// plan.
	var selected []seats.Command
	for u := range keeper.Users(ctx, "acme", users.Filter{Status: users.In(users.Active)}) {
		selected = append(selected, seats.Deactivate{User: u.ID})
	}
	bulk, _ := keeper.DoEach(ctx, "acme", olive, selected...)
	for _, o := range bulk.Outcomes {
		if o.Refusal != nil {
			fmt.Println(o.User, o.Refusal)
		}
	}
	list(keeper, users.Filter{Status: users.In(users.Inactive)})
	bulk, _ = keeper.DoEach(ctx, "acme", olive, seats.Reactivate{User: "bob"}, seats.Reactivate{User: "cy"}, seats.Reactivate{User: "dee"})
	for _, o := range bulk.Outcomes {
		if o.Refusal != nil {
			fmt.Println(o.User, o.Refusal)
		}
	}
	list(keeper, users.Filter{Status: users.In(users.Active)})
	show(keeper)

	// Make inactive, with a date from the calendar: a day in the zone of the account, the last
	// one with access, until 23:59. A past day is refused, and the owner has no such day.
	_, _ = keeper.Do(ctx, "acme", olive, seats.EditAccount{Zone: new("America/Chicago")})
	_, err = keeper.Do(ctx, "acme", olive, seats.Schedule{User: "bob", Leave: users.Leave{Date: "2026-03-20"}})
	bob, _ := keeper.User(ctx, "acme", "bob")
	fmt.Println(bob.Shown, bob.Schedule, bob.Schedule.At, err)
	_, err = keeper.Do(ctx, "acme", olive, seats.Schedule{User: "cy", Leave: users.Leave{Date: "2026-03-01"}})
	refused(err)
	_, err = keeper.Do(ctx, "acme", olive, seats.Schedule{User: "u1", Leave: users.Leave{Date: "2026-03-20"}})
	refused(err)

	// In bulk: Deactivate later, on a date. It is seen, moved and taken back until then.
	bulk, _ = keeper.DoEach(ctx, "acme", olive,
		seats.Schedule{User: "bob", Leave: users.Leave{Date: "2026-03-31"}}, seats.Schedule{User: "cy", Leave: users.Leave{Date: "2026-03-31"}},
		seats.Schedule{User: "bob", Leave: users.Leave{Date: "2026-03-31"}})
	for _, o := range bulk.Outcomes {
		fmt.Println(o.User, o.Unchanged, o.Refusal == nil)
	}
	list(keeper, users.Filter{Dated: true})
	_, _ = keeper.Do(ctx, "acme", olive, seats.Unschedule{User: "bob"})
	list(keeper, users.Filter{Dated: true})
	_, err = keeper.Do(ctx, "acme", olive, seats.Schedule{User: "bob", Leave: users.Leave{Date: "2026-03-31"}})
	fmt.Println(err)

	// They have access on the whole day, and are inactive from its last minute on, whether or
	// not any program ran in the night. The history names who set the date.
	now = time.Date(2026, time.April, 1, 4, 58, 59, 0, time.UTC)
	bob, _ = keeper.User(ctx, "acme", "bob")
	fmt.Println(bob.Shown, bob.May.Has(seats.EnterAccount))
	now = time.Date(2026, time.April, 1, 15, 0, 0, 0, time.UTC)
	bob, _ = keeper.User(ctx, "acme", "bob")
	fmt.Println(bob.Shown, bob.May.Has(seats.EnterAccount))
	show(keeper)
	for e := range keeper.Events(ctx, "acme", seats.EventFilter{User: "bob", Kinds: []seats.EventKind{seats.EventDeactivated}}) {
		fmt.Println(e.Kind, "by", e.Channel, "at", e.Time, "set by", e.Actor.User)
	}

	// To reactivate the users later, Activate. The date does not come back.
	bulk, _ = keeper.DoEach(ctx, "acme", olive, seats.Reactivate{User: "bob"}, seats.Reactivate{User: "cy"})
	for _, o := range bulk.Outcomes {
		fmt.Println(o.User, o.Unchanged, o.Refusal == nil)
	}
	list(keeper, users.Filter{Dated: true})
	// Output:
	// [{License limit 3} {Available 0} {Active 3} {Inactive 0}] <nil>
	// cy inactive <nil>
	// dee inactive <nil>
	// [{License limit 3} {Available 0} {Active 3} {Inactive 2}] <nil>
	// true <nil>
	// inactive Ada [Nurses]
	// enter-account false
	// receive-notifications false
	// open-courses false
	// be-assigned false
	// <nil>
	// <nil>
	// seats: no free seat: 3 of 3 are held; deactivate 1 user, delete 1 user or ask the vendor for 1 more seat
	// active manager [Nurses] Ward sister true <nil>
	// u1 seats: an owner is protected: another user has to become an owner, and then the ownership has to end
	// 4 [ada bob cy dee]
	// dee seats: no free seat: 3 of 3 are held
	// 3 [bob cy u1]
	// [{License limit 3} {Available 0} {Active 3} {Inactive 2}] <nil>
	// active last day: 2026-03-20 2026-03-21 04:59:00 +0000 UTC <nil>
	// seats: not valid: day of the leave is not a day to come
	// seats: an owner is protected: another user has to become an owner, and then the ownership has to end
	// bob false true
	// cy false true
	// bob true true
	// 2 [bob cy]
	// 1 [cy]
	// <nil>
	// active true
	// inactive false
	// [{License limit 3} {Available 2} {Active 1} {Inactive 4}] <nil>
	// deactivated by call at 2026-03-02 15:00:00 +0000 UTC set by u1
	// deactivated by clock at 2026-04-01 04:59:00 +0000 UTC set by u1
	// bob false true
	// cy false true
	// 0 []
}
