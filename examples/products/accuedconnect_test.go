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

// AccuEd Connect sells licenses to log on to a site. Active users never exceed the licenses.
func Example_accuEdConnect() {
	ctx, olive, vendor := context.Background(), users.As("u1"), users.Support("account manager")
	now := time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC)
	keeper := newSite(10, seats.AccuEdConnect(), seatkeeper.Options{Now: func() time.Time { return now }})

	// An admin uploads a user list. Invited users are active at once, before they accept: the
	// site has 10 active users.
	list10 := "First name,Last name,Username,Password,Email,Role,Location,Department,Title\n"
	for n := range 9 {
		list10 += fmt.Sprintf("Nurse,Number %d,,,nurse%d@acme.example,User,Leeds,,\n", n+1, n+1)
	}
	roster, err := users.ReadRoster(strings.NewReader(list10), users.AccuEdRoster())
	for i := range roster.People {
		roster.People[i].Profile.ID = users.ID(fmt.Sprint("nurse", i+1))
	}
	plan, _ := keeper.Preview(ctx, "acme", olive, seats.InviteAll(roster)...)
	fmt.Println(plan, err)
	_, err = keeper.Apply(ctx, "acme", olive, plan)
	fmt.Println(err)
	show(keeper)

	// The site is full until users are deactivated or deleted, or more licenses come from the
	// account manager.
	_, err = keeper.Do(ctx, "acme", olive, seats.Invite{Profile: person("Ada")})
	refused(err)
	_, err = keeper.Do(ctx, "acme", olive, seats.BuySeats{Quantity: 5})
	refused(err)

	// Deactivating 4 users opens four spots, and 4 new users fill them: the site has 14 users,
	// and 10 of them may log on and take training.
	for n := range 4 {
		_, err = keeper.Do(ctx, "acme", olive, seats.Deactivate{User: users.ID(fmt.Sprint("nurse", n+1))})
	}
	show(keeper)
	_, err = keeper.Do(ctx, "acme", olive, seats.Invite{Profile: person("Ada")}, seats.Invite{Profile: person("Bob")},
		seats.Invite{Profile: person("Cy"), Role: users.Manager}, seats.Invite{Profile: person("Dee"), Role: users.Admin})
	fmt.Println(err)
	show(keeper)
	all, mayLogOn := 0, 0
	for u := range keeper.Users(ctx, "acme", users.Filter{}) {
		all++
		if u.May.Has(seats.EnterAccount) && u.May.Has(seats.OpenCourses) {
			mayLogOn++
		}
	}
	fmt.Println(all, "users,", mayLogOn, "may log on")

	// An inactive user keeps the record and returns with the same ID.
	back, _ := keeper.Find(ctx, "acme", users.ByEmail("nurse1@acme.example"))
	fmt.Println(back.ID, back.Shown, back.May.Empty())

	// With more active users than licenses all users stay. A user can be added when there are
	// fewer than licenses; as many is full.
	_, _ = keeper.Do(ctx, "acme", vendor, seats.SetTotal{Total: seats.Of(8)})
	usage, _ := keeper.Usage(ctx, "acme")
	fmt.Println(usage.Held, "active,", usage.Excess, "over,", usage.Available, "available")
	for _, leave := range []seats.Command{seats.Deactivate{User: "nurse5"}, seats.Delete{User: "nurse6"}, seats.Delete{User: "nurse7"}} {
		_, err = keeper.Do(ctx, "acme", olive, seats.Reactivate{User: "nurse1"})
		refused(err)
		_, _ = keeper.Do(ctx, "acme", olive, leave)
	}
	_, err = keeper.Do(ctx, "acme", olive, seats.Reactivate{User: "nurse1"})
	fmt.Println(err)

	// After the allotted time a user is invited again, any number of times, for no second
	// license.
	now = now.Add(15 * 24 * time.Hour)
	_, err = keeper.Do(ctx, "acme", users.As("ada"), seats.Accept{User: "ada"})
	refused(err)
	_, _ = keeper.Do(ctx, "acme", olive, seats.Notify{User: "ada"})
	_, _ = keeper.Do(ctx, "acme", olive, seats.Notify{User: "ada"})
	done, err := keeper.Do(ctx, "acme", users.As("ada"), seats.Accept{User: "ada"})
	fmt.Println(done.Outcomes[0].After.Status, done.Outcomes[0].SeatsDelta, err)

	// More licenses come from the account manager.
	_, _ = keeper.Do(ctx, "acme", vendor, seats.BuySeats{Quantity: 5})
	show(keeper)
	// Output:
	// 9 users: 9 fit, 0 do not <nil>
	// <nil>
	// [{Total Licenses 10} {Available Licenses 0} {Active Users 10} {Inactive Users 0}] <nil>
	// seats: no free seat: 10 of 10 are held; deactivate 1 user, delete 1 user or ask the vendor for 1 more seat
	// seats: only the host or the vendor may do this; ask the vendor for 5 more seats
	// [{Total Licenses 10} {Available Licenses 4} {Active Users 6} {Inactive Users 4}] <nil>
	// <nil>
	// [{Total Licenses 10} {Available Licenses 0} {Active Users 10} {Inactive Users 4}] <nil>
	// 14 users, 10 may log on
	// nurse1 inactive true
	// 10 active, 2 over, 0 available
	// seats: no free seat: 10 are held, 2 more than the 8 there are; deactivate 3 users, delete 3 users or ask the vendor for 3 more seats
	// seats: no free seat: 9 are held, 1 more than the 8 there are; deactivate 2 users, delete 2 users or ask the vendor for 2 more seats
	// seats: no free seat: 8 of 8 are held; deactivate 1 user, delete 1 user or ask the vendor for 1 more seat
	// <nil>
	// seats: the invitation has run out
	// active 0 <nil>
	// [{Total Licenses 13} {Available Licenses 5} {Active Users 8} {Inactive Users 4}] <nil>
}
