package users_test

import (
	"fmt"

	"github.com/seatkeeper/seatkeeper/users"
)

// The table of status is data that can be asked.
func ExampleNext() {
	fmt.Println(users.Next(users.ActionDeactivate, users.Invited).To)
	fmt.Println(users.Next(users.ActionDeactivate, users.Inactive).Kind == users.Unchanged)
	fmt.Println(users.Next(users.ActionAccept, users.Inactive).Kind == users.Refused)
	// Output:
	// inactive
	// true
	// true
}

// A nil field of a patch stays as it is.
func ExamplePatch() {
	ada := users.Profile{ID: "ada", FirstName: "Ada", LastName: "Byron", Email: "ada@acme.example", Title: "Countess"}
	ada, changed, err := users.Patch{LastName: new("Lovelace"), Title: new("")}.Apply(ada)
	fmt.Println(ada.FirstName, ada.LastName, changed, err)
	// Output: Ada Lovelace [last-name title] <nil>
}
