package seats

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/seatkeeper/seatkeeper/users"
)

// A SyncRun compares a complete roster with the users of an account, see [NewComparison]. The actor of its
// commands is [users.Sync] with the Source.
//
// A deletion leaves no key behind, so that the next run with the person makes a new user: an invitation that was taken
// back is made again. The person must be gone from the roster first; or [Deactivate] by hand, by support or the system where users
// of a sync are locked, is the way: such a user stays out, see [ErrPutOutByHand].
type SyncRun struct {
	Source string // the name of the source
	// Fields are those of the roster's columns, as in [users.Roster].Fields, and one of them is a key: "email",
	// "username" or "external-id". Other fields of the users stay as they are; without "role" so do roles, and without the day of a
	// leave so do those. An empty cell clears its field, but for a key: an empty role makes a member, and an empty day of a leave
	// ends the day that the user has. What was set by hand stays, see [Edit]; so do users whose keys were, see [Comparison].
	Fields []string
	// Adds adds new users by [Add], as active ones without an invitation. Otherwise they are invited.
	Adds bool
	// Plan is the Digest of the [Differences] that were agreed to. A run with others is refused. Empty: any.
	Plan string
}

// Check returns the refusal of a run without a source or a key, or with an unknown field, or nil.
func (r SyncRun) Check() *Refusal {
	if err := users.CheckID(r.Source); err != nil {
		return badInput("source", err)
	}
	_, refusal := r.columns()
	return refusal
}

// Agrees returns the refusal of differences that are not those of the run's Plan, as [ErrBadInput], or nil.
func (r SyncRun) Agrees(d Differences) *Refusal {
	if r.Plan != "" && r.Plan != d.Digest {
		return badInput("commands", errOtherPlan)
	}
	return nil
}

// Differences are what a complete roster and an account differ in, and the commands that make the account
// like the roster. Commands that free seats come before those that take them.
type Differences struct {
	Rows      int `json:"rows"`               // of the roster
	Same      int `json:"same"`               // users who are as in their row
	Joining   int `json:"joining,omitzero"`   // new users
	Leaving   int `json:"leaving,omitzero"`   // users of the source who are missing, or have left by their row
	Dated     int `json:"dated,omitzero"`     // users who get the day of a leave, or an earlier one
	Withdrawn int `json:"withdrawn,omitzero"` // leavers without a seat, from the queue: no losses to the guard
	Missing   int `json:"missing,omitzero"`   // users of the source who are missing, and do not leave yet
	// Unreadable are faulty rows that can be about any user, since no key of theirs can be read. While there are any, no missing user leaves.
	Unreadable int `json:"unreadable,omitzero"`
	Returning  int `json:"returning,omitzero"`  // inactive users back in the roster, without a place in the queue
	TakenOver  int `json:"taken_over,omitzero"` // users of other sources who become those of this one, see [Account.TakesOver]
	Changed    int `json:"changed,omitzero"`    // users with other fields, another role or another day of a leave
	// NewKeys are the changed users whose address, username or external ID becomes another one. Renumbered are those of
	// them with another external ID under the address or the username of before, or with those of another user under their own, unless
	// the name is theirs too.
	// Replaced are leavers with the address or the username of a row with another external ID.
	NewKeys    int `json:"new_keys,omitzero"`
	Renumbered int `json:"renumbered,omitzero"`
	Replaced   int `json:"replaced,omitzero"`
	Admins     int `json:"admins,omitzero"` // active admins who leave or become something else
	// Untouched are users and rows that the run leaves as they are though they differ, at most [MaxUntouched],
	// and UntouchedCodes count all of them.
	Untouched      []Untouched `json:"untouched,omitzero"`
	UntouchedCodes []CodeTotal `json:"untouched_codes,omitzero"`
	// Digest is that of the commands: a hash over all fields, personal ones included. Its first half is over
	// the others alone.
	Digest string `json:"digest"`

	steps                     [stepKinds]steps
	misses                    misses
	exchanges                 [][2]int   // parts of the edits
	renumbered, keyed, admins []users.ID // the first users of Renumbered and Replaced, of NewKeys and of Admins
	unnamed                   int64      // of Replaced and of waiting users, those with an unknown name: they stay, with changed keys, once these are released
	unnamedLeavers            int64      // of unnamed, those with a seat
}

