package seats

import (
	"cmp"
	"slices"
)

// rows are the rows of one kind while commands are decided. A row behind a pointer stays as it is:
// forks and the snapshot share it.
type rows[K cmp.Ordered, R any] map[K]version[R]

// A version is a row as it is now, and as it was loaded; nil for a new one.
type version[R any] struct{ now, loaded *R }

// loadedRows returns the rows of a snapshot, with room for more.
func loadedRows[K cmp.Ordered, R any](loaded []R, key func(R) K, more int) rows[K, R] {
	all := make(rows[K, R], len(loaded)+more)
	for i := range loaded {
		all[key(loaded[i])] = version[R]{&loaded[i], &loaded[i]}
	}
	return all
}

// find returns the row as it is now.
func (all rows[K, R]) find(key K) (row R, ok bool) {
	v, ok := all[key]
	if ok {
		row = *v.now
	}
	return row, ok
}

// of returns the row as it is now; zero: there is none.
func (all rows[K, R]) of(key K) R {
	row, _ := all.find(key)
	return row
}

// put replaces the row.
func (all rows[K, R]) put(key K, row *R) { all[key] = version[R]{row, all[key].loaded} }

// changed lists the keys of the rows that were put, in order, and counts the new ones.
func (all rows[K, R]) changed() (keys []K, created int) {
	for key, v := range all {
		if v.now != v.loaded {
			keys = append(keys, key)
		}
		if v.loaded == nil {
			created++
		}
	}
	slices.Sort(keys)
	return keys, created
}
