package site_test

import (
	"bytes"
	"fmt"
	"iter"
	"mime/multipart"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
	"github.com/seatkeeper/seatkeeper/users/xlsx"
)

// upload sends a file, and returns the page of its columns.
func (b *browser) upload(name string, content []byte) view {
	b.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	part, err := w.CreateFormFile("file", name)
	require.NoError(b.t, err)
	_, err = part.Write(content)
	require.NoError(b.t, err)
	require.NoError(b.t, w.Close())
	answer, err := b.client.Post(b.url+"/uploads", w.FormDataContentType(), &body)
	return b.view(answer, err)
}

// TestAdd invites a person, says who is here already, and what a full account does.
func TestAdd(t *testing.T) {
	p := newProduct(t, "", true)
	b := p.as("larkfield", users.Owner)
	form := url.Values{"first": {"Ada"}, "last": {"Byron"}, "email": {"ada.byron@larkfield.example"}, "role": {"member"}, "back": {"/add"}}
	b.post("/add", form).says(200, "Ada Byron is invited.")
	b.post("/add", form).says(200, "Ada Byron is here already: invited, member.")
	form.Set("email", "no address")
	b.post("/add", form).says(422, "is not an email address", `value="no address"`)
	form.Set("email", "cy@larkfield.example")
	form.Set("start", time.Now().AddDate(0, 0, 20).Format(time.DateOnly))
	b.post("/add", form).says(200, "is to be invited on")
	form.Set("start", "")
	for i := range 40 {
		form.Set("email", fmt.Sprintf("more%d@larkfield.example", i))
		if v := b.post("/add", form); v.status != 200 {
			v.says(409, "No seat is free", "buy")
			return
		}
	}
	require.Fail(t, "the account is never full")
}

// TestUpload_refused: a file that is faulty as a whole is not imported in part, though faulty rows are passed over.
func TestUpload_refused(t *testing.T) {
	p := newProduct(t, "", true)
	b := p.as("brightwater", users.Owner)
	text := "first name,email\nBo,none\n" + strings.Repeat("\n", 300) + "Bea,bea@brightwater.example\n" + strings.Repeat("\n", 100000) + "\xff,grit@brightwater.example\n"
	page := b.upload("cut.csv", []byte(text)).says(200, "Check the file")
	form := url.Values{"header": {"first name", "email"}, "field-0": {"first-name"}, "field-1": {"email"}, "do": {"look"}, "skip-faulty": {"1"}}
	b.post(page.at.Path, form).says(200, "is not in UTF-8").without("Import ")
}

// TestUpload maps the columns of a file, tells its faults and the plan, and imports it once.
func TestUpload(t *testing.T) {
	p := newProduct(t, "", true)
	b := p.as("brightwater", users.Owner)
	b.post("/uploads", nil).says(200, "Choose a file first.")
	text := "Vorname;Nachname;Post;Abteilung\nGrit;Maus;grit@brightwater.example;Labor\nBo;Li;keine;Labor\nBea;Ott;bea@brightwater.example;Labor\n"
	page := b.upload("liste.csv", []byte(text)).says(200, "Vorname", "Grit", "Email")
	form := url.Values{"header": {"Vorname", "Nachname", "Post", "Abteilung"}, "field-0": {"first-name"}, "field-1": {"last-name"}, "field-2": {"email"}, "field-3": {"department"}, "do": {"look"}}
	b.post(page.at.Path, form).says(200, "Row 3", "is not an email address", "skip the rows with faults").without("Import ")
	form.Set("skip-faulty", "1")
	look := b.post(page.at.Path, form).says(200, "Import 1 person", "From row 4 on no seat is free. All rows need 1 more seat.")
	done := b.wait(b.post(look.at.Path, url.Values{"do": {"import"}})).says(200, "1 changed, 1 refused", "Row 4", "Not done: no seat is free")
	require.Equal(t, done.at.Path, b.post(look.at.Path, url.Values{"do": {"import"}}).at.Path, "a second click")
	grit, err := p.host.Keeper.Find(t.Context(), "brightwater", users.ByEmail("grit@brightwater.example"))
	require.NoError(t, err)
	require.Equal(t, "liste.csv", grit.Source.Name)
	require.Equal(t, users.Invited, grit.Status)

	b.wait(b.post(done.at.Path+"/undo", url.Values{"sure": {"1"}})).says(200, "1 changed")
	_, err = p.host.Keeper.Find(t.Context(), "brightwater", users.ByEmail("grit@brightwater.example"))
	require.ErrorIs(t, err, seats.ErrUnknownUser)
	p.as("larkfield", users.Owner).get(page.at.Path).says(404) // another account's
}

