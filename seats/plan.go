package seats

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/seatkeeper/seatkeeper/users"
)

// A Plan is what commands would come to, each with an outcome of its own, for
// somebody to look at before it is done. It has a JSON form and can be kept, unless one
// of its commands has none, and is refused for that; [Plan.Decide] holds it against
// the account as it is then.
type Plan struct {
	Account  users.AccountID `json:"account"` // it was made for; applied to another it is refused
	Actor    users.Actor     `json:"actor"`   // who asked for it; nothing follows from it
	At       time.Time       `json:"at"`
	Revision uint64          `json:"revision"` // of the account, when it was made
	Steps    []Planned       `json:"steps,omitzero"`
	Before   Usage           `json:"before"` // the account's numbers, whoever asks
	After    Usage           `json:"after"`  // if all is done that can be
}

// UnmarshalJSON reads a plan by [users.ReadJSON]. More than [MaxCommands] steps are an
// error.
func (p *Plan) UnmarshalJSON(text []byte) error {
	type plain Plan
	var read plain
	if err := users.ReadJSON(text, &read); err != nil {
		return err
	}
	if len(read.Steps) > MaxCommands {
		return errMany
	}
	*p = Plan(read)
	return nil
}

// Planned is a command of a plan.
type Planned struct {
	Command Command `json:"-"` // in JSON under "command", as by [EncodeCommand]
	Outcome Outcome `json:"outcome"`
	Here    string  `json:"here,omitzero"` // of an invitation, how the person who is here already is known: by address, username or external ID
}

type plainPlanned Planned

type plannedForm struct {
	Command commandForm `json:"command"`
	plainPlanned
}

// MarshalJSON returns the command in its tagged form beside what comes of it. A
// command without such a form is an error.
func (p Planned) MarshalJSON() ([]byte, error) {
	return json.Marshal(plannedForm{commandForm{p.Command}, plainPlanned(p)})
}

// UnmarshalJSON reads a command of a plan by [users.ReadJSON].
func (p *Planned) UnmarshalJSON(text []byte) error {
	var form plannedForm
	if err := users.ReadJSON(text, &form); err != nil {
		return err
	}
	*p = Planned(form.plainPlanned)
	p.Command = form.Command.Command
	return nil
}

// Preview returns the plan for the commands of a request, of which there are at
// most [MaxCommands]. Nobody is invited by it and nothing is written.
func Preview(s Snapshot, r Request) (Plan, error) {
	if len(r.Commands) > MaxCommands {
		return Plan{}, badInput("commands", errTooMany)
	}
	d := DecideEach(s, r)
	after := Snapshot{Account: d.Change.Account, Pools: append(d.Change.Pools, s.Pools...)}
	p := Plan{
		Account: s.Account.ID, Actor: r.Actor, At: r.At, Revision: s.Account.Revision,
		Before: s.Usage(), After: after.Usage(), Steps: make([]Planned, len(r.Commands)),
	}
	p.After.Revision, p.After.Sequence = 0, 0 // it has not happened
	for i, c := range r.Commands {
		p.Steps[i] = Planned{c, d.Outcomes[i], s.here(d.Outcomes[i])}
	}
	return p, nil
}

// arriving are the actions that are about somebody new.
var arriving = users.In(users.ActionInvite, users.ActionAdd, users.ActionImport)

// here returns how somebody is known who was to be invited and is here already.
func (s Snapshot) here(o Outcome) string {
	if !o.Unchanged || !arriving.Has(o.Action) {
		return ""
	}
	for _, u := range s.Users {
		if u.ID == o.User {
			for _, name := range []string{u.Email, u.Username, u.ExternalID} {
				if name != "" {
					return name
				}
			}
		}
	}
	return "" // invited by an earlier command of the plan
}

// Commands returns the commands of the plan. Everybody new has an ID by now.
func (p Plan) Commands() []Command {
	commands := make([]Command, len(p.Steps))
	for i, step := range p.Steps {
		commands[i] = step.Command
	}
	return commands
}

// Digest returns what tells the application of this plan under a request key from
// another call with the same key: who applies it, the commands, and what they were to
// come to.
func (p Plan) Digest(actor users.Actor) string {
	call := []any{Digest(actor, ByPlan, p.Commands())}
	for _, step := range p.Steps {
		o := step.Outcome
		o.Refusal = nil
		call = append(call, o, step.Outcome.code())
	}
	return digest(call)
}

// Decide is [DecideEach] for the commands of the plan, provided that everything
// still comes out as planned. Else it is refused as [ErrPlanOutdated] with the
// differences. The request has the plan's commands, at most [MaxCommands], and the
// snapshot is of the plan's account: that of another is refused as [ErrBadInput], since
// the same user IDs mean other people there.
func (p Plan) Decide(s Snapshot, r Request) (Decision, error) {
	if p.Account != s.Account.ID {
		return Decision{}, badInput("account", errOtherAccount)
	}
	switch {
	case len(p.Steps) > MaxCommands:
		return Decision{}, badInput("commands", errTooMany)
	case len(p.Steps) != len(r.Commands):
		return Decision{}, badInput("commands", errOtherPlan)
	}
	if refusal := r.check(); refusal != nil && len(p.Steps) == 0 {
		return Decision{}, refusal // else it is the first command's
	}
	if desk := newEvaluation(s, r); len(desk.past) > 0 {
		return p.recorded(desk)
	}
	d := DecideEach(s, r)
	var differ []Difference
	for i, o := range d.Outcomes {
		if planned := p.Steps[i].Outcome; !o.as(planned) {
			differ = append(differ, Difference{i, planned, o})
		}
	}
	if len(differ) == 0 {
		return d, nil
	}
	first := differ[0]
	return Decision{}, &Refusal{
		Code: ErrPlanOutdated, Index: first.Index, Action: first.Now.Action, User: first.Now.User, Differences: differ,
	}
}

