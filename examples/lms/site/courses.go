package site

import (
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// A coursesView is the list of courses.
type coursesView struct {
	Courses []seats.Pool
	Next    string
	New     error // why the person there can't make one; nil: they can
	Form    url.Values
}

// coursesPerPage bounds the list: an account can have thousands.
const coursesPerPage = 100

// courses lists the courses with their licences.
func (v *visit) courses() error {
	page := coursesView{Form: v.r.PostForm}
	for pool, err := range v.Keeper.Pools(v.r.Context(), v.account.ID) {
		if err != nil {
			return err
		}
		if !isCourse(pool) || pool.ID <= seats.PoolID(v.r.URL.Query().Get("after")) {
			continue
		}
		if len(page.Courses) == coursesPerPage {
			page.Next = "/courses?" + url.Values{"after": {string(page.Courses[coursesPerPage-1].ID)}}.Encode()
			break
		}
		page.Courses = append(page.Courses, pool)
	}
	page.New = v.Keeper.May(v.r.Context(), v.account.ID, v.actor, seats.SetTotal{Pool: "new", Total: seats.Of(1)})
	return v.show("courses", "Courses", page)
}

func isCourse(p seats.Pool) bool { return p.ID != seats.Site && !p.IsCode() }

// newCourse makes a course with its licences.
func (v *visit) newCourse() error {
	id := seats.PoolID(strings.TrimSpace(v.r.PostFormValue("id")))
	if id == seats.Site {
		return v.again(&seats.Refusal{Code: seats.ErrBadInput, Field: "pool", Reason: users.ErrEmpty}, (*visit).courses)
	}
	if err := v.setCourse(id); err != nil {
		return v.again(err, (*visit).courses)
	}
	v.redirect(courseURL(id))
	return nil
}

// setCourse carries out the vendor's form of a course: its licences, its name, its end and the term of a licence.
func (v *visit) setCourse(id seats.PoolID) error {
	form := func(name string) string { return strings.TrimSpace(v.r.PostFormValue(name)) }
	total, err := users.Parse[seats.Count](form("total"))
	if err != nil {
		return &seats.Refusal{Code: seats.ErrBadInput, Field: "total", Reason: errNoNumber}
	}
	name, end := form("name"), users.Date(form("last-day"))
	term := seats.LicenceTerm{Days: number(form("days"))}
	if term.Days != 0 {
		term.From, _ = users.Parse[seats.TermStart](form("from"))
	}
	_, err = v.do(seats.SetTotal{Pool: id, Total: total}, seats.EditPool{Pool: id, Name: &name, LastDay: &end, Term: &term})
	return err
}

// A courseView is the page of a course.
type courseView struct {
	seats.Pool
	States []users.LicenceState
	State  string
	Rows   []licenceRow
	Next   string // the next page; empty: this is the last one
	Edit   error  // why the person there can't set the licences; nil: they can
	Buy    bounds // of an order of licences
	Return bounds

	// For the search of users who get the course:
	Asked    url.Values
	Assign   bool
	Count    int64
	Found    []assignee
	Statuses []option
	Labels   labelLists
}

// A licenceRow is a licence with what would pass.
type licenceRow struct {
	users.Licence
	Name    string
	State   string
	Overdue bool
	Buttons []button
	Due     bool // the due date can be set
}

// An assignee is a user found for a course.
type assignee struct {
	seats.Person
	Not string // why they don't get the course; empty: they do
}

// course shows who holds licences of a course, and finds those who get one.
func (v *visit) course() error {
	ctx, asked := v.r.Context(), v.r.URL.Query()
	id := seats.PoolID(v.r.PathValue("course"))
	pool, err := v.Keeper.Pool(ctx, v.account.ID, id)
	if errors.Is(err, seats.ErrBadInput) || err == nil && !isCourse(pool) {
		return errNoPage
	}
	if err != nil {
		return err
	}
	page := courseView{Pool: pool, State: asked.Get("state"), Asked: asked, Assign: asked.Has("assign"), Labels: v.labels.of(v.Site, v.account),
		States: []users.LicenceState{users.LicenceAssigned, users.LicenceStarted, users.LicenceArchived, users.LicenceReturned}}
	page.Edit = v.Keeper.May(ctx, v.account.ID, v.actor, seats.SetTotal{Pool: id, Total: pool.Total})
	page.Buy = v.boundsOf(func(n int64) seats.Command { return seats.BuySeats{Pool: id, Quantity: n} })
	page.Return = v.boundsOf(func(n int64) seats.Command { return seats.ReturnSeats{Pool: id, Quantity: n} })
	page.Statuses = v.whoMayLearn()
	if !page.Assign {
		asked.Set("status", page.Statuses[0].Value) // of the first search
	}
	filter := users.LicenceFilter{Pool: string(id), State: users.In(users.LicenceAssigned, users.LicenceStarted)}
	if state, err := users.Parse[users.LicenceState](page.State); err == nil && page.State != "" {
		filter.State = users.In(state)
	}
	if after := asked.Get("after"); after != "" {
		filter.After = users.LicenceID{User: users.ID(after), Pool: string(id), Number: int64(number(asked.Get("number")))}
	}
	for l, err := range v.Keeper.Licences(ctx, v.account.ID, filter) {
		if err != nil {
			return err
		}
		if len(page.Rows) == pageSize {
			last := page.Rows[pageSize-1].ID()
			query := url.Values{"after": {string(last.User)}, "number": {digits(last.Number)}}
			if page.State != "" {
				query.Set("state", page.State)
			}
			page.Next = courseURL(id) + "?" + query.Encode()
			break
		}
		page.Rows = append(page.Rows, licenceRow{Licence: l, State: l.State().String()})
	}
	if err := v.fillRows(pool, page.Rows); err != nil {
		return err
	}
	if page.Assign {
		if err := v.assignees(&page); err != nil {
			return err
		}
	}
	return v.show("course", nameOfPool(pool), page)
}

func nameOfPool(p seats.Pool) string {
	if p.Name != "" {
		return p.Name
	}
	return string(p.ID)
}

func courseURL(id seats.PoolID) string { return "/courses/" + url.PathEscape(string(id)) }

// A licenceAction is an action on the licence of a user.
type licenceAction struct {
	label   string
	command func(users.ID, seats.PoolID) seats.Command
}

func (a licenceAction) name() string { return a.command("", "").Action().String() }

// onLicence are in the order of the screen.
var onLicence = []licenceAction{
	{"Start", func(id users.ID, pool seats.PoolID) seats.Command { return seats.StartCourse{User: id, Pool: pool} }},
	{"Take back", func(id users.ID, pool seats.PoolID) seats.Command { return seats.UnassignCourse{User: id, Pool: pool} }},
	{"Put away", func(id users.ID, pool seats.PoolID) seats.Command { return seats.ArchiveActivity{User: id, Pool: pool} }},
}

// fillRows adds names and buttons: the actions that would pass and change something.
func (v *visit) fillRows(pool seats.Pool, rows []licenceRow) error {
	names, err := v.names(func(yield func(users.ID) bool) {
		for _, r := range rows {
			if !yield(r.User) {
				return
			}
		}
	})
	if err != nil {
		return err
	}
	var open []int // the rows with a licence in use
	for i, r := range rows {
		rows[i].Name = names[r.User]
		if state := r.Licence.State(); state == users.LicenceAssigned || state == users.LicenceStarted {
			open = append(open, i)
		}
		rows[i].Overdue = r.Licence.State() == users.LicenceAssigned && r.DueDate != "" && r.DueDate < v.today()
	}
	for _, a := range onLicence {
		would, err := v.wouldPass(open, func(row int) seats.Command { return a.command(rows[row].User, pool.ID) })
		if err != nil {
			return err
		}
		for _, row := range would {
			rows[row].Buttons = append(rows[row].Buttons, button{a.label, a.name()})
		}
	}
	due, err := v.wouldPass(open, func(row int) seats.Command {
		return seats.SetDueDate{User: rows[row].User, Pool: pool.ID, DueDate: "2999-12-31"}
	})
	for _, row := range due {
		rows[row].Due = true
	}
	return err
}

// wouldPass returns the rows whose command would pass and change something.
func (v *visit) wouldPass(rows []int, command func(row int) seats.Command) (pass []int, err error) {
	var commands []seats.Command
	for _, row := range rows {
		commands = append(commands, command(row))
	}
	if len(commands) == 0 {
		return nil, nil
	}
	plan, err := v.Keeper.Preview(v.r.Context(), v.account.ID, v.actor, commands...)
	for i, step := range plan.Steps {
		if step.Outcome.Refusal == nil && !step.Outcome.Unchanged {
			pass = append(pass, rows[i])
		}
	}
	return pass, err
}

// assignees finds the users of the search, and who of them would not get the course.
func (v *visit) assignees(page *courseView) error {
	ctx := v.r.Context()
	filter, err := filterOf(page.Asked)
	if err != nil {
		return err
	}
	filter.Backward = false
	list, err := v.Keeper.Page(ctx, v.account.ID, filter, users.Cursor{}, pageSize)
	if err != nil {
		return err
	}
	page.Count = int64(len(list.Users))
	if list.Next != nil {
		if page.Count, err = v.Keeper.Count(ctx, v.account.ID, filter); err != nil {
			return err
		}
	}
	var commands []seats.Command
	for _, p := range list.Users {
		commands = append(commands, seats.AssignCourse{User: p.ID, Pool: page.ID})
	}
	if len(commands) == 0 {
		return nil
	}
	plan, err := v.Keeper.Preview(ctx, v.account.ID, v.actor, commands...)
	if err != nil {
		return err
	}
	for i, p := range list.Users {
		found := assignee{Person: p}
		switch o := plan.Steps[i].Outcome; {
		case o.Unchanged:
			found.Not = "has the course"
		case o.Refusal != nil && o.Refusal.Code != seats.ErrNoSeats: // a licence can come back meanwhile
			found.Not = v.words().Refusal(o.Refusal)
		}
		page.Found = append(page.Found, found)
	}
	return nil
}

// whoMayLearn are the choices of the search, those who can get a course first.
func (v *visit) whoMayLearn() (options []option) {
	for _, s := range users.Statuses() {
		if s != users.Deleted && v.account.Policy.Shows(s) == s {
			options = append(options, option{s.String(), sentence(s.String())})
		}
	}
	if options[0].Value == users.Invited.String() {
		options = slices.Insert(options, 0, option{users.In(users.Invited, users.Active).String(), "Invited and active"})
	}
	return options
}

// orderLicences buys licences of a course, or gives them back.
func (v *visit) orderLicences(pool seats.PoolID, back bool) (said string, err error) {
	quantity, err := strconv.ParseInt(strings.TrimSpace(v.r.PostFormValue("quantity")), 10, 64)
	if err != nil {
		return "", &seats.Refusal{Code: seats.ErrBadInput, Field: "quantity", Reason: errNoNumber}
	}
	if back {
		_, err = v.do(seats.ReturnSeats{Pool: pool, Quantity: quantity})
		return plural(quantity, "license went back", "licenses went back") + ".", err
	}
	_, err = v.do(seats.BuySeats{Pool: pool, Quantity: quantity})
	return plural(quantity, "license more is here", "licenses more are here") + ".", err
}

// doOn carries out a command on a user, and says what became of them.
func (v *visit) doOn(id users.ID, command seats.Command) (said string, err error) {
	result, err := v.do(command)
	if err != nil {
		return "", err
	}
	names, err := v.names(slices.Values([]users.ID{id}))
	return doneText(names[id], result.Outcomes[0], seats.Person{}), err
}

// editCourse carries out a form of the page of a course.
func (v *visit) editCourse() error {
	pool, id := seats.PoolID(v.r.PathValue("course")), users.ID(v.r.PostFormValue("user"))
	var err error
	var said string
	var command seats.Command
	switch do := v.r.PostFormValue("do"); do {
	case "set":
		err, said = v.setCourse(pool), "The course is saved."
	case "buy", "return":
		said, err = v.orderLicences(pool, do == "return")
	case "set-due-date":
		command = seats.SetDueDate{User: id, Pool: pool, DueDate: users.Date(v.r.PostFormValue("due"))}
	default:
		i := slices.IndexFunc(onLicence, func(a licenceAction) bool { return a.name() == do })
		if i < 0 {
			return errNoPage
		}
		command = onLicence[i].command(id, pool)
	}
	if command != nil {
		said, err = v.doOn(id, command)
	}
	if err != nil {
		return v.again(err, (*visit).course)
	}
	v.note(said)
	v.back(courseURL(pool))
	return nil
}
