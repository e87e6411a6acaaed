package users_test

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/users"
)

var fromFile = users.Source{Kind: users.SourceImport}

// people reads a file free of faults.
func people(t *testing.T, file string, o users.RosterOptions) []users.Entry {
	t.Helper()
	roster, err := users.ReadRoster(strings.NewReader(file), o)
	require.NoError(t, err)
	require.Empty(t, roster.Faults)
	return roster.People
}

// refused reads a faulty file and returns the texts of the faults.
func refused(t *testing.T, file string, o users.RosterOptions) []string {
	t.Helper()
	roster, err := users.ReadRoster(strings.NewReader(file), o)
	var faults users.Faults
	require.ErrorAs(t, err, &faults)
	require.Empty(t, roster.People)
	return sentences(faults)
}

func sentences(faults users.Faults) []string {
	var texts []string
	for _, f := range faults {
		texts = append(texts, f.Error())
	}
	return texts
}

func TestAccuEdRoster(t *testing.T) {
	got := people(t, `First name,Last name,Username,Password,Email,Role,Location,Department,Title
Ada,Lovelace,ada,,Ada@Example.com,User,London,Engines,Countess
Grace,Hopper,,,grace@example.com,report manager,,,
Olive,Owen,,,olive@example.com,ADMINISTRATOR,Leeds,,Head of Training
`, users.AccuEdRoster())
	require.Equal(t, []users.Entry{
		{2, users.Profile{FirstName: "Ada", LastName: "Lovelace", Username: "ada", Email: "Ada@Example.com",
			Location: "London", Department: "Engines", Title: "Countess", Source: fromFile}, users.Member, users.Leave{}, users.NoStatus},
		{3, users.Profile{FirstName: "Grace", LastName: "Hopper", Email: "grace@example.com", Source: fromFile}, users.Manager, users.Leave{}, users.NoStatus},
		{4, users.Profile{FirstName: "Olive", LastName: "Owen", Email: "olive@example.com",
			Location: "Leeds", Title: "Head of Training", Source: fromFile}, users.Admin, users.Leave{}, users.NoStatus},
	}, got)
}

// TestAccuEdRoster_faults misses columns and cells.
func TestAccuEdRoster_faults(t *testing.T) {
	require.Equal(t, []string{
		"row 1: Username is missing from the header",
		"row 1: Title is missing from the header",
	}, refused(t, "First name,Last name,Password,Email,Role,Location,Department\n,,,,,,\n", users.AccuEdRoster()))
	require.Equal(t, []string{
		"row 2: First name is empty", "row 2: Last name is empty", "row 2: Email is empty", "row 2: Role is empty",
		"row 3: First name is empty", "row 3: Last name is empty", "row 3: Email is empty", "row 3: Role is empty",
	}, refused(t, "First name,Last name,Username,Password,Email,Role,Location,Department,Title\n,,,,,,,,here\n,,ada, ,,,,,\n", users.AccuEdRoster()))
}

func TestReadRoster_zero_options(t *testing.T) {
	roster, err := users.ReadRoster(strings.NewReader("external id, Shoe size , ROLE,\nE-7,44,Learner,x\nE-8,,,\n"), users.RosterOptions{})
	require.NoError(t, err)
	require.Equal(t, users.Roster{
		People: []users.Entry{
			{2, users.Profile{ExternalID: "E-7", Source: fromFile}, users.Member, users.Leave{}, users.NoStatus},
			{3, users.Profile{ExternalID: "E-8", Source: fromFile}, users.Member, users.Leave{}, users.NoStatus},
		},
		Header: 1, Separator: ',', Fields: []string{"external-id", "role"}, Ignored: []string{"Shoe size"}, Unnamed: []string{"D"},
	}, roster)
}

func TestReadRoster_options(t *testing.T) {
	hr := users.Source{Kind: users.SourceSync, Name: "hr"}
	got := people(t, "E-Mail;Rolle\nada@example.com;Leitung\n", users.RosterOptions{
		Columns: []users.Column{{Header: "Email", Field: "email", Filled: true}, {Header: "ROLLE", Field: "role"}},
		Roles:   map[string]users.Role{"leitung": users.Manager},
		Source:  hr,
	})
	require.Equal(t, []users.Entry{{2, users.Profile{Email: "ada@example.com", Source: hr}, users.Manager, users.Leave{}, users.NoStatus}}, got)
}

