package users

import (
	"encoding/json"
	"slices"
)

// A Patch changes fields of a profile. A nil field stays as it is, a pointer to the empty text
// clears it. The ID is final.
type Patch struct {
	FirstName  *string   `json:"first_name,omitzero"`
	LastName   *string   `json:"last_name,omitzero"`
	Username   *string   `json:"username,omitzero"`
	Email      *string   `json:"email,omitzero"`
	ExternalID *string   `json:"external_id,omitzero"`
	Location   *string   `json:"location,omitzero"`
	Department *string   `json:"department,omitzero"`
	Title      *string   `json:"title,omitzero"`
	Groups     *[]string `json:"groups,omitzero"` // all of them
	// AddGroups and RemoveGroups change some groups and leave the others, so that two admins at once lose
	// nothing. They count after Groups; a group in both is there. To add a group that is there, or to
	// remove one that is not, changes nothing.
	AddGroups    *[]string `json:"add_groups,omitzero"`
	RemoveGroups *[]string `json:"remove_groups,omitzero"`
}

// texts are the texts of a patch in the order of fields.
func (p *Patch) texts() []**string {
	return []**string{&p.FirstName, &p.LastName, &p.Username, &p.Email, &p.ExternalID, &p.Location, &p.Department, &p.Title}
}

// MarshalJSON returns the set fields. A pointer to nil groups becomes the empty list, since
// null is refused.
func (p Patch) MarshalJSON() ([]byte, error) {
	type plain Patch
	for _, groups := range []**[]string{&p.Groups, &p.AddGroups, &p.RemoveGroups} {
		if *groups != nil && **groups == nil {
			*groups = &[]string{}
		}
	}
	return json.Marshal(plain(p))
}

// Fields lists the names of the fields of a patch, as in [FieldError.Field].
func Fields() []string { return append(slices.Clone(fields[:]), groupsField) }

// Without returns the patch without the named fields.
func (p Patch) Without(names ...string) Patch {
	for i, text := range p.texts() {
		if slices.Contains(names, fields[i]) {
			*text = nil
		}
	}
	if slices.Contains(names, groupsField) {
		p.Groups, p.AddGroups, p.RemoveGroups = nil, nil, nil
	}
	return p
}

// Apply returns the patched and cleaned profile and the names of the changed fields, as in
// [FieldError.Field], or a [*FieldError].
func (p Patch) Apply(was Profile) (now Profile, changed []string, err error) {
	now = was
	of := now.texts()
	for i, text := range p.texts() {
		if *text != nil {
			*of[i] = **text
		}
	}
	if p.Groups != nil {
		now.Groups = *p.Groups
	}
	if p.RemoveGroups != nil {
		gone, err := cleanGroups(*p.RemoveGroups)
		if err != nil {
			return Profile{}, nil, &FieldError{groupsField, err}
		}
		now.Groups = slices.DeleteFunc(slices.Clone(now.Groups), func(g string) bool { return slices.Contains(gone, cleanGroup(g)) })
	}
	if p.AddGroups != nil {
		now.Groups = slices.Concat(now.Groups, *p.AddGroups)
	}
	if now, err = now.Clean(); err != nil {
		return Profile{}, nil, err
	}
	before := was.texts()
	for i, after := range now.texts() {
		if *after != *before[i] {
			changed = append(changed, fields[i])
		}
	}
	if !slices.Equal(now.Groups, was.Groups) {
		changed = append(changed, groupsField)
	}
	return now, changed, nil
}

// groupsField is the name of the field of groups.
const groupsField = "groups"

// Patches returns the patch from one profile to another, and the patch back. Both have the
// fields that differ.
func Patches(was, now Profile) (forth, back Patch) {
	to, from, texts := forth.texts(), back.texts(), now.texts()
	for i, text := range was.texts() {
		if before, after := *text, *texts[i]; before != after {
			*to[i], *from[i] = &after, &before
		}
	}
	if !slices.Equal(was.Groups, now.Groups) {
		before, after := append([]string{}, was.Groups...), append([]string{}, now.Groups...)
		forth.Groups, back.Groups = &after, &before
	}
	return forth, back
}

// Lacking returns the patch that fills the empty fields of the profile from another one.
func (p Profile) Lacking(other Profile) (fill Patch) {
	to, from := fill.texts(), other.texts()
	for i, text := range p.texts() {
		if *text == "" && *from[i] != "" {
			*to[i] = from[i]
		}
	}
	if len(p.Groups) == 0 && len(other.Groups) > 0 {
		fill.Groups = &other.Groups
	}
	return fill
}

// Undo returns the patch that takes one from forth back, of the named fields alone: forth and back
// are those of [Patches], and now is the present profile. A field that has a third value by now
// stays; it is one of changed. Of the groups those added by forth are removed, and the others
// stay.
func (back Patch) Undo(forth Patch, now Profile, names []string) (undo Patch, changed []string) {
	before, after, present := back.texts(), forth.texts(), now.texts()
	for i, to := range undo.texts() {
		if *before[i] == nil || *after[i] == nil || !slices.Contains(names, fields[i]) {
			continue
		}
		switch *present[i] {
		case **before[i]: // it is back
		case **after[i]:
			*to = *before[i]
		default:
			changed = append(changed, fields[i])
		}
	}
	if back.Groups == nil || forth.Groups == nil || !slices.Contains(names, groupsField) {
		return undo, changed
	}
	groups := slices.DeleteFunc(slices.Clone(now.Groups), func(g string) bool {
		return slices.Contains(*forth.Groups, g) && !slices.Contains(*back.Groups, g)
	})
	for _, g := range *back.Groups {
		if !slices.Contains(*forth.Groups, g) && !slices.Contains(groups, g) {
			groups = append(groups, g)
		}
	}
	if slices.Sort(groups); !slices.Equal(groups, now.Groups) {
		undo.Groups = &groups
	}
	return undo, changed
}

// Or returns the fields of the patch, and of the other one those that it lacks.
func (p Patch) Or(other Patch) Patch {
	from := other.texts()
	for i, to := range p.texts() {
		if *to == nil {
			*to = *from[i]
		}
	}
	if p.Groups == nil {
		p.Groups = other.Groups
	}
	return p
}
