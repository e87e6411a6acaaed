package site_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/sqlstore/sqltest/servers"
	"github.com/seatkeeper/seatkeeper/users"
)

// fill brings an account to its limit.
func (p *product) fill(account users.AccountID) {
	p.t.Helper()
	usage, err := p.host.Keeper.Usage(p.t.Context(), account)
	require.NoError(p.t, err)
	_, err = p.host.Keeper.Do(p.t.Context(), account, users.System(), seats.SetTotal{Total: seats.Of(usage.Held)})
	require.NoError(p.t, err)
}

// TestArticle_AccuEdConnect: at the limit no user is added; a user who is made inactive opens a license for another one.
func TestArticle_AccuEdConnect(t *testing.T) {
	p := newProduct(t, "", true)
	p.fill("maple")
	tab := p.open(1280, "light").as("maple", users.Admin).sees("Total Licenses", "Available Licenses", "Active Users", "Inactive Users")
	active, inactive := tab.number("Active Users"), tab.number("Inactive Users")
	require.Zero(t, tab.number("Available Licenses"))

	tab.get("/add").fill("#main", "First name", "Ada", "Last name", "Byron", "Email", "ada.byron@maplestreet.example")
	tab.pressIn("#main", "Invite").sees("No license is free: a new user is refused", "deactivate 1 user").shot("accued-full")
	tab.forget()

	member := tab.get("/users?role=member&status=active")
	name := eval[string](member, `document.querySelector("tbody th a").innerText`)
	tab.press("Make inactive: " + name).sees(name + " is inactive now.")
	tab.get("/users")
	require.Equal(t, active-1, tab.number("Active Users"))
	require.Equal(t, inactive+1, tab.number("Inactive Users"))
	require.Equal(t, 1, tab.number("Available Licenses"))

	tab.get("/add").fill("#main", "First name", "Ada", "Last name", "Byron", "Email", "ada.byron@maplestreet.example")
	tab.pressIn("#main", "Invite").sees("Ada Byron is invited.")
	tab.get("/users?text=byron").sees("Active") // once invited, also before the invitation is accepted
	require.Zero(t, tab.get("/users").number("Available Licenses"))
	tab.get("/users?status=inactive&text="+strings.Fields(name)[1]).without("tbody", "Make active").touch("Why not? The other actions for " + name).sees("Make active: No license is free")
}

// TestArticle_BigContacts on PostgreSQL: an owner has no "Make inactive", an inactive user stays on the screen, and spots are
// given back in a step of its own.
func TestArticle_BigContacts(t *testing.T) {
	p := newProduct(t, servers.Postgres(t).Database(t, "lms"), true)
	tab := p.open(1280, "light").as("penrose", users.Admin).sees("Open user spots")
	open := tab.number("Open user spots")
	tab.get("/users?role=owner").without("tbody", "Make inactive")
	tab.touch("Why not?").sees("n owner is protected").shot("bigcontacts-why")

	name := eval[string](tab.get("/users?role=member&status=active"), `document.querySelector("tbody th a").innerText`)
	tab.press("Make inactive: " + name).sees(name + " is inactive now.")
	tab.get("/users?status=inactive").sees(name)
	require.Equal(t, open+1, tab.get("/users").number("Open user spots"))

	tab.get("/seats").fill("section:has(#return)", "User spots fewer", "1").press("Give back").sees("1 user spot went back")
	require.Equal(t, open, tab.get("/users").number("Open user spots"))
	bob := tab.get("/users?role=member&status=active").press(eval[string](tab, `document.querySelector("tbody th a").innerText`))
	bob.fill("section:has(#details)", "First name", "Nora", "Last name", "Quist", "Email", "nora.quist@penrosehale.example").pressIn("section:has(#details)", "Save")
	bob.sees("turn one user into another")
	tab.forget()
}

