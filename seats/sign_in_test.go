package seats_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// door is a sign-in of a person with the address of profile, and what else the directory has of them. A
// new user would have another ID.
func door(id users.ID, more users.Profile) seats.SignIn {
	more.ID, more.Email = "new-"+id, profile(id).Email
	return seats.SignIn{Profile: more}
}

func TestSignIn_invited(t *testing.T) {
	s := open(t, seats.Of(2), seats.Standard())
	s.do(owner, seats.Invite{Profile: users.Profile{ID: "ada", FirstName: "Ada", Email: "ada@acme.example"}, Role: users.Manager})
	c := door("ada", users.Profile{FirstName: "Augusta", LastName: "King", ExternalID: "4711", Groups: []string{"b", "a"}})
	c.Role = users.Admin
	o := s.do(system, c)[0]
	require.Equal(t, seats.Outcome{Action: users.ActionSignIn, User: "ada",
		Before: users.Segment{Status: users.Invited, Role: users.Manager}, After: users.Segment{Status: users.Active, Role: users.Manager}}, o)
	ada := s.user("ada")
	require.Equal(t, users.Profile{ID: "ada", FirstName: "Ada", LastName: "King", Email: "ada@acme.example", ExternalID: "4711", Groups: []string{"a", "b"}}, ada.Profile)
	require.Equal(t, s.lastEvent().Time, ada.FirstSignIn)
	accepted, edited := s.events[len(s.events)-2], s.lastEvent()
	require.Equal(t, []seats.EventKind{seats.EventAccepted, seats.EventEdited}, []seats.EventKind{accepted.Kind, edited.Kind})
	require.Equal(t, []string{"last-name", "external-id", "groups"}, edited.Fields)

	revision := s.rows.Account.Revision
	s.same(system, seats.SignIn{Profile: users.Profile{ID: "made", ExternalID: "4711"}})
	s.same(system, c)
	require.Equal(t, revision, s.rows.Account.Revision, "who is in goes on without a trace")
}

func TestSignIn_active(t *testing.T) {
	s := open(t, seats.Of(3), policyWith(func(p *seats.Policy) { p.Activation = seats.Approval }))
	s.invite("ada")
	refusal := s.refused(seats.ErrNotApproved, system, door("ada", users.Profile{}))
	require.Equal(t, users.ActionSignIn, refusal.Action)
	require.Empty(t, refusal.Remedies, "the person at the door can approve no user")
	s.do(owner, seats.Approve{User: "ada"})
	s.do(system, door("ada", users.Profile{}))
	require.Equal(t, seats.EventAccepted, s.lastEvent().Kind)
	require.False(t, s.user("ada").FirstSignIn.IsZero())

	s.do(system, door("ada", users.Profile{Username: "ada"}))
	require.Equal(t, seats.EventEdited, s.lastEvent().Kind, "what the directory knows more is kept once")
	s.same(system, door("ada", users.Profile{Username: "ada", Title: " "}))
	require.Equal(t, users.ID("ada"), s.same(system, seats.SignIn{Profile: users.Profile{ID: "made", Username: "ADA"}}).User)
}

func TestSignIn_ID(t *testing.T) {
	s := open(t, seats.Of(4), policyWith(func(p *seats.Policy) { p.AddsAtSignIn = true }))
	s.invite("ada")
	s.do(system, seats.SignIn{Profile: users.Profile{ID: "ada", Title: "Countess"}})
	require.Equal(t, "Countess", s.user("ada").Title)
	require.Equal(t, "profile", s.refused(seats.ErrBadInput, system, seats.SignIn{Profile: users.Profile{ID: "bob"}}).Field, "an ID alone makes no user")
	s.do(support, seats.Delete{User: "ada"})
	require.Equal(t, seats.ErrDeleted, s.refused(seats.ErrWrongStatus, system, seats.SignIn{Profile: users.Profile{ID: "ada"}}).Reason)
}

