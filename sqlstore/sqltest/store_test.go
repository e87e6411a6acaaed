package sqltest_test

import (
	"testing"

	"github.com/go-sql-driver/mysql"

	"github.com/seatkeeper/seatkeeper/sqlstore/sqltest"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/store/storetest"
)

func init() { _ = mysql.SetLogger(silence{}) }

func TestStore(t *testing.T) {
	each(t, engines, func(t *testing.T, s *site) {
		storetest.Run(t, func(testing.TB) store.Store { return s.store() }, storetest.Options{})
	})
}

func TestStoreOpenedOtherwise(t *testing.T) {
	each(t, variants, func(t *testing.T, s *site) {
		storetest.Run(t, func(testing.TB) store.Store { return s.store() }, storetest.Options{})
	})
}

func TestLockstep(t *testing.T) {
	each(t, engines, func(t *testing.T, s *site) {
		storetest.Lockstep(t, func(testing.TB) store.Store { return s.store() })
	})
}

func TestLinearizable(t *testing.T) {
	each(t, engines, func(t *testing.T, s *site) {
		sqltest.Linearizable(t, func(testing.TB) store.Store { return s.store() }, sqltest.Search{For: 1e10})
	})
}
