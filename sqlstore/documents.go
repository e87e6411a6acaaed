package sqlstore

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/seatkeeper/seatkeeper/users"
)

// packed is a document of rarely needed columns in one text: a JSON object with short names.
// Empty texts, NULL, numbers 0 and usual values are left out; without any value it is NULL.
//
// A name that this release does not know is an error: the fact would be lost with the next
// write of the row.
func packed[R any](name string, of ...column[R]) column[R] {
	return column[R]{
		name: name,
		get: func(r *R) (any, error) {
			var room [256]byte // most documents take no memory of their own
			text := room[:0]
			for i := range of {
				c := &of[i]
				v, err := c.get(r)
				if err == nil && c.leavesOut(r, v) {
					continue
				}
				if err == nil {
					text = append(append(append(text, ','), '"'), c.name...)
					text, err = c.appendValue(append(text, '"', ':'), v)
				}
				if err != nil {
					return nil, fmt.Errorf("%s: %w", c.name, err)
				}
			}
			if len(text) == 0 {
				return nil, nil
			}
			text[0] = '{'
			return string(append(text, '}')), nil
		},
		set: func(r *R, value cell) error {
			for _, c := range of {
				if c.usual != nil {
					if err := c.set(r, cell{text: sql.NullString{String: c.usual(r), Valid: true}}); err != nil {
						return err
					}
				}
			}
			if !value.text.Valid {
				return nil
			}
			err := eachMember(value.text.String, func(name, value string) error {
				i := slices.IndexFunc(of, func(c column[R]) bool { return c.name == name })
				if i < 0 {
					return fmt.Errorf("this release does not know the name %q", name)
				}
				read, err := of[i].readValue(value)
				if err == nil {
					err = of[i].set(r, read)
				}
				return err
			})
			if err != nil {
				return fmt.Errorf("column %s: %w", name, err)
			}
			return nil
		},
	}
}

// usually is a text column of a document with a value that most rows have.
func usually[R any](value string, c column[R]) column[R] {
	return usuallyAs(func(*R) string { return value }, c)
}

// usuallyAs is a text column of a document with a value that most rows like this one have.
func usuallyAs[R any](value func(*R) string, c column[R]) column[R] {
	write := c.get
	c.usual = value
	c.get = func(r *R) (any, error) {
		v, err := write(r)
		if v == nil {
			v = ""
		}
		return v, err
	}
	return c
}

// leavesOut reports whether a document leaves the value out.
func (c *column[R]) leavesOut(r *R, v any) bool {
	if c.usual != nil {
		return v == c.usual(r)
	}
	return v == nil || v == "" || v == int64(0) && !c.zero
}

// appendValue appends the value of a member of a document.
func (c *column[R]) appendValue(text []byte, v any) ([]byte, error) {
	switch v := v.(type) {
	case int64:
		return strconv.AppendInt(text, v, 10), nil
	case string:
		if c.json {
			return append(text, v...), nil
		}
		return appendQuoted(text, v)
	}
	return nil, fmt.Errorf("a value of type %T", v)
}

// appendQuoted appends a text in JSON.
func appendQuoted(text []byte, s string) ([]byte, error) {
	for i := range len(s) {
		if c := s[i]; c >= utf8.RuneSelf || c < ' ' || c == '"' || c == '\\' {
			if !utf8.ValidString(s) {
				return nil, users.ErrNotUTF8 // JSON would replace it
			}
			var quoted bytes.Buffer
			e := json.NewEncoder(&quoted)
			e.SetEscapeHTML(false)
			err := e.Encode(s)
			return append(text, bytes.TrimSuffix(quoted.Bytes(), []byte("\n"))...), err
		}
	}
	return append(append(append(text, '"'), s...), '"'), nil
}

// readValue reads the value of a member of a document.
func (c column[R]) readValue(value string) (read cell, err error) {
	switch {
	case c.number:
		read.number.Valid = true
		read.number.Int64, err = strconv.ParseInt(value, 10, 64)
	case c.json:
		read.text.Valid, read.text.String = true, value
	case value[0] == '"' && strings.IndexByte(value, '\\') < 0:
		read.text.Valid, read.text.String = true, value[1:len(value)-1]
	default:
		var text string
		err = json.Unmarshal([]byte(value), &text)
		read.text.Valid, read.text.String = true, text
	}
	return read, err
}

// listed is a list of texts in a document.
func listed[R any, T ~string](name string, at func(*R) *[]T) column[R] {
	c := document(name, at)
	c.get = func(r *R) (any, error) {
		if len(*at(r)) == 0 {
			return nil, nil
		}
		text := []byte{}
		for _, one := range *at(r) {
			var err error
			if text, err = appendQuoted(append(text, ','), string(one)); err != nil {
				return nil, err
			}
		}
		text[0] = '['
		return string(append(text, ']')), nil
	}
	return c
}

var errDocument = errors.New("it is no JSON object as the library writes it")

