// Package encodings reads rosters in encodings other than UTF-8.
package encodings

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"

	"github.com/seatkeeper/seatkeeper/users"
)

// names are the encodings that a page offers for an upload.
var names = map[string]encoding.Encoding{
	"Windows-1252": charmap.Windows1252,
	"ISO-8859-15":  charmap.ISO8859_15,
	"Shift JIS":    japanese.ShiftJIS,
}

// readRoster reads a file in an encoding that the customer names; without a name in UTF-8.
func readRoster(file io.Reader, name string) (users.Roster, error) {
	if named, ok := names[name]; ok {
		file = named.NewDecoder().Reader(file)
	}
	return users.ReadRoster(file, users.RosterOptions{})
}

// A file in another encoding is refused with the first row that is not in UTF-8. The host asks for its
// encoding and gives a reader that decodes it.
func Example() {
	for _, upload := range []struct{ name, file string }{
		{"Windows-1252", "Name;E-Mail\nIvo Lund;ivo@fjord.example\nZo\xEB \x8Clsen;zoe@fjord.example\n"},
		{"ISO-8859-15", "Name;E-Mail\nIvo Lund;ivo@fjord.example\nZo\xEB \xBClsen;zoe@fjord.example\n"},
		{"Shift JIS", "Name,Email\n\x83\x5C\x83\x86\x83\x93,soyun@fjord.example\n"},
	} {
		_, err := readRoster(strings.NewReader(upload.file), "")
		var fault users.Fault
		if errors.As(err, &fault) && errors.Is(fault, users.ErrEncoding) {
			fmt.Println(fault)
		}
		roster, err := readRoster(strings.NewReader(upload.file), upload.name)
		for _, e := range roster.People {
			fmt.Println(upload.name, e.Row, e.Profile.FirstName, e.Profile.LastName, err)
		}
	}

	// Output:
	// row 3 is not in UTF-8: save the file as CSV UTF-8
	// Windows-1252 2 Ivo Lund <nil>
	// Windows-1252 3 Zoë Œlsen <nil>
	// row 3 is not in UTF-8: save the file as CSV UTF-8
	// ISO-8859-15 2 Ivo Lund <nil>
	// ISO-8859-15 3 Zoë Œlsen <nil>
	// row 2 is not in UTF-8: save the file as CSV UTF-8
	// Shift JIS 2 ソユン  <nil>
}
