package users

import (
	"io"
	"iter"
)

// A RosterScan reads a roster person by person, so that a file of a million rows needs little memory:
// some 20 bytes for each address, username and external ID, and the rows passed over, at most
// [MaxRosterMemory]. It is for one use, by one goroutine.
type RosterScan struct {
	reader *rosterReader
	rows   *sheet
	err    error
}

// ScanRoster is [ReadRoster] for a file that is used while it is read, see [RosterScan.People]. The options
// are the same; SkipFaulty means nothing here, since each fault is told in its place.
func ScanRoster(r io.Reader, o RosterOptions) *RosterScan {
	o.SkipFaulty = true
	reader, err := o.reader()
	if err != nil {
		return &RosterScan{reader: &rosterReader{}, err: err}
	}
	reader.taken = newHashedKeys()
	rows := newSheet(r)
	return &RosterScan{reader, rows, reader.findHeader(rows)}
}

// Roster returns what is known of the file: header, fields, what is ignored, and the rows passed over so
// far. People and Faults are empty.
func (s *RosterScan) Roster() Roster {
	roster := s.reader.Roster
	roster.People, roster.Faults = nil, nil
	return roster
}

// People lists the people in the order of the file. The error is the [Fault] of a row, and the list goes on
// after it; or it refuses the rest of the file as in [ReadRoster], and ends the list. A host that wants all or
// nothing reads the file twice: for its faults first.
//
// Further rows of a person with other groups are one entry if they follow one another; elsewhere they
// are faults. Keys are compared by a hash of 64 bits: that one of a million rows is wrongly a fault has
// a chance below one in a million.
func (s *RosterScan) People() iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		some := false
		for s.err == nil {
			s.err = s.next()
			last := s.err == nil && len(s.reader.found.faults) == 0
			for e := range s.ready(last) {
				some = true
				if !s.handOver(e, yield) {
					return
				}
			}
			for _, f := range s.reader.found.faults {
				some = true
				if !yield(Entry{}, f) {
					return
				}
			}
			s.reader.found = faultList{}
		}
		if s.err == io.EOF && !some {
			s.err = Faults{{Problem: ErrEmpty}}
		}
		if s.err != io.EOF {
			yield(Entry{}, s.err)
		}
	}
}

// next reads a row. People are not held, and count no memory.
func (s *RosterScan) next() error {
	r := s.reader
	memory, passed := r.memory, len(r.Passed)
	err := r.readRow(s.rows)
	if len(r.Passed) == passed {
		r.memory = memory
	}
	if err == nil && len(r.doubts) > 0 {
		return r.doubts
	}
	return err
}

// ready takes the people read; the last one may stay, since the next row may have more groups of the
// same person.
func (s *RosterScan) ready(lastStays bool) iter.Seq[Entry] {
	return func(yield func(Entry) bool) {
		stay := 0
		if lastStays {
			stay = 1
		}
		for len(s.reader.People) > stay {
			e := s.reader.People[0]
			s.reader.People = append(s.reader.People[:0], s.reader.People[1:]...)
			if !yield(e) {
				return
			}
		}
	}
}

// handOver yields a person, or the fault of the password.
func (s *RosterScan) handOver(e Entry, yield func(Entry, error) bool) bool {
	if s.reader.Password != nil && !s.reader.handOver(e) {
		return true // the fault follows
	}
	delete(s.reader.passwords, e.Row)
	return yield(e, nil)
}
