package seats_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

func TestCount(t *testing.T) {
	for text, c := range map[string]seats.Count{
		"0": seats.Of(0), "10": seats.Of(10), "1000000000": seats.Of(seats.MaxSeats), "unlimited": seats.Unlimited(),
	} {
		require.True(t, c.Valid())
		require.Equal(t, text, c.String())
		written, err := c.MarshalText()
		require.NoError(t, err)
		var read seats.Count
		require.NoError(t, read.UnmarshalText(written))
		require.Equal(t, c, read)
	}
	for _, bad := range []seats.Count{{}, seats.Of(-1), seats.Of(seats.MaxSeats + 1)} {
		require.False(t, bad.Valid())
		_, err := bad.MarshalText()
		require.Error(t, err)
	}
	require.Equal(t, "missing", seats.Count{}.String())
	for _, bad := range []string{"", "-1", "ten", "1e3", "1000000001", "+5", "007", "-0", "99999999999999999999", "Unlimited"} {
		read := seats.Of(7)
		require.Error(t, read.UnmarshalText([]byte(bad)), bad)
		require.Equal(t, seats.Of(7), read)
	}
	n, finite := seats.Of(3).Number()
	require.True(t, finite)
	require.EqualValues(t, 3, n)
	_, finite = seats.Unlimited().Number()
	require.False(t, finite)
	require.NotEqual(t, seats.Count{}, seats.Of(0), "a missing number is another value than zero")
}

func TestPool(t *testing.T) {
	for _, c := range []struct {
		pool      seats.Pool
		available string
		excess    int64
		sound     bool
	}{
		{seats.Pool{Total: seats.Of(3), Held: 1, Spent: 1}, "1", 0, true},
		{seats.Pool{Total: seats.Of(2), Held: 1, Spent: 1}, "0", 0, true},
		{seats.Pool{Total: seats.Of(1), Held: 1, Spent: 2}, "0", 2, false},
		{seats.Pool{Total: seats.Of(1), Held: 1, Spent: 2, OverLimit: true}, "0", 2, true},
		{seats.Pool{Total: seats.Unlimited(), Held: 9}, "unlimited", 0, true},
		{seats.Pool{Held: 1}, "0", 1, false}, // a missing total is not an unlimited one
		{seats.Pool{Total: seats.Of(1), Held: -1}, "2", 0, false},
		{seats.Pool{Total: seats.Of(1), Spent: -1}, "2", 0, false},
	} {
		require.Equal(t, c.available, c.pool.Available().String())
		require.Equal(t, c.excess, c.pool.Excess())
		require.Equal(t, c.sound, c.pool.Sound(), "%+v", c.pool)
	}
}

func TestPolicy_Check(t *testing.T) {
	for _, preset := range seats.Presets() {
		require.NoError(t, preset.Policy.Check(), preset.Name)
	}
	require.NoError(t, seats.Policy{InvitationExpiry: seats.ExpiryFreesSeat, Term: seats.MaxTerm}.Check())
	cards := seats.Cards{{Title: "x", Figure: 99}}
	for _, c := range []struct {
		policy seats.Policy
		want   error
	}{
		{seats.Policy{Activation: 3}, seats.ErrUnknownSwitch},
		{seats.Policy{WhenFull: 3}, seats.ErrUnknownSwitch},
		{seats.Policy{Buying: seats.Orders{By: 2}}, seats.ErrUnknownSwitch},
		{seats.Policy{Returning: 2}, seats.ErrUnknownSwitch},
		{seats.Policy{InvitationExpiry: 3, Term: 1}, seats.ErrUnknownSwitch},
		{seats.Policy{OwnershipEnders: 2}, seats.ErrUnknownSwitch},
		{seats.Policy{IdentityChange: 2}, seats.ErrUnknownSwitch},
		{seats.Policy{SharedAddresses: 3}, seats.ErrUnknownSwitch},
		{seats.Policy{Exempt: users.In[users.Role](9)}, seats.ErrUnknownSwitch},
		{seats.Policy{Cards: cards}, seats.ErrCards},
		{seats.Policy{Cards: seats.Cards{{Title: "a\x00", Figure: seats.FigureTotal}}}, seats.ErrCards},
		{seats.Policy{Cards: seats.Cards{{Figure: seats.FigureTotal}}}, seats.ErrCards},
		{seats.Policy{InvitationExpiry: seats.ExpiryFreesSeat, Term: 1000, Withheld: users.In(users.ActionNotify)}, seats.ErrNoWayIn},
		{seats.Policy{Term: time.Hour}, seats.ErrTerm},
		{seats.Policy{InvitationExpiry: seats.ExpiryKeepsSeat}, seats.ErrTerm},
		{seats.Policy{InvitationExpiry: seats.ExpiryKeepsSeat, Term: -time.Hour}, seats.ErrTerm},
		{seats.Policy{InvitationExpiry: seats.ExpiryKeepsSeat, Term: seats.MaxTerm + time.Hour}, seats.ErrTerm},
		{seats.Policy{InvitationExpiry: seats.ExpiryKeepsSeat, Term: time.Hour + 1}, seats.ErrTerm},
		{seats.Policy{Buying: seats.Orders{Least: -1}}, seats.ErrOrderBounds},
		{seats.Policy{Buying: seats.Orders{Most: -1}}, seats.ErrOrderBounds},
		{seats.Policy{Buying: seats.Orders{Least: 10, Most: 9}}, seats.ErrOrderBounds},
		{seats.Policy{Buying: seats.Orders{Least: seats.MaxSeats + 1}}, seats.ErrOrderBounds},
		{seats.Policy{Withheld: users.In(users.ActionDeactivate, users.ActionArchive, users.ActionDelete)}, seats.ErrNoWayOut},
		{seats.Policy{DeleteOnly: true, Withheld: users.In(users.ActionDelete)}, seats.ErrNoWayOut},
		{seats.Policy{Withheld: users.In(users.ActionAccept)}, seats.ErrNoWayIn},
		{seats.Policy{Activation: seats.Approval, Withheld: users.In(users.ActionApprove)}, seats.ErrNoWayIn},
		{seats.Policy{WhenFull: seats.CreateInactive, Withheld: users.In(users.ActionReactivate)}, seats.ErrNoWayIn},
		{seats.Policy{InvitationExpiry: seats.ExpiryKeepsSeat, Term: 1000, Withheld: users.In(users.ActionNotify)}, seats.ErrNoWayIn},
		{seats.Policy{InvitationExpiry: seats.ExpiryFreesSeat, Term: 1000, Withheld: users.In(users.ActionReactivate)}, seats.ErrNoWayIn},
		{seats.Policy{Withheld: users.In(users.ActionSetTotal)}, seats.ErrWithheld},
		{seats.Policy{Withheld: users.In[users.Action](63)}, seats.ErrWithheld},
	} {
		require.Equal(t, c.want, c.policy.Check(), "%+v", c.policy)
	}
}

