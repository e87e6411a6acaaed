package sqlstore

import (
	"database/sql"
	flags "flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

var update = flags.Bool("update", false, "write the picture in README.md and the files in testdata anew")

// TestReadme_picture is drawn from the migrations.
func TestReadme_picture(t *testing.T) {
	readme := readReadme(t)
	before, rest, found := strings.Cut(readme, "```mermaid\nerDiagram\n")
	require.True(t, found)
	_, after, found := strings.Cut(rest, "```\n")
	require.True(t, found)
	drawn := before + "```mermaid\nerDiagram\n" + picture(t) + "```\n" + after
	if *update {
		require.NoError(t, os.WriteFile("README.md", []byte(drawn), 0o666))
		return
	}
	require.Equal(t, drawn, readme, "go test ./sqlstore -run Readme -update draws it anew")
}

func readReadme(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("README.md")
	require.NoError(t, err)
	return string(text)
}

// picture draws PostgreSQL's tables and what belongs to an account.
func picture(t *testing.T) string {
	var tables, lines strings.Builder
	for _, made := range tablesOf(t, Postgres) {
		fmt.Fprintf(&tables, "    %s {\n", made.name)
		for _, c := range made.columns {
			mark := ""
			switch {
			case slices.Contains(made.primary, c.name):
				mark = " PK"
			case c.null:
				mark = ` "or NULL"`
			}
			fmt.Fprintf(&tables, "        %s %s%s\n", c.kind, c.name, mark)
			if c.name == "account" {
				fmt.Fprintf(&lines, "    accounts ||--o{ %s : has\n", made.name)
			}
		}
		tables.WriteString("    }\n")
	}
	return lines.String() + tables.String()
}

type madeTable struct {
	name    string
	columns []madeColumn
	primary []string
}

type madeColumn struct {
	name, kind string
	width      int // in bytes, where there is one
	null       bool
}

var (
	tableText  = regexp.MustCompile(`(?s)^CREATE TABLE (?:IF NOT EXISTS )?` + DefaultPrefix + `(\w+) \(\n(.*)\n\)`)
	columnText = regexp.MustCompile(`^\t([a-z_]+) +(\w+)(?:\((\d+)\))?( COLLATE "C")?( NOT NULL)?,?$`)
	keyText    = regexp.MustCompile(`^\tPRIMARY KEY \((.*)\),?$`)
)

// tablesOf reads the tables out of the migrations. A line that it does not know is an
// index or a check.
func tablesOf(t *testing.T, d Dialect) (all []madeTable) {
	t.Helper()
	s := &Store{schema: schema{dialects[d], DefaultPrefix}}
	var statements []string
	for _, m := range s.Migrations() {
		statements = append(statements, m.changes()...)
	}
	for _, text := range statements {
		if added := addForm.FindStringSubmatch(text); added != nil {
			i := slices.IndexFunc(all, func(made madeTable) bool { return DefaultPrefix+made.name == added[1] })
			c := columnText.FindStringSubmatch("\t" + added[2])
			width, _ := strconv.Atoi(c[3])
			all[i].columns = append(all[i].columns, madeColumn{c[1], c[2], width, c[5] == ""})
			continue
		}
		made := tableText.FindStringSubmatch(text)
		if made == nil {
			continue
		}
		table := madeTable{name: made[1]}
		for _, line := range strings.Split(made[2], "\n") {
			if c := columnText.FindStringSubmatch(line); c != nil {
				width, _ := strconv.Atoi(c[3])
				table.columns = append(table.columns, madeColumn{c[1], c[2], width, c[5] == ""})
			} else if k := keyText.FindStringSubmatch(line); k != nil {
				table.primary = strings.Split(k[1], ", ")
			} else {
				require.Regexp(t, `^\t(CONSTRAINT|INDEX|UNIQUE INDEX|CHECK) `, line)
			}
		}
		require.NotEmpty(t, table.primary, table.name)
		all = append(all, table)
	}
	require.Len(t, all, 9)
	return all
}

// TestMySQL_widths: every column holds the longest value within the bounds. A server outside
// of strict mode would cut longer ones, and make two keys equal.
func TestMySQL_widths(t *testing.T) {
	const text = 4 * users.MaxText // characters of four bytes at most
	least := map[string]int{
		"account": users.MaxID, "id": users.MaxID, "user_id": users.MaxID, "source": users.MaxID,
		"pool": users.MaxID, "request_key": users.MaxID, "change_id": users.MaxID,
		"consumer": users.MaxID, "email_key": users.MaxID, "shared_email_key": users.MaxID, "username_key": users.MaxID, "external_id_key": users.MaxID, "sort_name": users.MaxID,
		"payer": users.MaxID, "email": users.MaxEmail, "name": text, "first_name": text, "last_name": text, "username": text, "external_id": text,
		"time_zone": 64, // a name of the IANA database
		"location":  text, "department": text, "title": text, "source_name": text,
	}
	seen := map[string]bool{}
	for _, table := range tablesOf(t, MySQL) {
		for _, c := range table.columns {
			if c.width > 64 { // those are names that the library gives
				require.Contains(t, least, c.name, "%s has no bound here", c.name)
				require.GreaterOrEqual(t, c.width, least[c.name], "%s.%s", table.name, c.name)
				seen[c.name] = true
			}
		}
	}
	require.Len(t, seen, len(least))
}

// TestWidths: columns of one name may have several widths.
func TestWidths(t *testing.T) {
	known := 0
	for _, table := range tablesOf(t, MySQL) {
		for _, c := range table.columns {
			require.Equal(t, c.width, widths()["{"+table.name+"} "+c.name], "%s.%s", table.name, c.name)
			if c.width > 0 {
				known++
			}
		}
	}
	require.Len(t, widths(), known)
}

// TestStore_stepsOf_width: MySQL outside of strict mode would cut a text. SQLite has no widths.
func TestStore_stepsOf_width(t *testing.T) {
	for dialect, want := range map[Dialect]error{MySQL: users.ErrTooLong, SQLite: nil} {
		s, err := New(&sql.DB{}, dialect, Options{})
		require.NoError(t, err)
		for length, want := range map[int]error{0: nil, 1: want} {
			key := strings.Repeat("x", widths()["{events} request_key"]+length)
			_, err := s.stepsOf([]*seats.Change{{Base: 1, Events: []seats.Event{{Key: key}}}})
			require.ErrorIs(t, err, want)
		}
	}
}

// TestStore_stepsOf_allocations: texts are made once, and a value takes at most two allocations.
func TestStore_stepsOf_allocations(t *testing.T) {
	u := users.User{Profile: users.Profile{ID: "u1", FirstName: "Ada", LastName: "Lovelace", Email: "ada@acme.example"}, Status: users.Invited}
	change := seats.Change{
		Base: 1, Account: seats.Account{ID: "acme", Revision: 2, Sequence: 2}, Created: []users.User{u},
		Events: []seats.Event{{Account: "acme", Sequence: 2, User: "u1", Kind: seats.EventInvited}},
	}
	for dialect, most := range map[Dialect]float64{MySQL: 53, SQLite: 28} {
		s, err := New(&sql.DB{}, dialect, Options{})
		require.NoError(t, err)
		made := testing.AllocsPerRun(100, func() {
			w, err := s.stepsOf([]*seats.Change{&change})
			require.NoError(t, err)
			require.Len(t, w.all, 3)
		})
		require.Less(t, made, most, dialect)
		t.Logf("%s: %v allocations", dialect, made)
	}
}

// TestStore_stepsOf_nulls: an INSERT of many rows leaves out columns that are NULL in all of them.
func TestStore_stepsOf_nulls(t *testing.T) {
	s, err := New(&sql.DB{}, MySQL, Options{})
	require.NoError(t, err)
	change := &seats.Change{Account: seats.Account{ID: "acme"}, Created: []users.User{{}, {Approved: time.UnixMicro(7)}}}
	for _, want := range []bool{true, false} {
		w, err := s.stepsOf([]*seats.Change{change})
		require.NoError(t, err)
		last := w.all[len(w.all)-1]
		require.Equal(t, want, strings.Contains(last.text, "approved"))
		require.NotContains(t, last.text, "last_notified")
		require.Len(t, w.of(&last), strings.Count(last.text, "?"))
		change.Created[1].Approved = time.Time{}
	}
}

// TestStatements_no_delete: a host may refer to rows by foreign keys.
func TestStatements_no_delete(t *testing.T) {
	sources, err := filepath.Glob("*.go")
	require.NoError(t, err)
	for _, path := range sources {
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		if !strings.HasSuffix(path, "_test.go") {
			require.NotRegexp(t, `DELETE FROM|REPLACE INTO|TRUNCATE`, string(text), path)
		}
	}
}

// TestReadme_versions compares the drivers with the module of the tests.
func TestReadme_versions(t *testing.T) {
	module, err := os.ReadFile("sqltest/go.mod")
	if os.IsNotExist(err) {
		t.Skip("the tests on databases are a module of their own and did not come along")
	}
	require.NoError(t, err)
	drivers := regexp.MustCompile("`([a-z.]+/[^` ]+ v[0-9.]+)`").FindAllStringSubmatch(readReadme(t), -1)
	require.Len(t, drivers, 4)
	for _, d := range drivers {
		require.Contains(t, string(module), "\t"+d[1]+"\n")
	}
}

// TestReadme_facts: the names in documents are explained.
func TestReadme_facts(t *testing.T) {
	_, text, ok := strings.Cut(readReadme(t), "### Segments, tallies and facts")
	require.True(t, ok)
	text, _, _ = strings.Cut(text, "\n### ")
	explained := func(name string) { require.Contains(t, text, "`"+name+"`") }
	for _, c := range eventFacts {
		explained(c.name)
	}
	for _, c := range userFacts {
		explained(c.name)
	}
	for _, c := range poolFacts {
		explained(c.name)
	}
	for _, s := range users.Statuses() {
		require.Contains(t, text, fmt.Sprintf("`%c` %s", statusLetters[s], s))
	}
	for _, r := range users.Roles() {
		require.Regexp(t, fmt.Sprintf("`%c`\\s%s", roleLetters[r], r), text)
	}
}
