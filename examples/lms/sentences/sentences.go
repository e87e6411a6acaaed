// Package sentences says an event of an account in a sentence, for a history that is read.
package sentences

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// A Teller has the names for the sentences.
type Teller struct {
	Names   func(users.ID) string     // of users
	Pools   func(seats.PoolID) string // of courses and join codes
	Day     func(users.Date) string
	Subject users.ID // the user whose history it is; empty: the account's
}

// templates has a sentence for each kind: A the actor, U the user, S the successor, N the number, D the day, P the course, F the
// fields, T the total.
var templates = map[seats.EventKind]string{
	seats.EventOpened:            "A opened the account with T seats, owned by U",
	seats.EventInvited:           "A invited U",
	seats.EventAdded:             "A added U",
	seats.EventImported:          "U was taken over from another system",
	seats.EventNotified:          "A sent U message N",
	seats.EventAccepted:          "U signed in for the first time",
	seats.EventSignedIn:          "U signed in again after an edit",
	seats.EventApproved:          "A approved U",
	seats.EventDeactivated:       "A made U inactive",
	seats.EventReactivated:       "A made U active again",
	seats.EventArchived:          "A archived U",
	seats.EventRestored:          "A restored U from the archive",
	seats.EventDeleted:           "A deleted U",
	seats.EventErased:            "A erased the personal data of U",
	seats.EventHandedOver:        "A gave the work of U to S",
	seats.EventEdited:            "A changed F of U",
	seats.EventRoleChanged:       "A made U R",
	seats.EventOwnershipGranted:  "A made U an owner",
	seats.EventOwnershipEnded:    "A ended the ownership of U",
	seats.EventOwnershipOffered:  "A offered the ownership to U",
	seats.EventOwnershipAccepted: "U accepted the ownership",
	seats.EventOfferDeclined:     "U declined the ownership",
	seats.EventOfferWithdrawn:    "A withdrew the offer of ownership to U",
	seats.EventOfferLapsed:       "The offer of ownership to U lapsed",
	seats.EventSeatsBought:       "A bought N seats: there are T now",
	seats.EventSeatsReturned:     "A gave N seats back: there are T now",
	seats.EventSeatsGrown:        "The seats grew by N to T",
	seats.EventSeatsLow:          "Few seats are left: N",
	seats.EventSeatsFull:         "No seat is left of T",
	seats.EventSeatsOver:         "N seats more are held than the T there are",
	seats.EventTotalSet:          "A set the seats to T",
	seats.EventPolicySet:         "A switched the product",
	seats.EventPayerSet:          "A made U the payer",
	seats.EventAccountEdited:     "A changed F of the account",
	seats.EventClosed:            "A closed the account",
	seats.EventReopened:          "A reopened the account",
	seats.EventAccountErased:     "A erased the account",
	seats.EventLapsed:            "The invitation of U ran out, and the seat was free",
	seats.EventScheduled:         "A set a date for U: D",
	seats.EventUnscheduled:       "A cancelled the date of U",
	seats.EventLeavingSoon:       "U leaves soon: D",
	seats.EventLeavingHeld:       "N users who would leave on D are held back",
	seats.EventLeavingConfirmed:  "A confirmed the leave of U",
	seats.EventStartMissed:       "U could not start on D: no seat was free",
	seats.EventQueued:            "U waits in the queue for a seat",
	seats.EventSeatRequested:     "U asked for a seat",
	seats.EventUnqueued:          "The place of U in the queue ended",
	seats.EventSeated:            "U got a seat by the queue",
	seats.EventCourseAssigned:    "A assigned P to U",
	seats.EventCourseUnassigned:  "A took P back from U",
	seats.EventCourseStarted:     "U started P",
	seats.EventActivityArchived:  "A put the activity of U in P into the archive",
	seats.EventDueDateSet:        "A set the due date of P for U: D",
	seats.EventLicenceEnded:      "The license of U for P ended unused",
	seats.EventTotalBooked:       "A booked N seats from D on",
	seats.EventPoolEdited:        "A changed F of P",
	seats.EventCodeSet:           "A set the join code P",
	seats.EventCodeUsed:          "U joined by the code P",
	seats.EventCodeUseBack:       "The join code P got a use back",
	seats.EventCodeEnded:         "A ended the join code P",
	seats.EventSeatsReserved:     "N seats are held for a join code",
	seats.EventSourceEdited:      "A changed the settings of the sync Y",
	seats.EventSourceHeld:        "The sync Y was held: N users would leave",
	seats.EventSourceReleased:    "A released the sync Y",
	seats.EventRunRejected:       "A rejected the run of the sync Y",
	seats.EventUnchanged:         "A asked again for what was done already",
}

