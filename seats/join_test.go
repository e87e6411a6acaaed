package seats_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// joining is a person at the door with the code of the class.
func joining(id users.ID) seats.Join { return seats.Join{Code: "code 23", Profile: profile(id)} }

// class makes a join code of that many uses.
func (s *site) class(uses int64, more seats.SetCode) {
	s.t.Helper()
	more.Pool, more.Text, more.Uses = "class", "CODE-23", seats.Of(uses)
	s.do(owner, more)
}

func (s *site) poolOf(id seats.PoolID) seats.Pool {
	for _, p := range s.rows.Pools {
		if p.ID == id {
			return p
		}
	}
	return seats.Pool{}
}

func TestJoin_uses(t *testing.T) {
	s := open(t, seats.Of(9), seats.Standard())
	s.class(2, seats.SetCode{Role: new(users.Manager)})
	o := s.do(system, joining("ada"))[0]
	require.Equal(t, seats.Outcome{Action: users.ActionJoin, User: "ada", After: users.Segment{Status: users.Active, Role: users.Manager}, SeatsDelta: 1}, o)
	require.Equal(t, s.now, s.user("ada").FirstSignIn)
	added, used := s.events[len(s.events)-2], s.lastEvent()
	require.Equal(t, seats.EventAdded, added.Kind)
	require.Equal(t, seats.EventCodeUsed, used.Kind)
	require.Equal(t, []any{users.ID("ada"), seats.PoolID("class"), int64(1), seats.Of(2)}, []any{used.User, used.Pool, used.Spent, used.Total})

	require.Equal(t, users.ID("ada"), s.same(system, joining("ada")).User, "the same person twice uses nothing")
	s.do(system, joining("bob"))
	require.Equal(t, seats.Of(0), s.poolOf("class").UsesLeft())
	s.refused(seats.ErrJoinCode, system, joining("cleo"))
	require.Equal(t, users.ID("bob"), s.same(system, joining("bob")).User, "a double click on the last use")
	s.do(owner, seats.SetCode{Pool: "class", Uses: seats.Of(3)})
	s.do(system, joining("cleo"))
	require.EqualValues(t, 4, s.pool().Held)
}

// TestJoin_one_answer has guesses that all fail in the same way.
func TestJoin_one_answer(t *testing.T) {
	s := open(t, seats.Of(9), policyWith(func(p *seats.Policy) { p.Activation = seats.Approval }))
	s.do(owner, seats.Invite{Profile: profile("ivy")})
	s.invite("ina")
	s.do(owner, seats.Approve{User: "ina"}, seats.Deactivate{User: "ina"})
	s.class(1, seats.SetCode{})
	s.do(owner, seats.SetCode{Pool: "ended", Text: "OLD-2345", Uses: seats.Of(3)}, seats.EndCode{Pool: "ended"})
	s.do(system, joining("ada"))
	for _, id := range []users.ID{"new", "ivy", "ina", "ada"} {
		for _, code := range []string{"NOT-A-CODE", "OLD-2345", "code 23", "", "x", strings.Repeat("x", 1000)} {
			if code == "code 23" && (id == "ivy" || id == "ada") {
				continue // they wait for approval
			}
			refusal := s.refused(seats.ErrJoinCode, system, seats.Join{Code: code, Profile: profile(id)})
			require.Equal(t, &seats.Refusal{Code: seats.ErrJoinCode, Action: users.ActionJoin}, refusal, "%s with %q", id, code)
		}
	}
	for _, id := range []users.ID{"ivy", "ada"} {
		require.Equal(t, id, s.refused(seats.ErrNotApproved, system, seats.Join{Code: "code 23", Profile: profile(id)}).User)
	}
	bad := profile("new")
	bad.Email = "nowhere"
	s.refused(seats.ErrJoinCode, system, seats.Join{Code: "code 23", Profile: bad})
}

