package seats_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

var update = flag.Bool("update", false, "write the documents in testdata anew")

// everyEvent lets an account have an event of every shape.
func everyEvent(t *testing.T) []seats.Event {
	s := open(t, seats.Of(4), everySwitch)
	s.do(system, seats.SetPolicy{Policy: seats.Standard()})
	s.do(owner, seats.BuySeats{Quantity: 2})
	s.do(hr, seats.Invite{Profile: profile("ada")})
	s.do(users.As("ada"), seats.Accept{User: "ada"})
	s.do(support, seats.Edit{User: "ada", Set: users.Patch{Title: new("Countess"), Groups: &[]string{"a"}}})
	s.do(owner, seats.Deactivate{User: "ada", Successor: "owner", Reason: "left"})
	s.do(system, seats.SetTotal{Pool: "go-course", Total: seats.Unlimited()})
	s.do(system, licensed("eve", "go-course", 1))
	s.do(support, seats.HandOver{User: "ada", Successor: "owner"}, seats.SetPayer{User: "owner"}, seats.EditAccount{Name: new("Acme"), Zone: new("Europe/London")})
	s.do(support, seats.Close{Reason: "unpaid"}, seats.Reopen{Reason: "paid"})
	s.do(system, seats.SetPolicy{Policy: growing(by(5), 50)}, seats.SetTotal{Total: seats.Of(2)}, seats.Invite{Profile: profile("new")})
	s.do(system, seats.SetPolicy{Policy: telling(by(1))}, seats.SetTotal{Total: seats.Of(4)}, seats.SetTotal{Total: seats.Of(3)}, seats.SetTotal{Total: seats.Of(1)}, seats.SetTotal{Total: seats.Of(7)})
	r := s.request(owner, seats.Notify{User: "owner"}, seats.Reactivate{User: "ada"})
	r.Key, r.Digest = "key 1", seats.Digest(r.Actor, r.Channel, r.Commands)
	decision, err := seats.Decide(s.rows, r)
	require.NoError(t, err)
	s.write(decision.Change)
	s.do(support, seats.Close{}, seats.EraseAccount{Reason: "asked for it"})
	return s.events
}

// everyDocument has a document of every kind, by the name of its file.
func everyDocument(t *testing.T) map[string]any {
	small := open(t, seats.Of(1), seats.Standard())
	full := small.refused(seats.ErrNoSeats, owner, seats.Invite{Profile: profile("ada")})
	small.do(support, seats.SetTotal{Total: seats.Of(2)})
	small.invite("ada")
	receipt := small.bulk(owner, seats.Schedule{User: "ada", Leave: users.Until("2026-12-31")}, seats.Edit{User: "ada", Set: users.Patch{Title: new("Head"), Groups: &[]string{"red"}}})
	small.do(owner, seats.Deactivate{User: "ada"})
	bad := small.refused(seats.ErrBadInput, owner, seats.Delete{User: "ada", Successor: "ada"})
	plan, err := seats.Preview(small.rows, small.request(owner,
		seats.Reactivate{User: "ada"}, seats.Invite{Profile: profile("bob")}, seats.Invite{Profile: profile("owner")}))
	require.NoError(t, err)
	small.do(owner, seats.BuySeats{Quantity: 3}, seats.Reactivate{User: "ada"})
	_, err = plan.Decide(small.rows, small.request(owner, plan.Commands()...))
	var outdated *seats.Refusal
	require.True(t, errors.As(err, &outdated))
	invited := open(t, seats.Of(2), seats.AccuEdConnect())
	invited.do(owner, seats.Invite{Profile: profile("ada")})
	erased := open(t, seats.Of(2), seats.AccuEdConnect())
	erased.do(support, seats.EditAccount{Name: new("Acme")}, seats.SetPayer{User: "owner"}, seats.Close{}, seats.EraseAccount{})
	erased.rows.Account.Name, erased.rows.Account.Payer = "Acme", "owner" // for the document to have everything
	return map[string]any{
		"commands":              everyCommand,
		"policy-standard":       seats.Standard(),
		"policy-accued-connect": seats.AccuEdConnect(),
		"policy-every-switch":   everySwitch,
		"events":                everyEvent(t),
		"refusal-no-seats":      *full,
		"refusal-bad-input":     *bad,
		"refusal-outdated":      *outdated,
		"opening":               seats.Opening{Account: "acme", Name: "Acme", Total: seats.Of(5), Zone: "Europe/London", Owner: profile("owner")},
		"account":               invited.rows.Account,
		"account-erased":        erased.rows.Account,
		"user":                  invited.user("ada"),
		"person":                invited.rows.Account.View(invited.user("ada"), start),
		"usage":                 invited.rows.Usage(),
		"plan":                  plan,
		"receipt":               receipt,
	}
}

