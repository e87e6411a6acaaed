package site

import (
	"sync"
	"time"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// A point is what is held and bought at an instant.
type point struct {
	At    time.Time
	Date  string
	Held  int64
	Total seats.Count
	Ahead bool // of the calendar
}

// weeks are the weeks of the plot's past.
const weeks = 52

// A pastPoints keeps the points of past instants, which never change.
type pastPoints struct {
	mu  sync.Mutex
	all map[users.AccountID]map[int64]point
}

func (p *pastPoints) of(account users.AccountID, at time.Time, read func() (point, error)) (point, error) {
	p.mu.Lock()
	known, ok := p.all[account][at.Unix()]
	p.mu.Unlock()
	if ok {
		return known, nil
	}
	fresh, err := read()
	if err != nil {
		return fresh, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.all == nil {
		p.all = map[users.AccountID]map[int64]point{}
	}
	if p.all[account] == nil || len(p.all[account]) > 10*weeks {
		p.all[account] = map[int64]point{}
	}
	p.all[account][at.Unix()] = fresh
	return fresh, nil
}

// plot has the seats of a year as a table, week by week, and those of the calendar after it. The script draws the plot
// from the table.
func (v *visit) plot() error {
	ctx := v.r.Context()
	monday := v.Now().UTC().Truncate(7 * 24 * time.Hour)
	var points []point
	for week := -weeks; week <= 0; week++ {
		at := monday.AddDate(0, 0, 7*week)
		if at.Before(v.account.Opened) {
			continue
		}
		p, err := v.past.of(v.account.ID, at, func() (point, error) {
			usage, err := v.Keeper.UsageAt(ctx, v.account.ID, at)
			return point{At: at, Held: usage.Held, Total: usage.Total}, err
		})
		if err != nil {
			return err
		}
		points = append(points, p)
	}
	usage, err := v.Keeper.Usage(ctx, v.account.ID)
	if err != nil {
		return err
	}
	points = append(points, point{At: v.Now(), Held: usage.Held, Total: usage.Total})
	calendar, err := v.Keeper.Calendar(ctx, v.account.ID, v.today().AddDays(30*monthsAhead))
	if err != nil {
		return err
	}
	for _, day := range calendar.Days {
		p := point{}
		for _, e := range day.Entries {
			if e.Pool == seats.Site && e.Total.Valid() {
				p = point{At: e.At, Held: e.Held, Total: e.Total, Ahead: true}
			}
		}
		if !p.At.IsZero() {
			points = append(points, p)
		}
	}
	data := map[string]any{"Points": points}
	if v.partial() {
		return v.showPart("plot", "main", "", data)
	}
	return v.show("plot", "Seats over a year", data)
}
