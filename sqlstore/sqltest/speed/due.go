package main

import (
	"context"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// leavers are the people of an account who leave on one day.
const leavers = 10

// dues measures the settling of people who leave on one day, a few in each of many accounts,
// beside an autocommit UPDATE by key for each person.
func dues(ctx context.Context, r *runner, e engine) ([]row, error) {
	s, err := e.open(ctx, r.tidb, 8)
	if err != nil {
		return nil, err
	}
	defer s.close()
	_, st, err := keeperOn(e, s.db, "due_")
	if err != nil {
		return nil, err
	}
	today := time.Now().UTC()
	now := today
	k, err := seatkeeper.New(st, seatkeeper.Options{Now: func() time.Time { return now }})
	if err != nil {
		return nil, err
	}
	if err := st.Migrate(ctx); err != nil {
		return nil, err
	}
	leaving := r.accounts * leavers
	if err := openAccounts(ctx, k, 1, r.accounts, seats.Of(int64(leavers*r.rounds+1))); err != nil {
		return nil, err
	}
	group, within := errgroup.WithContext(ctx)
	group.SetLimit(8)
	for a := range r.accounts {
		group.Go(func() error {
			_, err := k.Import(within, users.AccountID(account(a+1)), leaveDaily(today, r.rounds))
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	for _, text := range []string{
		"CREATE TABLE due_plain (id bigint PRIMARY KEY, status " + e.id + ")",
		fmt.Sprintf("INSERT INTO due_plain SELECT n, 'active' FROM "+e.numbers, leaving),
	} {
		if err := s.exec(ctx, text); err != nil {
			return nil, err
		}
	}
	for _, t := range tablesOf(st) {
		if err := s.exec(ctx, s.analyze+t.name); err != nil {
			return nil, err
		}
	}
	update, err := byHand{steps: []statement{{"UPDATE due_plain SET status = :status WHERE id = :id", changes}}}.ready(ctx, e, s.db, "")
	if err != nil {
		return nil, err
	}
	updates, settled := 0, 0
	again := func(name string, do func(context.Context) error) *contestant {
		c := &contestant{way: way{name: name}, site: s}
		c.run = func(ctx context.Context, _ time.Duration) (sample, error) {
			began := time.Now()
			err := do(ctx)
			return sample{Calls: int64(leaving), Elapsed: time.Since(began)}, err
		}
		return c
	}
	all := []*contestant{
		again(floorWay, func(ctx context.Context) error {
			updates++
			for n := range leaving {
				if _, err := update[0].carryOut(ctx, s.db, nil, map[string]any{":status": fmt.Sprint("inactive ", updates), ":id": n + 1}); err != nil {
					return err
				}
			}
			return nil
		}),
		again(oursWay, func(ctx context.Context) error {
			settled++
			now = today.AddDate(0, 0, settled)
			done, err := k.RunDue(ctx, seatkeeper.DueRun{})
			if err == nil && done.Events != leaving {
				err = fmt.Errorf("%d people have left, not %d", done.Events, leaving)
			}
			return err
		}),
	}
	if err := compete(ctx, all, r.rounds, r.lasts, 1, false); err != nil {
		return nil, err
	}
	result := newRow("due", 1, results(all))
	result.invert()
	return []row{result}, nil
}

// leaveDaily lists people. A few of them leave on each of the next days.
func leaveDaily(today time.Time, days int) func(func(seats.Import, error) bool) {
	return func(yield func(seats.Import, error) bool) {
		for day := range days {
			for i := range leavers {
				u := users.User{
					Profile: nth(int64(day*leavers + i + 1)).profile(), Status: users.Active, Role: users.Member,
					Created: today, StatusSince: today, FirstSignIn: today,
					Schedule: users.Schedule{Leave: users.From(users.DateOf(today.AddDate(0, 0, day+1)))},
				}
				if !yield(seats.Import{User: u}, nil) {
					return
				}
			}
		}
	}
}
