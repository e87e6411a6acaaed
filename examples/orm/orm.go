// Package orm has one transaction of a host, written with each of five libraries: an invitation
// takes a seat, and a badge is a row of the host's own. Both are written or neither, and a
// conflict runs the whole transaction again. A host with pgx takes package pgxstore.
package orm

import (
	"context"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/sqlstore"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// A Host is a program with people in accounts and badges of its own.
type Host struct {
	Store *sqlstore.Store
	InTx  func(store.Bound) *seatkeeper.Keeper // InTx of the host's Keeper
}

// A Badge is a row of the host's own table.
type Badge struct {
	ID int `bun:",pk"`
}

// invite takes the seat. It comes before the host's rows, since it may be refused.
func (h Host) invite(ctx context.Context, bound store.Bound, p users.Profile) error {
	_, err := h.InTx(bound).Do(ctx, "acme", users.System(), seats.Invite{Profile: p})
	return err
}
