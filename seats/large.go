package seats

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/seatkeeper/seatkeeper/users"
)

// A LargePlan is the preview of any number of commands, for a person to confirm. In place of an
// outcome for each it has totals and the first that do not fit. The commands are not in it: they are
// given again when it is carried out, part by part, and compared with digests of the parts.
//
// It has a JSON form and can be kept. The digests are hashes over all fields of the commands,
// personal ones included: keep the plan no longer than it is needed.
type LargePlan struct {
	Account  users.AccountID `json:"account"` // of the plan; for another account it is refused
	Actor    users.Actor     `json:"actor"`   // for information only
	At       time.Time       `json:"at"`      // when the first part was decided
	Revision uint64          `json:"revision"`
	Totals   Totals          `json:"totals"`
	Before   Usage           `json:"before"` // the numbers of the account, for any actor
	After    Usage           `json:"after"`  // if all that fits is carried out
	Parts    []string        `json:"parts,omitzero"`
}

// UnmarshalJSON reads a plan by [users.ReadJSON].
func (p *LargePlan) UnmarshalJSON(text []byte) error {
	type plain LargePlan
	return users.ReadJSON(text, (*plain)(p))
}

// Totals count the outcomes of a list of commands.
type Totals struct {
	Commands  int `json:"commands"`
	Fit       int `json:"fit"`                // had an effect
	Inactive  int `json:"inactive,omitzero"`  // of these, users created inactive for want of a seat
	Unchanged int `json:"unchanged,omitzero"` // their effect was there
	Refused   int `json:"refused,omitzero"`
	// Grown are the seats by which pools grew, see [Growth].
	Grown int64 `json:"grown,omitzero"`
	// Codes count the refused by the code of the refusal, in the order of their first.
	Codes []CodeTotal `json:"codes,omitzero"`
	// Refusals are the outcomes of the first refused, at most [MaxRefusals]. Index of the Refusal is
	// the place of the command in the list, from 0.
	Refusals []Outcome `json:"refusals,omitzero"`
}

// A CodeTotal counts the commands refused with a code.
type CodeTotal struct {
	Code  Code `json:"code"`
	Count int  `json:"count"`
	First int  `json:"first"` // the place of the first one in the list, from 0
}

// MaxRefusals is the number of refusals that [Totals] have in full.
const MaxRefusals = 100

// UnmarshalJSON reads totals by [users.ReadJSON].
func (t *Totals) UnmarshalJSON(text []byte) error {
	type plain Totals
	return users.ReadJSON(text, (*plain)(t))
}

// UnmarshalJSON reads a total by [users.ReadJSON].
func (t *CodeTotal) UnmarshalJSON(text []byte) error {
	type plain CodeTotal
	return users.ReadJSON(text, (*plain)(t))
}

// Add counts the outcome of the next command.
func (t *Totals) Add(o Outcome) {
	place := t.Commands
	t.Commands++
	t.Grown += o.Grown
	switch {
	case o.Refusal != nil:
		t.refuse(place, o)
	case o.Unchanged:
		t.Unchanged++
	default:
		t.Fit++
		if (Planned{Outcome: o}).createsInactive() {
			t.Inactive++
		}
	}
}

func (t *Totals) refuse(place int, o Outcome) {
	t.Refused++
	if len(t.Refusals) < MaxRefusals {
		t.Refusals = append(t.Refusals, o)
	}
	t.Codes = countCode(t.Codes, o.Refusal.Code, place)
}

// countCode counts a refusal with a code.
func countCode(codes []CodeTotal, code Code, place int) []CodeTotal {
	i := slices.IndexFunc(codes, func(c CodeTotal) bool { return c.Code == code })
	if i < 0 {
		codes, i = append(codes, CodeTotal{Code: code, First: place}), len(codes)
	}
	codes[i].Count++
	return codes
}

