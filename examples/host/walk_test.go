package main

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// onEngines runs a test on each database.
func onEngines(t *testing.T, test func(*testing.T, *site)) {
	for name, source := range engines {
		t.Run(name, func(t *testing.T) { test(t, newSite(t, source(t))) })
	}
}

// TestHost_walk is the life of a company, through the pages and the mails alone.
func TestHost_walk(t *testing.T) {
	onEngines(t, func(t *testing.T, s *site) {
		olive, account := s.company("Acme", "olive@acme.example")
		olive.get("/users").says(200, "Seats: <b>3</b>", "Available: <b>2</b>").row("olive@acme.example").says(200, "owner", "disabled title=")

		// An invitation comes by mail. A program that looks through the mail follows the link, and accepts nothing.
		olive.invite("ada@acme.example").says(200).row("ada@acme.example").says(200, "invited")
		link := s.mails(1, "You are invited", "ada@acme.example")
		s.browser().get(link).says(200, "You are invited")
		olive.get("/users").row("ada@acme.example").says(200, "invited")
		page := olive.get("/users") // stays open
		ada := s.browser()
		action, filled := ada.get(link).form("Come in")
		clicks := make(chan int)
		for range 3 {
			go func() { clicks <- s.browser().post(action, filled).status }()
		}
		for range 3 { // the browser shows the answer to one
			require.Equal(t, 200, <-clicks)
		}
		ada.post(action, filled).says(200, "Good day").without(`href="/users"`)
		olive.get("/users").row("ada@acme.example").says(200, "active")
		olive.get("/users").says(200, "<option>admin").without("<option>owner")
		olive.get("/users").press("Invite", "email", "Ada@acme.example", "role", "admin").says(200, "This person is here already: active, member. Nothing was changed.")
		finder := s.browser() // of the link
		finder.get(link).press("Come in").says(409, "This link can't be used again: your access is active. Sign in")
		finder.get("/").says(200, "Sign in")
		page.row("ada@acme.example").press("Take back").says(409, "this was changed meanwhile: the user is active")
		ada.get("/users").says(403, "not allowed")
		ada.post(s.url+"/users", nil).says(403)

		// The last seat, and one more.
		s.mails(1, "Few seats are free", "olive@acme.example")
		olive.invite("bob@acme.example").says(200, "Available: <b>0</b>")
		s.mails(1, "All seats are taken", "olive@acme.example")
		olive.invite("cy@acme.example").says(409, "No seat is free: 3 of 3 are taken: deactivate 1 user, delete 1 user or ask the vendor for 1 more seat")

		// The program ends and begins anew: sessions and links stay good, and no mail is written twice.
		first := s.mails(1, "You are invited", "bob@acme.example")
		s.end()
		s.start()
		olive.get("/users").says(200, "Seats: <b>3</b>")
		page = olive.get("/users")
		page.row("bob@acme.example").press("Send again").says(200)
		page.row("bob@acme.example").press("Send again").says(409, "this was changed meanwhile: the invitation")
		second := s.mails(2, "You are invited", "bob@acme.example")
		s.mails(1, "You are invited", "ada@acme.example")
		bob := s.browser()
		bob.get(first).press("Come in").says(409, "There is a newer invitation than this link")
		bob.get("/").says(200, "Sign in")
		bob.get(second+"x").press("Come in").says(404, "This link is not whole.")
		bob.get(second).press("Come in").says(200, "Good day")

		// The company pays for more.
		require.Equal(t, http.StatusBadRequest, s.pay(account, 1, 9, "guessed"))
		require.Equal(t, http.StatusOK, s.pay(account, 3, 5, "of the test"))
		require.Equal(t, http.StatusOK, s.pay(account, 2, 4, "of the test"), "late")
		require.Equal(t, http.StatusNotFound, s.pay("unknown", 3, 5, "of the test"))
		olive.invite("cy@acme.example").says(200, "Seats: <b>5</b>", "Available: <b>1</b>")

		s.mails(1, "All seats are taken", "olive@acme.example")

		// Single sign-on lets invited people in alone.
		cy := s.browser()
		cy.get("/").press("Sign in", "email", "Cy@acme.example").says(200, "Good day")
		s.browser().get("/").press("Sign in", "email", "eve@acme.example").says(200, "No company has invited this address yet")

		// A leaver is out at once, and back with the same buttons.
		page = olive.get("/users?status=active&text=cy")
		page.row("cy@acme.example").press("Make inactive").says(200).without("cy@acme.example")
		out := "You can't come in: your access is inactive. Ask an admin of your company.</p>"
		cy.get("/").says(409, out)
		s.browser().get("/").press("Sign in", "email", "cy@acme.example").says(409, out)
		page.row("cy@acme.example").press("Make inactive").says(409, "the user is inactive")
		olive.get("/users?status=inactive").row("cy@acme.example").press("Make active").says(200)
		cy.get("/").says(200, "Good day")

		// A deletion is of a person who is inactive as the page showed, whatever happened to others.
		olive.get("/users").row("cy@acme.example").press("Make inactive").says(200)
		page = olive.get("/users")
		olive.get("/users").row("cy@acme.example").press("Make active").says(200)
		page.row("cy@acme.example").press("Delete").says(409, "this was changed meanwhile: the user is active").row("cy@acme.example").press("Make inactive").says(200)
		olive.invite("dee@acme.example").says(200)
		page.row("cy@acme.example").press("Delete").says(200).without("cy@acme.example")
		cy.get("/").says(409, "your access is deleted")

		// It pays for less than it uses.
		require.Equal(t, http.StatusOK, s.pay(account, 4, 2, "of the test"))
		s.mails(1, "Too many seats are taken", "olive@acme.example")
		olive.get("/users").says(200, "Seats: <b>2</b>", "Available: <b>0</b>")

		drift, err := s.look.keeper.Audit(t.Context(), account)
		require.NoError(t, err)
		require.Empty(t, drift)
	})
}

