package seatkeeper

import (
	"context"
	"iter"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// PreviewAll is [Keeper.Preview] for a list of any length, such as the people of a large file: one plan
// with totals. Commands are read one by one, at most a few hundred are in memory, and every few
// hundred cost a load. A host shows the progress by counting them.
//
// Each part of the list is decided with the settings, the pools and the numbers that the parts before it would
// leave. A user must not be in two parts: [users.ReadRoster] refuses repetitions. An error of the list ends the
// call. An unknown account is [store.ErrNotFound].
func (k *Keeper) PreviewAll(
	ctx context.Context, account users.AccountID, actor users.Actor, commands iter.Seq2[seats.Command, error],
) (_ seats.LargePlan, err error) {
	k, end := k.observed(ctx, CallStats{Method: "PreviewAll", Account: account, Actor: actor.Kind})
	defer end(&err)
	return k.previewAll(ctx, account, actor, chunks(commands), func(a seats.Account) seats.Account { return a })
}

// previewAll is PreviewAll on an account that is another one than the loaded.
func (k *Keeper) previewAll(
	ctx context.Context, account users.AccountID, actor users.Actor, parts iter.Seq2[seats.Part, error], as func(seats.Account) seats.Account,
) (seats.LargePlan, error) {
	var preview seats.LargePreview
	add := func(part seats.Part) error {
		s, request, err := k.loadForPreview(ctx, account, actor, part.Commands)
		s.Account, request.Together = as(s.Account), part.Together
		if err == nil {
			preview.Add(s, request, part.Commands)
		}
		return err
	}
	if err := add(seats.Part{}); err != nil {
		return seats.LargePlan{}, err
	}
	for part, err := range parts {
		if err == nil {
			err = add(part)
		}
		if err != nil {
			return seats.LargePlan{}, err
		}
	}
	return preview.Plan(), nil
}

// A LargeResult is the result of [Keeper.DoAll] and [Keeper.ApplyAll].
type LargeResult struct {
	Totals  seats.Totals
	Receipt seats.Receipt // for [Keeper.Undo], as long as the host keeps it; with personal data
}

// ApplyAll carries out the commands of a large plan, given again from the same source, as by [Keeper.DoAll]:
// each is decided again. [seats.LargePlan.Report] compares the totals with the plan.
//
// Each part is compared with the plan before it is carried out. Commands of another source, and
// those of another account, are refused as [seats.ErrBadInput]; so is a list that ends too
// early, after its commands were carried out. The parts before are done.
//
// Errors are as in DoAll. The same call with the same [Call] Key goes on after one, also after a restart: nothing
// is done twice. Without a key an invitation that was carried out changes nothing.
func (k *Keeper) ApplyAll(
	ctx context.Context, account users.AccountID, actor users.Actor, plan seats.LargePlan,
	commands iter.Seq2[seats.Command, error], settled func(seats.Command, seats.Outcome) error,
) (LargeResult, error) {
	k = k.correlated(k.call)
	request := k.request(actor, seats.ByPlan)
	if request.Key != "" {
		request.Digest = plan.Digest(actor)
	}
	part := 0
	check := func(chunk []seats.Command) error {
		if refusal := plan.Check(account, part, chunk); refusal != nil {
			return refusal
		}
		part++
		return nil
	}
	result, err := k.doAll(ctx, "ApplyAll", account, request, chunks(commands), check, settled)
	if err != nil {
		return result, err
	}
	if err = check(nil); err != nil {
		err = k.failed(ctx, "ApplyAll", account, actor.Kind, err)
	}
	return result, err
}

// doAll carries out a list of commands part by part; each part is checked before.
func (k *Keeper) doAll(
	ctx context.Context, method string, account users.AccountID, request seats.Request,
	parts iter.Seq2[seats.Part, error], check func(part []seats.Command) error, settled func(seats.Command, seats.Outcome) error,
) (LargeResult, error) {
	result := LargeResult{Receipt: seats.NewReceipt(account, request)}
	for part, err := range parts {
		chunk := part.Commands
		if err == nil {
			err = check(chunk)
		}
		if err != nil {
			return result, k.failed(ctx, method, account, request.Actor.Kind, err)
		}
		part.Commands = seats.Identify(chunk, k.options.NewID)
		decision, err := k.doChunk(ctx, method, account, request, part, result.Totals.Commands)
		if err != nil {
			return result, err
		}
		request = request.Following(*decision)
		result.Receipt.Add(*decision)
		for _, o := range decision.Outcomes {
			result.Totals.Add(o)
		}
		for i, o := range decision.Outcomes {
			if settled == nil {
				break
			}
			if err := settled(chunk[i], o); err != nil {
				return result, k.failed(ctx, method, account, request.Actor.Kind, err)
			}
		}
	}
	return result, nil
}
