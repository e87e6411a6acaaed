package memstore

import (
	"encoding/binary"
	"slices"
	"strings"
)

// chunkSize is the number of events in a chunk.
const chunkSize = 64

// A log has the packed events of an account, each after its length, in chunks of many: a text each
// would take more memory than most events do.
type log struct {
	full []string
	open strings.Builder // the last chunk
	size int
}

// add adds an event.
func (l *log) add(event []byte) {
	var length [binary.MaxVarintLen64]byte
	l.open.Write(length[:binary.PutUvarint(length[:], uint64(len(event)))])
	l.open.Write(event)
	if l.size++; l.size%chunkSize == 0 {
		l.full = append(l.full, strings.Clone(l.open.String()))
		l.open.Reset()
	}
}

// from lists the events from the one at that place on.
func (l *log) from(at int) func(yield func(at int, event string) bool) {
	return func(yield func(int, string) bool) {
		rest, skip := "", at%chunkSize
		for ; at < l.size; at++ {
			if rest == "" {
				rest = l.chunk(at / chunkSize)
				for ; skip > 0; skip-- {
					_, rest = next(rest)
				}
			}
			var event string
			if event, rest = next(rest); !yield(at, event) {
				return
			}
		}
	}
}

// backFrom lists the events before that place, the last one first.
func (l *log) backFrom(end int) func(yield func(at int, event string) bool) {
	return func(yield func(int, string) bool) {
		for end > 0 {
			begin := (end - 1) / chunkSize * chunkSize
			events, rest := make([]string, end-begin), l.chunk(begin/chunkSize)
			for i := range events {
				events[i], rest = next(rest)
			}
			for i, event := range slices.Backward(events) {
				if !yield(begin+i, event) {
					return
				}
			}
			end = begin
		}
	}
}

// at returns the event at that place.
func (l *log) at(at int) string {
	for _, event := range l.from(at) {
		return event
	}
	return ""
}

func (l *log) chunk(n int) string {
	if n < len(l.full) {
		return l.full[n]
	}
	return l.open.String()
}

// next returns the first event of a chunk, and the rest of the chunk.
func next(chunk string) (event, rest string) {
	n, chunk := uvarint(chunk)
	return chunk[:n], chunk[n:]
}
