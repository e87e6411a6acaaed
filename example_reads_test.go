package seatkeeper_test

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

func ExampleKeeper_Usage() {
	ctx := context.Background()
	keeper := newSite(10, seats.AccuEdConnect(), seatkeeper.Options{})
	_, _ = keeper.Do(ctx, "acme", users.As("u1"), seats.Invite{Profile: person("Ada")})
	usage, _ := keeper.Usage(ctx, "acme")
	for _, card := range usage.Cards {
		fmt.Printf("%s: %v\n", card.Title, card.Count)
	}
	// Output:
	// Total Licenses: 10
	// Available Licenses: 8
	// Active Users: 2
	// Inactive Users: 0
}

// The users of one location who have yet to sign in.
func ExampleKeeper_UsageOf() {
	ctx := context.Background()
	keeper := newSite(10, seats.Standard(), seatkeeper.Options{})
	ada := person("Ada")
	ada.Location = "Leeds"
	_, _ = keeper.Do(ctx, "acme", users.As("u1"), seats.Invite{Profile: ada}, seats.Invite{Profile: person("Bob")})
	usage, err := keeper.UsageOf(ctx, "acme", users.Filter{NeverSignedIn: true, Locations: []string{"Leeds"}})
	fmt.Println(usage.Cards, err)
	// Output: [{Seats 10} {Available 7} {Invited 1} {Active 0} {Inactive 0}] <nil>
}

func ExampleKeeper_User() {
	keeper := newSite(10, seats.Standard(), seatkeeper.Options{})
	olive, err := keeper.User(context.Background(), "acme", "u1")
	fmt.Println(olive.FirstName, olive.Role, olive.Shown, err)
	// Output: Olive owner active <nil>
}

func ExampleKeeper_Find() {
	ctx := context.Background()
	keeper := newSite(10, seats.Standard(), seatkeeper.Options{})
	_, _ = keeper.Do(ctx, "acme", users.As("u1"), seats.Invite{Profile: person("Ada")})
	ada, err := keeper.Find(ctx, "acme", users.ByEmail("Ada@ACME.example"))
	fmt.Println(ada.ID, ada.Shown, ada.May.Has(seats.EnterAccount), ada.May.Has(seats.OpenCourses), err)
	_, err = keeper.Find(ctx, "acme", users.ByUsername("stranger"))
	fmt.Println(errors.Is(err, seats.ErrUnknownUser))
	// Output:
	// ada invited true false <nil>
	// true
}

func ExampleKeeper_Users() {
	ctx := context.Background()
	keeper := newSite(10, seats.Standard(), seatkeeper.Options{})
	ada, bob := person("Ada"), person("Bob")
	ada.Location, bob.Location = "Leeds", "York"
	_, _ = keeper.Do(ctx, "acme", users.As("u1"), seats.Invite{Profile: ada}, seats.Invite{Profile: bob})
	for p, err := range keeper.Users(ctx, "acme", users.Filter{Status: users.In(users.Invited), Locations: []string{"Leeds"}}) {
		fmt.Println(p.FirstName, p.Shown, err)
	}
	// Output: Ada invited <nil>
}

// Two pages of a screen in order of name, and the way back. The text of a cursor goes into the
// links of the screen.
func ExampleKeeper_Page() {
	ctx := context.Background()
	keeper := newSite(10, seats.Standard(), seatkeeper.Options{})
	for _, p := range []users.Profile{
		{FirstName: "Zoe", LastName: "byron", Email: "zoe@acme.example"}, {FirstName: "Ada", LastName: "Byron", Email: "ada@acme.example"}, {Email: "cy@acme.example"},
	} {
		_, _ = keeper.Do(ctx, "acme", users.As("u1"), seats.Invite{Profile: p})
	}
	filter := users.Filter{Order: users.OrderName}
	show := func(cursor users.Cursor) seatkeeper.Page {
		page, err := keeper.Page(ctx, "acme", filter, cursor, 2)
		for _, p := range page.Users {
			fmt.Print(p.FirstName, p.LastName, " ", p.Email, "; ")
		}
		fmt.Println(page.Previous != nil, page.Next != nil, err)
		return page
	}
	first := show(users.Cursor{})
	second := show(*first.Next)
	show(*second.Previous)
	n, err := keeper.Count(ctx, "acme", filter)
	fmt.Println(n, err)
	filter.Text = "ada byron"
	show(users.Cursor{})
	// Output:
	// AdaByron ada@acme.example; Zoebyron zoe@acme.example; false true <nil>
	//  cy@acme.example; OliveOwen olive@acme.example; true false <nil>
	// AdaByron ada@acme.example; Zoebyron zoe@acme.example; false true <nil>
	// 4 <nil>
	// AdaByron ada@acme.example; false false <nil>
}

// The active users as a CSV file for a spreadsheet. Ada is invited, shown as active in
// this product.
func ExampleKeeper_Users_file() {
	ctx := context.Background()
	keeper := newSite(10, seats.AccuEdConnect(), seatkeeper.Options{})
	_, _ = keeper.Do(ctx, "acme", users.As("u1"),
		seats.Invite{Profile: person("Ada")}, seats.Invite{Profile: person("Bob")}, seats.Deactivate{User: "bob"})
	options := users.RosterOptions{Columns: []users.Column{
		{Header: "First name", Field: "first-name"}, {Header: "Email", Field: "email"}, {Header: "Status", Field: "status"},
	}}
	var file strings.Builder
	active := keeper.Users(ctx, "acme", users.Filter{Status: users.In(users.Active)})
	err := users.WriteRoster(&file, seats.AsShown(active), options)
	fmt.Printf("%q %v\n", file.String(), err)
	// Output: "\ufeffFirst name,Email,Status\r\nAda,ada@acme.example,active\r\nOlive,olive@acme.example,active\r\n" <nil>
}

func ExampleKeeper_Events() {
	ctx := context.Background()
	keeper := newSite(10, seats.Standard(), seatkeeper.Options{})
	_, _ = keeper.Do(ctx, "acme", users.As("u1"),
		seats.Invite{Profile: person("Ada")}, seats.Deactivate{User: "ada", Successor: "u1", Reason: "left"})
	for e, err := range keeper.Events(ctx, "acme", seats.EventFilter{After: 1}) {
		fmt.Println(e.Sequence, e.Kind, e.User, e.Delta, e.Held, e.Successor, e.Reason, err)
	}
	// Output:
	// 2 invited ada 1 2   <nil>
	// 3 deactivated ada -1 1 u1 left <nil>
}
