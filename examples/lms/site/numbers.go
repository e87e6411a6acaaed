package site

import (
	"strconv"
	"strings"

	"github.com/seatkeeper/seatkeeper/users"
)

// errNoNumber is for a field of a form that should be a number.
var errNoNumber = users.Reason{Code: "no-number", Text: "is not a number"}

// number reads a field of a form; 0: empty or no number.
func number(text string) int {
	n, _ := strconv.Atoi(strings.TrimSpace(text))
	return n
}

func digits(n int64) string { return strconv.FormatInt(n, 10) }

// roleOf reads the field of a role, which a page offers as a list.
func roleOf(text string) (users.Role, error) {
	role, err := users.Parse[users.Role](text)
	if err != nil {
		return role, &users.DocumentError{Text: "site: no role"}
	}
	return role, nil
}