// again returns what came of the plan when a call with this key applied it. What was
// planned to be refused was.
func (p Plan) recorded(d *evaluation) (Decision, error) {
	outcomes := make([]Outcome, len(p.Steps))
	for i, step := range p.Steps {
		d.begin(i, step.Command)
		o, done, refusal := d.recorded(step.Outcome.Action)
		switch {
		case refusal != nil:
			return Decision{}, refusal
		case done:
			outcomes[i] = o
		default:
			outcomes[i] = step.Outcome
		}
	}
	return Decision{d.change(), outcomes, d.repeated}, nil
}

// A Difference is a command that does not come out as planned.
type Difference struct {
	Index   int     `json:"index"` // in the plan
	Planned Outcome `json:"planned"`
	Now     Outcome `json:"now"`
}

// as reports whether two outcomes are the same, but for the numbers of a refusal.
func (o Outcome) as(planned Outcome) bool {
	sameCode := o.code() == planned.code()
	o.Refusal, planned.Refusal = nil, nil
	return sameCode && o == planned
}

func (o Outcome) code() Code {
	if o.Refusal == nil {
		return ""
	}
	return o.Refusal.Code
}

// String returns a summary: "14 people: 9 fit, 5 do not; 1 is already here as
// Ada@Acme.example", or "1 command: 1 fits, 0 do not; then 12 seats are held, 2 more than the
// 10 there are". A user counts once, and fits if all commands about them do; a user who would
// be created inactive without a seat does not fit. Seats are mentioned if a command about the
// account changes their numbers.
//
// The text contains addresses and names: it is for the screen and not for a log.
func (p Plan) String() string {
	one, many := "person", "people"
	if slices.ContainsFunc(p.Steps, Planned.ofAccount) {
		one, many = "command", "commands"
	}
	type subject struct { // a user, or a command
		user users.ID
		step int
	}
	fits, inactive := map[subject]bool{}, map[subject]bool{}
	var here []string
	for i, step := range p.Steps {
		s := subject{user: step.user()}
		if s.user == "" || one == "command" {
			s = subject{step: i + 1}
		}
		if step.createsInactive() {
			inactive[s] = true
		}
		earlier, counted := fits[s]
		fits[s] = (earlier || !counted) && step.Outcome.Refusal == nil && !inactive[s]
		if step.Here != "" && !slices.Contains(here, step.Here) {
			here = append(here, step.Here)
		}
	}
	fit := 0
	for _, fitting := range fits {
		if fitting {
			fit++
		}
	}
	all, unfit := len(fits), len(fits)-fit
	text := fmt.Sprintf("%d %s: %d %s, %d %s not", all, form(all, one, many), fit, form(fit, "fits", "fit"), unfit, form(unfit, "does", "do"))
	if n := len(inactive); n > 0 {
		text += fmt.Sprintf("; %d %s created inactive", n, form(n, "is", "are"))
	}
	if n := len(here); n > 0 {
		text += fmt.Sprintf("; %d %s already here as %s", n, form(n, "is", "are"), strings.Join(here, ", "))
	}
	if u := p.After; one == "command" && (u.Total != p.Before.Total || u.Held != p.Before.Held) {
		text += "; then " + u.seats()
	}
	return text
}

// user returns the user whom the step is about, also where it is refused.
func (p Planned) user() users.ID {
	if p.Outcome.User == "" && p.Outcome.Refusal != nil {
		return p.Outcome.Refusal.User
	}
	return p.Outcome.User
}

// ofAccount reports whether the step is about the account and not about a user.
func (p Planned) ofAccount() bool {
	return !arriving.Has(p.Outcome.Action) && !p.Outcome.Action.OnUser()
}

// createsInactive reports whether the step makes an inactive user for want of a seat.
func (p Planned) createsInactive() bool {
	o := p.Outcome
	return arriving.Has(o.Action) && o.Action != users.ActionImport && o.Refusal == nil && !o.Unchanged && o.After.Status == users.Inactive
}

// seats says how many seats are held, and of how many.
func (u Usage) seats() string {
	held := fmt.Sprintf("%d %s held", u.Held, form(int(u.Held), "seat is", "seats are"))
	switch {
	case u.Total.IsUnlimited():
		return held + ", without a limit"
	case u.Excess > 0:
		return fmt.Sprintf("%s, %d more than the %s there %s", held, u.Excess, u.Total, form(int(u.Total.n), "is", "are"))
	}
	return fmt.Sprintf("%d of %s seats %s held", u.Held, u.Total, form(int(u.Held), "is", "are"))
}

// form returns the form of a word that goes with a number.
func form(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}
