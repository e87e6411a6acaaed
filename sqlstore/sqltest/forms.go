package sqltest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"

	"github.com/seatkeeper/seatkeeper/seats"
)

// The form of a history in a file is here and nowhere else.

func encode(h history) ([]byte, error) { return json.MarshalIndent(h, "", "\t") }

func decode(text []byte) (history, error) {
	var h history
	return h, strict(text, &h)
}

func strict(text []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	return d.Decode(v)
}

type plainQuestion question

type questionForm struct {
	plainQuestion
	Commands []commandForm
}

type commandForm struct {
	Do   string
	With json.RawMessage
}

// MarshalJSON implements [json.Marshaler].
func (q question) MarshalJSON() ([]byte, error) {
	form := questionForm{plainQuestion: plainQuestion(q)}
	for _, c := range q.Commands {
		with, err := json.Marshal(c)
		if err != nil {
			return nil, err
		}
		form.Commands = append(form.Commands, commandForm{c.Action().String(), with})
	}
	return json.Marshal(form)
}

// UnmarshalJSON implements [json.Unmarshaler].
func (q *question) UnmarshalJSON(text []byte) error {
	var form questionForm
	if err := strict(text, &form); err != nil {
		return err
	}
	*q = question(form.plainQuestion)
	for _, f := range form.Commands {
		c, known := commands[f.Do]
		if !known {
			return fmt.Errorf("sqltest: unknown command %q", f.Do)
		}
		v := reflect.New(reflect.TypeOf(c))
		if err := strict(f.With, v.Interface()); err != nil {
			return err
		}
		q.Commands = append(q.Commands, v.Elem().Interface().(seats.Command))
	}
	return nil
}

// commands are those of package seats by their names.
var commands = func() map[string]seats.Command {
	named := map[string]seats.Command{}
	for _, c := range []seats.Command{
		seats.Invite{}, seats.Add{}, seats.Notify{}, seats.Accept{}, seats.Approve{}, seats.Deactivate{}, seats.Reactivate{},
		seats.Archive{}, seats.Restore{}, seats.Delete{}, seats.Erase{}, seats.Edit{}, seats.ChangeRole{}, seats.GrantOwnership{},
		seats.EndOwnership{}, seats.BuySeats{}, seats.ReturnSeats{}, seats.SetTotal{}, seats.SetPolicy{},
	} {
		named[c.Action().String()] = c
	}
	return named
}()

type plainAnswer answer

type answerForm struct {
	plainAnswer
	Refusal  *refusalForm
	Outcomes []outcomeForm
}

type outcomeForm struct {
	seats.Outcome
	Refusal *refusalForm
}

// A refusalForm has texts for the reason, which is an error, and for the total,
// which most refusals do not have.
type refusalForm struct {
	seats.Refusal
	Reason string
	Total  string
}

// MarshalJSON implements [json.Marshaler].
func (a answer) MarshalJSON() ([]byte, error) {
	form := answerForm{plainAnswer: plainAnswer(a), Refusal: refusalIn(a.Refusal)}
	for _, o := range a.Outcomes {
		form.Outcomes = append(form.Outcomes, outcomeForm{o, refusalIn(o.Refusal)})
	}
	return json.Marshal(form)
}

// UnmarshalJSON implements [json.Unmarshaler].
func (a *answer) UnmarshalJSON(text []byte) error {
	var form answerForm
	if err := strict(text, &form); err != nil {
		return err
	}
	*a = answer(form.plainAnswer)
	var err error
	if a.Refusal, err = form.Refusal.out(); err != nil {
		return err
	}
	for _, f := range form.Outcomes {
		if f.Outcome.Refusal, err = f.Refusal.out(); err != nil {
			return err
		}
		a.Outcomes = append(a.Outcomes, f.Outcome)
	}
	return nil
}

func refusalIn(no *seats.Refusal) *refusalForm {
	if no == nil {
		return nil
	}
	form := refusalForm{Refusal: *no}
	if no.Reason != nil {
		form.Reason = no.Reason.Error()
	}
	if no.Total.Valid() {
		form.Total = no.Total.String()
	}
	return &form
}

func (f *refusalForm) out() (*seats.Refusal, error) {
	if f == nil {
		return nil, nil
	}
	no := f.Refusal
	if f.Reason != "" {
		no.Reason = errors.New(f.Reason)
	}
	if f.Total != "" {
		if err := no.Total.UnmarshalText([]byte(f.Total)); err != nil {
			return nil, err
		}
	}
	return &no, nil
}
