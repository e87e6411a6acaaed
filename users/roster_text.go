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

// rosterChunk is the size of a read.
const rosterChunk = 32 << 10

// A rosterText is the text of a file as a stream, in UTF-8 with line feeds as line ends. It
// buffers at most [MaxRosterRowBytes] ahead.
type rosterText struct {
	file  io.Reader
	ahead []byte // decoded, from start on
	start int

	bytes   int              // of the file so far
	marked  bool             // it began with a byte order mark
	order   binary.ByteOrder // of UTF-16; nil: UTF-8
	chunk   []byte           // the buffer of encoded
	encoded []byte           // read and still to decode
	cr      bool             // the last character was a CR
	err     error            // the end of reading
}

// errBeyond reports a row beyond the bound, errUndecoded a character that is not in the encoding.
var errBeyond, errUndecoded = errors.New("users: a row of a roster is too long"), errors.New("users: a roster is not in UTF-8")

// byteAt returns the nth byte ahead. The error is [io.EOF] after the last one, errBeyond, errUndecoded,
// or the error of the file.
func (t *rosterText) byteAt(n int) (byte, error) {
	if n < len(t.ahead)-t.start && n < MaxRosterRowBytes {
		return t.ahead[t.start+n], nil
	}
	return t.slowByteAt(n)
}

// buffered returns what is decoded from the nth byte ahead on, within the bound.
func (t *rosterText) buffered(n int) []byte {
	if text := t.ahead[t.start:]; n < min(len(text), MaxRosterRowBytes) {
		return text[n:min(len(text), MaxRosterRowBytes)]
	}
	return nil
}

// slowByteAt reads on up to the nth byte.
func (t *rosterText) slowByteAt(n int) (byte, error) {
	if n >= MaxRosterRowBytes {
		return 0, errBeyond
	}
	for n >= len(t.ahead)-t.start {
		if t.err != nil {
			return 0, t.err
		}
		t.readChunk()
	}
	return t.ahead[t.start+n], nil
}

// skip skips n bytes, or to the end of the text.
func (t *rosterText) skip(n int) { t.start = min(t.start+n, len(t.ahead)) }

// skipLine skips to the next line.
func (t *rosterText) skipLine() {
	for {
		if line := bytes.IndexByte(t.ahead[t.start:], '\n'); line >= 0 {
			t.skip(line + 1)
			return
		}
		t.skip(len(t.ahead))
		if t.err != nil {
			return
		}
		t.readChunk()
	}
}

// lineFrom returns the bytes from the nth byte ahead to the next line, 0 if there is none within the bound.
func (t *rosterText) lineFrom(n int) int {
	for size := 1; ; size++ {
		switch c, err := t.byteAt(n + size - 1); {
		case err != nil:
			return 0
		case c == '\n':
			return size
		}
	}
}

// isInstruction reports whether the first line is an instruction to a spreadsheet.
func (t *rosterText) isInstruction() bool {
	var line []byte
	for n := range rosterChunk {
		c, err := t.byteAt(n)
		if err != nil || c == '\n' {
			break
		}
		line = append(line, c)
	}
	return isInstruction(string(line))
}

// readChunk reads and decodes a chunk, and sets err at the end.
func (t *rosterText) readChunk() {
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
		t.cutMark()
	}
	decode := t.decodeUTF8
	if t.order != nil {
		decode = t.decodeUTF16
	}
	switch {
	case !decode() || last && len(t.encoded) > 0:
		t.err = errUndecoded
	case last:
		t.err = io.EOF
	}
}

// cutMark removes the byte order mark.
func (t *rosterText) cutMark() {
	for _, mark := range []struct {
		text  string
		order binary.ByteOrder
	}{{"\xEF\xBB\xBF", nil}, {"\xFF\xFE", binary.LittleEndian}, {"\xFE\xFF", binary.BigEndian}} {
		if rest, ok := bytes.CutPrefix(t.encoded, []byte(mark.text)); ok {
			t.encoded, t.order, t.marked = rest, mark.order, true
			return
		}
	}
}

// decodeUTF8 decodes the read bytes up to an incomplete last character.
func (t *rosterText) decodeUTF8() (ok bool) {
	if !t.cr && utf8.Valid(t.encoded) && bytes.IndexByte(t.encoded, '\r') < 0 && bytes.IndexByte(t.encoded, 0) < 0 {
		t.ahead, t.encoded = append(t.ahead, t.encoded...), nil // a fast path
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

// add adds a character to the text, with one line feed for each line end. It refuses the
// character 0: UTF-16 without its mark, and UTF-32, would pass otherwise.
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
