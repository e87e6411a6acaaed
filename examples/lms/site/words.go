package site

import "github.com/seatkeeper/seatkeeper/seats"

// sorry is for errors without words.
const sorry = "This did not work. Please try again in a moment"

// forAdmins are the product's words for people in the account, atTheDoor those for people who want to come in.
var forAdmins, atTheDoor = seats.English(), seats.English()

func init() {
	forAdmins["no-seats"] = "No seat is free: {held} of {total} {held:is|are} taken"
	atTheDoor["wrong-status/reason"] = "You can't come in: your access {reason}. Ask an admin of your company"
	atTheDoor["changed-meanwhile/field"] = "There is a newer invitation than this link"
	atTheDoor["not-approved"] = "You can't come in yet: an admin has to approve you first"
}

// words are those for the person there.
func (v *visit) words() seats.Messages {
	if v.support() || v.person.May.Has(seats.ManagePeople) {
		return forAdmins
	}
	return atTheDoor
}
