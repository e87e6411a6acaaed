package scim

import (
	"net/url"

	"github.com/seatkeeper/seatkeeper/users"
)

// ServiceProviderConfig returns the answer to GET /ServiceProviderConfig (RFC 7643, 5; RFC 9865, 4).
func (c Connection) ServiceProviderConfig() Document {
	supported := func(yes bool) map[string]any { return map[string]any{"supported": yes} }
	return Document{
		"schemas":        []string{configSchema},
		"patch":          supported(true),
		"bulk":           map[string]any{"supported": false, "maxOperations": 0, "maxPayloadSize": 0},
		"filter":         map[string]any{"supported": true, "maxResults": MaxCount},
		"changePassword": supported(false),
		"sort":           supported(false),
		"etag":           supported(false),
		"pagination": map[string]any{
			"index": true, "cursor": true, "defaultPaginationMethod": "index",
			"defaultPageSize": DefaultCount, "maxPageSize": MaxCount,
		},
		"authenticationSchemes": []any{map[string]any{
			"type": "oauthbearertoken", "name": "Bearer token", "primary": true,
			"description": "A token of this connection, in the header Authorization", "specUri": "https://www.rfc-editor.org/info/rfc6750",
		}},
		"interopProfileConformant": false, // see the documentation of the package
		"meta":                     map[string]any{"resourceType": "ServiceProviderConfig", "location": c.Base + "/ServiceProviderConfig"},
	}
}

// ResourceTypes returns the answer to GET /ResourceTypes.
func (c Connection) ResourceTypes() Document { return whole(c.resourceTypes()) }

// ResourceType returns the answer to GET /ResourceTypes/{id}, or [ErrNotFound].
func (c Connection) ResourceType(id string) (Document, error) { return byID(c.resourceTypes(), id) }

func (c Connection) resourceTypes() []Document {
	kind := func(name, schema, description string) Document {
		return Document{
			"schemas": []string{typeSchema}, "id": name, "name": name, "endpoint": "/" + name + "s", "schema": schema,
			"description": description,
			"meta":        map[string]any{"resourceType": "ResourceType", "location": c.Base + "/ResourceTypes/" + name},
		}
	}
	user := kind("User", userSchema, "A user of the account")
	user["schemaExtensions"] = []any{map[string]any{"schema": enterpriseSchema, "required": false}}
	return []Document{user, kind("Group", groupSchema, "A group of users")}
}

// Schemas returns the answer to GET /Schemas: exactly what is read and shown.
func (c Connection) Schemas() Document { return whole(c.schemas()) }

// Schema returns the answer to GET /Schemas/{id}, or [ErrNotFound].
func (c Connection) Schema(id string) (Document, error) { return byID(c.schemas(), id) }

func (c Connection) schemas() (all []Document) {
	for _, s := range schemas {
		all = append(all, Document{
			"schemas": []string{schemaSchema}, "id": s.id, "name": s.name, "attributes": s.attributes,
			"meta": map[string]any{"resourceType": "Schema", "location": c.Base + "/Schemas/" + url.PathEscape(s.id)},
		})
	}
	return all
}

func whole(all []Document) Document { return list(all, int64(len(all)), 1) }

func byID(all []Document, id string) (Document, error) {
	for _, d := range all {
		if users.Fold(d["id"].(string)) == users.Fold(id) {
			return d, nil
		}
	}
	return nil, ErrNotFound
}

// An attribute is one of a schema (RFC 7643, 7).
type attribute struct {
	Name          string      `json:"name"`
	Type          string      `json:"type"`
	MultiValued   bool        `json:"multiValued"`
	Description   string      `json:"description"`
	Required      bool        `json:"required"`
	CaseExact     bool        `json:"caseExact"`
	Mutability    string      `json:"mutability"`
	Returned      string      `json:"returned"`
	Uniqueness    string      `json:"uniqueness"`
	Canonical     []string    `json:"canonicalValues,omitempty"`
	References    []string    `json:"referenceTypes,omitempty"`
	SubAttributes []attribute `json:"subAttributes,omitempty"`
}

// a returns an attribute with a text that may be set.
func a(name, description string) attribute {
	return attribute{Name: name, Type: "string", Description: description, Mutability: "readWrite", Returned: "default", Uniqueness: "none"}
}

// with returns the attribute with differences.
func (a attribute) with(changes ...func(*attribute)) attribute {
	for _, change := range changes {
		change(&a)
	}
	return a
}

func required(a *attribute)  { a.Required = true }
func exact(a *attribute)     { a.CaseExact = true }
func unique(a *attribute)    { a.Uniqueness = "server" }
func boolean(a *attribute)   { a.Type = "boolean" }
func readOnly(a *attribute)  { a.Mutability = "readOnly" }
func several(a *attribute)   { a.MultiValued = true }
func immutable(a *attribute) { a.Mutability = "immutable" }

func of(parts ...attribute) func(*attribute) {
	return func(a *attribute) { a.Type, a.SubAttributes = "complex", parts }
}

func work(a *attribute) { a.Canonical = []string{"work"} }

func user(a *attribute) { a.Canonical = []string{"User"} }

func reference(a *attribute) { a.Type, a.References = "reference", []string{"User"} }

// schemas are those offered. The externalId is a common attribute (RFC 7643, 3.1), shown with the others as Entra does.
var schemas = []struct {
	id, name   string
	attributes []attribute
}{
	{userSchema, "User", []attribute{
		a("userName", "The name of the user, without regard to case").with(required, unique),
		a("externalId", "The ID of the user at the provider").with(exact, unique),
		a("name", "The parts of the name").with(of(
			a("givenName", "The first name"),
			a("familyName", "The last name"),
			a("formatted", "Both names").with(readOnly),
		)),
		a("displayName", "Both names. Without a name it sets the last name"),
		a("title", "The job title"),
		a("active", "Whether the user may sign in. True needs a seat").with(boolean),
		a("emails", "The address of the user: one is kept").with(several, of(
			a("value", "The address").with(unique),
			a("type", "The kind of address").with(work),
			a("primary", "True").with(boolean),
		)),
		a("addresses", "The place of the user: one is kept").with(several, of(
			a("locality", "The office, city or site"),
			a("type", "The kind of address").with(work),
			a("primary", "True").with(boolean),
		)),
	}},
	{enterpriseSchema, "EnterpriseUser", []attribute{
		a("department", "The organisational unit"),
	}},
	{groupSchema, "Group", []attribute{
		a("displayName", "The name of the group, without regard to case").with(required, unique),
		a("externalId", "The ID of the group at the provider").with(exact),
		a("members", "The members of the group").with(several, of(
			a("value", "The id of the user").with(exact, immutable),
			a("$ref", "The location of the user").with(exact, immutable, reference),
			a("type", "User").with(immutable, user),
		)),
	}},
}
