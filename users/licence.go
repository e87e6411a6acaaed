package users

import (
	"cmp"
	"slices"
	"time"

	"github.com/seatkeeper/seatkeeper/internal/enum"
)

// A Licence is a course licence of a user, a row of its own. It is held from the assignment,
// and spent from the start of the course. The record stays when the licence is returned or the
// course archived, and after the deletion of the user.
//
// Licences are ordered by user, pool and number. All instants are in UTC and whole microseconds.
type Licence struct {
	User     ID        `json:"user,omitzero"`
	Pool     string    `json:"pool"`              // of the course
	Number   int64     `json:"number,omitzero"`   // of the licences of this user and pool: 1, 2, 3, ...
	Assigned time.Time `json:"assigned"`          //
	Started  time.Time `json:"started,omitzero"`  // the first access to the course; zero: unstarted
	Archived time.Time `json:"archived,omitzero"` // the course activity was archived; the licence is spent
	Returned time.Time `json:"returned,omitzero"` // an unstarted licence is back in its pool
	DueDate  Date      `json:"due_date,omitzero"` // the course should be done by then; for display
	Ends     time.Time `json:"ends,omitzero"`     // the end of its term; zero: none
	Due      time.Time `json:"due,omitzero"`      // the next change by date
}

// UnmarshalJSON reads a licence by [ReadJSON].
func (l *Licence) UnmarshalJSON(text []byte) error {
	type plain Licence
	return ReadJSON(text, (*plain)(l))
}

// A LicenceState is the state of a course licence.
type LicenceState uint8

// The states.
const (
	LicenceAssigned LicenceState = iota // held and unstarted
	LicenceStarted                      // spent, the course is open
	LicenceArchived                     // spent, the course is archived
	LicenceReturned                     // back in its pool
)

var licenceStateNames = enum.Names[LicenceState]{"assigned", "started", "archived", "returned"}

// String returns the state in lower case.
func (s LicenceState) String() string { return licenceStateNames.Of(s) }

// MarshalText returns the text form that [LicenceState.UnmarshalText] reads.
func (s LicenceState) MarshalText() ([]byte, error) { return licenceStateNames.Marshal(s) }

// UnmarshalText reads the text form; anything else is an error.
func (s *LicenceState) UnmarshalText(text []byte) error { return licenceStateNames.Unmarshal(text, s) }

// State returns the state of the licence.
func (l Licence) State() LicenceState {
	switch {
	case !l.Returned.IsZero():
		return LicenceReturned
	case !l.Archived.IsZero():
		return LicenceArchived
	case !l.Started.IsZero():
		return LicenceStarted
	}
	return LicenceAssigned
}

// HasEnded reports whether the term of the licence is over.
func (l Licence) HasEnded(at time.Time) bool { return !l.Ends.IsZero() && !at.Before(l.Ends) }

// IsOpen reports whether the licence stands for a course in use: it is unstarted, or started and
// its term goes on. A user has one open licence of a pool at most.
func (l Licence) IsOpen(at time.Time) bool {
	state := l.State()
	return !l.Assigned.IsZero() && (state == LicenceAssigned || state == LicenceStarted && !l.HasEnded(at))
}

// A LicenceID names a licence in an account.
type LicenceID struct {
	User   ID
	Pool   string
	Number int64
}

// ID returns the name of the licence in its account.
func (l Licence) ID() LicenceID { return LicenceID{l.User, l.Pool, l.Number} }

// A LicenceFilter selects course licences of an account. Every field narrows; the zero value
// selects all. [LicenceFilter.NextPage] sets the beginning of a page.
type LicenceFilter struct {
	Pool  string            // of this course; empty: any
	User  ID                // of this user; empty: any
	State Set[LicenceState] // one of these; empty: any
	After LicenceID         // selects later ones in order of user, pool and number, by bytes
}

// Match reports whether the filter selects the licence. The lists of every store agree with it.
func (f LicenceFilter) Match(l Licence) bool {
	return (f.Pool == "" || f.Pool == l.Pool) && (f.User == "" || f.User == l.User) &&
		(f.State.Empty() || f.State.Has(l.State())) && f.After.Compare(l.ID()) < 0
}

// NextPage returns the filter of the page after this licence.
func (f LicenceFilter) NextPage(l Licence) LicenceFilter {
	f.After = l.ID()
	return f
}

// Compare orders licences by user, pool and number.
func (i LicenceID) Compare(j LicenceID) int {
	return cmp.Or(cmp.Compare(i.User, j.User), cmp.Compare(i.Pool, j.Pool), cmp.Compare(i.Number, j.Number))
}

// CleanLicences returns the licences imported with a user, as the user was cleaned: by pool, the
// older first and an open one last, numbered. They are at most [MaxLicences]. Each names its pool; User is empty or
// this one, and the Number is ignored. Assigned, Started and Archived, or Assigned and Returned, follow in this order, and an
// archived licence is started. A pool has one open licence at most, and a user archived or
// deleted has no unstarted one. A wrong one is a [*FieldError].
func (u User) CleanLicences(licences []Licence, at time.Time) ([]Licence, error) {
	clean, err := u.cleanLicences(licences, at)
	if err != nil {
		return nil, &FieldError{"licences", err}
	}
	return clean, nil
}

func (u User) cleanLicences(licences []Licence, at time.Time) ([]Licence, error) {
	if len(licences) > MaxLicences {
		return nil, ErrTooLong
	}
	var clean []Licence
	open := map[string]bool{}
	for _, l := range licences {
		if err := CheckID(l.Pool); err != nil {
			return nil, err
		}
		if err := l.DueDate.Check(); err != nil {
			return nil, err
		}
		last := u.Created
		for _, date := range []*time.Time{&l.Assigned, &l.Started, &l.Archived, &l.Returned} {
			*date = instant(*date)
			switch {
			case date.IsZero():
				continue
			case date.Before(last):
				return nil, ErrTooEarly
			case date.After(at):
				return nil, ErrTooLate
			}
			last = *date
		}
		l.Ends, l.Due = instant(l.Ends), time.Time{}
		state := l.State()
		isOpen := l.IsOpen(at)
		switch {
		case l.Assigned.IsZero():
			return nil, ErrEmpty
		case l.User != "" && l.User != u.ID,
			!l.Archived.IsZero() && l.Started.IsZero(),
			state == LicenceReturned && !l.Started.IsZero(),
			state == LicenceAssigned && In(Archived, Deleted).Has(u.Status),
			isOpen && open[l.Pool]:
			return nil, ErrUnfit
		}
		open[l.Pool] = open[l.Pool] || isOpen
		l.User = u.ID
		clean = append(clean, l)
	}
	inUse := func(l Licence) int {
		if l.IsOpen(at) {
			return 1
		}
		return 0
	}
	slices.SortStableFunc(clean, func(a, b Licence) int {
		return cmp.Or(cmp.Compare(a.Pool, b.Pool), cmp.Compare(inUse(a), inUse(b)), a.Assigned.Compare(b.Assigned))
	})
	for i := range clean {
		clean[i].Number = 1
		if i > 0 && clean[i-1].Pool == clean[i].Pool {
			clean[i].Number = clean[i-1].Number + 1
		}
	}
	return clean, nil
}
