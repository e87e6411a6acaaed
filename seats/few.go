package seats

import (
	"maps"
	"slices"
)

// A few is a map that is a list as long as it has few keys, as in most decisions: then no key is
// hashed. The zero value is empty.
type few[K comparable, V any] struct {
	list  []pair[K, V]
	index map[K]int // of the keys in a longer list; nil: it is short
}

type pair[K comparable, V any] struct {
	key   K
	value V
}

// mostFew is the most keys that are looked at one by one.
const mostFew = 8

// newFew returns an empty few with room for a number of keys.
func newFew[K comparable, V any](room int) few[K, V] {
	return few[K, V]{list: make([]pair[K, V], 0, room)}
}

// at returns the index of a key in the list, or -1.
func (f *few[K, V]) at(key K) int {
	if f.index != nil {
		if i, ok := f.index[key]; ok {
			return i
		}
		return -1
	}
	for i := range f.list {
		if f.list[i].key == key {
			return i
		}
	}
	return -1
}

func (f *few[K, V]) get(key K) (value V, ok bool) {
	if i := f.at(key); i >= 0 {
		return f.list[i].value, true
	}
	return value, false
}

func (f *few[K, V]) set(key K, value V) {
	if i := f.at(key); i >= 0 {
		f.list[i].value = value
		return
	}
	f.list = append(f.list, pair[K, V]{key, value})
	switch n := len(f.list); {
	case f.index != nil:
		f.index[key] = n - 1
	case n > mostFew:
		f.index = make(map[K]int, cap(f.list))
		for i, p := range f.list {
			f.index[p.key] = i
		}
	}
}

// delete puts the last key in the place of the deleted one.
func (f *few[K, V]) delete(key K) {
	i, end := f.at(key), len(f.list)-1
	if i < 0 {
		return
	}
	f.list[i] = f.list[end]
	if f.index != nil {
		f.index[f.list[i].key] = i
		delete(f.index, key)
	}
	f.list = f.list[:end]
}

func (f *few[K, V]) clone() few[K, V] {
	return few[K, V]{slices.Clone(f.list), maps.Clone(f.index)}
}
