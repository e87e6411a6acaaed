package sqlstore

import (
	"database/sql"
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// A column is a column of a table and its part of a row R in Go.
type column[R any] struct {
	name   string
	number bool // a bigint; otherwise a text
	json   bool // a text that is JSON
	zero   bool // in a document 0 differs from NULL
	// usual is the text that a document leaves out, as the columns before it say; any other is
	// written, the empty one too.
	usual func(*R) string
	// get returns the value to write: an int64, a string, or nil for NULL.
	get func(*R) (any, error)
	// set takes a value that was read; nil if the column is derived from others.
	set func(*R, cell) error
}

// A cell is a value that was read.
type cell struct {
	number sql.NullInt64
	text   sql.NullString
}

// text is a NOT NULL text.
func text[R any, T ~string](name string, at func(*R) *T) column[R] {
	return column[R]{
		name: name,
		get:  func(r *R) (any, error) { return string(*at(r)), nil },
		set:  func(r *R, c cell) error { *at(r) = T(c.text.String); return nil },
	}
}

// ofAccount is the account of a row. It is written alone: what reads rows knows the account.
func ofAccount[R any](at func(*R) *users.AccountID) column[R] {
	c := text("account", at)
	c.set = nil
	return c
}

// optional is a text with NULL for "", so that no search finds an empty one.
func optional[R any, T ~string](name string, at func(*R) *T) column[R] {
	c := text(name, at)
	c.get = func(r *R) (any, error) { return orNull(string(*at(r))), nil }
	return c
}

// derived is a text for searches, derived from other columns; NULL for "".
func derived[R any](name string, of func(*R) string) column[R] {
	return column[R]{name: name, get: func(r *R) (any, error) { return orNull(of(r)), nil }}
}

func orNull(text string) any {
	if text == "" {
		return nil
	}
	return text
}

// oneOrNull is for a property of few rows, which are found by it.
func oneOrNull(b bool) any {
	if !b {
		return nil
	}
	return int64(1)
}

func number[R any, T ~int | ~int64 | ~uint64](name string, at func(*R) *T) column[R] {
	return column[R]{
		name: name, number: true,
		get: func(r *R) (any, error) { return int64(*at(r)), nil },
		set: func(r *R, c cell) error { *at(r) = T(c.number.Int64); return nil },
	}
}

// flag is 0 or 1.
func flag[R any](name string, at func(*R) *bool) column[R] {
	return column[R]{
		name: name, number: true,
		get: func(r *R) (any, error) { return bit(*at(r)), nil },
		set: func(r *R, c cell) error { *at(r) = c.number.Int64 != 0; return nil },
	}
}

func bit(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// instant is in microseconds since 1970 in UTC, independent of settings of drivers and
// servers. The zero instant is NULL.
func instant[R any](name string, at func(*R) *time.Time) column[R] {
	return column[R]{
		name: name, number: true,
		get: func(r *R) (any, error) { return micros(*at(r)), nil },
		set: func(r *R, c cell) error { *at(r) = fromMicros(c.number); return nil },
	}
}

func micros(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixMicro()
}

func fromMicros(n sql.NullInt64) time.Time {
	if !n.Valid {
		return time.Time{}
	}
	return time.UnixMicro(n.Int64).UTC()
}

// named is a value stored by its name.
func named[R any, T interface {
	~uint8
	fmt.Stringer
}, P interface {
	*T
	encoding.TextUnmarshaler
}](name string, at func(*R) *T) column[R] {
	known := map[string]T{} // so that reading takes no memory
	var texts [64]any       // so that writing takes none
	for n := range T(len(texts)) {
		texts[n] = n.String()
		if read := T(0); P(&read).UnmarshalText([]byte(n.String())) == nil && read == n {
			known[n.String()] = n
		}
	}
	return column[R]{
		name: name,
		get: func(r *R) (any, error) {
			if n := *at(r); int(n) < len(texts) {
				return texts[n], nil
			}
			return (*at(r)).String(), nil
		},
		set: func(r *R, c cell) error {
			if v, ok := known[c.text.String]; ok {
				*at(r) = v
				return nil
			}
			if err := P(at(r)).UnmarshalText([]byte(c.text.String)); err != nil {
				return fmt.Errorf("column %s: %w", name, err)
			}
			return nil
		},
	}
}

// optionalName is a value stored by its name, with NULL for the zero value.
func optionalName[R any, T interface {
	~uint8
	fmt.Stringer
}, P interface {
	*T
	encoding.TextUnmarshaler
}](name string, at func(*R) *T) column[R] {
	c := named[R, T, P](name, at)
	write := c.get
	c.get = func(r *R) (any, error) {
		if *at(r) == 0 {
			return nil, nil
		}
		return write(r)
	}
	return c
}

// document is a value as JSON, with NULL for null and for an empty list.
func document[R, T any](name string, at func(*R) *T) column[R] {
	return column[R]{
		name: name, json: true,
		get: func(r *R) (any, error) {
			text, err := json.Marshal(at(r))
			if s := string(text); err != nil || s == "null" || s == "[]" {
				return nil, err
			}
			return string(text), nil
		},
		set: func(r *R, c cell) error {
			*at(r) = *new(T)
			if !c.text.Valid {
				return nil
			}
			if err := json.Unmarshal([]byte(c.text.String), at(r)); err != nil {
				return fmt.Errorf("column %s: %w", name, err)
			}
			return nil
		},
	}
}

// orNone is a document with NULL for the zero value.
func orNone[R any, T comparable](name string, at func(*R) *T) column[R] {
	c := document(name, at)
	write := c.get
	c.get = func(r *R) (any, error) {
		if *at(r) == *new(T) {
			return nil, nil
		}
		return write(r)
	}
	return c
}

// unlessEmpty is a document with NULL for an empty list.
func unlessEmpty[R, T any](name string, at func(*R) *[]T) column[R] {
	c := document(name, at)
	write := c.get
	c.get = func(r *R) (any, error) {
		if len(*at(r)) == 0 {
			return nil, nil
		}
		return write(r)
	}
	return c
}

// lines are texts with a line break before and after each, so that a search finds whole
// ones, see [query.inGroup].
func lines[R any, T ~string](name string, at func(*R) *[]T) column[R] {
	return column[R]{
		name: name,
		get: func(r *R) (any, error) {
			if len(*at(r)) == 0 {
				return "", nil
			}
			var text strings.Builder
			for _, line := range *at(r) {
				if strings.Contains(string(line), "\n") {
					return nil, errors.New("a line break in a line")
				}
				text.WriteString("\n" + string(line))
			}
			return text.String() + "\n", nil
		},
		set: func(r *R, c cell) error {
			*at(r) = nil
			if s := c.text.String; s != "" {
				for line := range strings.SplitSeq(strings.TrimSuffix(strings.TrimPrefix(s, "\n"), "\n"), "\n") {
					*at(r) = append(*at(r), T(line))
				}
			}
			return nil
		},
	}
}

// total is the total of a pool, with NULL for unlimited. A missing number is -1, which no table
// takes.
func total[R any](name string, at func(*R) *seats.Count) column[R] {
	return column[R]{
		name: name, number: true,
		get: func(r *R) (any, error) {
			if at(r).IsUnlimited() {
				return nil, nil
			}
			if n, limited := at(r).Number(); limited {
				return n, nil
			}
			return int64(-1), nil
		},
		set: func(r *R, c cell) error {
			*at(r) = seats.Unlimited()
			if c.number.Valid {
				*at(r) = seats.Of(c.number.Int64)
			}
			return nil
		},
	}
}

// count is a number of seats in a document: -1 for unlimited, none for a missing number.
func count[R any](name string, at func(*R) *seats.Count) column[R] {
	return column[R]{
		name: name, number: true, zero: true,
		get: func(r *R) (any, error) {
			n, limited := at(r).Number()
			switch {
			case limited && n >= 0:
				return n, nil
			case limited:
				return nil, fmt.Errorf("column %s: a number of seats below 0", name)
			case at(r).IsUnlimited():
				return int64(-1), nil
			}
			return nil, nil
		},
		set: func(r *R, c cell) error {
			*at(r) = seats.Unlimited()
			if c.number.Int64 >= 0 {
				*at(r) = seats.Of(c.number.Int64)
			}
			return nil
		},
	}
}

// within returns columns of a part of a row as columns of the row.
func within[R, S any](columns []column[S], at func(*R) *S) []column[R] {
	var all []column[R]
	for _, c := range columns {
		part := column[R]{name: c.name, number: c.number, json: c.json, zero: c.zero, get: func(r *R) (any, error) { return c.get(at(r)) }}
		if c.set != nil {
			part.set = func(r *R, value cell) error { return c.set(at(r), value) }
		}
		all = append(all, part)
	}
	return all
}

// names lists the columns' names.
func names[R any](columns []column[R]) string {
	all := make([]string, len(columns))
	for i, c := range columns {
		all[i] = c.name
	}
	return strings.Join(all, ", ")
}
