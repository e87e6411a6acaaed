package seatkeeper_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/internal/ways"
	"github.com/seatkeeper/seatkeeper/memstore"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// A fleet is accounts whose first commits wait, as many as go at the same time.
type fleet struct {
	*seatkeeper.Keeper
	*tape
	calls sync.WaitGroup
	mutex sync.Mutex
	errs  map[users.AccountID]error
	hold  chan error // the answer to each commit
}

func newFleet(t *testing.T, o seatkeeper.Options) *fleet {
	played := &tape{Store: memstore.New()}
	return newFleetOn(t, played, played, o)
}

// newFleetOn returns a fleet on a store, whose calls are on the tape.
func newFleetOn(t *testing.T, s store.Store, played *tape, o seatkeeper.Options) *fleet {
	f := &fleet{tape: played, errs: map[users.AccountID]error{}, hold: make(chan error)}
	f.Keeper = on(t, s, o)
	for _, id := range []users.AccountID{"x", "y", "a", "b", "c"} {
		_, err := f.Open(t.Context(), seats.Opening{Account: id, Total: seats.Of(2), Owner: profile("owner")})
		require.NoError(t, err)
	}
	f.before = func(ctx context.Context, _ []seats.Change) error {
		select {
		case err := <-f.hold:
			return err
		case <-ctx.Done():
			return fmt.Errorf("%w: %w", store.ErrUnknown, ctx.Err())
		}
	}
	f.since()
	f.invite(t.Context(), "x", "ada")
	f.invite(t.Context(), "y", "ada")
	return f
}

func (f *fleet) invite(ctx context.Context, account users.AccountID, id users.ID) {
	f.calls.Go(func() {
		_, err := f.Do(ctx, account, owner, seats.Invite{Profile: profile(id)})
		f.mutex.Lock()
		defer f.mutex.Unlock()
		f.errs[account] = err
	})
	synctest.Wait()
}

func (f *fleet) end() {
	f.before = nil
	f.release()
}

// release lets the commits go on, one after the other.
func (f *fleet) release() {
	select {
	case f.hold <- nil:
	default:
	}
	synctest.Wait()
	close(f.hold)
	f.calls.Wait()
}

// sizes returns the numbers of changes in each commit.
func (f *fleet) sizes() (all []int) {
	for _, changes := range f.sent {
		all = append(all, len(changes))
	}
	return all
}

func TestOptions_Sharing_accounts(t *testing.T) {
	ways.Usual(t)
	for sharing, sizes := range map[seatkeeper.Sharing][]int{
		seatkeeper.ShareAll: {1, 1, 3}, seatkeeper.ShareAccount: {1, 1, 1, 1, 1}, seatkeeper.ShareNothing: {1, 1, 1, 1, 1},
	} {
		synctest.Test(t, func(t *testing.T) {
			f := newFleet(t, seatkeeper.Options{Sharing: sharing})
			for _, id := range []users.AccountID{"a", "b", "c"} {
				f.invite(t.Context(), id, "ada")
			}
			f.end()
			for id, err := range f.errs {
				require.NoError(t, err, id)
			}
			require.Equal(t, sizes, f.sizes())
		})
	}
}

// inTurn is a store that may carry out one commit after the other.
type inTurn struct {
	*tape
	serial bool
}

func (s inTurn) Serial() bool { return s.serial }

// TestOptions_Sharing_serial: on a store with one commit at a time, all that wait share the next one.
func TestOptions_Sharing_serial(t *testing.T) {
	ways.Usual(t)
	for serial, sizes := range map[bool][]int{false: {1, 1, 3}, true: {1, 4}} {
		synctest.Test(t, func(t *testing.T) {
			played := &tape{Store: memstore.New()}
			f := newFleetOn(t, inTurn{played, serial}, played, seatkeeper.Options{})
			for _, id := range []users.AccountID{"a", "b", "c"} {
				f.invite(t.Context(), id, "ada")
			}
			f.end()
			for id, err := range f.errs {
				require.NoError(t, err, id)
			}
			require.Equal(t, sizes, f.sizes())
		})
	}
}

// TestKeeper_accounts_share: accounts in one commit have results of their own.
func TestKeeper_accounts_share(t *testing.T) {
	ways.Usual(t)
	t.Run("a conflict of one", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			f := newFleet(t, seatkeeper.Options{})
			for _, id := range []users.AccountID{"a", "b", "c"} {
				f.invite(t.Context(), id, "ada")
			}
			rival := on(t, f.tape.Store, seatkeeper.Options{})
			_, err := rival.Do(t.Context(), "b", owner, seats.Invite{Profile: profile("rival")})
			require.NoError(t, err)
			f.end()
			require.NoError(t, errors.Join(f.errs["x"], f.errs["y"], f.errs["a"], f.errs["c"]))
			require.ErrorIs(t, f.errs["b"], seats.ErrNoSeats)
			require.Equal(t, []int{1, 1, 3}, f.sizes())
		})
	})
	t.Run("an error of one", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			f := newFleet(t, seatkeeper.Options{})
			for _, id := range []users.AccountID{"a", "b", "c"} {
				f.invite(t.Context(), id, "ada")
			}
			f.before = func(_ context.Context, changes []seats.Change) error {
				for _, c := range changes {
					if c.Account.ID == "b" {
						return errDown
					}
				}
				return nil
			}
			f.release()
			require.NoError(t, errors.Join(f.errs["x"], f.errs["y"], f.errs["a"], f.errs["c"]))
			require.ErrorIs(t, f.errs["b"], errDown)
			require.Equal(t, []int{1, 1, 3, 1, 1, 1}, f.sizes())
		})
	})
	for _, who := range []users.AccountID{"a", "b"} { // a leads
		for _, sent := range []bool{true, false} {
			t.Run(fmt.Sprint(who, " leaves, sent: ", sent), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					f := newFleet(t, seatkeeper.Options{})
					ctx, cancel := context.WithCancel(t.Context())
					defer cancel()
					for _, id := range []users.AccountID{"a", "b", "c"} {
						if id == who {
							f.invite(ctx, id, "ada")
						} else {
							f.invite(t.Context(), id, "ada")
						}
					}
					if sent {
						f.hold <- nil
						synctest.Wait()
						for _, change := range f.sent[len(f.sent)-1] { // it arrives
							_, err := f.tape.Store.Commit(t.Context(), change)
							require.NoError(t, err)
						}
					}
					cancel()
					synctest.Wait()
					require.ErrorIs(t, f.errs[who], context.Canceled)
					require.Equal(t, sent, errors.Is(f.errs[who], store.ErrUnknown))
					f.end()
					delete(f.errs, who)
					for id, err := range f.errs {
						require.NoError(t, err, id)
					}
					for _, id := range []users.AccountID{"a", "b", "c"} {
						u, err := f.Usage(t.Context(), id)
						require.NoError(t, err)
						require.Equal(t, sent || id != who, u.Held == 2, id)
					}
				})
			})
		}
	}
	t.Run("a panic of the store", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			f := newFleet(t, seatkeeper.Options{})
			var panicked any
			f.calls.Go(func() {
				defer func() { panicked = recover() }()
				_, _ = f.Do(t.Context(), "a", owner, seats.Invite{Profile: profile("ada")})
			})
			synctest.Wait()
			f.invite(t.Context(), "b", "ada")
			f.before = func(_ context.Context, changes []seats.Change) error {
				if len(changes) > 1 {
					panic("store")
				}
				return nil
			}
			f.release()
			require.Equal(t, "store", panicked)
			require.NoError(t, f.errs["b"])
		})
	})
}
