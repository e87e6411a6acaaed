package seats

import (
	"time"

	"github.com/seatkeeper/seatkeeper/users"
)

// A Policy is what products differ in. It is plain data, stored with the
// account. Every switch's zero value is the one of [Standard], so a host may
// start from any preset and change what it likes. Two policies are the same if
// they are equal by ==.
//
// A policy is stored expanded, switch by switch: mending a preset later changes no
// account that is there.
type Policy struct {
	LetIn     LetIn     `json:"let_in"`    // what turns an invited person into an active one
	NoSeat    NoSeat    `json:"no_seat"`   // what an invitation does when no seat is free
	Buying    Orders    `json:"buying"`    // who may buy seats, and how many in one order
	Returning Seller    `json:"returning"` // who may give seats back, down to what is held and spent
	Invites   RunsOut   `json:"invites"`   // what becomes of an invitation that is not accepted
	Ownership Enders    `json:"ownership"` // who may end the ownership of an owner
	Exchange  Exchange  `json:"exchange"`  // whether an edit may turn one person into another
	Exempt    RoleSet   `json:"exempt"`    // roles that hold no seat
	Withheld  ActionSet `json:"withheld"`  // actions not offered to the account's own people

	// DeleteOnly says that an invitation can be taken back by deletion alone: the
	// account's own people may not deactivate or archive somebody invited.
	DeleteOnly bool `json:"delete_only"`
	// SourceLocked says that people who came by a sync are the sync's: the
	// account's own people may not edit, deactivate, archive or delete them.
	SourceLocked bool `json:"source_locked"`

	// Term is how long an invitation lasts where it runs out: a whole number of
	// microseconds above zero, at most [MaxTerm].
	Term time.Duration `json:"term"`
	// Cards are the summary cards in the product's own words.
	Cards Cards `json:"cards,omitzero"`
}

// Sets of roles and actions.
type (
	RoleSet   = users.Set[users.Role]
	ActionSet = users.Set[users.Action]
)

// MaxTerm is the longest an invitation can last.
const MaxTerm = 10 * 366 * 24 * time.Hour

// LetIn says what turns an invited person into an active one.
type LetIn uint8

// What lets in.
const (
	// FirstSignIn lets in by the first sign-in ([Accept]). Until then a person is
	// shown and counted as invited.
	FirstSignIn LetIn = iota
	// Invitation lets in at once: an invited person is shown and counted as active,
	// whether the invitation was accepted or not, and may open courses. To act in the
	// account, as an admin does, takes a first sign-in ([Accept]) here too.
	Invitation
	// Approval lets in by an admin's [Approve]; before it [Accept] is refused.
	Approval
)

var letInNames = users.Names[LetIn]{"first-sign-in", "invitation", "approval"}

// String returns what lets in in lower case, words joined by a hyphen.
func (l LetIn) String() string { return letInNames.Of(l) }

// MarshalText returns the text form that [LetIn.UnmarshalText] reads.
func (l LetIn) MarshalText() ([]byte, error) { return letInNames.Marshal(l) }

// UnmarshalText reads the text form; anything else is an error.
func (l *LetIn) UnmarshalText(text []byte) error { return letInNames.Unmarshal(text, l) }

// NoSeat says what an invitation does when no seat is free.
type NoSeat uint8

// What happens without a free seat.
const (
	Refuse         NoSeat = iota // nothing: the command is refused
	CreateInactive               // the person is created, inactive
)

var noSeatNames = users.Names[NoSeat]{"refuse", "create-inactive"}

// String returns what happens in lower case, words joined by a hyphen.
func (n NoSeat) String() string { return noSeatNames.Of(n) }

// MarshalText returns the text form that [NoSeat.UnmarshalText] reads.
func (n NoSeat) MarshalText() ([]byte, error) { return noSeatNames.Marshal(n) }

// UnmarshalText reads the text form; anything else is an error.
func (n *NoSeat) UnmarshalText(text []byte) error { return noSeatNames.Unmarshal(text, n) }

// A Seller says who may order seats or give them back.
type Seller uint8

// Who orders.
const (
	SelfService Seller = iota // owners and admins, besides the vendor
	VendorOnly                // the vendor alone
)

var sellerNames = users.Names[Seller]{"self-service", "vendor-only"}

// String returns who orders in lower case, words joined by a hyphen.
func (s Seller) String() string { return sellerNames.Of(s) }

// MarshalText returns the text form that [Seller.UnmarshalText] reads.
func (s Seller) MarshalText() ([]byte, error) { return sellerNames.Marshal(s) }

// UnmarshalText reads the text form; anything else is an error.
func (s *Seller) UnmarshalText(text []byte) error { return sellerNames.Unmarshal(text, s) }

// Orders says who may buy seats and how many in one order. The bounds bind the
// account's own people; zero means no bound.
type Orders struct {
	By    Seller `json:"by"`
	Least int64  `json:"least"`
	Most  int64  `json:"most"`
}

// RunsOut says what becomes of an invitation that nobody accepts.
type RunsOut uint8

