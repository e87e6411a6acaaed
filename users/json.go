package users

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/seatkeeper/seatkeeper/internal/enum"
)

// A DocumentError reports a JSON document refused by [ReadJSON]. It may contain a key of the
// document and leaves values out.
type DocumentError struct {
	Text   string // in English
	Reason error  // against a decoded value, such as a policy; nil for an undecodable document
}

// Error returns the text and the reason.
func (e *DocumentError) Error() string {
	if e.Reason == nil {
		return e.Text
	}
	return e.Text + " " + e.Reason.Error()
}

// Unwrap returns the reason.
func (e *DocumentError) Unwrap() error { return e.Reason }

// The errors of a document.
var (
	errSyntax    = &DocumentError{Text: "users: JSON: the text is not JSON"}
	errEnd       = &DocumentError{Text: "users: JSON: the text ends inside the document"}
	errMore      = &DocumentError{Text: "users: JSON: text follows the document"}
	errEncoding  = &DocumentError{Text: "users: JSON: the text", Reason: ErrNotUTF8}
	errSurrogate = &DocumentError{Text: "users: JSON: an escape is half of a surrogate pair"}
	errKey       = &DocumentError{Text: "users: JSON: a key is not in snake_case"}
	errKeyTwice  = &DocumentError{Text: "users: JSON: a key stands twice in an object"}
	errNull      = &DocumentError{Text: "users: JSON: null is not accepted: leave the key out"}
	errDepth     = &DocumentError{Text: fmt.Sprintf("users: JSON: objects and lists are nested deeper than %d", MaxJSONDepth)}
	errElements  = &DocumentError{Text: fmt.Sprintf("users: JSON: a list or an object has more than %d elements", MaxJSONElements)}
	errObjects   = &DocumentError{Text: fmt.Sprintf("users: JSON: the document has more than %d objects", MaxJSONObjects)}
	errTime      = &DocumentError{Text: "users: JSON: a time is not in the form of RFC 3339"}
)

// Bounds of a JSON document. They are checked before decoding, since a short text can stand
// for many large values.
const (
	MaxJSONDepth    = 16     // nested objects and lists
	MaxJSONElements = 1001   // elements of a list or an object
	MaxJSONObjects  = 20_000 // objects of a document
)

// ReadJSON sets into to the value of a JSON document. It is stricter than encoding/json and
// refuses unknown and repeated keys, keys in other letters, null, invalid UTF-8, half of a
// surrogate pair, and text after the document. Documents beyond [MaxJSONDepth],
// [MaxJSONElements] or [MaxJSONObjects] are refused before decoding.
//
// Missing keys become zero values. Every error is a [*DocumentError], under every version of
// Go, and leaves into as it was. The UnmarshalJSON methods of packages users and seats use
// ReadJSON; [Profile] and [Actor] are read with it directly.
func ReadJSON[T any](text []byte, into *T) error {
	if err := checkJSON(text); err != nil {
		return err
	}
	values := json.NewDecoder(strings.NewReader(string(text)))
	values.DisallowUnknownFields()
	var read T
	if err := values.Decode(&read); err != nil {
		return readError(err, func() bool { return json.Unmarshal(text, new(T)) == nil })
	}
	*into = read
	return nil
}

// readError returns the error of the standard decoder as a [*DocumentError]. The decoder has
// a type for every error but unknown keys: those pass the lenient decoder.
func readError(err error, lenient func() bool) error {
	var own *DocumentError
	var name *enum.UnknownError
	var kind *json.UnmarshalTypeError
	var instant *time.ParseError
	switch {
	case errors.As(err, &own):
		return own
	case errors.As(err, &name):
		return &DocumentError{Text: name.Error()}
	case errors.As(err, &instant), errors.As(err, &kind) && kind.Type != nil && kind.Type.String() == "time.Time": // by the version of Go
	case errors.As(err, &kind):
		return wrongKind(kind)
	case lenient():
		return unknownKey(err)
	}
	return errTime // time.Time is the one decoder outside the library
}

// unknownKey takes the key from the quotes in the text of the decoder.
func unknownKey(err error) error {
	_, key, _ := strings.Cut(err.Error(), `"`)
	key, _, _ = strings.Cut(key, `"`)
	return keyError(key, "a key is unknown: ", "", "a key is unknown")
}

// wrongKind names the key and the JSON type. The decoder appends the value of a number, which
// is cut off.
func wrongKind(err *json.UnmarshalTypeError) error {
	value, _, _ := strings.Cut(err.Value, " ")
	key := err.Field[strings.LastIndexByte(err.Field, '.')+1:]
	return keyError(key, "", " can't be of type "+value, "the document can't be of type "+value)
}

// keyError names the key, or returns the text without a key if the decoder's one may be a
// value.
func keyError(key, before, after, without string) error {
	if key == "" || !isKey(key) {
		return &DocumentError{Text: "users: JSON: " + without}
	}
	return &DocumentError{Text: "users: JSON: " + before + `"` + key + `"` + after}
}

// isKey reports whether the text has the form of a key.
func isKey(key string) bool { return strings.Trim(key, "abcdefghijklmnopqrstuvwxyz_") == "" }

// checkJSON refuses the leniencies of the standard decoder beyond its options.
func checkJSON(text []byte) error {
	if !utf8.Valid(text) {
		return errEncoding
	}
	s := scanner{text: text}
	if err := s.value(0); err != nil {
		return err
	}
	if s.peek(); s.at < len(text) {
		return errMore
	}
	return nil
}

