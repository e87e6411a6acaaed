package seats_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/seatkeeper/seatkeeper/internal/long"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

func TestDecide_remedies_now(t *testing.T) {
	s := open(t, seats.Of(2), seats.Standard())
	s.invite("ada")
	s.do(owner, seats.Deactivate{User: "ada"})
	s.invite("bob")
	require.Equal(t, "deactivate 1 user, archive 1 user, delete 1 user or buy 1 seat; then reactivate the user",
		s.refused(seats.ErrDuplicate, owner, seats.Invite{Profile: users.Profile{ID: "x", Email: "ada@acme.example"}}).Remedies.String())
	s.do(owner, seats.ChangeRole{User: "bob", Role: users.Admin})
	require.Equal(t, "buy 1 seat", s.refused(seats.ErrNoSeats, users.As("bob"), seats.Reactivate{User: "ada"}).Remedies.String(),
		"an admin alone can't deactivate themselves and then go on")
	require.Equal(t, "ask the vendor for 1 more seat", seats.Remedies{{Steps: []seats.Step{{Action: users.ActionBuySeats, Count: 1, Vendor: true}}}}.String())
	require.Empty(t, seats.Remedies{}.String())
}

func TestDecide_remedies_before_the_call(t *testing.T) {
	s := open(t, seats.Of(2), seats.Standard())
	two := []seats.Command{seats.Invite{Profile: profile("ada")}, seats.Invite{Profile: profile("bob")}}
	require.Equal(t, "buy 1 seat", s.refused(seats.ErrNoSeats, owner, two...).Remedies.String(), "ada is not there to be deactivated")
	each := seats.DecideEach(s.rows, s.request(owner, two...)).Outcomes[1].Refusal
	require.Equal(t, "deactivate 1 user, archive 1 user, delete 1 user or buy 1 seat", each.Remedies.String(), "the user is here")

	s.invite("ada")
	back := seats.Invite{Profile: users.Profile{ID: "x", Email: "ada@acme.example"}}
	refusal := s.refused(seats.ErrDuplicate, owner, seats.Deactivate{User: "ada"}, back)
	require.Empty(t, refusal.Remedies, "she is active before the call")
	s.do(owner, seats.Deactivate{User: "ada"})
	refusal = s.refused(seats.ErrDuplicate, owner, seats.BuySeats{Quantity: 1}, back)
	require.Equal(t, "reactivate the user", refusal.Remedies.String())
}

func TestDecide_remedies_leavers(t *testing.T) {
	s := open(t, seats.Of(3), seats.Policy{Exempt: users.In(users.Manager), Buying: seats.Orders{By: seats.VendorOnly}})
	s.do(system, seats.Add{Profile: profile("man"), Role: users.Manager}, seats.Add{Profile: profile("ada")}, seats.Add{Profile: profile("bob")})
	newcomer := seats.Invite{Profile: profile("cy")}
	require.Equal(t, "deactivate 1 user, archive 1 user, delete 1 user or ask the vendor for 1 more seat", s.refused(seats.ErrNoSeats, owner, newcomer).Remedies.String())
	require.Equal(t, "ask the vendor for 1 more seat", s.refused(seats.ErrNoSeats, hr, newcomer).Remedies.String(),
		"a sync cannot tell how many of them are its own")
	s.do(support, seats.SetTotal{Total: seats.Of(1)})
	require.Equal(t, "ask the vendor for 3 more seats", s.refused(seats.ErrNoSeats, owner, newcomer).Remedies.String(),
		"two hold a seat who could go, and three would have to; a manager holds none")

	t.Run("the one who asks is not in yet", func(t *testing.T) {
		s := open(t, seats.Of(3), seats.Standard())
		s.invite("bob")
		s.do(owner, seats.Invite{Profile: profile("ada"), Role: users.Admin})
		refusal := s.refused(seats.ErrNoSeats, users.As("ada"), seats.Accept{User: "ada"}, newcomer)
		require.Equal(t, "ask the vendor for 1 more seat", refusal.Remedies.String())
	})
}

