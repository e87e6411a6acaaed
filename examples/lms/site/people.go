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
	Why     bool // another action would not pass, and the page can say why
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
	{users.ActionDeactivate, "Make inactive", true, []string{"when", "reason", "successor"}},
	{users.ActionSchedule, "Make inactive on a date", false, []string{"leave"}},
	{users.ActionUnschedule, "Cancel the date", false, nil},
	{users.ActionArchive, "Archive", true, []string{"scope", "reason", "successor"}},
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
		page.Rows = append(page.Rows, personRow{p, seen[i], sourceText(p.Source), v.buttonsOf(p, allowed[i]), len(v.reasons(p, allowed[i])) > 0})
	}
	if offered.Has(users.ActionDeactivate) { // its page asks when
		offered &^= users.In(users.ActionSchedule)
	}
	for _, a := range actions {
		if offered.Has(a.Action) {
			page.Offered = append(page.Offered, a)
		}
	}
	for _, s := range users.Statuses() {
		if s == users.Archived && v.account.Tally.Count(users.In(s), 0) == 0 && v.account.Policy.Withheld.Has(users.ActionArchive) {
			continue // the product has no archive
		}
		if s != users.Deleted && v.account.Policy.Shows(s) == s {
			page.Statuses = append(page.Statuses, s)
		}
	}
	page.Sources = sourceOptions(v.account)
	page.Previous, page.Next = pageURL(asked, list.Previous), pageURL(asked, list.Next)
	page.More = asked.Get("role")+asked.Get("locations")+asked.Get("groups")+asked.Get("sources")+asked.Get("activity")+asked.Get("order") != ""
	return v.show("people", "Users", page)
}

// ByStatus counts the users by status, in words: the cards of a product need not have all of them.
func (p peopleView) ByStatus() string {
	var counts []string
	for _, s := range users.Statuses() {
		if n := p.Usage.People.Count(users.In(s), 0); n > 0 && s != users.Deleted {
			counts = append(counts, digits(n)+" "+s.String())
		}
	}
	return strings.Join(counts, ", ")
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
func (v *visit) buttonsOf(p seats.Person, allowed seats.Allowed) (buttons []button) {
	for _, a := range actions {
		if !a.Row || !allowed.Actions.Has(a.Action) {
			continue
		}
		buttons = append(buttons, button{v.labelOf(a, p.User), buttonValue(a.Action, p)})
	}
	return buttons
}

// buttonValue is the value of a button: the action, on condition that the user is as the page shows them.
func buttonValue(a users.Action, p seats.Person) string {
	return strings.Join([]string{a.String(), p.Status.String(), strconv.FormatInt(p.NotificationCount, 10), string(p.ID)}, " ")
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
	if asking.Has(order.Action) && v.r.PostFormValue("sure") == "" {
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
		v.note(doneText(nameOf(person.Profile), result.Outcomes[0], person))
	}
	v.back("/users")
	return nil
}

// asking are the actions that are asked for once more: no button takes a deletion back, and the training alone can be archived.
var asking = users.In(users.ActionDelete, users.ActionArchive)

// An askView asks before an action.
type askView struct {
	Person   seats.Person
	Holds    bool // a seat
	Do, Back string
	Label    string
	Why      error
	Archives bool
	Activity string // the button that archives the course activity alone; empty: there is none
	Started  int64  // courses that were opened: their licenses are used
	Unused   int64  // licenses that come back
}

// ask asks before an action.
func (v *visit) ask(order host.Order, id users.ID) error {
	ctx := v.r.Context()
	explanation, err := v.Keeper.Explain(ctx, v.account.ID, id)
	if err != nil {
		return err
	}
	a, _ := actionOf(order.Action.String())
	page := askView{Person: explanation.Person, Holds: explanation.Holds, Do: v.r.PostFormValue("do"), Back: v.r.PostFormValue("back"), Label: v.label(a),
		Why: v.Keeper.May(ctx, v.account.ID, v.actor, order.Command(id)), Archives: order.Action == users.ActionArchive}
	for _, l := range explanation.Licences {
		switch l.State {
		case users.LicenceStarted:
			page.Started++
		case users.LicenceAssigned:
			page.Unused++
		}
	}
	if page.Archives && page.Started+page.Unused > 0 && v.Keeper.May(ctx, v.account.ID, v.actor, seats.ArchiveActivity{User: id}) == nil {
		page.Activity = buttonValue(users.ActionArchiveActivity, page.Person)
	}
	return v.show("ask", page.Label+" "+nameOf(page.Person.Profile)+"?", page)
}

// again shows the page that a refused form came from, with the reason and its status.
func (v *visit) again(err error, page func(*visit) error) error {
	text := v.words().Text(err)
	if text == "" {
		return err
	}
	return v.refused(httpstatus.Of(err), text, page)
}

// refused shows the page that a form came from, with what is wrong.
func (v *visit) refused(status int, text string, page func(*visit) error) error {
	v.status, v.alert = status, text
	if from, bad := url.Parse(v.r.PostFormValue("back")); bad == nil && from.Path != "" {
		here := *v.r.URL
		here.Path, here.RawQuery = from.Path, from.RawQuery
		v.r.URL = &here
	}
	return page(v)
}

// A reason is why some actions would not pass.
type reason struct{ Labels, Text string }

// reasons says why actions on a user would not pass, and what would help. What the product has not is no question.
func (v *visit) reasons(p seats.Person, allowed seats.Allowed) (list []reason) {
	for _, a := range actions { // actions with one reason stand together
		refusal := allowed.Refusal(a.Action)
		if refusal == nil || refusal.Code == seats.ErrNotOffered && refusal.Reason == nil || v.account.Policy.Withheld.Has(a.Action) || !concerns(a.Action, p) {
			continue
		}
		text := sentence(v.words().Text(refusal))
		if i := slices.IndexFunc(list, func(r reason) bool { return r.Text == text }); i >= 0 {
			list[i].Labels += ", " + v.label(a)
		} else {
			list = append(list, reason{v.label(a), text})
		}
	}
	return list
}

// concerns reports whether an action is of interest for a user as they are.
func concerns(a users.Action, p seats.Person) bool {
	switch a {
	case users.ActionApprove:
		return p.Status == users.Invited
	case users.ActionReactivate:
		return p.Status == users.Inactive
	case users.ActionRestore:
		return p.Status == users.Archived
	case users.ActionNotify, users.ActionDeactivate, users.ActionSchedule:
		return p.Status == users.Invited || p.Status == users.Active
	case users.ActionUnschedule, users.ActionConfirmLeave:
		return p.Schedule.Date != ""
	}
	return true
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
	data := map[string]any{"Person": person, "Reasons": v.reasons(person, allowed[0])}
	if v.partial() {
		return v.showPart("why", "main", "", data)
	}
	return v.show("why", "Why not?", data)
}