// TestArticle_HowNow: seats are added by tens, the admins are told, and unclaimed invitations are found.
func TestArticle_HowNow(t *testing.T) {
	p := newProduct(t, "", true)
	tab := p.open(1280, "light").as("brightwater", users.Admin).sees("Total Seats", "Available Seats", "Unclaimed Invites", "Active Users")
	tab.shot("hownow-users")
	total, unclaimed, invited := tab.number("Total Seats"), tab.number("Unclaimed Invites"), tab.number("Invited Users")
	require.Equal(t, unclaimed, invited-tab.number("Active Users"))

	tab.press("Manage Total Seats").sees("Between 10 and 1000 at a time", "They can't be given back here")
	tab.until(`document.querySelector("#plot canvas")`+" !== null", "no plot").until(`!document.querySelector(".u-legend").innerText.includes("--")`, "the plot has no numbers of now").shot("hownow-seats")
	tab.fill("section:has(#buy)", "Seats more", "20").press("Buy").sees("20 seats more are here", "The confirmation goes to")
	tab.press("Users")
	require.Equal(t, total+20, tab.number("Total Seats"))

	tab.touch("Advanced filters").fill(".filters", "Last activity", "Never logged in")
	tab.until(`location.search.includes("activity=never")`, "the filter is not in the URL").sees("users match")
	require.Zero(t, tab.number("Active Users"))
	require.Equal(t, unclaimed, tab.number("Invited Users"))
	name := eval[string](tab, `document.querySelector("tbody th a").innerText`)
	tab.press("Delete: " + name).sees("can't be undone").press("Delete").sees("is deleted now")
	require.Equal(t, unclaimed-1, tab.get("/users").number("Unclaimed Invites"))
}

// TestArticle_ISpringLearn: a user is deactivated at once, on a date, and in bulk; beyond the limit new users are inactive.
func TestArticle_ISpringLearn(t *testing.T) {
	p := newProduct(t, "", true)
	tab := p.open(1280, "light").as("hallam", users.Owner)
	name := eval[string](tab.get("/users?role=member&status=active"), `document.querySelector("tbody th a").innerText`)
	day := time.Now().AddDate(0, 1, 0)
	tab.press(name).sees("Make inactive on a date").fill("section:has(#leave)", "Day", day.Format(time.DateOnly)).pressIn("section:has(#leave)", "Save")
	tab.sees("The last day with access is "+day.Format("2 Jan 2006"), "History").shot("ispring-person")
	phone := p.open(390, "dark").as("hallam", users.Owner)
	phone.get("/users").shot("phone")
	phone.get("/seats").sees("Held").shot("phone-seats")
	tab.press("Deactivate").sees(name + " is inactive now.").press("Activate").sees(name + " is active now.")

	tab.get("/users?role=member&status=active")
	eval[bool](tab, `document.getElementById("tick-all").click() || true`)
	tab.fill(".bulk", "Action", "Deactivate").press("Go on").sees("Deactivate now", "Deactivate later, on a date")
	tab.fill("#main", "Deactivate later", "", "Day", day.Format(time.DateOnly)).press("Preview").sees("25 will change").shot("ispring-bulk")
	tab.press("Deactivate").sees("Deactivate on a date", "25 changed", "The last day with access is "+day.Format("2 Jan 2006")).press("Undo…").sees("can be put back").press("Undo").sees("Done")

	p.fill("hallam")
	tab.get("/add").fill("#main", "First name", "Ada", "Last name", "Byron", "Email", "ada@hallam.example").pressIn("#main", "Invite").sees("No license is free: Ada Byron was added as inactive")
	tab.get("/users?role=owner").without("tbody", "Deactivate")
}

