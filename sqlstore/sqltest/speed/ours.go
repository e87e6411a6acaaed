package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/sqlstore"
	"github.com/seatkeeper/seatkeeper/sqlstore/pgxstore"
	"github.com/seatkeeper/seatkeeper/users"
)

const owner users.ID = "owner"

// readers is how many connections seatkeeper has on SQLite, where its writers take turns.
const readers = 8

func (p person) profile() users.Profile {
	return users.Profile{ID: users.ID(p.id), FirstName: p.first, LastName: p.last, Email: p.email}
}

func keeperOn(e engine, db *sql.DB, prefix string) (*seatkeeper.Keeper, *sqlstore.Store, error) {
	return keeperWith(e, db, prefix, seatkeeper.Options{})
}

func keeperWith(e engine, db *sql.DB, prefix string, o seatkeeper.Options) (*seatkeeper.Keeper, *sqlstore.Store, error) {
	st, err := sqlstore.New(db, e.dialect, sqlstore.Options{Prefix: prefix, Copy: pgxstore.Copy})
	if err != nil {
		return nil, nil, err
	}
	k, err := seatkeeper.New(st, o)
	return k, st, err
}

// prepareOurs opens accounts and imports their users.
func prepareOurs(ctx context.Context, s *site, prefix string, st stage) error {
	k, tables, err := keeperOn(s.engine, s.db, prefix)
	if err != nil {
		return err
	}
	if err := tables.Migrate(ctx); err != nil {
		return err
	}
	if err := openAccounts(ctx, k, 1, st.Accounts, st.total()); err != nil {
		return err
	}
	if st.Users == 0 { // statistics of empty tables would last too long
		return nil
	}
	group, within := errgroup.WithContext(ctx)
	group.SetLimit(8)
	for a := range st.Accounts {
		group.Go(func() error {
			report, err := k.Import(within, users.AccountID(account(a+1)), imported(int64(a)*int64(st.Users), st.Users))
			if err == nil && report.Created != st.Users {
				err = fmt.Errorf("of %d people %d were imported, and %d refused: %v", st.Users, report.Created, report.Refused, report.Refusals)
			}
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	for _, t := range tablesOf(tables) {
		if err := s.exec(ctx, s.analyze+t.name); err != nil {
			return err
		}
	}
	return nil
}

// openAccounts opens so many accounts from the nth on, whose only user is the owner.
func openAccounts(ctx context.Context, k *seatkeeper.Keeper, n, count int, total seats.Count) error {
	group, within := errgroup.WithContext(ctx)
	group.SetLimit(8)
	for a := range count {
		group.Go(func() error {
			_, err := k.Open(within, seats.Opening{
				Account: users.AccountID(account(n + a)), Total: total, Owner: users.Profile{ID: owner, Email: "owner@acme.example"},
			})
			return err
		})
	}
	return group.Wait()
}

// imported are people from the nth on, who are active.
func imported(n int64, count int) func(func(seats.Import, error) bool) {
	since := time.UnixMicro(1_700_000_000_000_000).UTC()
	return func(yield func(seats.Import, error) bool) {
		for i := range count {
			u := users.User{Profile: nth(n + int64(i) + 1).profile(), Status: users.Active, Role: users.Member, Created: since, StatusSince: since, FirstSignIn: since}
			if !yield(seats.Import{User: u}, nil) {
				return
			}
		}
	}
}

// inviteWith returns a call that invites a person.
func inviteWith(k *seatkeeper.Keeper) invite {
	olive := users.As(owner)
	return func(ctx context.Context, account string, p person) error {
		_, err := k.Do(ctx, users.AccountID(account), olive, seats.Invite{Profile: p.profile()})
		return err
	}
}

func openOurs(o seatkeeper.Options) func(context.Context, *site, *sql.DB, string, stage) (invite, error) {
	return func(_ context.Context, s *site, db *sql.DB, prefix string, _ stage) (invite, error) {
		k, _, err := keeperWith(s.engine, db, prefix, o)
		if err != nil {
			return nil, err
		}
		return inviteWith(k), nil
	}
}

func checkOurs(ctx context.Context, s *site, prefix string, st stage, acknowledged int64) error {
	k, _, err := keeperOn(s.engine, s.db, prefix)
	if err != nil {
		return err
	}
	return audited(ctx, k, st.Accounts, int64(st.Accounts)*int64(st.Users+1)+acknowledged) // with the owners
}

// audited audits every account. All together have so many seats held, and as many events.
func audited(ctx context.Context, k *seatkeeper.Keeper, accounts int, want int64) error {
	var held, events int64
	for a := range accounts {
		id := users.AccountID(account(a + 1))
		drift, err := k.Audit(ctx, id)
		if err != nil {
			return err
		}
		if len(drift) > 0 {
			return fmt.Errorf("the audit of %s finds %v", id, drift)
		}
		usage, err := k.Usage(ctx, id)
		if err != nil {
			return err
		}
		row, err := k.Account(ctx, id)
		if err != nil {
			return err
		}
		held, events = held+usage.Held, events+int64(row.Sequence)
	}
	return errors.Join(differ(held, want), differ(events, want))
}

// differ is an error if what is there differs from what was acknowledged.
func differ(there, acknowledged int64) error {
	if there != acknowledged {
		return fmt.Errorf("%d are there, after %d that were acknowledged", there, acknowledged)
	}
	return nil
}
