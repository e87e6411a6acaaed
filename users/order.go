package users

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/seatkeeper/seatkeeper/internal/enum"
)

// An Order is an order of a list of users. Every order ends with the ID, so that each user has
// one place in it. Texts are compared byte by byte.
type Order uint8

// The orders.
const (
	OrderID     Order = iota
	OrderName         // by [Profile.SortName]
	OrderStatus       // by stored status as in [Statuses], then by name
	OrderRole         // from [Owner] to [Member], then by name
	OrderChange       // by StatusSince, the last change of status; the latest is the last
)

var orderNames = enum.Names[Order]{"id", "name", "status", "role", "change"}

// String returns the order in lower case.
func (o Order) String() string { return orderNames.Of(o) }

// MarshalText returns the text form.
func (o Order) MarshalText() ([]byte, error) { return orderNames.Marshal(o) }

// UnmarshalText reads the text form.
func (o *Order) UnmarshalText(text []byte) error { return orderNames.Unmarshal(text, o) }

// Orders lists the orders.
func Orders() []Order { return []Order{OrderID, OrderName, OrderStatus, OrderRole, OrderChange} }

// Named reports whether users stand by name in the order, wholly or among those with one status
// or one role.
func (o Order) Named() bool { return o == OrderName || o == OrderStatus || o == OrderRole }

// A Place is a place in an order: where a user stands, or stood. It has the ID and what the
// order compares before it; other fields count for nothing. The place without an ID is either
// end of a list.
type Place struct {
	Status Status    `json:"status,omitzero"` // in order of status
	Role   Role      `json:"role,omitzero"`   // in order of role
	Name   string    `json:"name,omitzero"`   // the SortName, in the three orders with names
	Since  time.Time `json:"since,omitzero"`  // StatusSince, in order of change
	ID     ID        `json:"id,omitzero"`
}

// Place returns the place of a user.
func (o Order) Place(u User) Place {
	p := Place{ID: u.ID}
	if o.Named() {
		p.Name = u.SortName()
	}
	switch o {
	case OrderStatus:
		p.Status = u.Status
	case OrderRole:
		p.Role = u.Role
	case OrderChange:
		p.Since = u.StatusSince
	}
	return p
}

// Compare orders two places.
func (o Order) Compare(p, q Place) int {
	first := 0
	switch o {
	case OrderStatus:
		first = cmp.Compare(p.Status, q.Status)
	case OrderRole:
		first = cmp.Compare(q.Role, p.Role)
	case OrderChange:
		first = p.Since.Compare(q.Since)
	}
	if first == 0 && o.Named() {
		first = cmp.Compare(p.Name, q.Name)
	}
	return cmp.Or(first, cmp.Compare(p.ID, q.ID))
}

// SortName returns the text for the order by name. Sort names are compared byte by byte, equal
// ones by ID.
//
// It is the last name, a tab and the first name. The tab sorts before every character of a
// name, so that users of one last name stand together. A profile with one of
// the two sorts under it, a nameless one under username, address or external ID. The text of
// deleted users is empty, so they come first.
//
// The text is in comparison form, see [Fold]. The order is by Unicode code point: É comes after
// Z. The text is cut between two characters to at most [MaxID] bytes, so that every database
// can index it.
func (p Profile) SortName() string {
	name := strings.Trim(Fold(p.LastName)+"\t"+Fold(p.FirstName), "\t")
	name = cmp.Or(name, Fold(p.Username), Fold(p.Email), Fold(p.ExternalID))
	end := min(len(name), MaxID)
	for end < len(name) && !utf8.RuneStart(name[end]) {
		end--
	}
	return name[:end]
}

// A Cursor begins or ends a page of a list. It is a place and no number of rows, so that pages
// stay together while users come, go and move. The zero cursor begins the first page.
//
// The text form is for a URL: letters, digits, "-" and "_". It contains the ID and, in the
// orders with names, the sort name, which is personal data.
type Cursor struct {
	Order  Order `json:"order"`           // of the list
	Before bool  `json:"before,omitzero"` // the page ends before the place, or with the list; otherwise it begins after it
	Place
}

// MaxCursor is the largest number of bytes in the text form of a cursor.
const MaxCursor = 4096

// errCursor does not contain the text, which has personal data.
var errCursor = &DocumentError{Text: "users: the text is no cursor"}

// MarshalText returns the text form, empty for the zero cursor, or an error for a value beyond
// an enumeration.
func (c Cursor) MarshalText() ([]byte, error) {
	if c == (Cursor{}) {
		return nil, nil
	}
	type plain Cursor
	text, err := json.Marshal(plain(c))
	if err != nil {
		return nil, err
	}
	return base64.RawURLEncoding.AppendEncode(nil, text), nil
}

// String returns the text form, for the links of a template. It is empty for a cursor without one.
func (c Cursor) String() string {
	text, _ := c.MarshalText()
	return string(text)
}

// UnmarshalText reads the text form. Any other text is a [*DocumentError], and leaves the cursor
// as it was. A text of another origin can be a cursor of any place; it shows no user that the
// filter does not select.
func (c *Cursor) UnmarshalText(text []byte) error {
	var read Cursor
	if len(text) > 0 {
		type plain Cursor
		document, err := base64.RawURLEncoding.Strict().DecodeString(string(text[:min(len(text), MaxCursor+1)]))
		if err != nil || len(text) > MaxCursor || ReadJSON(document, (*plain)(&read)) != nil || read.check() != nil {
			return errCursor
		}
		if !read.Since.IsZero() {
			read.Since = instant(read.Since)
		}
	}
	*c = read
	return nil
}

// check returns an error for a place of no user.
func (c Cursor) check() error {
	if len(c.Name) > MaxID || c.ID == "" && c.Place != (Place{}) {
		return ErrTooLong
	}
	if err := CheckText(strings.ReplaceAll(c.Name, "\t", ""), MaxID); err != nil || c.ID == "" {
		return err
	}
	return CheckID(c.ID)
}
