package products_test

import (
	"context"
	"fmt"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// iSpring Learn limits the active users of a plan. Users beyond it are created inactive.
func Example_iSpringLearn() {
	ctx, olive := context.Background(), users.As("u1")
	keeper := newSite(3, seats.ISpringLearn(), seatkeeper.Options{})
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
	for _, can := range []seats.Permission{seats.SignIn, seats.ReceiveNotifications, seats.OpenCourses, seats.BeAssigned} {
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
	// Output:
	// [{License limit 3} {Available 0} {Active 3} {Inactive 0}] <nil>
	// cy inactive <nil>
	// dee inactive <nil>
	// [{License limit 3} {Available 0} {Active 3} {Inactive 2}] <nil>
	// true <nil>
	// inactive Ada [Nurses]
	// sign-in false
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
}
