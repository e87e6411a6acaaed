package users

import (
	"cmp"
	"fmt"
	"strings"
	"time"
)

// leaveFields are the fields of dates of a leave, with the meaning of each. The zero meaning is
// that of the options.
var leaveFields = map[string]LeaveDay{"leave": ByPolicy, "last-day": LastDay, "first-day-without": FirstDayWithout}

// A dateFormat is a form of dates in a file.
type dateFormat struct {
	name            string // as in "DD/MM/YYYY"
	reading, layout string // of package time; reading takes days and months of one digit
}

var (
	dateParts   = strings.NewReplacer("YYYY", "y", "MM", "m", "M", "m", "DD", "d", "D", "d")
	dateLayout  = strings.NewReplacer("YYYY", "2006", "MM", "01", "M", "1", "DD", "02", "D", "2")
	dateReading = strings.NewReplacer("YYYY", "2006", "MM", "1", "M", "1", "DD", "2", "D", "2")
)

// newDateFormat returns the format of that name, ISO 8601 by default, or an error.
func newDateFormat(name string) (dateFormat, error) {
	if name = strings.TrimSpace(name); name == "" {
		name = "YYYY-MM-DD"
	}
	upper := strings.Map(capital, name)
	parts := dateParts.Replace(upper)
	between := strings.NewReplacer("y", "", "m", "", "d", "").Replace(parts)
	whole := strings.Count(parts, "y") == 1 && strings.Count(parts, "m") == 1 && strings.Count(parts, "d") == 1
	if !whole || strings.ContainsFunc(between, isWord) || checkCharacters(name) != nil {
		return dateFormat{}, fmt.Errorf("users: roster date format %q: it has YYYY, MM and DD, or M and D, with other characters between", name)
	}
	f := dateFormat{name: name, reading: dateReading.Replace(upper), layout: dateLayout.Replace(upper)}
	if !separated(parts) {
		f.reading = f.layout
	}
	return f, nil
}

// capital returns a letter of ASCII as a capital.
func capital(r rune) rune {
	if 'a' <= r && r <= 'z' {
		return r - 'a' + 'A'
	}
	return r
}

// isWord reports whether package time could read the character as a part of a date.
func isWord(r rune) bool { return r == '_' || '0' <= r && r <= '9' || 'A' <= r && r <= 'Z' }

// separated reports whether other characters stand between year, month and day.
func separated(parts string) bool {
	for i := 1; i < len(parts); i++ {
		if strings.ContainsRune("ymd", rune(parts[i-1])) && strings.ContainsRune("ymd", rune(parts[i])) {
			return false
		}
	}
	return true
}

// read returns the date of a cell.
func (f dateFormat) read(cell string) (Date, error) {
	if i := strings.LastIndexAny(cell, " T"); i >= 0 && strings.Contains(cell[i:], ":") && strings.Trim(cell[i+1:], "0:.Z") == "" {
		cell = cell[:i] // a time of midnight
	}
	t, err := time.Parse(f.reading, cell)
	if err != nil || t.Year() < 1 {
		return "", ErrDateForm
	}
	return DateOf(t), nil
}

// setLeave sets the leave from a cell.
func (r *rosterRow) setLeave(field, cell string) {
	if strings.Trim(cell, "0-/. :T") == "" { // 0000-00-00
		return
	}
	date, err := r.reader.dates.read(cell)
	if err != nil {
		r.addFault(field, err, 0)
		return
	}
	leave := Leave{Date: date, As: leaveFields[field]}
	if field == "leave" {
		leave.As = r.reader.LeaveDay
	}
	switch {
	case r.Leave.Date == "":
		r.Leave = leave
	case r.Leave.as(leave.As) != leave:
		r.addFault(field, ErrUnfit, 0)
	}
}

// as returns the leave with the other meaning: a last day is the day before the first one
// without access. A leave by policy stays as it is.
func (l Leave) as(meaning LeaveDay) Leave {
	switch {
	case l.As == LastDay && meaning == FirstDayWithout:
		return From(l.Date.AddDays(1))
	case l.As == FirstDayWithout && meaning == LastDay:
		return Until(l.Date.AddDays(-1))
	}
	return l
}

// leaveCell returns the cell of a user in a column with dates of a leave. A date stands in the
// column of its own meaning; without such a column it is given as the other day.
func (r *rosterWriter) leaveCell(field string, leave Leave) (string, error) {
	meaning := leaveFields[field]
	switch {
	case leave.Date == "":
		return "", nil
	case leave.As != LastDay && leave.As != FirstDayWithout:
		return "", ErrUnfit
	case leave.As != meaning && r.leaves[leave.As]:
		return "", nil
	}
	other := leave.as(meaning)
	if err := cmp.Or(leave.Date.Check(), other.Date.Check()); err != nil {
		return "", err
	}
	return written(other.Date.utc().Format(r.dates.layout))
}
