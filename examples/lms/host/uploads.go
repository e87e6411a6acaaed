package host

import (
	"bufio"
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/transform"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
	"github.com/seatkeeper/seatkeeper/users/xlsx"
)

// An Upload is a file of people on its way in.
type Upload struct {
	ID      string
	Account users.AccountID
	Made    time.Time
	Name    string // of the file
	Size    int64
	Reading Reading
	Plan    string // of the last preview, as JSON
	Job     string // the import; empty: not begun
}

// A Reading is what an admin says of a file.
type Reading struct {
	Sheet      string            `json:"sheet,omitzero"`    // of a workbook; empty: the first
	System     string            `json:"system,omitzero"`   // of [Systems]
	Encoding   string            `json:"encoding,omitzero"` // of [Encodings]; empty: UTF-8
	Mapping    map[string]string `json:"mapping,omitzero"`
	DateFormat string            `json:"date_format,omitzero"`
	LeaveDay   users.LeaveDay    `json:"leave_day,omitzero"`
	SkipFaulty bool              `json:"skip_faulty,omitzero"`
	Later      bool              `json:"later,omitzero"`  // the invitations are held back
	Source     string            `json:"source,omitzero"` // the file is a complete roster of this sync
}

// Encodings are those of files that are not in UTF-8, by the names that people know.
func Encodings() []string {
	return []string{"Windows-1252 (Western Europe)", "Windows-1250 (Central Europe)", "ISO 8859-15", "Mac Roman"}
}

var charmaps = []*charmap.Charmap{charmap.Windows1252, charmap.Windows1250, charmap.ISO8859_15, charmap.Macintosh}

// Systems are those whose files are known.
func Systems() []string { return users.RosterSystems() }

// Options are those for reading the file.
func (u Upload) Options(p seats.Policy) users.RosterOptions {
	o, _ := users.SystemRoster(u.Reading.System)
	if o.Mapping == nil {
		o.Mapping = map[string]string{}
	}
	for header, field := range u.Reading.Mapping {
		o.Mapping[header] = field
	}
	if u.Reading.DateFormat != "" {
		o.DateFormat = u.Reading.DateFormat
	}
	o.LeaveDay, o.SharedAddresses = u.Reading.LeaveDay, p.MayShareAddresses()
	o.Source = users.Source{Kind: users.SourceImport, Name: u.Name}
	return o
}

// IsWorkbook reports whether the file is one of a spreadsheet program.
func (u Upload) IsWorkbook() bool { return filepath.Ext(u.Name) == ".xlsx" }

// OpenUpload opens the file for reading as text. The caller closes it.
func (h *Host) OpenUpload(u Upload, o users.RosterOptions) (io.Reader, io.Closer, error) {
	file, err := os.Open(h.uploadPath(u.ID))
	if err != nil {
		return nil, nil, err
	}
	if u.IsWorkbook() {
		r, err := xlsx.NewReader(file, u.Size, u.Reading.Sheet, o)
		if err != nil {
			_ = file.Close()
			return nil, nil, err
		}
		return r, file, nil
	}
	for i, name := range Encodings() {
		if name == u.Reading.Encoding {
			return transform.NewReader(file, charmaps[i].NewDecoder()), file, nil
		}
	}
	return bufio.NewReader(file), file, nil
}

// Sheets are those of a workbook.
func (h *Host) Sheets(u Upload) ([]string, error) {
	file, err := os.Open(h.uploadPath(u.ID))
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return xlsx.Sheets(file, u.Size)
}

func (h *Host) uploadPath(id string) string { return filepath.Join(h.uploads(), filepath.Base(id)) }

// KeepUpload takes a file. Its content stays in the folder, readable for the owner of the process alone.
func (h *Host) KeepUpload(ctx context.Context, account users.AccountID, name string, content io.Reader) (u Upload, err error) {
	u = Upload{ID: rand.Text(), Account: account, Made: h.Now(), Name: filepath.Base(name)}
	if err := users.CheckText(u.Name, users.MaxText); err != nil {
		return u, &users.FieldError{Field: "file", Reason: err}
	}
	file, err := os.OpenFile(h.uploadPath(u.ID), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return u, err
	}
	u.Size, err = io.Copy(file, content)
	if err = errors.Join(err, file.Close()); err == nil {
		_, err = h.write(ctx, "INSERT INTO lms_uploads (id, account, made, name, size, reading, plan, job) VALUES (?, ?, ?, ?, ?, '{}', '', '')",
			u.ID, account, micros(u.Made), u.Name, u.Size)
	}
	if err != nil {
		return u, errors.Join(err, os.Remove(h.uploadPath(u.ID)))
	}
	return u, nil
}

