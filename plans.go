package seatkeeper

import (
	"context"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// Preview returns what the commands would come to, each with an outcome of its
// own, and writes nothing but what is due anyway. There may be [seats.MaxCommands] of
// them. The plan can be shown, kept, and carried out by [Keeper.Apply].
func (k *Keeper) Preview(ctx context.Context, account users.AccountID, actor users.Actor, commands ...seats.Command) (seats.Plan, error) {
	s, request, err := k.loadForPreview(ctx, account, actor, commands)
	if err != nil {
		return seats.Plan{}, err
	}
	return seats.Preview(s, request)
}

// Apply carries out a plan: in one commit, all that fitted when it was made, and
// nothing where by now anything would come out otherwise. That is a refusal,
// [seats.ErrPlanOutdated] with the differences. Whoever applies it acts for himself,
// whoever asked for the plan. Applied twice it is carried out twice, where that changes
// anything, as buying does: a request key, see [Call], has it happen once.
//
// A plan may have been in a browser: the account and the actor are those of the call, and
// a plan made for another account is refused as [seats.ErrBadInput].
func (k *Keeper) Apply(ctx context.Context, account users.AccountID, actor users.Actor, plan seats.Plan) (Result, error) {
	request := k.request(actor, seats.ByPlan, plan.Commands()...)
	if request.Key != "" {
		request.Digest = plan.Digest(actor)
	}
	decision, err := k.decide(ctx, "Apply", account, request, requireAccount(plan.Decide))
	if err != nil {
		return Result{}, err
	}
	return result(decision), nil
}

// May returns nil if [Keeper.Do] would carry out the command now, and otherwise
// the refusal, so that a host can leave out a button or say why it is grey. What is
// so already is allowed; the outcome in a [Keeper.Preview] tells the difference.
func (k *Keeper) May(ctx context.Context, account users.AccountID, actor users.Actor, command seats.Command) error {
	s, request, err := k.loadForPreview(ctx, account, actor, []seats.Command{command})
	if err != nil {
		return err
	}
	_, err = seats.Decide(s, request)
	return err
}

// ahead loads what a decision needs that is not going to be committed. It has no
// request key, since nothing comes of it, and does without the pools to which licences
// go back, since nothing is seen of them.
func (k *Keeper) loadForPreview(
	ctx context.Context, account users.AccountID, actor users.Actor, commands []seats.Command,
) (seats.Snapshot, seats.Request, error) {
	request := k.With(Call{Correlation: k.call.Correlation, Reason: k.call.Reason}).request(actor, seats.ByCall, commands...)
	need := request.Needs(account)
	s, err := k.load(ctx, &need)
	request.At = need.DueBy
	return s, request, err
}
