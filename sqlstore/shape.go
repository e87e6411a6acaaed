package sqlstore

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// A shape is how a table is made: as the migrations say, or as it is in the database.
type shape struct {
	engine  string // of MySQL, in lower case
	instead string // what has the name and is no table, a view for example
	columns map[string]columnShape
	keys    []keyShape
	checks  []string // see normal
}

type columnShape struct {
	kind     string // its type, with its width and its collation
	required bool   // it is not NULL
	given    bool   // what is required has a default, or follows from others
}

// A keyShape is a primary key or an index.
type keyShape struct {
	name            string // "" for a primary key
	columns         string // with commas
	unique, partial bool
	deferrable      bool // it is looked at when the statement ends, and not for each row
	exclusion       bool // of PostgreSQL: the host's own operators say which rows it keeps out
}

// needs says what of the shape that is wanted is missing or different in the one that is
// found. What is there besides is the host's, but for what would get in the way: a column
// that has to be given, and a unique key.
func (wanted shape) needs(found shape) (all []string) {
	say := func(format string, values ...any) { all = append(all, fmt.Sprintf(format, values...)) }
	if found.instead != "" {
		return []string{"it is a " + found.instead + " and no table"}
	}
	if wanted.engine != found.engine {
		say("its engine is %s and not %s", found.engine, wanted.engine)
	}
	for _, name := range slices.Sorted(maps.Keys(wanted.columns)) {
		want := wanted.columns[name]
		have, there := found.columns[name]
		switch {
		case !there:
			say("it has no column %s", name)
		case have.kind != want.kind:
			say("the column %s is %s and not %s", name, have.kind, want.kind)
		case have.required && !want.required:
			say("the column %s can't be NULL", name)
		case want.required && !have.required:
			say("the column %s may be NULL", name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(found.columns)) {
		if _, ours := wanted.columns[name]; !ours && found.columns[name].required && !found.columns[name].given {
			say("the column %s is not ours, and has to be given in every row", name)
		}
	}
	for _, want := range wanted.keys {
		at := slices.IndexFunc(found.keys, func(have keyShape) bool { return have.name == want.name })
		switch {
		case at < 0:
			say("it has no %s", want)
		case found.keys[at] != want:
			say("it has %s and no %s", found.keys[at], want)
		}
	}
	for _, have := range found.keys {
		if have.exclusion || have.unique && !slices.ContainsFunc(wanted.keys, have.follows) {
			say("%s is not ours, and keeps rows out", have)
		}
	}
	for _, check := range wanted.checks {
		if !slices.Contains(found.checks, check) {
			say("it has no CHECK (%s)", check)
		}
	}
	return all
}

// follows reports whether nothing can break a unique key that does not break another one.
func (k keyShape) follows(other keyShape) bool {
	mine := strings.Split(k.columns, ",")
	return other.unique && !slices.ContainsFunc(strings.Split(other.columns, ","), func(c string) bool { return !slices.Contains(mine, c) })
}

func (k keyShape) String() string {
	kind := "index"
	switch {
	case k.name == "":
		kind = "primary key"
	case k.exclusion:
		kind = "exclusion constraint"
	case k.unique:
		kind = "unique key"
	}
	words := []string{kind, k.name, "(" + k.columns + ")"}
	if k.partial {
		words = append(words, "of some rows or of parts of columns")
	}
	if k.deferrable {
		words = append(words, "DEFERRABLE")
	}
	return strings.Join(slices.DeleteFunc(words, func(w string) bool { return w == "" }), " ")
}

// The forms of what makes tables in the migrations.
var (
	tableForm  = regexp.MustCompile(`(?s)^CREATE TABLE (?:IF NOT EXISTS )?(\w+) \(\n(.*)\n\)(?: ENGINE=(\w+) .*)?$`)
	indexForm  = regexp.MustCompile(`^CREATE (UNIQUE )?INDEX (\w+) ON (\w+) \((.*?)\)( WHERE .*)?$`)
	columnForm = regexp.MustCompile(`^([a-z_]+) +(.*?)( NOT NULL)?$`)
	keyForm    = regexp.MustCompile(`^(PRIMARY KEY|CONSTRAINT|UNIQUE INDEX|INDEX) ?(\w*)(?: UNIQUE)? \((.*?)\)( DEFERRABLE INITIALLY IMMEDIATE)?$`)
	tuningForm = regexp.MustCompile(`ALTER COLUMN \w+ SET \(`) // how the planner counts is no shape
)

// shapes returns the tables as all migrations make them, by name.
func (s schema) shapes() map[string]*shape { return made(s.migrations()) }

// made returns the tables as these migrations make them.
func made(migrations []Migration) map[string]*shape {
	all := map[string]*shape{}
	for _, m := range migrations {
		text := m.Statements[0]
		if form := tableForm.FindStringSubmatch(text); form != nil {
			table := &shape{engine: lower(form[3]), columns: map[string]columnShape{}}
			for line := range strings.SplitSeq(form[2], ",\n") {
				table.add(strings.TrimSpace(line))
			}
			all[form[1]] = table
			continue
		}
		index := indexForm.FindStringSubmatch(text)
		switch {
		case index != nil:
			all[index[3]].keys = append(all[index[3]].keys, keyShape{
				name: index[2], columns: commas(index[4]), unique: index[1] != "", partial: index[5] != "",
			})
		case !tuningForm.MatchString(text):
			panic("sqlstore: a migration that makes nobody knows what: " + m.Name) // they are compiled in
		}
	}
	return all
}

// add adds a line of a table.
func (t *shape) add(line string) {
	if key := keyForm.FindStringSubmatch(line); key != nil {
		t.keys = append(t.keys, keyShape{name: key[2], columns: commas(key[3]), unique: key[1] != "INDEX", deferrable: key[4] != ""})
		return
	}
	if checks := checksIn(line); checks != nil {
		t.checks = append(t.checks, checks...)
		return
	}
	column := columnForm.FindStringSubmatch(line)
	t.columns[column[1]] = columnShape{kind: lower(column[2]), required: column[3] != ""}
}

func commas(columns string) string { return strings.ReplaceAll(columns, " ", "") }

var checkWord = regexp.MustCompile(`(?i)\bCHECK\s*\(`)

// checksIn returns the CHECK constraints in a statement that makes a table.
func checksIn(text string) (all []string) {
	for {
		at := checkWord.FindStringIndex(text)
		if at == nil {
			return all
		}
		text = text[at[1]:]
		open, end := 1, 0
		for ; end < len(text) && open > 0; end++ {
			switch text[end] {
			case '(':
				open++
			case ')':
				open--
			}
		}
		all = append(all, normal(text[:max(0, end-1)]))
		text = text[end:]
	}
}

var (
	between = regexp.MustCompile(`(\w+) between (\d+) and (\d+)`)
	// decoration is what engines add to a condition, or leave out of it, when they say it.
	decoration = regexp.MustCompile("[\\s()`\"]+")
)

// normal is a condition as every engine says it. Without its parentheses it may be that of
// another condition, but of none that anybody has made by mistake.
func normal(condition string) string {
	text := lower(strings.NewReplacer("`", "", `"`, "").Replace(condition))
	text = between.ReplaceAllString(text, "$1 >= $2 and $1 <= $3")
	return strings.TrimSpace(decoration.ReplaceAllString(text, " "))
}

// there reports whether something has the name.
func (found *shape) there() bool { return found.instead != "" || len(found.columns) > 0 }

// differences compares the tables with those that are wanted, and is one error about the
// first that is another one. Where some may be missing, they are passed over.
func differences(wanted, found map[string]*shape, missing bool) error {
	for _, name := range slices.Sorted(maps.Keys(wanted)) {
		if !found[name].there() {
			if missing {
				continue
			}
			return own("there is no table %s", name)
		}
		if all := wanted[name].needs(*found[name]); len(all) > 0 {
			return own("the table %s is not as this release makes it; is it somebody else's? %s", name, strings.Join(all, "; "))
		}
	}
	return nil
}

// lower puts the letters of SQL's own words in lower case.
func lower(text string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, text)
}
