package xlsx

import (
	"archive/zip"
	"bufio"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"path"
	"strings"

	"github.com/seatkeeper/seatkeeper/users"
)

// Bounds of a workbook besides those of a roster.
const (
	maxDirectory = 4 << 20                          // bytes of the ZIP directory
	maxUnzipped  = 2 * users.MaxRosterBytes         // bytes of the parts that are read: tags are longer than texts
	maxContents  = 8 << 20                          // bytes of the parts that name the sheets
	maxToken     = users.MaxRosterRowBytes + 64<<10 // bytes of an XML tag or text
	maxDepth     = 1 << 10                          // tags within each other
)

var errTooLarge = users.Faults{{Problem: users.ErrTooLarge}}

// damaged returns the error of a workbook that cannot be read, and why.
func damaged(why error) error {
	if errors.As(why, new(users.Faults)) || errors.Is(why, ErrFormat) {
		return why
	}
	return fmt.Errorf("%w: %w", ErrFormat, why)
}

// A pack is the ZIP file of a workbook.
type pack struct {
	parts map[string]*zip.File // by name in lower case
	left  int                  // bytes that may still be unzipped of all parts
}

// newPack reads the directory of the file.
func newPack(file io.ReaderAt, size int64) (*pack, error) {
	if size > users.MaxRosterBytes {
		return nil, errTooLarge
	}
	var begin [8]byte
	if n, err := file.ReadAt(begin[:], 0); err != nil && n < len(begin) {
		return nil, damaged(err)
	}
	if string(begin[:]) == "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1" {
		return nil, ErrProtected
	}
	limited := &limitedFile{file, maxDirectory}
	directory, err := zip.NewReader(limited, size)
	if err != nil {
		return nil, damaged(err)
	}
	limited.left = math.MaxInt
	p := &pack{parts: map[string]*zip.File{}, left: maxContents}
	for _, part := range directory.File {
		p.parts[strings.ToLower(strings.ReplaceAll(part.Name, `\`, "/"))] = part
	}
	return p, nil
}

// A limitedFile is a file of which so many bytes can be read.
type limitedFile struct {
	io.ReaderAt
	left int
}

func (f *limitedFile) ReadAt(p []byte, at int64) (int, error) {
	if f.left -= len(p); f.left < 0 {
		return 0, errTooLarge
	}
	return f.ReaderAt.ReadAt(p, at)
}

// A part is a part of a pack, read as tags and texts.
type part struct {
	tokens *xml.Decoder
	file   io.Reader
	pack   *pack
	size   int    // unzipped
	left   int    // bytes that the present tag or text may still take
	text   []byte // see content
}

// open opens a part. The error is [ErrFormat] if it is missing.
func (p *pack) open(name string) (*part, error) {
	file, ok := p.parts[strings.ToLower(name)]
	switch {
	case !ok:
		return nil, ErrFormat
	case file.UncompressedSize64 > uint64(p.left):
		return nil, errTooLarge
	}
	unzipped, err := file.Open()
	if err != nil {
		return nil, damaged(err)
	}
	x := &part{file: unzipped, pack: p, size: int(file.UncompressedSize64)}
	x.tokens = xml.NewDecoder(bufio.NewReaderSize(x, 32<<10))
	return x, nil
}

// Read unzips.
func (x *part) Read(p []byte) (int, error) {
	if x.left <= 0 || x.pack.left <= 0 {
		return 0, errTooLarge
	}
	n, err := x.file.Read(p[:min(len(p), x.left, x.pack.left)])
	x.left -= n
	x.pack.left -= n
	return n, err
}

// next returns the next token, valid until the next call, and [io.EOF] after the last one.
// Names are local ones: the prefixes of namespaces are the choice of the writer.
func (x *part) next() (xml.Token, error) {
	x.left = maxToken
	token, err := x.tokens.RawToken()
	if err != nil && err != io.EOF {
		return nil, damaged(err)
	}
	return token, err
}

// starts calls f for each start tag of the part, with the name of the last open element around it.
func (p *pack) starts(name string, f func(tag xml.StartElement, within string) error) error {
	x, err := p.open(name)
	if err != nil {
		return err
	}
	within := []string{""}
	for {
		token, err := x.next()
		if err != nil {
			return end(err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			if err := f(token, within[len(within)-1]); err != nil {
				return err
			}
			if within = append(within, token.Name.Local); len(within) > maxDepth {
				return ErrFormat
			}
		case xml.EndElement:
			if within = within[:len(within)-1]; len(within) == 0 {
				return ErrFormat
			}
		}
	}
}

// end returns nil for the end of a part.
func end(err error) error {
	if err == io.EOF {
		return nil
	}
	return err
}

// attr returns the attribute with that local name, or the empty text.
func attr(tag xml.StartElement, name string) string {
	for _, a := range tag.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// A relation names a part by its kind, such as "worksheet".
type relation struct{ kind, part string }

// relations returns the relations of a part by their ID. The empty name is the file.
func (p *pack) relations(name string) (map[string]relation, error) {
	folder, base := path.Split(name)
	all := map[string]relation{}
	err := p.starts(folder+"_rels/"+base+".rels", func(tag xml.StartElement, _ string) error {
		target := attr(tag, "Target")
		if tag.Name.Local != "Relationship" || attr(tag, "TargetMode") == "External" {
			return nil
		}
		if !strings.HasPrefix(target, "/") {
			target = folder + target
		}
		all[attr(tag, "Id")] = relation{path.Base(attr(tag, "Type")), strings.TrimPrefix(path.Clean(target), "/")}
		return nil
	})
	return all, err
}

// partOf returns the name of the first part of a kind, or the empty text.
func partOf(relations map[string]relation, kind string) string {
	for _, r := range relations {
		if r.kind == kind {
			return r.part
		}
	}
	return ""
}
