package seats

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/seatkeeper/seatkeeper/users"
)

// Messages are the texts of the library in one language: a template for each key.
// [English] has every key. A translation is such a map; missing keys are said in English, and
// [Messages.Check] lists them.
//
//	no-seats            a refusal, by its Code
//	no-seats/several    the same in a special case: more than one seat is needed
//	no-seats/reopen     too few seats to reopen the account
//	no-seats/spent      some seats are spent
//	no-seats/over       more seats are held than there are; no-seats/over-spent: held and spent
//	no-seats/course     no licence of a course is free; no-seats/course-over: more are held and
//	                    spent than there are
//	order-size          too few seats are ordered
//	order-size/most     too many; order-size/full: the total would pass the {bound}, [MaxSeats]
//	order-size/unlimited  the pool is unlimited
//	order-size/return   too many seats are given back, order-size/return-least too few;
//	                    order-size/return-none: all are held or spent
//	forbidden/actor     the {reason} is the status of the actor; forbidden/reason: another one
//	unknown-user/reason, wrong-status/reason, duplicate/reason, exchange/reason, no-offer/reason, source-held/reason, owner-protected/reason,
//	closed/reason, join-code/reason, final/reason  the {reason} is known
//	not-offered/action  the {action} is one that a policy can withhold; not-offered/reason: the
//	                    {reason} is known
//	changed-meanwhile/field  the {field} is known; changed-meanwhile/reason: the {reason} is the
//	                    status of the user
//	bad-input/characters, bad-input/bytes  a field above its {bound}; bad-input/groups: of texts of a {length}
//	reason/too-long     a fault of a field or cell, by the Code of the users.Reason
//	remedy/deactivate   a step of a remedy, by its action; remedy/deactivate/user is about a
//	                    certain user, remedy/notify/several about several of them,
//	                    remedy/buy-seats/vendor asks the vendor for it, and
//	                    remedy/buy-seats/course is about licences of a course
//	remedies/head       the text between a refusal and its remedies
//	remedies/then       the text between the steps of a remedy
//	remedies/comma      the text between remedies, remedies/or before the last;
//	                    remedies/semicolon and remedies/semicolon-or if one has several steps
//	remedies/tail       the text before steps that follow each of the remedies
//	fault/file          a fault of a roster; fault/row and fault/cell: of a row or a cell,
//	                    fault/clash: of two cells, fault/expected: what was expected, after one of these
//	leave/last-day      the day of a leave, the last one with access; leave/first-day-without: the
//	                    first one without
//	notice/seats-low    an event that tells of seats, by its kind; notice/seats-low/course: of a course
//	total/unlimited     the {total} of an unlimited pool
//	action/archive      the words for an {action} that a policy can withhold
//	field/email         the word for a {field}, if it differs from the name of the field
//
// A placeholder is a name in braces: {held}. A choice between two forms is {held:is|are},
// the first for 1 and the second for any other number. Refusals have {held}, {total},
// {spent}, {excess}, {asked}, {least}, {most}, {bound}, {length}, {since}, {until}, {count}, {field}, {action} and {reason}; steps have {count} and {field},
// reason/unlisted {count}; leaves have {date}, yyyy-mm-dd; notices have {count}, {total} and {held}; faults of a roster have {row}, {column}, {reason} and {other}, and
// fault/expected {expected}.
// Numbers are digits without separators. A language with more than two forms takes the
// code and the numbers of the [Refusal] to another library.
//
// A page must escape the texts. They are free of names and addresses. Any number of goroutines may
// read a map.
type Messages map[string]string

// English returns all messages in English. The map is the caller's.
func English() Messages { return maps.Clone(english) }

// Check returns the faults of a translation, or nil: missing and unknown keys, and templates
// with a placeholder that their key does not have. It is for the tests of a host. Words for
// further fields are allowed.
func (m Messages) Check() error {
	keys := maps.Clone(english)
	maps.Copy(keys, m)
	var faults []error
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		kind, _, _ := strings.Cut(key, "/")
		names := placesOf(kind, key)
		_, known := expand(m[key], func(name string) (string, bool) { return "", slices.Contains(names, name) })
		fault := ""
		switch {
		case english[key] == "" && kind != "field":
			fault = "is unknown"
		case m[key] == "":
			fault = "is missing"
		case !known:
			fault = "has an unknown placeholder"
		default:
			continue
		}
		faults = append(faults, fmt.Errorf("seats: messages: %q %s", key, fault))
	}
	return errors.Join(faults...)
}

func placesOf(kind, key string) []string {
	for _, of := range []string{key, kind} {
		if places, ok := placeholders[of]; ok {
			return strings.Fields(places)
		}
	}
	return strings.Fields(ofRefusals)
}

