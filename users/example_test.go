package users_test

import (
	"fmt"

	"github.com/seatkeeper/seatkeeper/users"
)

// A nil field of a patch stays as it is.
func ExamplePatch() {
	ada := users.Profile{ID: "ada", FirstName: "Ada", LastName: "Byron", Email: "ada@acme.example", Title: "Countess"}
	ada, changed, err := users.Patch{LastName: new("Lovelace"), Title: new("")}.Apply(ada)
	fmt.Println(ada.FirstName, ada.LastName, changed, err)
	// Output: Ada Lovelace [last-name title] <nil>
}
