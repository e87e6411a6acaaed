package products_test

import (
	"context"
	"fmt"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// BigContacts sells user spots. Users are made inactive, account owners excepted.
func Example_bigContacts() {
	ctx, ada, support := context.Background(), users.As("ada"), users.Support("ticket 4711")
	keeper := newSite(4, seats.BigContacts(), seatkeeper.Options{})
	_, err := keeper.Do(ctx, "acme", users.As("u1"),
		seats.Invite{Profile: person("Ada"), Role: users.Admin}, seats.Invite{Profile: person("Bob"), Role: users.Admin}, seats.Invite{Profile: person("Cy")})
	fmt.Println(err)
	for _, id := range []users.ID{"ada", "bob", "cy"} {
		_, _ = keeper.Do(ctx, "acme", users.As(id), seats.Accept{User: id})
	}

	// An admin can inactivate any user, other admins too. For account owners the link is hidden.
	fmt.Println(keeper.May(ctx, "acme", ada, seats.Deactivate{User: "bob"}))
	fmt.Println(keeper.May(ctx, "acme", ada, seats.Deactivate{User: "u1"}))
	_, _ = keeper.Do(ctx, "acme", ada, seats.Deactivate{User: "bob"})

	// The inactive user's name stays on the screen, and the ID in the history.
	for u := range keeper.Users(ctx, "acme", users.Filter{Order: users.OrderName}) {
		fmt.Print(u.FirstName, " ", u.Shown, "; ")
	}
	show(keeper)

	// The spot is open for a new user at once.
	_, err = keeper.Do(ctx, "acme", ada, seats.Invite{Profile: person("Dee")})
	fmt.Println(err)

	// An edit does not make a user another person; a marriage changes the name. A leaver is
	// made inactive, the successor added, the work handed over.
	_, err = keeper.Do(ctx, "acme", ada, seats.Edit{User: "cy", Set: users.Patch{FirstName: new("Eve"), LastName: new("Adams"), Email: new("eve@acme.example")}})
	refused(err)
	_, err = keeper.Do(ctx, "acme", ada, seats.Edit{User: "cy", Set: users.Patch{LastName: new("Cole"), Email: new("cy.cole@acme.example")}})
	fmt.Println(err)
	done, err := keeper.Do(ctx, "acme", ada, seats.Deactivate{User: "cy"}, seats.Invite{Profile: person("Eve")}, seats.HandOver{User: "cy", Successor: "eve"})
	over := done.Events[2]
	fmt.Println(over.Kind, over.User, "to", over.Successor, err)
	show(keeper)

	// A freed spot stays bought until the last step: the number of spots is reduced, down to
	// those in use.
	_, err = keeper.Do(ctx, "acme", ada, seats.Deactivate{User: "dee"})
	fmt.Println(err)
	show(keeper)
	_, err = keeper.Do(ctx, "acme", ada, seats.ReturnSeats{Quantity: 2})
	refused(err)
	_, err = keeper.Do(ctx, "acme", ada, seats.ReturnSeats{Quantity: 1})
	fmt.Println(err)
	show(keeper)

	// To make an owner inactive, support ends the ownership first, except the last owner's and
	// the payer's.
	_, err = keeper.Do(ctx, "acme", users.As("u1"), seats.EndOwnership{User: "u1"})
	refused(err)
	_, err = keeper.Do(ctx, "acme", support, seats.EndOwnership{User: "u1"})
	refused(err)
	_, _ = keeper.Do(ctx, "acme", support, seats.GrantOwnership{User: "ada"})
	_, err = keeper.Do(ctx, "acme", ada, seats.Deactivate{User: "u1"})
	refused(err)
	_, _ = keeper.Do(ctx, "acme", support, seats.SetPayer{User: "u1"})
	_, err = keeper.Do(ctx, "acme", support, seats.EndOwnership{User: "u1"})
	refused(err)
	_, err = keeper.Do(ctx, "acme", support, seats.SetPayer{User: "ada"}, seats.EndOwnership{User: "u1"})
	fmt.Println(err)
	_, err = keeper.Do(ctx, "acme", ada, seats.Deactivate{User: "u1"})
	fmt.Println(err)
	// Output:
	// <nil>
	// <nil>
	// seats: an owner is protected: another user has to become an owner, and then the ownership has to end
	// Ada active; Bob inactive; Cy active; Olive active; [{User spots 4} {Open user spots 1} {Active users 3} {Inactive users 1}] <nil>
	// <nil>
	// seats: this would turn one user into another; deactivate the user, then invite the new user, then hand over the work
	// <nil>
	// handed-over cy to eve <nil>
	// [{User spots 4} {Open user spots 0} {Active users 4} {Inactive users 2}] <nil>
	// <nil>
	// [{User spots 4} {Open user spots 1} {Active users 3} {Inactive users 3}] <nil>
	// seats: 2 can't be given back: only 1 is free; deactivate 1 user
	// <nil>
	// [{User spots 3} {Open user spots 0} {Active users 3} {Inactive users 3}] <nil>
	// seats: only the vendor's support may do this
	// seats: this is the last active owner: another user has to become one first; make an admin an owner
	// seats: an owner is protected: the ownership has to end first; ask the vendor to end the ownership of the user
	// seats: this owner pays for the account: another payer has to be set first; set another payer
	// <nil>
	// <nil>
}
