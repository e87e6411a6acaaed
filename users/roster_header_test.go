package users_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/users"
)

// read reads a file without faults.
func read(t *testing.T, file string, o users.RosterOptions) users.Roster {
	t.Helper()
	roster, err := users.ReadRoster(strings.NewReader(file), o)
	require.NoError(t, err)
	require.Empty(t, roster.Faults)
	return roster
}

// TestReadRoster_before_the_header has rows above the header, which keep their numbers.
func TestReadRoster_before_the_header(t *testing.T) {
	for name, c := range map[string]struct {
		file, passed string
		header       int
	}{
		"title":               {"Staff of the harbour\n,\nEmail,First name\nzoe@x.example,Zoë\n", "Staff of the harbour", 3},
		"title in semicolons": {"Staff: the harbour, the ferry\nEmail;First name\nzoe@x.example;Zoë\n", "Staff: the harbour, the ferry", 2},
		"padded":              {"v2,,\r\nEmail,First name,\r\nzoe@x.example,Zoë,\r\n", "v2", 2},
		"headings over it":    {"Person,,Work\nFirst name,Email,Title\nZoë,zoe@x.example,\n", "Person Work", 2},
		"comment":             {"# made by the payroll\nEmail\tFirst name\nzoe@x.example\tZoë\n", "# made by the payroll", 2},
		"broken quotes":       {"The \"big\" list\nEmail,First name\nzoe@x.example,Zoë\n", "", 2},
		"long":                {strings.Repeat("é", 200) + "\nEmail,First name\nzoe@x.example,Zoë\n", strings.Repeat("é", 100), 2},
	} {
		t.Run(name, func(t *testing.T) {
			roster := read(t, c.file, users.RosterOptions{})
			require.Equal(t, []users.Entry{{c.header + 1, users.Profile{FirstName: "Zoë", Email: "zoe@x.example", Source: fromFile}, users.Member, users.Leave{}, users.NoStatus}}, roster.People)
			require.Equal(t, c.header, roster.Header)
			if c.passed != "" {
				require.Equal(t, []users.PassedRow{{Row: 1, Text: c.passed}}, roster.Passed)
			}
		})
	}
	far := func(rows int) string {
		return "A list\n" + strings.Repeat("of people\n", rows) + "Email,Title\nzoe@x.example,\n"
	}
	require.Len(t, read(t, far(18), users.RosterOptions{}).Passed, 19)
	require.Len(t, refused(t, far(19), users.RosterOptions{}), 1)
}

// TestReadRoster_no_header names what was looked for, with the separator of the file.
func TestReadRoster_no_header(t *testing.T) {
	o := users.RosterOptions{Columns: []users.Column{{Header: "Mail", Field: "email"}, {Header: "Team", Field: "groups"}}}
	for file, want := range map[string]string{
		"Ada|a@x.example\n":                     "Mail|Team",
		"A list; of; people\nAda,a@x.example\n": "Mail;Team",
		"Ada\nBen\n":                            "Mail,Team",
	} {
		roster, err := users.ReadRoster(strings.NewReader(file), o)
		require.Equal(t, users.Faults{{Problem: users.ErrNoHeader, Expected: want}}, err)
		require.Zero(t, roster.Header)
	}
}

// TestReadRoster_words_of_people has rows with words that name a column elsewhere.
func TestReadRoster_words_of_people(t *testing.T) {
	o := users.RosterOptions{Mapping: map[string]string{"Konto": "username"}}
	for _, file := range []string{"Konto,Stan,Stary\nzoe,active,deleted\nben,Deleted,blocked\n", "Email\na@x.example,Site,City\n"} {
		roster, err := users.ReadRoster(strings.NewReader(file), o)
		require.Equal(t, 1, roster.Header, err)
	}
}

// TestReadRoster_no_key_column faults the header once, with the columns beside it.
func TestReadRoster_no_key_column(t *testing.T) {
	roster, err := users.ReadRoster(strings.NewReader("List of May\nFirst name;Shoe size;Boss' mail\nZoë;44;b@x.example\nAda;38;b@x.example\n"), users.RosterOptions{SkipFaulty: true})
	require.Equal(t, users.Faults{{Row: 2, Problem: users.ErrNoKeyColumn}}, err)
	require.Equal(t, users.Roster{
		Header: 2, Separator: ';', Fields: []string{"first-name"}, Ignored: []string{"Shoe size", "Boss' mail"},
		Passed: []users.PassedRow{{Row: 1, Text: "List of May"}},
	}, roster)
}

