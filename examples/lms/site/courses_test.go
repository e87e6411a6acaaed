package site_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// pool returns the numbers of a course.
func (p *product) pool(account users.AccountID, course seats.PoolID) seats.Pool {
	p.t.Helper()
	pool, err := p.host.Keeper.Pool(p.t.Context(), account, course)
	require.NoError(p.t, err)
	return pool
}

// TestCourses: the vendor sets the licenses, an admin assigns them to a selection, takes one back and puts one away.
func TestCourses(t *testing.T) {
	p := newProduct(t, "", true)
	support := p.support()
	support.post("/accounts/oakridge", nil).says(200)
	support.get("/courses").says(200, "Moving and handling", "Make the course")
	form := url.Values{"id": {"dementia"}, "name": {"Dementia care"}, "total": {"many"}, "back": {"/courses"}}
	support.post("/courses", form).says(422, "is not a number")
	form.Set("total", "3")
	support.post("/courses", form).says(200, "Dementia care", `<span class="figure">3</span> <span class="label">Free`)

	b := p.as("oakridge", users.Admin)
	b.get("/courses").says(200, "Dementia care").without("Make the course")
	b.post("/courses", form).says(403)
	b.post("/courses/dementia", url.Values{"do": {"set"}, "total": {"9"}}).says(403)
	b.get("/courses/none").says(404)

	found := b.get("/courses/dementia?assign=1&status=active&role=member").says(200, "Tick ", "Assign…")
	ids := values(found, "user")
	require.Greater(t, len(ids), 3)
	give := url.Values{"back": {"/courses/dementia?assign=1"}, "action": {"assign-course"}, "course": {"dementia"}, "which": {"ticked"}, "user": ids[:2], "due": {"2031-05-01"}}
	b.post("/users/bulk", give).says(200, "2 will change")
	give.Set("sure", "1")
	b.wait(b.post("/users/bulk", give)).says(200, "2 changed")
	page := b.get("/courses/dementia").says(200, `value="2031-05-01"`, "Take back", "Put away").without(">Start<")
	require.Equal(t, 2, strings.Count(page.text, ">Take back<"))
	b.get("/courses/dementia?assign=1").says(200, "has the course")

	p.do("oakridge", users.As("oakridge-owner"), seats.Invite{Profile: users.Profile{FirstName: "Ida", Email: "ida@oakridge.example"}})
	b.get("/courses/dementia").says(200, `<option value="invited, active" selected>Invited and active`) // the first search finds Ida too
	query := url.Values{"assign": {"1"}, "text": {"ida@"}, "status": {"invited, active"}}
	b.get("/courses/dementia?"+query.Encode()).says(200, "Tick Ida")

	act := url.Values{"user": ids[:1], "do": {"set-due-date"}, "due": {"2031-06-01"}, "back": {"/courses/dementia"}}
	b.post("/courses/dementia", act).says(200, "The due date of ", `value="2031-06-01"`)
	act.Set("do", "unassign-course")
	b.post("/courses/dementia", act).says(200, "The course is taken back from ")
	b.get("/courses/dementia?state=returned").says(200, "Returned").without("Take back")
	require.EqualValues(t, 1, p.pool("oakridge", "dementia").Held)
	act.Set("do", "start-course")
	b.post("/courses/dementia", act).says(403, "nly the user concerned")
	act.Set("do", "delete")
	b.post("/courses/dementia", act).says(404)

	support.post("/courses/dementia", url.Values{"do": {"set"}, "name": {"Dementia care"}, "total": {"0"}, "back": {"/courses/dementia"}}).says(200, "1 more than the total")
}

// TestCourses_order: an admin buys licenses of a course, and gives them back, where the product sells them.
func TestCourses_order(t *testing.T) {
	p := newProduct(t, "", true)
	p.do("larkfield", users.System(), seats.SetTotal{Pool: "knots", Total: seats.Of(1)})
	b := p.as("larkfield", users.Owner)
	order := func(b *browser, do, quantity string) view {
		return b.post("/courses/knots", url.Values{"do": {do}, "quantity": {quantity}, "back": {"/courses/knots"}})
	}
	b.get("/courses/knots").says(200, "Licenses more", "Licenses fewer").without("Days of a license")
	order(b, "buy", "4").says(200, "4 licenses more are here", `<span class="figure">5</span> <span class="label">Licenses`)
	order(b, "return", "2").says(200, "2 licenses went back", `<span class="figure">3</span> <span class="label">Licenses`)
	order(b, "return", "9").says(422)
	order(b, "buy", "some").says(422, "is not a number")
	order(p.as("larkfield", users.Manager), "buy", "1").says(403)
	p.as("maple", users.Owner).get("/courses").says(200)
	p.do("maple", users.System(), seats.SetTotal{Pool: "knots", Total: seats.Of(1)})
	p.as("maple", users.Owner).get("/courses/knots").says(200, "Not here: only the host or the vendor").without("Licenses fewer")
}

// TestCourses_pages has every license in use on one page.
func TestCourses_pages(t *testing.T) {
	p := newProduct(t, "", true)
	b := p.as("brightwater", users.Admin)
	v, rows := b.get("/courses/haccp").says(200), 0
	for {
		rows += strings.Count(v.text, `<th scope="row" data-label="User"`)
		_, next, ok := strings.Cut(v.text, `<nav class="pages" aria-label="Pages of the licenses"><a href="`)
		if !ok {
			break
		}
		v = b.get(next[:strings.Index(next, `"`)]).says(200)
	}
	usage := p.pool("brightwater", "haccp")
	require.Positive(t, usage.Held)
	n := 0
	for _, err := range p.host.Keeper.Licences(t.Context(), "brightwater", users.LicenceFilter{Pool: "haccp", State: users.In(users.LicenceAssigned, users.LicenceStarted)}) {
		require.NoError(t, err)
		n++
	}
	require.Equal(t, n, rows)
}

// TestCourses_many are on several pages.
func TestCourses_many(t *testing.T) {
	p := newProduct(t, "", true)
	for i := range 120 {
		p.do("penrose", users.System(), seats.SetTotal{Pool: seats.PoolID(fmt.Sprintf("c%03d", i)), Total: seats.Of(1)})
	}
	b := p.as("penrose", users.Admin)
	b.get("/courses").says(200, "c000", "c099", `href="/courses?after=c099"`).without("c100")
	b.get("/courses?after=c099").says(200, "c100", "c119").without("c099<", `rel="next"`)
}

// TestCourses_reader: a manager reads who holds licenses, and changes nothing.
func TestCourses_reader(t *testing.T) {
	p := newProduct(t, "", true)
	b := p.as("oakridge", users.Manager)
	b.get("/courses").says(200, "Giving medication")
	b.get("/courses/meds").says(200, "Who holds licenses").without("Take back</button>", "Put away</button>", "Find users", `href="/users/`)
	b.post("/courses/meds", url.Values{"do": {"unassign-course"}}).says(403)
}

// values returns the values of the fields of a form with a name.
func values(v view, name string) (list []string) {
	for _, part := range strings.Split(v.text, `name="`+name+`" value="`)[1:] {
		list = append(list, part[:strings.Index(part, `"`)])
	}
	return list
}

func digits[N ~int | ~int64 | ~uint64](n N) string { return fmt.Sprint(n) }
