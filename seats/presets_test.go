package seats_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

func TestPresets(t *testing.T) {
	seen := map[seats.Policy]string{}
	for _, preset := range seats.Presets() {
		require.NoError(t, preset.Policy.Check(), preset.Name)
		require.Empty(t, seen[preset.Policy], preset.Name)
		seen[preset.Policy] = preset.Name
		for _, card := range preset.Policy.Cards {
			require.Equal(t, card.Figure == 0, card.Title == "", "%s: %+v", preset.Name, card)
		}
	}
	require.Len(t, seen, 6)
}

// TestPresets_cards in its own words, over one story.
func TestPresets_cards(t *testing.T) {
	for name, want := range map[string]string{
		"Standard":      "[{Seats 4} {Available 0} {Invited 2} {Active 2} {Inactive 2}]",
		"AccuEdConnect": "[{Total Licenses 4} {Available Licenses 0} {Active Users 4} {Inactive Users 2}]",
		"HowNow":        "[{Total Seats 4} {Available Seats 0} {Unclaimed Invites 2} {Active Users 2} {Invited Users 4}]",
		"ISpringLearn":  "[{License limit 4} {Available 0} {Active 4} {Inactive 2}]",
		"UsersPage":     "[{Users 4} {Not approved 2} {Approved 2} {Archived 1}]",
		"BigContacts":   "[{User spots 4} {Open user spots 0} {Active users 4} {Inactive users 2}]",
	} {
		for _, preset := range seats.Presets() {
			if preset.Name != name {
				continue
			}
			s := open(t, seats.Of(4), preset.Policy)
			in := func(id users.ID) {
				s.do(system, seats.Invite{Profile: profile(id)})
				if preset.Policy.Activation == seats.Approval {
					s.do(system, seats.Approve{User: id})
				} else {
					s.do(system, seats.Accept{User: id})
				}
			}
			in("ada")
			in("left")
			s.do(support, seats.Deactivate{User: "left"})
			in("gone")
			s.do(support, seats.Deactivate{User: "gone"})
			in("away")
			s.do(support, seats.Archive{User: "away"})
			s.do(system, seats.Invite{Profile: profile("eve")}, seats.Invite{Profile: profile("bob")})
			require.Equal(t, want, fmt.Sprint(s.rows.Usage().Cards), name)
		}
	}
}

// TestHowNow_unsent: an invitation that is held back holds a seat, and is no unclaimed one until it is sent.
func TestHowNow_unsent(t *testing.T) {
	s := open(t, seats.Of(9), seats.HowNow())
	s.invite("ada")
	s.do(owner, seats.Invite{Profile: profile("bob"), Later: true}, seats.Invite{Profile: profile("cy")})
	cards := func() string { return fmt.Sprint(s.rows.Usage().Cards[1:]) }
	require.Equal(t, "[{Available Seats 5} {Unclaimed Invites 1} {Active Users 2} {Invited Users 3}]", cards())
	require.True(t, s.user("bob").Unsent)
	require.Equal(t, "[{Users 4} {Not approved 2} {Approved 2} {Archived 0}]", fmt.Sprint(func() []seats.Card {
		rows := s.rows
		rows.Account.Policy = seats.UsersPage()
		return rows.Usage().Cards
	}()), "who waits for the approval waits without a mail too")
	s.do(owner, seats.Edit{User: "bob", Set: users.Patch{Title: new("Nurse")}}, seats.Notify{User: "bob"})
	require.Equal(t, "[{Available Seats 5} {Unclaimed Invites 2} {Active Users 2} {Invited Users 4}]", cards())
	require.False(t, s.user("bob").Unsent)

	s.do(owner, seats.Invite{Profile: profile("dee"), Later: true})
	s.do(system, seats.Accept{User: "dee"})
	require.False(t, s.user("dee").Unsent)
	require.Equal(t, "[{Available Seats 4} {Unclaimed Invites 2} {Active Users 3} {Invited Users 5}]", cards())
	s.do(system, seats.Import{User: importedUser("eli", func(u *users.User) {
		u.Status, u.FirstSignIn, u.LastNotified, u.NotificationCount = users.Invited, time.Time{}, u.Created, 1
	})},
		seats.Import{User: importedUser("fay", func(u *users.User) { u.Status, u.FirstSignIn = users.Invited, time.Time{} })})
	require.Equal(t, "[{Available Seats 2} {Unclaimed Invites 3} {Active Users 3} {Invited Users 6}]", cards(), "eli was sent one elsewhere")
}

