package users

import "encoding/json"

// A Segment is a group of users with the same status, role and kind of source, of invited ones also by
// whether the invitation is held back.
type Segment struct {
	Status Status `json:"status"`
	Role   Role   `json:"role"`
	Synced bool   `json:"synced,omitzero"` // the source is a sync
	Unsent bool   `json:"unsent,omitzero"` // invited, and the invitation is held back
}

// A Tally counts the users of an account by [Segment], at most [math.MaxInt32] of each. All numbers
// of an account follow from it: seats held, active owners, summary cards. In JSON it is a list with
// a row per segment in use.
type Tally [statusCount][roleCount][2]int32

// at returns the number of a segment. The unsent have the place of NoStatus.
func (t *Tally) at(s Segment) *int32 {
	if s.Unsent {
		return &t[NoStatus][s.Role][s.index()]
	}
	return &t[s.Status][s.Role][s.index()]
}

// index is 1 for users of a sync, otherwise 0.
func (s Segment) index() int {
	if s.Synced {
		return 1
	}
	return 0
}

// Move counts one user out of a segment and into another. A new user comes from the zero
// segment, which is left uncounted.
func (t *Tally) Move(from, to Segment) {
	t.Add(from, -1)
	t.Add(to, 1)
}

// Add counts n more users in a segment. The zero segment is left uncounted.
func (t *Tally) Add(s Segment, n int64) {
	if s.Status != NoStatus {
		*t.at(s) += int32(n)
	}
}

// Of returns the number of users of a segment.
func (t *Tally) Of(s Segment) int64 { return int64(*t.at(s)) }

// Count returns the number of users with one of the statuses and one of the roles. An empty
// set of statuses stands for [Present], an empty set of roles for every role.
func (t Tally) Count(statuses Set[Status], roles Set[Role]) int64 {
	if statuses.Empty() {
		statuses = Present
	}
	var n int64
	count := func(s Status) {
		for r := range t[s] {
			if roles.Empty() || roles.Has(Role(r)) {
				n += int64(t[s][r][0]) + int64(t[s][r][1])
			}
		}
	}
	for _, s := range statuses.Members() {
		if count(s); s == Invited {
			count(NoStatus) // the unsent
		}
	}
	return n
}

// Unsent returns the number of invited users with an invitation that is held back.
func (t Tally) Unsent() (n int64) {
	for _, role := range Roles() {
		n += t.Of(Segment{Invited, role, false, true}) + t.Of(Segment{Invited, role, true, true})
	}
	return n
}

// ActiveOwners returns the number of active owners, at least one until the account is erased.
func (t Tally) ActiveOwners() int64 { return t.Count(In(Active), In(Owner)) }

// Present is the set of all statuses but [Deleted], the default of lists.
const Present = Set[Status](1<<Invited | 1<<Active | 1<<Inactive | 1<<Archived)

// Segments lists all segments, by status and role.
func Segments() []Segment {
	var all []Segment
	for _, status := range Statuses() {
		for _, role := range Roles() {
			all = append(all, Segment{status, role, false, false}, Segment{status, role, true, false})
			if status == Invited {
				all = append(all, Segment{status, role, false, true}, Segment{status, role, true, true})
			}
		}
	}
	return all
}

type tallyRow struct {
	Segment
	Count int32 `json:"count"`
}

var (
	errTallyRow   = &DocumentError{Text: "users: JSON: a row of a tally has no status, or the count 0, or is unsent and not invited"}
	errTallyTwice = &DocumentError{Text: "users: JSON: two rows of a tally have the same status, role and source"}
)

func (r tallyRow) check() error {
	if r.Status == NoStatus || r.Count == 0 || r.Unsent && r.Status != Invited {
		return errTallyRow
	}
	return nil
}

// MarshalJSON returns the rows in the order of [Segments] and leaves out the count 0.
func (t Tally) MarshalJSON() ([]byte, error) {
	rows := []tallyRow{}
	for _, s := range Segments() {
		if n := t.Of(s); n != 0 {
			rows = append(rows, tallyRow{s, int32(n)})
		}
	}
	return json.Marshal(rows)
}

// UnmarshalJSON reads rows in any order. The count 0 and a second row of a segment are
// errors.
func (t *Tally) UnmarshalJSON(text []byte) error {
	var rows []tallyRow
	if err := ReadJSON(text, &rows); err != nil {
		return err
	}
	var read Tally
	for _, row := range rows {
		if err := row.check(); err != nil {
			return err
		}
		if read.Of(row.Segment) != 0 {
			return errTallyTwice
		}
		*read.at(row.Segment) = row.Count
	}
	*t = read
	return nil
}
