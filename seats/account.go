package seats

import (
	"time"

	"github.com/seatkeeper/seatkeeper/users"
)

// An Account is the row of an account. Every change raises its revision by one. Its tally
// spares every command a count of the users.
type Account struct {
	ID       users.AccountID `json:"id"`
	Name     string          `json:"name,omitzero"` // for display; at most [users.MaxText] characters
	Revision uint64          `json:"revision"`      // of the last commit; the first is 1
	Sequence uint64          `json:"sequence"`      // of the last event; the first is 1
	Policy   Policy          `json:"policy"`
	Zone     string          `json:"zone"`  // IANA name of the time zone; calendar days are days there
	Tally    users.Tally     `json:"tally"` // users by segment
	Opened   time.Time       `json:"opened,omitzero"`
	Changed  time.Time       `json:"changed,omitzero"`  // of the last event; later events have this time or a later one
	Payer    users.ID        `json:"payer,omitzero"`    // the user with the card on file, see [SetPayer]; empty: none
	Offer    OwnershipOffer  `json:"offer,omitzero"`    // the last offer of ownership, until it ends by an event: past its end by the clock it stays
	Sources  Sources         `json:"sources,omitzero"`  // syncs, at most [MaxSources]
	Closed   time.Time       `json:"closed,omitzero"`   // see [Close]; zero: open
	Erased   time.Time       `json:"erased,omitzero"`   // see [EraseAccount]; zero: kept
	Salt     string          `json:"salt,omitzero"`     // as that of [users.User], for events about no user; erased with the name
	NextDue  time.Time       `json:"next_due,omitzero"` // the next instant for [Settle], or an earlier one; zero: none
}

// UnmarshalJSON reads an account by [users.ReadJSON].
func (a *Account) UnmarshalJSON(text []byte) error {
	type plain Account
	return users.ReadJSON(text, (*plain)(a))
}

// Settings returns the part of the account that most changes leave alone: all but the Revision,
// Sequence, Tally, Changed and NextDue, which are zero in the result.
func (a Account) Settings() Account {
	a.Revision, a.Sequence, a.Tally, a.Changed, a.NextDue = 0, 0, users.Tally{}, time.Time{}, time.Time{}
	return a
}

// IsDue reports whether the account must be settled at that instant, see [Settle].
func (a Account) IsDue(at time.Time) bool { return !a.NextDue.IsZero() && !at.Before(a.NextDue) }
