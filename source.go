package seatkeeper

import (
	"context"
	"errors"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// holdSource holds the source of a sync whose command tripped its guard, by a commit of its own: a refusal
// itself changes nothing. In a transaction the host's rollback would take the hold back, so that the host
// must hold the source there, by [seats.HoldOf]. After an error the source still runs, and the next such
// command is refused in the same way.
func (k *Keeper) holdSource(ctx context.Context, account users.AccountID, r seats.Request, refusal *seats.Refusal) {
	if c, trips := seats.HoldOf(r.Actor, refusal); trips && !k.bound {
		_, _ = k.With(Call{Correlation: r.Correlation, Reason: r.Reason}).Do(ctx, account, r.Actor, c)
	}
}

// refusalOf returns the refusal in an error; nil: there is none.
func refusalOf(err error) *seats.Refusal {
	refusal, _ := errors.AsType[*seats.Refusal](err)
	return refusal
}
