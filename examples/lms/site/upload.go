package site

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/seatkeeper/seatkeeper/examples/lms/host"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
	"github.com/seatkeeper/seatkeeper/users/xlsx"
)

// maxUpload bounds a file of people.
const maxUpload = 64 << 20

func asFieldError(err error) (*users.FieldError, bool) { return errors.AsType[*users.FieldError](err) }

// takeFile keeps an uploaded file, and goes on to its columns.
func (v *visit) takeFile() error {
	file, header, err := v.r.FormFile("file")
	if errors.Is(err, http.ErrMissingFile) || errors.Is(err, http.ErrNotMultipart) {
		v.note("Choose a file first.")
		v.redirect("/add")
		return nil
	}
	if err != nil {
		return err
	}
	defer file.Close()
	u, err := v.KeepUpload(v.r.Context(), v.account.ID, header.Filename, file)
	if err != nil {
		return err
	}
	v.redirect("/uploads/" + u.ID)
	return nil
}

// An uploadView is the page of a file: its columns, its faults, what an import would do.
type uploadView struct {
	host.Upload
	Probe     users.Probe
	Trouble   string // why the file can't be read at all
	Sheets    []string
	Systems   []string
	Encodings []string
	Fields    []string
	Formats   []string // of the dates in the file
	Look      *host.Look
	Sync      *syncView
	Faults    []string
	NoRoom    int   // the first row without a free seat; 0: all fit
	Lacking   int64 // seats that are missing for all rows
	OfFile    bool  // a fault is the file's as a whole
	Refused   []rowResult
}

// A rowResult is what would become of a row.
type rowResult struct {
	Row  int
	Text string
}

// rosterFields are the fields that a column can have.
var rosterFields = []string{
	"email", "first-name", "last-name", "name", "last-name-prefix", "username", "external-id", "location", "department", "title", "groups", "role",
	"status", "active", "inactive", "last-day", "first-day-without", "leave", "password",
}

// fieldLabel is the name of a field on the page.
func fieldLabel(name string) string {
	switch name {
	case "external-id":
		return "External ID"
	case "leave":
		return "Date of a leave"
	case "active", "inactive":
		return sentence(name) + " (yes or no)"
	}
	return sentence(name)
}

// uploadPage shows the columns of a file, and after the form what an import would do.
func (v *visit) uploadPage() error {
	u, err := v.Upload(v.r.Context(), v.account.ID, v.r.PathValue("upload"))
	if err != nil {
		return err
	}
	if u.Reading.Source != "" {
		if u, err = v.Rerun(v.r.Context(), u); err != nil {
			return err
		}
	}
	if u.Job != "" {
		v.redirect("/jobs/" + u.Job)
		return nil
	}
	page := uploadView{Upload: u, Systems: host.Systems(), Encodings: host.Encodings(), Fields: rosterFields}
	if u.IsWorkbook() {
		if page.Sheets, err = v.Sheets(u); err != nil {
			return v.unreadable(page, err)
		}
	}
	o := u.Options(v.account.Policy)
	r, file, err := v.OpenUpload(u, o)
	if err != nil {
		return v.unreadable(page, err)
	}
	defer file.Close()
	if page.Probe, err = users.ProbeRoster(r, o); err != nil {
		return v.unreadable(page, err)
	}
	for _, c := range page.Probe.Columns {
		for _, f := range c.DateFormats {
			if !slices.Contains(page.Formats, f) {
				page.Formats = append(page.Formats, f)
			}
		}
	}
	if v.r.URL.Query().Get("look") != "" {
		if err := v.look(&page); err != nil {
			return v.unreadable(page, err)
		}
	}
	return v.show("upload", u.Name, page)
}

