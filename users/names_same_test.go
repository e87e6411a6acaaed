package users_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/users"
)

// TestSameName: what renames and corrects one person, and what makes another one.
func TestSameName(t *testing.T) {
	const same, other = true, false
	for _, c := range []struct {
		what                           string
		first, last, newFirst, newLast string
		want                           bool
	}{
		{"a marriage", "Ada", "Ash", "Ada", "Berg", same},
		{"another first name", "Ada", "Ash", "Bea", "Ash", same},
		{"another person", "Ada", "Ash", "Bea", "Berg", other},
		{"capitals and blanks", "Ada", "Ash", "  ADA", "Berg", same},
		{"umlauts by two letters", "Jörg", "Müller", "Bob", "Mueller", same},
		{"umlauts without dots", "Jörg", "Müller", "Jorg", "Berg", same},
		{"a sharp s", "Eva", "Strauß", "Bea", "STRAUSS", same},
		{"Nordic letters", "Åsa", "Øster", "Aasa", "Berg", same},
		{"a ligature", "Ædda", "Ash", "Aedda", "Berg", same},
		{"accents of their own", "Zoë", "Ash", "Zoe\u0308", "Berg", same},
		{"accents removed", "Łukasz", "Dąbrowski", "Bea", "Dabrowski", same},
		{"Turkish letters", "Işıl", "Ash", "ISIL", "Berg", same},
		{"Greek accents", "Νίκη", "Ash", "ΝΙΚΗ", "Berg", same},
		{"Cyrillic accents", "Алёна", "Ash", "Алена", "Berg", same},
		{"invisible characters", "Ada", "Ash", "A\u200bda", "Berg", same},
		{"hyphens", "Karl-Heinz", "Ash", "Karlheinz", "Berg", same},
		{"a comma", "Ash,Ada", "", "Ada", "Ash", same},
		{"an apostrophe", "Ada", "O'Neil", "Bea", "ONeil", same},
		{"a middle name", "Ada", "Ash", "Ada Maria", "Berg", same},
		{"one of two last names", "Ada", "Ash-Berg", "Bea", "Berg", same},
		{"a part of it", "Ada", "Ash Elm", "Bea", "Ash Oak", other},
		{"signs of another script", "美咲", "佐藤", "美咲", "鈴木", same},
		{"vowel signs", "राम", "Ash", "रमा", "Berg", other},
		{"both mistyped", "Ada", "Ash", "Adah", "Ashe", same},
		{"letters swapped", "Brian", "Smith", "Brain", "Smiht", same},
		{"a letter replaced", "Jan", "Meyer", "Jon", "Mayer", same},
		{"one mistyped, another last name", "Jan", "Ash", "Jon", "Birch", other},
		{"two letters", "Martin", "Ash", "Martha", "Ashe", other},
		{"not next to each other", "Adela", "Ash", "Alead", "Ashe", other},
		{"short names", "Li", "Wu", "Lu", "Wo", other},
		{"swapped", "Ash", "Ada", "Ada", "Ash", same},
		{"swapped and mistyped", "Ash", "Ada", "Adah", "Ashe", same},
		{"one swapped", "Ash", "Ada", "Bob", "Ash", other},
		{"in one field", "Ada Ash", "", "Ada", "Ash", same},
		{"initials", "Ada", "Ash", "A.", "Ashe", same},
		{"initials of another person", "Ada", "Ash", "A.", "Birch", other},
		{"an initial alone", "Ada", "Ash", "A.", "", other},
		{"removed", "Ada", "Ash", "", "", other},
		{"hyphens alone", "Ada", "Ash", "-", "-", other},
		{"the last name as the first", "", "Ash", "Ash", "Ketchum", other},
		{"no name", "", "", "", "", other},
	} {
		t.Run(c.what, func(t *testing.T) {
			was, now := users.Profile{FirstName: c.first, LastName: c.last}, users.Profile{FirstName: c.newFirst, LastName: c.newLast}
			require.Equal(t, c.want, users.SameName(was, now))
			require.Equal(t, c.want, users.SameName(now, was))
		})
	}
}

// TestPlainName: one name in several spellings.
func TestPlainName(t *testing.T) {
	for _, name := range []string{"Müller-Lüdenscheidt", "MUELLER LUEDENSCHEIDT", " Muller\u200b Ludenscheidt", "Mu\u0308ller’Ludenscheidt"} {
		require.Equal(t, "mullerludenscheidt", users.PlainName(name))
	}
	require.NotEqual(t, users.PlainName("Ann"), users.PlainName("Anna"))
	require.Empty(t, users.PlainName(" - "))
	for _, name := range []string{"", "Ann", "Katharina", "AAron", "Joey", "Michael", "Sue", "Bo@", "[Bo]"} {
		require.Equal(t, users.PlainName(name+"-"), users.PlainName(name), "without the quick way")
	}
}
