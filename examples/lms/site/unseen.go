package site

import (
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// An unseenView lists the users whose seats could be freed.
type unseenView struct {
	Days  int
	After users.ID // the list begins after this user
	Rows  []unseenRow
	More  users.ID // the next part of the list begins after this user; empty: there is none
	Fault string
}

// An unseenRow is a candidate.
type unseenRow struct {
	ID         users.ID
	Name       string
	Seen       time.Time
	What       string // what would free the seat
	Refused    string
	NotRefused bool
}

// candidatesShown bounds the users on a page.
const candidatesShown = 100

// candidates are those who were not seen for the days of the form.
func (v *visit) candidates() (seats.Plan, int, error) {
	days, err := strconv.Atoi(v.r.FormValue("days"))
	if err != nil || days <= 0 || days > seats.MaxUnseenDays {
		days = 90
	}
	after := users.ID(v.r.FormValue("after"))
	if after != "" && users.CheckID(string(after)) != nil {
		return seats.Plan{}, 0, errNoPage
	}
	plan, err := v.Keeper.Unseen(v.r.Context(), v.account.ID, v.actor, seats.Unseen{UnseenRule: seats.UnseenRule{Days: days}, After: after, Most: candidatesShown})
	return plan, days, err
}

func (v *visit) unseenPage() error {
	plan, days, err := v.candidates()
	if err != nil {
		return err
	}
	page := unseenView{Days: days, After: plan.Unseen.After}
	var ids []users.ID
	for _, step := range plan.Steps {
		ids = append(ids, step.Outcome.User)
	}
	names, err := v.names(slices.Values(ids))
	if err != nil {
		return err
	}
	seen, err := v.Keeper.LastSeen(v.r.Context(), v.account.ID, ids...)
	if err != nil {
		return err
	}
	for i, step := range plan.Steps {
		row := unseenRow{ID: ids[i], Name: names[ids[i]], Seen: seen[i], NotRefused: step.Outcome.Refusal == nil}
		if a, ok := actionOf(step.Outcome.Action.String()); ok {
			row.What = v.label(a)
		}
		if step.Outcome.Refusal != nil {
			row.Refused = v.words().Text(step.Outcome.Refusal)
		}
		page.Rows = append(page.Rows, row)
	}
	if len(ids) == candidatesShown {
		page.More = ids[len(ids)-1]
	}
	return v.show("unseen", v.about("Seats that could be freed"), page)
}

// freeUnseen frees the seats of the ticked users, as far as they were not seen since the page was shown.
func (v *visit) freeUnseen() error {
	plan, days, err := v.candidates()
	if err != nil {
		return err
	}
	ticked := v.r.PostForm["user"]
	plan.Steps = slices.DeleteFunc(plan.Steps, func(step seats.Planned) bool {
		return step.Outcome.Refusal != nil || !slices.Contains(ticked, string(step.Outcome.User))
	})
	back := "/seats/unseen?" + url.Values{"days": {strconv.Itoa(days)}, "after": {string(plan.Unseen.After)}}.Encode()
	if len(plan.Steps) == 0 {
		v.note("Tick the users first.")
		v.redirect(back)
		return nil
	}
	result, err := v.Keeper.Apply(v.r.Context(), v.account.ID, v.actor, plan)
	if err != nil {
		return v.again(err, (*visit).unseenPage)
	}
	freed := int64(0)
	for _, o := range result.Outcomes {
		if o.Refusal == nil && !o.Unchanged {
			freed++
		}
	}
	v.note(v.about(plural(freed, "seat is", "seats are")) + " free now.")
	v.redirect(back)
	return nil
}