func TestDocuments(t *testing.T) {
	for name, value := range everyDocument(t) {
		file := "testdata/" + name + ".json"
		text, err := json.MarshalIndent(value, "", "  ")
		require.NoError(t, err, name)
		text = append(text, '\n')
		if *update {
			require.NoError(t, os.WriteFile(file, text, 0o644))
		}
		kept, err := os.ReadFile(file)
		require.NoError(t, err)
		require.Equal(t, string(kept), string(text), name)
		read := reflect.New(reflect.TypeOf(value))
		require.NoError(t, json.Unmarshal(kept, read.Interface()), name)
		require.Equal(t, value, read.Elem().Interface(), name)
	}
}

func TestDocuments_complete(t *testing.T) {
	var actions []users.Action
	var kinds []seats.EventKind
	for _, e := range everyEvent(t) {
		kinds = append(kinds, e.Kind)
	}
	require.Subset(t, kinds, []seats.EventKind{seats.EventHandedOver, seats.EventPayerSet, seats.EventAccountEdited, seats.EventClosed, seats.EventReopened, seats.EventAccountErased, seats.EventSeatsGrown})
	for _, c := range everyCommand {
		actions = append(actions, c.Action())
	}
	require.Equal(t, users.Actions(), actions)
	require.NoError(t, everySwitch.Check())
	for field, value := range reflect.ValueOf(everySwitch).Fields() {
		require.False(t, value.IsZero(), field.Name)
	}
	full := everyDocument(t)["refusal-no-seats"].(seats.Refusal)
	require.NotEmpty(t, full.Remedies)
}

// TestUnmarshalJSON_strict spoils every key of every document in turn, at the top
// and in the depth.
func TestUnmarshalJSON_strict(t *testing.T) {
	key := regexp.MustCompile(`"([a-z_]+)": `)
	for name, value := range everyDocument(t) {
		text, err := os.ReadFile("testdata/" + name + ".json")
		require.NoError(t, err)
		requireRefused := func(spoilt, want string) {
			t.Helper()
			into := reflect.New(reflect.TypeOf(value)).Interface()
			require.ErrorContains(t, json.Unmarshal([]byte(spoilt), into), want, "%s: %s", name, spoilt)
		}
		if into, ok := reflect.New(reflect.TypeOf(value)).Interface().(json.Unmarshaler); ok {
			requireRefused("null", "null is not accepted")
			require.ErrorContains(t, into.UnmarshalJSON([]byte(string(text)+"{}")), "follows the document", name)
		}
		places := key.FindAllSubmatchIndex(text, -1)
		require.NotEmpty(t, places)
		for _, at := range places {
			head, tail := string(text[:at[0]]), string(text[at[0]:])
			var member json.RawMessage
			require.NoError(t, json.NewDecoder(bytes.NewReader(text[at[1]:])).Decode(&member))
			requireRefused(head+`"unheard_of": 1, `+tail, "a key is unknown")
			requireRefused(head+string(text[at[0]:at[1]])+string(member)+`, `+tail, "stands twice")
			requireRefused(head+strings.ToUpper(tail[:at[1]-at[0]])+string(text[at[1]:]), "snake_case")
			requireRefused(string(text[:at[1]])+"null"+string(text[at[1]+len(member):]), "null is not accepted")
		}
	}
}