func TestDecide_remedies_created_inactive(t *testing.T) {
	s := open(t, seats.Of(2), seats.Policy{WhenFull: seats.CreateInactive})
	s.invite("ada", "bob")
	refusal := s.refused(seats.ErrNoSeats, owner, seats.Invite{Profile: profile("cy")}, seats.Reactivate{User: "bob"})
	require.Equal(t, "buy 2 seats", refusal.Remedies.String(), "one for cy, one for bob; and there is only ada to put out")
	s.do(owner, seats.BuySeats{Quantity: 2}, seats.Invite{Profile: profile("cy")}, seats.Reactivate{User: "bob"})
}

// TestDecide_remedies_unsent: users whose invitation is held back can leave as others can.
func TestDecide_remedies_unsent(t *testing.T) {
	s := open(t, seats.Of(2), seats.Standard())
	s.do(owner, seats.Invite{Profile: profile("ada"), Later: true})
	refusal := s.refused(seats.ErrNoSeats, owner, seats.Invite{Profile: profile("bob")})
	require.Equal(t, "deactivate 1 user, archive 1 user, delete 1 user or buy 1 seat", refusal.Remedies.String())
	s.do(owner, seats.Deactivate{User: "ada"}, seats.Invite{Profile: profile("bob")})
}

func TestDecide_remedies(t *testing.T) {
	comeBack := func(id users.ID) seats.Command {
		return seats.Invite{Profile: users.Profile{ID: "new-" + id, Email: string(id) + "@acme.example"}}
	}
	full := func(t *testing.T, policy seats.Policy) *site { // 4 of 4
		s := open(t, seats.Of(4), policy)
		s.invite("gus")
		s.do(support, seats.Deactivate{User: "gus"})
		s.invite("ada", "bob", "cy")
		return s
	}
	three := []seats.Command{seats.Invite{Profile: profile("x")}, seats.Invite{Profile: profile("y")}, seats.Invite{Profile: profile("z")}}
	var eleven []seats.Command
	for i := range 11 {
		eleven = append(eleven, seats.Invite{Profile: profile(users.ID(fmt.Sprint("n", i)))})
	}
	overflow := seats.Policy{WhenFull: seats.CreateInactive}
	for name, c := range map[string]struct {
		policy seats.Policy
		actor  users.Actor
		call   []seats.Command
		want   string
	}{
		"whole_call":           {seats.Standard(), owner, three, "deactivate 3 users, archive 3 users, delete 3 users or buy 3 seats"},
		"more_than_can_leave":  {seats.Standard(), owner, append(three, seats.Invite{Profile: profile("v")}), "buy 4 seats"},
		"after_the_refused":    {seats.Standard(), owner, []seats.Command{three[0], seats.Deactivate{User: "ada"}, three[1], three[2]}, "deactivate 2 users, archive 2 users, delete 2 users or buy 2 seats"},
		"vendor_sells":         {seats.AccuEdConnect(), owner, three, "deactivate 3 users, delete 3 users or ask the vendor for 3 more seats"},
		"least_order":          {seats.HowNow(), owner, three, "deactivate 3 users, delete 3 users or buy 10 seats"},
		"several_orders":       {seats.Policy{Buying: seats.Orders{Most: 2}, Withheld: users.In(users.ActionArchive, users.ActionDelete)}, owner, three, "deactivate 3 users; or buy 2 seats, then buy 1 seat"},
		"put_out_meanwhile":    {seats.Standard(), system, []seats.Command{three[0], seats.Deactivate{User: "x"}, seats.Accept{User: "x"}}, ""},
		"way_back_at_full":     {seats.AccuEdConnect(), owner, []seats.Command{comeBack("gus")}, "deactivate 1 user, delete 1 user or ask the vendor for 1 more seat; then reactivate the user"},
		"way_back_and_another": {seats.BigContacts(), owner, []seats.Command{comeBack("gus"), three[0]}, "deactivate 2 users or buy 2 seats; then reactivate the user"},
		"overflow_first":       {overflow, system, []seats.Command{three[0], seats.Reactivate{User: "gus"}}, "deactivate 2 users, archive 2 users, delete 2 users or buy 2 seats"},
		"overflow_last":        {overflow, system, []seats.Command{seats.Reactivate{User: "gus"}, three[0]}, "deactivate 1 user, archive 1 user, delete 1 user or buy 1 seat"},
		"overflow_not_enough":  {overflow, system, []seats.Command{three[0], seats.Accept{User: "x"}, three[1]}, "deactivate 1 user, archive 1 user, delete 1 user or buy 1 seat"},
		"overflow_counted_on": {overflow, support, []seats.Command{three[0], seats.Erase{User: "x"}, comeBack("gus")},
			"deactivate 1 user, archive 1 user, delete 1 user or buy 1 seat; then reactivate the user"},
		"too_many_orders": {seats.Policy{Buying: seats.Orders{Most: 1}}, owner, eleven, "ask the vendor for 11 more seats"},
		"total_set":       {seats.Standard(), system, []seats.Command{seats.SetTotal{Total: seats.Of(3)}, three[0]}, "deactivate 2 users, archive 2 users or delete 2 users"},
		"back_too_late": {seats.Standard(), support, []seats.Command{three[0], three[1], seats.SetTotal{Total: seats.Of(1)}, seats.Reactivate{User: "gus"}, seats.Reactivate{User: "gus"}},
			"deactivate 3 users, archive 3 users, delete 3 users or buy 3 seats; then reactivate the user"},
		"back_or_fewer":  {seats.Standard(), support, []seats.Command{seats.SetTotal{Total: seats.Of(3)}, seats.Reactivate{User: "gus"}}, "deactivate 2 users, archive 2 users or delete 2 users"},
		"back_too_early": {seats.Standard(), support, []seats.Command{seats.Deactivate{User: "ada"}, seats.SetTotal{Total: seats.Of(1)}, seats.Reactivate{User: "ada"}}, ""},
		"give_back":      {seats.Standard(), owner, []seats.Command{seats.ReturnSeats{Quantity: 1}, three[0]}, "deactivate 2 users, archive 2 users or delete 2 users"},
		"roles_counted": {seats.Policy{Exempt: users.In(users.Member)}, support,
			[]seats.Command{seats.SetPolicy{Policy: seats.Standard()}, three[0]}, "buy 1 seat"},
	} {
		t.Run(name, func(t *testing.T) {
			s := full(t, c.policy)
			_, err := s.try(c.actor, c.call...)
			refusal, _ := errors.AsType[*seats.Refusal](err)
			require.Equal(t, c.want, refusal.Remedies.String(), err)
			w, n := &walk{t: t}, node{s.rows, s.now}
			for _, r := range refusal.Remedies {
				require.True(t, w.helps(n, c.actor, c.call, r, []users.ID{"ada", "bob", "cy"}), r)
			}
		})
	}

	t.Run("several_users", func(t *testing.T) {
		s := open(t, seats.Of(9), seats.Standard())
		s.invite("ada", "bob")
		s.do(owner, seats.Deactivate{User: "ada"}, seats.Deactivate{User: "bob"}, seats.Archive{User: "bob"})
		require.Equal(t, "reactivate the user, then restore the user, then reactivate the user",
			s.refused(seats.ErrDuplicate, owner, comeBack("ada"), comeBack("bob")).Remedies.String())
	})
}

