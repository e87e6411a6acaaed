package scim

import (
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	filter "github.com/scim2/filter-parser/v2"

	"github.com/seatkeeper/seatkeeper/users"
)

// The URNs of schemas and messages.
const (
	userSchema       = "urn:ietf:params:scim:schemas:core:2.0:User"
	groupSchema      = "urn:ietf:params:scim:schemas:core:2.0:Group"
	enterpriseSchema = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
	configSchema     = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"
	typeSchema       = "urn:ietf:params:scim:schemas:core:2.0:ResourceType"
	schemaSchema     = "urn:ietf:params:scim:schemas:core:2.0:Schema"
	listSchema       = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
	patchSchema      = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
	errorSchema      = "urn:ietf:params:scim:api:messages:2.0:Error"
)

// Bounds in bytes: the parser takes some 20 microseconds for each.
const (
	maxExpression = 1000    // of a path and of a filter
	maxPaths      = 1 << 16 // of all paths of a body
)

// A path is the target of an operation: "emails" with the sub-attribute "value" and a filter. Names are folded.
// The zero path is the resource itself, and that of an unknown schema has the attribute "?".
type path struct {
	attribute, sub string
	only           filter.Expression // nil: without a filter
}

// name is the attribute as a text of errors has it, without values.
func (p path) name() string { return strings.TrimSuffix(p.attribute+"."+p.sub, ".") }

// unknownSchema is the attribute of a path in a schema that is not offered.
const unknownSchema = "?"

// readPath reads a path, with or without the URN of its schema. No attribute is in two of the schemas, so that the URN
// decides nothing.
func readPath(text string) (path, *Error) {
	text, known := withoutURN(strings.TrimSpace(text))
	switch {
	case !known:
		return path{attribute: unknownSchema}, nil
	case text == "":
		return path{}, nil
	case len(text) > maxExpression:
		return path{}, invalid(InvalidPath, "a path is longer than %d bytes", maxExpression)
	}
	parsed, err := filter.ParsePathNumber([]byte(prepare(text)))
	if err != nil {
		return path{}, invalid(InvalidPath, "a path is not understood")
	}
	p := path{
		attribute: users.Fold(parsed.AttributePath.AttributeName),
		sub:       users.Fold(parsed.AttributePath.SubAttributeName()),
		only:      parsed.ValueExpression,
	}
	if p.sub == "" {
		p.sub = users.Fold(parsed.SubAttributeName())
	}
	return p, nil
}

// withoutURN takes the URN of a schema off a path. It is not ok for one of another schema.
func withoutURN(text string) (rest string, ok bool) {
	if !strings.HasPrefix(users.Fold(text), "urn:") {
		return text, true
	}
	for _, urn := range []string{userSchema, groupSchema, enterpriseSchema} {
		if len(text) < len(urn) || users.Fold(text[:len(urn)]) != users.Fold(urn) {
			continue
		}
		if rest = text[len(urn):]; rest == "" || rest[0] == ':' {
			return strings.TrimPrefix(rest, ":"), true
		}
	}
	return "", false
}

var (
	quoted = regexp.MustCompile(`"(?:[^"\\]|\\.)*"`)
	escape = regexp.MustCompile(`\\(?:u[0-9A-Fa-f]{4}|.)`)
	// A condition after a value filter with conditions joined by "and".
	trailing = regexp.MustCompile(`\[([^\[\]]*)\]\.([A-Za-z$][\w$-]*\s+\w+\s+[^\s()\[\]]+)`)
)

// prepare mends what the parser refuses though providers send it and JSON allows it: white space at the ends, escapes with
// small hexadecimal digits, and a condition after a value filter, as in
//
//	emails[type eq "work"].value eq "ada@acme.example"
//
// which becomes emails[type eq "work" and value eq "ada@acme.example"].
func prepare(text string) string {
	var texts []string
	text = quoted.ReplaceAllStringFunc(strings.TrimSpace(text), func(q string) string {
		texts = append(texts, escape.ReplaceAllStringFunc(q, upper))
		return `"` + strconv.Itoa(len(texts)-1) + `"`
	})
	text = trailing.ReplaceAllStringFunc(text, func(m string) string {
		parts := trailing.FindStringSubmatch(m)
		if strings.Contains(users.Fold(parts[1]), " or ") {
			return m
		}
		return "[" + parts[1] + " and " + parts[2] + "]"
	})
	return quoted.ReplaceAllStringFunc(text, func(q string) string {
		n, err := strconv.Atoi(q[1 : len(q)-1])
		if err != nil || n >= len(texts) {
			return q
		}
		return texts[n]
	})
}

// upper returns an escape with its digits in upper case.
func upper(escape string) string {
	if len(escape) == len(`\u00E9`) {
		return escape[:2] + strings.ToUpper(escape[2:])
	}
	return escape
}

// literal returns the value of a condition: the parser leaves escapes in a text. It is nil for a text with a character that is
// none.
func literal(value any) any {
	text, ok := value.(string)
	if !ok {
		return value
	}
	var plain string
	if json.Unmarshal([]byte(`"`+text+`"`), &plain) != nil || strings.ContainsRune(plain, utf8.RuneError) {
		return nil
	}
	return plain
}
