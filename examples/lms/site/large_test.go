package site_test

import (
	"flag"
	"fmt"
	"iter"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

var largeDB = flag.String("large.db", "", "the database of TestSite_large; one that the test has filled before stays as it is")

var largePages = flag.String("large.pages", "", "a part of the names of the pages that TestSite_large looks at; empty: all")

// TestSite_large logs the medians of every page of an account of 100,000 users, beside an empty handler in the same run.
// The short form has a hundredth of the users.
func TestSite_large(t *testing.T) {
	n, times := 1000, 1
	if os.Getenv("SEATKEEPER_LONG") != "" {
		n, times = 100_000, 21
	}
	p := newProduct(t, *largeDB, false)
	if _, err := p.host.Keeper.Account(t.Context(), "large"); err != nil {
		fillLarge(t, p, n)
	}
	b := p.as("large", users.Owner)

	empty := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer empty.Close()
	measure := func(name string, load func()) {
		if !strings.Contains(name, *largePages) {
			return
		}
		load() // what a connection prepares once
		var took []time.Duration
		for range times {
			began := time.Now()
			load()
			took = append(took, time.Since(began))
		}
		slices.Sort(took)
		t.Logf("%-50s %8.2f ms", name, float64(took[len(took)/2].Microseconds())/1000)
	}
	measure("an empty handler", func() {
		answer, err := http.Get(empty.URL)
		require.NoError(t, err)
		require.NoError(t, answer.Body.Close())
	})
	for name, path := range b.largePages(n) {
		measure(name, func() { b.get(path).says(200) })
	}
	for _, path := range []string{"/export/users/csv", "/export/users/xlsx", "/export/users/csv?text=ln00042", "/events.csv"} {
		measure("first byte of "+path, func() {
			answer, err := b.client.Get(b.url + path)
			require.NoError(t, err)
			_, err = answer.Body.Read(make([]byte, 1))
			require.NoError(t, err)
			require.NoError(t, answer.Body.Close())
		})
	}
}

// largePages are all pages with their filters, and the pages that they lead to.
func (b *browser) largePages(n int) iter.Seq2[string, string] {
	return func(yield func(name, path string) bool) {
		link := func(path, before string) string {
			_, link, _ := strings.Cut(b.get(path).says(200).text, before)
			_, link, found := strings.Cut(link, `<a href="`)
			require.True(b.t, found, "%s has no link after %s", path, before)
			link, _, _ = strings.Cut(link, `"`)
			return link
		}
		list := func(name, query string) bool {
			path := "/users?" + query
			first := b.get(path).says(200).text
			return yield("users, "+name, path) &&
				(!strings.Contains(first, `hx-get="/cards/users`) || yield("    its cards", "/cards/users?"+query)) &&
				(!strings.Contains(first, `rel="next"`) || yield("    next page", link(path, `<nav class="pages"`)) &&
					yield("    and back", link(link(path, `<nav class="pages"`), `<nav class="pages"`)))
		}
		deep := func(order users.Order, name string) string {
			return users.Cursor{Order: order, Place: users.Place{Name: name, Since: time.Now().AddDate(0, -1, 0), ID: users.ID(fmt.Sprintf("u%06d", n*9/10))}}.String()
		}
		lists := []struct{ name, query string }{
			{"all", ""}, {"all, deep", "cursor=" + deep(users.OrderName, fmt.Sprintf("ln%05d", n*9/10))},
			{"by last change", "order=change"}, {"by last change, deep", "order=change&cursor=" + deep(users.OrderChange, "")},
		}
		for _, s := range []users.Status{users.Invited, users.Active, users.Inactive, users.Archived} {
			lists = append(lists, struct{ name, query string }{s.String(), "status=" + s.String()})
		}
		for _, r := range users.Roles() {
			lists = append(lists, struct{ name, query string }{r.String() + "s", "role=" + r.String()})
		}
		lists = append(lists, []struct{ name, query string }{
			{"active owners and admins", "status=active&role=admin%2Cowner"},
			{"inactive admins", "status=inactive&role=admin"},
			{"admins by last change", "role=admin&order=change"},
			{"a location", "locations=Office+7"}, {"a location of one user", "locations=Attic"}, {"an unknown location", "locations=Nowhere"},
			{"a group", "groups=Group+7"}, {"a group of one user", "groups=Choir"},
			{"made by hand", "sources=manual"}, {"of files", "sources=import"}, {"of a sync", "sources=sync:hr"}, {"of a small sync", "sources=sync:lab"},
			{"never logged in", "activity=never"}, {"never logged in, active", "activity=never&status=active"}, {"deactivated", "activity=deactivated"}, {"with a date to come", "activity=dated"},
			{"text of many names", "text=ln"}, {"text of an address", "text=p77@large"}, {"text of one name", "text=ln00042"}, {"text of an external ID", "text=E000321"},
			{"text of two words", "text=fn7+ln00"}, {"text of no user", "text=zebra"}, {"text of no user, inactive", "text=zebra&status=inactive"}, {"text at a location", "text=ln000&locations=Office+7"},
			{"one name by last change", "text=ln00042&order=change"}, {"a location by last change", "locations=Office+7&order=change"},
		}...)
		for _, l := range lists {
			if !list(l.name, l.query) {
				return
			}
		}
		day := time.Now().AddDate(0, -1, 0).Format(time.DateOnly)
		for _, page := range []struct{ name, path string }{
			{"a user", "/users/u000007"}, {"why not", "/users/u000007/why"}, {"a user's own page", "/me"},
			{"seats", "/seats"}, {"seats, chart", "/seats/plot"}, {"seats, a period", "/seats?from=" + day + "&to=" + day}, {"seats that could be freed", "/seats/unseen"},
			{"courses", "/courses"}, {"a course", "/courses/safety"}, {"    next page", link("/courses/safety", `<nav class="pages"`)},
			{"a course, started", "/courses/safety?state=started"}, {"a course, put away", "/courses/safety?state=archived"}, {"a course, returned", "/courses/safety?state=returned"},
			{"a course of one user", "/courses/rare"},
			{"a course, assign to a status", "/courses/safety?assign=1&status=active"}, {"a course, assign to a location", "/courses/safety?assign=1&status=active&locations=Office+7"},
			{"a course, assign by text", "/courses/safety?assign=1&status=active&text=ln00042"},
			{"sync", "/sync"}, {"a source", "/sync/hr"}, {"queue", "/queue"}, {"queue, search", "/queue?text=ln00042"}, {"queue, common search", "/queue?text=ln"},
			{"events", "/events"}, {"    older", link("/events", `<nav class="pages"`)}, {"events, deep", "/events?before=5000"},
			{"events of a kind", "/events?kind=imported"}, {"events of a rare kind", "/events?kind=queued"}, {"events of an old kind", "/events?kind=opened"}, {"events of a kind without any", "/events?kind=erased"},
			{"events of a user", "/events?user=u000007"}, {"events of an address", "/events?user=p7@large.example"},
			{"events of a day", "/events?from=" + day + "&to=" + day}, {"events since a day", "/events?from=" + day},
			{"events by support", "/events?by=support"}, {"events by a request of support", "/events?by=support:REQ-1"}, {"events by the system", "/events?by=system"}, {"events by users", "/events?by=users"}, {"events by a user", "/events?by=owner"},
			{"events by syncs", "/events?by=syncs"}, {"events by a user of a kind", "/events?by=owner&kind=queued"},
			{"add", "/add"}, {"jobs", "/jobs"}, {"account", "/account"}, {"mails", "/mails"},
		} {
			if !yield(page.name, page.path) {
				return
			}
		}
	}
}

// fillLarge makes the account: nine of ten users are active, some of each other status, role and source, with courses and
// dates. Support's events are among the first, those of the queue among the last.
func fillLarge(t *testing.T, p *product, n int) {
	ctx, opened := t.Context(), time.Now().AddDate(0, -6, 0)
	policy := seats.Standard()
	policy.WhenFull = seats.Wait
	_, err := p.host.Keeper.Open(ctx, seats.Opening{Account: "large", Name: "Large", Total: seats.Of(int64(n)), Policy: policy,
		Owner: users.Profile{ID: "owner", FirstName: "Olive", Email: "olive@large.example"}})
	require.NoError(t, err)
	many := seats.Of(int64(n))
	p.do("large", users.Support("REQ-1"), seats.SetTotal{Pool: "safety", Total: many}, seats.SetTotal{Pool: "rare", Total: many}, seats.SetTotal{Total: many})
	report, err := p.host.Keeper.Import(ctx, "large", func(yield func(seats.Import, error) bool) {
		for i := range n {
			if !yield(largeUser(i, n, opened), nil) {
				return
			}
		}
	})
	require.NoError(t, err)
	require.Equal(t, n, report.Created)
	usage, err := p.host.Keeper.Usage(ctx, "large")
	require.NoError(t, err)
	p.do("large", users.System(), seats.SetTotal{Total: seats.Of(usage.Held)})
	for i := range 30 {
		p.do("large", users.As("owner"), seats.Queue{User: users.ID(fmt.Sprintf("u%06d", i*10))})
	}
	p.drain()
}

func largeUser(i, n int, opened time.Time) seats.Import {
	id := users.ID(fmt.Sprintf("u%06d", i))
	u := users.User{Profile: users.Profile{ID: id, FirstName: fmt.Sprintf("Fn%d", i%977), LastName: fmt.Sprintf("Ln%05d", i*7919%n),
		Email: fmt.Sprintf("p%d@large.example", i), ExternalID: fmt.Sprintf("E%06d", i), Location: fmt.Sprintf("Office %d", i%40), Groups: []string{fmt.Sprintf("Group %d", i%60)}},
		Status: users.Active, Created: opened, StatusSince: opened.Add(time.Duration(i*7919%n) * time.Minute), FirstSignIn: opened.Add(time.Duration(i*7919%n) * time.Minute)}
	switch {
	case i%10 == 0:
		u.Status, u.LeftAs = users.Inactive, users.Active
	case i%50 == 1:
		u.Status, u.FirstSignIn = users.Invited, time.Time{}
	case i%100 == 3:
		u.Status, u.ArchivedAs = users.Archived, users.Active
	case i%400 == 9:
		u.Schedule.Leave = users.From(users.DateOf(time.Now().AddDate(0, 0, 10+i%100)))
	}
	switch {
	case i%5000 == 5:
		u.Role = users.Admin
	case i%500 == 6:
		u.Role = users.Manager
	}
	switch i % 3 {
	case 1:
		u.Source = users.Source{Kind: users.SourceImport}
	case 2:
		u.Source = users.Source{Kind: users.SourceSync, Name: "hr"}
	}
	if i == n-200 {
		u.Location, u.Groups, u.Source = "Attic", []string{"Choir"}, users.Source{Kind: users.SourceSync, Name: "lab"}
	}
	imported := seats.Import{User: u}
	if i%5 == 2 {
		l := users.Licence{User: id, Pool: "safety", Number: 1, Assigned: u.StatusSince}
		if i%2 == 0 {
			l.Started = l.Assigned.Add(time.Hour)
		}
		if i%1000 == 2 {
			l.Archived = l.Started.Add(time.Hour)
		}
		imported.Licences = []users.Licence{l}
	}
	if i == n-200+2 {
		imported.Licences = []users.Licence{{User: id, Pool: "rare", Number: 1, Assigned: u.StatusSince}}
	}
	return imported
}
