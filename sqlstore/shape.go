package sqlstore

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// A shape is the definition of a table: as the migrations give it, or as the engine's
// catalog does.
type shape struct {
	engine  string // of MySQL, in lower case
	other   string // the kind of object with the table's name, a view for example; "" for a table
	columns map[string]columnShape
	keys    []keyShape
	checks  []string // see normalCheck
}

func (found *shape) exists() bool { return found.other != "" || len(found.columns) > 0 }

type columnShape struct {
	definition string // type, width and collation
	notNull    bool
	optional   bool // an INSERT may leave it out: it has a default, or is generated
}

// A keyShape is a primary key or an index.
type keyShape struct {
	name            string // "" for a primary key
	columns         string // with commas
	unique, partial bool
	deferrable      bool // checked at the end of the statement
	exclusion       bool // an exclusion constraint of PostgreSQL
}

// differences lists the missing and different parts of a found table. Extra parts are the
// host's, except those that refuse rows: required columns, unique keys, exclusion
// constraints.
func (wanted shape) differences(found shape) (all []string) {
	say := func(format string, values ...any) { all = append(all, fmt.Sprintf(format, values...)) }
	if found.other != "" {
		return []string{"it is a " + found.other + " and no table"}
	}
	if wanted.engine != found.engine {
		say("its engine is %s and not %s", found.engine, wanted.engine)
	}
	for _, name := range slices.Sorted(maps.Keys(wanted.columns)) {
		want := wanted.columns[name]
		have, ok := found.columns[name]
		switch {
		case !ok:
			say("it has no column %s", name)
		case have.definition != want.definition:
			say("the column %s is %s and not %s", name, have.definition, want.definition)
		case have.notNull && !want.notNull:
			say("the column %s can't be NULL", name)
		case want.notNull && !have.notNull:
			say("the column %s may be NULL", name)
		case have.optional && wanted.engine != "": // an INSERT of MySQL may leave it out where it is NULL
			say("the column %s has a default, or is generated", name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(found.columns)) {
		if _, ours := wanted.columns[name]; !ours && found.columns[name].notNull && !found.columns[name].optional {
			say("the column %s is the host's, and needs a default or NULL", name)
		}
	}
	for _, want := range wanted.keys {
		i := slices.IndexFunc(found.keys, func(have keyShape) bool { return have.name == want.name })
		switch {
		case i < 0:
			say("it has no %s", want)
		case found.keys[i] != want:
			say("it has %s and no %s", found.keys[i], want)
		}
	}
	for _, have := range found.keys {
		if have.exclusion || have.unique && !slices.ContainsFunc(wanted.keys, have.impliedBy) {
			say("%s is the host's, and refuses rows of the store", have)
		}
	}
	for _, check := range wanted.checks {
		if !slices.Contains(found.checks, check) {
			say("it has no CHECK (%s)", check)
		}
	}
	return all
}

// impliedBy reports whether every row that satisfies the other key satisfies this one.
func (k keyShape) impliedBy(other keyShape) bool {
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

// The forms of statements and lines in the migrations.
var (
	tableForm      = regexp.MustCompile(`(?s)^CREATE TABLE (?:IF NOT EXISTS )?(\w+) \(\n(.*)\n\)(?: ENGINE=(\w+) .*| WITHOUT ROWID)?$`)
	indexForm      = regexp.MustCompile(`^CREATE (UNIQUE )?INDEX (\w+) ON (\w+) \((.*?)\)( WHERE .*)?$`)
	addForm        = regexp.MustCompile(`^ALTER TABLE (\w+) ADD COLUMN (.*)$`)
	columnForm     = regexp.MustCompile(`^([a-z_]+) +(.*?)( NOT NULL)?$`)
	keyForm        = regexp.MustCompile(`^(PRIMARY KEY|UNIQUE INDEX|INDEX) ?(\w*) \((.*?)\)$`)
	statisticsForm = regexp.MustCompile(`ALTER COLUMN \w+ SET \(`) // changes plans alone
)

// shapes returns the tables of this release by name.
func (s schema) shapes() map[string]*shape { return shapesOf(s.migrations()) }

// versionTable returns the table of migrations alone.
func (s schema) versionTable() map[string]*shape {
	name := s.table("migrations")
	return map[string]*shape{name: s.shapes()[name]}
}

// shapesOf returns the tables by name, as the migrations make them.
func shapesOf(migrations []Migration) map[string]*shape {
	all := map[string]*shape{}
	for _, m := range migrations {
		for _, text := range m.changes() {
			if form := tableForm.FindStringSubmatch(text); form != nil {
				table := &shape{engine: lower(form[3]), columns: map[string]columnShape{}}
				for line := range strings.SplitSeq(form[2], ",\n") {
					table.add(strings.TrimSpace(line))
				}
				all[form[1]] = table
				continue
			}
			index, column := indexForm.FindStringSubmatch(text), addForm.FindStringSubmatch(text)
			switch {
			case column != nil:
				all[column[1]].add(column[2])
			case index != nil:
				all[index[3]].keys = append(all[index[3]].keys, keyShape{
					name: index[2], columns: commas(index[4]), unique: index[1] != "", partial: index[5] != "",
				})
			case !statisticsForm.MatchString(text):
				panic("sqlstore: unknown form of a statement in migration " + m.Name) // compiled in
			}
		}
	}
	return all
}

// add adds a line of a CREATE TABLE.
func (t *shape) add(line string) {
	if key := keyForm.FindStringSubmatch(line); key != nil {
		t.keys = append(t.keys, keyShape{name: key[2], columns: commas(key[3]), unique: key[1] != "INDEX"})
		return
	}
	if checks := checksIn(line); checks != nil {
		t.checks = append(t.checks, checks...)
		return
	}
	column := columnForm.FindStringSubmatch(line)
	t.columns[column[1]] = columnShape{definition: lower(column[2]), notNull: column[3] != ""}
}

func commas(columns string) string { return strings.ReplaceAll(columns, " ", "") }

var checkWord = regexp.MustCompile(`(?i)\bCHECK\s*\(`)

// checksIn returns the CHECK constraints of a CREATE TABLE.
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
		all = append(all, normalCheck(text[:max(0, end-1)]))
		text = text[end:]
	}
}

var (
	between = regexp.MustCompile(`(\w+) between (\d+) and (\d+)`)
	// decoration is the part of a condition that engines add or drop in their catalogs.
	decoration = regexp.MustCompile("[\\s()`\"]+")
)

// normalCheck brings a condition into one form for all engines: lower case, >= and <= for
// BETWEEN, single spaces, parentheses dropped.
func normalCheck(condition string) string {
	text := lower(strings.NewReplacer("`", "", `"`, "").Replace(condition))
	text = between.ReplaceAllString(text, "$1 >= $2 and $1 <= $3")
	return strings.TrimSpace(decoration.ReplaceAllString(text, " "))
}

// compare returns one error about the first table that differs. With mayMiss, missing
// tables are passed over.
func compare(wanted, found map[string]*shape, mayMiss bool) error {
	for _, name := range slices.Sorted(maps.Keys(wanted)) {
		if !found[name].exists() {
			if mayMiss {
				continue
			}
			return ownError("there is no table %s", name)
		}
		if all := wanted[name].differences(*found[name]); len(all) > 0 {
			return ownError("the table %s is not as this release makes it: %s", name, strings.Join(all, "; "))
		}
	}
	return nil
}

// lower folds ASCII letters alone, as SQL's keywords need, and not those of a name in quotation marks.
func lower(text string) string {
	quoted := false
	return strings.Map(func(r rune) rune {
		if quoted = quoted != (r == '"'); !quoted && 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, text)
}
