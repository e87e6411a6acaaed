package site_test

import (
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// drain writes the mails of what has happened.
func (p *product) drain() {
	p.t.Helper()
	require.NoError(p.t, p.host.DrainMails(p.t.Context()))
}

// do carries out commands as an actor.
func (p *product) do(account users.AccountID, actor users.Actor, commands ...seats.Command) {
	p.t.Helper()
	_, err := p.host.Keeper.Do(p.t.Context(), account, actor, commands...)
	require.NoError(p.t, err)
}

// TestMails: the link of the newest invitation lets its user in, once; an order is confirmed to its receivers.
func TestMails(t *testing.T) {
	p := newProduct(t, "", true)
	p.drain() // begins after the history
	b := p.as("larkfield", users.Owner)
	b.get("/mails").says(200, "No mail was written yet")
	p.do("larkfield", users.As("larkfield-owner"), seats.BuySeats{Quantity: 10}, seats.Invite{Profile: users.Profile{ID: "ada", FirstName: "Ada", Email: "ada@larkfield.example"}})
	p.drain()
	first := p.link(b, "larkfield", "ada")
	b.get("/mails").says(200, "Your order of seats: Larkfield Museum")
	p.do("larkfield", users.As("larkfield-owner"), seats.Notify{User: "ada"})
	p.drain()
	p.drain() // nothing twice
	second := p.link(b, "larkfield", "ada")
	require.NotEqual(t, first, second)
	files, err := filepath.Glob(filepath.Join(p.host.MailFolder(), "*.eml"))
	require.NoError(t, err)
	mails, err := p.host.Mails(t.Context(), "larkfield", 100)
	require.NoError(t, err)
	require.Len(t, files, len(mails))

	ada := p.browser()
	ada.get(first).says(409, "There is a newer invitation than this link")
	ada.get(second[:len(second)-3]).says(404)
	ada.get(second).says(200, "Good day, Ada", "Come in")
	ada.get("/me").says(200, "Sign in")
	ada.post(second, nil).says(200, "Good day")
	ada.get("/users").says(403)
	ada.get(second).says(200, "My courses") // the user is in
	p.browser().post(second, nil).says(409, "by this link before")
	p.browser().get(second).says(409, "by this link before")

	p.do("larkfield", users.As("larkfield-owner"), seats.Delete{User: "ada"})
	p.drain()
	b.get("/mails").says(200).without("ada@larkfield.example")
	left, err := filepath.Glob(filepath.Join(p.host.MailFolder(), "*.eml"))
	require.NoError(t, err)
	require.Len(t, left, len(files)-2)
	for _, path := range left {
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		require.True(t, strings.HasPrefix(string(text), "From: lms@localhost\r\nTo: "))
	}
	p.as("larkfield", users.Member).get("/mails").says(403)
}

// link is that of the latest mail to a user, as its page shows it.
func (p *product) link(b *browser, account users.AccountID, user users.ID) string {
	p.t.Helper()
	mails, err := p.host.Mails(p.t.Context(), account, 100)
	require.NoError(p.t, err)
	for _, m := range mails {
		if m.User == user {
			page := b.get("/mails/"+digits(m.Event)+"/"+string(user)).says(200, "invites you to learn")
			_, rest, ok := strings.Cut(page.text, `<a href="/welcome/`)
			require.True(p.t, ok)
			return "/welcome/" + rest[:strings.Index(rest, `"`)]
		}
	}
	require.Fail(p.t, "no mail to "+string(user))
	return ""
}

// TestMails_approval: where an admin lets people in, the link works after the approval.
func TestMails_approval(t *testing.T) {
	p := newProduct(t, "", true)
	p.drain()
	b := p.as("oakridge", users.Owner)
	p.do("oakridge", users.As("oakridge-owner"), seats.Invite{Profile: users.Profile{ID: "ada", Email: "ada@oakridge.example"}})
	p.drain()
	link, ada := p.link(b, "oakridge", "ada"), p.browser()
	ada.get(link).says(409, "an admin has to approve you first")
	ada.post(link, nil).says(409, "an admin has to approve you first")
	p.do("oakridge", users.As("oakridge-owner"), seats.Approve{User: "ada"})
	ada.post(link, nil).says(200, "Good day")
	p.do("oakridge", users.As("oakridge-owner"), seats.Deactivate{User: "ada"})
	p.browser().post(link, nil).says(409, "Your training records stay")
}

// TestSignIn_inactive: each product refuses inactive people in its own words.
func TestSignIn_inactive(t *testing.T) {
	p := newProduct(t, "", true)
	for account, text := range map[users.AccountID]string{
		"larkfield": "your access is inactive", "maple": "Your records of training stay", "brightwater": "enter the learning space",
		"hallam": "You can't sign in to your account", "oakridge": "Your training records stay", "penrose": "for a user spot",
	} {
		list, err := p.host.Keeper.Page(t.Context(), account, users.Filter{Status: users.In(users.Inactive)}, users.Cursor{}, 1)
		require.NoError(t, err)
		require.NotEmpty(t, list.Users, account)
		p.browser().post("/sign-in", url.Values{"account": {string(account)}, "user": {string(list.Users[0].ID)}}).says(409, text).without("Ask for a seat")
	}
	p.browser().post("/sign-in", url.Values{"account": {"oakridge"}, "user": {"none"}}).says(404)
}
