package site_test

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/internal/long"
	"github.com/seatkeeper/seatkeeper/users"
)

// chromium is Debian's browser, started once for all tests; without it they are skipped, and with CI they fail.
var chromium = sync.OnceValues(func() (context.Context, error) {
	path, err := exec.LookPath("chromium")
	if err != nil {
		return nil, err
	}
	ctx, _ := chromedp.NewExecAllocator(context.Background(), append(chromedp.DefaultExecAllocatorOptions[:], chromedp.NoSandbox, chromedp.ExecPath(path))...)
	ctx, _ = chromedp.NewContext(ctx) // it ends with the process
	return ctx, chromedp.Do(ctx)
})

// A tab is a page in a real browser, with the cookies of one person.
type tab struct {
	*product
	ctx context.Context

	mu      sync.Mutex
	console []string
}

// open opens a tab in a browser profile of its own. Its console must stay free of errors.
func (p *product) open(width int64, scheme string) *tab {
	p.t.Helper()
	parent, err := chromium()
	if err != nil {
		if os.Getenv("CI") != "" {
			require.NoError(p.t, err)
		}
		p.t.Skip("no chromium: apt-get install --no-install-recommends chromium")
	}
	ctx, end := chromedp.NewContext(parent, chromedp.WithNewBrowserContext())
	t := &tab{product: p, ctx: ctx}
	require.NoError(p.t, chromedp.Do(ctx, chromedp.EmulateViewport(width, 900)))
	_, err = chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
	require.NoError(p.t, err)
	messages := chromedp.Console(ctx)
	go func() {
		for m, err := range messages {
			if err != nil {
				return
			}
			if m.Type == chromedp.ConsoleError || m.Type == chromedp.ConsoleException || m.Type == chromedp.ConsoleWarning {
				t.mu.Lock()
				t.console = append(t.console, fmt.Sprintf("%s: %s %s", m.Type, m.Text, m.URL))
				t.mu.Unlock()
			}
		}
	}()
	p.t.Cleanup(func() {
		end()
		t.mu.Lock()
		defer t.mu.Unlock()
		require.Empty(p.t, t.console)
	})
	return t
}

// forget drops what the console said so far: a refused form is an error there.
func (t *tab) forget() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.console = nil
}

func (t *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	t.t.Helper()
	ctx, end := context.WithTimeout(t.ctx, 20*time.Second)
	defer end()
	require.NoError(t.t, chromedp.Do(ctx, steps...))
}

// eval runs an expression in the page.
func eval[T any](t *tab, expression string, options ...chromedp.EvaluateOption) T {
	t.t.Helper()
	ctx, end := context.WithTimeout(t.ctx, time.Minute)
	defer end()
	value, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, options...))
	require.NoError(t.t, err, expression)
	return value
}

func (t *tab) get(path string) *tab {
	t.t.Helper()
	t.do(chromedp.Navigate(t.url + path))
	return t.until("document.readyState === 'complete'", "no page at "+path)
}

// until waits for an expression of the page.
func (t *tab) until(expression, message string) *tab {
	t.t.Helper()
	require.Eventually(t.t, func() bool {
		ctx, end := context.WithTimeout(t.ctx, 5*time.Second)
		defer end()
		value, err := chromedp.Run(ctx, chromedp.Evaluate[bool](expression))
		return err == nil && value // the page may be on its way
	}, 20*time.Second, 30*time.Millisecond, message)
	return t
}

func quoted(text string) string {
	form, _ := json.Marshal(text)
	return string(form)
}

// sees waits for texts on the page, as they are shown.
func (t *tab) sees(texts ...string) *tab {
	t.t.Helper()
	for _, text := range texts {
		t.until("document.body.innerText.includes("+quoted(text)+")", "not seen: "+text)
	}
	return t
}

// without requires that texts are not shown in a part of the page.
func (t *tab) without(selector string, texts ...string) *tab {
	t.t.Helper()
	for _, text := range texts {
		require.False(t.t, eval[bool](t, "document.querySelector("+quoted(selector)+").innerText.includes("+quoted(text)+")"), text)
	}
	return t
}

// find is the expression of a button, a link or a summary by its name, in a part of the page.
func find(within, name string) string {
	return `[...document.querySelectorAll(` + quoted(within+" button, "+within+" a, "+within+" summary") + `)].find(e => e.innerText.trim() === ` + quoted(name) + ` || e.getAttribute("aria-label") === ` + quoted(name) + `)`
}

// press presses a button or follows a link by its name, and waits for the next page.
func (t *tab) press(name string) *tab { t.t.Helper(); return t.pressIn("body", name) }

func (t *tab) pressIn(within, name string) *tab {
	t.t.Helper()
	t.until("!!("+find(within, name)+")", "no button "+name)
	eval[bool](t, "window.before = true")
	eval[bool](t, "("+find(within, name)+").click() || true")
	return t.until("!window.before && document.readyState === 'complete'", "no page after "+name)
}

