package site_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// TestSite_large: the pages of an account of 100,000 users answer in under 50 ms at the median, beside an empty handler in the
// same run. The short form has a tenth of the users and no bound.
func TestSite_large(t *testing.T) {
	long := os.Getenv("SEATKEEPER_LONG") != ""
	n := 10_000
	if long {
		n = 100_000
	}
	p := newProduct(t, "", false)
	ctx, opened := t.Context(), time.Now().AddDate(0, -6, 0)
	_, err := p.host.Keeper.Open(ctx, seats.Opening{Account: "large", Name: "Large", Total: seats.Of(int64(n) * 2), Owner: users.Profile{ID: "owner", FirstName: "Olive", Email: "olive@large.example"}})
	require.NoError(t, err)
	report, err := p.host.Keeper.Import(ctx, "large", func(yield func(seats.Import, error) bool) {
		for i := range n {
			u := users.User{Profile: users.Profile{ID: users.ID(fmt.Sprintf("u%06d", i)), FirstName: fmt.Sprintf("Fn%d", i%977), LastName: fmt.Sprintf("Ln%05d", i*7919%n),
				Email: fmt.Sprintf("p%d@large.example", i), Location: fmt.Sprintf("Office %d", i%40), Groups: []string{fmt.Sprintf("Group %d", i%60)}},
				Status: users.Active, Created: opened, StatusSince: opened, FirstSignIn: opened}
			if i%10 == 0 {
				u.Status, u.LeftAs = users.Inactive, users.Active
			}
			if !yield(seats.Import{User: u}, nil) {
				return
			}
		}
	})
	require.NoError(t, err)
	require.Equal(t, n, report.Created)
	b := p.as("large", users.Owner)

	empty := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer empty.Close()
	median := func(load func()) time.Duration {
		var took []time.Duration
		for range 21 {
			began := time.Now()
			load()
			took = append(took, time.Since(began))
		}
		slices.Sort(took)
		return took[len(took)/2]
	}
	t.Logf("%-60s %s", "an empty handler", median(func() {
		answer, err := http.Get(empty.URL)
		require.NoError(t, err)
		require.NoError(t, answer.Body.Close())
	}))
	second := b.get("/users").says(200)
	_, link, _ := strings.Cut(second.text, `<nav class="pages"`)
	_, link, _ = strings.Cut(link, `href="`)
	link, _, _ = strings.Cut(link, `"`)
	pages := []string{
		"/users", link, "/users?status=active", "/users?status=inactive", "/users?locations=Office+7", "/users?groups=Group+7",
		"/users/u000007", "/users/u000007/why", "/add", "/seats", "/seats/plot", "/courses", "/jobs", "/account", "/me",
	}
	// These read all users of the account, since a database has no index for them.
	rare := []string{"/users?text=ln00042", "/users?role=owner", "/users?activity=never", "/users?order=change", "/cards/users?locations=Office+7"}
	for i, path := range append(pages, rare...) {
		b.get(path).says(200)
		took := median(func() { b.get(path).says(200) })
		t.Logf("%-60s %s", strings.SplitN(path, "cursor=", 2)[0], took)
		if long && i < len(pages) {
			assert.Less(t, took, 50*time.Millisecond, path)
		}
	}
}
