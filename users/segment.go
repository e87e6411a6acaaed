package users

import "encoding/json"

// A Segment is what counters see of a person.
type Segment struct {
	Status Status `json:"status"`
	Role   Role   `json:"role"`
	Synced bool   `json:"synced,omitzero"` // the person's source is a sync
}

// A Tally counts the people of an account by standing. Everything an account
// says about its numbers follows from its tally: who holds a seat, how many
// owners are active, what the summary cards show. In JSON it is a list with a row
// for every standing that somebody has.
type Tally [statusCount][roleCount][2]int64

func (t *Tally) at(s Segment) *int64 {
	synced := 0
	if s.Synced {
		synced = 1
	}
	return &t[s.Status][s.Role][synced]
}

// Move counts one person out of one standing and into another. Somebody new
// comes from the zero standing, which is not counted.
func (t *Tally) Move(from, to Segment) {
	t.Add(from, -1)
	t.Add(to, 1)
}

// ActionAdd counts n more people in a standing; the zero standing is not counted.
func (t *Tally) Add(s Segment, n int64) {
	if s.Status != NoStatus {
		*t.at(s) += n
	}
}

// Of returns the number of people of exactly this standing.
func (t Tally) Of(s Segment) int64 { return *t.at(s) }

// Count returns the number of people who have one of the statuses and one of
// the roles, whatever their source. An empty set stands for all of them; all
// statuses are all but deleted.
func (t Tally) Count(statuses Set[Status], roles Set[Role]) int64 {
	if statuses.Empty() {
		statuses = Present
	}
	var n int64
	for _, s := range statuses.Members() {
		for r := range t[s] {
			if roles.Empty() || roles.Has(Role(r)) {
				n += t[s][r][0] + t[s][r][1]
			}
		}
	}
	return n
}

// ActiveOwners returns how many active owners there are. It is never less than
// one in an account, unless that is erased.
func (t Tally) ActiveOwners() int64 { return t.Count(In(Active), In(Owner)) }

// Present is the set of all statuses but deleted: the people whom a list shows
// unless it is asked for others.
const Present = Set[Status](1<<Invited | 1<<Active | 1<<Inactive | 1<<Archived)

// Segments lists every standing that somebody can have.
func Segments() []Segment {
	var all []Segment
	for _, status := range Statuses() {
		for _, role := range Roles() {
			all = append(all, Segment{status, role, false}, Segment{status, role, true})
		}
	}
	return all
}

type tallyRow struct {
	Segment
	Count int64 `json:"count"`
}

var (
	errTallyRow   = &DocumentError{Text: "users: JSON: a row of a tally has no status, or the count 0"}
	errTallyTwice = &DocumentError{Text: "users: JSON: two rows of a tally have the same status, role and source"}
)

func (r tallyRow) check() error {
	if r.Status == NoStatus || r.Count == 0 {
		return errTallyRow
	}
	return nil
}

// MarshalJSON returns the rows in the order of [Segments], without those that count
// nobody.
func (t Tally) MarshalJSON() ([]byte, error) {
	rows := []tallyRow{}
	for _, s := range Segments() {
		if n := t.Of(s); n != 0 {
			rows = append(rows, tallyRow{s, n})
		}
	}
	return json.Marshal(rows)
}

// UnmarshalJSON reads rows in any order. One that counts nobody is an error, and
// so is a second one of the same standing.
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
