package site

import (
	"errors"

	"github.com/seatkeeper/seatkeeper/httpstatus"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// A turnedAwayView is for a person who can't come in, and may ask for a seat.
type turnedAwayView struct {
	User     users.ID
	Text     string
	Asks     bool // the person may ask
	Position int  // of the place in the queue; 0: none
	Asked    bool // the place waits for an approval
}

// turnedAway answers a sign-in that was refused. Under a policy with a queue the person may ask for a seat.
func (v *visit) turnedAway(user users.ID, err error) error {
	if !errors.Is(err, seats.ErrWrongStatus) {
		return err
	}
	page := turnedAwayView{User: user, Text: v.words().Text(err)}
	plan, bad := v.Keeper.Preview(v.r.Context(), v.account.ID, users.As(user), seats.Queue{User: user})
	if bad != nil {
		return bad
	}
	outcome := plan.Steps[0].Outcome
	if page.Asks = outcome.Refusal == nil && !outcome.Unchanged; !page.Asks && outcome.Refusal != nil {
		return err
	}
	explanation, bad := v.Keeper.Explain(v.r.Context(), v.account.ID, user)
	if bad != nil {
		return bad
	}
	page.Position, page.Asked = explanation.Position, explanation.Person.Wait != nil && explanation.Person.Wait.Asks
	v.status = httpstatus.Of(err)
	return v.show("turned_away", "Sorry", page)
}

// askForSeat asks for a seat. In the demo the form names the person.
func (v *visit) askForSeat() error {
	if !v.Demo {
		return &seats.Refusal{Code: seats.ErrForbidden}
	}
	account, user := users.AccountID(v.r.PostFormValue("account")), users.ID(v.r.PostFormValue("user"))
	var err error
	if v.account, err = v.Keeper.Account(v.r.Context(), account); err != nil {
		return err
	}
	v.person = seats.Person{}
	if _, err := v.Keeper.Do(v.r.Context(), account, users.As(user), seats.Queue{User: user, Reason: v.r.PostFormValue("reason")}); err != nil {
		return err
	}
	return v.show("asked", "You asked for a seat", nil)
}
