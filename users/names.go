package users

import (
	"slices"
	"strings"
)

// SameName reports whether two names can be of one person, whose name has changed or was corrected:
//
//   - The first name is the same, or the last name. A name is the same with other capitals, accents,
//     hyphens, apostrophes and blanks, with ä as ae and so on, and with a part more: "Müller" and
//     "Mueller-Berg".
//   - Or the first and the last name together have the same parts in another order, each with one letter
//     missing, added, replaced or swapped with the next at most, of three letters at least, or as
//     an initial: "Ada Ash" and "Ashe, A.".
func SameName(a, b Profile) bool {
	first, otherFirst := nameParts(a.FirstName), nameParts(b.FirstName)
	last, otherLast := nameParts(a.LastName), nameParts(b.LastName)
	all, others := slices.Concat(first, last), slices.Concat(otherFirst, otherLast)
	return isName(first, otherFirst) || isName(last, otherLast) ||
		min(len(all), len(others)) > 1 && haveParts(all, others, isCorrected)
}

// PlainName returns a name in small letters for comparisons, apart from accents, hyphens, apostrophes and blanks: "Müller" and
// "MUELLER" are one.
func PlainName(name string) string {
	if isPlainName(name) {
		return Fold(name)
	}
	return strings.Join(nameParts(name), "")
}

// isPlainName reports of most names in small or capital letters from a to z that nameParts changes their case alone, at little cost.
func isPlainName(name string) bool {
	last := byte(0)
	for _, c := range []byte(name) {
		c |= 0x20
		if c < 'a' || c > 'z' || c == 'e' && (last == 'a' || last == 'o' || last == 'u') || c == 'a' && last == 'a' {
			return false
		}
		last = c
	}
	return true
}

// isName reports whether the parts of two names are the same, apart from blanks and parts more.
func isName(a, b []string) bool {
	return min(len(a), len(b)) > 0 &&
		(strings.Join(a, "") == strings.Join(b, "") || haveParts(a, b, func(x, y string) bool { return x == y }))
}

// haveParts reports whether the longer one of two names has all parts of the other, each once.
func haveParts(a, b []string, same func(x, y string) bool) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	rest := slices.Clone(b)
	for _, x := range a {
		i := slices.IndexFunc(rest, func(y string) bool { return same(x, y) })
		if i < 0 {
			return false
		}
		rest = slices.Delete(rest, i, i+1)
	}
	return true
}

// isCorrected reports whether one part of a name can be a correction of the other: all but one letter is
// the same, or one is the initial.
func isCorrected(a, b string) bool {
	x, y := []rune(a), []rune(b)
	if len(x) > len(y) {
		x, y = y, x
	}
	if len(x) < 3 {
		return a == b || len(x) == 1 && x[0] == y[0]
	}
	for len(x) > 0 && x[0] == y[0] {
		x, y = x[1:], y[1:]
	}
	for len(x) > 0 && x[len(x)-1] == y[len(y)-1] {
		x, y = x[:len(x)-1], y[:len(y)-1]
	}
	return len(y) < 2 || len(x) == 2 && len(y) == 2 && x[0] == y[1] && x[1] == y[0]
}

// nameParts returns the parts of a name in small plain letters, to be compared and not to be shown.
func nameParts(name string) []string {
	name = strings.Map(func(r rune) rune {
		switch {
		case 0x300 <= r && r <= 0x36f, strings.ContainsRune("'`´ʹʻʼʾʿ‘’", r):
			return -1 // accents of their own, and apostrophes
		case isSpace(r), strings.ContainsRune("-‐‑‒–—―−_.,;/·・", r):
			return ' '
		}
		return foldRune(r)
	}, name)
	return strings.Fields(vowels.Replace(accents.Replace(name)))
}

var (
	vowels  = strings.NewReplacer("aa", "a", "ae", "a", "oe", "o", "ue", "u") // å, ä, æ, ö, ø, œ and ü as two letters
	accents = strings.NewReplacer(accentPairs()...)
)