// String returns a summary without names: "1200 commands: 1000 fit, 150 change nothing, 50 do not fit:
// no-seats 50, from command 1151 on".
func (t Totals) String() string {
	parts := []string{fmt.Sprintf("%d %s", t.Fit, form(t.Fit, "fits", "fit"))}
	if t.Inactive > 0 {
		parts[0] += fmt.Sprintf(" (%d created inactive for want of a seat)", t.Inactive)
	}
	if t.Unchanged > 0 {
		parts = append(parts, fmt.Sprintf("%d %s nothing", t.Unchanged, form(t.Unchanged, "changes", "change")))
	}
	if t.Refused > 0 {
		var codes []string
		for _, c := range t.Codes {
			codes = append(codes, fmt.Sprintf("%s %d, from command %d on", c.Code, c.Count, c.First+1))
		}
		parts = append(parts, fmt.Sprintf("%d %s not fit: %s", t.Refused, form(t.Refused, "does", "do"), strings.Join(codes, "; ")))
	}
	return fmt.Sprintf("%d %s: %s", t.Commands, form(t.Commands, "command", "commands"), strings.Join(parts, ", ")) + growing(t.Grown)
}

// String returns a summary without names: that of the totals, and the seats held afterwards.
func (p LargePlan) String() string {
	text := p.Totals.String()
	if p.After.Held != p.Before.Held || p.After.Total != p.Before.Total {
		text += "; then " + p.After.seats()
	}
	return text
}

// Report compares what came of the plan with what was planned, in a sentence: "as planned", or the totals
// of both.
func (p LargePlan) Report(done Totals) string {
	if done.Commands == p.Totals.Commands && done.Fit == p.Totals.Fit && done.Inactive == p.Totals.Inactive &&
		done.Unchanged == p.Totals.Unchanged && done.Grown == p.Totals.Grown && slices.EqualFunc(done.Codes, p.Totals.Codes, func(x, y CodeTotal) bool {
		return x.Code == y.Code && x.Count == y.Count
	}) {
		return "as planned: " + done.String()
	}
	return fmt.Sprintf("%v; planned were %v", done, p.Totals)
}

// Digest tells the application of this plan from another call with the same request key. Like [Digest] it
// leaves out the personal fields, which are compared command by command.
func (p LargePlan) Digest(actor users.Actor) string {
	call := []any{actor, ByPlan}
	for _, part := range p.Parts {
		call = append(call, part[:min(len(part), digestSize)])
	}
	return digest(call)
}

// Check refuses commands that are not the part of that number, from 0, of a plan of the account, as
// [ErrBadInput]. No commands are the end of the list, after the last part.
func (p LargePlan) Check(account users.AccountID, part int, commands []Command) *Refusal {
	var planned, given string // empty: the end
	if part < len(p.Parts) {
		planned = p.Parts[part]
	}
	if len(commands) > 0 {
		given = partDigest(commands)
	}
	switch {
	case p.Account != account:
		return badInput("account", errOtherAccount)
	case given != planned:
		return badInput("commands", errOtherPlan)
	}
	return nil
}

// partDigest returns the digests of a part as the host gives it: of the shapes of its commands, and of their
// personal fields.
func partDigest(commands []Command) string {
	shapes, personals := make([]any, len(commands)), make([]any, len(commands))
	for i, c := range commands {
		shapes[i], personals[i] = divideCommand(c)
	}
	return digest(shapes) + digest(personals)
}

// A LargePreview makes a [LargePlan], part by part. Each part is decided on its own rows, with the settings, the
// pools and the numbers that the parts before it would leave. The zero value is ready to use.
type LargePreview struct {
	plan     LargePlan
	settings *Account                  // as a part has changed them
	moved    users.Tally               // by the parts so far
	pools    []movedPool               // that they have changed, in order
	taken    map[users.ID]users.Source // of the users they take over
}

// A movedPool is a pool as parts leave it, and by how much they move its numbers.
type movedPool struct {
	row, by Pool
	made    bool // by a part
}