// Losses are what the guard of the source judges.
func (d *Differences) Losses() Losses {
	return Losses{Leavers: int64(d.Leaving + d.Dated), Dated: int64(d.Dated), Keys: int64(d.NewKeys), Admins: int64(d.Admins)}
}

// Stops returns the refusal of a run: its source is held, or its differences trip the guard, see [Account.Trips]. It is
// [ErrChangedKeys] if the Renumbered or the Replaced alone do: a source that numbers its users anew makes many of them others. The
// command holds the source, with some of the users concerned; nil: it is held already, or the run may go on.
func (r SyncRun) Stops(a Account, d Differences, at time.Time) (*Refusal, Command) {
	if refusal := r.held(a); refusal != nil {
		return refusal, nil
	}
	losses := d.Losses()
	anew := losses
	anew.Leavers, anew.Keys = losses.Leavers-d.unnamedLeavers, losses.Keys+d.unnamed
	cause, sample := error(ErrChangedKeys), d.renumbered
	switch {
	case a.Trips(r.Source, Losses{Keys: int64(d.Renumbered) + d.unnamed}, at) != nil:
		losses = anew
	case a.Trips(r.Source, Losses{Leavers: int64(d.Replaced)}, at) != nil:
	default:
		cause = a.Trips(r.Source, losses, at)
		switch cause {
		case nil:
			return nil, nil
		case ErrManyKeys:
			sample = d.keyed
		case ErrLastAdminLeaves:
			sample = d.admins
		default:
			sample = d.sample()
		}
	}
	hold := HoldSource{Source: r.Source, Losses: losses, Sample: sample, Plan: d.Digest[:min(len(d.Digest), digestSize)]}
	if cause == error(ErrChangedKeys) {
		hold.Cause = ErrChangedKeys.Code
	}
	refusal := refuse(ErrSourceHeld, "")
	refusal.Reason, refusal.Losses = cause, losses
	return refusal, hold
}

// held returns the refusal of a run by a source that is held, or nil.
func (r SyncRun) held(a Account) *Refusal {
	if s, _ := a.Sources.Of(r.Source); s.IsHeld() {
		return refuse(ErrSourceHeld, "").because(ErrHeld)
	}
	return nil
}

// MaxUntouched is the number of users and rows that [Differences] list as untouched.
const MaxUntouched = 1000

// Untouched is a user, or a row, that a run leaves as it is. The next run finds them again. By the code and the reason of the
// refusal:
//
//   - [ErrBadInput]: a row with a faulty field, named by Field, or with a key of a row before it, [users.ErrDuplicateRow]; of
//     a row of a file that is faulty as a whole the Field is "row". The remedy is in the roster.
//   - [ErrOwnerProtected]: an owner, untouched by every sync. They leave after [EndOwnership].
//   - [ErrForbidden], [ErrOtherSource]: a user of another source, see [Account.TakesOver]; [ErrOtherNumber]: one that the source would
//     take over, but the external ID is another one, and so is the name, or it is unknown.
//   - [ErrForbidden], [ErrKeyByHand]: a missing user without a key but those edited by hand. [Edit] with Follow gives the key
//     back to the source, [Deactivate] puts the user out. [ErrAmbiguous], [ErrKeyByHand]: rows with the name of such users.
//   - [ErrForbidden], [ErrPutOutByHand], and [ErrWrongStatus], [ErrArchived]: users put out by an admin, or archived. [Reactivate] or
//     [Restore] brings them back.
//   - [ErrWrongStatus], [ErrInactive]: a user put out by a date, if the roster lacks days of leaves. [Reactivate] brings them back.
//   - [ErrAmbiguous]: a row with a key of several users, such as an address alone. Its users stay. The row is
//     tried again by the next run, as it may lead to one user then.
//   - [ErrDuplicate]: a row of a user with another row, or with a key of a faulty one, [users.ErrDuplicateRow], of which the Field leads
//     to the user; a key of another user, such as the address of a leaver, which an [Edit] takes from them, [ErrTakenByInactive]; and an
//     exchange of keys among more than [MaxCommands] users.
//
// After a run there are the refused commands, such as [ErrNoSeats] at a full account. [ErrExchange] is for a user matched by the
// address or the username who would become another: [Deactivate] puts them out, an [Edit] takes the key from them, and their row is a
// newcomer's. An exchange of keys is refused for all of its users.
type Untouched struct {
	Row     int      `json:"row,omitzero"` // of the roster; 0: the user is missing in it
	Refusal *Refusal `json:"refusal"`
}

