package xlsx_test

import (
	"bytes"
	"fmt"
	"log"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/users"
	"github.com/seatkeeper/seatkeeper/users/xlsx"
)

// A users page exports its list as a workbook, and reads a workbook that was uploaded.
func Example() {
	nora := users.User{Status: users.Active, Profile: users.Profile{FirstName: "Nora", LastName: "Quist", Email: "nora@fjord.example", ExternalID: "0042"}}
	people := func(yield func(users.User, error) bool) { yield(nora, nil) } // such as seats.AsShown of Keeper.Users

	var workbook bytes.Buffer // such as an http.ResponseWriter
	if err := xlsx.WriteRoster(&workbook, people, users.RosterOptions{}); err != nil {
		log.Fatal(err)
	}

	upload := bytes.NewReader(workbook.Bytes()) // such as a multipart.File with its header's Size
	sheets, err := xlsx.Sheets(upload, upload.Size())
	if err != nil {
		log.Fatal(err)
	}
	roster, err := xlsx.ReadRoster(upload, upload.Size(), sheets[0], users.RosterOptions{})
	if err != nil {
		log.Fatal(err)
	}
	for _, e := range roster.People {
		fmt.Println(sheets[0], "row", e.Row, e.Profile.ExternalID, e.Profile.Email)
	}
	// Output: Users row 2 0042 nora@fjord.example
}

// TestReadme compares its program with the example.
func TestReadme(t *testing.T) {
	example, err := os.ReadFile("example_test.go")
	require.NoError(t, err)
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	_, program, _ := strings.Cut(string(example), "func Example() {")
	program, _, _ = strings.Cut(program, "\n}\n")
	require.Contains(t, string(readme), "```go\nfunc Example() {"+program+"\n}\n```")
}
