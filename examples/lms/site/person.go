package site

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/seatkeeper/seatkeeper/examples/lms/host"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// A personView is the page of a user.
type personView struct {
	seats.Explanation
	Person  seats.Person
	Seen    time.Time
	Source  string
	Row     personRow
	Allowed seats.Allowed
	History []toldEvent
	Leave   string // the day of a leave in words
	By      string // the event that led to the seat, in words
	EndsBy  string
	Roles   []users.Role
	LeaveAs users.LeaveDay // what a date means if the policy says so
	Courses []personCourse
	Pools   []seats.Pool // the courses that can be assigned
	Link    string       // of the open invitation
	NoPools []string     // the courses that can't be assigned, and why
	Form    url.Values   // what was filled in, after a refusal
	why     map[string]string
}

// Typed is what a refused form has in a field, else what is stored.
func (p personView) Typed(do, field, stored string) string {
	if p.Form.Get("do") == do && p.Form.Has(field) {
		return p.Form.Get(field)
	}
	return stored
}

// endings say what frees a seat by itself.
var endings = map[seats.EventKind]string{seats.EventDeactivated: "the user becomes inactive", seats.EventLapsed: "the invitation runs out"}

// perState are the actions on a license of each state. The library says whether they would pass.
var perState = map[users.LicenceState]action{
	users.LicenceAssigned: {Action: users.ActionUnassignCourse, Label: "Take back"},
	users.LicenceStarted:  {Action: users.ActionArchiveActivity, Label: "Archive the activity"},
}

// A personCourse is a license of the user, with the host's training record.
type personCourse struct {
	seats.LicenceExplanation
	Name   string
	Record host.Record
	Dates  bool   // the due date can be changed
	Action option // of its state; zero: none would pass
}

// Can reports whether an action would pass for this user, by its name.
func (p personView) Can(name string) bool {
	a, err := users.Parse[users.Action](name)
	return err == nil && p.Allowed.Actions.Has(a)
}

// A field is one of the user's details.
type field struct{ Label, Name, Value string }

// Fields are the details of the user.
func (p personView) Fields() []field {
	u := p.Person
	return []field{
		{"First name", "first", u.FirstName}, {"Last name", "last", u.LastName}, {"Email", "email", u.Email}, {"Username", "username", u.Username},
		{"External ID", "external-id", u.ExternalID}, {"Location", "location", u.Location}, {"Department", "department", u.Department},
		{"Title", "title", u.Title}, {"Groups, separated by ;", "groups", strings.Join(u.Groups, "; ")},
	}
}

// Why says why an action would not pass, by its name; empty: it would.
func (p personView) Why(name string) string { return p.why[name] }

// personPage shows a user: status, seat and why, dates, courses, history.
func (v *visit) personPage() error {
	ctx, id := v.r.Context(), users.ID(v.r.PathValue("user"))
	explanation, err := v.Keeper.Explain(ctx, v.account.ID, id)
	if err != nil {
		return err
	}
	allowed, err := v.Keeper.Allowed(ctx, v.account.ID, v.actor, id)
	if err != nil {
		return err
	}
	seen, err := v.Keeper.LastSeen(ctx, v.account.ID, id)
	if err != nil {
		return err
	}
	p := explanation.Person
	page := personView{
		Explanation: explanation, Person: p, Seen: seen[0], Source: sourceText(p.Source), Allowed: allowed[0],
		Row: personRow{Person: p, Buttons: v.buttonsOf(p, allowed[0]), Why: len(v.reasons(p, allowed[0])) > 0}, Roles: users.Roles()[:users.Owner],
		LeaveAs: v.leaveDay(), Leave: leaveText(p.Schedule.Leave), Form: v.r.PostForm, why: map[string]string{},
	}
	for _, refusal := range allowed[0].Refusals {
		page.why[refusal.Action.String()] = sentence(v.words().Text(refusal))
	}
	if as, err := users.Parse[users.LeaveDay](page.Typed("schedule", "leave-as", p.Schedule.As.String())); err == nil && as != users.ByPolicy {
		page.LeaveAs = as
	}
	if page.History, err = v.told(v.Keeper.Events(ctx, v.account.ID, seats.EventFilter{User: id})); err != nil {
		return err
	}
	slices.Reverse(page.History) // the latest first
	by, err := v.told(func(yield func(seats.Event, error) bool) { yield(explanation.By, nil) })
	if err != nil {
		return err
	}
	page.By = by[0].Text
	page.EndsBy = endings[explanation.EndsBy]
	if p.Status == users.Invited && !p.LastNotified.IsZero() && v.Keeper.May(ctx, v.account.ID, v.actor, seats.Notify{User: id}) == nil {
		if page.Link, err = v.InvitationURL(host.Invitation{Account: v.account.ID, User: id, Number: p.NotificationCount}); err != nil {
			return err
		}
	}
	if err := v.coursesOf(&page); err != nil {
		return err
	}
	return v.show("person", nameOf(p.Profile), page)
}

