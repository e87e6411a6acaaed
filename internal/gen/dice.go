package gen

import (
	"math/bits"
	"math/rand/v2"

	"pgregory.net/rapid"

	"github.com/seatkeeper/seatkeeper/internal/reference"
	"github.com/seatkeeper/seatkeeper/users"
)

// Dice draw calls and their parts.
type Dice struct {
	below   func(n int) int
	account *reference.Model // whose users the calls are about
	// People, unless empty, are the only users of the commands, and each has a
	// profile of their own, without values that are refused. People whose IDs begin with
	// the same three letters share an address.
	People []users.ID
}

// FromRapid returns dice whose draws rapid repeats and shrinks.
func FromRapid(t *rapid.T) Dice {
	return Dice{below: func(n int) int { return evenly(n).Draw(t, "number") }}
}

// FromRand returns dice for the people of a small account.
func FromRand(r *rand.Rand, people []users.ID) Dice { return FromFunc(r.IntN, people) }

// FromFunc is FromRand for a function that returns a number from 0 to n-1.
func FromFunc(below func(n int) int, people []users.ID) Dice {
	return Dice{below: below, People: people}
}

// Draw returns what the function draws, which is a single draw in rapid's log.
func Draw[T any](t *rapid.T, label string, from func(Dice) T) T {
	return rapid.Custom(func(t *rapid.T) T { return from(FromRapid(t)) }).Draw(t, label)
}

// evenly draws the numbers below n about equally often. Rapid's own numbers are mostly
// small, so that the first owner would do nearly everything.
func evenly(n int) *rapid.Generator[int] {
	return rapid.Custom(func(t *rapid.T) int {
		drawn, width := 0, bits.Len(uint(n-1))+2
		for range width {
			drawn <<= 1
			if bit.Draw(t, "bit") {
				drawn++
			}
		}
		return drawn * n >> width
	})
}

var bit = rapid.Bool()

// Below draws a number from 0 to n-1.
func (d Dice) Below(n int) int { return d.below(n) }

// Chance is true in so many per cent of the draws.
func (d Dice) Chance(percent int) bool { return d.below(100) >= 100-percent }

// One draws one of the values.
func One[T any](d Dice, of ...T) T { return of[d.below(len(of))] }

// Or draws one of the usual values, and now and then an odd one.
func Or[T any](d Dice, usual []T, odd ...T) T {
	if len(odd) > 0 && d.People == nil && d.below(60) == 59 {
		return One(d, odd...)
	}
	return One(d, usual...)
}

// Some draws from none up to so many of the values.
func Some[T any](d Dice, most int, of []T) (some []T) {
	for range d.below(most + 1) {
		some = append(some, One(d, of...))
	}
	return some
}
