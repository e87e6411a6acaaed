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

// Messages are what the library says to people, in one language: a text for each key,
// with placeholders in braces. A translation is such a map, and goes by [English], which
// has every key there is:
//
//	no-seats            a refusal, by its Code, with {held}, {total}, {spent}, {asked},
//	                    {least}, {most}, {field} and {reason}
//	no-seats/several    the same where more than one seat is asked for
//	no-seats/spent      the same where seats are spent too
//	order-size/none     the same where no number is possible
//	forbidden/reason    the same where the {reason} is known; duplicate/reason,
//	                    wrong-status/reason and owner-protected/reason likewise
//	reason/too-long     what is wrong with a field or a cell, by the Code of the
//	                    users.Reason; reason/unlisted with {count}
//	remedy/deactivate   a step of a remedy, by its action, with {count}; remedy/buy-seats/vendor
//	                    is to ask the vendor for it, remedy/notify/several is the same step for
//	                    several users
//	remedies/then       what stands between the steps of a remedy
//	remedies/comma      what stands between remedies, and remedies/or before the last;
//	                    remedies/semicolon and remedies/semicolon-or where one has several steps
//	fault/file          what is wrong with a roster, fault/row and fault/cell with a row
//	                    or cell of it, fault/clash with two: with {row}, {column},
//	                    {reason} and {other}
//	total/unlimited     a {total} that is no number
//	field/email         the word for a {field}; without it the field stands as it is
//
// What a translation lacks is said in English; [Messages.Check] names it. Numbers are
// digits without separators. There are no rules for plurals, and a text is as it is for
// every number: who needs them takes the code and the numbers from the [Refusal] to a
// library of his own.
//
// The texts contain no name and no address; a roster's columns are called what the host
// calls them. They are not escaped for any kind of page. A map that nobody changes may be
// used by any number of goroutines at once.
type Messages map[string]string

// phrases are what is said in English besides sentences and reasons.
var phrases = Messages{
	"no-seats/several":       "not enough free seats: {asked} are needed, and {held} of {total} are held",
	"no-seats/spent":         "no free seat: {held} of {total} are held and {spent} spent",
	"forbidden/reason":       "not allowed: the actor {reason}",
	"duplicate/reason":       "{field} {reason}",
	"wrong-status/reason":    "not possible: the user {reason}",
	"owner-protected/reason": "an owner is protected: the actor {reason}",
	"order-size/none":        "not a number of seats that can be ordered: {asked} asked, none possible",
	"total/unlimited":        "unlimited",

	"remedy/deactivate":           "deactivate {count}",
	"remedy/archive":              "archive {count}",
	"remedy/delete":               "delete {count}",
	"remedy/buy-seats":            "buy {count}",
	"remedy/end-ownership":        "end the ownership of the user",
	"remedy/buy-seats/vendor":     "ask the vendor for {count} more",
	"remedy/end-ownership/vendor": "ask the vendor to end the ownership of the user",
	"remedy/reactivate":           "reactivate the user",
	"remedy/restore":              "restore the user",
	"remedy/approve":              "approve the user",
	"remedy/notify":               "notify the user",

	"remedy/end-ownership/several":        "end the ownership of {count} users",
	"remedy/end-ownership/vendor/several": "ask the vendor to end the ownership of {count} users",
	"remedy/reactivate/several":           "reactivate {count} users",
	"remedy/restore/several":              "restore {count} users",
	"remedy/approve/several":              "approve {count} users",
	"remedy/notify/several":               "notify {count} users",

	"remedies/then":         ", then ",
	"remedies/comma":        ", ",
	"remedies/or":           ", or ",
	"remedies/semicolon":    "; ",
	"remedies/semicolon-or": "; or ",

	"fault/file":      "the file {reason}",
	"fault/row":       "row {row} {reason}",
	"fault/cell":      "row {row}: {column} {reason}",
	"fault/clash":     "row {row}: {column} {reason} by row {other}",
	"reason/unlisted": "has further faults that are not listed: {count}",
}

// placeholders are those that a message may have, by its key or the first part of that.
// Where neither stands here it is a refusal's.
var placeholders = map[string]string{
	"total":           "",
	"remedy":          "{count}",
	"remedies":        "",
	"fault":           "{row} {column} {reason} {other}",
	"reason":          "",
	"reason/unlisted": "{count}",
	"field":           "",
}