// TestArticle_UsersPage: approve and notify, assign groups and courses, archive and find the archived, export.
func TestArticle_UsersPage(t *testing.T) {
	p := newProduct(t, "", true)
	tab := p.open(1280, "light").as("oakridge", users.Admin).sees("Not approved")
	tab.get("/add").fill("#main", "First name", "Ada", "Last name", "Byron", "Email", "ada@oakridge.example").pressIn("#main", "Invite").sees("Ada Byron is invited.")
	tab.get("/users?text=ada+byron").press("Approve: Ada Byron").sees("Ada Byron is approved and active. Notify tells them.", "✓ Approved", "✓ Notified").press("Notify: Ada Byron").sees("Ada Byron is notified: message 2 goes out.")

	eval[bool](tab, `document.getElementById("tick-all").click() || true`)
	tab.fill(".bulk", "Action", "Change groups or location").press("Go on").fill("#main", "Groups to add", "Kitchen; Night team").press("Change groups or location").sees("Done")
	tab.get("/users?groups=Kitchen&text=byron").sees("Ada Byron", "Kitchen, Night team")
	tab.press("Ada Byron").fill("section:has(#courses)", "Course", "Moving and handling", "Due date", "2031-05-06").pressIn("section:has(#courses)", "Assign").sees("due 6 May 2031").shot("userspage-person")
	before := p.pool("oakridge", "moving")
	tab.press("Archive").sees("Archive Ada Byron?", "1 course was not started").press("Archive the user").sees("Ada Byron is archived now.")
	require.Equal(t, before.Held-1, p.pool("oakridge", "moving").Held, "the unused license is back")
	tab.get("/users").fill(".filters", "Status", "Archived")
	tab.until(`location.search.includes("status=archived")`, "the filter is not in the URL").fill(".filters", "Search", "byron").sees("Ada Byron", "1 user matches").press("Restore: Ada Byron").sees("Ada Byron is active now.")
	require.Contains(t, eval[string](tab.get("/users?status=active").sees("Excel"), find("body", "Excel")+".href"), "/export/users/xlsx?status=active")
}

// TestBrowser_import: a file is mapped and checked, and its import shows its progress after a reload.
func TestBrowser_import(t *testing.T) {
	p := newProduct(t, "", true)
	tab := p.open(1280, "light").as("oakridge", users.Owner)
	var text strings.Builder
	text.WriteString("Vorname;Nachname;E-Mail-Adresse;Kürzel\n")
	for i := range 20000 {
		fmt.Fprintf(&text, "P%d;Muster;p%d@oakridge.example;k%d\n", i, i, i)
	}
	file := filepath.Join(t.TempDir(), "personal.csv")
	require.NoError(t, os.WriteFile(file, []byte(text.String()), 0o600))
	tab.get("/add").do(chromedp.SetUploadFiles(`input[type="file"]`, []string{file}))
	tab.press("Upload").sees("Kürzel", "Is read as")
	tab.shot("upload-columns")
	tab.press("Check the file").sees("20000 people in the file", "Import 20000 people").shot("upload-plan")
	tab.press("Import 20000 people").sees("At work")
	tab.do(chromedp.Reload())
	tab.sees("Done.", "20000 changed").shot("upload-done")
}

// TestBrowser_last_seat: two admins want the last seat. One gets it, the other a sentence that helps.
func TestBrowser_last_seat(t *testing.T) {
	p := newProduct(t, "", true)
	p.fill("larkfield")
	_, err := p.host.Keeper.Do(t.Context(), "larkfield", users.Support("R1"), seats.BuySeats{Quantity: 1})
	require.NoError(t, err)
	owner, admin := p.open(1280, "light").as("larkfield", users.Owner), p.open(1280, "light").as("larkfield", users.Admin)
	for i, tab := range []*tab{owner, admin} {
		tab.get("/add").fill("#main", "First name", fmt.Sprint("New", i), "Email", fmt.Sprintf("new%d@larkfield.example", i))
	}
	clicked := make(chan struct{})
	go func() {
		defer close(clicked)
		_, _ = chromedp.Run(owner.ctx, chromedp.Evaluate[bool](find("#main", "Invite")+".click() || true"))
	}()
	admin.pressIn("#main", "Invite")
	<-clicked
	won, lost := owner, admin
	said := `document.querySelector(".note, .alert") ? document.querySelector(".note, .alert").innerText : ""`
	owner.until("("+said+") !== ''", "no answer")
	if !strings.Contains(eval[string](owner, said), "is invited") {
		won, lost = admin, owner
	}
	won.sees("is invited.")
	lost.sees("No seat is free", "buy 1 seat", "deactivate 1 user").shot("last-seat")
	won.forget()
	lost.forget()
}
