package users_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"iter"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/seatkeeper/seatkeeper/users"
)

// each lists people one by one, then a non-nil error.
func each(err error, people ...users.User) iter.Seq2[users.User, error] {
	return func(yield func(users.User, error) bool) {
		for _, u := range people {
			if !yield(u, nil) {
				return
			}
		}
		if err != nil {
			yield(users.User{}, err)
		}
	}
}

// written returns the file of people.
func written(t require.TestingT, o users.RosterOptions, people ...users.User) string {
	var file bytes.Buffer
	require.NoError(t, users.WriteRoster(&file, each(nil, people...), o))
	return file.String()
}

// titled returns a user with a title. titles are the options for it.
func titled(title string) users.User {
	return users.User{Profile: users.Profile{Email: "a@x.example", Title: title}, Status: users.Active}
}

var titles = users.RosterOptions{Columns: []users.Column{{Header: "Email", Field: "email"}, {Header: "Title", Field: "title"}}}

func TestWriteRoster_accuEd(t *testing.T) {
	require.Equal(t, "\uFEFFFirst name,Last name,Username,Password,Email,Role,Location,Department,Title\r\n"+
		"Zoë,\"de \"\"Z\"\", Jr.\",zoe,,zoe@x.example,User,Leeds,Wards,Nurse\r\n"+
		",,,,max@x.example,Report Manager,,,\r\n"+
		",,,,ann@x.example,Administrator,,,\r\n"+
		",,,,olive@x.example,Administrator,,,\r\n",
		written(t, users.AccuEdRoster(),
			users.User{Profile: users.Profile{ID: "u1", FirstName: "Zoë", LastName: `de "Z", Jr.`, Username: "zoe", Email: "zoe@x.example", ExternalID: "7",
				Location: "Leeds", Department: "Wards", Title: "Nurse", Groups: []string{"a"}}, Status: users.Active},
			users.User{Profile: users.Profile{Email: "max@x.example"}, Role: users.Manager, Status: users.Invited},
			users.User{Profile: users.Profile{Email: "ann@x.example"}, Role: users.Admin, Status: users.Inactive},
			users.User{Profile: users.Profile{Email: "olive@x.example"}, Role: users.Owner, Status: users.Active},
		))
}

func TestWriteRoster_zero_options(t *testing.T) {
	all := users.User{Profile: users.Profile{ID: "u1", FirstName: "A", LastName: "B", Username: "c", Email: "d@x.example", ExternalID: "e",
		Location: "f", Department: "g", Title: "h", Groups: []string{"i", "j, k"}}, Role: users.Owner, Status: users.Archived,
		Schedule: users.Schedule{Leave: users.From("2026-04-01")}}
	next := users.User{Profile: users.Profile{Username: "n"}, Schedule: users.Schedule{Leave: users.Until("2026-03-31")}}
	require.Equal(t, "\uFEFFFirst name,Last name,Username,Email,External ID,Role,Location,Department,Title,Groups,Status,Last day,First day without access\r\n"+
		"A,B,c,d@x.example,e,Owner,f,g,h,\"i; j, k\",archived,,2026-04-01\r\n"+
		",,n,,,Member,,,,,,2026-03-31,\r\n", written(t, users.RosterOptions{}, all, next))
}

func TestWriteRoster_deleted(t *testing.T) {
	require.Equal(t, "\uFEFFEmail,Title\r\n", written(t, titles))
	gone := titled("Head")
	gone.Status = users.Deleted
	require.Equal(t, "\uFEFFEmail,Title\r\na@x.example,Nurse\r\n", written(t, titles, gone, titled("Nurse"), titled("x").Tombstone()))
}

func TestWriteRoster_formulas(t *testing.T) {
	for title, cell := range map[string]string{
		"=1+1":        "' =1+1",
		"+1":          "' +1",
		"-1":          "' -1",
		"@SUM(A1)":    "' @SUM(A1)",
		"＝1":          "' ＝1",
		"＋1":          "' ＋1",
		"－1":          "' －1",
		"＠1":          "' ＠1",
		" =1":         "' =1",
		"\t=1\r\n":    "' =1",
		"'=1":         "' '=1",
		"''=1":        "' ''=1",
		"' =1":        "' ' =1",
		"''":          "''",
		"'t Hooft":    "'t Hooft",
		"1=1":         "1=1",
		`"=1"`:        `"=1"`,
		"x,=1":        "x,=1",
		"x;=1":        "x;' =1",
		"x;  =1;-1":   "x;  ' =1;' -1",
		`x;" "" '=1;`: `x;" "" ' '=1;`,
		";;=1":        ";;' =1",
		"a;b=1; c":    "a;b=1; c",
	} {
		rows, err := csv.NewReader(strings.NewReader(written(t, titles, titled(title)))).ReadAll()
		require.NoError(t, err)
		require.Equal(t, []string{"a@x.example", cell}, rows[1], title)
	}
}

