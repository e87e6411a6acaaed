package seats

import (
	"slices"
	"time"

	"github.com/seatkeeper/seatkeeper/users"
)

// A Receipt is what a host keeps of a call to be able to undo it, see [Receipt.Undoings]. It
// contains personal data: the values of edited fields before and after the call, since events
// have none. The host must erase it with the users' data.
//
// It has a JSON form and may have been in a browser: the actor in it is for information, what was
// done is read from the events, and an undo needs the authority of its own actor.
type Receipt struct {
	Account     users.AccountID `json:"account"`
	Actor       users.Actor     `json:"actor"` // for information only
	At          time.Time       `json:"at"`
	Correlation string          `json:"correlation,omitzero"` // of the events
	Commits     []ReceiptCommit `json:"commits,omitzero"`     // in order, at most [MaxReceiptCommits]
	Incomplete  bool            `json:"incomplete,omitzero"`  // more was done than a receipt holds; what it lacks is not undone
}

// A ReceiptCommit is one commit of a call: the numbers of its events, and values that they lack.
type ReceiptCommit struct {
	Change   ChangeID `json:"change"`
	First    uint64   `json:"first"`
	Last     uint64   `json:"last"`
	Values   []Former `json:"values,omitzero"`
	Repeated bool     `json:"repeated,omitzero"` // of an earlier call with the same request key: the values are unknown
}

// A Former has values of a user before a commit, and the new ones, as far as they differ.
type Former struct {
	User users.ID `json:"user"`
	// The patch to the new fields of the profile, and the patch back.
	Forth users.Patch `json:"forth,omitzero"`
	Back  users.Patch `json:"back,omitzero"`

	Leave    users.Leave `json:"leave,omitzero"`
	NewLeave users.Leave `json:"new_leave,omitzero"`
	Start    users.Date  `json:"start,omitzero"`
	NewStart users.Date  `json:"new_start,omitzero"`

	Pool       PoolID     `json:"pool,omitzero"` // of the licence with the due date; each has a Former of its own
	DueDate    users.Date `json:"due_date,omitzero"`
	NewDueDate users.Date `json:"new_due_date,omitzero"`
}

// Bounds of a receipt.
const (
	MaxReceiptCommits = 1000
	MaxReceiptValues  = 3500 // users and due dates, in all commits
)

// UnmarshalJSON reads a receipt by [users.ReadJSON]. A receipt beyond its bounds is an error.
func (r *Receipt) UnmarshalJSON(text []byte) error {
	type plain Receipt
	var read plain
	if err := users.ReadJSON(text, &read); err != nil {
		return err
	}
	if Receipt(read).values() > MaxReceiptValues {
		return errManyValues
	}
	*r = Receipt(read)
	return nil
}

var errManyValues = &users.DocumentError{Text: "seats: JSON: there are too many values in the receipt"}

// values returns the number of values.
func (r Receipt) values() (n int) {
	for _, c := range r.Commits {
		n += len(c.Values)
	}
	return n
}

// NewReceipt returns the receipt of a call before its first commit.
func NewReceipt(account users.AccountID, r Request) Receipt {
	return Receipt{Account: account, Actor: r.Actor, Correlation: r.Correlation}
}

// Add adds a decision that was committed.
func (r *Receipt) Add(d Decision) {
	for _, e := range d.Repeated {
		if n := len(r.Commits); n > 0 && r.Commits[n-1].Change == e.Change {
			r.Commits[n-1].Last = e.Sequence
			continue
		}
		r.add(ReceiptCommit{Change: e.Change, First: e.Sequence, Last: e.Sequence, Repeated: true}, e.Time)
	}
	if n := len(d.Change.Events); n > 0 {
		first, last := d.Change.Events[0], d.Change.Events[n-1]
		r.add(ReceiptCommit{Change: d.Change.ID, First: first.Sequence, Last: last.Sequence, Values: d.Former}, last.Time)
	}
}

