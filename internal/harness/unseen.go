package harness

import (
	"cmp"
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/internal/gen"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// A sight is what a host could know of a user who may lose a seat: written down beside the Keeper.
type sight struct {
	role   users.Role
	group  string
	came   time.Time // invited, created or back
	last   time.Time // seen, or signed in for the first time, or created
	seen   bool      // or signed in
	seated bool
}

// unseenAt reports whether the seat may come free at an instant. Those in the ward are kept out.
func (u *sight) unseenAt(rule seats.UnseenRule, at time.Time) bool {
	const day = 24 * time.Hour
	return u.seated && !rule.Exempt.Has(u.role) && u.group != "ward" &&
		at.Sub(u.last) > time.Duration(rule.Days)*day && at.Sub(u.came) >= time.Duration(cmp.Or(rule.Grace, rule.Days))*day
}

// reason is that of the step that frees the seat.
func (u *sight) reason() string {
	if u.seen {
		return "last seen " + u.last.Format(time.DateOnly)
	}
	return "never seen since " + u.last.Format(time.DateOnly)
}

// An unseenSite is an account and what a host knows of its users.
type unseenSite struct {
	*rapid.T
	ctx     context.Context
	k       *seatkeeper.Keeper
	account users.AccountID
	policy  seats.Policy
	now     time.Time
	sights  map[users.ID]*sight // of deleted users: nil
	plan    []byte              // of an earlier time; nil: none
	freed   map[users.Date]int
}

// Unseen plays sign-ins, sights and departures over many days, and lets the seats of the unseen come free:
// exactly those that the sights say.
func Unseen(t *testing.T, open func(testing.TB) store.Store) {
	stored := open(t)
	rapid.Check(t, func(t *rapid.T) {
		s := unseenSite{T: t, ctx: context.Background(), account: users.AccountID(Unique("unseen")), now: gen.Epoch, sights: map[users.ID]*sight{}, freed: map[users.Date]int{}}
		var err error
		s.k, err = seatkeeper.New(stored, seatkeeper.Options{Now: func() time.Time { return s.now }})
		require.NoError(t, err)
		s.policy = gen.Draw(t, "policy", func(d gen.Dice) seats.Policy {
			rule := seats.UnseenRule{Days: 1 + d.Below(9), Grace: d.Below(12), Exempt: gen.One(d, 0, users.In(users.Manager))}
			return seats.Policy{Unseen: rule, MostLeavers: gen.One[int64](d, 0, 0, 1, 2, 4)}
		})
		_, err = s.k.Open(s.ctx, seats.Opening{
			Account: s.account, Total: seats.Of(99), Policy: s.policy, Owner: users.Profile{ID: "owner", Email: "owner@acme.example"},
		})
		require.NoError(t, err)
		ids := []users.ID{}
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			type step struct {
				what  string
				who   int
				hours int
				role  users.Role
				group string
			}
			p := gen.Draw(t, "step", func(d gen.Dice) step {
				return step{
					gen.One(d, "invite", "invite", "add", "sign in", "seen", "seen", "leave", "return", "notify", "move", "delete", "days", "days", "free", "plan", "apply"),
					d.Below(20), gen.One(d, 1, 12, 24, 24, 100), gen.One(d, users.Member, users.Manager, users.Admin), gen.One(d, "", "ward", "office"),
				}
			})
			if len(ids) > 0 {
				s.step(p.what, ids[p.who%len(ids)], p.group)
			}
			switch p.what {
			case "invite", "add":
				id := gen.NthID(len(ids) + 10)
				ids, s.sights[id] = append(ids, id), &sight{p.role, p.group, s.now, s.now, p.what == "add", true}
				profile := users.Profile{ID: id, Username: string(id), Groups: []string{p.group}}
				if p.what == "add" {
					s.do(seats.Add{Profile: profile, Role: p.role})
				} else {
					s.do(seats.Invite{Profile: profile, Role: p.role})
				}
			case "days":
				s.now = s.now.Add(time.Duration(p.hours) * time.Hour)
			case "free":
				s.free()
			case "plan":
				plan, err := s.k.Unseen(s.ctx, s.account, users.As("owner"), seats.Unseen{ExemptGroups: []string{"ward"}})
				require.NoError(t, err)
				s.plan, err = json.Marshal(plan)
				require.NoError(t, err)
			case "apply":
				s.apply()
			}
		}
		s.free()
		drift, err := s.k.Audit(s.ctx, s.account)
		require.NoError(t, err)
		require.Empty(t, drift)
	})
}

