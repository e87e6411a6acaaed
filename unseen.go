package seatkeeper

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// Unseen returns a plan that frees the seats of users who were not seen for long, as [seats.Account.Frees]
// says: to be shown, and carried out by [Keeper.Apply]. Each step has what the policy offers the account's
// own users for it, with the last sight in its reason. The plan has the first of these users by ID, as many
// as the Most of the question; the next one begins after the last of them. A step that the actor may not do is in it as
// refused. Nothing is freed by itself.
//
// The plan is as good as what is known: a host with sessions longer than the days asked for tells of them by
// [Keeper.Seen], and a host with dates of its own tells these once, before the first plan. The users with
// a seat are read in pages, and their last sights by ID: the cost grows with the account.
//
// Without a rule it is that of the policy: what [Keeper.FreeUnseen] would free. [seats.ErrBadInput] for days out
// of bounds, and where neither has any; an unknown account is [store.ErrNotFound], a store without
// [store.LastSeen] is [store.ErrNoLastSeen].
func (k *Keeper) Unseen(ctx context.Context, account users.AccountID, actor users.Actor, q seats.Unseen) (_ seats.Plan, err error) {
	k, end := k.observed(ctx, CallStats{Method: "Unseen", Account: account, Actor: actor.Kind})
	defer end(&err)
	found, err := k.unseen(ctx, account, q)
	if err != nil {
		return seats.Plan{}, err
	}
	plan, err := k.Preview(ctx, account, actor, found.commands...)
	plan.Unseen = &found.q
	return plan, err
}

// An unseenList are the first users who may lose their seats.
type unseenList struct {
	account  seats.Account
	q        seats.Unseen
	ids      []users.ID
	commands []seats.Command // one for each
}

// unseen lists the users that a question finds.
func (k *Keeper) unseen(ctx context.Context, account users.AccountID, q seats.Unseen) (found unseenList, err error) {
	q.Among = q.Among.WithoutPage()
	s, stored, _, err := k.stored(ctx, account, q.Among)
	if err != nil {
		return found, err
	}
	if found.q, err = q.For(s.Account.Policy); err != nil {
		return found, err
	}
	found.account = s.Account
	now := k.now()
	stored.Status &= users.In(users.Invited, users.Active)
	stored.After.ID = q.After
	for more := !stored.Status.Empty(); more; {
		page, err := k.store.Users(ctx, account, stored, chunkSize)
		if err != nil {
			return found, err
		}
		ids := make([]users.ID, len(page))
		for i, u := range page {
			ids[i] = u.ID
		}
		seen, err := k.lastSeen(ctx, account, ids)
		if err != nil {
			return found, err
		}
		for i, u := range page {
			if c, ok := s.Account.Frees(found.q, u, seen[i], now); ok && len(found.ids) < found.q.Most {
				found.ids, found.commands = append(found.ids, u.ID), append(found.commands, c)
			}
		}
		if more = len(page) == chunkSize && len(found.ids) < found.q.Most; more {
			stored = stored.NextPage(page[len(page)-1])
		}
	}
	return found, nil
}

// decideSeen is decide with the last sights of users. Each attempt reads them after its load.
func (k *Keeper) decideSeen(
	ctx context.Context, method string, account users.AccountID, request seats.Request, ids []users.ID,
	decide func(seats.Snapshot, seats.Request, []time.Time) (seats.Decision, error),
) (*seats.Decision, error) {
	return k.decide(ctx, method, account, request, requireAccount(func(s seats.Snapshot, r seats.Request) (d seats.Decision, err error) {
		var seen []time.Time
		if len(ids) > 0 {
			if seen, err = k.lastSeen(ctx, account, ids); err != nil {
				return d, err
			}
		}
		return decide(s, r, seen)
	}))
}

// giveBack gives seats back to users who were seen after a decision looked at the sights and before its commit.
// It returns the outcomes with a refusal for them. Where it fails, and where no seat is free, they stay as they are.
func (k *Keeper) giveBack(ctx context.Context, account users.AccountID, q seats.Unseen, now time.Time, outcomes []seats.Outcome) []seats.Outcome {
	ids := make([]users.ID, len(outcomes))
	for i, o := range outcomes {
		ids[i] = o.User
	}
	if len(ids) == 0 || k.bound {
		return outcomes
	}
	seen, err := k.lastSeen(ctx, account, ids)
	if err != nil {
		return outcomes
	}
	commands := q.Back(outcomes, seen, now)
	if len(commands) == 0 {
		return outcomes
	}
	k = k.unobserved().With(Call{Correlation: k.call.Correlation, Reason: "seen meanwhile"})
	decision, err := k.decide(ctx, "", account, k.request(users.System(), seats.ByUnseen, commands...), decideEach)
	if err != nil {
		return outcomes
	}
	outcomes = slices.Clone(outcomes)
	for _, back := range decision.Outcomes {
		if i := slices.Index(ids, back.User); back.Refusal == nil {
			o := seats.Outcome{Action: outcomes[i].Action, User: back.User}
			o.Refusal = &seats.Refusal{Code: seats.ErrChangedMeanwhile, Index: i, Action: o.Action, User: o.User}
			outcomes[i] = o
		}
	}
	return outcomes
}

