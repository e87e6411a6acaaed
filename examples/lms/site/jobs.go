package site

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/seatkeeper/seatkeeper/examples/lms/host"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// A jobView is the page of a job.
type jobView struct {
	host.Job
	Title string
	Lines []personResult
	Next  int64 // the line after which the next page begins; 0: none
	Undo  error // why it can't be undone; nil: it can
	By    string
	What  []string // what was chosen, in words
	Run   host.Run // of a sync
}

// Percent is the progress.
func (j jobView) Percent() int64 { return 100 * j.Done / max(j.Total, 1) }

// Same is the number of users who were as wanted already.
func (j jobView) Same() int64 { return j.Done - j.Passed - j.Refused }

func (v *visit) jobs() error {
	jobs, err := v.Jobs(v.r.Context(), v.account.ID, 50)
	if err != nil {
		return err
	}
	var list []jobView
	for _, j := range jobs {
		list = append(list, jobView{Job: j, Title: v.jobTitle(j)})
	}
	return v.show("jobs", "Jobs", list)
}

func (v *visit) jobTitle(j host.Job) string {
	switch j.Kind {
	case host.Bulk:
		a, _ := actionOf(j.Spec.Order.Action.String())
		return v.label(a)
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
	page := jobView{Job: j, Title: v.jobTitle(j)}
	if j.Kind == host.Sync && j.State != host.Running {
		if page.Run, err = v.RunOf(ctx, v.account.ID, j.ID); err != nil && !errors.Is(err, host.ErrNoJob) { // a run that has read nothing has none
			return err
		}
	}
	after, _ := strconv.ParseInt(v.r.URL.Query().Get("after"), 10, 64)
	lines, err := v.Lines(ctx, j.ID, after, linesPerPage)
	if err != nil {
		return err
	}
	for _, l := range lines {
		line := personResult{ID: string(l.User), Text: v.lineText(j, l)}
		if j.Kind == host.Import {
			line.Row = l.Line
			if l.Before.Status == users.NoStatus && l.After.Status == users.NoStatus { // no user came of the row
				line.ID = ""
			}
		}
		page.Lines = append(page.Lines, line)
	}
	if len(lines) == linesPerPage {
		page.Next = lines[len(lines)-1].Line
	}
	if err := v.named(page.Lines); err != nil {
		return err
	}
	for i := range page.Lines {
		if page.Lines[i].Name == deletedUser { // there is no page of them
			page.Lines[i].ID = ""
		}
	}
	if err := v.began(&page); err != nil {
		return err
	}
	return v.show("job", page.Title, page)
}

// began says who began a job, and what was chosen.
func (v *visit) began(page *jobView) error {
	o := page.Spec.Order
	names, err := v.names(slices.Values([]users.ID{page.Actor.User, o.Successor}))
	if err != nil {
		return err
	}
	switch page.Actor.Kind {
	case users.ActorSupport:
		page.By = "the vendor's support"
	case users.ActorUser:
		page.By = names[page.Actor.User]
	}
	add := func(label, text string) {
		if text != "" {
			page.What = append(page.What, label+text)
		}
	}
	add("", leaveText(o.Leave))
	if o.Action == users.ActionChangeRole {
		add("Role: ", o.Role.String())
	}
	add("Groups added: ", strings.Join(o.Add, ", "))
	add("Groups removed: ", strings.Join(o.Remove, ", "))
	if o.Location != nil {
		add("Location: ", *o.Location)
	}
	if o.Pool != "" {
		pool, err := v.Keeper.Pool(v.r.Context(), v.account.ID, o.Pool)
		if err != nil {
			return err
		}
		add("Course: ", nameOfPool(pool))
	}
	add("Due date: ", dateText(o.DueDate))
	add("Taken over by ", names[o.Successor])
	add("Reason: ", o.Reason)
	if page.Kind == host.Import {
		if upload, err := v.Upload(v.r.Context(), v.account.ID, page.Spec.Upload); err == nil { // it may be gone by now
			add("File: ", upload.Name)
		}
	}
	return nil
}

// lineText is the result for one user.
func (v *visit) lineText(j host.Job, l host.Line) string {
	switch {
	case !l.Settled:
		return "waits"
	case l.Refusal != nil:
		return "Not done: " + lower(v.words().Text(l.Refusal))
	case l.Unchanged:
		return "Was so already"
	case l.Wanting():
		return v.about("Added as inactive, since no seat is free")
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
	page := bulkView{Back: j.ID, Change: int(j.Passed)}
	for i := len(receipts) - 1; i >= 0; i-- {
		plan, err := v.Keeper.PreviewUndo(ctx, v.account.ID, v.actor, receipts[i])
		if err != nil {
			return err
		}
		for _, step := range plan.Steps {
			if refusal := step.Outcome.Refusal; refusal != nil {
				page.Change--
				v.stays(&page, step.Outcome.User, refusal)
			}
		}
		if page.NoChange() > seats.MaxRefusals || i < len(receipts)-10 {
			break // the job itself says the rest
		}
	}
	if err := v.nameRefused(page.Refused); err != nil {
		return err
	}
	return v.show("undo", "Undo: "+v.jobTitle(j), page)
}
