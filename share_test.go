package seatkeeper_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/internal/ways"
	"github.com/seatkeeper/seatkeeper/memstore"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// A gathering is calls that wait for a commit of an hour, and their errors.
type gathering struct {
	*seatkeeper.Keeper
	*tape
	t     *testing.T
	calls sync.WaitGroup
	mutex sync.Mutex
	errs  map[string]error
	stats map[string]seatkeeper.CallStats
	hold  chan error // the answer to each commit
}

type callName struct{}

// company begins a commit for an account with so many seats: all that follows waits for it.
func company(t *testing.T, o seatkeeper.Options, total int64) *gathering {
	c := &gathering{t: t, errs: map[string]error{}, stats: map[string]seatkeeper.CallStats{}, hold: make(chan error)}
	o.Observe = func(ctx context.Context, s seatkeeper.CallStats) {
		c.mutex.Lock()
		defer c.mutex.Unlock()
		if name, ok := ctx.Value(callName{}).(string); ok {
			c.stats[name] = s
		}
	}
	c.Keeper, c.tape = taped(t, o, total)
	c.before = func(ctx context.Context, _ []seats.Change) error {
		select {
		case err := <-c.hold:
			return err
		case <-ctx.Done():
			return fmt.Errorf("%w: %w", store.ErrUnknown, ctx.Err())
		}
	}
	c.call(t.Context(), "first", seats.Invite{Profile: profile("first")})
	return c
}

// call begins a call, which waits.
func (c *gathering) call(ctx context.Context, name string, commands ...seats.Command) {
	c.do(ctx, name, c.Keeper, commands...)
}

func (c *gathering) do(ctx context.Context, name string, k *seatkeeper.Keeper, commands ...seats.Command) {
	c.calls.Go(func() {
		_, err := k.Do(context.WithValue(ctx, callName{}, name), "acme", owner, commands...)
		c.mutex.Lock()
		defer c.mutex.Unlock()
		c.errs[name] = err
	})
	synctest.Wait()
}

func (c *gathering) invite(ctx context.Context, names ...string) {
	for _, name := range names {
		c.call(ctx, name, seats.Invite{Profile: profile(users.ID(name))})
	}
}

// go on lets the next commit have that answer; nil: it is carried out.
func (c *gathering) goOn(answer error) {
	c.hold <- answer
	time.Sleep(time.Second) // longer than any pause
	synctest.Wait()
}

// end lets all go on, and waits for the calls.
func (c *gathering) end() {
	c.before = nil
	close(c.hold)
	c.calls.Wait()
}

// wrote returns the events of each commit sent, by user.
func (c *gathering) wrote() (all []string) {
	for _, changes := range c.sent {
		text := ""
		for _, change := range changes {
			for _, e := range change.Events {
				text += string(e.User) + " "
			}
		}
		all = append(all, text)
	}
	return all
}

