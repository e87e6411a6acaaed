package seats_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

func TestIf(t *testing.T) {
	t.Run("status", func(t *testing.T) {
		s := open(t, seats.Of(4), seats.Standard())
		s.do(owner, seats.Invite{Profile: profile("ada")})
		deactivate := seats.If{Command: seats.Deactivate{User: "ada"}, Status: users.In(users.Active, users.Inactive)}
		refusal := s.refused(seats.ErrChangedMeanwhile, owner, deactivate)
		require.EqualError(t, refusal, "seats: this was changed meanwhile: the user is invited")
		require.Equal(t, users.Invited, refusal.Status)
		require.Equal(t, s.rows.Account.Revision, refusal.Revision)
		require.Equal(t, int64(1), refusal.Invitation)
		require.Equal(t, users.ActionDeactivate, refusal.Action)
		require.Empty(t, refusal.Remedies)
		s.do(users.As("ada"), seats.Accept{User: "ada"})
		out := s.do(owner, deactivate)
		require.Equal(t, users.Inactive, out[0].After.Status)
	})
	t.Run("stored status", func(t *testing.T) {
		s := open(t, seats.Of(4), seats.AccuEdConnect())
		s.do(owner, seats.Invite{Profile: profile("ada")}) // shown as active
		s.refused(seats.ErrChangedMeanwhile, owner, seats.If{Command: seats.Deactivate{User: "ada"}, Status: users.In(users.Active)})
		s.do(owner, seats.If{Command: seats.Deactivate{User: "ada"}, Status: users.In(users.Invited)})
	})
	t.Run("revision", func(t *testing.T) {
		s := open(t, seats.Of(4), seats.Standard())
		page := s.rows.Account.Revision
		buy := seats.If{Command: seats.BuySeats{Quantity: 2}, Revision: page}
		s.do(owner, buy, seats.If{Command: seats.EditAccount{Name: new("Acme")}, Revision: page}) // both of one page
		refusal := s.refused(seats.ErrChangedMeanwhile, owner, buy)
		require.EqualError(t, refusal, "seats: this was changed meanwhile: the account")
		require.Equal(t, page+1, refusal.Revision)
		require.Equal(t, seats.Of(6), s.pool().Total)
	})
	t.Run("invitation", func(t *testing.T) {
		s := open(t, seats.Of(4), seats.Standard())
		s.do(owner, seats.Invite{Profile: profile("ada")})
		approve := seats.If{Command: seats.Notify{User: "ada"}, Invitation: 1}
		s.do(owner, approve)
		refusal := s.refused(seats.ErrChangedMeanwhile, owner, approve)
		require.EqualError(t, refusal, "seats: this was changed meanwhile: the invitation")
		require.Equal(t, int64(2), refusal.Invitation)
	})
	t.Run("of a user", func(t *testing.T) {
		s := open(t, seats.Of(4), seats.Standard())
		for field, c := range map[string]seats.If{
			"status":     {Command: seats.Invite{Profile: profile("ada")}, Status: users.In(users.Invited)},
			"invitation": {Command: seats.BuySeats{Quantity: 2}, Invitation: 1},
		} {
			refusal := s.refused(seats.ErrBadInput, owner, c)
			require.Equal(t, field, refusal.Field)
			require.EqualError(t, refusal, "seats: not valid: "+map[string]string{"status": "status", "invitation": "the invitation"}[field]+" is a condition for commands on a user of the account")
		}
	})
	t.Run("authority first", func(t *testing.T) {
		s := open(t, seats.Of(4), seats.Standard())
		s.do(hr, seats.Invite{Profile: profile("ada")})
		taken := seats.TakeBack("ada")
		s.refused(seats.ErrForbidden, users.Sync("ad"), taken)
		s.refused(seats.ErrForbidden, users.Sync("ad"), seats.If{Command: seats.Deactivate{User: "ada"}, Status: users.In(users.Active)})
		s.refused(seats.ErrUnknownUser, owner, seats.TakeBack("eve"))
		s.refused(seats.ErrOwnerProtected, owner, seats.TakeBack("owner"))
	})
	t.Run("no command", func(t *testing.T) {
		s := open(t, seats.Of(4), seats.Standard())
		for _, c := range []seats.Command{seats.If{}, seats.If{Command: seats.If{Command: seats.Close{}}}} {
			s.refused(seats.ErrBadInput, support, c)
			_, err := seats.EncodeCommand(c)
			require.Error(t, err)
		}
		require.Equal(t, users.NoAction, seats.If{}.Action())
	})
	t.Run("request key", func(t *testing.T) {
		s := open(t, seats.Of(4), seats.Standard())
		s.do(owner, seats.Invite{Profile: profile("ada")})
		r := s.request(owner, seats.TakeBack("ada"))
		r.Key, r.Digest = "key 1", seats.Digest(owner, r.Channel, r.Commands)
		first, err := seats.Decide(s.rows, r)
		require.NoError(t, err)
		s.write(first.Change)
		s.rows.Past = s.events
		again, err := seats.Decide(s.rows, r)
		require.NoError(t, err, "the condition was met the first time")
		require.Equal(t, first.Outcomes, again.Outcomes)
		require.NotEqual(t, r.Digest, seats.Digest(owner, r.Channel, []seats.Command{seats.Delete{User: "ada"}}))
	})
}