// TestHost_sign_up: a double click opens one account, and a person of two companies chooses.
func TestHost_sign_up(t *testing.T) {
	onEngines(t, func(t *testing.T, s *site) {
		b := s.browser()
		action, filled := b.get("/").form("Sign up", "company", "Acme", "first", "Olive", "last", "Owen", "email", "olive@acme.example")
		var clicks sync.WaitGroup
		for range 4 {
			clicks.Go(func() { s.browser().post(action, filled) })
		}
		clicks.Wait()
		b.post(action, filled).says(200, "Good day, Olive Owen.")
		var companies int
		require.NoError(t, s.look.db.QueryRow("SELECT COUNT(*) FROM companies").Scan(&companies))
		require.Equal(t, 1, companies)
		filled.Set("email", "eve@acme.example")
		b.post(action, filled).says(422, "Your company is signed up already, with other entries.")
		filled.Set("account", "of my own")
		b.post(action, filled).says(422)

		b.get("/users").press("Invite", "email", "no address", "role", "member").says(422, "not valid: email")
		s.company("Globex", "olive@acme.example")
		chosen := s.browser()
		chosen.get("/").press("Sign in", "email", "olive@acme.example").says(200, "Which company?", "Acme").press("Globex").says(200, "Good day")
		require.NotContains(t, chosen.get("/users").text, "ada@")
	})
}

// TestHost_last_seat: of many invitations at once the last seat goes to one.
func TestHost_last_seat(t *testing.T) {
	onEngines(t, func(t *testing.T, s *site) {
		olive, account := s.company("Acme", "olive@acme.example")
		olive.invite("ada@acme.example").says(200)
		status := make(chan int)
		action, filled := olive.get("/users").form("Invite", "role", "member", "email", "")
		for i := range 12 {
			fields := maps.Clone(filled)
			fields["email"] = []string{"bob" + strconv.Itoa(i) + "@acme.example"}
			go func() { status <- olive.post(action, fields).status }()
		}
		count := map[int]int{}
		for range 12 {
			count[<-status]++
		}
		require.Equal(t, map[int]int{http.StatusOK: 1, http.StatusConflict: 11}, count)
		usage, err := s.look.keeper.Usage(t.Context(), account)
		require.NoError(t, err)
		require.EqualValues(t, 3, usage.Held)
		s.mails(1, "All seats are taken", "olive@acme.example")
	})
}

// TestHost_pages: lists of more than a page go forth and back, with their filter.
func TestHost_pages(t *testing.T) {
	onEngines(t, func(t *testing.T, s *site) {
		olive, account := s.company("Acme", "olive@acme.example")
		require.Equal(t, http.StatusOK, s.pay(account, 1, 100, "of the test"))
		for i := range 25 {
			olive.invite(fmt.Sprintf("ada%02d@acme.example", i)).says(200)
		}
		page := olive.get("/users?status=invited&text=ada")
		var seen []int
		for next := true; next; {
			seen = append(seen, strings.Count(page.text, "<tr><td>"))
			page.without("olive@").says(200, "Invited: <b>25</b>")
			page, next = page.follow("On")
		}
		require.Equal(t, []int{20, 5}, seen)
		page, _ = page.follow("Back")
		require.Equal(t, 20, strings.Count(page.text, "<tr><td>"))
		page.row("ada10@acme.example").press("Take back").says(200).without("ada10@")
		olive.get("/users?status=nonsense&cursor=nonsense&text=olive").says(200).row("ada00@acme.example")
		olive.get("/users?status=active&cursor=nonsense&text=olive").says(200).without("ada00").row("olive@acme.example")
	})
}

