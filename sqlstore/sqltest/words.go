package sqltest

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// String is the operation as the picture shows it:
//
//	olive: Deactivate{ben} -> active to inactive, -1; revision 7
func (op operation) String() string { return op.Question.String() + " -> " + op.Answer.String() }

func (q question) String() string {
	if !q.Mode.writes() {
		return strings.TrimSpace(fmt.Sprintf("%s %s", q.Mode, q.User))
	}
	var texts []string
	for _, c := range q.Commands {
		texts = append(texts, strings.TrimPrefix(fmt.Sprintf("%T{%s}", c, fields(reflect.ValueOf(c))), "seats."))
	}
	who := string(q.Actor.User)
	if who == "" {
		who = strings.TrimSpace(q.Actor.Kind.String() + " " + q.Actor.Name)
	}
	if q.Mode == each {
		who += ", each"
	}
	if q.Key != "" {
		who += ", key " + q.Key
	}
	return who + ": " + strings.Join(texts, ", ")
}

func (a answer) String() string {
	switch {
	case a.Fate != answered:
		return string(a.Fate) + ": " + a.Error
	case a.Refusal != nil:
		return refused(a.Refusal)
	case a.Usage != nil:
		u := a.Usage
		return fmt.Sprintf("%d of %v held, revision %d, event %d", u.Held, u.Total, u.Revision, u.Sequence)
	case a.Person != nil:
		return describe(a.Person.User)
	case a.Seen != nil:
		s := a.Seen
		return (&world{account: s.Account, least: s.Account.Revision, pools: s.Pools, people: s.Users}).String()
	}
	var texts []string
	for _, o := range a.Outcomes {
		switch {
		case o.Refusal != nil:
			texts = append(texts, refused(o.Refusal))
		case o.Unchanged:
			texts = append(texts, strings.TrimSpace(fmt.Sprintf("%s is so already", o.User)))
		case o.User == "":
			texts = append(texts, "done")
		default:
			texts = append(texts, fmt.Sprintf("%s %s to %s, %+d", o.User, standing(o.Before), standing(o.After), o.SeatsDelta))
		}
	}
	text := strings.Join(texts, "; ")
	if a.First > 0 {
		text += fmt.Sprintf("; revision %d, from event %d", a.Revision, a.First)
	}
	if len(a.Told) > 0 {
		text += fmt.Sprintf(", tells %v", a.Told)
	}
	if a.Repeated {
		text += ", as before"
	}
	return text
}

func refused(no *seats.Refusal) string {
	text := fmt.Sprintf("refused %s", no.Code)
	if no.Total.Valid() {
		text += fmt.Sprintf(" %d of %s", no.Held+no.Spent, no.Total)
	}
	if no.Index > 0 {
		text += fmt.Sprintf(" at command %d", no.Index)
	}
	return text
}

func (w *world) String() string {
	var texts []string
	switch a := w.account; {
	case !a.Erased.IsZero():
		texts = append(texts, "erased")
	case !a.Closed.IsZero():
		texts = append(texts, "closed")
	}
	if w.account.Payer != "" {
		texts = append(texts, fmt.Sprintf("paid by %s", w.account.Payer))
	}
	for _, p := range w.pools {
		texts = append(texts, strings.TrimSpace(fmt.Sprintf("%s %d of %s", p.ID, p.Held+p.Spent, p.Total)))
	}
	for _, u := range w.people {
		texts = append(texts, describe(u))
	}
	return fmt.Sprintf("revision %d, event %d: %s", w.account.Revision, w.account.Sequence, strings.Join(texts, ", "))
}

func describe(u users.User) string { return string(u.ID) + " " + standing(u.Segment()) }

func standing(s users.Segment) string {
	switch {
	case s.Status == users.NoStatus:
		return "nobody"
	case s.Role == users.Member:
		return s.Status.String()
	}
	return s.Status.String() + " " + s.Role.String()
}

// fields writes the fields of a struct that are not zero, the values alone.
func fields(v reflect.Value) string {
	var texts []string
	for i := range v.NumField() {
		f := v.Field(i)
		if f.IsZero() {
			continue
		}
		name := v.Type().Field(i).Name
		switch text, ok := f.Interface().(fmt.Stringer); {
		case f.Kind() == reflect.Pointer:
			texts = append(texts, fmt.Sprintf("%s=%q", name, f.Elem()))
		case ok:
			texts = append(texts, text.String())
		case f.Kind() == reflect.Struct:
			texts = append(texts, name+"{"+fields(f)+"}")
		case f.Kind() == reflect.Bool:
			texts = append(texts, name)
		default:
			texts = append(texts, fmt.Sprint(f.Interface()))
		}
	}
	return strings.Join(texts, " ")
}
