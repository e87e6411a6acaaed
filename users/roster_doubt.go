package users

import (
	"slices"
	"strings"
)

// A doubtfulColumn is a column of no field whose header speaks of users who have left or are active. Its
// cells must not be overlooked.
type doubtfulColumn struct {
	header          string
	at              int
	leaving, active bool // what a yes means; neither: the cells are words
	told            bool // a fault has told it
}

// doubtful returns the doubtful column of a header, if it is one.
func doubtful(header string, at int) (c doubtfulColumn, ok bool) {
	words := headerWords(header)
	negated := slices.ContainsFunc(words, isIn(negations))
	speaking, silent := false, false
	for _, word := range words {
		switch {
		case isIn(leavingWords)(word):
			c.leaving = true
		case isIn(activeWords)(word):
			speaking, c.leaving, c.active = true, c.leaving || negated, c.active || !negated
		case isIn(stateWords)(word):
			speaking = true
		default:
			silent = silent || !isIn(fillingWords)(word) && !isIn(negations)(word)
		}
	}
	c.header, c.at = header, at
	return c, c.leaving || speaking && !silent
}

// headerWords returns the words of a header in comparison form, those of accountEnabled too.
func headerWords(header string) []string {
	var spaced strings.Builder
	lower := false
	for _, c := range header {
		if lower && 'A' <= c && c <= 'Z' {
			spaced.WriteByte(' ')
		}
		lower = 'a' <= c && c <= 'z'
		spaced.WriteRune(c)
	}
	return strings.FieldsFunc(Fold(spaced.String()), func(c rune) bool {
		return isSpace(c) || c < 0x80 && !('a' <= c && c <= 'z') && !('0' <= c && c <= '9')
	})
}

func isIn(words []string) func(string) bool {
	return func(word string) bool { return slices.Contains(words, word) }
}

// saysLeft reports whether a cell of the column may say that the user has left.
func (c doubtfulColumn) saysLeft(cell string) bool {
	if cell == "" {
		return false
	}
	yes, ok := answers[Fold(cell)]
	return ok && (yes && c.leaving || !yes && c.active) || c.leaving && isIn(marks)(Fold(cell)) || c.leaving && looksLikeDate(cell) || Entry{Status: usualStatuses[label(cell)]}.Left()
}

// looksLikeDate reports whether a cell has three numbers or one of eight digits, as dates have. Dates of
// the year 0 or 9999 stand for none.
func looksLikeDate(cell string) bool {
	numbers := strings.FieldsFunc(cell, func(c rune) bool { return c < '0' || c > '9' })
	return (len(numbers) >= 3 || len(numbers) > 0 && len(numbers[0]) == 8) && strings.Trim(cell, "0-/. :") != "" && !strings.Contains(cell, "9999")
}

// doubt finds the doubtful columns by which a user of no other leave may have left: each is one fault of the
// header, and refuses the file.
func (r *rosterRow) doubt(cells []string) {
	if r.Left() || r.Leave != (Leave{}) {
		return
	}
	for i := range r.reader.doubtful {
		c := &r.reader.doubtful[i]
		if !c.told && c.at < len(cells) && c.saysLeft(tidy(cells[c.at])) {
			c.told, r.faulty = true, append(r.faulty, "")
			r.reader.doubts = append(r.reader.doubts, Fault{Row: r.reader.Header, Column: c.header, Problem: ErrUnmapped})
		}
	}
}