// What becomes of it.
const (
	RunsNever RunsOut = iota // it can be accepted for ever
	RunsKept                 // after Term it can't be accepted until it is sent again; the seat stays held
	RunsFreed                // after Term the person becomes inactive and the seat is free, once; see [Reactivate]
)

var runsOutNames = users.Names[RunsOut]{"never", "kept", "freed"}

// String returns what becomes of it in lower case, words joined by a hyphen.
func (r RunsOut) String() string { return runsOutNames.Of(r) }

// MarshalText returns the text form that [RunsOut.UnmarshalText] reads.
func (r RunsOut) MarshalText() ([]byte, error) { return runsOutNames.Marshal(r) }

// UnmarshalText reads the text form; anything else is an error.
func (r *RunsOut) UnmarshalText(text []byte) error { return runsOutNames.Unmarshal(text, r) }

// Enders says who may end the ownership of an owner.
type Enders uint8

// Who ends ownership.
const (
	OwnersEnd  Enders = iota // any owner, and support
	SupportEnd               // support alone
)

var enderNames = users.Names[Enders]{"owners", "support"}

// String returns who ends ownership in lower case, words joined by a hyphen.
func (e Enders) String() string { return enderNames.Of(e) }

// MarshalText returns the text form that [Enders.UnmarshalText] reads.
func (e Enders) MarshalText() ([]byte, error) { return enderNames.Marshal(e) }

// UnmarshalText reads the text form; anything else is an error.
func (e *Enders) UnmarshalText(text []byte) error { return enderNames.Unmarshal(text, e) }

// Exchange says whether an edit may turn one person into another, see
// [users.Exchanges].
type Exchange uint8

// Whether people may be exchanged.
const (
	ExchangeRefused Exchange = iota
	ExchangeAllowed
)

var exchangeNames = users.Names[Exchange]{"refused", "allowed"}

// String returns whether people may be exchanged in lower case, words joined by a hyphen.
func (e Exchange) String() string { return exchangeNames.Of(e) }

// MarshalText returns the text form that [Exchange.UnmarshalText] reads.
func (e Exchange) MarshalText() ([]byte, error) { return exchangeNames.Marshal(e) }

// UnmarshalText reads the text form; anything else is an error.
func (e *Exchange) UnmarshalText(text []byte) error { return exchangeNames.Unmarshal(text, e) }

// What is wrong with a policy.
var (
	ErrCards         = users.Reason{Code: "unfit-cards", Text: "has a card without a figure or title that can be shown"}
	ErrUnknownSwitch = users.Reason{Code: "unknown-switch", Text: "has a switch set to something unknown"}
	ErrTerm          = users.Reason{Code: "wrong-term", Text: "needs a term where invitations run out, and none where they do not"}
	ErrOrderBounds   = users.Reason{Code: "order-bounds", Text: "has order bounds that no order can meet"}
	ErrNoWayOut      = users.Reason{Code: "no-way-out", Text: "withholds every way to free a seat"}
	ErrNoWayIn       = users.Reason{Code: "no-way-in", Text: "withholds what lets people in"}
	ErrWithheld      = users.Reason{Code: "withheld-in-vain", Text: "withholds an action that the account's own people never had"}
)

// leaving are the ways in which the account's own people free a seat.
var leaving = users.In(users.Deactivate, users.Archive, users.Delete)

// Check reports what is wrong with the policy, or nil: an unknown value, or
// switches that contradict each other.
func (p Policy) Check() error {
	switch {
	case p.LetIn > Approval, p.NoSeat > CreateInactive, p.Buying.By > VendorOnly, p.Returning > VendorOnly,
		p.Invites > RunsFreed, p.Ownership > SupportEnd, p.Exchange > ExchangeAllowed,
		p.Exempt&^users.In(users.Roles()...) != 0:
		return ErrUnknownSwitch
	case !p.Cards.valid():
		return ErrCards
	case (p.Invites == RunsNever) != (p.Term == 0), p.Term < 0, p.Term > MaxTerm, p.Term%time.Microsecond != 0:
		return ErrTerm
	case p.Buying.Least < 0, p.Buying.Most < 0, p.Buying.Least > MaxSeats,
		p.Buying.Most != 0 && p.Buying.Most < p.Buying.Least:
		return ErrOrderBounds
	case p.Withheld&leaving == leaving, p.DeleteOnly && p.Withheld.Has(users.Delete):
		return ErrNoWayOut
	case p.Withheld.Has(users.Accept), p.LetIn == Approval && p.Withheld.Has(users.Approve),
		p.Invites != RunsNever && p.Withheld.Has(users.Notify),
		(p.NoSeat == CreateInactive || p.Invites == RunsFreed) && p.Withheld.Has(users.Reactivate):
		return ErrNoWayIn
	}
	for _, a := range p.Withheld.Members() {
		if users.Authority(users.ActorUser, users.Owner, a) == users.Never {
			return ErrWithheld
		}
	}
	return nil
}