func TestReadRoster_wrong_options(t *testing.T) {
	for name, o := range map[string]users.RosterOptions{
		"unknown field": {Columns: []users.Column{{Header: "Email", Field: "mail"}}},
		"no header":     {Columns: []users.Column{{Header: " - ", Field: "email"}}},
		"header twice":  {Columns: []users.Column{{Header: "E-mail", Field: "email"}, {Header: "Email", Field: "username"}}},
		"field twice":   {Columns: []users.Column{{Header: "Email", Field: "email"}, {Header: "Mail", Field: "email"}}},
		"no such role":  {Roles: map[string]users.Role{"Boss": 17}},
		"role twice":    {Roles: map[string]users.Role{"Team-Lead": users.Manager, "team lead": users.Admin}},
		"source":        {Source: users.Source{Kind: users.SourceSync}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := users.ReadRoster(strings.NewReader("Email\nada@example.com\n"), o)
			require.ErrorContains(t, err, "users: ")
			require.NotErrorAs(t, err, new(users.Faults))
		})
	}
}

func TestReadRoster_roles(t *testing.T) {
	for word, want := range map[string]users.Role{
		"": users.Member, "  ": users.Member, "member": users.Member, "USER": users.Member, "Learner": users.Member,
		"student": users.Member, "Participant": users.Member, "manager": users.Manager, " Report  Manager ": users.Manager,
		"report_manager": users.Manager, "Admin": users.Admin, "administrator": users.Admin,
	} {
		require.Equal(t, want, people(t, "Email,Role\na@x.example,"+word+"\n", users.RosterOptions{})[0].Role, word)
	}
	boss := users.RosterOptions{Roles: map[string]users.Role{"Boss": users.Owner}}
	require.Equal(t, users.Owner, people(t, "Email,Role\na@x.example,Owner\n", users.RosterOptions{})[0].Role)
	require.Equal(t, users.Owner, people(t, "Email,Role\na@x.example,boss\n", boss)[0].Role)
	require.Equal(t, []string{"row 2: Role is not a known role"}, refused(t, "Email,Role\na@x.example,owner\n", boss))
}

func TestReadRoster_faults(t *testing.T) {
	for name, c := range map[string]struct {
		file string
		want []string
	}{
		"empty file":           {"", []string{"the file is empty"}},
		"blank file":           {"\uFEFF\r\n;;\n", []string{"the file is empty"}},
		"header alone":         {"Email,Role\n\n,\n", []string{"the file is empty"}},
		"no header":            {"Ada,ada@x.example\n", []string{"the file has no header: none of its first rows, with a comma, semicolon, tab, |, ^ or : between the cells, names a column: First name,Last name,Last name prefix,Name,Username,Email,External ID,Role,Location,Department,Title,Groups,Status,Active,Inactive,Last day,First day without access,Leave date"}},
		"malformed header":     {"\nEmail,\"Role\"x\n", []string{"row 2 has a misplaced or unclosed quotation mark"}},
		"column twice":         {"Email,Title,E-mail,Title,Notes,Notes\n", []string{"row 1: Email stands in the header more than once", "row 1: Title stands in the header more than once"}},
		"address":              {"Email\nada\n", []string{"row 2: Email is not an email address"}},
		"address and name":     {"Email\nAda <ada@x.example>\n", []string{"row 2: Email is not an email address"}},
		"two addresses":        {"Email\n\"ada@x.example\nada@y.example\"\n", []string{"row 2: Email is not an email address"}},
		"control character":    {"Email,Title\nada@x.example,a\bb\n", []string{"row 2: Title contains a control character"}},
		"long text":            {"Email,Title\nada@x.example," + strings.Repeat("ü", users.MaxText+1) + "\n", []string{"row 2: Title is too long: at most 255 characters, identifiers 255 bytes"}},
		"unknown role":         {"Email,Role\nada@x.example,Queen\n", []string{"row 2: Role is not a known role"}},
		"no key":               {"First name,Email\nAda,\n", []string{"row 2 has no email, username or external ID: give one of them"}},
		"no key and role":      {"First name,Email,Role\nAda,,Queen\n", []string{"row 2: Role is not a known role", "row 2 has no email, username or external ID: give one of them"}},
		"unquoted comma":       {"Email,First name\nada@x.example,Ada,Countess\n", []string{"row 2 has more cells than the header"}},
		"all faults of a row":  {"Email,Username,Title,Role\nada," + strings.Repeat("u", 256) + ",\"a\tb\",Queen,x\n", []string{"row 2: Role is not a known role", "row 2 has more cells than the header", "row 2: Username is too long: at most 255 characters, identifiers 255 bytes", "row 2: Title contains a control character", "row 2: Email is not an email address"}},
		"same address":         {"Email\nada@x.example\n\nADA@X.example \nAda@x.Example\n", []string{"row 4: Email is taken by row 2", "row 5: Email is taken by row 2"}},
		"same username":        {"Username\nada\nbob\nADA\n", []string{"row 4: Username is taken by row 2"}},
		"same external ID":     {"External ID,Email\nE7,a@x.example\ne7,b@x.example\n E7,c@x.example\n", []string{"row 4: External ID is taken by row 2"}},
		"two rows in one":      {"Email,Username\na@x.example,a\nb@x.example,b\nA@x.example,B\n", []string{"row 4: Email is taken by row 2", "row 4: Username is taken by row 3"}},
		"taken by faulty row":  {"Email,Role\na@x.example,Queen\na@x.example,User\n", []string{"row 2: Role is not a known role", "row 3: Email is taken by row 2"}},
		"a wrong cell is none": {"Email,Username\nn/a,a\nn/a,b\n", []string{"row 2: Email is not an email address", "row 3: Email is not an email address"}},
		"faults here and there": {"Email,Role\na@x.example,\nb,\nc@x.example,\"Us\"er\nd@x.example,King\n\ne@x.example,User\n", []string{
			"row 3: Email is not an email address", "row 4 has a misplaced or unclosed quotation mark", "row 5: Role is not a known role"}},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, c.want, refused(t, c.file, users.RosterOptions{}))
		})
	}
}

