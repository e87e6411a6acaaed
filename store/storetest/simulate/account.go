package simulate

import (
	"fmt"
	"reflect"
	"slices"
	"time"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/internal/gen"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// An account is one account of the world: how it is and was.
type account struct {
	id       users.AccountID
	number   int
	versions []version
	events   []seats.Event
	ledger   seats.Ledger
	opening  seats.Opening
}

// A version is the whole account from a step on. Its Past are the events of calls with a key.
type version struct {
	seats.Snapshot
	step int
}

// A decided is the part of a call in a commit.
type decided struct {
	from     seats.Snapshot
	decision seats.Decision
	events   []seats.Event // as written
	revision uint64
}

func (a *account) String() string { return fmt.Sprint(a.number) }

// now returns the present version.
func (a *account) now() version { return a.versions[len(a.versions)-1] }

// record follows the events of a change.
func (a *account) record(p *play, events []seats.Event) {
	for _, e := range events {
		if total, limited := e.Total.Number(); e.Delta > 0 && e.Kind != seats.EventPolicySet && e.Kind != seats.EventImported && limited && e.Held+e.Spent > total {
			p.fail("event %d let a user into a full pool: %d of %d are held", e.Sequence, e.Held+e.Spent, total)
		}
		if err := a.ledger.Record(e); err != nil {
			p.fail("the events of account %v: %v", a, err)
		}
		a.events = append(a.events, e)
	}
}

// checkAccount holds the store against the present version, and this against its events.
func (p *play) checkAccount(a *account) {
	want := a.now().Snapshot
	var got []seats.Snapshot
	var events []seats.Event
	var err error
	need := seats.Need{Account: a.id, Pools: gen.Pools, Licences: p.everyone(), Users: p.everyone()}
	p.store.do(func(s store.Store) {
		got, err = s.Load(outside, need)
		if err == nil && want.Known() {
			events, err = s.Events(outside, a.id, seats.EventFilter{After: uint64(len(a.events) - 1)}, 100)
		}
	})
	if err != nil || len(got) != 1 {
		p.fail("a look at account %v: %d answers, %v", a, len(got), err)
		return
	}
	if !want.Known() {
		if got[0].Known() {
			p.fail("the store has account %v, which is not open", a)
		}
		return
	}
	if diff := differs(want, got[0]); diff != "" {
		p.fail("the store has account %v otherwise than it was written: %s", a, diff)
	}
	if len(events) != 1 || events[0].Sequence != want.Account.Sequence {
		p.fail("the last event of account %v is not the one that was written", a)
	}
	var tally users.Tally
	for _, u := range want.Users {
		tally.Add(u.Segment(), 1)
		if !u.Due.IsZero() && !want.Account.IsDue(u.Due) {
			p.fail("account %v is due later than %s", a, u.ID)
		}
	}
	if want.Account.Erased.IsZero() && want.Account.Tally.ActiveOwners() == 0 {
		p.fail("account %v has no active owner", a)
	}
	for _, drift := range seats.Audit(want, tally, a.ledger) {
		p.fail("account %v: %+v", a, drift)
	}
	for _, pool := range want.Pools {
		if !pool.Sound() {
			p.fail("the pool %q of account %v is above its total: %+v", pool.ID, a, pool)
		}
	}
}

// everyone are all who can be in an account.
func (p *play) everyone() []users.ID { return append([]users.ID{"olive"}, everyUser...) }

// checkEnd audits the accounts.
func (p *play) checkEnd() {
	for _, a := range p.accounts {
		if len(a.events) == 0 {
			continue
		}
		p.checkAccount(a)
		p.store.do(func(s store.Store) {
			k, err := seatkeeper.New(s, seatkeeper.Options{Now: time.Now})
			if err != nil {
				panic(err)
			}
			drifts, err := k.Audit(outside, a.id)
			if err != nil || len(drifts) > 0 {
				p.fail("the audit of account %v: %v, %v", a, drifts, err)
			}
			events, err := s.Events(outside, a.id, seats.EventFilter{}, len(a.events)+1)
			if err != nil || !slices.EqualFunc(events, a.events, sameEvent) {
				p.fail("the events of account %v are not those that were written: %v", a, err)
			}
		})
	}
}

// sameEvents compares events with those of the model.
func sameEvents(model, got []seats.Event) bool {
	return slices.EqualFunc(model, got, func(x, y seats.Event) bool {
		x.Change, y.Change = "", ""
		x.Digest, y.Digest = x.Digest[:min(32, len(x.Digest))], y.Digest[:min(32, len(y.Digest))]
		return sameEvent(x, y)
	})
}

// has reports whether the events are written, to the last value. In the middle of a shared commit the
// model has values of its own for what is random.
func (a *account) has(events []seats.Event) bool {
	return !slices.ContainsFunc(events, func(e seats.Event) bool {
		return e.Sequence > uint64(len(a.events)) || !sameEvent(a.events[e.Sequence-1], e)
	})
}

func sameEvent(x, y seats.Event) bool {
	lists := slices.Equal(x.Fields, y.Fields) && slices.Equal(x.Receivers, y.Receivers) && x.Time.Equal(y.Time)
	policies := (x.Policy == nil) == (y.Policy == nil) && (x.Policy == nil || *x.Policy == *y.Policy)
	for _, e := range []*seats.Event{&x, &y} {
		e.Fields, e.Receivers, e.Policy, e.Time = nil, nil, nil, time.Time{}
	}
	return lists && policies && reflect.DeepEqual(x, y)
}

// differs describes a difference between two snapshots of all rows, besides what is random.
func differs(want, got seats.Snapshot) string {
	x, y := want.Account, got.Account
	x.Salt, y.Salt = "", ""
	switch {
	case !reflect.DeepEqual(x, y):
		return apart("account", x, y)
	case !reflect.DeepEqual(want.Pools, got.Pools) && len(want.Pools)+len(got.Pools) > 0:
		return apart("pools", want.Pools, got.Pools)
	case !slices.Equal(want.Licences, got.Licences):
		return apart("licences", want.Licences, got.Licences)
	case !slices.EqualFunc(want.Users, got.Users, sameUser):
		return apart("users", want.Users, got.Users)
	}
	return ""
}

// apart describes values that differ, rows of a list from the first one that does.
func apart(what string, want, got any) string {
	x, y := reflect.ValueOf(want), reflect.ValueOf(got)
	if x.Kind() == reflect.Slice {
		n := 0
		for n < min(x.Len(), y.Len()) && reflect.DeepEqual(x.Index(n).Interface(), y.Index(n).Interface()) {
			n++
		}
		want, got = x.Slice(n, x.Len()).Interface(), y.Slice(n, y.Len()).Interface()
	}
	return fmt.Sprintf("%s: want %s, got %s", what, gen.Text(want), gen.Text(got))
}

func sameUser(x, y users.User) bool {
	groups := slices.Equal(x.Groups, y.Groups)
	x.Salt, y.Salt, x.Groups, y.Groups = "", "", nil, nil
	return groups && reflect.DeepEqual(x, y)
}