func TestEncodeCommand(t *testing.T) {
	text, err := seats.EncodeCommand(seats.Deactivate{User: "u7", Reason: "left"})
	require.NoError(t, err)
	require.Equal(t, `{"command":"deactivate","user":"u7","reason":"left"}`, string(text))
	for _, c := range append(everyCommand, seats.SetTotal{}, seats.Invite{}) {
		text, err := seats.EncodeCommand(c)
		require.NoError(t, err)
		read, err := seats.DecodeCommand(text)
		require.NoError(t, err)
		require.Equal(t, c, read)
	}
	for _, c := range []seats.Command{
		nil, (*seats.Invite)(nil), &seats.Notify{User: "u7"}, forged{seats.Notify{User: "u7"}}, forged{},
	} {
		_, err := seats.EncodeCommand(c)
		require.EqualError(t, err, "seats: JSON: the command is not a command of package seats, by value")
		_, err = json.Marshal(seats.Commands{c})
		require.ErrorContains(t, err, "by value")
		_, err = json.Marshal(seats.Planned{Command: c})
		require.ErrorContains(t, err, "by value")
	}
	for _, c := range []seats.Command{
		seats.SetTotal{Total: seats.Of(-1)}, seats.ChangeRole{Role: 99}, seats.SetPolicy{Policy: seats.Policy{Activation: 99}},
	} {
		_, err := seats.EncodeCommand(c)
		require.Error(t, err)
	}
}

func TestDecodeCommand(t *testing.T) {
	for wrong, want := range map[string]string{
		``:                                      "ends inside the document",
		`[]`:                                    "can't be of type array",
		`"notify"`:                              "can't be of type string",
		`{}`:                                    "not tagged",
		`{"user":"u7"}`:                         "not tagged",
		`{"command":"","user":"u7"}`:            "not tagged",
		`{"command":"Notify","user":"u7"}`:      "not tagged",
		`{"command":3,"user":"u7"}`:             "not tagged",
		`{"command":{},"user":"u7"}`:            "not tagged",
		`{"command":"ada@acme.example"}`:        "not tagged",
		`{"command":"notify","user":7}`:         "can't be of type number",
		`{"command":"notify","user":"u7"}{}`:    "follows the document",
		`{"command":"notify","reason":"x"}`:     "a key is unknown",
		`{"command":"change-role","user":"u7"}`: "lacks the role, the policy or the payer",
		`{"command":"set-policy"}`:              "lacks the role, the policy or the payer",
		`{"command":"set-payer"}`:               "lacks the role, the policy or the payer",
		`{"command":"set-policy","policy":{}}`:  "not of version 1",
		`{"command":"set-total","total":5}`:     "can't be of type number",
		`{"command":"set-total","total":"-5"}`:  "whole number",
		`{"command":"notify","command":"delete","user":"u7"}`: "stands twice",
	} {
		c, err := seats.DecodeCommand([]byte(wrong))
		require.ErrorContains(t, err, want, wrong)
		require.NotContains(t, err.Error(), "ada")
		require.Nil(t, c)
		read := seats.Commands{seats.Notify{}}
		require.Error(t, json.Unmarshal([]byte(`[`+wrong+`,{"command":"notify","user":"u7"}]`), &read), wrong)
		require.Equal(t, seats.Commands{seats.Notify{}}, read)
	}
}

// TestCommands_UnmarshalJSON takes as many commands as a call, and so does a plan.
func TestCommands_UnmarshalJSON(t *testing.T) {
	for _, n := range []int{seats.MaxCommands, seats.MaxCommands + 1} {
		many := slices.Repeat(seats.Commands{seats.Notify{User: "u7"}}, n)
		plan := seats.Plan{Steps: make([]seats.Planned, n)}
		for i, c := range many {
			plan.Steps[i].Command = c
		}
		for _, c := range []struct{ from, into any }{{many, new(seats.Commands)}, {plan, new(seats.Plan)}} {
			text, err := json.Marshal(c.from)
			require.NoError(t, err)
			err = json.Unmarshal(text, c.into)
			if n > seats.MaxCommands {
				require.ErrorContains(t, err, "too many commands", "%T", c.from)
				require.Zero(t, reflect.ValueOf(c.into).Elem().Interface())
				continue
			}
			require.NoError(t, err)
			require.Equal(t, c.from, reflect.ValueOf(c.into).Elem().Interface())
		}
	}
}

