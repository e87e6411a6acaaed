package site

import (
	"maps"

	"github.com/seatkeeper/seatkeeper/seats"
)

// sorry is for errors without words.
const sorry = "This did not work. Please try again in a moment"

// forAdmins are the words for people in the account, atTheDoor those for people who want to come in.
var forAdmins, atTheDoor = seats.English(), seats.English()

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
	forAdmins["no-seats"] = "No seat is free: {held} of {total} {held:is|are} taken"
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
		return forAdmins
	}
	if words := doors[productOf(v.account.Policy).Name]; words != nil && v.account.ID != "" {
		return words
	}
	return atTheDoor
}