func TestJoin_known(t *testing.T) {
	s := open(t, seats.Of(3), seats.Standard())
	s.do(owner, seats.Invite{Profile: profile("ivy"), Role: users.Admin})
	s.invite("ina")
	s.do(owner, seats.Deactivate{User: "ina"})
	s.class(5, seats.SetCode{Domains: new("other.example")})
	s.do(system, joining("ivy"))
	require.Equal(t, users.Segment{Status: users.Active, Role: users.Admin}, s.user("ivy").Segment(), "the invited role wins")
	require.Equal(t, seats.ErrInactive, s.refused(seats.ErrWrongStatus, system, joining("ina")).Reason)
	s.do(owner, seats.SetCode{Pool: "class", Domains: new("")})
	bad := joining("bad")
	bad.Profile.Email = "nowhere"
	require.Equal(t, "email", s.refused(seats.ErrBadInput, system, bad).Field)
	bad.Profile.Email = ""
	require.Equal(t, "profile", s.refused(seats.ErrBadInput, system, bad).Field, "an ID alone makes no user")
	require.Zero(t, s.poolOf("class").Spent)
}

func TestJoin_full(t *testing.T) {
	s := open(t, seats.Of(1), seats.Standard())
	s.class(5, seats.SetCode{})
	refusal := s.refused(seats.ErrNoSeats, system, joining("ada"))
	require.Equal(t, seats.Site, refusal.Pool)

	s = open(t, seats.Of(1), policyWith(func(p *seats.Policy) { p.WhenFull = seats.CreateInactive }))
	s.class(5, seats.SetCode{})
	s.do(system, joining("ada"))
	require.Equal(t, users.Inactive, s.user("ada").Status)
	require.EqualValues(t, 1, s.poolOf("class").Spent, "a code makes no more users than it has uses")
	s.refused(seats.ErrWrongStatus, system, joining("ada"))

	s = open(t, seats.Of(2), policyWith(func(p *seats.Policy) { p.Activation = seats.Approval }))
	s.class(5, seats.SetCode{})
	s.do(system, joining("ada"))
	require.Equal(t, users.Invited, s.user("ada").Status)
	s.refused(seats.ErrNotApproved, system, joining("ada"))
	s.do(owner, seats.Approve{User: "ada"})
	s.do(system, joining("ada"))
	require.EqualValues(t, 1, s.poolOf("class").Spent)
}

func TestJoin_domains(t *testing.T) {
	s := open(t, seats.Of(9), seats.Standard())
	s.class(5, seats.SetCode{Domains: new(" School.example  @acme.example acme.EXAMPLE")})
	require.Equal(t, "acme.example school.example", s.poolOf("class").Join.Domains)
	s.do(system, joining("ada"))
	for _, email := range []string{"eve@sub.acme.example", "eve@acme.example.evil.example", "eve@evil.example", ""} {
		c := joining("eve")
		c.Profile.Email, c.Profile.Username = email, "eve"
		refusal := s.refused(seats.ErrJoinCode, system, c)
		require.Equal(t, seats.ErrOtherDomain, refusal.Reason)
		require.EqualError(t, refusal, "seats: not possible with this join code: the person has no address of its domains")
	}
}

