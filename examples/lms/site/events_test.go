package site_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"github.com/seatkeeper/seatkeeper/examples/lms/site"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// bytes loads a file.
func (b *browser) bytes(path string) []byte {
	b.t.Helper()
	answer, err := b.client.Get(b.url + path)
	require.NoError(b.t, err)
	defer answer.Body.Close()
	require.Equal(b.t, 200, answer.StatusCode)
	require.Contains(b.t, answer.Header.Get("Content-Disposition"), "attachment")
	content, err := io.ReadAll(answer.Body)
	require.NoError(b.t, err)
	return content
}

// csv loads a CSV file without its header.
func (b *browser) csv(path string) [][]string {
	b.t.Helper()
	rows, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(b.bytes(path), []byte("\ufeff")))).ReadAll()
	require.NoError(b.t, err)
	require.Equal(b.t, "Number", rows[0][0])
	return rows[1:]
}

// selected are the numbers of the events that should be there.
func (p *product) selected(account users.AccountID, match func(seats.Event) bool) (numbers []string) {
	for e, err := range p.host.Keeper.Events(p.t.Context(), account, seats.EventFilter{}) {
		require.NoError(p.t, err)
		if match(e) {
			numbers = append(numbers, fmt.Sprint(e.Sequence))
		}
	}
	return numbers
}

// TestEvents has every filter on the pages and in the file alike.
func TestEvents(t *testing.T) {
	p := newProduct(t, "", true)
	b := p.as("brightwater", users.Admin)
	zone, err := time.LoadLocation("Europe/Berlin")
	require.NoError(t, err)
	day := func(e seats.Event) string { return e.Time.In(zone).Format(time.DateOnly) }
	from, to := time.Now().AddDate(0, -6, 0).Format(time.DateOnly), time.Now().AddDate(0, -3, 0).Format(time.DateOnly)
	some, err := p.host.Keeper.Page(t.Context(), "brightwater", users.Filter{Role: users.In(users.Member)}, users.Cursor{}, 1)
	require.NoError(t, err)
	number := regexp.MustCompile(`<td data-label="Number" class="number">(\d+)<`)
	for name, c := range map[string]struct {
		query string
		match func(seats.Event) bool
	}{
		"all":     {"", func(seats.Event) bool { return true }},
		"kind":    {"kind=deactivated&kind=archived", func(e seats.Event) bool { return e.Kind == "deactivated" || e.Kind == "archived" }},
		"user":    {"user=" + url.QueryEscape(some.Users[0].Email), func(e seats.Event) bool { return e.User == some.Users[0].ID }},
		"sync":    {"by=sync:workday", func(e seats.Event) bool { return e.Actor == users.Sync("workday") }},
		"users":   {"by=users&kind=invited", func(e seats.Event) bool { return e.Actor.Kind == users.ActorUser && e.Kind == "invited" }},
		"owner":   {"by=brightwater-owner", func(e seats.Event) bool { return e.Actor.User == "brightwater-owner" }},
		"days":    {"from=" + from + "&to=" + to, func(e seats.Event) bool { return day(e) >= from && day(e) <= to }},
		"no user": {"user=none@brightwater.example", func(seats.Event) bool { return false }},
		"future":  {"from=2999-01-01", func(seats.Event) bool { return false }},
	} {
		t.Run(name, func(t *testing.T) {
			want := p.selected("brightwater", c.match)
			var file, pages []string
			for _, row := range b.csv("/events.csv?" + c.query) {
				file = append(file, row[0])
			}
			require.Equal(t, want, file)
			for path := "/events?" + c.query; ; {
				v := b.get(path).says(200)
				for _, found := range number.FindAllStringSubmatch(v.text, -1) {
					pages = append([]string{found[1]}, pages...)
				}
				before, _, ok := strings.Cut(v.text, `" rel="next"`)
				if !ok {
					break
				}
				path = before[strings.LastIndex(before, `"`)+1:]
			}
			require.Equal(t, want, pages)
		})
	}
	p.as("brightwater", users.Manager).get("/events.csv").says(403)
	for _, bad := range []string{"from=soon", "to=2026-13-01", "kind=nonsense"} { // a filter with a part missing would select more
		b.get("/events?"+bad).says(400, "not understood")
		b.get("/events.csv?" + bad).says(400)
	}
	for _, row := range b.csv("/events.csv?kind=total-set") {
		require.Equal(t, "system", row[5])
		require.Regexp(t, "^The system set the licenses of .+ to ", row[3])
	}
}