// UnseenRun is the result of [Keeper.FreeUnseen].
type UnseenRun struct {
	Freed   int // users whose seats are free now
	Refused int // users who were to lose theirs, and keep it by another rule, or have it again
	// HeldBack are users who would have lost theirs: with those of the same day they are more than
	// [seats.Policy] MostLeavers, so that none did. [Keeper.Unseen] has the plan for an admin to confirm.
	HeldBack int
}

// FreeUnseen frees the seats of the users who were not seen for the days of [seats.Policy] Unseen; under a
// policy without them it does nothing. A host calls it in its nightly job for each of [Keeper.Accounts].
// RunDue does not: a last sight is no date of the account.
//
// Each user passes the gate as in a plan by [Keeper.Unseen], by the system. The events have the last
// sight as their reason and the channel [seats.ByUnseen]. Of keep its Among, ExemptUsers and ExemptGroups count.
// Each attempt looks at users and sights anew. Those who were seen, invited, taken back or kept out by then keep
// their seats, and the others lose theirs. A user who is seen later, while the commit is under way, gets the seat
// back in a second commit, unless another user has it by then or the invitation was deleted.
// In a transaction, see [Keeper.InTx], a sight after the look at them does not count.
//
// A second call finds the others. It ignores the Key of a [Call]. An open invitation that the policy lets
// no one deactivate is deleted, which is final; [Keeper.Unseen] shows it as such. There is no receipt to undo.
//
// Before a host switches it on for an account with users, it tells the last sights that it knows by
// [Keeper.Seen], and looks at the plan. Errors are those of Unseen, and [seats.ErrHistory] for events that are
// missing; what was freed before stays so.
func (k *Keeper) FreeUnseen(ctx context.Context, account users.AccountID, keep seats.Unseen) (run UnseenRun, err error) {
	k, end := k.observed(ctx, CallStats{Method: "FreeUnseen", Account: account, Actor: users.ActorSystem})
	defer end(&err)
	k = k.unobserved().correlated(Call{Correlation: k.call.Correlation, Reason: k.call.Reason})
	keep.UnseenRule, keep.Most = seats.UnseenRule{}, 0
	for {
		found, err := k.unseen(ctx, account, keep)
		switch {
		case errors.Is(err, seats.ErrBadInput): // a policy without days
			return run, nil
		case err != nil || len(found.ids) == 0:
			return run, err
		}
		earlier, err := k.freedSince(ctx, found.account, k.now().Add(-longestDay))
		if err != nil {
			return run, err
		}
		held, request := 0, k.request(users.System(), seats.ByUnseen, found.commands...)
		decision, err := k.decideSeen(ctx, "FreeUnseen", account, request, found.ids,
			func(s seats.Snapshot, r seats.Request, seen []time.Time) (d seats.Decision, err error) {
				d, held, err = found.q.Decide(s, r, seen, earlier)
				return d, err
			})
		if err != nil {
			return run, err
		}
		if held > 0 {
			run.HeldBack = held
			return run, nil
		}
		for _, o := range k.giveBack(ctx, account, found.q, k.now(), decision.Outcomes) {
			switch {
			case o.Refusal != nil:
				run.Refused++
			case !o.Unchanged:
				run.Freed++
			}
		}
		keep.After = found.ids[len(found.ids)-1]
	}
}

// longestDay is a day at whose end the clock is put back by an hour.
const longestDay = 25 * time.Hour

// freedSince returns the events since an instant by which a user can have lost the seat.
func (k *Keeper) freedSince(ctx context.Context, a seats.Account, at time.Time) (events []seats.Event, err error) {
	last, err := k.lastAt(ctx, a, at)
	if err != nil {
		return nil, err
	}
	kinds := []seats.EventKind{seats.EventDeactivated, seats.EventArchived, seats.EventDeleted}
	for e, err := range k.eventRows(ctx, a.ID, seats.EventFilter{After: last.Sequence, Kinds: kinds}) {
		if err != nil {
			return nil, err
		}
		events = append(events, e)
	}
	return events, nil
}
