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
// changes nothing, and the others go on. There may be any number of commands. Every few
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
		_, err := k.decide(ctx, "DoEach", account, request, requireAccount(seats.Decide))
		return BulkResult{}, err
	}
	result := BulkResult{make([]seats.Outcome, 0, len(commands)), seats.NewReceipt(account, request)}
	err := k.doChunked(ctx, "DoEach", account, request, values(request.Commands), &result.Receipt, func(_ seats.Command, o seats.Outcome) error {
		result.Outcomes = append(result.Outcomes, o)
		return nil
	})
	return result, err
}

// chunkSize bounds the commands of a bulk call that share a commit.
const chunkSize = 500

// doChunked carries out a list of commands, chunk by chunk and a commit for each, and
// hands every command with its outcome to settled, and each commit to the receipt, if there is
// one. An error of the list, of a commit or of settled ends it at once.
func (k *Keeper) doChunked(
	ctx context.Context, method string, account users.AccountID, request seats.Request,
	commands iter.Seq2[seats.Command, error], receipt *seats.Receipt, settled func(seats.Command, seats.Outcome) error,
) error {
	var chunk []seats.Command
	size, index := 0, 0
	flush := func() error {
		decision, err := k.doChunk(ctx, method, account, request, chunk, index)
		if err != nil {
			return err
		}
		if receipt != nil {
			receipt.Add(*decision)
		}
		for i, o := range decision.Outcomes {
			if err := settled(chunk[i], o); err != nil {
				return err
			}
		}
		index += len(chunk)
		chunk, size = nil, 0
		return nil
	}
	for c, err := range commands {
		if err != nil {
			return err
		}
		chunk = append(chunk, c)
		if size += weight(c); size >= chunkSize {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	if len(chunk) == 0 {
		return nil
	}
	return flush()
}

// weight is the number of events that a command may write.
func weight(c seats.Command) int {
	if i, ok := c.(seats.Import); ok {
		return 1 + len(i.Licences)
	}
	return 1
}

// doChunk carries out some commands of a bulk call in one commit. The first of them has
// that index in the call.
func (k *Keeper) doChunk(
	ctx context.Context, method string, account users.AccountID, request seats.Request, chunk []seats.Command, index int,
) (*seats.Decision, error) {
	request.Commands, request.Index, request.Change = chunk, index, changeID()
	return k.decide(ctx, method, account, request, requireAccount(func(s seats.Snapshot, r seats.Request) (seats.Decision, error) {
		return seats.DecideEach(s, r), nil
	}))
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