// eachMember calls the function with the name and the JSON value of each member of an object,
// which is as [packed] writes it: without spaces, with plain names.
func eachMember(object string, member func(name, value string) error) error {
	rest, ok := strings.CutPrefix(object, "{")
	if !ok {
		return errDocument
	}
	for more := true; more; {
		var name, value string
		if rest, ok = strings.CutPrefix(rest, `"`); !ok {
			return errDocument
		}
		if name, rest, ok = strings.Cut(rest, `":`); !ok {
			return errDocument
		}
		end := valueEnd(rest)
		if value = rest[:end]; value == "" || end == len(rest) {
			return errDocument
		}
		if err := member(name, value); err != nil {
			return err
		}
		more, rest = rest[end] == ',', rest[end+1:]
	}
	if rest != "" {
		return errDocument
	}
	return nil
}

// valueEnd returns the length of the JSON value at the beginning of a text: up to the comma or
// the brace after it.
func valueEnd(text string) int {
	depth, quoted := 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{', c == '[':
			depth++
		case depth == 0 && (c == ',' || c == '}'):
			return i
		case c == '}', c == ']':
			depth--
		}
	}
	return len(text)
}

// sparse is a document that leaves out the members that are the same in another value, besides
// the version of its form.
func sparse[R, T any](name string, other any, at func(*R) *T) column[R] {
	c := document(name, at)
	write := c.get
	c.get = func(r *R) (any, error) {
		v, err := write(r)
		text, ok := v.(string)
		if err != nil || !ok {
			return v, err
		}
		same, err := json.Marshal(other)
		var all, left map[string]json.RawMessage
		if err == nil {
			err = errors.Join(json.Unmarshal([]byte(text), &all), json.Unmarshal(same, &left))
		}
		maps.DeleteFunc(all, func(name string, value json.RawMessage) bool {
			return name != "version" && bytes.Equal(value, left[name])
		})
		if err != nil || len(all) == 0 {
			return nil, err
		}
		short, err := json.Marshal(all)
		return string(short), err
	}
	return c
}

// The letters of statuses and roles in segments and tallies, by their numbers.
const (
	statusLetters = "-ianxd" // none, invited, active, inactive, archived, deleted
	roleLetters   = "mgao"   // member, manager, admin, owner
	syncedLetter  = 's'
	unsentLetter  = 'u'
)

// segment is a segment in letters: of the status, of the role, s if the source is a sync, and u if the
// invitation is held back.
// The zero segment is "".
func segment[R any](name string, at func(*R) *users.Segment) column[R] {
	return column[R]{
		name: name,
		get: func(r *R) (any, error) {
			if text, ok := segmentTexts[*at(r)]; ok {
				return text, nil
			}
			return string(appendSegment(nil, *at(r))), nil
		},
		set: func(r *R, c cell) (err error) {
			*at(r) = users.Segment{}
			if text := c.text.String; text != "" {
				var rest string
				if *at(r), rest, err = cutSegment(text); err == nil && rest != "" {
					err = errSegment
				}
			}
			return err
		},
	}
}

// segmentTexts are the usual texts of segments, made once.
var segmentTexts = func() map[users.Segment]any {
	all := map[users.Segment]any{{}: ""}
	for _, s := range segments {
		all[s] = string(appendSegment(nil, s))
	}
	return all
}()

func appendSegment(text []byte, s users.Segment) []byte {
	text = append(text, statusLetters[s.Status], roleLetters[s.Role])
	if s.Synced {
		text = append(text, syncedLetter)
	}
	if s.Unsent {
		text = append(text, unsentLetter)
	}
	return text
}

var errSegment = errors.New("it is no segment in letters")

// cutSegment reads a segment at the beginning of a text.
func cutSegment(text string) (s users.Segment, rest string, err error) {
	if len(text) < 2 {
		return s, "", errSegment
	}
	status, role := strings.IndexByte(statusLetters, text[0]), strings.IndexByte(roleLetters, text[1])
	if status < 0 || role < 0 {
		return s, "", errSegment
	}
	rest, synced := strings.CutPrefix(text[2:], string(syncedLetter))
	rest, unsent := strings.CutPrefix(rest, string(unsentLetter))
	return users.Segment{Status: users.Status(status), Role: users.Role(role), Synced: synced, Unsent: unsent}, rest, nil
}

// tally is a tally as the segments in use, each with its number: "ao1 im5".
func tally[R any](name string, at func(*R) *users.Tally) column[R] {
	return column[R]{
		name: name,
		get: func(r *R) (any, error) {
			text := make([]byte, 0, 32)
			for _, s := range segments {
				if n := at(r).Of(s); n != 0 {
					if len(text) > 0 {
						text = append(text, ' ')
					}
					text = strconv.AppendInt(appendSegment(text, s), n, 10)
				}
			}
			return string(text), nil
		},
		set: func(r *R, c cell) error {
			t := users.Tally{}
			for rest := c.text.String; rest != ""; {
				var part string
				part, rest, _ = strings.Cut(rest, " ")
				s, digits, err := cutSegment(part)
				var n int64
				if err == nil {
					n, err = strconv.ParseInt(digits, 10, 32)
				}
				if err != nil {
					return fmt.Errorf("column %s: %w", name, err)
				}
				t.Add(s, n)
			}
			*at(r) = t
			return nil
		},
	}
}

var segments = users.Segments()
