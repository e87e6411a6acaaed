package seatkeeper

import (
	"cmp"
	"context"
	"iter"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// Undo puts back what a call changed, by its receipt: status and role, fields, groups, days of a
// leave or a start, and unstarted course licences, as far as they are still as the call left
// them. A user who was invited by the call is deleted while the invitation is open; one who joined
// by a code, before the approval, and the code has the use back; one who was added as an active one is
// deactivated. Sign-ins, messages, deletions, orders, ownerships, join codes as [seats.SetCode] and
// [seats.EndCode] have left them, and the terms of the account stay.
//
// The next run of a sync whose run was undone carries out its roster again: users join anew and leave again, but what
// the undo has set by hand stays, see [seats.Edit], and who was deactivated. [seats.HoldSource] stops the sync until the roster is
// right.
//
// It is a bulk call of the opposite commands, by its actor and in their own right: seats are
// judged, and every few hundred users share a commit. It goes from the end of the call to its
// beginning, users who free a seat first, and what is refused is tried again at the end of its
// commit: so a call is undone whole if nothing has followed it, but for what [seats.DecideUndo]
// names. There is an outcome for each command. What is back already is Unchanged, so that undoing
// twice is undoing once; after a part was undone, or refused for want of a seat or of what a later
// commit puts back, the same receipt undoes the rest. What was changed since is refused as
// [seats.ErrChangedMeanwhile], and what stays as [seats.ErrFinal]. The receipt of the result undoes
// the undo.
//
// The receipt of a call that was lost with its process is made from the events of its Correlation, each added by [seats.Receipt.Add] as
// [seats.Decision].Repeated. It lacks the values from before: edited fields and days stay as they are.
//
// A receipt may have been in a browser. What was done is read from the events; of the receipt
// are their numbers, and the values of fields and days from before. One of another account, and
// one that does not go with the events, is refused as [seats.ErrBadInput]. The Correlation of the
// new events is that of the [Call], else that of the receipt; the Key of the [Call] is ignored.
// An unknown account is [store.ErrNotFound]. Other errors are as in [Keeper.DoEach].
func (k *Keeper) Undo(ctx context.Context, account users.AccountID, actor users.Actor, receipt seats.Receipt) (BulkResult, error) {
	k = k.correlated(Call{Correlation: cmp.Or(k.call.Correlation, receipt.Correlation), Reason: k.call.Reason})
	request := k.request(actor, seats.ByBulk)
	reading, end := k.observed(ctx, CallStats{Method: "Undo", Account: account, Actor: actor.Kind})
	list, err := reading.undoings(ctx, account, receipt)
	end(&err)
	if err != nil {
		return BulkResult{}, err
	}
	result := BulkResult{Receipt: seats.NewReceipt(account, request)}
	for len(list) > 0 {
		part, commands := undoChunk(list)
		list = list[len(part):]
		request.Commands, request.Index, request.Change = commands, len(result.Outcomes), changeID()
		decision, err := k.decide(ctx, "Undo", account, request, requireAccount(func(s seats.Snapshot, r seats.Request) (seats.Decision, error) {
			return seats.DecideUndo(s, r, part), nil
		}))
		if err != nil {
			return result, err
		}
		result.Outcomes = append(result.Outcomes, decision.Outcomes...)
		result.Receipt.Add(*decision)
	}
	return result, nil
}

// PreviewUndo returns what [Keeper.Undo] would do now, as a plan to look at: Apply refuses it. A
// step without a command is about what stays. The plan has at most [seats.MaxCommands] steps; a
// call with more is refused as [seats.ErrBadInput].
func (k *Keeper) PreviewUndo(ctx context.Context, account users.AccountID, actor users.Actor, receipt seats.Receipt) (_ seats.Plan, err error) {
	k, end := k.observed(ctx, CallStats{Method: "PreviewUndo", Account: account, Actor: actor.Kind})
	defer end(&err)
	k = k.With(Call{Correlation: k.call.Correlation, Reason: k.call.Reason}) // events are read as they are
	list, err := k.undoings(ctx, account, receipt)
	if err != nil {
		return seats.Plan{}, err
	}
	if len(list) > seats.MaxCommands {
		return seats.Plan{}, &seats.Refusal{Code: seats.ErrBadInput, Field: "receipt", Reason: users.ErrTooLong}
	}
	var commands []seats.Command
	for _, u := range list {
		commands = append(commands, u.Commands()...)
	}
	s, request, err := k.loadForPreview(ctx, account, actor, commands)
	if err != nil {
		return seats.Plan{}, err
	}
	return seats.PreviewUndo(s, request, receipt, list)
}

// undoChunk returns the beginning of a list for one commit, with all commands it may take.
func undoChunk(list []seats.Undoing) (part []seats.Undoing, commands []seats.Command) {
	for _, u := range list {
		part, commands = append(part, u), append(commands, u.Commands()...)
		if len(part) >= chunkSize || len(commands) >= chunkSize {
			break
		}
	}
	return part, commands
}

// undoings reads the events of the receipt.
func (k *Keeper) undoings(ctx context.Context, account users.AccountID, receipt seats.Receipt) ([]seats.Undoing, error) {
	s, err := k.load(ctx, &seats.Need{Account: account})
	if err != nil {
		return nil, err
	}
	return receipt.Undoings(account, func(c seats.ReceiptCommit) iter.Seq2[seats.Event, error] {
		last := min(c.Last, s.Account.Sequence)
		return seats.Numbered(c.First-1, last, pages(true, eventPage, func(before seats.Event) ([]seats.Event, error) {
			after := max(c.First-1, before.Sequence)
			return k.store.Events(ctx, account, seats.EventFilter{After: after}, int(min(eventPage, last-min(after, last))))
		}))
	})
}
