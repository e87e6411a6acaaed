package site_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// TestQueue: support lets users wait; an inactive one asks at the door, an admin approves and moves, and a free seat is taken.
func TestQueue(t *testing.T) {
	p := newProduct(t, "", true)
	owner := users.As("larkfield-owner")
	b := p.as("larkfield", users.Owner)
	b.get("/queue").says(200, "This product has no queue").without("Let users wait for seats")
	b.post("/queue", url.Values{"do": {"switch"}}).says(403)
	support := p.support()
	support.post("/accounts/larkfield", nil)
	support.post("/queue", url.Values{"do": {"switch"}, "back": {"/queue"}}).says(200, "Give a place", "Users can wait for seats now")

	usage, err := p.host.Keeper.Usage(t.Context(), "larkfield")
	require.NoError(t, err)
	p.do("larkfield", users.System(), seats.SetTotal{Total: seats.Of(usage.Held + 2)})
	for _, id := range []users.ID{"ada", "bo", "cy", "dee"} {
		p.do("larkfield", owner, seats.Invite{Profile: users.Profile{ID: id, FirstName: strings.ToUpper(string(id)), Email: string(id) + "@larkfield.example"}})
	}
	b.get("/queue").says(200).row("CY").says(200, `class="number">1<`, "Move", "Withdraw")
	b.get("/queue").row("DEE").says(200, `class="number">2<`)
	b.post("/queue", url.Values{"do": {"queue"}, "user": {"dee"}, "priority": {"30"}, "until": {time.Now().AddDate(0, 1, 0).Format(time.DateOnly)}}).says(200, "DEE has place 1.", `value="30"`)
	b.post("/queue", url.Values{"do": {"queue"}, "user": {"dee"}, "priority": {"900"}}).says(422, "must be 0 to 366")
	b.post("/queue", url.Values{"do": {"queue"}, "user": {"dee"}, "until": {"2020-01-01"}}).says(422, "not a day to come")
	b.post("/queue", url.Values{"do": {"queue"}, "user": {"dee"}, "until": {"soon"}}).says(422)

	p.do("larkfield", owner, seats.Deactivate{User: "ada"}) // DEE has the seat now
	b.get("/queue").row("CY").says(200, `class="number">1<`)
	ada := p.browser()
	in := url.Values{"account": {"larkfield"}, "user": {"ada"}}
	away := ada.post("/sign-in", in).says(409, "your access is inactive", "Ask for a seat")
	ada.post("/ask", url.Values{"sealed": values(away, "sealed"), "reason": {"my course ends soon"}}).says(200, "looks at it")
	ada.post("/sign-in", in).says(409, "yours is request 1").without("Ask for a seat")
	b.get("/queue").row("ADA").says(200, "my course ends soon", "Approve", "Refuse")
	b.post("/queue", url.Values{"do": {"queue"}, "user": {"ada"}}).says(200, "ADA has place 2.")
	ada.post("/sign-in", in).says(409, "yours is place 2")
	b.post("/queue", url.Values{"do": {"unqueue"}, "user": {"ada"}}).says(200, "ADA waits no more.")
	b.get("/queue?text=ada").says(200, "Give a place to ADA")
	p.do("larkfield", users.System(), seats.SetTotal{Total: seats.Of(usage.Held + 4)})
	b.post("/queue", url.Values{"do": {"queue"}, "user": {"ada"}}).says(200, "A seat was free: ADA is invited now.")
	p.as("larkfield", users.Member).post("/queue", url.Values{"do": {"queue"}, "user": {"ada"}}).says(403)

	p.browser().post("/ask", url.Values{"sealed": {values(away, "sealed")[0] + "x"}}).says(404)

	p.fill("larkfield")
	p.do("larkfield", owner, seats.Invite{Profile: users.Profile{ID: "ev", Email: "ev@larkfield.example"}})
	b.post("/seats", url.Values{"do": {"buy"}, "quantity": {"1"}, "back": {"/seats"}}).says(200, "1 user of the queue came in")
	support.get("/account").says(200, "Standard, with a queue")
	support.post("/queue", url.Values{"do": {"switch"}, "back": {"/queue"}}).says(200, "No further user gets a place", "This product has no queue", "Let users wait").without("Give a place")
	account, err := p.host.Keeper.Account(t.Context(), "larkfield")
	require.NoError(t, err)
	require.Equal(t, seats.Standard(), account.Policy)
}

// TestQueue_courses: a full course says that the user waits, and the page lists the places of all courses.
func TestQueue_courses(t *testing.T) {
	p := newProduct(t, "", true)
	owner := users.As("larkfield-owner")
	account, err := p.host.Keeper.Account(t.Context(), "larkfield")
	require.NoError(t, err)
	account.Policy.WhenFull = seats.Wait
	p.do("larkfield", users.System(), seats.SetPolicy{Policy: account.Policy}, seats.SetTotal{Pool: "fire", Total: seats.Of(0)}, seats.SetTotal{Total: seats.Unlimited()})
	for _, id := range []users.ID{"ada", "bo"} {
		p.do("larkfield", owner, seats.Invite{Profile: users.Profile{ID: id, FirstName: strings.ToUpper(string(id)), Email: string(id) + "@larkfield.example"}})
	}
	b := p.as("larkfield", users.Owner)
	b.post("/users/ada", url.Values{"do": {"assign-course"}, "course": {"fire"}}).says(200, "ADA waits for the course")
	p.do("larkfield", users.As("bo"), seats.Queue{User: "bo", Pool: "fire"})
	b.get("/queue").row("ADA").says(200, "Withdraw", `class="number">1<`)
	b.get("/queue").row("BO").says(200, "request 1", "Approve", "Refuse")
	b.post("/queue", url.Values{"do": {"queue"}, "user": {"bo"}, "pool": {"fire"}, "back": {"/queue"}}).row("BO").says(200, `class="number">2<`)
	b.post("/queue", url.Values{"do": {"unqueue"}, "user": {"ada"}, "pool": {"fire"}, "back": {"/queue"}}).says(200, "Done.").without("ADA")
}
