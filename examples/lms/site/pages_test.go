package site_test

import (
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/examples/lms/site"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// TestSite_pages has every page of the navigation for each kind of person, and refuses the others with a line in the log.
func TestSite_pages(t *testing.T) {
	p := newProduct(t, "", true)
	p.browser().get("/").says(200, "Larkfield Museum", "The vendor's support")
	paths := []string{"/users", "/jobs", "/account", "/courses", "/sync", "/queue", "/events", "/me", "/accounts"}
	admin := "/users /jobs /account /courses /sync /queue /events /me"
	allowed := map[users.Role]string{users.Owner: admin, users.Admin: admin, users.Manager: "/courses /me", users.Member: "/me"}
	for account, err := range p.host.Keeper.Accounts(t.Context(), "") {
		require.NoError(t, err)
		for role, may := range allowed {
			b := p.as(account.ID, role)
			for _, path := range paths {
				status := http.StatusForbidden
				if strings.Contains(may+" ", path+" ") {
					status = http.StatusOK
				}
				b.get(path).says(status)
			}
		}
		b := p.support()
		b.get("/users").says(200, "All accounts") // none is chosen yet
		b.post("/accounts/"+string(account.ID), nil).says(200, account.Name)
		b.get("/account?product=HowNow").says(200, "Switch to HowNow", "Total Seats")
		b.get("/me").says(403)
	}
	require.Contains(t, p.log.String(), `"pattern":"GET /users","status":403`)
	p.browser().get("/users").says(200, "Sign in")
	p.browser().get("/nothing").says(404)
}

// open are the pages at the door, mine those of a learner. Every other page is one of admins or of support.
var (
	open = []string{"/", "GET /{$}", "POST /sign-in", "POST /sign-out", "POST /ask", "GET /welcome/{token}", "POST /welcome/{token}", "GET /sign-in", "POST /sign-in/link", "POST /sign-up"}
	mine = []string{"GET /me", "POST /me/offer", "GET /me/courses/{course}", "POST /me/courses/{course}"}
)

// TestSite_guarded: a member who types the URL of any page of an admin or of support gets a 403, and a visitor without a session is asked
// to sign in.
func TestSite_guarded(t *testing.T) {
	p := newProduct(t, "", true)
	member, visitor := p.as("larkfield", users.Member), p.browser()
	sequence := func() uint64 {
		account, err := p.host.Keeper.Account(t.Context(), "larkfield")
		require.NoError(t, err)
		return account.Sequence
	}
	before, wildcard := sequence(), regexp.MustCompile(`\{\w+\}`)
	for _, pattern := range site.Patterns() {
		if slices.Contains(open, pattern) || slices.Contains(mine, pattern) {
			continue
		}
		method, path, _ := strings.Cut(wildcard.ReplaceAllString(pattern, "x"), " ")
		if method == http.MethodPost {
			member.post(path, nil).says(403)
			visitor.post(path, nil).says(401, "Sign in again")
			continue
		}
		member.get(path).says(403)
		visitor.get(path).says(200, "Sign in")
	}
	require.Equal(t, before, sequence())
}

// TestSite_forms: a form of another site changes nothing, and one that is too large or unreadable is refused; each with a page and
// a line in the log.
func TestSite_forms(t *testing.T) {
	p := newProduct(t, "", true)
	b := p.as("larkfield", users.Owner)
	before, err := p.host.Keeper.Usage(t.Context(), "larkfield")
	require.NoError(t, err)
	send := func(body, site string) view {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, b.url+"/seats", strings.NewReader(body))
		require.NoError(t, err)
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", site)
		answer, err := b.client.Do(r)
		return b.view(answer, err)
	}
	send("do=buy&quantity=1", "cross-site").says(403, "This form was sent from another site", "<h1>Sorry</h1>")
	require.Contains(t, p.log.String(), `"pattern":"POST","status":403`)
	send("do=buy&quantity=1&more="+strings.Repeat("a", 2<<20), "same-origin").says(413, "too large")
	send("do=buy&quantity=1&more=%zz", "same-origin").says(400, "not understood")
	after, err := p.host.Keeper.Usage(t.Context(), "larkfield")
	require.NoError(t, err)
	require.Equal(t, before.Total, after.Total)
	send("do=buy&quantity=1", "same-origin").says(200, "1 seat more is here")

	_, _ = p.scim("lms_wrong", "GET", "/Users", "")
	require.Contains(t, p.log.String(), `"msg":"scim","method":"GET","status":401`)
}

