package site_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// roster is a complete file of a source, without some users.
func (p *product) roster(account users.AccountID, source string, without ...users.ID) string {
	p.t.Helper()
	var text strings.Builder
	text.WriteString("Employee ID,First name,Last name,Email\n")
	filter := users.Filter{Sources: []users.Source{{Kind: users.SourceSync, Name: source}}, Status: users.In(users.Invited, users.Active)}
	for u, err := range p.host.Keeper.Users(p.t.Context(), account, filter) {
		require.NoError(p.t, err)
		gone := false
		for _, id := range without {
			gone = gone || id == u.ID
		}
		if !gone {
			fmt.Fprintf(&text, "%s,%s,%s,%s\n", u.ExternalID, u.FirstName, u.LastName, u.Email)
		}
	}
	return text.String()
}

// nightly sends the file of a source, and returns the page with its plan.
func (b *browser) nightly(source, name, text string) view {
	b.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	part, err := w.CreateFormFile("file", name)
	require.NoError(b.t, err)
	_, err = part.Write([]byte(text))
	require.NoError(b.t, err)
	require.NoError(b.t, w.Close())
	answer, err := b.client.Post(b.url+"/sync/"+source+"/files", w.FormDataContentType(), &body)
	return b.view(answer, err)
}

// carryOut carries out the plan of a page, and waits for its end.
func (b *browser) carryOut(look view) view {
	b.t.Helper()
	plan := values(look, "plan")
	require.Len(b.t, plan, 1)
	return b.wait(b.post(look.at.Path, url.Values{"do": {"sync"}, "plan": plan, "total": values(look, "total")}))
}

// synced are the users of a source who hold a seat.
func (p *product) synced(source string) (ids []users.ID) {
	p.t.Helper()
	filter := users.Filter{Sources: []users.Source{{Kind: users.SourceSync, Name: source}}, Status: users.In(users.Invited, users.Active)}
	for u, err := range p.host.Keeper.Users(p.t.Context(), "brightwater", filter) {
		require.NoError(p.t, err)
		ids = append(ids, u.ID)
	}
	return ids
}

// TestSync: a nightly file is looked at and carried out; one that would take most users away holds the source until an admin
// decides.
func TestSync(t *testing.T) {
	p := newProduct(t, "", true)
	b := p.as("brightwater", users.Admin)
	b.get("/sync").says(200).row("workday").says(200, "Runs")
	all := p.synced("workday")
	require.Greater(t, len(all), 20)

	look := b.nightly("workday", "night1.csv", p.roster("brightwater", "workday", all[0])+"E9001,Grit,Maus,grit@brightwater.example\n").
		says(200, "What a run of the sync workday would do", `<span class="figure">1</span> <span class="label">Leave</span>`, `<span class="figure">1</span> <span class="label">Join</span>`, `href="/users/`+string(all[0]))
	other := url.Values{"do": {"sync"}, "plan": {strings.Repeat("0", 64)}}
	require.Contains(t, b.wait(b.post(look.at.Path, other)).text, "Stopped:") // another plan than the one shown
	job := b.carryOut(look).says(200, "Done", "What did not fit", `<span class="figure">1</span> <span class="label">Leave`, "To the sync").without("<th scope=\"col\">Result</th>")
	b.get(strings.Replace(job.at.Path, "/jobs/", "/runs/", 1)).says(200, "night1.csv", "What did not fit")
	gone, err := p.host.Keeper.User(t.Context(), "brightwater", all[0])
	require.NoError(t, err)
	require.Equal(t, users.Inactive, gone.Status)
	again := b.nightly("workday", "night1.csv", p.roster("brightwater", "workday"))
	again.says(200, "Nothing has to change")

	half := p.roster("brightwater", "workday", all[:len(all)*2/3]...)
	look = b.nightly("workday", "night2.csv", half).says(200, "No user is changed", "Hold the sync", "Once an admin lets it go on")
	b.carryOut(look).says(200, "Stopped: ", "the sync is held")
	require.Len(t, p.synced("workday"), len(all))
	b.get("/sync").row("workday").says(200, "Held", "more of its users would leave than stay")
	b.get("/sync/workday").says(200, "Held since", "Release", "Reject", "For example").row("night2.csv").says(200, "stopped: ", look.at.Path+"?look=1")
	b.get(look.at.Path+"?look=1").says(200, "To the sync")
	b.post("/sync/workday", url.Values{"do": {"reject"}, "reason": {"a broken export"}}).says(200, "without what was held").without("Held since")
	b.carryOut(b.get(look.at.Path+"?look=1").says(200, "Hold the sync")).says(200, "Stopped: ")
	b.post("/sync/workday", url.Values{"do": {"release"}}).says(200, "with what was held", "more users may leave until")
	b.carryOut(b.get(look.at.Path+"?look=1").without("No user is changed")).says(200, "Done")
	require.Less(t, len(p.synced("workday")), len(all)/2)
	b.get("/events?kind=source-held&by=sync:workday").says(200, "The sync workday was held")

	b.nightly("workday", "bad.csv", "Employee ID,Email\nE1,no address\n").says(200, "Row 2", "Correct the file and upload it again").without("Carry it out")
	b.nightly("workday", "empty.csv", "").says(200).without("Carry it out")
	drift, err := p.host.Keeper.Audit(t.Context(), "brightwater")
	require.NoError(t, err)
	require.Empty(t, drift)
}

