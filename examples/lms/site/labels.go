package site

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// labels are the locations and groups of each account, for the suggestions of the filters. They are collected in the
// background, since a database has no index of them.
type labels struct {
	mu  sync.Mutex
	all map[users.AccountID]*labelLists
}

// labelLists are sorted. Sequence is that of the account's last event when they were collected.
type labelLists struct {
	Locations, Groups []string
	sequence          uint64
	at                time.Time
	busy              bool
}

// of returns the last known lists, and collects them anew if the account has changed and a minute is over.
func (l *labels) of(s *Site, account seats.Account) labelLists {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.all == nil {
		l.all = map[users.AccountID]*labelLists{}
	}
	known := l.all[account.ID]
	if known == nil {
		known = &labelLists{}
		l.all[account.ID] = known
	}
	if !known.busy && known.sequence != account.Sequence && time.Since(known.at) > time.Minute {
		known.busy = true
		go l.collect(s, account)
	}
	return *known
}

func (l *labels) collect(s *Site, account seats.Account) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	locations, groups := map[string]bool{}, map[string]bool{}
	for p, err := range s.Keeper.Users(ctx, account.ID, users.Filter{}) {
		if err != nil || len(locations)+len(groups) > 500 {
			break
		}
		if p.Location != "" {
			locations[p.Location] = true
		}
		for _, g := range p.Groups {
			groups[g] = true
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all[account.ID] = &labelLists{sorted(locations), sorted(groups), account.Sequence, time.Now(), false}
}

func sorted(set map[string]bool) (list []string) {
	for text := range set {
		list = append(list, text)
	}
	slices.Sort(list)
	return list
}