// TestIf_remedies has remedies of commands with conditions: they are those of the commands, tried
// on the revision of now.
func TestIf_remedies(t *testing.T) {
	s := open(t, seats.Of(2), seats.Standard())
	s.invite("ada")
	s.do(owner, seats.Deactivate{User: "ada"})
	s.invite("bob")
	back := seats.If{Command: seats.Reactivate{User: "ada"}, Status: users.In(users.Inactive), Revision: s.rows.Account.Revision}
	refusal := s.refused(seats.ErrNoSeats, owner, back)
	require.Equal(t, "deactivate 1 user, archive 1 user, delete 1 user or buy 1 seat", refusal.Remedies.String())
	s.do(owner, seats.BuySeats{Quantity: 1})
	s.refused(seats.ErrChangedMeanwhile, owner, back)
	back.Revision = s.rows.Account.Revision
	s.do(owner, back)

	withdraw := seats.If{Command: seats.Archive{User: "bob"}, Status: users.In(users.Invited)}
	s = open(t, seats.Of(2), seats.HowNow())
	s.do(owner, seats.Invite{Profile: profile("bob")})
	refusal = s.refused(seats.ErrNotOffered, owner, withdraw)
	require.Equal(t, "delete the user", refusal.Remedies.String())
	edit := seats.If{Command: seats.Edit{User: "bob", Set: users.Patch{FirstName: new("Eve"), LastName: new("Moon"), Email: new("eve@acme.example")}}, Status: users.In(users.Active)}
	s = open(t, seats.Of(2), seats.Standard())
	s.invite("bob")
	refusal = s.refused(seats.ErrExchange, owner, edit)
	require.Equal(t, "deactivate the user, then invite the new user", refusal.Remedies.String())
	s = open(t, seats.Of(2), seats.UsersPage())
	refusal = s.refused(seats.ErrForbidden, owner, seats.If{Command: seats.BuySeats{Quantity: 3}, Revision: 1})
	require.Equal(t, "ask the vendor for 3 more seats", refusal.Remedies.String())
}

func TestTakeBack(t *testing.T) {
	for _, p := range seats.Presets() {
		s := open(t, seats.Of(4), p.Policy)
		s.do(owner, seats.Invite{Profile: profile("ada")})
		if p.Policy.Withheld.Has(users.ActionDelete) {
			s.refused(seats.ErrNotOffered, owner, seats.TakeBack("ada"))
			continue
		}
		seated := s.pool().Held
		require.Equal(t, users.Deleted, s.do(owner, seats.TakeBack("ada"))[0].After.Status, p.Name)
		require.Equal(t, seated-1, s.pool().Held)
		refusal := s.refused(seats.ErrChangedMeanwhile, owner, seats.TakeBack("ada"))
		require.Equal(t, users.Deleted, refusal.Status)
		s.invite("bob")
		refusal = s.refused(seats.ErrChangedMeanwhile, owner, seats.TakeBack("bob"))
		require.EqualError(t, refusal, "seats: this was changed meanwhile: the user is active", p.Name)
	}
}

