package users_test

import (
	"errors"
	"fmt"
	"log"
	"net/url"
	"strings"

	"github.com/seatkeeper/seatkeeper/users"
)

// A fault refuses the file, and all faults are returned together, by row and column.
// SkipFaulty reads the good rows.
func ExampleReadRoster() {
	file := `First name;Last name;Username;Password;E-mail;Role;Location;Department;Title
Ada;Lovelace;;;ada@example.com;Administrator;London;Engines;Countess
Grace;Hopper;;;grace;User;;;
Zoë;;;;Ada@Example.com;Captain;;;
`
	_, err := users.ReadRoster(strings.NewReader(file), users.AccuEdRoster())
	var faults users.Faults
	if errors.As(err, &faults) {
		for _, fault := range faults {
			fmt.Println(fault)
		}
	}

	options := users.AccuEdRoster()
	options.SkipFaulty = true
	roster, err := users.ReadRoster(strings.NewReader(file), options)
	fmt.Println(len(roster.People), len(roster.Faults), err)
	for _, e := range roster.People {
		fmt.Println(e.Row, e.Profile.FirstName, e.Profile.Email, e.Role)
	}

	// Output:
	// row 3: E-mail is not an email address
	// row 4: Last name is empty
	// row 4: Role is not a known role
	// row 4: E-mail is taken by row 2
	// 1 4 <nil>
	// 2 Ada ada@example.com admin
}

// A page shows the columns of an unknown file with what they seem to be. An admin chooses the others, and
// the file is read by this mapping.
func ExampleProbeRoster() {
	const file = "Crew list of March\nNaam;Werkmail;Scheepsnummer;In dienst tot\nNora Quist;nora@fjord.example;0042;31-12-2026\nIvo Lund;ivo@fjord.example;0043;\n"
	probe, err := users.ProbeRoster(strings.NewReader(file), users.RosterOptions{})
	if err != nil {
		log.Fatal(err)
	}
	for _, c := range probe.Columns {
		fmt.Printf("%s %s: %q by %v, such as %q %v\n", c.Name, c.Header, c.Field, c.Certainty, c.Samples[0], c.DateFormats)
	}

	// The screen shows the guesses, and an admin fills in the rest.
	chosen := users.RosterOptions{
		Mapping:    map[string]string{"Werkmail": "email", "Scheepsnummer": "external-id", "In dienst tot": "last-day"},
		DateFormat: "DD-MM-YYYY",
	}
	roster, err := users.ReadRoster(strings.NewReader(file), chosen)
	if err != nil {
		log.Fatal(err)
	}
	for _, e := range roster.People {
		fmt.Println(e.Row, e.Profile.LastName, e.Profile.Email, e.Profile.ExternalID, e.Leave)
	}
	// Output:
	// A Naam: "name" by common-name, such as "Nora Quist" []
	// B Werkmail: "email" by content, such as "nora@fjord.example" []
	// C Scheepsnummer: "" by unknown, such as "0042" []
	// D In dienst tot: "" by unknown, such as "31-12-2026" [DD-MM-YYYY]
	// 3 Quist nora@fjord.example 0042 last day: 2026-12-31
	// 4 Lund ivo@fjord.example 0043
}

// A file may have the date of a leave. The options name the form of dates, and the header says
// which day it is.
func ExampleReadRoster_leave() {
	options := users.RosterOptions{DateFormat: "DD/MM/YYYY", SkipFaulty: true}
	roster, err := users.ReadRoster(strings.NewReader(`Email,Last day
ada@example.com,31/03/2026
max@example.com,03/31/2026
`), options)
	fmt.Println(roster.People[0].Leave, err)
	fmt.Println(roster.Faults[0])
	// Output:
	// last day: 2026-03-31 <nil>
	// row 3: Last day is not a date of the expected form: DD/MM/YYYY
}

// A written roster is read back unchanged. The title =1+1 is a formula to a spreadsheet and
// gets an apostrophe and a space in the file.
func ExampleWriteRoster() {
	people := func(yield func(users.User, error) bool) {
		for _, u := range []users.User{
			{Profile: users.Profile{FirstName: "Zoë", LastName: "Owen", Email: "zoe@example.com", Title: "Head, Wards"}, Role: users.Admin, Status: users.Active},
			{Profile: users.Profile{FirstName: "Max", LastName: "Byron", Email: "max@example.com", Title: "=1+1"}, Status: users.Invited},
		} {
			if !yield(u, nil) {
				return
			}
		}
	}
	options := users.AccuEdRoster()
	options.Columns = append(options.Columns, users.Column{Header: "Status", Field: "status"})

	var file strings.Builder
	err := users.WriteRoster(&file, people, options)
	for line := range strings.Lines(strings.TrimPrefix(file.String(), "\uFEFF")) {
		fmt.Println(strings.TrimSuffix(line, "\r\n"))
	}
	fmt.Println(err)

	roster, err := users.ReadRoster(strings.NewReader(file.String()), options)
	for _, e := range roster.People {
		fmt.Println(e.Row, e.Profile.FirstName, e.Profile.Title, e.Role, e.Status)
	}
	fmt.Println(err)

	// Output:
	// First name,Last name,Username,Password,Email,Role,Location,Department,Title,Status
	// Zoë,Owen,,,zoe@example.com,Administrator,,,"Head, Wards",active
	// Max,Byron,,,max@example.com,User,,,' =1+1,invited
	// <nil>
	// 2 Zoë Head, Wards admin active
	// 3 Max =1+1 member invited
	// <nil>
}

// A nil field of a patch stays as it is.
func ExamplePatch() {
	ada := users.Profile{ID: "ada", FirstName: "Ada", LastName: "Byron", Email: "ada@acme.example", Title: "Countess"}
	ada, changed, err := users.Patch{LastName: new("Lovelace"), Title: new("")}.Apply(ada)
	fmt.Println(ada.FirstName, ada.LastName, changed, err)
	// Output: Ada Lovelace [last-name title] <nil>
}

// The search and the filters of a list stay in the URL of its page.
func ExampleParseFilter() {
	asked, _ := url.ParseQuery("text=ada&status=&status=active&cursor=") // a form that was sent
	filter, err := users.ParseFilter(asked, "cursor")
	fmt.Println(filter.Text, filter.Status, err)

	filter.Status |= users.In(users.Invited)
	fmt.Println(url.Values(filter.Query()).Encode())

	_, err = users.ParseFilter(url.Values{"statsu": {"active"}})
	fmt.Println(err)
	// Output:
	// ada active <nil>
	// status=invited&status=active&text=ada
	// users: URL: a key is unknown: "statsu"
}
