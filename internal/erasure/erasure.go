// Package erasure tests that nothing which is kept of an account confirms a guess of what
// was erased. It plays calls with request keys whose commands have personal values, erases
// the people and then the account, and attacks what is kept, for any store: with hashes of
// guesses, also keyed with everything that is found, and with the calls themselves.
package erasure

import (
	"cmp"
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

// A guess says what an attacker takes the texts in the calls to be: their prefix, and the ends
// of those that are not given.
type guess struct {
	name, prefix string
	without      []string
}

// The ends of the texts of fields that the calls give, and of those that they do not.
var (
	given   = []string{"-first", "-mail", "-number", "-title", "-group", "-company", "-account"}
	missing = []string{"-username", "-department", "-source", "-approved", "-licence", "-other-last"}
	right   = guess{without: missing}
)

// text returns the text as guessed, empty for a field that is not given.
func (g guess) text(text string) string {
	if slices.ContainsFunc(g.without, func(end string) bool { return strings.HasSuffix(text, end) }) {
		return ""
	}
	return g.prefix + text
}

// wrongs has other texts, and fields left out and added, each and all.
func wrongs() []guess {
	list := []guess{{"other texts", "x", missing}, {"all left out", "", []string{""}}, {"all added", "", nil}}
	for _, end := range given {
		list = append(list, guess{end + " left out", "", append(slices.Clone(missing), end)})
	}
	for i, end := range missing {
		list = append(list, guess{end + " added", "", slices.Delete(slices.Clone(missing), i, i+1)})
	}
	return list
}

const account = users.AccountID("acme")

var (
	system  = users.System()
	support = users.Support("ticket 1")
	people  = []string{"olive", "ada", "bob", "cyd", "dan", "eli", "flo"} // the owner first
)

// profile returns a person whose every text is a secret that no other person shares.
func profile(name string, g guess) users.Profile {
	text := func(what string) string { return g.text(name + "s-" + what) }
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

// A call is a call with a request key.
type call struct {
	key, of  string        // of: the person with the texts in it
	channel  seats.Channel // of the opening: empty
	commands seats.Commands
}

// The keys of the call that opens the account, and of the one that carries out a large plan.
const (
	opened = "open"
	large  = "large plan"
)

func opening(g guess) seats.Opening {
	return seats.Opening{Account: account, Name: g.text("olives-company"), Total: seats.Of(50), Owner: profile("olive", g)}
}

// document is what the call gives, in the place of its digest.
func (c call) document(g guess) any {
	if c.key == opened {
		return opening(g)
	}
	return c.commands
}

// calls are all calls, in order, with the texts as guessed.
func calls(g guess) []call {
	text := func(text string) *string {
		if text = g.text(text); text != "" {
			return &text
		}
		return nil
	}
	title := func(name string) seats.Edit {
		return seats.Edit{User: users.ID("id-" + name[:1]), Set: users.Patch{
			Title: text(name + "s-other-title"), LastName: text(name + "s-other-last"),
		}}
	}
	nameless := profile("cyd", g)
	nameless.ID = "" // one is made
	day := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	imported := users.User{Profile: profile("eli", g), Role: users.Member, Status: users.Active, Created: day, StatusSince: day, FirstSignIn: day}
	if g.text("elis-approved") != "" {
		imported.Approved = day
	}
	var licences []users.Licence
	if g.text("elis-licence") != "" {
		licences = []users.Licence{{Pool: "course", Assigned: day}}
	}
	return []call{
		{opened, "olive", "", nil},
		{"invite", "ada", seats.ByCall, seats.Commands{seats.Invite{Profile: profile("ada", g)}}},
		{"unchanged", "ada", seats.ByCall, seats.Commands{seats.Invite{Profile: profile("ada", g)}}},
		{"edit", "ada", seats.ByCall, seats.Commands{title("ada")}},
		{"several", "bob", seats.ByCall, seats.Commands{seats.Add{Profile: profile("bob", g)}, seats.BuySeats{Quantity: 1}}},
		{"import", "eli", seats.ByCall, seats.Commands{seats.Import{User: imported, Licences: licences}}},
		{"each", "cyd", seats.ByBulk, seats.Commands{seats.Invite{Profile: nameless}, seats.BuySeats{Quantity: 1}}},
		{"plan", "dan", seats.ByPlan, seats.Commands{seats.Invite{Profile: profile("dan", g)}}},
		{large, "flo", seats.ByPlan, seats.Commands{seats.Invite{Profile: profile("flo", g)}}},
		{"owner", "olive", seats.ByCall, seats.Commands{title("olive")}},
		{"name", "olive", seats.ByCall, seats.Commands{seats.EditAccount{Name: text("olives-account")}}},
	}
}

// A player makes the calls.
type player struct {
	*testing.T
	keeper *seatkeeper.Keeper
	plan   seats.Plan                   // as it was shown first
	done   map[string]seatkeeper.Result // what each call came to, by key
}

// call makes the call with that number in [calls].
func (p *player) call(number int, g guess) (result seatkeeper.Result, err error) {
	c := calls(g)[number]
	k, ctx := p.keeper.With(seatkeeper.Call{Key: c.key, Correlation: "c"}), p.Context()
	switch {
	case c.key == opened:
		result, err = k.Open(ctx, opening(g))
	case c.key == large:
		result.Outcomes, err = p.applyAll(k, c.commands)
	case c.channel == seats.ByBulk:
		var bulk seatkeeper.BulkResult
		bulk, err = k.DoEach(ctx, account, system, c.commands...)
		if result.Outcomes = bulk.Outcomes; err == nil {
			err = refused(result.Outcomes)
		}
	case c.channel == seats.ByPlan:
		if p.plan.Steps == nil {
			if p.plan, err = k.Preview(ctx, account, system, c.commands...); err != nil {
				return result, err
			}
		}
		plan := p.plan
		plan.Steps = []seats.Planned{{Command: c.commands[0], Outcome: plan.Steps[0].Outcome}}
		result, err = k.Apply(ctx, account, system, plan)
	default:
		result, err = k.Do(ctx, account, system, c.commands...)
	}
	result.Revision = 0 // of the account now
	return result, err
}

// applyAll carries out the commands as a large plan of their own.
func (p *player) applyAll(k *seatkeeper.Keeper, commands seats.Commands) (outcomes []seats.Outcome, err error) {
	list := func(yield func(seats.Command, error) bool) {
		for _, c := range commands {
			if !yield(c, nil) {
				return
			}
		}
	}
	plan, err := k.PreviewAll(p.Context(), account, system, list)
	require.NoError(p, err)
	_, err = k.ApplyAll(p.Context(), account, system, plan, list, func(_ seats.Command, o seats.Outcome) error {
		outcomes = append(outcomes, o)
		return nil
	})
	return outcomes, cmp.Or(err, refused(outcomes))
}

// refused returns the first refusal.
func refused(outcomes []seats.Outcome) error {
	for _, o := range outcomes {
		if o.Refusal != nil {
			return o.Refusal
		}
	}
	return nil
}

func (p *player) sequence() uint64 {
	usage, err := p.keeper.Usage(p.Context(), account)
	require.NoError(p, err)
	return usage.Sequence
}

// requireRepeated makes the call again and requires what came of it then, and no more.
func (p *player) requireRepeated(number int, g guess) {
	p.Helper()
	before, key := p.sequence(), calls(g)[number].key
	got, err := p.call(number, g)
	require.NoError(p, err, key)
	want := p.done[key]
	want.Repeated = got.Repeated // an answer of DoEach has none
	for _, c := range got.Receipt.Commits {
		require.Empty(p, c.Values, "only the first answer has values from before, %s", key)
	}
	want.Receipt = got.Receipt
	require.Equal(p, want, got, key)
	require.Equal(p, got.Events != nil, got.Repeated, key)
	require.Equal(p, before, p.sequence(), key)
}

// Run plays all of it in a new account "acme". What dump returns is all that the store
// keeps, in any form.
func Run(t *testing.T, k *seatkeeper.Keeper, dump func() string) {
	ctx, all := t.Context(), calls(right)
	p := &player{T: t, keeper: k, done: map[string]seatkeeper.Result{}}
	for i, c := range all {
		result, err := p.call(i, right)
		require.NoError(t, err, c.key)
		p.done[c.key] = result
	}
	for _, name := range people {
		require.NotEmpty(t, confirmed(t, dump(), name), "the attack is one: it succeeds against %s who is here", name)
	}
	before, met := p.sequence(), map[string]bool{}
	for i, c := range all {
		for _, w := range wrongs() {
			if !valid(c, w) || text(t, calls(w)[i].document(w)) == text(t, c.document(right)) {
				continue
			}
			met[w.name] = true
			_, err := p.call(i, w)
			require.ErrorIs(t, err, seats.ErrKeyReused, "%s, %s", c.key, w.name)
			require.Equal(t, before, p.sequence(), c.key)
		}
		p.requireRepeated(i, right)
	}
	require.Len(t, met, len(wrongs()), "each is about a call")

	kept, erased := map[string]users.ID{}, map[string]bool{}
	for _, name := range people {
		u, err := k.Find(ctx, account, users.ByEmail(profile(name, right).Email))
		require.NoError(t, err)
		kept[name] = u.ID
		require.NoError(t, k.Seen(ctx, account, time.Now(), u.ID))
	}
	// The names of some are former ones, which the library keeps for a time.
	for _, name := range []string{"bob", "eli", "olive"} {
		former := profile(name, right)
		another := users.Patch{FirstName: new("Another"), LastName: new("Name")}
		_, err := k.Do(ctx, account, system, seats.Edit{User: former.ID, Set: another})
		require.NoError(t, err)
		require.Contains(t, lower(dump()), lower(former.FirstName), "the former name of %s is kept while the user is here", name)
	}
	cyd, err := k.Find(ctx, account, users.ByEmail(profile("cyd", right).Email))
	require.NoError(t, err)
	for _, step := range []struct {
		of    []string
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
		for name, id := range kept {
			seen, err := k.LastSeen(ctx, account, id)
			require.NoError(t, err)
			require.Equal(t, slices.Contains(step.of, name) || erased[name], seen[0].IsZero(), "of %s", name)
		}
		for _, name := range step.of {
			erased[name] = true
			require.Empty(t, confirmed(t, dump(), name), "of %s", name)
			for i, c := range all {
				for _, g := range append(wrongs(), right) {
					if c.of == name && valid(c, g) {
						p.requireRepeated(i, g)
					}
				}
			}
		}
	}
}

// valid reports whether the call with the guess could be one at all: an opening that is not
// valid is refused as such, whatever is kept of its key.
func valid(c call, g guess) bool {
	_, err := opening(g).Owner.Clean()
	return c.key != opened || err == nil
}

func text(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	require.NoError(t, err)
	return string(text)
}
