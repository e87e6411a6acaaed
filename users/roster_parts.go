package users

import (
	"encoding/csv"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// isNoPerson reports whether a filled row is no person: the header once more, the example of a
// template below the header, a total, or a lone note.
func (r *rosterReader) isNoPerson(row int, cells []string) bool {
	first, filled := 0, 0
	for i, cell := range cells {
		if !isBlank(cell) {
			if filled++; filled == 2 {
				break
			}
			first = i
		}
	}
	if filled == 1 {
		return r.isHeader(cells) || r.isNote(first, tidy(cells[first]))
	}
	return r.isHeader(cells) || row == r.Header+1 && isExample(cells[first]) || r.isTotal(cells, first) || r.isClosing(cells, first)
}

// isClosing reports whether a row closes a report with words in the place of an identifier, such as "Run by" and
// a name. A user with such an identifier has an address, a role or a status beside it.
func (r *rosterReader) isClosing(cells []string, first int) bool {
	if !identifies(r.fieldAt(first)) || !strings.ContainsAny(cells[first], " :") || !closes(tidy(cells[first])) {
		return false
	}
	for i, cell := range cells {
		switch r.fieldAt(i) {
		case "role", "status", "active", "inactive":
			if !isBlank(cell) {
				return false
			}
		}
		if strings.Contains(cell, "@") {
			return false
		}
	}
	return true
}

// isHeader reports whether a row is the header.
func (r *rosterReader) isHeader(cells []string) bool {
	for i := range r.cells {
		if c := &r.cells[i]; c.at >= len(cells) || trim(cells[c.at]) != c.Header {
			return false
		}
	}
	return len(r.cells) > 0
}

func isExample(cell string) bool {
	word, _, ok := strings.Cut(tidy(cell), ":")
	return ok && slices.Contains(examples, Fold(word))
}

// isNote reports whether the lone cell of a row is a note: it closes a report, or has more words than
// a person in a table of several columns.
func (r *rosterReader) isNote(at int, text string) bool {
	most := 5
	if identifies(r.fieldAt(at)) {
		most = 1
	}
	long := len(r.fields) > 1 && len(strings.Fields(text)) > most
	return !strings.Contains(text, "@") && (long || closes(text))
}

// isTotal reports whether a row closes a report with numbers. A user with such a last name has an
// identifier beside it.
func (r *rosterReader) isTotal(cells []string, first int) bool {
	rest := cells[first+1:]
	if slices.ContainsFunc(rest, func(cell string) bool { return !isNumber(cell) }) || !closes(tidy(cells[first])) {
		return false
	}
	switch r.fieldAt(first) {
	case "first-name", "last-name", "name":
		for i, cell := range rest {
			if !isBlank(cell) && identifies(r.fieldAt(first+1+i)) {
				return false
			}
		}
	}
	return true
}

// isNumber reports whether a cell is a number, or blank.
func isNumber(cell string) bool {
	for i := range len(cell) {
		if c := cell[i]; c > '9' || strings.IndexByte("0123456789.,% ", c) < 0 {
			return false
		}
	}
	return true
}

// closes reports whether a text begins with a word that closes a report.
func closes(text string) bool {
	text = Fold(text)
	return slices.ContainsFunc(closings, func(word string) bool {
		rest, ok := strings.CutPrefix(text, word)
		return ok && strings.Trim(rest[:min(1, len(rest))], " :.,-") == ""
	})
}

// fieldAt returns the field of a column, if any.
func (r *rosterReader) fieldAt(at int) string {
	if at >= len(r.fields) {
		return ""
	}
	return r.fields[at]
}

// noteUnnamed notes the columns without a header that are filled in this row.
func (r *rosterReader) noteUnnamed(cells []string) {
	r.unnamed = slices.DeleteFunc(r.unnamed, func(at int) bool {
		filled := at < len(cells) && !isBlank(cells[at])
		if filled {
			r.Unnamed = append(r.Unnamed, columnName(at))
		}
		return filled
	})
}

// setName fills a missing first or last name from the full name.
func (r *rosterRow) setName() {
	if r.fullName == "" && r.prefix == "" {
		return
	}
	p := &r.Profile
	last, first, ok := strings.Cut(r.fullName, ",")
	switch {
	case p.FirstName == "" && p.LastName == "":
		if !ok {
			first, last, _ = strings.Cut(r.fullName, " ")
		}
		p.FirstName, p.LastName = trim(first), trim(last)
	case p.LastName == "":
		p.LastName = without(r.fullName, p.FirstName)
	case p.FirstName == "":
		p.FirstName = without(r.fullName, p.LastName)
	}
	if !strings.HasPrefix(p.LastName, r.prefix) {
		p.LastName, r.unclean = trim(r.prefix+" "+p.LastName), true // it may be too long
	}
}

// without returns a full name without one of its parts, if it has that part.
func without(name, part string) string {
	name = strings.Replace(name, ",", " ", 1)
	if rest, ok := strings.CutPrefix(name+" ", part+" "); ok {
		return trim(rest)
	}
	return trim(strings.TrimSuffix(name, " "+part))
}

// addGroups adds the groups of a cell.
func (r *rosterRow) addGroups(cell string) {
	for _, group := range splitGroups(plain(cell)) {
		if r.reader.Entities {
			group = withEntities(group)
		}
		group = cleanGroup(group)
		if err := CheckText(group, MaxText); err != nil {
			r.addFault("groups", err, 0)
		} else if group != "" {
			r.Profile.Groups = append(r.Profile.Groups, strings.Clone(group))
		}
	}
}

// splitGroups returns the groups of a cell, and undoes joinGroups.
func splitGroups(cell string) (groups []string) {
	if !strings.Contains(cell, `"`) {
		return strings.FieldsFunc(cell, func(c rune) bool { return c == ';' || c == '\n' })
	}
	lines := csv.NewReader(strings.NewReader(cell))
	lines.Comma, lines.LazyQuotes, lines.TrimLeadingSpace, lines.FieldsPerRecord = ';', true, true, -1
	for {
		line, err := lines.Read()
		if err == io.EOF {
			return groups
		}
		groups = append(groups, line...)
	}
}

// joinGroups returns the cell of groups. A group with a separator stands in quotation marks.
func joinGroups(groups []string) string {
	quoted := make([]string, len(groups))
	for i, group := range groups {
		if quoted[i] = group; strings.ContainsAny(group, `;"`) {
			quoted[i] = `"` + strings.ReplaceAll(group, `"`, `""`) + `"`
		}
	}
	return strings.Join(quoted, "; ")
}

var entity = regexp.MustCompile(`&#([0-9]{1,7});?`)

// withEntities returns a cell with the characters that it has by their number.
func withEntities(cell string) string {
	return entity.ReplaceAllStringFunc(cell, func(text string) string {
		n, _ := strconv.Atoi(strings.Trim(text, "&#;"))
		if n < ' ' || !utf8.ValidRune(rune(n)) {
			return text
		}
		return string(rune(n))
	})
}
