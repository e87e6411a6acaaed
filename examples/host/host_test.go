package main

import (
	"bytes"
	"context"
	"fmt"
	"html"
	"log/slog"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/sqlstore/sqltest/servers"
	"github.com/seatkeeper/seatkeeper/users"
)

// engines are the databases, as sources.
var engines = map[string]func(*testing.T) string{
	"SQLite":     func(t *testing.T) string { return filepath.Join(t.TempDir(), "host.db") },
	"PostgreSQL": func(t *testing.T) string { return servers.Postgres(t).Database(t, "host") },
}

// A site is a host that runs, with a look at its tables and its log.
type site struct {
	t      *testing.T
	source string
	url    string
	look   *host // on the same tables
	log    *log
	ended  chan error
}

// A log is written by several goroutines.
type log struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *log) Write(text []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(text)
}

func (l *log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// newSite starts a host on a database. It ends with the test, after a look at its log.
func newSite(t *testing.T, source string) *site {
	free, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, free.Close())
	s := &site{t: t, source: source, url: "http://" + free.Addr().String(), log: &log{}}
	usual := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(s.log, nil)))
	s.start()
	s.look = &host{}
	require.NoError(t, s.look.open(t.Context(), source))
	t.Cleanup(func() {
		s.end()
		slog.SetDefault(usual)
		require.NoError(t, s.look.db.Close())
		require.NotContains(t, s.log.String(), "example", "an address or a name in the log")
		require.NotRegexp(t, "level=ERROR|template:", s.log.String())
	})
	return s
}

// start starts the host, at the address that it had before.
func (s *site) start() {
	h := &host{url: s.url, secret: "of the test"}
	s.ended = make(chan error, 1)
	go func() { s.ended <- h.run(context.Background(), strings.TrimPrefix(s.url, "http://"), s.source) }()
	require.Eventually(s.t, func() bool {
		answer, err := http.Get(s.url)
		return err == nil && answer.Body.Close() == nil
	}, time.Minute, 10*time.Millisecond)
}

// end ends the host as an operator does.
func (s *site) end() {
	require.NoError(s.t, syscall.Kill(os.Getpid(), syscall.SIGTERM))
	require.NoError(s.t, <-s.ended)
}

// mails waits for the number of mails with that subject to an address, and returns the text of the last one.
func (s *site) mails(n int, subject, to string) (body string) {
	s.t.Helper()
	require.Eventually(s.t, func() bool {
		var count int
		err := s.look.db.QueryRow("SELECT COUNT(*) FROM mails WHERE subject = $1 AND address = $2", subject, to).Scan(&count)
		require.NoError(s.t, err)
		require.LessOrEqual(s.t, count, n)
		return count == n
	}, time.Minute, 20*time.Millisecond)
	require.NoError(s.t, s.look.db.QueryRow("SELECT body FROM mails WHERE subject = $1 AND address = $2 ORDER BY event DESC LIMIT 1", subject, to).Scan(&body))
	return body
}

// pay sends the webhook of a subscription, as of a second.
func (s *site) pay(account users.AccountID, second, quantity int, secret string) int {
	body := fmt.Sprintf(`{"id":"evt_%d","type":"customer.subscription.updated","created":%d,
		"data":{"object":{"status":"active","items":{"data":[{"quantity":%d}]},"metadata":{"account":%q}}}}`, second, 1_800_000_000+second, quantity, account)
	r, err := http.NewRequest(http.MethodPost, s.url+"/webhook", strings.NewReader(body))
	require.NoError(s.t, err)
	r.Header.Set("Authorization", "Bearer "+secret)
	answer, err := http.DefaultClient.Do(r)
	require.NoError(s.t, err)
	require.NoError(s.t, answer.Body.Close())
	return answer.StatusCode
}

// A browser is one person's, with their cookies.
type browser struct {
	*site
	client *http.Client
}

func (s *site) browser() *browser {
	jar, err := cookiejar.New(nil)
	require.NoError(s.t, err)
	return &browser{s, &http.Client{Jar: jar}}
}

// A view is a page in a browser, or a row of it.
type view struct {
	*browser
	at     *url.URL
	status int
	text   string
}

func (b *browser) get(path string) view {
	if !strings.HasPrefix(path, "http") {
		path = b.url + path
	}
	answer, err := b.client.Get(path)
	return b.view(answer, err)
}

