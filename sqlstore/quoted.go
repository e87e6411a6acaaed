package sqlstore

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// A valueless is an error of an engine or a driver whose text leaves out quoted values:
// engines quote the values of the row that they refuse, and so names and addresses. The error
// itself is wrapped.
type valueless struct {
	text string
	error
}

func (v valueless) Error() string { return v.text }
func (v valueless) Unwrap() error { return v.error }

// An ownText is an error of this package, whose quotation marks enclose no values.
type ownText string

func (o ownText) Error() string { return string(o) }

func ownError(format string, names ...any) error { return ownText(fmt.Sprintf(format, names...)) }

// withoutValues hides the values that engines and drivers quote in an error. Names of tables,
// columns and keys stay.
func (s schema) withoutValues(err error) error {
	if err == nil {
		return nil
	}
	if text := s.textWithoutValues(err); text != err.Error() {
		return valueless{text, err}
	}
	return err
}

// textWithoutValues treats the text of a wrapping error in pieces: a quotation of the
// engine ends with the engine's error, and the text around that error stays.
func (s schema) textWithoutValues(err error) string {
	var wrapped []error
	switch e := err.(type) {
	case valueless:
		return e.text
	case ownText:
		return string(e)
	case interface{ Unwrap() error }:
		wrapped = []error{e.Unwrap()}
	case interface{ Unwrap() []error }:
		wrapped = e.Unwrap()
	}
	done, text := "", err.Error()
	for _, one := range wrapped {
		if one == nil {
			continue
		}
		before, after, ok := strings.Cut(text, one.Error())
		if !ok {
			continue
		}
		at := s.quotation(before)
		if at >= 0 { // the quotation may continue in the wrapped error
			return done + before[:at] + "…"
		}
		done += before + s.textWithoutValues(one)
		text = after
	}
	return done + s.cutValues(text)
}

// cutValues cuts the text from the first quotation of a value to the end, since a value may
// contain quotation marks and look like anything. A known ending of names alone stays.
func (s schema) cutValues(text string) string {
	at := s.quotation(text)
	if at < 0 {
		return text
	}
	rest := ""
	if m := endings.FindStringSubmatchIndex(text[at:]); m != nil && (m[4] < 0 || s.isName(text[at:][m[4]:m[5]])) {
		rest = text[at:][m[2]:]
	} else {
		rest = lastState.FindString(text[at:])
	}
	return text[:at] + "…" + rest
}

const marks = `'"«»„“”‚‘’`

var (
	// endings are the texts of engines after a value: for a key, a column or a table, the
	// number of the row, the SQLSTATE.
	endings = regexp.MustCompile(`['"»“”’«]((?: for (?:key|column|table) ['"]([\w.]+)['"])?(?: for column ` + "[`\\w.]+" + ` at row \d+| at row \d+)?(?: \((?:SQLSTATE \w{5}|\d[\dA-Z]{4})\))?)$`)
	// lastState is the SQLSTATE at the end of other texts.
	lastState = regexp.MustCompile(` \(SQLSTATE [0-9A-Z]{5}\)$`)
	// introduced is a text before a name in quotation marks.
	introduced = regexp.MustCompile(`(?i)\b(?:column|field|table|relation|view|constraint|index|key|key name|column index \d+, name|prepared statement) $`)
	// begun is the beginning of a text of MariaDB and MySQL, before a name in a few of them.
	begun      = regexp.MustCompile(`\bError \d+(?: \(\w+\))?: $`)
	quotedName = regexp.MustCompile(`^(?:'([\w.$]+)'|"([\w.$]+)")`)
)

// quotation returns the index of the first quotation, or -1. Names in the schema and
// apostrophes inside of a word are passed over.
func (s schema) quotation(text string) int {
	for at := 0; ; {
		next := strings.IndexAny(text[at:], marks)
		if next < 0 {
			return -1
		}
		at += next
		mark, size := utf8.DecodeRuneInString(text[at:])
		before, _ := utf8.DecodeLastRuneInString(text[:at])
		after, _ := utf8.DecodeRuneInString(text[at+size:])
		if (mark == '\'' || mark == '’') && isLetter(before) && isLetter(after) {
			at += size
			continue
		}
		name := quotedName.FindStringSubmatch(text[at:])
		if name == nil || !introduced.MatchString(text[:at]) && !(begun.MatchString(text[:at]) && s.isName(name[1]+name[2])) {
			return at
		}
		at += len(name[0])
	}
}

// isLetter reports whether the character is an ASCII letter. An apostrophe beside another
// one may be a quotation mark.
func isLetter(r rune) bool { return 'a' <= r|0x20 && r|0x20 <= 'z' }

// isName reports whether the text is the name of a table, a column or an index, perhaps
// after the name of the database.
func (s schema) isName(text string) bool {
	parts := strings.Split(text, ".")
	if len(parts) > 1 && strings.HasPrefix(parts[1], s.prefix) {
		parts = parts[1:]
	}
	words := s.words()
	return !slices.ContainsFunc(parts, func(part string) bool { return !words[part] })
}

var word = regexp.MustCompile(`\w+`)

// words returns the words of the migrations.
func (s schema) words() map[string]bool {
	all := map[string]bool{}
	for _, m := range s.migrations() {
		for _, w := range word.FindAllString(strings.Join(m.changes(), " "), -1) {
			all[w] = true
		}
	}
	return all
}
