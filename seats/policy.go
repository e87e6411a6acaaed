package seats

import (
	"fmt"
	"time"

	"github.com/seatkeeper/seatkeeper/internal/enum"
	"github.com/seatkeeper/seatkeeper/users"
)

// A Policy has the differences between products as switches. It is plain data, stored with the
// account, and compared by ==. The zero value of every switch is that of [Standard]. A host may
// start from any preset and change switches.
//
// A policy is stored switch by switch: a later correction of a preset leaves existing accounts
// as they are.
type Policy struct {
	Activation       Activation       `json:"activation"`        // how an invited user becomes active
	WhenFull         WhenFull         `json:"when_full"`         // the effect of an invitation without a free seat
	Buying           Orders           `json:"buying"`            // the buyers of seats, and the bounds of one order
	Returning        OrderChannel     `json:"returning"`         // the users who return seats, down to the held and spent ones
	InvitationExpiry InvitationExpiry `json:"invitation_expiry"` // the end of an open invitation
	OwnershipEnders  OwnershipEnders  `json:"ownership_enders"`  // the actors who may end an ownership
	IdentityChange   IdentityChange   `json:"identity_change"`   // of an edit that turns one person into another
	SharedAddresses  AddressSharing   `json:"shared_addresses"`  // of users with one address
	Exempt           RoleSet          `json:"exempt"`            // roles without a seat
	Withheld         ActionSet        `json:"withheld"`          // actions withheld from the account's own users

	// Growth lets the full site pool grow by itself, and CourseGrowth each full course pool. WhenFull
	// answers at the ceiling. The zero value is off.
	Growth       Growth `json:"growth"`
	CourseGrowth Growth `json:"course_growth"`

	// Thresholds tell the owners and admins that the seats of the site pool run out, CourseThresholds
	// those of each course pool. The zero value is off.
	Thresholds       Thresholds `json:"thresholds"`
	CourseThresholds Thresholds `json:"course_thresholds"`

	// DeleteOnly withholds the deactivation and the archiving of invited users from the account's
	// own users: they take back an invitation by deletion.
	DeleteOnly bool `json:"delete_only"`
	// SourceLocked leaves the users of a sync to it: the account's own users can't edit,
	// deactivate, archive or delete them. An invitation can be taken back by [Delete].
	SourceLocked bool `json:"source_locked"`

	// SelfRemoval lets users of the account deactivate, archive, delete and demote themselves, and
	// schedule their own leave. Without it that is [ErrForbidden] with [ErrOneself].
	SelfRemoval bool `json:"self_removal"`
	// AddsAtSignIn lets [SignIn] create a user for a person unknown to the account.
	AddsAtSignIn bool `json:"adds_at_sign_in"`

	// LeaveDay is the meaning of the date of a leave without one of its own.
	// [users.ByPolicy], the zero value, means the first day without access.
	LeaveDay users.LeaveDay `json:"leave_day"`
	// LeaveNotice is the number of days before a leave at which [EventLeavingSoon] is written;
	// at most [MaxLeaveNotice]; zero: it is not.
	LeaveNotice int `json:"leave_notice"`
	// MostLeavers bounds the users who leave by schedule on one day. If more are due they are
	// held back, see [ConfirmLeave]. So it does those whose seats Keeper.FreeUnseen frees on one
	// day. At most [MaxLeavers]; zero: no bound.
	MostLeavers int64 `json:"most_leavers"`

	// Unseen frees the seats of users who were not seen for long.
	Unseen UnseenRule `json:"unseen,omitzero"`

	// Term is the life of an invitation: whole microseconds, at most [MaxTerm]. It is zero under
	// ExpiryNever and positive otherwise. A multiple of 24 hours is that many calendar days in the
	// account's time zone: to the same time of its clock, over every change of it.
	Term time.Duration `json:"term"`
	// Cards are the summary cards in the product's own words.
	Cards Cards `json:"cards,omitzero"`
}

// Sets of roles and actions.
type (
	RoleSet   = users.Set[users.Role]
	ActionSet = users.Set[users.Action]
)