// UnmarshalJSON reads differences by [users.ReadJSON]. They have no commands.
func (d *Differences) UnmarshalJSON(text []byte) error {
	type plain Differences
	return users.ReadJSON(text, (*plain)(d))
}

// UnmarshalJSON reads an untouched user by [users.ReadJSON].
func (u *Untouched) UnmarshalJSON(text []byte) error {
	type plain Untouched
	return users.ReadJSON(text, (*plain)(u))
}

// stepKinds are the kinds of steps in their order: users are taken over, so that the rest of their rows can follow. Leavers
// lose their places in the queue before a seat comes free. Leavers and roles without a seat free seats for all others, then
// other roles and fields change, and then users come back and join. A day is for users who are in.
const (
	stepTake = iota
	stepWithdraw
	stepLeave
	stepFree
	stepRole
	stepEdit
	stepReturn
	stepJoin
	stepSooner // a leaver to the guard
	stepDate
	stepKinds
)

// steps are commands with their rows.
type steps struct {
	commands []Command
	rows     []int32
}

func (d *Differences) add(kind int, row int, c Command) {
	s := &d.steps[kind]
	s.commands, s.rows = append(s.commands, c), append(s.rows, int32(row))
	switch kind {
	case stepLeave:
		d.Leaving++
	case stepWithdraw:
		d.Withdrawn++
	case stepSooner:
		d.Dated++
	}
}

// Commands lists the commands in order, with the rows of the roster; row 0 is that of a missing user.
func (d *Differences) Commands() iter.Seq2[int, Command] {
	return func(yield func(int, Command) bool) {
		for _, s := range d.steps {
			for i, c := range s.commands {
				if !yield(int(s.rows[i]), c) {
					return
				}
			}
		}
	}
}

// Len returns the number of commands.
func (d *Differences) Len() (n int) {
	for _, s := range d.steps {
		n += len(s.commands)
	}
	return n
}

// Leavers lists the first users, at most n, who leave.
func (d *Differences) Leavers(n int) (ids []users.ID) {
	for _, c := range d.steps[stepLeave].commands[:min(n, len(d.steps[stepLeave].commands))] {
		ids = append(ids, c.target())
	}
	return ids
}

// sample lists some of the users who leave, at once or on a day.
func (d *Differences) sample() []users.ID {
	ids := d.Leavers(MaxSample)
	for _, c := range d.steps[stepSooner].commands[:min(MaxSample-len(ids), len(d.steps[stepSooner].commands))] {
		ids = append(ids, c.target())
	}
	return ids
}

// name adds a user to a list of some.
func (d *Differences) name(some *[]users.ID, id users.ID) {
	if len(*some) < MaxSample {
		*some = append(*some, id)
	}
}

// Leave adds a user or a row as left as it is. A missing user who was to leave, and stays, is missing as before.
func (d *Differences) Leave(row int, refusal *Refusal) {
	if of := &d.misses; row == 0 && of.gone[refusal.User] {
		delete(of.gone, refusal.User)
		of.stay++
	}
	if len(d.Untouched) < MaxUntouched {
		d.Untouched = append(d.Untouched, Untouched{row, refusal})
	}
	d.UntouchedCodes = countCode(d.UntouchedCodes, refusal.Code, row)
}

