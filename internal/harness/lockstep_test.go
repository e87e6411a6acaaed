package harness

import (
	"context"
	"flag"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/seatkeeper/seatkeeper/internal/long"
	"github.com/seatkeeper/seatkeeper/memstore"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

func TestLockstepOfAStoreWithItsLike(t *testing.T) {
	Lockstep(t, func(testing.TB) store.Store { return memstore.New() })
}

// A lossy store loses one thing, which no sequence of commands need ever miss.
type lossy struct {
	store.Store
	user    func(*users.User)
	event   func(*seats.Event)
	account func(*seats.Account)
	pool    func(*seats.Pool)
	licence func(*users.Licence)
	held    func(*users.LicenceFilter)
	need    func(*seats.Need)
	people  func(*users.Filter, *int)
	tally   func(*users.Filter)
	events  func(*seats.EventFilter, *int)
	by      time.Duration
}

func (l lossy) Commit(ctx context.Context, changes ...seats.Change) ([]store.CommitResult, error) {
	changes = slices.Clone(changes)
	for i := range changes {
		c := &changes[i]
		c.Created, c.Updated, c.Pools, c.Events = slices.Clone(c.Created), slices.Clone(c.Updated), slices.Clone(c.Pools), slices.Clone(c.Events)
		c.Licences = slices.Clone(c.Licences)
		if l.account != nil {
			l.account(&c.Account)
		}
		lose(c.Created, l.user)
		lose(c.Updated, l.user)
		lose(c.Pools, l.pool)
		lose(c.Licences, l.licence)
		lose(c.Events, l.event)
	}
	return l.Store.Commit(ctx, changes...)
}

func lose[R any](rows []R, from func(*R)) {
	for i := range rows {
		if from != nil {
			from(&rows[i])
		}
	}
}

func (l lossy) Load(ctx context.Context, needs ...seats.Need) ([]seats.Snapshot, error) {
	needs = slices.Clone(needs)
	lose(needs, l.need)
	return l.Store.Load(ctx, needs...)
}

func (l lossy) Users(ctx context.Context, account users.AccountID, f users.Filter, limit int) ([]users.User, error) {
	if l.people != nil {
		l.people(&f, &limit)
	}
	return l.Store.Users(ctx, account, f, limit)
}

func (l lossy) Tally(ctx context.Context, account users.AccountID, f users.Filter) (users.Tally, uint64, error) {
	if l.tally != nil {
		l.tally(&f)
	}
	return l.Store.Tally(ctx, account, f)
}

func (l lossy) Events(ctx context.Context, account users.AccountID, f seats.EventFilter, limit int) ([]seats.Event, error) {
	if l.events != nil {
		l.events(&f, &limit)
	}
	return l.Store.Events(ctx, account, f, limit)
}

func (l lossy) Licences(ctx context.Context, account users.AccountID, f users.LicenceFilter, limit int) ([]users.Licence, error) {
	if l.held != nil {
		l.held(&f)
	}
	return l.Store.Licences(ctx, account, f, limit)
}

func (l lossy) Due(ctx context.Context, by time.Time, after users.AccountID, limit int) ([]users.AccountID, error) {
	return l.Store.Due(ctx, by.Add(l.by), after, limit)
}

// A recorder is a test whose failure is what is looked for.
type recorder struct {
	testing.TB
	log    strings.Builder
	failed bool
}

func (r *recorder) Helper()                           {}
func (r *recorder) Failed() bool                      { return r.failed }
func (r *recorder) FailNow()                          { runtime.Goexit() }
func (r *recorder) Logf(format string, args ...any)   { fmt.Fprintf(&r.log, format+"\n", args...) }
func (r *recorder) Errorf(format string, args ...any) { r.failed = true; r.Logf(format, args...) }

// check returns what rapid says of the property that it has refuted, or nothing.
func check(t *testing.T, seed int, property func(*rapid.T)) string {
	require.NoError(t, flag.Set("rapid.seed", fmt.Sprint(seed)))
	r := &recorder{TB: t}
	var done sync.WaitGroup
	done.Go(func() { rapid.Check(r, property) })
	done.Wait()
	return r.log.String()
}

// set gives a flag another value for the time of the test.
func set(t *testing.T, name, value string) {
	before := flag.Lookup(name).Value.String()
	require.NoError(t, flag.Set(name, value))
	t.Cleanup(func() { require.NoError(t, flag.Set(name, before)) })
}

// TestLockstepFindsWhatAStoreLoses within a few sequences, and says what it is.
func TestLockstepFindsWhatAStoreLoses(t *testing.T) {
	set(t, "rapid.seed", "0")
	set(t, "rapid.nofailfile", "true")
	set(t, "rapid.shrinktime", "200ms")
	for i, lost := range []struct {
		what string
		by   lossy
	}{
		{".Department", lossy{user: func(u *users.User) { u.Department = "" }}},
		{".Email", lossy{user: func(u *users.User) { u.Email = users.Fold(u.Email) }}},
		{".Name", lossy{user: func(u *users.User) { u.Source.Name = "" }}},
		{".Groups", lossy{user: func(u *users.User) { u.Groups = u.Groups[:min(1, len(u.Groups))] }}},
		{".Baseline", lossy{user: func(u *users.User) {
			if u.Baseline != nil {
				u.Baseline.Username = ""
			}
		}}},
		{".Baseline", lossy{user: func(u *users.User) {
			if u.Baseline != nil {
				u.Baseline.Edited = u.Baseline.Edited.Truncate(24 * time.Hour)
			}
		}}},
		{".SharesEmail", lossy{user: func(u *users.User) { u.SharesEmail = false }}},
		{".ArchivedAs", lossy{user: func(u *users.User) { u.ArchivedAs = users.NoStatus }}},
		{".LeftBy", lossy{user: func(u *users.User) { u.LeftBy = users.NotLeft }}},
		{".Created", lossy{user: func(u *users.User) { u.Created = u.StatusSince }}},
		{".StatusSince", lossy{user: func(u *users.User) { u.StatusSince = u.StatusSince.Truncate(time.Millisecond) }}},
		{".Due", lossy{user: func(u *users.User) { u.Due = time.Time{} }}},
		{".Kept", lossy{user: func(u *users.User) { u.Kept = nil }}},
		{".Salt", lossy{user: func(u *users.User) { u.Salt = "" }}},
		{".Digest", lossy{event: func(e *seats.Event) { e.Digest = e.Digest[:min(32, len(e.Digest))] }}},
		{".Reason", lossy{event: func(e *seats.Event) { e.Reason = "" }}},
		{".Successor", lossy{event: func(e *seats.Event) { e.Successor = "" }}},
		{".Receivers", lossy{event: func(e *seats.Event) { e.Receivers = e.Receivers[:min(1, len(e.Receivers))] }}},
		{".Fields", lossy{event: func(e *seats.Event) { e.Fields = e.Fields[:min(1, len(e.Fields))] }}},
		{".Key", lossy{event: func(e *seats.Event) { e.Key = "" }}},
		{".Index", lossy{event: func(e *seats.Event) { e.Index = 0 }}},
		{".Change", lossy{event: func(e *seats.Event) { e.Change = e.Change[:len(e.Change)-1] }}},
		{".Correlation", lossy{event: func(e *seats.Event) { e.Correlation = "" }}},
		{".Salt", lossy{account: func(a *seats.Account) { a.Salt = "" }}},
		{".Zone", lossy{account: func(a *seats.Account) { a.Zone = "UTC" }}},
		{".Name", lossy{account: func(a *seats.Account) { a.Name = strings.ToLower(a.Name) }}},
		{".Payer", lossy{account: func(a *seats.Account) { a.Payer = "" }}},
		{".Offer", lossy{account: func(a *seats.Account) { a.Offer = seats.OwnershipOffer{} }}},
		{".Sources", lossy{account: func(a *seats.Account) { a.Sources = seats.Sources{} }}},
		{".Closed", lossy{account: func(a *seats.Account) { a.Closed = time.Time{} }}},
		{".Erased", lossy{account: func(a *seats.Account) { a.Erased = time.Time{} }}},
		{".Opened", lossy{account: func(a *seats.Account) { a.Opened = a.Changed }}},
		{".NextDue", lossy{account: func(a *seats.Account) { a.NextDue = a.NextDue.Truncate(24 * time.Hour) }}},
		{".Cards", lossy{account: func(a *seats.Account) { a.Policy.Cards = seats.Cards{} }}},
		{".Total", lossy{pool: func(p *seats.Pool) { p.Total = seats.Unlimited() }}},
		{".Schedule", lossy{user: func(u *users.User) { u.Schedule.Notice = time.Time{} }}},
		{".Schedule", lossy{user: func(u *users.User) { u.Schedule.By = users.Actor{} }}},
		{".Start", lossy{user: func(u *users.User) { u.Start = users.Start{} }}},
		{".Lapses", lossy{user: func(u *users.User) { u.Lapses = false }}},
		{".Date", lossy{event: func(e *seats.Event) { e.Date = "" }}},
		{".DateAs", lossy{event: func(e *seats.Event) { e.DateAs = users.ByPolicy }}},
		{".Booked", lossy{pool: func(p *seats.Pool) { p.Booked.By = users.Actor{} }}},
		{".Version", lossy{pool: func(p *seats.Pool) { p.Version = seats.VersionedTotal{} }}},
		{".DueDate", lossy{licence: func(l *users.Licence) { l.DueDate = "" }}},
		{"the licences", lossy{held: func(f *users.LicenceFilter) { f.State = 0 }}},
		{".Licences", lossy{need: func(n *seats.Need) { n.Licences = nil }}},
		{"Dated", lossy{people: func(f *users.Filter, _ *int) { f.Dated = false }}},
		{".Past", lossy{need: func(n *seats.Need) { n.IndexTo-- }}},
		{".Pools", lossy{need: func(n *seats.Need) { n.Pools = nil }}},
		{".Users", lossy{need: func(n *seats.Need) { n.Keys = n.Keys[:min(1, len(n.Keys))] }}},
		{".Users", lossy{need: func(n *seats.Need) { n.Admins = false }}},
		{"list by name", lossy{people: func(f *users.Filter, _ *int) { f.Order = users.OrderID }}},
		{"at most", lossy{people: func(_ *users.Filter, limit *int) { *limit = max(*limit, 2) }}},
		{"Backward", lossy{people: func(f *users.Filter, _ *int) { f.Backward = false }}},
		{"After", lossy{people: func(f *users.Filter, _ *int) { f.After.Name = "" }}},
		{"Text", lossy{people: func(f *users.Filter, _ *int) { f.Text = "" }}},
		{"LeftBy", lossy{people: func(f *users.Filter, _ *int) { f.LeftBy = 0 }}},
		{"NeverSignedIn", lossy{people: func(f *users.Filter, _ *int) { f.NeverSignedIn = false }}},
		{"the tally", lossy{tally: func(f *users.Filter) { f.Role = 0 }}},
		{"at most", lossy{events: func(_ *seats.EventFilter, limit *int) { *limit = max(*limit, 2) }}},
		{"do not follow", lossy{events: func(f *seats.EventFilter, _ *int) { f.Kinds = f.Kinds[:min(1, len(f.Kinds))] }}},
		{"is due", lossy{by: -1}},
	} {
		if !long.On() && i%8 != 0 {
			continue
		}
		property := together(func() store.Store { lost.by.Store = memstore.New(); return lost.by })
		found := false
		for seed := 1; seed < 40 && !found; seed++ {
			// What is lost may first be noticed by something else that comes of it.
			said := check(t, seed, property)
			found = strings.Contains(said[strings.LastIndex(said, "[rapid]")+1:], lost.what)
		}
		require.True(t, found, "%d: %s", i, lost.what)
	}
}