func TestPolicy_UnmarshalJSON(t *testing.T) {
	standard, err := json.Marshal(seats.Standard())
	require.NoError(t, err)
	for field := range reflect.TypeFor[seats.Policy]().Fields() {
		key, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		require.Equal(t, field.Name != "Cards" && field.Name != "Unseen", strings.Contains(string(standard), `"`+key+`":`), "%s is written at zero too", key)
	}
	for _, c := range []struct{ wrong, want string }{
		{`{}`, "not of version 1"},
		{`{"version":2}`, "not of version 1"},
		{`{"version":"1"}`, "can't be of type string"},
		{`{"version":1,"activation":"luck"}`, "unknown name"},
		{`{"version":1,"activation":""}`, "unknown name"},
		{`{"version":1,"term":"long"}`, "no duration"},
		{`{"version":1,"term":3600}`, "can't be of type number"},
		{`{"version":1,"withheld":["fly"]}`, "unknown name"},
		{`{"version":1,"cards":[{"figure":"moon"}]}`, "unknown name"},
		{`{"version":1,"cards":[{},{},{},{},{},{},{}]}`, "too many cards"},
		{`{"version":1,"cards":{}}`, "can't be of type object"},
		{`{"version":1,"buying":{"by":"self-service","more":1}}`, "a key is unknown"},
		{`{"version":1} x`, "follows the document"},
	} {
		p := everySwitch
		require.ErrorContains(t, p.UnmarshalJSON([]byte(c.wrong)), c.want, c.wrong)
		require.Equal(t, everySwitch, p)
	}
	var p seats.Policy
	require.ErrorIs(t, json.Unmarshal([]byte(`{"version":1,"term":"1h"}`), &p), seats.ErrTerm)
	require.ErrorIs(t, json.Unmarshal([]byte(`{"version":1,"buying":{"least":3,"most":2}}`), &p), seats.ErrOrderBounds)
	_, err = json.Marshal(seats.Policy{Term: time.Hour})
	require.ErrorIs(t, err, seats.ErrTerm)
	require.NoError(t, json.Unmarshal([]byte(`{"version":1,"invitation_expiry":"kept","term":"336h"}`), &p))
	require.Equal(t, seats.Policy{InvitationExpiry: seats.ExpiryKeepsSeat, Term: 14 * 24 * time.Hour}, p, "what is left out is at zero")
	cards := seats.Cards{5: {"Last", seats.FigureTotal}}
	text, err := json.Marshal(cards)
	require.NoError(t, err)
	require.Equal(t, `[{},{},{},{},{},{"title":"Last","figure":"total"}]`, string(text))
	read := everySwitch.Cards
	require.NoError(t, json.Unmarshal(text, &read))
	require.Equal(t, cards, read)
	require.NoError(t, json.Unmarshal([]byte(`[]`), &read))
	require.Zero(t, read)
}

