package site_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// TestWalk_courses: as on the users page, a course goes to a selection; an unstarted license comes back, one in use does not.
func TestWalk_courses(t *testing.T) {
	p := newProduct(t, "", true)
	p.do("oakridge", users.System(), seats.SetTotal{Pool: "dementia", Total: seats.Of(2)}, seats.EditPool{Pool: "dementia", Name: new("Dementia care")})
	tab := p.open(1280, "light").as("oakridge", users.Admin).press("Courses").press("Dementia care").sees("Who holds licenses", "No license is in this state")
	tab.press("Find users").sees("Assign…")
	eval[bool](tab, `[...document.querySelectorAll('input[name="user"]')].slice(0, 2).map(box => box.click()).length === 2`)
	tab.fill("#main", "Due date", "2031-05-06").press("Assign…").sees("2 will change").press("Assign a course").sees("2 changed").shot("courses-assigned")
	tab.get("/courses/dementia")
	require.Equal(t, 2, tab.number("Assigned"))
	require.Zero(t, tab.number("Free"))
	names := eval[[]string](tab, `[...document.querySelectorAll('tbody th[data-label="User"] a')].map(a => a.innerText)`)
	ids := eval[[]string](tab, `[...document.querySelectorAll('tbody th[data-label="User"] a')].map(a => a.getAttribute("href").replace("/users/", ""))`)
	tab.shot("course")

	learner := p.open(390, "light").get("/")
	eval[bool](learner, fmt.Sprintf(`fetch("/sign-in", {method: "POST", body: new URLSearchParams({account: "oakridge", user: %q})}).then(r => r.ok)`, ids[0]), chromedp.EvalAwaitPromise)
	learner.get("/me").sees("Dementia care").press("Open Dementia care").sees("Dementia care").shot("learner")

	tab.get("/courses/dementia").press("Take back: " + names[1]).sees("The course is taken back from " + names[1])
	require.Equal(t, 1, tab.number("Free"))
	require.Equal(t, 1, tab.number("Used"))
	tab.press("Put away: " + names[0]).sees("The course activity of " + names[0] + " is in the archive")
	require.Equal(t, 1, tab.number("Used"), "the license has been used")
	tab.fill("form.filters:has(select[name=state])", "Licenses", "Put away").press("Show").sees(names[0])
}

// upload chooses a file on the page.
func (t *tab) upload(name, text string) *tab {
	t.t.Helper()
	file := filepath.Join(t.t.TempDir(), name)
	require.NoError(t.t, os.WriteFile(file, []byte(text), 0o600))
	t.do(chromedp.SetUploadFiles(`input[type="file"]`, []string{file}))
	return t
}

// TestWalk_sync: as at HowNow, a user who is missing in the employee data is deactivated, and found by the filter; a file
// that lacks most of them is held until an admin decides.
func TestWalk_sync(t *testing.T) {
	p := newProduct(t, "", true)
	all := p.synced("workday")
	gone, err := p.host.Keeper.User(t.Context(), "brightwater", all[0])
	require.NoError(t, err)
	name := gone.FirstName + " " + gone.LastName
	tab := p.open(1280, "light").as("brightwater", users.Admin).press("Sync").sees("Runs")
	tab.shot("syncs")
	tab.press("workday").sees("A nightly file", "Make a token")
	tab.upload("monday.csv", p.roster("brightwater", "workday", all[0])).press("Look at the file").sees("What a run of the sync workday would do", name).shot("sync-plan")
	require.Equal(t, 1, tab.number("Leave"))
	tab.press("Carry it out").sees("Done", "1 changed").press("What did not fit").sees("monday.csv", "What did not fit")
	tab.get("/users?activity=deactivated&text=" + strings.ReplaceAll(name, " ", "+")).sees(name)

	tab.get("/sync/workday").upload("tuesday.csv", p.roster("brightwater", "workday", all[:len(all)*2/3]...)).press("Look at the file")
	tab.sees("No user is changed").press("Hold the sync").sees("Stopped: the sync is held")
	tab.get("/sync/workday").sees("Held since", "For example").shot("sync-held")
	tab.press("Release: it may happen").sees("with what was held").press("tuesday.csv").press("Look at the file again").press("Carry it out").sees("Done")
	require.Less(t, len(p.synced("workday")), len(all)/2)
	tab.get("/sync/workday").press("Make a token").sees("Copy this token now").shot("sync-token")
}

