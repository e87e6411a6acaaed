package site_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// some returns users of a filter.
func (p *product) some(account users.AccountID, f users.Filter, n int) []seats.Person {
	p.t.Helper()
	page, err := p.host.Keeper.Page(p.t.Context(), account, f, users.Cursor{}, n)
	require.NoError(p.t, err)
	require.Len(p.t, page.Users, n)
	return page.Users
}

var activeMembers = users.Filter{Role: users.In(users.Member), Status: users.In(users.Active)}

// TestUsers_words are those of the product: of its actions, its statuses, and its seats.
func TestUsers_words(t *testing.T) {
	p := newProduct(t, "", true)
	for account, texts := range map[users.AccountID]struct{ has, hasNot []string }{
		"hallam":   {[]string{">Deactivate<", ">Activate<"}, []string{">Make inactive", ">Make active", `value="archived"`, "Approved"}},
		"maple":    {[]string{">Make inactive<", ">Reinvite<"}, []string{">Deactivate<", `value="archived"`}},
		"oakridge": {[]string{">Make inactive<", `value="archived"`, "✓ Approved", "✓ Notified", "– Not approved", "Course assignments"}, []string{">Reinvite<"}},
	} {
		p.as(account, users.Owner).get("/users").says(200, texts.has...).without(texts.hasNot...)
	}
	for account, word := range map[users.AccountID]string{"maple": "license", "hallam": "license", "penrose": "user spot", "larkfield": "seat"} {
		member := p.some(account, activeMembers, 1)[0]
		p.as(account, users.Owner).get("/users/"+string(member.ID)).says(200, "Holds a "+word+" since")
	}
}

// TestUsers_whyNot is a question only where an action of the product would not pass.
func TestUsers_whyNot(t *testing.T) {
	p := newProduct(t, "", true)
	b := p.as("hallam", users.Admin)
	b.get("/users?role=member&status=active").says(200).without("Why not?")
	b.get("/users?role=owner").says(200, "Why not?")
	b.get("/users/hallam-owner/why").says(200, "Notify, Deactivate on a date, Change groups or location", "An owner is protected: only an owner may do this",
		"Deactivate, Delete, Change role", "An owner is protected: another user has to become an owner").without("does not offer", "Archive", "Approve", "Activate,")
}

// TestUsers_counts: what the cards of a product leave out is counted beside them, with and without a filter.
func TestUsers_counts(t *testing.T) {
	p := newProduct(t, "", true)
	b := p.as("oakridge", users.Admin)
	count := func(s ...users.Status) string {
		n, err := p.host.Keeper.Count(t.Context(), "oakridge", users.Filter{Status: users.In(s...)})
		require.NoError(t, err)
		return fmt.Sprint(n)
	}
	all := count(users.Invited, users.Active, users.Inactive, users.Archived)
	b.get("/users").says(200, all+" users: "+count(users.Invited)+" invited, "+count(users.Active)+" active, "+count(users.Inactive)+" inactive, "+count(users.Archived)+" archived.", "all "+all+" that match")
	b.get("/users?status=inactive").says(200, count(users.Inactive)+" users match: "+count(users.Inactive)+" inactive.")
	b.get("/cards/users?text=no+user+has+this").says(200, "0 users match.")
}

// TestUsers_archive asks, and archives the course activity alone, of one user and in bulk.
func TestUsers_archive(t *testing.T) {
	p := newProduct(t, "", true)
	b := p.as("oakridge", users.Admin)
	open := func(u users.ID) (started, unused int) {
		explanation, err := p.host.Keeper.Explain(t.Context(), "oakridge", u)
		require.NoError(t, err)
		for _, l := range explanation.Licences {
			switch l.State {
			case users.LicenceStarted:
				started++
			case users.LicenceAssigned:
				unused++
			}
		}
		return started, unused
	}
	var with, without []users.ID
	for _, u := range p.some("oakridge", activeMembers, 20) {
		if started, _ := open(u.ID); started > 0 {
			with = append(with, u.ID)
		} else if _, unused := open(u.ID); unused == 0 {
			without = append(without, u.ID)
		}
	}
	ask := func(u users.ID) view {
		form := url.Values{"do": {b.get("/users/" + string(u)).button("Archive")}, "back": {"/users/" + string(u)}}
		return b.post("/users/act", form).says(200, "Archive the user", "All training records are kept")
	}
	ask(without[0]).without("course activity only")
	page := ask(with[0]).says(200, "opened: the license")
	b.post("/users/act", url.Values{"do": {page.button("Archive the course activity only")}, "sure": {"1"}, "back": {"/users"}}).says(200, "is in the archive")
	started, unused := open(with[0])
	require.Zero(t, started+unused)
	after, err := p.host.Keeper.User(t.Context(), "oakridge", with[0])
	require.NoError(t, err)
	require.Equal(t, users.Active, after.Status)

	bulk := url.Values{"which": {"ticked"}, "user": {string(with[1]), string(without[0])}, "action": {"archive"}, "scope": {"activity"}, "back": {"/users"}}
	b.post("/users/bulk", bulk).says(200, "2 users: 1 will change, 1 is so already.", "Only their course activity").without("Afterwards")
	bulk.Set("sure", "1")
	b.wait(b.post("/users/bulk", bulk)).says(200, "Archive course activity", "1 changed, 1 was so already")
	started, _ = open(with[1])
	require.Zero(t, started)
	delete(bulk, "scope")
	b.wait(b.post("/users/bulk", bulk)).says(200, "2 changed", "Done: archived")
}

