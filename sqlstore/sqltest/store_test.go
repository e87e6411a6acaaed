package sqltest_test

import (
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"

	"github.com/seatkeeper/seatkeeper/internal/long"
	"github.com/seatkeeper/seatkeeper/sqlstore/sqltest"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/store/storetest"
)

// The driver would write of every connection that a test ends on purpose.
func init() { _ = mysql.SetLogger(silence{}) }

type silence struct{}

func (silence) Print(...any) {}

func TestStore(t *testing.T) {
	run := storetest.Run
	if !long.On() {
		run = storetest.Specify
	}
	each(t, engines, func(t *testing.T, s *site) {
		run(t, func(testing.TB) store.Store { return s.store() }, storetest.Options{Reopen: s.reopen})
	})
}

func TestStore_variants(t *testing.T) {
	long.Only(t)
	each(t, variants, func(t *testing.T, s *site) {
		storetest.Specify(t, func(testing.TB) store.Store { return s.store() }, storetest.Options{})
	})
}

func TestStore_lockstep(t *testing.T) {
	each(t, inTurn, func(t *testing.T, s *site) {
		storetest.Lockstep(t, func(testing.TB) store.Store { return s.store() })
	})
}

func TestLinearizable(t *testing.T) {
	search := sqltest.Search{For: 10 * time.Second}
	if !long.On() {
		search.For = time.Second
	}
	each(t, inTurn, func(t *testing.T, s *site) {
		sqltest.Linearizable(t, func(testing.TB) store.Store { return s.store() }, search)
	})
}