// digest returns the Digest.
func (d *Differences) digest() string {
	shapes, personals := sha256.New(), sha256.New()
	for _, c := range d.Commands() {
		shape, personal := divideCommand(c)
		for _, part := range []struct {
			to   interface{ Write([]byte) (int, error) }
			what map[string]any
		}{{shapes, shape}, {personals, personal}} {
			text, _ := json.Marshal(part.what) // just decoded
			_, _ = part.to.Write(append(text, '\n'))
		}
	}
	return hex.EncodeToString(shapes.Sum(nil))[:digestSize] + hex.EncodeToString(personals.Sum(nil))[:digestSize]
}

// String returns a summary without names: "1000 rows: 985 as before, 5 join, 4 leave, 6 change".
func (d Differences) String() string {
	parts := []string{fmt.Sprintf("%d as before", d.Same)}
	for _, part := range []struct {
		n         int
		one, many string
	}{
		{d.Joining, "joins", "join"}, {d.Returning, "comes back", "come back"}, {d.Leaving, "leaves", "leave"},
		{d.Dated, "leaves on a day", "leave on a day"}, {d.Withdrawn, "leaves the queue", "leave the queue"},
		{d.Missing, "is missing", "are missing"},
		{d.TakenOver, "is taken over", "are taken over"}, {d.Changed, "changes", "change"},
	} {
		if part.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", part.n, form(part.n, part.one, part.many)))
		}
	}
	for _, c := range d.UntouchedCodes {
		parts = append(parts, fmt.Sprintf("%d left as %s: %s", c.Count, form(c.Count, "it is", "they are"), c.Code))
	}
	text := fmt.Sprintf("%d %s: %s", d.Rows, form(d.Rows, "row", "rows"), strings.Join(parts, ", "))
	if d.Unreadable > 0 {
		text += fmt.Sprintf("; no missing user leaves, since %d %s no readable key", d.Unreadable, form(d.Unreadable, "row has", "rows have"))
	}
	return text
}

// columns are the fields of a roster.
type columns struct {
	has                 [len(textFields)]bool
	groups, role, leave bool
}

// textFields are the fields of a profile that a roster can have, keys last.
var textFields = [...]string{"first-name", "last-name", "location", "department", "title", "external-id", "email", "username"}

const (
	firstKey  = 5 // of textFields
	keyFields = len(textFields) - firstKey
)

// otherFields are further fields of columns, and what they fill.
var otherFields = map[string][]string{
	"name": {"first-name", "last-name"}, "last-name-prefix": {"last-name"}, "password": nil, "status": nil, "active": nil, "inactive": nil,
}

// columns returns the fields as a set.
func (r SyncRun) columns() (c columns, refusal *Refusal) {
	for _, field := range r.Fields {
		fills, other := otherFields[field]
		switch {
		case field == "groups":
			c.groups = true
		case field == "role":
			c.role = true
		case slices.Contains([]string{"leave", "last-day", "first-day-without"}, field):
			c.leave = true
		case other:
		case !slices.Contains(textFields[:], field):
			return c, badInput("fields", errFollow)
		default:
			fills = []string{field}
		}
		for _, f := range fills {
			c.has[slices.Index(textFields[:], f)] = true
		}
	}
	if !slices.Contains(c.has[firstKey:], true) {
		return c, badInput("fields", users.ErrNoKeyColumn)
	}
	return c, nil
}

// keptFields returns fields that were edited by hand as a set.
func keptFields(names []string) (set uint16) {
	for _, name := range names {
		switch name {
		case roleField:
			set |= roleBit
		case leaveField:
			set |= leaveBit
		default:
			set |= 1 << (1 + slices.Index(textFields[:], name)) // the first bit: groups
		}
	}
	return set
}

// The bits of a set of kept fields beside those of the profile.
const (
	roleBit = 1 << (1 + len(textFields) + iota)
	leaveBit
)

// without returns the columns but those of a set of fields.
func (c columns) without(kept uint16) columns {
	for i := range c.has {
		c.has[i] = c.has[i] && kept&(1<<(1+i)) == 0
	}
	c.groups, c.role, c.leave = c.groups && kept&1 == 0, c.role && kept&roleBit == 0, c.leave && kept&leaveBit == 0
	return c
}

// row returns a row of the roster, without the day of a leave that no column has.
func (c columns) row(e users.Entry) users.Entry {
	if !c.leave {
		e.Leave = users.Leave{}
	}
	return e
}
