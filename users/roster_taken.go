package users

import (
	"hash/maphash"
	"strings"
)

// takenKeys are the keys of the rows so far, each with the place of its first row. Place 0: it is free.
type takenKeys interface {
	row(Key) int
	// take takes the free ones of the keys of a row, and returns the places that they had before.
	take(keys []Key, at place) [maxKeys]place
}

// maxKeys is the largest number of keys of a row.
const maxKeys = 3

// A place is the row of a key, negative if it has no other key.
type place int32

func placeOf(row int, alone bool) place {
	if alone {
		row = -row
	}
	return place(row)
}

func (p place) row() int    { return int(max(p, -p)) }
func (p place) alone() bool { return p < 0 }

// exactKeys have the place of each key.
type exactKeys map[Key]place

func (t exactKeys) row(k Key) int { return t[k].row() }

func (t exactKeys) take(keys []Key, at place) (had [maxKeys]place) {
	for i, k := range keys {
		if had[i] = t[k]; had[i] == 0 {
			k.Value = strings.Clone(k.Value) // it may be a slice of the row
			t[k] = at
		}
	}
	return had
}

// hashedKeys have the place of each key's hash. With a million keys, looks into memory are what takes time: a
// free key takes one, where a map takes three or four.
type hashedKeys struct {
	seed   maphash.Seed
	slots  []uint32 // a hash table with linear probing: 0, or the number of a key from 1 on below bits of its hash
	chunks []*keyChunk
	last   uint32 // the number of the last key
	seen   uint32 // of slots, see take
}

// A keyChunk has keys by their number. One long list would be copied as it grows.
type keyChunk struct {
	hashes [1 << chunkBits]uint64
	places [1 << chunkBits]place
}

const (
	chunkBits  = 10
	numberBits = 22
	numberMask = 1<<numberBits - 1
	_          = uint(numberMask - maxKeys*MaxRosterRows)
)

func newHashedKeys() *hashedKeys {
	return &hashedKeys{seed: maphash.MakeSeed(), slots: make([]uint32, 1<<8), chunks: []*keyChunk{{}}}
}

func (t *hashedKeys) row(k Key) int {
	_, place := t.key(t.slots[t.find(t.hash(k))])
	return place.row()
}

// take reads the first slots of all keys before it works with one of them, so that it waits for memory once.
func (t *hashedKeys) take(keys []Key, at place) (had [maxKeys]place) {
	var hashes [maxKeys]uint64
	last := uint64(len(t.slots) - 1)
	for i, k := range keys {
		hashes[i] = t.hash(k)
		t.seen |= t.slots[hashes[i]&last]
	}
	for i := range keys {
		had[i] = t.takeHash(hashes[i], at)
	}
	return had
}

func (t *hashedKeys) takeHash(hash uint64, at place) (had place) {
	i := t.find(hash)
	if slot := t.slots[i]; slot != 0 {
		_, place := t.key(slot)
		return *place
	}
	t.last++
	if t.last>>chunkBits == uint32(len(t.chunks)) {
		t.chunks = append(t.chunks, new(keyChunk))
	}
	t.slots[i] = slotOf(hash, t.last)
	newHash, newPlace := t.key(t.last)
	*newHash, *newPlace = hash, at
	if int(t.last) > len(t.slots)/4*3 {
		t.grow()
	}
	return 0
}

func (t *hashedKeys) hash(k Key) uint64 {
	const odd = 0x9E3779B97F4A7C15
	return maphash.String(t.seed, k.Value) + uint64(k.Kind)*odd
}

// slotOf returns the slot of a key. Its bits of the hash are not those that choose the slot.
func slotOf(hash uint64, number uint32) uint32 { return uint32(hash>>32)&^numberMask | number }

// key returns the hash and the place of the key in a slot. Number 0 has place 0.
func (t *hashedKeys) key(slot uint32) (*uint64, *place) {
	number := slot & numberMask
	chunk, i := t.chunks[number>>chunkBits], number%(1<<chunkBits)
	return &chunk.hashes[i], &chunk.places[i]
}

// find returns the slot of a hash, or a free one for it.
func (t *hashedKeys) find(hash uint64) uint64 {
	last := uint64(len(t.slots) - 1)
	for at := hash & last; ; at = (at + 1) & last {
		slot := t.slots[at]
		if slot == 0 {
			return at
		}
		if (slot^slotOf(hash, 0))&^numberMask == 0 {
			if known, _ := t.key(slot); *known == hash {
				return at
			}
		}
	}
}

// grow makes four times as many slots.
func (t *hashedKeys) grow() {
	t.slots = make([]uint32, 4*len(t.slots))
	for number := uint32(1); number <= t.last; number++ {
		hash, _ := t.key(number)
		t.slots[t.find(*hash)] = slotOf(*hash, number)
	}
}
