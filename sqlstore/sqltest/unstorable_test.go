package sqltest_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/memstore"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// unstorable are texts that no row has.
var unstorable = []string{
	"a\x00b", "\x00", "a\x00", "\xff", "a\xff", "\xbf\x27", "\xbf\\'", "a\xc3", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\x81\x5c", "a\nb", "\n", "a\x1a", "\u0085",
}

// otherPaths are the engines whose statements differ, and those of engines.
func otherPaths(t *testing.T) []engine {
	return append([]engine{variant(t, "PostgreSQL, lib-pq"), variant(t, "MariaDB, transactions")}, engines...)
}

// TestStore_unstorableText: every engine answers as a store in memory does.
func TestStore_unstorableText(t *testing.T) {
	each(t, append(otherPaths(t), variant(t, "PostgreSQL, simple protocol")), func(t *testing.T, s *site) {
		st, memory := s.store(), memstore.New()
		k, other := open(t, st, 9), open(t, memory, 9)
		ada := seats.Invite{Profile: users.Profile{ID: "ada", Email: "ada@acme.example", Location: "a", Department: "a", Groups: []string{"a"}}}
		for _, k := range []*seatkeeper.Keeper{k, other} {
			_, err := k.Do(t.Context(), acme, olive, ada)
			require.NoError(t, err)
		}
		for _, text := range unstorable {
			for name, ask := range questionsWith(t, text) {
				want, refused := ask(other, memory)
				got, err := ask(k, st)
				switch {
				case strings.Contains(name, "after") && (strings.Contains(text, "\x00") || !utf8.ValidString(text)):
					require.ErrorContains(t, err, "a text is not valid UTF-8, or has a zero byte", "no page begins there")
				case refused == nil:
					require.NoError(t, err, "%s %q", name, text)
					require.Equal(t, want, got, "%s %q", name, text)
				default:
					require.EqualError(t, err, refused.Error(), "%s %q", name, text)
				}
			}
		}
		works(t, st, "bob")
	})
}

// A questionWith returns how much it found.
type questionWith func(*seatkeeper.Keeper, store.Store) (int, error)

// questionsWith are all calls that take a text.
func questionsWith(t *testing.T, text string) map[string]questionWith {
	ctx := t.Context()
	call := func(call seatkeeper.Call, account users.AccountID, actor users.Actor, c seats.Command) questionWith {
		return func(k *seatkeeper.Keeper, _ store.Store) (int, error) {
			_, err := k.With(call).Do(ctx, account, actor, c)
			return 0, err
		}
	}
	do := func(c seats.Command) questionWith { return call(seatkeeper.Call{}, acme, olive, c) }
	profile := func(p users.Profile) questionWith { p.ID = "x"; return do(seats.Invite{Profile: p}) }
	list := func(f users.Filter) questionWith {
		return func(k *seatkeeper.Keeper, _ store.Store) (n int, err error) {
			for _, err = range k.Users(ctx, acme, f) {
				n++
			}
			return n, err
		}
	}
	events := func(account users.AccountID, f seats.EventFilter) questionWith {
		return func(_ *seatkeeper.Keeper, s store.Store) (int, error) {
			page, err := s.Events(ctx, account, f, 9)
			return len(page), err
		}
	}
	load := func(n seats.Need) questionWith {
		return func(_ *seatkeeper.Keeper, s store.Store) (int, error) {
			if n.Account == "" {
				n.Account = acme
			}
			found, err := s.Load(ctx, seats.Need{Account: acme}, n)
			if err != nil {
				return 0, err
			}
			return len(found[1].Users) + len(found[1].Past) + int(found[1].Account.Revision), nil
		}
	}
	id := users.ID(text)
	return map[string]questionWith{
		"account":      call(seatkeeper.Call{}, users.AccountID(text), olive, invite("x")),
		"actor":        call(seatkeeper.Call{}, acme, users.As(id), invite("x")),
		"support":      call(seatkeeper.Call{}, acme, users.Support(text), invite("x")),
		"pool":         call(seatkeeper.Call{}, acme, users.System(), seats.SetTotal{Pool: seats.PoolID(text), Total: seats.Of(1)}),
		"request key":  call(seatkeeper.Call{Key: text}, acme, olive, invite("x")),
		"correlation":  call(seatkeeper.Call{Correlation: text}, acme, olive, invite("x")),
		"user":         do(seats.Archive{User: id}),
		"new user":     do(invite(id)),
		"successor":    do(seats.Deactivate{User: "ada", Successor: id}),
		"reason":       do(seats.Deactivate{User: "ada", Reason: "a" + text + "b"}),
		"first name":   profile(users.Profile{Username: "x", FirstName: "a" + text + "b"}),
		"username":     profile(users.Profile{Username: "a" + text + "b"}),
		"external ID":  profile(users.Profile{ExternalID: "a" + text + "b"}),
		"location":     list(users.Filter{Locations: []string{text}}),
		"department":   list(users.Filter{Departments: []string{text}}),
		"group":        list(users.Filter{Groups: []string{text}}),
		"text":         list(users.Filter{Text: "a" + text + "b"}),
		"IDs":          list(users.Filter{IDs: []users.ID{id}}),
		"source":       list(users.Filter{Sources: []users.Source{{Name: "a" + text + "b"}}}),
		"after":        list(users.Filter{After: users.Place{ID: id}}),
		"after by ID":  list(users.Filter{Order: users.OrderName, After: users.Place{ID: id}}),
		"after a name": list(users.Filter{Order: users.OrderName, After: users.Place{Name: text, ID: id}}),
		"usage": func(k *seatkeeper.Keeper, _ store.Store) (int, error) {
			_, err := k.Usage(ctx, users.AccountID(text))
			return 0, err
		},
		"count": func(k *seatkeeper.Keeper, _ store.Store) (int, error) {
			usage, err := k.UsageOf(ctx, acme, users.Filter{Groups: []string{text}, Locations: []string{text}})
			return int(usage.People.Count(0, 0)), err
		},
		"tally": func(_ *seatkeeper.Keeper, s store.Store) (int, error) {
			_, _, err := s.Tally(ctx, users.AccountID(text), users.Filter{})
			return 0, err
		},
		"events of a user":  events(acme, seats.EventFilter{User: id}),
		"events of a kind":  events(acme, seats.EventFilter{Kinds: []seats.EventKind{seats.EventKind(text), seats.EventOpened}}),
		"events of account": events(users.AccountID(text), seats.EventFilter{}),
		"consumer":          func(k *seatkeeper.Keeper, _ store.Store) (int, error) { return k.Drain(ctx, eventwise(text, nil)) },
		"accounts after": func(_ *seatkeeper.Keeper, s store.Store) (int, error) {
			page, err := s.Accounts(ctx, users.AccountID(text), 9)
			return len(page), err
		},
		"due after": func(_ *seatkeeper.Keeper, s store.Store) (int, error) {
			due, err := s.Due(ctx, seats.Period{}.From, users.AccountID(text), 9)
			return len(due), err
		},
		"pending after": func(k *seatkeeper.Keeper, s store.Store) (int, error) {
			pending, err := store.OutboxOf(s).Pending(ctx, "mails", users.AccountID(text), 9)
			return len(pending), err
		},
		"load of users":      load(seats.Need{Users: []users.ID{id, "ada"}, Pools: []seats.PoolID{seats.PoolID(text)}}),
		"load of keys":       load(seats.Need{Keys: []users.Key{{Kind: users.KeyEmail, Value: text}, {Kind: users.KeyExternalID, Value: text}}}),
		"load of a call":     load(seats.Need{Key: text, IndexTo: 9}),
		"load of an account": load(seats.Need{Account: users.AccountID(text)}),
	}
}

