package seats

import (
	"cmp"
	"slices"
	"time"

	"github.com/seatkeeper/seatkeeper/users"
)

// A Request is a call: its actor, its commands and its time.
type Request struct {
	Actor    users.Actor
	Commands []Command
	At       time.Time // now: UTC, whole microseconds
	// Zones looks a time zone up by its IANA name, as [time.LoadLocation] does; nil: UTC
	// alone. This package reads no files.
	Zones   func(name string) (*time.Location, error)
	Change  ChangeID // new with every call
	Channel Channel
	// The request key, and the digest of the call by [Digest]; empty without a key. The
	// request can be a part of the call.
	Key    string
	Digest string
	Index  int // of the first command in the call
	// Random is new with every call, and must be kept nowhere: at least 26 characters of 5
	// random bits each, for a request with a key and as [NeedsRandom] says. It makes the salts of
	// rows, see [Event].Digest, and the texts of join codes.
	Random string
	// For the host's own use in events; each may be empty.
	Correlation string
	Reason      string // for commands without a reason of their own

	// Unfinished says that more parts of a bulk call follow within a minute: the seats that this one leaves
	// free are for them before they are for the queue, see [Queue].
	Unfinished bool
	// Together says that one refusal in [DecideEach] refuses all commands, such as edits by which users exchange their addresses: one
	// of them gives theirs up first, and then gets the one that comes free.
	Together bool

	acted acted // by earlier parts of a bulk call
}

// check refuses a request with fields that an event can't have.
func (r Request) check() *Refusal {
	if err := r.Actor.Check(); err != nil {
		return badInput("actor", err)
	}
	for _, id := range [][2]string{{"key", r.Key}, {"correlation", r.Correlation}} {
		if id[1] == "" {
			continue
		}
		if err := users.CheckID(id[1]); err != nil {
			return badInput(id[0], err)
		}
	}
	if r.Key != "" && len(r.Random) < 26 {
		return badInput("random", users.ErrEmpty) // or a seal would be no better than a hash
	}
	if err := users.CheckText(r.Reason, users.MaxReason); err != nil {
		return badInput("reason", err)
	}
	return nil
}

// An Outcome is the result of one command. That of a refused one has the action, the user
// and the refusal.
type Outcome struct {
	Action     users.Action  `json:"action,omitzero"`
	User       users.ID      `json:"user,omitzero"`   // of an invitation, the new or the known user
	Before     users.Segment `json:"before,omitzero"` // zero for a new user
	After      users.Segment `json:"after,omitzero"`
	SeatsDelta int64         `json:"seats_delta,omitzero"` // of the held seats of the pool; of [ArchiveActivity], of all its pools
	// Excess are the seats above the total after [SetTotal] or [SetPolicy], and those that a
	// total booked by [BookTotal] would leave today.
	Excess    int64    `json:"excess,omitzero"`
	Grown     int64    `json:"grown,omitzero"`     // the seats by which a pool grew for the command, see [Growth]
	Unchanged bool     `json:"unchanged,omitzero"` // no change
	Stale     bool     `json:"stale,omitzero"`     // unchanged, since the pool has a newer [Version]
	Refusal   *Refusal `json:"refusal,omitzero"`   // nil: the command passed
}

// UnmarshalJSON reads an outcome by [users.ReadJSON].
func (o *Outcome) UnmarshalJSON(text []byte) error {
	type plain Outcome
	return users.ReadJSON(text, (*plain)(o))
}

// Waits reports whether an [AssignCourse] gave the user a place in the queue of the course: no licence was free. A licence that comes
// free later in the same call can end it at once.
func (o Outcome) Waits() bool {
	return o.Action == users.ActionAssignCourse && o.Refusal == nil && !o.Unchanged && o.SeatsDelta == 0
}

// A Decision is the change by commands, and the outcome of each.
type Decision struct {
	Change   Change
	Outcomes []Outcome
	Repeated []Event  // of an earlier call with the same key, for commands of this one
	Former   []Former // the values that the events of the change lack, for a [Receipt]
}

// Decide returns the change by the commands, in order, each decided on the state after those
// before it. It is all or nothing: the error is the first refusal, a [*Refusal] with the Index
// of its command. More than [MaxCommands] commands are [ErrBadInput].
//
// The snapshot must cover [Request.Needs] and [Request.Widen], and must be settled, see
// [Settle].
func Decide(s Snapshot, r Request) (Decision, error) {
	if len(r.Commands) > MaxCommands {
		return Decision{}, badInput("commands", errTooMany)
	}
	v := newEvaluation(s, r)
	if refusal := cmp.Or(r.check(), v.reused()); refusal != nil && len(r.Commands) == 0 {
		return Decision{}, refusal // else the refusal of the first command
	}
	outcomes := slices.Grow([]Outcome(nil), len(r.Commands))
	for i, c := range r.Commands {
		outcome, refusal := v.decide(i, c)
		if refusal != nil {
			refusal.Index = r.Index + i
			refusal.Remedies = newEvaluation(s, r).remedies(r.Commands, refusal)
			return Decision{}, refusal
		}
		outcomes = append(outcomes, outcome)
	}
	return v.decision(outcomes), nil
}

// DecideEach is [Decide] with an outcome for every command and without a bound: a refused
// command changes nothing, and the others go on. The actor counts as if the call had not touched
// them, see [Request.Following].
func DecideEach(s Snapshot, r Request) Decision {
	v := newEvaluation(s, r).inBulk(s.Past)
	outcomes, refusal := make([]Outcome, len(r.Commands)), refusedTogether(s, r)
	for i, c := range r.Commands {
		if refusal != nil {
			outcomes[i] = Outcome{Action: c.Action(), User: c.target(), Refusal: refusal}
			continue
		}
		outcomes[i] = v.decideOne(i, c)
	}
	return v.decision(outcomes)
}

// refusedTogether returns the refusal of commands carried out together, or nil.
func refusedTogether(s Snapshot, r Request) *Refusal {
	if !r.Together {
		return nil
	}
	v := newEvaluation(s, r).inBulk(s.Past)
	for i, c := range r.Commands {
		if _, refusal := v.decide(i, c); refusal != nil {
			refusal.Index = r.Index + i
			return refusal
		}
	}
	return nil
}

// decideOne decides the command of that index by itself, with its remedies.
func (v *evaluation) decideOne(i int, c Command) Outcome {
	outcome, refusal := v.decide(i, c)
	if refusal != nil {
		refusal.Index = v.request.Index + i
		refusal.Remedies = v.remedies([]Command{c}, refusal)
	}
	return outcome
}
