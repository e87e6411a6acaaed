package seats

import (
	"time"

	"github.com/seatkeeper/seatkeeper/users"
)

// A Code is the kind of a refusal. It is stable, and it is the sentinel:
// errors.Is(err, seats.ErrNoSeats) works through any wrapping.
type Code string

// The codes.
const (
	ErrNoSeats           Code = "no-seats"
	ErrForbidden         Code = "forbidden" // also of a user outside the actor's rights, missing or present
	ErrNotOffered        Code = "not-offered"
	ErrOwnerProtected    Code = "owner-protected"
	ErrLastOwner         Code = "last-owner"
	ErrPayer             Code = "payer"
	ErrSourceLocked      Code = "source-locked"
	ErrUnknownUser       Code = "unknown-user"
	ErrWrongStatus       Code = "wrong-status"
	ErrDuplicate         Code = "duplicate"
	ErrAmbiguous         Code = "ambiguous"
	ErrExchange          Code = "exchange"
	ErrNotApproved       Code = "not-approved"
	ErrInvitationExpired Code = "invitation-expired"
	ErrOrderSize         Code = "order-size"
	ErrBadInput          Code = "bad-input"
	ErrKeyReused         Code = "key-reused"
	ErrPlanOutdated      Code = "plan-outdated"
	ErrClosed            Code = "closed"
	ErrOpen              Code = "open"
	ErrSeatSpent         Code = "seat-spent"
	ErrNotAssigned       Code = "not-assigned"
	ErrPoolEnded         Code = "pool-ended"
	ErrVersionReused     Code = "version-reused"
	ErrChangedMeanwhile  Code = "changed-meanwhile"
	ErrFinal             Code = "final"
	ErrJoinCode          Code = "join-code" // unknown, ended or used up: the same for all of these
	ErrOfferOpen         Code = "offer-open"
	ErrNoOffer           Code = "no-offer"
	ErrSourceHeld        Code = "source-held"
)

// Error returns the code.
func (c Code) Error() string { return string(c) }

// codeTexts say each code in English, in the order of the codes. The texts of special cases
// are in phrases.
var codeTexts = []struct {
	code Code
	text string
}{
	{ErrNoSeats, "no free seat: {held} of {total} {held:is|are} held"},
	{ErrForbidden, "not allowed"},
	{ErrNotOffered, "this product does not offer this"},
	{ErrOwnerProtected, "an owner is protected: the ownership has to end first"},
	{ErrLastOwner, "this is the last active owner: another user has to become one first"},
	{ErrPayer, "this owner pays for the account: another payer has to be set first"},
	{ErrSourceLocked, "this user came by a sync, which alone can edit, deactivate, archive or delete them"},
	{ErrUnknownUser, "there is no such user"},
	{ErrWrongStatus, "the user's status does not allow it"},
	{ErrDuplicate, "a user with this email, username or ID is already here"},
	{ErrAmbiguous, "{count} {count:user has|users have} this {field}: their username or ID is needed"},
	{ErrExchange, "this would turn one user into another"},
	{ErrNotApproved, "the user is not approved yet"},
	{ErrInvitationExpired, "the invitation has run out"},
	{ErrOrderSize, "{asked} can't be bought: at least {least}"},
	{ErrBadInput, "not valid: {field} {reason}"},
	{ErrKeyReused, "the request key was used for another call"},
	{ErrPlanOutdated, "the plan is out of date: {count} {count:command comes|commands come} out differently by now"},
	{ErrClosed, "the account is closed"},
	{ErrOpen, "the account has to be closed first"},
	{ErrSeatSpent, "the course has been used since {since}, and its licence is spent"},
	{ErrNotAssigned, "the user has no licence of this course"},
	{ErrPoolEnded, "the licences of this course have ended"},
	{ErrVersionReused, "this version of the total was given before, with another total"},
	{ErrChangedMeanwhile, "this was changed meanwhile"},
	{ErrFinal, "this can't be undone"},
	{ErrJoinCode, "this join code is not valid"},
	{ErrOfferOpen, "another offer of ownership is open: it has to end first"},
	{ErrNoOffer, "there is no open offer of ownership to the user"},
	{ErrSourceHeld, "the sync is held"},
}

// Codes lists all codes in order.
func Codes() []Code {
	codes := make([]Code, len(codeTexts))
	for i, s := range codeTexts {
		codes[i] = s.code
	}
	return codes
}

// A Refusal is the error of a refused command or call, which changed nothing. It wraps its [Code].
// Its text is English and free of addresses and names, since errors end up in logs; [Messages]
// have it in any language. It has a JSON form with the code of its reason.
type Refusal struct {
	Code   Code         `json:"code"`
	Index  int          `json:"index,omitzero"`  // the place of the refused command in the call
	Action users.Action `json:"action,omitzero"` // of the refused command
	User   users.ID     `json:"user,omitzero"`   // the user concerned, or the intended ID of a new one; empty if hidden from the actor
	Others []users.ID   `json:"others,omitzero"` // all holders of the keys of a duplicate, or of an ambiguous key
	Field  string       `json:"field,omitzero"`  // of bad input the field, of a duplicate and an ambiguous key its kind
	Reason error        `json:"reason,omitzero"` // more precise than the code, for those that have reasons; wrapped too

	Pool  PoolID    `json:"pool,omitzero"` // of the numbers, or the missing one
	Total Count     `json:"total,omitzero"`
	Held  int64     `json:"held,omitzero"`
	Spent int64     `json:"spent,omitzero"`
	Asked int64     `json:"asked,omitzero"` // seats
	Since time.Time `json:"since,omitzero"` // of a spent licence: the start of the course
	Until time.Time `json:"until,omitzero"` // of [ErrEarlierEdits]: their end
	Least int64     `json:"least,omitzero"` // the bounds of an order
	Most  int64     `json:"most,omitzero"`

	Losses Losses `json:"losses,omitzero"` // of source-held by the guard: of the call up to this command, in a bulk call of this command alone

	// What is there now, of changed-meanwhile by [If] and [Accept].
	Status     users.Status `json:"status,omitzero"` // of the user, as stored
	Revision   uint64       `json:"revision,omitzero"`
	Invitation int64        `json:"invitation,omitzero"` // [users.User.NotificationCount]

	Differences []Difference `json:"differences,omitzero"` // of plan-outdated

	// Remedies make the call pass, or with an outcome for each command this one. They change the
	// account: a condition on the revision is for the new one then, see [If]. [SignIn] and [Join] have
	// none: the text is for a person at the door, who can do nothing in the account.
	Remedies Remedies `json:"remedies,omitzero"`
}

