package seats

import "maps"

// phrases are what is said in English besides codes and reasons.
var phrases = Messages{
	"no-seats/reopen":          "not enough seats: {asked} are needed, and there {total:is|are} {total}",
	"no-seats/several":         "not enough free seats: {asked} are needed, and {held} of {total} {held:is|are} held",
	"no-seats/spent":           "no free seat: {held} of {total} {held:is|are} held and {spent} spent",
	"no-seats/over":            "no free seat: {held} {held:is|are} held, {excess} more than the {total} there {total:is|are}",
	"no-seats/over-spent":      "no free seat: {held} {held:is|are} held and {spent} spent, {excess} more than the {total} there {total:is|are}",
	"no-seats/course":          "no free licence of this course: {held} {held:is|are} assigned and {spent} used, of {total}",
	"no-seats/course-over":     "no free licence of this course: {held} {held:is|are} assigned and {spent} used, {excess} more than the {total} there {total:is|are}",
	"order-size/most":          "{asked} can't be bought: at most {most}",
	"order-size/full":          "{asked} can't be bought: the total would pass {bound}",
	"order-size/unlimited":     "the seats are unlimited: none can be bought or given back",
	"order-size/return":        "{asked} can't be given back: only {most} {most:is|are} free",
	"order-size/return-least":  "{asked} can't be given back: at least {least}",
	"order-size/return-none":   "{asked} can't be given back: none is free",
	"not-offered/action":       "this product does not offer to {action}",
	"not-offered/reason":       "{reason}",
	"bad-input/characters":     "not valid: {field} {reason}: at most {bound} {bound:character|characters}",
	"bad-input/bytes":          "not valid: {field} {reason}: at most {bound} {bound:byte|bytes}",
	"closed/reason":            "the account {reason}",
	"forbidden/actor":          "not allowed: the acting user {reason}",
	"forbidden/reason":         "{reason}",
	"unknown-user/reason":      "there is no such user: the person {reason}",
	"wrong-status/reason":      "not possible: the user {reason}",
	"duplicate/reason":         "this {field} {reason}",
	"exchange/reason":          "this would turn one user into another, {reason}",
	"owner-protected/reason":   "an owner is protected: {reason}",
	"changed-meanwhile/field":  "this was changed meanwhile: {field}",
	"join-code/reason":         "not possible with this join code: the person {reason}",
	"changed-meanwhile/reason": "this was changed meanwhile: the user {reason}",
	"total/unlimited":          "unlimited",

	"notice/seats-low":          "{count} of {total} {total:seat|seats} {count:is|are} left",
	"notice/seats-full":         "all {total} {total:seat is|seats are} taken",
	"notice/seats-over":         "{held} {held:seat is|seats are} held, {count} more than the {total} there {total:is|are}",
	"notice/seats-grown":        "{count} {count:seat was|seats were} added, since none was free: now there {total:is|are} {total}",
	"notice/seats-low/course":   "{count} of {total} {total:licence|licences} of this course {count:is|are} left",
	"notice/seats-full/course":  "all {total} {total:licence|licences} of this course are given out",
	"notice/seats-over/course":  "more licences of this course are given out than the {total} there {total:is|are}: {count} too many",
	"notice/seats-grown/course": "{count} {count:licence|licences} of this course {count:was|were} added, since none was free: now there {total:is|are} {total}",
	"leave/last-day":            "last day: {date}",
	"leave/first-day-without":   "first day without access: {date}",

	"field/due-date":    "due date",
	"field/external-id": "external ID",
	"field/first-name":  "first name",
	"field/id":          "ID",
	"field/invitation":  "the invitation",
	"field/last-day":    "last day",
	"field/last-name":   "last name",
	"field/leave":       "day of the leave",
	"field/revision":    "the account",
	"field/start":       "day of the start",

	"action/invite":           "invite users",
	"action/notify":           "send invitations again",
	"action/approve":          "approve users",
	"action/deactivate":       "deactivate users",
	"action/reactivate":       "reactivate users",
	"action/archive":          "archive users",
	"action/restore":          "restore users",
	"action/delete":           "delete users",
	"action/hand-over":        "hand over the work of users",
	"action/schedule":         "schedule the days of users",
	"action/unschedule":       "cancel the days of users",
	"action/confirm-leave":    "confirm leaves",
	"action/assign-course":    "assign courses",
	"action/unassign-course":  "take courses back",
	"action/start-course":     "start courses",
	"action/archive-activity": "archive course activity",
	"action/set-due-date":     "change due dates",
	"action/edit":             "edit users",
	"action/change-role":      "change roles",
	"action/grant-ownership":  "make users owners",
	"action/end-ownership":    "end ownerships",
	"action/buy-seats":        "buy seats",
	"action/return-seats":     "give seats back",
	"action/set-code":         "make join codes",
	"action/end-code":         "end join codes",
	"action/edit-account":     "edit the account",
	"action/close":            "close the account",

	"remedy/deactivate":              "deactivate {count} {count:user|users}",
	"remedy/archive":                 "archive {count} {count:user|users}",
	"remedy/delete":                  "delete {count} {count:user|users}",
	"remedy/buy-seats":               "buy {count} {count:seat|seats}",
	"remedy/end-ownership":           "end the ownership of the user",
	"remedy/buy-seats/vendor":        "ask the vendor for {count} more {count:seat|seats}",
	"remedy/end-ownership/vendor":    "ask the vendor to end the ownership of the user",
	"remedy/reactivate":              "reactivate the user",
	"remedy/restore":                 "restore the user",
	"remedy/approve":                 "approve the user",
	"remedy/notify":                  "send the invitation again",
	"remedy/accept":                  "accept the invitation",
	"remedy/deactivate/user":         "deactivate the user",
	"remedy/delete/user":             "delete the user",
	"remedy/invite":                  "invite the new user",
	"remedy/hand-over":               "hand over the work",
	"remedy/grant-ownership":         "make another user an owner",
	"remedy/set-payer":               "set another payer",
	"remedy/set-payer/vendor":        "ask the vendor to set another payer",
	"remedy/return-seats/vendor":     "ask the vendor to take back {count} {count:seat|seats}",
	"remedy/edit":                    "take the {field} from the user who has it",
	"remedy/edit/several":            "take the {field} from {count} users who have it",
	"remedy/close":                   "close the account",
	"remedy/reopen":                  "reopen the account",
	"remedy/reopen/vendor":           "ask the vendor to reopen the account",
	"remedy/archive/user":            "archive the user",
	"remedy/archive/user/several":    "archive {count} users",
	"remedy/deactivate/user/several": "deactivate {count} users",

	"remedy/unassign-course":            "take the course back from {count} {count:user|users}",
	"remedy/archive/course":             "archive {count} {count:user|users} with an unstarted licence of the course",
	"remedy/buy-seats/course":           "buy {count} {count:licence|licences} of the course",
	"remedy/buy-seats/course/vendor":    "ask the vendor for {count} more {count:licence|licences} of the course",
	"remedy/return-seats/course/vendor": "ask the vendor to take back {count} {count:licence|licences} of the course",
	"remedy/assign-course":              "assign the course",
	"remedy/assign-course/several":      "assign the course to {count} users",

	"remedy/end-ownership/several":        "end the ownership of {count} users",
	"remedy/end-ownership/vendor/several": "ask the vendor to end the ownership of {count} users",
	"remedy/reactivate/several":           "reactivate {count} users",
	"remedy/restore/several":              "restore {count} users",
	"remedy/approve/several":              "approve {count} users",
	"remedy/notify/several":               "send {count} invitations again",
	"remedy/delete/user/several":          "delete {count} users",

	"remedies/head":         ": ",
	"remedies/tail":         "; then ",
	"remedies/then":         ", then ",
	"remedies/comma":        ", ",
	"remedies/or":           " or ",
	"remedies/semicolon":    "; ",
	"remedies/semicolon-or": "; or ",

	"fault/file":      "the file {reason}",
	"fault/row":       "row {row} {reason}",
	"fault/cell":      "row {row}: {column} {reason}",
	"fault/clash":     "row {row}: {column} {reason} by row {other}",
	"fault/expected":  ": {expected}",
	"reason/unlisted": "has further faults that are not listed: {count}",
}

// placeholders lists those of a message, by its key or the first part of the key; all other
// messages are refusals.
var placeholders = map[string]string{
	"total":           "",
	"leave":           "date",
	"notice":          "count total held",
	"remedy":          "count field",
	"remedies":        "",
	"fault":           "row column reason other",
	"fault/expected":  "expected",
	"reason":          "",
	"reason/unlisted": "count",
	"field":           "",
	"action":          "",
}

const ofRefusals = "held total spent excess asked least most bound since count field action reason"

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