// A scanner reads through a document in constant memory apart from keys.
type scanner struct {
	text    []byte
	at      int
	objects int
}

// peek skips white space and returns the next character, 0 at the end.
func (s *scanner) peek() byte {
	for ; s.at < len(s.text); s.at++ {
		if c := s.text[s.at]; c != ' ' && c != '\t' && c != '\n' && c != '\r' {
			return c
		}
	}
	return 0
}

// expect reads the given character.
func (s *scanner) expect(c byte) error {
	if s.peek() != c {
		return s.syntaxError()
	}
	s.at++
	return nil
}

// syntaxError returns the error at the present place.
func (s *scanner) syntaxError() error {
	if s.at >= len(s.text) {
		return errEnd
	}
	return errSyntax
}

func (s *scanner) value(depth int) error {
	switch c := s.peek(); {
	case c == '{' || c == '[':
		if depth == MaxJSONDepth {
			return errDepth
		}
		if c == '{' {
			if s.objects++; s.objects > MaxJSONObjects {
				return errObjects
			}
		}
		return s.elements(c == '{', depth+1)
	case c == '"':
		_, err := s.quoted()
		return err
	case c == 'n' && s.word("null"):
		return errNull
	case c == 't' && s.word("true"), c == 'f' && s.word("false"):
		return nil
	case c == '-' || c >= '0' && c <= '9':
		return s.number()
	}
	return s.syntaxError()
}

// word reads the word if it comes next.
func (s *scanner) word(word string) (ok bool) {
	if ok = bytes.HasPrefix(s.text[s.at:], []byte(word)); ok {
		s.at += len(word)
	}
	return ok
}

// elements reads a list or an object.
func (s *scanner) elements(object bool, depth int) error {
	end := byte(']')
	if object {
		end = '}'
	}
	s.at++
	if s.peek() == end {
		s.at++
		return nil
	}
	var keys map[string]bool
	for n := 1; ; n++ {
		if n > MaxJSONElements {
			return errElements
		}
		if object {
			key, err := s.key()
			if err != nil {
				return err
			}
			if keys[key] {
				return errKeyTwice
			}
			if keys == nil {
				keys = map[string]bool{}
			}
			keys[key] = true
		}
		if err := s.value(depth); err != nil {
			return err
		}
		if s.peek() == end {
			s.at++
			return nil
		}
		if err := s.expect(','); err != nil {
			return err
		}
	}
}

// key reads a key and its colon.
func (s *scanner) key() (string, error) {
	if s.peek() != '"' {
		return "", s.syntaxError()
	}
	text, err := s.quoted()
	if err != nil {
		return "", err
	}
	if !isKey(string(text)) { // escapes included
		return "", errKey
	}
	return string(text), s.expect(':')
}

// quoted reads a string and returns the text between its quotes.
func (s *scanner) quoted() ([]byte, error) {
	s.at++
	for start := s.at; s.at < len(s.text); s.at++ {
		switch c := s.text[s.at]; {
		case c == '"':
			s.at++
			return s.text[start : s.at-1], nil
		case c < ' ':
			return nil, errSyntax
		case c == '\\':
			if err := s.escape(); err != nil {
				return nil, err
			}
		}
	}
	return nil, errEnd
}

// escape reads to the last character of an escape.
func (s *scanner) escape() error {
	if s.at++; s.at >= len(s.text) {
		return errEnd
	}
	if s.text[s.at] != 'u' {
		if !strings.ContainsRune(`"\/bfnrt`, rune(s.text[s.at])) {
			return errSyntax
		}
		return nil
	}
	unit, err := s.hex()
	switch {
	case err != nil || unit < 0xD800 || unit > 0xDFFF:
		return err
	case unit > 0xDBFF || s.at+2 >= len(s.text) || s.text[s.at+1] != '\\' || s.text[s.at+2] != 'u':
		return errSurrogate
	}
	s.at += 2
	if unit, err = s.hex(); err == nil && (unit < 0xDC00 || unit > 0xDFFF) {
		err = errSurrogate
	}
	return err
}

// hex reads four hexadecimal digits after the u at the present place, up to the last.
func (s *scanner) hex() (unit rune, err error) {
	for range 4 {
		if s.at++; s.at >= len(s.text) {
			return 0, errEnd
		}
		digit := strings.IndexByte("0123456789abcdef", s.text[s.at]|' ')
		if digit < 0 || s.text[s.at] < '0' {
			return 0, errSyntax
		}
		unit = unit<<4 | rune(digit)
	}
	return unit, nil
}

// number reads a number.
func (s *scanner) number() error {
	if s.text[s.at] == '-' {
		s.at++
	}
	if s.at < len(s.text) && s.text[s.at] == '0' {
		s.at++
	} else if !s.digits() {
		return s.syntaxError()
	}
	if s.at < len(s.text) && s.text[s.at] == '.' {
		if s.at++; !s.digits() {
			return s.syntaxError()
		}
	}
	if s.at < len(s.text) && s.text[s.at]|' ' == 'e' {
		if s.at++; s.at < len(s.text) && (s.text[s.at] == '+' || s.text[s.at] == '-') {
			s.at++
		}
		if !s.digits() {
			return s.syntaxError()
		}
	}
	return nil
}

// digits reads digits and reports whether there is one at least.
func (s *scanner) digits() (ok bool) {
	start := s.at
	for s.at < len(s.text) && s.text[s.at] >= '0' && s.text[s.at] <= '9' {
		s.at++
	}
	return s.at > start
}