// Error returns the English text with its numbers.
func (r *Refusal) Error() string { return "seats: " + english.Refusal(r) }

// Unwrap returns the code and the reason, if there is one.
func (r *Refusal) Unwrap() []error {
	if r.Reason == nil {
		return []error{r.Code}
	}
	return []error{r.Code, r.Reason}
}

// refuse returns a refusal about a user; the caller adds the rest.
func refuse(code Code, user users.ID) *Refusal { return &Refusal{Code: code, User: user} }

// minute returns an instant for a text, to the minute.
func minute(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02 15:04 UTC")
}

// numbers adds the numbers of the pool and the seats asked for.
func (r *Refusal) numbers(p Pool, asked int64) {
	r.Pool, r.Total, r.Held, r.Spent, r.Asked = p.ID, p.Total, p.Held, p.Spent, asked
}

// because adds the reason of a refusal.
func (r *Refusal) because(reason users.Reason) *Refusal {
	r.Reason = reason
	return r
}

// badInput returns the refusal of a field.
func badInput(field string, reason error) *Refusal {
	return &Refusal{Code: ErrBadInput, Field: field, Reason: reason}
}

// badProfile returns the refusal of a profile or patch.
func badProfile(err error) *Refusal {
	fault := err.(*users.FieldError)
	return badInput(fault.Field, fault.Reason)
}

// A Remedy makes a refused call pass as a whole: all steps are carried out in this order, then the
// call is made again. There is at least one step. The steps are within the rights of the actor
// and the bounds of the policy, for the account as it was at the refusal.
type Remedy struct {
	Steps []Step `json:"steps,omitzero"`
	// Replaces are the places in the call of the commands for which the steps stand, ascending,
	// as in the Index of a [Refusal]: the call is made again without them.
	Replaces []int `json:"replaces,omitzero"`
}

// A Step is a part of a [Remedy]: one command about a user or an order, or one command
// about each of several users.
type Step struct {
	Action users.Action `json:"action"`
	// Count is of seats, or of users if User is empty: of any active admins for GrantOwnership; with a
	// Pool, of any with an unstarted licence of the course; and else of any who hold a seat, also
	// under a policy of the refused call. The actor and the users of the call are excluded.
	Count  int64    `json:"count"`
	User   users.ID `json:"user,omitzero"`   // the user of the step, if it is about a certain one
	Pool   PoolID   `json:"pool,omitzero"`   // of an order, or of a course
	Vendor bool     `json:"vendor,omitzero"` // to be asked of the vendor
	Field  string   `json:"field,omitzero"`  // of an Edit, the kind of the key that it takes from the user: "email" or "username"
}

// Command returns the command of a step that names a user, an order or nothing else: Notify,
// Accept, Approve, Deactivate, Reactivate, Archive, Restore, Delete, Erase, Unschedule, ConfirmLeave,
// AssignCourse, UnassignCourse, GrantOwnership, EndOwnership, OfferOwnership and EndOffer of the User; an Edit without the Field; BuySeats and ReturnSeats;
// SetPayer to none, Close and Reopen. It is not ok for the other steps: a Count of users to be chosen,
// Invite of the person of a replaced [Edit], HandOver to them, and a replaced Edit by the vendor.
func (s Step) Command() (c Command, ok bool) {
	switch s.Action {
	case users.ActionBuySeats:
		return BuySeats{Pool: s.Pool, Quantity: s.Count}, true
	case users.ActionReturnSeats:
		return ReturnSeats{Pool: s.Pool, Quantity: s.Count}, true
	case users.ActionSetPayer:
		return SetPayer{}, true
	case users.ActionClose:
		return Close{}, true
	case users.ActionReopen:
		return Reopen{}, true
	}
	if s.User == "" {
		return nil, false
	}
	if edit, ok := withoutKey(s.User, s.Field); ok && s.Action == users.ActionEdit {
		return edit, true
	}
	for _, c := range append(onUser(s.User), AssignCourse{User: s.User, Pool: s.Pool}, UnassignCourse{User: s.User, Pool: s.Pool}) {
		if c.Action() == s.Action {
			return c, true
		}
	}
	return nil, false
}

// String returns the remedy in English: "buy 10 seats", "ask the vendor for 1 more seat",
// "deactivate 1 user, then reactivate the user".
func (r Remedy) String() string { return english.Remedy(r) }

// Remedies are alternatives: each one is enough.
type Remedies []Remedy

// String joins the remedies to an English phrase.
func (r Remedies) String() string { return english.Remedies(r) }
