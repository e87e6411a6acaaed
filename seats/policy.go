package seats

import (
	"time"

	"github.com/seatkeeper/seatkeeper/internal/enum"
	"github.com/seatkeeper/seatkeeper/internal/rules"
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
	Activation       Activation       `json:"activation"`        // what turns an invited person into an active one
	WhenFull         WhenFull         `json:"when_full"`         // what an invitation does when no seat is free
	Buying           Orders           `json:"buying"`            // who may buy seats, and how many in one order
	Returning        OrderChannel     `json:"returning"`         // who may give seats back, down to what is held and spent
	InvitationExpiry InvitationExpiry `json:"invitation_expiry"` // what becomes of an invitation that is not accepted
	OwnershipEnders  OwnershipEnders  `json:"ownership_enders"`  // who may end the ownership of an owner
	IdentityChange   IdentityChange   `json:"identity_change"`   // whether an edit may turn one person into another
	Exempt           RoleSet          `json:"exempt"`            // roles that hold no seat
	Withheld         ActionSet        `json:"withheld"`          // actions not offered to the account's own people

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

// Activation says what turns an invited person into an active one.
type Activation uint8

// What lets in.
const (
	// FirstSignIn lets in by the first sign-in ([Accept]). Until then a person is
	// shown and counted as invited.
	FirstSignIn Activation = iota
	// Invitation lets in at once: an invited person is shown and counted as active,
	// whether the invitation was accepted or not, and may open courses. To act in the
	// account, as an admin does, takes a first sign-in ([Accept]) here too.
	Invitation
	// Approval lets in by an admin's [Approve]; before it [Accept] is refused.
	Approval
)

var activationNames = enum.Names[Activation]{"first-sign-in", "invitation", "approval"}

// String returns what lets in in lower case, words joined by a hyphen.
func (l Activation) String() string { return activationNames.Of(l) }

// MarshalText returns the text form that [Activation.UnmarshalText] reads.
func (l Activation) MarshalText() ([]byte, error) { return activationNames.Marshal(l) }

// UnmarshalText reads the text form; anything else is an error.
func (l *Activation) UnmarshalText(text []byte) error { return activationNames.Unmarshal(text, l) }

// WhenFull says what an invitation does when no seat is free.
type WhenFull uint8

// What happens without a free seat.
const (
	Refuse         WhenFull = iota // nothing: the command is refused
	CreateInactive                 // the person is created, inactive
)

var whenFullNames = enum.Names[WhenFull]{"refuse", "create-inactive"}

// String returns what happens in lower case, words joined by a hyphen.
func (n WhenFull) String() string { return whenFullNames.Of(n) }

// MarshalText returns the text form that [WhenFull.UnmarshalText] reads.
func (n WhenFull) MarshalText() ([]byte, error) { return whenFullNames.Marshal(n) }

// UnmarshalText reads the text form; anything else is an error.
func (n *WhenFull) UnmarshalText(text []byte) error { return whenFullNames.Unmarshal(text, n) }

// A OrderChannel says who may order seats or give them back.
type OrderChannel uint8

// Who orders.
const (
	SelfService OrderChannel = iota // owners and admins, besides the vendor
	VendorOnly                      // the vendor alone
)

var orderChannelNames = enum.Names[OrderChannel]{"self-service", "vendor-only"}

// String returns who orders in lower case, words joined by a hyphen.
func (s OrderChannel) String() string { return orderChannelNames.Of(s) }

// MarshalText returns the text form that [OrderChannel.UnmarshalText] reads.
func (s OrderChannel) MarshalText() ([]byte, error) { return orderChannelNames.Marshal(s) }

// UnmarshalText reads the text form; anything else is an error.
func (s *OrderChannel) UnmarshalText(text []byte) error { return orderChannelNames.Unmarshal(text, s) }

// Orders says who may buy seats and how many in one order. The bounds bind the
// account's own people; zero means no bound.
type Orders struct {
	By    OrderChannel `json:"by"`
	Least int64        `json:"least"`
	Most  int64        `json:"most"`
}

// InvitationExpiry says what becomes of an invitation that nobody accepts.
type InvitationExpiry uint8

// What becomes of it.
const (
	ExpiryNever     InvitationExpiry = iota // it can be accepted for ever
	ExpiryKeepsSeat                         // after Term it can't be accepted until it is sent again; the seat stays held
	ExpiryFreesSeat                         // after Term the person becomes inactive and the seat is free, once; see [Reactivate]
)

var expiryNames = enum.Names[InvitationExpiry]{"never", "kept", "freed"}

// String returns what becomes of it in lower case, words joined by a hyphen.
func (r InvitationExpiry) String() string { return expiryNames.Of(r) }

// MarshalText returns the text form that [InvitationExpiry.UnmarshalText] reads.
func (r InvitationExpiry) MarshalText() ([]byte, error) { return expiryNames.Marshal(r) }

// UnmarshalText reads the text form; anything else is an error.
func (r *InvitationExpiry) UnmarshalText(text []byte) error { return expiryNames.Unmarshal(text, r) }

// OwnershipEnders says who may end the ownership of an owner.
type OwnershipEnders uint8

// Who ends ownership.
const (
	EndedByOwners  OwnershipEnders = iota // any owner, and support
	EndedBySupport                        // support alone
)

var enderNames = enum.Names[OwnershipEnders]{"owners", "support"}

// String returns who ends ownership in lower case, words joined by a hyphen.
func (e OwnershipEnders) String() string { return enderNames.Of(e) }

// MarshalText returns the text form that [OwnershipEnders.UnmarshalText] reads.
func (e OwnershipEnders) MarshalText() ([]byte, error) { return enderNames.Marshal(e) }

// UnmarshalText reads the text form; anything else is an error.
func (e *OwnershipEnders) UnmarshalText(text []byte) error { return enderNames.Unmarshal(text, e) }

// IdentityChange says whether an edit may make a profile describe another person. An edit does
// so where the known name changes whole together with the address (the username of a user
// without an address), and where a known external ID changes. A marriage (last name and
// address) and a correction keep the person.
type IdentityChange uint8

// Whether people may be exchanged.
const (
	IdentityChangeRefused IdentityChange = iota
	IdentityChangeAllowed
)

var identityChangeNames = enum.Names[IdentityChange]{"refused", "allowed"}

// String returns whether people may be exchanged in lower case, words joined by a hyphen.
func (e IdentityChange) String() string { return identityChangeNames.Of(e) }

// MarshalText returns the text form that [IdentityChange.UnmarshalText] reads.
func (e IdentityChange) MarshalText() ([]byte, error) { return identityChangeNames.Marshal(e) }

// UnmarshalText reads the text form; anything else is an error.
func (e *IdentityChange) UnmarshalText(text []byte) error {
	return identityChangeNames.Unmarshal(text, e)
}

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
var leaving = users.In(users.ActionDeactivate, users.ActionArchive, users.ActionDelete)

// Check reports what is wrong with the policy, or nil: an unknown value, or
// switches that contradict each other.
func (p Policy) Check() error {
	switch {
	case p.Activation > Approval, p.WhenFull > CreateInactive, p.Buying.By > VendorOnly, p.Returning > VendorOnly,
		p.InvitationExpiry > ExpiryFreesSeat, p.OwnershipEnders > EndedBySupport, p.IdentityChange > IdentityChangeAllowed,
		p.Exempt&^users.In(users.Roles()...) != 0:
		return ErrUnknownSwitch
	case !p.Cards.valid():
		return ErrCards
	case (p.InvitationExpiry == ExpiryNever) != (p.Term == 0), p.Term < 0, p.Term > MaxTerm, p.Term%time.Microsecond != 0:
		return ErrTerm
	case p.Buying.Least < 0, p.Buying.Most < 0, p.Buying.Least > MaxSeats,
		p.Buying.Most != 0 && p.Buying.Most < p.Buying.Least:
		return ErrOrderBounds
	case p.Withheld&leaving == leaving, p.DeleteOnly && p.Withheld.Has(users.ActionDelete):
		return ErrNoWayOut
	case p.Withheld.Has(users.ActionAccept), p.Activation == Approval && p.Withheld.Has(users.ActionApprove),
		p.InvitationExpiry != ExpiryNever && p.Withheld.Has(users.ActionNotify),
		(p.WhenFull == CreateInactive || p.InvitationExpiry == ExpiryFreesSeat) && p.Withheld.Has(users.ActionReactivate):
		return ErrNoWayIn
	}
	for _, a := range p.Withheld.Members() {
		if rules.Authority(users.ActorUser, users.Owner, a) == rules.Never {
			return ErrWithheld
		}
	}
	return nil
}
