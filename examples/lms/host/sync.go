package host

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// A Run is a file of a source that was carried out, or stopped by the source's guard.
type Run struct {
	Job         string
	Account     users.AccountID
	Source      string
	Made        time.Time
	Upload      string
	File        string // its name
	Stopped     bool   // it has changed no user, or a part of them
	Differences seats.Differences
}

// SyncRun is the run of a file. The plan is the digest of the differences that were agreed to.
func (h *Host) SyncRun(u Upload, p seats.Policy, plan string) (seats.SyncRun, error) {
	run := seats.SyncRun{Source: u.Reading.Source, Plan: plan}
	o := u.Options(p)
	r, file, err := h.OpenUpload(u, o)
	if err != nil {
		return run, err
	}
	defer file.Close()
	scan := users.ScanRoster(r, o)
	for range scan.People() {
		break // the columns are known with the first person
	}
	run.Fields = scan.Roster().Fields
	return run, nil
}

// PreviewSync says what a run of a file would do now.
func (h *Host) PreviewSync(ctx context.Context, u Upload, a seats.Account) (seatkeeper.SyncPlan, error) {
	run, err := h.SyncRun(u, a.Policy, "")
	if err != nil {
		return seatkeeper.SyncPlan{}, err
	}
	return h.Keeper.PreviewSync(ctx, a.ID, run, users.Complete(h.People(u, a.Policy)))
}

// runSync makes the users of a source like the file. What is left of a run whose process has ended in the middle has no
// plan of its own: the guard judges it.
func (h *Host) runSync(ctx context.Context, j Job) error {
	u, err := h.Upload(ctx, j.Account, j.Spec.Upload)
	if err != nil {
		return err
	}
	account, err := h.Keeper.Account(ctx, j.Account)
	if err != nil {
		return err
	}
	plan := j.Spec.Plan
	if j.Done > 0 {
		plan = ""
	}
	run, err := h.SyncRun(u, account.Policy, plan)
	if err != nil {
		return err
	}
	var last time.Time
	result, err := h.Keeper.With(seatkeeper.Call{Correlation: j.ID, Reason: "file of the source"}).Sync(ctx, j.Account, run,
		users.Complete(h.People(u, account.Policy)), func(_ seats.Command, o seats.Outcome) error {
			j.count([]seats.Outcome{o})
			if time.Since(last) < 200*time.Millisecond {
				return nil
			}
			last = time.Now()
			_, err := h.write(ctx, "UPDATE lms_jobs SET done = ?, passed = ?, refused = ?, beat = ? WHERE id = ?",
				j.Done, j.Passed, j.Refused, micros(last), j.ID)
			return err
		})
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if result.Differences.Digest != "" { // it was compared
		if kept := h.keepRun(ctx, j, u, result); kept != nil {
			return kept
		}
	}
	return err
}

// keepRun writes what a run counted and did, with the end of its job.
func (h *Host) keepRun(ctx context.Context, j Job, u Upload, result seatkeeper.SyncResult) error {
	text, err := json.Marshal(result.Differences)
	if err != nil {
		return err
	}
	return h.Store.InTx(ctx, func(tx *sql.Tx, _ store.Bound) error {
		if _, err := h.exec(ctx, tx, "DELETE FROM lms_runs WHERE job = ?", j.ID); err != nil {
			return err
		}
		if _, err := h.exec(ctx, tx, "INSERT INTO lms_runs (job, account, source, made, upload, file, differences) VALUES (?, ?, ?, ?, ?, ?, ?)",
			j.ID, j.Account, u.Reading.Source, micros(h.Now()), u.ID, u.Name, string(text)); err != nil {
			return err
		}
		var parts int64
		if err := tx.QueryRowContext(ctx, h.sql("SELECT COUNT(*) FROM lms_receipts WHERE job = ?"), j.ID).Scan(&parts); err != nil {
			return err
		}
		return h.settled(ctx, tx, j, parts, result.Receipt)
	})
}

// Runs lists the runs of a source, the latest first.
func (h *Host) Runs(ctx context.Context, account users.AccountID, source string, limit int) ([]Run, error) {
	return h.runsWhere(ctx, fmt.Sprintf("account = ? AND source = ? ORDER BY r.made DESC LIMIT %d", limit), account, source)
}

// RunOf returns the run of a job.
func (h *Host) RunOf(ctx context.Context, account users.AccountID, job string) (Run, error) {
	runs, err := h.runsWhere(ctx, "account = ? AND job = ?", account, job)
	if err != nil {
		return Run{}, err
	}
	if len(runs) == 0 {
		return Run{}, ErrNoJob
	}
	return runs[0], nil
}

func (h *Host) runsWhere(ctx context.Context, where string, args ...any) (runs []Run, err error) {
	err = h.rows(ctx, h.DB, func(rows *sql.Rows) error {
		var r Run
		var made int64
		var differences, state string
		if err := rows.Scan(&r.Job, &r.Account, &r.Source, &made, &r.Upload, &r.File, &differences, &state); err != nil {
			return err
		}
		r.Made, r.Stopped = instant(made), state == Failed
		runs = append(runs, r)
		return json.Unmarshal([]byte(differences), &runs[len(runs)-1].Differences)
	}, "SELECT job, r.account, source, r.made, upload, file, differences, state FROM lms_runs r JOIN lms_jobs j ON j.id = r.job WHERE r."+where, args...)
	return runs, err
}

// Rerun lets a file be carried out once more after its job has failed, as after the release of a held source.
func (h *Host) Rerun(ctx context.Context, u Upload) (Upload, error) {
	if u.Job == "" {
		return u, nil
	}
	j, err := h.Job(ctx, u.Account, u.Job)
	if err != nil || j.State != Failed {
		return u, err
	}
	_, err = h.write(ctx, "UPDATE lms_uploads SET job = '' WHERE id = ? AND job = ?", u.ID, u.Job)
	u.Job = ""
	return u, err
}