func TestReadRoster_filled(t *testing.T) {
	o := users.RosterOptions{Columns: []users.Column{
		{Header: "Username", Field: "username", Optional: true, Filled: true},
		{Header: "Email", Field: "email", Optional: true},
	}}
	require.Len(t, people(t, "Email\na@x.example\n", o), 1)
	require.Equal(t, []string{"row 3: Username is empty"}, refused(t, "Email,Username\na@x.example,a\nb@x.example,\n", o))
	require.Equal(t, []string{"row 2: Username is empty"}, refused(t, "Email,Username,Notes\n,,here\n", o), "one fault")
}

func TestReadRoster_skip_faulty(t *testing.T) {
	file := "Email,Role\na@x.example,User\nada,User\nb@x.example,Admin\nA@X.example,User\n"
	roster, err := users.ReadRoster(strings.NewReader(file), users.RosterOptions{SkipFaulty: true})
	require.NoError(t, err)
	require.Equal(t, []users.Entry{
		{2, users.Profile{Email: "a@x.example", Source: fromFile}, users.Member, users.Leave{}, users.NoStatus},
		{4, users.Profile{Email: "b@x.example", Source: fromFile}, users.Admin, users.Leave{}, users.NoStatus},
	}, roster.People)
	require.Equal(t, users.Faults{
		{Row: 3, Column: "Email", Field: "email", Problem: users.ErrAddress},
		{Row: 5, Column: "Email", Field: "email", Problem: users.ErrDuplicateRow, Other: 2, Keys: []users.Key{users.ByEmail("a@x.example")}},
	}, roster.Faults)
}

func TestReadRoster_skip_faulty_refused(t *testing.T) {
	for name, c := range map[string]struct {
		file    string
		problem error
	}{
		"encoding":       {"\xFF", users.ErrEncoding},
		"empty":          {"", users.ErrEmpty},
		"header alone":   {"Email\n", users.ErrEmpty},
		"no good row":    {"Email\nnonsense\n", users.ErrAddress},
		"no header":      {"a\nb\n", users.ErrNoHeader},
		"broken header":  {"Email\"\na@x.example\n", users.ErrQuotes},
		"missing column": {"Username\na\n", users.ErrNoColumn},
		"column twice":   {"Email,Email\na@x.example\n", users.ErrColumnTwice},
		"too many rows":  {"Email\n" + strings.Repeat("\n", users.MaxRosterRows-1) + "a@x.example\n", users.ErrTooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			o := users.RosterOptions{SkipFaulty: true, Columns: []users.Column{
				{Header: "Email", Field: "email"}, {Header: "Username", Field: "username", Optional: true},
			}}
			roster, err := users.ReadRoster(strings.NewReader(c.file), o)
			require.ErrorIs(t, err, c.problem)
			require.ErrorAs(t, err, new(users.Faults))
			require.Empty(t, roster.People)
		})
	}
}

func TestReadRoster_passwords(t *testing.T) {
	o := users.AccuEdRoster()
	type handed struct {
		row             int
		email, password string
	}
	var got []handed
	o.Password = func(row int, p users.Profile, password string) error {
		got = append(got, handed{row, p.Email, password})
		return nil
	}
	header := "First name,Last name,Username,Password,Email,Role,Location,Department,Title\n"
	file := header + "A,A,,\" '=1\n\",a@x.example,User,,,\nB,B,, ,b@x.example,User,,,\nC,C,,'=x,c@x.example,User,,,\n"
	require.Len(t, people(t, file, o), 3)
	require.Equal(t, []handed{{2, "a@x.example", " '=1\n"}, {4, "c@x.example", "'=x"}}, got, "as they stand in the file")

	got = nil
	file += "D,D,,secret,dee,User,,,\n"
	require.Len(t, refused(t, file, o), 1)
	require.Empty(t, got, "refused file")

	o.SkipFaulty = true
	roster, err := users.ReadRoster(strings.NewReader(file), o)
	require.NoError(t, err)
	require.Len(t, roster.People, 3)
	require.Len(t, got, 2, "skipped row")
}

