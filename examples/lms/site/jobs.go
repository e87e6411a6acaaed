package site

import (
	"fmt"
	"strconv"

	"github.com/seatkeeper/seatkeeper/examples/lms/host"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// A jobView is the page of a job.
type jobView struct {
	host.Job
	Title   string
	Lines   []personResult
	Next    int64 // the line after which the next page begins; 0: none
	Undo    error // why it can't be undone; nil: it can
	Undoing *seats.Plan
}

// Percent is the progress.
func (j jobView) Percent() int64 { return 100 * j.Done / max(j.Total, 1) }

func (v *visit) jobs() error {
	jobs, err := v.Jobs(v.r.Context(), v.account.ID, 50)
	if err != nil {
		return err
	}
	var list []jobView
	for _, j := range jobs {
		list = append(list, jobView{Job: j, Title: jobTitle(j)})
	}
	return v.show("jobs", "Jobs", list)
}

func jobTitle(j host.Job) string {
	switch j.Kind {
	case host.Bulk:
		a, _ := actionOf(j.Spec.Order.Action.String())
		return a.Label
	case host.Undo:
		return "Undo"
	case host.Sync:
		return "Sync by a file"
	}
	return "Import of a file"
}

const linesPerPage = 100

func (v *visit) job() error {
	ctx := v.r.Context()
	j, err := v.Job(ctx, v.account.ID, v.r.PathValue("job"))
	if err != nil {
		return err
	}
	page := jobView{Job: j, Title: jobTitle(j)}
	after, _ := strconv.ParseInt(v.r.URL.Query().Get("after"), 10, 64)
	lines, err := v.Lines(ctx, j.ID, after, linesPerPage)
	if err != nil {
		return err
	}
	for _, l := range lines {
		page.Lines = append(page.Lines, personResult{ID: string(l.User), Text: v.lineText(j, l)})
	}
	if len(lines) == linesPerPage {
		page.Next = lines[len(lines)-1].Line
	}
	if err := v.named(page.Lines); err != nil {
		return err
	}
	return v.show("job", page.Title, page)
}

// lineText is the result for one user.
func (v *visit) lineText(j host.Job, l host.Line) string {
	if j.Kind == host.Import {
		return fmt.Sprintf("Row %d: %s", l.Line, v.lineText(host.Job{}, l))
	}
	switch {
	case !l.Settled:
		return "waits"
	case l.Refusal != nil:
		return "Not done: " + forAdmins.Text(l.Refusal)
	case l.Unchanged:
		return "Nothing had to change"
	case l.Wanting():
		return "All seats are taken: here, and inactive"
	case l.After.Status == users.Deleted:
		return "Done: deleted"
	case l.Before.Status != l.After.Status:
		return "Done: " + v.account.Policy.Shows(l.After.Status).String()
	}
	return "Done"
}

// undo shows what of a job can be put back, and puts it back once that is confirmed.
func (v *visit) undo() error {
	ctx := v.r.Context()
	j, err := v.Job(ctx, v.account.ID, v.r.PathValue("job"))
	if err != nil {
		return err
	}
	if v.r.PostFormValue("sure") != "" {
		return v.start(host.Job{Kind: host.Undo, Spec: host.Spec{Of: j.ID}, Total: j.Passed}, nil)
	}
	receipts, err := v.Receipts(ctx, j.ID)
	if err != nil {
		return err
	}
	page := bulkView{Back: j.ID, Count: int(j.Passed)}
	for i := len(receipts) - 1; i >= 0; i-- {
		plan, err := v.Keeper.PreviewUndo(ctx, v.account.ID, v.actor, receipts[i])
		if err != nil {
			return err
		}
		for _, step := range plan.Steps {
			if refusal := step.Outcome.Refusal; refusal != nil {
				page.Count--
				page.Refused = append(page.Refused, personResult{ID: string(step.Outcome.User), Text: forAdmins.Text(refusal)})
			}
		}
		if len(page.Refused) > seats.MaxRefusals || i < len(receipts)-10 {
			break // the job itself says the rest
		}
	}
	if err := v.named(page.Refused); err != nil {
		return err
	}
	return v.show("undo", fmt.Sprintf("Undo: %s", jobTitle(j)), page)
}
