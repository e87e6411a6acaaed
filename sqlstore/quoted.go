package sqlstore

import (
	"regexp"
	"slices"
	"strings"
)

// A quoteless error is one of the engine, or of its driver, without what it quotes:
// engines quote the values of the row that they refuse, and so names and addresses. The
// error itself is there to be asked.
type quoteless struct {
	text string
	error
}

func (q quoteless) Error() string { return q.text }
func (q quoteless) Unwrap() error { return q.error }

// withoutValues returns the error without what it quotes but names of the schema.
func (s schema) withoutValues(err error) error {
	if err == nil || !strings.ContainsAny(err.Error(), `'"`) {
		return err
	}
	return quoteless{unquoted(err.Error(), s.names), err}
}

// names reports whether the text is a name of this schema: of a table, a column, an index.
// The table may have the name of its database in front.
func (s schema) names(text string) bool {
	parts := strings.Split(text, ".")
	if len(parts) > 1 && strings.HasPrefix(parts[1], s.prefix) {
		parts = parts[1:]
	}
	words := s.words()
	return !slices.ContainsFunc(parts, func(part string) bool { return !words[part] })
}

var word = regexp.MustCompile(`\w+`)

// words are all the words in the migrations.
func (s schema) words() map[string]bool {
	all := map[string]bool{}
	for _, m := range s.migrations() {
		for _, w := range word.FindAllString(m.Statements[0], -1) {
			all[w] = true
		}
	}
	return all
}

var quotedNames = regexp.MustCompile(`'[\w.]+'|"[\w.]+"`)

// unquoted leaves out all from the first quote to the last, since a value may have some in
// it, but for names that are known.
func unquoted(text string, known func(string) bool) string {
	const single, double = "\x01", "\x02"
	hide, show := strings.NewReplacer("'", single, `"`, double), strings.NewReplacer(single, "'", double, `"`)
	text = quotedNames.ReplaceAllStringFunc(text, func(name string) string {
		if known(name[1 : len(name)-1]) {
			return hide.Replace(name)
		}
		return name
	})
	if first := strings.IndexAny(text, `'"`); first >= 0 {
		rest := ""
		if last := strings.LastIndexAny(text, `'"`); last > first {
			rest = text[last+1:]
		}
		text = text[:first] + "…" + rest
	}
	return show.Replace(text)
}