func TestReadRoster_password_errors(t *testing.T) {
	errWeak := errors.New("hunter2 is weak")
	o := users.RosterOptions{
		Columns: []users.Column{{Header: "Email", Field: "email"}, {Header: "Code", Field: "password"}},
		Password: func(row int, p users.Profile, password string) error {
			if password == "hunter2" {
				return errWeak
			}
			return nil
		},
	}
	file := "Email,Code\na@x.example,hunter2\nb@x.example,better\nc@x.example,hunter2\nd,\n"
	file, bad := strings.TrimSuffix(file, "d,\n"), file

	require.Equal(t, []string{"row 2: Code is not accepted", "row 4: Code is not accepted"}, refused(t, file, o))
	_, err := users.ReadRoster(strings.NewReader(file), o)
	require.ErrorIs(t, err, errWeak)
	require.ErrorIs(t, err, users.ErrPassword)
	require.NotContains(t, fmt.Sprintf("%v %+v %s %q", err, err, err, err), "hunter2")

	o.SkipFaulty = true
	roster, err := users.ReadRoster(strings.NewReader(bad), o)
	require.NoError(t, err)
	require.Equal(t, []string{"row 2: Code is not accepted", "row 4: Code is not accepted", "row 5: Email is not an email address"}, sentences(roster.Faults))
	require.Equal(t, []users.Entry{{3, users.Profile{Email: "b@x.example", Source: fromFile}, users.Member, users.Leave{}, users.NoStatus}}, roster.People)
}

func TestReadRoster_fault_bound(t *testing.T) {
	file := func(faults int) string { return "Email\n" + strings.Repeat("x\n", faults) }
	require.Len(t, refused(t, file(users.MaxRosterFaults), users.RosterOptions{}), users.MaxRosterFaults)

	_, err := users.ReadRoster(strings.NewReader(file(users.MaxRosterFaults+17)), users.RosterOptions{})
	require.EqualError(t, err, "users: roster: row 2: Email is not an email address (the first of 1017 faults)")
	var faults users.Faults
	require.ErrorAs(t, err, &faults)
	require.Len(t, faults, users.MaxRosterFaults+1)
	require.Equal(t, users.Fault{Problem: users.Unlisted(17)}, faults[users.MaxRosterFaults])
	require.EqualError(t, faults[users.MaxRosterFaults], "the file has further faults that are not listed: 17")
}

func TestFaults(t *testing.T) {
	_, err := users.ReadRoster(strings.NewReader("Email\nada\nada@x.example\nADA@x.example\n"), users.RosterOptions{})
	require.EqualError(t, err, "users: roster: row 2: Email is not an email address (the first of 2 faults)")
	require.ErrorIs(t, err, users.ErrAddress)
	require.ErrorIs(t, err, users.ErrDuplicateRow)
	require.NotErrorIs(t, err, users.ErrRole)
	var fault users.Fault
	require.ErrorAs(t, err, &fault)
	require.Equal(t, 2, fault.Row)
	require.EqualError(t, users.Faults{}, "users: a roster without faults")

	file := "Email,Username,Role,Title,Code\n" +
		"SECRET,SECRET,SECRET,SECRET\x07,SECRET\nSECRET \"SECRET\",\nA@SECRET.example,SECRET,SECRET,SECRET,SECRET,SECRET\na@secret.example,secret,Owner\n"
	for _, text := range refused(t, file, users.RosterOptions{}) {
		require.NotContains(t, strings.ToUpper(text), "SECRET")
	}
}

// TestReadRoster_quickstart reads a file with the faults of real ones.
func TestReadRoster_quickstart(t *testing.T) {
	if _, err := os.Stat("../examples"); errors.Is(err, os.ErrNotExist) {
		t.Skip("the examples are another module, which is not here")
	}
	file, err := os.Open("../examples/quickstart/roster.csv")
	require.NoError(t, err)
	defer file.Close()
	o := users.AccuEdRoster()
	o.SkipFaulty = true
	roster, err := users.ReadRoster(file, o)
	require.NoError(t, err)
	require.Equal(t, 61, len(roster.People))
	require.Empty(t, roster.Ignored)
	require.Equal(t, []string{
		"row 23: Email is taken by row 2",
		"row 35: Email is not an email address",
		"row 43: Email is not an email address",
		"row 51: Last name is empty",
		"row 56: Role is not a known role",
		"row 63: Username is taken by row 4",
		"row 66 has a misplaced or unclosed quotation mark",
	}, sentences(roster.Faults))
}