// Refusal returns the text of a refusal with its numbers. An unknown code is its own text.
func (m Messages) Refusal(r *Refusal) string {
	total := r.Total.String()
	if r.Total.IsUnlimited() {
		total = m.say("total/unlimited", "")
	}
	key, bound := r.message(), int64(MaxSeats)
	if r.Reason == users.ErrTooLong {
		bound, _ = bounded(r.Field)
	}
	return m.say(key, key,
		"held", digits(r.Held), "total", total, "spent", digits(r.Spent), "excess", digits(r.pool().Excess()),
		"asked", digits(r.Asked), "least", digits(r.Least), "most", digits(r.Most), "bound", digits(bound), "length", digits(users.MaxText), "since", minute(r.Since), "until", minute(r.Until), "count", digits(int64(max(len(r.Differences), len(r.Others)))),
		"field", m.say("field/"+r.Field, r.Field), "action", m.say("action/"+r.Action.String(), ""), "reason", m.Reason(r.Reason))
}

// Text returns the text of an error for a screen: of a refusal, with its remedies if there are some. It is
// empty for every other error, which a host logs and has words of its own for, and for nil.
func (m Messages) Text(err error) string {
	var refusal *Refusal
	switch {
	case !errors.As(err, &refusal):
		return ""
	case len(refusal.Remedies) == 0:
		return m.Refusal(refusal)
	}
	return m.Refusal(refusal) + m.say("remedies/head", "") + m.Remedies(refusal.Remedies)
}

// pool returns the pool of the refusal's numbers.
func (r *Refusal) pool() Pool { return Pool{ID: r.Pool, Total: r.Total, Held: r.Held, Spent: r.Spent} }

// message returns the key of the message for a refusal.
func (r *Refusal) message() string {
	over, back := r.pool().Excess() > 0, r.Action == users.ActionReturnSeats
	special := ""
	switch r.Code {
	case ErrNoSeats:
		switch {
		case r.Action == users.ActionReopen:
			special = "/reopen"
		case over && r.Pool != Site:
			special = "/course-over"
		case r.Pool != Site:
			special = "/course"
		case over && r.Spent > 0:
			special = "/over-spent"
		case over:
			special = "/over"
		case r.Spent > 0:
			special = "/spent"
		case r.Asked > 1:
			special = "/several"
		}
	case ErrOrderSize:
		switch {
		case r.Total.IsUnlimited():
			special = "/unlimited"
		case back && r.Asked < r.Least:
			special = "/return-least"
		case back && r.Most < r.Least:
			special = "/return-none"
		case back:
			special = "/return"
		case r.Most == MaxSeats-r.Total.n && (r.Asked > r.Most || r.Most < r.Least):
			special = "/full"
		case r.Asked > r.Most:
			special = "/most"
		}
	case ErrForbidden:
		switch {
		case slices.Contains(ofActors, r.Reason):
			special = "/actor"
		case r.Reason != nil:
			special = "/reason"
		}
	case ErrNotOffered:
		switch {
		case r.Reason != nil:
			special = "/reason"
		case english["action/"+r.Action.String()] != "":
			special = "/action"
		}
	case ErrBadInput:
		if r.Reason == users.ErrTooLong {
			_, special = bounded(r.Field)
		}
	case ErrChangedMeanwhile:
		switch {
		case r.Field != "":
			special = "/field"
		case r.Reason != nil:
			special = "/reason"
		}
	case ErrUnknownUser, ErrWrongStatus, ErrDuplicate, ErrExchange, ErrNoOffer, ErrSourceHeld, ErrOwnerProtected, ErrClosed, ErrJoinCode, ErrFinal:
		switch {
		case !r.Until.IsZero():
			special = "/until"
		case r.Reason != nil:
			special = "/reason"
		}
	}
	return string(r.Code) + special
}

// bounded returns the bound of a field and the end of the key of its message.
func bounded(field string) (most int64, special string) {
	switch field {
	case "id", "username", "external-id", "account", "actor", "user", "pool", "key", "correlation":
		return users.MaxID, "/bytes"
	case "email":
		return users.MaxEmail, "/bytes"
	case "groups":
		return users.MaxGroups, "/groups"
	case "licences":
		return 0, ""
	case "reason":
		return users.MaxReason, "/characters"
	}
	return users.MaxText, "/characters"
}

// Reason returns the text of a fault of a field or a cell; it goes on from the name of that.
// An error other than the library's reasons is its own text, and nil is empty.
func (m Messages) Reason(err error) string {
	reason, known := errors.AsType[users.Reason](err)
	switch n, unlisted := err.(users.Unlisted); {
	case err == nil:
		return ""
	case unlisted:
		return m.say("reason/unlisted", "", "count", digits(int64(n)))
	case known && reason.Text == err.Error():
		return m.say("reason/"+reason.Code, reason.Text)
	}
	return err.Error()
}