// TestApply_unsent_row: a row that is older than the mark gets it with its next event.
func TestApply_unsent_row(t *testing.T) {
	s := open(t, seats.Of(9), seats.HowNow())
	s.do(owner, seats.Invite{Profile: profile("bob"), Later: true})
	for i := range s.rows.Users {
		if u := &s.rows.Users[i]; u.ID == "bob" {
			s.rows.Account.Tally.Add(u.Segment(), -1)
			u.Unsent = false
			s.rows.Account.Tally.Add(u.Segment(), 1)
		}
	}
	require.Equal(t, "{Unclaimed Invites 1}", fmt.Sprint(s.rows.Usage().Cards[2]))
	d, err := seats.Decide(s.rows, s.request(owner, seats.Edit{User: "bob", Set: users.Patch{Title: new("Nurse")}}))
	require.NoError(t, err)
	require.Equal(t, []bool{false, true}, []bool{d.Change.Events[0].Before.Unsent, d.Change.Events[0].After.Unsent})
	require.Equal(t, "{Unclaimed Invites 0}", fmt.Sprint(s.rows.Apply(d.Change).Usage().Cards[2]))
}

// TestPolicy_StoredFilter: a user who was let in without a date of it is never "never signed in" where the
// first sign-in lets in, in a list as on the cards; elsewhere the two are two facts.
func TestPolicy_StoredFilter(t *testing.T) {
	for activation, want := range map[seats.Activation]string{seats.FirstSignIn: "[eve]", seats.Invitation: "[eve max]", seats.Approval: "[eve max]"} {
		s := open(t, seats.Of(9), seats.Policy{Activation: activation})
		s.do(owner, seats.Invite{Profile: profile("eve")})
		s.do(system, seats.Import{User: importedUser("max", func(u *users.User) { u.FirstSignIn = time.Time{} })})
		f := s.rows.Account.Policy.StoredFilter(users.Filter{NeverSignedIn: true})
		var found []users.ID
		var part users.Tally
		for _, u := range s.rows.Users {
			if f.Match(u) {
				found = append(found, u.ID)
				part.Add(u.Segment(), 1)
			}
		}
		require.Equal(t, want, fmt.Sprint(found), activation)
		if activation == seats.FirstSignIn {
			require.Zero(t, s.rows.UsageOf(part).People.Count(users.In(users.Active), 0), "none of them is on the card of the active")
			s.do(support, seats.Deactivate{User: "max"})
			require.False(t, f.Match(s.user("max")), "nor is a leaver who was let in")
		}
		require.False(t, s.rows.Account.Policy.StoredFilter(users.Filter{}).NeverActive)
	}
}

// TestDecide_members, whatever the product: each accepts for themselves, and
// that is all. A manager reads reports.
func TestDecide_members(t *testing.T) {
	for _, preset := range seats.Presets() {
		for _, role := range []users.Role{users.Member, users.Manager} {
			s := open(t, seats.Of(9), preset.Policy)
			s.do(system, seats.Invite{Profile: profile("u7")}, seats.Import{User: importedUser("max", func(u *users.User) {
				u.Role, u.FirstSignIn = role, time.Time{}
			})})
			require.Equal(t, role == users.Manager, s.rows.Account.View(s.user("max"), s.now).May.Has(seats.ReadReports))
			for _, c := range everyCommand {
				s.refused(seats.ErrForbidden, users.As("max"), c)
			}
			s.do(users.As("max"), seats.Accept{User: "max"})
			require.Equal(t, s.now, s.user("max").FirstSignIn)
		}
	}
}