// MaxTerm is the longest term of an invitation.
const MaxTerm = 10 * 366 * 24 * time.Hour

// Bounds of the switches about leaves.
const (
	MaxLeaveNotice = 366 // days
	MaxLeavers     = MaxSettled / 2
)

// Activation is the way of an invited user to the status active.
type Activation uint8

// The activations.
const (
	// FirstSignIn activates by [Accept]. Until then the user is shown and counted as invited.
	FirstSignIn Activation = iota
	// Invitation shows and counts an invited user as active at once, and lets them open courses.
	// An admin still needs a first sign-in ([Accept]) to act in the account.
	Invitation
	// Approval activates by an admin's [Approve]; before it [Accept] is refused.
	Approval
)

var activationNames = enum.Names[Activation]{"first-sign-in", "invitation", "approval"}

// String returns the activation in lower case, words joined by a hyphen.
func (l Activation) String() string { return activationNames.Of(l) }

// MarshalText returns the text form that [Activation.UnmarshalText] reads.
func (l Activation) MarshalText() ([]byte, error) { return activationNames.Marshal(l) }

// UnmarshalText reads the text form; anything else is an error.
func (l *Activation) UnmarshalText(text []byte) error { return activationNames.Unmarshal(text, l) }

// WhenFull is the effect of an invitation without a free seat.
type WhenFull uint8

// The effects.
const (
	Refuse         WhenFull = iota // the command is refused
	CreateInactive                 // the user is created inactive
	// Wait gives the user a place in the queue for seats, see [Queue]: a new user is created inactive,
	// and [Reactivate], [Restore] and a planned start leave the user inactive until the place is served. [AssignCourse] on a full
	// course gives a place in its queue.
	Wait
)

var whenFullNames = enum.Names[WhenFull]{"refuse", "create-inactive", "wait"}

// String returns the effect in lower case, words joined by a hyphen.
func (n WhenFull) String() string { return whenFullNames.Of(n) }

// MarshalText returns the text form that [WhenFull.UnmarshalText] reads.
func (n WhenFull) MarshalText() ([]byte, error) { return whenFullNames.Marshal(n) }

// UnmarshalText reads the text form; anything else is an error.
func (n *WhenFull) UnmarshalText(text []byte) error { return whenFullNames.Unmarshal(text, n) }

// An OrderChannel is the way by which seats are bought or returned.
type OrderChannel uint8

// The channels of orders.
const (
	SelfService OrderChannel = iota // owners and admins, besides the vendor
	VendorOnly                      // the vendor alone
)

var orderChannelNames = enum.Names[OrderChannel]{"self-service", "vendor-only"}

// String returns the channel in lower case, words joined by a hyphen.
func (s OrderChannel) String() string { return orderChannelNames.Of(s) }

// MarshalText returns the text form that [OrderChannel.UnmarshalText] reads.
func (s OrderChannel) MarshalText() ([]byte, error) { return orderChannelNames.Marshal(s) }

// UnmarshalText reads the text form; anything else is an error.
func (s *OrderChannel) UnmarshalText(text []byte) error { return orderChannelNames.Unmarshal(text, s) }

// Orders are the channel of orders and the bounds of one order. The bounds are for the account's
// own users; zero is unbounded.
type Orders struct {
	By    OrderChannel `json:"by"`
	Least int64        `json:"least"`
	Most  int64        `json:"most"`
}

// InvitationExpiry is the end of an open invitation.
type InvitationExpiry uint8

// The ends.
const (
	ExpiryNever     InvitationExpiry = iota // it stays open
	ExpiryKeepsSeat                         // after Term it must be sent again to be accepted; the seat stays held
	ExpiryFreesSeat                         // after Term the user becomes inactive and the seat is free, once; see [Reactivate]
)

var expiryNames = enum.Names[InvitationExpiry]{"never", "kept", "freed"}

// String returns the end in lower case, words joined by a hyphen.
func (r InvitationExpiry) String() string { return expiryNames.Of(r) }