// touch presses something that stays on the page.
func (t *tab) touch(name string) *tab {
	t.t.Helper()
	t.until("!!("+find("body", name)+")", "no button "+name)
	eval[bool](t, "("+find("body", name)+").click() || true")
	return t
}

// fill fills in fields by their labels, in a part of the page.
func (t *tab) fill(within string, pairs ...string) *tab {
	t.t.Helper()
	for i := 0; i < len(pairs); i += 2 {
		set := `(() => { const label = [...document.querySelectorAll(` + quoted(within+" label") + `)].find(l => l.innerText.trim().startsWith(` + quoted(pairs[i]) + `));
			if (!label) return false;
			const field = label.querySelector("input, select");
			if (field.type === "radio" || field.type === "checkbox") { field.checked = true }
			else if (field.tagName === "SELECT") { const o = [...field.options].find(o => o.text.startsWith(` + quoted(pairs[i+1]) + `)); if (!o) return false; field.value = o.value }
			else field.value = ` + quoted(pairs[i+1]) + `;
			field.dispatchEvent(new Event("input", {bubbles: true})); field.dispatchEvent(new Event("change", {bubbles: true}));
			return true })()`
		t.until(set, "no field "+pairs[i]+" with "+pairs[i+1])
	}
	return t
}

// number reads a card by its title.
func (t *tab) number(title string) int {
	t.t.Helper()
	return eval[int](t, `Number([...document.querySelectorAll(".cards li")].find(l => l.querySelector(".label").innerText === `+quoted(title)+`).querySelector(".figure").innerText)`)
}

// as signs in through the front page.
func (t *tab) as(account users.AccountID, role users.Role) *tab {
	t.t.Helper()
	person := eval[string](t.get("/"), fmt.Sprintf(`[...document.querySelectorAll('section:has(input[value=%q]) button')].find(b => b.querySelector(".sub").innerText === %q).innerText`, account, role.String()))
	return t.pressIn(fmt.Sprintf(`section:has(input[value=%q])`, account), person)
}

// shot keeps a picture of the page for the README, if LMS_SHOTS names a folder.
func (t *tab) shot(name string) {
	t.t.Helper()
	if folder := os.Getenv("LMS_SHOTS"); folder != "" {
		ctx, end := context.WithTimeout(t.ctx, 20*time.Second)
		defer end()
		png, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
		require.NoError(t.t, err)
		require.NoError(t.t, os.WriteFile(filepath.Join(folder, name+".png"), png, 0o600))
	}
}

//go:embed testdata/axe-4.14.1.min.js
var axe string

// accessible requires that axe-core finds no violation on the page.
func (t *tab) accessible(page string) {
	t.t.Helper()
	eval[any](t, axe+"; true")
	found := eval[[]string](t, `axe.run(document, {resultTypes: ["violations"]}).then(r => r.violations.map(v => v.id + ": " + v.nodes.map(n => n.html).slice(0, 3).join(" ")))`, chromedp.EvalAwaitPromise)
	assert.Empty(t.t, found, page+"\n"+strings.Join(found, "\n"))
}

// A look is a form in which a page is shown.
type look struct {
	width  int64
	scheme string
}

// looks lists the forms to check: one in the short form.
func looks() []look {
	if !long.On() {
		return []look{{390, "dark"}}
	}
	return []look{{1280, "light"}, {1280, "dark"}, {390, "light"}}
}

// check requires that a page fits its width, and that axe finds nothing on it.
func (t *tab) check(l look, path string) {
	t.get(path)
	page := fmt.Sprintf("%s at %d in %s", path, l.width, l.scheme)
	assert.LessOrEqual(t.t, eval[int64](t, "document.documentElement.scrollWidth"), l.width, page)
	t.accessible(page)
}

// TestBrowser_accessible: every page, in light and dark and at phone width, passes axe-core and is not wider than its screen.
func TestBrowser_accessible(t *testing.T) {
	p := newProduct(t, "", true)
	for _, look := range looks() {
		tab := p.open(look.width, look.scheme)
		tab.check(look, "/")
		tab.as("oakridge", users.Owner)
		member := eval[string](tab.get("/users?role=member&status=active"), `document.querySelector("tbody th a").getAttribute("href")`)
		for _, path := range []string{"/users", "/users?text=a&status=active", member, "/users/oakridge-owner", "/users/oakridge-owner/why", "/add", "/seats", "/seats/plot", "/seats/unseen?days=1", "/courses", "/courses/meds",
			"/courses/meds?assign=1", "/sync", "/sync/hr", "/queue", "/events", "/mails", "/jobs", "/account", "/me", "/nothing"} {
			tab.check(look, path)
			tab.forget() // the page that is not there
		}
	}
}
