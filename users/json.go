package users

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// What can be wrong with a document besides what the standard reader of JSON
// finds. None of them contains anything of the document.
var (
	errKey      = errors.New("users: JSON: a key is not in snake_case")
	errKeyTwice = errors.New("users: JSON: a key stands twice in an object")
	errNull     = errors.New("users: JSON: null stands for nothing here; what is not there is left out")
	errTime     = errors.New("users: JSON: a time is not one of RFC 3339")
)

// ReadJSON reads a document of one of this library's types, from the zero value
// on and whole: it refuses what encoding/json passes over or guesses at, which is
// an unknown key, a key that stands twice or in other letters, null, text that is
// not UTF-8 and whatever follows the document. After an error, into is as it was.
// An error contains no value; it may name a key.
//
// It is what the UnmarshalJSON methods of users and seats are made of.
func ReadJSON[T any](text []byte, into *T) error {
	if !utf8.Valid(text) {
		return fmt.Errorf("users: JSON: %w", ErrNotUTF8)
	}
	var whole json.RawMessage
	if err := json.Unmarshal(text, &whole); err != nil {
		return err
	}
	tokens := json.NewDecoder(bytes.NewReader(text))
	tokens.UseNumber()
	if err := checkJSON(tokens); err != nil {
		return err
	}
	values := json.NewDecoder(bytes.NewReader(text))
	values.DisallowUnknownFields()
	var read T
	if err := values.Decode(&read); err != nil {
		if _, quotes := errors.AsType[*time.ParseError](err); quotes {
			return errTime
		}
		return err
	}
	*into = read
	return nil
}

// checkJSON looks for what the standard reader has no option against. The text
// is known to be JSON, so that no token is an error.
func checkJSON(tokens *json.Decoder) error {
	token, _ := tokens.Token()
	if token == nil {
		return errNull
	}
	open, _ := token.(json.Delim)
	if open == 0 {
		return nil
	}
	seen := map[any]bool{}
	for tokens.More() {
		if open == '{' {
			key, _ := tokens.Token()
			if strings.Trim(key.(string), "abcdefghijklmnopqrstuvwxyz_") != "" {
				return errKey
			}
			if seen[key] {
				return errKeyTwice
			}
			seen[key] = true
		}
		if err := checkJSON(tokens); err != nil {
			return err
		}
	}
	_, _ = tokens.Token() // the closing bracket
	return nil
}
