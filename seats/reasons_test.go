package seats_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// TestRefusal_Reason has a refused command for every reason that is not of bad input.
func TestRefusal_Reason(t *testing.T) {
	policy := seats.BigContacts() // invited users are shown as active, and ownership is ended by support alone
	policy.Buying.By = seats.VendorOnly
	s := open(t, seats.Of(9), policy)
	s.invite("mem", "gone", "off", "old")
	s.do(owner, seats.Invite{Profile: profile("new"), Role: users.Admin}, seats.Invite{Profile: profile("adm"), Role: users.Admin})
	s.do(system, seats.Accept{User: "adm"}, seats.Deactivate{User: "off"}, seats.Delete{User: "gone"}, seats.Archive{User: "old"})
	s.do(hr, seats.Invite{Profile: profile("synced")})
	invite := func(id users.ID, p users.Profile) seats.Command {
		p.ID = id
		return seats.Invite{Profile: p}
	}
	two := profile("off")
	two.ExternalID = "7"
	s.do(owner, seats.Edit{User: "mem", Set: users.Patch{ExternalID: new("7")}})

	for _, c := range []struct {
		actor   users.Actor
		command seats.Command
		code    seats.Code
		field   string
		reason  error
	}{
		{users.As("stranger"), seats.BuySeats{Quantity: 1}, seats.ErrForbidden, "", seats.ErrNotAUser},
		{users.As("gone"), seats.Close{}, seats.ErrForbidden, "", seats.ErrNotAUser},
		{users.As("off"), seats.Close{}, seats.ErrForbidden, "", seats.ErrInactive},
		{users.As("old"), seats.Close{}, seats.ErrForbidden, "", seats.ErrArchived},
		{users.As("new"), invite("x", profile("x")), seats.ErrForbidden, "", seats.ErrNotSignedIn},
		{users.As("mem"), invite("x", profile("x")), seats.ErrForbidden, "", seats.ErrNeedsAdmin},
		{users.As("adm"), seats.Close{}, seats.ErrForbidden, "", seats.ErrNeedsOwner},
		{users.As("adm"), seats.Accept{User: "mem"}, seats.ErrForbidden, "", seats.ErrNeedsSelf},
		{owner, seats.BuySeats{Quantity: 1}, seats.ErrForbidden, "", seats.ErrNeedsVendor},
		{owner, seats.EndOwnership{User: "owner"}, seats.ErrForbidden, "", seats.ErrNeedsSupport},
		{system, seats.EndOwnership{User: "owner"}, seats.ErrForbidden, "", seats.ErrNeedsSupport},
		{hr, seats.Notify{User: "synced"}, seats.ErrForbidden, "", seats.ErrNeedsAdmin},
		{hr, seats.Deactivate{User: "mem"}, seats.ErrForbidden, "", seats.ErrOtherSource},
		{hr, invite("x", users.Profile{Email: "x@acme.example", Source: payroll}), seats.ErrForbidden, "", seats.ErrOtherSource},

		{users.As("adm"), seats.Edit{User: "owner"}, seats.ErrOwnerProtected, "", seats.ErrNeedsOwner},
		{owner, seats.Deactivate{User: "owner"}, seats.ErrOwnerProtected, "", seats.ErrSoleOwner},

		{owner, seats.GrantOwnership{User: "new"}, seats.ErrWrongStatus, "", seats.ErrNotSignedIn},
		{owner, seats.GrantOwnership{User: "off"}, seats.ErrWrongStatus, "", seats.ErrInactive},
		{support, seats.Erase{User: "new"}, seats.ErrWrongStatus, "", seats.ErrActive},
		{owner, seats.Reactivate{User: "old"}, seats.ErrWrongStatus, "", seats.ErrArchived},
		{owner, seats.Edit{User: "gone"}, seats.ErrWrongStatus, "", seats.ErrDeleted},

		{owner, invite("mem", users.Profile{Username: "m", ExternalID: "8"}), seats.ErrDuplicate, "id", seats.ErrOtherExternalID},
		{owner, invite("x", users.Profile{Email: "off@acme.example"}), seats.ErrDuplicate, "email", seats.ErrTakenByInactive},
		{owner, invite("x", users.Profile{Email: "old@acme.example"}), seats.ErrDuplicate, "email", seats.ErrTakenByArchived},
		{owner, invite("gone", profile("x")), seats.ErrDuplicate, "id", seats.ErrTakenByDeleted},
		{owner, invite("x", two), seats.ErrDuplicate, "profile", seats.ErrTakenBySeveral},
		{owner, seats.Edit{User: "adm", Set: users.Patch{ExternalID: new("7")}}, seats.ErrDuplicate, "external-id", seats.ErrTaken},
	} {
		refusal := s.refused(c.code, c.actor, c.command)
		require.Equal(t, c.reason, refusal.Reason, "%v: %#v", c.actor, c.command)
		require.Equal(t, c.field, refusal.Field, "%#v", c.command)
	}

	for _, c := range []struct {
		command seats.Command
		want    string
	}{
		{invite("x", users.Profile{FirstName: "Ada"}), "profile has no email, username or external ID: give one of them"},
		{invite("x", users.Profile{Email: "x@acme.example", Title: strings.Repeat("x", 256)}), "title is too long: at most 255 characters"},
		{invite("x", users.Profile{Username: strings.Repeat("x", 256)}), "username is too long: at most 255 bytes"},
		{invite("x", users.Profile{Email: strings.Repeat("x", 250) + "@x.example"}), "email is too long: at most 254 bytes"},
		{seats.Close{Reason: strings.Repeat("x", 501)}, "reason is too long: at most 500 characters"},
		{seats.ChangeRole{User: "mem", Role: users.Owner}, "role is the role of an owner: give another role and grant the ownership later"},
		{seats.ChangeRole{User: "mem", Role: 99}, "role is not a known role"},
	} {
		require.EqualError(t, s.refused(seats.ErrBadInput, owner, c.command), "seats: not valid: "+c.want)
	}
	long := seats.Edit{User: "mem", Set: users.Patch{Groups: new([]string{strings.Repeat("x", 256)})}}
	require.EqualError(t, s.refused(seats.ErrBadInput, owner, long), "seats: not valid: groups is too long: at most 100 groups of 255 characters")
	require.EqualError(t, s.refused(seats.ErrBadInput, users.Support(""), seats.Close{}), "seats: not valid: actor needs the reference of the support request")
	require.Equal(t, seats.PoolID("p"), s.refused(seats.ErrBadInput, support, seats.BuySeats{Pool: "p", Quantity: 1}).Pool)
	require.Empty(t, s.refused(seats.ErrBadInput, support, seats.BuySeats{Pool: "\x00", Quantity: 1}).Pool)
	_, err := seats.Plan{Account: "acme"}.Decide(s.rows, s.request(owner, seats.Close{}))
	require.EqualError(t, err, "seats: not valid: commands are not those of the plan")
	many := s.refused(seats.ErrBadInput, owner, make([]seats.Command, seats.MaxCommands+1)...)
	require.EqualError(t, many, "seats: not valid: commands are too many: at most 1000 in one call")
}
