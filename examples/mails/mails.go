// Package mails writes the mails of a product into a table of the host, exactly once: the rows and the
// progress of the consumer are committed together. The host's mailer takes the rows from there.
package mails

import (
	"context"
	"database/sql"
	"iter"
	"time"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/sqlstore"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// Table is the host's own table.
const Table = `CREATE TABLE IF NOT EXISTS mails (account VARCHAR(255), event BIGINT, user_id VARCHAR(255),
	address TEXT NOT NULL, subject TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (account, event, user_id))`

// A Mail is a mail to some users of an account.
type Mail struct {
	To            users.Filter
	Subject, Body string
}

// Consumer returns the consumer for Keeper.Consume. The function of says which mails follow from an event.
// Users who get no mails any more, such as those who have been deleted since, are left out. A product that
// sends its first mails, and has accounts already, sets FromNow, so that no invitation of last year goes out.
func Consumer(st *sqlstore.Store, keeper *seatkeeper.Keeper, of func(seats.Event) []Mail, report func(context.Context, error)) seatkeeper.Consumer {
	write := func(ctx context.Context, tx *sql.Tx, e seats.Event, mail Mail, people iter.Seq2[seats.Person, error]) error {
		for p, err := range people {
			if err != nil {
				return err
			}
			if p.Email == "" || !p.May.Has(seats.ReceiveNotifications) {
				continue
			}
			if _, err := tx.ExecContext(ctx, "INSERT INTO mails (account, event, user_id, address, subject, body) VALUES ($1, $2, $3, $4, $5, $6)",
				e.Account, e.Sequence, p.ID, p.Email, mail.Subject, mail.Body); err != nil {
				return err
			}
		}
		return nil
	}
	return seatkeeper.Consumer{
		Name: "mails", Attempts: 5, Wait: time.Second, Report: report,
		Handle: func(ctx context.Context, d *seatkeeper.Delivery) error {
			return st.InTx(ctx, func(tx *sql.Tx, bound store.Bound) error {
				for _, e := range d.Events {
					for _, mail := range of(e) {
						if err := write(ctx, tx, e, mail, keeper.InTx(bound).Users(ctx, e.Account, mail.To)); err != nil {
							return err
						}
					}
				}
				return d.DoneIn(ctx, bound)
			})
		},
	}
}