// takes reports whether the user has the course already.
func (p personView) takes(course seats.PoolID) bool {
	return slices.ContainsFunc(p.Licences, func(l seats.LicenceExplanation) bool {
		return l.Licence.Pool == string(course) && (l.State == users.LicenceAssigned || l.State == users.LicenceStarted)
	})
}

// coursesOf fills in the licenses of the user, and the courses that can be assigned.
func (v *visit) coursesOf(page *personView) error {
	ctx, names := v.r.Context(), map[string]string{}
	for pool, err := range v.Keeper.Pools(ctx, v.account.ID) {
		if err != nil {
			return err
		}
		names[string(pool.ID)] = nameOfPool(pool)
		if pool.ID == seats.Site || pool.IsCode() || page.takes(pool.ID) {
			continue
		}
		refusal := v.Keeper.May(ctx, v.account.ID, v.actor, seats.AssignCourse{User: page.Person.ID, Pool: pool.ID})
		switch text := sentence(v.words().Text(refusal)); {
		case refusal == nil:
			page.Pools = append(page.Pools, pool)
		case errors.Is(refusal, seats.ErrNoSeats):
			page.NoPools = append(page.NoPools, nameOfPool(pool)+": "+v.shortly(refusal))
		case text == "":
			return refusal
		case !slices.Contains(page.NoPools, text): // about the user, and so of all courses
			page.NoPools = append(page.NoPools, text)
		}
	}
	for _, l := range page.Licences {
		record, err := v.Record(ctx, v.account.ID, l.Licence.ID())
		if err != nil {
			return err
		}
		course := personCourse{LicenceExplanation: l, Name: names[l.Licence.Pool], Record: record}
		order := host.Order{Action: users.ActionSetDueDate, Pool: seats.PoolID(l.Licence.Pool), DueDate: l.Licence.DueDate}
		if a, ok := perState[l.State]; ok {
			course.Dates = v.Keeper.May(ctx, v.account.ID, v.actor, order.Command(l.Licence.User)) == nil
			if order.Action = a.Action; v.Keeper.May(ctx, v.account.ID, v.actor, order.Command(l.Licence.User)) == nil {
				course.Action = option{a.String(), a.Label}
			}
		}
		page.Courses = append(page.Courses, course)
	}
	return nil
}

// editPerson carries out a form of the page of a user.
func (v *visit) editPerson() error {
	id, form := users.ID(v.r.PathValue("user")), func(name string) string { return strings.TrimSpace(v.r.PostFormValue(name)) }
	var command seats.Command
	switch form("do") {
	case "edit":
		command = seats.Edit{User: id, Set: editOf(form)}
	case "role":
		role, err := roleOf(form("role"))
		if err != nil {
			return err
		}
		command = seats.ChangeRole{User: id, Role: role}
	default:
		a, err := users.Parse[users.Action](form("do"))
		if err != nil {
			return errNoPage
		}
		order, fault, err := v.orderOf(action{Action: a}, v.r.PostForm)
		if err != nil {
			return err
		}
		if fault != "" {
			return v.refused(http.StatusUnprocessableEntity, fault, (*visit).personPage)
		}
		if !order.Known() {
			return errNoPage
		}
		command = order.Command(id)
	}
	result, err := v.do(command)
	if err != nil {
		return v.again(err, (*visit).personPage)
	}
	person, err := v.Keeper.User(v.r.Context(), v.account.ID, id)
	if err != nil {
		return err
	}
	v.note(doneText(nameOf(person.Profile), result.Outcomes[0], person))
	v.back("/users/" + string(id))
	return nil
}

// editOf reads the fields of a form that are there.
func editOf(form func(string) string) users.Patch {
	text := func(name string) *string { value := form(name); return &value }
	var groups []string
	for g := range strings.SplitSeq(form("groups"), ";") {
		if g = strings.TrimSpace(g); g != "" {
			groups = append(groups, g)
		}
	}
	return users.Patch{
		FirstName: text("first"), LastName: text("last"), Email: text("email"), Username: text("username"), ExternalID: text("external-id"),
		Location: text("location"), Department: text("department"), Title: text("title"), Groups: &groups,
	}
}
