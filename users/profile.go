package users

import (
	"net/mail"
	"slices"
	"strings"

	"github.com/seatkeeper/seatkeeper/internal/enum"
)

// A Profile has the personal data of a user. At least one of Username, Email and ExternalID is
// required: they identify the user, see [Key]. Texts have at most [MaxText] characters, Email
// at most [MaxEmail] bytes, identifiers at most [MaxID] bytes. Control characters are refused. Invisible
// characters, see [Fold], are removed, so that they make no second user, group or location. Other texts than
// Username, Email and ExternalID keep joiners and variation selectors in the scripts, and the emoji, whose look
// they change.
type Profile struct {
	ID         ID       `json:"id,omitzero"`          // given by the host; the Keeper makes one for an empty ID
	FirstName  string   `json:"first_name,omitzero"`  // given name
	LastName   string   `json:"last_name,omitzero"`   // family name
	Username   string   `json:"username,omitzero"`    // a sign-in name; it may look like an address
	Email      string   `json:"email,omitzero"`       // one bare address: ada@example.com
	ExternalID string   `json:"external_id,omitzero"` // the employee number or the ID in another system
	Location   string   `json:"location,omitzero"`    // office, site, country
	Department string   `json:"department,omitzero"`  // organisational unit
	Title      string   `json:"title,omitzero"`       // job title
	Groups     []string `json:"groups,omitzero"`      // at most [MaxGroups]; kept sorted, each once
	Source     Source   `json:"source,omitzero"`      // the origin
}

// A Source is the origin of a user.
type Source struct {
	Kind SourceKind `json:"kind"`
	Name string     `json:"name,omitzero"` // the sync or the file; required for a sync
}

// A SourceKind is a kind of source.
type SourceKind uint8

// The kinds of source.
const (
	SourceManual SourceKind = iota // entered by hand
	SourceImport                   // from a file or an import
	SourceSync                     // from another system, kept in step

	sourceCount = int(SourceSync) + 1
)

var sourceNames = enum.Names[SourceKind]{"manual", "import", "sync"}

// String returns the kind in lower case.
func (k SourceKind) String() string { return sourceNames.Of(k) }

// MarshalText returns the text form.
func (k SourceKind) MarshalText() ([]byte, error) { return sourceNames.Marshal(k) }

// UnmarshalText reads the text form.
func (k *SourceKind) UnmarshalText(text []byte) error { return sourceNames.Unmarshal(text, k) }

// fields are the names of the texts of a profile in the order of a form.
var fields = [...]string{"first-name", "last-name", "username", "email", "external-id", "location", "department", "title"}

// texts are the texts of a profile in the order of fields.
func (p *Profile) texts() [len(fields)]*string {
	return [...]*string{&p.FirstName, &p.LastName, &p.Username, &p.Email, &p.ExternalID, &p.Location, &p.Department, &p.Title}
}

// text returns the text with that name in fields.
func (p *Profile) text(field string) *string { return p.texts()[slices.Index(fields[:], field)] }

// Clean returns the stored form of the profile, texts trimmed and groups sorted, or a
// [*FieldError] with the first wrong field. An empty ID passes.
func (p Profile) Clean() (Profile, error) {
	if err := p.clean(); err != nil {
		return Profile{}, err
	}
	return p, p.checkIdentity(p.Keys())
}

// clean is Clean in place, for a profile identified by the ID alone.
func (p *Profile) clean() error {
	if p.ID != "" {
		if err := CheckID(p.ID); err != nil {
			return &FieldError{"id", err}
		}
	}
	for i, text := range p.texts() {
		if isClean(*text) {
			continue
		}
		show := legible
		if text == &p.Username || text == &p.Email || text == &p.ExternalID {
			show = visible
		}
		*text = trim(show(*text))
		if err := CheckText(*text, MaxText); err != nil {
			return &FieldError{fields[i], err}
		}
	}
	groups, err := cleanGroups(p.Groups)
	if err != nil {
		return &FieldError{"groups", err}
	}
	p.Groups = groups
	if err := p.Source.check(); err != nil {
		return &FieldError{"source", err}
	}
	return nil
}

// Fitted returns the profile with what is optional as [Profile.Clean] takes it, for a profile from a directory at
// the door: names, Location, Department and Title are cut to [MaxText] characters, and left out where they have
// characters that are refused; so are groups, those with longer names and those beyond [MaxGroups] by order. The ID
// and what identifies the user stay as they are.
func (p Profile) Fitted() Profile {
	for _, text := range []*string{&p.FirstName, &p.LastName, &p.Location, &p.Department, &p.Title} {
		*text = trim(legible(*text))
		if checkCharacters(*text) != nil {
			*text = ""
		}
		if runes := []rune(*text); len(runes) > MaxText {
			*text = trim(string(runes[:MaxText]))
		}
	}
	var groups []string
	for _, g := range p.Groups {
		if g, err := CleanGroup(g); err == nil {
			groups = append(groups, g)
		}
	}
	slices.Sort(groups)
	groups = slices.Compact(groups)
	p.Groups = groups[:min(len(groups), MaxGroups)]
	return p
}

// isClean reports of most clean texts that they are clean, at little cost.
func isClean(text string) bool { return len(text) <= MaxText && isPlain(text) }

// checkIdentity checks the keys of a clean profile.
func (p *Profile) checkIdentity(keys []Key) error {
	if p.Email != "" && !isAddress(p.Email) {
		return &FieldError{"email", ErrAddress}
	}
	for _, k := range keys {
		if err := k.check(); err != nil {
			return &FieldError{k.Kind.String(), err}
		}
	}
	if p.Username == "" && p.Email == "" && p.ExternalID == "" {
		return &FieldError{"profile", ErrNoIdentity}
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

// isAddress reports whether the text is a bare address. The standard parser also accepts
// "Name <a@b>" and comments. It makes a dozen allocations, so that most addresses pass by their
// bytes.
func isAddress(text string) bool {
	if len(text) > MaxEmail {
		return false
	}
	if local, domain, ok := strings.Cut(text, "@"); ok && isDotAtom(local) && isDotAtom(domain) {
		return true
	}
	a, err := mail.ParseAddress(text)
	return err == nil && a.Name == "" && a.Address == text
}

// isDotAtom reports whether the text has words of letters, digits, "-", "_" and "+" joined by dots:
// most of the dot-atoms of RFC 5322.
func isDotAtom(text string) bool {
	last := byte('.')
	for _, c := range []byte(text) {
		switch {
		case 'a' <= c|0x20 && c|0x20 <= 'z', '0' <= c && c <= '9', c == '-', c == '_', c == '+':
		case c != '.' || last == '.':
			return false
		}
		last = c
	}
	return last != '.'
}

// CleanGroup returns the stored form of the name of a group, as [Profile.Clean] makes it, or the [Reason] against
// it: [ErrEmpty] for a blank one.
func CleanGroup(name string) (string, error) {
	name = cleanGroup(name)
	if name == "" {
		return "", ErrEmpty
	}
	return name, CheckText(name, MaxText)
}

func cleanGroup(group string) string { return trim(legible(group)) }

func cleanGroups(groups []string) ([]string, error) {
	if len(groups) == 0 {
		return nil, nil
	}
	var clean []string
	for _, g := range groups {
		switch g, err := CleanGroup(g); err {
		case nil:
			clean = append(clean, g)
		case ErrEmpty:
		default:
			return nil, err
		}
	}
	slices.Sort(clean)
	clean = slices.Compact(clean)
	if len(clean) > MaxGroups {
		return nil, ErrTooLong
	}
	return clean, nil
}
