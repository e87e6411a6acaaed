package site

import (
	"cmp"
	"errors"
	"maps"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// sorry is for errors without words.
const sorry = "This did not work. Please try again in a moment"

// forAdmins are the words for people in the account, atTheDoor those for people who want to come in.
var forAdmins, atTheDoor = seats.English(), seats.English()

// adminTexts are what differs: whole sentences, with what helps apart.
var adminTexts = seats.Messages{
	"remedies/head":            ". What helps: ",
	"no-seats":                 "No seat is free: {held} of {total} {held:is|are} taken",
	"no-seats/several":         "Not enough seats are free: {asked} {asked:is|are} needed, and {held} of {total} {held:is|are} taken",
	"no-seats/over":            "No seat is free: {held} {held:is|are} taken, {excess} more than the {total} there {total:is|are}",
	"bad-input":                "{field} {reason}",
	"bad-input/characters":     "{field} {reason}: at most {bound} {bound:character|characters}",
	"bad-input/groups":         "{field} {reason}: at most {bound} groups of {length} characters",
	"bad-input/bytes":          "{field} {reason}: at most {bound} {bound:byte|bytes}",
	"changed-meanwhile":        "this was changed meanwhile, by another admin or on another page",
	"changed-meanwhile/field":  "this was changed meanwhile, by another admin or on another page: {field}",
	"changed-meanwhile/reason": "this was changed meanwhile, by another admin or on another page: the user {reason}",
	"duplicate/reason":         "the {field} {reason}",
	"field/leave":              "the day of the leave",
	"field/start":              "the day of the start",
	"field/profile":            "the user",
	"reason/not-to-come":       "is not a day to come: choose a later one",
	"reason/no-identity":       "needs an email address, a username or an external ID",
}

// A seatWord is the product's own word for a seat.
type seatWord struct{ One, Many string }

// seatWords are the words of products other than "seat", and adminsOf the words for their admins.
var (
	seatWords = map[string]seatWord{
		"AccuEdConnect": {"license", "licenses"}, "ISpringLearn": {"license", "licenses"}, "BigContacts": {"user spot", "user spots"},
	}
	adminsOf = map[string]seats.Messages{}
)

// in says a text about seats in the product's word.
func (w seatWord) in(text string) string {
	return strings.NewReplacer("seats", w.Many, "seat", w.One, "Seats", sentence(w.Many), "Seat", sentence(w.One)).Replace(text)
}

// doors have the products' own words at the door.
var doors = map[string]seats.Messages{}

// doorTexts are what differs: why a person can't come in.
var doorTexts = map[string]string{
	"Standard":      "You can't come in: your access {reason}. Ask an admin of your company",
	"AccuEdConnect": "You no longer have access to this site: your user {reason}. Your records of training stay. Ask your administrator",
	"HowNow":        "You can't enter the learning space: your user {reason}. Ask an admin to activate you again",
	"ISpringLearn":  "You can't sign in to your account: your user {reason}. Your courses and results are kept until an administrator activates you",
	"UsersPage":     "You can't sign in: your user {reason}. Your training records stay. Ask the administrator of your location",
	"BigContacts":   "You can't log in: your user {reason}. Ask an admin user or the account owner for a user spot",
}

func init() {
	for key, text := range forAdmins {
		forAdmins[key] = strings.ReplaceAll(text, "licence", "license")
	}
	maps.Copy(forAdmins, adminTexts)
	for name, word := range seatWords {
		adminsOf[name] = seats.Messages{}
		for key, text := range forAdmins {
			adminsOf[name][key] = word.in(text)
		}
	}
	atTheDoor["wrong-status/reason"] = "You can't come in: your access {reason}. Ask an admin of your company"
	atTheDoor["changed-meanwhile/field"] = "There is a newer invitation than this link"
	atTheDoor["not-approved"] = "You can't come in yet: an admin has to approve you first"
	for name, text := range doorTexts {
		doors[name] = maps.Clone(atTheDoor)
		doors[name]["wrong-status/reason"] = text
	}
}

// words are those for the person there.
func (v *visit) words() seats.Messages {
	if v.support() || v.person.May.Has(seats.ManagePeople) {
		if words := adminsOf[v.product().Name]; words != nil {
			return words
		}
		return forAdmins
	}
	if words := doors[v.product().Name]; words != nil && v.account.ID != "" {
		return words
	}
	return atTheDoor
}

// shortly says a refusal without what would help.
func (v *visit) shortly(err error) string {
	refusal, _ := errors.AsType[*seats.Refusal](err)
	return v.words().Refusal(refusal)
}

// seatWord is the word of this account's product.
func (v *visit) seatWord() seatWord {
	return cmp.Or(seatWords[v.product().Name], seatWord{"seat", "seats"})
}

// about says a text about seats in the word of this account's product.
func (v *visit) about(text string) string { return v.seatWord().in(text) }

// ownLabels are the products' own words for actions.
var ownLabels = map[string]map[users.Action]string{
	"ISpringLearn": {users.ActionReactivate: "Activate", users.ActionDeactivate: "Deactivate", users.ActionSchedule: "Deactivate on a date"},
}

// label is the product's own word for an action.
func (v *visit) label(a action) string {
	return cmp.Or(ownLabels[v.product().Name][a.Action], a.Label)
}

// labelOf is the label of the button of a user: what it does follows from the user too.
func (v *visit) labelOf(a action, p users.User) string {
	switch {
	case a.Action == users.ActionDelete && p.Status == users.Invited && v.product().Name != "HowNow": // who "cannot cancel invites": the user is deleted
		return "Take back" // the invitation
	case a.Action == users.ActionNotify && p.FirstSignIn.IsZero() && v.product().Name == "AccuEdConnect":
		return "Reinvite"
	}
	return v.label(a)
}

// product is that of the account.
func (v *visit) product() product {
	if v.known.Name == "" || v.known.Policy != v.account.Policy {
		v.known = productOf(v.account.Policy)
	}
	return v.known
}

// leaveText is the day of a leave in a sentence; empty: there is none.
func leaveText(l users.Leave) string {
	switch {
	case l.Date == "":
		return ""
	case l.As == users.LastDay:
		return "The last day with access is " + dateText(l.Date)
	}
	return "The first day without access is " + dateText(l.Date)
}

// doneTexts say in a sentence what an action did to a user, where the status does not.
var doneTexts = map[users.Action]string{
	users.ActionApprove: "{name} is approved and active. Notify tells them", users.ActionUnschedule: "The date of {name} is cancelled",
	users.ActionConfirmLeave: "The leave of {name} is confirmed", users.ActionEdit: "The details of {name} are saved", users.ActionHandOver: "The work of {name} is handed over",
	users.ActionGrantOwnership: "{name} is an owner now", users.ActionOfferOwnership: "The ownership is offered to {name}", users.ActionEndOffer: "The offer to {name} is withdrawn",
	users.ActionAssignCourse: "The course is assigned to {name}", users.ActionUnassignCourse: "The course is taken back from {name}",
	users.ActionArchiveActivity: "The course activity of {name} is in the archive", users.ActionSetDueDate: "The due date of {name} is saved",
}

// doneText says what became of a user, in a sentence.
func doneText(name string, o seats.Outcome, p seats.Person) string {
	switch {
	case o.Unchanged:
		return name + " is so already: nothing was changed."
	case o.Waits():
		return name + " waits for the course: no license is free."
	case o.After.Status == users.Deleted:
		return "The user is deleted now."
	case o.Action == users.ActionNotify:
		return name + " is notified: message " + digits(p.NotificationCount) + " goes out."
	case o.Action == users.ActionSchedule:
		return name + ": " + lower(leaveText(p.Schedule.Leave)) + "."
	case o.Action == users.ActionChangeRole, o.Action == users.ActionEndOwnership:
		return "The role of " + name + " is " + p.Role.String() + " now."
	case doneTexts[o.Action] != "":
		return strings.ReplaceAll(doneTexts[o.Action], "{name}", name) + "."
	case o.Before.Status != o.After.Status:
		return name + " is " + p.Shown.String() + " now."
	}
	return name + ": done."
}

// lower is a sentence that goes on after a colon.
func lower(text string) string {
	first, size := utf8.DecodeRuneInString(text)
	if size == 0 {
		return ""
	}
	return string(unicode.ToLower(first)) + text[size:]
}
