package memstore

import "context"

// Hold takes the store's turn, so that everybody else waits until it is given
// back.
func Hold(s *Store) (release func()) {
	release, err := s.enter(context.Background())
	if err != nil {
		panic(err)
	}
	return release
}
