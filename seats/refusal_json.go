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

// MarshalJSON returns the refusal with the code of its reason, or with the text of a reason of
// the host. Missing numbers and zero are left out.
func (r Refusal) MarshalJSON() ([]byte, error) {
	form := refusalForm{plainRefusal: plainRefusal(r)}
	if r.Reason != nil {
		form.Reason = r.Reason.Error()
	}
	if reason, ok := r.Reason.(users.Reason); ok && slices.Contains(reasons, reason) {
		form.Reason = reason.Code
	}
	return json.Marshal(form)
}

// UnmarshalJSON reads a refusal by [users.ReadJSON]. A reason of this library is the same error
// again, for [errors.Is]; any other is an error with its text.
func (r *Refusal) UnmarshalJSON(text []byte) error {
	var form refusalForm
	if err := users.ReadJSON(text, &form); err != nil {
		return err
	}
	*r = Refusal(form.plainRefusal)
	r.Reason = reasonOf(form.Reason)
	return nil
}
