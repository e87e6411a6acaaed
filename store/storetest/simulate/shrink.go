package simulate

import (
	"slices"
	"time"
)

// shrinkTime is the time to make a run smaller.
const shrinkTime = 20 * time.Second

// shrink returns fewer and plainer steps that fail too.
func (s simulation) shrink(steps [][]int, within time.Duration) [][]int {
	end := time.Now().Add(within)
	try := func(smaller [][]int) bool {
		if time.Now().After(end) {
			return false
		}
		o := s.play(given(smaller), false)
		if o.finding == "" {
			return false
		}
		steps = o.decisions[:min(len(o.decisions), len(smaller))] // it may have failed earlier
		return true
	}
	for better := true; better; {
		better = false
		for size := max(1, len(steps)/2); size > 0; size /= 2 {
			for at := len(steps) - size; at > 0; at -= size { // the first step sets the world up
				if at+size <= len(steps) && try(slices.Delete(slices.Clone(steps), at, at+size)) {
					better = true
				}
			}
		}
		for at := 0; at < len(steps); at++ {
			for n := 0; at < len(steps) && n < len(steps[at]); n++ {
				for _, smaller := range []int{0, steps[at][n] / 2} {
					if at >= len(steps) || n >= len(steps[at]) || smaller >= steps[at][n] {
						break
					}
					plainer := slices.Clone(steps)
					plainer[at] = slices.Clone(steps[at])
					plainer[at][n] = smaller
					if try(plainer) {
						better = true
						break
					}
				}
			}
		}
	}
	return steps
}
