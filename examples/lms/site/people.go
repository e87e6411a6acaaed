package site

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/seatkeeper/seatkeeper/examples/lms/host"
	"github.com/seatkeeper/seatkeeper/httpstatus"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// pageSize is the number of users on a page.
const pageSize = 25

// A peopleView is the users page.
type peopleView struct {
	Asked    url.Values
	Usage    seats.Usage
	Narrowed bool // by a filter
	Counted  bool // the cards count the users of the filter; otherwise they are counted after the list is there
	Count    int64
	Rows     []personRow
	Statuses []users.Status
	Roles    []users.Role
	Sources  []option
	Labels   labelLists
	Offered  []action // in bulk
	Previous string
	Next     string
	More     bool // a filter beyond search and status is set
}

// A personRow is a user with the actions that would pass.
type personRow struct {
	seats.Person
	Seen    time.Time
	Source  string
	Buttons []button
}

// A button is an action on a user, good as long as the user is as the page shows them.
type button struct{ Label, Value string }

// An option is a choice of a select.
type option struct{ Value, Label string }

// An action is offered in rows and in bulk. The library says which users it would pass for.
type action struct {
	users.Action
	Label  string
	Row    bool     // a button of a row; the others have values to ask for
	Fields []string // values that the page before it asks for
}

// actions are in the order of the screen.
var actions = []action{
	{users.ActionApprove, "Approve", true, nil},
	{users.ActionNotify, "Notify", true, nil},
	{users.ActionReactivate, "Make active", true, nil},
	{users.ActionConfirmLeave, "Confirm leave", true, nil},
	{users.ActionDeactivate, "Make inactive", true, []string{"reason", "successor"}},
	{users.ActionSchedule, "Make inactive on a date", false, []string{"leave"}},
	{users.ActionUnschedule, "Cancel the date", false, nil},
	{users.ActionArchive, "Archive", true, []string{"reason", "successor"}},
	{users.ActionRestore, "Restore", true, nil},
	{users.ActionDelete, "Delete", true, []string{"reason", "successor"}},
	{users.ActionChangeRole, "Change role", false, []string{"role"}},
	{users.ActionEdit, "Change groups or location", false, []string{"groups", "location"}},
	{users.ActionAssignCourse, "Assign a course", false, []string{"course", "due"}},
	{users.ActionUnassignCourse, "Take a course back", false, []string{"course"}},
	{users.ActionArchiveActivity, "Archive course activity", false, []string{"course"}},
}

func actionOf(name string) (action, bool) {
	i := slices.IndexFunc(actions, func(a action) bool { return a.String() == name })
	if i < 0 {
		return action{}, false
	}
	return actions[i], true
}

// people is the users page: cards, filters and a page of the list.
func (v *visit) people() error {
	ctx, asked := v.r.Context(), v.r.URL.Query()
	filter, err := filterOf(asked)
	if err != nil {
		return err
	}
	cursor, err := users.Parse[users.Cursor](asked.Get("cursor"))
	if err != nil || cursor.Order != filter.Order {
		cursor = users.Cursor{}
	}
	page := peopleView{Asked: asked, Narrowed: narrows(filter), Labels: v.labels.of(v.Site, v.account), Roles: users.Roles()}
	// The account knows the numbers of some filters; for the others all users are counted, which takes a moment.
	if _, page.Counted = v.account.Tally.Part(v.account.Policy.StoredFilter(filter)); page.Counted {
		page.Usage, err = v.Keeper.UsageOf(ctx, v.account.ID, filter)
	} else {
		page.Usage, err = v.Keeper.Usage(ctx, v.account.ID)
	}
	if err != nil {
		return err
	}
	page.Count = page.Usage.People.Count(0, 0)
	list, err := v.Keeper.Page(ctx, v.account.ID, filter, cursor, pageSize)
	if err != nil {
		return err
	}
	allowed, err := v.Keeper.Allowed(ctx, v.account.ID, v.actor, list.IDs()...)
	if err != nil {
		return err
	}
	seen, err := v.Keeper.LastSeen(ctx, v.account.ID, list.IDs()...)
	if err != nil {
		return err
	}
	offered := users.In(users.ActionAssignCourse, users.ActionUnassignCourse) // those of courses are asked for one by one
	for i, p := range list.Users {
		offered |= allowed[i].Actions
		page.Rows = append(page.Rows, personRow{p, seen[i], sourceText(p.Source), buttonsOf(p, allowed[i])})
	}
	for _, a := range actions {
		if offered.Has(a.Action) {
			page.Offered = append(page.Offered, a)
		}
	}
	for _, s := range users.Statuses() {
		if s != users.Deleted && v.account.Policy.Shows(s) == s {
			page.Statuses = append(page.Statuses, s)
		}
	}
	page.Sources = sourceOptions(v.account)
	page.Previous, page.Next = pageURL(asked, list.Previous), pageURL(asked, list.Next)
	page.More = asked.Get("role")+asked.Get("locations")+asked.Get("groups")+asked.Get("sources")+asked.Get("activity")+asked.Get("order") != ""
	return v.show("people", "Users", page)
}

