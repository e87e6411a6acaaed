package site_test

import (
	"fmt"
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// send sends a form as the page would, and waits for the answer.
func (t *tab) send(path string, pairs ...string) *tab {
	t.t.Helper()
	eval[bool](t, `window.before = true`)
	fields := ""
	for i := 0; i < len(pairs); i += 2 {
		fields += fmt.Sprintf("field = document.createElement('input'); field.name = %s; field.value = %s; form.append(field);", quoted(pairs[i]), quoted(pairs[i+1]))
	}
	eval[bool](t, fmt.Sprintf("(() => { const form = document.createElement('form'); let field; form.method = 'post'; form.action = %s; %s document.body.append(form); form.submit(); return true })()", quoted(path), fields))
	return t.until("!window.before && document.readyState === 'complete'", "no answer of "+path)
}

// TestBrowser_accessible_forms: the pages that answer a form, and those at the door, of a learner and of support, pass axe-core too.
func TestBrowser_accessible_forms(t *testing.T) {
	p := newProduct(t, "", true)
	p.drain()
	list, err := p.host.Keeper.Page(t.Context(), "larkfield", users.Filter{Role: users.In(users.Member), Status: users.In(users.Active)}, users.Cursor{}, 4)
	require.NoError(t, err)
	learner, leaver, asks := list.Users[0], list.Users[1], list.Users[2]
	policy := seats.Standard()
	policy.WhenFull = seats.Wait
	p.do("larkfield", users.Support("R1"), seats.SetTotal{Pool: "knots", Total: seats.Of(2)}, seats.SetTotal{Pool: "late", Total: seats.Of(2)},
		seats.AssignCourse{User: learner.ID, Pool: "knots"}, seats.AssignCourse{User: learner.ID, Pool: "late", DueDate: "2020-01-01"}, seats.SetPolicy{Policy: policy})
	p.do("larkfield", users.As("larkfield-owner"), seats.Invite{Profile: users.Profile{ID: "ada", FirstName: "Ada", Email: "ada@larkfield.example"}}, seats.Deactivate{User: asks.ID})
	p.do("larkfield", users.Support("R1"), seats.SetTotal{Pool: "fire", Total: seats.Of(0)}, seats.AssignCourse{User: leaver.ID, Pool: "fire"})
	p.do("larkfield", users.As(list.Users[3].ID), seats.Queue{User: list.Users[3].ID, Pool: "fire"})
	p.drain()
	b := p.as("larkfield", users.Owner)
	b.get("/queue").says(200, list.Users[3].LastName, leaver.LastName, "request 1")
	welcome := p.link(b, "larkfield", "ada")
	job := b.wait(b.post("/users/bulk", url.Values{"action": {"notify"}, "user": {string(leaver.ID), string(list.Users[3].ID)}, "which": {"ticked"}, "back": {"/users"}, "sure": {"1"}})).at.Path
	upload := b.upload("people.csv", []byte("First name,Email\nBo,bo@larkfield.example\nCy,no address\n")).at.Path
	me := p.browser()
	me.post("/sign-in", url.Values{"account": {"larkfield"}, "user": {string(learner.ID)}})
	me.post("/me/courses/knots", nil).says(200)

	for _, look := range []struct {
		width  int64
		scheme string
	}{{1280, "light"}, {390, "dark"}} {
		check := func(tab *tab, name string) {
			page := fmt.Sprintf("%s at %d in %s", name, look.width, look.scheme)
			assert.LessOrEqual(t, eval[int64](tab, "document.documentElement.scrollWidth"), look.width, page)
			tab.accessible(page)
			tab.forget() // a refused form
		}
		tab := p.open(look.width, look.scheme)
		tab.get("/").send("/sign-in", "account", "larkfield", "user", string(asks.ID))
		check(tab, "turned away")
		check(tab.get(welcome), "welcome")

		tab.get("/").send("/sign-in", "account", "larkfield", "user", string(learner.ID))
		for _, path := range []string{"/me", "/me/courses/knots", "/users"} {
			check(tab.get(path), "the learner's "+path)
		}
		tab.send("/sign-out")

		tab.get("/").send("/sign-in", "account", "larkfield", "user", "larkfield-owner")
		for _, path := range []string{job, upload, "/queue", "/courses/fire", "/courses/knots", "/seats?from=2026-01-01&to=2999-01-01"} {
			check(tab.get(path), path)
		}
		check(tab.send("/users/act", "do", "delete active 1 "+string(leaver.ID), "back", "/users"), "a deletion to confirm")
		check(tab.send("/users/bulk", "action", "schedule", "which", "ticked", "user", string(leaver.ID), "back", "/users"), "a bulk action to confirm")
		check(tab.send(job+"/undo"), "an undo to confirm")
		check(tab.send("/seats", "do", "buy", "quantity", "x", "back", "/seats"), "a refused order")
		tab.send("/sign-out")

		tab.get("/").send("/sign-in", "reference", "REQ-7")
		check(tab, "/accounts")
		tab.send("/accounts/maple")
		check(tab.get("/account?product=HowNow"), "a policy to confirm")
		tab.send("/account", "do", "close", "back", "/account")
		check(tab, "a closed account")
		tab.send("/account", "do", "reopen", "back", "/account")
	}
}
