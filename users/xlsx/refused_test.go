package xlsx_test

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/internal/long"
	"github.com/seatkeeper/seatkeeper/users"
	"github.com/seatkeeper/seatkeeper/users/xlsx"
)

func TestNewReader_damaged(t *testing.T) {
	good := packed(t, rows(`<row><c><v>1</v></c></row>`))
	one := `<worksheet><sheetData><row><c><v>1</v></c></row>`
	for name, file := range map[string][]byte{
		"empty":                  nil,
		"CSV":                    []byte("Email\nnora@fjord.example\n"),
		"other ZIP":              zipped(t, "content.xml", "<office/>"),
		"cut":                    good[:len(good)-30],
		"no workbook":            packed(t, map[string]string{"_rels/.rels": "<Relationships/>"}),
		"no sheet part":          packed(t, map[string]string{workbookPart: `<workbook><sheets><sheet id="r9"/><sheet id="r1"/></sheets></workbook>`, "xl/_rels/workbook.xml.rels": `<R><Relationship Id="r1" Type="/worksheet" Target="no.xml"/></R>`}),
		"rows without end":       packed(t, map[string]string{sheetPart: one}),
		"row without end":        packed(t, map[string]string{sheetPart: one[:len(one)-6]}),
		"cell without end":       packed(t, map[string]string{sheetPart: one[:len(one)-12]}),
		"no XML":                 packed(t, rows(`<row><c><v>1</v></c></row><row><<`)),
		"no XML behind the rows": packed(t, map[string]string{sheetPart: one + "</sheetData><x y=z/>"}),
		"styles without sense":   packed(t, map[string]string{stylesPart: "</styleSheet>"}),
		"texts without end":      packed(t, map[string]string{textsPart: "<sst><si><t>x</t>"}),
		"text not there":         packed(t, rows(`<row><c t="s"><v>0</v></c></row>`)),
		"text by no number":      packed(t, rows(`<row><c t="s"><v>x</v></c></row>`)),
		"row twice":              packed(t, rows(`<row r="2"/><row r="2"/>`)),
		"rows backwards":         packed(t, rows(`<row r="2"/><row r="1"/>`)),
		"row zero":               packed(t, rows(`<row r="0"/>`)),
		"row by no number":       packed(t, rows(`<row r="x"/>`)),
		"column twice":           packed(t, rows(`<row><c r="B1"/><c r="B1"/></row>`)),
		"columns backwards":      packed(t, rows(`<row><c r="B1"/><c r="A1"/></row>`)),
		"column beyond":          packed(t, rows(`<row><c r="XFE1"/></row>`)),
		"column far beyond":      packed(t, rows(`<row><c r="AAAAAAAAAAAAAAAAA1"/></row>`)),
		"column by no letter":    packed(t, rows(`<row><c r="$A1"/></row>`)),
		"cell in no row":         packed(t, rows(`<c r="A1"/>`)),
		"long format":            styled(t, "1", 164, strings.Repeat("0", 256), ""),
		"many formats":           packed(t, map[string]string{stylesPart: "<s><numFmts>" + numbered(`<numFmt numFmtId="%d"/>`, 1025) + "</numFmts></s>"}),
		"many styles":            packed(t, map[string]string{stylesPart: "<s><cellXfs>" + strings.Repeat("<xf/>", 1<<16+1) + "</cellXfs></s>"}),
		"deep styles":            packed(t, map[string]string{stylesPart: strings.Repeat("<s>", 1025)}),
		"wrong sum":              lying(t, func(h *zip.FileHeader) { h.CRC32++ }),
		"wrong size":             lying(t, func(h *zip.FileHeader) { h.UncompressedSize64-- }),
		"unknown compression":    lying(t, func(h *zip.FileHeader) { h.Method = 93 }),
	} {
		t.Run(name, func(t *testing.T) {
			err := refusal(file, "")
			require.ErrorIs(t, err, xlsx.ErrFormat)
			require.True(t, strings.HasPrefix(err.Error(), xlsx.ErrFormat.Error()))
			require.Equal(t, 1, strings.Count(err.Error(), "xlsx:"))
		})
	}
	require.NoError(t, refusal(good, ""))
	old := []byte("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 and more")
	require.ErrorIs(t, refusal(old, ""), xlsx.ErrProtected)
	_, err := xlsx.Sheets(bytes.NewReader(old), int64(len(old)))
	require.ErrorIs(t, err, xlsx.ErrProtected)
}

