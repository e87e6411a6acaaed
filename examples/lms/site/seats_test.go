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
	b.get("/seats").says(200, `min="10" max="1000"`, "The confirmation goes to the 3 ", "only the host or the vendor").without("Give back</button>", "Set or book")
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
	b.post("/seats", url.Values{"do": {"set"}, "total": {"5"}, "date": {day}, "back": {"/seats"}}).says(200, "Done.")
	b.get("/seats").says(200, "there are 5 seats", "something will not fit", "The seats of the account become 5, as set by the vendor's support (REQ-7)", "This does not fit")
	b.post("/seats", url.Values{"do": {"cancel"}, "back": {"/seats"}}).says(200).without("there are 5 seats.")
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
}

// TestSeats_unseen frees the seats of those who were not seen.
func TestSeats_unseen(t *testing.T) {
	p := newProduct(t, "", true)
	b := p.as("hallam", users.Admin)
	list := b.get("/seats/unseen?days=45").says(200, "Make inactive")
	id := list.row(`name="user"`).checkbox()
	b.post("/seats/unseen", url.Values{"days": {"45"}, "user": {id}}).says(200, "1 seat is free now.").without(`value="` + id + `"`)
	b.post("/seats/unseen", url.Values{"days": {"45"}}).says(200, "Tick the users first.")
	person, err := p.host.Keeper.User(t.Context(), "hallam", users.ID(id))
	require.NoError(t, err)
	require.Equal(t, users.Inactive, person.Status)
}
