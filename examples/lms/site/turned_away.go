package site

import (
	"errors"
	"net/url"
	"time"

	"github.com/seatkeeper/seatkeeper/httpstatus"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// A turnedAwayView is for a person who can't come in, and may ask for a seat.
type turnedAwayView struct {
	Sealed   string // account and user, as they have signed in
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
	page := turnedAwayView{Text: v.words().Text(err)}
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
	page.Sealed = v.Seal("ask", url.Values{
		"account": {string(v.account.ID)}, "user": {string(user)}, "ends": {v.Now().Add(askTerm).UTC().Format(time.RFC3339)},
	})
	v.status = httpstatus.Of(err)
	return v.show("turned_away", "Sorry", page)
}

// askTerm is the time in which a person who was turned away can ask for a seat.
const askTerm = time.Hour

// askForSeat asks for a seat, for the person who was turned away.
func (v *visit) askForSeat() error {
	values := v.Unseal("ask", v.r.PostFormValue("sealed"))
	if values == nil {
		return errNoPage
	}
	account, user := users.AccountID(values.Get("account")), users.ID(values.Get("user"))
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
