package seats

import (
	"time"

	"github.com/seatkeeper/seatkeeper/internal/enum"
	"github.com/seatkeeper/seatkeeper/users"
)

// Usage is an account, or one of its course pools, in numbers. They are the numbers by which
// commands are refused. Of a course pool Held are the unstarted licences, Spent the used ones, and
// People and Seated are empty.
type Usage struct {
	Account   users.AccountID `json:"account"`
	Pool      PoolID          `json:"pool,omitzero"` // of the numbers
	Name      string          `json:"name,omitzero"` // of the pool
	Revision  uint64          `json:"revision,omitzero"`
	AsOf      time.Time       `json:"as_of,omitzero"`    // the moment of a remembered answer, by the host's clock, see the MaxAge of a call; zero: exact
	Sequence  uint64          `json:"sequence,omitzero"` // of the last event
	Total     Count           `json:"total,omitzero"`
	Held      int64           `json:"held"`
	Spent     int64           `json:"spent"`
	Reserved  int64           `json:"reserved,omitzero"`  // of Held, those that join codes hold in advance
	Available Count           `json:"available,omitzero"` // at least zero; zero in a closed account, and after the end of the pool
	Excess    int64           `json:"excess,omitzero"`    // seats held above the total
	Booked    Booking         `json:"booked,omitzero"`    // a change of the total to come; zero in numbers of the past
	Ends      PoolEnd         `json:"ends,omitzero"`      // of the pool
	Closed    time.Time       `json:"closed,omitzero"`    // the time of the closing, see [Close]; zero: the account is open
	People    users.Tally     `json:"people"`             // by the shown status
	Seated    users.Tally     `json:"seated"`             // the holders of a seat among them
	Cards     []Card          `json:"cards,omitzero"`     // the summary in the words of the product
}

// UnmarshalJSON reads the numbers by [users.ReadJSON].
func (u *Usage) UnmarshalJSON(text []byte) error {
	type plain Usage
	return users.ReadJSON(text, (*plain)(u))
}

// A Card is a summary card: a title in the product's words and its number.
type Card struct {
	Title string `json:"title"`
	Count Count  `json:"count,omitzero"`
}

// Usage returns the numbers of the account's site pool.
func (s Snapshot) Usage() Usage { return s.UsageOf(s.Account.Tally) }

// UsageOf is Usage for a part of the users, a tally by stored status: People, Seated and the
// cards about users count these, all other numbers are of the account.
func (s Snapshot) UsageOf(people users.Tally) Usage {
	p, a := s.pool(Site), s.Account
	u := Usage{
		Account: a.ID, Revision: a.Revision, Sequence: a.Sequence, Closed: a.Closed,
		Total: p.Total, Held: p.Held, Spent: p.Spent, Reserved: p.reserved(), Available: p.Available(), Excess: p.Excess(), Booked: p.Booked,
		People: a.Policy.viewTally(people), Seated: a.Policy.viewTally(a.seated(people)),
	}
	if !a.Closed.IsZero() {
		u.Available = Of(0)
	}
	for _, c := range a.Policy.cards() {
		if c.Figure != 0 {
			u.Cards = append(u.Cards, Card{c.Title, figures[c.Figure](u)})
		}
	}
	return u
}

// UsageOfPool returns the numbers of a pool at an instant, with its cards: of a course the
// licences bought, available, assigned and used. It is not ok for a pool outside the snapshot.
func (s Snapshot) UsageOfPool(id PoolID, at time.Time) (u Usage, ok bool) {
	if id == Site {
		return s.Usage(), true
	}
	p, a := s.pool(id), s.Account
	if !p.Total.Valid() {
		return Usage{}, false
	}
	u = Usage{
		Account: a.ID, Pool: p.ID, Name: p.Name, Revision: a.Revision, Sequence: a.Sequence, Closed: a.Closed, Ends: p.Ends,
		Total: p.Total, Held: p.Held, Spent: p.Spent, Available: p.Available(), Excess: p.Excess(), Booked: p.Booked,
	}
	if !a.Closed.IsZero() || p.hasEnded(at) {
		u.Available = Of(0)
	}
	for _, c := range courseCards {
		u.Cards = append(u.Cards, Card{c.Title, figures[c.Figure](u)})
	}
	return u, true
}

