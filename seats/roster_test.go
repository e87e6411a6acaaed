package seats_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// TestInvite_gone has the rows of people who have left according to the file.
func TestInvite_gone(t *testing.T) {
	s := openIn(t, "UTC", seats.Standard())
	s.do(owner, seats.Invite{Profile: profile("cleo")}, seats.Deactivate{User: "bob"})
	left := func(id users.ID, leave users.Leave) users.Entry {
		return users.Entry{Profile: profile(id), Status: users.Archived, Leave: leave}
	}
	commands := seats.InviteAll(users.Roster{People: []users.Entry{
		left("ada", users.Until("2026-02-28")), left("bob", users.Leave{}), left("cleo", users.Until("2026-09-30")), left("new", users.Leave{}),
		{Profile: profile("next"), Status: users.Active},
	}})
	request := s.request(owner, commands...)
	decision := seats.DecideEach(s.rows, request)
	s.write(decision.Change)
	var got []string
	for _, o := range decision.Outcomes {
		got = append(got, string(o.User)+" "+o.After.Status.String())
	}
	require.Equal(t, []string{"ada inactive", "bob inactive", "cleo inactive", " ", "next invited"}, got)
	var days []users.Leave
	for _, e := range s.events {
		if e.Kind == seats.EventDeactivated {
			days = append(days, users.Leave{Date: e.Date, As: e.DateAs})
		}
	}
	require.Equal(t, []users.Leave{{}, users.Until("2026-02-28"), {}}, days, "of bob by hand, of ada, and of cleo before the day to come")
	s.refused(seats.ErrBadInput, owner, seats.Invite{Profile: profile("ada"), Gone: true, Leave: users.From("never")})
	s.refused(seats.ErrOwnerProtected, owner, seats.Invite{Profile: profile("owner"), Gone: true})
	require.NotEqual(t, seats.Digest(owner, seats.ByCall, []seats.Command{seats.Invite{Gone: true}}), seats.Digest(owner, seats.ByCall, []seats.Command{seats.Invite{}}))
}

// TestImportAll takes over a file as another system wrote it, twice.
func TestImportAll(t *testing.T) {
	roster, err := users.ReadRoster(strings.NewReader(`Email,External ID,Role,Status,Last day
ada@x.example,7,Admin,active,2026-09-30
ben@x.example,8,,invited,
cleo@x.example,9,,suspended,2026-01-31
dan@x.example,10,,deleted,
eve@x.example,11,,archived,2026-09-30
fay@x.example,12,,,2026-01-31
`), users.RosterOptions{})
	require.NoError(t, err)
	s := openIn(t, "UTC", seats.Standard())
	held := s.pool().Held
	var commands []seats.Command
	for c, err := range seats.ImportAll(roster, s.now, func(e users.Entry) users.ID { return users.ID("hr-" + e.Profile.ExternalID) }) {
		require.NoError(t, err)
		commands = append(commands, c)
	}
	s.do(system, commands...)
	for _, c := range commands {
		s.same(system, c)
	}
	require.Equal(t, held+2, s.pool().Held)
	var got []string
	for _, c := range commands {
		u := s.user(c.(seats.Import).User.ID)
		got = append(got, strings.TrimSpace(u.Email+" "+u.Role.String()+" "+u.Status.String()+" "+string(u.Schedule.Date)))
	}
	require.Equal(t, []string{"ada@x.example admin active 2026-09-30", "ben@x.example member invited", "cleo@x.example member inactive",
		"dan@x.example member inactive", "eve@x.example member inactive", "fay@x.example member inactive"}, got)
	s.do(support, seats.SetTotal{Total: seats.Of(9)}, seats.Reactivate{User: "hr-10"})
	require.Equal(t, users.Invited, s.user("hr-10").Status)
	for range seats.ImportAll(roster, s.now, func(users.Entry) users.ID { return "x" }) {
		break
	}
}

