package seats

import (
	"cmp"
	"slices"

	"github.com/seatkeeper/seatkeeper/users"
)

// EditSource changes the rank, the adoption, the guard or the patience of a source; a nil field stays. A source that the
// account does not know yet is made. It is unchanged if all are as before.
//
// Owners, admins, support and the system may. [ErrBadInput] for a value out of bounds, and for more than
// [MaxSources] sources.
type EditSource struct {
	Source   string    `json:"source"`
	Rank     *int      `json:"rank,omitzero"` // from 0 on
	Adopts   *bool     `json:"adopts,omitzero"`
	Guard    *Guard    `json:"guard,omitzero"`
	Patience *Patience `json:"patience,omitzero"`
}

// Action returns [users.ActionEditSource].
func (EditSource) Action() users.Action { return users.ActionEditSource }

func (EditSource) target() users.ID { return "" }

func (c EditSource) evaluate(v *evaluation, _ users.User) (effect, *Refusal) {
	s, known, refusal := v.namedSource(c.Source)
	var changed []string
	if c.Rank != nil && *c.Rank != s.Rank {
		s.Rank, changed = *c.Rank, append(changed, "rank")
	}
	if c.Adopts != nil && *c.Adopts != s.Adopts {
		s.Adopts, changed = *c.Adopts, append(changed, "adopts")
	}
	if c.Guard != nil && *c.Guard != s.Guard {
		s.Guard, changed = *c.Guard, append(changed, "guard")
	}
	if c.Patience != nil && *c.Patience != s.Patience {
		s.Patience, changed = *c.Patience, append(changed, "patience")
	}
	switch {
	case refusal != nil:
		return effect{}, refusal
	case s.Rank < 0:
		return effect{}, badInput("rank", errRank)
	case !s.Guard.valid():
		return effect{}, badInput("guard", errGuard)
	case !s.Patience.valid():
		return effect{}, badInput("patience", errPatience)
	case len(changed) == 0:
		return effect{}, nil
	case !known && v.account.Sources.full():
		return effect{}, badInput("source", errManySources)
	}
	f := v.sourceEffect(EventSourceEdited, s)
	f.fields = changed
	return f, nil
}

// HoldSource holds a source: every change by it is refused with [ErrSourceHeld], until [ReleaseSource] or
// [RejectRun]. The event has the Receivers of [BuySeats]. A run commits it when its losses trip the guard,
// see [Account.Trips], and so does a Keeper after a single command that does. It is unchanged for a source
// that is held, and without a Cause if the guard lets the losses pass.
//
// A sync may for its own source, owners, admins, support and the system for all. [ErrBadInput] for an
// unknown Cause, a Sample of more than [MaxSample] users, and more than [MaxSources] sources.
type HoldSource struct {
	Source string     `json:"source"`
	Losses Losses     `json:"losses,omitzero"` // that would happen; those of a release by default
	Cause  string     `json:"cause,omitzero"`  // [ErrHeldByHand] or [ErrChangedKeys], by its Code; empty: that of the guard
	Sample []users.ID `json:"sample,omitzero"` // some of the users concerned
	Plan   string     `json:"plan,omitzero"`   // the digest of the plan of a run, at most [users.MaxID] bytes
}

// Action returns [users.ActionHoldSource].
func (HoldSource) Action() users.Action { return users.ActionHoldSource }

func (HoldSource) target() users.ID { return "" }
func (HoldSource) needs(n *Need)    { n.Admins = true }

func (c HoldSource) evaluate(v *evaluation, _ users.User) (effect, *Refusal) {
	s, known, refusal := v.namedSource(c.Source)
	switch {
	case refusal != nil:
		return effect{}, refusal
	case v.request.Actor.Kind == users.ActorSync && v.request.Actor.Name != c.Source:
		return effect{}, refuse(ErrForbidden, "").because(ErrOtherSource)
	case c.Cause != "" && !slices.Contains(holdCauses, c.Cause):
		return effect{}, badInput("cause", errCause)
	case len(c.Sample) > MaxSample || slices.ContainsFunc(c.Sample, func(id users.ID) bool { return users.CheckID(id) != nil }):
		return effect{}, badInput("sample", errSample)
	case c.Plan != "" && users.CheckID(c.Plan) != nil:
		return effect{}, badInput("plan", users.CheckID(c.Plan))
	case !known && v.account.Sources.full():
		return effect{}, badInput("source", errManySources)
	case !c.Losses.valid():
		return effect{}, badInput("losses", errLosses)
	case s.IsHeld():
		return effect{}, nil
	}
	cause := c.Cause
	if trips, ok := v.account.Trips(c.Source, c.Losses, v.at).(users.Reason); ok && cause == "" {
		cause = trips.Code
	}
	if cause == "" {
		return effect{}, nil
	}
	s.Hold = Hold{Since: v.at, Cause: cause, Losses: c.Losses, Sample: slices.Clone(c.Sample), Plan: c.Plan}
	f := v.sourceEffect(EventSourceHeld, s)
	f.count, f.receivers = c.Losses.Leavers, v.receivers()
	return f, nil
}

