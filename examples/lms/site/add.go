package site

import (
	"strings"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// An addView is the page on which people are added.
type addView struct {
	Usage   seats.Usage
	Roles   []users.Role
	Form    map[string]string // what was filled in, after a refusal
	LeaveAs users.LeaveDay
	Labels  labelLists
	Full    string // what becomes of a new user without a free seat; empty: one is free
}

func (v *visit) addPage() error {
	usage, err := v.Keeper.Usage(v.r.Context(), v.account.ID)
	if err != nil {
		return err
	}
	page := addView{Usage: usage, Roles: users.Roles()[:users.Owner], Form: map[string]string{}, LeaveAs: v.leaveDay(), Labels: v.labels.of(v.Site, v.account)}
	for key, values := range v.r.PostForm {
		page.Form[key] = values[0]
	}
	if as := page.Form["leave-as"]; as != "" {
		page.LeaveAs, _ = users.Parse[users.LeaveDay](as)
	}
	if usage.Available == seats.Of(0) {
		page.Full = v.about(fullTexts[v.account.Policy.WhenFull])
	}
	return v.show("add", "Add users", page)
}

// fullTexts say what becomes of a new user without a free seat.
var fullTexts = map[seats.WhenFull]string{
	seats.Refuse:         "No seat is free: a new user is refused until there is one.",
	seats.CreateInactive: "No seat is free: a new user is added as inactive, and can be made active once there is one.",
	seats.Wait:           "No seat is free: a new user waits in the queue for the next one.",
}

// leaveDay is the meaning of a date in this account, if a form says none.
func (v *visit) leaveDay() users.LeaveDay {
	if v.account.Policy.LeaveDay == users.ByPolicy {
		return users.FirstDayWithout
	}
	return v.account.Policy.LeaveDay
}

// add invites one person.
func (v *visit) add() error {
	form := func(name string) string { return strings.TrimSpace(v.r.PostFormValue(name)) }
	role, err := roleOf(form("role"))
	if err != nil {
		return err
	}
	set := editOf(form)
	profile, _, err := set.Apply(users.Profile{})
	if err != nil {
		return v.again(&seats.Refusal{Code: seats.ErrBadInput, Field: fieldOf(err), Reason: reasonOf(err)}, (*visit).addPage)
	}
	command := seats.Invite{Profile: profile, Role: role, Later: form("later") != "", Start: users.Date(form("start"))}
	if day := users.Date(form("leave")); day != "" {
		command.Leave = users.Leave{Date: day}
		command.Leave.As, _ = users.Parse[users.LeaveDay](form("leave-as"))
	}
	plan, err := v.Keeper.Preview(v.r.Context(), v.account.ID, v.actor, command)
	if err != nil {
		return err
	}
	result, err := v.do(command)
	if err != nil {
		return v.again(err, (*visit).addPage)
	}
	person, err := v.Keeper.User(v.r.Context(), v.account.ID, result.Outcomes[0].User)
	if err != nil {
		return err
	}
	text, as := v.addedText(nameOf(person.Profile), result.Outcomes[0], person, command, plan.Steps[0].NoRoom)
	if as {
		v.note(text)
	} else {
		v.warn(text)
	}
	v.leadTo(person.ID)
	v.redirect("/add")
	return nil
}

// addedText says what became of an invitation, and whether that is as asked for.
func (v *visit) addedText(name string, o seats.Outcome, p seats.Person, c seats.Invite, noRoom bool) (text string, as bool) {
	switch {
	case o.Unchanged:
		return name + " is here already: " + p.Shown.String() + ", " + p.Role.String() + ". Nothing was changed.", false
	case noRoom:
		return name + " is to be invited on " + dateText(p.Start.Date) + v.about(". As things stand no seat is free on that day."), false
	case p.Start.Date != "":
		return name + " is to be invited on " + dateText(p.Start.Date) + ".", true
	case p.Waits():
		return v.about("No seat is free: ") + name + " waits for the next one.", false
	case p.Status == users.Inactive:
		return v.about("No seat is free: ") + name + " was added as inactive, and can be made active once there is one.", false
	case c.Later:
		return name + v.about(" was added and holds a seat. The message goes out with Notify."), true
	}
	return name + " is invited.", true
}

// fieldOf and reasonOf are those of a wrong field.
func fieldOf(err error) string {
	if wrong, is := asFieldError(err); is {
		return wrong.Field
	}
	return "profile"
}

func reasonOf(err error) error {
	if wrong, is := asFieldError(err); is {
		return wrong.Reason
	}
	return err
}