// TestInviteAll_export takes the export of one account into another, where the leavers get no seat.
func TestInviteAll_export(t *testing.T) {
	s := openIn(t, "UTC", seats.Standard())
	s.do(owner, seats.Deactivate{User: "ada"}, seats.Invite{Profile: profile("new"), Leave: users.Until("2026-09-30")}, seats.Archive{User: "bob"})
	var file strings.Builder
	require.NoError(t, users.WriteRoster(&file, func(yield func(users.User, error) bool) {
		for _, u := range s.rows.Users {
			if u.Role != users.Owner && !yield(u, nil) {
				return
			}
		}
	}, users.RosterOptions{}))
	roster, err := users.ReadRoster(strings.NewReader(file.String()), users.RosterOptions{})
	require.NoError(t, err)
	require.Len(t, roster.People, len(s.rows.Users)-1)

	other := openIn(t, "UTC", seats.Standard())
	before := len(other.rows.Users)
	other.do(support, seats.SetTotal{Total: seats.Of(50)})
	for i := range roster.People {
		roster.People[i].Profile.ID = users.ID("copy-" + roster.People[i].Profile.Email)
		roster.People[i].Profile.Email = "copy-" + roster.People[i].Profile.Email
	}
	other.do(owner, seats.InviteAll(roster)...)
	require.Len(t, other.rows.Users, before+len(roster.People)-2)
	u := other.user("copy-" + users.ID(profile("new").Email))
	require.Equal(t, [2]any{users.Invited, users.Until("2026-09-30")}, [2]any{u.Status, u.Schedule.Leave})
}

// TestInviteEach: the people of a scan become the commands of the whole list, and faults stay in their places.
func TestInviteEach(t *testing.T) {
	file := "Email,Status\nada@acme.example,active\nbob@acme.example,left\nno address,active\ncy@acme.example,\n"
	scan := users.ScanRoster(strings.NewReader(file), users.RosterOptions{})
	var commands []seats.Command
	faults := 0
	for c, err := range seats.InviteEach(scan.People()) {
		if err != nil {
			require.ErrorIs(t, err, users.ErrAddress)
			faults++
			continue
		}
		commands = append(commands, c)
	}
	require.Equal(t, 1, faults)
	roster, err := users.ReadRoster(strings.NewReader(file), users.RosterOptions{SkipFaulty: true})
	require.NoError(t, err)
	require.Equal(t, seats.InviteAll(roster), commands)
	for range seats.InviteEach(users.ScanRoster(strings.NewReader(file), users.RosterOptions{}).People()) {
		break
	}
}

// TestInviteAll_owner reads the default file of one account into another: its owner comes as an admin.
func TestInviteAll_owner(t *testing.T) {
	s := open(t, seats.Of(9), seats.Standard())
	s.invite("ada")
	var file strings.Builder
	require.NoError(t, users.WriteRoster(&file, seats.AsShown(func(yield func(seats.Person, error) bool) {
		_ = yield(s.rows.Account.View(s.user("owner"), s.now), nil) && yield(s.rows.Account.View(s.user("ada"), s.now), nil)
	}), users.RosterOptions{}))
	roster, err := users.ReadRoster(strings.NewReader(file.String()), users.RosterOptions{})
	require.NoError(t, err)
	require.Equal(t, users.Owner, roster.People[0].Role)

	commands := seats.Identify(seats.InviteAll(roster), func() users.ID { return "new" })
	for _, o := range s.do(owner, commands...) {
		require.True(t, o.Unchanged, "both are here")
	}
	require.Equal(t, users.Owner, s.user("owner").Role)
	require.Equal(t, users.Admin, commands[0].(seats.Invite).Role)
	for u, err := range seats.ImportAll(roster, s.now, func(e users.Entry) users.ID { return users.ID(e.Profile.Email) }) {
		require.NoError(t, err)
		require.NotEqual(t, users.Owner, u.User.Role)
	}
}
