package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// sell sells all seats of one account to the clients of several processes at once, and looks
// afterwards whether each was sold exactly once.
func (r *runner) sell(ctx context.Context, e engine) error {
	s, err := e.open(ctx, r.tidb, 8)
	if err != nil {
		return err
	}
	defer s.close()
	st := stage{Accounts: 1, Clients: r.clients, Processes: r.processes, Pool: r.pool, Total: r.seats + 1} // the owner has one
	ours := ways(e)[oursWay]
	if err := ours.prepare(ctx, s, ours.prefix(), st); err != nil {
		return err
	}
	t, err := newTeam(s, st, order{Engine: e.name, Ways: []string{oursWay}, Sells: true})
	if err != nil {
		return err
	}
	defer t.end()
	began := time.Now()
	reports, err := t.take(turn{})
	if err != nil {
		return err
	}
	elapsed := time.Since(began)
	var sold, parts []string
	for _, report := range reports {
		sold = append(sold, report.Sold...)
		parts = append(parts, fmt.Sprint(len(report.Sold)))
	}
	if err := r.soldOnce(ctx, s, ours, sold); err != nil {
		return err
	}
	fmt.Fprintf(r.out, "%s: %d seats were sold to %d clients in %d processes (%s) in %s, each exactly once: %.0f a second\n",
		e.name, len(sold), st.Clients, st.Processes, strings.Join(parts, ", "), elapsed.Round(time.Millisecond), float64(len(sold))/elapsed.Seconds())
	return nil
}

// soldOnce compares the users, the events and the counters with what the clients were told.
func (r *runner) soldOnce(ctx context.Context, s *site, ours way, sold []string) error {
	k, _, err := keeperOn(s.engine, s.db, ours.prefix())
	if err != nil {
		return err
	}
	if err := differ(int64(len(sold)), int64(r.seats)); err != nil {
		return fmt.Errorf("sold: %w", err)
	}
	if err := audited(ctx, k, 1, int64(r.seats)+1); err != nil {
		return err
	}
	sold = append(sold, string(owner))
	slices.Sort(sold)
	i := 0
	for u, err := range k.Users(ctx, users.AccountID(account(1)), users.Filter{}) {
		if err != nil {
			return err
		}
		if i == len(sold) || sold[i] != string(u.ID) {
			return fmt.Errorf("user %s has a seat that was not sold to them, or a seat was sold twice", u.ID)
		}
		i++
	}
	var held int64
	for e, err := range k.Events(ctx, users.AccountID(account(1)), seats.EventFilter{}) {
		if err != nil {
			return err
		}
		if held++; e.Held != held || e.Delta != 1 {
			return fmt.Errorf("event %d sells seat %d, and not seat %d", e.Sequence, e.Held, held)
		}
	}
	return errors.Join(differ(int64(i), int64(r.seats)+1), differ(held, int64(r.seats)+1))
}

// sellOut is what the clients of one process do: each buys until there is no seat.
func sellOut(ctx context.Context, st stage, g *guests, do invite) ([]string, error) {
	var mu sync.Mutex
	var sold []string
	var failed error
	var running sync.WaitGroup
	for range st.Clients {
		running.Go(func() {
			for {
				p := nth(g.last.Add(1))
				err := do(ctx, account(1), p)
				if errors.Is(err, seats.ErrNoSeats) {
					return
				}
				mu.Lock()
				if err == nil {
					sold = append(sold, p.id)
				}
				failed = errors.Join(failed, err)
				mu.Unlock()
				if err != nil {
					return
				}
			}
		})
	}
	running.Wait()
	return sold, failed
}