const ofRefusals = "{held} {total} {spent} {asked} {least} {most} {field} {reason}"

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

// English returns the messages in English, all that there are. The map is the caller's.
func English() Messages { return maps.Clone(english) }

// Check returns what is wrong with a translation, or nil: every key that it lacks or that
// nobody asks for, and every text with a placeholder that its key does not have. It is for
// the tests of a host, who may do without the words for fields.
func (m Messages) Check() error {
	keys := maps.Clone(english)
	maps.Copy(keys, m)
	var wrong []error
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		kind, _, _ := strings.Cut(key, "/")
		what := ""
		switch {
		case english[key] == "" && kind != "field":
			what = "is asked for by nobody"
		case m[key] == "":
			what = "is missing"
		case strings.ContainsAny(without(placesOf(kind, key), m[key]), "{}"):
			what = "has a placeholder that is unknown there"
		default:
			continue
		}
		wrong = append(wrong, fmt.Errorf("seats: messages: %q %s", key, what))
	}
	return errors.Join(wrong...)
}

func placesOf(kind, key string) string {
	for _, of := range []string{key, kind} {
		if places, there := placeholders[of]; there {
			return places
		}
	}
	return ofRefusals
}

func without(places, text string) string {
	for _, p := range strings.Fields(places) {
		text = strings.ReplaceAll(text, p, "")
	}
	return text
}

// Refusal says why something was refused, with its numbers. A code that is not one of
// [Codes] is said by itself.
func (m Messages) Refusal(r *Refusal) string {
	key := string(r.Code)
	switch {
	case r.Code == ErrNoSeats && r.Spent > 0:
		key = "no-seats/spent"
	case r.Code == ErrNoSeats && r.Asked > 1:
		key = "no-seats/several"
	case r.Code == ErrOrderSize && r.Most < r.Least:
		key = "order-size/none"
	case r.Reason != nil && phrases[key+"/reason"] != "":
		key += "/reason"
	}
	total := r.Total.String()
	if r.Total.IsUnlimited() {
		total = m.say("total/unlimited", "")
	}
	return m.say(key, key,
		"{held}", digits(r.Held), "{total}", total, "{spent}", digits(r.Spent),
		"{asked}", digits(r.Asked), "{least}", digits(r.Least), "{most}", digits(r.Most),
		"{field}", m.say("field/"+r.Field, r.Field), "{reason}", m.Reason(r.Reason))
}

// Reason says what is wrong with a field or a cell. It goes on from the name of that. An
// error that says anything else than one of the library's reasons is said by its own
// text, and nil is empty.
func (m Messages) Reason(err error) string {
	reason, known := errors.AsType[users.Reason](err)
	switch n, unlisted := err.(users.Unlisted); {
	case err == nil:
		return ""
	case unlisted:
		return m.say("reason/unlisted", "", "{count}", digits(int64(n)))
	case known && reason.Text == err.Error():
		return m.say("reason/"+reason.Code, reason.Text)
	}
	return err.Error()
}

// Remedy says what could be done about a refusal, step by step; the same about several
// users in a row is said once. A step that the library never gives is said by the name of its
// action.
func (m Messages) Remedy(r Remedy) string {
	var words []string
	for i := 0; i < len(r.Steps); {
		s := r.Steps[i]
		kind, alike := s.Action.String(), 1
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
		words = append(words, m.say("remedy/"+kind, kind, "{count}", digits(s.Count)))
	}
	return strings.Join(words, m.say("remedies/then", ""))
}

// likewise reports whether two steps are the same about a user each.
func (s Step) likewise(other Step) bool {
	same := s.User != "" && other.User != ""
	s.User, other.User = "", ""
	return same && s == other
}

// Remedies joins the remedies to a phrase; it is empty if there are none.
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

// Fault says what is wrong with a roster and where.
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
	return m.say(key, "", "{row}", strconv.Itoa(f.Row), "{column}", f.Column,
		"{reason}", m.Reason(f.Problem), "{other}", strconv.Itoa(f.Other))
}

// say returns the text of the key in this language, else in English, else otherwise, with
// the values in the place of the placeholders before them.
func (m Messages) say(key, otherwise string, values ...string) string {
	return strings.NewReplacer(values...).Replace(cmp.Or(m[key], english[key], otherwise))
}

func digits(n int64) string { return strconv.FormatInt(n, 10) }