// Upload returns an upload of an account.
func (h *Host) Upload(ctx context.Context, account users.AccountID, id string) (u Upload, err error) {
	var made int64
	var reading string
	err = h.DB.QueryRowContext(ctx, h.sql("SELECT id, account, made, name, size, reading, plan, job FROM lms_uploads WHERE id = ? AND account = ?"), id, account).
		Scan(&u.ID, &u.Account, &made, &u.Name, &u.Size, &reading, &u.Plan, &u.Job)
	if errors.Is(err, sql.ErrNoRows) {
		return u, ErrNoJob
	}
	u.Made = instant(made)
	return u, errors.Join(err, json.Unmarshal([]byte(reading), &u.Reading))
}

// SaveUpload keeps what an admin said of the file, and the plan that was shown.
func (h *Host) SaveUpload(ctx context.Context, u Upload) error {
	reading, err := json.Marshal(u.Reading)
	if err != nil {
		return err
	}
	_, err = h.write(ctx, "UPDATE lms_uploads SET reading = ?, plan = ?, job = ? WHERE id = ?", string(reading), u.Plan, u.Job, u.ID)
	return err
}

// DropUploads removes the files of a week ago: they are personal data.
func (h *Host) DropUploads(ctx context.Context) error {
	old := micros(h.Now().AddDate(0, 0, -7))
	var ids []string
	err := h.rows(ctx, h.DB, func(rows *sql.Rows) error {
		var id string
		err := rows.Scan(&id)
		ids = append(ids, id)
		return err
	}, "SELECT id FROM lms_uploads WHERE made < ?", old)
	for _, id := range ids {
		if gone := os.Remove(h.uploadPath(id)); gone != nil && !errors.Is(gone, os.ErrNotExist) {
			err = errors.Join(err, gone)
		}
	}
	if err == nil {
		_, err = h.write(ctx, "DELETE FROM lms_uploads WHERE made < ?", old)
	}
	return err
}

// People lists the people of a file, with the row of each. Faulty rows are passed over if the admin says so.
func (h *Host) People(u Upload, p seats.Policy) iter.Seq2[users.Entry, error] {
	return func(yield func(users.Entry, error) bool) {
		o := u.Options(p)
		r, file, err := h.OpenUpload(u, o)
		if err != nil {
			yield(users.Entry{}, err)
			return
		}
		defer file.Close()
		for e, err := range users.ScanRoster(r, o).People() {
			if _, ok := users.RowFault(err); ok && u.Reading.SkipFaulty {
				continue
			}
			if !yield(e, err) {
				return
			}
		}
	}
}

// Invitations are the commands of a file, with the rows that they are of.
func (h *Host) Invitations(u Upload, p seats.Policy, row func(int)) iter.Seq2[seats.Command, error] {
	return func(yield func(seats.Command, error) bool) {
		people := func(yield func(users.Entry, error) bool) {
			for e, err := range h.People(u, p) {
				row(e.Row)
				if !yield(e, err) {
					return
				}
			}
		}
		for command, err := range seats.InviteEach(people) {
			if invite, is := command.(seats.Invite); is && u.Reading.Later {
				invite.Later = true
				command = invite
			}
			if !yield(command, err) {
				return
			}
		}
	}
}

// A Look is what is known of a file before the import: faults, or a plan.
type Look struct {
	People  int
	Faults  users.Faults
	More    int  // further faults
	Refused bool // the file is faulty as a whole
	Plan    *seats.LargePlan
	Rows    []int // of the people, in order
}

// Faults reads a file for all its faults.
func (h *Host) Faults(u Upload, p seats.Policy) (look Look, err error) {
	u.Reading.SkipFaulty = false
	for _, err := range h.People(u, p) {
		fault, ofRow := users.RowFault(err)
		var faults users.Faults
		switch {
		case err == nil:
			look.People++
		case ofRow && len(look.Faults) < users.MaxRosterFaults:
			look.Faults = append(look.Faults, fault)
		case ofRow:
			look.More++
		case errors.As(err, &faults):
			look.Faults, look.Refused = append(look.Faults, faults...), true
			return look, nil
		default:
			return look, err
		}
	}
	return look, nil
}

// Look reads a file twice: for all its faults, and if there are none, for the plan.
func (h *Host) Look(ctx context.Context, u Upload, a seats.Account, actor users.Actor) (look Look, err error) {
	if look, err = h.Faults(u, a.Policy); err != nil {
		return look, err
	}
	if len(look.Faults) > 0 && !u.Reading.SkipFaulty || look.Refused || look.People == 0 {
		return look, nil
	}
	plan, err := h.Keeper.PreviewAll(ctx, a.ID, actor, h.Invitations(u, a.Policy, func(row int) { look.Rows = append(look.Rows, row) }))
	if err != nil {
		return look, fmt.Errorf("the plan of a file: %w", err)
	}
	look.Plan = &plan
	return look, nil
}

// Row is the row of a person by their place in the plan.
func (l Look) Row(place int) int {
	if place < 0 || place >= len(l.Rows) {
		return 0
	}
	return l.Rows[place]
}
