package site_test

import (
	"bytes"
	"context"
	"errors"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/examples/lms/demo"
	"github.com/seatkeeper/seatkeeper/examples/lms/host"
	"github.com/seatkeeper/seatkeeper/examples/lms/site"
	"github.com/seatkeeper/seatkeeper/users"
)

// A product is a running site, with a look at its log.
type product struct {
	t    *testing.T
	host *host.Host
	url  string
	log  *logged
	site *site.Site

	stopJobs func() // and waits for them
}

// startJobs has jobs carried out.
func (p *product) startJobs() {
	ctx, stop := context.WithCancel(context.Background())
	var work sync.WaitGroup
	work.Go(func() { p.host.RunJobs(ctx) })
	p.stopJobs = func() { stop(); work.Wait() }
}

// A logged is a log that several goroutines write.
type logged struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logged) Write(text []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(text)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// newProduct starts the site on a database; empty: SQLite. Its log must stay free of addresses and faults.
func newProduct(t *testing.T, source string, filled bool) *product {
	p := &product{t: t, log: &logged{}}
	folder := t.TempDir()
	if filled && source == "" {
		file, err := demoFile()
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(folder, "lms.db"), file, 0o600))
	}
	var err error
	p.host, err = host.Open(t.Context(), host.Options{Source: source, Folder: folder, Log: slog.New(slog.NewJSONHandler(p.log, nil))})
	require.NoError(t, err)
	if filled {
		require.NoError(t, demo.Fill(t.Context(), p.host))
	}
	s, err := site.New(p.host, true)
	require.NoError(t, err)
	server := httptest.NewServer(s.Handler())
	p.url, p.site = server.URL, s
	p.startJobs()
	t.Cleanup(func() {
		server.Close()
		p.stopJobs()
		require.NoError(t, p.host.Close())
		for line := range strings.Lines(p.log.String()) {
			require.NotContains(t, line, ".example", "an address in the log")
		}
		for line := range strings.Lines(p.log.String()) {
			require.NotContains(t, line, `"level":"ERROR"`)
		}
	})
	return p
}

// demoFile is the database of the demo, filled once for all tests.
var demoFile = sync.OnceValues(func() ([]byte, error) {
	folder, err := os.MkdirTemp("", "lms")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	h, err := host.Open(context.Background(), host.Options{Folder: folder})
	if err != nil {
		return nil, err
	}
	err = demo.Fill(context.Background(), h)
	if err := errors.Join(err, h.Close()); err != nil { // the log of SQLite is in the file then
		return nil, err
	}
	return os.ReadFile(filepath.Join(folder, "lms.db"))
})

// A browser has the cookies of one person.
type browser struct {
	*product
	client *http.Client
}

func (p *product) browser() *browser {
	jar, err := cookiejar.New(nil)
	require.NoError(p.t, err)
	return &browser{p, &http.Client{Jar: jar}}
}

// as signs in as the first person of a role in an account.
func (p *product) as(account users.AccountID, role users.Role) *browser {
	p.t.Helper()
	page, err := p.host.Keeper.Page(p.t.Context(), account, users.Filter{Role: users.In(role), Status: users.In(users.Active)}, users.Cursor{}, 1)
	require.NoError(p.t, err)
	require.NotEmpty(p.t, page.Users)
	b := p.browser()
	b.post("/sign-in", url.Values{"account": {string(account)}, "user": {string(page.Users[0].ID)}}).says(200)
	return b
}

// support signs in as the vendor's support.
func (p *product) support() *browser {
	b := p.browser()
	b.post("/sign-in", url.Values{"reference": {"REQ-7"}}).says(200, "All accounts")
	return b
}

// A view is a page in a browser.
type view struct {
	*browser
	at     *url.URL
	status int
	text   string
}

func (b *browser) view(answer *http.Response, err error) view {
	b.t.Helper()
	require.NoError(b.t, err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	require.NoError(b.t, err)
	return view{b, answer.Request.URL, answer.StatusCode, html.UnescapeString(string(text))}
}

func (b *browser) get(path string) view {
	b.t.Helper()
	answer, err := b.client.Get(b.url + path)
	return b.view(answer, err)
}

func (b *browser) post(path string, form url.Values) view {
	b.t.Helper()
	answer, err := b.client.PostForm(b.url+path, form)
	return b.view(answer, err)
}

var messages = regexp.MustCompile(`(?s)<p class="(?:alert|note)".*?</p>`)

// says requires the status of a page, and texts in it.
func (v view) says(status int, texts ...string) view {
	v.t.Helper()
	said := messages.FindString(v.text)
	require.Equal(v.t, status, v.status, "%s %s", v.at, said)
	for _, text := range texts {
		require.True(v.t, strings.Contains(v.text, text), "%s does not say %q; %s", v.at.Path, text, said)
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

var rows = regexp.MustCompile(`(?s)<tr\b.*?</tr>`)

// row returns the row of a table with a text.
func (v view) row(with string) view {
	v.t.Helper()
	for _, text := range rows.FindAllString(v.text, -1) {
		if strings.Contains(text, with) {
			v.text = text
			return v
		}
	}
	require.Fail(v.t, "no row with "+with)
	return v
}

// button returns the value of a button by its label.
func (v view) button(label string) string {
	v.t.Helper()
	found := regexp.MustCompile(`value="([^"]*)"[^>]*>` + label + `</button>`).FindStringSubmatch(v.text)
	require.NotNil(v.t, found, "no button %s", label)
	return found[1]
}

// checkbox returns the value of the first checkbox.
func (v view) checkbox() string {
	v.t.Helper()
	found := regexp.MustCompile(`type="checkbox" name="user" value="([^"]*)"`).FindStringSubmatch(v.text)
	require.NotNil(v.t, found)
	return found[1]
}
