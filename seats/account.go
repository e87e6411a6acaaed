package seats

import (
	"time"

	"github.com/seatkeeper/seatkeeper/users"
)

// An Account is the row that every change of an account raises by one revision.
// It carries what the rules need to know of all people together, so that no
// command ever counts them.
type Account struct {
	ID       users.AccountID `json:"id"`
	Name     string          `json:"name,omitzero"` // what people call it; at most [users.MaxText] characters
	Revision uint64          `json:"revision"`      // of the last commit; the first is 1
	Sequence uint64          `json:"sequence"`      // of the last event; the first is 1
	Policy   Policy          `json:"policy"`
	Zone     string          `json:"zone"`  // IANA name of the time zone; calendar days are days there
	Tally    users.Tally     `json:"tally"` // people by standing
	Opened   time.Time       `json:"opened,omitzero"`
	Changed  time.Time       `json:"changed,omitzero"`  // of the last event; no event is ever earlier
	Payer    users.ID        `json:"payer,omitzero"`    // the user whose card is on file, whose ownership does not end; empty: nobody of the account
	Closed   time.Time       `json:"closed,omitzero"`   // since when nobody holds a seat and nobody acts, see [Close]
	Erased   time.Time       `json:"erased,omitzero"`   // since when it is closed for good, see [EraseAccount]
	Salt     string          `json:"salt,omitzero"`     // as that of [users.User], of events about nobody; gone with the name
	NextDue  time.Time       `json:"next_due,omitzero"` // nothing happens by itself before; may be early, never late; zero: nothing is to come
}

// UnmarshalJSON reads an account by [users.ReadJSON].
func (a *Account) UnmarshalJSON(text []byte) error {
	type plain Account
	return users.ReadJSON(text, (*plain)(a))
}

// IsDue reports whether something may have happened by itself by then, so that
// the account has to be settled first, see [Settle].
func (a Account) IsDue(at time.Time) bool { return !a.NextDue.IsZero() && !at.Before(a.NextDue) }
