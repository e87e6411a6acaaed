package harness

import (
	"context"
	"slices"
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
	seated bool
}

// Unseen plays sign-ins, sights and departures over many days, and lets the seats of the unseen come free:
// exactly those that the sights say.
func Unseen(t *testing.T, open func(testing.TB) store.Store) {
	s := open(t)
	rapid.Check(t, func(t *rapid.T) {
		ctx, account, now := context.Background(), users.AccountID(Unique("unseen")), gen.Epoch
		k, err := seatkeeper.New(s, seatkeeper.Options{Now: func() time.Time { return now }})
		require.NoError(t, err)
		rule := gen.Draw(t, "rule", func(d gen.Dice) seats.UnseenRule {
			return seats.UnseenRule{Days: 1 + d.Below(9), Grace: d.Below(12), Exempt: gen.One(d, 0, users.In(users.Manager))}
		})
		_, err = k.Open(ctx, seats.Opening{
			Account: account, Total: seats.Of(99), Policy: seats.Policy{Unseen: rule}, Owner: users.Profile{ID: "owner", Email: "owner@acme.example"},
		})
		require.NoError(t, err)
		sights, ids := map[users.ID]*sight{}, []users.ID{}
		do := func(c seats.Command) {
			t.Helper()
			_, err := k.Do(ctx, account, users.System(), c)
			require.NoError(t, err, "%+v", c)
		}
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
					gen.One(d, "invite", "invite", "add", "sign in", "seen", "seen", "leave", "return", "notify", "delete", "days", "days", "free"),
					d.Below(20), gen.One(d, 1, 12, 24, 24, 100), gen.One(d, users.Member, users.Manager, users.Admin), gen.One(d, "", "ward", "office"),
				}
			})
			var id users.ID
			if len(ids) > 0 {
				id = ids[p.who%len(ids)]
			}
			u := sights[id]
			switch {
			case p.what == "invite", p.what == "add":
				id = gen.NthID(len(sights) + 10)
				ids, sights[id] = append(ids, id), &sight{p.role, p.group, now, now, true}
				profile := users.Profile{ID: id, Username: string(id)}
				if p.group != "" {
					profile.Groups = []string{p.group}
				}
				if p.what == "add" {
					do(seats.Add{Profile: profile, Role: p.role})
				} else {
					do(seats.Invite{Profile: profile, Role: p.role})
				}
			case p.what == "days":
				now = now.Add(time.Duration(p.hours) * time.Hour)
			case p.what == "free":
				freeUnseen(ctx, t, k, account, rule, sights, now)
			case u == nil:
			case p.what == "sign in" && u.seated:
				before, err := k.User(ctx, account, id)
				require.NoError(t, err)
				do(seats.SignIn{Profile: users.Profile{ID: id}})
				if u.last = now; before.Status == users.Invited {
					u.came = now
				}
			case p.what == "seen" && u.seated:
				require.NoError(t, k.Seen(ctx, account, now, id))
				u.last = now
			case p.what == "leave" && u.seated:
				do(seats.Deactivate{User: id})
				u.seated = false
			case p.what == "return" && !u.seated:
				do(seats.Reactivate{User: id})
				u.seated, u.came = true, now
			case p.what == "notify" && u.seated:
				before, err := k.User(ctx, account, id)
				require.NoError(t, err)
				do(seats.Notify{User: id})
				if before.Status == users.Invited {
					u.came = now
				}
			case p.what == "delete":
				do(seats.Delete{User: id})
				delete(sights, id)
				ids = slices.DeleteFunc(ids, func(other users.ID) bool { return other == id })
				sights["gone "+id] = &sight{}
			}
		}
		freeUnseen(ctx, t, k, account, rule, sights, now)
		drift, err := k.Audit(ctx, account)
		require.NoError(t, err)
		require.Empty(t, drift)
	})
}

// freeUnseen frees the seats, with those in the ward kept out, and compares who has lost one.
func freeUnseen(ctx context.Context, t *rapid.T, k *seatkeeper.Keeper, account users.AccountID, rule seats.UnseenRule, sights map[users.ID]*sight, now time.Time) {
	t.Helper()
	grace := rule.Grace
	if grace == 0 {
		grace = rule.Days
	}
	want := 0
	for _, u := range sights {
		if u.seated && !rule.Exempt.Has(u.role) && u.group != "ward" &&
			now.Sub(u.last) > time.Duration(rule.Days)*24*time.Hour && now.Sub(u.came) >= time.Duration(grace)*24*time.Hour {
			u.seated = false
			want++
		}
	}
	plan, err := k.Unseen(ctx, account, users.As("owner"), seats.Unseen{UnseenRule: rule, Groups: []string{"ward"}})
	require.NoError(t, err)
	require.Len(t, plan.Steps, want)
	run, err := k.FreeUnseen(ctx, account, seats.Unseen{Groups: []string{"ward"}})
	require.NoError(t, err)
	require.Equal(t, seatkeeper.UnseenRun{Freed: want}, run)
	for id, u := range sights {
		if len(id) > 5 && id[:5] == "gone " {
			continue
		}
		found, err := k.User(ctx, account, id)
		require.NoError(t, err)
		require.Equal(t, u.seated, found.Status == users.Invited || found.Status == users.Active, "%s", id)
	}
}