// TestStore_Commit_unstorableText commits such texts past the Keeper: each is stored as it
// is, or the engine refuses it.
func TestStore_Commit_unstorableText(t *testing.T) {
	const large = 10 << 20
	each(t, otherPaths(t), func(t *testing.T, s *site) {
		st := s.store()
		k := open(t, st, 99)
		_, err := k.Do(t.Context(), acme, olive, seats.Invite{Profile: users.Profile{ID: "ada", Username: "ada", FirstName: strings.Repeat("x", large)}})
		require.ErrorIs(t, err, seats.ErrBadInput)
		for i, text := range append([]string{strings.Repeat("x", large), strings.Repeat("é", 1<<19)}, unstorable...) {
			for field, at := range map[string]func(*seats.Change) *string{
				"name":    func(c *seats.Change) *string { return &c.Created[0].FirstName },
				"group":   func(c *seats.Change) *string { c.Created[0].Groups = []string{"", "a"}; return &c.Created[0].Groups[0] },
				"reason":  func(c *seats.Change) *string { return &c.Events[0].Reason },
				"account": func(c *seats.Change) *string { return &c.Account.Name },
				"receiver": func(c *seats.Change) *string {
					c.Events[0].Receivers = []users.ID{"", "a"}
					return (*string)(&c.Events[0].Receivers[0])
				},
			} {
				if len(text) == large && field != "name" {
					continue // once is enough
				}
				id := users.ID(fmt.Sprint("p", i, field))
				c := planned(t, st, invite(id))
				c.Account.Name, c.Settings = "", true // whatever it was last time
				*at(&c) = text
				err := commit(t.Context(), st, c)
				found, loading := st.Load(t.Context(), seats.Need{Account: acme, Users: []users.ID{id}, Sequence: c.Events[0].Sequence})
				require.NoError(t, loading)
				if err != nil {
					require.NotErrorIs(t, err, store.ErrConflict, "%s %.20q", field, text)
					require.NotErrorIs(t, err, store.ErrBroken, "%s %.20q", field, text)
					require.Less(t, len(err.Error()), 300)
					require.Empty(t, found[0].Users)
					continue
				}
				require.Len(t, found[0].Users, 1)
				user, event := found[0].Users[0], found[0].Past[0]
				require.True(t, c.Created[0].FirstName == user.FirstName && slices.Equal(c.Created[0].Groups, user.Groups) &&
					c.Events[0].Reason == event.Reason && slices.Equal(c.Events[0].Receivers, event.Receivers) &&
					c.Account.Name == found[0].Account.Name, "%s %.20q was cut", field, text)
			}
		}
		works(t, st, "bob")
	})
}
