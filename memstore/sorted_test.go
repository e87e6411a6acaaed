package memstore

import (
	"cmp"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// TestSorted: a sorted list is a slice that is kept in order, in many small blocks too.
func TestSorted(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		all := rapid.SliceOfN(rapid.IntRange(0, 5000), 0, 3*blockSize).Draw(r, "all")
		slices.Sort(all)
		all = slices.Compact(all)
		s := sortedOf(slices.Clone(all))
		r.Repeat(map[string]func(*rapid.T){
			"insert": func(r *rapid.T) {
				first, n := rapid.IntRange(0, 5000).Draw(r, "first"), rapid.IntRange(1, 2*blockSize).Draw(r, "n")
				for e := first; e < first+n; e++ {
					at, ok := slices.BinarySearch(all, e)
					place, found := s.seek(to(e))
					require.Equal(r, ok, found)
					if !ok {
						all = slices.Insert(all, at, e)
						s.insert(place, e)
					}
				}
			},
			"delete": func(r *rapid.T) {
				for _, e := range rapid.SliceOf(rapid.SampledFrom(append(slices.Clone(all), -1))).Draw(r, "those") {
					at, ok := slices.BinarySearch(all, e)
					place, found := s.seek(to(e))
					require.Equal(r, ok, found)
					if ok {
						all = slices.Delete(all, at, at+1)
						s.delete(place)
					}
				}
			},
			"": func(r *rapid.T) {
				e := rapid.IntRange(-1, 9000).Draw(r, "sought")
				at, _ := slices.BinarySearchFunc(all, e, cmp.Compare[int])
				place, _ := s.seek(to(e))
				require.Equal(r, all[at:], append([]int{}, slices.Collect(s.from(place))...))
				back := append([]int{}, slices.Collect(s.before(place))...)
				slices.Reverse(back)
				require.Equal(r, all[:at], back)
				require.Equal(r, len(all), len(slices.Collect(s.before(s.end()))))
				for _, block := range s.blocks {
					require.True(r, len(block) > 0 && len(block) <= blockSize)
				}
			},
		})
	})
}