// TestUsers_rows: a button of a row is good for the user as shown, and missing where it would not pass.
func TestUsers_rows(t *testing.T) {
	p := newProduct(t, "", true)
	b := p.as("larkfield", users.Owner)
	list := b.get("/users?role=owner").says(200, "1 user matches")
	list.row(`class="is-active"`).without(">Make inactive<", ">Delete<").says(200, "Why not?")
	b.get("/users/larkfield-owner/why").says(200, "Make inactive", "owner")

	page := b.get("/users?role=member&status=active&order=change").says(200)
	row := page.row(`class="is-active"`)
	do := url.Values{"do": {row.button("Make inactive")}, "back": {"/users?role=member"}}
	id := strings.SplitN(do.Get("do"), " ", 4)[3]
	b.post("/users/act", do).says(200, "is inactive now")
	b.post("/users/act", do).says(409, "This was changed meanwhile")
	b.get("/users/"+id).says(200, "Holds no seat", "made", "inactive.", "Make active")
	gone := url.Values{"do": {b.get("/users?status=inactive").row(`class="is-inactive"`).button("Delete")}, "back": {"/users"}}
	b.post("/users/act", gone).says(200, "This can't be undone")
	gone.Set("sure", "1")
	b.post("/users/act", gone).says(200, "is deleted now")
	b.post("/users/act", url.Values{"do": {"nonsense"}}).says(404)
	b.post("/users/act", url.Values{"do": {"deactivate active 0 unknown"}}).says(404)
}

// TestUsers_pages go both ways, with the filter in the URL.
func TestUsers_pages(t *testing.T) {
	p := newProduct(t, "", true)
	b := p.as("brightwater", users.Admin)
	next := func(v view, rel string) (view, bool) {
		_, link, ok := strings.Cut(v.text, `" rel="`+rel+`"`)
		if !ok {
			return v, false
		}
		before := v.text[:len(v.text)-len(link)-len(`" rel="`+rel+`"`)]
		return b.get(before[strings.LastIndex(before, `"`)+1:]).says(200), true
	}
	count := func(v view) int { return strings.Count(v.text, `name="shown"`) }
	v := b.get("/users?role=member&status=active")
	all, pages := count(v), 1
	for ok := true; ok; {
		if v, ok = next(v, "next"); ok {
			all, pages = all+count(v), pages+1
		}
	}
	usage, err := p.host.Keeper.UsageOf(t.Context(), "brightwater", users.Filter{Role: users.In(users.Member), Status: users.In(users.Active)})
	require.NoError(t, err)
	require.EqualValues(t, usage.People.Count(0, 0), all)
	back := 1
	for ok := true; ok; {
		if v, ok = next(v, "prev"); ok {
			back++
		}
	}
	require.Equal(t, pages, back)
	b.get("/users?activity=never").says(200, "Counting the users")
	b.get("/cards/users?activity=never").says(200, `<span class="figure">0</span> <span class="label">Active Users</span>`)
}

// TestBulk: each user has a result, and what was done is put back.
func TestBulk(t *testing.T) {
	p := newProduct(t, "", true)
	b := p.as("hallam", users.Admin)
	before, err := p.host.Keeper.Usage(t.Context(), "hallam")
	require.NoError(t, err)
	form := url.Values{"which": {"all"}, "action": {"deactivate"}, "back": {"/users?status=active"}, "reason": {"season is over"}}
	ask := b.post("/users/bulk", form).says(200, "can't be changed", "owner")
	count := strings.Count(ask.text, `value="`)
	require.Positive(t, count)
	form.Set("sure", "1")
	form.Set("count", "7")
	b.post("/users/bulk", form).says(200, "has changed meanwhile")
	form.Del("count")
	job := b.post("/users/bulk", form).says(200)
	job = b.wait(job).says(200, "Done: inactive", "Not done: ")
	after, err := p.host.Keeper.Usage(t.Context(), "hallam")
	require.NoError(t, err)
	require.Less(t, after.Held, before.Held)

	b.post(job.at.Path+"/undo", nil).says(200, "can be put back")
	back := b.wait(b.post(job.at.Path+"/undo", url.Values{"sure": {"1"}}))
	back.says(200, "Done")
	again, err := p.host.Keeper.Usage(t.Context(), "hallam")
	require.NoError(t, err)
	require.Equal(t, before.Held, again.Held)
	b.get("/jobs").says(200, "Undo", "Deactivate")

	// A filter that is not understood is refused, and a bulk action on it does nothing.
	b.get("/users?status=nonsense").says(400, "not understood")
	b.post("/users/bulk", url.Values{"which": {"all"}, "action": {"deactivate"}, "back": {"/users?rolle=member"}, "sure": {"1"}}).says(400)

	date := url.Values{"which": {"all"}, "action": {"schedule"}, "back": {"/users?status=active&role=member"}}
	b.post("/users/bulk", date).says(200, "Choose a day.", "the last day with access")
	date.Set("leave", time.Now().AddDate(0, 1, 0).Format(time.DateOnly))
	date.Set("leave-as", "last-day")
	date.Set("sure", "1")
	b.wait(b.post("/users/bulk", date)).says(200, "Done")
	b.get("/users?activity=dated").says(200, "leaves ")

	// The work of a leaver goes to another user, who is given by the address.
	leaver, err := p.host.Keeper.Page(t.Context(), "hallam", users.Filter{Role: users.In(users.Member), Status: users.In(users.Active)}, users.Cursor{}, 2)
	require.NoError(t, err)
	one := url.Values{"which": {"ticked"}, "user": {string(leaver.Users[0].ID)}, "action": {"deactivate"}, "successor": {"unknown@hallam.example"}, "back": {"/users"}, "sure": {"1"}}
	b.post("/users/bulk", one).says(200, "there is no such user")
	one.Set("successor", leaver.Users[1].Email)
	b.wait(b.post("/users/bulk", one)).says(200, "1 changed")
	b.get("/users/"+string(leaver.Users[0].ID)).says(200, "; the work goes to ")

	drift, err := p.host.Keeper.Audit(t.Context(), "hallam")
	require.NoError(t, err)
	require.Empty(t, drift)
}

