package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/seatkeeper/seatkeeper/users"
)

// pageSize is what a screen shows.
const pageSize = 50

// reads measures the exact usage of a large account and a page of its users at any depth,
// beside a row that is read by its key, and what the peer's tables need for the same.
func reads(ctx context.Context, r *runner, e engine) (rows []row, err error) {
	s, err := e.open(ctx, r.tidb, 8)
	if err != nil {
		return nil, err
	}
	defer s.close()
	st := stage{Accounts: 1, Users: r.users, Clients: 1}
	ours, hand := ways(e)[oursWay], ways(e)[peerWay]
	for _, w := range []way{ours, hand} {
		if err := w.prepare(ctx, s, w.prefix(), st); err != nil {
			return nil, err
		}
	}
	k, _, err := keeperOn(e, s.db, ours.prefix())
	if err != nil {
		return nil, err
	}
	big := users.AccountID(account(1))
	// reading carries out the peer's statement and counts the rows.
	reading := func(text string, want int, more ...string) (func(context.Context) error, error) {
		steps, err := byHand{steps: []statement{{text: text}}}.ready(ctx, e, s.db, hand.prefix())
		if err != nil {
			return nil, err
		}
		return func(ctx context.Context) error {
			n, err := steps[0].count(ctx, s.db, valuesOf(account(1), nth(1+rand.Int64N(int64(st.Users)))))
			if err == nil && n != want {
				err = fmt.Errorf("%s: %d rows, not %d", text, n, want)
			}
			return err
		}, nil
	}
	key, err := reading("SELECT total, used FROM {p}accounts WHERE id = :account", 1)
	if err != nil {
		return nil, err
	}
	group, err := reading("SELECT status, count(*) FROM {p}users WHERE account = :account GROUP BY status", 1)
	if err != nil {
		return nil, err
	}
	one, err := reading("SELECT id, email, first_name, last_name, status FROM {p}users WHERE id = :id", 1)
	if err != nil {
		return nil, err
	}
	usage := func(ctx context.Context) error {
		u, err := k.Usage(ctx, big)
		if err == nil && u.Held != int64(st.Users)+1 {
			err = fmt.Errorf("%d seats are held, not %d", u.Held, st.Users+1)
		}
		return err
	}
	page := func(ctx context.Context) error {
		n, after := 0, nth(1+rand.Int64N(int64(max(1, st.Users-pageSize-1))))
		for _, err := range k.Users(ctx, big, users.Filter{After: users.Place{ID: users.ID(after.id)}}) {
			if err != nil {
				return err
			}
			if n++; n == pageSize {
				break
			}
		}
		if n != min(pageSize, st.Users-1) {
			return fmt.Errorf("a page of %d users", n)
		}
		return nil
	}
	offset := func(ctx context.Context) error {
		depth := rand.IntN(max(1, st.Users-pageSize))
		n, err := (&step{statement: statement{text: e.text(hand.prefix(), fmt.Sprintf(
			"SELECT id, email, first_name, last_name, status FROM {p}users WHERE account = '%s' ORDER BY id LIMIT %d OFFSET %d", account(1), pageSize, depth))}}).count(ctx, s.db, nil)
		if err == nil && n != min(pageSize, st.Users) {
			err = fmt.Errorf("a page of %d users", n)
		}
		return err
	}
	for _, work := range []struct {
		name              string
		floor, peer, ours func(context.Context) error
	}{{"usage", key, group, usage}, {"page", one, offset, page}} {
		all := []*contestant{s.reader(floorWay, work.floor), s.reader(peerWay, work.peer), s.reader(oursWay, work.ours)}
		if err := compete(ctx, all, r.rounds, r.lasts, st.slices(r.lasts), true); err != nil {
			return rows, fmt.Errorf("%s: %w", work.name, err)
		}
		row := newRow(work.name, 1, results(all))
		row.invert()
		rows = append(rows, row)
	}
	return rows, ours.check(ctx, s, ours.prefix(), st, 0)
}

// reader is one client that reads.
func (s *site) reader(name string, read func(context.Context) error) *contestant {
	return &contestant{way: way{name: name}, site: s, run: func(ctx context.Context, lasts time.Duration) (sample, error) {
		return clock(ctx, 1, lasts, func(ctx context.Context, _ int) error { return read(ctx) })
	}}
}
