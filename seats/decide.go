package seats

import (
	"cmp"
	"slices"
	"time"

	"github.com/seatkeeper/seatkeeper/users"
)

// A Request is who asks for what, and when.
type Request struct {
	Actor    users.Actor
	Commands []Command
	At       time.Time // now: UTC, whole microseconds
	// Zones looks a time zone up by its IANA name, as [time.LoadLocation] does; nil
	// knows UTC alone. It comes in, since this package reads no files.
	Zones   func(name string) (*time.Location, error)
	Change  ChangeID // new with every call
	Channel Channel
	// What makes a repeated call known. Digest is that of the whole call, see [Digest],
	// of which this may be a part; without a key it is empty.
	Key    string
	Digest string
	Index  int // the place of the first command in the call
	// Random is made for the call and kept nowhere: at least 26 characters of 5 random bits,
	// where there is a key. The salts of rows come from it, see [Event].Digest.
	Random string
	// What the host wants to find in the events again; each may be empty.
	Correlation string
	Reason      string // for commands that give none of their own
}

// check refuses a request that cannot be recorded as it stands.
func (r Request) check() *Refusal {
	if err := r.Actor.Check(); err != nil {
		return badInput("actor", err)
	}
	for _, id := range [][2]string{{"key", r.Key}, {"correlation", r.Correlation}} {
		if err := users.CheckID(id[1]); err != nil && id[1] != "" {
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

// An Outcome is what became of one command. Of a refused one it has the action,
// whom it was about, and the refusal.
type Outcome struct {
	Action     users.Action  `json:"action,omitzero"`
	User       users.ID      `json:"user,omitzero"`   // whom it was about: of an invitation, whoever is here now
	Before     users.Segment `json:"before,omitzero"` // zero if the person was not there
	After      users.Segment `json:"after,omitzero"`
	SeatsDelta int64         `json:"seats_delta,omitzero"` // by how many the held seats of the pool changed
	Excess     int64         `json:"excess,omitzero"`      // by how many seats a total or a policy that was set leaves the pool above its total
	Unchanged  bool          `json:"unchanged,omitzero"`   // it was so already, and nothing was written
	Refusal    *Refusal      `json:"refusal,omitzero"`     // nil unless the command was refused
}

// UnmarshalJSON reads an outcome by [users.ReadJSON].
func (o *Outcome) UnmarshalJSON(text []byte) error {
	type plain Outcome
	return users.ReadJSON(text, (*plain)(o))
}

// A Decision is the change that commands amount to, and the outcome of each.
type Decision struct {
	Change   Change
	Outcomes []Outcome
	Repeated []Event // what an earlier call with the same key did of this one
}

// Decide returns what the commands do to the account, applied in order, each
// judged on the state that those before it left. It is all or nothing: the first
// refusal, a [*Refusal], is the answer to all of them, and its Index says which
// command it was.
//
// The snapshot must hold what [Needs] and [Request.Widen] name and be settled, see [Settle].
func Decide(s Snapshot, r Request) (Decision, error) {
	if len(r.Commands) > MaxCommands {
		return Decision{}, badInput("commands", errTooMany)
	}
	d := newEvaluation(s, r)
	if refusal := cmp.Or(r.check(), d.reused()); refusal != nil && len(r.Commands) == 0 {
		return Decision{}, refusal // else it is the first command's
	}
	var outcomes []Outcome
	for i, c := range r.Commands {
		outcome, refusal := d.next(i, c)
		if refusal != nil {
			refusal.Index = r.Index + i
			refusal.Remedies = newEvaluation(s, r).remedies(r.Commands, refusal)
			return Decision{}, refusal
		}
		outcomes = append(outcomes, outcome)
	}
	return Decision{d.change(), outcomes, d.repeated}, nil
}

// DecideEach is [Decide] with an outcome of its own for every command: a
// refused one leaves no trace, and the others go on.
func DecideEach(s Snapshot, r Request) Decision {
	d := newEvaluation(s, r)
	outcomes := make([]Outcome, len(r.Commands))
	for i, c := range r.Commands {
		outcome, refusal := d.next(i, c)
		if refusal != nil {
			refusal.Index = r.Index + i
			refusal.Remedies = d.remedies([]Command{c}, refusal)
		}
		outcomes[i] = outcome
	}
	return Decision{d.change(), outcomes, d.repeated}
}