func TestIf_JSON(t *testing.T) {
	for text, c := range map[string]seats.Command{
		`{"command":"delete","user":"u7","if":{"status":["invited"]}}`: seats.TakeBack("u7"),
		`{"command":"close","if":{"revision":18446744073709551615}}`:   seats.If{Command: seats.Close{}, Revision: 1<<64 - 1},
		`{"command":"notify","user":"u7","if":{"invitation":3}}`:       seats.If{Command: seats.Notify{User: "u7"}, Invitation: 3},
	} {
		written, err := seats.EncodeCommand(c)
		require.NoError(t, err)
		require.Equal(t, text, string(written))
		read, err := seats.DecodeCommand([]byte(text))
		require.NoError(t, err)
		require.Equal(t, c, read)
	}
	for _, text := range []string{
		`{"command":"close","if":{"role":"admin"}}`, `{"command":"close","if":["invited"]}`, `{"command":"close","if":null}`,
		`{"command":"close","if":{"status":["unheard-of"]}}`, `{"command":"change-role","user":"u7","if":{"invitation":1}}`,
		`{"command":"close","if":{}}`, `{"command":"close","if":{"revision":0}}`, `{"command":"delete","user":"u7","if":{"status":[]}}`,
		`{"command":"delete","user":"u7","if":{"status":[],"invitation":3}}`, `{"command":"delete","user":"u7","if":{"status":["invited"],"invitation":0}}`,
		`{"command":"delete","user":"u7","if":[]}`, `{"command":"delete","user":"u7","if":""}`, `{"command":"delete","user":"u7","if":{"status":["invited"],"if":{}}}`, `{"command":"change-role","user":"u7","if":{}}`,
	} {
		_, err := seats.DecodeCommand([]byte(text))
		require.Error(t, err, text)
	}
	text, err := seats.EncodeCommand(seats.If{Command: seats.Close{}})
	require.NoError(t, err)
	require.Equal(t, `{"command":"close"}`, string(text), "no condition")
	_, err = seats.EncodeCommand(seats.If{Command: seats.Close{}, Status: 1 << 9})
	require.Error(t, err)
	_, err = seats.EncodeCommand(seats.If{Command: seats.ChangeRole{User: "u7", Role: 9}})
	require.Error(t, err)
	list := seats.Commands{seats.TakeBack("u7"), seats.Close{}}
	text, err = json.Marshal(list)
	require.NoError(t, err)
	var read seats.Commands
	require.NoError(t, json.Unmarshal(text, &read))
	require.Equal(t, list, read)
}

// TestIf_everywhere puts conditions on commands that are looked into.
func TestIf_everywhere(t *testing.T) {
	named := seats.Identify([]seats.Command{seats.If{Command: seats.Invite{Profile: users.Profile{Email: "ada@acme.example"}}, Revision: 1}}, func() users.ID { return "new" })
	require.Equal(t, users.ID("new"), named[0].(seats.If).Command.(seats.Invite).Profile.ID)
	request := seats.Request{Commands: []seats.Command{seats.If{Command: seats.Invite{Start: "2027-01-01"}, Revision: 1}}}
	require.Equal(t, users.Date("2027-01-01"), request.Starts())
	s := open(t, seats.Of(4), seats.Standard())
	book := seats.If{Command: seats.BookTotal{Date: "2027-01-01", Total: seats.Of(9)}, Revision: s.rows.Account.Revision}
	plan, err := seats.Preview(s.rows, s.request(support, book))
	require.NoError(t, err)
	require.Equal(t, "1 command: 1 fits, 0 do not; on 2027-01-01 the total becomes 9", plan.String())
	require.Equal(t, users.In(users.ActionBookTotal), seats.Actions([]seats.Command{book}))
	need := seats.Needs("acme", owner, seats.If{Command: seats.Deactivate{User: "u7", Successor: "u8"}}, seats.If{Command: seats.Notify{User: "u9"}})
	require.Equal(t, []users.ID{"owner", "u7", "u8", "u9"}, need.Users)
}
