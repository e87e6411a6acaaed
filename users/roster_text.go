package users

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"unicode/utf16"
	"unicode/utf8"
)

// rosterChunk is how much of a file is read at a time.
const rosterChunk = 32 << 10

// A rosterText is the text of a file as a stream: in UTF-8, with line feeds alone at its
// line ends. It keeps what is looked at, [MaxRosterRowBytes] at most.
type rosterText struct {
	file  io.Reader
	ahead []byte // what was read of the text and not yet passed
	start int    // of it in its memory

	bytes   int              // of the file so far
	order   binary.ByteOrder // of UTF-16; nil: UTF-8
	chunk   []byte           // the memory of encoded
	encoded []byte           // what was read of the file and is not decoded
	cr      bool             // the last character was a CR
	err     error            // why no more is read
}

// errBeyond says that a row goes on beyond the bound.
var errBeyond = errors.New("users: a row of a roster goes on")

// at returns the nth byte that comes, [io.EOF] behind the last one, errBeyond, or why
// the file can't be read.
func (t *rosterText) at(n int) (byte, error) {
	if n < len(t.ahead)-t.start && n < MaxRosterRowBytes {
		return t.ahead[t.start+n], nil
	}
	return t.further(n)
}

func (t *rosterText) further(n int) (byte, error) {
	if n >= MaxRosterRowBytes {
		return 0, errBeyond
	}
	for n >= len(t.ahead)-t.start {
		if t.err != nil {
			return 0, t.err
		}
		t.more()
	}
	return t.ahead[t.start+n], nil
}

// pass goes on behind the next n bytes, or the end of the text.
func (t *rosterText) pass(n int) { t.start = min(t.start+n, len(t.ahead)) }

// passLine goes on behind the next line end.
func (t *rosterText) passLine() {
	for {
		if line := bytes.IndexByte(t.ahead[t.start:], '\n'); line >= 0 {
			t.pass(line + 1)
			return
		}
		t.pass(len(t.ahead))
		if t.err != nil {
			return
		}
		t.more()
	}
}

// isInstruction reports whether the text begins with a line of which a spreadsheet shows
// nothing.
func (t *rosterText) isInstruction() bool {
	var line []byte
	for n := range rosterChunk {
		c, err := t.at(n)
		if err != nil || c == '\n' {
			break
		}
		line = append(line, c)
	}
	return isInstruction(string(line))
}

// more reads on, and sets err if that was the last of it.
func (t *rosterText) more() {
	t.ahead = append(t.ahead[:0], t.ahead[t.start:]...)
	t.start = 0
	first := t.chunk == nil
	if first {
		t.chunk = make([]byte, rosterChunk)
	}
	left := copy(t.chunk, t.encoded)
	n, err := io.ReadFull(t.file, t.chunk[left:])
	t.encoded = t.chunk[:left+n]
	last := err == io.EOF || err == io.ErrUnexpectedEOF
	t.bytes += n
	switch {
	case err != nil && !last:
		t.err = fmt.Errorf("users: reading a roster: %w", err)
		return
	case t.bytes > MaxRosterBytes:
		t.err = Faults{{Problem: ErrTooLarge}}
		return
	}
	if first {
		t.mark()
	}
	decode := t.decodeUTF8
	if t.order != nil {
		decode = t.decodeUTF16
	}
	switch {
	case !decode() || last && len(t.encoded) > 0:
		t.err = Faults{{Problem: ErrEncoding}}
	case last:
		t.err = io.EOF
	}
}

// mark takes the byte order mark off the beginning.
func (t *rosterText) mark() {
	for _, mark := range []struct {
		text  string
		order binary.ByteOrder
	}{{"\xEF\xBB\xBF", nil}, {"\xFF\xFE", binary.LittleEndian}, {"\xFE\xFF", binary.BigEndian}} {
		if rest, has := bytes.CutPrefix(t.encoded, []byte(mark.text)); has {
			t.encoded, t.order = rest, mark.order
			return
		}
	}
}

// decodeUTF8 decodes what was read, but for a last character of which a part is missing.
func (t *rosterText) decodeUTF8() (ok bool) {
	if !t.cr && utf8.Valid(t.encoded) && bytes.IndexByte(t.encoded, '\r') < 0 && bytes.IndexByte(t.encoded, 0) < 0 {
		t.ahead, t.encoded = append(t.ahead, t.encoded...), nil // much quicker
	}
	for len(t.encoded) > 0 {
		r, size := utf8.DecodeRune(t.encoded)
		if r == utf8.RuneError && size == 1 {
			return !utf8.FullRune(t.encoded)
		}
		if !t.add(r) {
			return false
		}
		t.encoded = t.encoded[size:]
	}
	return true
}

// decodeUTF16 is decodeUTF8 for UTF-16.
func (t *rosterText) decodeUTF16() (ok bool) {
	for len(t.encoded) >= 2 {
		r, size := rune(t.order.Uint16(t.encoded)), 2
		if utf16.IsSurrogate(r) {
			if len(t.encoded) < 4 {
				return true
			}
			if r, size = utf16.DecodeRune(r, rune(t.order.Uint16(t.encoded[2:]))), 4; r == utf8.RuneError {
				return false
			}
		}
		if !t.add(r) {
			return false
		}
		t.encoded = t.encoded[size:]
	}
	return true
}

// add adds a character to the text, with one line feed for each line end. It takes no
// zeros: UTF-16 without its mark, and UTF-32, pass for text full of them.
func (t *rosterText) add(r rune) (ok bool) {
	if r != '\n' || !t.cr {
		c := r
		if r == '\r' {
			c = '\n'
		}
		t.ahead = utf8.AppendRune(t.ahead, c)
	}
	t.cr = r == '\r'
	return r != 0
}