// TestBulk_when: one page asks whether users become inactive now or on a date, and takes no half of an answer.
func TestBulk_when(t *testing.T) {
	p := newProduct(t, "", true)
	b := p.as("hallam", users.Admin)
	members := p.some("hallam", activeMembers, 2)
	day := time.Now().AddDate(0, 1, 0)
	form := url.Values{"which": {"ticked"}, "user": {string(members[0].ID), string(members[1].ID)}, "action": {"deactivate"}, "back": {"/users"}, "sure": {"1"}}
	form.Set("leave", day.Format(time.DateOnly))
	b.post("/users/bulk", form).says(200, "There is a day: choose on a date")
	form.Set("when", "date")
	form.Set("successor", members[1].Email)
	b.post("/users/bulk", form).says(200, "Leave the field of the user who takes over empty")
	form.Del("successor")
	form.Set("leave-as", "last-day")
	done := b.wait(b.post("/users/bulk", form)).says(200, "Deactivate on a date", "2 changed", "The last day with access is "+day.Format("2 Jan 2006"), "By Marta Diallo")
	b.get("/users/"+string(members[0].ID)).says(200, "The last day with access is "+day.Format("2 Jan 2006"), "the user becomes inactive")
	b.wait(b.post(done.at.Path+"/undo", url.Values{"sure": {"1"}})).says(200, "2 changed")
	require.Equal(t, members[0].Schedule, p.some("hallam", activeMembers, 1)[0].Schedule)
}

// TestBulk_refused: users who stay as they are for one reason stand together, with what all of them would need.
func TestBulk_refused(t *testing.T) {
	p := newProduct(t, "", true)
	p.fill("maple")
	b := p.as("maple", users.Admin)
	all := url.Values{"which": {"all"}, "action": {"reactivate"}, "back": {"/users?status=inactive"}}
	inactive, err := p.host.Keeper.Count(t.Context(), "maple", users.Filter{Status: users.In(users.Inactive)})
	require.NoError(t, err)
	page := b.post("/users/bulk", all).says(200, "0 will change, "+fmt.Sprint(inactive)+" can't be changed", fmt.Sprint(inactive)+" users: No license is free", "All of them need "+fmt.Sprint(inactive)+" more licenses.")
	require.Equal(t, 1, strings.Count(page.text, "No license is free"))
	page.without(">Preview<", "Afterwards")

	// A course that is full needs licenses of the course, and a change of roles no look at the cards.
	members := p.some("maple", activeMembers, 3)
	_, err = p.host.Keeper.Do(t.Context(), "maple", users.Support("REQ-9"), seats.SetTotal{Pool: "full", Total: seats.Of(0)})
	require.NoError(t, err)
	three := url.Values{"which": {"ticked"}, "user": {string(members[0].ID), string(members[1].ID), string(members[2].ID)}, "action": {"assign-course"}, "course": {"full"}, "back": {"/users"}}
	b.post("/users/bulk", three).says(200, "3 users: No free license of this course", "All of them need 3 more licenses of the course.")
	three.Set("action", "change-role")
	three.Set("role", "manager")
	b.post("/users/bulk", three).says(200, "3 will change").without("Afterwards")
}

// TestBulk_deleted: the page says before that it is final, and afterwards offers no way back and no page of the deleted.
func TestBulk_deleted(t *testing.T) {
	p := newProduct(t, "", true)
	b := p.as("hallam", users.Admin)
	form := url.Values{"which": {"ticked"}, "user": {string(p.some("hallam", activeMembers, 1)[0].ID)}, "action": {"delete"}, "back": {"/users"}}
	b.post("/users/bulk", form).says(200, "A deletion can't be undone")
	form.Set("sure", "1")
	done := b.wait(b.post("/users/bulk", form)).says(200, "Done: deleted", "a deleted user").without(`href="/users/` + form.Get("user"))
	b.post(done.at.Path+"/undo", nil).says(200, "0 users can be put back as before, 1 can't").without(`name="sure"`)
}

