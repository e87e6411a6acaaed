package host

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// The kinds of job.
const (
	Bulk   = "bulk"   // one action on many users
	Undo   = "undo"   // the way back of another job
	Import = "import" // a roster file
	Sync   = "sync"   // a complete roster of a source
)

// The states of a job.
const (
	Running = "running"
	Done    = "done"
	Failed  = "failed"
)

// A Job is work that goes on when its page is left, and after the process has ended in the middle.
type Job struct {
	ID      string
	Account users.AccountID
	Made    time.Time
	Kind    string
	Actor   users.Actor
	Spec    Spec
	State   string
	Total   int64 // users, or rows of a file
	Done    int64
	Passed  int64 // with an effect
	Refused int64
	Note    string // why it failed, or a summary
}

// A Spec is what a job is to do.
type Spec struct {
	Order  Order  `json:"order,omitzero"`  // of Bulk
	Of     string `json:"of,omitzero"`     // the job that an Undo puts back
	Upload string `json:"upload,omitzero"` // of Import and Sync
	Plan   string `json:"plan,omitzero"`   // of Sync: the digest of the differences that were agreed to
}

// A Line is the result for one user of a job.
type Line struct {
	Line    int64
	User    users.ID
	Settled bool
	seats.Outcome
}

const (
	jobColumns = "id, account, made, kind, actor, spec, state, total, done, passed, refused, note"
	perCommit  = 100 // users of a job in one transaction
	lease      = 10 * time.Second
)

// A runner carries out jobs, one goroutine for each.
type runner struct {
	wake chan struct{}
	once sync.Once
}

func (r *runner) bell() chan struct{} {
	r.once.Do(func() { r.wake = make(chan struct{}, 1) })
	return r.wake
}

// ErrNoJob is the error for an unknown job, and ErrBegun that for a second import of an upload.
var (
	ErrNoJob = errors.New("there is no such job")
	ErrBegun = errors.New("the import has begun")
)

// Job returns a job of an account.
func (h *Host) Job(ctx context.Context, account users.AccountID, id string) (Job, error) {
	jobs, err := h.jobsWhere(ctx, "id = ? AND account = ?", id, account)
	if err != nil {
		return Job{}, err
	}
	if len(jobs) == 0 {
		return Job{}, ErrNoJob
	}
	return jobs[0], nil
}

// Jobs lists the jobs of an account, the newest first.
func (h *Host) Jobs(ctx context.Context, account users.AccountID, limit int) ([]Job, error) {
	return h.jobsWhere(ctx, fmt.Sprintf("account = ? ORDER BY made DESC LIMIT %d", limit), account)
}

func (h *Host) jobsWhere(ctx context.Context, where string, args ...any) (jobs []Job, err error) {
	err = h.rows(ctx, h.DB, func(rows *sql.Rows) error {
		var j Job
		var made int64
		var actor, spec string
		if err := rows.Scan(&j.ID, &j.Account, &made, &j.Kind, &actor, &spec, &j.State, &j.Total, &j.Done, &j.Passed, &j.Refused, &j.Note); err != nil {
			return err
		}
		j.Made = instant(made)
		jobs = append(jobs, j)
		return errors.Join(users.ReadJSON([]byte(actor), &jobs[len(jobs)-1].Actor), json.Unmarshal([]byte(spec), &jobs[len(jobs)-1].Spec))
	}, "SELECT "+jobColumns+" FROM lms_jobs WHERE "+where, args...)
	return jobs, err
}

// Lines lists the results of a job after a line, at most limit.
func (h *Host) Lines(ctx context.Context, job string, after int64, limit int) (lines []Line, err error) {
	err = h.rows(ctx, h.DB, func(rows *sql.Rows) error {
		var l Line
		var outcome string
		if err := rows.Scan(&l.Line, &l.User, &outcome); err != nil {
			return err
		}
		if l.Settled = outcome != ""; l.Settled {
			if err := json.Unmarshal([]byte(outcome), &l.Outcome); err != nil {
				return err
			}
		}
		lines = append(lines, l)
		return nil
	}, fmt.Sprintf("SELECT line, user_id, outcome FROM lms_lines WHERE job = ? AND line > ? ORDER BY line LIMIT %d", limit), job, after)
	return lines, err
}