func TestKeeper_share(t *testing.T) {
	ways.Usual(t)
	t.Run("one commit, outcomes of their own", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			c := company(t, seatkeeper.Options{}, 4)
			c.invite(t.Context(), "a")
			c.call(t.Context(), "again", seats.Invite{Profile: profile("a")})
			c.invite(t.Context(), "b", "full")
			c.call(t.Context(), "unknown", seats.Deactivate{User: "unknown"})
			c.goOn(nil)
			c.end()
			require.Equal(t, []string{"first ", "a b "}, c.wrote())
			require.NoError(t, errors.Join(c.errs["first"], c.errs["a"], c.errs["again"], c.errs["b"]))
			require.ErrorIs(t, c.errs["full"], seats.ErrNoSeats)
			require.ErrorIs(t, c.errs["unknown"], seats.ErrUnknownUser)
			require.Equal(t, 5, c.stats["b"].Together)
			require.Equal(t, 1, c.stats["first"].Together)
			require.Equal(t, 1, c.stats["full"].Commits, "it was in company")
			u, err := c.Usage(t.Context(), "acme")
			require.NoError(t, err)
			require.EqualValues(t, 3, u.Revision, "open, and two commits")
			require.EqualValues(t, 4, u.Held)
		})
	})
	t.Run("turned off", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			c := company(t, seatkeeper.Options{Sharing: seatkeeper.ShareNothing}, 9)
			c.invite(t.Context(), "a", "b")
			c.goOn(nil)
			c.end()
			require.Equal(t, []string{"first ", "a ", "b "}, c.wrote())
		})
	})
	t.Run("a request key", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			c := company(t, seatkeeper.Options{}, 9)
			keyed := func(key string) *seatkeeper.Keeper { return c.With(seatkeeper.Call{Key: key}) }
			buy := seats.SetTotal{Total: seats.Of(12)}
			more := seats.Invite{Profile: users.Profile{Email: "x@acme.example"}}
			c.do(t.Context(), "k1", keyed("k1"), more)
			c.do(t.Context(), "k1 again", keyed("k1"), more)
			c.do(t.Context(), "k1 of another", keyed("k1"), buy)
			c.do(t.Context(), "k2", keyed("k2"), seats.Invite{Profile: profile("y")})
			c.goOn(nil)
			c.end()
			require.NoError(t, errors.Join(c.errs["k1"], c.errs["k1 again"], c.errs["k2"]))
			require.ErrorIs(t, c.errs["k1 of another"], seats.ErrKeyReused)
			require.Len(t, c.sent, 2)
			require.Len(t, c.sent[1][0].Events, 2)
			u, err := c.Usage(t.Context(), "acme")
			require.NoError(t, err)
			require.EqualValues(t, 4, u.Held)
		})
	})
	t.Run("in order, up to a bound", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			c := company(t, seatkeeper.Options{}, 2000)
			c.call(t.Context(), "many", invitations(300)...)
			c.call(t.Context(), "more", invitations(500)[300:]...)
			c.call(t.Context(), "too many", invitations(501)[500:]...)
			c.goOn(nil)
			c.end()
			require.NoError(t, errors.Join(c.errs["many"], c.errs["more"], c.errs["too many"]))
			require.Equal(t, []int{2, 2, 1}, []int{c.stats["many"].Together, c.stats["more"].Together, c.stats["too many"].Together})
		})
	})
	t.Run("a zone and what is not in a memory", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			c := company(t, seatkeeper.Options{}, 9)
			c.call(t.Context(), "soon", seats.Schedule{User: "first", Leave: users.From(users.DateOf(time.Now().Add(24 * time.Hour)))})
			c.call(t.Context(), "zone", seats.EditAccount{Zone: new("Asia/Tokyo")})
			c.invite(t.Context(), "a")
			c.goOn(nil)
			c.end()
			require.NoError(t, errors.Join(c.errs["soon"], c.errs["zone"], c.errs["a"]))
			require.Equal(t, []string{"first ", "first ", " ", "a "}, c.wrote())
			p, err := c.User(t.Context(), "acme", "first")
			require.NoError(t, err)
			require.Equal(t, 15, p.Schedule.At.Hour(), "midnight in Tokyo")
		})
	})
	t.Run("keys that move on", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			c := company(t, seatkeeper.Options{}, 9)
			mail := func(address string) seats.Command {
				return seats.Edit{User: "owner", Set: users.Patch{Email: &address}}
			}
			c.call(t.Context(), "away", mail("away@acme.example"))
			c.call(t.Context(), "back", mail("owner@acme.example"))
			c.goOn(nil)
			c.end()
			require.NoError(t, errors.Join(c.errs["away"], c.errs["back"]))
			require.Len(t, c.sent, 3)
		})
	})
}

// TestKeeper_share_poison: the store refuses one of the calls. The others go on.
func TestKeeper_share_poison(t *testing.T) {
	ways.Usual(t)
	synctest.Test(t, func(t *testing.T) {
		c := company(t, seatkeeper.Options{}, 9)
		c.invite(t.Context(), "a", "poison", "b")
		hold := c.before
		c.before = func(ctx context.Context, changes []seats.Change) error {
			if slices.ContainsFunc(changes[0].Created, func(u users.User) bool { return u.ID == "poison" }) {
				return errDown
			}
			return hold(ctx, changes)
		}
		c.goOn(nil)
		close(c.hold)
		c.calls.Wait()
		require.ErrorIs(t, c.errs["poison"], errDown)
		require.NoError(t, errors.Join(c.errs["a"], c.errs["b"]))
		require.Equal(t, []string{"first ", "a poison b ", "a ", "poison ", "b "}, c.wrote())
	})
}

// TestKeeper_share_conflict: a rival moves the account. All are decided again.
func TestKeeper_share_conflict(t *testing.T) {
	ways.Usual(t)
	synctest.Test(t, func(t *testing.T) {
		c := company(t, seatkeeper.Options{}, 5)
		c.invite(t.Context(), "a", "b", "c")
		rival := on(t, c.tape.Store, seatkeeper.Options{})
		c.goOn(nil)
		do(t, rival, owner, seats.Invite{Profile: profile("a")})
		do(t, rival, owner, seats.Invite{Profile: profile("rival")})
		c.end()
		require.NoError(t, errors.Join(c.errs["a"], c.errs["b"]))
		require.ErrorIs(t, c.errs["c"], seats.ErrNoSeats)
		require.Equal(t, 1, c.stats["a"].Conflicts)
	})
}

// TestKeeper_share_given_up: the address of a user who is deleted by a later call of the commit is
// taken for the calls before it.
func TestKeeper_share_given_up(t *testing.T) {
	ways.Usual(t)
	synctest.Test(t, func(t *testing.T) {
		c := company(t, seatkeeper.Options{}, 9)
		c.goOn(nil)
		do(t, on(t, c.tape.Store, seatkeeper.Options{}), owner, seats.Invite{Profile: users.Profile{ID: "ben", Email: "ada@acme.example"}})
		c.call(t.Context(), "archive", seats.Archive{User: "ben"}) // by ID: the Keeper has not looked for the address
		c.invite(t.Context(), "ada")
		c.call(t.Context(), "delete", seats.Delete{User: "ben"})
		c.end()
		require.NoError(t, errors.Join(c.errs["archive"], c.errs["delete"]))
		require.ErrorIs(t, c.errs["ada"], seats.ErrDuplicate)
	})
}

