package seatkeeper

import (
	"context"
	"errors"
	"time"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// Unseen returns a plan that frees the seats of users who were not seen for long, as [seats.Account.Frees]
// says: to be shown, and carried out by [Keeper.Apply]. Each step has what the policy offers the account's
// own users for it, with the last sight in its reason. The plan has the first [seats.MaxCommands] of these
// users by ID; the next one begins after the last of them. A step that the actor may not do is in it as
// refused. Nothing is freed by itself.
//
// The plan is as good as what is known: a host with sessions longer than the days asked for tells of them by
// [Keeper.Seen], and a host with dates of its own tells these once, before the first plan. The users with
// a seat are read in pages, and their last sights by ID: the cost grows with the account.
//
// [seats.ErrBadInput] for days out of bounds; an unknown account is [store.ErrNotFound], a store without
// [store.LastSeen] is [store.ErrNoLastSeen].
func (k *Keeper) Unseen(ctx context.Context, account users.AccountID, actor users.Actor, q seats.Unseen) (_ seats.Plan, err error) {
	k, end := k.observed(ctx, CallStats{Method: "Unseen", Account: account, Actor: actor.Kind})
	defer end(&err)
	if err := q.Check(); err != nil {
		return seats.Plan{}, err
	}
	s, stored, _, err := k.stored(ctx, account, q.Among.WithoutPage())
	if err != nil {
		return seats.Plan{}, err
	}
	return k.planUnseen(ctx, s.Account, stored, actor, q)
}

// planUnseen is Unseen for a filter by stored status.
func (k *Keeper) planUnseen(ctx context.Context, a seats.Account, stored users.Filter, actor users.Actor, q seats.Unseen) (seats.Plan, error) {
	var commands []seats.Command
	now := k.now()
	stored.Status &= users.In(users.Invited, users.Active)
	stored.After.ID = q.After
	for more := !stored.Status.Empty(); more; {
		page, err := k.store.Users(ctx, a.ID, stored, chunkSize)
		if err != nil {
			return seats.Plan{}, err
		}
		ids := make([]users.ID, len(page))
		for i, u := range page {
			ids[i] = u.ID
		}
		seen, err := k.lastSeen(ctx, a.ID, ids)
		if err != nil {
			return seats.Plan{}, err
		}
		for i, u := range page {
			if c, ok := a.Frees(q, u, seen[i], now); ok && len(commands) < seats.MaxCommands {
				commands = append(commands, c)
			}
		}
		if more = len(page) == chunkSize && len(commands) < seats.MaxCommands; more {
			stored = stored.NextPage(page[len(page)-1])
		}
	}
	plan, err := k.Preview(ctx, a.ID, actor, commands...)
	plan.UnseenSince = q.Since(now)
	return plan, err
}

// applyPlan carries a plan out, unless it is of unseen users and one was seen since.
func (k *Keeper) applyPlan(ctx context.Context, method string, account users.AccountID, request seats.Request, plan seats.Plan) (*seats.Decision, error) {
	var seen []time.Time
	if !plan.UnseenSince.IsZero() {
		ids := make([]users.ID, len(plan.Steps))
		for i, step := range plan.Steps {
			ids[i] = step.Outcome.User
		}
		var err error
		if seen, err = k.lastSeen(ctx, account, ids); err != nil {
			return nil, err
		}
	}
	return k.decide(ctx, method, account, request, requireAccount(func(s seats.Snapshot, r seats.Request) (seats.Decision, error) {
		return plan.DecideUnseen(s, r, seen)
	}))
}

// UnseenRun is the result of [Keeper.FreeUnseen].
type UnseenRun struct {
	Freed   int // users whose seats are free now
	Refused int // users who were to lose theirs, and keep it by another rule
	// HeldBack are users who would have lost theirs: they are more than [seats.Policy] MostLeavers, so that
	// none did. [Keeper.Unseen] has the plan for an admin to confirm.
	HeldBack int
}

// FreeUnseen frees the seats of the users who were not seen for the days of [seats.Policy] Unseen; under a
// policy without them it does nothing. A host calls it in its nightly job for each of [Keeper.Accounts].
// RunDue does not: a last sight is no date of the account.
//
// Each user passes the gate as in a plan by [Keeper.Unseen], by the system. The events have the last
// sight as their reason and the channel [seats.ByUnseen]. From keep the exceptions count, and Among.
// The sights are looked at once more before the commit: who is seen later, while it is under way, can lose the
// seat. A second call finds the others. It ignores the Key of a [Call]. An open invitation that the policy lets
// no one deactivate is deleted, which is final; [Keeper.Unseen] shows it as such. There is no receipt to undo.
//
// Before a host switches it on for an account with users, it tells the last sights that it knows by
// [Keeper.Seen], and looks at the plan. Errors are those of Unseen, and [seats.ErrPlanOutdated] where users
// of the plan were seen again and again meanwhile; what was freed before stays so.
func (k *Keeper) FreeUnseen(ctx context.Context, account users.AccountID, keep seats.Unseen) (run UnseenRun, err error) {
	k, end := k.observed(ctx, CallStats{Method: "FreeUnseen", Account: account, Actor: users.ActorSystem})
	defer end(&err)
	k = k.unobserved().correlated(Call{Correlation: k.call.Correlation, Reason: k.call.Reason})
	for tries := 0; ; {
		s, stored, _, err := k.stored(ctx, account, keep.Among.WithoutPage())
		if err != nil {
			return run, err
		}
		q, ok := s.Account.Policy.FreesUnseen(keep)
		if !ok {
			return run, nil
		}
		plan, err := k.planUnseen(ctx, s.Account, stored, users.System(), q)
		switch {
		case err != nil:
			return run, err
		case s.Account.Policy.HoldsBackUnseen(len(plan.Steps)):
			run.HeldBack = len(plan.Steps)
			return run, nil
		case len(plan.Steps) == 0:
			return run, nil
		}
		decision, err := k.applyPlan(ctx, "FreeUnseen", account, k.request(users.System(), seats.ByUnseen, plan.Commands()...), plan)
		switch {
		case errors.Is(err, seats.ErrPlanOutdated) && tries < maxUnseenTries:
			tries++
			continue
		case err != nil:
			return run, err
		}
		for _, o := range decision.Outcomes {
			switch {
			case o.Refusal != nil:
				run.Refused++
			case !o.Unchanged:
				run.Freed++
			}
		}
		keep.After, tries = plan.Steps[len(plan.Steps)-1].Outcome.User, 0
	}
}

// maxUnseenTries bounds the new plans of FreeUnseen in the face of changes meanwhile.
const maxUnseenTries = 4
