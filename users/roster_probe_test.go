package users_test

import (
	"encoding/binary"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/internal/enum/enumtest"
	"github.com/seatkeeper/seatkeeper/users"
)

// probe looks at a file.
func probe(t *testing.T, file string, o users.RosterOptions) users.Probe {
	t.Helper()
	p, err := users.ProbeRoster(strings.NewReader(file), o)
	require.NoError(t, err)
	return p
}

// fieldsOf has the fields of a probe with their certainty.
func fieldsOf(p users.Probe) (all []string) {
	for _, c := range p.Columns {
		all = append(all, strings.Join(strings.Fields(c.Name+" "+c.Field+" "+c.Certainty.String()), " "))
	}
	return all
}

func TestProbeRoster(t *testing.T) {
	p := probe(t, "List of the yard;;;\nEmail;Surname;Kontakt;Since;Born;;Passwort\na@x.example;Ahoy;;03/04/2026;04.05.1990;;s3cret\nb@x.example;;;3/14/2026;5.6.1991;x;s4cret\nTotal: 2;;;;;;\n", users.RosterOptions{})
	require.Equal(t, users.Probe{
		Header: 2, Separator: ';', Encoding: "UTF-8",
		Columns: []users.ProbeColumn{
			{Name: "A", Header: "Email", Field: "email", Certainty: users.ByName, Samples: []string{"a@x.example", "b@x.example"}},
			{Name: "B", Header: "Surname", Field: "last-name", Certainty: users.ByCommonName, Samples: []string{"Ahoy"}},
			{Name: "C", Header: "Kontakt"},
			{Name: "D", Header: "Since", Samples: []string{"03/04/2026", "3/14/2026"}, DateFormats: []string{"MM/DD/YYYY"}},
			{Name: "E", Header: "Born", Samples: []string{"04.05.1990", "5.6.1991"}, DateFormats: []string{"DD.MM.YYYY"}},
			{Name: "F", Samples: []string{"x"}},
			{Name: "G", Header: "Passwort"},
		},
		Passed: []users.PassedRow{{Row: 1, Text: "List of the yard"}, {Row: 5, Text: "Total: 2"}},
	}, p)
}

// TestProbeRoster_content guesses fields by the cells of columns with unknown headers.
func TestProbeRoster_content(t *testing.T) {
	const file = "Kto,Adres,Stan,Funkcja,Od\nEwa,e@x.example,active,Manager,20260304\nJan,j@x.example,Suspended,,20251231\n"
	p := probe(t, file, users.RosterOptions{})
	require.Equal(t, []string{"A unknown", "B email content", "C status content", "D role content", "E unknown"}, fieldsOf(p))
	require.Equal(t, []string{"YYYYMMDD"}, p.Columns[4].DateFormats)
	require.Equal(t, []any{1, 1}, []any{p.Header, len(p.Faults)})
	require.ErrorIs(t, p.Faults[0], users.ErrNoHeader)

	o := users.RosterOptions{Mapping: map[string]string{}, DateFormat: "YYYYMMDD"}
	for _, c := range p.Columns {
		o.Mapping[c.Header] = c.Field
	}
	o.Mapping["Kto"], o.Mapping["Od"] = "name", "last-day"
	got := people(t, file, o)
	require.Equal(t, "j@x.example |  |  | Jan |  | member | inactive | 2025-12-31", summary(got[1]))
	require.Equal(t, []string{"A name name", "B email name", "C status name", "D role name", "E last-day name"}, fieldsOf(probe(t, file, o)))
	o.Mapping["Adres"] = ""
	require.Equal(t, "B unknown", fieldsOf(probe(t, file, o))[1], "left out by the admin")
	require.Equal(t, []string{"A unknown", "B email content"}, fieldsOf(probe(t, "Imię,Adres\na,e@x.example\n\n", users.RosterOptions{})))
	require.Equal(t, []string{"A email name", "B unknown", "C unknown"}, fieldsOf(probe(t, "Email,Mail,Manager\na@x.example,b@x.example,c@x.example\n", users.RosterOptions{})))
}

