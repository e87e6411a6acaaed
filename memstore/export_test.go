package memstore

import "context"

// Hold locks the store until release.
func Hold(s *Store) (release func()) {
	release, err := s.lock(context.Background())
	if err != nil {
		panic(err)
	}
	return release
}
