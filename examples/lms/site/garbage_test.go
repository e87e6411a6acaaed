package site_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/seatkeeper/seatkeeper/examples/lms/site"
)

// TestSite_garbage: no address and no form, empty or with nonsense in each field, is answered with a fault of the server.
func TestSite_garbage(t *testing.T) {
	p := newProduct(t, "", true)
	asked := []string{"text", "status", "role", "locations", "groups", "sources", "activity", "order", "cursor", "kind", "user", "by", "from", "to", "before", "state", "after", "number", "assign", "days", "product", "look", "link"}
	fields := append([]string{"which", "action", "quantity", "total", "date", "first", "email", "leave", "leave-as", "start", "due", "course", "successor", "name", "zone", "reason", "id", "last-day", "few", "rank", "hours",
		"token", "plan", "priority", "until", "lesson", "owner", "sealed", "company", "encoding", "export", "sure", "reference", "account"}, asked...)
	verbs := map[string][]string{
		"POST /seats": {"buy", "return", "set", "book"}, "POST /courses/{course}": {"set", "buy", "return", "set-due-date", "unassign-course", "start-course", "archive-activity"},
		"POST /account": {"edit", "close", "reopen"}, "POST /queue": {"queue", "unqueue"}, "POST /sync/{source}": {"edit", "hold", "release", "reject", "token", "revoke"},
		"POST /users/{user}":     {"edit", "role", "schedule", "unschedule", "assign", "hand-over", "set-due-date", "offer-ownership", "grant-ownership", "end-ownership"},
		"POST /uploads/{upload}": {"look", "import", "sync", "read"}, "POST /add": {"invite"},
	}
	nonsense := func(do string) url.Values {
		form := url.Values{}
		for _, field := range fields {
			form.Set(field, "\x00?%é;")
		}
		if do != "" {
			form.Set("do", do)
		}
		return form
	}
	wildcard := regexp.MustCompile(`\{(\w+)\}`)
	names := map[string]string{"user": "larkfield-owner", "account": "larkfield", "course": "guiding", "source": "hr", "format": "csv"}
	for _, sign := range []url.Values{{"account": {"larkfield"}, "user": {"larkfield-owner"}}, {"reference": {"REQ-7"}}} {
		b := p.browser()
		for _, pattern := range site.Patterns() {
			method, path, _ := strings.Cut(strings.TrimSuffix(pattern, "{$}"), " ")
			b.post("/sign-in", sign)
			b.post("/accounts/larkfield", nil)
			for _, real := range []bool{false, true} {
				path := wildcard.ReplaceAllStringFunc(path, func(w string) string {
					if name := names[strings.Trim(w, "{}")]; real && name != "" {
						return name
					}
					return "%00"
				})
				switch method {
				case http.MethodPost:
					for _, do := range append(verbs[pattern], "") {
						assert.Less(t, b.post(path, url.Values{"do": {do}}).status, 500, "%s do=%s", pattern, do)
						assert.Less(t, b.post(path, nonsense(do)).status, 500, "%s do=%s with nonsense", pattern, do)
					}
				case http.MethodGet:
					assert.Less(t, b.get(path).status, 500, pattern)
					for _, field := range asked {
						if real {
							assert.Less(t, b.get(path+"?"+url.Values{field: {"\x00?%é;"}}.Encode()).status, 500, "%s of %s", field, pattern)
						}
					}
				}
			}
		}
	}
}
