package products_test

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// The users page of a training site: users are approved, notified, grouped, archived and
// retrieved, one by one or many at once. The number of users is unlimited.
func Example_usersPage() {
	ctx, olive := context.Background(), users.As("u1")
	now := time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC)
	keeper, _ := seatkeeper.New(newStore(), seatkeeper.Options{Now: func() time.Time { return now }})
	_, err := keeper.Open(ctx, seats.Opening{
		Account: "acme", Total: seats.Unlimited(), Policy: seats.UsersPage(), Owner: users.Profile{ID: "u1", FirstName: "Olive", Email: "olive@acme.example"},
	})
	fmt.Println(err)

	// New users are added one by one or in bulk. They hear of it later, and sign in after the
	// approval.
	var learners []seats.Command
	for _, name := range []string{"Ada", "Bob", "Cy", "Dee"} {
		learner := person(name)
		learner.Location, learner.Groups = "Leeds", []string{"Drivers"}
		learners = append(learners, seats.Invite{Profile: learner, Later: true})
	}
	_, _ = keeper.DoEach(ctx, "acme", olive, learners...)
	_, err = keeper.Do(ctx, "acme", users.As("ada"), seats.Accept{User: "ada"})
	refused(err)
	show(keeper)

	// Approve activates. Notify sends the mail, at any time again. They are two check marks.
	marks := func() {
		ada, _ := keeper.User(ctx, "acme", "ada")
		fmt.Println(ada.Shown, "approved:", !ada.Approved.IsZero(), "notified:", !ada.LastNotified.IsZero(), ada.NotificationCount)
	}
	_, _ = keeper.Do(ctx, "acme", olive, seats.Approve{User: "ada"})
	marks()
	_, _ = keeper.Do(ctx, "acme", olive, seats.Notify{User: "ada"})
	_, _ = keeper.Do(ctx, "acme", olive, seats.Notify{User: "ada"})
	marks()

	// Every action of a row works on many users at once.
	bulk, _ := keeper.DoEach(ctx, "acme", olive, seats.Approve{User: "bob"}, seats.Approve{User: "cy"}, seats.Approve{User: "ada"})
	for _, o := range bulk.Outcomes {
		fmt.Println(o.User, o.After.Status, o.Unchanged)
	}

	// A user can be in several groups. Details and address are corrected, and a learner becomes
	// an administrator.
	_, err = keeper.Do(ctx, "acme", olive,
		seats.Edit{User: "ada", Set: users.Patch{FirstName: new("Adah"), Email: new("adah@acme.example"), Groups: &[]string{"Drivers", "First aid"}}},
		seats.ChangeRole{User: "ada", Role: users.Admin})
	fmt.Println(err)

	// The filters of the list.
	list(keeper, users.Filter{Locations: []string{"Leeds"}})
	list(keeper, users.Filter{Groups: []string{"First aid"}})
	list(keeper, users.Filter{Status: users.In(users.Invited)})
	list(keeper, users.Filter{Role: users.In(users.Admin, users.Owner)})

	// Archiving removes a user, since records are never deleted. The status filter finds
	// archived users, and Restore brings them back unchanged.
	_, err = keeper.Do(ctx, "acme", olive, seats.Delete{User: "bob"})
	refused(err)
	_, _ = keeper.DoEach(ctx, "acme", olive, seats.Archive{User: "bob"}, seats.Archive{User: "dee"})
	list(keeper, users.Filter{Status: users.In(users.Archived)})
	show(keeper)
	done, err := keeper.Do(ctx, "acme", olive, seats.Restore{User: "bob"})
	fmt.Println(done.Outcomes[0].After.Status, err)

	// Licences of a course come from the vendor. The Course Assignments button assigns a course
	// with a due date, one by one or to many users, and changes the date.
	const course = "forklift"
	vendor := users.Support("order 12")
	_, err = keeper.Do(ctx, "acme", vendor, seats.SetTotal{Pool: course, Total: seats.Of(3)}, seats.EditPool{Pool: course, Name: new("Forklift basics")})
	fmt.Println(err)
	licences := func() {
		pool, _ := keeper.Pool(ctx, "acme", course)
		fmt.Println(pool.Name, pool.Total, "available:", pool.Available(), "assigned:", pool.Held, "used:", pool.Spent)
		for l := range keeper.Licences(ctx, "acme", users.LicenceFilter{Pool: course}) {
			fmt.Printf("%s's licence %d: %v, due [%s]\n", l.User, l.Number, l.State(), l.DueDate)
		}
	}
	bulk, _ = keeper.DoEach(ctx, "acme", olive,
		seats.AssignCourse{User: "ada", Pool: course, DueDate: "2026-06-30"}, seats.AssignCourse{User: "bob", Pool: course, DueDate: "2026-06-30"},
		seats.AssignCourse{User: "cy", Pool: course, DueDate: "2026-06-30"}, seats.AssignCourse{User: "u1", Pool: course}, seats.AssignCourse{User: "dee", Pool: course})
	for _, o := range bulk.Outcomes {
		fmt.Println(o.User, o.SeatsDelta, o.Refusal)
	}
	_, err = keeper.Do(ctx, "acme", olive, seats.AssignCourse{User: "u1", Pool: course})
	refused(err)
	_, err = keeper.Do(ctx, "acme", olive, seats.SetDueDate{User: "ada", Pool: course, DueDate: "2026-09-30"})
	fmt.Println(err)
	_, err = keeper.Do(ctx, "acme", olive, seats.UnassignCourse{User: "cy", Pool: course}, seats.AssignCourse{User: "u1", Pool: course})
	fmt.Println(err)
	licences()

	// The first access uses a licence for good.
	for _, id := range []users.ID{"ada", "bob"} {
		_, err = keeper.Do(ctx, "acme", users.As(id), seats.Accept{User: id}, seats.StartCourse{User: id, Pool: course})
		fmt.Println(err)
	}
	_, err = keeper.Do(ctx, "acme", olive, seats.UnassignCourse{User: "ada", Pool: course})
	refused(err)

	// Removing a user who has not started returns the licence to the pool for another user. One
	// who has started is archived with the training record, and retrieved as needed.
	_, _ = keeper.Do(ctx, "acme", olive, seats.UnassignCourse{User: "u1", Pool: course}, seats.AssignCourse{User: "cy", Pool: course})
	_, err = keeper.Do(ctx, "acme", olive, seats.Archive{User: "cy"}, seats.Archive{User: "bob"})
	fmt.Println(err)
	licences()
	list(keeper, users.Filter{Status: users.In(users.Archived)})
	_, err = keeper.Do(ctx, "acme", olive, seats.Restore{User: "cy"}, seats.Restore{User: "bob"})
	fmt.Println(err)

	// Or the old course activity alone is archived: the user stays active and is assigned again,
	// for another licence.
	done, err = keeper.Do(ctx, "acme", olive, seats.ArchiveActivity{User: "ada", Pool: course}, seats.AssignCourse{User: "ada", Pool: course})
	fmt.Println(done.Outcomes[0].After.Status, err)
	licences()

	// The list of active users goes into a file that Excel opens.
	active := keeper.Users(ctx, "acme", users.Filter{Status: users.In(users.Active)})
	var file strings.Builder
	err = users.WriteRoster(&file, seats.AsShown(active), users.RosterOptions{Columns: []users.Column{
		{Header: "User Name", Field: "email"}, {Header: "Location", Field: "location"}, {Header: "Groups", Field: "groups"}, {Header: "Status", Field: "status"},
	}})
	fmt.Print(strings.NewReplacer("\ufeff", "", "\r", "").Replace(file.String())) // apart from the signs for Excel
	fmt.Println(err)
	// Output:
	// <nil>
	// seats: the user is not approved yet
	// [{Users 5} {Not approved 4} {Approved 1} {Archived 0}] <nil>
	// active approved: true notified: false 0
	// active approved: true notified: true 2
	// bob active false
	// cy active false
	// ada active true
	// <nil>
	// 4 [ada bob cy dee]
	// 1 [ada]
	// 1 [dee]
	// 2 [ada u1]
	// seats: this product does not offer to delete users; archive the user
	// 2 [bob dee]
	// [{Users 3} {Not approved 0} {Approved 3} {Archived 2}] <nil>
	// active <nil>
	// <nil>
	// ada 1 <nil>
	// bob 1 <nil>
	// cy 1 <nil>
	// u1 0 seats: no free licence of this course: 3 are assigned and 0 used, of 3
	// dee 0 seats: not possible: the user is archived
	// seats: no free licence of this course: 3 are assigned and 0 used, of 3; take the course back from 1 user, archive 1 user with an unstarted licence of the course or ask the vendor for 1 more licence of the course
	// <nil>
	// <nil>
	// Forklift basics 3 available: 0 assigned: 3 used: 0
	// ada's licence 1: assigned, due [2026-09-30]
	// bob's licence 1: assigned, due [2026-06-30]
	// cy's licence 1: returned, due [2026-06-30]
	// u1's licence 1: assigned, due []
	// <nil>
	// <nil>
	// seats: the course has been used since 2026-03-02 09:00 UTC, and its licence is spent
	// <nil>
	// Forklift basics 3 available: 1 assigned: 0 used: 2
	// ada's licence 1: started, due [2026-09-30]
	// bob's licence 1: started, due [2026-06-30]
	// cy's licence 1: returned, due [2026-06-30]
	// cy's licence 2: returned, due []
	// u1's licence 1: returned, due []
	// 3 [bob cy dee]
	// <nil>
	// active <nil>
	// Forklift basics 3 available: 0 assigned: 1 used: 2
	// ada's licence 1: archived, due [2026-09-30]
	// ada's licence 2: assigned, due []
	// bob's licence 1: started, due [2026-06-30]
	// cy's licence 1: returned, due [2026-06-30]
	// cy's licence 2: returned, due []
	// u1's licence 1: returned, due []
	// User Name,Location,Groups,Status
	// adah@acme.example,Leeds,Drivers; First aid,active
	// bob@acme.example,Leeds,Drivers,active
	// cy@acme.example,Leeds,Drivers,active
	// olive@acme.example,,,active
	// <nil>
}