func TestSetCode_hold(t *testing.T) {
	s := open(t, seats.Of(5), seats.Standard())
	s.invite("max")
	refusal := s.refused(seats.ErrNoSeats, owner, seats.SetCode{Pool: "class", Uses: seats.Of(4), Hold: new(true)})
	require.Equal(t, []any{seats.Of(5), int64(2), int64(4)}, []any{refusal.Total, refusal.Held, refusal.Asked})
	require.NotEmpty(t, refusal.Remedies)
	s.class(3, seats.SetCode{Hold: new(true)})
	require.Equal(t, []int64{5, 3}, []int64{s.pool().Held, s.pool().Reserved})
	require.EqualValues(t, 3, s.rows.Usage().Reserved)
	s.refused(seats.ErrNoSeats, owner, seats.Invite{Profile: profile("bob")})
	s.refused(seats.ErrOrderSize, owner, seats.ReturnSeats{Quantity: 1})

	o := s.do(system, joining("ada"))[0]
	require.Zero(t, o.SeatsDelta, "the seat was held")
	require.Equal(t, []int64{5, 2}, []int64{s.pool().Held, s.pool().Reserved})
	require.EqualValues(t, 2, s.poolOf("class").Held)

	s.do(owner, seats.SetCode{Pool: "class", Uses: seats.Of(2)})
	require.Equal(t, seats.EventSeatsReserved, s.events[len(s.events)-2].Kind)
	require.EqualValues(t, -1, s.events[len(s.events)-2].Delta)
	s.do(owner, seats.Invite{Profile: profile("bob")})
	s.do(system, seats.SetTotal{Total: seats.Of(2)})
	s.do(system, joining("cleo"))
	require.EqualValues(t, 5, s.pool().Held, "a seat that was held is there also above the total")
	s.do(system, seats.SetTotal{Total: seats.Of(8)}, seats.SetCode{Pool: "class", Uses: seats.Of(5)})
	require.Equal(t, int64(3), s.pool().Reserved)
	s.do(owner, seats.SetCode{Pool: "class", Hold: new(false)})
	require.Zero(t, s.pool().Reserved)
	s.do(owner, seats.SetCode{Pool: "class", Hold: new(true)}, seats.EndCode{Pool: "class", Reason: "over"})
	require.Equal(t, []int64{5, 0}, []int64{s.pool().Held, s.pool().Reserved})
	require.Equal(t, "over", s.lastEvent().Reason)
}

func TestSetCode_hold_exempt(t *testing.T) {
	s := open(t, seats.Of(3), policyWith(func(p *seats.Policy) { p.Exempt = users.In(users.Manager) }))
	s.class(2, seats.SetCode{Hold: new(true), Role: new(users.Manager)})
	require.EqualValues(t, -1, s.do(system, joining("ada"))[0].SeatsDelta, "the role takes no seat")
	s.do(support, seats.Close{})
	require.Zero(t, s.pool().Held)
	s.do(support, seats.SetTotal{Total: seats.Of(1)})
	s.refused(seats.ErrNoSeats, support, seats.Reopen{})
	s.do(support, seats.EndCode{Pool: "class"}, seats.Reopen{})
	require.EqualValues(t, 1, s.pool().Held)
}

// TestClose_reserved: a closed account has no seat held in advance, in no number of it; open again, it has
// those of the codes that are left.
func TestClose_reserved(t *testing.T) {
	s := open(t, seats.Of(9), seats.Standard())
	s.class(3, seats.SetCode{Hold: new(true)})
	s.do(owner, seats.SetCode{Pool: "door", Text: "door-door", Uses: seats.Of(2), Hold: new(true)})
	s.do(support, seats.Close{})
	inAdvance := func(want ...int64) {
		t.Helper()
		usage, e := s.rows.Usage(), s.lastEvent()
		ledger, err := seats.Replay(listed(s.events...))
		require.NoError(t, err)
		require.Empty(t, seats.Audit(s.rows, s.rows.Account.Tally, ledger))
		past, err := seats.UsageAt(e, e, listed(slices.DeleteFunc(slices.Clone(s.events), func(e seats.Event) bool { return !seats.GoverningEvents().Match(e) })...))
		require.NoError(t, err)
		require.Equal(t, want, []int64{usage.Held, usage.Reserved})
		require.Equal(t, want, []int64{e.Held, e.Reserved})
		require.Equal(t, want, []int64{past.Held, past.Reserved})
	}
	inAdvance(0, 0)
	s.do(support, seats.EndCode{Pool: "door"})
	s.do(support, seats.SetTotal{Total: seats.Of(8)})
	inAdvance(0, 0)
	s.do(support, seats.Reopen{})
	inAdvance(4, 3)
}