// TestProbeRoster_refused looks at files that are refused.
func TestProbeRoster_refused(t *testing.T) {
	p := probe(t, "Ada;a@x.example\nBen;b@x.example\n", users.RosterOptions{})
	require.Equal(t, []string{"A unknown", "B email content"}, fieldsOf(p))
	require.Equal(t, [2]any{0, byte(';')}, [2]any{p.Header, p.Separator}, "no header")
	require.Equal(t, []string{"Ada", "Ben"}, p.Columns[0].Samples)

	p = probe(t, "Vorname,Stadt\nZoë,Rom\n", users.RosterOptions{})
	require.Equal(t, users.Faults{{Row: 1, Problem: users.ErrNoKeyColumn}}, p.Faults)
	require.Equal(t, []string{"Rom"}, p.Columns[1].Samples)

	p = probe(t, "Email,Title\na@x.example,\nb\"\nc@x.example,Zo\xEB\nd@x.example,\n", users.RosterOptions{})
	require.Equal(t, users.Faults{{Row: 3, Problem: users.ErrQuotes}, {Row: 4, Problem: users.ErrEncoding}}, p.Faults)
	require.Equal(t, []string{"a@x.example"}, p.Columns[0].Samples)

	p = probe(t, "Email,Mail,Email\na@x.example,,\n", users.RosterOptions{})
	require.Equal(t, users.Faults{{Row: 1, Column: "Email", Problem: users.ErrColumnTwice}}, p.Faults)
	require.Equal(t, []string{"A email name", "B unknown", "C email name"}, fieldsOf(p))

	for file, want := range map[string]error{"": users.ErrEmpty, "\xFF": users.ErrEncoding, "\"Email": users.ErrQuotes} {
		p := probe(t, file, users.RosterOptions{})
		require.Len(t, p.Faults, 1)
		require.ErrorIs(t, p.Faults[0], want)
		require.Empty(t, p.Columns)
	}
}

func TestProbeRoster_encoding(t *testing.T) {
	for name, file := range map[string]string{
		"UTF-8":    "\uFEFFEmail\tRôle\na@x.example\t\n",
		"UTF-16LE": inUTF16(binary.LittleEndian, "\uFEFFEmail\tRôle\r\na@x.example\t\r\n"),
		"UTF-16BE": inUTF16(binary.BigEndian, "\uFEFFEmail\tRôle\r\na@x.example\t\r\n"),
	} {
		p := probe(t, file, users.RosterOptions{})
		require.Equal(t, []any{name, byte('\t'), "Rôle"}, []any{p.Encoding, p.Separator, p.Columns[1].Header})
	}
}

// TestProbeRoster_bounds looks at the first rows alone, and shortens what it shows.
func TestProbeRoster_bounds(t *testing.T) {
	var file strings.Builder
	file.WriteString("Email,Since\n")
	for i := range users.MaxProbeRows {
		fmt.Fprintf(&file, "a%d@x.example,01/02/2026\n", i)
	}
	file.WriteString("last@x.example,13/02/2026\n" + strings.Repeat("\xFF", 100))
	p := probe(t, file.String(), users.RosterOptions{})
	require.Empty(t, p.Faults)
	require.Len(t, p.Columns[0].Samples, users.MaxProbeSamples)
	require.Equal(t, []string{"DD/MM/YYYY", "MM/DD/YYYY"}, p.Columns[1].DateFormats)
	p = probe(t, "Email,Notes\na@x.example,"+strings.Repeat("ü", 1000)+",\n", users.RosterOptions{})
	require.Equal(t, strings.Repeat("ü", 100), p.Columns[1].Samples[0])
}

func TestProbeRoster_errors(t *testing.T) {
	_, err := users.ProbeRoster(strings.NewReader("Email\n"), users.RosterOptions{DateFormat: "soon"})
	require.ErrorContains(t, err, "users: roster date format")
	for _, file := range []string{"", "Email\n" + strings.Repeat("a@x.example,"+strings.Repeat("x", 1000)+"\n", 150)} {
		_, err = users.ProbeRoster(io.MultiReader(strings.NewReader(file), iotest.ErrReader(io.ErrClosedPipe)), users.RosterOptions{})
		require.ErrorIs(t, err, io.ErrClosedPipe)
	}
}

func TestCertainty(t *testing.T) {
	enumtest.Require[users.Certainty](t, "unknown", "content", "common-name", "name")
}
