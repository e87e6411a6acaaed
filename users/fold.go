package users

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// FoldVersion is the version of the comparison form, see [Fold]: of its rules and of its
// table. It rises with every change by which Fold of any text becomes another text. A store
// that keeps comparison forms keeps this number with them, and renews them where the two
// numbers differ.
const FoldVersion = 1

// Fold returns the comparison form of an address or a username. It is the same for
// "Ada@Example.com" and " ada@example.com":
//
//   - Invisible characters are taken off, wherever they stand: those that Unicode calls
//     default ignorable. Among them are zero-width spaces and joiners, soft hyphens, marks of
//     direction, variation selectors, tags and the fillers of Hangul.
//   - White space at both ends is taken off.
//   - Every other character is replaced by its lower case. Letters that differ only in case by
//     Unicode's simple case folding have one lower case: the Kelvin sign has that of K, the
//     long s that of S, both small sigmas are one. Characters without another case stay.
//
// Nothing else is folded. The two Unicode forms of é, one character or two, remain two
// texts and two addresses, and so do ß and ss, İ and i.
//
// The table is the library's own, made of Unicode 15.0, so that stored comparison forms
// are those of every later build: see [FoldVersion]. A character that is not in the table
// stays as it is; [Profile.Clean] refuses it in an address and a username as
// [ErrUnknownCharacter], since a later version could fold it.
//
// An external ID is no such text: it is compared byte by byte, see [ByExternalID].
func Fold(text string) string { return trim(strings.Map(foldRune, text)) }

// foldRune returns the lower case of a character, or -1 for an invisible one.
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
	i, found := slices.BinarySearchFunc(lowerCases, r, func(c caseRange, r rune) int { return compareRange(r, c.first, c.last) })
	if found && (r-lowerCases[i].first)%lowerCases[i].step == 0 {
		r += lowerCases[i].delta
	}
	return r
}

// trim returns the text without white space at its ends, by the library's table.
func trim(text string) string { return strings.TrimFunc(text, isSpace) }

func isSpace(r rune) bool { return inRanges(r, whiteSpace) }

// isKnown reports whether the table knows the character, so that no later version of
// Unicode gives it another case.
func isKnown(r rune) bool {
	return r < utf8.RuneSelf || inRanges(r, assigned) || inRanges(r, invisible)
}

// A runeRange are the characters from the first to the last.
type runeRange struct{ first, last rune }

// A caseRange are every step-th of the characters from the first to the last; their lower
// cases are delta further on.
type caseRange struct{ first, last, step, delta rune }

func inRanges(r rune, ranges []runeRange) bool {
	_, found := slices.BinarySearchFunc(ranges, r, func(c runeRange, r rune) int { return compareRange(r, c.first, c.last) })
	return found
}

// compareRange compares a range with a character that is looked for.
func compareRange(r, first, last rune) int {
	switch {
	case last < r:
		return -1
	case first > r:
		return 1
	}
	return 0
}
