// Package erasure tests that nothing which is kept of an account confirms a guess of what
// was erased. It plays calls with request keys whose commands have personal values, erases
// the people and then the account, and attacks what is kept, for any store: with hashes of
// guesses, also keyed with everything that is found, and with the calls themselves.
package erasure

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// A call is a call with a request key. Each personal text in it goes through guess first,
// and a field whose text is empty then is not given.
type call struct {
	key  string
	of   string // whose texts are in it
	play func(ctx context.Context, k *seatkeeper.Keeper, guess func(string) string) (answer, error)
}

// An answer is what can be seen of a call.
type answer struct {
	Outcomes []seats.Outcome
	Events   []seats.Event
	Repeated bool
}

// The ends of the texts of fields that the calls give, and of those that they do not.
var (
	given   = []string{"-first", "-mail", "-number", "-title", "-group", "-company", "-account"}
	missing = []string{"-username", "-department", "-source", "-approved", "-licence", "-other-last"}
)

func ends(text string, with ...string) bool {
	return slices.ContainsFunc(with, func(end string) bool { return strings.HasSuffix(text, end) })
}

func right(text string) string {
	if ends(text, missing...) {
		return ""
	}
	return text
}

// A wrong is a guess that is not right.
type wrong struct {
	name  string
	guess func(string) string
}

// wrongs has other texts, and fields left out and added, each and all.
func wrongs() []wrong {
	list := []wrong{
		{"other texts", func(text string) string {
			if text = right(text); text != "" {
				text = "x" + text
			}
			return text
		}},
		{"all left out", func(string) string { return "" }},
		{"all added", func(text string) string { return text }},
	}
	for _, end := range given {
		list = append(list, wrong{end + " left out", func(text string) string {
			if ends(text, end) {
				return ""
			}
			return right(text)
		}})
	}
	for _, end := range missing {
		list = append(list, wrong{end + " added", func(text string) string {
			if ends(text, end) {
				return text
			}
			return right(text)
		}})
	}
	return list
}

const account = users.AccountID("acme")

var (
	system  = users.System()
	support = users.Support("ticket 1")
	people  = []string{"olive", "ada", "bob", "cyd", "dan", "eli"} // the owner first
)

// profile returns a person whose every text is a secret that no other person shares.
func profile(name string, guess func(string) string) users.Profile {
	text := func(what string) string { return guess(name + "s-" + what) }
	p := users.Profile{
		ID: users.ID("id-" + name[:1]), FirstName: text("first"), LastName: text("last"), Email: text("mail"),
		ExternalID: text("number"), Title: text("title"), Username: text("username"), Department: text("department"),
	}
	if p.Email != "" {
		p.Email += "@example.org"
	}
	if group := text("group"); group != "" {
		p.Groups = []string{group}
	}
	if text("source") != "" {
		p.Source.Kind = users.SourceImport
	}
	return p
}

// commands are those of the calls, by key.
func commands(guess func(string) string) map[string][]seats.Command {
	text := func(text string) *string {
		if text = guess(text); text != "" {
			return &text
		}
		return nil
	}
	title := func(name string) seats.Edit {
		return seats.Edit{User: users.ID("id-" + name[:1]), Set: users.Patch{
			Title: text(name + "s-other-title"), LastName: text(name + "s-other-last"),
		}}
	}
	nameless := profile("cyd", guess)
	nameless.ID = "" // one is made
	day := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	adopted := users.User{Profile: profile("eli", guess), Role: users.Member, Status: users.Active, Created: day, StatusSince: day, FirstSignIn: day}
	if guess("elis-approved") != "" {
		adopted.Approved = day
	}
	if guess("elis-licence") != "" {
		adopted.Licences = []users.Licence{{Pool: "course", Assigned: day}}
	}
	return map[string][]seats.Command{
		"invite":    {seats.Invite{Profile: profile("ada", guess)}},
		"unchanged": {seats.Invite{Profile: profile("ada", guess)}},
		"edit":      {title("ada")},
		"several":   {seats.Add{Profile: profile("bob", guess)}, seats.BuySeats{Quantity: 1}},
		"each":      {seats.Invite{Profile: nameless}, seats.BuySeats{Quantity: 1}},
		"plan":      {seats.Invite{Profile: profile("dan", guess)}},
		"import":    {seats.Import{User: adopted}},
		"name":      {seats.EditAccount{Name: text("olives-account")}},
		"owner":     {title("olive")},
	}
}

func opening(guess func(string) string) seats.Opening {
	return seats.Opening{Account: account, Name: guess("olives-company"), Total: seats.Of(50), Owner: profile("olive", guess)}
}