func TestSetCode_ends(t *testing.T) {
	s := open(t, seats.Of(5), seats.Standard())
	s.class(3, seats.SetCode{Hold: new(true), LastDay: new(users.Date("2026-03-20")), Domains: new("acme.example")})
	s.now = start.AddDate(0, 0, 19)
	s.settle()
	s.do(system, joining("ada"))
	s.now = start.AddDate(0, 0, 22)
	events := s.settle()
	require.Equal(t, []seats.EventKind{seats.EventSeatsReserved, seats.EventCodeEnded}, []seats.EventKind{events[0].Kind, events[1].Kind})
	end := time.Date(2026, 3, 21, 0, 0, 0, 0, time.UTC)
	require.Equal(t, end, events[1].Time)
	require.EqualValues(t, 2, s.pool().Held)
	code := s.poolOf("class")
	require.Equal(t, seats.JoinCode{Ended: true}, code.Join)
	require.Equal(t, seats.PoolEnd{LastDay: "2026-03-20", At: end}, code.Ends)
	require.Equal(t, seats.Of(0), code.UsesLeft())
	s.refused(seats.ErrJoinCode, system, joining("bob"))
	s.same(owner, seats.EndCode{Pool: "class"})
	require.Equal(t, "pool", s.refused(seats.ErrBadInput, owner, seats.SetCode{Pool: "class", Uses: seats.Of(9)}).Field)
	s.do(owner, seats.SetCode{Pool: "next", Text: "CODE-23", Uses: seats.Of(1)})
}

func TestSetCode_change(t *testing.T) {
	s := open(t, seats.Of(5), seats.Standard())
	s.do(owner, seats.SetCode{Pool: "class", Uses: seats.Unlimited()})
	text := s.poolOf("class").Join.Text
	require.Regexp(t, "^[CDFGHJKMNPQRTVWXY34679]{3}-[CDFGHJKMNPQRTVWXY34679]{3}-[CDFGHJKMNPQRTVWXY34679]{3}$", text)
	require.Equal(t, seats.Unlimited(), s.poolOf("class").UsesLeft())
	s.same(owner, seats.SetCode{Pool: "class"})
	s.same(owner, seats.SetCode{Pool: "class", Text: text, Uses: seats.Unlimited(), Name: new(" "), Domains: new("")})
	s.do(system, seats.Join{Code: strings.ToLower(strings.ReplaceAll(text, "-", " ")), Profile: profile("ada")})

	r := s.request(owner, seats.SetCode{Pool: "class", Renew: true, Name: new("Class 7b"), Role: new(users.Manager), LastDay: new(users.Date("2026-03-20")), Domains: new("a.example"), Uses: seats.Of(4), Hold: new(true)})
	r.Random = strings.Repeat("y", 26)
	d, err := seats.Decide(s.rows, r)
	require.NoError(t, err)
	s.write(d.Change)
	require.NotEqual(t, text, s.poolOf("class").Join.Text)
	require.Equal(t, []string{"text", "name", "role", "uses", "last-day", "domains", "hold"}, s.lastEvent().Fields)
	s.refused(seats.ErrJoinCode, system, seats.Join{Code: text, Profile: profile("bob")})
	r.Random = ""
	_, err = seats.Decide(s.rows, r)
	require.ErrorIs(t, err, seats.ErrBadInput, "random")
	require.True(t, seats.NeedsRandom([]seats.Command{seats.Accept{}, seats.If{Command: seats.SetCode{}}}))
	require.False(t, seats.NeedsRandom([]seats.Command{seats.Accept{}, nil}))
}