// coming has those of events to come, see seats.Calendar. A is the actor who set the date.
var coming = map[seats.EventKind]string{
	seats.EventDeactivated:  "U becomes inactive, as set by A",
	seats.EventInvited:      "The invitation of U goes out, as set by A",
	seats.EventLapsed:       "The invitation of U runs out, and the seat is free",
	seats.EventStartMissed:  "U can't start: no seat will be free",
	seats.EventQueued:       "U begins to wait for a seat: none will be free",
	seats.EventSeated:       "U gets a seat by the queue",
	seats.EventUnqueued:     "The place of U in the queue ends",
	seats.EventTotalSet:     "The seats of P become T, as set by A",
	seats.EventPoolEnded:    "P is over: no license is given out or started any more",
	seats.EventLicenceEnded: "The license of U for P ends, and is free",
	seats.EventLeavingSoon:  "A notice goes out that U leaves soon",
	seats.EventLeavingHeld:  "N users who would leave are held back",
	seats.EventSeatsLow:     "Few seats are left: N",
	seats.EventSeatsFull:    "No seat is left",
	seats.EventSeatsOver:    "N seats more are held than there are",
	seats.EventSeatsGrown:   "The seats grow by N",
}

// queueOfCourse has those of the queue of a course.
var queueOfCourse = map[seats.EventKind]string{
	seats.EventQueued:        "U waits for P",
	seats.EventSeatRequested: "U asked for P",
	seats.EventUnqueued:      "U waits no more for P",
	seats.EventSeated:        "U got P by the queue",
}

// templateOf is the template of a kind, that of the queue of a course where the event is of one.
func templateOf(of map[seats.EventKind]string, kind seats.EventKind, pool seats.PoolID) string {
	if course := queueOfCourse[kind]; course != "" && pool != seats.Site {
		return course
	}
	return of[kind]
}

// Coming says an entry of a calendar.
func (t Teller) Coming(e seats.CalendarEntry) string {
	template := templateOf(coming, e.Kind, e.Pool)
	if template == "" {
		template = "U: " + strings.ReplaceAll(string(e.Kind), "-", " ")
	}
	return capital(t.fill(template, seats.Event{Kind: e.Kind, User: e.User, Actor: e.By, Pool: e.Pool, Count: e.Count, Delta: e.Delta, Total: e.Total}))
}

// Kinds reports whether there is a sentence for a kind.
func Kinds(kind seats.EventKind) bool { return templates[kind] != "" }

// All lists the kinds with a sentence, by name.
func All() []seats.EventKind { return slices.Sorted(maps.Keys(templates)) }

// Of says an event.
func (t Teller) Of(e seats.Event) string {
	template := templateOf(templates, e.Kind, e.Pool)
	if template == "" {
		template = "A: " + strings.ReplaceAll(string(e.Kind), "-", " ") // of a newer release
	}
	if e.Kind == seats.EventDeactivated && e.Channel == seats.ByClock {
		template = "U became inactive on the date that was set"
	}
	var out strings.Builder
	out.WriteString(t.fill(template, e))
	if e.Kind == seats.EventInvited && e.Count == 0 {
		out.WriteString("; the message is held back")
	}
	if e.Successor != "" && e.Kind != seats.EventHandedOver {
		out.WriteString("; the work goes to " + t.Names(e.Successor))
	}
	if e.Reason != "" {
		out.WriteString(" (" + e.Reason + ")")
	}
	return capital(out.String())
}

// ofCourse makes a template about seats one about the licenses of a course.
var ofCourse = strings.NewReplacer("seats of P", "licenses of P", "seats", "licenses of P", "seat", "license of P")

// fill fills a template in.
func (t Teller) fill(template string, e seats.Event) string {
	if e.Pool != seats.Site && e.Kind != seats.EventSeatsReserved {
		template = ofCourse.Replace(template)
	}
	words := strings.Fields(template)
	for i, word := range words {
		bare := strings.TrimRight(word, ",:.")
		words[i] = t.word(bare, e) + word[len(bare):]
	}
	return strings.Join(words, " ")
}

// word is a placeholder filled in, and any other word itself.
func (t Teller) word(word string, e seats.Event) string {
	switch word {
	case "A":
		return t.Actor(e)
	case "U":
		return t.Names(e.User)
	case "S":
		return t.Names(e.Successor)
	case "N":
		return fmt.Sprint(max(e.Count, e.Delta))
	case "D":
		day := t.Day(e.Date)
		switch e.DateAs {
		case users.LastDay:
			return "last day " + day
		case users.FirstDayWithout:
			return "first day without access " + day
		}
		return day
	case "P":
		if e.Pool == seats.Site {
			return "the account"
		}
		return t.Pools(e.Pool)
	case "F":
		return strings.ReplaceAll(strings.Join(e.Fields, ", "), "-", " ")
	case "T":
		return e.Total.String()
	case "R":
		if e.After.Role == users.Admin || e.After.Role == users.Owner {
			return "an " + e.After.Role.String()
		}
		return "a " + e.After.Role.String()
	case "Y":
		return e.Source
	}
	return word
}

// Actor names the actor of an event.
func (t Teller) Actor(e seats.Event) string {
	switch e.Actor.Kind {
	case users.ActorUser:
		return t.Names(e.Actor.User)
	case users.ActorSync:
		return "the sync " + e.Actor.Name
	case users.ActorSupport:
		return "the vendor's support (" + e.Actor.Name + ")"
	}
	return "the system"
}

// capital begins a sentence.
func capital(text string) string {
	first, size := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(first)) + text[size:]
}