// TestSync_faulty: a nightly file with faulty rows is carried out, and says which they are and why users stay.
func TestSync_faulty(t *testing.T) {
	p := newProduct(t, "", true)
	b := p.as("brightwater", users.Admin)
	all := p.synced("workday")
	text := p.roster("brightwater", "workday", all[0]) + "E9001,Grit,Maus,grit@@brightwater.example\nE9002,Gerd,Maus,gerd@brightwater.example\n"
	look := b.nightly("workday", "faulty.csv", text).says(200, "Email is not an email address", "The users of these rows stay as they are",
		`<span class="figure">1</span> <span class="label">Join</span>`, `<span class="figure">1</span> <span class="label">Leave</span>`)
	job := b.carryOut(look).says(200, "Done")
	b.get(strings.Replace(job.at.Path, "/jobs/", "/runs/", 1)).says(200, "email is not an email address").without("No missing user leaves")

	text = p.roster("brightwater", "workday", all[1]) + ",Grit,Maus,\n"
	look = b.nightly("workday", "no-key.csv", text).says(200, "No missing user leaves in this run: 1 row does not say which user it is about",
		`<span class="figure">1</span> <span class="label">Missing, and stay for now</span>`)
	job = b.carryOut(look).says(200, "Done")
	b.get(strings.Replace(job.at.Path, "/jobs/", "/runs/", 1)).says(200, "No missing user leaves", "needs an email address, a username or an external ID")
	stays, err := p.host.Keeper.User(t.Context(), "brightwater", all[1])
	require.NoError(t, err)
	require.Equal(t, users.Active, stays.Status)

	text = p.roster("brightwater", "workday") + "E9003,Grit,Maus,\"grit@bright"
	b.nightly("workday", "cut.csv", text).says(422, "misplaced or unclosed quotation mark", "Correct the file and upload it again").without("Carry it out")
}

