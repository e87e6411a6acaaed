package seats

import (
	"encoding/json"
	"errors"

	"github.com/seatkeeper/seatkeeper/users"
)

// reasons are what is known to be wrong with an input, each with a text of its
// own, so that one that was read is the same error as one that was returned.
var reasons = []error{
	users.ErrEmpty, users.ErrTooLong, users.ErrNotUTF8, users.ErrControl, users.ErrAddress, users.ErrActor,
	users.ErrUnfit, users.ErrEarly, users.ErrLate,
	errCommand, errRole, errSource, errHeir, errPool, errCount, errPayer, errZone, errSchedule,
	ErrUnknownSwitch, ErrTerm, ErrOrderBounds, ErrNoWayOut, ErrNoWayIn, ErrWithheld,
}

func reasonOf(text string) error {
	if text == "" {
		return nil
	}
	for _, reason := range reasons {
		if reason.Error() == text {
			return reason
		}
	}
	return errors.New(text)
}

type plainRefusal Refusal

type refusalForm struct {
	plainRefusal
	Reason string `json:"reason,omitzero"` // in place of the error
}

// MarshalJSON returns the refusal with its reason as text. Of the numbers, those
// that are missing or zero are left out.
func (r Refusal) MarshalJSON() ([]byte, error) {
	form := refusalForm{plainRefusal: plainRefusal(r)}
	if r.Reason != nil {
		form.Reason = r.Reason.Error()
	}
	return json.Marshal(form)
}

// UnmarshalJSON reads a refusal by [users.ReadJSON]. A reason that this library
// gives is that error again, which [errors.Is] finds; any other is known by its
// text alone.
func (r *Refusal) UnmarshalJSON(text []byte) error {
	var form refusalForm
	if err := users.ReadJSON(text, &form); err != nil {
		return err
	}
	*r = Refusal(form.plainRefusal)
	r.Reason = reasonOf(form.Reason)
	return nil
}
