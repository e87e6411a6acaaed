package site

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/seatkeeper/seatkeeper/examples/lms/host"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// A bulkView asks for the values of a bulk action, and shows what it would do.
type bulkView struct {
	Action  action
	Order   host.Order
	Which   string
	Ticked  []users.ID
	Back    string
	Count   int
	Changed bool // another number of users matches by now
	Plan    *seats.Plan
	Large   *seats.LargePlan
	Refused []personResult
	Courses []seats.Pool
	Labels  labelLists
	Values  url.Values
	Fault   string
}

// A personResult is the result for one user, in words.
type personResult struct{ ID, Name, Text string }

// chosen returns the users of a bulk action: those ticked, those of the page, or all that match the filter of the list.
func (v *visit) chosen() (ids []users.ID, err error) {
	if v.r.PostFormValue("which") != "all" {
		key := "user"
		if v.r.PostFormValue("which") == "shown" {
			key = "shown"
		}
		for _, id := range v.r.PostForm[key] {
			ids = append(ids, users.ID(id))
		}
		return ids, nil
	}
	from, err := url.Parse(v.r.PostFormValue("back"))
	if err != nil {
		return nil, err
	}
	filter, err := filterOf(from.Query())
	if err != nil {
		return nil, err
	}
	filter.Order, filter.Backward = users.OrderID, false
	for p, err := range v.Keeper.Users(v.r.Context(), v.account.ID, filter) {
		if err != nil {
			return nil, err
		}
		ids = append(ids, p.ID)
	}
	return ids, nil
}

// bulk asks for the values of an action and shows what it would do. Once that is confirmed, it is a job.
func (v *visit) bulk() error {
	action, ok := actionOf(v.r.PostFormValue("action"))
	if !ok {
		v.note("Choose an action first.")
		v.back("/users")
		return nil
	}
	ids, err := v.chosen()
	if err != nil {
		return err
	}
	if len(ids) == 0 {
		v.note("Tick the users first, or choose all that match.")
		v.back("/users")
		return nil
	}
	page := bulkView{Action: action, Which: v.r.PostFormValue("which"), Back: v.r.PostFormValue("back"), Count: len(ids), Values: v.r.PostForm,
		Labels: v.labels.of(v.Site, v.account)}
	if page.Which != "all" {
		page.Ticked, page.Which = ids, "ticked"
	}
	page.Order, page.Fault = orderOf(action, v.r.PostForm)
	page.Changed = v.r.PostFormValue("count") != "" && v.r.PostFormValue("count") != strconv.Itoa(len(ids))
	if v.r.PostFormValue("sure") != "" && page.Fault == "" && !page.Changed {
		return v.start(host.Job{Kind: host.Bulk, Spec: host.Spec{Order: page.Order}}, ids)
	}
	if err := v.preview(&page, ids); err != nil {
		return err
	}
	if slices.Contains(action.Fields, "course") {
		for pool, err := range v.Keeper.Pools(v.r.Context(), v.account.ID) {
			if err != nil {
				return err
			}
			if pool.ID != seats.Site && !pool.IsCode() {
				page.Courses = append(page.Courses, pool)
			}
		}
	}
	return v.show("bulk", action.Label, page)
}

// start begins a job, and shows its page: with the result, if it is done in a moment.
func (v *visit) start(j host.Job, ids []users.ID) error {
	j.Account, j.Actor = v.account.ID, v.actor
	j, err := v.StartJob(v.r.Context(), j, ids)
	if err != nil {
		return err
	}
	for range 20 {
		time.Sleep(25 * time.Millisecond)
		if now, err := v.Job(v.r.Context(), v.account.ID, j.ID); err != nil || now.State != host.Running {
			break
		}
	}
	v.redirect("/jobs/" + j.ID)
	return nil
}

// orderOf reads the values of an action. The fault is what is missing.
func orderOf(a action, form url.Values) (o host.Order, fault string) {
	o = host.Order{Action: a.Action, Reason: strings.TrimSpace(form.Get("reason")), Successor: users.ID(form.Get("successor")),
		Pool: seats.PoolID(form.Get("course")), DueDate: users.Date(form.Get("due"))}
	groups := func(key string) (list []string) {
		for g := range strings.SplitSeq(form.Get(key), ";") {
			if g = strings.TrimSpace(g); g != "" {
				list = append(list, g)
			}
		}
		return list
	}
	o.Add, o.Remove = groups("add"), groups("remove")
	if location := strings.TrimSpace(form.Get("location")); location != "" {
		o.Location = &location
	}
	o.Role, _ = users.Parse[users.Role](form.Get("role"))
	if day := users.Date(form.Get("leave")); day != "" {
		o.Leave = users.Leave{Date: day}
		o.Leave.As, _ = users.Parse[users.LeaveDay](form.Get("leave-as"))
	}
	need := func(field, text string, missing bool) {
		if slices.Contains(a.Fields, field) && missing {
			fault = text
		}
	}
	need("leave", "Choose a day.", o.Leave.Date == "")
	need("course", "Choose a course.", o.Pool == "")
	need("role", "Choose a role.", form.Get("role") == "")
	need("groups", "Give a group to add or to remove, or a location.", len(o.Add)+len(o.Remove) == 0 && o.Location == nil)
	return o, fault
}

// preview decides the action as of now.
func (v *visit) preview(page *bulkView, ids []users.ID) error {
	if page.Fault != "" {
		return nil
	}
	if len(ids) > seats.MaxCommands {
		large, err := v.Keeper.PreviewAll(v.r.Context(), v.account.ID, v.actor, func(yield func(seats.Command, error) bool) {
			for _, id := range ids {
				if !yield(page.Order.Command(id), nil) {
					return
				}
			}
		})
		page.Large = &large
		for _, o := range large.Totals.Refusals {
			page.Refused = append(page.Refused, personResult{ID: string(o.User), Text: forAdmins.Text(o.Refusal)})
		}
		return joined(err, v.named(page.Refused))
	}
	var commands []seats.Command
	for _, id := range ids {
		commands = append(commands, page.Order.Command(id))
	}
	plan, err := v.Keeper.Preview(v.r.Context(), v.account.ID, v.actor, commands...)
	page.Plan = &plan
	for i, step := range plan.Steps {
		if step.Outcome.Refusal != nil {
			page.Refused = append(page.Refused, personResult{ID: string(ids[i]), Text: forAdmins.Text(step.Outcome.Refusal)})
		}
	}
	return joined(err, v.named(page.Refused))
}

func joined(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// named fills in the names of users.
func (v *visit) named(results []personResult) error {
	names, err := v.names(func(yield func(users.ID) bool) {
		for _, r := range results {
			if !yield(users.ID(r.ID)) {
				return
			}
		}
	})
	for i := range results {
		results[i].Name = names[users.ID(results[i].ID)]
	}
	return err
}

// names returns the names of users by ID, deleted ones included, for events and results.
func (v *visit) names(ids func(func(users.ID) bool)) (map[users.ID]string, error) {
	names := map[users.ID]string{}
	var list []users.ID
	for id := range ids {
		if _, known := names[id]; !known && id != "" {
			names[id] = "a deleted user"
			list = append(list, id)
		}
	}
	for chunk := range slices.Chunk(list, 200) {
		for p, err := range v.Keeper.Users(v.r.Context(), v.account.ID, users.Filter{IDs: chunk}) {
			if err != nil {
				return nil, err
			}
			names[p.ID] = nameOf(p.Profile)
		}
	}
	return names, nil
}

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
