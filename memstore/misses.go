package memstore

import (
	"cmp"
	"context"
	"slices"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// missing has the misses of a source, by user. Those that are over stay, with the zero instant.
type missing struct {
	runs int64
	rows []seats.Miss
}

// find returns the place of a user.
func (m *missing) find(user users.ID) (at int, ok bool) {
	return slices.BinarySearchFunc(m.rows, user, func(row seats.Miss, user users.ID) int { return cmp.Compare(row.User, user) })
}

// Missing implements [store.Misses].
func (s *Store) Missing(ctx context.Context, id users.AccountID, source string, after users.ID, limit int) (misses []seats.Miss, runs int64, err error) {
	return misses, runs, s.beside(ctx, id, func(a *account) {
		m := a.missing[source]
		if m == nil {
			return
		}
		runs = m.runs
		at, found := m.find(after)
		if found {
			at++
		}
		for _, row := range m.rows[at:] {
			if len(misses) == limit {
				break
			}
			if !row.Since.IsZero() {
				misses = append(misses, row)
			}
		}
	})
}

// SetMissing implements [store.Misses].
func (s *Store) SetMissing(ctx context.Context, id users.AccountID, source string, misses ...seats.Miss) error {
	return s.beside(ctx, id, func(a *account) {
		m := a.missingBy(source)
		for _, row := range misses {
			at, found := m.find(row.User)
			if !found {
				m.rows = slices.Insert(m.rows, at, row)
			}
			m.rows[at] = row
		}
	})
}

// SetRuns implements [store.Misses].
func (s *Store) SetRuns(ctx context.Context, id users.AccountID, source string, runs int64) error {
	return s.beside(ctx, id, func(a *account) {
		m := a.missingBy(source)
		m.runs = max(m.runs, runs)
	})
}

// missingBy returns the misses of a source, to write to.
func (a *account) missingBy(source string) *missing {
	if a.missing == nil {
		a.missing = map[string]*missing{}
	}
	if a.missing[source] == nil {
		a.missing[source] = &missing{}
	}
	return a.missing[source]
}

// ForgetMissing implements [store.Misses].
func (s *Store) ForgetMissing(ctx context.Context, id users.AccountID, ids ...users.ID) error {
	return s.beside(ctx, id, func(a *account) {
		for _, m := range a.missing {
			for _, user := range ids {
				if at, found := m.find(user); found {
					m.rows[at] = seats.Miss{User: user}
				}
			}
		}
	})
}
