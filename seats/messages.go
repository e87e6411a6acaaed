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
//	no-seats/spent      some seats are spent
//	no-seats/over       more seats are held than there are; no-seats/over-spent: held and spent
//	order-size          too few seats are ordered
//	order-size/most     too many; order-size/full: the total would pass [MaxSeats]
//	order-size/unlimited  the pool is unlimited
//	order-size/return   too many seats are given back, order-size/return-least too few;
//	                    order-size/return-none: all are held or spent
//	forbidden/actor     the {reason} is the status of the actor; forbidden/reason: another one
//	wrong-status/reason, duplicate/reason, owner-protected/reason: the {reason} is known
//	reason/too-long     a fault of a field or cell, by the Code of the users.Reason
//	remedy/deactivate   a step of a remedy, by its action; remedy/deactivate/user is about a
//	                    certain user, remedy/notify/several about several of them,
//	                    remedy/buy-seats/vendor asks the vendor for it
//	remedies/then       the text between the steps of a remedy
//	remedies/comma      the text between remedies, remedies/or before the last;
//	                    remedies/semicolon and remedies/semicolon-or if one has several steps
//	fault/file          a fault of a roster; fault/row and fault/cell: of a row or a cell,
//	                    fault/clash: of two cells
//	total/unlimited     the {total} of an unlimited pool
//	field/email         the word for a {field}, if it differs from the name of the field
//
// A placeholder is a name in braces: {held}. A choice between two forms is {held:is|are},
// the first for 1 and the second for any other number. Refusals have {held}, {total},
// {spent}, {excess}, {asked}, {least}, {most}, {count}, {field} and {reason}; steps and
// reason/unlisted have {count}; faults of a roster have {row}, {column}, {reason} and {other}.
// Numbers are digits without separators. A language with more than two forms takes the
// code and the numbers of the [Refusal] to another library.
//
// A page must escape the texts. They are free of names and addresses. Any number of goroutines may
// read a map.
type Messages map[string]string

// phrases are what is said in English besides codes and reasons.
var phrases = Messages{
	"no-seats/several":        "not enough free seats: {asked} are needed, and {held} of {total} {held:is|are} held",
	"no-seats/spent":          "no free seat: {held} of {total} {held:is|are} held and {spent} spent",
	"no-seats/over":           "no free seat: {held} {held:is|are} held, {excess} more than the {total} there {total:is|are}",
	"no-seats/over-spent":     "no free seat: {held} {held:is|are} held and {spent} spent, {excess} more than the {total} there {total:is|are}",
	"order-size/most":         "{asked} can't be bought: at most {most}",
	"order-size/full":         "{asked} can't be bought: the total would be too large",
	"order-size/unlimited":    "the seats are unlimited: none can be bought or given back",
	"order-size/return":       "{asked} can't be given back: only {most} {most:is|are} free",
	"order-size/return-least": "{asked} can't be given back: at least {least}",
	"order-size/return-none":  "{asked} can't be given back: none is free",
	"forbidden/actor":         "not allowed: the acting person {reason}",
	"forbidden/reason":        "{reason}",
	"wrong-status/reason":     "not possible: the user {reason}",
	"duplicate/reason":        "this {field} {reason}",
	"owner-protected/reason":  "an owner is protected: {reason}",
	"total/unlimited":         "unlimited",

	"field/external-id": "external ID",
	"field/first-name":  "first name",
	"field/id":          "ID",
	"field/last-name":   "last name",

	"remedy/deactivate":           "deactivate {count} {count:person|people}",
	"remedy/archive":              "archive {count} {count:person|people}",
	"remedy/delete":               "delete {count} {count:person|people}",
	"remedy/buy-seats":            "buy {count} {count:seat|seats}",
	"remedy/end-ownership":        "end the ownership of the user",
	"remedy/buy-seats/vendor":     "ask the vendor for {count} more {count:seat|seats}",
	"remedy/end-ownership/vendor": "ask the vendor to end the ownership of the user",
	"remedy/reactivate":           "reactivate the user",
	"remedy/restore":              "restore the user",
	"remedy/approve":              "approve the user",
	"remedy/notify":               "send the invitation again",
	"remedy/accept":               "accept the invitation",
	"remedy/deactivate/user":      "deactivate the user",
	"remedy/delete/user":          "delete the user",
	"remedy/invite":               "invite the other person",
	"remedy/hand-over":            "hand over the work",
	"remedy/grant-ownership":      "make another user an owner first",
	"remedy/set-payer":            "set another payer",
	"remedy/set-payer/vendor":     "ask the vendor to set another payer",
	"remedy/return-seats/vendor":  "ask the vendor to take back {count} {count:seat|seats}",
	"remedy/close":                "close the account",

	"remedy/end-ownership/several":        "end the ownership of {count} users",
	"remedy/end-ownership/vendor/several": "ask the vendor to end the ownership of {count} users",
	"remedy/reactivate/several":           "reactivate {count} users",
	"remedy/restore/several":              "restore {count} users",
	"remedy/approve/several":              "approve {count} users",
	"remedy/notify/several":               "send {count} invitations again",
	"remedy/delete/user/several":          "delete {count} users",

	"remedies/then":         ", then ",
	"remedies/comma":        ", ",
	"remedies/or":           " or ",
	"remedies/semicolon":    "; ",
	"remedies/semicolon-or": "; or ",

	"fault/file":      "the file {reason}",
	"fault/row":       "row {row} {reason}",
	"fault/cell":      "row {row}: {column} {reason}",
	"fault/clash":     "row {row}: {column} {reason} by row {other}",
	"reason/unlisted": "has further faults that are not listed: {count}",
}

// placeholders lists those of a message, by its key or the first part of the key; all other
// messages are refusals.
var placeholders = map[string]string{
	"total":           "",
	"remedy":          "count",
	"remedies":        "",
	"fault":           "row column reason other",
	"reason":          "",
	"reason/unlisted": "count",
	"field":           "",
}

const ofRefusals = "held total spent excess asked least most count field reason"

var english = inEnglish()

func inEnglish() Messages {
	m := maps.Clone(phrases)
	for _, s := range codeTexts {
		m[string(s.code)] = s.text
	}
	for _, r := range reasons {
		m["reason/"+r.Code] = r.Text
	}
	return m
}

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
	key := r.message()
	return m.say(key, key,
		"held", digits(r.Held), "total", total, "spent", digits(r.Spent), "excess", digits(r.pool().Excess()),
		"asked", digits(r.Asked), "least", digits(r.Least), "most", digits(r.Most), "count", digits(int64(len(r.Differences))),
		"field", m.say("field/"+r.Field, r.Field), "reason", m.Reason(r.Reason))
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
		case r.Most < r.Least:
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
	case ErrWrongStatus, ErrDuplicate, ErrOwnerProtected:
		if r.Reason != nil {
			special = "/reason"
		}
	}
	return string(r.Code) + special
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
		if s.User != "" && leaving.Has(s.Action) {
			kind += "/user"
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
		words = append(words, m.say("remedy/"+kind, kind, "count", digits(s.Count)))
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
	return m.say(key, "", "row", strconv.Itoa(f.Row), "column", f.Column,
		"reason", m.Reason(f.Problem), "other", strconv.Itoa(f.Other))
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
