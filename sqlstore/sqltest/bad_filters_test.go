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

// unkept are texts that nothing kept is.
var unkept = []string{
	"a\x00b", "\x00", "a\x00", "\xff", "a\xff", "\xbf\x27", "\xbf\\'", "a\xc3", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\x81\x5c", "a\nb", "\n", "a\x1a", "\u0085",
}

// TestStore_reads_unstorableText and does no harm: every engine answers as a store
// in memory does.
func TestStore_reads_unstorableText(t *testing.T) {
	each(t, append([]engine{variant(t, "PostgreSQL, simple protocol"), variant(t, "PostgreSQL, lib-pq"), variant(t, "MariaDB, transactions")}, engines...), func(t *testing.T, s *site) {
		st, memory := s.store(), memstore.New()
		k, other := open(t, st, 9), open(t, memory, 9)
		ada := seats.Invite{Profile: users.Profile{ID: "ada", Email: "ada@acme.example", Location: "a", Department: "a", Groups: []string{"a"}}}
		for _, k := range []*seatkeeper.Keeper{k, other} {
			_, err := k.Do(t.Context(), acme, olive, ada)
			require.NoError(t, err)
		}
		for _, text := range unkept {
			for name, ask := range inquiries(t, text) {
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

// inquiries are all that can be asked with a text, as a number of what was found.
func inquiries(t *testing.T, text string) map[string]func(*seatkeeper.Keeper, store.Store) (int, error) {
	ctx := t.Context()
	list := func(k *seatkeeper.Keeper, f users.Filter) (n int, err error) {
		for _, err = range k.Users(ctx, acme, f) {
			n++
		}
		return n, err
	}
	do := func(k *seatkeeper.Keeper, account users.AccountID, actor users.Actor, c seats.Command) (int, error) {
		_, err := k.Do(ctx, account, actor, c)
		return 0, err
	}
	load := func(s store.Store, n seats.Need) (int, error) {
		n.Account = acme
		found, err := s.Load(ctx, seats.Need{Account: acme}, n)
		if err != nil {
			return 0, err
		}
		return len(found[1].Users) + len(found[1].Past), nil
	}
	all := map[string]func(*seatkeeper.Keeper, store.Store) (int, error){
		"account": func(k *seatkeeper.Keeper, _ store.Store) (int, error) {
			return do(k, users.AccountID(text), olive, invite("x"))
		},
		"usage": func(k *seatkeeper.Keeper, _ store.Store) (int, error) {
			_, err := k.Usage(ctx, users.AccountID(text))
			return 0, err
		},
		"actor": func(k *seatkeeper.Keeper, _ store.Store) (int, error) {
			return do(k, acme, users.As(users.ID(text)), invite("x"))
		},
		"support": func(k *seatkeeper.Keeper, _ store.Store) (int, error) {
			return do(k, acme, users.Support(text), invite("x"))
		},
		"user": func(k *seatkeeper.Keeper, _ store.Store) (int, error) {
			return do(k, acme, olive, seats.Archive{User: users.ID(text)})
		},
		"new user": func(k *seatkeeper.Keeper, _ store.Store) (int, error) {
			return do(k, acme, olive, invite(users.ID(text)))
		},
		"first name": func(k *seatkeeper.Keeper, _ store.Store) (int, error) {
			return do(k, acme, olive, seats.Invite{Profile: users.Profile{ID: "x", Username: "x", FirstName: "a" + text + "b"}})
		},
		"username": func(k *seatkeeper.Keeper, _ store.Store) (int, error) {
			return do(k, acme, olive, seats.Invite{Profile: users.Profile{ID: "x", Username: "a" + text + "b"}})
		},
		"external ID": func(k *seatkeeper.Keeper, _ store.Store) (int, error) {
			return do(k, acme, olive, seats.Invite{Profile: users.Profile{ID: "x", ExternalID: "a" + text + "b"}})
		},
		"successor": func(k *seatkeeper.Keeper, _ store.Store) (int, error) {
			return do(k, acme, olive, seats.Deactivate{User: "ada", Successor: users.ID(text)})
		},
		"reason": func(k *seatkeeper.Keeper, _ store.Store) (int, error) {
			return do(k, acme, olive, seats.Deactivate{User: "ada", Reason: "a" + text + "b"})
		},
		"pool": func(k *seatkeeper.Keeper, _ store.Store) (int, error) {
			return do(k, acme, users.System(), seats.SetTotal{Pool: seats.PoolID(text), Total: seats.Of(1)})
		},
		"request key": func(k *seatkeeper.Keeper, _ store.Store) (int, error) {
			return do(k.With(seatkeeper.Call{Key: text}), acme, olive, invite("x"))
		},
		"correlation": func(k *seatkeeper.Keeper, _ store.Store) (int, error) {
			return do(k.With(seatkeeper.Call{Correlation: text}), acme, olive, invite("x"))
		},
		"location":   func(k *seatkeeper.Keeper, _ store.Store) (int, error) { return list(k, users.Filter{Location: text}) },
		"department": func(k *seatkeeper.Keeper, _ store.Store) (int, error) { return list(k, users.Filter{Department: text}) },
		"group":      func(k *seatkeeper.Keeper, _ store.Store) (int, error) { return list(k, users.Filter{Group: text}) },
		"source": func(k *seatkeeper.Keeper, _ store.Store) (int, error) {
			return list(k, users.Filter{Source: &users.Source{Name: text}})
		},
		"after": func(k *seatkeeper.Keeper, _ store.Store) (int, error) {
			return list(k, users.Filter{After: users.ID(text)})
		},
		"after, by name": func(k *seatkeeper.Keeper, _ store.Store) (int, error) {
			return list(k, users.Filter{ByName: true, After: users.ID(text)})
		},
		"after the name": func(k *seatkeeper.Keeper, _ store.Store) (int, error) {
			return list(k, users.Filter{ByName: true, AfterName: text, After: users.ID(text)})
		},
		"count": func(k *seatkeeper.Keeper, _ store.Store) (int, error) {
			usage, err := k.UsageOf(ctx, acme, users.Filter{Group: text, Location: text})
			return int(usage.People.Count(0, 0)), err
		},
		"events about": func(k *seatkeeper.Keeper, s store.Store) (int, error) {
			events, err := s.Events(ctx, acme, seats.EventFilter{User: users.ID(text)}, 9)
			return len(events), err
		},
		"events of a kind": func(k *seatkeeper.Keeper, s store.Store) (int, error) {
			events, err := s.Events(ctx, acme, seats.EventFilter{Kinds: []seats.EventKind{seats.EventKind(text), seats.EventOpened}}, 9)
			return len(events), err
		},
		"events of": func(k *seatkeeper.Keeper, s store.Store) (int, error) {
			events, err := s.Events(ctx, users.AccountID(text), seats.EventFilter{}, 9)
			return len(events), err
		},
		"tally of": func(_ *seatkeeper.Keeper, s store.Store) (int, error) {
			_, _, err := s.Tally(ctx, users.AccountID(text), users.Filter{})
			return 0, err
		},
		"consumer": func(k *seatkeeper.Keeper, _ store.Store) (int, error) {
			return k.Drain(ctx, text, nil)
		},
		"accounts after": func(_ *seatkeeper.Keeper, s store.Store) (int, error) {
			page, err := s.Accounts(ctx, users.AccountID(text), 9)
			return len(page), err
		},
		"due after": func(_ *seatkeeper.Keeper, s store.Store) (int, error) {
			due, err := s.Due(ctx, seats.Period{}.From, users.AccountID(text), 9)
			return len(due), err
		},
		"behind after": func(_ *seatkeeper.Keeper, s store.Store) (int, error) {
			behind, err := s.Pending(ctx, "mails", users.AccountID(text), 9)
			return len(behind), err
		},
		"load of users": func(_ *seatkeeper.Keeper, s store.Store) (int, error) {
			return load(s, seats.Need{Users: []users.ID{users.ID(text), "ada"}, Pools: []seats.PoolID{seats.PoolID(text)}})
		},
		"load of keys": func(_ *seatkeeper.Keeper, s store.Store) (int, error) {
			return load(s, seats.Need{Keys: []users.Key{{Kind: users.KeyEmail, Value: text}, {Kind: users.KeyExternalID, Value: text}}})
		},
		"load of a change": func(_ *seatkeeper.Keeper, s store.Store) (int, error) {
			return load(s, seats.Need{Change: seats.ChangeID(text)})
		},
		"load of a call": func(_ *seatkeeper.Keeper, s store.Store) (int, error) {
			return load(s, seats.Need{Key: text, IndexTo: 9})
		},
		"load of an account": func(_ *seatkeeper.Keeper, s store.Store) (int, error) {
			found, err := s.Load(ctx, seats.Need{Account: users.AccountID(text)}, seats.Need{Account: acme})
			if err != nil {
				return 0, err
			}
			return int(found[0].Account.Revision + found[1].Account.Revision), nil
		},
	}
	return all
}

// TestStore_Commit_unstorableText where somebody commits it past the Keeper: it is
// kept as it is, or the engine says clearly that it is not.
func TestStore_Commit_unstorableText(t *testing.T) {
	const large = 10 << 20
	each(t, append([]engine{variant(t, "PostgreSQL, lib-pq"), variant(t, "MariaDB, transactions")}, engines...), func(t *testing.T, s *site) {
		st := s.store()
		k := open(t, st, 99)
		_, err := k.Do(t.Context(), acme, olive, seats.Invite{Profile: users.Profile{ID: "ada", Username: "ada", FirstName: strings.Repeat("x", large)}})
		require.ErrorIs(t, err, seats.ErrBadInput)
		for i, text := range append([]string{strings.Repeat("x", large), strings.Repeat("é", 1<<19)}, unkept...) {
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
				c.Account.Name = "" // whatever it was last time
				*at(&c) = text
				verdicts, err := st.Commit(t.Context(), c)
				if err == nil {
					err = verdicts[0].Err
				}
				found, loading := st.Load(t.Context(), seats.Need{Account: acme, Users: []users.ID{id}, Change: c.ID})
				require.NoError(t, loading)
				if err != nil {
					require.NotErrorIs(t, err, store.ErrConflict, "%s %.20q", field, text)
					require.NotErrorIs(t, err, store.ErrBroken, "%s %.20q", field, text)
					require.Less(t, len(err.Error()), 300)
					require.Empty(t, found[0].Users)
					continue
				}
				got := seats.Change{Created: found[0].Users, Events: found[0].Past}
				require.Len(t, got.Created, 1)
				require.True(t, c.Created[0].FirstName == got.Created[0].FirstName && slices.Equal(c.Created[0].Groups, got.Created[0].Groups) &&
					c.Events[0].Reason == got.Events[0].Reason && slices.Equal(c.Events[0].Receivers, got.Events[0].Receivers) &&
					c.Account.Name == found[0].Account.Name, "%s %.20q was cut", field, text)
			}
		}
		works(t, st, "bob")
	})
}