// TestHost_night: a seat comes free in the night if its user was not seen for long.
func TestHost_night(t *testing.T) {
	for name, source := range engines {
		t.Run(name, func(t *testing.T) {
			h, now := &host{}, time.Now()
			require.NoError(t, h.open(t.Context(), source(t)))
			defer h.db.Close()
			var err error
			h.keeper, err = seatkeeper.New(h.store, seatkeeper.Options{Now: func() time.Time { return now }})
			require.NoError(t, err)
			_, err = h.keeper.Open(t.Context(), seats.Opening{Account: "acme", Total: seats.Of(3), Policy: policy, Owner: users.Profile{ID: "u1", Email: "olive@acme.example"}})
			require.NoError(t, err)
			_, err = h.keeper.Do(t.Context(), "acme", users.As("u1"), seats.Invite{Profile: users.Profile{ID: "ada", Email: "ada@acme.example"}})
			require.NoError(t, err)
			_, err = h.keeper.Do(t.Context(), "acme", users.System(), seats.SignIn{Profile: users.Profile{ID: "ada"}})
			require.NoError(t, err)
			night := func(held int64) {
				ctx, end := context.WithCancel(t.Context())
				ended := make(chan struct{})
				go func() { h.clock(ctx); close(ended) }()
				require.Eventually(t, func() bool {
					usage, err := h.keeper.Usage(ctx, "acme")
					return err == nil && usage.Held == held
				}, time.Minute, 10*time.Millisecond)
				end()
				<-ended
			}
			night(2)
			now = now.AddDate(0, 0, 181)
			night(1)
			ada, err := h.keeper.User(t.Context(), "acme", "ada")
			require.NoError(t, err)
			require.Equal(t, users.Inactive, ada.Status)
		})
	}
}

// TestHost_sessions: a session that has ended, and one of another purpose or secret, are none.
func TestHost_sessions(t *testing.T) {
	s := newSite(t, engines["SQLite"](t))
	_, account := s.company("Acme", "olive@acme.example")
	olive, err := s.look.keeper.Find(t.Context(), account, users.ByEmail("olive@acme.example"))
	require.NoError(t, err)
	sealed := func(purpose, secret string, ends time.Time) view {
		b, at := s.browser(), &url.URL{Scheme: "http", Host: strings.TrimPrefix(s.url, "http://")}
		value := (&host{secret: secret}).seal(purpose, url.Values{"account": {string(account)}, "user": {string(olive.ID)}, "ends": {ends.UTC().Format(time.DateOnly)}})
		b.client.Jar.SetCookies(at, []*http.Cookie{{Name: "session", Value: value}})
		return b.get("/")
	}
	today := time.Now()
	sealed("session", "of the test", today.AddDate(0, 0, 1)).says(200, "Good day")
	sealed("session", "of the test", today.AddDate(0, 0, -1)).says(200, "Sign in")
	sealed("invitation", "of the test", today.AddDate(0, 0, 1)).says(200, "Sign in")
	sealed("session", "another", today.AddDate(0, 0, 1)).says(200, "Sign in")
}

// TestHost_foreign_forms: a page of another site presses no button.
func TestHost_foreign_forms(t *testing.T) {
	s := newSite(t, engines["SQLite"](t))
	olive, _ := s.company("Acme", "olive@acme.example")
	action, filled := olive.get("/users").form("Invite", "role", "member", "email", "eve@acme.example")
	r, err := http.NewRequest(http.MethodPost, action, strings.NewReader(filled.Encode()))
	require.NoError(t, err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	answer, err := olive.client.Do(r)
	olive.view(answer, err).says(403)
	olive.get("/users").without("eve@")
}

// TestHost_bodies: a body is read up to a bound, and only by the methods of a page.
func TestHost_bodies(t *testing.T) {
	s := newSite(t, engines["SQLite"](t))
	olive, account := s.company("Acme", "olive@acme.example")
	action, filled := olive.get("/users").form("Invite", "role", "member", "email", "ada@acme.example")
	olive.post(action, url.Values{"button": {"nonsense"}, "email": {"eve@acme.example"}}).says(422, "not valid: command").without("eve@")
	filled.Set("first", strings.Repeat("x", 1<<20))
	olive.post(action, filled).says(413, "This is too much text.")
	olive.get("/users").without("ada@")
	s.browser().post(s.url+"/sign-in", url.Values{"email": {strings.Repeat("x", 1<<20)}}).says(413, "This is too much text.")
	require.Equal(t, http.StatusRequestEntityTooLarge, s.pay(users.AccountID(strings.Repeat("x", 1<<20)), 1, 9, "of the test"))
	require.Equal(t, http.StatusOK, s.pay(account, 1, 9, "of the test"))
	for _, method := range []string{http.MethodPut, http.MethodDelete} {
		r, err := http.NewRequest(method, action, nil)
		require.NoError(t, err)
		answer, err := olive.client.Do(r)
		olive.view(answer, err).says(http.StatusMethodNotAllowed)
	}
}

// TestWords has every text of the library in the product's words.
func TestWords(t *testing.T) {
	require.NoError(t, words.Check())
	require.NoError(t, door.Check())
}

// TestProgram_length: the whole program is short enough to be read.
func TestProgram_length(t *testing.T) {
	files, err := filepath.Glob("*.go")
	require.NoError(t, err)
	lines := 0
	for _, file := range files {
		if !strings.HasSuffix(file, "_test.go") {
			text, err := os.ReadFile(file)
			require.NoError(t, err)
			lines += bytes.Count(text, []byte("\n"))
		}
	}
	require.LessOrEqual(t, lines, 400)
}
