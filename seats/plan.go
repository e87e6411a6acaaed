package seats

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/seatkeeper/seatkeeper/users"
)

// A Plan is a preview of commands, each with an outcome of its own, for a person to confirm. It
// has a JSON form if all of its commands have one, and can be kept. [Plan.Decide] compares it
// with the account at a later time.
type Plan struct {
	Account  users.AccountID `json:"account"` // of the plan; for another account it is refused
	Actor    users.Actor     `json:"actor"`   // for information only
	At       time.Time       `json:"at"`
	Revision uint64          `json:"revision"` // of the account, when it was made
	Steps    []Planned       `json:"steps,omitzero"`
	Before   Usage           `json:"before"`          // the numbers of the account, for any actor
	After    Usage           `json:"after"`           // if all that fits is carried out
	Seated   []users.ID      `json:"seated,omitzero"` // waiting users who get the seats that are left free, see [Queue]
	// Pools are the course pools with other numbers afterwards, by ID.
	Pools []PlannedPool `json:"pools,omitzero"`
	// Day is the day to come as of whose beginning the plan was made, see [PreviewOn]; empty: now.
	// Such a plan is to look at.
	Day users.Date `json:"day,omitzero"`
	// Undoes names the undone call, by its correlation. Such a plan is to look at: Keeper.Undo
	// undoes the call.
	Undoes string `json:"undoes,omitzero"`
	// Unseen is what was asked of Keeper.Unseen; nil: another plan. Whether its users may lose their seats
	// is judged again by [Plan.Decide].
	Unseen *Unseen `json:"unseen,omitzero"`
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
	if read.Undoes == "" && slices.ContainsFunc(read.Steps, func(p Planned) bool { return p.Command == nil }) {
		return errTag
	}
	*p = Plan(read)
	return nil
}

// Planned is a command of a plan.
type Planned struct {
	Command Command `json:"-"` // in JSON under "command", as by [EncodeCommand]; nil for what an undo leaves, since it is final
	Outcome Outcome `json:"outcome"`
	Here    string  `json:"here,omitzero"` // the address, username or external ID of a user who is here already
	// NoRoom warns that the user will find no free seat on the day of the start.
	NoRoom bool `json:"no_room,omitzero"`
}

type plainPlanned Planned

type plannedForm struct {
	Command *commandForm `json:"command,omitzero"`
	plainPlanned
}

// MarshalJSON returns the command in its tagged form beside its outcome. A command without such
// a form is an error.
func (p Planned) MarshalJSON() ([]byte, error) {
	form := plannedForm{plainPlanned: plainPlanned(p)}
	if p.Command != nil || p.Outcome.Refusal == nil {
		form.Command = &commandForm{p.Command}
	}
	return json.Marshal(form)
}

// UnmarshalJSON reads a command of a plan by [users.ReadJSON].
func (p *Planned) UnmarshalJSON(text []byte) error {
	var form plannedForm
	if err := users.ReadJSON(text, &form); err != nil {
		return err
	}
	*p = Planned(form.plainPlanned)
	if form.Command != nil {
		p.Command = form.Command.Command
	}
	return nil
}

// Preview returns the plan for at most [MaxCommands] commands of a request. It writes nothing.
// If invitations to come are among them, the snapshot must reach the day, see [Request.Starts].
func Preview(s Snapshot, r Request) (Plan, error) {
	if len(r.Commands) > MaxCommands {
		return Plan{}, badInput("commands", errTooMany)
	}
	d := DecideEach(s, r)
	p := newPlan(s, r)
	for i, c := range r.Commands {
		p.Steps = append(p.Steps, Planned{Command: c, Outcome: d.Outcomes[i], Here: s.here(d.Outcomes[i])})
	}
	if r.Starts() != "" {
		p.warn(s, r, d.Change)
	}
	return p.with(s, d.Change), nil
}

// newPlan returns a plan without steps.
func newPlan(s Snapshot, r Request) Plan {
	return Plan{Account: s.Account.ID, Actor: r.Actor, At: r.At, Revision: s.Account.Revision, Before: s.Usage()}
}

// with returns the plan with the numbers after a change.
func (p Plan) with(s Snapshot, c Change) Plan {
	after := Snapshot{Account: c.Account, Pools: append(c.Pools, s.Pools...)}
	p.After = after.Usage()
	p.After.Revision, p.After.Sequence = 0, 0 // they do not exist yet
	p.Seated = c.seated(Site)
	p.Pools = plannedPools(s, c, p.At)
	return p
}