func TestWriteRoster_formulas_in_every_column(t *testing.T) {
	o := users.RosterOptions{
		Columns: []users.Column{
			{Header: "=first", Field: "first-name"}, {Header: "-last", Field: "last-name"}, {Header: "+user", Field: "username"}, {Header: "@", Field: "email"},
			{Header: "=1", Field: "external-id"}, {Header: "=2", Field: "location"}, {Header: "=3", Field: "department"}, {Header: "=4", Field: "title"},
			{Header: "=5", Field: "groups"}, {Header: "=6", Field: "role"},
		},
		Roles: map[string]users.Role{"=m": users.Member, "=r": users.Manager, "=a": users.Admin},
	}
	u := users.User{Profile: users.Profile{FirstName: "=a", LastName: "=b", Username: "=c", Email: "=d@x.example", ExternalID: "=e",
		Location: "=f", Department: "=g", Title: "=h", Groups: []string{"=i", "=j"}}, Role: users.Admin}
	file := written(t, o, u)
	require.Equal(t, "\uFEFF' =first,' -last,' +user,' @,' =1,' =2,' =3,' =4,' =5,' =6\r\n"+
		"' =a,' =b,' =c,' =d@x.example,' =e,' =f,' =g,' =h,' =i; ' =j,' =a\r\n", file)

	u.Source = fromFile
	require.Equal(t, []users.Entry{{2, u.Profile, users.Admin, users.Leave{}, users.NoStatus}}, people(t, file, o))
}

func TestWriteRoster_roles(t *testing.T) {
	for name, c := range map[string]struct {
		roles map[string]users.Role
		words []string // of a member, a manager, an admin, an owner
	}{
		"default": {nil, []string{"Member", "Manager", "Admin", "Owner"}},
		"the name before others": {map[string]users.Role{
			"A": users.Member, "MEMBER": users.Member, "mem-ber": users.Member, "Z": users.Member,
			"Manager": users.Manager, "Head": users.Manager, "Admin": users.Admin, "Boss": users.Owner,
		}, []string{"MEMBER", "Manager", "Admin", "Boss"}},
		"the first by its bytes": {map[string]users.Role{
			"b": users.Member, "a": users.Member, "é": users.Member, "B": users.Member,
			"M-2": users.Manager, "M 2": users.Manager, "Root": users.Admin,
		}, []string{"B", "M 2", "Root", "Root"}},
		"no blank one": {map[string]users.Role{
			"": users.Member, " ": users.Member, "User": users.Member, " Lead\u00A0": users.Manager, "Root": users.Admin,
		}, []string{"User", "Lead", "Root", "Root"}},
	} {
		t.Run(name, func(t *testing.T) {
			o := users.RosterOptions{Roles: c.roles, Columns: []users.Column{{Header: "Role", Field: "role"}}}
			file := "\uFEFFRole\r\n" + strings.Join(c.words, "\r\n") + "\r\n"
			for range 20 { // the order of a map is random
				var all []users.User
				for _, role := range users.Roles() {
					all = append(all, users.User{Role: role})
				}
				require.Equal(t, file, written(t, o, all...))
			}
		})
	}
}

func TestWriteRoster_wrong_options(t *testing.T) {
	email := users.Column{Header: "Email", Field: "email"}
	role := users.Column{Header: "Role", Field: "role"}
	for name, c := range map[string]struct {
		o    users.RosterOptions
		want string
	}{
		"unknown field":   {users.RosterOptions{Columns: []users.Column{{Header: "ID", Field: "id"}}}, `users: roster column "ID": the field "id" is unknown`},
		"status twice":    {users.RosterOptions{Columns: []users.Column{{Header: "A", Field: "status"}, {Header: "B", Field: "status"}}}, `users: roster column "B": another column has the field "status"`},
		"header twice":    {users.RosterOptions{Columns: []users.Column{email, {Header: "E-mail", Field: "groups"}}}, `users: roster column "E-mail": another column has this header`},
		"header in lines": {users.RosterOptions{Columns: []users.Column{{Header: "E\nmail", Field: "email"}}}, `users: roster column "E\nmail": contains a control character`},
		"header of bytes": {users.RosterOptions{Columns: []users.Column{email, {Header: "\xff", Field: "title"}}}, `users: roster column "\xff": is not valid UTF-8`},
		"instruction":     {users.RosterOptions{Columns: []users.Column{{Header: `"Sep=;`, Field: "email"}}}, `users: roster column "\"Sep=;": as the first header it reads as an instruction to Excel`},
		"no manager":      {users.RosterOptions{Columns: []users.Column{email, role}, Roles: map[string]users.Role{"User": users.Member, "Admin": users.Admin, " ": users.Manager}}, "users: roster: RosterOptions.Roles has no word for the role manager"},
		"no admin":        {users.RosterOptions{Roles: map[string]users.Role{"User": users.Member, "Head": users.Manager}}, "users: roster: RosterOptions.Roles has no word for the role admin"},
		"word in lines":   {users.RosterOptions{Roles: map[string]users.Role{"User": users.Member, "He\nad": users.Manager, "Admin": users.Admin}}, `users: roster role "He\nad": contains a control character`},
		"role twice":      {users.RosterOptions{Roles: map[string]users.Role{"Head": users.Member, "head": users.Manager}}, "the word stands for two values"},
	} {
		t.Run(name, func(t *testing.T) {
			var file bytes.Buffer
			err := users.WriteRoster(&file, func(func(users.User, error) bool) { require.Fail(t, "people is called") }, c.o)
			require.ErrorContains(t, err, c.want)
			require.Empty(t, file.Bytes())
		})
	}
	require.Equal(t, "\uFEFFEmail,Sep=\r\n", written(t, users.RosterOptions{
		Columns: []users.Column{email, {Header: "Sep=", Field: "title"}}, Roles: map[string]users.Role{"User": users.Member},
	}), "second column, and no column of roles")
}

