package seatkeeper

import (
	"cmp"
	"context"
	"iter"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// DoEach carries out the commands in order, each with its own outcome: a refused command
// changes nothing, and the others go on. There may be any number of commands. Every few
// hundred share a commit. The events of all carry one correlation, [Call] Correlation or a
// new one.
//
// An unknown account is [store.ErrNotFound]. An error of the store or the context ends the
// call. The outcomes returned beside it are those of the commands already settled. Of the
// others, the commit under way was written as a whole or not at all, and the rest was left
// out. The same call with the same [Call] Key goes on from there.
func (k *Keeper) DoEach(ctx context.Context, account users.AccountID, actor users.Actor, commands ...seats.Command) ([]seats.Outcome, error) {
	k = k.correlated(k.call)
	request := k.request(actor, seats.ByBulk, commands...)
	if len(commands) == 0 {
		_, err := k.decide(ctx, "DoEach", account, request, requireAccount(seats.Decide))
		return nil, err
	}
	outcomes := make([]seats.Outcome, 0, len(commands))
	err := k.doChunked(ctx, "DoEach", account, request, values(request.Commands), func(_ seats.Command, o seats.Outcome) error {
		outcomes = append(outcomes, o)
		return nil
	})
	return outcomes, err
}

// chunkSize bounds the commands of a bulk call that share a commit.
const chunkSize = 500

// doChunked carries out a list of commands, chunk by chunk and a commit for each, and
// hands every command with its outcome to settled. An error of the list, of a commit or
// of settled ends it at once.
func (k *Keeper) doChunked(
	ctx context.Context, method string, account users.AccountID, request seats.Request,
	commands iter.Seq2[seats.Command, error], settled func(seats.Command, seats.Outcome) error,
) error {
	var chunk []seats.Command
	size, index := 0, 0
	flush := func() error {
		outcomes, err := k.doChunk(ctx, method, account, request, chunk, index)
		for i, o := range outcomes {
			if err := settled(chunk[i], o); err != nil {
				return err
			}
		}
		index += len(chunk)
		chunk, size = nil, 0
		return err
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
) ([]seats.Outcome, error) {
	request.Commands, request.Index, request.Change = chunk, index, seats.ChangeID(k.newID())
	decision, err := k.decide(ctx, method, account, request, requireAccount(func(s seats.Snapshot, r seats.Request) (seats.Decision, error) {
		return seats.DecideEach(s, r), nil
	}))
	return decision.Outcomes, err
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