// TestKeeper_share_leaves: the context of one call ends, as the leader or as one of the others,
// before the commit or in the middle.
func TestKeeper_share_leaves(t *testing.T) {
	ways.Usual(t)
	for name, test := range map[string]struct {
		who     string
		sent    bool
		unknown bool
	}{
		"the leader, sent": {"a", true, true},
		"another, sent":    {"b", true, true},
		"another, waiting": {"b", false, false},
		"the next leader":  {"a", false, false},
	} {
		for _, written := range []bool{false, true} {
			t.Run(fmt.Sprint(name, " ", written), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					c := company(t, seatkeeper.Options{}, 9)
					ctx, cancel := context.WithCancel(t.Context())
					defer cancel()
					for _, id := range []string{"a", "b", "c"} {
						if id == test.who {
							c.invite(ctx, id)
						} else {
							c.invite(t.Context(), id)
						}
					}
					if test.sent {
						c.goOn(nil)
						if written {
							_, err := c.tape.Store.Commit(t.Context(), c.sent[1]...)
							require.NoError(t, err)
						}
					}
					cancel()
					synctest.Wait()
					require.Contains(t, c.errs, test.who, "it leaves at once")
					require.ErrorIs(t, c.errs[test.who], context.Canceled)
					require.Equal(t, test.unknown, errors.Is(c.errs[test.who], store.ErrUnknown))
					c.end()
					delete(c.errs, test.who)
					for _, err := range c.errs {
						require.NoError(t, err)
					}
					for _, id := range []users.ID{"a", "b", "c"} {
						_, err := c.User(t.Context(), "acme", id)
						require.Equal(t, test.unknown || string(id) != test.who, err == nil, id)
					}
				})
			})
		}
	}
}

// TestKeeper_share_panics: an option of the host panics in a call. It panics there, and the others
// go on.
func TestKeeper_share_panics(t *testing.T) {
	ways.Usual(t)
	for _, who := range []string{"a", "b"} {
		synctest.Test(t, func(t *testing.T) {
			c := company(t, seatkeeper.Options{Zones: func(string) (*time.Location, error) { panic("zones") }}, 9)
			var panicked any
			for _, id := range []string{"a", "b", "c"} {
				if id != who {
					c.invite(t.Context(), id)
					continue
				}
				c.calls.Go(func() {
					defer func() { panicked = recover() }()
					_, err := c.Do(t.Context(), "acme", owner, seats.EditAccount{Zone: new("Asia/Tokyo")})
					require.NoError(t, err)
				})
				synctest.Wait()
			}
			c.goOn(nil)
			c.end()
			require.Equal(t, "zones", panicked)
			for _, err := range c.errs {
				require.NoError(t, err)
			}
		})
	}
}

// TestKeeper_share_pause: a call in company waits for more, shortly; a lone one never.
func TestKeeper_share_pause(t *testing.T) {
	ways.Usual(t)
	synctest.Test(t, func(t *testing.T) {
		for _, c := range []struct{ took, pause time.Duration }{
			{time.Microsecond, 0}, {400 * time.Microsecond, 100 * time.Microsecond}, {time.Second, 200 * time.Microsecond},
		} {
			took := time.Duration(0)
			s := &tape{Store: memstore.New(), before: func(context.Context, []seats.Change) error { time.Sleep(took); return nil }}
			k := newKeeper(t, s, seatkeeper.Options{}, seats.Of(900), seats.Standard())
			invite := func(id string) {
				_, err := k.Do(t.Context(), "acme", owner, seats.Invite{Profile: profile(users.ID(id))})
				require.NoError(t, err)
			}
			took = c.took
			began := time.Now()
			invite(fmt.Sprintf("alone-%d", took))
			invite(fmt.Sprintf("again-%d", took))
			require.Equal(t, 2*took, time.Since(began))

			s.since()
			began = time.Now()
			var calls sync.WaitGroup
			for i := range 3 {
				calls.Go(func() { invite(fmt.Sprintf("c-%d-%d", i, took)) })
				synctest.Wait()
			}
			calls.Wait()
			require.Equal(t, 2*took+c.pause, time.Since(began))
			require.Len(t, s.sent, 2)

			s.since()
			for i := range 2 { // both come again, so that the pause ends
				calls.Go(func() {
					for n := range 4 {
						invite(fmt.Sprintf("d-%d-%d-%d", i, n, took))
					}
				})
				synctest.Wait()
			}
			calls.Wait()
			require.True(t, c.pause == 0 || len(s.sent) <= 5, "%d of eight", len(s.sent))
		}
	})
}