func numbered(text string, n int) string {
	var all strings.Builder
	for i := range n {
		fmt.Fprintf(&all, text, i)
	}
	return all.String()
}

func zipped(t testing.TB, name, text string) []byte {
	var file bytes.Buffer
	pack := zip.NewWriter(&file)
	part, err := pack.Create(name)
	require.NoError(t, err)
	_, err = io.WriteString(part, text)
	require.NoError(t, err)
	require.NoError(t, pack.Close())
	return file.Bytes()
}

// lying returns a workbook with a changed entry for its sheet in the directory.
func lying(t testing.TB, change func(*zip.FileHeader)) []byte {
	good := packed(t, nil)
	from, err := zip.NewReader(bytes.NewReader(good), int64(len(good)))
	require.NoError(t, err)
	text := []byte("<worksheet><sheetData/></worksheet>")
	var file bytes.Buffer
	to := zip.NewWriter(&file)
	for _, part := range from.File {
		if part.Name != sheetPart {
			require.NoError(t, to.Copy(part))
			continue
		}
		h := &zip.FileHeader{Name: part.Name, CRC32: crc32.ChecksumIEEE(text), CompressedSize64: uint64(len(text)), UncompressedSize64: uint64(len(text))}
		change(h)
		raw, err := to.CreateRaw(h)
		require.NoError(t, err)
		_, err = raw.Write(text)
		require.NoError(t, err)
	}
	require.NoError(t, to.Close())
	return file.Bytes()
}

// readerAt is a file that breaks at its sheet.
type readerAt func(p []byte, at int64) (int, error)

func (f readerAt) ReadAt(p []byte, at int64) (int, error) { return f(p, at) }

func TestNewReader_file_error(t *testing.T) {
	noise := make([]byte, 1<<20) // so that the sheet is far from the directory
	for i := range noise {
		noise[i] = byte(i * i >> 7)
	}
	good := packed(t, map[string]string{"zz.bin": string(noise)})
	broken := false
	file := readerAt(func(p []byte, at int64) (int, error) {
		if broken {
			return 0, io.ErrClosedPipe
		}
		return bytes.NewReader(good).ReadAt(p, at)
	})
	r, err := xlsx.NewReader(file, int64(len(good)), "", users.RosterOptions{})
	require.NoError(t, err)
	broken = true
	_, err = io.ReadAll(r)
	require.ErrorIs(t, err, io.ErrClosedPipe)
	_, err = xlsx.NewReader(file, int64(len(good)), "", users.RosterOptions{})
	require.ErrorIs(t, err, io.ErrClosedPipe)
}

func TestNewReader_reads_in_parts(t *testing.T) {
	file := packed(t, rows(`<row><c><v>1</v></c><c><v>2</v></c></row><row r="4"><c><v>3</v></c></row>`))
	r, err := xlsx.NewReader(bytes.NewReader(file), int64(len(file)), "", users.RosterOptions{})
	require.NoError(t, err)
	require.NoError(t, iotest.TestReader(r, []byte("\"1\",\"2\"\n\n\n\"3\"\n")))
}

func tooLarge(t *testing.T, err error) {
	t.Helper()
	require.ErrorAs(t, err, new(users.Faults))
	require.ErrorIs(t, err, users.ErrTooLarge)
}

func TestNewReader_too_many_rows(t *testing.T) {
	last := fmt.Sprintf(`<row r="%d"><c><v>1</v></c></row>`, users.MaxRosterRows)
	require.NoError(t, refusal(packed(t, rows(last)), ""))
	tooLarge(t, refusal(packed(t, rows(last+"<row/>")), ""))
}

// A bomb is a small file that unzips to much.
type bomb struct {
	name         string
	part         string
	begin, again string
	mib          int // unzipped
}