// TestSync_restart: a run goes on where its process has ended, and no user comes twice.
func TestSync_restart(t *testing.T) {
	p := newProduct(t, "", true)
	b := p.as("oakridge", users.Owner)
	var text strings.Builder
	text.WriteString("email,first name\n")
	for i := range 4000 {
		fmt.Fprintf(&text, "p%d@oakridge.example,P%d\n", i, i)
	}
	look := b.nightly("hr", "many.csv", text.String()).says(200, "Carry it out")
	p.stopJobs()
	job := b.post(look.at.Path, url.Values{"do": {"sync"}, "plan": values(look, "plan"), "total": values(look, "total")}).says(200, "At work: 0 of 4000")
	p.startJobs()
	require.Eventually(t, func() bool {
		now, err := p.host.Job(t.Context(), "oakridge", strings.TrimPrefix(job.at.Path, "/jobs/"))
		require.NoError(t, err)
		return now.Done > 0
	}, time.Minute, 2*time.Millisecond)
	p.stopJobs()
	p.startJobs()
	b.wait(job).says(200, "Done")
	n, err := p.host.Keeper.Count(t.Context(), "oakridge", users.Filter{Sources: []users.Source{{Kind: users.SourceSync, Name: "hr"}}})
	require.NoError(t, err)
	require.EqualValues(t, 4000, n)
	drift, err := p.host.Keeper.Audit(t.Context(), "oakridge")
	require.NoError(t, err)
	require.Empty(t, drift)
}

// TestSync_list: the users of a source as a file are a roster by which nothing has to change.
func TestSync_list(t *testing.T) {
	p := newProduct(t, "", true)
	b := p.as("brightwater", users.Owner)
	_, rest, _ := strings.Cut(b.get("/sync/workday").says(200).text, `href="/export/`)
	list := string(b.bytes("/export/" + rest[:strings.Index(rest, `"`)]))
	require.Equal(t, len(p.synced("workday"))+1, strings.Count(list, "\n"))
	b.nightly("workday", "users.csv", list).says(200, "Nothing has to change")
}

// TestSync_settings: guard, rank and hold by hand are for those who may.
func TestSync_settings(t *testing.T) {
	p := newProduct(t, "", true)
	b := p.as("brightwater", users.Admin)
	b.post("/sync", url.Values{"name": {"entra"}}).says(200, "Sync entra")
	b.post("/sync/entra", url.Values{"do": {"edit"}, "few": {"3"}, "rank": {"2"}, "adopts": {"1"}}).says(200, "The settings of the sync are saved")
	account, err := p.host.Keeper.Account(t.Context(), "brightwater")
	require.NoError(t, err)
	s, ok := account.Sources.Of("entra")
	require.True(t, ok)
	require.Equal(t, seats.Guard{Few: 3}, s.Guard)
	require.Equal(t, 2, s.Rank)
	require.True(t, s.Adopts)
	b.post("/sync/entra", url.Values{"do": {"edit"}, "day": {"300"}}).says(422, "percentages")
	b.post("/sync/entra", url.Values{"do": {"hold"}}).says(200, "Held since", "it was held by hand")
	b.post("/sync/entra", url.Values{"do": {"nonsense"}}).says(404)
	member := p.as("brightwater", users.Member)
	member.post("/sync/entra", url.Values{"do": {"release"}}).says(403)
	member.post("/sync/entra", url.Values{"do": {"token"}}).says(403)
	require.Equal(t, 403, member.nightly("entra", "a.csv", "email\n").status)
	b.get("/runs/none").says(404)
}

// TestSync_patience: a missing user leaves with the second file.
func TestSync_patience(t *testing.T) {
	p := newProduct(t, "", true)
	b := p.as("brightwater", users.Admin)
	all := p.synced("workday")
	b.post("/sync/workday", url.Values{"do": {"edit"}, "runs": {"2"}, "rank": {"1"}, "adopts": {"1"}}).says(200, "The settings of the sync are saved")
	text := p.roster("brightwater", "workday", all[0])
	b.carryOut(b.nightly("workday", "one.csv", text).says(200, `<span class="figure">1</span> <span class="label">Missing, and stay for now`)).says(200, "Done")
	require.Len(t, p.synced("workday"), len(all))
	b.carryOut(b.nightly("workday", "two.csv", text).says(200, `<span class="figure">1</span> <span class="label">Leave`)).says(200, "Done")
	require.Len(t, p.synced("workday"), len(all)-1)
}