func TestStandard(t *testing.T) {
	require.Equal(t, seats.Policy{}, seats.Standard())
}

func TestAccount_View(t *testing.T) {
	all := users.In(seats.EnterAccount, seats.ReceiveNotifications, seats.OpenCourses, seats.BeAssigned)
	for _, c := range []struct {
		activation seats.Activation
		shown      users.Status
		invited    seats.Permissions
	}{
		{seats.FirstSignIn, users.Invited, users.In(seats.EnterAccount, seats.ReceiveNotifications, seats.BeAssigned)},
		{seats.Invitation, users.Active, all},
		{seats.Approval, users.Invited, users.In(seats.ReceiveNotifications, seats.BeAssigned)},
	} {
		p := seats.Policy{Activation: c.activation}
		a := seats.Account{Policy: p}
		invited := a.View(users.User{Status: users.Invited}, start)
		require.Equal(t, c.shown, invited.Shown)
		require.Equal(t, c.invited, invited.May)
		require.Equal(t, all, a.View(users.User{Status: users.Active}, start).May)
		for _, s := range []users.Status{users.Inactive, users.Archived, users.Deleted} {
			require.Equal(t, s, p.Shows(s))
			require.Zero(t, a.View(users.User{Status: s}, start).May)
		}
	}
	lapsing := users.User{Status: users.Invited, Expires: start}
	accued := seats.Account{Policy: seats.AccuEdConnect()}
	require.Equal(t, all, accued.View(lapsing, start.Add(-1)).May)
	require.Equal(t, users.In(seats.ReceiveNotifications, seats.BeAssigned), accued.View(lapsing, start).May)
	for role, more := range map[users.Role]seats.Permissions{
		users.Member: 0, users.Manager: users.In(seats.ReadReports),
		users.Admin: users.In(seats.ReadReports, seats.ManagePeople), users.Owner: users.In(seats.ReadReports, seats.ManagePeople),
	} {
		require.Equal(t, all|more, accued.View(users.User{Status: users.Active, Role: role}, start).May, role)
		require.Equal(t, all, accued.View(users.User{Status: users.Invited, Role: role}, start).May, "%s, invited", role)
	}
	require.Equal(t, "enter-account, open-courses", users.In(seats.EnterAccount, seats.OpenCourses).String())
	require.Equal(t, "seats.Permission(9)", seats.Permission(9).String())

	p := seats.Policy{Activation: seats.Invitation}
	require.Equal(t, users.In(users.Invited, users.Active), p.Stored(users.In(users.Active)))
	require.True(t, p.Stored(users.In(users.Invited)).Empty(), "no user is shown as invited")
	require.Equal(t, users.In(users.Invited), seats.Standard().Stored(users.In(users.Invited)))
}

