package seats_test

import (
	"cmp"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// part returns what a store loads to settle the account at its present, if a change settled
// at most that many users, pools and licences.
func (s *site) part(most int) seats.Snapshot {
	part := s.rows
	part.Users, part.Pools, part.Licences, part.NextDue = nil, nil, nil, time.Time{}
	next := func(due time.Time) {
		if !due.IsZero() && (part.NextDue.IsZero() || due.Before(part.NextDue)) {
			part.NextDue = due
		}
	}
	isDue := func(due time.Time) bool { return !due.IsZero() && !due.After(s.now) }
	part.Users = firstDue(slices.SortedFunc(slices.Values(s.rows.Users), users.User.CompareDue), func(u users.User) time.Time { return u.Due }, isDue, most, next)
	part.Pools = firstDue(s.rows.Pools, func(p seats.Pool) time.Time { return p.Due }, isDue, most, next)
	part.Licences = firstDue(s.rows.Licences, func(l users.Licence) time.Time { return l.Due }, isDue, most, next)
	for _, p := range s.rows.Pools {
		if !slices.ContainsFunc(part.Pools, func(q seats.Pool) bool { return q.ID == p.ID }) {
			part.Pools = append(part.Pools, p) // all, besides the due ones: the site's, and those of licences
		}
	}
	slices.SortFunc(part.Pools, func(x, y seats.Pool) int { return cmp.Compare(x.ID, y.ID) })
	for _, u := range s.rows.Users {
		needed := u.Role == users.Owner || slices.ContainsFunc(part.Licences, func(l users.Licence) bool { return l.User == u.ID })
		if needed && !slices.ContainsFunc(part.Users, func(v users.User) bool { return v.ID == u.ID }) {
			part.Users = append(part.Users, u)
		}
	}
	slices.SortFunc(part.Users, func(x, y users.User) int { return cmp.Compare(x.ID, y.ID) })
	return part
}

func firstDue[R any](rows []R, due func(R) time.Time, isDue func(time.Time) bool, most int, next func(time.Time)) (first []R) {
	rows = slices.Clone(rows)
	slices.SortStableFunc(rows, func(x, y R) int { return due(x).Compare(due(y)) })
	for _, r := range rows {
		if len(first) < most && isDue(due(r)) {
			first = append(first, r)
		} else {
			next(due(r))
		}
	}
	return first
}

// settleParts settles the account at an instant in parts.
func (s *site) settleParts(t require.TestingT, at time.Time, most int) {
	s.now = at
	for n := 0; s.rows.Account.IsDue(at); n++ {
		if n > 1000 {
			t.Errorf("it does not end: %+v", s.rows)
			t.FailNow()
		}
		r := s.request(system)
		r.Channel = seats.ByClock
		part := s.part(most)
		need := seats.Need{Account: part.Account.ID}
		if seats.SettleNeeds(&need, part) {
			part = s.withUsers(part, need.Users)
		}
		s.write(seats.SettleParts(part, r, most))
	}
}

// withUsers returns the part with further users.
func (s *site) withUsers(part seats.Snapshot, ids []users.ID) seats.Snapshot {
	for _, u := range s.rows.Users {
		if slices.Contains(ids, u.ID) && !slices.ContainsFunc(part.Users, func(p users.User) bool { return p.ID == u.ID }) {
			part.Users = append(part.Users, u)
		}
	}
	slices.SortFunc(part.Users, func(x, y users.User) int { return cmp.Compare(x.ID, y.ID) })
	return part
}

// told returns the events as far as the way of settling must not change them.
func (s *site) told() (all []string) {
	for _, e := range s.events {
		all = append(all, fmt.Sprintf("%d %s %s %s by %v: %v>%v, %d of %s %s %d, %d/%v held %d spent", e.Sequence, e.Time.Format(time.RFC3339Nano), e.Kind, e.User, e.Actor,
			e.Before, e.After, e.Count, e.Date, e.DateAs, e.Delta, e.Held, e.Total, e.Spent))
	}
	return all
}

// clone returns a copy of the site that goes its own way.
func (s *site) clone() *site {
	c := *s
	c.events = slices.Clone(s.events)
	c.ledger = seats.Ledger{}
	for _, e := range s.events {
		require.NoError(s.t, c.ledger.Record(e))
	}
	c.rows = s.rows.Apply(seats.Change{Account: s.rows.Account}) // with its own slices
	return &c
}

// TestSettle_random settles the same account on time, and late, each at once and in parts.
func TestSettle_random(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		draw := func(name string, n int) int { return rapid.IntRange(0, n-1).Draw(rt, name) }
		policy := seats.Policy{InvitationExpiry: seats.ExpiryFreesSeat, Term: time.Duration(1+draw("term", 5)) * 24 * time.Hour}
		policy.LeaveNotice, policy.MostLeavers = draw("notice", 3), int64(draw("most", 3))
		policy.LeaveDay = users.LeaveDay(draw("as", 3))
		s := open(t, seats.Of(9), policy)
		zone := rapid.SampledFrom([]string{"UTC", "Europe/London", "America/New_York", "Pacific/Kiritimati", "Etc/GMT+12", "Asia/Beirut"}).Draw(rt, "zone")
		s.do(owner, seats.EditAccount{Zone: &zone})
		s.do(support, seats.SetTotal{Pool: "course", Total: seats.Of(99)})
		s.now = utc(t, "2026-03-25T11:59:59Z") // before changes of clocks
		day := func() users.Date { return users.DateOf(s.now).AddDays(2 + draw("day", 6)) }
		for i := range 3 + draw("users", 6) {
			id := users.ID(string('a' + rune(i)))
			leave := users.Leave{}
			if draw("leaves", 3) > 0 {
				leave = users.Leave{Date: day(), As: users.LeaveDay(draw("day as", 3))}
			}
			command := seats.Command(seats.Invite{Profile: profile(id), Leave: leave})
			switch draw("door", 4) {
			case 0:
				command = seats.Add{Profile: profile(id), Leave: leave}
			case 1:
				leave.Date = ""
				command = seats.Invite{Profile: profile(id), Start: day(), Leave: users.Leave{}}
			case 2:
				in := importedUser(id, func(u *users.User) { u.Schedule.Leave = leave })
				command = seats.Import{User: in, Licences: []users.Licence{{Pool: "course", Assigned: in.Created, Ends: s.now.Add(time.Duration(draw("end", 100)) * time.Hour)}}}
			}
			s.do(system, command)
		}
		if draw("booked", 2) > 0 {
			s.do(system, seats.BookTotal{Date: day(), Total: seats.Of(int64(draw("total", 12)))})
		}
		s.do(system, seats.SetTotal{Total: seats.Of(s.pool().Held + int64(draw("free", 3)))})
		end := s.now.Add(time.Duration(draw("hours", 400)) * time.Hour)
		most := 1000
		if draw("parts", 2) > 0 {
			most = 2*int(policy.MostLeavers) + 2
		}
		onTime, late, twice := s.clone(), s.clone(), s.clone()
		for !onTime.rows.Account.NextDue.IsZero() && !onTime.rows.Account.NextDue.After(end) {
			onTime.settleParts(rt, onTime.rows.Account.NextDue, most)
		}
		late.settleParts(rt, end, most)
		half := s.now.Add(end.Sub(s.now) / 2)
		twice.settleParts(rt, half, most)
		twice.settleParts(rt, half, most)
		twice.settleParts(rt, end, most)
		for _, other := range []*site{late, twice} {
			require.Equal(rt, onTime.told(), other.told())
			require.Equal(rt, onTime.rows.Users, other.rows.Users)
			require.Equal(rt, onTime.rows.Pools, other.rows.Pools)
			require.Equal(rt, onTime.rows.Licences, other.rows.Licences)
			require.Equal(rt, onTime.rows.Account.NextDue, other.rows.Account.NextDue)
		}
	})
}
