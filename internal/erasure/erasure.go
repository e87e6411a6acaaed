// Package erasure tests that nothing which is kept of an account confirms a guess of what
// was erased. It plays calls with request keys whose commands have personal values, erases
// the people and then the account, and attacks what is kept, for any store: with hashes of
// guesses, also keyed with everything that is found, and with the calls themselves.
package erasure

import (
	"context"
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"hash"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// A call is a call with a request key. Each personal text in it goes through guess first.
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

func right(text string) string { return text }
func wrong(text string) string { return "x" + text }

const account = users.AccountID("acme")

var (
	system  = users.System()
	support = users.Support("ticket 1")
	people  = []string{"olive", "ada", "bob", "cyd", "dan", "eli"} // the owner first
)

// profile returns a person whose every text is a secret that no other person shares.
func profile(name string, guess func(string) string) users.Profile {
	text := func(what string) string { return guess(name + "s-" + what) }
	return users.Profile{
		ID: users.ID("id-" + name[:1]), First: text("first"), Last: text("last"), Email: text("mail") + "@example.org",
		ExternalID: text("number"), Title: text("title"), Groups: []string{text("group")},
	}
}

// commands are those of the calls, by key.
func commands(guess func(string) string) map[string][]seats.Command {
	title := func(name, what string) seats.Edit {
		text := guess(name + "s-" + what)
		return seats.Edit{User: users.ID("id-" + name[:1]), Set: users.Patch{Title: &text}}
	}
	nameless := profile("cyd", guess)
	nameless.ID = "" // one is made
	name := guess("olives-account")
	day := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	adopted := users.User{Profile: profile("eli", guess), Role: users.Member, Status: users.Active, Created: day, Since: day, SignedIn: day}
	return map[string][]seats.Command{
		"invite":    {seats.Invite{Profile: profile("ada", guess)}},
		"unchanged": {seats.Invite{Profile: profile("ada", guess)}},
		"edit":      {title("ada", "other-title")},
		"several":   {seats.Add{Profile: profile("bob", guess)}, seats.BuySeats{Seats: 1}},
		"each":      {seats.Invite{Profile: nameless}, seats.BuySeats{Seats: 1}},
		"plan":      {seats.Invite{Profile: profile("dan", guess)}},
		"adopt":     {seats.Adopt{User: adopted}},
		"name":      {seats.EditAccount{Name: &name}},
		"owner":     {title("olive", "other-title")},
	}
}

func opening(guess func(string) string) seats.Opening {
	return seats.Opening{Account: account, Name: guess("olives-company"), Seats: seats.Of(50), Owner: profile("olive", guess)}
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
		do("invite", "ada"), do("unchanged", "ada"), do("edit", "ada"), do("several", "bob"), do("adopt", "eli"),
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
	for _, c := range all {
		before := sequence()
		_, err := ask(c, wrong)
		require.ErrorIs(t, err, seats.ErrKeyReused, c.key)
		require.Equal(t, before, sequence(), c.key)
		requireRepeated(c, right)
	}

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
					requireRepeated(c, wrong)
					requireRepeated(c, right)
				}
			}
		}
	}
}

// confirmed returns the guesses about the person that the dump confirms: that stand in
// it, hashed or as they are, for somebody who knows this library and all of the dump.
func confirmed(t *testing.T, dump, name string) (found []string) {
	keys := tokens(dump)
	dump = lower(dump)
	for _, guess := range guesses(t, name) {
		sums := [][]byte{[]byte(guess)}
		for _, h := range []func() hash.Hash{md5.New, sha1.New, sha256.New, sha512.New} {
			sums = append(sums, sum(h(), guess))
		}
		for _, key := range keys {
			sums = append(sums, sum(hmac.New(sha256.New, key), guess))
		}
		for _, s := range sums {
			if contains(dump, s) {
				found = append(found, guess)
				break
			}
		}
	}
	return found
}

// lower returns the text with small letters: all that the library folds in these texts.
func lower(text string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			r += 'a' - 'A'
		}
		return r
	}, text)
}

func sum(h hash.Hash, text string) []byte {
	h.Write([]byte(text))
	return h.Sum(nil)
}

// contains reports whether the dump, in lower case, has the bytes as text, as hexadecimal
// digits or in base64, or at least the first eight of them.
func contains(dump string, b []byte) bool {
	start := b[:min(len(b), 8)]
	return strings.Contains(dump, lower(string(b))) ||
		strings.Contains(dump, hex.EncodeToString(start)) ||
		strings.Contains(dump, lower(base64.RawStdEncoding.EncodeToString(start[:len(start)/3*3])))
}

var word = regexp.MustCompile("[0-9A-Za-z-]{8,}")

// tokens returns everything in the dump that could be a key: each word, also decoded; and
// the empty key.
func tokens(dump string) [][]byte {
	keys := [][]byte{{}}
	seen := map[string]bool{}
	for _, word := range word.FindAllString(dump, -1) {
		if seen[word] {
			continue
		}
		seen[word] = true
		keys = append(keys, []byte(word))
		for _, half := range []string{word, word[len(word)/2:], word[:len(word)/2]} {
			if b, err := hex.DecodeString(half); err == nil {
				keys = append(keys, b, []byte(half))
			}
		}
		if b, err := base64.RawURLEncoding.DecodeString(word); err == nil {
			keys = append(keys, b)
		}
	}
	return keys
}

// guesses returns what somebody would guess who knows all about the person but whether it
// is true: each text, and the documents with the texts in which the library handles them.
func guesses(t *testing.T, name string) (texts []string) {
	add := func(v any) {
		text, err := json.Marshal(v)
		require.NoError(t, err)
		texts = append(texts, string(text))
	}
	p := profile(name, right)
	texts = append(texts, p.First, p.Last, p.Email, p.ExternalID, p.Title, p.Groups[0], p.First+" "+p.Last, name+"s-")
	add(p)
	for _, c := range calls() {
		if c.of != name || c.key == "open" {
			continue
		}
		list := commands(right)[c.key]
		channel := map[string]seats.Channel{"each": seats.ByBulk, "plan": seats.ByPlan}[c.key]
		if channel == "" {
			channel = seats.ByCall
		}
		whole := []any{system, channel}
		for _, command := range list {
			text, err := seats.EncodeCommand(command)
			require.NoError(t, err)
			texts = append(texts, string(text))
			whole = append(whole, json.RawMessage(text))
			if left := stripped(t, text); len(left) > 0 {
				add(left)
			}
		}
		add(whole)
		add(seats.Commands(list))
	}
	if name == "olive" {
		add(opening(right))
		text, err := json.Marshal(opening(right))
		require.NoError(t, err)
		add(stripped(t, text))
	}
	return texts
}

// stripped returns a document without what is not personal.
func stripped(t *testing.T, text []byte) map[string]any {
	var whole map[string]any
	require.NoError(t, json.Unmarshal(text, &whole))
	return strip(whole)
}

func strip(v map[string]any) map[string]any {
	left := map[string]any{}
	for key, value := range v {
		switch value := value.(type) {
		case map[string]any:
			if some := strip(value); len(some) > 0 && key != "policy" {
				left[key] = some
			}
		case string:
			if key != "command" && key != "id" && key != "user" && key != "role" && key != "kind" && key != "account" && key != "seats" {
				left[key] = value
			}
		case []any:
			left[key] = value
		}
	}
	return left
}
