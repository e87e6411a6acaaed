package simulate

import "math/rand/v2"

// Dice are the decisions of a run, step by step: drawn from a seed and kept, or given. A step
// has its own numbers, so that the others stay the same without it.
type dice struct {
	rand  *rand.Rand // nil: the steps are given
	most  int
	steps [][]int
	given [][]int
	at    int // the next number of a given step
}

func drawn(seed uint64, steps int) *dice {
	return &dice{rand: rand.New(rand.NewPCG(seed, 0)), most: steps}
}

func given(steps [][]int) *dice { return &dice{given: steps, most: len(steps)} }

// next begins a step, and reports false after the last one.
func (d *dice) next() bool {
	if len(d.steps) >= d.most {
		return false
	}
	d.steps, d.at = append(d.steps, nil), 0
	return true
}

// below returns a number from 0 to n-1. What a given step lacks is 0, the plainest choice.
func (d *dice) below(n int) (number int) {
	step := len(d.steps) - 1
	if d.rand != nil {
		number = d.rand.IntN(n)
	} else if d.at < len(d.given[step]) {
		number = d.given[step][d.at] % n
	}
	d.at++
	d.steps[step] = append(d.steps[step], number)
	return number
}

// weighted returns the place of one of the weights, each as often as it says.
func (d *dice) weighted(weights ...int) int {
	sum := 0
	for _, w := range weights {
		sum += w
	}
	n := d.below(sum)
	for i, w := range weights {
		if n < w {
			return i
		}
		n -= w
	}
	panic("simulate: no weights")
}

// chance is true in so many per cent of the draws.
func (d *dice) chance(percent int) bool { return d.below(100) >= 100-percent }