// calls are all calls, in order.
func calls() []call {
	do := func(key, of string) call {
		return call{key, of, func(ctx context.Context, k *seatkeeper.Keeper, guess func(string) string) (answer, error) {
			done, err := k.Do(ctx, account, system, commands(guess)[key]...)
			return answer{done.Outcomes, done.Events, done.Repeated}, err
		}}
	}
	var planned *seats.Plan // the one that was shown
	return []call{
		{"open", "olive", func(ctx context.Context, k *seatkeeper.Keeper, guess func(string) string) (answer, error) {
			done, err := k.Open(ctx, opening(guess))
			return answer{done.Outcomes, done.Events, done.Repeated}, err
		}},
		do("invite", "ada"), do("unchanged", "ada"), do("edit", "ada"), do("several", "bob"), do("import", "eli"),
		{"each", "cyd", func(ctx context.Context, k *seatkeeper.Keeper, guess func(string) string) (answer, error) {
			outcomes, err := k.DoEach(ctx, account, system, commands(guess)["each"]...)
			for _, o := range outcomes {
				if o.Refusal != nil {
					return answer{}, o.Refusal
				}
			}
			return answer{Outcomes: outcomes}, err
		}},
		{"plan", "dan", func(ctx context.Context, k *seatkeeper.Keeper, guess func(string) string) (answer, error) {
			if planned == nil {
				plan, err := k.Preview(ctx, account, system, commands(guess)["plan"]...)
				if err != nil {
					return answer{}, err
				}
				planned = &plan
			}
			plan := *planned
			plan.Steps = []seats.Planned{{Command: commands(guess)["plan"][0], Outcome: plan.Steps[0].Outcome}}
			done, err := k.Apply(ctx, account, system, plan)
			return answer{done.Outcomes, done.Events, done.Repeated}, err
		}},
		do("owner", "olive"), do("name", "olive"),
	}
}

// Run plays all of it in a new account "acme". What dump returns is all that the store
// keeps, in any form.
func Run(t *testing.T, k *seatkeeper.Keeper, dump func() string) {
	ctx := t.Context()
	all := calls()
	played := map[string]answer{}
	ask := func(c call, guess func(string) string) (answer, error) {
		return c.play(ctx, k.With(seatkeeper.Call{Key: c.key, Correlation: "c"}), guess)
	}
	for _, c := range all {
		a, err := ask(c, right)
		require.NoError(t, err, c.key)
		played[c.key] = a
	}
	sequence := func() uint64 {
		usage, err := k.Usage(ctx, account)
		require.NoError(t, err)
		return usage.Sequence
	}
	// requireRepeated asks again and requires what came of it then, and no more.
	requireRepeated := func(c call, guess func(string) string) {
		t.Helper()
		before := sequence()
		a, err := ask(c, guess)
		require.NoError(t, err, c.key)
		want := played[c.key]
		want.Repeated = a.Repeated // an answer of DoEach has none
		require.Equal(t, want, a, c.key)
		require.Equal(t, a.Events != nil, a.Repeated, c.key)
		require.Equal(t, before, sequence(), c.key)
	}

	for _, name := range people {
		require.NotEmpty(t, confirmed(t, dump(), name), "the attack is one: it succeeds against %s who is here", name)
	}
	before, met := sequence(), map[string]bool{}
	for _, c := range all {
		for _, w := range wrongs() {
			if !valid(c, w.guess) || !differs(t, c.key, w.guess) {
				continue
			}
			met[w.name] = true
			_, err := ask(c, w.guess)
			require.ErrorIs(t, err, seats.ErrKeyReused, "%s, %s", c.key, w.name)
			require.Equal(t, before, sequence(), c.key)
		}
		requireRepeated(c, right)
	}
	require.Len(t, met, len(wrongs()), "each is about a call")

	cyd, err := k.Find(ctx, account, users.ByEmail(profile("cyd", right).Email))
	require.NoError(t, err)
	for _, step := range []struct {
		who   []string
		erase func() error
	}{
		{[]string{"ada"}, func() error {
			_, err := k.Do(ctx, account, support, seats.Deactivate{User: "id-a"}, seats.Erase{User: "id-a"})
			return err
		}},
		{[]string{"bob"}, func() error {
			_, err := k.With(seatkeeper.Call{Key: "delete"}).Do(ctx, account, system, seats.Delete{User: "id-b", Reason: "left"})
			return err
		}},
		{[]string{"cyd"}, func() error {
			_, err := k.DoEach(ctx, account, system, seats.Archive{User: cyd.ID}, seats.Erase{User: cyd.ID})
			return err
		}},
		{people, func() error {
			_, err := k.Do(ctx, account, support, seats.Close{})
			if err == nil {
				_, err = k.EraseAccount(ctx, account, support, "asked for")
			}
			return err
		}},
	} {
		require.NoError(t, step.erase())
		for _, name := range step.who {
			require.Empty(t, confirmed(t, dump(), name), "of %s", name)
			for _, c := range all {
				if c.of == name {
					for _, w := range wrongs() {
						if valid(c, w.guess) {
							requireRepeated(c, w.guess)
						}
					}
					requireRepeated(c, right)
				}
			}
		}
	}
}

// valid reports whether the call with the guess could be one at all: an opening that is not
// valid is refused as such, whatever is kept of its key.
func valid(c call, guess func(string) string) bool {
	_, err := opening(guess).Owner.Clean()
	return c.key != "open" || err == nil
}

// differs reports whether the call of that key is another one with the guess.
func differs(t *testing.T, key string, guess func(string) string) bool {
	t.Helper()
	text := func(guess func(string) string) string {
		var document any = seats.Commands(commands(guess)[key])
		if key == "open" {
			document = opening(guess)
		}
		text, err := json.Marshal(document)
		require.NoError(t, err)
		return string(text)
	}
	return text(guess) != text(right)
}