// Add decides the next part, given as the host gives it. The snapshot must cover the request, which
// has the commands with IDs. A user must not be in two parts, except that one may take them over before another edits them.
func (l *LargePreview) Add(s Snapshot, r Request, given []Command) {
	p := &l.plan
	if p.Account == "" {
		first := newPlan(s, r)
		p.Account, p.Actor, p.At, p.Revision, p.Before, p.After = first.Account, first.Actor, first.At, first.Revision, first.Before, first.Before
	}
	s = l.moveOn(s)
	v, together := newEvaluation(s, r).inBulk(s.Past), refusedTogether(s, r)
	for i, c := range r.Commands {
		if together != nil {
			p.Totals.Add(Outcome{Action: c.Action(), User: c.target(), Refusal: together})
			continue
		}
		o, refusal := v.decide(i, c)
		if refusal != nil {
			refusal.Index = p.Totals.Commands
			if len(p.Totals.Refusals) < MaxRefusals {
				refusal.Remedies = v.remedies([]Command{c}, refusal)
			}
		}
		p.Totals.Add(o)
	}
	if len(given) > 0 {
		p.Parts = append(p.Parts, partDigest(given))
	}
	l.note(s, v.change())
}

// Plan returns the plan of the parts so far.
func (l *LargePreview) Plan() LargePlan { return l.plan }

// moveOn returns a snapshot as the parts so far would leave it.
func (l *LargePreview) moveOn(s Snapshot) Snapshot {
	if a := l.settings; a != nil {
		a.Revision, a.Sequence, a.Tally, a.Changed, a.NextDue = s.Account.Revision, s.Account.Sequence, s.Account.Tally, s.Account.Changed, s.Account.NextDue
		s.Account = *a
	}
	for _, segment := range users.Segments() {
		s.Account.Tally.Add(segment, l.moved.Of(segment))
	}
	var pools []Pool
	for _, m := range l.pools {
		if is := s.pool(m.row.ID); m.made || is.Total != (Count{}) { // else the next part does not need it
			pools = append(pools, m.on(is))
		}
	}
	s.Pools = merged(s.Pools, pools, by(poolID), same)
	if len(l.taken) > 0 {
		s.Users = slices.Clone(s.Users)
	}
	for i := range s.Users {
		if source, taken := l.taken[s.Users[i].ID]; taken {
			s.Users[i].Source = source
		}
	}
	return s
}

// on returns the pool with its numbers moved from those of a loaded row.
func (m movedPool) on(is Pool) Pool {
	p := m.row
	p.Held, p.Spent, p.Reserved = is.Held+m.by.Held, is.Spent+m.by.Spent, is.Reserved+m.by.Reserved
	if is.Total.kind == p.Total.kind {
		p.Total.n = is.Total.n + m.by.Total.n
	}
	p.OverLimit = p.OverLimit || p.Excess() > 0
	return p
}

// note notes what a part changes.
func (l *LargePreview) note(s Snapshot, c Change) {
	if c.Settings {
		settings := c.Account.Settings()
		l.settings = &settings
	}
	for _, segment := range users.Segments() {
		l.moved.Add(segment, c.Account.Tally.Of(segment)-s.Account.Tally.Of(segment))
	}
	for _, p := range c.Pools {
		was := s.pool(p.ID)
		i, known := slices.BinarySearchFunc(l.pools, p.ID, func(m movedPool, id PoolID) int { return cmp.Compare(m.row.ID, id) })
		if !known {
			l.pools = slices.Insert(l.pools, i, movedPool{made: was.Total == (Count{})})
		}
		m := &l.pools[i]
		m.row, m.by.Held, m.by.Spent, m.by.Reserved = p, m.by.Held+p.Held-was.Held, m.by.Spent+p.Spent-was.Spent, m.by.Reserved+p.Reserved-was.Reserved
		if was.Total.kind == p.Total.kind {
			m.by.Total.n += p.Total.n - was.Total.n
		}
	}
	for _, u := range c.Updated {
		if at, _ := slices.BinarySearchFunc(s.Users, u, by(userID)); s.Users[at].Source == u.Source {
			continue
		}
		if l.taken == nil {
			l.taken = map[users.ID]users.Source{}
		}
		l.taken[u.ID] = u.Source
	}
	l.plan.After = Plan{}.with(s, c).After
}
