package users

import (
	"io"
	"iter"
)

// Complete says of a list of people that it is complete, such as [RosterScan.People] of a whole file: after the
// last one comes [io.EOF] in the place of an error. A list that was cut by a limit or a lost connection looks like a short
// one, and all missing in it would leave; so a sync takes no list without this end. An error of the list is
// passed on, and ends it.
func Complete(people iter.Seq2[Entry, error]) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		for e, err := range people {
			if !yield(e, err) || err != nil {
				return
			}
		}
		yield(Entry{}, io.EOF)
	}
}

// Complete lists the people of the roster, and says that they are complete, see [Complete]. A roster with faulty
// rows is not: its [Faults] are the error that ends the list.
func (r Roster) Complete() iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		if len(r.Faults) > 0 {
			yield(Entry{}, r.Faults)
			return
		}
		Complete(func(yield func(Entry, error) bool) {
			for _, e := range r.People {
				if !yield(e, nil) {
					return
				}
			}
		})(yield)
	}
}