// TestApprove_notified, of which either can come first.
func TestApprove_notified(t *testing.T) {
	for _, c := range []struct {
		done               seats.Command
		approved, notified bool
	}{
		{seats.EditAccount{}, false, false}, {seats.Notify{User: "ada"}, false, true}, {seats.Approve{User: "ada"}, true, false},
	} {
		s := open(t, seats.Unlimited(), seats.UsersPage())
		s.do(owner, seats.Invite{Profile: profile("ada"), Later: true}, c.done)
		u := s.user("ada")
		require.Equal(t, []bool{c.approved, c.notified}, []bool{!u.Approved.IsZero(), !u.LastNotified.IsZero()}, "%T", c.done)
	}
}

// TestPreview_policy: who would hold a seat, whether there are enough, and
// what people would see.
func TestPreview_policy(t *testing.T) {
	s := open(t, seats.Of(3), seats.Policy{Exempt: users.In(users.Manager)})
	s.invite("ada", "eve")
	s.do(support, seats.Add{Profile: profile("max"), Role: users.Manager}, seats.ChangeRole{User: "eve", Role: users.Admin}, seats.Deactivate{User: "ada"})
	s.do(owner, seats.Invite{Profile: profile("bob")})
	before := s.rows
	plan := s.plan(support, seats.SetPolicy{Policy: seats.BigContacts()})
	require.Equal(t, "1 command: 1 fits, 0 do not; then 4 seats are held, 1 more than the 3 there are", plan.String())
	require.Equal(t, before, s.rows)
	of := func(people users.Tally, role users.Role) int64 { return people.Count(0, users.In(role)) }
	require.EqualValues(t, []int64{0, 1}, []int64{of(plan.Before.Seated, users.Manager), of(plan.After.Seated, users.Manager)})
	require.EqualValues(t, []int64{0, 1}, []int64{plan.Before.Excess, plan.After.Excess})
	require.EqualValues(t, []int64{1, 0}, []int64{
		plan.Before.People.Count(users.In(users.Invited), 0), plan.After.People.Count(users.In(users.Invited), 0),
	}, "no user is shown as invited there")
	require.Equal(t, "[{User spots 3} {Open user spots 0} {Active users 4} {Inactive users 1}]", fmt.Sprint(plan.After.Cards))
	s.do(support, seats.SetPolicy{Policy: seats.BigContacts()})
	require.Equal(t, len(before.Users), len(s.rows.Users))
	require.EqualValues(t, 4, s.rows.Usage().Held, "every user stays")
	s.refused(seats.ErrNoSeats, owner, seats.Reactivate{User: "ada"})
}

// TestSnapshot_UsageOf: under HowNow's "never logged in" no user is active, and the
// invited are those who have not claimed.
func TestSnapshot_UsageOf(t *testing.T) {
	s := open(t, seats.Of(9), seats.HowNow())
	s.invite("ada")
	s.do(owner, seats.Invite{Profile: profile("eve")}, seats.Invite{Profile: profile("bob")})
	s.do(owner, seats.Invite{Profile: profile("left")})
	s.do(support, seats.Deactivate{User: "left"}) // and no card counts them
	var never users.Tally
	for _, u := range s.rows.Users {
		if (users.Filter{NeverSignedIn: true}).Match(u) {
			never.Add(u.Segment(), 1)
		}
	}
	part := s.rows.UsageOf(never)
	require.Equal(t, "[{Total Seats 9} {Available Seats 5} {Unclaimed Invites 2} {Active Users 0} {Invited Users 2}]", fmt.Sprint(part.Cards))
	require.EqualValues(t, 4, part.Held)
	require.EqualValues(t, 2, part.Seated.Count(0, 0))
	all := s.rows.Usage().Cards
	require.Equal(t, "2", fmt.Sprint(all[2].Count))
	require.Equal(t, "4 - 2", fmt.Sprint(all[4].Count, " - ", all[3].Count), "unclaimed by arithmetic")
}