// TestDecide_remedies_other has the remedies of refusals other than for want of seats, alone and
// in a call.
func TestDecide_remedies_other(t *testing.T) {
	full := func(t *testing.T, policy seats.Policy) *site { // 3 of 3
		s := open(t, seats.Of(3), policy)
		s.do(system, seats.Invite{Profile: profile("new"), Role: users.Admin}, seats.Add{Profile: profile("ada"), Role: users.Admin})
		return s
	}
	other := func(id users.ID) seats.Edit {
		return seats.Edit{User: id, Set: users.Patch{FirstName: new("Eve"), LastName: new("Eden"), Email: new("eve@acme.example")}}
	}
	paid := func(s *site) { s.do(support, seats.SetPayer{User: "owner"}, seats.GrantOwnership{User: "ada"}) }
	active := func(s *site) { s.do(system, seats.Accept{User: "new"}) }
	shut := func(s *site) { s.do(support, seats.Close{}) }
	ends := seats.EndOwnership{User: "owner"}
	invite := seats.Invite{Profile: profile("x")}
	for name, c := range map[string]struct {
		policy   seats.Policy
		before   func(*site)
		actor    users.Actor
		call     []seats.Command
		want     string
		replaces []int
	}{
		"buying":            {seats.AccuEdConnect(), nil, owner, []seats.Command{seats.BuySeats{Quantity: 5}}, "ask the vendor for 5 more seats", []int{0}},
		"buying_in_a_call":  {seats.AccuEdConnect(), nil, owner, []seats.Command{seats.BuySeats{Quantity: 1}, invite}, "ask the vendor for 1 more seat", []int{0}},
		"buying_too_few":    {seats.AccuEdConnect(), nil, owner, []seats.Command{seats.BuySeats{Quantity: 1}, invite, seats.Invite{Profile: profile("y")}}, "deactivate 1 user, delete 1 user or ask the vendor for 1 more seat; then ask the vendor for 1 more seat", []int{0}},
		"buying_by_another": {seats.AccuEdConnect(), active, users.As("new"), []seats.Command{seats.BuySeats{Quantity: 5}}, "ask the vendor for 5 more seats", []int{0}},
		"giving_back":       {seats.AccuEdConnect(), func(s *site) { s.do(owner, seats.Deactivate{User: "ada"}) }, owner, []seats.Command{seats.ReturnSeats{Quantity: 1}}, "ask the vendor to take back 1 seat", []int{0}},
		"giving_back_held":  {seats.AccuEdConnect(), nil, owner, []seats.Command{seats.ReturnSeats{Quantity: 1}}, "deactivate 1 user or delete 1 user; then ask the vendor to take back 1 seat", []int{0}},
		"never_the_owners":  {seats.Standard(), nil, owner, []seats.Command{seats.SetTotal{Total: seats.Of(9)}}, "", nil},
		"no_role":           {seats.AccuEdConnect(), func(s *site) { s.do(owner, seats.ChangeRole{User: "ada", Role: users.Member}) }, users.As("ada"), []seats.Command{seats.BuySeats{Quantity: 5}}, "", nil},

		"last_owner":          {seats.Standard(), nil, owner, []seats.Command{ends}, "make an admin an owner", nil},
		"last_owner_alone":    {seats.Standard(), func(s *site) { s.do(owner, seats.ChangeRole{User: "ada", Role: users.Member}) }, owner, []seats.Command{ends}, "", nil},
		"last_owner_named":    {seats.Standard(), nil, owner, []seats.Command{seats.Deactivate{User: "ada"}, ends}, "", nil},
		"last_owner_and_full": {seats.Standard(), nil, owner, []seats.Command{ends, invite}, "buy 1 seat, then make an admin an owner", nil},
		"support_ends":        {seats.BigContacts(), func(s *site) { s.do(owner, seats.GrantOwnership{User: "ada"}) }, owner, []seats.Command{ends}, "ask the vendor to end the ownership of the user", []int{0}},
		"payer":               {seats.Standard(), paid, owner, []seats.Command{ends}, "ask the vendor to set another payer", nil},
		"payer_by_support":    {seats.Standard(), paid, support, []seats.Command{ends}, "set another payer", nil},
		"not_signed_in":       {seats.BigContacts(), nil, users.As("new"), []seats.Command{seats.BuySeats{Quantity: 5}}, "accept the invitation", nil},
		"still_open":          {seats.Standard(), nil, support, []seats.Command{seats.EraseAccount{}}, "close the account", nil},

		"delete_only": {seats.HowNow(), nil, owner, []seats.Command{seats.Deactivate{User: "new"}}, "delete the user", []int{0}},
		"delete_only_some": {seats.HowNow(), func(s *site) { s.do(owner, seats.Delete{User: "ada"}, seats.Invite{Profile: profile("eve")}) }, owner,
			[]seats.Command{seats.Deactivate{User: "new"}, seats.Notify{User: "owner"}, seats.Deactivate{User: "eve"}}, "delete 2 users", []int{0, 2}},
		"archive_withheld":     {seats.AccuEdConnect(), nil, owner, []seats.Command{seats.Archive{User: "new"}}, "deactivate the user", []int{0}},
		"archive_withheld_two": {seats.AccuEdConnect(), nil, owner, []seats.Command{seats.Archive{User: "new"}, seats.Archive{User: "ada"}}, "deactivate 2 users", []int{0, 1}},
		"delete_withheld":      {seats.BigContacts(), nil, owner, []seats.Command{seats.Delete{User: "ada"}}, "deactivate the user", []int{0}},
		"delete_for_archive":   {seats.UsersPage(), nil, owner, []seats.Command{seats.Delete{User: "ada"}, seats.Delete{User: "new"}}, "archive 2 users", []int{0, 1}},
		"deactivate_withheld":  {seats.Policy{Withheld: users.In(users.ActionDeactivate)}, nil, owner, []seats.Command{seats.Deactivate{User: "ada"}}, "archive the user", []int{0}},
		"role_withheld":        {seats.Policy{Withheld: users.In(users.ActionChangeRole)}, nil, owner, []seats.Command{seats.ChangeRole{User: "ada"}}, "", nil},

		"sole_owner_oneself":    {seats.Standard(), nil, owner, []seats.Command{seats.Deactivate{User: "owner"}}, "", nil},
		"sole_owner":            {selfRemoval(seats.Standard()), nil, owner, []seats.Command{seats.Deactivate{User: "owner"}}, "make an admin an owner, then end the ownership of the user", nil},
		"sole_owner_of_support": {selfRemoval(seats.BigContacts()), nil, owner, []seats.Command{seats.Deactivate{User: "owner"}}, "make an admin an owner, then ask the vendor to end the ownership of the user", nil},
		"sole_owner_by_system":  {seats.Standard(), nil, system, []seats.Command{seats.Delete{User: "owner"}}, "make an admin an owner, then ask the vendor to end the ownership of the user", nil},
		"sole_owner_role":       {seats.Standard(), nil, support, []seats.Command{seats.ChangeRole{User: "owner"}}, "make an admin an owner, then end the ownership of the user", nil},
		"co_owner_role":         {seats.Standard(), func(s *site) { s.do(owner, seats.GrantOwnership{User: "ada"}) }, owner, []seats.Command{seats.ChangeRole{User: "ada"}}, "end the ownership of the user", nil},

		"closed":          {seats.Standard(), shut, support, []seats.Command{seats.Notify{User: "new"}}, "reopen the account", nil},
		"closed_system":   {seats.Standard(), shut, system, []seats.Command{seats.Notify{User: "new"}}, "reopen the account", nil},
		"closed_owner":    {seats.Standard(), shut, owner, []seats.Command{seats.Notify{User: "new"}}, "ask the vendor to reopen the account", nil},
		"closed_short":    {seats.Standard(), func(s *site) { shut(s); s.do(support, seats.SetTotal{Total: seats.Of(2)}) }, support, []seats.Command{seats.Notify{User: "new"}}, "deactivate 1 user, archive 1 user, delete 1 user or buy 1 seat; then reopen the account", nil},
		"closed_in_short": {seats.Standard(), func(s *site) { shut(s); s.do(support, seats.SetTotal{Total: seats.Of(2)}) }, owner, []seats.Command{seats.Notify{User: "new"}}, "ask the vendor for 1 more seat, then ask the vendor to reopen the account", nil},
		"closed_sync":     {seats.Standard(), shut, hr, []seats.Command{seats.Invite{Profile: profile("x")}}, "", nil},
		"closed_in_call":  {seats.Standard(), nil, support, []seats.Command{seats.Close{}, seats.Notify{User: "new"}}, "", nil},
		"closed_for_good": {seats.Standard(), func(s *site) { shut(s); s.do(support, seats.EraseAccount{}) }, support, []seats.Command{seats.Notify{User: "new"}}, "", nil},

		"accepts_then_buys": {seats.Standard(), nil, users.As("new"), []seats.Command{invite}, "accept the invitation, then buy 1 seat", nil},

		"exchange":          {seats.BigContacts(), nil, owner, []seats.Command{other("ada")}, "deactivate the user, then invite the new user, then hand over the work", []int{0}},
		"exchange_not_in":   {seats.Standard(), nil, owner, []seats.Command{other("ada")}, "deactivate the user, then invite the new user", []int{0}},
		"exchange_inactive": {seats.BigContacts(), func(s *site) { s.do(owner, seats.Deactivate{User: "ada"}) }, owner, []seats.Command{other("ada")}, "invite the new user, then hand over the work", []int{0}},
		"exchange_of_owner": {seats.BigContacts(), nil, owner, []seats.Command{other("owner")}, "ask the vendor to confirm the person and to make the edit", []int{0}},
		"exchange_by_sync": {seats.BigContacts(), func(s *site) {
			s.do(support, seats.SetTotal{Total: seats.Of(4)})
			s.do(hr, seats.Invite{Profile: users.Profile{ID: "cy", FirstName: "Cy", Email: "cy@acme.example"}})
		}, hr, []seats.Command{other("cy")}, "deactivate the user, then invite the new user", []int{0}},
		"exchange_together": {seats.Standard(), func(s *site) { s.edit(owner, "owner", users.Patch{FirstName: new("Eve"), LastName: new("Eden")}) }, owner,
			[]seats.Command{seats.Edit{User: "owner", Set: users.Patch{Email: new("eve@acme.example")}}}, "ask the vendor to confirm the person and to make the edit", []int{0}},
		"exchange_by_ID_only": {seats.BigContacts(), func(s *site) { s.do(owner, seats.Edit{User: "ada", Set: users.Patch{ExternalID: new("7")}}) }, owner,
			[]seats.Command{seats.Edit{User: "ada", Set: users.Patch{ExternalID: new("")}}}, "ask the vendor to confirm the person and to make the edit", []int{0}},
	} {
		t.Run(name, func(t *testing.T) {
			s := full(t, c.policy)
			if c.before != nil {
				c.before(s)
			}
			_, err := s.try(c.actor, c.call...)
			refusal, ok := errors.AsType[*seats.Refusal](err)
			require.True(t, ok)
			require.Equal(t, c.want, refusal.Remedies.String(), err)
			w, n := &walk{t: t}, node{s.rows, s.now}
			for _, r := range refusal.Remedies {
				require.Equal(t, c.replaces, r.Replaces)
				require.True(t, w.helps(n, c.actor, c.call, r, []users.ID{"ada", "new"}), r)
			}
		})
	}

	t.Run("one_by_one", func(t *testing.T) {
		s := full(t, seats.HowNow())
		each := seats.DecideEach(s.rows, s.request(owner, seats.Notify{User: "new"}, seats.Archive{User: "new"}, seats.Deactivate{User: "new"})).Outcomes
		for i, o := range each[1:] {
			require.Equal(t, seats.Remedies{{Steps: []seats.Step{{Action: users.ActionDelete, Count: 1, User: "new"}}, Replaces: []int{i + 1}}}, o.Refusal.Remedies)
		}
	})
}

