package seatkeeper

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/seatkeeper/seatkeeper/internal/combine"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// accounts are those with calls under way, and those called last.
type accounts struct {
	mutex      sync.Mutex
	young, old map[users.AccountID]*account // two generations
	most       int                          // kept without a call under way; 0: none
}

// An account is where the calls of an account meet. Its leader alone uses the fields without a
// lock.
type account struct {
	queue combine.Queue[*call]
	calls int // under way, by the mutex of all accounts

	mutex  sync.Mutex // of changes to memory, of seen and of latest
	memory *memory    // of the leader; nil: nothing is remembered
	seen   *memory    // of reads that may be of a moment past
	latest uint64     // the last revision that was read or written: no read goes back behind it

	batch          *batch        // under way
	took           time.Duration // the last commit
	rival          time.Time     // when another process was last seen to change the account
	giveWay        time.Time     // until then the next batch waits
	wins, patience int           // commits since it gave way, and until it does so next
	revision       uint64        // as this Keeper knows it
}

func newAccounts(most int) *accounts {
	return &accounts{young: map[users.AccountID]*account{}, most: most}
}

// enter returns an account until leave.
func (a *accounts) enter(id users.AccountID) *account {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	at := a.young[id]
	if at == nil {
		if at = a.old[id]; at == nil {
			at = new(account)
		}
		a.young[id] = at
		a.age()
	}
	at.calls++
	return at
}

// age lets the old generation go, once the young one is half of those kept. Accounts with calls
// under way stay.
func (a *accounts) age() {
	if a.most == 0 || len(a.young) < max(1, a.most/2) {
		return
	}
	old := a.old
	a.young, a.old = make(map[users.AccountID]*account), a.young
	for id, at := range old {
		if at.calls > 0 && a.old[id] == nil {
			a.young[id] = at
		}
	}
}

func (a *accounts) leave(id users.AccountID, at *account) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	if at.calls--; at.calls == 0 && a.most == 0 {
		delete(a.young, id)
	}
}

// keeps reports whether snapshots are remembered.
func (a *accounts) keeps() bool { return a.most > 0 }

// A Keeper that has just written knows the new revision, and a rival in another process learns
// it a round trip later: it would lose again and again. So the winner gives way. A Keeper that
// wins all the time notices no rival, and gives way now and then: the more rarely, the longer it
// has seen none.
const (
	rivalry    = 20 // commits that a rival is remembered for
	givingWay  = 2  // commits that the winner waits for
	patience   = 20 // commits on what is remembered, before the first look for a rival
	mostGiving = 100 * time.Millisecond
)

// saw notes a rival.
func (at *account) saw() { at.rival, at.patience = time.Now(), patience }

// won notes a commit. If a rival was seen in the last moments, the next batch waits, and loads.
func (at *account) won(revision uint64) {
	at.revision = revision
	now := time.Now()
	at.wins++
	rivals := now.Sub(at.rival) < rivalry*min(at.took, mostGiving)
	if !rivals && at.wins < max(patience, at.patience) {
		return
	}
	if !rivals {
		at.patience = 2 * max(patience, at.patience)
	}
	at.wins = 0
	at.remember(nil)
	at.giveWay = now.Add(min(givingWay*at.took, mostGiving))
}

// yield waits while the account gives way.
func (at *account) yield(ctx context.Context) {
	wait := time.Until(at.giveWay)
	if wait <= 0 {
		return
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// pause returns how long a leader may wait for company, after a commit of that duration.
func pause(took time.Duration) time.Duration {
	const least, most = 20 * time.Microsecond, 200 * time.Microsecond
	if pause := min(took/4, most); pause >= least {
		return pause
	}
	return 0
}

// remember replaces what is remembered.
func (at *account) remember(m *memory) {
	at.mutex.Lock()
	defer at.mutex.Unlock()
	at.memory = m
}

// recall answers a need from a snapshot of at most that age, if one has all of it.
// The age is that at the time now, when the call began.
func (at *account) recall(n seats.Need, now, began time.Time, most time.Duration) (s seats.Snapshot, age time.Duration, ok bool) {
	at.mutex.Lock()
	defer at.mutex.Unlock()
	for _, m := range []*memory{at.memory, at.seen} {
		if m == nil || m.account.IsDue(now) || m.account.Revision < at.latest || began.Sub(m.current) > most {
			continue
		}
		s, unknown, whole := m.snapshot(n, nil)
		if whole && len(unknown) == 0 {
			s.Users, s.Pools = slices.Clone(s.Users), slices.Clone(s.Pools)
			for i, u := range s.Users {
				s.Users[i] = u.Clone()
			}
			return s, max(0, began.Sub(m.current)), true
		}
	}
	return seats.Snapshot{}, 0, false
}

// note remembers the snapshot of a read.
func (at *account) note(n seats.Need, s seats.Snapshot, began time.Time) {
	at.mutex.Lock()
	defer at.mutex.Unlock()
	if s.Account.Revision < at.latest {
		return
	}
	at.latest = s.Account.Revision
	if at.seen == nil || at.seen.account.Revision != s.Account.Revision {
		at.seen = new(memory)
	}
	at.seen.learn(n, s)
	at.seen.current = began
	at.seen = at.seen.bounded(at.seen, nil)
}