// StartJob writes a job with the users that it is about, and has it carried out.
func (h *Host) StartJob(ctx context.Context, j Job, ids []users.ID) (Job, error) {
	j.ID, j.Made, j.State = rand.Text(), h.Now(), Running
	if len(ids) > 0 {
		j.Total = int64(len(ids))
	}
	actor, err := json.Marshal(j.Actor)
	if err != nil {
		return j, err
	}
	spec, err := json.Marshal(j.Spec)
	if err != nil {
		return j, err
	}
	err = h.Store.InTx(ctx, func(tx *sql.Tx, _ store.Bound) error {
		_, err := h.exec(ctx, tx, "INSERT INTO lms_jobs ("+jobColumns+", beat) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, 0, 0, '', 0)",
			j.ID, j.Account, micros(j.Made), j.Kind, string(actor), string(spec), j.State, j.Total)
		if err == nil && j.Spec.Upload != "" { // a second click finds the first one's job
			var n int64
			n, err = h.exec(ctx, tx, "UPDATE lms_uploads SET job = ? WHERE id = ? AND job = ''", j.ID, j.Spec.Upload)
			if err == nil && n == 0 {
				err = ErrBegun
			}
		}
		for i, id := range ids {
			if err != nil {
				return err
			}
			_, err = h.exec(ctx, tx, "INSERT INTO lms_lines (job, line, user_id, outcome) VALUES (?, ?, ?, '')", j.ID, i+1, id)
		}
		return err
	})
	if err == nil {
		h.ringJobs()
	}
	return j, err
}

func (h *Host) ringJobs() {
	select {
	case h.jobs.bell() <- struct{}{}:
	default:
	}
}

// RunJobs carries out jobs until the context ends, also those whose process has ended in the middle. Any number of
// processes may run them: each job has a lease.
func (h *Host) RunJobs(ctx context.Context) {
	var work sync.WaitGroup
	defer work.Wait()
	for ctx.Err() == nil {
		jobs, err := h.jobsWhere(ctx, "state = ? AND beat < ?", Running, micros(time.Now().Add(-lease)))
		h.Failed(ctx, "jobs", err)
		for _, j := range jobs {
			n, err := h.write(ctx, "UPDATE lms_jobs SET beat = ? WHERE id = ? AND state = ? AND beat < ?",
				micros(time.Now()), j.ID, Running, micros(time.Now().Add(-lease)))
			h.Failed(ctx, "job", err)
			if n == 1 {
				work.Go(func() { h.runJob(ctx, j) })
			}
		}
		select {
		case <-h.jobs.bell():
		case <-time.After(time.Second):
		case <-ctx.Done():
		}
	}
}

// runJob carries out one job. The end of the process leaves it to the next one.
func (h *Host) runJob(ctx context.Context, j Job) {
	err := map[string]func(context.Context, Job) error{Bulk: h.runBulk, Undo: h.runUndo, Import: h.runImport, Sync: h.runSync}[j.Kind](ctx, j)
	state, note := Done, ""
	var refusal *seats.Refusal
	switch {
	case ctx.Err() != nil:
		_, err = h.write(context.WithoutCancel(ctx), "UPDATE lms_jobs SET beat = 0 WHERE id = ?", j.ID)
		h.Failed(ctx, "job", err)
		return
	case errors.As(err, &refusal):
		state, note = Failed, seats.English().Text(err)
	case err != nil:
		state, note = Failed, "It was stopped by a fault of the server, which is in its log."
		h.Failed(ctx, "job", err)
	}
	_, err = h.write(ctx, "UPDATE lms_jobs SET state = ?, note = ? WHERE id = ?", state, note, j.ID)
	h.Failed(ctx, "job", err)
}

// Failed logs an error, if there is one. Those of the library are free of names and addresses.
func (h *Host) Failed(ctx context.Context, what string, err error) {
	if err != nil && ctx.Err() == nil {
		h.Log.ErrorContext(ctx, what, "err", err)
	}
}
