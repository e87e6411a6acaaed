package users

import (
	"fmt"
	"slices"
)

// defaultColumns are the columns of the zero options. They have further names, see commonNames.
var defaultColumns = []Column{
	{Header: "First name", Field: "first-name", Optional: true},
	{Header: "Last name", Field: "last-name", Optional: true},
	{Header: "Last name prefix", Field: "last-name-prefix", Optional: true},
	{Header: "Name", Field: "name", Optional: true},
	{Header: "Username", Field: "username", Optional: true},
	{Header: "Email", Field: "email", Optional: true},
	{Header: "External ID", Field: "external-id", Optional: true},
	{Header: "Role", Field: "role", Optional: true},
	{Header: "Location", Field: "location", Optional: true},
	{Header: "Department", Field: "department", Optional: true},
	{Header: "Title", Field: "title", Optional: true},
	{Header: "Groups", Field: "groups", Optional: true},
	{Header: "Status", Field: "status", Optional: true},
	{Header: "Active", Field: "active", Optional: true},
	{Header: "Inactive", Field: "inactive", Optional: true},
	{Header: "Last day", Field: "last-day", Optional: true, Synonyms: []string{"Last day of access", "Last day with access", "Last working day", "Active until"}},
	{Header: "First day without access", Field: "first-day-without", Optional: true, Synonyms: []string{"First day without", "Inactive from"}},
	{Header: "Leave date", Field: "leave", Optional: true, Synonyms: []string{"Leaving date", "End date", "Deactivation date", "Make inactive", "Termination date", "Expiration date", "Expiry date"}},
}

var (
	readOnly  = []string{"name", "last-name-prefix", "active", "inactive", "leave"} // fields that are not written
	severally = []string{"groups", "status", "active", "inactive"}                  // fields that several columns of a file may have
	otherwise = []string{"role", "password", "groups", "status"}                    // fields that are no text of a profile and no day
)

// isField reports whether a column may have the field.
func isField(name string) bool {
	_, leave := leaveFields[name]
	return leave || slices.Contains(fields[:], name) || slices.Contains(otherwise, name) || slices.Contains(readOnly, name)
}

// complete returns the options with their defaults, or an error for a contradiction.
func (o RosterOptions) complete() (RosterOptions, error) {
	if len(o.Columns) == 0 {
		o.Columns = defaultColumns
	}
	o.Columns = withSynonyms(o.Columns)
	if len(o.Roles) == 0 {
		o.Roles = defaultRoles
	}
	if o.Source == (Source{}) {
		o.Source.Kind = SourceImport
	}
	if err := o.Source.check(); err != nil {
		return o, &FieldError{"source", err}
	}
	headers, fields := map[string]bool{}, map[string]bool{}
	for _, c := range o.Columns {
		wrong := ""
		switch {
		case !isField(c.Field):
			wrong = fmt.Sprintf("the field %q is unknown", c.Field)
		case fields[c.Field]:
			wrong = fmt.Sprintf("another column has the field %q", c.Field)
		}
		fields[c.Field] = true
		for _, header := range c.headers() {
			switch name := label(header); {
			case name == "":
				wrong = "the header is empty"
			case headers[name]:
				wrong = "another column has this header"
			default:
				headers[name] = true
			}
		}
		if wrong != "" {
			return o, fmt.Errorf("users: roster column %q: %s", c.Header, wrong)
		}
	}
	if err := o.checkMapping(); err != nil {
		return o, err
	}
	if err := checkWords("role", o.Roles, Role.Valid); err != nil {
		return o, err
	}
	return o, checkWords("status", o.Statuses, func(s Status) bool { return slices.Contains(Statuses(), s) })
}

// withSynonyms returns the columns with those of one field as one: further optional columns are synonyms.
func withSynonyms(columns []Column) (all []Column) {
	for _, c := range columns {
		i := slices.IndexFunc(all, func(a Column) bool { return a.Field == c.Field && a.Optional && c.Optional && a.Filled == c.Filled })
		if i < 0 {
			all = append(all, c)
			continue
		}
		all[i].Synonyms = slices.Concat(all[i].Synonyms, c.headers())
	}
	return all
}

// checkMapping checks the headers and fields of the mapping.
func (o RosterOptions) checkMapping() error {
	mapped := map[string]string{}
	for header, field := range o.Mapping {
		other, ok := mapped[label(header)]
		switch {
		case label(header) == "":
			return fmt.Errorf("users: roster mapping to %q: the header is empty", field)
		case field != "" && !isField(field):
			return fmt.Errorf("users: roster mapping of %q: the field %q is unknown", header, field)
		case ok && other != field:
			return fmt.Errorf("users: roster mapping of %q: it has two fields", header)
		}
		mapped[label(header)] = field
	}
	return nil
}

// checkWords checks words for roles or statuses.
func checkWords[V comparable](kind string, words map[string]V, valid func(V) bool) error {
	values := map[string]V{}
	for word, v := range words {
		if !valid(v) {
			return fmt.Errorf("users: roster %s %q: the %s is unknown", kind, word, kind)
		}
		if other, ok := values[label(word)]; ok && other != v {
			return fmt.Errorf("users: roster %s %q: the word stands for two values", kind, word)
		}
		values[label(word)] = v
	}
	return nil
}

// headers lists the headers of the column.
func (c Column) headers() []string { return append([]string{c.Header}, c.Synonyms...) }