// unreadable shows why a file can't be read, if that is the file's fault.
func (v *visit) unreadable(page uploadView, err error) error {
	var faults users.Faults
	switch {
	case errors.Is(err, xlsx.ErrFormat), errors.Is(err, xlsx.ErrProtected), errors.Is(err, xlsx.ErrNoSheet), errors.Is(err, xlsx.ErrNoValue):
		page.Trouble = sentence(strings.TrimPrefix(unwrapped(err).Error(), "xlsx: "))
	case errors.As(err, &faults):
		page.Trouble = sentence(v.words().Fault(faults[0]))
	default:
		return err
	}
	v.status = http.StatusUnprocessableEntity
	return v.show("upload", page.Name, page)
}

func unwrapped(err error) error {
	for _, known := range []error{xlsx.ErrFormat, xlsx.ErrProtected, xlsx.ErrNoSheet, xlsx.ErrNoValue} {
		if errors.Is(err, known) {
			return known
		}
	}
	return err
}

// look reads the whole file, and keeps the plan for the import.
func (v *visit) look(page *uploadView) error {
	if page.Reading.Source != "" {
		return v.lookSync(page)
	}
	look, err := v.Look(v.r.Context(), page.Upload, v.account, v.actor)
	if err != nil {
		return err
	}
	page.Look, page.OfFile = &look, look.Refused
	for _, f := range look.Faults {
		page.Faults = append(page.Faults, sentence(v.words().Fault(f)))
	}
	if look.Plan == nil {
		return nil
	}
	for _, code := range look.Plan.Totals.Codes {
		if code.Code == seats.ErrNoSeats {
			page.NoRoom, page.Lacking = look.Row(code.First), int64(code.Count)
		}
	}
	for _, o := range look.Plan.Totals.Refusals {
		page.Refused = append(page.Refused, rowResult{look.Row(o.Refusal.Index), v.words().Text(o.Refusal)})
	}
	plan, err := json.Marshal(look.Plan)
	if err != nil {
		return err
	}
	page.Plan = string(plan)
	return v.SaveUpload(v.r.Context(), page.Upload)
}

// readFile takes the form of the columns, and shows what an import would do.
func (v *visit) readFile() error {
	u, err := v.Upload(v.r.Context(), v.account.ID, v.r.PathValue("upload"))
	if err != nil {
		return err
	}
	form := v.r.PostFormValue
	switch {
	case form("do") == "sync" && u.Reading.Source != "":
		return v.syncFile(u)
	case form("do") == "import" && u.Reading.Source == "":
		return v.importFile(u)
	}
	u.Reading = host.Reading{
		Sheet: form("sheet"), System: form("system"), Encoding: form("encoding"), DateFormat: form("dates"),
		SkipFaulty: form("skip-faulty") != "", Later: form("later") != "", Mapping: map[string]string{}, Source: u.Reading.Source,
	}
	u.Reading.LeaveDay, _ = users.Parse[users.LeaveDay](form("leave-as"))
	for i, header := range v.r.PostForm["header"] {
		if field := form(fmt.Sprintf("field-%d", i)); field != "" && header != "" {
			u.Reading.Mapping[header] = strings.TrimPrefix(field, "-") // "-" ignores the column
		}
	}
	u.Plan = ""
	if err := v.SaveUpload(v.r.Context(), u); err != nil {
		return err
	}
	if form("do") == "read" { // other settings of the file: its columns may have changed
		v.redirect("/uploads/" + u.ID)
		return nil
	}
	v.redirect("/uploads/" + u.ID + "?look=1#result")
	return nil
}

// importFile begins the import of the plan that was shown.
func (v *visit) importFile(u host.Upload) error {
	if u.Job != "" { // a second click
		v.redirect("/jobs/" + u.Job)
		return nil
	}
	var plan seats.LargePlan
	if err := json.Unmarshal([]byte(u.Plan), &plan); err != nil {
		v.redirect("/uploads/" + u.ID + "?look=1#result")
		return nil
	}
	err := v.start(host.Job{Kind: host.Import, Total: int64(plan.Totals.Commands), Spec: host.Spec{Upload: u.ID}}, nil)
	if errors.Is(err, host.ErrBegun) {
		v.redirect("/uploads/" + u.ID) // and on to its job
		return nil
	}
	return err
}