// Every remedy of a call of many commands makes all of it pass, with the least number that
// does, and there is one where a departure, an order or a way back would do, alone or
// together.
func TestDecide_remedies_of_calls(outer *testing.T) {
	people := []users.ID{"ada", "bob", "cy", "dee"}
	given, none := 0, 0
	rapid.Check(outer, func(t *rapid.T) {
		policy := rapid.SampledFrom(seats.Presets()).Draw(t, "preset").Policy
		if rapid.IntRange(0, 3).Draw(t, "changed") == 0 {
			policy.Exempt = rapid.SampledFrom([]seats.RoleSet{0, users.In(users.Manager)}).Draw(t, "exempt")
			policy.Buying = rapid.SampledFrom([]seats.Orders{{}, {Least: 2, Most: 2}, {By: seats.VendorOnly}}).Draw(t, "orders")
			policy.WhenFull = rapid.SampledFrom([]seats.WhenFull{seats.Refuse, seats.CreateInactive}).Draw(t, "no seat")
		}
		s := open(outer, seats.Of(rapid.Int64Range(1, 5).Draw(t, "total")), policy)
		for _, id := range people {
			s.do(system, seats.Import{User: importedUser(id, func(u *users.User) {
				u.Status = rapid.SampledFrom(users.Statuses()[:4]).Draw(t, "status")
				u.Role = rapid.SampledFrom(users.Roles()).Draw(t, "role")
				if u.Role == users.Owner && u.Status != users.Active {
					u.Role = users.Member
				}
				u.Source = rapid.SampledFrom([]users.Source{{}, {}, {Kind: users.SourceSync, Name: "hr"}}).Draw(t, "source")
				placed(u)
			})})
		}
		actor := rapid.SampledFrom([]users.Actor{owner, owner, users.As("ada"), hr, support, system}).Draw(t, "actor")
		call := make([]seats.Command, rapid.IntRange(1, 6).Draw(t, "commands"))
		for i := range call {
			call[i] = anyOf(t, people)
		}
		w, n := &walk{t: outer}, node{s.rows, s.now}
		_, refusal := w.decide(n, actor, call...)
		if refusal == nil {
			return
		}
		// A policy that is set can have a call do with one seat and not with two.
		steady := !slices.ContainsFunc(call, func(c seats.Command) bool { return c.Action() == users.ActionSetPolicy })
		order := rapid.Permutation(people).Draw(t, "order")
		for _, r := range refusal.Remedies {
			given++
			require.True(t, w.helps(n, actor, call, r, order), "%v of %v does not help", r, refusal)
			if least := r.Steps[0]; least.Count > 1 && policy.Buying.Least == 0 && steady {
				fewer := seats.Remedy{Steps: slices.Clone(r.Steps)}
				fewer.Steps[0].Count--
				require.False(t, w.helps(n, actor, call, fewer, order), "one less than %v of %v does", r, refusal)
			}
		}
		if len(refusal.Remedies) == 0 && steady && refusal.Action != users.ActionSignIn { // at the door none is told
			none++
			for _, r := range ways(n, actor, refusal, call) {
				require.False(t, w.helps(n, actor, call, r, order), "%v of %v would help", r, refusal)
			}
		}
	})
	outer.Logf("%d remedies, %d refusals without", given, none)
	if long.On() { // which draws so few calls that there may be none of a kind
		require.NotZero(outer, given)
		require.NotZero(outer, none)
	}
}