// scim sends a request of an identity provider.
func (p *product) scim(token, method, path, body string) (int, map[string]any) {
	p.t.Helper()
	r, err := http.NewRequestWithContext(p.t.Context(), method, p.url+"/scim/v2"+path, strings.NewReader(body))
	require.NoError(p.t, err)
	r.Header.Set("Authorization", "Bearer "+token)
	answer, err := http.DefaultClient.Do(r)
	require.NoError(p.t, err)
	defer answer.Body.Close()
	var document map[string]any
	if answer.StatusCode != http.StatusNoContent {
		require.NoError(p.t, json.NewDecoder(answer.Body).Decode(&document))
	}
	return answer.StatusCode, document
}

// TestSCIM: a token of a source pushes users and groups, and lets in no more once it is revoked.
func TestSCIM(t *testing.T) {
	p := newProduct(t, "", true)
	testSCIM(t, p)
}

func testSCIM(t *testing.T, p *product) {
	b := p.as("larkfield", users.Owner)
	page := b.post("/sync/entra", url.Values{"do": {"token"}}).says(200, "Copy this token now", "never used")
	_, rest, _ := strings.Cut(page.text, "<code>lms_")
	token := "lms_" + rest[:strings.Index(rest, "<")]
	b.get("/sync/entra").says(200).without(token)
	b.get("/sync").row("entra").says(200, "No user yet")

	status, _ := p.scim("lms_wrong", "GET", "/Users", "")
	require.Equal(t, 401, status)
	status, made := p.scim(token, "POST", "/Users", `{"userName":"ada@larkfield.example","name":{"givenName":"Ada","familyName":"Byron"},"active":true}`)
	require.Equal(t, 201, status)
	id := made["id"].(string)
	status, _ = p.scim(token, "POST", "/Users", `{"userName":"ada@larkfield.example"}`)
	require.Equal(t, 409, status)
	b.get("/sync/entra").says(200, "What did not fit", "POST, 409: ", "(1 time, last")
	status, group := p.scim(token, "POST", "/Groups", `{"displayName":"Curators","members":[{"value":"`+id+`"}]}`)
	require.Equal(t, 201, status)
	status, _ = p.scim(token, "POST", "/Groups", `{"displayName":"curators"}`)
	require.Equal(t, 409, status)
	ada, err := p.host.Keeper.User(t.Context(), "larkfield", users.ID(id))
	require.NoError(t, err)
	require.Equal(t, []string{"Curators"}, ada.Groups)
	status, _ = p.scim(token, "PATCH", "/Groups/"+group["id"].(string), `{"Operations":[{"op":"replace","path":"displayName","value":"Keepers"}]}`)
	require.Equal(t, 200, status)
	status, list := p.scim(token, "GET", "/Groups", "")
	require.Equal(t, 200, status)
	require.EqualValues(t, 1, list["totalResults"])
	status, _ = p.scim(token, "DELETE", "/Groups/"+group["id"].(string), "")
	require.Equal(t, 204, status)
	status, _ = p.scim(token, "DELETE", "/Users/"+id, "")
	require.Equal(t, 204, status)
	ada, err = p.host.Keeper.User(t.Context(), "larkfield", users.ID(id))
	require.NoError(t, err)
	require.Equal(t, users.Archived, ada.Status)
	require.Empty(t, ada.Groups)

	page = b.get("/sync/entra").says(200, "last used")
	b.post("/sync/entra", url.Values{"do": {"revoke"}, "token": values(page, "token")}).says(200, "lets in no more", "No token yet")
	status, _ = p.scim(token, "GET", "/Users", "")
	require.Equal(t, 401, status)
	b.post("/sync/entra", url.Values{"do": {"revoke"}, "token": {"none"}}).says(404)
	require.NotContains(t, p.log.String(), token)
}