// Remedy returns the text of a remedy, step by step; equal steps about several users in a row
// are said once. An unknown step is the name of its action.
func (m Messages) Remedy(r Remedy) string {
	var words []string
	for i := 0; i < len(r.Steps); {
		s := r.Steps[i]
		kind, alike := s.Action.String(), 1
		switch {
		case s.User != "" && leaving.Has(s.Action):
			kind += "/user"
		case s.User == "" && s.Pool != Site && s.Action != users.ActionUnassignCourse:
			kind += "/course"
		}
		if s.Vendor {
			kind += "/vendor"
		}
		for i+alike < len(r.Steps) && s.likewise(r.Steps[i+alike]) {
			alike++
		}
		i += alike
		if alike > 1 {
			kind += "/several"
			s.Count = int64(alike)
		}
		words = append(words, m.say("remedy/"+kind, kind, "count", digits(s.Count), "field", m.say("field/"+s.Field, s.Field)))
	}
	return strings.Join(words, m.say("remedies/then", ""))
}

// likewise reports whether two steps differ only in the user.
func (s Step) likewise(other Step) bool {
	same := s.User != "" && other.User != ""
	s.User, other.User = "", ""
	return same && s == other
}

// Remedies returns the texts of the remedies, joined to a phrase.
func (m Messages) Remedies(r Remedies) string {
	if len(r) > 1 && len(r[0].Steps) > 1 {
		if heads, ok := r.heads(); ok {
			return m.Remedies(heads) + m.say("remedies/tail", "") + m.Remedy(Remedy{Steps: r[0].Steps[1:]})
		}
	}
	words := make([]string, len(r))
	comma, or := "remedies/comma", "remedies/or"
	for i, remedy := range r {
		words[i] = m.Remedy(remedy)
		if len(remedy.Steps) > 1 {
			comma, or = "remedies/semicolon", "remedies/semicolon-or"
		}
	}
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], m.say(comma, "")) + m.say(or, "") + words[last]
}

// heads returns the first steps of the remedies. It is ok if all further steps are the same.
func (r Remedies) heads() (heads Remedies, ok bool) {
	for _, remedy := range r {
		if !slices.Equal(remedy.Steps[1:], r[0].Steps[1:]) {
			return nil, false
		}
		heads = append(heads, Remedy{Steps: remedy.Steps[:1]})
	}
	return heads, true
}

// Leave returns the text of the day of a leave, with its meaning; empty for the zero leave. A
// stored leave has a meaning of its own.
func (m Messages) Leave(l users.Leave) string {
	if l.Date == "" {
		return ""
	}
	return m.say("leave/"+cmp.Or(l.As, users.FirstDayWithout).String(), "", "date", string(l.Date))
}

// Notice returns the text of an event that tells of seats: of [Thresholds] and of [Growth]. It is empty for
// other events.
func (m Messages) Notice(e Event) string {
	if !e.Kind.isNotice() {
		return ""
	}
	key := "notice/" + string(e.Kind)
	if e.Pool != Site {
		key += "/course"
	}
	return m.say(key, "", "count", digits(e.Count), "total", e.Total.String(), "held", digits(e.Held))
}

// Fault returns the text of a fault of a roster.
func (m Messages) Fault(f users.Fault) string {
	key := "fault/cell"
	switch {
	case f.Row == 0:
		key = "fault/file"
	case f.Column == "":
		key = "fault/row"
	case f.Other != 0:
		key = "fault/clash"
	}
	text := m.say(key, "", "row", strconv.Itoa(f.Row), "column", f.Column, "reason", m.Reason(f.Problem), "other", strconv.Itoa(f.Other))
	if f.Expected != "" {
		text += m.say("fault/expected", "", "expected", f.Expected)
	}
	return text
}

// say returns the template of the key in this language, else in English, else otherwise, with
// the values of its placeholders: a name and a value in turn.
func (m Messages) say(key, otherwise string, values ...string) string {
	said, _ := expand(cmp.Or(m[key], english[key], otherwise), func(name string) (string, bool) {
		for i := 0; i < len(values); i += 2 {
			if values[i] == name {
				return values[i+1], true
			}
		}
		return "", false
	})
	return said
}

// expand fills in the placeholders of a template. Braces of anything else stay as they are,
// and known is false.
func expand(template string, value func(name string) (string, bool)) (text string, known bool) {
	var b strings.Builder
	for known = true; ; {
		before, rest, opened := strings.Cut(template, "{")
		b.WriteString(before)
		known = known && !strings.Contains(before, "}")
		if !opened {
			return b.String(), known
		}
		inner, after, closed := strings.Cut(rest, "}")
		name, forms, choice := strings.Cut(inner, ":")
		one, other, pair := strings.Cut(forms, "|")
		v, ok := value(name)
		if template = after; !closed || !ok || choice != pair {
			known, template, v = false, rest, "{"
		} else if choice && v == "1" {
			v = one
		} else if choice {
			v = other
		}
		b.WriteString(v)
	}
}

func digits(n int64) string { return strconv.FormatInt(n, 10) }