// add adds a commit within the bounds.
func (r *Receipt) add(c ReceiptCommit, at time.Time) {
	if len(r.Commits) == MaxReceiptCommits {
		r.Incomplete = true
		return
	}
	if room := MaxReceiptValues - r.values(); len(c.Values) > room {
		c.Values, r.Incomplete = c.Values[:room], true
	}
	r.At = at
	r.Commits = append(r.Commits, c)
}

// former lists the values of the change that its events lack, in order of users. Users who are
// new or deleted have none.
func (v *evaluation) former(c Change) (all []Former) {
	for _, is := range c.Updated {
		if !is.Here() {
			continue
		}
		row, _ := v.people.get(is.ID)
		was := &row.loaded[0]
		f := Former{User: is.ID}
		f.Forth, f.Back = users.Patches(was.Profile, is.Profile)
		if was.Schedule.Leave != is.Schedule.Leave {
			f.Leave, f.NewLeave = was.Schedule.Leave, is.Schedule.Leave
		}
		if was.Start.Date != is.Start.Date {
			f.Start, f.NewStart = was.Start.Date, is.Start.Date
		}
		if f != (Former{User: is.ID}) {
			all = append(all, f)
		}
	}
	for i, is := range c.Licences {
		was := v.wasLicences[is.ID()]
		if was.Pool == "" && i > 0 && is.Number > 1 && c.Licences[i-1].User == is.User && c.Licences[i-1].Pool == is.Pool {
			was = c.Licences[i-1] // returned and assigned again
		}
		if was.Pool != "" && was.DueDate != is.DueDate {
			all = append(all, Former{User: is.User, Pool: PoolID(is.Pool), DueDate: was.DueDate, NewDueDate: is.DueDate})
		}
	}
	return all
}

// decision returns the decision by the commands so far.
func (v *evaluation) decision(outcomes []Outcome) Decision {
	v.serveCall()
	c := v.change()
	return Decision{c, outcomes, v.repeated, v.former(c)}
}

// join returns the values of two commits in a row as those of one. The zero Former has none.
func (f Former) join(next Former) Former {
	f.User, f.Pool = next.User, next.Pool
	f.Back, f.Forth = f.Back.Or(next.Back), next.Forth.Or(f.Forth)
	f.Leave, f.NewLeave = joined(f.Leave, f.NewLeave, next.Leave, next.NewLeave)
	f.Start, f.NewStart = joined(f.Start, f.NewStart, next.Start, next.NewStart)
	f.DueDate, f.NewDueDate = joined(f.DueDate, f.NewDueDate, next.DueDate, next.NewDueDate)
	return f
}

// joined joins two changes of a value; a change to the same value is none.
func joined[V comparable](was, is, nextWas, nextIs V) (V, V) {
	switch {
	case was == is:
		return nextWas, nextIs
	case nextWas == nextIs:
		return was, is
	}
	return was, nextIs
}

// valuesOf returns the values of commits by user and pool.
func valuesOf(commits []ReceiptCommit) map[formerKey]Former {
	all := map[formerKey]Former{}
	for _, c := range commits {
		for _, f := range c.Values {
			key := formerKey{f.User, f.Pool}
			all[key] = all[key].join(f)
		}
	}
	return all
}

type formerKey struct {
	user users.ID
	pool PoolID
}

// has reports whether an event is one of the commit.
func (c ReceiptCommit) has(e Event) bool {
	return e.Change == c.Change && c.First <= e.Sequence && e.Sequence <= c.Last
}

// inOrder returns the commits in the order of their events. Commits that no call gives, such as
// two with the same events, are refused.
func (r Receipt) inOrder() ([]ReceiptCommit, *Refusal) {
	commits := slices.Clone(r.Commits)
	slices.SortFunc(commits, by(func(c ReceiptCommit) uint64 { return c.First }))
	last := uint64(0)
	for _, c := range commits {
		if c.Change == "" || c.First <= last || c.Last < c.First {
			return nil, badInput("receipt", errOtherEvents)
		}
		last = c.Last
	}
	return commits, nil
}
