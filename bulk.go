package seatkeeper

import (
	"cmp"
	"context"
	"iter"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// A BulkResult is the result of a bulk call.
type BulkResult struct {
	Outcomes []seats.Outcome // one for each command, in order
	Receipt  seats.Receipt   // for [Keeper.Undo], as long as the host keeps it; with personal data
}

// DoEach carries out the commands in order, each with its own outcome: a refused command
// changes nothing, and the others go on. The actor counts as if the call had not touched them: no
// other result depends on where they stand in it. There may be any number of commands. Every few
// hundred share a commit. The events of all carry one correlation, [Call] Correlation or a
// new one. [Keeper.Undo] puts back what was changed.
//
// An unknown account is [store.ErrNotFound]. An error of the store or the context ends the
// call. The result beside it is that of the commands already settled. Of the
// others, the commit under way was written as a whole or not at all, and the rest was left
// out. The same call with the same [Call] Key goes on from there.
func (k *Keeper) DoEach(ctx context.Context, account users.AccountID, actor users.Actor, commands ...seats.Command) (BulkResult, error) {
	k = k.correlated(k.call)
	request := k.request(actor, seats.ByBulk, commands...)
	if len(commands) == 0 {
		_, err := k.decide(ctx, "DoEach", account, request, decideKnown)
		return BulkResult{}, err
	}
	result := BulkResult{make([]seats.Outcome, 0, len(commands)), seats.NewReceipt(account, request)}
	for part := range chunks(values(request.Commands)) {
		decision, err := k.doChunk(ctx, "DoEach", account, request, part, len(result.Outcomes))
		if err != nil {
			return result, err
		}
		request = request.Following(*decision)
		result.Receipt.Add(*decision)
		result.Outcomes = append(result.Outcomes, decision.Outcomes...)
	}
	return result, nil
}

// DoAll is [Keeper.DoEach] for a list of any length, read one by one, with at most a few hundred commands in
// memory: those for the users of a filter by [seats.ForEach], or the people of a file by [seats.InviteEach].
// The events have the channel [seats.ByBulk]. settled, if not nil, is given each command with its
// outcome once the commit is made, for a report and for the progress; its error ends the call, after the
// outcomes of that commit were counted.
//
// An error of the list, the store or the context ends the call, and so a host cancels it. The result beside
// it is that of all commits made: what is in its totals was done, and its receipt undoes it. Of the others,
// the commit under way was written as a whole or not at all. An unknown account is [store.ErrNotFound].
//
// The Key of the [Call] is ignored, since the list of a filter is another one after a part was done. Such a call is
// begun again with the same filter, or one after the last user settled; for a list that stays the same there
// are [Keeper.PreviewAll] and [Keeper.ApplyAll].
func (k *Keeper) DoAll(
	ctx context.Context, account users.AccountID, actor users.Actor,
	commands iter.Seq2[seats.Command, error], settled func(seats.Command, seats.Outcome) error,
) (LargeResult, error) {
	k = k.correlated(Call{Correlation: k.call.Correlation, Reason: k.call.Reason})
	request := k.request(actor, seats.ByBulk)
	result, err := k.doAll(ctx, "DoAll", account, request, chunks(commands), func([]seats.Command) error { return nil }, settled)
	if err == nil && result.Totals.Commands == 0 {
		_, err = k.decide(ctx, "DoAll", account, request, decideKnown)
	}
	return result, err
}

// chunkSize bounds the commands of a bulk call that share a commit.
const chunkSize = 500

// chunks cuts a list of commands into those that share a commit. An error of the list ends it. A part that is full is
// hardly the last one.
func chunks(commands iter.Seq2[seats.Command, error]) iter.Seq2[seats.Part, error] {
	return func(yield func(seats.Part, error) bool) {
		var chunk []seats.Command
		size := 0
		for c, err := range commands {
			if err != nil {
				yield(seats.Part{}, err)
				return
			}
			chunk = append(chunk, c)
			if size += weight(c); size >= chunkSize {
				if !yield(seats.Part{Commands: chunk, More: true}, nil) {
					return
				}
				chunk, size = nil, 0
			}
		}
		if len(chunk) > 0 {
			yield(seats.Part{Commands: chunk}, nil)
		}
	}
}

// weight is the number of events that a command may write.
func weight(c seats.Command) int {
	switch c := c.(type) {
	case seats.Import:
		return 1 + len(c.Licences)
	case seats.If:
		return weight(c.Command)
	}
	return 1
}

// doChunk carries out some commands of a bulk call in one commit. The first of them has
// that index in the call.
func (k *Keeper) doChunk(
	ctx context.Context, method string, account users.AccountID, request seats.Request, part seats.Part, index int,
) (*seats.Decision, error) {
	request.Commands, request.Index, request.Change = part.Commands, index, changeID()
	request.Unfinished, request.Together = part.More, part.Together
	return k.decide(ctx, method, account, k.withRandom(request), decideEach)
}

// correlated returns a Keeper for the events of one bulk call.
func (k *Keeper) correlated(c Call) *Keeper {
	c.Correlation = cmp.Or(c.Correlation, k.newID())
	return k.With(c)
}

// values lists a slice as a list without errors.
func values[T any](all []T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, v := range all {
			if !yield(v, nil) {
				return
			}
		}
	}
}