// counted are the cards of a filter that the account does not know the numbers of.
func (v *visit) counted() error {
	filter, err := filterOf(v.r.URL.Query())
	if err != nil {
		return err
	}
	usage, err := v.Keeper.UsageOf(v.r.Context(), v.account.ID, filter)
	if err != nil {
		return err
	}
	page := peopleView{Usage: usage, Narrowed: true, Counted: true, Count: usage.People.Count(0, 0)}
	return v.showPart("people", "counted", "", page)
}

func sourceOptions(a seats.Account) []option {
	options := []option{{"manual", "By hand"}, {"import", "File"}}
	for s := range a.Sources.All() {
		options = append(options, option{"sync:" + s.Name, "Sync " + s.Name})
	}
	return options
}

// buttonsOf are the buttons of a row: the actions that would pass and change something.
func buttonsOf(p seats.Person, allowed seats.Allowed) (buttons []button) {
	for _, a := range actions {
		if !a.Row || !allowed.Actions.Has(a.Action) {
			continue
		}
		label := a.Label
		if a.Action == users.ActionDelete && p.Status == users.Invited {
			label = "Take back" // the invitation
		}
		value := strings.Join([]string{a.String(), p.Status.String(), strconv.FormatInt(p.NotificationCount, 10), string(p.ID)}, " ")
		buttons = append(buttons, button{label, value})
	}
	return buttons
}

// pressed reads the value of a button: the action, on condition that the user is as the page showed them.
func pressed(value string) (host.Order, users.ID, error) {
	parts := strings.SplitN(value, " ", 4)
	if len(parts) < 4 {
		return host.Order{}, "", errNoPage
	}
	a, ok := actionOf(parts[0])
	status, err := users.Parse[users.Status](parts[1])
	number, bad := strconv.ParseInt(parts[2], 10, 64)
	if !ok || err != nil || bad != nil {
		return host.Order{}, "", errNoPage
	}
	return host.Order{Action: a.Action, If: users.In(status), Number: number}, users.ID(parts[3]), nil
}

// act carries out the button of a row.
func (v *visit) act() error {
	order, id, err := pressed(v.r.PostFormValue("do"))
	if err != nil {
		return err
	}
	if final.Has(order.Action) && v.r.PostFormValue("sure") == "" {
		return v.ask(order, id)
	}
	result, err := v.do(order.Command(id))
	if err != nil {
		if v.r.PostFormValue("back") == "/users/"+string(id) {
			v.r.SetPathValue("user", string(id))
			return v.again(err, (*visit).personPage)
		}
		return v.again(err, (*visit).people)
	}
	if person, err := v.Keeper.User(v.r.Context(), v.account.ID, id); err == nil {
		v.note(resultText(nameOf(person.Profile), result.Outcomes[0], person))
	}
	v.back("/users")
	return nil
}

// final are the actions that are asked for once more, since no button takes them back.
var final = users.In(users.ActionDelete)

// ask asks before an action that is final.
func (v *visit) ask(order host.Order, id users.ID) error {
	person, err := v.Keeper.User(v.r.Context(), v.account.ID, id)
	if err != nil {
		return err
	}
	return v.show("ask", "Delete "+nameOf(person.Profile)+"?", map[string]any{
		"Person": person, "Do": v.r.PostFormValue("do"), "Back": v.r.PostFormValue("back"), "Why": v.Keeper.May(v.r.Context(), v.account.ID, v.actor, order.Command(id)),
	})
}

// resultText says what became of a user.
func resultText(name string, o seats.Outcome, p seats.Person) string {
	switch {
	case o.Unchanged:
		return name + ": nothing had to change."
	case o.After.Status == users.Deleted:
		return "The user is deleted now."
	case o.Action == users.ActionNotify:
		return name + ": the message goes out again, number " + strconv.FormatInt(p.NotificationCount, 10) + "."
	case o.Before.Status != o.After.Status:
		return name + " is " + p.Shown.String() + " now."
	}
	return name + ": done."
}

// again shows the page that a refused form came from, with the reason and its status.
func (v *visit) again(err error, page func(*visit) error) error {
	text := v.words().Text(err)
	if text == "" {
		return err
	}
	v.status = httpstatus.Of(err)
	v.alert = text
	if from, bad := url.Parse(v.r.PostFormValue("back")); bad == nil && from.Path != "" {
		here := *v.r.URL
		here.Path, here.RawQuery = from.Path, from.RawQuery
		v.r.URL = &here
	}
	return page(v)
}

// why says why actions on a user would not pass, and what would help.
func (v *visit) why() error {
	person, err := v.user()
	if err != nil {
		return err
	}
	allowed, err := v.Keeper.Allowed(v.r.Context(), v.account.ID, v.actor, person.ID)
	if err != nil {
		return err
	}
	type reason struct{ Labels, Text string }
	var reasons []reason // actions with one reason stand together
	for _, a := range actions {
		refusal := allowed[0].Refusal(a.Action)
		if refusal == nil {
			continue
		}
		text := forAdmins.Text(refusal)
		if i := slices.IndexFunc(reasons, func(r reason) bool { return r.Text == text }); i >= 0 {
			reasons[i].Labels += ", " + a.Label
		} else {
			reasons = append(reasons, reason{a.Label, text})
		}
	}
	data := map[string]any{"Person": person, "Reasons": reasons}
	if v.partial() {
		return v.showPart("why", "main", "", data)
	}
	return v.show("why", "Why not?", data)
}
