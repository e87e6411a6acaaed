// Package mails writes the mails of an account into a table of the host, one row for each invitation that
// goes out, exactly once: the rows and the progress of the consumer are committed together. The host's
// mailer takes the rows from there.
package mails

import (
	"context"
	"database/sql"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/sqlstore"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// Table is the host's own table. A row names the invitation, so that its link is void once a newer one
// has gone out: the page behind the link passes the number to seats.Accept.
const Table = "CREATE TABLE mails (account TEXT NOT NULL, user_id TEXT NOT NULL, address TEXT NOT NULL, invitation INTEGER NOT NULL)"

// Consumer returns the consumer for Keeper.Consume. It begins with the events of today, so that no mail of
// last year goes out again. The people are read before the transaction: SQLite has one writer at a time.
func Consumer(st *sqlstore.Store, keeper *seatkeeper.Keeper, report func(context.Context, error)) seatkeeper.Consumer {
	return seatkeeper.Consumer{
		Name: "mails", FromNow: true, Attempts: 5, Report: report,
		Handle: func(ctx context.Context, d *seatkeeper.Delivery) error {
			list, err := invitations(ctx, keeper, d)
			if err != nil {
				return err
			}
			return st.InTx(ctx, func(tx *sql.Tx, bound store.Bound) error {
				for _, m := range list {
					if _, err := tx.ExecContext(ctx, "INSERT INTO mails VALUES (?, ?, ?, ?)", d.Account, m.user, m.address, m.invitation); err != nil {
						return err
					}
				}
				return d.DoneIn(ctx, bound)
			})
		},
	}
}

type mail struct {
	user       users.ID
	address    string
	invitation int64
}

// invitations are those that go out with the events, but for people who have been deleted since.
func invitations(ctx context.Context, keeper *seatkeeper.Keeper, d *seatkeeper.Delivery) (list []mail, err error) {
	for _, e := range d.Events {
		if e.Invitation() == 0 {
			continue
		}
		person, err := keeper.User(ctx, d.Account, e.User)
		if err != nil {
			return nil, err
		}
		if person.Email != "" {
			list = append(list, mail{e.User, person.Email, e.Invitation()})
		}
	}
	return list, nil
}
