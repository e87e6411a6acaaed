package seatkeeper

import (
	"context"
	"time"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// Preview returns a plan: the outcome of each command as of now. It writes only what is due
// anyway. There may be up to [seats.MaxCommands] commands. A plan may be shown, stored, and
// carried out by [Keeper.Apply]. It warns of invitations to come that will find no free seat on
// their day, see NoRoom of [seats.Planned]. An unknown account is [store.ErrNotFound].
func (k *Keeper) Preview(ctx context.Context, account users.AccountID, actor users.Actor, commands ...seats.Command) (_ seats.Plan, err error) {
	k, end := k.observed(ctx, CallStats{Method: "Preview", Account: account, Actor: actor.Kind, Actions: seats.Actions(commands)})
	defer end(&err)
	s, request, err := k.loadForPreview(ctx, account, actor, commands)
	if err != nil {
		return seats.Plan{}, err
	}
	return seats.Preview(s, request)
}

// PreviewOn is [Keeper.Preview] as of the beginning of a day to come, in the account's time zone:
// can these twelve be invited on the 1st? All that is due until then has taken effect in it, and
// the actor acts as they will be then. The plan names the day and is to look at: Apply refuses
// it. To invite on the day, see Start of [seats.Invite].
//
// A day that is over, today, and one more than [seats.MaxForecastDays] away are refused as
// [seats.ErrBadInput]. Rows and errors are as in [Keeper.Calendar].
func (k *Keeper) PreviewOn(
	ctx context.Context, account users.AccountID, day users.Date, actor users.Actor, commands ...seats.Command,
) (_ seats.Plan, err error) {
	k, end := k.observed(ctx, CallStats{Method: "PreviewOn", Account: account, Actor: actor.Kind, Actions: seats.Actions(commands)})
	defer end(&err)
	s, request, err := k.loadForPreview(ctx, account, actor, commands, day)
	if err != nil {
		return seats.Plan{}, err
	}
	return seats.PreviewOn(s, request, day)
}

// Apply carries out a plan in one commit: all commands that fitted when it was made. If any
// outcome would differ by now, it is refused as [seats.ErrPlanOutdated] with the differences,
// and nothing changes. So is a plan by [Keeper.Unseen] with a user who would not be in it any more: one who was
// seen, invited or taken back since, or is kept out by now. A user of it who is seen while the commit is under way has
// the seat back as by [Keeper.FreeUnseen], and a refusal as the outcome. A second call carries it out again; only with a
// [Call] Key does it happen once.
//
// A plan may have been in a browser. Account and actor are therefore parameters: the actor
// acts in their own right, and a plan of another account is refused as [seats.ErrBadInput].
// An unknown account is [store.ErrNotFound].
func (k *Keeper) Apply(ctx context.Context, account users.AccountID, actor users.Actor, plan seats.Plan) (Result, error) {
	request := k.request(actor, seats.ByPlan, plan.Commands()...)
	if request.Key != "" {
		request.Digest = plan.Digest(actor)
	}
	var ids []users.ID
	if plan.Unseen != nil {
		for _, step := range plan.Steps {
			ids = append(ids, step.Outcome.User)
		}
	}
	decision, err := k.decideSeen(ctx, "Apply", account, request, ids, func(s seats.Snapshot, r seats.Request, seen []time.Time) (seats.Decision, error) {
		return plan.Decide(s, r, seen...)
	})
	if err != nil {
		return Result{}, err
	}
	done := result(decision).with(account, request, decision)
	if plan.Unseen != nil && !done.Repeated {
		done.Outcomes = k.giveBack(ctx, account, *plan.Unseen, plan.At, done.Outcomes)
	}
	return done, nil
}

// May returns nil if [Keeper.Do] would carry out the command now, and otherwise the refusal:
// a host can hide a button, or say why it is disabled. A command with its effect already there
// is allowed; the outcome in a [Keeper.Preview] says Unchanged. An unknown account is
// [store.ErrNotFound].
func (k *Keeper) May(ctx context.Context, account users.AccountID, actor users.Actor, command seats.Command) (err error) {
	k, end := k.observed(ctx, CallStats{Method: "May", Account: account, Actor: actor.Kind, Actions: seats.Actions([]seats.Command{command})})
	defer end(&err)
	s, request, err := k.loadForPreview(ctx, account, actor, []seats.Command{command})
	if err != nil {
		return err
	}
	_, err = seats.Decide(s, request)
	return err
}

// Allowed returns for each user of a page, in the order given, which actions [Keeper.Do] would carry out
// for the actor now, which would change nothing, and why the others are refused: the buttons of a list
// in one load. Each action is decided by itself. Refusals have remedies where one user is asked about. Those on a course and those on the account are asked for
// with [Keeper.May].
//
// For an action with a value that the screen still asks for, such as [seats.Edit], [seats.Schedule]
// and [seats.ChangeRole], the value itself may be refused later. More than [seats.MaxAllowed] users are
// [seats.ErrBadInput]. For an unknown user every action is refused. An unknown account is [store.ErrNotFound].
func (k *Keeper) Allowed(ctx context.Context, account users.AccountID, actor users.Actor, ids ...users.ID) (_ []seats.Allowed, err error) {
	k, end := k.observed(ctx, CallStats{Method: "Allowed", Account: account, Actor: actor.Kind})
	defer end(&err)
	if len(ids) > seats.MaxAllowed {
		return nil, &seats.Refusal{Code: seats.ErrBadInput, Field: "users", Reason: seats.ErrManyUsers}
	}
	s, request, err := k.loadForPreview(ctx, account, actor, seats.Questions(ids...))
	if err != nil {
		return nil, err
	}
	return seats.Ask(s, request, ids...), nil
}

// loadForPreview loads the snapshot for a decision that is never committed. The request key is
// left out. The snapshot reaches the days given, and those of invitations to come.
func (k *Keeper) loadForPreview(
	ctx context.Context, account users.AccountID, actor users.Actor, commands []seats.Command, until ...users.Date,
) (seats.Snapshot, seats.Request, error) {
	request := k.With(Call{Correlation: k.call.Correlation, Reason: k.call.Reason}).request(actor, seats.ByCall, commands...)
	need := request.Needs(account)
	for _, day := range append(until, request.Starts()) {
		need.AheadTo(day, k.now())
	}
	load := k.loadAhead
	if need.Ahead == 0 {
		load = func(ctx context.Context, need *seats.Need) (seats.Snapshot, error) {
			s, _, err := k.read(ctx, need)
			return s, err
		}
	}
	s, err := load(ctx, &need)
	for err == nil && request.Widen(&need, s) {
		s, err = load(ctx, &need)
	}
	request.At = present(need)
	return s, request, err
}