// bytes returns the file.
func (b bomb) bytes(t testing.TB) []byte {
	good := packed(t, nil)
	from, err := zip.NewReader(bytes.NewReader(good), int64(len(good)))
	require.NoError(t, err)
	var file bytes.Buffer
	to := zip.NewWriter(&file)
	to.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, flate.BestSpeed) })
	for _, part := range from.File {
		if part.Name != b.part {
			require.NoError(t, to.Copy(part))
		}
	}
	part, err := to.Create(b.part)
	require.NoError(t, err)
	_, err = io.WriteString(part, b.begin)
	require.NoError(t, err)
	block := bytes.Repeat([]byte(b.again), 1<<20/len(b.again))
	for range b.mib {
		_, err := part.Write(block)
		require.NoError(t, err)
	}
	require.NoError(t, to.Close())
	return file.Bytes()
}

func TestNewReader_bombs(t *testing.T) {
	gigabytes := 2*users.MaxRosterBytes>>20 + 1
	if long.On() {
		gigabytes = 4 << 10
	}
	for _, b := range []bomb{
		{"gigabytes", sheetPart, "<worksheet><sheetData>", "<row/>", gigabytes},
		{"one long text", sheetPart, "<worksheet><sheetData><row><c><v>", "x", 80},
		{"one long tag", sheetPart, "<worksheet><sheetData><row a='", "x", 80},
		{"one long comment", sheetPart, "<worksheet><!--", "x", 80},
		{"spaces", sheetPart, "<worksheet", " ", 80},
		{"shared texts", textsPart, "<sst>", "<si><t>0123456789abcdefghijklmnopqrstuvwxyz</t></si>", 100},
		{"empty shared texts", textsPart, "<sst>", "<si/>", 50},
		{"a long shared text", textsPart, "<sst><si>", "<t>xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx</t>", 100},
		{"contents", workbookPart, "<workbook><sheets>", "<sheet name='a' id='r1'/>", 100},
		{"relations", "xl/_rels/workbook.xml.rels", "<Relationships>", "<Relationship Id='r1'/>", 100},
	} {
		t.Run(b.name, func(t *testing.T) {
			file := b.bytes(t)
			require.Less(t, len(file), 32<<20)
			var err error
			peak := peakOf(func() { err = refusal(file, "") })
			t.Logf("%d MiB unzipped from %d KiB: %d MiB of memory", b.mib, len(file)>>10, peak>>20)
			require.Error(t, err)
			if b.name != "a long shared text" {
				tooLarge(t, err)
			}
			require.Less(t, peak, int64(256<<20))
		})
	}
}

// A directory of many entries is refused before it is in memory.
func TestNewReader_directory(t *testing.T) {
	entry := make([]byte, 46+1)
	copy(entry, "PK\x01\x02")
	binary.LittleEndian.PutUint16(entry[28:], 1)
	entry[46] = 'x'
	const n = 400_000
	var file bytes.Buffer
	file.Write(bytes.Repeat(entry, n))
	directory := file.Len()
	end := make([]byte, 22)
	copy(end, "PK\x05\x06")
	count := n % (1 << 16)
	binary.LittleEndian.PutUint16(end[8:], uint16(count))
	binary.LittleEndian.PutUint16(end[10:], uint16(count))
	binary.LittleEndian.PutUint32(end[12:], uint32(directory))
	file.Write(end)
	_, err := zip.NewReader(bytes.NewReader(file.Bytes()), int64(file.Len()))
	require.NoError(t, err)
	peak := peakOf(func() { err = refusal(file.Bytes(), "") })
	tooLarge(t, err)
	require.Less(t, peak, int64(100<<20))
	tooLarge(t, refusalOfSize(users.MaxRosterBytes+1))
}

func refusalOfSize(size int64) error {
	_, err := xlsx.NewReader(readerAt(func([]byte, int64) (int, error) { return 0, errors.New("unread") }), size, "", users.RosterOptions{})
	return err
}

// peakOf returns the most memory in use during the call, above that before it.
func peakOf(call func()) int64 {
	heap := func() int64 {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	runtime.GC()
	before := heap()
	var most atomic.Int64
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			select {
			case <-stop:
				return
			default:
				most.Store(max(most.Load(), heap()))
				time.Sleep(time.Millisecond)
			}
		}
	}()
	call()
	close(stop)
	<-stopped
	return max(most.Load(), heap()) - before
}
