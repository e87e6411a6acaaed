package seats

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// TestFew compares random steps with a map, across the length from which on keys are hashed.
func TestFew(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		f, model := newFew[int, int](rapid.IntRange(0, 3).Draw(r, "room")), map[int]int{}
		for step := range rapid.IntRange(0, 60).Draw(r, "steps") {
			key := rapid.IntRange(0, 2*mostFew).Draw(r, "key")
			switch rapid.SampledFrom([]string{"sets", "sets", "sets", "deletes", "forks"}).Draw(r, "step") {
			case "sets":
				f.set(key, step)
				model[key] = step
			case "deletes":
				f.delete(key)
				delete(model, key)
			case "forks":
				other := f.clone()
				other.set(key, -1)
				other.delete(key + 1)
			}
			all := map[int]int{}
			for _, p := range f.list {
				all[p.key] = p.value
			}
			require.Equal(r, model, all)
			require.Len(r, f.list, len(model))
			for key := range 2*mostFew + 1 {
				value, ok := f.get(key)
				was, known := model[key]
				require.Equal(r, []any{was, known}, []any{value, ok}, "%d", key)
			}
		}
	})
}
