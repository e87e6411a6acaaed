package site_test

import (
	"net/url"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// TestLearner: the first access spends the license, and the host's record begins with it.
func TestLearner(t *testing.T) {
	p := newProduct(t, "", true)
	b := p.as("larkfield", users.Member)
	page, err := p.host.Keeper.Page(t.Context(), "larkfield", users.Filter{Role: users.In(users.Member), Status: users.In(users.Active)}, users.Cursor{}, 1)
	require.NoError(t, err)
	id := page.Users[0].ID
	_, err = p.host.Keeper.Do(t.Context(), "larkfield", users.Support("R1"), seats.SetTotal{Pool: "new", Total: seats.Of(1)}, seats.AssignCourse{User: id, Pool: "new"})
	require.NoError(t, err)
	b.get("/me").says(200, "Open new")
	b.get("/me/courses/new").says(200, "Open new") // a link alone uses nothing
	b.get("/me/courses/none").says(409)
	b.post("/me/courses/new", nil).says(200, "Lesson 1", "Mark as done")
	b.post("/me/courses/new", nil).says(200) // a second click
	pool, err := p.host.Keeper.Pool(t.Context(), "larkfield", "new")
	require.NoError(t, err)
	require.EqualValues(t, 1, pool.Spent)
	b.post("/me/courses/new", url.Values{"lesson": {"1"}}).says(200)
	b.post("/me/courses/new", url.Values{"lesson": {"1"}}).says(200)
	b.post("/me/courses/new", url.Values{"lesson": {"7"}}).says(422)
	b.post("/me/courses/new", url.Values{"lesson": {"2"}}).says(200)
	b.post("/me/courses/new", url.Values{"lesson": {"3"}}).says(200, "You are done with this course.")
	b.get("/me").says(200, "Look at new").without("Go on with new")
	p.do("larkfield", users.Support("R1"), seats.SetTotal{Pool: "late", Total: seats.Of(1)}, seats.AssignCourse{User: id, Pool: "late", DueDate: users.Date("2020-01-01")})
	b.get("/me").says(200, "Open late", "overdue")
	b.post("/me/courses/late", nil).says(200, "overdue")
	p.as("larkfield", users.Owner).get("/users/"+string(id)).says(200, "3 lessons done", "started new")
}

// TestOffer of an ownership, accepted by the person it is made to.
func TestOffer(t *testing.T) {
	p := newProduct(t, "", true)
	admin := p.as("larkfield", users.Admin)
	page, err := p.host.Keeper.Page(t.Context(), "larkfield", users.Filter{Role: users.In(users.Admin), Status: users.In(users.Active)}, users.Cursor{}, 1)
	require.NoError(t, err)
	owner := p.as("larkfield", users.Owner)
	owner.post("/users/"+string(page.Users[0].ID), url.Values{"do": {"offer-ownership"}}).says(200, "Withdraw the offer")
	admin.get("/me").says(200, "offers you the ownership")
	admin.post("/me/offer", url.Values{"do": {"accept"}, "owner": {"larkfield-owner"}}).says(200)
	admin.get("/me").says(200, ", owner")
}

// TestSignUp opens an account once, and the owner comes in by the mail.
func TestSignUp(t *testing.T) {
	p := newProduct(t, "", false)
	p.site.Demo = false
	p.host.URL = p.url
	b := p.browser()
	sealed := regexp.MustCompile(`name="sealed" value="([^"]*)"`).FindStringSubmatch(b.get("/").text)[1]
	form := url.Values{"sealed": {sealed}, "company": {"Acme"}, "first": {"Olive"}, "last": {"Owen"}, "email": {"olive@acme.example"}, "zone": {"Europe/Berlin"}, "product": {"HowNow"}, "back": {"/"}}
	b.post("/sign-up", form).says(200, "Look at your mails")
	b.post("/sign-up", form).says(200, "Look at your mails") // a double click
	form.Set("zone", "Nowhere/Land")
	form.Set("sealed", p.host.Seal("sign-up", url.Values{"account": {"other"}, "user": {"u"}}))
	b.post("/sign-up", form).says(422)
	b.post("/sign-in", url.Values{"account": {"acme"}, "user": {"u"}}).says(403)

	mails := func() (all []string) {
		rows, err := p.host.DB.Query("SELECT body FROM lms_mails ORDER BY made")
		require.NoError(t, err)
		defer rows.Close()
		for rows.Next() {
			var body string
			require.NoError(t, rows.Scan(&body))
			all = append(all, body)
		}
		return all
	}
	require.Len(t, mails(), 1)
	ask := func() {
		b.post("/sign-in/link", url.Values{"email": {"olive@acme.example"}}).says(200, "Look at your mails")
	}
	ask()
	require.Len(t, mails(), 1, "a moment after the last one")
	_, err := p.host.DB.Exec("UPDATE lms_mails SET event = event - 60000000")
	require.NoError(t, err)
	ask()
	b.post("/sign-in/link", url.Values{"email": {"eve@acme.example"}}).says(200, "Look at your mails")
	require.Len(t, mails(), 2)
	link := regexp.MustCompile(`/sign-in\?link=\S+`).FindString(mails()[1])
	b.get(link).says(200, "Come in")
	u, err := url.Parse(link)
	require.NoError(t, err)
	b.post("/sign-in", url.Values{"link": {u.Query().Get("link")}}).says(200, "Acme", "Total Seats")
	b.post("/sign-in", url.Values{"link": {"forged"}}).says(404)
}