func (b *browser) view(answer *http.Response, err error) view {
	b.t.Helper()
	require.NoError(b.t, err)
	defer answer.Body.Close()
	var text bytes.Buffer
	_, err = text.ReadFrom(answer.Body)
	require.NoError(b.t, err)
	return view{b, answer.Request.URL, answer.StatusCode, text.String()}
}

// row returns the row of a person.
func (v view) row(address string) view {
	v.t.Helper()
	for _, text := range regexp.MustCompile(`(?s)<tr>.*?</tr>`).FindAllString(v.text, -1) {
		if strings.Contains(text, "<td>"+address+"<") {
			v.text = text
			return v
		}
	}
	require.Fail(v.t, "no row of "+address)
	return v
}

var (
	forms   = regexp.MustCompile(`(?s)<form([^>]*)>(.*?)</form>`)
	hidden  = regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)">`)
	actions = regexp.MustCompile(`action="([^"]*)"`)
	values  = regexp.MustCompile(`<button name="([^"]*)" value="([^"]*)"`)
)

// form returns the form with a button, by its label, with the fields filled in.
func (v view) form(label string, fields ...string) (action string, filled url.Values) {
	v.t.Helper()
	for _, f := range forms.FindAllStringSubmatch(v.text, -1) {
		if !strings.Contains(f[2], ">"+label+"</button>") {
			continue
		}
		require.NotContains(v.t, f[2], " disabled")
		filled = url.Values{}
		for _, set := range append(hidden.FindAllStringSubmatch(f[2], -1), values.FindAllStringSubmatch(f[2], -1)...) {
			filled.Set(set[1], html.UnescapeString(set[2]))
		}
		for i := 0; i < len(fields); i += 2 {
			require.Contains(v.t, f[2], `name="`+fields[i]+`"`)
			filled.Set(fields[i], fields[i+1])
		}
		to, err := v.at.Parse(html.UnescapeString(actions.FindStringSubmatch(f[1])[1]))
		require.NoError(v.t, err)
		return to.String(), filled
	}
	require.Fail(v.t, "no button "+label)
	return "", nil
}

// post sends a form as it is.
func (b *browser) post(action string, filled url.Values) view {
	b.t.Helper()
	answer, err := b.client.PostForm(action, filled)
	return b.view(answer, err)
}

// follow follows a link to another page of a list, if there is one.
func (v view) follow(label string) (view, bool) {
	link := regexp.MustCompile(`<a href="([^"]*)">` + label + `</a>`).FindStringSubmatch(v.text)
	if link == nil {
		return v, false
	}
	to, err := v.at.Parse(html.UnescapeString(link[1]))
	require.NoError(v.t, err)
	return v.get(to.String()), true
}

// press fills a form in and presses its button.
func (v view) press(label string, fields ...string) view {
	v.t.Helper()
	action, filled := v.form(label, fields...)
	return v.post(action, filled)
}

// says requires the status of a page, and texts in it.
func (v view) says(status int, texts ...string) view {
	v.t.Helper()
	said := regexp.MustCompile(`(?s)<p role="alert">.*?</p>`).FindString(v.text)
	require.Equal(v.t, status, v.status, said)
	for _, text := range texts {
		require.True(v.t, strings.Contains(html.UnescapeString(v.text), text), "%s is not said; %s", text, said)
	}
	return v
}

// without requires that texts are not on a page.
func (v view) without(texts ...string) view {
	v.t.Helper()
	for _, text := range texts {
		require.False(v.t, strings.Contains(v.text, text), text)
	}
	return v
}

// company signs up, with its owner's address, and returns the owner's browser and the account's ID.
func (s *site) company(name, owner string) (b *browser, account users.AccountID) {
	b = s.browser()
	b.get("/").press("Sign up", "company", name, "first", "Olive", "last", "Owen", "email", owner).says(200, "Good day, Olive Owen.")
	for found, err := range s.look.keeper.Accounts(s.t.Context(), "") {
		require.NoError(s.t, err)
		if found.Name == name {
			require.Empty(s.t, account, "opened twice")
			account = found.ID
		}
	}
	return b, account
}

// invite invites a person as the users page does.
func (b *browser) invite(address string) view {
	b.t.Helper()
	return b.get("/users").press("Invite", "email", address, "role", "member")
}