// TestSignIn_ID_and_keys: the ID says who it is, and the other keys are about that user.
func TestSignIn_ID_and_keys(t *testing.T) {
	s := open(t, seats.Of(4), policyWith(func(p *seats.Policy) { p.AddsAtSignIn = true }))
	s.do(owner, seats.Invite{Profile: users.Profile{ID: "ada", Email: "ada@acme.example"}}, seats.Invite{Profile: users.Profile{ID: "bob", Email: "bob@acme.example", Username: "bob"}})
	for _, p := range []users.Profile{{Email: "bob@acme.example"}, {Username: "bob"}, {Email: "ada@acme.example", Username: "bob"}} {
		p.ID = "ada"
		require.ElementsMatch(t, []users.ID{"ada", "bob"}, s.refused(seats.ErrDuplicate, system, seats.SignIn{Profile: p}).Others)
	}
	s.do(system, seats.SignIn{Profile: users.Profile{ID: "ada", Username: "ada"}})
	s.do(system, seats.SignIn{Profile: users.Profile{ID: "ada", Email: "ada.new@acme.example", ExternalID: "7"}, Role: users.Admin})
	require.Equal(t, users.Profile{ID: "ada", Email: "ada@acme.example", Username: "ada", ExternalID: "7"}, s.user("ada").Profile, "what is empty is filled, and another address stays")
	require.Equal(t, users.ID("ada"), s.same(system, seats.SignIn{Profile: users.Profile{ID: "ada", ExternalID: "8"}}).User)
	require.Equal(t, "email", s.refused(seats.ErrBadInput, system, seats.SignIn{Profile: users.Profile{ID: "ada", Email: "nowhere"}}).Field)
	require.Equal(t, "profile", s.refused(seats.ErrDuplicate, system, seats.Invite{Profile: users.Profile{ID: "ada", Username: "bob"}}).Field)
	require.Equal(t, "id", s.refused(seats.ErrDuplicate, system, seats.Add{Profile: users.Profile{ID: "ada", Email: "ada.new@acme.example"}}).Field, "no key at the door")
	s.do(support, seats.Delete{User: "ada"})
	require.Equal(t, seats.ErrDeleted, s.refused(seats.ErrWrongStatus, system, seats.SignIn{Profile: users.Profile{ID: "ada", Username: "ada"}}).Reason)
}

// TestSignIn_optional: no field that a directory may fill as it likes locks the door.
func TestSignIn_optional(t *testing.T) {
	long := strings.Repeat("x", users.MaxText+1)
	odd := users.Profile{FirstName: "a\x00", Title: long, Department: "\xff", Groups: []string{long, "b", "a\nb"}}
	for range users.MaxGroups {
		odd.Groups = append(odd.Groups, fmt.Sprint("g", len(odd.Groups)))
	}
	s := open(t, seats.Of(4), policyWith(func(p *seats.Policy) { p.AddsAtSignIn = true }))
	s.class(2, seats.SetCode{})
	s.do(system, door("ada", odd))
	join := joining("bob")
	id, email := join.Profile.ID, join.Profile.Email
	join.Profile = odd
	join.Profile.ID, join.Profile.Email = id, email
	s.do(system, join)
	for _, id := range []users.ID{"new-ada", id} {
		u := s.user(id)
		require.Equal(t, []string{"", long[1:], ""}, []string{u.FirstName, u.Title, u.Department})
		require.Len(t, u.Groups, users.MaxGroups)
		require.Equal(t, "b", u.Groups[0])
	}
	for _, p := range []users.Profile{{Username: long + long}, {ExternalID: "a\x00"}} {
		p.ID = "ada"
		s.refused(seats.ErrBadInput, system, seats.SignIn{Profile: p})
	}
	u := s.user("new-ada")
	u.Title, u.LastName = long, ""
	i := slices.IndexFunc(s.rows.Users, func(u users.User) bool { return u.ID == "new-ada" })
	s.rows.Users[i] = u
	s.refused(seats.ErrBadInput, system, seats.SignIn{Profile: users.Profile{ID: "new-ada", LastName: "King"}})
}