func TestRefusal_UnmarshalJSON(t *testing.T) {
	s := open(t, seats.Of(3), seats.Standard())
	s.invite("ada")
	long := strings.Repeat("x", 600)
	refusals := map[error]*seats.Refusal{}
	for _, c := range []seats.Command{
		nil, seats.ChangeRole{User: "owner"}, seats.SetTotal{}, seats.SetTotal{Pool: "\x00", Total: seats.Of(1)},
		seats.BuySeats{Pool: "p"}, seats.Delete{User: "ada", Successor: "ada"}, seats.Delete{User: "ada", Reason: long},
		seats.Delete{User: "ada", Reason: "\xff"}, seats.ChangeRole{User: "ada", Role: users.Owner},
		seats.Add{Profile: users.Profile{ID: "b", Email: "b"}}, seats.Add{},
		seats.Import{User: importedUser("b", func(u *users.User) { u.Role = 99 })},
		seats.Import{User: importedUser("b", func(u *users.User) { u.StatusSince = time.Time{}.Add(time.Hour) })},
		seats.Import{User: importedUser("b", func(u *users.User) { u.StatusSince = s.now.Add(time.Hour) })},
		seats.Schedule{User: "ada"}, seats.Schedule{User: "ada", Leave: users.From("2026-01-01")},
		seats.Invite{Profile: profile("b"), Start: "2026-05-01", Leave: users.From("2026-04-01")},
		seats.Invite{Profile: profile("b"), Start: "2026-05-01", Later: true}, seats.SetPolicy{Policy: seats.Policy{LeaveNotice: -1}},
		seats.Invite{Profile: users.Profile{ID: "b", Email: "b@acme.example", Source: users.Source{Kind: users.SourceSync, Name: "hr"}}},
		seats.SetPolicy{Policy: seats.Policy{Activation: 99}}, seats.SetPolicy{Policy: seats.Policy{Term: 1}},
		seats.SetPolicy{Policy: seats.Policy{Buying: seats.Orders{Least: -1}}},
		seats.SetPolicy{Policy: seats.Policy{Withheld: users.In(users.ActionDeactivate, users.ActionArchive, users.ActionDelete)}},
		seats.SetPolicy{Policy: seats.Policy{Withheld: users.In(users.ActionAccept)}},
		seats.SetPolicy{Policy: seats.Policy{Withheld: users.In(users.ActionSetTotal)}},
	} {
		for _, actor := range []users.Actor{owner, support, {Kind: users.ActorSystem, Name: "x"}} {
			var refusal *seats.Refusal
			if _, err := s.try(actor, c); errors.As(err, &refusal) && refusal.Code == seats.ErrBadInput {
				refusals[refusal.Reason] = refusal
			}
		}
	}
	require.Len(t, refusals, 26, "there is a command for every reason")
	for _, reason := range append(users.Reasons(), seats.ErrNotThere, seats.ErrBackwards) {
		refusals[reason] = &seats.Refusal{Code: seats.ErrBadInput, Field: "x", Reason: reason}
	}
	for reason, refusal := range refusals {
		text, err := json.Marshal(refusal)
		require.NoError(t, err)
		var read seats.Refusal
		require.NoError(t, json.Unmarshal(text, &read))
		require.Equal(t, *refusal, read)
		require.ErrorIs(t, &read, reason, "it is the same error again and not one of the same text")
		require.ErrorIs(t, &read, seats.ErrBadInput)
	}
	own := seats.Refusal{Code: seats.ErrBadInput, Field: "x", Reason: errors.New("is a host's own")}
	text, err := json.Marshal(own)
	require.NoError(t, err)
	require.Equal(t, `{"code":"bad-input","field":"x","reason":"is a host's own"}`, string(text))
	var read seats.Refusal
	require.NoError(t, json.Unmarshal(text, &read))
	require.Equal(t, own.Error(), read.Error())
	own.Reason = users.Reason{Code: "empty", Text: "is of the host's kind"}
	text, err = json.Marshal(own)
	require.NoError(t, err)
	require.Equal(t, `{"code":"bad-input","field":"x","reason":"is of the host's kind"}`, string(text), "though it borrows a code")
	require.NoError(t, json.Unmarshal([]byte(`{"code":"forbidden"}`), &read))
	require.Equal(t, seats.Refusal{Code: seats.ErrForbidden}, read)
}

func TestPerson_UnmarshalJSON(t *testing.T) {
	p := seats.Person{User: users.User{Status: users.Active}, Shown: users.Active}
	require.Error(t, p.UnmarshalJSON([]byte(`{"shown":"luck"}`)))
	require.Equal(t, users.Active, p.Status)
	fields := slices.Collect(func(yield func(string) bool) {
		for f := range reflect.TypeOf(p).Fields() {
			yield(f.Name)
		}
	})
	require.Equal(t, "[User Shown May]", fmt.Sprint(fields), "the document of a person has to keep up with its fields")
}