// arriving are the actions about a new user.
var arriving = users.In(users.ActionInvite, users.ActionAdd, users.ActionImport, users.ActionSignIn, users.ActionJoin)

// here returns the address, username or external ID of a user who is here already.
func (s Snapshot) here(o Outcome) string {
	if !arriving.Has(o.Action) || !o.Unchanged && !o.renews() {
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
	return "" // new by an earlier command of the plan
}

// renews reports whether an invitation that has run out goes out again.
func (o Outcome) renews() bool {
	return o.Action == users.ActionInvite && !o.Unchanged && o.Before.Status == users.Invited && o.After.Status == users.Invited
}

// Commands returns the commands of the plan. New users have their IDs.
func (p Plan) Commands() []Command {
	commands := make([]Command, len(p.Steps))
	for i, step := range p.Steps {
		commands[i] = step.Command
	}
	return commands
}

// Digest tells the application of this plan from another call with the same request key. It is
// made of the actor, the commands and the planned outcomes.
func (p Plan) Digest(actor users.Actor) string {
	call := []any{Digest(actor, ByPlan, p.Commands())}
	for _, step := range p.Steps {
		o := step.Outcome
		o.Refusal = nil
		call = append(call, o, step.Outcome.code())
	}
	return digest(call)
}

// Decide is [DecideEach] for the commands of the plan if all outcomes are still as planned. Else
// it is refused as [ErrPlanOutdated] with the differences. The request must have the commands of
// the plan, at most [MaxCommands], and the snapshot must be of its account; anything else is
// refused as [ErrBadInput], since the same user IDs are other people in another account.
//
// A plan by Keeper.Unseen needs the last sights of the users of its steps, in order. A user who would not be
// in the plan by now, as of its instant, is a difference of [ErrChangedMeanwhile]: one who was seen, invited or
// taken back since, or is kept out by a group, a role or a field since.
func (p Plan) Decide(s Snapshot, r Request, seen ...time.Time) (Decision, error) {
	if p.Account != s.Account.ID {
		return Decision{}, badInput("account", errOtherAccount)
	}
	switch {
	case p.Undoes != "" || p.Day != "":
		return Decision{}, badInput("plan", errLookOnly)
	case len(p.Steps) > MaxCommands:
		return Decision{}, badInput("commands", errTooMany)
	case len(p.Steps) != len(r.Commands), p.Unseen != nil && len(seen) != len(p.Steps):
		return Decision{}, badInput("commands", errOtherPlan)
	}
	if refusal := r.check(); refusal != nil && len(p.Steps) == 0 {
		return Decision{}, refusal // else it is the first command's
	}
	v := newEvaluation(s, r)
	if len(v.past) > 0 {
		return p.recorded(v)
	}
	d := DecideEach(s, r)
	var differ []Difference
	for i, o := range d.Outcomes {
		planned := p.Steps[i].Outcome
		if p.Unseen != nil && o.Refusal == nil && o.as(planned) {
			if _, ok := s.Account.Frees(*p.Unseen, v.people.of(o.User), seen[i], p.At); !ok {
				o = Outcome{Action: o.Action, User: o.User, Refusal: refuse(ErrChangedMeanwhile, o.User)}
			}
		}
		if !o.as(planned) {
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

// recorded returns the outcomes of the plan from the events of an earlier call with this key.
// Planned refusals were refused.
func (p Plan) recorded(v *evaluation) (Decision, error) {
	outcomes := make([]Outcome, len(p.Steps))
	for i, step := range p.Steps {
		v.begin(i, step.Command)
		o, done, refusal := v.recorded(step.Outcome.Action)
		switch {
		case refusal != nil:
			return Decision{}, refusal
		case done:
			outcomes[i] = o
		default:
			outcomes[i] = step.Outcome
		}
	}
	return v.decision(outcomes), nil
}

// String returns a summary with addresses and usernames, for a screen but never for a log:
// "14 users: 9 fit, 5 do not; 1 is already here as Ada@Acme.example; 1 invitation has run out and goes
// out again: bob@acme.example", or "1 command: 1 fits,
// 0 do not; then 12 seats are held, 2 more than the 10 there are". A user counts once, and fits
// if all commands about them pass with a seat. Seats are mentioned if a command about the account
// changes their numbers. Booked totals are told apart: "1 command: 1 fits, 0 do not; on 2026-12-01
// the total becomes 2, 1 fewer than are held today".
func (p Plan) String() string {
	one, many := "user", "users"
	if slices.ContainsFunc(p.Steps, Planned.ofAccount) {
		one, many = "command", "commands"
	}
	type subject struct { // a user, or a command
		user users.ID
		step int
	}
	inactive, refused := map[subject]bool{}, map[subject]bool{}
	var here, renewed []string
	for i, step := range p.Steps {
		s := subject{user: step.user()}
		if s.user == "" || one == "command" {
			s = subject{step: i + 1}
		}
		inactive[s] = inactive[s] || step.createsInactive()
		refused[s] = refused[s] || step.Outcome.Refusal != nil
		names := &here
		if step.Outcome.renews() {
			names = &renewed
		}
		if step.Here != "" && !slices.Contains(*names, step.Here) {
			*names = append(*names, step.Here)
		}
	}
	all, unfit, idle := len(refused), 0, 0
	for s, unfits := range refused {
		switch {
		case unfits:
			unfit++
		case inactive[s]:
			idle++
		}
	}
	fit := all - unfit - idle
	var parts []string
	if fit > 0 || idle == 0 {
		parts = append(parts, fmt.Sprintf("%d %s", fit, form(fit, "fits", "fit")))
	}
	if unfit > 0 || idle == 0 {
		parts = append(parts, fmt.Sprintf("%d %s not", unfit, form(unfit, "does", "do")))
	}
	if idle > 0 {
		parts = append(parts, fmt.Sprintf("%d %s created inactive for want of a seat", idle, form(idle, "is", "are")))
	}
	text := fmt.Sprintf("%d %s: %s", all, form(all, one, many), strings.Join(parts, ", "))
	if p.Day != "" {
		text = "on " + string(p.Day) + ": " + text
	}
	if n := len(here); n > 0 {
		text += fmt.Sprintf("; %d %s already here as %s", n, form(n, "is", "are"), strings.Join(here, ", "))
	}
	if n := len(renewed); n > 0 {
		text += fmt.Sprintf("; %d %s run out and %s out again: %s", n, form(n, "invitation has", "invitations have"), form(n, "goes", "go"), strings.Join(renewed, ", "))
	}
	if u := p.After; one == "command" && (u.Total != p.Before.Total || u.Held != p.Before.Held) {
		text += "; then " + u.seats()
	}
	return text + p.noRoom() + p.assigned() + growing(p.grown()) + p.booked()
}

// noRoom says how many users will find no free seat on the day of their start.
func (p Plan) noRoom() string {
	n := 0
	for _, step := range p.Steps {
		if step.NoRoom {
			n++
		}
	}
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("; %d will find no free seat on the day of the start", n)
}

// booked says what the booked totals of the plan will do: the first one, and how many more.
func (p Plan) booked() (text string) {
	more := 0
	for _, step := range p.Steps {
		c, ok := withoutConditions(step.Command).(BookTotal)
		switch {
		case !ok || step.Outcome.Refusal != nil || step.Outcome.Unchanged:
		case text == "":
			text = c.future(step.Outcome.Excess)
		default:
			more++
		}
	}
	if more > 0 {
		text += fmt.Sprintf("; %d more %s booked or cancelled", more, form(more, "total is", "totals are"))
	}
	return text
}

// user returns the user of the step, refused or not.
func (p Planned) user() users.ID {
	if p.Outcome.User == "" && p.Outcome.Refusal != nil {
		return p.Outcome.Refusal.User
	}
	return p.Outcome.User
}

// ofAccount reports whether the step is about the account.
func (p Planned) ofAccount() bool {
	return !arriving.Has(p.Outcome.Action) && !p.Outcome.Action.OnUser()
}

// createsInactive reports whether the step makes an inactive user without a seat.
func (p Planned) createsInactive() bool {
	o := p.Outcome
	return arriving.Has(o.Action) && o.Action != users.ActionImport && o.Refusal == nil && !o.Unchanged &&
		o.Before.Status == users.NoStatus && o.After.Status == users.Inactive && !p.plansStart()
}

// seats returns the held seats and the total as a sentence.
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

// form returns the form of a word for a number.
func form(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}
