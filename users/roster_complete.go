package users

import (
	"io"
	"iter"
)

// Complete says of a list of people that it is complete, such as [RosterScan.People] of a whole file: after the
// last one comes [io.EOF] in the place of an error. A list that was cut by a limit or a lost connection looks like a short
// one, and all missing in it would leave; so a sync takes no list without this end. The list goes on after the fault of a
// row, see [RowFault]. Any other error is passed on, and ends it; so does a last row with misplaced quotation marks, by which a
// file is known that was cut inside of them.
func Complete(people iter.Seq2[Entry, error]) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		var last Fault
		for e, err := range people {
			var ofRow bool
			last, ofRow = RowFault(err)
			if !yield(e, err) || err != nil && !ofRow {
				return
			}
		}
		if last.Problem == error(ErrQuotes) {
			yield(Entry{}, Faults{last})
			return
		}
		yield(Entry{}, io.EOF)
	}
}

// Complete lists the people and the faults of the roster by row, and says that they are complete, see [Complete]. For
// a roster with more than [MaxRosterFaults] the error [Unlisted] ends the list: [ScanRoster] reads such a file.
func (r Roster) Complete() iter.Seq2[Entry, error] {
	return Complete(func(yield func(Entry, error) bool) {
		faults := r.Faults
		for _, e := range r.People {
			for ; len(faults) > 0 && faults[0].Row < e.Row && faults[0].Row > 0; faults = faults[1:] {
				if !yield(Entry{}, faults[0]) {
					return
				}
			}
			if !yield(e, nil) {
				return
			}
		}
		for _, f := range faults {
			if !yield(Entry{}, f) {
				return
			}
		}
	})
}