func TestWriteRoster_wrong_user(t *testing.T) {
	for name, c := range map[string]struct {
		u    users.User
		want users.FieldError
	}{
		"control character": {users.User{Profile: users.Profile{Title: "a\x00b"}}, users.FieldError{Field: "title", Reason: users.ErrControl}},
		"bytes":             {users.User{Profile: users.Profile{FirstName: "\xff"}}, users.FieldError{Field: "first-name", Reason: users.ErrNotUTF8}},
		"group":             {users.User{Profile: users.Profile{Groups: []string{"a\n", "b"}}}, users.FieldError{Field: "groups", Reason: users.ErrControl}},
		"role":              {users.User{Role: 4}, users.FieldError{Field: "role", Reason: users.ErrRole}},
	} {
		t.Run(name, func(t *testing.T) {
			var wrong *users.FieldError
			require.ErrorAs(t, users.WriteRoster(io.Discard, each(nil, c.u), users.RosterOptions{}), &wrong)
			require.Equal(t, c.want, *wrong)
		})
	}
}

func TestWriteRoster_people_error(t *testing.T) {
	gone := errors.New("the store is gone")
	var file bytes.Buffer
	require.Equal(t, gone, users.WriteRoster(&file, each(gone), users.RosterOptions{}))
	require.Empty(t, file.Bytes())
	long := titles
	long.Columns = []users.Column{{Header: strings.Repeat("x", 1<<20), Field: "email"}}
	require.Equal(t, gone, users.WriteRoster(&file, each(gone), long))
	require.Empty(t, file.Bytes(), "the header is written with the first person")
	require.Equal(t, gone, users.WriteRoster(&file, each(gone, titled("Head")), titles))
}

// many lists more people than fit into any buffer, and counts them.
func many(n *int) iter.Seq2[users.User, error] {
	return func(yield func(users.User, error) bool) {
		for *n = 1; *n < 1_000_000 && yield(titled("Head"), nil); *n++ {
		}
	}
}

func TestWriteRoster_writer_error(t *testing.T) {
	n := 0
	err := users.WriteRoster(&fullWriter{room: 10_000}, many(&n), titles)
	require.ErrorIs(t, err, io.ErrShortWrite)
	require.EqualError(t, err, "users: writing a roster: short write")
	require.Less(t, n, 1000, "people after the error")

	require.ErrorIs(t, users.WriteRoster(&fullWriter{}, each(nil, titled("Head")), titles), io.ErrShortWrite, "at the end")
	require.ErrorIs(t, users.WriteRoster(&fullWriter{}, each(nil), titles), io.ErrShortWrite, "empty list")
}

// A fullWriter fails beyond its room.
type fullWriter struct{ room int }

func (w *fullWriter) Write(p []byte) (int, error) {
	if len(p) > w.room {
		return 0, io.ErrShortWrite
	}
	w.room -= len(p)
	return len(p), nil
}

func TestWriteRoster_stream(t *testing.T) {
	n, out := 0, &countingWriter{}
	err := users.WriteRoster(out, func(yield func(users.User, error) bool) {
		for range 200_000 {
			n += len("a@x.example,Head\r\n")
			if require.Less(t, n-out.n, 10_000); !yield(titled("Head"), nil) {
				return
			}
		}
	}, titles)
	require.NoError(t, err)
	require.Equal(t, n+len("\uFEFFEmail,Title\r\n"), out.n)
}

type countingWriter struct{ n int }

func (w *countingWriter) Write(p []byte) (int, error) { w.n += len(p); return len(p), nil }