// ways returns what could be done about a refusal, of up to two steps, whether it helps or
// not.
func ways(n node, actor users.Actor, refusal *seats.Refusal, call []seats.Command) []seats.Remedy {
	var first, then []seats.Step
	for _, a := range []users.Action{users.ActionDeactivate, users.ActionArchive, users.ActionDelete} {
		if actor.Kind != users.ActorSync { // which can't tell from the account's numbers how many of them are its own
			first = append(first, seats.Step{Action: a, Count: 1}, seats.Step{Action: a, Count: 2})
		}
	}
	if refusal.Code != seats.ErrOrderSize {
		for _, vendor := range []bool{false, true} {
			for _, n := range []int64{1, 2, 10} {
				first = append(first, seats.Step{Action: users.ActionBuySeats, Count: n, Vendor: vendor})
			}
		}
	}
	// No user is brought back to be put out, and an ownership ends for nothing less.
	out, other := map[users.ID]bool{}, map[users.ID]bool{}
	for _, c := range call {
		for _, id := range seats.Needs("acme", system, c).Users {
			if users.In(users.ActionDeactivate, users.ActionArchive, users.ActionDelete, users.ActionErase).Has(c.Action()) {
				out[id] = true
			} else {
				other[id] = true
			}
		}
	}
	for id, named := range n.named(actor, call) {
		ends := seats.Step{Action: users.ActionEndOwnership, Count: 1, User: id}
		switch {
		case named && out[id] && other[id]:
		case named && out[id]:
			then = append(then, ends)
			ends.Vendor = true
			then = append(then, ends)
		case named:
			for _, a := range []users.Action{users.ActionReactivate, users.ActionRestore, users.ActionApprove, users.ActionNotify} {
				then = append(then, seats.Step{Action: a, Count: 1, User: id})
			}
		}
	}
	var all []seats.Remedy
	for _, a := range append(first, then...) {
		all = append(all, seats.Remedy{Steps: []seats.Step{a}})
		for _, b := range then {
			all = append(all, seats.Remedy{Steps: []seats.Step{a, b}})
		}
	}
	return all
}

