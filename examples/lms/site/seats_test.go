package site_test

import (
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// TestSeats_order: the form has the bounds of the policy, the order is for use at once, and the receivers are named.
func TestSeats_order(t *testing.T) {
	p := newProduct(t, "", true)
	b := p.as("brightwater", users.Admin)
	before, err := p.host.Keeper.Usage(t.Context(), "brightwater")
	require.NoError(t, err)
	b.get("/seats").says(200, `min="10" max="1000"`, "The confirmation goes to the 3 ", "Not here: only the host or the vendor").without("Give back</button>", "Set or book")
	order := func(do, quantity string) view {
		return b.post("/seats", url.Values{"do": {do}, "quantity": {quantity}, "back": {"/seats"}})
	}
	order("buy", "5").says(422, "at least 10")
	order("buy", "20").says(200, "20 seats more are here", "The confirmation goes to ")
	order("return", "1").says(403)
	after, err := p.host.Keeper.Usage(t.Context(), "brightwater")
	require.NoError(t, err)
	bought, _ := before.Total.Number()
	require.Equal(t, seats.Of(bought+20), after.Total)

	p.as("maple", users.Owner).get("/seats").says(200, "only the host or the vendor").without(">Buy</button>")
	standard := p.as("larkfield", users.Owner)
	standard.get("/seats").says(200, ">Give back</button>")
	standard.post("/seats", url.Values{"do": {"return"}, "quantity": {"1"}, "back": {"/seats"}}).says(200, "1 seat went back")
}

// TestSeats_vendor sets and books totals.
func TestSeats_vendor(t *testing.T) {
	p := newProduct(t, "", true)
	b := p.support()
	b.post("/accounts/maple", nil)
	day := time.Now().AddDate(0, 2, 0).Format(time.DateOnly)
	b.post("/seats", url.Values{"do": {"set"}, "total": {"5"}, "date": {day}, "back": {"/seats"}}).says(200, " on the total is 5.")
	b.get("/seats").says(200, "there are 5 licenses", "something will not fit", "The seats of the account become 5, as set by the vendor's support (REQ-7)", "This does not fit")
	b.post("/seats", url.Values{"do": {"cancel"}, "back": {"/seats"}}).says(200, "What was booked is cancelled").without("there are 5 licenses.")
	b.post("/seats", url.Values{"do": {"set"}, "total": {"40"}, "back": {"/seats"}}).says(200, "The total is 40 now.")
	b.post("/seats", url.Values{"do": {"set"}, "total": {"many"}, "back": {"/seats"}}).says(422)
}

// TestSeats_year has the numbers of a year, and those of a period.
func TestSeats_year(t *testing.T) {
	p := newProduct(t, "", true)
	b := p.as("hallam", users.Owner)
	b.get("/seats/plot").says(200, `data-held="`, `data-total="50"`, `data-ahead="1"`)
	from, to := time.Now().AddDate(0, -2, 0).Format(time.DateOnly), time.Now().AddDate(0, -1, 0).Format(time.DateOnly)
	b.get("/seats?from="+from+"&to="+to).says(200, "Seat-days bought", "Dangerous goods (ADR)")
	b.get("/seats?from="+to+"&to="+from).says(200, "Give two days")
	b.get("/seats?from="+from+"&to="+time.Now().AddDate(0, 0, 1).Format(time.DateOnly)).says(200, "The period is not over")
}

// TestSeats_words: the page says who receives a confirmation, what can't be given back at any time, and what is no number.
func TestSeats_words(t *testing.T) {
	p := newProduct(t, "", true)
	support := p.support()
	support.post("/accounts/penrose", nil)
	support.get("/seats").says(200, "active owners and admins").without("you among them")
	b := p.as("penrose", users.Admin)
	b.get("/seats").says(200, "you among them")
	usage, err := p.host.Keeper.Usage(t.Context(), "penrose")
	require.NoError(t, err)
	free, _ := usage.Available.Number()
	b.post("/seats", url.Values{"do": {"return"}, "quantity": {digits(free)}, "back": {"/seats"}}).
		says(200, "went back: 0 free now", "1 can't be given back: none is free").without("They can't be given back here")
	for _, quantity := range []string{"", "x", "1.5", "99999999999999999999"} {
		b.post("/seats", url.Values{"do": {"buy"}, "quantity": {quantity}, "back": {"/seats"}}).says(422, "is not a number")
	}
	p.as("brightwater", users.Admin).get("/seats").says(200, "Not here: only the host or the vendor", "They can't be given back here")
}

// TestSeats_manage: the card of the bought seats leads to the orders, where the product has such a card.
func TestSeats_manage(t *testing.T) {
	p := newProduct(t, "", true)
	for account, title := range map[users.AccountID]string{"brightwater": "Total Seats", "penrose": "User spots", "larkfield": "Seats", "oakridge": ""} {
		list := p.as(account, users.Owner).get("/users").says(200)
		if title == "" {
			list.without("Manage<")
		} else {
			list.says(200, `<a href="/seats" aria-label="Manage `+title+`">Manage</a>`)
		}
	}
}

// TestSeats_unseen frees the seats of those who were not seen.
func TestSeats_unseen(t *testing.T) {
	p := newProduct(t, "", true)
	b := p.as("hallam", users.Admin)
	list := b.get("/seats/unseen?days=45").says(200, "Deactivate", "What frees the license")
	id := list.row(`name="user"`).checkbox()
	b.post("/seats/unseen", url.Values{"days": {"45"}, "user": {id}}).says(200, "1 license is free now.").without(`value="` + id + `"`)
	b.post("/seats/unseen", url.Values{"days": {"45"}}).says(200, "Tick the users first.")
	next := b.get("/seats/unseen?days=45&after="+id).says(200, `name="after" value="`+id+`"`).row(`name="user"`).checkbox()
	b.post("/seats/unseen", url.Values{"days": {"45"}, "after": {id}, "user": {next}}).says(200, "1 license is free now.", `name="after" value="`+id+`"`)
	person, err := p.host.Keeper.User(t.Context(), "hallam", users.ID(id))
	require.NoError(t, err)
	require.Equal(t, users.Inactive, person.Status)
}