func TestSignIn_unknown(t *testing.T) {
	s := open(t, seats.Of(2), seats.Standard())
	refusal := s.refused(seats.ErrUnknownUser, system, door("ada", users.Profile{}))
	require.EqualError(t, refusal, "seats: there is no such user: the person has no invitation yet")
	require.Empty(t, refusal.User, "the ID of a user who was not made")
	require.ErrorIs(t, refusal, seats.ErrNotInvited)

	s = open(t, seats.Of(2), policyWith(func(p *seats.Policy) { p.AddsAtSignIn = true }))
	c := door("ada", users.Profile{})
	c.Role = users.Manager
	require.Equal(t, seats.Outcome{Action: users.ActionSignIn, User: "new-ada", After: users.Segment{Status: users.Active, Role: users.Manager}, SeatsDelta: 1}, s.do(system, c)[0])
	require.Equal(t, seats.EventAdded, s.lastEvent().Kind)
	require.False(t, s.user("new-ada").FirstSignIn.IsZero())
	require.Empty(t, s.refused(seats.ErrNoSeats, system, door("bob", users.Profile{})).Remedies)
	c.Role = users.Owner
	require.Equal(t, "role", s.refused(seats.ErrBadInput, system, c).Field)
}

func TestSignIn_refused(t *testing.T) {
	s := open(t, seats.Of(3), policyWith(func(p *seats.Policy) {
		p.AddsAtSignIn, p.InvitationExpiry, p.Term = true, seats.ExpiryKeepsSeat, time.Hour
	}))
	s.do(owner, seats.Invite{Profile: profile("ada")}, seats.Invite{Profile: profile("bob")})
	for _, actor := range []users.Actor{owner, support, hr} {
		s.refused(seats.ErrForbidden, actor, door("ada", users.Profile{}))
	}
	s.now = s.now.Add(time.Hour)
	require.Empty(t, s.refused(seats.ErrInvitationExpired, system, door("ada", users.Profile{})).Remedies)
	s.do(owner, seats.Deactivate{User: "ada"}, seats.Archive{User: "bob"})
	inactive := s.refused(seats.ErrWrongStatus, system, door("ada", users.Profile{}))
	require.Equal(t, seats.ErrInactive, inactive.Reason)
	require.Equal(t, "not possible: the user is inactive", seats.English().Text(inactive), "and no word of seats to buy")
	require.Equal(t, seats.ErrArchived, s.refused(seats.ErrWrongStatus, system, door("bob", users.Profile{})).Reason)
	s.refused(seats.ErrDuplicate, system, seats.SignIn{Profile: users.Profile{ID: "bob", Email: "ada@acme.example"}})
	s.do(support, seats.Close{})
	s.refused(seats.ErrClosed, system, door("ada", users.Profile{}))
}

