package users

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// A shaper is a range of invisible characters that change how the characters beside them look.
type shaper struct {
	chars         runeRange
	after, before []runeRange // the characters beside them; before nil: any, or none
}

var (
	shapers = []shaper{
		{runeRange{0x180b, 0x180f}, []runeRange{{0x1820, 0x18aa}}, nil}, // variants and the vowel separator of Mongolian
		{runeRange{0x200c, 0x200c}, cursive, cursive},                   // the non-joiner
		{runeRange{0x200d, 0x200d}, cursive, nil},                       // the joiner
		{runeRange{0x200d, 0x200d}, pictures, pictures},
		{runeRange{0x200d, 0x200d}, []runeRange{{0xfe0f, 0xfe0f}}, pictures},
		{runeRange{0xfe00, 0xfe02}, slices.Concat([]runeRange{{0x1000, 0x109f}}, ideographs), nil}, // variants
		{runeRange{0xfe0e, 0xfe0f}, pictures, nil},                                                 // pictures as texts and as emoji
		{runeRange{0xe0100, 0xe01ef}, ideographs, nil},                                             // variants
	}
	// cursive are the scripts with joiners, from Arabic on.
	cursive = []runeRange{
		{0x620, 0x8ff}, {0x900, 0xdff}, {0xf40, 0xfbc}, {0x1000, 0x109f}, {0x1700, 0x17b3}, {0x17b6, 0x17ff}, {0x1807, 0x180a}, {0x1820, 0x18aa},
		{0x1a20, 0x1aad}, {0x1b00, 0x1bff}, {0xa800, 0xa8ff}, {0xa930, 0xa9ff}, {0xaa60, 0xaaff}, {0xabc0, 0xabff}, {0x10a00, 0x11fff}, {0x1e900, 0x1e95f},
	}
	// pictures are emoji, and the characters that a selector makes emoji.
	pictures   = []runeRange{{0x203c, 0x203c}, {0x2049, 0x2049}, {0x2122, 0x2122}, {0x2139, 0x2139}, {0x2190, 0x2bff}, {0x3030, 0x3030}, {0x303d, 0x303d}, {0x3297, 0x3299}, {0x1f000, 0x1faff}}
	ideographs = []runeRange{{0x3400, 0x9fff}, {0xf900, 0xfaff}, {0x20000, 0x3ffff}}
)

// legible removes the invisible characters of a text, see [Fold], but for those that change how it looks:
// joiners and variation selectors in Persian, Hindi, Japanese and other scripts, and in emoji. Text that is
// not in UTF-8 stays as it is.
func legible(text string) string {
	isInvisible := func(r rune) bool { return r >= utf8.RuneSelf && inRanges(r, invisible) }
	if !strings.ContainsFunc(text, isInvisible) || !utf8.ValidString(text) {
		return text
	}
	rest := []rune(strings.Map(func(r rune) rune {
		if isInvisible(r) && !slices.ContainsFunc(shapers, func(s shaper) bool { return s.has(r) }) {
			return -1
		}
		return r
	}, text))
	var kept []rune
	for len(rest) > 0 {
		if !isInvisible(rest[0]) || slices.ContainsFunc(shapers, func(s shaper) bool { return s.shapes(kept, rest) }) {
			kept = append(kept, rest[0])
		}
		rest = rest[1:]
	}
	return string(kept)
}

func (s shaper) has(r rune) bool { return compareRange(r, s.chars.first, s.chars.last) == 0 }

// shapes reports whether the first character of rest changes a look between the characters before it and
// the following ones.
func (s shaper) shapes(before, rest []rune) bool {
	return s.has(rest[0]) && len(before) > 0 && inRanges(before[len(before)-1], s.after) &&
		(s.before == nil || len(rest) > 1 && inRanges(rest[1], s.before))
}
