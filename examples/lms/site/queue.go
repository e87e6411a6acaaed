package site

import (
	"net/url"
	"time"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// A queueView is the queue for seats.
type queueView struct {
	Places   []place
	Requests []place
	More     int   // places that are not shown
	Off      bool  // the product has no queue
	Switch   error // why the person there can't switch the queue on or off; nil: they can
	Text     string
	Found    []seats.Person // inactive users who can get a place
	Courses  []coursePlace
	Usage    seats.Usage
}

// A place is one of the queue, with what would pass.
type place struct {
	Number int
	seats.Person
	Move, Withdraw bool
}

// placesShown bounds the places on the page: that of MaxAllowed would be long to read.
const placesShown = 200

// queuePage shows the places in order, the requests, and finds inactive users for new places.
func (v *visit) queuePage() error {
	ctx := v.r.Context()
	pool, err := v.Keeper.Pool(ctx, v.account.ID, seats.Site)
	if err != nil {
		return err
	}
	page := queueView{Off: v.account.Policy.WhenFull != seats.Wait, Text: v.r.URL.Query().Get("text")}
	if page.Usage, err = v.Keeper.Usage(ctx, v.account.ID); err != nil {
		return err
	}
	page.Switch = v.Keeper.May(ctx, v.account.ID, v.actor, seats.SetPolicy{Policy: v.otherQueue()})
	var ids []users.ID
	for w := range pool.Waiting.All() {
		if len(ids) == placesShown {
			page.More++
			continue
		}
		ids = append(ids, w.User)
	}
	if err := v.places(&page, ids, pool.Waiting); err != nil {
		return err
	}
	if err := v.coursePlaces(&page); err != nil {
		return err
	}
	if page.Text != "" {
		list, err := v.Keeper.Page(ctx, v.account.ID, users.Filter{Text: page.Text, Status: users.In(users.Inactive), Order: users.OrderName}, users.Cursor{}, pageSize)
		if err != nil {
			return err
		}
		allowed, err := v.Keeper.Allowed(ctx, v.account.ID, v.actor, list.IDs()...)
		if err != nil {
			return err
		}
		for i, p := range list.Users {
			if !p.Waits() && allowed[i].Actions.Has(users.ActionQueue) {
				page.Found = append(page.Found, p)
			}
		}
	}
	return v.show("queue", "Queue for seats", page)
}

// places fills in the users of the queue.
func (v *visit) places(page *queueView, ids []users.ID, list seats.WaitingList) error {
	if len(ids) == 0 {
		return nil
	}
	people := map[users.ID]seats.Person{}
	for p, err := range v.Keeper.Users(v.r.Context(), v.account.ID, users.Filter{IDs: ids}) {
		if err != nil {
			return err
		}
		people[p.ID] = p
	}
	allowed, err := v.Keeper.Allowed(v.r.Context(), v.account.ID, v.actor, ids...)
	if err != nil {
		return err
	}
	for i, id := range ids {
		p, here := people[id]
		if !here || !p.Waits() {
			continue // served meanwhile
		}
		row := place{list.Position(id), p, allowed[i].Refusal(users.ActionQueue) == nil, allowed[i].Actions.Has(users.ActionUnqueue)}
		if p.Wait.Asks {
			page.Requests = append(page.Requests, row)
		} else {
			page.Places = append(page.Places, row)
		}
	}
	return nil
}

// editQueue gives, moves, approves and ends places, and switches the queue on or off.
func (v *visit) editQueue() error {
	form, id := v.r.PostFormValue, users.ID(v.r.PostFormValue("user"))
	pool := seats.PoolID(form("pool"))
	var command seats.Command
	switch form("do") {
	case "queue":
		until, err := v.endOf(users.Date(form("until")))
		if err != nil {
			return v.again(err, (*visit).queuePage)
		}
		command = seats.Queue{User: id, Pool: pool, Priority: number(form("priority")), Until: until, Reason: form("reason")}
	case "unqueue":
		command = seats.Unqueue{User: id, Pool: pool, Reason: form("reason")}
	case "switch":
		command = seats.SetPolicy{Policy: v.otherQueue()}
	default:
		return errNoPage
	}
	if _, err := v.do(command); err != nil {
		return v.again(err, (*visit).queuePage)
	}
	if pool != seats.Site {
		v.note("Done.")
	} else if err := v.noteQueued(id); err != nil {
		return err
	}
	v.back("/queue")
	return nil
}

// otherQueue is the policy with the queue, or without it as the product has it.
func (v *visit) otherQueue() seats.Policy {
	policy := v.account.Policy
	if policy.WhenFull != seats.Wait {
		policy.WhenFull = seats.Wait
	} else {
		policy.WhenFull = productOf(policy).Preset.Policy.WhenFull
	}
	return policy
}

// noteQueued says what became of a user, or of the queue.
func (v *visit) noteQueued(id users.ID) error {
	if id == "" {
		said := "Users can wait for seats now."
		if v.account.Policy.WhenFull == seats.Wait { // as it was
			said = "No further user gets a place."
		}
		v.note(said)
		return nil
	}
	explanation, err := v.Keeper.Explain(v.r.Context(), v.account.ID, id)
	if err != nil {
		return err
	}
	name := nameOf(explanation.Person.Profile)
	switch {
	case explanation.Holds:
		v.note("A seat was free: " + name + " is " + explanation.Person.Shown.String() + " now.")
	case explanation.Position > 0:
		v.note(name + " has place " + digits(int64(explanation.Position)) + ".")
	default:
		v.note(name + " waits no more.")
	}
	return nil
}

// endOf is the end of a day in the account's time zone; zero for no day.
func (v *visit) endOf(day users.Date) (time.Time, error) {
	if day == "" {
		return time.Time{}, nil
	}
	if err := day.Check(); err != nil {
		return time.Time{}, &seats.Refusal{Code: seats.ErrBadInput, Field: "until", Reason: err}
	}
	return day.End(v.zone()), nil
}

// zone is the time zone of the account.
func (v *visit) zone() *time.Location {
	zone, err := time.LoadLocation(v.account.Zone)
	if err != nil {
		return time.UTC
	}
	return zone
}

// UntilDay is the last day of a place; empty: it has no end.
func (v view) UntilDay(w *users.Wait) users.Date {
	if w == nil || w.Until.IsZero() {
		return ""
	}
	return users.DateOf(w.Until.Add(-time.Second).In(v.zone()))
}

// UserURL is the page of a user.
func (v view) UserURL(id users.ID) string { return "/users/" + url.PathEscape(string(id)) }