func TestSnapshot_Usage(t *testing.T) {
	s := open(t, seats.Of(5), seats.Standard())
	require.Equal(t, "[{Seats 5} {Available 4} {Invited 0} {Active 1} {Inactive 0}]", fmt.Sprint(s.rows.Usage().Cards),
		"the counters agree from the first moment")
	s.invite("ada", "bob")
	s.do(owner, seats.Invite{Profile: profile("cy")}, seats.Deactivate{User: "bob"})
	require.Equal(t, "[{Seats 5} {Available 2} {Invited 1} {Active 2} {Inactive 1}]", fmt.Sprint(s.rows.Usage().Cards))
	s.do(support, seats.SetPolicy{Policy: seats.AccuEdConnect()}, seats.SetTotal{Total: seats.Of(2)})
	u := s.rows.Usage()
	require.Equal(t, "[{Total Licenses 2} {Available Licenses 0} {Active Users 3} {Inactive Users 1}]", fmt.Sprint(u.Cards))
	require.EqualValues(t, 1, u.Excess)
	require.EqualValues(t, 3, u.Held)
	require.EqualValues(t, s.rows.Account.Revision, u.Revision)
	s.do(support, seats.SetTotal{Total: seats.Unlimited()})
	require.Equal(t, "unlimited", s.rows.Usage().Available.String())
}

func TestSnapshot_Usage_unknown(t *testing.T) {
	require.False(t, seats.Snapshot{}.Known())
	require.True(t, open(t, seats.Of(1), seats.Standard()).rows.Known())
	require.Equal(t, seats.Of(0), seats.Snapshot{}.Usage().Available)
}

func TestNeeds(t *testing.T) {
	bad := users.Profile{ID: "a\x00", Email: "\x00", Username: "ok"}
	need := seats.Needs("acme", users.As("owner"),
		seats.Invite{Profile: users.Profile{ID: "ada", Email: "Ada@acme.example", ExternalID: "7"}}, seats.Add{Profile: bad}, nil,
		seats.Deactivate{User: "x", Successor: "h"}, seats.Archive{User: "x", Successor: "i"}, seats.Delete{User: "x", Successor: "j"}, seats.Delete{User: "\x00"},
		seats.Edit{User: "y", Set: users.Patch{Email: new("y@acme.example")}}, seats.SetTotal{Pool: "p"}, seats.SetPolicy{},
	)
	require.Equal(t, seats.Need{
		Account:  "acme",
		Users:    []users.ID{"ada", "h", "i", "j", "owner", "x", "y"},
		Licences: []users.ID{"x"},
		Keys: []users.Key{
			users.ByExternalID("7"), users.ByEmail("ada@acme.example"), users.ByUsername("ok"), users.ByEmail("y@acme.example"),
		},
		Pools:  []seats.PoolID{"p"},
		Queues: true,
	}, need)
	require.Equal(t, []users.ID{"u"}, seats.NeedsPerson("acme", users.ByID("u")).Users)
	require.Equal(t, []users.Key{users.ByEmail("u@x")}, seats.NeedsPerson("acme", users.ByEmail("U@x")).Keys)
}

func TestIdentify(t *testing.T) {
	n := 0
	next := func() users.ID { n++; return users.ID(fmt.Sprint("made", n)) }
	roster := users.Roster{People: []users.Entry{{Profile: users.Profile{Email: "a@b.example"}, Role: users.Manager}}}
	commands := seats.Identify(append(seats.InviteAll(roster),
		seats.Add{}, seats.Invite{Profile: profile("own")}, seats.SignIn{}, seats.Join{}, seats.Accept{User: "x"}, nil), next)
	require.Equal(t, []seats.Command{
		seats.Invite{Profile: users.Profile{ID: "made1", Email: "a@b.example"}, Role: users.Manager},
		seats.Add{Profile: users.Profile{ID: "made2"}}, seats.Invite{Profile: profile("own")},
		seats.SignIn{Profile: users.Profile{ID: "made3"}}, seats.Join{Profile: users.Profile{ID: "made4"}}, seats.Accept{User: "x"}, nil,
	}, commands)
}

func TestRefusal_Unwrap(t *testing.T) {
	spent := &seats.Refusal{Code: seats.ErrNoSeats, Total: seats.Of(5), Held: 3, Spent: 2}
	require.EqualError(t, spent, "seats: no free seat: 3 of 5 are held and 2 spent")
	require.EqualError(t, &seats.Refusal{Code: seats.ErrBadInput, Field: "email", Reason: users.ErrEmpty}, "seats: not valid: email is empty")
	require.EqualError(t, &seats.Refusal{Code: seats.ErrLastOwner}, "seats: this is the last active owner: another user has to become one first")
	require.Equal(t, "no-seats", seats.ErrNoSeats.Error())
	wrapped := fmt.Errorf("host: %w", spent)
	require.ErrorIs(t, wrapped, seats.ErrNoSeats)
	require.NotErrorIs(t, wrapped, seats.ErrForbidden)
}
