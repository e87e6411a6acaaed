package sqlstore

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// A quoteless error is one of the engine, or of its driver, without what it quotes:
// engines quote the values of the row that they refuse, and so names and addresses. The
// error itself is there to be asked.
type quoteless struct {
	text string
	error
}

func (q quoteless) Error() string { return q.text }
func (q quoteless) Unwrap() error { return q.error }

// An ownText is an error in words of this package alone. Its quotation marks enclose no
// values.
type ownText string

func (o ownText) Error() string { return string(o) }

func ownError(format string, names ...any) error { return ownText(fmt.Sprintf(format, names...)) }

// withoutValues returns the error without what engines and drivers quote in it, but for
// names.
func (s schema) withoutValues(err error) error {
	if err == nil {
		return nil
	}
	if text := s.told(err); text != err.Error() {
		return quoteless{text, err}
	}
	return err
}

// told is the text of the error without values. A text that wraps others is looked at in
// pieces: a quotation of the engine ends with the engine's error, and what stands around
// that error stays.
func (s schema) told(err error) string {
	var wrapped []error
	switch e := err.(type) {
	case quoteless:
		return e.text
	case ownText:
		return string(e)
	case interface{ Unwrap() error }:
		wrapped = []error{e.Unwrap()}
	case interface{ Unwrap() []error }:
		wrapped = e.Unwrap()
	}
	said, text := "", err.Error()
	for _, one := range wrapped {
		if one == nil {
			continue
		}
		before, after, is := strings.Cut(text, one.Error())
		if !is {
			continue
		}
		at := s.quotation(before)
		if at >= 0 { // which may go on in what is wrapped
			return said + before[:at] + "…"
		}
		said += before + s.told(one)
		text = after
	}
	return said + s.unquoted(text)
}

// unquoted leaves out all from the first quotation to the end, since a value may have
// quotation marks in it and look like anything, but for an ending that has only names.
func (s schema) unquoted(text string) string {
	at := s.quotation(text)
	if at < 0 {
		return text
	}
	rest := ""
	if m := endings.FindStringSubmatchIndex(text[at:]); m != nil && (m[4] < 0 || s.names(text[at:][m[4]:m[5]])) {
		rest = text[at:][m[2]:]
	}
	return text[:at] + "…" + rest
}

const marks = `'"«»„“”‚‘’`

var (
	// endings are how engines go on after a value: for a key, a column or a table, with the
	// number of the row, with the SQLSTATE.
	endings = regexp.MustCompile(`['"»“”’«]((?: for (?:key|column|table) ['"]([\w.]+)['"])?(?: for column ` + "[`\\w.]+" + ` at row \d+| at row \d+)?(?: \((?:SQLSTATE \w{5}|\d[\dA-Z]{4})\))?)$`)
	// introduced is a text that a name follows in quotation marks.
	introduced = regexp.MustCompile(`(?i)\b(?:column|field|table|relation|view|constraint|index|key|key name|column index \d+, name) $`)
	// begun is the beginning of a text of MariaDB and MySQL, where a few have the name.
	begun      = regexp.MustCompile(`\bError \d+(?: \(\w+\))?: $`)
	quotedName = regexp.MustCompile(`^(?:'([\w.$]+)'|"([\w.$]+)")`)
)

// quotation returns where the first quotation begins that is not the name of something in
// the schema, or -1. An apostrophe inside of a word begins none.
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
		if name == nil || !introduced.MatchString(text[:at]) && !(begun.MatchString(text[:at]) && s.names(name[1]+name[2])) {
			return at
		}
		at += len(name[0])
	}
}

// isLetter reports whether the character is a letter of ASCII. An apostrophe beside any other
// one may be a quotation mark.
func isLetter(r rune) bool { return 'a' <= r|0x20 && r|0x20 <= 'z' }

// names reports whether the text is a name of this schema: of a table, a column, an index.
// The table may have the name of its database in front.
func (s schema) names(text string) bool {
	parts := strings.Split(text, ".")
	if len(parts) > 1 && strings.HasPrefix(parts[1], s.prefix) {
		parts = parts[1:]
	}
	words := s.words()
	return !slices.ContainsFunc(parts, func(part string) bool { return !words[part] })
}

var word = regexp.MustCompile(`\w+`)

// words are all the words in the migrations.
func (s schema) words() map[string]bool {
	all := map[string]bool{}
	for _, m := range s.migrations() {
		for _, w := range word.FindAllString(strings.Join(m.changes(), " "), -1) {
			all[w] = true
		}
	}
	return all
}
