package users

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// FoldVersion is the version of the comparison form, see [Fold]. It rises with every change of
// its rules or its table. A store of comparison forms must keep this number with them and
// renew them when the two numbers differ.
const FoldVersion = 1

// Fold returns the comparison form of an address or a username. It is the same for
// "Ada@Example.com" and " ada@example.com":
//
//   - Invisible characters are removed: Unicode's default ignorable code points, such as
//     zero-width spaces and joiners, soft hyphens, marks of direction, variation selectors,
//     tags and the fillers of Hangul.
//   - White space at both ends is removed.
//   - Every other character becomes its lower case. Letters equal by Unicode's simple case
//     folding share one lower case: the Kelvin sign has the one of K, the long s the one of
//     S, and both small sigmas are one.
//
// The two Unicode forms of é, one character or two, remain two texts and two addresses. So do
// ß and ss, and İ and i. An address with an international domain in letters and the one with its form for
// DNS are two: ada@bücher.example and ada@xn--bcher-kva.example. A host that gets both forms writes one before
// every call, by golang.org/x/net/idna for instance.
//
// The table is the library's own, from Unicode 15.0, so that stored comparison forms stay
// valid under every toolchain, see [FoldVersion]. Fold leaves characters outside the table
// as they are. [Profile.Clean] refuses them in addresses and usernames as
// [ErrUnknownCharacter], since a later version may fold them.
//
// External IDs are compared byte by byte instead, without invisible characters, see [ByExternalID].
func Fold(text string) string {
	if isFolded(text) {
		return text
	}
	return trim(strings.Map(foldRune, text))
}

// isFolded reports whether a text is its own comparison form, as most are: it has ASCII characters
// alone, and neither capitals nor spaces.
func isFolded(text string) bool {
	for _, c := range []byte(text) {
		if c <= ' ' || 'A' <= c && c <= 'Z' || c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// foldRune returns the lower case of a character, and -1 for an invisible one.
func foldRune(r rune) rune {
	if r < utf8.RuneSelf {
		if 'A' <= r && r <= 'Z' {
			r += 'a' - 'A'
		}
		return r
	}
	if inRanges(r, invisible) {
		return -1
	}
	i, ok := slices.BinarySearchFunc(lowerCases, r, func(c caseRange, r rune) int { return compareRange(r, c.first, c.last) })
	if ok && (r-lowerCases[i].first)%lowerCases[i].step == 0 {
		r += lowerCases[i].delta
	}
	return r
}

// visible removes invisible characters. Text that is not in UTF-8 stays as it is.
func visible(text string) string {
	if isASCII(text) || !utf8.ValidString(text) {
		return text
	}
	return strings.Map(func(r rune) rune {
		if r >= utf8.RuneSelf && inRanges(r, invisible) {
			return -1
		}
		return r
	}, text)
}

func isASCII(text string) bool {
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// isPlain reports whether a text has ASCII characters that can be seen, and spaces between them, alone.
func isPlain(text string) bool {
	const each, first = 0x0101_0101_0101_0101, 0x8080_8080_8080_8080 // of eight bytes the last bit and the first
	if text == "" || !isGraphic(text[0]) || !isGraphic(text[len(text)-1]) {
		return text == ""
	}
	for len(text) > 8 { // in steps, since each cell of a large file passes here
		eight := uint64(text[0]) | uint64(text[1])<<8 | uint64(text[2])<<16 | uint64(text[3])<<24 |
			uint64(text[4])<<32 | uint64(text[5])<<40 | uint64(text[6])<<48 | uint64(text[7])<<56
		if (eight+each|^(eight+(0x80-' ')*each))&first != 0 { // a byte from 0x7F on, or below a space
			return false
		}
		text = text[8:]
	}
	for i := range len(text) {
		if c := text[i]; c < ' ' || c >= 0x7F {
			return false
		}
	}
	return true
}

// trim removes white space at both ends, by the library's table.
func trim(text string) string {
	if n := len(text); n > 0 && isGraphic(text[0]) && isGraphic(text[n-1]) {
		return text
	}
	return strings.TrimFunc(text, isSpace)
}

// isGraphic reports whether a byte is a character of ASCII that can be seen.
func isGraphic(c byte) bool { return ' ' < c && c < 0x7F }

func isSpace(r rune) bool {
	return r == ' ' || (r < ' ' || r >= utf8.RuneSelf) && inRanges(r, whiteSpace)
}

// isKnown reports whether the table has the character, so that its case is final in Unicode.
func isKnown(r rune) bool {
	return r < utf8.RuneSelf || inRanges(r, assigned) || inRanges(r, invisible)
}

// A runeRange has the characters from first to last.
type runeRange struct{ first, last rune }

// A caseRange has every step-th character from first to last. Their lower cases are delta
// further on.
type caseRange struct{ first, last, step, delta rune }

func inRanges(r rune, ranges []runeRange) bool {
	_, ok := slices.BinarySearchFunc(ranges, r, func(c runeRange, r rune) int { return compareRange(r, c.first, c.last) })
	return ok
}

// compareRange compares the range from first to last with a character.
func compareRange(r, first, last rune) int {
	switch {
	case last < r:
		return -1
	case first > r:
		return 1
	}
	return 0
}
