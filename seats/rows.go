package seats

import (
	"cmp"
	"slices"
)

// rows are the rows of one kind while commands are decided. A row that was put stays as it is: forks
// and the snapshot share it.
type rows[K cmp.Ordered, R any] struct {
	few[K, version[R]]
	behind *few[K, version[R]] // those of a fork that it has not put
}

// A version is a row as it is now, and as it was loaded; empty for a new one. Each is a list of one,
// which serves as the list of a change: most have one row of a kind.
type version[R any] struct{ now, loaded []R }

// loadedRows returns the rows of a snapshot, with room for more.
func loadedRows[K cmp.Ordered, R any](loaded []R, key func(R) K, more int) rows[K, R] {
	all := rows[K, R]{few: newFew[K, version[R]](len(loaded) + more)}
	for i := range loaded {
		row := loaded[i : i+1 : i+1]
		all.set(key(row[0]), version[R]{row, row})
	}
	return all
}

// fork returns the rows for a fork: it copies those that forks before it have put.
func (all *rows[K, R]) fork() rows[K, R] {
	if all.behind == nil {
		return rows[K, R]{behind: &all.few}
	}
	return rows[K, R]{all.few.clone(), all.behind}
}

func (all *rows[K, R]) get(key K) (v version[R], ok bool) {
	if v, ok = all.few.get(key); !ok && all.behind != nil {
		return all.behind.get(key)
	}
	return v, ok
}

// find returns the row as it is now.
func (all *rows[K, R]) find(key K) (row R, ok bool) {
	v, ok := all.get(key)
	if ok {
		row = v.now[0]
	}
	return row, ok
}

// of returns the row as it is now; zero: there is none.
func (all *rows[K, R]) of(key K) R {
	row, _ := all.find(key)
	return row
}

// put replaces a row by a list of one.
func (all *rows[K, R]) put(key K, row []R) {
	v, _ := all.get(key)
	all.set(key, version[R]{row, v.loaded})
}

// keys lists all keys in order.
func (all *rows[K, R]) keys() []K {
	keys := make([]K, 0, len(all.list))
	for _, p := range all.list {
		keys = append(keys, p.key)
	}
	if all.behind != nil {
		for _, p := range all.behind.list {
			keys = append(keys, p.key)
		}
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// changed lists the keys of the rows that were put, in order, and counts the new ones.
func (all *rows[K, R]) changed() (keys []K, created int) {
	keys = make([]K, 0, len(all.list))
	for _, p := range all.list {
		switch v := p.value; {
		case v.isNew():
			created++
		case &v.now[0] == &v.loaded[0]:
			continue
		}
		keys = append(keys, p.key)
	}
	slices.Sort(keys)
	return keys, created
}

func (v version[R]) isNew() bool { return len(v.loaded) == 0 }

// addTo adds the row as it is now to the list of a change.
func (v version[R]) addTo(list []R) []R {
	if cap(list) == 0 {
		return v.now
	}
	return append(list, v.now[0])
}
