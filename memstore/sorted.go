package memstore

import (
	"cmp"
	"iter"
	"slices"
	"sort"
)

// sorted are values in an order, in blocks: a new one moves few others. The zero value is empty.
type sorted[E any] struct {
	blocks [][]E // none is empty
}

// blockSize bounds the values of a block.
const blockSize = 512

// sortedOf takes values in order.
func sortedOf[E any](all []E) *sorted[E] {
	s := &sorted[E]{}
	for block := range slices.Chunk(all, blockSize) {
		s.blocks = append(s.blocks, slices.Clone(block))
	}
	return s
}

// A spot is before a value, or at the end.
type spot struct{ block, at int }

// seek returns the spot before the first value not less than the sought one; ok: it equals that. compare compares
// a value with the sought one.
func (s *sorted[E]) seek(compare func(E) int) (p spot, ok bool) {
	p.block = sort.Search(len(s.blocks), func(i int) bool { return compare(s.blocks[i][len(s.blocks[i])-1]) >= 0 })
	if p.block == len(s.blocks) {
		return p, false
	}
	block := s.blocks[p.block]
	p.at = sort.Search(len(block), func(i int) bool { return compare(block[i]) >= 0 })
	return p, compare(block[p.at]) == 0
}

// to compares with a value.
func to[E cmp.Ordered](sought E) func(E) int { return func(e E) int { return cmp.Compare(e, sought) } }

// insert puts a value at its spot. Values in order fill the blocks.
func (s *sorted[E]) insert(p spot, e E) {
	last := len(s.blocks) - 1
	switch {
	case p.block <= last:
	case last >= 0 && len(s.blocks[last]) < blockSize:
		p = spot{last, len(s.blocks[last])}
	default:
		s.blocks = append(s.blocks, nil)
	}
	block := slices.Insert(s.blocks[p.block], p.at, e)
	s.blocks[p.block] = block
	if half := blockSize / 2; len(block) > blockSize {
		s.blocks[p.block] = slices.Clone(block[:half])
		s.blocks = slices.Insert(s.blocks, p.block+1, slices.Clone(block[half:]))
	}
}

// delete takes the value after a spot out.
func (s *sorted[E]) delete(p spot) {
	block := slices.Delete(s.blocks[p.block], p.at, p.at+1)
	if s.blocks[p.block] = block; len(block) == 0 {
		s.blocks = slices.Delete(s.blocks, p.block, p.block+1)
	}
}

// end is the spot after all values.
func (s *sorted[E]) end() spot { return spot{block: len(s.blocks)} }

// from lists the values after a spot.
func (s *sorted[E]) from(p spot) iter.Seq[E] {
	return func(yield func(E) bool) {
		for i := p.block; i < len(s.blocks); i++ {
			block := s.blocks[i]
			if i == p.block {
				block = block[p.at:]
			}
			for _, e := range block {
				if !yield(e) {
					return
				}
			}
		}
	}
}

// before lists the values before a spot, the last one first.
func (s *sorted[E]) before(p spot) iter.Seq[E] {
	return func(yield func(E) bool) {
		for i := min(p.block, len(s.blocks)-1); i >= 0; i-- {
			block := s.blocks[i]
			if i == p.block {
				block = block[:p.at]
			}
			for _, e := range slices.Backward(block) {
				if !yield(e) {
					return
				}
			}
		}
	}
}
