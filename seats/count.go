package seats

import (
	"fmt"
	"strconv"

	"github.com/seatkeeper/seatkeeper/users"
)

// MaxSeats is the largest limited number of seats of a pool.
const MaxSeats = 1_000_000_000

// A Count is a number of seats, or unlimited. The zero value is a missing number: every command
// refuses it, so that a forgotten field changes no seats. [Of] and [Unlimited] make counts.
type Count struct {
	kind countKind
	n    int64
}

type countKind uint8

const (
	missing countKind = iota
	limited
	unlimited
)

// Of returns the count of n seats, from 0 to [MaxSeats]. Every command refuses a count outside
// these bounds.
func Of(n int64) Count { return Count{limited, n} }

// Unlimited returns the count without a limit.
func Unlimited() Count { return Count{kind: unlimited} }

// Valid reports whether the count is unlimited or a number from 0 to [MaxSeats].
func (c Count) Valid() bool {
	return c.kind == unlimited || c.kind == limited && c.n >= 0 && c.n <= MaxSeats
}

// IsUnlimited reports whether the count is unlimited.
func (c Count) IsUnlimited() bool { return c.kind == unlimited }

// Number returns the number of seats. It is not ok for an unlimited and for a missing count.
func (c Count) Number() (n int64, ok bool) { return c.n, c.kind == limited }

// String returns the number in digits, "unlimited", or "missing".
func (c Count) String() string {
	switch c.kind {
	case limited:
		return strconv.FormatInt(c.n, 10)
	case unlimited:
		return "unlimited"
	}
	return "missing"
}

// MarshalText returns the text form that [Count.UnmarshalText] reads: the number
// in digits or "unlimited". A missing count is an error.
func (c Count) MarshalText() ([]byte, error) {
	if !c.Valid() {
		return nil, fmt.Errorf("seats: no count of seats: %s", c)
	}
	return []byte(c.String()), nil
}

var errCountText = &users.DocumentError{Text: fmt.Sprintf("seats: a count is a whole number from 0 to %d, or unlimited", MaxSeats)}

// UnmarshalText reads the text form; anything else is an error.
func (c *Count) UnmarshalText(text []byte) error {
	read := Unlimited()
	if n, err := strconv.ParseInt(string(text), 10, 64); err == nil {
		read = Of(n)
	}
	if !read.Valid() || read.String() != string(text) {
		return errCountText
	}
	*c = read
	return nil
}
