package scim

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/seatkeeper/seatkeeper/users"
)

// MediaType is the media type of bodies and answers.
const MediaType = "application/scim+json"

// A Document is a JSON object of an answer. Its keys are attributes.
type Document map[string]any

// Version returns the meta.version of a resource, for the header ETag; empty: none.
func (d Document) Version() string { return d.meta("version") }

// Location returns the meta.location of a resource, for the header Location of 201; empty: none.
func (d Document) Location() string { return d.meta("location") }

func (d Document) meta(name string) string {
	meta, _ := d["meta"].(map[string]any)
	text, _ := meta[name].(string)
	return text
}

// Show returns the resource with the attributes that the parameters "attributes" and "excludedAttributes" of
// a request leave (RFC 7644, 3.9), "schemas" and "id" in any case. The parameters count by whole attributes: one
// sub-attribute shows all.
func (d Document) Show(parameters url.Values) Document {
	only, without := attributeList(parameters.Get("attributes")), attributeList(parameters.Get("excludedAttributes"))
	if len(only)+len(without) == 0 {
		return d
	}
	shown := Document{}
	for name, value := range d {
		key := users.Fold(name)
		always := key == "id" || key == "schemas"
		if always || len(only) > 0 && slices.Contains(only, key) || len(only) == 0 && !slices.Contains(without, key) {
			shown[name] = value
		}
	}
	return shown
}

// attributeList returns the folded attributes of a list with commas.
func attributeList(text string) (names []string) {
	for name := range strings.SplitSeq(text, ",") {
		if p, err := readPath(name); err == nil && p.attribute != "" {
			names = append(names, p.attribute)
			if p.attribute == "department" {
				names = append(names, users.Fold(enterpriseSchema))
			}
		}
	}
	return names
}

// resource completes a resource: its meta with a version, which is weak and the same for the same content.
func (c Connection) resource(d Document, kind, id string, created time.Time) Document {
	content, _ := json.Marshal(d)
	sum := sha256.Sum256(content)
	meta := map[string]any{
		"resourceType": kind,
		"location":     c.location(kind, id),
		"version":      `W/"` + hex.EncodeToString(sum[:8]) + `"`,
	}
	if !created.IsZero() {
		meta["created"] = created.Format(time.RFC3339Nano)
	}
	d["meta"] = meta
	return d
}

// location returns the URL of a resource.
func (c Connection) location(kind, id string) string {
	return c.Base + "/" + kind + "s/" + url.PathEscape(id)
}

// User returns the resource of a user, as the answer to GET, POST, PUT and PATCH. A user without a username is shown by
// the address as the userName, or by the external ID.
func (c Connection) User(u users.User) Document {
	name := strings.TrimSpace(u.FirstName + " " + u.LastName)
	d := Document{
		"schemas":  []string{userSchema},
		"id":       string(u.ID),
		"userName": userName(u.Profile),
		"active":   isActive(u),
	}
	set := func(attribute, value string) {
		if value != "" {
			d[attribute] = value
		}
	}
	set("externalId", u.ExternalID)
	set("title", u.Title)
	set("displayName", name)
	if name != "" {
		d["name"] = map[string]string{"givenName": u.FirstName, "familyName": u.LastName, "formatted": name}
	}
	if u.Email != "" {
		d["emails"] = []any{map[string]any{"value": u.Email, "type": "work", "primary": true}}
	}
	if u.Location != "" {
		d["addresses"] = []any{map[string]any{"locality": u.Location, "type": "work", "primary": true}}
	}
	if u.Department != "" {
		d["schemas"] = []string{userSchema, enterpriseSchema}
		d[enterpriseSchema] = map[string]string{"department": u.Department}
	}
	return c.resource(d, "User", string(u.ID), u.Created)
}

// userName returns the name by which a user is shown and found.
func userName(p users.Profile) string {
	switch {
	case p.Username != "":
		return p.Username
	case p.Email != "":
		return p.Email
	}
	return p.ExternalID
}

// isActive reports whether a user is shown as active.
func isActive(u users.User) bool { return present.Has(u.Status) }

// present are the statuses shown as active.
var present = users.In(users.Invited, users.Active)