// TestWalk_queue: an inactive user asks for a seat at the door, an admin approves, and the next free seat is theirs.
func TestWalk_queue(t *testing.T) {
	p := newProduct(t, "", true)
	support := p.support()
	support.post("/accounts/larkfield", nil)
	support.post("/queue", map[string][]string{"do": {"switch"}}).says(200)
	list, err := p.host.Keeper.Page(t.Context(), "larkfield", users.Filter{Status: users.In(users.Inactive), Role: users.In(users.Member)}, users.Cursor{}, 1)
	require.NoError(t, err)
	id, name := list.Users[0].ID, list.Users[0].FirstName+" "+list.Users[0].LastName
	usage, err := p.host.Keeper.Usage(t.Context(), "larkfield")
	require.NoError(t, err)
	p.do("larkfield", users.System(), seats.SetTotal{Total: seats.Of(usage.Held)})

	door := p.open(390, "dark").get("/")
	eval[bool](door, fmt.Sprintf(`(() => { const b = document.querySelector('section:has(input[value="larkfield"]) button[name="user"]'); b.value = %q; b.click(); return true })()`, id))
	door.sees("You can't come in").fill("#main", "Why do you need a seat?", "my course ends soon").press("Ask for a seat").sees("looks at it").shot("asked")
	door.forget() // the refusal

	tab := p.open(1280, "light").as("larkfield", users.Owner).press("Queue").sees(name, "my course ends soon")
	tab.shot("queue")
	tab.press("Approve: " + name).sees(name + " has place 1.")
	p.do("larkfield", users.System(), seats.SetTotal{Total: seats.Of(usage.Held + 1)})
	person, err := p.host.Keeper.User(t.Context(), "larkfield", id)
	require.NoError(t, err)
	require.NotEqual(t, users.Inactive, person.Status)
	tab.get("/queue").without("#main", name)
}

// TestWalk_invitation: the mail is opened in the mail folder, and its link lets the user in.
func TestWalk_invitation(t *testing.T) {
	p := newProduct(t, "", true)
	p.drain()
	tab := p.open(1280, "light").as("larkfield", users.Owner)
	p.do("larkfield", users.As("larkfield-owner"), seats.Invite{Profile: users.Profile{FirstName: "Ada", LastName: "Byron", Email: "ada@larkfield.example"}})
	p.drain()
	tab.press("Events").sees("invited Ada Byron").shot("events")
	tab.press("Mail folder").sees("You are invited: Larkfield Museum").press("You are invited: Larkfield Museum").sees("invites you to learn").shot("mail")
	link := eval[string](tab, `document.querySelector("main section a").getAttribute("href")`)
	p.open(390, "light").get(link).sees("Good day, Ada Byron").press("Come in").sees("Good day")
	tab.get("/events?kind=accepted").sees("Ada Byron signed in for the first time")
}

// TestWalk_accessible: the pages of syncs, the queue, events and mails pass axe-core too.
func TestWalk_accessible(t *testing.T) {
	p := newProduct(t, "", true)
	p.drain()
	b := p.as("brightwater", users.Owner)
	all := p.synced("workday")
	p.do("brightwater", users.As("brightwater-owner"), seats.BuySeats{Quantity: 10})
	p.drain()
	b.carryOut(b.nightly("workday", "night.csv", p.roster("brightwater", "workday", all[:len(all)*2/3]...)))
	look := b.nightly("workday", "one.csv", p.roster("brightwater", "workday", all[0]))
	runs, err := p.host.Runs(t.Context(), "brightwater", "workday", 1)
	require.NoError(t, err)
	mails, err := p.host.Mails(t.Context(), "brightwater", 1)
	require.NoError(t, err)
	account, err := p.host.Keeper.Account(t.Context(), "brightwater")
	require.NoError(t, err)
	policy := account.Policy
	policy.WhenFull = seats.Wait
	p.do("brightwater", users.Support("R1"), seats.SetPolicy{Policy: policy})
	usage, err := p.host.Keeper.Usage(t.Context(), "brightwater")
	require.NoError(t, err)
	p.do("brightwater", users.System(), seats.SetTotal{Total: seats.Of(usage.Held)}, seats.Invite{Profile: users.Profile{FirstName: "Ada", Email: "ada@brightwater.example"}})
	for _, screen := range looks() {
		tab := p.open(screen.width, screen.scheme).as("brightwater", users.Owner)
		for _, path := range []string{"/sync", "/sync/workday", look.at.Path + "?look=1", "/runs/" + runs[0].Job, "/queue", "/queue?text=a", "/events", "/events?by=unknown",
			"/mails", fmt.Sprintf("/mails/%d/%s", mails[0].Event, mails[0].User), "/courses/haccp?assign=1&status=active", "/courses?after=zzz"} {
			tab.check(screen, path)
		}
	}
}
