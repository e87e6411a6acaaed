// Package demo opens six accounts, one for each policy, with plausible people and a year of history.
package demo

import (
	"container/heap"
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"strings"
	"sync"
	"time"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/examples/lms/host"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// Fill opens the accounts that are missing. Their history is told by a clock of its own, which runs through the year.
func Fill(ctx context.Context, h *host.Host) error {
	var work sync.WaitGroup
	errs := make([]error, len(companies))
	for i, c := range companies {
		work.Go(func() { errs[i] = tell(ctx, h, c) })
	}
	work.Wait()
	return errors.Join(errs...)
}

// A story is the year of a company: what happens, in order of time.
type story struct {
	context.Context
	company
	keeper *seatkeeper.Keeper
	random *rand.Rand
	now    time.Time
	end    time.Time
	queue  steps
	taken  map[string]bool
	active []users.ID
	admins []users.ID
	err    error // the first that is no refusal
}

type step struct {
	at   time.Time
	then func()
}

// steps are a heap by time.
type steps []step

func (s steps) Len() int           { return len(s) }
func (s steps) Less(i, j int) bool { return s[i].at.Before(s[j].at) }
func (s steps) Swap(i, j int)      { s[i], s[j] = s[j], s[i] }

// Push is for the heap.
func (s *steps) Push(x any) { *s = append(*s, x.(step)) }

// Pop is for the heap.
func (s *steps) Pop() any {
	last := (*s)[len(*s)-1]
	*s = (*s)[:len(*s)-1]
	return last
}

// day is a day of the story.
const day = 24 * time.Hour

func tell(ctx context.Context, h *host.Host, c company) error {
	seed := fnv.New64()
	_, _ = seed.Write([]byte(c.id))
	end := h.Now().UTC()
	s := &story{Context: ctx, company: c, random: rand.New(rand.NewPCG(seed.Sum64(), 1)), now: end.Add(-365 * day), end: end, taken: map[string]bool{}}
	var err error
	if s.keeper, err = seatkeeper.New(h.Store, seatkeeper.Options{Now: func() time.Time { return s.now }}); err != nil {
		return err
	}
	owner := s.person()
	owner.ID = users.ID(c.id + "-owner")
	_, err = s.keeper.Open(ctx, seats.Opening{Account: users.AccountID(c.id), Name: c.name, Total: c.total, Policy: c.policy, Zone: c.zone, Owner: owner})
	if errors.Is(err, store.ErrExists) {
		return nil
	}
	if err != nil {
		return err
	}
	s.admins = []users.ID{owner.ID}
	s.plan()
	for len(s.queue) > 0 && s.err == nil {
		next := heap.Pop(&s.queue).(step)
		if next.at.After(end) {
			break
		}
		s.now = next.at
		next.then()
	}
	s.now = end
	s.leaveSoon()
	s.sights()
	return s.err
}

// in has something happen some time later.
func (s *story) in(after time.Duration, then func()) {
	heap.Push(&s.queue, step{s.now.Add(after), then})
}

// some is a random time between two.
func (s *story) some(from, to time.Duration) time.Duration {
	return from + time.Duration(s.random.Int64N(int64(to-from)+1))
}

func (s *story) chance(percent int) bool { return s.random.IntN(100) < percent }

func pick[T any](s *story, of []T) (one T) {
	if len(of) > 0 {
		one = of[s.random.IntN(len(of))]
	}
	return one
}

// do carries out a command; a refusal is a part of life.
func (s *story) do(actor users.Actor, command seats.Command) (o seats.Outcome, ok bool) {
	if s.err != nil {
		return o, false
	}
	result, err := s.keeper.Do(s.Context, users.AccountID(s.id), actor, command)
	var refusal *seats.Refusal
	if err != nil {
		if !errors.As(err, &refusal) {
			s.err = err
		}
		return seats.Outcome{Refusal: refusal}, false
	}
	return result.Outcomes[0], true
}

func (s *story) admin() users.Actor { return users.As(pick(s, s.admins)) }

// plan has the year happen: courses at the beginning, people in a first wave and then week by week.
func (s *story) plan() {
	for i, c := range s.courses {
		s.in(time.Duration(i+1)*time.Hour, func() {
			s.do(users.System(), seats.SetTotal{Pool: seats.PoolID(c.id), Total: seats.Of(c.licences)})
			s.do(users.System(), seats.EditPool{Pool: seats.PoolID(c.id), Name: &c.name})
		})
	}
	for i := range s.people {
		at := s.some(2*day, 45*day)
		if i < len(firstRoles) {
			at = time.Duration(i+1) * 5 * time.Hour
		} else if i > s.people*2/5 {
			at = s.some(45*day, 364*day)
		}
		s.in(at, func() { s.invite(i) })
	}
	for week := 6; week < 52; week++ {
		s.in(s.some(time.Duration(week)*7*day, time.Duration(week+1)*7*day), s.leave)
	}
	if s.source != "" {
		s.in(3*day, func() { s.do(s.admin(), seats.EditSource{Source: s.source, Rank: new(1), Adopts: new(true)}) })
	}
}

// person makes a profile with a name that no other has.
func (s *story) person() users.Profile {
	for {
		p := users.Profile{FirstName: pick(s, firstNames), LastName: pick(s, lastNames), Location: pick(s, s.locations), Title: pick(s, s.titles)}
		if s.taken[p.FirstName+p.LastName] {
			continue
		}
		s.taken[p.FirstName+p.LastName] = true
		p.Email = address(p.FirstName+"."+p.LastName) + "@" + s.domain
		p.ExternalID = fmt.Sprintf("E%04d", 1000+len(s.taken))
		p.Groups = []string{pick(s, s.groups)}
		if s.chance(20) {
			p.Groups = append(p.Groups, pick(s, s.groups))
		}
		return p
	}
}

var ascii = strings.NewReplacer("ą", "a", "ó", "o", "ł", "l", "Ł", "l", "í", "i", "á", "a", "ë", "e", "'", "", " ", "")

func address(name string) string { return strings.ToLower(ascii.Replace(name)) }

// invite brings a person in, who signs in some days later, if at all.
func (s *story) invite(number int) {
	role, actor, profile := users.Member, s.admin(), s.person()
	if number < len(firstRoles) {
		role = firstRoles[number]
	}
	switch {
	case s.source != "" && number >= len(firstRoles) && s.chance(80):
		actor = users.Sync(s.source)
		profile.Source = users.Source{Kind: users.SourceSync, Name: s.source}
	case s.chance(50) && number > 5:
		profile.Source = users.Source{Kind: users.SourceImport, Name: "roster.csv"}
	}
	o, ok := s.do(actor, seats.Invite{Profile: profile, Role: role})
	if !ok && o.Refusal != nil && o.Refusal.Code == seats.ErrNoSeats {
		if s.chance(35) {
			s.more()
			o, ok = s.do(actor, seats.Invite{Profile: profile, Role: role})
		}
	}
	if !ok || o.User == "" {
		return
	}
	if number >= len(firstRoles) && s.chance(8) {
		s.in(s.some(2*day, 20*day), func() { s.do(s.admin(), seats.Notify{User: o.User}) })
		return // never comes
	}
	wait := s.some(time.Hour, 6*day)
	if number < len(firstRoles) {
		wait = time.Hour
	}
	s.in(wait/2, func() { s.do(s.admin(), seats.Approve{User: o.User}) })
	s.in(wait, func() { s.arrive(o.User, role) })
}

// arrive is the first sign-in, and what follows.
func (s *story) arrive(id users.ID, role users.Role) {
	if _, ok := s.do(users.System(), seats.SignIn{Profile: users.Profile{ID: id}}); !ok {
		return
	}
	switch role {
	case users.Admin:
		s.admins = append(s.admins, id)
		return
	case users.Manager:
		return
	}
	s.active = append(s.active, id)
	for _, c := range s.courses {
		if !s.chance(60) {
			continue
		}
		s.in(s.some(day, 20*day), func() {
			due := users.DateOf(s.now.Add(s.some(14*day, 60*day)))
			if _, ok := s.do(s.admin(), seats.AssignCourse{User: id, Pool: seats.PoolID(c.id), DueDate: due}); ok && s.chance(75) {
				s.in(s.some(day, 30*day), func() { s.do(users.As(id), seats.StartCourse{User: id, Pool: seats.PoolID(c.id)}) })
			}
		})
	}
	if s.chance(15) {
		s.in(s.some(30*day, 200*day), func() {
			location := pick(s, s.locations)
			s.do(s.admin(), seats.Edit{User: id, Set: users.Patch{Location: &location}})
		})
	}
}

// leave makes some people inactive; a few come back, or go into the archive.
func (s *story) leave() {
	for range 1 + s.random.IntN(2) {
		id := pick(s, s.active)
		if id == "" {
			return
		}
		reason := pick(s, []string{"left the company", "maternity leave", "contract ended", "", "moved to another site"})
		command := seats.Command(seats.Deactivate{User: id, Reason: reason})
		if _, ok := s.do(s.admin(), command); !ok {
			if _, ok = s.do(users.Sync(s.source), command); !ok && s.err == nil {
				s.do(s.admin(), seats.Archive{User: id, Reason: reason})
			}
		}
		switch {
		case s.chance(20):
			s.in(s.some(20*day, 90*day), func() { s.do(s.admin(), seats.Reactivate{User: id}) })
		case s.chance(25):
			s.in(s.some(10*day, 60*day), func() { s.do(s.admin(), seats.Archive{User: id}) })
		}
	}
}

// more buys seats, where the account's admins may; otherwise the vendor raises the total.
func (s *story) more() {
	if _, ok := s.do(s.admin(), seats.BuySeats{Quantity: 10}); ok || s.err != nil {
		return
	}
	usage, err := s.keeper.Usage(s.Context, users.AccountID(s.id))
	if err != nil {
		s.err = err
		return
	}
	if n, ok := usage.Total.Number(); ok {
		s.do(users.Support("REQ-"+fmt.Sprint(2000+s.random.IntN(900))), seats.SetTotal{Total: seats.Of(n + 5)})
	}
}

// leaveSoon sets days of leaves to come.
func (s *story) leaveSoon() {
	for range 3 {
		date := users.DateOf(s.now.Add(s.some(10*day, 80*day)))
		s.do(s.admin(), seats.Schedule{User: pick(s, s.active), Leave: users.Leave{Date: date}})
	}
}

// sights tells when users were last seen: between their first sign-in and the day on which they became inactive.
func (s *story) sights() {
	for p, err := range s.keeper.Users(s.Context, users.AccountID(s.id), users.Filter{}) {
		if err != nil || s.err != nil {
			s.err = errors.Join(s.err, err)
			return
		}
		if p.FirstSignIn.IsZero() {
			continue
		}
		last := s.end
		if p.Status != users.Active {
			last = p.StatusSince
		}
		at := last.Add(-s.some(time.Hour, 40*day))
		if p.Role == users.Member && s.chance(20) {
			at = last.Add(-s.some(60*day, 200*day))
		}
		if at.Before(p.FirstSignIn) {
			at = p.FirstSignIn
		}
		s.err = s.keeper.Seen(s.Context, users.AccountID(s.id), at, p.ID)
	}
}