// MarshalText returns the text form that [InvitationExpiry.UnmarshalText] reads.
func (r InvitationExpiry) MarshalText() ([]byte, error) { return expiryNames.Marshal(r) }

// UnmarshalText reads the text form; anything else is an error.
func (r *InvitationExpiry) UnmarshalText(text []byte) error { return expiryNames.Unmarshal(text, r) }

// OwnershipEnders are the actors who may end an ownership.
type OwnershipEnders uint8

// The enders.
const (
	EndedByOwners  OwnershipEnders = iota // any owner, and support
	EndedBySupport                        // support alone
)

var enderNames = enum.Names[OwnershipEnders]{"owners", "support"}

// String returns the enders in lower case, words joined by a hyphen.
func (e OwnershipEnders) String() string { return enderNames.Of(e) }

// MarshalText returns the text form that [OwnershipEnders.UnmarshalText] reads.
func (e OwnershipEnders) MarshalText() ([]byte, error) { return enderNames.Marshal(e) }

// UnmarshalText reads the text form; anything else is an error.
func (e *OwnershipEnders) UnmarshalText(text []byte) error { return enderNames.Unmarshal(text, e) }

// IdentityChange says whether an edit may make a profile describe another person. An edit does
// so where the known name becomes another, see [users.SameName], together with the address (the username
// of a user without an address), and where a known external ID changes. A marriage (last name and
// address) and a correction keep the person: of both names by a letter each, of their order, of accents.
//
// Edits are judged together, each also against name and address from before the others: those since
// the last sign-in of which the library knows ([Accept], [SignIn], [Join]), as long as there are less than
// 30 days between two, see [users.BaselineTerm]. Such a sign-in is one by an address, a username or an
// external ID that the edits have left alone, of a user who has a name still: by a key that is new since
// then, or by the ID alone after a key has changed, the new person may sign in. An edit confirmed by support,
// or by a sync with an unchanged external ID or a new one alone, see [Edit], starts anew. The former name and keys stand in the row of the
// user until then, and are erased with it.
type IdentityChange uint8

// The answers.
const (
	IdentityChangeRefused IdentityChange = iota
	IdentityChangeAllowed
)

var identityChangeNames = enum.Names[IdentityChange]{"refused", "allowed"}

// String returns the answer in lower case, words joined by a hyphen.
func (e IdentityChange) String() string { return identityChangeNames.Of(e) }

// MarshalText returns the text form that [IdentityChange.UnmarshalText] reads.
func (e IdentityChange) MarshalText() ([]byte, error) { return identityChangeNames.Marshal(e) }

// UnmarshalText reads the text form; anything else is an error.
func (e *IdentityChange) UnmarshalText(text []byte) error {
	return identityChangeNames.Unmarshal(text, e)
}

// AddressSharing says whether several users may have one address: a family, a crew, a shared
// mailbox. A user who shares one has a username or an external ID.
type AddressSharing uint8

// The answers.
const (
	// SharingRefused keeps an address to one user.
	SharingRefused AddressSharing = iota
	// SharingAllowed makes an invited profile a new user if no user has its username and its external ID,
	// whatever its address. An address that alone matches several users is refused with
	// [ErrAmbiguous].
	SharingAllowed
	// SharingEnded lets users go on who share an address, and no others begin. After
	// SharingAllowed, [SetPolicy] stores it in the place of SharingRefused.
	SharingEnded
)

var sharingNames = enum.Names[AddressSharing]{"refused", "allowed", "ended"}

// String returns the answer in lower case, words joined by a hyphen.
func (s AddressSharing) String() string { return sharingNames.Of(s) }

// MarshalText returns the text form that [AddressSharing.UnmarshalText] reads.
func (s AddressSharing) MarshalText() ([]byte, error) { return sharingNames.Marshal(s) }

// UnmarshalText reads the text form; anything else is an error.
func (s *AddressSharing) UnmarshalText(text []byte) error { return sharingNames.Unmarshal(text, s) }