func TestSetCode_refused(t *testing.T) {
	s := open(t, seats.Of(9), seats.Standard())
	s.do(system, seats.SetTotal{Pool: "go", Total: seats.Of(5)})
	s.class(2, seats.SetCode{})
	s.do(system, joining("ada"), joining("bob"))
	long := strings.Repeat("x", 600)
	for name, c := range map[string]struct {
		command seats.Command
		field   string
	}{
		"no ID":         {seats.SetCode{Uses: seats.Of(1)}, "pool"},
		"course":        {seats.SetCode{Pool: "go", Uses: seats.Of(1)}, "pool"},
		"no uses":       {seats.SetCode{Pool: "new"}, "uses"},
		"zero":          {seats.SetCode{Pool: "new", Uses: seats.Of(0)}, "uses"},
		"fewer":         {seats.SetCode{Pool: "class", Uses: seats.Of(1)}, "uses"},
		"hold all":      {seats.SetCode{Pool: "new", Uses: seats.Unlimited(), Hold: new(true)}, "hold"},
		"short":         {seats.SetCode{Pool: "new", Text: "A B-C D", Uses: seats.Of(1)}, "text"},
		"long":          {seats.SetCode{Pool: "new", Text: long, Uses: seats.Of(1)}, "text"},
		"letters":       {seats.SetCode{Pool: "new", Text: "SCHÜLER26", Uses: seats.Of(1)}, "text"},
		"taken":         {seats.SetCode{Pool: "new", Text: "c0de 23", Uses: seats.Of(1)}, "text"},
		"text, renewed": {seats.SetCode{Pool: "new", Text: "CODE-24", Renew: true, Uses: seats.Of(1)}, "renew"},
		"name":          {seats.SetCode{Pool: "new", Uses: seats.Of(1), Name: &long}, "name"},
		"admin":         {seats.SetCode{Pool: "new", Uses: seats.Of(1), Role: new(users.Admin)}, "role"},
		"domain":        {seats.SetCode{Pool: "new", Uses: seats.Of(1), Domains: new("a b@c")}, "domains"},
		"many domains":  {seats.SetCode{Pool: "new", Uses: seats.Of(1), Domains: new(strings.Repeat("a.example ", 21))}, "domains"},
		"no day":        {seats.SetCode{Pool: "new", Uses: seats.Of(1), LastDay: new(users.Date("2026-02-30"))}, "last-day"},
		"day over":      {seats.SetCode{Pool: "new", Uses: seats.Of(1), LastDay: new(users.Date("2026-02-28"))}, "last-day"},
		"end unknown":   {seats.EndCode{Pool: "new"}, "pool"},
		"end course":    {seats.EndCode{Pool: "go"}, "pool"},
		"end reason":    {seats.EndCode{Pool: "class", Reason: "a\x00"}, "reason"},
		"total":         {seats.SetTotal{Pool: "class", Total: seats.Of(9)}, "pool"},
		"order":         {seats.BuySeats{Pool: "class", Quantity: 1}, "pool"},
		"edit":          {seats.EditPool{Pool: "class", Name: new("x")}, "pool"},
		"assign":        {seats.AssignCourse{User: "ada", Pool: "class"}, "pool"},
	} {
		require.Equal(t, c.field, s.refused(seats.ErrBadInput, support, c.command).Field, name)
	}
	s.refused(seats.ErrForbidden, users.As("ada"), seats.SetCode{Pool: "new", Uses: seats.Of(1)})
	s.refused(seats.ErrForbidden, support, joining("cleo"))
	withheld := open(t, seats.Of(9), policyWith(func(p *seats.Policy) { p.Withheld = users.In(users.ActionSetCode) }))
	refusal := withheld.refused(seats.ErrNotOffered, owner, seats.SetCode{Pool: "new", Uses: seats.Of(1)})
	require.EqualError(t, refusal, "seats: this product does not offer to make join codes")
}