// courseCards are the summary cards of a course.
var courseCards = []CardSpec{
	{"Licences", FigureTotal},
	{"Available", FigureAvailable},
	{"Assigned", FigureHeld},
	{"Used", FigureSpent},
}

func (s Snapshot) pool(id PoolID) Pool {
	for _, p := range s.Pools {
		if p.ID == id {
			return p
		}
	}
	return Pool{ID: id}
}

// A Figure is a number on a card.
type Figure uint8

// The figures. The zero value stands for no card.
const (
	FigureTotal     Figure = iota + 1 // seats bought
	FigureAvailable                   // seats left
	FigureUnclaimed                   // users shown as invited
	FigureActive                      // users shown as active
	FigureInactive                    // inactive users
	FigureInvited                     // users shown as invited or active
	FigureArchived                    // archived users
	FigureHeld                        // seats held
	FigureSpent                       // seats used up

	FigureUnclaimedSent // users shown as invited, with an invitation that was sent
	FigureInvitedSent   // these, and users shown as active
)

var figureNames = enum.Names[Figure]{"", "total", "available", "unclaimed", "active", "inactive", "invited", "archived", "held", "spent", "unclaimed-sent", "invited-sent"}

// String returns the figure in lower case; it is empty for no card.
func (f Figure) String() string { return figureNames.Of(f) }

// MarshalText returns the text form that [Figure.UnmarshalText] reads.
func (f Figure) MarshalText() ([]byte, error) { return figureNames.Marshal(f) }

// UnmarshalText reads the text form; anything else is an error.
func (f *Figure) UnmarshalText(text []byte) error { return figureNames.Unmarshal(text, f) }

var figures = [...]func(Usage) Count{
	FigureTotal:     func(u Usage) Count { return u.Total },
	FigureAvailable: func(u Usage) Count { return u.Available },
	FigureUnclaimed: func(u Usage) Count { return u.people(users.Invited) },
	FigureActive:    func(u Usage) Count { return u.people(users.Active) },
	FigureInactive:  func(u Usage) Count { return u.people(users.Inactive) },
	FigureInvited:   func(u Usage) Count { return u.people(users.Invited, users.Active) },
	FigureArchived:  func(u Usage) Count { return u.people(users.Archived) },
	FigureHeld:      func(u Usage) Count { return Of(u.Held) },
	FigureSpent:     func(u Usage) Count { return Of(u.Spent) },

	FigureUnclaimedSent: func(u Usage) Count { return u.sent(users.Invited) },
	FigureInvitedSent:   func(u Usage) Count { return u.sent(users.Invited, users.Active) },
}

func (u Usage) people(shown ...users.Status) Count {
	return Of(u.People.Count(users.In(shown...), 0))
}

// sent is people less those whose invitation is held back.
func (u Usage) sent(shown ...users.Status) Count {
	return Of(u.People.Count(users.In(shown...), 0) - u.People.Unsent())
}

// A CardSpec is a card in a policy: its title and its figure.
type CardSpec struct {
	Title  string `json:"title,omitzero"` // at most [users.MaxText] characters
	Figure Figure `json:"figure,omitzero"`
}

// Cards are the summary cards of a policy in the order of the screen. The zero value stands for
// the standard cards.
type Cards [6]CardSpec

var standardCards = Cards{
	{"Seats", FigureTotal},
	{"Available", FigureAvailable},
	{"Invited", FigureUnclaimed},
	{"Active", FigureActive},
	{"Inactive", FigureInactive},
}

// valid reports whether every card has a known figure and a title.
func (c Cards) valid() bool {
	for _, card := range c {
		if int(card.Figure) >= len(figures) || card.Figure != 0 && card.Title == "" || users.CheckText(card.Title, users.MaxText) != nil {
			return false
		}
	}
	return true
}