// ReleaseSource lets a held source go on. What was held may happen, or as much as Losses say, within
// [ReleaseTerm]; it is not counted by the guard, which begins anew.
//
// It releases a source that runs for Losses to come, in the place of what is left of an earlier release; the guard counts on.
// Without Losses it is unchanged for such a source.
//
// While changed keys are released, a row with another external ID at the address of a user with an unknown name is about that
// user, see [Comparison]. To say so of a few such users, an admin holds the source by [HoldSource] and releases as many keys.
//
// Owners, admins, support and the system may. [ErrBadInput] for an unknown source.
type ReleaseSource struct {
	Source string `json:"source"`
	Losses Losses `json:"losses,omitzero"` // zero: those of the [Hold], if there is one. After single commands these are of the first one: more may follow
	Reason string `json:"reason,omitzero"` // at most [users.MaxReason] characters
}

// Action returns [users.ActionReleaseSource].
func (ReleaseSource) Action() users.Action { return users.ActionReleaseSource }

func (ReleaseSource) target() users.ID { return "" }

func (c ReleaseSource) evaluate(v *evaluation, _ users.User) (effect, *Refusal) {
	return v.endHold(EventSourceReleased, c.Source, c.Losses, c.Reason, func(s *Source) *Refusal {
		if !c.Losses.valid() {
			return badInput("losses", errLosses)
		}
		if s.IsHeld() {
			s.Lost = nil
		}
		*s = s.allow(cmp.Or(c.Losses, s.Hold.Losses), v.at)
		return nil
	})
}

// RejectRun lets a held source go on, without what was held: the guard counts on, and the same losses trip
// it again. It is unchanged for a source that runs.
//
// Owners, admins, support and the system may. [ErrBadInput] for an unknown source.
type RejectRun struct {
	Source string `json:"source"`
	Reason string `json:"reason,omitzero"` // at most [users.MaxReason] characters
}

// Action returns [users.ActionRejectRun].
func (RejectRun) Action() users.Action { return users.ActionRejectRun }

func (RejectRun) target() users.ID { return "" }

func (c RejectRun) evaluate(v *evaluation, _ users.User) (effect, *Refusal) {
	return v.endHold(EventRunRejected, c.Source, Losses{}, c.Reason, func(*Source) *Refusal { return nil })
}

// endHold is the common part of ReleaseSource, with losses to come, and RejectRun.
func (v *evaluation) endHold(kind EventKind, name string, toCome Losses, reason string, change func(*Source) *Refusal) (effect, *Refusal) {
	if err := users.CheckText(reason, users.MaxReason); err != nil {
		return effect{}, badInput("reason", err)
	}
	s, known, refusal := v.namedSource(name)
	switch {
	case refusal != nil:
		return effect{}, refusal
	case !known:
		return effect{}, badInput("source", ErrNotThere)
	}
	losses := s.Hold.Losses
	if !s.IsHeld() {
		if losses = toCome; losses == (Losses{}) {
			return effect{}, nil
		}
	}
	if refusal := change(&s); refusal != nil {
		return effect{}, refusal
	}
	s.Hold = Hold{}
	f := v.sourceEffect(kind, s)
	f.count, f.reason = losses.Leavers, reason
	return f, nil
}

// namedSource returns the source of a command about one.
func (v *evaluation) namedSource(name string) (_ Source, known bool, refusal *Refusal) {
	if err := users.CheckID(name); err != nil {
		return Source{}, false, badInput("source", err)
	}
	_, known = v.account.Sources.Of(name)
	return v.account.sourceOf(name), known, nil
}

// sourceEffect returns the effect by which a source is changed.
func (v *evaluation) sourceEffect(kind EventKind, s Source) effect {
	account := v.account
	account.Sources = account.Sources.with(s)
	return effect{kind: kind, account: &account, source: s.Name}
}

// HoldOf returns the command by which a source is held after a refusal of single commands that tripped its
// guard. It is not ok for other refusals.
func HoldOf(actor users.Actor, r *Refusal) (_ HoldSource, ok bool) {
	if r == nil || r.Losses == (Losses{}) {
		return HoldSource{}, false
	}
	return HoldSource{Source: actor.Name, Losses: r.Losses, Sample: []users.ID{r.User}}, true
}