func accentPairs() (pairs []string) {
	for _, l := range accentedLetters {
		for _, r := range l.accented {
			pairs = append(pairs, string(r), l.plain)
		}
	}
	return pairs
}

// accentedLetters are the small letters that Unicode 15 decomposes into a plain one and accents, and some others
// with plain letters in their place.
var accentedLetters = [...]struct{ plain, accented string }{
	{"a", "àáâãäåāăąǎǟǡǻȁȃȧḁạảấầẩẫậắằẳẵặ"},
	{"ae", "ǣǽæ"},
	{"b", "ḃḅḇ"},
	{"c", "çćĉċčḉ"},
	{"d", "ďḋḍḏḑḓđð"},
	{"e", "èéêëēĕėęěȅȇȩḕḗḙḛḝẹẻẽếềểễệ"},
	{"f", "ḟ"},
	{"g", "ĝğġģǧǵḡ"},
	{"h", "ĥȟḣḥḧḩḫẖħ"},
	{"i", "ìíîïĩīĭįǐȉȋḭḯỉịıİ"},
	{"j", "ĵǰ"},
	{"k", "ķǩḱḳḵ"},
	{"l", "ĺļľḷḹḻḽł"},
	{"m", "ḿṁṃ"},
	{"n", "ñńņňǹṅṇṉṋ"},
	{"o", "òóôõöōŏőơǒǫǭǿȍȏȫȭȯȱṍṏṑṓọỏốồổỗộớờởỡợø"},
	{"oe", "œ"},
	{"p", "ṕṗ"},
	{"r", "ŕŗřȑȓṙṛṝṟ"},
	{"s", "śŝşšșṡṣṥṧṩẛ"},
	{"ss", "ß"},
	{"t", "ţťțṫṭṯṱẗ"},
	{"th", "þ"},
	{"u", "ùúûüũūŭůűųưǔǖǘǚǜȕȗṳṵṷṹṻụủứừửữự"},
	{"v", "ṽṿ"},
	{"w", "ŵẁẃẅẇẉẘ"},
	{"x", "ẋẍ"},
	{"y", "ýÿŷȳẏẙỳỵỷỹ"},
	{"z", "źżžẑẓẕ"},
	{"ʒ", "ǯ"},
	{"α", "άἀἁἂἃἄἅἆἇὰάᾀᾁᾂᾃᾄᾅᾆᾇᾰᾱᾲᾳᾴᾶᾷ"},
	{"ε", "έἐἑἒἓἔἕὲέ"},
	{"η", "ήἠἡἢἣἤἥἦἧὴήᾐᾑᾒᾓᾔᾕᾖᾗῂῃῄῆῇ"},
	{"ι", "ΐίϊἰἱἲἳἴἵἶἷὶίῐῑῒΐῖῗ"},
	{"ο", "όὀὁὂὃὄὅὸό"},
	{"ρ", "ῤῥ"},
	{"υ", "ΰϋύὐὑὒὓὔὕὖὗὺύῠῡῢΰῦῧ"},
	{"ω", "ώὠὡὢὣὤὥὦὧὼώᾠᾡᾢᾣᾤᾥᾦᾧῲῳῴῶῷ"},
	{"а", "ӑӓ"},
	{"г", "ѓ"},
	{"е", "ѐёӗ"},
	{"ж", "ӂӝ"},
	{"з", "ӟ"},
	{"и", "йѝӣӥ"},
	{"к", "ќ"},
	{"о", "ӧ"},
	{"у", "ўӯӱӳ"},
	{"ч", "ӵ"},
	{"ы", "ӹ"},
	{"э", "ӭ"},
	{"і", "ї"},
	{"ѵ", "ѷ"},
	{"ә", "ӛ"},
	{"ө", "ӫ"},
}
