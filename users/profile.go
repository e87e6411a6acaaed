package users

import (
	"encoding/json"
	"fmt"
	"net/mail"
	"slices"

	"github.com/seatkeeper/seatkeeper/internal/enum"
)

// A Profile is what is known of a person. At least one of Username, Email and
// ExternalID is given: by these a person is recognised, see [Key]. The texts are
// bounded by [MaxText] characters (Email by [MaxEmail] bytes, the identifiers by
// [MaxID]) and contain no control characters.
type Profile struct {
	ID         ID       `json:"id,omitzero"`          // the host's, or empty to have one made
	FirstName  string   `json:"first_name,omitzero"`  // given name
	LastName   string   `json:"last_name,omitzero"`   // family name
	Username   string   `json:"username,omitzero"`    // what the person signs in with, where it is not the address; it may look like an address
	Email      string   `json:"email,omitzero"`       // one bare address: ada@example.com
	ExternalID string   `json:"external_id,omitzero"` // the employee number or whatever the person is called in another system
	Location   string   `json:"location,omitzero"`    // office, site, country
	Department string   `json:"department,omitzero"`  // organisational unit
	Title      string   `json:"title,omitzero"`       // job title
	Groups     []string `json:"groups,omitzero"`      // any number up to [MaxGroups]; kept sorted, each once
	Source     Source   `json:"source,omitzero"`      // where the person came from
}

// A Source tells where a person came from.
type Source struct {
	Kind SourceKind `json:"kind"`
	Name string     `json:"name,omitzero"` // of the sync, or of the file; may be empty but for a sync
}

// A SourceKind is a way for people to come into an account.
type SourceKind uint8

// The kinds of source.
const (
	SourceManual SourceKind = iota // entered by hand
	SourceImport                   // out of a file
	SourceSync                     // out of another system, which goes on to say who is there

	sourceCount = int(SourceSync) + 1
)

var sourceNames = enum.Names[SourceKind]{"manual", "import", "sync"}

// String returns the kind in lower case.
func (k SourceKind) String() string { return sourceNames.Of(k) }

// MarshalText returns the text form that [SourceKind.UnmarshalText] reads.
func (k SourceKind) MarshalText() ([]byte, error) { return sourceNames.Marshal(k) }

// UnmarshalText reads the text form; anything else is an error.
func (k *SourceKind) UnmarshalText(text []byte) error { return sourceNames.Unmarshal(text, k) }

// A FieldError says which field of a person, profile, patch or actor is wrong, and why. Its
// text does not contain the value.
type FieldError struct {
	Field  string // "email", "external-id", ...
	Reason error  // such as [ErrTooLong]
}

func (e *FieldError) Error() string { return fmt.Sprintf("users: %s %v", e.Field, e.Reason) }

// Unwrap returns the reason.
func (e *FieldError) Unwrap() error { return e.Reason }

// A Field names a text of a profile and says where it is.
type field struct {
	name string
	text func(*Profile) *string
}

// fields are the texts of a profile in the order of a form.
var fields = []field{
	{"first-name", func(p *Profile) *string { return &p.FirstName }},
	{"last-name", func(p *Profile) *string { return &p.LastName }},
	{"username", func(p *Profile) *string { return &p.Username }},
	{"email", func(p *Profile) *string { return &p.Email }},
	{"external-id", func(p *Profile) *string { return &p.ExternalID }},
	{"location", func(p *Profile) *string { return &p.Location }},
	{"department", func(p *Profile) *string { return &p.Department }},
	{"title", func(p *Profile) *string { return &p.Title }},
}

// Clean returns the profile as it is kept, texts trimmed and groups sorted, or
// a [*FieldError] that names the first field that is wrong. An empty ID passes,
// since one can still be made.
func (p Profile) Clean() (Profile, error) {
	p, err := p.clean()
	if err != nil {
		return Profile{}, err
	}
	return p, p.checkIdentity()
}