// TestEvents_workbook has the rows of the CSV file; no text is a formula in either.
func TestEvents_workbook(t *testing.T) {
	p := newProduct(t, "", true)
	b := p.as("penrose", users.Owner)
	p.do("penrose", users.As("penrose-owner"), seats.Invite{Profile: users.Profile{ID: "ada", FirstName: "=1+1", Email: "ada@penrosehale.example"}},
		seats.Deactivate{User: "ada", Reason: "=cmd; =x"})
	rows := b.csv("/events.csv?from=" + time.Now().AddDate(0, -1, 0).Format(time.DateOnly))
	require.Equal(t, "' =cmd;'  =x", rows[len(rows)-1][11])
	book, err := excelize.OpenReader(bytes.NewReader(b.bytes("/events.xlsx?from=" + time.Now().AddDate(0, -1, 0).Format(time.DateOnly))))
	require.NoError(t, err)
	sheet, err := book.GetRows("Events")
	require.NoError(t, err)
	require.Len(t, sheet, len(rows)+1)
	for i, row := range sheet[1:] {
		require.Equal(t, rows[i][0], row[0])
		require.Equal(t, rows[i][2], row[2])
	}
	require.Equal(t, "=cmd; =x", sheet[len(sheet)-1][11])
	formula, err := book.GetCellFormula("Events", fmt.Sprintf("L%d", len(sheet)))
	require.NoError(t, err)
	require.Empty(t, formula)
	b.get("/events").says(200, "made =1+1 inactive (=cmd; =x)", "Mail folder")
}

// TestEvents_rare: a page ends its search after a thousand events that do not match, and the next one goes on.
func TestEvents_rare(t *testing.T) {
	p := newProduct(t, "", false)
	_, err := p.host.Keeper.Open(t.Context(), seats.Opening{Account: "large", Total: seats.Of(5000), Owner: users.Profile{ID: "owner", Email: "olive@large.example"}})
	require.NoError(t, err)
	p.do("large", users.As("owner"), seats.Invite{Profile: users.Profile{ID: "ada", FirstName: "Ada", Email: "ada@large.example"}, Role: users.Admin})
	p.do("large", users.As("ada"), seats.Accept{User: "ada"})
	for part := range 2 {
		var commands []seats.Command
		for i := range 600 {
			commands = append(commands, seats.Invite{Profile: users.Profile{ID: users.ID(fmt.Sprintf("u%d-%d", part, i)), Username: fmt.Sprintf("u%d-%d", part, i)}, Later: true})
		}
		p.do("large", users.As("owner"), commands...)
	}
	p.drain()
	b := p.as("large", users.Owner)
	first := b.get("/events?by=ada").says(200, "None of these events matches", "This page looks back to event ")
	_, older, _ := strings.Cut(first.text, `<nav class="pages" aria-label="Pages of the events">`)
	_, older, _ = strings.Cut(older, `<a href="`)
	older, _, _ = strings.Cut(older, `"`)
	b.get(older).says(200, "Ada", "accepted").without("None of these", "looks back", "Older →")
	require.Len(t, b.csv("/events.csv?by=ada"), 1)
	b.get("/events?by=syncs").says(200, "No event matches").without("looks back")
}

// TestEvents_cut: a visitor who leaves in the middle of a file is no fault of the server.
func TestEvents_cut(t *testing.T) {
	p := newProduct(t, "", false)
	_, err := p.host.Keeper.Open(t.Context(), seats.Opening{Account: "large", Total: seats.Of(5000), Owner: users.Profile{ID: "owner", Email: "olive@large.example"}})
	require.NoError(t, err)
	p.do("large", users.As("owner"), seats.Invite{Profile: users.Profile{ID: "ada", Email: "ada@large.example"}})
	ctx, leave := context.WithCancel(t.Context())
	err = site.Told(ctx, p.site, "large", func(yield func(seats.Event, error) bool) {
		leave()
		yield(seats.Event{Account: "large", Sequence: 2, Kind: seats.EventInvited, User: "ada"}, nil)
	})
	require.ErrorIs(t, err, context.Canceled)
}