// TestSetCode_secret has no event, refusal or digest with the text of a code or what is near it.
func TestSetCode_secret(t *testing.T) {
	s := open(t, seats.Of(9), seats.Standard())
	call := func(key string, actor users.Actor, c seats.Command) seats.Decision {
		d, err := seats.Decide(s.once(key, seats.ByCall, 0, actor, c))
		require.NoError(t, err)
		s.write(d.Change)
		return d
	}
	code := seats.SetCode{Pool: "class", Text: "CODE-23", Uses: seats.Of(3), Hold: new(true)}
	call("a", owner, code)
	call("b", system, joining("ada"))
	again := call("b", system, joining("ada"))
	require.Len(t, again.Repeated, 2)
	require.EqualValues(t, 1, s.poolOf("class").Spent)
	require.Equal(t, seats.Outcome{Action: users.ActionJoin, User: "ada", After: users.Segment{Status: users.Active}}, again.Outcomes[0])
	require.EqualValues(t, 3, call("a", owner, code).Outcomes[0].SeatsDelta)
	other := code
	other.Text = "CODE-24"
	_, err := seats.Decide(s.once("a", seats.ByCall, 0, owner, other))
	require.ErrorIs(t, err, seats.ErrKeyReused, "the seal tells another text")
	for _, e := range s.events {
		text, err := json.Marshal(e.CloudEvent("https://lms.example"))
		require.NoError(t, err)
		require.NotContains(t, string(text), "CODE-23")
	}
	require.Equal(t, seats.Digest(owner, seats.ByCall, []seats.Command{code}), seats.Digest(owner, seats.ByCall, []seats.Command{other}))
}

// TestAudit_reserved finds seats that are reserved for no code.
func TestAudit_reserved(t *testing.T) {
	s := open(t, seats.Of(9), seats.Standard())
	s.class(2, seats.SetCode{Hold: new(true)})
	torn := s.rows
	torn.Pools = nil
	for _, p := range s.rows.Pools {
		if p.IsCode() {
			p.Held--
		}
		torn.Pools = append(torn.Pools, p)
	}
	a := new(seats.Auditor)
	require.NoError(t, a.Record(torn.Account.Sequence, func(yield func(seats.Event, error) bool) {
		for _, e := range s.events {
			if !yield(e, nil) {
				return
			}
		}
	}))
	for _, u := range torn.Users {
		a.Row(u)
	}
	require.Contains(t, a.Drift(torn), seats.Drift{What: "seats reserved", Stored: "2", Counted: "1"})
}

// TestJoin_remedies carries out what a refusal for want of seats to hold proposes.
func TestJoin_remedies(t *testing.T) {
	s := open(t, seats.Of(4), seats.Standard())
	s.invite("ada", "bob")
	refusal := s.refused(seats.ErrNoSeats, owner, seats.SetCode{Pool: "class", Uses: seats.Of(2), Hold: new(true)})
	require.Equal(t, "deactivate 1 user, archive 1 user, delete 1 user or buy 1 seat", refusal.Remedies.String())
	s.do(owner, seats.Deactivate{User: "ada"}, seats.SetCode{Pool: "class", Uses: seats.Of(2), Hold: new(true)})
	s.do(owner, seats.SetCode{Pool: "open", Text: "OPEN-23", Uses: seats.Of(9)})
	require.Empty(t, s.refused(seats.ErrNoSeats, system, seats.Join{Code: "OPEN-23", Profile: profile("eve")}).Remedies, "the person at the door buys no seats")
	full := s.refused(seats.ErrNoSeats, owner, seats.Reactivate{User: "ada"})
	require.Equal(t, "deactivate 1 user, archive 1 user, delete 1 user or buy 1 seat", full.Remedies.String())
	var code seats.Code
	require.True(t, errors.As(error(full), &code))
	require.Equal(t, seats.ErrNoSeats, code, fmt.Sprint(full))
}

// TestJoin_refused has people who can't join, whatever the code.
func TestJoin_refused(t *testing.T) {
	s := open(t, seats.Of(9), seats.Standard())
	s.class(9, seats.SetCode{})
	s.do(system, joining("ada"))
	s.do(system, joining("bob"))
	s.do(owner, seats.Delete{User: "bob"})
	require.Equal(t, seats.ErrDeleted, s.refused(seats.ErrWrongStatus, system, joining("bob")).Reason)
	s.do(system, joining("cleo"))
	s.refused(seats.ErrDuplicate, system, seats.Join{Code: "CODE-23", Profile: users.Profile{ID: "ada", Email: profile("cleo").Email}})
}