// TestSignIn_lapsed tells a person whose invitation has run out from one who was put out.
func TestSignIn_lapsed(t *testing.T) {
	s := open(t, seats.Of(9), policyWith(func(p *seats.Policy) { p.InvitationExpiry, p.Term = seats.ExpiryFreesSeat, 48*time.Hour }))
	s.do(owner, seats.Invite{Profile: profile("ada")}, seats.Invite{Profile: profile("bob")}, seats.Invite{Profile: profile("cy")})
	s.do(owner, seats.Deactivate{User: "bob"})
	s.do(owner, seats.Schedule{User: "cy", Leave: users.From(users.DateOf(s.now.AddDate(0, 0, 1)))})
	s.now = s.now.AddDate(0, 0, 3)
	s.settle()
	for _, c := range []seats.Command{door("ada", users.Profile{}), seats.Accept{User: "ada"}} {
		refusal := s.refused(seats.ErrWrongStatus, system, c)
		require.Equal(t, seats.ErrInvitationLapsed, refusal.Reason)
		require.Equal(t, "not possible: the user is inactive since the invitation ran out", seats.English().Refusal(refusal))
	}
	still := seats.If{Command: seats.Accept{User: "ada"}, Status: users.In(users.Invited)}
	require.Equal(t, seats.ErrInvitationLapsed, s.refused(seats.ErrChangedMeanwhile, system, still).Reason)
	for _, id := range []users.ID{"bob", "cy"} {
		require.Equal(t, users.Inactive, s.user(id).Status)
		require.Equal(t, seats.ErrInactive, s.refused(seats.ErrWrongStatus, system, door(id, users.Profile{})).Reason)
	}
	s.do(owner, seats.Reactivate{User: "ada"})
	s.do(system, door("ada", users.Profile{}))
	s.do(owner, seats.Deactivate{User: "ada"})
	require.Equal(t, seats.ErrInactive, s.refused(seats.ErrWrongStatus, system, door("ada", users.Profile{})).Reason)
}

// TestSignIn_another_key: one key is the user's own, and another one was changed in the directory.
func TestSignIn_another_key(t *testing.T) {
	s := open(t, seats.Of(9), seats.Standard())
	s.do(owner, seats.Invite{Profile: users.Profile{ID: "ada", Email: "ada@acme.example", Username: "ada", ExternalID: "7"}})
	for want, p := range map[string]users.Profile{
		"this email belongs to a user with another username":    {ID: "made", Email: "ada@acme.example", Username: "king"},
		"this email belongs to a user with another external ID": {ID: "made", Email: "ada@acme.example", ExternalID: "8"},
		"this username belongs to a user with another email":    {ID: "made", Email: "king@acme.example", Username: "Ada"},
	} {
		for _, c := range []seats.Command{seats.SignIn{Profile: p}, seats.Invite{Profile: p}} {
			refusal := s.refused(seats.ErrDuplicate, system, c)
			require.Equal(t, want, seats.English().Text(refusal))
			require.Equal(t, []users.ID{"ada"}, refusal.Others)
		}
	}
	s.do(owner, seats.Invite{Profile: users.Profile{ID: "bob", Email: "bob@acme.example"}})
	require.Equal(t, seats.ErrTaken, s.refused(seats.ErrDuplicate, owner, seats.Edit{User: "ada", Set: users.Patch{Email: new("bob@acme.example")}}).Reason)
}

func TestSignIn_shared_address(t *testing.T) {
	s := open(t, seats.Of(3), policyWith(func(p *seats.Policy) { p.SharedAddresses = seats.SharingAllowed }))
	s.do(owner, seats.Invite{Profile: users.Profile{ID: "ada", Email: "crew@acme.example"}}, seats.Invite{Profile: users.Profile{ID: "bob", Username: "bob"}})
	s.do(system, seats.SignIn{Profile: users.Profile{ID: "made", Username: "bob", Email: "crew@acme.example"}})
	require.True(t, s.user("bob").SharesEmail)
	s.refused(seats.ErrAmbiguous, system, seats.SignIn{Profile: users.Profile{ID: "made", Email: "crew@acme.example"}})
}

func TestSignIn_plan(t *testing.T) {
	s := open(t, seats.Of(2), seats.Standard())
	s.invite("ada")
	p, err := seats.Preview(s.rows, s.request(system, door("ada", users.Profile{ExternalID: "7"})))
	require.NoError(t, err)
	require.Empty(t, p.Steps[0].Here, "they come in")
	s.do(system, door("ada", users.Profile{}))
	p, err = seats.Preview(s.rows, s.request(system, door("ada", users.Profile{})))
	require.NoError(t, err)
	require.Equal(t, "ada@acme.example", p.Steps[0].Here)
}

// policyWith is Standard with other switches.
func policyWith(set func(*seats.Policy)) seats.Policy {
	p := seats.Standard()
	set(&p)
	return p
}