// clean is Clean for somebody who need not be recognised by anything but the ID.
func (p Profile) clean() (Profile, error) {
	if p.ID != "" {
		if err := CheckID(p.ID); err != nil {
			return Profile{}, &FieldError{"id", err}
		}
	}
	for _, f := range fields {
		text := f.text(&p)
		*text = trim(*text)
		if (f.name == "username" || f.name == "email") && Fold(*text) == "" {
			*text = "" // what can't be seen is no name
		}
		if err := CheckText(*text, MaxText); err != nil {
			return Profile{}, &FieldError{f.name, err}
		}
	}
	groups, err := cleanGroups(p.Groups)
	if err != nil {
		return Profile{}, &FieldError{"groups", err}
	}
	p.Groups = groups
	if err := p.Source.check(); err != nil {
		return Profile{}, &FieldError{"source", err}
	}
	return p, nil
}

func (p Profile) checkIdentity() error {
	if p.Email != "" && !isAddress(p.Email) {
		return &FieldError{"email", ErrAddress}
	}
	for _, k := range p.Keys() {
		if err := k.check(); err != nil {
			return &FieldError{k.Kind.String(), err}
		}
	}
	if p.Username == "" && p.Email == "" && p.ExternalID == "" {
		return &FieldError{"email", ErrEmpty}
	}
	return nil
}

func (s Source) check() error {
	if int(s.Kind) >= sourceCount {
		return ErrEmpty
	}
	if s.Kind == SourceSync && s.Name == "" {
		return ErrEmpty
	}
	return CheckText(s.Name, MaxText)
}

// isAddress reports whether the text is an address and nothing but the address:
// the standard parser also takes "Name <a@b>" and comments.
func isAddress(text string) bool {
	a, err := mail.ParseAddress(text)
	return err == nil && a.Name == "" && a.Address == text && len(text) <= MaxEmail
}

func cleanGroups(groups []string) ([]string, error) {
	var clean []string
	for _, g := range groups {
		g = trim(g)
		if g == "" {
			continue
		}
		if err := CheckText(g, MaxText); err != nil {
			return nil, err
		}
		clean = append(clean, g)
	}
	slices.Sort(clean)
	clean = slices.Compact(clean)
	if len(clean) > MaxGroups {
		return nil, ErrTooLong
	}
	return clean, nil
}

// A Patch is a change of some fields of a profile. A nil field stays as it is;
// a pointer to the empty text clears it. The ID never changes.
type Patch struct {
	FirstName  *string   `json:"first_name,omitzero"`
	LastName   *string   `json:"last_name,omitzero"`
	Username   *string   `json:"username,omitzero"`
	Email      *string   `json:"email,omitzero"`
	ExternalID *string   `json:"external_id,omitzero"`
	Location   *string   `json:"location,omitzero"`
	Department *string   `json:"department,omitzero"`
	Title      *string   `json:"title,omitzero"`
	Groups     *[]string `json:"groups,omitzero"`
}

// MarshalJSON returns the fields that are not nil. No groups at all are an empty
// list: null would be read as no change.
func (d Patch) MarshalJSON() ([]byte, error) {
	type plain Patch
	if d.Groups != nil && *d.Groups == nil {
		d.Groups = &[]string{}
	}
	return json.Marshal(plain(d))
}

// Apply returns the profile with the patch applied, cleaned, and the names of
// the fields that differ from before, or a [*FieldError].
func (d Patch) Apply(p Profile) (Profile, []string, error) {
	was := p
	texts := []*string{d.FirstName, d.LastName, d.Username, d.Email, d.ExternalID, d.Location, d.Department, d.Title}
	for i, text := range texts {
		if text != nil {
			*fields[i].text(&p) = *text
		}
	}
	if d.Groups != nil {
		p.Groups = *d.Groups
	}
	p, err := p.Clean()
	if err != nil {
		return Profile{}, nil, err
	}
	var changed []string
	for _, f := range fields {
		if *f.text(&p) != *f.text(&was) {
			changed = append(changed, f.name)
		}
	}
	if !slices.Equal(p.Groups, was.Groups) {
		changed = append(changed, "groups")
	}
	return p, changed, nil
}
