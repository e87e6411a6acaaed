package products_test

import (
	"context"
	"fmt"
	"strings"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// The users page of a training site: users are approved, notified, grouped, archived and
// retrieved, one by one or many at once. The number of users is unlimited.
func Example_usersPage() {
	ctx, olive := context.Background(), users.As("u1")
	keeper, _ := seatkeeper.New(newStore(), seatkeeper.Options{})
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
	list(keeper, users.Filter{Location: "Leeds"})
	list(keeper, users.Filter{Group: "First aid"})
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
	// User Name,Location,Groups,Status
	// adah@acme.example,Leeds,Drivers; First aid,active
	// bob@acme.example,Leeds,Drivers,active
	// cy@acme.example,Leeds,Drivers,active
	// olive@acme.example,,,active
	// <nil>
}