// Reasons of [ErrBadInput] for a policy.
var (
	ErrCards         = users.Reason{Code: "unfit-cards", Text: "has a card without a figure or a title"}
	ErrUnknownSwitch = users.Reason{Code: "unknown-switch", Text: "has an unknown value of a switch"}
	ErrTerm          = users.Reason{Code: "wrong-term", Text: "needs a term of at most 10 years if invitations run out, and none otherwise"}
	ErrOrderBounds   = users.Reason{Code: "order-bounds", Text: "has order bounds that no order can meet"}
	ErrNoWayOut      = users.Reason{Code: "no-way-out", Text: "withholds every way to free a seat"}
	ErrNoWayIn       = users.Reason{Code: "no-way-in", Text: "withholds the way in"}
	ErrLeaveBounds   = users.Reason{Code: "leave-bounds", Text: fmt.Sprintf("has a notice outside of 0 to %d days, or a bound of leavers outside of 0 to %d", MaxLeaveNotice, MaxLeavers)}
	ErrUnseenBounds  = users.Reason{Code: "unseen-bounds", Text: fmt.Sprintf("has days outside of 1 to %d, or an unknown role", MaxUnseenDays)}
	ErrGrowth        = users.Reason{Code: "wrong-growth", Text: fmt.Sprintf("needs a step of at least one seat or of 1 to 100 per cent, and a ceiling of 1 to %d, if a pool grows", MaxSeats)}
	ErrThresholds    = users.Reason{Code: "wrong-thresholds", Text: "has thresholds out of order or without a number, or a clearance without a threshold"}
	ErrWithheld      = users.Reason{Code: "withheld-in-vain", Text: "withholds an action outside the rights of the account's own users"}
)

// leaving are the actions by which the account's own users free a seat.
var leaving = users.In(users.ActionDeactivate, users.ActionArchive, users.ActionDelete)

// Check returns a fault of the policy, or nil: an unknown value or a contradiction.
func (p Policy) Check() error {
	switch {
	case p.Activation > Approval, p.WhenFull > Wait, p.Buying.By > VendorOnly, p.Returning > VendorOnly,
		p.InvitationExpiry > ExpiryFreesSeat, p.OwnershipEnders > EndedBySupport, p.IdentityChange > IdentityChangeAllowed, p.SharedAddresses > SharingEnded, p.LeaveDay > users.LastDay,
		p.Exempt&^users.In(users.Roles()...) != 0:
		return ErrUnknownSwitch
	case !p.Cards.valid():
		return ErrCards
	case (p.InvitationExpiry == ExpiryNever) != (p.Term == 0), p.Term < 0, p.Term > MaxTerm, p.Term%time.Microsecond != 0:
		return ErrTerm
	case p.Buying.Least < 0, p.Buying.Most < 0, p.Buying.Least > MaxSeats,
		p.Buying.Most != 0 && p.Buying.Most < p.Buying.Least:
		return ErrOrderBounds
	case p.LeaveNotice < 0, p.LeaveNotice > MaxLeaveNotice, p.MostLeavers < 0, p.MostLeavers > MaxLeavers:
		return ErrLeaveBounds
	case !p.Unseen.valid():
		return ErrUnseenBounds
	case !p.Growth.valid(), !p.CourseGrowth.valid():
		return ErrGrowth
	case !p.Thresholds.valid(), !p.CourseThresholds.valid():
		return ErrThresholds
	case p.Withheld&leaving == leaving, p.DeleteOnly && p.Withheld.Has(users.ActionDelete):
		return ErrNoWayOut
	case p.Withheld.Has(users.ActionAccept), p.Activation == Approval && p.Withheld.Has(users.ActionApprove),
		p.InvitationExpiry != ExpiryNever && p.Withheld.Has(users.ActionNotify),
		(p.WhenFull == CreateInactive || p.InvitationExpiry == ExpiryFreesSeat) && p.Withheld.Has(users.ActionReactivate):
		return ErrNoWayIn
	}
	for _, a := range p.Withheld.Members() {
		if authorityOf(users.ActorUser, users.Owner, a) == never {
			return ErrWithheld
		}
	}
	return nil
}
