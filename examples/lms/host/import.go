package host

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"time"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// errFile is for an import whose file is gone.
var errFile = &seats.Refusal{Code: seats.ErrBadInput, Field: "file", Reason: seats.ErrNotThere}

// runImport carries out the plan of a file. By the request key of the call it goes on after the end of the process: the
// first part of the file is recognized, and no person is invited twice.
func (h *Host) runImport(ctx context.Context, j Job) error {
	u, err := h.Upload(ctx, j.Account, j.Spec.Upload)
	if err != nil {
		return err
	}
	account, err := h.Keeper.Account(ctx, j.Account)
	if err != nil {
		return err
	}
	var plan seats.LargePlan
	if err := json.Unmarshal([]byte(u.Plan), &plan); err != nil {
		return err
	}
	if _, err := os.Stat(h.uploadPath(u.ID)); errors.Is(err, fs.ErrNotExist) {
		return errFile
	}
	began := j.Done
	j.Done, j.Passed, j.Refused = 0, 0, 0
	if _, err := h.write(ctx, "DELETE FROM lms_lines WHERE job = ?", j.ID); err != nil {
		return err
	}
	var rows []int
	progress := importProgress{Host: h, began: began}
	result, err := h.Keeper.With(seatkeeper.Call{Key: "import-" + j.ID, Correlation: j.ID, Reason: "import of a file"}).
		ApplyAll(ctx, j.Account, j.Actor, plan, h.Invitations(u, account.Policy, func(row int) { rows = append(rows, row) }),
			func(_ seats.Command, o seats.Outcome) error {
				line := int64(rows[j.Done])
				j.count([]seats.Outcome{o})
				return progress.add(ctx, j, Line{Line: line, User: o.User, Outcome: o})
			})
	if err != nil {
		return err
	}
	if err := progress.flush(ctx, j); err != nil {
		return err
	}
	return h.Store.InTx(ctx, func(tx *sql.Tx, _ store.Bound) error { return h.settled(ctx, tx, j, 0, result.Receipt) })
}

// importProgress writes the progress of an import a few times a second, with the rows that were refused.
type importProgress struct {
	*Host
	began int64 // rows before the end of another process: the progress does not go back
	last  time.Time
	lines []Line
}

func (p *importProgress) add(ctx context.Context, j Job, l Line) error {
	if l.Refusal != nil || l.Unchanged || l.Wanting() {
		p.lines = append(p.lines, l)
	}
	if time.Since(p.last) < 200*time.Millisecond && len(p.lines) < 500 {
		return nil
	}
	return p.flush(ctx, j)
}

func (p *importProgress) flush(ctx context.Context, j Job) error {
	p.last = time.Now()
	err := p.Store.InTx(ctx, func(tx *sql.Tx, _ store.Bound) error {
		for _, l := range p.lines {
			text, err := json.Marshal(l.Outcome)
			if err != nil {
				return err
			}
			if _, err := p.exec(ctx, tx, "INSERT INTO lms_lines (job, line, user_id, outcome) VALUES (?, ?, ?, ?)", j.ID, l.Line, l.User, string(text)); err != nil {
				return err
			}
		}
		_, err := p.exec(ctx, tx, "UPDATE lms_jobs SET done = ?, passed = ?, refused = ?, beat = ? WHERE id = ?",
			max(j.Done, p.began), j.Passed, j.Refused, micros(time.Now()), j.ID)
		return err
	})
	if err == nil {
		p.lines = nil
	}
	return err
}

// Wanting reports whether a new user was created inactive, for want of a seat.
func (l Line) Wanting() bool {
	return l.Before.Status == users.NoStatus && l.After.Status == users.Inactive
}