// wait loads the page of a job until it has ended.
func (b *browser) wait(v view) view {
	b.t.Helper()
	require.Eventually(b.t, func() bool {
		v = b.get(v.at.Path).says(200)
		return !strings.Contains(v.text, "At work")
	}, time.Minute, 50*time.Millisecond)
	return v
}

// TestAccount_switch is for support alone, after a preview.
func TestAccount_switch(t *testing.T) {
	p := newProduct(t, "", true)
	b := p.support()
	b.post("/accounts/maple", nil).says(200)
	b.get("/account").says(200, "AccuEd Connect")
	b.post("/account/policy", url.Values{"product": {"BigContacts"}}).says(200, "works as BigContacts now")
	b.post("/account", url.Values{"do": {"edit"}, "name": {"Maple"}, "zone": {"Nowhere/Land"}, "back": {"/account"}}).says(422, "zone")
	account, err := p.host.Keeper.Account(t.Context(), "maple")
	require.NoError(t, err)
	require.Equal(t, seats.BigContacts(), account.Policy)
	b.get("/account?product=nonsense").says(404)
	b.post("/account", url.Values{"do": {"nonsense"}}).says(404)
	b.get("/account").says(200, "Close the account").without("The account is closed", `<option value="BigContacts"`)
	b.post("/account", url.Values{"do": {"close"}, "back": {"/account"}}).says(200, "all seats are free, and no user comes in", "Reopen the account").without("Close the account")
	b.post("/account", url.Values{"do": {"reopen"}, "back": {"/account"}}).says(200, "The account is open again", "Close the account")
	owner := p.as("maple", users.Owner)
	owner.post("/account/policy", url.Values{"product": {"HowNow"}, "back": {"/account"}}).says(403)
}

// TestExport has the users of the filter, as files that the upload reads again.
func TestExport(t *testing.T) {
	p := newProduct(t, "", true)
	b := p.as("oakridge", users.Admin)
	list := b.get("/users?status=archived").says(200)
	file := b.get("/export/users/csv?status=archived").says(200, "Status")
	require.Equal(t, strings.Count(list.text, `name="shown"`), strings.Count(strings.TrimSpace(file.text), "\n"))
	b.get("/export/users/xlsx?text=nothing+at+all").says(200)
	b.get("/export/users/pdf").says(404)
	p.as("oakridge", users.Member).get("/export/users/csv").says(403)
	answer, err := b.client.Get(b.url + "/export/users/xlsx")
	require.NoError(t, err)
	content, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	b.upload("again.xlsx", content).says(200, "Email")
}

// TestAccounts_pages lists all accounts to support, some on each page.
func TestAccounts_pages(t *testing.T) {
	p := newProduct(t, "", true)
	for i := range 60 {
		id := users.AccountID("more" + digits(100+i))
		_, err := p.host.Keeper.Open(t.Context(), seats.Opening{Account: id, Name: string(id), Owner: users.Profile{ID: "o", Email: "o@more.example"}, Total: seats.Of(1)})
		require.NoError(t, err)
	}
	b := p.support()
	first := b.get("/accounts").says(200, "Larkfield Museum", `href="/accounts?after=more145" rel="next"`)
	require.Equal(t, 50, strings.Count(first.text, `data-label="Account"`))
	b.get("/accounts?after=more145").says(200, "more146", "more159").without(`rel="next"`, "more145<")
}
