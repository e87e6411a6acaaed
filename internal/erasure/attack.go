package erasure

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"hash"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
)

// confirmed returns the guesses about the person that the dump confirms: that stand in
// it, hashed or as they are, for an attacker who knows this library and all of the dump.
func confirmed(t *testing.T, dump, name string) (found []string) {
	keys := tokens(dump)
	dump = lower(dump)
	for _, guess := range guesses(t, name) {
		sums := [][]byte{[]byte(guess)}
		for _, h := range []func() hash.Hash{md5.New, sha1.New, sha256.New, sha512.New} {
			sums = append(sums, sum(h(), guess))
		}
		for _, key := range keys {
			sums = append(sums, sum(hmac.New(sha256.New, key), guess))
		}
		for _, s := range sums {
			if contains(dump, s) {
				found = append(found, guess)
				break
			}
		}
	}
	return found
}

// lower returns the text with small letters: all that the library folds in these texts.
func lower(text string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			r += 'a' - 'A'
		}
		return r
	}, text)
}

func sum(h hash.Hash, text string) []byte {
	h.Write([]byte(text))
	return h.Sum(nil)
}

// contains reports whether the dump, in lower case, has the bytes as text, as hexadecimal
// digits or in base64, or at least the first eight of them.
func contains(dump string, b []byte) bool {
	start := b[:min(len(b), 8)]
	return strings.Contains(dump, lower(string(b))) ||
		strings.Contains(dump, hex.EncodeToString(start)) ||
		strings.Contains(dump, lower(base64.RawStdEncoding.EncodeToString(start[:len(start)/3*3])))
}

var word = regexp.MustCompile("[0-9A-Za-z-]{8,}")

// tokens returns everything in the dump that could be a key: each word, also decoded; and
// the empty key.
func tokens(dump string) [][]byte {
	keys := [][]byte{{}}
	seen := map[string]bool{}
	for _, word := range word.FindAllString(dump, -1) {
		if seen[word] {
			continue
		}
		seen[word] = true
		keys = append(keys, []byte(word))
		for _, half := range []string{word, word[len(word)/2:], word[:len(word)/2]} {
			if b, err := hex.DecodeString(half); err == nil {
				keys = append(keys, b, []byte(half))
			}
		}
		if b, err := base64.RawURLEncoding.DecodeString(word); err == nil {
			keys = append(keys, b)
		}
	}
	return keys
}

// guesses returns the guesses of an attacker who knows all about the person but whether it
// is true: each text, and the documents with the texts in which the library handles them.
func guesses(t *testing.T, name string) []string {
	p := profile(name, right)
	texts := []string{p.FirstName, p.LastName, p.Email, p.ExternalID, p.Title, p.Groups[0], p.FirstName + " " + p.LastName, name + "s-", text(t, p)}
	for _, c := range calls(right) {
		switch {
		case c.of != name:
			continue
		case c.key == opened:
			opening := text(t, c.document(right))
			texts = append(texts, opening, text(t, stripped(t, opening)))
			continue
		}
		whole := []any{system, c.channel}
		for _, command := range c.commands {
			document, err := seats.EncodeCommand(command)
			require.NoError(t, err)
			texts = append(texts, string(document))
			whole = append(whole, json.RawMessage(document))
			if left := stripped(t, string(document)); len(left) > 0 {
				texts = append(texts, text(t, left))
			}
		}
		texts = append(texts, text(t, whole), text(t, c.commands))
	}
	return texts
}

// public are the texts of documents that are not personal.
var public = []string{"command", "id", "user", "role", "kind", "account", "quantity", "total"}

// stripped returns a document without what is not personal.
func stripped(t *testing.T, document string) map[string]any {
	var whole map[string]any
	require.NoError(t, json.Unmarshal([]byte(document), &whole))
	return strip(whole)
}

func strip(v map[string]any) map[string]any {
	left := map[string]any{}
	for key, value := range v {
		switch value := value.(type) {
		case map[string]any:
			if some := strip(value); len(some) > 0 && key != "policy" {
				left[key] = some
			}
		case string:
			if !slices.Contains(public, key) {
				left[key] = value
			}
		case []any:
			left[key] = value
		}
	}
	return left
}
