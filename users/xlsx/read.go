package xlsx

import (
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/seatkeeper/seatkeeper/users"
)

// The errors of a workbook, for the author of the file.
var (
	ErrFormat    = errors.New("xlsx: the file is no workbook or is damaged: save it as an Excel workbook (.xlsx)")
	ErrProtected = errors.New("xlsx: the file has a password or is an old workbook (.xls): save it as an Excel workbook (.xlsx) without a password")
	ErrNoSheet   = errors.New("xlsx: the workbook has no such sheet")
	ErrNoValue   = errors.New("xlsx: a formula has no value yet: open the workbook in a spreadsheet program and save it")
)

// ReadRoster reads a list of people from a sheet of a workbook: [users.ReadRoster] on
// [NewReader].
func ReadRoster(file io.ReaderAt, size int64, sheet string, o users.RosterOptions) (users.Roster, error) {
	text, err := NewReader(file, size, sheet, o)
	if err != nil {
		return users.Roster{}, err
	}
	return users.ReadRoster(text, o)
}

// NewReader returns a sheet as a CSV file, for [users.ReadRoster], [users.ScanRoster] and the like,
// with the rows at their numbers. The empty name is the first visible sheet; case is ignored in
// names. Of the options it needs the DateFormat.
//
// The file has that size in bytes; [io/fs.FileInfo] or [mime/multipart.FileHeader] tell it. It is
// read as a stream, in parts, and must stay as it is until the last read. Besides the rows, texts
// that the cells share are in memory, up to [users.MaxRosterMemory]. Shared texts beyond it, a file
// beyond [users.MaxRosterBytes], its parts beyond twice of that, unzipped, and rows beyond
// [users.MaxRosterRows] are [users.Faults] with [users.ErrTooLarge]: from NewReader or from a read.
//
// Other errors are [ErrFormat], [ErrProtected], [ErrNoSheet] and [ErrNoValue]. ErrFormat wraps an
// error of the file.
func NewReader(file io.ReaderAt, size int64, sheet string, o users.RosterOptions) (io.Reader, error) {
	b, err := openBook(file, size)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(b.sheets, func(s bookSheet) bool {
		return sheet == "" && !s.hidden || sheet != "" && strings.EqualFold(s.name, sheet)
	})
	if i < 0 {
		return nil, ErrNoSheet
	}
	b.pack.left = maxUnzipped
	formats, err := b.readFormats(o.DateFormat)
	if err != nil {
		return nil, err
	}
	texts, err := b.readTexts()
	if err != nil {
		return nil, err
	}
	part, err := b.pack.open(b.sheets[i].part)
	if err != nil {
		return nil, err
	}
	return &sheetReader{part: part, formats: formats, texts: texts}, nil
}

// Sheets returns the names of the visible sheets in their order, for the choice of one. Errors are
// those of [NewReader].
func Sheets(file io.ReaderAt, size int64) ([]string, error) {
	b, err := openBook(file, size)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, s := range b.sheets {
		if !s.hidden {
			names = append(names, s.name)
		}
	}
	return names, nil
}

// A book is the contents of a workbook.
type book struct {
	pack          *pack
	sheets        []bookSheet
	texts, styles string // names of parts; may be empty
	since1904     bool   // dates count from 1904
}

type bookSheet struct {
	name, part string
	hidden     bool
}

func openBook(file io.ReaderAt, size int64) (*book, error) {
	p, err := newPack(file, size)
	if err != nil {
		return nil, err
	}
	root, err := p.relations("")
	if err != nil {
		return nil, err
	}
	workbook := partOf(root, "officeDocument")
	relations, err := p.relations(workbook)
	if err != nil {
		return nil, err
	}
	b := &book{pack: p, texts: partOf(relations, "sharedStrings"), styles: partOf(relations, "styles")}
	err = p.starts(workbook, func(tag xml.StartElement, _ string) error {
		switch tag.Name.Local {
		case "workbookPr":
			b.since1904 = isTrue(attr(tag, "date1904"))
		case "sheet":
			if r := relations[attr(tag, "id")]; r.kind == "worksheet" {
				b.sheets = append(b.sheets, bookSheet{attr(tag, "name"), r.part, strings.HasSuffix(strings.ToLower(attr(tag, "state")), "hidden")})
			}
		}
		return nil
	})
	return b, err
}

func isTrue(value string) bool { return value == "1" || value == "true" }

// sharedTexts are the texts that cells share, one after the other.
type sharedTexts struct {
	all  []byte
	ends []uint32
}

// at returns the text with that number.
func (s *sharedTexts) at(n int) ([]byte, bool) {
	if n < 0 || n >= len(s.ends) {
		return nil, false
	}
	from := uint32(0)
	if n > 0 {
		from = s.ends[n-1]
	}
	return s.all[from:s.ends[n]], true
}

// textSize is what a shared text takes besides its bytes, with room for growth.
const textSize = 8

// readTexts reads the shared texts.
func (b *book) readTexts() (*sharedTexts, error) {
	s := &sharedTexts{}
	if b.texts == "" {
		return s, nil
	}
	x, err := b.pack.open(b.texts)
	if err != nil {
		return nil, err
	}
	s.all = make([]byte, 0, min(x.size, users.MaxRosterMemory))
	for {
		token, err := x.next()
		if err != nil {
			return s, end(err)
		}
		if tag, ok := token.(xml.StartElement); !ok || tag.Name.Local != "si" {
			continue
		}
		c, err := x.content("si")
		if err != nil {
			return nil, err
		}
		s.all = append(s.all, c.text...)
		s.ends = append(s.ends, uint32(len(s.all)))
		if len(s.all)+textSize*len(s.ends) > users.MaxRosterMemory {
			return nil, errTooLarge
		}
	}
}