// TestWriteRoster_status reads back a user who has left.
func TestWriteRoster_status(t *testing.T) {
	o := users.RosterOptions{Columns: []users.Column{
		{Header: "Email", Field: "email"}, {Header: "State", Field: "status", Filled: true}, {Header: "Teams", Field: "groups"},
		{Header: "In", Field: "active", Optional: true}, {Header: "Out", Field: "inactive", Optional: true}, {Header: "Whole name", Field: "name", Optional: true},
	}}
	u := users.User{Profile: users.Profile{Email: "a@x.example", Groups: []string{"g", "h; i"}}, Status: users.Inactive}
	file := written(t, o, u)
	require.Equal(t, "\uFEFFEmail,State,Teams\r\na@x.example,inactive,\"g; \"\"h; i\"\"\"\r\n", file)
	u.Source = fromFile
	require.Equal(t, []users.Entry{{2, u.Profile, users.Member, users.Leave{}, users.Inactive}}, people(t, file, o))
	require.Equal(t, []string{"row 1: State is missing from the header", "row 1: Teams is missing from the header"}, refused(t, "Email\na@x.example\n", o))
	require.Equal(t, []string{"row 2: State is empty"}, refused(t, "Email,State,Teams\na@x.example,,\n", o))
}

// texts generates texts of profiles, most of them with characters to guard.
var texts = rapid.OneOf(
	rapid.StringOfN(rapid.RuneFrom([]rune("'';;\"\" =+-@＝＋－＠,\\.a0\u00A0\u200B\uFEFF\u2028\u3000é\u0301\U0001F680")), 0, 12, -1),
	rapid.SampledFrom([]string{"'", "''", "'=", "''=x", ";'=", `\.`, "sep=;", "\uFEFF=1", "' =1", "NULL", "007", "e\u0301ric", "'Abd al-Karīm", "İ", "Total", "Note: 1"}),
	rapid.String(),
)

// profiles generates clean profiles in the fields of a file.
var profiles = rapid.Custom(func(t *rapid.T) users.Profile {
	local := rapid.StringOf(rapid.RuneFrom([]rune("'+-=.ab{|}~#é"))).Draw(t, "local")
	p := users.Profile{
		FirstName: texts.Draw(t, "first-name"), LastName: texts.Draw(t, "last-name"), Username: texts.Draw(t, "username"), ExternalID: texts.Draw(t, "external-id"),
		Email:    rapid.SampledFrom([]string{local + "@x.example", ""}).Draw(t, "email"),
		Location: texts.Draw(t, "location"), Department: texts.Draw(t, "department"), Title: texts.Draw(t, "title"), Source: fromFile,
		Groups: rapid.SliceOfN(rapid.OneOf(texts, rapid.SampledFrom([]string{"=a", "b;-c", `"`, `";"`, `a"b`, "Crew"})), 0, 3).Draw(t, "groups"),
	}
	p, err := p.Clean()
	if err != nil {
		t.Skip(err)
	}
	return p
})

func TestWriteRoster_read_back(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var (
			all   []users.User
			want  []users.Entry
			taken = map[users.Key]bool{}
		)
		for _, p := range rapid.SliceOfN(profiles, 1, 5).Draw(t, "people") {
			if slices.ContainsFunc(p.Keys(), func(k users.Key) bool { return taken[k] }) {
				continue
			}
			for _, k := range p.Keys() {
				taken[k] = true
			}
			role := rapid.SampledFrom([]users.Role{users.Member, users.Manager, users.Admin}).Draw(t, "role")
			status := rapid.SampledFrom([]users.Status{users.Invited, users.Active, users.Inactive, users.Archived}).Draw(t, "status")
			leave := rapid.SampledFrom([]users.Leave{{}, users.Until("2026-03-31"), users.From("2026-04-01")}).Draw(t, "leave")
			all = append(all, users.User{Profile: p, Role: role, Status: status, Schedule: users.Schedule{Leave: leave}})
			want = append(want, users.Entry{Row: len(all) + 1, Profile: p, Role: role, Status: status, Leave: leave})
		}
		file := written(t, users.RosterOptions{}, all...)
		roster, err := users.ReadRoster(strings.NewReader(file), users.RosterOptions{})
		require.NoError(t, err)
		require.Equal(t, want, roster.People)
		requireNoFormula(t, file)
	})
}

// requireNoFormula checks every cell, whole and split at semicolons.
func requireNoFormula(t *rapid.T, file string) {
	rows, err := csv.NewReader(strings.NewReader(file)).ReadAll()
	require.NoError(t, err)
	for _, cell := range slices.Concat(rows...) {
		for i, part := range strings.Split(cell, ";") {
			if i > 0 {
				part = strings.TrimLeft(part, ` "`)
			}
			require.NotZero(t, strings.IndexAny(part, "=+-@＝＋－＠"), "%q", cell)
		}
	}
}
