// Package ways lets a suite run on Keepers with other settings than it asks for. The environment
// names them: SEATKEEPER_WAY=together,forgets.
package ways

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
)

// Variable is that of the environment.
const Variable = "SEATKEEPER_WAY"

// The ways.
const (
	Together = "together" // the store is slow, and suites send company along: calls share commits
	Accounts = "accounts" // accounts share no commits
	Alone    = "alone"    // calls share no commits
	Forgets  = "forgets"  // no snapshot is remembered
)

// All are the ways that a suite is run in.
func All() []string {
	return []string{Together, Together + "," + Forgets, Accounts, Alone, Alone + "," + Forgets, Forgets}
}

// Is reports whether the environment names the way.
func Is(way string) bool { return slices.Contains(strings.Split(os.Getenv(Variable), ","), way) }

// Usual skips a test of what a Keeper does to be fast, where the environment names a way.
func Usual(t testing.TB) {
	t.Helper()
	if way := os.Getenv(Variable); way != "" {
		t.Skipf("it is of the usual way, not of %s", way)
	}
}

// New returns a Keeper of that way.
func New(s store.Store, o seatkeeper.Options) (*seatkeeper.Keeper, error) {
	for way := range strings.SplitSeq(os.Getenv(Variable), ",") {
		switch way {
		case "":
		case Together:
			s = slow{s, store.OutboxOf(s), store.LastSeenOf(s), store.MissesOf(s)}
		case Accounts:
			o.Sharing = seatkeeper.ShareAccount
		case Alone:
			o.Sharing = seatkeeper.ShareNothing
		case Forgets:
			o.Remember = -1
		default:
			return nil, fmt.Errorf("ways: %s=%q: there is no such way", Variable, way)
		}
	}
	return seatkeeper.New(s, o)
}

// wait is longer than a call takes to begin.
const wait = 200 * time.Microsecond

// slow is a store with calls that others wait for, so that they share the next commit.
type slow struct {
	store.Store
	store.Outbox
	store.LastSeen
	store.Misses
}

// Load implements [store.Store].
func (s slow) Load(ctx context.Context, needs ...seats.Need) ([]seats.Snapshot, error) {
	time.Sleep(wait)
	return s.Store.Load(ctx, needs...)
}

// Commit implements [store.Store].
func (s slow) Commit(ctx context.Context, changes ...seats.Change) ([]store.CommitResult, error) {
	time.Sleep(wait)
	return s.Store.Commit(ctx, changes...)
}