// TestReadRoster_refused has all but people and faults for a page beside the faults.
func TestReadRoster_refused(t *testing.T) {
	roster, err := users.ReadRoster(strings.NewReader("Email,Cat\na@x.example,Tom\nb,\n"), users.RosterOptions{})
	require.ErrorIs(t, err, users.ErrAddress)
	require.Equal(t, users.Roster{Header: 1, Separator: ',', Fields: []string{"email"}, Ignored: []string{"Cat"}}, roster)
}

// TestReadRoster_unnamed reports filled columns without a header by their letters.
func TestReadRoster_unnamed(t *testing.T) {
	wide := strings.Repeat(",", 700)
	roster := read(t, "Email,,\u200b,Title,"+wide+"\na@x.example,,,,\nb@x.example,,x"+wide+"y\nc@x.example,,x\n", users.RosterOptions{})
	require.Equal(t, []string{"C", "ZZ"}, []string{roster.Unnamed[0], columnOf(701)})
	require.Equal(t, []string{"C", "AAA"}, roster.Unnamed, "column 703")
	require.Empty(t, roster.Ignored)
}

// columnOf is the name of a column, for a file with that many before it.
func columnOf(before int) string {
	roster, _ := users.ReadRoster(strings.NewReader("Email"+strings.Repeat(",", before)+"\na@x.example"+strings.Repeat(",", before)+"x\n"), users.RosterOptions{})
	return roster.Unnamed[0]
}

// TestReadRoster_separators reads files under every separator.
func TestReadRoster_separators(t *testing.T) {
	for _, separator := range ",;\t|^:" {
		file := strings.ReplaceAll("Office|Email|Title\nOslo|a@x.example|\nRome|b@x.example|Cook\n", "|", string(separator))
		roster := read(t, file, users.RosterOptions{})
		require.Len(t, roster.People, 2)
		require.Equal(t, byte(separator), roster.Separator)
		require.Equal(t, "Rome", roster.People[1].Profile.Location)
	}
}

// TestReadRoster_names knows headers in several languages and with the additions of templates.
func TestReadRoster_names(t *testing.T) {
	for header, want := range map[string]users.Profile{
		"VORNAME;Nachname;E-Mail-Adresse;Personal-Nr.;Abteilung;Standort;Gruppen":              {FirstName: "1", LastName: "2", ExternalID: "4", Department: "5", Location: "6", Groups: []string{"7"}},
		"Prénom;Nom;Adresse e-mail;Matricule;Service;Site;Groupe":                              {FirstName: "1", LastName: "2", ExternalID: "4", Department: "5", Location: "6", Groups: []string{"7"}},
		"Nombre;Apellidos;Correo electrónico;Legajo;Departamento;Sede;Grupo":                   {FirstName: "1", LastName: "2", ExternalID: "4", Department: "5", Location: "6", Groups: []string{"7"}},
		"Voornaam;Achternaam;E-mailadres;Personeelsnummer;Afdeling;Vestiging;Groep":            {FirstName: "1", LastName: "2", ExternalID: "4", Department: "5", Location: "6", Groups: []string{"7"}},
		"Primeiro nome;Apelido;Correio eletrónico;Matrícula;Setor;Cidade;Grupos":               {FirstName: "1", LastName: "2", ExternalID: "4", Department: "5", Location: "6", Groups: []string{"7"}},
		"Nome;Cognome;Indirizzo e-mail;Matricola;Reparto;Sede;Gruppi":                          {FirstName: "1", LastName: "2", ExternalID: "4", Department: "5", Location: "6", Groups: []string{"7"}},
		"First name *;* Last name;E-mail (required);Staff-ID:;Dept [READ ONLY];Site {a};team2": {FirstName: "1", LastName: "2", ExternalID: "4", Department: "5", Location: "6", Groups: []string{"7"}},
		"Rufname [x];Zweitname [surname];Mail Required;Employee_ID;Org Unit Path;City;GROUP1":  {FirstName: "1", LastName: "2", ExternalID: "4", Department: "5", Location: "6", Groups: []string{"7"}},
	} {
		want.Email, want.Source = "3@x.example", fromFile
		require.Equal(t, want, people(t, header+"\n1;2;3@x.example;4;5;6;7\n", users.RosterOptions{})[0].Profile, header)
	}
}

