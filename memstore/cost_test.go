package memstore_test

import (
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/internal/long"
	"github.com/seatkeeper/seatkeeper/memstore"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// A peer is what is written by hand in the place of this library: a mutex, a map, an index of
// addresses and a list of events.
type peer struct {
	mutex      sync.Mutex
	used, most int64
	people     map[string]peerUser
	addresses  map[string]string
	events     []peerEvent
}

type peerUser struct {
	first, last, email string
	invited            time.Time
}

type peerEvent struct {
	user string
	at   time.Time
	kind uint8
}

func newPeer() *peer {
	return &peer{most: seats.MaxSeats, people: map[string]peerUser{}, addresses: map[string]string{}}
}

// invite reports whether the user was new and there was a seat.
func (p *peer) invite(u users.Profile) bool {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	_, known := p.people[string(u.ID)]
	if _, taken := p.addresses[u.Email]; known || taken || p.used == p.most {
		return false
	}
	at := time.Now()
	p.used++
	p.people[string(u.ID)] = peerUser{u.FirstName, u.LastName, u.Email, at}
	p.addresses[u.Email] = string(u.ID)
	p.events = append(p.events, peerEvent{string(u.ID), at, 1})
	return true
}

// newcomer returns the profile of a new user.
func newcomer(n int) users.Profile {
	return users.Profile{ID: users.ID(fmt.Sprintf("p%08d", n)), FirstName: "First", LastName: fmt.Sprint(n), Email: fmt.Sprintf("p%d@acme.example", n)}
}

// opened returns a Keeper on an account in memory.
func opened(t testing.TB) (*seatkeeper.Keeper, *memstore.Store) {
	s := memstore.New()
	k, err := seatkeeper.New(s, seatkeeper.Options{})
	require.NoError(t, err)
	_, err = k.Open(t.Context(), seats.Opening{Account: "acme", Total: seats.Unlimited(), Owner: users.Profile{ID: "owner", Email: "owner@acme.example"}})
	require.NoError(t, err)
	return k, s
}

// BenchmarkInvite measures an invitation beside the peer's, by one goroutine and by 64.
func BenchmarkInvite(b *testing.B) {
	p := newPeer()
	k, _ := opened(b)
	var n atomic.Int64
	for _, c := range []struct {
		name   string
		invite func(users.Profile) bool
	}{
		{"peer", p.invite},
		{"memstore", func(u users.Profile) bool {
			_, err := k.Do(b.Context(), "acme", users.As("owner"), seats.Invite{Profile: u})
			return err == nil
		}},
	} {
		for _, goroutines := range []int{1, 64} {
			b.Run(fmt.Sprintf("%s/%d", c.name, goroutines), func(b *testing.B) {
				b.ReportAllocs()
				var w sync.WaitGroup
				for g := range goroutines {
					w.Go(func() {
						for i := g; i < b.N; i += goroutines {
							if !c.invite(newcomer(int(n.Add(1)))) {
								b.Error("refused")
							}
						}
					})
				}
				w.Wait()
			})
		}
	}
}

// TestStore_memory bounds the memory kept for a person and their first event.
func TestStore_memory(t *testing.T) {
	people := 20_000
	if long.On() {
		people = 100_000
	}
	kept := func(fill func()) int {
		heap := func() int {
			var m runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&m)
			return int(m.HeapAlloc)
		}
		before := heap()
		fill()
		return (heap() - before) / people
	}
	p := newPeer()
	peers := kept(func() {
		for i := range people {
			require.True(t, p.invite(newcomer(i)))
		}
	})
	k, s := opened(t)
	ours := kept(func() {
		for i := range people {
			_, err := k.Do(t.Context(), "acme", users.As("owner"), seats.Invite{Profile: newcomer(i)})
			require.NoError(t, err)
		}
	})
	t.Logf("bytes for a person: %d, by hand %d", ours, peers)
	require.Less(t, ours, 240)
	runtime.KeepAlive(p)
	runtime.KeepAlive(s)
}
