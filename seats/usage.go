package seats

import (
	"time"

	"github.com/seatkeeper/seatkeeper/internal/enum"
	"github.com/seatkeeper/seatkeeper/users"
)

// Usage is an account in numbers. Its pool is the one that the gate judged
// last, so what is shown and what is enforced cannot disagree.
type Usage struct {
	Account   users.AccountID `json:"account"`
	Revision  uint64          `json:"revision,omitzero"`
	Sequence  uint64          `json:"sequence,omitzero"` // of the last event
	Total     Count           `json:"total,omitzero"`
	Held      int64           `json:"held"`
	Spent     int64           `json:"spent"`
	Available Count           `json:"available,omitzero"` // never negative; zero in a closed account
	Excess    int64           `json:"excess,omitzero"`    // by how many seats the account is above its total
	Closed    time.Time       `json:"closed,omitzero"`    // since when nobody holds a seat, see [Close]
	People    users.Tally     `json:"people"`             // by the status that is shown
	Seated    users.Tally     `json:"seated"`             // those of them who hold a seat
	Cards     []Card          `json:"cards,omitzero"`     // the summary in the product's own words
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

// Usage returns the numbers of the account's site pool in this moment.
func (s Snapshot) Usage() Usage { return s.UsageOf(s.Account.Tally) }

// UsageOf is Usage with a part of the people only, by their stored standing: People,
// Seated and the cards about people count these, all else is of the account.
func (s Snapshot) UsageOf(people users.Tally) Usage {
	p, a := s.pool(Site), s.Account
	u := Usage{
		Account: a.ID, Revision: a.Revision, Sequence: a.Sequence, Closed: a.Closed,
		Total: p.Total, Held: p.Held, Spent: p.Spent, Available: p.Available(), Excess: p.Excess(),
		People: a.Policy.ViewTally(people), Seated: a.Policy.ViewTally(a.seated(people)),
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

func (s Snapshot) pool(id PoolID) Pool {
	for _, p := range s.Pools {
		if p.ID == id {
			return p
		}
	}
	return Pool{ID: id}
}

// A Figure is a number that a card can show.
type Figure uint8

// The figures. The zero value stands for no card.
const (
	FigureTotal     Figure = iota + 1 // seats bought
	FigureAvailable                   // seats left
	FigureUnclaimed                   // people shown as invited: asked in, not in yet
	FigureActive                      // people shown as active
	FigureInactive                    // people who were made inactive
	FigureInvited                     // people who were asked in, whether they are in yet or not
	FigureArchived                    // people who were put away
)

var figureNames = enum.Names[Figure]{"", "total", "available", "unclaimed", "active", "inactive", "invited", "archived"}

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
}

func (u Usage) people(shown ...users.Status) Count {
	return Of(u.People.Count(users.In(shown...), 0))
}

// A CardSpec is what a policy says of a card: its title and what it shows.
type CardSpec struct {
	Title  string `json:"title,omitzero"` // at most [users.MaxText] characters
	Figure Figure `json:"figure,omitzero"`
}

// Cards are the summary cards of a policy in the order of the screen. The zero
// value stands for the standard ones.
type Cards [6]CardSpec

var standardCards = Cards{
	{"Seats", FigureTotal},
	{"Available", FigureAvailable},
	{"Invited", FigureUnclaimed},
	{"Active", FigureActive},
	{"Inactive", FigureInactive},
}

// valid reports whether every card that shows a figure shows a known one, under a proper
// title.
func (c Cards) valid() bool {
	for _, card := range c {
		if int(card.Figure) >= len(figures) || card.Figure != 0 && card.Title == "" || users.CheckText(card.Title, users.MaxText) != nil {
			return false
		}
	}
	return true
}
