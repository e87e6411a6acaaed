package users_test

import (
	"errors"
	"fmt"
	"strings"

	"github.com/seatkeeper/seatkeeper/users"
)

// A file with faults is not used at all, and they are all named at once. What
// is wrong can be asked for by row, by column and with errors.Is.
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
		fmt.Println(e.Row, e.Profile.First, e.Profile.Email, e.Role)
	}

	// Output:
	// row 3: Email is not an e-mail address
	// row 4: Last name is empty
	// row 4: Role is not a known role
	// row 4: Email is taken by row 2
	// 1 4 <nil>
	// 2 Ada ada@example.com admin
}
