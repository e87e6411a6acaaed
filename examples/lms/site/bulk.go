package site

import (
	"errors"
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
	Planned bool // the numbers are there
	Before  seats.Usage
	After   seats.Usage
	Change  int // users
	Same    int // users who are so already
	Refused []refusedUsers
	Label   string
	Courses []seats.Pool
	Labels  labelLists
	Values  url.Values
	Fault   string
}

// A personResult is the result for one user, in words. Row is that of a file.
type personResult struct {
	ID, Name, Text string
	Row            int64
}

// refusedUsers are users who stay as they are, for one reason. More are those beyond the ones named.
type refusedUsers struct {
	Text   string
	Users  []personResult
	More   int
	Lacks  int64 // seats that are missing for all of them, or licenses of a course
	Course bool
}

// Count is the number of users.
func (r refusedUsers) Count() int { return len(r.Users) + r.More }

// NoChange is the number of users who stay as they are for a reason.
func (b bulkView) NoChange() (n int) {
	for _, r := range b.Refused {
		n += r.Count()
	}
	return n
}

// Numbers reports whether the action changes the numbers of the cards.
func (b bulkView) Numbers() bool { return !slices.Equal(b.Before.Cards, b.After.Cards) }

// stays adds a user who stays as they are.
func (v *visit) stays(page *bulkView, id users.ID, refusal *seats.Refusal) {
	text := sentence(v.words().Refusal(refusal)) // what helps one of them does not help all
	i := slices.IndexFunc(page.Refused, func(r refusedUsers) bool { return r.Text == text })
	if i < 0 {
		i, page.Refused = len(page.Refused), append(page.Refused, refusedUsers{Text: text, Course: refusal.Pool != seats.Site})
	}
	page.Refused[i].Users = append(page.Refused[i].Users, personResult{ID: string(id)})
	if refusal.Code == seats.ErrNoSeats {
		page.Refused[i].Lacks++
	}
}

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
	kind := action
	switch { // one page asks when, or what
	case action.Action == users.ActionDeactivate && v.r.PostFormValue("when") == "date":
		kind, _ = actionOf(users.ActionSchedule.String())
	case action.Action == users.ActionArchive && v.r.PostFormValue("scope") == "activity":
		kind = action
		kind.Action = users.ActionArchiveActivity
	}
	if !ok {
		v.warn("Choose an action first.")
		v.back("/users")
		return nil
	}
	ids, err := v.chosen()
	if err != nil {
		return err
	}
	if len(ids) == 0 {
		v.warn("Tick the users first, or choose all that match.")
		v.back("/users")
		return nil
	}
	page := bulkView{Action: action, Which: v.r.PostFormValue("which"), Back: v.r.PostFormValue("back"), Count: len(ids), Values: v.r.PostForm, Label: v.label(action),
		Labels: v.labels.of(v.Site, v.account)}
	if page.Which != "all" {
		page.Ticked, page.Which = ids, "ticked"
	}
	if page.Order, page.Fault, err = v.orderOf(kind, v.r.PostForm); err != nil {
		return err
	}
	if kind.Action == users.ActionDeactivate && page.Order.Leave.Date != "" {
		page.Fault = "There is a day: choose on a date, or leave the day empty."
	}
	if kind.Action == users.ActionSchedule && page.Order.Successor != "" {
		page.Fault = "The work of a user is handed over on the day itself. Leave the field of the user who takes over empty."
	}
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
	return v.show("bulk", page.Label, page)
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
func (v *visit) orderOf(a action, form url.Values) (o host.Order, fault string, err error) {
	o = host.Order{Action: a.Action, Reason: strings.TrimSpace(form.Get("reason")),
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
	if address := strings.TrimSpace(form.Get("successor")); address != "" {
		person, err := v.Keeper.Find(v.r.Context(), v.account.ID, users.ByEmail(address))
		if refusal, is := errors.AsType[*seats.Refusal](err); is {
			return o, "The user who takes over: " + v.words().Text(refusal) + ".", nil
		}
		if err != nil {
			return o, "", err
		}
		o.Successor = person.ID
	}
	return o, fault, nil
}

// preview decides the action as of now.
func (v *visit) preview(page *bulkView, ids []users.ID) error {
	if page.Fault != "" {
		return nil
	}
	page.Planned = true
	if len(ids) > seats.MaxCommands {
		large, err := v.Keeper.PreviewAll(v.r.Context(), v.account.ID, v.actor, func(yield func(seats.Command, error) bool) {
			for _, id := range ids {
				if !yield(page.Order.Command(id), nil) {
					return
				}
			}
		})
		page.Before, page.After, page.Change, page.Same = large.Before, large.After, large.Totals.Fit, large.Totals.Unchanged
		for _, o := range large.Totals.Refusals {
			v.stays(page, o.User, o.Refusal)
		}
		if more := large.Totals.Refused - page.NoChange(); more > 0 {
			page.Refused = append(page.Refused, refusedUsers{Text: "The result of the action says why", More: more})
		}
		return joined(err, v.nameRefused(page.Refused))
	}
	var commands []seats.Command
	for _, id := range ids {
		commands = append(commands, page.Order.Command(id))
	}
	plan, err := v.Keeper.Preview(v.r.Context(), v.account.ID, v.actor, commands...)
	page.Before, page.After = plan.Before, plan.After
	for i, step := range plan.Steps {
		switch {
		case step.Outcome.Refusal != nil:
			v.stays(page, ids[i], step.Outcome.Refusal)
		case step.Outcome.Unchanged:
			page.Same++
		default:
			page.Change++
		}
	}
	return joined(err, v.nameRefused(page.Refused))
}

// nameRefused fills in the names of users who stay as they are.
func (v *visit) nameRefused(list []refusedUsers) error {
	for _, r := range list {
		if err := v.named(r.Users); err != nil {
			return err
		}
	}
	return nil
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

// deletedUser stands for the name of a user who is gone.
const deletedUser = "a deleted user"

// names returns the names of users by ID, deleted ones included, for events and results.
func (v *visit) names(ids func(func(users.ID) bool)) (map[users.ID]string, error) {
	names := map[users.ID]string{}
	var list []users.ID
	for id := range ids {
		if _, known := names[id]; !known && id != "" {
			names[id] = deletedUser
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