func (s *unseenSite) do(c seats.Command) {
	s.Helper()
	_, err := s.k.Do(s.ctx, s.account, users.System(), c)
	require.NoError(s, err, "%+v", c)
}

// step plays a step of one user.
func (s *unseenSite) step(what string, id users.ID, group string) {
	u := s.sights[id]
	if u == nil {
		return
	}
	before, err := s.k.User(s.ctx, s.account, id)
	require.NoError(s, err)
	switch {
	case what == "sign in" && u.seated:
		s.do(seats.SignIn{Profile: users.Profile{ID: id}})
		if u.last, u.seen = s.now, true; before.Status == users.Invited {
			u.came = s.now
		}
	case what == "seen" && u.seated:
		require.NoError(s, s.k.Seen(s.ctx, s.account, s.now, id))
		u.last, u.seen = s.now, true
	case what == "leave" && u.seated:
		s.do(seats.Deactivate{User: id})
		u.seated = false
	case what == "return" && !u.seated:
		s.do(seats.Reactivate{User: id})
		u.seated, u.came = true, s.now
	case what == "notify" && u.seated:
		s.do(seats.Notify{User: id})
		if before.Status == users.Invited {
			u.came = s.now
		}
	case what == "move":
		s.do(seats.Edit{User: id, Set: users.Patch{Groups: &[]string{group}}})
		u.group = group
	case what == "delete":
		s.do(seats.Delete{User: id})
		s.sights[id] = nil
	}
}

// free frees the seats, with those in the ward kept out, and compares who has lost one.
func (s *unseenSite) free() {
	s.Helper()
	var lost []*sight
	for _, u := range s.sights {
		if u != nil && u.unseenAt(s.policy.Unseen, s.now) {
			lost = append(lost, u)
		}
	}
	plan, err := s.k.Unseen(s.ctx, s.account, users.As("owner"), seats.Unseen{ExemptGroups: []string{"ward"}})
	require.NoError(s, err)
	require.Len(s, plan.Steps, len(lost))
	for _, step := range plan.Steps {
		require.Equal(s, s.sights[step.Outcome.User].reason(), step.Command.(seats.Deactivate).Reason)
	}
	run, err := s.k.FreeUnseen(s.ctx, s.account, seats.Unseen{ExemptGroups: []string{"ward"}})
	require.NoError(s, err)
	today := users.DateOf(s.now)
	if most := int(s.policy.MostLeavers); most > 0 && s.freed[today]+len(lost) > most {
		require.Equal(s, seatkeeper.UnseenRun{HeldBack: len(lost)}, run)
		lost = nil
	} else {
		require.Equal(s, seatkeeper.UnseenRun{Freed: len(lost)}, run)
	}
	s.freed[today] += len(lost)
	for _, u := range lost {
		u.seated = false
	}
	s.compare()
}

// apply carries the plan of an earlier time out: no one loses a seat if one of it would not be in it now.
func (s *unseenSite) apply() {
	s.Helper()
	if s.plan == nil {
		return
	}
	var plan seats.Plan
	require.NoError(s, json.Unmarshal(s.plan, &plan))
	outdated := 0
	for _, step := range plan.Steps {
		if u := s.sights[step.Outcome.User]; u == nil || !u.unseenAt(s.policy.Unseen, plan.At) {
			outdated++
		}
	}
	_, err := s.k.Apply(s.ctx, s.account, users.As("owner"), plan)
	if s.plan = nil; outdated > 0 {
		require.ErrorIs(s, err, seats.ErrPlanOutdated)
		require.Len(s, err.(*seats.Refusal).Differences, outdated)
		s.compare()
		return
	}
	require.NoError(s, err)
	for _, step := range plan.Steps {
		s.sights[step.Outcome.User].seated = false
	}
	s.compare()
}

// compare compares who has a seat.
func (s *unseenSite) compare() {
	s.Helper()
	for id, u := range s.sights {
		if u == nil {
			continue
		}
		found, err := s.k.User(s.ctx, s.account, id)
		require.NoError(s, err)
		require.Equal(s, u.seated, found.Status == users.Invited || found.Status == users.Active, "%s", id)
	}
}