// TestPerson_typed: a refused form has what was filled in, and says what was wrong in a sentence.
func TestPerson_typed(t *testing.T) {
	p := newProduct(t, "", true)
	b := p.as("larkfield", users.Owner)
	members := p.some("larkfield", activeMembers, 2)
	path := "/users/" + string(members[0].ID)
	b.post(path, url.Values{"do": {"edit"}, "first": {"Newly"}, "last": {"Typed"}, "email": {members[1].Email}, "back": {path}}).
		says(409, "The email belongs to another user", `value="Newly"`, `value="Typed"`)
	b.post(path, url.Values{"do": {"edit"}, "first": {strings.Repeat("a", 300)}, "email": {members[0].Email}, "back": {path}}).
		says(422, "First name is too long: at most 255 characters", strings.Repeat("a", 300))
	b.post(path, url.Values{"do": {"schedule"}, "leave": {"2020-02-02"}, "leave-as": {"last-day"}, "back": {path}}).
		says(422, "The day of the leave is not a day to come: choose a later one.", `value="2020-02-02"`)
	b.post(path, url.Values{"do": {"hand-over"}, "successor": {"no@larkfield.example"}, "back": {path}}).
		says(422, "there is no such user", `value="no@larkfield.example"`)
	b.post(path, url.Values{"do": {"role"}, "role": {"manager"}, "back": {path}}).says(200, "is manager now")
	b.post(path, url.Values{"do": {"edit"}, "first": {"Éva"}, "last": {members[0].LastName}, "email": {members[0].Email}, "external-id": {members[0].ExternalID}, "back": {path}}).says(200, "The details of Éva "+members[0].LastName+" are saved.")
	b.get("/users/unknown").says(404, "There is no such user")
}

// TestAdd_full: at the limit the page says before what becomes of a new user, and afterwards leads to them.
func TestAdd_full(t *testing.T) {
	p := newProduct(t, "", true)
	b := p.as("hallam", users.Admin)
	b.get("/add").says(200).without("No license is free")
	p.fill("hallam")
	b.get("/add").says(200, "No license is free: a new user is added as inactive")
	added := b.post("/add", url.Values{"email": {"ada@hallam.example"}, "role": {"member"}}).says(200, `class="warning"`, "No license is free: ada@hallam.example was added as inactive")
	ada, err := p.host.Keeper.Find(t.Context(), "hallam", users.ByEmail("ada@hallam.example"))
	require.NoError(t, err)
	added.says(200, `<a href="/users/`+string(ada.ID)+`">To the user</a>`)
	b.post("/add", url.Values{"first": {"Ada"}, "role": {"member"}}).says(422, "The user needs an email address, a username or an external ID", `value="Ada"`)
}

// TestUsers_over: after the vendor lowers the total, the page says how many users are too many.
func TestUsers_over(t *testing.T) {
	p := newProduct(t, "", true)
	usage, err := p.host.Keeper.Usage(t.Context(), "maple")
	require.NoError(t, err)
	b := p.as("maple", users.Admin)
	b.get("/users").says(200).without("than there are")
	_, err = p.host.Keeper.Do(t.Context(), "maple", users.Support("REQ-9"), seats.SetTotal{Total: seats.Of(usage.Held - 2)})
	require.NoError(t, err)
	b.get("/users").says(200, "2 more licenses are taken than there are.", "2 users have to be made inactive or deleted first.")
	b.post("/add", url.Values{"email": {"ada@maple.example"}, "role": {"member"}}).says(409, fmt.Sprintf("No license is free: %d are taken, 2 more than the %d there are", usage.Held, usage.Held-2))
}

// TestUpload_rows: a row without a user is a row, and no deleted user; a file without a header can't skip rows.
func TestUpload_rows(t *testing.T) {
	p := newProduct(t, "", true)
	b := p.as("maple", users.Admin)
	p.fill("maple")
	b.post("/users/bulk", url.Values{"which": {"ticked"}, "user": {string(p.some("maple", activeMembers, 1)[0].ID)}, "action": {"deactivate"}, "back": {"/users"}, "sure": {"1"}})
	page := b.upload("accued.csv", []byte("First name,Email\nAda,ada@maple.example\nBo,bo@maple.example\nCy,cy@maple.example\n")).says(200, "Not used", ">External ID<").without("accued-connect")
	look := b.post(page.at.Path, url.Values{"header": {"First name", "Email"}, "field-0": {"first-name"}, "field-1": {"email"}, "do": {"look"}}).
		says(200, "1 person can be added", "2 can't be added", "From row 3 on no license is free. All rows need 2 more licenses.")
	done := b.wait(b.post(look.at.Path, url.Values{"do": {"import"}})).says(200, "1 changed, 2 refused", "Row 3", "Not done: no license is free", "File: accued.csv")
	done.without("a deleted user")

	page = b.upload("words.csv", []byte("hello\nworld\n")).says(200)
	b.post(page.at.Path, url.Values{"do": {"look"}}).says(200, "no header", "upload it again").without("skip the rows")
}

// TestDemo_seen: no user was seen after they became inactive, or before their first sign-in.
func TestDemo_seen(t *testing.T) {
	p := newProduct(t, "", true)
	for _, account := range []users.AccountID{"hallam", "oakridge"} {
		for u, err := range p.host.Keeper.Users(t.Context(), account, users.Filter{}) {
			require.NoError(t, err)
			seen, err := p.host.Keeper.LastSeen(t.Context(), account, u.ID)
			require.NoError(t, err)
			if !seen[0].IsZero() {
				require.False(t, seen[0].Before(u.FirstSignIn.Truncate(time.Second)), u.ID)
			}
			if u.Status == users.Inactive && !seen[0].IsZero() {
				require.False(t, seen[0].After(u.StatusSince), u.ID)
			}
		}
	}
}
