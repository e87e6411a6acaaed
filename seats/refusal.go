package seats

import "github.com/seatkeeper/seatkeeper/users"

// A Code says why a command is refused. It is stable, and it is the sentinel:
// errors.Is(err, seats.ErrNoSeats) works through any wrapping.
type Code string

// The reasons for a refusal.
const (
	ErrNoSeats           Code = "no-seats"
	ErrForbidden         Code = "forbidden" // also where it would tell whether a user is there whom the actor may not act on
	ErrNotOffered        Code = "not-offered"
	ErrOwnerProtected    Code = "owner-protected"
	ErrLastOwner         Code = "last-owner"
	ErrPayer             Code = "payer"
	ErrSourceLocked      Code = "source-locked"
	ErrUnknownUser       Code = "unknown-user"
	ErrWrongStatus       Code = "wrong-status"
	ErrDuplicate         Code = "duplicate"
	ErrExchange          Code = "exchange"
	ErrNotApproved       Code = "not-approved"
	ErrInvitationExpired Code = "invitation-expired"
	ErrOrderSize         Code = "order-size"
	ErrBadInput          Code = "bad-input"
	ErrKeyReused         Code = "key-reused"
	ErrPlanOutdated      Code = "plan-outdated"
	ErrClosed            Code = "closed"
	ErrOpen              Code = "open"
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
	{ErrNotOffered, "this product does not offer it"},
	{ErrOwnerProtected, "an owner is protected: the ownership has to end first"},
	{ErrLastOwner, "this is the last active owner: another user has to become one first"},
	{ErrPayer, "this owner pays for the account: another payer has to be set first"},
	{ErrSourceLocked, "this person came by a sync, which alone can change or remove them"},
	{ErrUnknownUser, "there is no such user"},
	{ErrWrongStatus, "the user's status does not allow it"},
	{ErrDuplicate, "a user with this address, username or ID is already here"},
	{ErrExchange, "this would turn one person into another"},
	{ErrNotApproved, "the user is not approved yet"},
	{ErrInvitationExpired, "the invitation has run out"},
	{ErrOrderSize, "{asked} can't be bought: at least {least}"},
	{ErrBadInput, "not valid: {field} {reason}"},
	{ErrKeyReused, "the request key was used for another call"},
	{ErrPlanOutdated, "the plan is out of date: {count} {count:command comes|commands come} out differently by now"},
	{ErrClosed, "the account is closed"},
	{ErrOpen, "the account has to be closed first"},
}

// Codes lists the codes there are, in order.
func Codes() []Code {
	codes := make([]Code, len(codeTexts))
	for i, s := range codeTexts {
		codes[i] = s.code
	}
	return codes
}

// A Refusal says why nothing was done. It wraps its [Code]. Its text contains no
// address and no name, since errors end up in logs, and is in English; [Messages] say it
// in any language. It has a JSON form, in which the reason is its code.
type Refusal struct {
	Code   Code         `json:"code"`
	Index  int          `json:"index,omitzero"`  // the place of the refused command among those of the call
	Action users.Action `json:"action,omitzero"` // what was asked for
	User   users.ID     `json:"user,omitzero"`   // whom it concerns, of a newcomer the ID that the person was to have; empty if nobody, or nobody whom the actor sees
	Others []users.ID   `json:"others,omitzero"` // who else is concerned: the people in whose way a duplicate is
	Field  string       `json:"field,omitzero"`  // of bad input the field, of a duplicate the key
	Reason error        `json:"reason,omitzero"` // more precise than the code, for those that have reasons; wrapped too

	Pool  PoolID `json:"pool,omitzero"` // whose numbers follow, or that is not there
	Total Count  `json:"total,omitzero"`
	Held  int64  `json:"held,omitzero"`
	Spent int64  `json:"spent,omitzero"`
	Asked int64  `json:"asked,omitzero"` // seats
	Least int64  `json:"least,omitzero"` // that can be ordered
	Most  int64  `json:"most,omitzero"`

	Differences []Difference `json:"differences,omitzero"` // from the plan, for plan-outdated

	// Remedies are what could be done now so that the call passes, or with an outcome for
	// each command this one.
	Remedies Remedies `json:"remedies,omitzero"`
}

// Error returns the refusal as a sentence with its numbers, in English.
func (r *Refusal) Error() string { return "seats: " + english.Refusal(r) }

// Unwrap returns the code and the reason, if there is one.
func (r *Refusal) Unwrap() []error {
	if r.Reason == nil {
		return []error{r.Code}
	}
	return []error{r.Code, r.Reason}
}

// refuse returns a refusal about a user; who calls fills in the rest.
func refuse(code Code, user users.ID) *Refusal { return &Refusal{Code: code, User: user} }

// numbers puts the pool's numbers and the asked seats on a refusal.
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

// A Remedy makes a refused call pass as a whole: all of its steps are carried out, in this
// order, and then the call is made again. There is at least one step. They are within the
// rights of the actor, the bounds of the policy and what was there at the refusal.
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
	// Count is of seats, or of users: any who hold a seat, also under a policy that the
	// refused call sets, and whom the actor may put out, but for the actor and those whom the
	// call names.
	Count  int64    `json:"count"`
	User   users.ID `json:"user,omitzero"`   // the user it is about, if it is about a certain one
	Pool   PoolID   `json:"pool,omitzero"`   // of an order
	Vendor bool     `json:"vendor,omitzero"` // not for the actor: the vendor can be asked for it
}

// String returns the remedy in English: "deactivate 1 person", "buy 10 seats", "ask the vendor
// for 1 more", "deactivate 1 person, then reactivate the user".
func (r Remedy) String() string { return english.Remedy(r) }

// Remedies are alternatives: any one of them is enough.
type Remedies []Remedy

// String joins the remedies to a phrase in English; it is empty if there are none.
func (r Remedies) String() string { return english.Remedies(r) }
