package memstore

import (
	"context"

	"github.com/seatkeeper/seatkeeper/users"
)

// Hold locks an account until release.
func Hold(s *Store, id users.AccountID) (release func()) {
	release, err := s.opening(id).Lock(context.Background())
	if err != nil {
		panic(err)
	}
	return release
}
