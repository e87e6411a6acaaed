package seats

import (
	"encoding/json"
	"slices"

	"github.com/seatkeeper/seatkeeper/users"
)

type plainRefusal Refusal

type refusalForm struct {
	plainRefusal
	Reason string `json:"reason,omitzero"` // in place of the error
}

// MarshalJSON returns the refusal with the code of its reason; any other than the
// library's is its text. Of the numbers, those that are missing or zero are left out.
func (r Refusal) MarshalJSON() ([]byte, error) {
	form := refusalForm{plainRefusal: plainRefusal(r)}
	if r.Reason != nil {
		form.Reason = r.Reason.Error()
	}
	if reason, is := r.Reason.(users.Reason); is && slices.Contains(reasons, reason) {
		form.Reason = reason.Code
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
