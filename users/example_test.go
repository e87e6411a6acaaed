package users_test

import (
	"fmt"

	"github.com/seatkeeper/seatkeeper/users"
)

// The table of status is data that can be asked.
func ExampleNext() {
	fmt.Println(users.Next(users.Deactivate, users.Invited).To)
	fmt.Println(users.Next(users.Deactivate, users.Inactive).Kind == users.Same)
	fmt.Println(users.Next(users.Accept, users.Inactive).Kind == users.Refused)
	// Output:
	// inactive
	// true
	// true
}

// A nil field of a patch stays as it is.
func ExamplePatch() {
	ada := users.Profile{ID: "ada", First: "Ada", Last: "Byron", Email: "ada@acme.example", Title: "Countess"}
	ada, changed, err := users.Patch{Last: new("Lovelace"), Title: new("")}.Apply(ada)
	fmt.Println(ada.First, ada.Last, changed, err)
	// Output: Ada Lovelace [last title] <nil>
}
