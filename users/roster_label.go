package users

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// labelsOf returns the comparison forms of a header: as a whole, without the additions of templates,
// and the name in square brackets. Of "Vorname [givenName] Required" each may be known.
func labelsOf(header string) []string {
	header = bare(header)
	all := []string{label(header)}
	var outside, inside strings.Builder
	open := ' '
	for _, c := range header {
		switch {
		case strings.ContainsRune("[({", c):
			open = c
		case strings.ContainsRune("])}", c):
			open = ' '
		case c == '#':
			outside.WriteString("number")
		case strings.ContainsRune("*.?", c):
		case open == ' ':
			outside.WriteRune(c)
		case open == '[':
			inside.WriteRune(c)
		}
	}
	rest := label(outside.String())
	for _, end := range []string{"required", "optional", "readonly", ":"} {
		rest = strings.TrimSuffix(rest, end)
	}
	for _, name := range []string{rest, label(inside.String())} {
		if name != "" && !slices.Contains(all, name) {
			all = append(all, name)
		}
	}
	return all
}

// label returns the comparison form of a header or a word: without spaces, hyphens, underscores and
// invisible characters, in lower case.
func label(text string) string {
	return strings.Map(func(r rune) rune {
		if r == '_' || r == '-' || isSpace(r) {
			return -1
		}
		return foldRune(r)
	}, text)
}

// labelled returns the words by their comparison forms.
func labelled[V any](words map[string]V) map[string]V {
	all := make(map[string]V, len(words))
	for word, v := range words {
		all[label(word)] = v
	}
	return all
}

// windows1252 are the characters that Windows-1252 has for the bytes from 0x80 to 0x9F; 0: none.
var windows1252 = [32]rune{
	'€', 0, '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', 0, 'Ž', 0,
	0, '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', 0, 'ž', 'Ÿ',
}

// looksMangled reports whether a text is UTF-8 that was read as Windows-1252 or Latin-1 and saved anew, as Ã¼
// for ü is: its characters, as bytes, are UTF-8 again. The replacement character stands for what could not be
// decoded.
func looksMangled(text string) bool {
	if isASCII(text) {
		return false
	}
	if strings.ContainsRune(text, utf8.RuneError) {
		return true
	}
	bytes := make([]byte, 0, len(text))
	for _, c := range text {
		if i := slices.Index(windows1252[:], c); i >= 0 && c != 0 {
			c = 0x80 + rune(i)
		}
		if c > 0xFF {
			return false
		}
		bytes = append(bytes, byte(c))
	}
	return utf8.Valid(bytes)
}