// anyOf draws a command about these people, newcomers or the account.
func anyOf(t *rapid.T, people []users.ID) seats.Command {
	known := rapid.SampledFrom(append([]users.ID{"owner"}, people...)).Draw(t, "known")
	newcomer := rapid.SampledFrom([]users.ID{"n1", "n2", "n3", "n4"}).Draw(t, "newcomer")
	id := rapid.SampledFrom([]users.ID{known, known, newcomer}).Draw(t, "user")
	role := rapid.SampledFrom(users.Roles()[:3]).Draw(t, "role")
	number := rapid.Int64Range(1, 4).Draw(t, "number")
	arrival := rapid.SampledFrom([]seats.Command{
		seats.Invite{Profile: profile(newcomer), Role: role}, seats.Invite{Profile: profile(newcomer), Role: role},
		seats.Invite{Profile: users.Profile{ID: "new-" + known, Email: string(known) + "@acme.example"}, Role: role},
		seats.Add{Profile: profile(id), Role: role},
	}).Draw(t, "arrival")
	of := func(name string, commands ...seats.Command) seats.Command {
		return rapid.SampledFrom(commands).Draw(t, name)
	}
	return of("command", arrival, arrival, arrival,
		of("leaving", seats.Deactivate{User: id}, seats.Archive{User: id}, seats.Delete{User: id}, seats.Erase{User: id}),
		of("coming back", seats.Reactivate{User: id}, seats.Restore{User: id}),
		of("coming in", seats.Accept{User: id}, seats.Approve{User: id}, seats.Notify{User: id}, seats.SignIn{Profile: profile(id)}),
		of("on condition", seats.TakeBack(id), seats.If{Command: seats.Reactivate{User: id}, Status: users.In(users.Inactive)}, seats.If{Command: arrival, Revision: 1}),
		of("change", seats.ChangeRole{User: id, Role: role}, seats.Edit{User: id, Set: users.Patch{Email: new(string(known) + "@acme.example")}},
			seats.GrantOwnership{User: id}, seats.EndOwnership{User: id}, seats.HandOver{User: id, Successor: "owner"}),
		of("account", seats.BuySeats{Quantity: number}, seats.ReturnSeats{Quantity: number}, seats.SetTotal{Total: seats.Of(number)}, seats.Close{}, seats.Reopen{},
			seats.SetPolicy{Policy: seats.Policy{Exempt: users.In(users.Manager)}}, seats.SetPolicy{Policy: seats.ISpringLearn()}),
	)
}