// TestUpload_workbook and other files that people have.
func TestUpload_workbook(t *testing.T) {
	p := newProduct(t, "", true)
	b := p.as("oakridge", users.Owner)
	people := func(yield func(users.User, error) bool) {
		yield(users.User{Profile: users.Profile{FirstName: "Grit", Email: "grit@oakridge.example", ExternalID: "007"}, Status: users.Active}, nil)
	}
	var book bytes.Buffer
	require.NoError(t, xlsx.WriteRoster(&book, iter.Seq2[users.User, error](people), users.RosterOptions{}))
	page := b.upload("people.xlsx", book.Bytes()).says(200, "Users", "007")
	look := b.get(page.at.Path+"?look=1").says(200, "Import 1 person")
	b.wait(b.post(look.at.Path, url.Values{"do": {"import"}})).says(200, "1 changed")

	b.upload("broken.xlsx", []byte("no workbook")).says(422, "save it as an Excel workbook")
	west := b.upload("west.csv", []byte("email,last name\nbo@oakridge.example,M\xfcller\n")).says(200, "is not in UTF-8")
	again := b.post(west.at.Path, url.Values{"do": {"read"}, "encoding": {"Windows-1252 (Western Europe)"}}).says(200, "Müller")
	b.get(again.at.Path+"?look=1").says(200, "Import 1 person")
	b.upload("big.csv", bytes.Repeat([]byte("a,b\n"), 17<<20)).says(413, "too large")
	none := b.upload("no.csv", []byte("color,first name\nred,Bo\n")).says(200)
	b.get(none.at.Path+"?look=1").says(200, "email, username or external ID")
}

// TestUpload_restart: the import goes on where it was stopped, and no person comes twice.
func TestUpload_restart(t *testing.T) {
	p := newProduct(t, "", true)
	b := p.as("oakridge", users.Owner)
	var text strings.Builder
	text.WriteString("email,first name\n")
	for i := range 4000 {
		fmt.Fprintf(&text, "p%d@oakridge.example,P%d\n", i, i)
	}
	p.stopJobs()
	page := b.upload("many.csv", []byte(text.String()))
	b.get(page.at.Path+"?look=1").says(200, "Import 4000 people")
	job := b.post(page.at.Path, url.Values{"do": {"import"}}).says(200, "At work: 0 of 4000")
	for stops := 0; ; stops++ {
		p.startJobs()
		stopped := false
		require.Eventually(t, func() bool {
			now, err := p.host.Job(t.Context(), "oakridge", strings.TrimPrefix(job.at.Path, "/jobs/"))
			require.NoError(t, err)
			stopped = now.State == "running" && now.Done > int64(stops)*1000 && stops < 3
			return stopped || now.State == "done"
		}, time.Minute, 2*time.Millisecond)
		p.stopJobs()
		if !stopped {
			require.Positive(t, stops)
			break
		}
	}
	b.get(job.at.Path).says(200, "4000 changed")
	n, err := p.host.Keeper.Count(t.Context(), "oakridge", users.Filter{Text: "@oakridge.example p"})
	require.NoError(t, err)
	require.GreaterOrEqual(t, n, int64(4000))
	invited, err := p.host.Keeper.Count(t.Context(), "oakridge", users.Filter{Sources: []users.Source{{Kind: users.SourceImport, Name: "many.csv"}}})
	require.NoError(t, err)
	require.EqualValues(t, 4000, invited)
	drift, err := p.host.Keeper.Audit(t.Context(), "oakridge")
	require.NoError(t, err)
	require.Empty(t, drift)
}
