package xlsx

import (
	"encoding/xml"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"
)

// Bounds of the styles of a workbook.
const (
	maxStyles  = 1 << 16
	maxFormats = 1 << 10
	maxFormat  = 255 // bytes of the code of a number format
)

// formats show numbers as their styles say.
type formats struct {
	styles    []int // the number format of each style
	codes     map[int]string
	dates     string // as in [users.RosterOptions.DateFormat]
	since1904 bool

	scratch *excelize.File // its first cell shows numbers
	known   map[int]int    // the styles of scratch by number format
}

// readFormats reads the styles.
func (b *book) readFormats(dates string) (*formats, error) {
	if dates == "" {
		dates = "YYYY-MM-DD"
	}
	f := &formats{codes: map[int]string{}, dates: dates, since1904: b.since1904}
	if b.styles == "" {
		return f, nil
	}
	return f, b.pack.starts(b.styles, func(tag xml.StartElement, within string) error {
		id, err := strconv.Atoi(attr(tag, "numFmtId"))
		switch within + "/" + tag.Name.Local {
		case "numFmts/numFmt":
			code := attr(tag, "formatCode")
			if err != nil || len(code) > maxFormat || len(f.codes) == maxFormats {
				return ErrFormat
			}
			f.codes[id] = code
		case "cellXfs/xf":
			if len(f.styles) == maxStyles {
				return ErrFormat
			}
			f.styles = append(f.styles, id)
		}
		return nil
	})
}

// show returns a number as a style shows it: dates in the format of the roster, whole numbers
// without a format with all their digits.
func (f *formats) show(style, number string) string {
	value, err := strconv.ParseFloat(number, 64)
	if err != nil {
		return number
	}
	id := 0
	if n, err := strconv.Atoi(style); err == nil && n >= 0 && n < len(f.styles) {
		id = f.styles[n]
	}
	code, own := f.codes[id]
	plain := id == 0 || id == 49
	if own {
		plain = code == "General" || code == "@"
	}
	whole := strings.Trim(number, "0123456789") == ""
	switch {
	case isDate(id, code, own):
		const first, last = 1, 2958466 // 10000-01-01
		if value >= first && value < last {
			day, _ := excelize.ExcelDateToTime(math.Floor(value), f.since1904)
			return f.day(day)
		}
	case whole && (plain || id == 1 || code == "0"):
		return number
	case plain:
		short, _ := strconv.ParseFloat(strconv.FormatFloat(value, 'g', 15, 64), 64)
		return strconv.FormatFloat(short, 'f', -1, 64)
	default:
		return f.formatted(id, code, own, number)
	}
	return number
}

// showDay returns a date as ISO 8601 in the format of the roster.
func (f *formats) showDay(text string) string {
	day, err := time.Parse(time.DateOnly, text[:min(len(text), len(time.DateOnly))])
	if err != nil {
		return text
	}
	return f.day(day)
}

func (f *formats) day(day time.Time) string {
	return strings.NewReplacer(
		"YYYY", day.Format("2006"), "MM", day.Format("01"), "DD", day.Format("02"), "M", day.Format("1"), "D", day.Format("2"),
	).Replace(f.dates)
}

// unsaid is what a number format has besides its signs: quoted texts, colours and single characters.
var unsaid = regexp.MustCompile(`"[^"]*"?|\[[^\]]*\]?|[\\_*].|;.*`)

// isDate reports whether a number format shows a day: by its number, or by a year or a day in its code.
func isDate(id int, code string, own bool) bool {
	if own {
		return strings.ContainsAny(unsaid.ReplaceAllString(code, ""), "yYdD")
	}
	return id >= 14 && id <= 17 || id == 22 || id >= 27 && id <= 31 || id == 36 || id >= 50 && id <= 54 || id == 57 || id == 58
}

// formatted returns a number in a number format.
func (f *formats) formatted(id int, code string, own bool, number string) (text string) {
	defer func() {
		if recover() != nil { // a format that excelize has not foreseen
			text = number
		}
	}()
	if f.scratch == nil {
		f.scratch, f.known = excelize.NewFile(), map[int]int{}
	}
	style, ok := f.known[id]
	if !ok {
		wanted := &excelize.Style{NumFmt: id}
		if own {
			wanted.CustomNumFmt = &code
		}
		style, _ = f.scratch.NewStyle(wanted)
		f.known[id] = style
	}
	const sheet, cell = "Sheet1", "A1"
	_ = f.scratch.SetCellDefault(sheet, cell, number)
	_ = f.scratch.SetCellStyle(sheet, cell, cell, style)
	text, err := f.scratch.GetCellValue(sheet, cell)
	if err != nil {
		return number
	}
	return text
}