// TestReadRoster_several_names reads the most specific name of a column.
func TestReadRoster_several_names(t *testing.T) {
	roster := read(t, "Mail,Work email,City,Office,Cost center,Department\nm@x.example,w@x.example,Oslo,Pier 3,C7,Deck\n", users.RosterOptions{})
	require.Equal(t, users.Profile{Email: "w@x.example", Location: "Pier 3", Department: "Deck", Source: fromFile}, roster.People[0].Profile)
	require.Equal(t, []string{"Mail", "City", "Cost center"}, roster.Ignored)
	roster = read(t, "Work email,E-mail\nw@x.example,e@x.example\n", users.RosterOptions{})
	require.Equal(t, "e@x.example", roster.People[0].Profile.Email, "the name of the column itself")
	require.Equal(t, []string{"row 1: Work email stands in the header more than once"}, refused(t, "Work email,work-email\n,\n", users.RosterOptions{}))
	require.Equal(t, []string{"row 1: Mail (2) means the same as another column"}, refused(t, "Mail,Mail (2)\n,\n", users.RosterOptions{}))
	own := users.RosterOptions{Columns: []users.Column{{Header: "Email", Field: "email"}}}
	require.Equal(t, []string{"Work email"}, read(t, "Work email,Email\nw@x.example,e@x.example\n", own).Ignored, "no common names beside own columns")
}

// TestReadRoster_mapping has the fields that an admin chose.
func TestReadRoster_mapping(t *testing.T) {
	o := users.RosterOptions{Mapping: map[string]string{"Kontakt": "email", "E-Mail": "", "Kennung": "external-id", "Team": "", "Aus": "inactive"}}
	roster := read(t, "E-Mail,KONTAKT,kennung,Team,Aus,Group\nx,a@x.example,7,Red,nein,Blue\n", o)
	require.Equal(t, []users.Entry{{2, users.Profile{Email: "a@x.example", ExternalID: "7", Groups: []string{"Blue"}, Source: fromFile}, users.Member, users.Leave{}, users.Active}}, roster.People)
	require.Equal(t, []string{"E-Mail", "Team"}, roster.Ignored)
	require.Equal(t, []string{"email", "external-id", "groups", "inactive"}, roster.Fields)

	own := users.RosterOptions{Columns: []users.Column{{Header: "Name", Field: "last-name"}}, Mapping: map[string]string{"No": "external-id", "At": "email"}}
	require.Equal(t, []string{"last-name", "email", "external-id"}, read(t, "Name,No,At\nOwen,7,a@x.example\n", own).Fields)
	for want, o := range map[string]users.RosterOptions{
		`users: roster mapping to "email": the header is empty`:          {Mapping: map[string]string{" ": "email"}},
		`users: roster mapping of "Mail": the field "e-mail" is unknown`: {Mapping: map[string]string{"Mail": "e-mail"}},
		`it has two fields`:                {Mapping: map[string]string{"E-Mail": "email", "e-mail": "title"}},
		`the word stands for two values`:   {Statuses: map[string]users.Status{"Gone": users.Inactive, "g-one": users.Deleted}},
		`"Strange": the status is unknown`: {Statuses: map[string]users.Status{"Strange": users.NoStatus}},
	} {
		_, err := users.ReadRoster(strings.NewReader("Email\na@x.example\n"), o)
		require.ErrorContains(t, err, want)
		require.NotErrorAs(t, err, new(users.Faults))
	}
}

// TestReadRoster_several_columns has a field under several headers, of which a file has any one.
func TestReadRoster_several_columns(t *testing.T) {
	o := users.RosterOptions{Columns: []users.Column{
		{Header: "Mail", Field: "email", Optional: true},
		{Header: "Contact", Field: "email", Optional: true, Synonyms: []string{"Write to"}},
		{Header: "Company post", Field: "email", Optional: true},
	}}
	for _, header := range []string{"mail", "CONTACT", "Write-to", "Company post"} {
		require.Equal(t, "a@x.example", people(t, header+"\na@x.example\n", o)[0].Profile.Email)
	}
	require.Equal(t, "\uFEFFMail\r\na@x.example\r\n", written(t, o, users.User{Profile: users.Profile{Email: "a@x.example"}, Status: users.Active}))
	require.Equal(t, []string{"row 1: Contact means the same as another column"}, refused(t, "Mail,Contact\na@x.example,b@x.example\n", o))
}
